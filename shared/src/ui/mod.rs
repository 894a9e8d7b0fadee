//! What a person or a script sees: progress, results, errors, exit codes.
//!
//! The work sends [`event::Event`]s to a [`event::Reporter`] and never prints.

pub mod event;
pub mod exit;
