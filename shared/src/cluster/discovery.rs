//! Which path a kind has: asked of the server, one request for each API group and
//! version that is used, so that no right is needed that a Role does not give, and
//! servers of any age answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::call::Call;
use super::connect::Cluster;
use super::error::{Error, What};
use super::object::Object;

/// How objects of a kind are addressed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    pub api_version: String,
    pub kind: String,
    pub plural: String,
    pub namespaced: bool,
}

impl Resource {
    /// `deployments.apps`, RBAC's and kubectl's name for it.
    pub fn full_name(&self) -> String {
        match self.api_version.split_once('/') {
            Some((group, _)) => format!("{}.{group}", self.plural),
            None => self.plural.clone(),
        }
    }

    /// The path of all of them, in a namespace where they have one.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = root(&self.api_version);
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{}", self.plural),
            None => format!("{root}/{}", self.plural),
        }
    }

    pub fn what(&self, verb: &'static str, namespace: Option<&str>) -> What {
        What::new(verb, &self.full_name(), namespace.filter(|_| self.namespaced))
    }

    /// The namespaces themselves.
    pub fn namespaces() -> Self {
        Self::core("Namespace", "namespaces", false)
    }

    /// A kind of `v1`, which every server has.
    pub fn core(kind: &str, plural: &str, namespaced: bool) -> Self {
        let api_version = "v1".to_owned();
        Self { api_version, kind: kind.to_owned(), plural: plural.to_owned(), namespaced }
    }
}

fn root(api_version: &str) -> String {
    match api_version.contains('/') {
        true => format!("/apis/{api_version}"),
        false => format!("/api/{api_version}"),
    }
}

/// The kinds of the API versions that were asked for.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// `None`: the server does not have this API version.
    versions: BTreeMap<String, Option<Vec<Resource>>>,
}

impl Resources {
    /// What the server has for an object.
    pub fn of(&self, object: &Object) -> Option<&Resource> {
        let known = self.versions.get(&object.api_version)?.as_ref()?;
        known.iter().find(|resource| resource.kind == object.kind)
    }

    /// Forgets what the server lacked: a definition may have been made meanwhile.
    pub fn forget_missing(&mut self, objects: &[Object]) {
        for object in objects {
            if self.of(object).is_none() {
                self.versions.remove(&object.api_version);
            }
        }
    }

    /// Asks for the API versions of these objects that are not known yet.
    pub async fn learn(&mut self, cluster: &Cluster, objects: &[Object]) -> Result<(), Error> {
        let wanted: BTreeSet<&str> = objects
            .iter()
            .map(|object| object.api_version.as_str())
            .filter(|version| !self.versions.contains_key(*version))
            .collect();
        let asked = wanted.into_iter().map(|version| ask(cluster, version));
        for (version, answer) in futures_util::future::try_join_all(asked).await? {
            self.versions.insert(version, answer);
        }
        Ok(())
    }
}

async fn ask(
    cluster: &Cluster,
    api_version: &str,
) -> Result<(String, Option<Vec<Resource>>), Error> {
    let what = What::new("get", "the API", None).named(api_version);
    let answer = match cluster.call(&Call::get(root(api_version), what)).await {
        Ok(answer) => answer,
        Err(error) if error.is_not_found() => return Ok((api_version.to_owned(), None)),
        Err(error) => return Err(error),
    };
    let listed = answer["resources"].as_array().into_iter().flatten();
    let resources = listed.filter_map(|entry| {
        let plural = entry["name"].as_str()?;
        // `pods/log` and the like.
        (!plural.contains('/')).then(|| Resource {
            api_version: api_version.to_owned(),
            kind: entry["kind"].as_str().unwrap_or_default().to_owned(),
            plural: plural.to_owned(),
            namespaced: entry["namespaced"] == Value::Bool(true),
        })
    });
    Ok((api_version.to_owned(), Some(resources.collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_names() {
        let apps = Resource {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            plural: "deployments".into(),
            namespaced: true,
        };
        assert_eq!(apps.path(Some("shop")), "/apis/apps/v1/namespaces/shop/deployments");
        assert_eq!(apps.path(None), "/apis/apps/v1/deployments");
        assert_eq!(apps.full_name(), "deployments.apps");
        assert_eq!(Resource::namespaces().path(Some("x")), "/api/v1/namespaces");
        let what = apps.what("list", Some("shop")).to_string();
        assert_eq!(what, "list `deployments.apps` in namespace `shop`");
    }
}
