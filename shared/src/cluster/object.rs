//! An object as it shall stand in the cluster: a JSON value whose kind and name are
//! known. What else is in it is the server's business.

use std::fmt;

use serde_json::Value;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub api_version: String,
    pub kind: String,
    /// Empty where the server makes one of `generate_name`.
    pub name: String,
    pub generate_name: Option<String>,
    /// As it is written; the cluster says whether the kind has one at all.
    pub namespace: Option<String>,
    pub body: Value,
}

/// Workloads whose pods are waited for, and where their pods' template stands.
pub const POD_TEMPLATES: [(&str, &str); 9] = [
    ("Deployment", "/spec/template"),
    ("StatefulSet", "/spec/template"),
    ("DaemonSet", "/spec/template"),
    ("ReplicaSet", "/spec/template"),
    ("ReplicationController", "/spec/template"),
    ("Job", "/spec/template"),
    ("CronJob", "/spec/jobTemplate/spec/template"),
    ("PodTemplate", "/template"),
    ("Pod", ""),
];

impl Object {
    /// The objects of a document: one, or those of a `List`. The text says what is missing.
    pub fn of(value: Value) -> Result<Vec<Self>, String> {
        let is_list = value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
        if is_list && value["items"].is_array() {
            let items = value["items"].as_array().cloned().unwrap_or_default();
            return items
                .into_iter()
                .map(Self::of)
                .collect::<Result<Vec<_>, _>>()
                .map(|objects| objects.into_iter().flatten().collect());
        }
        Self::one(value).map(|object| vec![object])
    }

    fn one(body: Value) -> Result<Self, String> {
        if !body.is_object() {
            return Err("a document that is no mapping".into());
        }
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let Some(api_version) = text("/apiVersion") else {
            return Err("a document without `apiVersion`".into());
        };
        let Some(kind) = text("/kind") else { return Err("a document without `kind`".into()) };
        let (name, generate_name) = (text("/metadata/name"), text("/metadata/generateName"));
        if name.is_none() && generate_name.is_none() {
            return Err(format!("a {kind} without `metadata.name`"));
        }
        let namespace = text("/metadata/namespace");
        let name = name.unwrap_or_default();
        Ok(Self { api_version, kind, name, generate_name, namespace, body })
    }

    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The template of its pods, or the pod itself.
    pub fn pod(&self) -> Option<&Value> {
        let (_, place) = POD_TEMPLATES.iter().find(|(kind, _)| *kind == self.kind)?;
        self.body.pointer(place)
    }

    /// Whether any string in it is this one.
    pub fn mentions(&self, text: &str) -> bool {
        fn within(value: &Value, text: &str) -> bool {
            match value {
                Value::String(string) => string == text,
                Value::Array(items) => items.iter().any(|item| within(item, text)),
                Value::Object(map) => map.values().any(|value| within(value, text)),
                _ => false,
            }
        }
        within(&self.body, text)
    }

    /// In which order it is made, see [`rank`].
    pub fn rank(&self) -> usize {
        rank(&self.kind)
    }
}

/// In which order kinds are made: what others need comes first (Helm's InstallOrder).
pub fn rank(kind: &str) -> usize {
    const ORDER: [&str; 33] = [
        "Namespace",
        "CustomResourceDefinition",
        "PriorityClass",
        "NetworkPolicy",
        "ResourceQuota",
        "LimitRange",
        "PodDisruptionBudget",
        "ServiceAccount",
        "Secret",
        "ConfigMap",
        "StorageClass",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
        "Service",
        "DaemonSet",
        "Pod",
        "ReplicationController",
        "ReplicaSet",
        "Deployment",
        "HorizontalPodAutoscaler",
        "StatefulSet",
        "Job",
        "CronJob",
        "IngressClass",
        "Ingress",
        "APIService",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
    ];
    // What nobody knows may need all that goes before it, its own definition included.
    ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len())
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match (&*self.name, &self.generate_name) {
            ("", Some(prefix)) => prefix,
            (name, _) => name,
        };
        write!(f, "{} `{name}`", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_taken_apart_and_what_is_missing_is_said() {
        let pod =
            |name: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}});
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [pod("a"), pod("b")]});
        let names: Vec<String> =
            Object::of(list).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["Pod `a`", "Pod `b`"]);
        for (value, said) in [
            (json!([1]), "no mapping"),
            (json!({"kind": "Pod"}), "without `apiVersion`"),
            (json!({"apiVersion": "v1", "metadata": {"name": "x"}}), "without `kind`"),
            (json!({"apiVersion": "v1", "kind": "Pod"}), "a Pod without `metadata.name`"),
        ] {
            let error = Object::of(value).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
