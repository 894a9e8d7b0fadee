//! Arguments; the comments are the help text.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use shared::step::options::Common;
use shared::step::rewrite::{self, Request, Show};

/// Puts the new image references into manifests, and changes no other byte
///
/// Reads manifests from files, folders or stdin and prints them with the references
/// of the cards. Files are never changed.
#[derive(Debug, Parser)]
#[command(name = "ds-rewrite", version, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    /// Files, folders and globs of manifests; `-` is stdin [default: stdin]
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,

    /// Write REF for the image NAME, instead of what the state says (repeatable)
    #[arg(long = "set", value_name = "NAME=REF")]
    pub sets: Vec<String>,

    /// Also replace any string that is wholly such a reference, under whatever key
    #[arg(long)]
    pub everywhere: bool,

    /// What an image of the config without a tag on its card is
    #[arg(long, value_name = "HOW", default_value = "error")]
    pub unresolved: Unresolved,

    /// Write `repository:tag@digest` where the digest is known
    #[arg(long)]
    pub digest: bool,

    /// Print the images that the manifests name instead of the manifests
    #[arg(long)]
    pub list: bool,

    /// Print the edits as JSON instead of the manifests
    #[arg(long, value_name = "FORM", conflicts_with = "list")]
    pub edits: Option<Edits>,
}

/// `--unresolved`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unresolved {
    Error,
    Warn,
    Ignore,
}

/// `--edits`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Edits {
    Json,
}

impl Args {
    /// What is asked of the rewrite, beside the options of every step.
    pub fn request(&self) -> Request {
        Request {
            manifests: self.manifests.clone(),
            sets: self.sets.clone(),
            everywhere: self.everywhere,
            unresolved: match self.unresolved {
                Unresolved::Error => rewrite::Unresolved::Error,
                Unresolved::Warn => rewrite::Unresolved::Warn,
                Unresolved::Ignore => rewrite::Unresolved::Ignore,
            },
            digest: self.digest,
            show: match (self.list, self.edits) {
                (true, _) => Show::Images,
                (false, Some(Edits::Json)) => Show::Edits,
                (false, None) => Show::Manifests,
            },
        }
    }
}
