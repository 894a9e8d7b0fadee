//! The test bed: real engines, registries and helpers for whole-program stories.
//!
//! A story (`tests/stories/`) gets a [`Bed`], asks it for the parts it needs and
//! runs the executables in a [`Project`]. A part that cannot be had is a [`Skip`],
//! told aloud; a wrong answer is a panic. Knows nothing of the product's inside:
//! only executables, files and exit codes.

// Here a failed `unwrap` is a failed test, with its place.
#![allow(clippy::unwrap_used)]

mod base;
mod bed;
mod buildkit;
mod certs;
mod child;
mod compare;
mod encode;
mod engine;
mod faulty;
mod go;
mod helper;
mod kit;
mod kube_tools;
mod node;
mod project;
mod registry;
mod runner;
mod seed;
mod ssh;
mod sweep;
mod tap;
mod tar;
mod tokens;
mod unruly;
mod user;

pub use bed::{Bed, Skip};
pub use buildkit::BuildKit;
pub use child::{Output, run_bounded};
pub use compare::{Compared, compare};
pub use engine::Engine;
pub use faulty::Faulty;
pub use helper::{docker_login, helper};
pub use kit::Kit;
pub use kube_tools::{Generation, KubeTools};
pub use node::{Call, Node, POD_IMAGE};
pub use project::{Project, Run};
pub use registry::{PASSWORD, Registry, USER};
pub use runner::{Outcome, Story, main, story};
pub use seed::seed;
pub use tap::Tap;
pub use tokens::{IDENTITY, LATE, READER, Tokens};
pub use unruly::{Asked, Fate, Unruly};
pub use user::User;
