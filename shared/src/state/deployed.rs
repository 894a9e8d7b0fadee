//! What was last deployed to one place: enough to see, by metadata alone, that nothing
//! is to be done, to go back by one deploy, and to take away what was put there.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::kept;
use crate::reference::{Digest, Reference};

/// What was last deployed to one place, put down when the apply succeeded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deployed {
    /// Which cluster: the uid of its namespace `kube-system`.
    pub cluster: String,
    pub namespace: String,
    /// The deployment's name in the config.
    pub deployment: String,
    /// Unix time of the deploy, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<u64>,
    /// The references that its manifests were given, by the images' names in the config.
    #[serde(default, deserialize_with = "kept::unique")]
    pub images: BTreeMap<String, Reference>,
    /// What identifies the images behind these references, wherever they lie.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub built: BTreeMap<String, Digest>,
    /// The references of the deploy before, where they were others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub previous: BTreeMap<String, Reference>,
    /// SHA-256 over what was applied: the same again is nothing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Digest>,
    /// What stands in the cluster because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Placed>,
    /// The revision of a Helm release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// An object that was put into a cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Placed {
    pub api_version: String,
    pub kind: String,
    /// The kind's plural, as it stands in paths: `deployments`.
    pub resource: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
    pub uid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// A digest of the fields that were ours then: others' edits of them change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned: Option<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A revision of a Helm release, by the secret that holds it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    pub secret: String,
    pub uid: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Deployed {
    /// Cluster, namespace and deployment.
    pub fn place(&self) -> (&str, &str, &str) {
        (&self.cluster, &self.namespace, &self.deployment)
    }
}
