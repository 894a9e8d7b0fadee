//! Locks of kbld (`kbld --lock-output`, `--imgpkg-lock-output`).
//!
//! Source: carvel-dev/kbld `pkg/kbld/config/config.go` and the recorded locks of
//! `test/e2e/lock_output_test.go`. kbld matches `image` as a whole, tag included, and
//! `imageRepo` whatever stands behind the name: so does this, but that two spellings of
//! one name are the same.

use super::file::{Entry, File, Found, Key};
use crate::config::Node;
use crate::reference::Reference;
use crate::ui::failure::Failure;

/// What kbld calls the reference that an image of a lock was found as.
const ID: &str = "kbld.carvel.dev/id";

/// `overrides` of a Config (or ImageOverrides): `image` or `imageRepo`, and `newImage`.
pub(super) fn config(file: &File) -> Result<Vec<Found<'_>>, Failure> {
    let root = file.root();
    let Some(overrides) = root.get("overrides") else {
        let text = "this config of kbld has no `overrides`: it is no lock";
        return Err(file.wrong(root, text).hint("`kbld --lock-output FILE` writes one"));
    };
    let mut found = Vec::new();
    for node in overrides.items() {
        let target = match node.get("tagSelection") {
            // Which tag that is only the registry knows.
            Some(selection) => Err(file.wrong(selection, "a `tagSelection` is not resolved here")),
            None => {
                let (new, text) = file.text(node, "newImage")?;
                file.target(new, text)
            }
        };
        if let Some(repository) = node.get("imageRepo") {
            let text = repository.text().unwrap_or_default();
            let key = Key::Any(file.repository(repository, text)?);
            found.push((node, Entry { key, target }));
            continue;
        }
        let (image, text) = file.text(node, "image")?;
        // Names of kbld may be anything; manifests of ours have references only.
        let Ok(reference) = Reference::parse(text) else { continue };
        found.extend(exact(image, reference, target));
    }
    Ok(found)
}

/// `images` of an ImagesLock: `image` by digest, found as what its annotation says.
pub(super) fn images_lock(file: &File) -> Result<Vec<Found<'_>>, Failure> {
    let root = file.root();
    let Some(images) = root.get("images") else {
        return Err(file.wrong(root, "it has no `images`: it is no ImagesLock"));
    };
    let mut found = Vec::new();
    for node in images.items() {
        let (image, text) = file.text(node, "image")?;
        let target = file.target(image, text)?;
        let id = node.dig(&["annotations", ID]).and_then(Node::text);
        match id.map(Reference::parse) {
            Some(Ok(reference)) => found.extend(exact(node, reference, Ok(target))),
            Some(Err(_)) => {}
            None => {
                let key = Key::Any(target.repository.clone());
                found.push((node, Entry { key, target: Ok(target) }));
            }
        }
    }
    Ok(found)
}

/// The reference, and what it becomes: that is known as well, and stays.
fn exact(node: &Node, reference: Reference, target: Result<Reference, Failure>) -> Vec<Found<'_>> {
    let new = target.as_ref().ok().filter(|new| **new != reference).cloned();
    let same = new.map(|new| Entry { key: Key::Exact(new.clone()), target: Ok(new) });
    let entry = Entry { key: Key::Exact(reference), target };
    [Some(entry), same].into_iter().flatten().map(|entry| (node, entry)).collect()
}
