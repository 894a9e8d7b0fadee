//! The types behind the state file's JSON. Fields unknown to this version are
//! kept in `extra` and survive a round trip.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::deployed::Deployed;
use super::kept;
use crate::reference::{Digest, Reference, Repository, Tag};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct State {
    /// The format and its version.
    #[schemars(extend("const" = "ds.state/1"))]
    pub schema: String,
    /// One card for each image, by its name in the config.
    #[serde(default, deserialize_with = "kept::unique")]
    pub images: BTreeMap<String, Card>,
    /// Pull secrets made: names only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secrets>,
    /// What was last deployed: one entry for each cluster, namespace and deployment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deployed: Vec<Deployed>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What is known of one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    pub repository: Repository,
    /// `plain`, and `dev` with the overrides of development.
    #[serde(default, deserialize_with = "kept::unique")]
    pub variants: BTreeMap<VariantName, Variant>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Which of an image's two builds is meant.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VariantName {
    Plain,
    Dev,
}

impl VariantName {
    /// The variant that `--dev` picks.
    pub fn of(dev: bool) -> Self {
        if dev { Self::Dev } else { Self::Plain }
    }
}

impl fmt::Display for VariantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Dev => "dev",
        })
    }
}

/// One build of an image and what was made of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<Push>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

// Read and written in `kept`.
/// Written by ds-build.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Build {
    /// The content key that the image was built from.
    pub key: Digest,
    /// SHA-256 over the key's list without the context's entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Digest>,
    /// Whether the key covers the `whole` context or is `narrow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    pub artifact: Artifact,
    /// The id by which the image was known where it was built, if `artifact` is a copy of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_id: Option<Digest>,
    /// The builder's name: `docker`, `buildkit`, `custom`…
    pub builder: String,
    /// `os/arch[/variant]`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Unix time of the build, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_at: Option<u64>,
    /// The engine's ids of the base images, by their names in the Dockerfile.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bases: BTreeMap<String, Digest>,
    /// Unknown fields; those of the artifact under `artifact`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Where a built image lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Artifact {
    /// In a Docker engine: `engine` is a hash of the engine's own id, `id` the image id.
    Engine { engine: String, id: Digest, name: Reference },
    /// In the OCI image layout `.devspace/images`.
    Layout { digest: Digest, name: Reference },
    /// In a registry, put there by the builder itself.
    Registry { digest: Digest, name: Reference },
}

impl Build {
    /// What identifies the image wherever it lies: the same for all copies of it.
    pub fn image_id(&self) -> &Digest {
        self.image_id.as_ref().unwrap_or(self.artifact.digest())
    }
}

impl Artifact {
    /// The digest that identifies the image: an image id in an engine, else the manifest's.
    pub fn digest(&self) -> &Digest {
        match self {
            Self::Engine { id, .. } => id,
            Self::Layout { digest, .. } | Self::Registry { digest, .. } => digest,
        }
    }

    /// The name that the builder gave at once: `<repository>:ds-key-<16 hex of the key>`.
    pub fn name(&self) -> &Reference {
        match self {
            Self::Engine { name, .. } | Self::Layout { name, .. } | Self::Registry { name, .. } => {
                name
            }
        }
    }
}

// Read and written in `kept`.
/// Written by ds-tag.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Tags {
    /// The artifact's digest that these tags were computed for.
    pub of: Digest,
    /// The first is what rewriting writes.
    pub tags: Vec<Tag>,
    /// What was drawn for this artifact: the same on every later run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
    /// Unknown fields; those of `drawn` under `drawn`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// `${RANDOM}`, `${TIMESTAMP}` and `#` of a tag text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Drawn {
    pub random: String,
    /// Unix time in seconds.
    pub timestamp: u64,
}

/// Written by ds-push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Push {
    /// The artifact's digest that was pushed.
    pub of: Digest,
    /// The tags it was given.
    pub tags: Vec<Tag>,
    /// The manifest's digest in the registry; absent when nothing was uploaded (`skipPush`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    pub references: Vec<Reference>,
    /// What proves in the registry from which key the image was built: the digest under
    /// the artifact's own name, with `reuse: registry`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Digest>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A pull secret that was made in a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Secrets {
    /// Which cluster: the uid of its namespace `kube-system`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    pub namespace: String,
    pub name: String,
    /// The service accounts that name it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Secrets {
    /// Cluster, namespace and name.
    pub fn place(&self) -> (&str, &str, &str) {
        (&self.cluster, &self.namespace, &self.name)
    }

    /// Whether it is in this cluster.
    pub fn is_in(&self, cluster: &str) -> bool {
        self.cluster == cluster
    }
}
