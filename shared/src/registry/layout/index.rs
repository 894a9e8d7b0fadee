//! `index.json`: which images a layout holds, and what they are called.
//!
//! Read leniently and written back with all that we don't know.

use serde_json::{Map, Value, json};

use super::super::manifest::Entry;
use crate::reference::Reference;

/// A name as skopeo and buildah look for it: `oci:FOLDER:NAME` (image spec,
/// `annotations.md`).
const NAME: &str = "org.opencontainers.image.ref.name";
/// The name that containerd imports an image as (containerd, `images/annotations.go`).
const CONTAINERD: &str = "io.containerd.image.name";

/// The index, with what others wrote into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    value: Map<String, Value>,
}

/// An image, or an index of several, with its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub entry: Entry,
    pub names: Vec<String>,
}

impl Default for Index {
    fn default() -> Self {
        let empty = json!({
            "schemaVersion": 2,
            "mediaType": super::super::descriptor::INDEX,
            "manifests": [],
        });
        Self { value: empty.as_object().cloned().unwrap_or_default() }
    }
}

impl Index {
    /// Reads an index; says what is wrong with one that is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match value {
            Value::Object(value) if value.get("manifests").is_some_and(Value::is_array) => {
                Ok(Self { value })
            }
            _ => Err("it has no list of manifests".to_owned()),
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.value).unwrap_or_default()
    }

    fn entries(&mut self) -> &mut Vec<Value> {
        let list = self.value.entry("manifests").or_insert_with(|| Value::Array(Vec::new()));
        if !list.is_array() {
            *list = Value::Array(Vec::new());
        }
        list.as_array_mut().expect("made an array above")
    }

    /// The images in the order of the index, each once.
    pub fn images(&self) -> Vec<Named> {
        let mut images: Vec<Named> = Vec::new();
        let list = self.value.get("manifests").and_then(Value::as_array);
        for value in list.into_iter().flatten() {
            let Some(entry) = Entry::read(value) else { continue };
            let known = images.iter().position(|image| image.entry.digest == entry.digest);
            let place = known.unwrap_or_else(|| {
                images.push(Named { entry, names: Vec::new() });
                images.len() - 1
            });
            images[place].names.extend(name_of(value).map(str::to_owned));
        }
        images
    }

    /// Adds an image under these names, each of which names no other from now on.
    pub fn put(&mut self, entry: &Entry, names: &[Reference]) {
        let full: Vec<String> = names.iter().map(full).collect();
        let digest = entry.digest.to_string();
        let list = self.entries();
        let taken = |value: &Value| name_of(value).is_some_and(|n| full.iter().any(|f| f == n));
        // The nameless entry of an image that has a name by now says nothing more.
        let nameless = |value: &Value| value["digest"] == digest.as_str() && !full.is_empty();
        list.retain(|value| !taken(value) && (!nameless(value) || name_of(value).is_some()));
        for name in &full {
            let mut value = entry.json();
            value["annotations"] = json!({ NAME: name, CONTAINERD: name });
            list.push(value);
        }
        if full.is_empty() && !list.iter().any(|value| value["digest"] == digest.as_str()) {
            list.push(entry.json());
        }
        // The same images give the same bytes, whatever the order they came in.
        list.sort_by_key(|value| {
            (name_of(value).map(str::to_owned), value["digest"].as_str().map(str::to_owned))
        });
    }

    /// Takes out the images for which `keep` says no; says whether there were any.
    pub fn retain(&mut self, keep: impl Fn(&Entry) -> bool) -> bool {
        let list = self.entries();
        let before = list.len();
        list.retain(|value| Entry::read(value).is_none_or(|entry| keep(&entry)));
        list.len() != before
    }
}

fn name_of(value: &Value) -> Option<&str> {
    let annotation = |name: &str| value["annotations"][name].as_str();
    annotation(NAME).or_else(|| annotation(CONTAINERD))
}

/// A reference in full, as containerd knows images: `docker.io/library/redis:7`.
pub fn full(reference: &Reference) -> String {
    let mut text = reference.repository.full();
    if let Some(tag) = &reference.tag {
        text = format!("{text}:{tag}");
    }
    if let Some(digest) = &reference.digest {
        text = format!("{text}@{digest}");
    }
    text
}
