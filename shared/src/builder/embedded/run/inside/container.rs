//! Around a RUN: what is prepared before its init starts, and what is made of it after.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::system::sethostname;
use rustix::thread::UnshareFlags;
use serde::{Deserialize, Serialize};

use super::super::session::{Job, RunJob};
use super::super::spec::{End, Network};
use super::super::sys::unshare;
use super::super::wire::{Fault, FaultKind, Wire};
use super::stage::Stage;
use super::{INIT, agent, caches, layer, net, root};

/// BuildKit's name for the machine inside, which some programs write down.
const HOST_NAME: &[u8] = b"buildkitsandbox";

/// What the init needs beside the job.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Prepared {
    pub(super) job: RunJob,
    pub(super) stage: Stage,
    /// The folder of each cache mount, in the order of the mounts.
    pub(super) caches: Vec<std::path::PathBuf>,
}

/// What the init tells at the end.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    pub(super) end: End,
    /// Paths that were made only to mount something there.
    pub(super) stubs: Vec<Vec<u8>>,
}

pub(super) fn main(mut wire: Wire) -> Result<(), (Wire, Fault)> {
    match carry_out(&mut wire) {
        Ok(()) => Ok(()),
        Err(fault) => Err((wire, fault)),
    }
}

fn carry_out(wire: &mut Wire) -> Result<(), Fault> {
    // A RUN shall not look into this process (it has more rights than the RUN).
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let Job::Run(job) = wire.hear()? else {
        return Err(Fault::new(FaultKind::Io, "only a RUN is carried out here"));
    };
    let began = layer::now();
    root::prepare(&job)?;
    let (caches, locks) = caches::prepare(&job)?;
    let stage = Stage::make(&job)?;
    agent::serve(&job, &stage)?;
    separate(&job)?;
    let mut prepared = Prepared { job: *job, stage, caches };
    let ended = run(&prepared);
    drop(locks);
    // Secrets are of no more use.
    prepared.job.run.mounts.clear();
    let Ended { end, stubs } = ended?;
    let job = &prepared.job;
    if job.trial {
        return wire.tell(&()).map_err(Fault::io("speak to the parent"));
    }
    wire.tell(&end).map_err(Fault::io("speak to the parent"))?;
    if end == End::Exit(0) {
        layer::send(job, &stubs, began, wire)?;
        wire.tell(&()).map_err(Fault::io("speak to the parent"))?;
    }
    Ok(())
}

/// Namespaces of the RUN; the pid namespace begins with the next process.
fn separate(job: &RunJob) -> Result<(), Fault> {
    let mut flags = UnshareFlags::NEWPID | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    if job.run.network == Network::None {
        flags |= UnshareFlags::NEWNET;
    }
    unshare(flags).map_err(Fault::machine("make pid, ipc, uts or net namespaces"))?;
    sethostname(HOST_NAME).map_err(Fault::machine("set the host name inside"))?;
    if job.run.network == Network::None {
        net::raise_loopback().map_err(Fault::machine("raise the loopback device inside"))?;
    }
    Ok(())
}

/// Starts the init and waits until it and with it all of its namespace has ended.
fn run(prepared: &Prepared) -> Result<Ended, Fault> {
    let (ours, theirs) = UnixStream::pair().map_err(Fault::io("make a socket"))?;
    let mut init = Command::new(prepared.job.place.join("program"))
        .arg(INIT)
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .spawn()
        .map_err(Fault::machine("start a process in a pid namespace"))?;
    let mut wire = Wire(ours);
    let told = wire.tell(prepared);
    let heard = wire.hear();
    let _ = init.wait();
    // What it says is the cause; that it heard nothing any more is not.
    let ended = heard?;
    told.map_err(Fault::io("speak to the init"))?;
    Ok(ended)
}
