//! Builders: one trait, one file or folder a backend.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use crate::config::BuildOptions;
use crate::context::Inputs;
use crate::reference::Reference;
use crate::state::Artifact;
use crate::ui::event::Reporter;

/// One image to build; everything is decided, nothing is looked up any more.
#[derive(Debug, Clone)]
pub struct Job {
    /// The image's name in the config, for events.
    pub image: String,
    /// `<repository>:ds-key-<16 hex of the key>`: the name that the result gets at once.
    pub name: Reference,
    /// The context's folder, absolute.
    pub context: PathBuf,
    pub inputs: Inputs,
    /// The Dockerfile's bytes as they are built, overrides included.
    pub dockerfile: Vec<u8>,
    /// The Dockerfile as messages name it.
    pub dockerfile_name: String,
    /// Arguments resolved (each has its value), target, network, labels.
    pub options: BuildOptions,
    pub platform: Option<String>,
    pub pull: bool,
    pub no_cache: bool,
    /// Registries whose credentials the build may need, and no others.
    pub registries: Vec<String>,
}

/// What a builder made.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    pub artifact: Artifact,
    /// `os/arch[/variant]`
    pub platform: Option<String>,
}

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to make an image of a job.
pub trait Builder: Send + Sync {
    /// The name on the card: `docker`, `buildkit`, `custom`…
    fn name(&self) -> &'static str;

    /// Builds, names the result, and says where it lies.
    fn build<'a>(
        &'a self,
        job: &'a Job,
        reporter: &'a dyn Reporter,
    ) -> BoxFuture<'a, Result<Built, Error>>;
}

/// Why a build failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The build itself: an instruction failed. `tail` has the step's last lines.
    #[error("{message}")]
    Build { message: String, tail: Vec<String> },
}
