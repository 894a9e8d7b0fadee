//! `ds-build`: the images whose inputs changed.
//!
//! Recipes are read, keys computed, plans made; then each image is built after
//! those it needs, several at once, and its card saved as it succeeds.

pub mod affected;
mod archive;
mod changes;
mod choose;
mod depfile;
mod embed;
mod home;
mod image;
mod keys;
pub mod lock;
mod make;
mod plan;
mod prepare;
mod present;
mod recipe;
mod record;
mod reuse;
mod secrets;
mod show;
mod there;
mod told;
mod work;

use std::path::PathBuf;

use super::options::Reuse;
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
    /// `id=ID[,src=FILE|env=NAME]`
    pub secrets: Vec<String>,
    /// `ID[=SOCKET]`
    pub ssh: Vec<String>,
    pub explain: bool,
    /// Where an image that another machine built is looked for; `None`: what the config says.
    pub reuse: Option<Reuse>,
    pub no_hooks: bool,
    pub depfile: Option<PathBuf>,
}

impl Request {
    /// The flag that asks for a build whatever is known.
    fn forced(&self) -> Option<&'static str> {
        let flags = [(self.force, "--force"), (self.pull, "--pull"), (self.no_cache, "--no-cache")];
        flags.into_iter().find(|(on, _)| *on).map(|(_, flag)| flag)
    }
}
