//! Load the state, do the step's work, save: strings the rooms together, and is
//! the only place that does.

#[cfg(feature = "registry")]
pub mod asynchronous;
pub mod build;
pub mod git;
pub mod options;
pub mod order;
pub mod report;
#[cfg(feature = "engine")]
mod schedule;
