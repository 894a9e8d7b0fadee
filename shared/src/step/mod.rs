//! Load the state, do the step's work, save: strings the rooms together, and is
//! the only place that does.

mod ask;
#[cfg(feature = "registry")]
pub mod asynchronous;
#[cfg(feature = "engine")]
pub mod build;
#[cfg(feature = "embedded")]
pub mod cache;
#[cfg(feature = "cluster")]
pub mod cluster;
#[cfg(all(feature = "engine", feature = "embedded"))]
pub mod copy;
#[cfg(all(feature = "engine", feature = "embedded"))]
pub mod deliver;
#[cfg(feature = "cluster")]
pub mod deploy;
#[cfg(feature = "registry")]
pub mod docker;
mod failures;
#[cfg(feature = "engine")]
pub mod gc;
pub mod git;
#[cfg(any(feature = "engine", feature = "cluster"))]
mod hooks;
pub mod options;
pub mod order;
#[cfg(feature = "registry")]
mod proof;
#[cfg(feature = "engine")]
pub mod push;
pub mod report;
pub mod rewrite;
pub mod run;
#[cfg(feature = "engine")]
mod schedule;
#[cfg(feature = "cluster")]
pub mod secret;
pub mod tag;
