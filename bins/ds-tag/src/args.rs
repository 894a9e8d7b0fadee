//! Arguments; the comments are the help text.

use clap::Parser;

use shared::step::options::{Common, Output};

/// Computes the tags that built images shall have
///
/// Computes the tags of built images and notes them on the cards. Touches neither
/// engine nor registry: ds-push gives the tags.
#[derive(Debug, Parser)]
#[command(name = "ds-tag", version, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    /// The tag instead of the config's (repeatable); `auto`, or text with ${KEY}, ${ID},
    /// ${RANDOM}, ${TIMESTAMP}, ${GIT_COMMIT}, ${GIT_BRANCH}, ${GIT_DIRTY}
    #[arg(short, long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,

    /// What is printed on stdout
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub output: Output,
}
