//! Images of the layout in the project: their names there, and the way to a registry.

use super::Pushing;
use crate::config::Image;
use crate::reference::{Digest, Reference, Tag};
use crate::registry::layout::{self, Layout};
use crate::registry::push::{self, Goal, Sent, Source};
use crate::state::Build;
use crate::ui::event::{Event, Level, Work};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

impl Pushing<'_> {
    /// Names the image in the layout, and uploads it from there.
    pub(super) async fn send_layout(
        &self,
        image: &Image,
        build: &Build,
        digest: &Digest,
        references: &[Reference],
        skip: bool,
    ) -> Result<Option<Digest>, Failure> {
        let folder = self.run.project.root.join(layout::FOLDER);
        let gone = || {
            let text = format!("the image `{digest}` is gone from `{}`", layout::FOLDER);
            Failure::new(Exit::Failed, text).hint("`ds-build` builds it again")
        };
        let layout = Layout::read(&folder)?.ok_or_else(gone)?;
        let manifest = layout.manifest(digest)?.ok_or_else(gone)?;
        layout.name(digest, references)?;
        let (Some(first), false) = (references.first(), skip) else { return Ok(None) };
        let names: Vec<String> = references.iter().map(ToString::to_string).collect();
        let text = format!("pushing {}", names.join(", "));
        let name = image.name.clone();
        self.run.reporter.event(Event::Started { image: name, work: Work::Push, text });
        let credential = self.credential(first)?;
        let tags: Vec<Tag> = references.iter().filter_map(|name| name.tag.clone()).collect();
        let mounts = push::mounts(&first.repository, build.bases.keys().map(String::as_str));
        let goal = Goal {
            repository: &first.repository,
            tags: &tags,
            credential: credential.as_ref(),
            mount_from: &mounts,
        };
        let (source, reporter) = (Source::Layout(&layout), &*self.run.reporter);
        let sent = push::push(&self.client, source, &manifest, goal, &image.name, reporter).await;
        let sent =
            sent.map_err(|error| self.explain_registry(error, first, credential.is_some()))?;
        self.run.reporter.image_note(&image.name, Level::Verbose, told(sent));
        Ok(Some(digest.clone()))
    }
}

/// What went over the line, in words.
pub fn told(sent: Sent) -> String {
    let Sent { blobs, bytes, mounted, tags } = sent;
    format!("{blobs} blobs sent ({bytes} bytes), {mounted} mounted, {tags} tags set")
}
