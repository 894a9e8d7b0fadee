//! Which registries this machine is logged in to, and as whom: from docker's
//! config.json alone. No helper is asked, and no password is kept.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use shared::reference::HUB;
use shared::util::env;
use zeroize::Zeroizing;

/// Largest config.json that is read, in bytes.
const LIMIT: u64 = 4 << 20;

/// Docker's config file, as docker finds it.
pub fn config_file() -> PathBuf {
    let folder = env::value(env::DOCKER_CONFIG).map(PathBuf::from);
    let folder = folder.or_else(|| crate::project::home().map(|home| home.join(".docker")));
    folder.unwrap_or_default().join("config.json")
}

/// Registries with credentials, and the user where the file tells. A file that
/// cannot be read tells nothing.
pub fn known(file: &Path) -> BTreeMap<String, Option<String>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let opened = std::fs::File::open(file).map(|file| file.take(LIMIT));
    if opened.and_then(|mut file| file.read_to_end(&mut bytes)).is_err() {
        return BTreeMap::new();
    }
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> BTreeMap<String, Option<String>> {
    let config: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let mut known = BTreeMap::new();
    for part in ["credHelpers", "auths"] {
        let entries = config.get(part).and_then(Value::as_object).into_iter().flatten();
        for (key, entry) in entries {
            known.insert(host(key), user(entry));
        }
    }
    known
}

/// `https://index.docker.io/v1/` is Docker Hub; other keys are hosts, at times as URLs.
fn host(key: &str) -> String {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    match host {
        "index.docker.io" | "docker.io" | "registry-1.docker.io" => HUB.to_owned(),
        host => host.to_owned(),
    }
}

/// The user of an entry, if it is one that may stand in a repository's name.
fn user(entry: &Value) -> Option<String> {
    let name = match entry.get("auth").and_then(Value::as_str) {
        Some(auth) => {
            let pair = Zeroizing::new(STANDARD.decode(auth).ok()?);
            let end = pair.iter().position(|&byte| byte == b':')?;
            String::from_utf8(pair[..end].to_vec()).ok()?
        }
        None => entry.get("username")?.as_str()?.to_owned(),
    };
    shared::reference::Repository::parse(&format!("{HUB}/{name}/x")).ok().map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_come_from_auths_and_passwords_do_not() {
        let auth = |text: &str| STANDARD.encode(text);
        let config = serde_json::json!({
            "auths": {
                "https://index.docker.io/v1/": { "auth": auth("anna:secret") },
                "ghcr.io": { "auth": auth("Anna@Example:secret") },
                "registry.example.com:5000": { "username": "ben", "password": "secret" },
                "https://stored.example.com": {},
                "broken.example.com": { "auth": "%%%" },
            },
            "credHelpers": { "gcr.io": "gcloud" },
        });
        let known = parse(config.to_string().as_bytes());
        let user = |host: &str| known.get(host).cloned();
        assert_eq!(user("docker.io"), Some(Some("anna".into())));
        assert_eq!(user("registry.example.com:5000"), Some(Some("ben".into())));
        for host in ["ghcr.io", "stored.example.com", "broken.example.com", "gcr.io"] {
            assert_eq!(user(host), Some(None), "{host}");
        }
        assert!(!format!("{known:?}").contains("secret"));
    }

    #[test]
    fn a_config_that_is_none_tells_nothing() {
        for bytes in ["", "[]", "{\"auths\": 1}", "{", "null"] {
            assert!(parse(bytes.as_bytes()).is_empty(), "{bytes}");
        }
        assert!(known(Path::new("/no/such/config.json")).is_empty());
    }
}
