//! Small things that every room may use: files, children, environment, text.
//! Nothing here knows what an image is.

pub mod below;
pub mod chain;
pub mod env;
pub mod fs;
pub mod git;
pub mod hex;
pub mod nearest;
pub mod parallel;
pub mod place;
pub mod process;
pub mod secret;
#[cfg(test)]
pub mod spent;
pub mod spool;
pub mod staged;
pub mod tar;
pub mod time;
