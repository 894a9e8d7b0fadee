//! What is to be done about a secret, from what the cluster has under its name. Pure.
//!
//! One that is there is taken over if it is of the right type, holds this registry and
//! no other, and has no other owner: so those that DevSpace made go on working.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::content::{Content, DATA_KEY, EXPIRES_AT, MANAGED_BY, OURS, TYPE};
use crate::util::time;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Missing,
    Fit,
    /// It is to be written, because of this.
    Differs(String),
    /// It holds what it shall, but its password ends soon: at this Unix time.
    Ending(u64),
    /// It is somebody else's: why.
    Foreign(String),
}

/// Judges what is there. A password that ends before `soon` (Unix seconds) counts as ended.
pub fn judge(there: Option<&Value>, wanted: &Content, soon: u64) -> Verdict {
    let Some(there) = there else { return Verdict::Missing };
    let auths = auths(there);
    if let Some(why) = foreign(there, auths.as_ref(), wanted) {
        return Verdict::Foreign(why);
    }
    let expires = expires(there);
    if let Some(why) = differs(auths.as_ref(), wanted) {
        // A token is another one each time it is asked for: one that is good is kept.
        let good = expires.is_some_and(|time| time >= soon) && wanted.expires.is_some();
        if !(good && user_of(auths.as_ref(), wanted).as_deref() == Some(wanted.username.as_str())) {
            return Verdict::Differs(why);
        }
    } else if expires != wanted.expires {
        return Verdict::Differs("the time when its password ends was not noted".into());
    }
    if label(there) != Some(OURS) {
        return Verdict::Differs("it does not say whose it is".into());
    }
    match expires {
        Some(time) if time < soon => Verdict::Ending(time),
        _ => Verdict::Fit,
    }
}

/// Whether it says that it is ours.
pub fn is_ours(there: &Value) -> bool {
    label(there) == Some(OURS) && there["metadata"].get("ownerReferences").is_none()
}

fn label(there: &Value) -> Option<&str> {
    there["metadata"]["labels"].get(MANAGED_BY)?.as_str()
}

fn expires(there: &Value) -> Option<u64> {
    time::of_rfc3339(there["metadata"]["annotations"].get(EXPIRES_AT)?.as_str()?)
}

/// `auths` of the content; `None` where it is not what docker writes.
fn auths(there: &Value) -> Option<serde_json::Map<String, Value>> {
    let data = STANDARD.decode(there["data"].get(DATA_KEY)?.as_str()?).ok()?;
    let mut config: Value = serde_json::from_slice(&data).ok()?;
    match config["auths"].take() {
        Value::Object(auths) => Some(auths),
        _ => None,
    }
}

fn foreign(
    there: &Value,
    auths: Option<&serde_json::Map<String, Value>>,
    wanted: &Content,
) -> Option<String> {
    let kind = there["type"].as_str().unwrap_or_default();
    if kind != TYPE {
        return Some(format!("its type is `{kind}`"));
    }
    let owner = there["metadata"]["ownerReferences"].get(0);
    if let Some(owner) = owner {
        let of = |key: &str| owner[key].as_str().unwrap_or("?").to_owned();
        return Some(format!("it is owned by {} `{}`", of("kind"), of("name")));
    }
    if let Some(other) = label(there).filter(|label| *label != OURS) {
        return Some(format!("it is managed by `{other}`"));
    }
    let keys = wanted.keys();
    let other = auths.into_iter().flatten().find(|(key, _)| {
        !keys.contains(&key.as_str()) && crate::registry::host_of(key) != wanted.registry
    });
    other.map(|(key, _)| format!("it holds credentials for `{key}`, too"))
}

fn differs(auths: Option<&serde_json::Map<String, Value>>, wanted: &Content) -> Option<String> {
    let Some(auths) = auths else { return Some("its content is damaged".into()) };
    let auth = wanted.auth();
    for key in wanted.keys() {
        match auths.get(key).and_then(|entry| entry["auth"].as_str()) {
            None => return Some(format!("it has nothing for `{key}`")),
            Some(there) if there != auth.expose() => {
                return Some("it holds other credentials".into());
            }
            Some(_) => {}
        }
    }
    None
}

fn user_of(auths: Option<&serde_json::Map<String, Value>>, wanted: &Content) -> Option<String> {
    let entry = auths?.get(*wanted.keys().first()?)?;
    let auth = STANDARD.decode(entry["auth"].as_str()?).ok()?;
    let text = String::from_utf8(auth).ok()?;
    Some(text.split_once(':')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::util::secret::Secret;

    fn content(password: &str, expires: Option<u64>) -> Content {
        let (registry, username) = ("r.io".to_owned(), "u".to_owned());
        Content { registry, username, password: Secret::new(password), expires }
    }

    fn there(content: &Content) -> Value {
        content.object("n", Some("ns"))
    }

    #[test]
    fn what_is_as_it_shall_be_is_left_alone() {
        let wanted = content("p", None);
        assert_eq!(judge(None, &wanted, 0), Verdict::Missing);
        assert_eq!(judge(Some(&there(&wanted)), &wanted, 100), Verdict::Fit);
        let other = content("q", None);
        assert!(matches!(judge(Some(&there(&other)), &wanted, 0), Verdict::Differs(_)));
    }

    #[test]
    fn upstreams_secrets_are_taken_over() {
        let wanted = content("p", None);
        let mut old = there(&wanted);
        old["metadata"]["labels"].take();
        let Verdict::Differs(why) = judge(Some(&old), &wanted, 0) else { panic!() };
        assert!(why.contains("whose"), "{why}");
        old["data"][DATA_KEY] = "e30=".into();
        assert!(matches!(judge(Some(&old), &wanted, 0), Verdict::Differs(_)));
    }

    #[test]
    fn somebody_elses_is_not() {
        let wanted = content("p", None);
        let with = |path: &str, value: Value| {
            let mut there = there(&wanted);
            *there.pointer_mut(path).unwrap() = value;
            match judge(Some(&there), &wanted, 0) {
                Verdict::Foreign(why) => why,
                other => panic!("{other:?}"),
            }
        };
        assert!(with("/type", json!("Opaque")).contains("Opaque"));
        assert!(with("/metadata/labels", json!({MANAGED_BY: "Helm"})).contains("Helm"));
        let two = STANDARD.encode(r#"{"auths":{"r.io":{"auth":"x"},"other.io":{"auth":"x"}}}"#);
        assert!(with("/data", json!({DATA_KEY: two})).contains("other.io"));
        let mut owned = there(&wanted);
        owned["metadata"]["ownerReferences"] = json!([{"kind": "App", "name": "shop"}]);
        assert!(
            matches!(judge(Some(&owned), &wanted, 0), Verdict::Foreign(why) if why.contains("App `shop`"))
        );
        assert!(!is_ours(&owned));
    }

    #[test]
    fn tokens_are_renewed_when_they_end_and_not_before() {
        let old = there(&content("first", Some(1000)));
        assert_eq!(judge(Some(&old), &content("second", Some(2000)), 900), Verdict::Fit);
        assert!(matches!(
            judge(Some(&old), &content("second", Some(2000)), 1001),
            Verdict::Differs(_)
        ));
        // The same token again: nothing to write, and it ends.
        assert_eq!(judge(Some(&old), &content("first", Some(1000)), 1001), Verdict::Ending(1000));
        // Another user's.
        let other = Content { username: "v".into(), ..content("second", Some(2000)) };
        assert!(matches!(judge(Some(&old), &other, 900), Verdict::Differs(_)));
    }
}
