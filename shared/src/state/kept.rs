//! What serde's derive does not do for cards: fields that this version does not
//! know survive inside an artifact and a draw too, and a doubled key is refused.
//!
//! Both parts are plain values without room for unknown fields, so that these
//! lie in the surrounding part's `extra`, under the inner part's name.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::{Map, Value};

use super::card::{Build, Tags};

type Fields = Map<String, Value>;

/// The fields of a part of a card, and what its object `inner` has besides `known` fields.
fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    inner: &str,
    known: &[&str],
) -> Result<(Fields, Option<Value>), D::Error> {
    let fields = Map::deserialize(deserializer)?;
    let unknown: Fields = match fields.get(inner) {
        Some(Value::Object(object)) => object
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        _ => Map::new(),
    };
    let unknown = (!unknown.is_empty()).then_some(Value::Object(unknown));
    Ok((fields, unknown))
}

/// Puts the unknown fields back into the object they came from.
fn join(fields: &mut Value, inner: &str, unknown: Option<Value>) {
    let Some(Value::Object(unknown)) = unknown else { return };
    let Some(Value::Object(object)) = fields.get_mut(inner) else { return };
    for (name, value) in unknown {
        object.entry(name).or_insert(value);
    }
}

impl<'de> Deserialize<'de> for Build {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const KNOWN: &[&str] = &["kind", "engine", "id", "digest", "name"];
        let (fields, unknown) = read(deserializer, "artifact", KNOWN)?;
        let mut build = Build::deserialize(Value::Object(fields)).map_err(D::Error::custom)?;
        build.extra.extend(unknown.map(|unknown| ("artifact".to_owned(), unknown)));
        Ok(build)
    }
}

impl Serialize for Build {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bare = self.clone();
        let unknown = bare.extra.shift_remove("artifact");
        let mut fields =
            Build::serialize(&bare, serde_json::value::Serializer).map_err(S::Error::custom)?;
        join(&mut fields, "artifact", unknown);
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (fields, unknown) = read(deserializer, "drawn", &["random", "timestamp"])?;
        let mut tags = Tags::deserialize(Value::Object(fields)).map_err(D::Error::custom)?;
        tags.extra.extend(unknown.map(|unknown| ("drawn".to_owned(), unknown)));
        Ok(tags)
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bare = self.clone();
        let unknown = bare.extra.shift_remove("drawn");
        let mut fields =
            Tags::serialize(&bare, serde_json::value::Serializer).map_err(S::Error::custom)?;
        join(&mut fields, "drawn", unknown);
        fields.serialize(serializer)
    }
}

/// A map in which no key may stand twice: of two cards for one image, neither
/// can be trusted.
pub fn unique<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    struct Unique<K, V>(PhantomData<(K, V)>);
    impl<'de, K, V> Visitor<'de> for Unique<K, V>
    where
        K: Deserialize<'de> + Ord + fmt::Display,
        V: Deserialize<'de>,
    {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some(key) = entries.next_key::<K>()? {
                if map.contains_key(&key) {
                    return Err(A::Error::custom(format_args!("`{key}` stands here twice")));
                }
                let value = entries.next_value()?;
                map.insert(key, value);
            }
            Ok(map)
        }
    }
    deserializer.deserialize_map(Unique(PhantomData))
}
