//! The pull secrets that a service account names. The list is replaced as a whole by
//! whoever applies it, so ours is added to what was read, and only if it is still that.

use serde_json::{Value, json};

use super::super::call::{APPLY, Call, JSON_PATCH};
use super::super::connect::Cluster;
use super::super::error::{Error, What};
use super::content::OURS;

/// How often somebody else may be quicker.
const TRIES: usize = 8;
const FIELD: &str = "imagePullSecrets";

/// Whether a service account names a secret.
pub fn names(account: &Value, secret: &str) -> bool {
    position(account, secret).is_some()
}

fn position(account: &Value, secret: &str) -> Option<usize> {
    account.get(FIELD)?.as_array()?.iter().position(|entry| entry["name"] == secret)
}

/// The patch after which it does, for an account that has this list now.
fn added(account: &Value, secret: &str) -> Value {
    let entry = json!({ "name": secret });
    match account.get(FIELD).and_then(Value::as_array).filter(|list| !list.is_empty()) {
        Some(list) => json!([
            { "op": "test", "path": "/imagePullSecrets", "value": list },
            { "op": "add", "path": "/imagePullSecrets/-", "value": entry },
        ]),
        None => json!([
            { "op": "test", "path": "/imagePullSecrets", "value": account.get(FIELD) },
            { "op": "add", "path": "/imagePullSecrets", "value": [entry] },
        ]),
    }
}

/// The patch after which it does no more; `None` where it doesn't.
fn removed(account: &Value, secret: &str) -> Option<Value> {
    let at = position(account, secret)?;
    let list = account.get(FIELD)?.as_array()?;
    let path = match list.len() {
        1 => "/imagePullSecrets".to_owned(),
        _ => format!("/imagePullSecrets/{at}"),
    };
    Some(json!([
        { "op": "test", "path": "/imagePullSecrets", "value": list },
        { "op": "remove", "path": path },
    ]))
}

fn what(verb: &'static str, namespace: &str) -> What {
    What::new(verb, "serviceaccounts", Some(namespace))
}

fn path(namespace: &str, name: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}")
}

/// The account, if it is there.
pub async fn read(cluster: &Cluster, namespace: &str, name: &str) -> Result<Option<Value>, Error> {
    let call = Call::get(path(namespace, name), what("get", namespace).named(name));
    match cluster.call(&call).await {
        Ok(account) => Ok(Some(account)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// All accounts of a namespace.
pub async fn read_all(cluster: &Cluster, namespace: &str) -> Result<Vec<Value>, Error> {
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
    let list = cluster.call(&Call::get(path, what("list", namespace))).await?;
    Ok(list["items"].as_array().cloned().unwrap_or_default())
}

/// Makes an account as its document says.
pub async fn make(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    document: &Value,
) -> Result<Value, Error> {
    let mut document = document.clone();
    document["metadata"]["namespace"] = namespace.into();
    let what = what("patch", namespace).named(name);
    let call = Call::patch(path(namespace, name), what, APPLY, &document);
    cluster.call(&call.query("fieldManager", OURS).query("force", "true")).await
}

/// Adds a secret to the account's, unless it is there. Says whether it wrote.
pub async fn add(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    account: Value,
    secret: &str,
) -> Result<bool, Error> {
    let patch = |account: &Value| (!names(account, secret)).then(|| added(account, secret));
    change(cluster, namespace, name, account, patch).await
}

/// Takes a secret out of the account's. Says whether it wrote.
pub async fn remove(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    account: Value,
    secret: &str,
) -> Result<bool, Error> {
    change(cluster, namespace, name, account, |account| removed(account, secret)).await
}

async fn change(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    mut account: Value,
    patch: impl Fn(&Value) -> Option<Value>,
) -> Result<bool, Error> {
    let mut tries = 0;
    loop {
        let Some(body) = patch(&account) else { return Ok(false) };
        let what = what("patch", namespace).named(name);
        let call = Call::patch(path(namespace, name), what, JSON_PATCH, &body);
        let error = match cluster.call(&call.query("fieldManager", OURS)).await {
            Ok(_) => return Ok(true),
            // The list is another one by now: 422 is what a failed `test` gives.
            Err(error) if matches!(error.code(), Some(409 | 422)) => error,
            Err(error) => return Err(error),
        };
        tries += 1;
        account = match read(cluster, namespace, name).await? {
            Some(account) if tries < TRIES => account,
            _ => return Err(error),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_entries_stay() {
        let account = json!({ "imagePullSecrets": [{ "name": "theirs" }] });
        let patch = added(&account, "ours");
        assert_eq!(patch[0]["value"], account["imagePullSecrets"]);
        assert_eq!(patch[1]["path"], "/imagePullSecrets/-");
        assert!(names(&account, "theirs") && !names(&account, "ours"));
        assert_eq!(added(&json!({}), "ours")[0]["value"], Value::Null);
        assert_eq!(added(&json!({ "imagePullSecrets": [] }), "ours")[0]["value"], json!([]));
    }

    #[test]
    fn only_ours_is_taken_out() {
        let account = json!({ "imagePullSecrets": [{ "name": "a" }, { "name": "ours" }] });
        assert_eq!(removed(&account, "ours").unwrap()[1]["path"], "/imagePullSecrets/1");
        let alone = json!({ "imagePullSecrets": [{ "name": "ours" }] });
        assert_eq!(removed(&alone, "ours").unwrap()[1]["path"], "/imagePullSecrets");
        assert_eq!(removed(&account, "other"), None);
        assert_eq!(removed(&json!({}), "ours"), None);
    }
}
