//! What serde's derive does not do for cards: fields that this version does not
//! know survive inside an artifact and a draw too, and a doubled key is refused.
//!
//! Both parts are plain values without room for unknown fields, so that these
//! lie in the surrounding part's `extra`, under the inner part's name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::card::{Artifact, Build, Drawn, Tags};
use crate::reference::{Digest, Reference, Tag};

type Fields = Map<String, Value>;

/// What is written of a part: its `extra` but for the unknown fields of `inner`, and those.
fn split<'a>(extra: &'a Fields, inner: &str) -> (Cow<'a, Fields>, Cow<'a, Fields>) {
    match extra.get(inner) {
        None => (Cow::Borrowed(extra), Cow::Owned(Map::new())),
        Some(unknown) => {
            let mut rest = extra.clone();
            rest.shift_remove(inner);
            let unknown = unknown.as_object().cloned().unwrap_or_default();
            (Cow::Owned(rest), Cow::Owned(unknown))
        }
    }
}

/// Puts the unknown fields of `inner` into `extra`, under its name.
fn joined(mut extra: Fields, inner: &str, unknown: Fields) -> Fields {
    if !unknown.is_empty() {
        extra.insert(inner.to_owned(), Value::Object(unknown));
    }
    extra
}

/// A [`Build`] as it is read.
#[derive(Deserialize)]
struct BuildRead {
    key: Digest,
    recipe: Option<Digest>,
    scope: Option<String>,
    artifact: ArtifactRead,
    image_id: Option<Digest>,
    builder: String,
    platform: Option<String>,
    built_at: Option<u64>,
    #[serde(default)]
    bases: BTreeMap<String, Digest>,
    #[serde(flatten)]
    extra: Fields,
}

#[derive(Deserialize)]
struct ArtifactRead {
    kind: Kind,
    engine: Option<String>,
    id: Option<Digest>,
    digest: Option<Digest>,
    name: Reference,
    #[serde(flatten)]
    unknown: Fields,
}

/// Where an artifact lies.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Engine,
    Layout,
    Registry,
}

impl<'de> Deserialize<'de> for Build {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = BuildRead::deserialize(deserializer)?;
        let ArtifactRead { kind, engine, id, digest, name, mut unknown } = read.artifact;
        let missing = |field| D::Error::missing_field(field);
        // A field of another kind is none that we know here.
        let mut keep = |field: &str, value: Option<String>| {
            unknown.extend(value.map(|value| (field.to_owned(), Value::String(value))));
        };
        let text = |digest: Option<Digest>| digest.map(|digest| digest.to_string());
        let artifact = match kind {
            Kind::Engine => {
                keep("digest", text(digest));
                let engine = engine.ok_or_else(|| missing("engine"))?;
                Artifact::Engine { engine, id: id.ok_or_else(|| missing("id"))?, name }
            }
            Kind::Layout | Kind::Registry => {
                keep("engine", engine);
                keep("id", text(id));
                let digest = digest.ok_or_else(|| missing("digest"))?;
                match kind {
                    Kind::Layout => Artifact::Layout { digest, name },
                    _ => Artifact::Registry { digest, name },
                }
            }
        };
        Ok(Build {
            key: read.key,
            recipe: read.recipe,
            scope: read.scope,
            artifact,
            image_id: read.image_id,
            builder: read.builder,
            platform: read.platform,
            built_at: read.built_at,
            bases: read.bases,
            extra: joined(read.extra, "artifact", unknown),
        })
    }
}

/// A [`Build`] as it is written.
#[derive(Serialize)]
struct BuildWritten<'a> {
    key: &'a Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe: Option<&'a Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    artifact: ArtifactWritten<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_id: Option<&'a Digest>,
    builder: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built_at: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    bases: &'a BTreeMap<String, Digest>,
    #[serde(flatten)]
    extra: Cow<'a, Fields>,
}

#[derive(Serialize)]
struct ArtifactWritten<'a> {
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a Digest>,
    name: &'a Reference,
    #[serde(flatten)]
    unknown: Cow<'a, Fields>,
}

impl Serialize for Build {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (extra, unknown) = split(&self.extra, "artifact");
        let (kind, engine, id, digest) = match &self.artifact {
            Artifact::Engine { engine, id, .. } => {
                (Kind::Engine, Some(engine.as_str()), Some(id), None)
            }
            Artifact::Layout { digest, .. } => (Kind::Layout, None, None, Some(digest)),
            Artifact::Registry { digest, .. } => (Kind::Registry, None, None, Some(digest)),
        };
        let name = self.artifact.name();
        BuildWritten {
            key: &self.key,
            recipe: self.recipe.as_ref(),
            scope: self.scope.as_deref(),
            artifact: ArtifactWritten { kind, engine, id, digest, name, unknown },
            image_id: self.image_id.as_ref(),
            builder: &self.builder,
            platform: self.platform.as_deref(),
            built_at: self.built_at,
            bases: &self.bases,
            extra,
        }
        .serialize(serializer)
    }
}

/// [`Tags`] as they are read.
#[derive(Deserialize)]
struct TagsRead {
    of: Digest,
    tags: Vec<Tag>,
    drawn: Option<DrawnRead>,
    #[serde(flatten)]
    extra: Fields,
}

#[derive(Deserialize)]
struct DrawnRead {
    random: String,
    timestamp: u64,
    #[serde(flatten)]
    unknown: Fields,
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let TagsRead { of, tags, drawn, extra } = TagsRead::deserialize(deserializer)?;
        let (drawn, unknown) = match drawn {
            None => (None, Map::new()),
            Some(DrawnRead { random, timestamp, unknown }) => {
                (Some(Drawn { random, timestamp }), unknown)
            }
        };
        Ok(Tags { of, tags, drawn, extra: joined(extra, "drawn", unknown) })
    }
}

/// [`Tags`] as they are written.
#[derive(Serialize)]
struct TagsWritten<'a> {
    of: &'a Digest,
    tags: &'a [Tag],
    #[serde(skip_serializing_if = "Option::is_none")]
    drawn: Option<DrawnWritten<'a>>,
    #[serde(flatten)]
    extra: Cow<'a, Fields>,
}

#[derive(Serialize)]
struct DrawnWritten<'a> {
    random: &'a str,
    timestamp: u64,
    #[serde(flatten)]
    unknown: Cow<'a, Fields>,
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (extra, unknown) = split(&self.extra, "drawn");
        let drawn = self.drawn.as_ref().map(|Drawn { random, timestamp }| DrawnWritten {
            random,
            timestamp: *timestamp,
            unknown,
        });
        TagsWritten { of: &self.of, tags: &self.tags, drawn, extra }.serialize(serializer)
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
