//! Load the state, do the step's work, save: strings the rooms together, and is
//! the only place that does.

mod ask;
#[cfg(feature = "registry")]
pub mod asynchronous;
pub mod build;
#[cfg(feature = "registry")]
pub mod docker;
mod failures;
pub mod git;
mod hooks;
pub mod options;
pub mod order;
pub mod report;
pub mod run;
#[cfg(feature = "engine")]
mod schedule;
#[cfg(feature = "cluster")]
pub mod secret;
pub mod tag;
