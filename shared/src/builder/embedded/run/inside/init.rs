//! Process 1 of a RUN: sets up the tree, gives up every right that the command shall not
//! have, starts it, and takes in orphans until it ends. With it the kernel ends all others.

use std::process::Child;

use rustix::mount::{MountPropagationFlags, UnmountFlags, mount_change, unmount};
use rustix::process::{DumpableBehavior, Pid, WaitOptions, set_dumpable_behavior, setsid, wait};
use rustix::thread::UnshareFlags;

use super::super::spec::{End, Mount};
use super::super::sys::unshare;
use super::super::user;
use super::super::wire::{Fault, FaultKind, Wire};
use super::container::{Ended, Prepared};
use super::targets::Targets;
use super::{die_with_parent, process, root, system, user_mounts};

const ACCOUNTS_MAX: u64 = 4 << 20;

pub(super) fn main(mut wire: Wire) -> Result<(), (Wire, Fault)> {
    match work(&mut wire) {
        Ok(()) => Ok(()),
        Err(fault) => Err((wire, fault)),
    }
}

fn work(wire: &mut Wire) -> Result<(), Fault> {
    die_with_parent()?;
    let prepared: Prepared = wire.hear()?;
    check_parent(wire);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // No terminal of the machine is this one's.
    let _ = setsid();
    let Tree { stubs, user } = enter_tree(&prepared)?;
    let job = &prepared.job;
    if job.trial {
        let ended = Ended { end: End::Exit(0), stubs };
        return wire.tell(&ended).map_err(Fault::io("speak to the container"));
    }
    process::go_to(&job.run.cwd)?;
    process::limit();
    process::become_user(&user, job.way.many_ids)?;
    die_with_parent()?;
    check_parent(wire);
    let child = process::start(&prepared, &user)?;
    drop(prepared);
    let end = wait_for(child);
    wire.tell(&Ended { end, stubs }).map_err(Fault::io("speak to the container"))
}

/// The parent's number means nothing in here; but its end of the socket is gone with it.
fn check_parent(wire: &Wire) {
    let mut byte = [0; 1];
    let flags = rustix::net::RecvFlags::PEEK | rustix::net::RecvFlags::DONTWAIT;
    if let Ok((0, _)) = rustix::net::recv(&wire.0, &mut byte[..], flags) {
        std::process::exit(1);
    }
}

struct Tree {
    stubs: Vec<Vec<u8>>,
    user: user::Resolved,
}

/// Builds the tree in a mount namespace of its own and makes it the root.
fn enter_tree(prepared: &Prepared) -> Result<Tree, Fault> {
    let job = &prepared.job;
    unshare(UnshareFlags::NEWNS).map_err(Fault::machine("make a mount namespace"))?;
    let private = MountPropagationFlags::REC | MountPropagationFlags::PRIVATE;
    mount_change("/", private).map_err(Fault::machine("keep mounts to ourselves"))?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    root::mount_tree(job)?;
    let tree = root::tree(&job.place);
    let mut targets = Targets::open(&tree).map_err(Fault::io("open the tree"))?;
    let passwd = targets.read("/etc/passwd", ACCOUNTS_MAX);
    let group = targets.read("/etc/group", ACCOUNTS_MAX);
    let user = user::resolve(&job.run.user, &passwd, &group)
        .map_err(|error| Fault::new(FaultKind::Request, error.to_string()))?;
    system::mount_system(job, &prepared.stage, &mut targets)?;
    user_mounts::mount_all(prepared, &mut targets)?;
    let stubs = std::mem::take(&mut targets.stubs);
    drop(targets);
    pivot(&tree).map_err(Fault::machine("make the tree the root"))?;
    system::hide().map_err(Fault::machine("hide parts of /proc and /sys"))?;
    Ok(Tree { stubs, user })
}

/// The old root is laid over the new one, and then taken off: no folder is needed for it.
fn pivot(tree: &std::path::Path) -> std::io::Result<()> {
    rustix::process::chdir(tree)?;
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    Ok(rustix::process::chdir("/")?)
}

/// Waits for the command; others that end meanwhile lost their parents.
fn wait_for(child: Child) -> End {
    let pid = Pid::from_child(&child);
    // Nobody but the loop below waits for it.
    drop(child);
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, status))) if ended == pid => {
                if let Some(signal) = status.terminating_signal() {
                    return End::Signal(signal);
                }
                return End::Exit(status.exit_status().unwrap_or(1));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return End::Exit(1),
        }
    }
}

/// Variables that secrets give.
pub(super) fn secret_variables(mounts: &[Mount]) -> impl Iterator<Item = (&str, &[u8])> {
    mounts.iter().filter_map(|mount| match mount {
        Mount::Secret { env: Some(name), content, .. } => Some((name.as_str(), content.expose())),
        _ => None,
    })
}
