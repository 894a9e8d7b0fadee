//! Who has which fields: reads `metadata.managedFields`, and takes over what kubectl's
//! client-side apply had, as `kubectl apply --server-side` does.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::util::hex;

/// Our field manager.
pub const MANAGER: &str = "ds";
/// The name that kubectl's client-side apply has there.
pub const CLIENT_SIDE: &str = "kubectl-client-side-apply";

/// A digest of the fields that a manager has in an object, 16 hex digits; `None` where it
/// has none. Whoever changes or removes one of these fields changes it.
pub fn owned(metadata: &Value, manager: &str) -> Option<String> {
    let mut hash = Sha256::new();
    let mut any = false;
    for entry in entries(metadata).filter(|entry| is_of(entry, manager)) {
        any = true;
        canonical(&entry["fieldsV1"], &mut hash);
    }
    any.then(|| hex::encode(&hash.finalize()[..8]))
}

/// Whether a manager has any field.
pub fn has(metadata: &Value, manager: &str) -> bool {
    entries(metadata).any(|entry| is_of(entry, manager))
}

fn entries(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["managedFields"].as_array().into_iter().flatten()
}

/// Status and scale are others' parts of an object.
fn is_of(entry: &Value, manager: &str) -> bool {
    entry["manager"] == manager && entry["subresource"].as_str().unwrap_or("").is_empty()
}

/// Servers sort keys, but do not promise to.
fn canonical(value: &Value, hash: &mut Sha256) {
    let Value::Object(map) = value else { return };
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort();
    for key in keys {
        hash.update(key.as_bytes());
        hash.update(b"{");
        canonical(&map[key], hash);
        hash.update(b"}");
    }
}

/// The JSON patch that makes the fields of client-side apply ours; `None` where there
/// are none.
pub fn take_over(metadata: &Value) -> Option<Value> {
    if !has(metadata, CLIENT_SIDE) {
        return None;
    }
    let (old, mut kept): (Vec<&Value>, Vec<Value>) = (
        entries(metadata).filter(|entry| is_of(entry, CLIENT_SIDE)).collect(),
        entries(metadata).filter(|entry| !is_of(entry, CLIENT_SIDE)).cloned().collect(),
    );
    let mut fields = Map::new();
    for entry in &old {
        join(&mut fields, entry["fieldsV1"].as_object());
    }
    let ours = |entry: &&mut Value| is_of(entry, MANAGER) && entry["operation"] == "Apply";
    match kept.iter_mut().find(ours) {
        Some(entry) => {
            join(&mut fields, entry["fieldsV1"].as_object());
            entry["fieldsV1"] = fields.into();
        }
        None => {
            let mut entry = old.first().map_or(Value::Null, |entry| (*entry).clone());
            entry["manager"] = MANAGER.into();
            entry["operation"] = "Apply".into();
            entry["fieldsV1"] = fields.into();
            kept.push(entry);
        }
    }
    Some(json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": kept},
        {"op": "replace", "path": "/metadata/resourceVersion",
         "value": metadata["resourceVersion"]},
    ]))
}

/// All fields of both.
fn join(into: &mut Map<String, Value>, from: Option<&Map<String, Value>>) {
    for (key, value) in from.into_iter().flatten() {
        match into.get_mut(key) {
            Some(Value::Object(inner)) => join(inner, value.as_object()),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    // `json!` borrows what it is given.
    #![allow(clippy::needless_pass_by_value)]

    use super::*;

    fn metadata(entries: Value) -> Value {
        json!({"resourceVersion": "7", "managedFields": entries})
    }

    #[test]
    fn what_others_have_does_not_count() {
        let entry = |manager: &str, fields: Value| json!({"manager": manager, "operation": "Apply", "fieldsV1": fields});
        let ours = entry("ds", json!({"f:spec": {"f:b": {}, "f:a": {}}}));
        let sorted = entry("ds", json!({"f:spec": {"f:a": {}, "f:b": {}}}));
        let other = entry("hpa", json!({"f:spec": {"f:replicas": {}}}));
        let status = json!({"manager": "ds", "operation": "Update", "subresource": "status",
            "fieldsV1": {"f:status": {}}});
        let alone = owned(&metadata(json!([ours])), "ds").unwrap();
        assert_eq!(owned(&metadata(json!([other, sorted, status])), "ds").unwrap(), alone);
        let less = entry("ds", json!({"f:spec": {"f:a": {}}}));
        assert_ne!(owned(&metadata(json!([less])), "ds").unwrap(), alone);
        assert_eq!(owned(&metadata(json!([other])), "ds"), None);
    }

    #[test]
    fn fields_of_client_side_apply_become_ours() {
        let old = json!({"manager": CLIENT_SIDE, "operation": "Update", "apiVersion": "v1",
            "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}});
        let ours = json!({"manager": "ds", "operation": "Apply", "apiVersion": "v1",
            "fieldsV1": {"f:data": {"f:c": {}}}});
        let other = json!({"manager": "edit", "operation": "Update", "fieldsV1": {"f:x": {}}});
        let patch = take_over(&metadata(json!([old, other]))).unwrap();
        let kept = patch[0]["value"].as_array().unwrap();
        assert_eq!(kept[0], other);
        assert_eq!(
            (kept[1]["manager"].as_str(), kept[1]["operation"].as_str()),
            (Some("ds"), Some("Apply"))
        );
        let patch = take_over(&metadata(json!([old, ours]))).unwrap();
        assert_eq!(patch[0]["value"][0]["fieldsV1"]["f:data"].as_object().unwrap().len(), 3);
        assert_eq!(patch[1]["value"], "7");
        assert_eq!(take_over(&metadata(json!([ours]))), None);
    }
}
