//! Manifests and indexes as registries hold them: bytes first, read leniently.
//!
//! A manifest is what its bytes hash to, so it is never written anew from what was
//! read of it. Only what we ask of one is read.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::reference::Digest;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What is asked for, and all that is understood.
pub const MEDIA_TYPES: [&str; 4] = [DOCKER_IMAGE, DOCKER_LIST, IMAGE, INDEX];

/// A manifest's bytes, and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub media_type: String,
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub digest: Digest,
}

/// An image that an index names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub media_type: String,
    pub digest: Digest,
    /// Bytes of the manifest.
    pub size: u64,
    /// `os/arch[/variant]`
    pub platform: Option<String>,
}

/// What a manifest stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One image, with the digest of its configuration.
    Image {
        config: Digest,
    },
    Index {
        entries: Vec<Entry>,
        annotations: Vec<(String, String)>,
    },
    /// Nothing that we know.
    Unknown,
}

impl Manifest {
    /// A manifest says itself what it is; an OCI one may leave that out.
    pub fn of(bytes: Vec<u8>) -> Self {
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let said = value["mediaType"].as_str().filter(|said| MEDIA_TYPES.contains(said));
        let media_type = match said {
            Some(said) => said,
            None if value["manifests"].is_array() => INDEX,
            None => IMAGE,
        };
        let media_type = media_type.to_owned();
        let digest = Digest::sha256(&Sha256::digest(&bytes).into());
        Self { media_type, bytes, digest }
    }

    /// An index of these images.
    pub fn index(entries: &[Entry], annotations: &[(String, String)]) -> Self {
        let entries: Vec<Value> = entries.iter().map(Entry::json).collect();
        let annotations: serde_json::Map<String, Value> =
            annotations.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
        let index = json!({
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": entries,
            "annotations": annotations,
        });
        Self::of(index.to_string().into_bytes())
    }

    pub fn content(&self) -> Content {
        let value: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let config = value["config"]["digest"].as_str().and_then(|text| Digest::parse(text).ok());
        match (value["manifests"].as_array(), config) {
            (Some(list), _) => Content::Index {
                entries: list.iter().filter_map(Entry::read).collect(),
                annotations: texts(&value["annotations"]),
            },
            (None, Some(config)) => Content::Image { config },
            (None, None) => Content::Unknown,
        }
    }

    /// This manifest as an index names it.
    pub fn entry(&self, platform: Option<String>) -> Entry {
        let (media_type, digest) = (self.media_type.clone(), self.digest.clone());
        Entry { media_type, digest, size: self.bytes.len() as u64, platform }
    }
}

impl Entry {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let platform = &value["platform"];
        Some(Self {
            media_type: value["mediaType"].as_str().unwrap_or(IMAGE).to_owned(),
            digest: Digest::parse(value["digest"].as_str()?).ok()?,
            size: value["size"].as_u64().unwrap_or(0),
            platform: platform_of(platform),
        })
    }

    pub(super) fn json(&self) -> Value {
        let mut entry = json!({
            "mediaType": self.media_type,
            "digest": self.digest.to_string(),
            "size": self.size,
        });
        let parts: Vec<&str> = self.platform.iter().flat_map(|text| text.split('/')).collect();
        if let [os, architecture, variant @ ..] = parts.as_slice() {
            entry["platform"] = json!({ "architecture": architecture, "os": os });
            if let [variant] = variant {
                entry["platform"]["variant"] = (*variant).into();
            }
        }
        entry
    }
}

/// `os/arch[/variant]` of an index's entry or an image's configuration.
pub fn platform_of(value: &Value) -> Option<String> {
    let text = |name: &str| value[name].as_str().filter(|text| !text.is_empty());
    let (os, architecture) = (text("os")?, text("architecture")?);
    let variant = text("variant").map(|variant| format!("/{variant}")).unwrap_or_default();
    Some(format!("{os}/{architecture}{variant}"))
}

fn texts(value: &Value) -> Vec<(String, String)> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(n: u8) -> Digest {
        Digest::sha256(&[n; 32])
    }

    #[test]
    fn what_an_index_says_is_read_again() {
        let entry = |platform: &str| Entry {
            media_type: DOCKER_IMAGE.into(),
            digest: digest(1),
            size: 7,
            platform: Some(platform.into()),
        };
        let entries = vec![entry("linux/amd64"), entry("linux/arm/v7")];
        let annotations = vec![("a".to_owned(), "b \"c\"".to_owned())];
        let index = Manifest::index(&entries, &annotations);
        assert_eq!(index.media_type, INDEX);
        assert_eq!(index.content(), Content::Index { entries, annotations });
        assert_eq!(Manifest::of(index.bytes.clone()), index);
    }

    #[test]
    fn manifests_say_what_they_are() {
        let image = format!(r#"{{"schemaVersion":2,"config":{{"digest":"{}"}}}}"#, digest(2));
        let manifest = Manifest::of(image.into_bytes());
        assert_eq!(manifest.media_type, IMAGE);
        assert_eq!(manifest.content(), Content::Image { config: digest(2) });
        let list = format!(r#"{{"mediaType":"{DOCKER_LIST}","manifests":[{{}},7]}}"#);
        let list = Manifest::of(list.into_bytes());
        assert_eq!(list.media_type, DOCKER_LIST);
        let nothing = Content::Index { entries: Vec::new(), annotations: Vec::new() };
        assert_eq!(list.content(), nothing);
        for strange in ["", "[]", "{}", r#"{"config":{"digest":"x"}}"#, "\u{0}"] {
            assert_eq!(Manifest::of(strange.into()).content(), Content::Unknown, "{strange}");
        }
    }
}
