//! How this machine lets a RUN be done: found by going all the way once, and remembered.
//!
//! What is remembered holds for the kernel, the rights and the ids that it was found
//! with. A failure is never remembered: it may be mended the next minute.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ids::{self, Ids};
use super::session::{Job, RunJob, Session, Way};
use super::spec::{Network, Run};
use super::wire::{Fault, FaultKind};
use super::workplace::{Workplace, give_up};
use super::{Error, advice};
use crate::util::fs::{read, write_atomically};
use crate::util::hex;

const FILE: &str = "machine.json";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Machine {
    pub(super) ids: Ids,
    pub(super) way: Way,
}

#[derive(Serialize, Deserialize)]
struct Memory {
    /// What it was found under.
    under: String,
    machine: Machine,
}

impl Machine {
    pub(super) fn find(store: &Path, program: &Path) -> Result<Self, Error> {
        let under = circumstances(store);
        let file = store.join(FILE);
        let remembered = read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(Memory { machine, .. }) =
            remembered.filter(|memory: &Memory| memory.under == under)
        {
            return Ok(machine);
        }
        let machine = Self::search(store, program)?;
        let memory = Memory { under, machine };
        if let Ok(bytes) = serde_json::to_vec_pretty(&memory) {
            // Not remembered, it is found again.
            let _ = write_atomically(&file, &bytes, 0o600);
        }
        Ok(memory.machine)
    }

    /// It did not hold: the next one searches again.
    pub(super) fn forget(store: &Path) {
        let _ = std::fs::remove_file(store.join(FILE));
    }

    fn search(store: &Path, program: &Path) -> Result<Self, Error> {
        let mut failed = Vec::new();
        for ids in Ids::candidates() {
            for overlay in [true, false] {
                let way = Way {
                    user_namespace: ids.is_namespace(),
                    many_ids: ids != Ids::Single,
                    overlay,
                };
                match attempt(store, program, &ids, way) {
                    Ok(()) => return Ok(Self { ids, way }),
                    // Only then does copying make a difference.
                    Err(fault) if fault.kind == FaultKind::Overlay => {}
                    Err(fault) if fault.kind == FaultKind::Machine => {
                        failed.push((ids.clone(), fault.text));
                        break;
                    }
                    Err(fault) => return Err(Error::Io(fault.text)),
                }
            }
        }
        Err(advice::impossible(&failed))
    }
}

fn attempt(store: &Path, program: &Path, ids: &Ids, way: Way) -> Result<(), Fault> {
    let place =
        Workplace::new(store).map_err(|error| Fault::new(FaultKind::Io, error.to_string()))?;
    let run = Run { cwd: "/".into(), network: Network::None, ..Run::default() };
    let job = RunJob {
        run,
        place: place.path().to_owned(),
        store: store.to_owned(),
        way,
        trial: true,
        resolv: Vec::new(),
    };
    let mut session = Session::start(program, ids, Some(place.path()), Stdio::null)?;
    session.tell(&Job::Run(Box::new(job)))?;
    let ended = session.wire.hear::<()>();
    drop(session);
    // What belongs to others by now goes with the next sweep.
    let _ = std::fs::remove_dir_all(give_up(place.path()));
    ended
}

/// All that decides, as a digest.
fn circumstances(store: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let status = text("/proc/self/status");
    let mut all = String::from("1\n");
    for line in status.lines() {
        let counts = ["Uid:", "Gid:", "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:"];
        if counts.iter().any(|name| line.starts_with(name)) {
            let _ = writeln!(all, "{line}");
        }
    }
    let release = rustix::system::uname();
    let _ = writeln!(all, "{}", release.release().to_string_lossy());
    for file in ["/proc/self/uid_map", "/proc/self/gid_map", "/etc/subuid", "/etc/subgid"] {
        let _ = writeln!(all, "{file}\n{}", text(file));
    }
    let _ = writeln!(all, "{:?}", ids::find("newuidmap"));
    let device = store.metadata().map(|meta| meta.dev()).unwrap_or_default();
    let _ = writeln!(all, "{device} {}", store.display());
    hex::encode(&Sha256::digest(all))
}

/// This machine's name servers, as a RUN sees them.
pub(super) fn resolv() -> Vec<u8> {
    use std::io::Read;
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open("/etc/resolv.conf") {
        let _ = file.take(64 << 10).read_to_end(&mut bytes);
    }
    bytes
}

/// The program that carries RUNs out: this one.
pub fn this_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}
