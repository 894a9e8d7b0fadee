//! What `--mount` asks for, put into the tree.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::mount::{MountFlags, mount, mount_bind, mount_remount};

use super::super::command::SCRIPTS;
use super::super::session::RunJob;
use super::super::spec::{Mount, Source};
use super::super::wire::{Fault, FaultKind};
use super::container::Prepared;
use super::targets::{Targets, find, is_folder};
use super::{by_number, copy, root};

/// Stacks of layers, each seen through one mount.
pub(super) struct Stacks<'a> {
    job: &'a RunJob,
    prefix: &'static str,
    count: usize,
    seen: Vec<(Vec<PathBuf>, PathBuf)>,
}

impl<'a> Stacks<'a> {
    pub(super) fn new(job: &'a RunJob, prefix: &'static str) -> Self {
        Self { job, prefix, count: 0, seen: Vec::new() }
    }

    /// The folder that shows a stack, for reading.
    fn show(&mut self, stack: &[PathBuf]) -> io::Result<PathBuf> {
        if let [only] = stack {
            return Ok(only.clone());
        }
        if let Some((_, path)) = self.seen.iter().find(|(seen, _)| seen == stack) {
            return Ok(path.clone());
        }
        let at = self.folder("")?;
        if self.job.way.overlay && !stack.is_empty() {
            root::overlay(stack, None, &at, self.job.way)?;
        } else {
            copy::merge(stack, &at)?;
        }
        self.seen.push((stack.to_vec(), at.clone()));
        Ok(at)
    }

    /// The same with a layer on top for what is written, and is lost.
    fn show_writable(&mut self, stack: &[PathBuf]) -> io::Result<PathBuf> {
        let at = self.folder("")?;
        if !self.job.way.overlay {
            copy::merge(stack, &at)?;
            return Ok(at);
        }
        let (upper, work) = (self.folder("-upper")?, self.folder("-work")?);
        let lowers = root::with_bottom(stack, &self.job.place);
        root::overlay(&lowers, Some((&upper, &work)), &at, self.job.way)?;
        Ok(at)
    }

    fn folder(&mut self, end: &str) -> io::Result<PathBuf> {
        self.count += 1;
        let path = self.job.place.join(format!("{}{}{end}", self.prefix, self.count));
        std::fs::create_dir(&path)?;
        Ok(path)
    }

    /// What a source names, open.
    fn open(&mut self, source: &Source, writable: bool) -> io::Result<OwnedFd> {
        let folder =
            if writable { self.show_writable(&source.stack)? } else { self.show(&source.stack)? };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(&folder, flags, rustix::fs::Mode::empty())?;
        find(&folder, &source.path, OFlags::PATH)
    }

    /// Copies what a source names, a folder, into another.
    pub(super) fn copy(&mut self, source: &Source, to: &Path) -> io::Result<()> {
        let from = self.open(source, false)?;
        if !is_folder(&from)? {
            return Err(io::Error::other(format!("`{}` is not a folder", source.path)));
        }
        copy::tree(Path::new(&by_number(&from)), to)
    }
}

/// Puts every mount into the tree, in the order of the RUN.
pub(super) fn mount_all(prepared: &Prepared, targets: &mut Targets) -> Result<(), Fault> {
    let Prepared { job, stage, caches } = prepared;
    let mut stacks = Stacks::new(job, "m");
    let mut caches = caches.iter();
    if let Some(script) = &job.run.script {
        let target = format!("{SCRIPTS}/{}", script.name);
        let mounted = bind(&stage.script(), &target, MountFlags::RDONLY, targets);
        mounted.map_err(Fault::io("put a script into the tree"))?;
    }
    for (number, one) in job.run.mounts.iter().enumerate() {
        let (target, mounted) = match one {
            Mount::Bind { target, source, writable } => {
                (target, mount_bind_of(source, *writable, target, &mut stacks, targets))
            }
            Mount::Cache(cache) => {
                let flags = if cache.writable { MountFlags::empty() } else { MountFlags::RDONLY };
                let folder =
                    caches.next().ok_or_else(|| io::Error::other("its folder is not there"));
                (
                    &cache.target,
                    folder.and_then(|folder| bind(folder, &cache.target, flags, targets)),
                )
            }
            Mount::Tmpfs { target, size } => (target, tmpfs(target, *size, targets)),
            Mount::Secret { target: Some(target), .. } => {
                let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NOEXEC;
                (target, bind(&stage.of_mount(number), target, flags, targets))
            }
            Mount::Secret { target: None, .. } => continue,
            Mount::Ssh { target, .. } => {
                let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
                (target, bind(&stage.of_mount(number), target, flags, targets))
            }
        };
        mounted.map_err(|error| explain(&error, target, one))?;
    }
    Ok(())
}

fn mount_bind_of(
    source: &Source,
    writable: bool,
    target: &str,
    stacks: &mut Stacks<'_>,
    targets: &mut Targets,
) -> io::Result<()> {
    let from = stacks.open(source, writable)?;
    let flags = if writable { MountFlags::empty() } else { MountFlags::RDONLY };
    bind(Path::new(&by_number(&from)), target, flags, targets)
}

/// Shows a file or folder at a target. Devices in it are none.
pub(super) fn bind(
    from: &Path,
    target: &str,
    flags: MountFlags,
    targets: &mut Targets,
) -> io::Result<()> {
    let folder = std::fs::metadata(from)?.is_dir();
    let at = targets.make(target, folder)?;
    if is_folder(&at)? != folder {
        let what = if folder { "a folder onto a file" } else { "a file onto a folder" };
        return Err(io::Error::other(format!("it would mount {what}")));
    }
    mount_bind(from, by_number(&at))?;
    let mounted = targets.find(target)?;
    restrict(&mounted, flags | MountFlags::NODEV)
}

/// Adds flags to a mount, which keeps those it has.
pub(super) fn restrict(mounted: &OwnedFd, flags: MountFlags) -> io::Result<()> {
    let path = by_number(mounted);
    let flags = root::kept_flags(Path::new(&path))? | flags | MountFlags::BIND;
    Ok(mount_remount(&path, flags, "")?)
}

fn tmpfs(target: &str, size: Option<u64>, targets: &mut Targets) -> io::Result<()> {
    let at = targets.make(target, true)?;
    let options = size.map(|size| format!("size={size}")).unwrap_or_default();
    let options = std::ffi::CString::new(options).map_err(io::Error::other)?;
    let flags = MountFlags::NODEV | MountFlags::NOSUID;
    Ok(mount("tmpfs", by_number(&at), "tmpfs", flags, Some(options.as_c_str()))?)
}

/// Which mount it was; what is missing is the Dockerfile's matter, not the machine's.
fn explain(error: &io::Error, target: &str, one: &Mount) -> Fault {
    let reason = error.to_string();
    let reason = reason.split(" (os error").next().unwrap_or(&reason);
    let missing = error.kind() == io::ErrorKind::NotFound;
    if let (Mount::Bind { source, .. }, true) = (one, missing) {
        let text = format!("the mount at `{target}` wants `{}`, which is not there", source.path);
        return Fault::new(FaultKind::Request, text);
    }
    let kind = if error.raw_os_error().is_none() { FaultKind::Request } else { FaultKind::Io };
    Fault::new(kind, format!("cannot mount at `{target}`: {reason}"))
}
