//! An image's configuration, as the OCI image specification and Docker have it.
//!
//! Fields that this version does not know are kept: a base image's survive a build.
//! Source: the OCI image specification 1.1 `config.md`; Docker's additions
//! (`Healthcheck`, `OnBuild`, `Shell`) from moby's `docker-image-spec`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::reference::Digest;

/// The whole configuration: `application/vnd.oci.image.config.v1+json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    #[serde(default)]
    pub architecture: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    #[serde(default)]
    pub os: String,
    #[serde(default)]
    pub config: Settings,
    #[serde(default)]
    pub rootfs: RootFs,
    /// One for each instruction, the oldest first.
    #[serde(default)]
    pub history: Vec<History>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a container is started with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Settings {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `80/tcp`
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed_ports: BTreeMap<String, Value>,
    /// `NAME=value`, in the order in which they were set.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// Instructions that are carried out in what is built from this image.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub on_build: Vec<String>,
    /// What SHELL set; empty: the platform's own.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub shell: Vec<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// HEALTHCHECK; times in nanoseconds, 0: the default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Healthcheck {
    /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", …]`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub interval: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub timeout: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start_period: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start_interval: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: i64,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The layers' content, the lowest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RootFs {
    #[serde(rename = "type", default = "layers")]
    pub kind: String,
    /// SHA-256 of each layer's uncompressed tar.
    #[serde(default, deserialize_with = "or_default")]
    pub diff_ids: Vec<Digest>,
}

impl Default for RootFs {
    fn default() -> Self {
        Self { kind: layers(), diff_ids: Vec::new() }
    }
}

/// What one instruction did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// It made no layer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub empty_layer: bool,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn layers() -> String {
    "layers".to_owned()
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's form
fn is_zero(number: &i64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's form
fn is_false(is: &bool) -> bool {
    !is
}

/// Go writes an empty list as `null`.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

impl Settings {
    /// Sets a variable: in its place if it is there, else at the end.
    pub fn set_env(&mut self, name: &str, value: &str) {
        let text = format!("{name}={value}");
        let is = |one: &&mut String| one.split_once('=').map_or(one.as_str(), |(n, _)| n) == name;
        match self.env.iter_mut().find(is) {
            Some(old) => *old = text,
            None => self.env.push(text),
        }
    }

    /// The value of a variable.
    pub fn env(&self, name: &str) -> Option<&str> {
        let pairs = self.env.iter().filter_map(|one| one.split_once('='));
        pairs.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_images_own_fields_survive() {
        let text = r#"{"architecture":"amd64","os":"linux","os.version":"1","config":{"Env":null,
            "Cmd":["sh"],"Hostname":"h","Healthcheck":{"Test":["NONE"],"New":1}},
            "rootfs":{"type":"layers","diff_ids":null},"container":"c"}"#;
        let config: ImageConfig = serde_json::from_str(text).unwrap();
        assert_eq!(config.config.cmd, ["sh"]);
        let again = serde_json::to_value(&config).unwrap();
        assert_eq!((&again["os.version"], &again["container"]), (&"1".into(), &"c".into()));
        assert_eq!(again["config"]["Hostname"], "h");
        assert_eq!(again["config"]["Healthcheck"]["New"], 1);
    }

    #[test]
    fn variables_are_set_in_their_place() {
        let mut settings = Settings { env: vec!["A=1".into(), "B".into()], ..Settings::default() };
        settings.set_env("A", "2");
        settings.set_env("C", "=");
        settings.set_env("B", "x");
        assert_eq!(settings.env, ["A=2", "B=x", "C=="]);
        assert_eq!((settings.env("C"), settings.env("D")), (Some("="), None));
    }
}
