//! The pieces that an image in OCI form is put together from: descriptors and the
//! manifest. Unknown fields are kept. Docker's own media types are read as well.
//!
//! Source: the OCI image specification 1.1, `descriptor.md` and `manifest.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::reference::Digest;

pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub const LAYER_TAR: &str = "application/vnd.oci.image.layer.v1.tar";
pub const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub const LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";

/// What a blob is, which one, and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    pub media_type: String,
    pub digest: Digest,
    /// Bytes of the blob.
    pub size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Descriptor {
    pub fn new(media_type: &str, digest: Digest, size: u64) -> Self {
        let media_type = media_type.to_owned();
        Self { media_type, digest, size, annotations: BTreeMap::new(), extra: Map::new() }
    }
}

/// An image's manifest: its configuration and its layers, the lowest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageManifest {
    pub schema_version: u32,
    #[serde(default = "oci")]
    pub media_type: String,
    pub config: Descriptor,
    #[serde(default)]
    pub layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn oci() -> String {
    MANIFEST.to_owned()
}

impl ImageManifest {
    pub fn new(config: Descriptor, layers: Vec<Descriptor>) -> Self {
        let (annotations, extra) = (BTreeMap::new(), Map::new());
        Self { schema_version: 2, media_type: oci(), config, layers, annotations, extra }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_kept() {
        let text = format!(
            r#"{{"schemaVersion":2,"config":{{"mediaType":"{CONFIG}","digest":"sha256:{0}","size":2,"data":"e30="}},"layers":[],"subject":{{"size":1}}}}"#,
            "0".repeat(64)
        );
        let manifest: ImageManifest = serde_json::from_str(&text).unwrap();
        assert_eq!(manifest.media_type, MANIFEST);
        assert_eq!(manifest.config.extra["data"], "e30=");
        let again = serde_json::to_value(&manifest).unwrap();
        assert_eq!(again["subject"]["size"], 1);
        assert_eq!(again["config"]["data"], "e30=");
    }
}
