//! The door for the rest of the builder: unpacked layers, RUNs, and taking away.
//!
//! Unpacked layers are `layers/<hex of the diff ID><suffix>/` in the store, by how ids
//! are had ([`Ids::suffix`]); in each, `fs` is the tree and `size` tells the bytes of its
//! files, its time being that of the last use.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Instant, SystemTime};

use super::Error;
use super::cancel::Cancel;
use super::machine::{Machine, resolv};
use super::output::Output;
use super::session::{Job, RunJob, Session};
use super::spec::{End, Outcome, Run};
use super::wire::{Fault, FaultKind, Incoming, Outgoing, Wire};
use super::workplace::{Workplace, abandoned, give_up};
use crate::builder::embedded::unpack::{self, Form, Limits};
use crate::reference::Digest;
use crate::util::fs::{PathContext, PathError};

/// The folder of an unpacked layer's tree.
const TREE: &str = "fs";
const SIZE: &str = "size";

/// Brings the new layer, a plain tar, where it belongs, and tells its diff ID.
pub type Take<'a> = dyn FnMut(&mut dyn Read) -> io::Result<Digest> + 'a;

/// See the module. One a process; used from several threads at once.
#[derive(Debug)]
pub struct Executor {
    store: PathBuf,
    program: PathBuf,
    machine: OnceLock<Machine>,
    /// So that it is searched for by one thread alone.
    search: Mutex<()>,
}

impl Executor {
    /// `store`: the user's store, absolute. `program`: ds-build itself.
    pub fn new(store: &Path, program: &Path) -> Self {
        let (store, program) = (store.to_owned(), program.to_owned());
        Self { store, program, machine: OnceLock::new(), search: Mutex::new(()) }
    }

    /// Whether RUN can be done here; the error says what is missing. Takes away what a RUN
    /// left whose process was killed.
    pub fn ready(&self) -> Result<(), Error> {
        self.machine().map(drop)
    }

    /// How RUNs are done here, for those who want to know.
    pub fn describe(&self) -> Result<String, Error> {
        let machine = self.machine()?;
        let ids = match machine.ids.suffix() {
            "" => "as root",
            ".u" => "in a user namespace, with subordinate ids",
            ".n" => "in a user namespace, with all ids",
            _ => "in a user namespace, with one id",
        };
        let layers = if machine.way.overlay { "overlay" } else { "copies of the layers" };
        Ok(format!("{ids}; {layers}"))
    }

    fn machine(&self) -> Result<&Machine, Error> {
        let _alone = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(machine) = self.machine.get() {
            return Ok(machine);
        }
        let machine = Machine::find(&self.store, &self.program)?;
        let machine = self.machine.get_or_init(|| machine);
        let old: Vec<PathBuf> = abandoned(&self.store).iter().map(|path| give_up(path)).collect();
        if !old.is_empty() {
            // What does not go now goes the next time.
            let _ = self.remove_with(machine, &old);
        }
        Ok(machine)
    }

    /// The tree of a layer that is unpacked already, marked as used.
    pub fn layer(&self, diff_id: &Digest) -> Option<PathBuf> {
        let folder = self.folder(self.machine().ok()?, diff_id);
        let size = std::fs::File::options().write(true).open(folder.join(SIZE)).ok()?;
        let times = std::fs::FileTimes::new().set_modified(SystemTime::now());
        let _ = size.set_times(times);
        Some(folder.join(TREE))
    }

    fn folder(&self, machine: &Machine, diff_id: &Digest) -> PathBuf {
        let copied = if machine.way.overlay { "" } else { ".c" };
        let name = format!("{}{}{copied}", diff_id.hex(), machine.ids.suffix());
        self.store.join("layers").join(name)
    }

    /// Unpacks a layer's plain tar, which is read to its end; returns its tree. Who reads
    /// checks the tar's digest, before or meanwhile: `checked` is asked at the end.
    pub fn unpack(
        &self,
        diff_id: &Digest,
        tar: &mut dyn Read,
        checked: &mut dyn FnMut() -> io::Result<()>,
    ) -> Result<PathBuf, Error> {
        let machine = self.machine()?;
        let place = Workplace::new(&self.store)?;
        let tree = place.path().join("layer").join(TREE);
        std::fs::create_dir_all(&tree).at("make the folder", &tree)?;
        let form = machine.way.form();
        let mut tar = Counted { inner: tar, bytes: 0 };
        let unpacked = if machine.way.user_namespace {
            self.unpack_inside(machine, &tree, form, &mut tar)
        } else {
            unpack::unpack(&mut tar, &tree, form, Limits::default()).map(drop).map_err(Error::from)
        };
        let adopted = unpacked
            .and_then(|()| checked().map_err(|error| Error::Layer(error.to_string())))
            .and_then(|()| self.adopt(machine, &place, diff_id, tar.bytes));
        self.clear(machine, place);
        adopted
    }

    fn unpack_inside(
        &self,
        machine: &Machine,
        tree: &Path,
        form: Form,
        tar: &mut dyn Read,
    ) -> Result<(), Error> {
        let mut session = Session::start(&self.program, &machine.ids, None, Stdio::null)?;
        session.tell(&Job::Unpack { folder: tree.to_owned(), form })?;
        let mut out = Outgoing::new(&mut session.wire);
        let mut buffer = vec![0; 128 << 10];
        loop {
            let count = tar.read(&mut buffer).map_err(unpack::Error::Read)?;
            // A child that refuses the layer hears no more; what it says comes below.
            if count == 0 || out.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = out.end();
        Ok(session.wire.hear::<()>()?)
    }

    /// What was made becomes the unpacked layer, unless somebody was faster.
    fn adopt(
        &self,
        machine: &Machine,
        place: &Workplace,
        diff_id: &Digest,
        bytes: u64,
    ) -> Result<PathBuf, Error> {
        let made = place.path().join("layer");
        std::fs::write(made.join(SIZE), bytes.to_string()).at("write", &made)?;
        let folder = self.folder(machine, diff_id);
        let layers = self.store.join("layers");
        std::fs::create_dir_all(&layers).at("make the folder", &layers)?;
        match std::fs::rename(&made, &folder) {
            Err(_) if folder.join(SIZE).exists() => {}
            renamed => renamed.at("rename to", &folder)?,
        }
        Ok(folder.join(TREE))
    }

    /// Carries out a RUN. Blocks; `line` gets what it prints. `take` gets the layer that it
    /// made, and is called only if it ended with 0.
    pub fn run(
        &self,
        run: &Run,
        cancel: &Cancel,
        line: &(dyn Fn(String) + Sync),
        take: &mut Take<'_>,
    ) -> Result<Outcome, Error> {
        let machine = self.machine()?;
        let place = Workplace::new(&self.store)?;
        let outcome = self.run_at(machine, &place, run, cancel, line, take);
        if matches!(&outcome, Err(Error::Io(_))) {
            // The next one finds out anew what the machine allows.
            Machine::forget(&self.store);
        }
        self.clear(machine, place);
        outcome
    }

    fn run_at(
        &self,
        machine: &Machine,
        place: &Workplace,
        run: &Run,
        cancel: &Cancel,
        line: &(dyn Fn(String) + Sync),
        take: &mut Take<'_>,
    ) -> Result<Outcome, Error> {
        let began = Instant::now();
        let job = RunJob {
            run: run.clone(),
            place: place.path().to_owned(),
            store: self.store.clone(),
            way: machine.way,
            trial: false,
            resolv: resolv(),
        };
        let place_path = Some(place.path());
        let mut session = Session::start(&self.program, &machine.ids, place_path, Stdio::piped)?;
        session.tell(&Job::Run(Box::new(job)))?;
        let output = Output::new(&run.mounts, line);
        let (stdout, stderr) = (session.child.stdout.take(), session.child.stderr.take());
        let (over, ended) = (AtomicBool::new(false), &AtomicBool::new(false));
        let killer = session.killer()?;
        let limit = run.time_limit.map(|limit| began + limit);
        let result = std::thread::scope(|scope| {
            scope.spawn(|| stdout.map(|stream| output.follow(stream)));
            scope.spawn(|| stderr.map(|stream| output.follow(stream)));
            scope.spawn(|| {
                cancel.wait(limit, || over.load(Ordering::Acquire));
                if !over.load(Ordering::Acquire) {
                    ended.store(true, Ordering::Release);
                    killer.kill();
                }
            });
            let result = follow(&mut session.wire, take);
            over.store(true, Ordering::Release);
            cancel.wake();
            // The streams end with the child.
            drop(session);
            result
        });
        let tail = output.tail();
        if ended.load(Ordering::Acquire) {
            let end = if cancel.is_cancelled() { End::Cancelled } else { End::TimeLimit };
            return Ok(Outcome { end, tail, layer: None });
        }
        let (end, layer) = result?;
        // A copied tree is all layers in one: the new one is unpacked when it is wanted.
        if let Some((diff_id, bytes)) = layer.as_ref().filter(|_| machine.way.overlay) {
            self.adopt(machine, place, diff_id, *bytes)?;
        }
        Ok(Outcome { end, tail, layer: layer.map(|(diff_id, _)| diff_id) })
    }

    /// Takes away folders of the store, whoever owns what is in them.
    pub fn remove(&self, paths: &[PathBuf]) -> Result<(), Error> {
        self.remove_with(self.machine()?, paths)
    }

    fn remove_with(&self, machine: &Machine, paths: &[PathBuf]) -> Result<(), Error> {
        if !machine.way.user_namespace {
            return Ok(remove_all(paths)?);
        }
        let mut session = Session::start(&self.program, &machine.ids, None, Stdio::null)?;
        session.tell(&Job::Remove(paths.to_vec()))?;
        Ok(session.wire.hear::<()>()?)
    }

    /// A folder that nothing is made in any more; what stays goes at the next start.
    fn clear(&self, machine: &Machine, place: Workplace) {
        let paths = [give_up(place.path())];
        if remove_all(&paths).is_err() {
            let _ = self.remove_with(machine, &paths);
        }
        drop(place);
    }
}

/// Hears how the RUN ended, and hands over the layer.
fn follow(wire: &mut Wire, take: &mut Take<'_>) -> Result<(End, Option<(Digest, u64)>), Error> {
    let end: End = wire.hear()?;
    if end != End::Exit(0) {
        return Ok((end, None));
    }
    let mut incoming = Incoming::new(wire);
    let mut tar = Counted { inner: &mut incoming, bytes: 0 };
    let taken = take(&mut tar);
    let bytes = tar.bytes;
    if let Some(fault) = incoming.fault.take() {
        return Err(fault.into());
    }
    let diff_id = taken.map_err(|error| Error::Io(format!("cannot keep the layer: {error}")))?;
    // A reader may stop at the end of the tar.
    io::copy(&mut incoming, &mut io::sink()).map_err(Fault::of(FaultKind::Io, "read the layer"))?;
    wire.hear::<()>()?;
    Ok((end, Some((diff_id, bytes))))
}

pub(super) fn remove_all(paths: &[PathBuf]) -> Result<(), PathError> {
    for path in paths {
        match std::fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.at("remove", path)?,
        }
    }
    Ok(())
}

/// Counts what is read through it.
struct Counted<'a> {
    inner: &'a mut dyn Read,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }
}
