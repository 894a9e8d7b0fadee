//! What the pods of manifests need so that their images can be pulled: in which
//! namespace, by which service account, from which registries.
//!
//! A service account counts for what stands in the same mapping and below it, a
//! `serviceAccountName` further in instead of one further out: so it is in a pod's
//! spec, in every template of one, and in custom resources. Images are strings under a
//! key `image`, and image volumes. Asks no cluster.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::object::Document;
use crate::reference::Reference;
use crate::util::place::Place;

/// The account of pods that name none (Kubernetes: "Configure Service Accounts for Pods").
pub const DEFAULT_ACCOUNT: &str = "default";
/// Their strings are data, whatever the keys are called.
const WITHOUT_IMAGES: [&str; 4] =
    ["ConfigMap", "Secret", "CustomResourceDefinition", "ServiceAccount"];
/// Objects of objects of objects: nobody nests lists deeper.
const LISTS_MAX: usize = 8;

/// See the module.
#[derive(Debug, Default, PartialEq)]
pub struct Needs {
    /// By namespace and account.
    pub accounts: BTreeMap<(String, String), Account>,
    /// Pods that take nothing from their account, since they name secrets themselves.
    pub own: Vec<Own>,
    /// The namespaces of all objects.
    pub namespaces: BTreeSet<String>,
}

/// A service account, and what its pods pull.
#[derive(Debug, Default, PartialEq)]
pub struct Account {
    /// The first that uses it, by registry: `Deployment/web`.
    pub registries: BTreeMap<String, String>,
    /// The document that makes it, where the manifests bring it.
    pub document: Option<Value>,
}

/// A pod, or a template of one, that names pull secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    pub namespace: String,
    /// `Deployment/web`
    pub owner: String,
    /// Where the object begins.
    pub place: Place,
    /// The way to the list: `spec.template.spec.imagePullSecrets`.
    pub path: String,
    pub secrets: BTreeSet<String>,
    pub registries: BTreeSet<String>,
}

impl Needs {
    /// The needs of these documents; what names no namespace is in `namespace`.
    pub fn of(documents: &[Document], namespace: &str) -> Self {
        let mut finder = Finder { needs: Self::default(), namespace };
        for document in documents {
            finder.object(&document.value, &document.place, LISTS_MAX);
        }
        finder.needs
    }

    /// All registries.
    pub fn registries(&self) -> BTreeSet<&str> {
        let pulled = self.accounts.values().flat_map(|account| account.registries.keys());
        pulled.chain(self.own.iter().flat_map(|own| &own.registries)).map(String::as_str).collect()
    }
}

struct Finder<'n> {
    needs: Needs,
    namespace: &'n str,
}

/// The object that is looked through, and what counts at this depth.
#[derive(Clone, Copy)]
struct Around<'o> {
    namespace: &'o str,
    owner: &'o str,
    account: &'o str,
    /// Index in [`Needs::own`].
    own: Option<usize>,
}

impl Finder<'_> {
    fn object(&mut self, value: &Value, place: &Place, lists: usize) {
        let Value::Object(object) = value else { return };
        let text = |at: &str| value.pointer(at).and_then(Value::as_str).filter(|t| !t.is_empty());
        let kind = text("/kind").unwrap_or_default();
        if let Some(items) = object.get("items").and_then(Value::as_array)
            && kind.ends_with("List")
            && lists > 0
        {
            items.iter().for_each(|item| self.object(item, place, lists - 1));
            return;
        }
        let name = text("/metadata/name").or_else(|| text("/metadata/generateName"));
        let name = name.unwrap_or_default();
        let namespace = text("/metadata/namespace").unwrap_or(self.namespace).to_owned();
        if kind == "Namespace" {
            self.needs.namespaces.insert(name.to_owned());
            return;
        }
        self.needs.namespaces.insert(namespace.clone());
        if kind == "ServiceAccount" && text("/apiVersion") == Some("v1") {
            let account = self.needs.accounts.entry((namespace, name.to_owned())).or_default();
            account.document = Some(value.clone());
            return;
        }
        if WITHOUT_IMAGES.contains(&kind) {
            return;
        }
        let owner = format!("{kind}/{name}");
        let around =
            Around { namespace: &namespace, owner: &owner, account: DEFAULT_ACCOUNT, own: None };
        self.mapping(object, around, place, &mut Vec::new());
    }

    fn mapping<'v>(
        &mut self,
        map: &'v Map<String, Value>,
        mut around: Around<'v>,
        place: &Place,
        path: &mut Vec<String>,
    ) {
        let text = |key: &str| map.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        // The second is the first one's old name, which the API server still takes.
        if let Some(account) = text("serviceAccountName").or_else(|| text("serviceAccount")) {
            (around.account, around.own) = (account, None);
        }
        let secrets = named(map.get("imagePullSecrets"));
        if !secrets.is_empty() {
            around.own = Some(self.needs.own.len());
            self.needs.own.push(Own {
                namespace: around.namespace.to_owned(),
                owner: around.owner.to_owned(),
                place: place.clone(),
                path: format!("{}imagePullSecrets", path.concat()),
                secrets,
                registries: BTreeSet::new(),
            });
        }
        for (key, value) in map {
            match value {
                Value::String(image) if key == "image" => self.image(image, around),
                Value::Object(volume) if key == "image" => {
                    if let Some(Value::String(image)) = volume.get("reference") {
                        self.image(image, around);
                    }
                }
                _ => {}
            }
            path.push(format!("{key}."));
            self.value(value, around, place, path);
            path.pop();
        }
    }

    fn value<'v>(
        &mut self,
        value: &'v Value,
        around: Around<'v>,
        place: &Place,
        path: &mut Vec<String>,
    ) {
        match value {
            Value::Object(map) => self.mapping(map, around, place, path),
            Value::Array(items) => {
                let key = path.pop().unwrap_or_default();
                for (index, item) in items.iter().enumerate() {
                    path.push(format!("{}[{index}].", key.trim_end_matches('.')));
                    self.value(item, around, place, path);
                    path.pop();
                }
                path.push(key);
            }
            _ => {}
        }
    }

    fn image(&mut self, image: &str, around: Around<'_>) {
        let Ok(reference) = Reference::parse(image.trim()) else { return };
        let registry = reference.repository.registry().to_owned();
        if let Some(own) = around.own {
            self.needs.own[own].registries.insert(registry);
            return;
        }
        let key = (around.namespace.to_owned(), around.account.to_owned());
        let account = self.needs.accounts.entry(key).or_default();
        account.registries.entry(registry).or_insert_with(|| around.owner.to_owned());
    }
}

/// The names in a list of references to secrets.
pub fn named(list: Option<&Value>) -> BTreeSet<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    let names = items.filter_map(|item| item.get("name")?.as_str());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
