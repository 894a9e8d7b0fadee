//! The child's first steps: bound to its parent, in its namespace, with its ids.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::mount::{MountFlags, MountPropagationFlags, mount_bind, mount_change, mount_remount};
use rustix::process::{DumpableBehavior, Gid, Uid, set_dumpable_behavior};
use rustix::thread::{UnshareFlags, set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::super::executor::remove_all;
use super::super::session::{Hello, Job};
use super::super::sys::unshare;
use super::super::wire::{Fault, FaultKind, Incoming, Wire};
use super::{CONTAINER, die_with_parent, has_parent};
use crate::builder::embedded::unpack::{self, Limits};

pub(super) fn main(mut wire: Wire) -> Result<(), (Wire, Fault)> {
    match begin(&mut wire).and_then(|()| work(&mut wire)) {
        Ok(()) => Ok(()),
        Err(fault) => Err((wire, fault)),
    }
}

/// Everything up to the first job, or into the next program.
fn begin(wire: &mut Wire) -> Result<(), Fault> {
    die_with_parent()?;
    let hello: Hello = wire.hear()?;
    if !has_parent(hello.parent) {
        // It died before we were bound to it.
        std::process::exit(1);
    }
    if hello.user_namespace {
        enter(wire, hello.parent)?;
    }
    let Some(place) = &hello.place else { return Ok(()) };
    unshare(UnshareFlags::NEWNS).map_err(Fault::machine("make a mount namespace"))?;
    let private = MountPropagationFlags::REC | MountPropagationFlags::PRIVATE;
    mount_change("/", private).map_err(Fault::machine("keep mounts to ourselves"))?;
    Err(guarded(place))
}

/// Into a user namespace, in which we become root.
fn enter(wire: &mut Wire, parent: u32) -> Result<(), Fault> {
    unshare(UnshareFlags::NEWUSER).map_err(Fault::machine("make a user namespace"))?;
    wire.tell(&()).map_err(Fault::io("speak to the parent"))?;
    wire.hear::<()>()?;
    let machine = || Fault::machine("become root of a user namespace");
    set_thread_res_gid(Gid::ROOT, Gid::ROOT, Gid::ROOT).map_err(machine())?;
    set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT).map_err(machine())?;
    // Where one id is all there is, the kernel refuses, and nothing is lost by it.
    let _ = set_thread_groups(&[]);
    die_with_parent()?;
    if !has_parent(parent) {
        std::process::exit(1);
    }
    Ok(())
}

/// Goes on as this very program on a mount that cannot be written to: a RUN that gets hold
/// of it (`/proc/PID/exe`, `#!/proc/self/exe`: CVE-2019-5736) cannot change the file that
/// everyone on this machine runs. Returns only if that fails.
fn guarded(place: &Path) -> Fault {
    let copy = place.join("program");
    let guard = || -> std::io::Result<()> {
        let program = std::env::current_exe()?;
        std::fs::write(&copy, "")?;
        mount_bind(&program, &copy)?;
        let flags = super::root::kept_flags(&copy)? | MountFlags::RDONLY | MountFlags::BIND;
        Ok(mount_remount(&copy, flags, "")?)
    };
    if let Err(error) = guard() {
        return Fault::of(FaultKind::Machine, "mount")(error);
    }
    let error = Command::new(&copy).arg(CONTAINER).env_clear().exec();
    Fault::io("start itself")(error)
}

/// Jobs that need the ids of the namespace and nothing else.
fn work(wire: &mut Wire) -> Result<(), Fault> {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    match wire.hear()? {
        Job::Unpack { folder, form } => {
            let mut tar = Incoming::new(wire);
            let unpacked = unpack::unpack(&mut tar, &folder, form, Limits::default());
            unpacked.map_err(|error| Fault::new(FaultKind::Layer, error.to_string()))?;
        }
        Job::Remove(paths) => {
            let removed = remove_all(&paths);
            removed.map_err(|error| Fault::new(FaultKind::Io, error.to_string()))?;
        }
        Job::Run(_) => return Err(Fault::new(FaultKind::Io, "a RUN came without its place")),
    }
    wire.tell(&()).map_err(Fault::io("speak to the parent"))
}
