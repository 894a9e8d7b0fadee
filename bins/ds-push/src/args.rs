//! Arguments; the comments are the help text.

use std::time::Duration;

use clap::{Parser, Subcommand};

use shared::step::cache::duration;
use shared::step::copy::{self, Place};
use shared::step::gc;
use shared::step::options::{Common, Output, Reuse};

/// Gives built images their tags and sends them to their registries
///
/// Gives built images their tags and sends them to their registries. What is in the
/// registry already is not sent again.
#[derive(Debug, Parser)]
#[command(name = "ds-push", version, max_term_width = 100, mut_args(everywhere()))]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    /// Give the tags, upload nothing
    #[arg(long)]
    pub skip_push: bool,

    /// Push even what was pushed already
    #[arg(short, long)]
    pub force: bool,

    /// Push each image under the name of its key too, where other machines look for it
    /// [default: what the config says]
    #[arg(long, value_name = "WHERE")]
    pub reuse: Option<Reuse>,

    /// What is printed on stdout
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub output: Output,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that mean nothing to a subcommand.
const ALONE: &[&str] = &["output", "stamp", "skip_push", "force", "reuse", "exit_unchanged"];

/// The other options may stand before a subcommand and behind it; in its help they come
/// after its own.
fn everywhere() -> impl FnMut(clap::Arg) -> clap::Arg {
    let mut order = 100;
    move |arg| {
        order += 1;
        let alone = ALONE.contains(&arg.get_id().as_str());
        arg.global(!alone).display_order(order)
    }
}

// Parsed once in a process: what a variant leaves unused costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Subcommand)]
pub enum Command {
    Copy(Copy),
    Gc(Gc),
}

/// Copy an image between registries, OCI layouts and archives
///
/// Copies an image with all its platforms, byte for byte, so that it keeps its digest.
/// What is there already is not sent; within one registry blobs are mounted. A place is
/// one of:
///
///   REGISTRY/REPOSITORY[:TAG][@DIGEST]  a registry (docker:// may stand before it)
///   oci:FOLDER[:NAME]                   an OCI image layout, and the image in it
///   docker-archive:FILE                 a tar for `docker load`; only to write
///   oci-archive:FILE                    a tar of an OCI layout; only to write
///
/// Needs no devspace.yaml. Prints the copy's name with its digest.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Copy {
    /// What is copied
    #[arg(value_name = "SRC")]
    pub from: Place,

    /// Where it shall be
    #[arg(value_name = "DST")]
    pub to: Place,

    /// Only the image of this platform: os/arch[/variant] [default: all]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,
}

/// Find and delete what old keys left in the registries
///
/// With `reuse: registry` each build leaves a small index under `ds-key-...` in its
/// repository. This lists those of the config's images that say themselves from which key
/// they were built, are older than --older-than and belong to no build of the state;
/// --yes deletes them. Nothing else is ever deleted: no tag that a cluster may run. Layers
/// go when the registry cleans up after itself.
#[derive(Debug, clap::Args)]
pub struct Gc {
    /// Delete what is listed
    #[arg(long)]
    pub yes: bool,

    /// Keep what was built in this time: a number with d, h, m or s
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = duration)]
    pub older_than: Duration,

    /// What is printed on stdout
    #[arg(long = "output", id = "look", value_name = "FORM", default_value = "text")]
    pub output: Output,
}

impl Copy {
    pub fn request(self) -> copy::Request {
        copy::Request { from: self.from, to: self.to, platform: self.platform }
    }
}

impl Gc {
    pub fn request(&self) -> gc::Request {
        gc::Request { yes: self.yes, older_than: self.older_than, output: self.output }
    }
}
