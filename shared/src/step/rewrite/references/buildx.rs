//! `docker buildx build --metadata-file` and `docker buildx bake --metadata-file`, also
//! as the outputs of their GitHub actions.
//!
//! Source: docker/buildx `docs/reference/buildx_bake.md` and `buildx_build.md`: an object
//! (with bake, one for each target) with `containerimage.digest` and, where the result
//! was given names, `image.name`, separated by commas.

use super::file::{Entry, File, Found, Key};
use crate::config::Node;
use crate::reference::{Digest, Reference};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

const NAME: &str = "image.name";
const DIGEST: &str = "containerimage.digest";
const CONFIG: &str = "containerimage.config.digest";

fn is_result(node: &Node) -> bool {
    [NAME, DIGEST, CONFIG, "buildx.build.ref"].iter().any(|key| node.get(key).is_some())
}

pub(super) fn is_metadata(root: &Node) -> bool {
    is_result(root) || root.entries().iter().any(|entry| is_result(&entry.value))
}

pub(super) fn read(file: &File) -> Result<Vec<Found<'_>>, Failure> {
    let root = file.root();
    let results: Vec<&Node> = match is_result(root) {
        true => vec![root],
        false => root.entries().iter().map(|entry| &entry.value).filter(|n| is_result(n)).collect(),
    };
    let mut found = Vec::new();
    for result in results {
        found.extend(of_result(file, result)?);
    }
    if found.is_empty() {
        let text = "no result of this build has an `image.name`";
        return Err(Failure { exit: Exit::Data, ..file.wrong(root, text) }
            .hint("give the build a tag (`-t`, `tags`): what it is called is what is rewritten"));
    }
    Ok(found)
}

/// One entry for each repository that the result is called by: the first of its names.
fn of_result<'n>(file: &File, result: &'n Node) -> Result<Vec<Found<'n>>, Failure> {
    let Some(node) = result.get(NAME) else { return Ok(Vec::new()) };
    let digest = digest(file, result)?;
    let mut found: Vec<Found<'n>> = Vec::new();
    for name in node.text().unwrap_or_default().split(',').map(str::trim) {
        if name.is_empty() {
            continue;
        }
        let mut reference = file.reference(node, name)?;
        let key = Key::Any(reference.repository.clone());
        if found.iter().any(|(_, entry)| entry.key == key) {
            continue;
        }
        reference.digest = reference.digest.or(digest.clone());
        let target = known(file, node, reference);
        found.push((node, Entry { key, target }));
    }
    Ok(found)
}

fn known(file: &File, node: &Node, reference: Reference) -> Result<Reference, Failure> {
    match (&reference.tag, &reference.digest) {
        (None, None) => {
            let text = format!("`{reference}` was built without a tag, and is in no registry");
            Err(file.wrong(node, text).hint("`--set NAME=REF` says what to write"))
        }
        _ => Ok(reference),
    }
}

/// The manifest's digest. An engine without an image store of its own reports the
/// image's id in its place, by which no registry knows the image.
fn digest(file: &File, result: &Node) -> Result<Option<Digest>, Failure> {
    let text = |key| result.get(key).and_then(Node::text);
    let Some(node) = result.get(DIGEST) else { return Ok(None) };
    if text(DIGEST) == text(CONFIG) {
        return Ok(None);
    }
    let digest = Digest::parse(node.text().unwrap_or_default());
    digest.map(Some).map_err(|error| file.wrong(node, error.to_string()))
}
