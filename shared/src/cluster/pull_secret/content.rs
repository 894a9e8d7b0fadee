//! The image pull secret of a registry, as upstream makes it, so that secrets
//! which are in a cluster already go on working. Builds the object; sends nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::reference::HUB;
use crate::util::secret::Secret;
use crate::util::time;

/// The secret's type (Kubernetes: "Docker config Secrets").
pub const TYPE: &str = "kubernetes.io/dockerconfigjson";
pub const DATA_KEY: &str = ".dockerconfigjson";
/// Says whose an object is (Kubernetes: "Recommended Labels").
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The value for what is ours; our field manager's name, too.
pub const OURS: &str = "ds";
/// Until when the secret's password is good, in the form of RFC 3339.
pub const EXPIRES_AT: &str = "ds/expires-at";
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

/// What a registry's secret shall hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub registry: String,
    pub username: String,
    pub password: Secret,
    /// Unix time in seconds, where the password tells it.
    pub expires: Option<u64>,
}

impl Content {
    /// The keys under which the credentials stand.
    pub fn keys(&self) -> Vec<&str> {
        if self.registry == HUB { HUB_KEYS.to_vec() } else { vec![&self.registry] }
    }

    /// base64 of `user:password`.
    pub fn auth(&self) -> Secret {
        Secret::new(STANDARD.encode(format!("{}:{}", self.username, self.password.expose())))
    }

    /// The object under a name. It holds the password: it goes to the cluster or, when
    /// asked for, to stdout.
    pub fn object(&self, name: &str, namespace: Option<&str>) -> Value {
        let entry = json!({ "auth": self.auth().expose(), "email": EMAIL });
        let pairs = self.keys().into_iter().map(|key| (key.to_owned(), entry.clone()));
        let auths: Map<_, _> = pairs.collect();
        let content = STANDARD.encode(json!({ "auths": auths }).to_string());
        let mut metadata = Map::new();
        metadata.insert("name".into(), name.into());
        if let Some(namespace) = namespace {
            metadata.insert("namespace".into(), namespace.into());
        }
        metadata.insert("labels".into(), json!({ MANAGED_BY: OURS }));
        if let Some(expires) = self.expires {
            let end = time::rfc3339(expires.cast_signed());
            metadata.insert("annotations".into(), json!({ EXPIRES_AT: end }));
        }
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata,
            "type": TYPE,
            "data": { DATA_KEY: content },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(registry: &str, username: &str, password: &str) -> Content {
        Content {
            registry: registry.into(),
            username: username.into(),
            password: Secret::new(password),
            expires: None,
        }
    }

    fn auths(object: &Value) -> Value {
        let data = object["data"][DATA_KEY].as_str().unwrap();
        let config: Value = serde_json::from_slice(&STANDARD.decode(data).unwrap()).unwrap();
        config["auths"].clone()
    }

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
        let content = Content { expires: Some(0), ..content("r.io:1", "a\"b", "p:\\q") };
        let object = content.object("n", Some("shop"));
        let auth = auths(&object)["r.io:1"]["auth"].as_str().unwrap().to_owned();
        assert_eq!(STANDARD.decode(auth).unwrap(), b"a\"b:p:\\q");
        assert_eq!(object["metadata"]["namespace"], "shop");
        assert_eq!(object["metadata"]["annotations"][EXPIRES_AT], "1970-01-01T00:00:00Z");
        assert_eq!(object["type"], TYPE);
    }

    #[test]
    fn hub_is_found_under_both_its_keys() {
        let content = content(HUB, "me", "x");
        let object = content.object("n", None);
        assert_eq!(auths(&object).as_object().unwrap().len(), 2);
        assert!(object["metadata"].get("namespace").is_none());
    }
}
