//! `skaffold build --file-output FILE`, which `skaffold deploy --build-artifacts` reads.
//!
//! Source: GoogleContainerTools/skaffold `cmd/skaffold/app/flags/build_output.go` and
//! `pkg/skaffold/graph/artifacts.go`: `builds`, each with `imageName` as in
//! skaffold.yaml and `tag`, the whole reference.

use super::file::{Entry, File, Found, Key};
use crate::config::Node;
use crate::ui::failure::Failure;

pub(super) fn read(file: &File) -> Result<Vec<Found<'_>>, Failure> {
    let builds = file.root().get("builds").map_or(&[][..], Node::items);
    let entry = |node| {
        let (image, name) = file.text(node, "imageName")?;
        let (tag, text) = file.text(node, "tag")?;
        let key = Key::Any(file.repository(image, name)?);
        Ok((node, Entry { key, target: file.target(tag, text) }))
    };
    builds.iter().map(entry).collect()
}
