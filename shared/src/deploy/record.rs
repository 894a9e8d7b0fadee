//! What the state keeps of objects in a cluster, and how far they have drifted from it.

use std::collections::HashMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::cluster::{Key, Object, Resource, owner};
use crate::state::Placed;

/// An object as it stands after an apply. `manager` is whose fields count.
pub fn placed(object: &Object, resource: &Resource, live: &Value, manager: &str) -> Placed {
    let metadata = &live["metadata"];
    let text = |key: &str| metadata[key].as_str().unwrap_or_default().to_owned();
    Placed {
        api_version: resource.api_version.clone(),
        kind: object.kind.clone(),
        resource: resource.plural.clone(),
        namespace: metadata["namespace"].as_str().map(str::to_owned),
        name: text("name"),
        uid: text("uid"),
        generation: metadata["generation"].as_i64(),
        owned: owner::owned(metadata, manager),
        extra: Map::new(),
    }
}

/// How to find it again.
pub fn key(placed: &Placed) -> Key {
    Key {
        api_version: placed.api_version.clone(),
        plural: placed.resource.clone(),
        namespace: placed.namespace.clone(),
        name: placed.name.clone(),
    }
}

/// What happened to an object since it was put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    Deleted,
    /// Deleted, and made anew by somebody else.
    Replaced,
    /// Fields of ours were changed or taken away.
    Edited,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleted => "was deleted",
            Self::Replaced => "was deleted and made anew",
            Self::Edited => "was edited",
        })
    }
}

/// Compares what is there with what was put there. Others' fields do not count: an
/// autoscaler's replicas are no drift.
pub fn drift(placed: &Placed, found: &HashMap<Key, Value>, manager: &str) -> Option<Drift> {
    let Some(metadata) = found.get(&key(placed)) else { return Some(Drift::Deleted) };
    if metadata["uid"] != *placed.uid || !metadata["deletionTimestamp"].is_null() {
        return Some(Drift::Replaced);
    }
    let same_generation =
        placed.generation.is_some() && metadata["generation"].as_i64() == placed.generation;
    let same_fields = || owner::owned(metadata, manager) == placed.owned;
    (!same_generation && !same_fields()).then_some(Drift::Edited)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(names: &[&str]) -> Value {
        let map: Map<String, Value> = names.iter().map(|n| (format!("f:{n}"), json!({}))).collect();
        json!([{"manager": "ds", "operation": "Apply", "fieldsV1": map}])
    }

    #[test]
    fn drift_is_what_touches_our_fields() {
        let live = |uid: &str, generation: i64, names: &[&str]| {
            json!({"metadata": {"name": "web", "namespace": "n", "uid": uid,
                "generation": generation, "managedFields": fields(names)}})
        };
        let body =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}});
        let object = Object::of(body).unwrap().remove(0);
        let resource = Resource {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            plural: "deployments".into(),
            namespaced: true,
        };
        let placed = placed(&object, &resource, &live("u1", 1, &["a", "b"]), "ds");
        let now = |live: Value| {
            let found = HashMap::from([(key(&placed), live["metadata"].clone())]);
            drift(&placed, &found, "ds")
        };
        assert_eq!(now(live("u1", 1, &["a", "b"])), None);
        assert_eq!(now(live("u1", 2, &["a", "b"])), None, "somebody else's field");
        assert_eq!(now(live("u1", 2, &["a"])), Some(Drift::Edited));
        assert_eq!(now(live("u2", 1, &["a", "b"])), Some(Drift::Replaced));
        assert_eq!(drift(&placed, &HashMap::new(), "ds"), Some(Drift::Deleted));
    }
}
