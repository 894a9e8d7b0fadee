//! `jib-image.json`, which the Jib plugins of Maven and Gradle leave beside the build.
//!
//! Source: GoogleContainerTools/jib `docs/` and `CHANGELOG.md` ("json output file for image
//! metadata"): `image` (the reference), `imageDigest`, `tags`, and from 3.x `imagePushed`.

use super::file::{Entry, File, Found, Key};
use crate::config::Node;
use crate::reference::{Digest, Tag};
use crate::ui::failure::Failure;

pub(super) fn is_output(root: &Node) -> bool {
    ["image", "imageId", "imageDigest"].iter().all(|key| root.get(key).is_some())
}

pub(super) fn read(file: &File) -> Result<Vec<Found<'_>>, Failure> {
    let root = file.root();
    let (node, text) = file.text(root, "image")?;
    let mut reference = file.reference(node, text)?;
    let pushed = root.get("imagePushed").and_then(Node::text) != Some("false");
    if pushed && reference.digest.is_none() {
        let (node, text) = file.text(root, "imageDigest")?;
        let digest = Digest::parse(text).map_err(|error| file.wrong(node, error.to_string()))?;
        reference.digest = Some(digest);
    }
    if reference.tag.is_none()
        && let Some(first) = root.get("tags").and_then(|tags| tags.items().first())
    {
        let tag = Tag::parse(first.text().unwrap_or_default());
        reference.tag = Some(tag.map_err(|error| file.wrong(first, error.to_string()))?);
    }
    let key = Key::Any(reference.repository.clone());
    Ok(vec![(node, Entry { key, target: file.target(node, &reference.to_string()) })])
}
