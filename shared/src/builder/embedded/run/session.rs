//! The child that does what this process cannot do itself: a second ds-build, alone in
//! its thread, in namespaces of its own.
//!
//! It dies with the thread that started it (PR_SET_PDEATHSIG), and all its processes and
//! mounts with it: so a session is held by the thread that waits for it.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

use super::ids::Ids;
use super::spec::Run;
use super::wire::{Fault, FaultKind, Wire};
use crate::builder::embedded::unpack::{Form, Marks};

/// The child's first argument, which no user gives.
pub(super) const ARGUMENT: &str = "--internal-run";

/// The first message: what the child has to be before it hears more.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// Whose child it is: another parent means that ours is gone.
    pub(super) parent: u32,
    pub(super) user_namespace: bool,
    /// For a RUN: where a guarded copy of this program is put.
    pub(super) place: Option<PathBuf>,
}

/// What the child shall do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Job {
    Run(Box<RunJob>),
    /// A tar follows as data.
    Unpack {
        folder: PathBuf,
        form: Form,
    },
    Remove(Vec<PathBuf>),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunJob {
    pub(super) run: Run,
    pub(super) place: PathBuf,
    pub(super) store: PathBuf,
    pub(super) way: Way,
    /// Go all the way and run nothing.
    pub(super) trial: bool,
    /// Contents of `/etc/resolv.conf` inside.
    pub(super) resolv: Vec<u8>,
}

/// What this machine lets a RUN do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Way {
    pub(super) user_namespace: bool,
    /// Other ids than root can be had.
    pub(super) many_ids: bool,
    /// Layers are seen through an overlay; else they are copied.
    pub(super) overlay: bool,
}

impl Way {
    /// How layers are laid down for it.
    pub(super) fn form(self) -> Form {
        let marks = match (self.overlay, self.user_namespace) {
            (false, _) => Marks::Files,
            (true, true) => Marks::User,
            (true, false) => Marks::Trusted,
        };
        Form { owners: self.many_ids, devices: !self.user_namespace, marks }
    }
}

pub(super) struct Session {
    pub(super) child: Child,
    pub(super) wire: Wire,
}

impl Session {
    /// Starts the child; it is in its user namespace, with its ids, when this returns.
    pub(super) fn start(
        program: &Path,
        ids: &Ids,
        place: Option<&Path>,
        output: impl Fn() -> Stdio,
    ) -> Result<Self, Fault> {
        let (ours, theirs) = UnixStream::pair().map_err(Fault::io("make a socket"))?;
        let child = Command::new(program)
            .arg(ARGUMENT)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(output())
            .stderr(output())
            // Ctrl-C in a terminal is for us, who then end it.
            .process_group(0)
            .spawn()
            .map_err(Fault::io(format!("start `{}`", program.display())))?;
        let mut session = Self { child, wire: Wire(ours) };
        let hello = Hello {
            parent: std::process::id(),
            user_namespace: ids.is_namespace(),
            place: place.map(Path::to_owned),
        };
        session.tell(&hello)?;
        if ids.is_namespace() {
            session.wire.hear::<()>()?;
            let pid = session.child.id();
            ids.map(pid).map_err(Fault::machine("give ids to a user namespace"))?;
            session.tell(&())?;
        }
        Ok(session)
    }

    /// Tells the child something; if it is gone, what it died of.
    pub(super) fn tell<T: Serialize>(&mut self, message: &T) -> Result<(), Fault> {
        let Err(error) = self.wire.tell(message) else { return Ok(()) };
        match self.wire.hear::<()>() {
            Err(fault) if fault.kind != FaultKind::Io => Err(fault),
            _ => Err(Fault::io("speak to the process that carries it out")(error)),
        }
    }

    /// A handle to end the child from another thread, whatever becomes of its number.
    pub(super) fn killer(&self) -> Result<Killer, Fault> {
        let pid = Pid::from_child(&self.child);
        let handle = pidfd_open(pid, PidfdFlags::empty());
        Ok(Killer(handle.map_err(Fault::io("hold on to a process"))?))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(super) struct Killer(OwnedFd);

impl Killer {
    pub(super) fn kill(&self) {
        let _ = pidfd_send_signal(&self.0, Signal::KILL);
    }
}
