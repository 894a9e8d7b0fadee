//! What the child does, in three programs one after the other, each alone in its thread:
//!
//! ```text
//! first      dies with its parent; enters its user namespace; for a RUN goes on as a
//!            guarded copy of itself
//! container  prepares files and mounts of its own, starts the init, makes the layer
//! init       process 1 of the pid namespace: the tree, the command's rights, the command
//! ```

mod agent;
mod caches;
mod container;
mod copy;
mod first;
mod init;
mod layer;
mod net;
mod process;
mod root;
mod stage;
mod system;

mod targets;
mod user_mounts;

use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use super::session::ARGUMENT;
use super::wire::{Fault, Wire};

const CONTAINER: &str = "--internal-run=container";
const INIT: &str = "--internal-run=init";

/// If this process was started to carry out a RUN, does so and returns its exit code. To be
/// called first of all in ds-build's main: no thread may be there yet.
pub fn internal() -> Option<ExitCode> {
    let argument = std::env::args_os().nth(1)?;
    let part: fn(Wire) -> Result<(), (Wire, Fault)> = match argument.to_str()? {
        ARGUMENT => first::main,
        CONTAINER => container::main,
        INIT => init::main,
        _ => return None,
    };
    let wire = match rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3) {
        Ok(socket) => Wire(UnixStream::from(socket)),
        Err(_) => return Some(ExitCode::FAILURE),
    };
    Some(match part(wire) {
        Ok(()) => ExitCode::SUCCESS,
        Err((mut wire, fault)) => {
            let _ = wire.fail(&fault);
            ExitCode::FAILURE
        }
    })
}

/// From now on this process is killed when its parent dies. To be said again whenever its
/// ids changed: the kernel forgets it then.
fn die_with_parent() -> Result<(), Fault> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(Fault::io("bind to the parent"))
}

/// Whether the parent, whose number is known, is still there.
fn has_parent(pid: u32) -> bool {
    getppid().is_some_and(|parent| parent.as_raw_nonzero().get().cast_unsigned() == pid)
}

/// A path that stands for an open file in any call.
fn by_number(file: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}
