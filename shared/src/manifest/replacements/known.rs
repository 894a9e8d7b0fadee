//! What stands for an image from now on: a reference, or why there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::why::Why;
use crate::reference::Reference;

/// What stands for a repository from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The whole new reference; old tags and digests vanish.
    Reference(Reference),
    /// The same, but where it is written in one string, the digest stands without the
    /// tag. A reference without a digest is [`Target::Unpushed`].
    ByDigest(Reference),
    /// The image is configured under this name, but its card has no tag yet.
    Untagged { image: String },
    /// Its card has no digest yet.
    Unpushed { image: String },
    /// These images all have the repository, and only a rule tells which is meant.
    Ambiguous { images: Vec<String> },
}

/// A configured repository's target, with its text.
#[derive(Debug, Clone)]
pub(in crate::manifest) struct Known {
    pub target: Target,
    /// The whole new reference; empty where there is none.
    pub text: Arc<str>,
    /// Whether a site named it; one for all targets of a repository.
    matched: Arc<AtomicBool>,
}

impl Known {
    /// Notes that a site names this image.
    pub fn mark(&self) {
        // Threads share it: written once, then only read.
        if !self.matched.load(Ordering::Relaxed) {
            self.matched.store(true, Ordering::Relaxed);
        }
    }

    pub fn new(target: Target, matched: Arc<AtomicBool>) -> Self {
        let text = match &target {
            Target::Reference(reference) => reference.to_string().into(),
            Target::ByDigest(reference) => match &reference.digest {
                Some(digest) => reference.repository.at(digest).to_string().into(),
                None => Arc::default(),
            },
            Target::Untagged { .. } | Target::Unpushed { .. } | Target::Ambiguous { .. } => {
                Arc::default()
            }
        };
        Self { target, text, matched }
    }

    /// The new reference, or why there is none.
    pub fn target(&self) -> Result<&Reference, Why> {
        match &self.target {
            Target::ByDigest(reference) if reference.digest.is_none() => {
                Err(Why::NoDigest(reference.repository.to_string()))
            }
            Target::Reference(reference) | Target::ByDigest(reference) => Ok(reference),
            Target::Untagged { image } => Err(Why::NoTag(image.clone())),
            Target::Unpushed { image } => Err(Why::NoDigest(image.clone())),
            Target::Ambiguous { images } => Err(Why::Ambiguous(images.clone())),
        }
    }

    /// The image's name, or what it is to be.
    pub fn name(&self) -> String {
        match &self.target {
            Target::Reference(reference) | Target::ByDigest(reference) => {
                reference.repository.to_string()
            }
            Target::Untagged { image } | Target::Unpushed { image } => image.clone(),
            Target::Ambiguous { images } => images.join(", "),
        }
    }
}
