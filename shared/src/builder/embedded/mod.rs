//! The embedded builder: images without an engine, a daemon or root.
//!
//! A Dockerfile's stages are carried out by this process; layers are written straight
//! into tars from what was read, the same bytes for the same inputs, and the result is
//! put into an OCI layout. Only RUN needs more of the machine than reading and writing.
//!
//! ```text
//! build check   stages: which, in which order, and what is refused beforehand
//! steps         instructions, from the cache or anew
//! stage         the image so far, variables, and what only changes its configuration:
//! metadata ports signals variables
//! copy          COPY and ADD
//! command mounts    RUN
//! run diff      a process in a tree of layers, and what it changed
//! remote        ADD of a URL
//! base          images to build on
//! cache         keys of steps
//! store         what is kept between builds
//! entry tree    what a layer holds, layers seen together
//! index_file    the former on disk
//! unpack        a layer's tar, read
//! layer         a layer's tar, written
//! image         an image's configuration
//! output        the finished image
//! ```

mod base;
mod build;
mod cache;
mod check;
mod command;
mod copy;
pub mod diff;
pub mod entry;
mod error;
pub mod image;
mod index_file;
pub mod layer;
mod metadata;
mod mounts;
mod output;
mod ports;
mod remote;
pub mod run;
mod signals;
mod stage;
mod steps;
pub mod store;
pub mod tree;
pub mod unpack;
mod variables;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::base::{Base, Bases};
use self::build::Build;
use self::error::{Error, Kind};
pub use self::layer::{Compression, Style};
use self::run::Cancel;
pub use self::run::{Executor, this_program};
pub use self::store::Store;
use super::{BoxFuture, Builder, Built, Job};
use crate::dockerfile::Platform;
use crate::ui::event::Reporter;

/// When all that is built is said to be built, unless SOURCE_DATE_EPOCH says otherwise:
/// 1980-01-02, in seconds since 1970; zip files can't tell an earlier time.
pub const TIME: i64 = crate::context::archive::TIME as i64;

/// See the module.
#[derive(Clone)]
pub struct Embedded {
    pub store: Store,
    pub bases: Bases,
    /// The OCI layout that images are put into.
    pub layout: PathBuf,
    /// Seconds since 1970 for all that is made.
    pub time: i64,
    pub style: Style,
    /// Carries out RUN.
    pub executor: Arc<Executor>,
    pub reporter: Arc<dyn Reporter>,
}

impl Embedded {
    /// This machine's platform, as images name it.
    pub fn own_platform(&self) -> Platform {
        own_platform()
    }

    /// What is in every layer, and so in the key of every step.
    fn style_key(&self) -> String {
        format!("{} {:?}", self.time, self.style.compression)
    }

    fn carry_out(&self, job: &Job, cancel: Cancel) -> Result<Built, Error> {
        let build = Build::new(self, job, &*self.reporter, cancel)?;
        let stage = build.run()?;
        output::put(&build, stage)
    }
}

/// This machine's architecture, as images name it.
pub fn own_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}

/// This machine's platform, as images name it.
pub fn own_platform() -> Platform {
    let arch = own_architecture();
    Platform::parse(&format!("linux/{arch}")).expect("a system and an architecture are a platform")
}

impl Builder for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn build<'a>(
        &'a self,
        job: &'a Job,
        _: &'a dyn Reporter,
    ) -> BoxFuture<'a, Result<Built, super::Error>> {
        Box::pin(async move {
            let cancel = Cancel::default();
            // Whoever drops this future wants the work to end.
            let _end = cancel.guard();
            let (embedded, job) = (self.clone(), job.clone());
            let work = tokio::task::spawn_blocking(move || {
                embedded.carry_out(&job, cancel).map_err(|error| told(error, &job))
            });
            let ended = |_| super::Error::Engine { message: "the build ended early".to_owned() };
            work.await.map_err(ended)?
        })
    }
}

/// The failure as every builder tells it.
fn told(error: Error, job: &Job) -> super::Error {
    let Error { kind, place, message, hint, tail } = error;
    let snippet = place.as_ref().filter(|place| place.file == job.dockerfile_name);
    let snippet =
        snippet.and_then(|place| place.snippet(&String::from_utf8_lossy(&job.dockerfile)));
    let message = match place {
        Some(place) => format!("{place}: {message}"),
        None => message,
    };
    match kind {
        Kind::Unreachable => super::Error::Unreachable { message, hint },
        Kind::Auth => super::Error::Auth { message },
        Kind::Later => super::Error::Later { message },
        Kind::Data | Kind::Failed | Kind::Cancelled => {
            let data = kind == Kind::Data;
            super::Error::Instruction { message, snippet, hint, tail, data }
        }
    }
}
