//! Which references the manifests of this run are given, and which images they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cluster::Object;
use crate::reference::{Digest, Reference};
use crate::state::{Deployed, State, Variant};
use crate::step::run::Run;

/// By the images' names in the config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    pub images: BTreeMap<String, Reference>,
    pub built: BTreeMap<String, Digest>,
}

impl References {
    /// As ds-rewrite puts them: the first tag, with the digest where it was pushed.
    pub fn of_state(run: &Run, state: &State) -> Self {
        let mut all = Self::default();
        for image in run.images.iter().filter(|image| !image.disabled) {
            let variant = state.variant(&image.name, run.variant);
            let Some(tag) = variant.and_then(Variant::tags_current).and_then(|t| t.tags.first())
            else {
                continue;
            };
            let push = variant.and_then(Variant::push_current);
            let digest = push.and_then(|push| push.digest.clone());
            let reference = Reference { digest, ..image.repository.tagged(tag) };
            all.images.insert(image.name.clone(), reference);
            if let Some(build) = variant.and_then(|variant| variant.build.as_ref()) {
                all.built.insert(image.name.clone(), build.image_id().clone());
            }
        }
        all
    }

    /// Those of the deploy before the last one.
    pub fn before(deployed: &Deployed) -> Option<Self> {
        if deployed.previous.is_empty() {
            return None;
        }
        let mut images = deployed.images.clone();
        images.extend(deployed.previous.clone());
        Some(Self { images, built: BTreeMap::new() })
    }

    /// As `--set` of ds-rewrite takes them.
    pub fn sets(&self) -> Vec<(String, String)> {
        self.images.iter().map(|(name, reference)| (name.clone(), reference.to_string())).collect()
    }

    /// Those that these objects name.
    pub fn in_objects(&self, objects: &[Object]) -> Self {
        let mut found = BTreeSet::new();
        for object in objects {
            strings(&object.body, &mut |text| {
                if text.contains([':', '@'])
                    && let Ok(reference) = Reference::parse(text)
                {
                    found.insert(reference.to_string());
                }
            });
        }
        let images: BTreeMap<String, Reference> = self
            .images
            .iter()
            .filter(|(_, reference)| found.contains(&reference.to_string()))
            .map(|(name, reference)| (name.clone(), reference.clone()))
            .collect();
        let built = self.built.iter().filter(|(name, _)| images.contains_key(*name));
        let built = built.map(|(name, id)| (name.clone(), id.clone())).collect();
        Self { images, built }
    }

    /// Images whose reference is the same as then while the image is not.
    pub fn rebuilt_since<'s>(&'s self, before: &'s Deployed) -> Vec<&'s str> {
        let changed = |(name, id): &(&'s String, &'s Digest)| {
            before.images.get(*name) == self.images.get(*name)
                && before.built.get(*name).is_some_and(|then| then != *id)
        };
        self.built.iter().filter(changed).map(|(name, _)| name.as_str()).collect()
    }
}

/// Calls `each` with every string of a value.
pub fn strings(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, each)),
        Value::Object(map) => map.values().for_each(|value| strings(value, each)),
        _ => {}
    }
}
