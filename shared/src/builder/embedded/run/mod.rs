//! RUN: a process in a tree of layers, shut off from this machine, and what it changed.
//!
//! [`Executor`] is the door. It starts ds-build a second time with a hidden argument; that
//! child enters namespaces (user, mount, pid, ipc, uts, and net for `--network=none`),
//! lays the layers on each other, starts an init in a pid namespace that sets up the tree
//! and runs the command, and hands the changes back as a layer's tar. Mounts exist only in
//! the child's mount namespace and processes only in its pid namespace: when this process
//! dies the kernel ends them all.
//!
//! ```text
//! spec command user       what is to be run
//! executor                what others call
//! session wire cancel     the child, and how to speak to it and end it
//! ids machine advice      what this machine allows
//! workplace output        folders and lines
//! inside                  what the child does
//! sys                     the unsafe call
//! ```

mod advice;
mod cancel;
mod command;
mod executor;
mod ids;
mod inside;
mod machine;
mod output;
mod session;
mod spec;
mod sys;
pub mod user;
mod wire;
mod workplace;

pub use cancel::{Cancel, Guard};
pub use command::command;
pub use executor::Executor;
pub use inside::internal;
pub use machine::this_program;
pub use spec::{Cache, End, Hidden, Mount, Network, Outcome, Run, Script, Sharing, Source};

use super::unpack;
use crate::util::fs::PathError;

/// Why a RUN was not carried out, or its layers not unpacked. A command that ran and
/// failed is an [`Outcome`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No way is open on this machine. `reasons`: each way with why not.
    #[error("RUN cannot be carried out on this machine: {}", .reasons.join("; "))]
    Impossible { reasons: Vec<String>, hint: String },
    /// The Dockerfile wants what is not there: a program, a user, a mount's source.
    #[error("{0}")]
    Request(String),
    #[error("{0}")]
    Layer(String),
    #[error(transparent)]
    Unpack(#[from] unpack::Error),
    #[error(transparent)]
    Path(#[from] PathError),
    /// Disk full and its like.
    #[error("{0}")]
    Io(String),
}

impl From<wire::Fault> for Error {
    fn from(fault: wire::Fault) -> Self {
        match fault.kind {
            wire::FaultKind::Request => Self::Request(fault.text),
            wire::FaultKind::Layer => Self::Layer(fault.text),
            wire::FaultKind::Machine | wire::FaultKind::Overlay | wire::FaultKind::Io => {
                Self::Io(fault.text)
            }
        }
    }
}
