//! Arguments; the comments are the help text.

use clap::Parser;

use shared::step::options::{Common, Output, Reuse};

/// Gives built images their tags and sends them to their registries
///
/// Gives built images their tags and sends them to their registries. What is in the
/// registry already is not sent again.
#[derive(Debug, Parser)]
#[command(name = "ds-push", version, max_term_width = 100)]
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
}
