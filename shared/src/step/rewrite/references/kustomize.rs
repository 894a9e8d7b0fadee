//! `images` of a Kustomization or Component.
//!
//! Source: kubernetes-sigs/kustomize `api/types/image.go` and
//! `api/filters/imagetag/updater.go`: `name` without a tag matches any tag; `newName`,
//! `newTag` and `digest` replace the parts that they name, the last two both of them.

use super::file::{Entry, File, Found, Key};
use crate::config::Node;
use crate::reference::{Digest, Reference, Tag};
use crate::ui::failure::Failure;

pub(super) fn is_kustomization(root: &Node, group: &str) -> bool {
    // The file's own name says what it is: kustomize takes it without these two.
    let named = group == "kustomize.config.k8s.io"
        || (group.is_empty()
            && root.get("kind").is_none_or(|kind| kind.text() == Some("Kustomization")));
    let images = root.get("images").map_or(&[][..], Node::items);
    named && images.iter().any(|image| image.get("name").is_some())
}

pub(super) fn read(file: &File) -> Result<Vec<Found<'_>>, Failure> {
    let images = file.root().get("images").map_or(&[][..], Node::items);
    let entry = |node| {
        let (name, text) = file.text(node, "name")?;
        let repository = file.repository(name, text)?;
        let new = match node.get("newName") {
            Some(new) => file.repository(new, new.text().unwrap_or_default())?,
            None => repository.clone(),
        };
        let part = |key: &str| node.get(key).filter(|node| node.text() != Some(""));
        let tag = part("newTag").map(|node| (node, Tag::parse(node.text().unwrap_or_default())));
        let digest =
            part("digest").map(|node| (node, Digest::parse(node.text().unwrap_or_default())));
        let tag = tag.map(|(node, tag)| tag.map_err(|e| file.wrong(node, e.to_string())));
        let digest =
            digest.map(|(node, digest)| digest.map_err(|e| file.wrong(node, e.to_string())));
        let (tag, digest) = (tag.transpose()?, digest.transpose()?);
        let target = match (&tag, &digest) {
            (None, None) => {
                let text = format!("`{text}` gets neither a `newTag` nor a `digest` here");
                Err(file.wrong(node, text).hint(format!("`--set {repository}=REF` gives it one")))
            }
            _ => Ok(Reference { repository: new, tag, digest }),
        };
        Ok((node, Entry { key: Key::Any(repository), target }))
    };
    images.iter().map(entry).collect()
}
