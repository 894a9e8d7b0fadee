//! Pull secrets read, written and deleted. Nobody else's secret is ever asked for:
//! where many namespaces are in play, one name in all of them is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::call::{APPLY, Call};
use super::super::connect::Cluster;
use super::super::error::{Error, What};
use super::content::{Content, OURS};

/// Objects of one answer.
const PAGE: &str = "500";

/// `secrets` or `serviceaccounts`, as the API server calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Secret,
    Account,
}

impl Kind {
    fn plural(self) -> &'static str {
        match self {
            Self::Secret => "secrets",
            Self::Account => "serviceaccounts",
        }
    }
}

fn what(verb: &'static str, namespace: &str, name: &str) -> What {
    What::new(verb, "secrets", Some(namespace)).named(name)
}

fn path(namespace: &str, name: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/secrets/{name}")
}

/// The secret, if it is there.
pub async fn read(cluster: &Cluster, namespace: &str, name: &str) -> Result<Option<Value>, Error> {
    let call = Call::get(path(namespace, name), what("get", namespace, name));
    match cluster.call(&call).await {
        Ok(secret) => Ok(Some(secret)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What has this name, in every namespace; accounts of all names with `None`.
/// The key is namespace and name.
pub async fn read_everywhere(
    cluster: &Cluster,
    kind: Kind,
    name: Option<&str>,
) -> Result<BTreeMap<(String, String), Value>, Error> {
    let mut found = BTreeMap::new();
    let mut next = String::new();
    loop {
        let what = What::new("list", kind.plural(), None);
        let mut call = Call::get(format!("/api/v1/{}", kind.plural()), what).query("limit", PAGE);
        if let Some(name) = name {
            call = call.query("fieldSelector", format!("metadata.name={name}"));
        }
        if !next.is_empty() {
            call = call.query("continue", next);
        }
        let mut list = cluster.call(&call).await?;
        if let Value::Array(items) = list["items"].take() {
            for item in items {
                let text = |at: &str| item["metadata"][at].as_str().unwrap_or_default().to_owned();
                found.insert((text("namespace"), text("name")), item);
            }
        }
        match list["metadata"]["continue"].as_str() {
            Some(more) if !more.is_empty() => next = more.to_owned(),
            _ => return Ok(found),
        }
    }
}

/// Writes what it shall hold, by server-side apply. `seen` is what was judged: if it is
/// another one by now, nothing is written, and the error's code is 409.
pub async fn write(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    content: &Content,
    seen: Option<&Value>,
) -> Result<(), Error> {
    let mut object = content.object(name, Some(namespace));
    if let Some(version) = seen.and_then(|seen| seen["metadata"]["resourceVersion"].as_str()) {
        object["metadata"]["resourceVersion"] = version.into();
    }
    let call = Call::patch(path(namespace, name), what("patch", namespace, name), APPLY, &object);
    // Fields of an earlier maker are taken over: that it may be was judged before.
    cluster.call(&call.query("fieldManager", OURS).query("force", "true")).await.map(drop)
}

/// Deletes the very secret that was seen.
pub async fn delete(cluster: &Cluster, seen: &Value) -> Result<(), Error> {
    let metadata = &seen["metadata"];
    let text = |at: &str| metadata[at].as_str().unwrap_or_default();
    let (namespace, name) = (text("namespace"), text("name"));
    let body = json!({
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
    });
    let call = Call::delete(path(namespace, name), what("delete", namespace, name), &body);
    match cluster.call(&call).await {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}

/// Images of the pods that a namespace has now.
pub async fn images_of_pods(cluster: &Cluster, namespace: &str) -> Result<Vec<String>, Error> {
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let list = cluster.call(&Call::get(path, What::new("list", "pods", Some(namespace)))).await?;
    let pods = list["items"].as_array().into_iter().flatten();
    let containers = pods.flat_map(|pod| {
        ["containers", "initContainers"].into_iter().filter_map(|kind| pod["spec"][kind].as_array())
    });
    let images = containers.flatten().filter_map(|container| container["image"].as_str());
    Ok(images.map(str::to_owned).collect())
}
