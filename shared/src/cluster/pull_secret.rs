//! The image pull secret of a registry, as upstream makes it, so that secrets
//! which are in a cluster already go on working. Builds the object; sends nothing.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret as SecretObject;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::reference::HUB;
use crate::util::secret::Secret;

/// The secret's type (Kubernetes: "Docker config Secrets").
pub const TYPE: &str = "kubernetes.io/dockerconfigjson";
const DATA_KEY: &str = ".dockerconfigjson";
const EMAIL: &str = "noreply@devspace.cloud";
const PREFIX: &str = "devspace-auth-";
/// Under which names kubelets and clients look for Docker Hub.
const HUB_KEYS: [&str; 2] = ["https://index.docker.io/v1/", HUB];

/// `devspace-auth-` and the registry's host in lower case, other characters as `-`;
/// `devspace-auth-docker` for Docker Hub.
pub fn name(registry: &str) -> String {
    if registry == HUB {
        return format!("{PREFIX}docker");
    }
    let host = registry.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    // Kubernetes: a name ends in a letter or digit (`[::1]` does not).
    format!("{PREFIX}{}", host.trim_matches('-'))
}

/// The object for a registry and its user.
pub fn object(
    registry: &str,
    username: &str,
    password: &Secret,
    namespace: Option<&str>,
) -> SecretObject {
    let auth = STANDARD.encode(format!("{username}:{}", password.expose()));
    let entry = serde_json::json!({ "auth": auth, "email": EMAIL });
    let keys: &[&str] = if registry == HUB { &HUB_KEYS } else { &[registry] };
    let auths: serde_json::Map<_, _> =
        keys.iter().map(|key| ((*key).to_owned(), entry.clone())).collect();
    let content = serde_json::json!({ "auths": auths }).to_string();
    SecretObject {
        metadata: ObjectMeta {
            name: Some(name(registry)),
            namespace: namespace.map(str::to_owned),
            ..ObjectMeta::default()
        },
        type_: Some(TYPE.to_owned()),
        data: Some(BTreeMap::from([(DATA_KEY.to_owned(), ByteString(content.into_bytes()))])),
        ..SecretObject::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_clusters_have() {
        for (registry, wanted) in [
            ("docker.io", "devspace-auth-docker"),
            ("gcr.io", "devspace-auth-gcr-io"),
            ("localhost:5000", "devspace-auth-localhost-5000"),
            ("Registry.Example.com", "devspace-auth-registry-example-com"),
            ("[::1]:5000", "devspace-auth-1--5000"),
            ("[::1]", "devspace-auth-1"),
        ] {
            assert_eq!(name(registry), wanted);
        }
    }

    #[test]
    fn content_is_json_whatever_the_user_is_called() {
        let object = object("r.io:1", "a\"b", &Secret::new("p:\\q"), Some("shop"));
        let data = &object.data.as_ref().unwrap()[".dockerconfigjson"].0;
        let content: serde_json::Value = serde_json::from_slice(data).unwrap();
        let auth = content["auths"]["r.io:1"]["auth"].as_str().unwrap();
        assert_eq!(STANDARD.decode(auth).unwrap(), b"a\"b:p:\\q");
        assert_eq!(object.metadata.namespace.as_deref(), Some("shop"));
    }

    #[test]
    fn hub_is_found_under_both_its_keys() {
        let object = object(HUB, "me", &Secret::new("x"), None);
        let data = &object.data.as_ref().unwrap()[".dockerconfigjson"].0;
        let content: serde_json::Value = serde_json::from_slice(data).unwrap();
        assert_eq!(content["auths"].as_object().unwrap().len(), 2);
    }
}
