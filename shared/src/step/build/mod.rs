//! `ds-build`: the images whose inputs changed.
//!
//! Recipes are read, keys computed, plans made; then each image is built after
//! those it needs, several at once, and its card saved as it succeeds.

pub mod affected;
mod archive;
mod depfile;
mod home;
mod image;
mod keys;
pub mod lock;
mod plan;
mod prepare;
mod present;
mod recipe;
mod show;
mod work;

use std::path::PathBuf;

pub use affected::affected;
pub use plan::{Plan, Reason};
pub use show::{key, why};
pub use work::build;

/// What the command line asks of a build, beside the options of every step.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub builder: Option<String>,
    /// `os/arch[/variant]`
    pub platform: Option<String>,
    pub force: bool,
    pub pull: bool,
    pub no_cache: bool,
    /// `NAME=VALUE`, or `NAME` for the environment's value.
    pub build_args: Vec<String>,
    /// `NAME=VALUE`
    pub labels: Vec<String>,
    pub explain: bool,
    pub no_hooks: bool,
    pub depfile: Option<PathBuf>,
}
