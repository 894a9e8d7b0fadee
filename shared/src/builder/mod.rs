//! Builders: one trait, one file or folder a backend.
//!
//! A builder gets a [`Job`] in which everything is decided, and says where the result
//! lies. It looks up no configuration, prints nothing and keeps no state.

#[cfg(feature = "registry")]
pub mod custom;
#[cfg(feature = "embedded")]
pub mod embedded;
#[cfg(feature = "engine")]
pub mod engine;

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{self, Write};
use std::path::PathBuf;
use std::pin::Pin;

use crate::config::BuildOptions;
use crate::context::Inputs;
use crate::reference::Reference;
use crate::state::Artifact;
use crate::ui::event::Reporter;
use crate::util::secret::Secret;

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
    /// Build secrets by their ids, for `RUN --mount=type=secret`.
    pub secrets: BTreeMap<String, Secret>,
    /// Sockets of ssh agents by their ids, for `RUN --mount=type=ssh`.
    pub ssh: BTreeMap<String, PathBuf>,
    /// Where a builder may note what it sent, to send less the next time; losing it
    /// costs only that.
    pub note: Option<PathBuf>,
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

/// Makes the tar of a job's context. A builder sends it and knows nothing of its making.
pub trait Archive: Send + Sync {
    /// The Dockerfile's path within the tar.
    fn dockerfile(&self, job: &Job) -> String;

    /// Writes the tar, the Dockerfile's bytes under `dockerfile` included. Blocks.
    fn write(&self, job: &Job, dockerfile: &str, out: &mut dyn Write) -> io::Result<()>;
}

/// Why a build failed, told apart by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The build itself: an instruction failed. `tail` has the step's last lines.
    #[error("{message}")]
    Build { message: String, tail: Vec<String> },
    /// An instruction of the Dockerfile, at its place: it failed, or (`data`) cannot be
    /// carried out as it stands there. `tail` has a command's last lines.
    #[error("{message}")]
    Instruction {
        message: String,
        snippet: Option<String>,
        hint: Option<String>,
        tail: Vec<String>,
        data: bool,
    },
    /// Nobody answers: an engine, or a registry that the engine asked.
    #[error("{message}")]
    Unreachable { message: String, hint: Option<String> },
    /// A registry wants credentials, or refuses those it got.
    #[error("{message}")]
    Auth { message: String },
    /// A rate limit.
    #[error("{message}")]
    Later { message: String },
    /// The context or the Dockerfile could not be read while it was sent.
    #[error("cannot send the context: {0}")]
    Context(#[source] io::Error),
    /// A custom builder's command is nowhere.
    #[error("the build command `{command}` is neither in the project nor on the PATH")]
    NotFound { command: String },
    #[error("the build command `{command}` cannot be run: {source}")]
    Start { command: String, source: io::Error },
    /// The build went well, yet there is no image under its name.
    #[error("{message}")]
    NoImage { message: String },
    /// An engine's answer that we don't understand, or a refusal for another reason.
    #[error("{message}")]
    Engine { message: String },
    #[cfg(feature = "registry")]
    #[error(transparent)]
    Credentials(#[from] crate::registry::credentials::Error),
}
