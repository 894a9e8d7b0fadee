//! `devspace.lock`: base images pinned to digests, where a project wants that.
//!
//! The file stands beside devspace.yaml and is made by `ds lock`; `LOCK.md` describes
//! it. A build takes a base that it has by the digest, and the digest enters the key.

mod command;
mod file;

pub use command::lock;
pub use file::{LockFile, NAME, Pin, lockable, schema};
