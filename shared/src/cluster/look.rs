//! What stands in a cluster: metadata of many objects by one list for each kind and
//! namespace, and single facts (the cluster's identity, whether a namespace is there).

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::call::{Call, METADATA_LIST};
use super::connect::Cluster;
use super::discovery::Resource;
use super::error::{Error, What};
use crate::util::hex;

/// So many objects an answer.
const PAGE: &str = "500";

/// Which object: its kind's resource, namespace (where the kind has one) and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub api_version: String,
    pub plural: String,
    pub namespace: Option<String>,
    pub name: String,
}

impl Key {
    pub fn of(resource: &Resource, namespace: &str, name: &str) -> Self {
        Self {
            api_version: resource.api_version.clone(),
            plural: resource.plural.clone(),
            namespace: resource.namespaced.then(|| namespace.to_owned()),
            name: name.to_owned(),
        }
    }

    fn resource(&self) -> Resource {
        Resource {
            api_version: self.api_version.clone(),
            kind: String::new(),
            plural: self.plural.clone(),
            namespaced: self.namespace.is_some(),
        }
    }

    /// The object's own path.
    pub fn path(&self) -> String {
        format!("{}/{}", self.resource().path(self.namespace.as_deref()), self.name)
    }

    pub fn what(&self, verb: &'static str) -> What {
        self.resource().what(verb, self.namespace.as_deref()).named(&self.name)
    }
}

impl Cluster {
    /// The `metadata` of those of these objects that are there.
    pub async fn metadata(&self, keys: &[Key]) -> Result<HashMap<Key, Value>, Error> {
        let mut groups: BTreeMap<(String, String, Option<String>), Vec<&Key>> = BTreeMap::new();
        for key in keys {
            let group = (key.api_version.clone(), key.plural.clone(), key.namespace.clone());
            groups.entry(group).or_default().push(key);
        }
        let lists = groups.into_values().map(|group| self.metadata_of_group(group));
        let found = futures_util::future::try_join_all(lists).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Objects of one kind and namespace.
    async fn metadata_of_group(&self, keys: Vec<&Key>) -> Result<Vec<(Key, Value)>, Error> {
        let first = keys[0];
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let what = first.resource().what("list", first.namespace.as_deref());
            let path = first.resource().path(first.namespace.as_deref());
            let mut call = Call::get(path, what).accept(METADATA_LIST).query("limit", PAGE);
            if keys.iter().all(|key| key.name == first.name) {
                call = call.query("fieldSelector", format!("metadata.name={}", first.name));
            }
            if !next.is_empty() {
                call = call.query("continue", next);
            }
            let mut answer = match self.call(&call).await {
                // The kind itself is gone, and all objects with it.
                Err(error) if error.is_not_found() => return Ok(found),
                answer => answer?,
            };
            for item in answer["items"].as_array_mut().into_iter().flatten() {
                let name = item["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                if let Some(key) = keys.iter().find(|key| key.name == name) {
                    found.push(((*key).clone(), item["metadata"].take()));
                }
            }
            next = answer["metadata"]["continue"].as_str().unwrap_or_default().to_owned();
            if next.is_empty() {
                return Ok(found);
            }
        }
    }

    /// Those of these objects that are there, whole; one list for each kind and namespace.
    pub async fn objects(&self, keys: &[Key]) -> Result<HashMap<Key, Value>, Error> {
        let mut groups: BTreeMap<(&str, &str, Option<&str>), Vec<&Key>> = BTreeMap::new();
        for key in keys {
            let group = (key.api_version.as_str(), key.plural.as_str(), key.namespace.as_deref());
            groups.entry(group).or_default().push(key);
        }
        let mut found = HashMap::new();
        for ((api_version, plural, namespace), keys) in groups {
            for object in self.list(api_version, plural, namespace).await? {
                let name = object["metadata"]["name"].as_str().unwrap_or_default();
                if let Some(key) = keys.iter().find(|key| key.name == name) {
                    found.insert((*key).clone(), object);
                }
            }
        }
        Ok(found)
    }

    /// All objects of a kind in a namespace.
    pub async fn list(
        &self,
        api_version: &str,
        plural: &str,
        namespace: Option<&str>,
    ) -> Result<Vec<Value>, Error> {
        let resource = Resource {
            api_version: api_version.to_owned(),
            kind: String::new(),
            plural: plural.to_owned(),
            namespaced: namespace.is_some(),
        };
        let what = resource.what("list", namespace);
        let mut answer = self.call(&Call::get(resource.path(namespace), what)).await?;
        Ok(match answer["items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        })
    }

    /// Which cluster this is: the uid of its namespace `kube-system`; where we may not read
    /// that, a digest of the server's address.
    pub async fn identity(&self) -> Result<String, Error> {
        let what = What::new("get", "namespaces", None).named("kube-system");
        match self.call(&Call::get("/api/v1/namespaces/kube-system", what)).await {
            Ok(namespace) => match namespace["metadata"]["uid"].as_str() {
                Some(uid) => Ok(uid.to_owned()),
                None => Ok(self.address_digest()),
            },
            Err(Error::Forbidden { .. }) => Ok(self.address_digest()),
            Err(error) if error.is_not_found() => Ok(self.address_digest()),
            Err(error) => Err(error),
        }
    }

    fn address_digest(&self) -> String {
        let digest = Sha256::digest(self.about().server.as_bytes());
        format!("server-{}", hex::encode(&digest[..8]))
    }

    /// The server's version: `v1.34.4`.
    pub async fn version(&self) -> Result<Option<String>, Error> {
        let what = What::new("get", "the version", None);
        let answer = self.call(&Call::get("/version", what)).await?;
        Ok(answer["gitVersion"].as_str().map(str::to_owned))
    }

    /// A whole object; `None` where it is not there.
    pub async fn object(&self, key: &Key) -> Result<Option<Value>, Error> {
        match self.call(&Call::get(key.path(), key.what("get"))).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
