//! Images into a registry, from a layout or from another registry.
//!
//! What is there is not sent: the manifest is asked for first, then each blob, which is
//! mounted where the registry has it in another repository. The manifest comes last and
//! byte for byte as it was hashed, so that nobody ever finds an image that is not whole.

use futures_util::{StreamExt, TryStreamExt};

use super::credentials::Credential;
use super::descriptor::{Descriptor, ImageManifest};
use super::layout::{self, Layout};
use super::manifest::{Content, Manifest};
use super::{Client, Error};
use crate::reference::{Digest, Reference, Repository, Tag};
use crate::ui::event::Reporter;

mod source;
mod upload;

/// As docker's `max-concurrent-uploads`, less one for the manifest's questions.
const AT_ONCE: usize = 4;
const DEPTH_MAX: u8 = 3;

/// Where an image comes from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Layout(&'a Layout),
    Registry { repository: &'a Repository, credential: Option<&'a Credential> },
}

/// Where it shall go.
#[derive(Clone, Copy)]
pub struct Goal<'a> {
    pub repository: &'a Repository,
    /// All get the same manifest by one upload; with none the image is put by its digest.
    pub tags: &'a [Tag],
    pub credential: Option<&'a Credential>,
    /// Repositories of the same registry that may have some of its blobs.
    pub mount_from: &'a [Repository],
}

/// What a push came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Blobs and bytes that went over the line.
    pub blobs: u64,
    pub bytes: u64,
    /// Blobs that the registry took from another repository of its own.
    pub mounted: u64,
    /// Tags that were not there or stood for another image.
    pub tags: u64,
}

/// Sends what the manifest stands for, an image or an index with all its images.
/// `image` is named in events.
pub async fn push(
    client: &Client,
    source: Source<'_>,
    manifest: &Manifest,
    goal: Goal<'_>,
    image: &str,
    reporter: &dyn Reporter,
) -> Result<Sent, Error> {
    let push = Push { client, source, goal, image, reporter };
    let mut sent = Sent::default();
    let mut missing = Vec::new();
    for tag in goal.tags {
        let reference = goal.repository.tagged(tag);
        let found = client.digest_of(&reference, goal.credential).await?;
        if found.as_ref() != Some(&manifest.digest) {
            missing.push(reference);
        }
    }
    let exact = goal.repository.at(&manifest.digest);
    if missing.is_empty() && !goal.tags.is_empty() {
        return Ok(sent);
    }
    // One of its tags being there says that the image is, too.
    let there = missing.len() < goal.tags.len()
        || client.digest_of(&exact, goal.credential).await?.is_some();
    if !there {
        push.whole(manifest, DEPTH_MAX, &mut sent).await?;
        if goal.tags.is_empty() {
            client.put_manifest(&exact, manifest, goal.credential).await?;
        }
    }
    for reference in &missing {
        client.put_manifest(reference, manifest, goal.credential).await?;
        sent.tags += 1;
    }
    Ok(sent)
}

struct Push<'a> {
    client: &'a Client,
    source: Source<'a>,
    goal: Goal<'a>,
    image: &'a str,
    reporter: &'a dyn Reporter,
}

impl Push<'_> {
    /// Everything that a manifest names, but not the manifest itself.
    async fn whole(&self, manifest: &Manifest, depth: u8, sent: &mut Sent) -> Result<(), Error> {
        let registry = self.goal.repository.registry();
        let Content::Index { entries, .. } = manifest.content() else {
            return self.blobs(manifest, sent).await;
        };
        if depth == 0 {
            return Err(Error::other(registry, "an index in an index in an index"));
        }
        for entry in entries {
            let exact = self.goal.repository.at(&entry.digest);
            if self.client.digest_of(&exact, self.goal.credential).await?.is_some() {
                continue;
            }
            let child = self.manifest(&entry.digest).await?;
            Box::pin(self.whole(&child, depth - 1, sent)).await?;
            self.client.put_manifest(&exact, &child, self.goal.credential).await?;
        }
        Ok(())
    }

    async fn manifest(&self, digest: &Digest) -> Result<Manifest, Error> {
        let missing = || Error::Missing { image: digest.to_string() };
        match self.source {
            Source::Layout(layout) => layout.manifest(digest)?.ok_or_else(missing),
            Source::Registry { repository, credential } => {
                let found = self.client.manifest(&repository.at(digest), credential).await?;
                found.ok_or_else(missing)
            }
        }
    }

    /// The configuration and the layers, several at once.
    async fn blobs(&self, manifest: &Manifest, sent: &mut Sent) -> Result<(), Error> {
        let image: ImageManifest = serde_json::from_slice(&manifest.bytes).map_err(|_| {
            let why = format!("`{}` is no image", manifest.digest);
            Error::other(self.goal.repository.registry(), why)
        })?;
        let mut blobs: Vec<&Descriptor> = Vec::new();
        for blob in image.layers.iter().chain([&image.config]) {
            let known = blobs.iter().any(|known| known.digest == blob.digest);
            if !known && !layout::is_foreign(blob) {
                blobs.push(blob);
            }
        }
        let results: Vec<Sent> = futures_util::stream::iter(blobs)
            .map(|blob| self.blob(blob))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        for one in results {
            sent.blobs += one.blobs;
            sent.bytes += one.bytes;
            sent.mounted += one.mounted;
        }
        Ok(())
    }
}

/// The repositories of one registry that the images with these names lie in: they may
/// have blobs to mount. At most two, since each costs a request a blob.
pub fn mounts<'a>(goal: &Repository, bases: impl Iterator<Item = &'a str>) -> Vec<Repository> {
    let mut found: Vec<Repository> = Vec::new();
    for base in bases.filter_map(|name| Reference::parse(name).ok()) {
        let repository = base.repository;
        let same = repository.registry() == goal.registry() && repository != *goal;
        if same && !found.contains(&repository) && found.len() < 2 {
            found.push(repository);
        }
    }
    found
}
