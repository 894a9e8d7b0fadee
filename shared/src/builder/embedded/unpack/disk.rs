//! Makes a layer's tree on disk, beneath an open folder.
//!
//! Paths come free of links from the plan, and are opened so that none is followed
//! (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; on kernels without it one
//! folder after the other).

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, ResolveFlags, Timespec, Timestamps, Uid, XattrFlags,
};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::plan::Place;
use super::sparse::Map;
use super::tar::Reader;
use super::{Error, refused};
use crate::builder::embedded::entry::{Entry, Index, Kind, name, parent};
use crate::context::archive::TIME;
use crate::util::fs::{PathContext, PathError};

/// How a layer is laid down, as the machine allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Owners are given to files; else all belong to whoever unpacks.
    pub owners: bool,
    /// Devices can be made.
    pub devices: bool,
    pub marks: Marks,
}

/// How a layer on disk says what it takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Marks {
    /// As an overlay of root reads it: devices 0/0, `trusted.overlay.opaque`.
    Trusted,
    /// As an overlay of a user namespace does: devices 0/0, `user.overlay.opaque`.
    User,
    /// Files, as in the tar: for those who copy layers onto each other.
    Files,
}

impl Marks {
    /// The extended attribute of an opaque folder.
    pub fn opaque(self) -> Option<&'static str> {
        match self {
            Self::Trusted => Some("trusted.overlay.opaque"),
            Self::User => Some("user.overlay.opaque"),
            Self::Files => None,
        }
    }
}

const OPAQUE: &[u8] = b".wh..wh..opq";
const WHITEOUT: &[u8] = b".wh.";
const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC).union(OFlags::RDONLY);

pub(super) struct Disk {
    root: OwnedFd,
    path: PathBuf,
    form: Form,
    /// The folder that the last member went to.
    last: (Vec<u8>, OwnedFd),
    buffer: Vec<u8>,
}

impl Disk {
    pub(super) fn open(path: &Path, form: Form) -> Result<Self, PathError> {
        let root = rustix::fs::open(path, FOLDER, Mode::empty());
        let root = root.map_err(io::Error::from).at("open the folder", path)?;
        let same = rustix::io::fcntl_dupfd_cloexec(&root, 0).map_err(io::Error::from);
        let last = (Vec::new(), same.at("open the folder", path)?);
        Ok(Self { root, path: path.to_owned(), form, last, buffer: vec![0; 256 << 10] })
    }

    /// Makes what the plan says; content comes from the reader.
    pub(super) fn put<R: Read>(
        &mut self,
        place: &Place,
        entry: &Entry,
        reader: &mut Reader<R>,
        sparse: Option<&Map>,
    ) -> Result<(), Error> {
        let Some(folder) = parent(&place.path) else {
            let root = self.root.as_fd();
            return self.dress(root, entry).map_err(|fault| self.fault(b"", fault));
        };
        let fault = |disk: &Self, error: io::Error| disk.fault(&place.path, error);
        self.enter(folder).map_err(|error| fault(self, error))?;
        let file = OsStr::from_bytes(name(&place.path));
        if place.replaces {
            remove(self.last.1.as_fd(), file).map_err(|error| fault(self, error))?;
        }
        if let Some(first) = &place.same_as {
            let from = OsStr::from_bytes(first);
            return rustix::fs::linkat(&self.root, from, &self.last.1, file, AtFlags::empty())
                .map_err(|error| fault(self, error.into()));
        }
        match &entry.kind {
            Kind::File { .. } => self.file(file, &place.path, entry, reader, sparse),
            _ => self.other(file, entry).map_err(|error| fault(self, error)),
        }
    }

    fn file<R: Read>(
        &mut self,
        file: &OsStr,
        path: &[u8],
        entry: &Entry,
        reader: &mut Reader<R>,
        sparse: Option<&Map>,
    ) -> Result<(), Error> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let mode = Mode::from_raw_mode(0o600);
        let file = rustix::fs::openat(&self.last.1, file, flags | OFlags::CLOEXEC, mode);
        let file = File::from(file.map_err(|error| self.fault(path, error.into()))?);
        let mut buffer = std::mem::take(&mut self.buffer);
        let written = fill(&file, reader, sparse, entry, &mut buffer);
        self.buffer = buffer;
        match written {
            Err(Error::Write(fault)) => return Err(self.fault(path, fault.source)),
            written => written?,
        }
        self.dress(file.as_fd(), entry).map_err(|error| self.fault(path, error))?;
        let times = times(entry.mtime);
        rustix::fs::futimens(&file, &times).map_err(|error| self.fault(path, error.into()))
    }

    /// Folders, links, devices and pipes.
    fn other(&self, file: &OsStr, entry: &Entry) -> io::Result<()> {
        let folder = self.last.1.as_fd();
        let mode = Mode::from_raw_mode(entry.mode);
        match &entry.kind {
            Kind::Folder => {
                match rustix::fs::mkdirat(folder, file, Mode::from_raw_mode(0o700)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
                let flags = FOLDER | OFlags::NOFOLLOW;
                let made = rustix::fs::openat(folder, file, flags, Mode::empty())?;
                return self.dress(made.as_fd(), entry);
            }
            Kind::Link { target } => {
                rustix::fs::symlinkat(OsStr::from_bytes(target), folder, file)?;
            }
            Kind::Fifo => rustix::fs::mknodat(folder, file, FileType::Fifo, mode, 0)?,
            Kind::Char { major, minor } | Kind::Block { major, minor } => {
                if !self.form.devices {
                    // A RUN gets devices from us, and the layer's tar still has it.
                    return Ok(());
                }
                let block = matches!(entry.kind, Kind::Block { .. });
                let kind = if block { FileType::BlockDevice } else { FileType::CharacterDevice };
                let device = rustix::fs::makedev(*major, *minor);
                rustix::fs::mknodat(folder, file, kind, mode, device)?;
            }
            Kind::File { .. } | Kind::Hard { .. } => return Ok(()),
        }
        if self.form.owners && (entry.uid, entry.gid) != (0, 0) {
            let (uid, gid) = owner(entry);
            rustix::fs::chownat(folder, file, uid, gid, AtFlags::SYMLINK_NOFOLLOW)?;
        }
        if !matches!(entry.kind, Kind::Link { .. }) {
            rustix::fs::chmodat(folder, file, mode, AtFlags::empty())?;
        }
        // There is no call for attributes of a name in an open folder.
        let path = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(file);
        for (name, value) in entry.xattrs.iter().flat_map(|all| all.iter()) {
            let name = OsStr::from_bytes(name);
            self.spare(rustix::fs::lsetxattr(&path, name, value, XattrFlags::empty()))?;
        }
        let times = times(entry.mtime);
        Ok(rustix::fs::utimensat(folder, file, &times, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Owner, then mode (a change of owner clears setuid), then attributes.
    fn dress(&self, file: BorrowedFd<'_>, entry: &Entry) -> io::Result<()> {
        if self.form.owners && (entry.uid, entry.gid) != (0, 0) {
            let (uid, gid) = owner(entry);
            rustix::fs::fchown(file, uid, gid)?;
        }
        rustix::fs::fchmod(file, Mode::from_raw_mode(entry.mode))?;
        for (name, value) in entry.xattrs.iter().flat_map(|all| all.iter()) {
            let name = OsStr::from_bytes(name);
            self.spare(rustix::fs::fsetxattr(file, name, value, XattrFlags::empty()))?;
        }
        Ok(())
    }

    /// A file system without extended attributes, or one that keeps some to itself, loses
    /// them in the folder; the layer's tar still has them.
    fn spare(&self, result: Result<(), Errno>) -> io::Result<()> {
        match result {
            Err(Errno::OPNOTSUPP) => Ok(()),
            Err(Errno::PERM) if !self.form.devices => Ok(()),
            result => Ok(result?),
        }
    }

    /// Opens a folder beneath the root, made with those on the way where it is missing.
    fn enter(&mut self, folder: &[u8]) -> io::Result<()> {
        if self.last.0 != folder {
            let open = match beneath(self.root.as_fd(), folder, FOLDER) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.make(folder)?,
                open => open?,
            };
            self.last = (folder.to_vec(), open);
        }
        Ok(())
    }

    fn make(&self, folder: &[u8]) -> io::Result<OwnedFd> {
        let mut at = rustix::io::fcntl_dupfd_cloexec(&self.root, 0)?;
        for part in folder.split(|&byte| byte == b'/') {
            let part = OsStr::from_bytes(part);
            let made = rustix::fs::mkdirat(&at, part, Mode::from_raw_mode(0o755));
            if made != Err(Errno::EXIST) {
                made?;
                rustix::fs::chmodat(&at, part, Mode::from_raw_mode(0o755), AtFlags::empty())?;
            }
            at = rustix::fs::openat(&at, part, FOLDER | OFlags::NOFOLLOW, Mode::empty())?;
        }
        Ok(at)
    }

    /// Whiteouts, opaque folders and the folders' times, when all else is there.
    pub(super) fn finish(&mut self, index: &Index) -> Result<(), Error> {
        let mut opaque = index.opaque.clone();
        for path in &index.gone {
            match index.entries.get(path) {
                // Taken away and made anew: of what was in it nothing shall be seen.
                Some(entry) if entry.is_folder() => {
                    opaque.insert(path.clone());
                }
                Some(_) => {}
                None => self.whiteout(path).map_err(|error| self.fault(path, error))?,
            }
        }
        for path in &opaque {
            let mark = || -> io::Result<()> {
                let folder = match beneath(self.root.as_fd(), path, FOLDER) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => self.make(path)?,
                    folder => folder?,
                };
                match self.form.marks.opaque() {
                    Some(name) => rustix::fs::fsetxattr(&folder, name, b"y", XattrFlags::empty())?,
                    None => self.mark(&folder, OsStr::from_bytes(OPAQUE))?,
                }
                Ok(())
            };
            mark().map_err(|error| self.fault(path, error))?;
        }
        self.times(index)
    }

    /// From the innermost outwards does not matter: setting a time changes no other.
    fn times(&self, index: &Index) -> Result<(), Error> {
        let made = implied(index).into_iter().map(|path| (path, TIME.cast_signed()));
        let said = index.entries.iter().filter(|(_, entry)| entry.is_folder());
        for (path, time) in said.map(|(path, entry)| (path.clone(), entry.mtime)).chain(made) {
            let open = beneath(self.root.as_fd(), &path, FOLDER);
            let set = open.and_then(|open| Ok(rustix::fs::futimens(&open, &times(time))?));
            set.map_err(|error| self.fault(&path, error))?;
        }
        Ok(())
    }

    fn whiteout(&mut self, path: &[u8]) -> io::Result<()> {
        self.enter(parent(path).unwrap_or_default())?;
        let name = name(path);
        if self.form.marks == Marks::Files {
            return self.mark(&self.last.1, OsStr::from_bytes(&[WHITEOUT, name].concat()));
        }
        let (name, mode) = (OsStr::from_bytes(name), Mode::empty());
        Ok(rustix::fs::mknodat(&self.last.1, name, FileType::CharacterDevice, mode, 0)?)
    }

    fn mark(&self, folder: &OwnedFd, name: &OsStr) -> io::Result<()> {
        let mode = Mode::from_raw_mode(0o600);
        Ok(rustix::fs::mknodat(folder, name, FileType::RegularFile, mode, 0)?)
    }

    fn fault(&self, path: &[u8], error: io::Error) -> Error {
        if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) && !self.form.devices {
            let reason = "belongs to a user or group that has no id here (see /etc/subuid)";
            return refused(path, reason);
        }
        let path = self.path.join(OsStr::from_bytes(path));
        PathError { action: "write", path, source: error }.into()
    }
}

/// Folders on the way to what a layer has that it does not have itself.
pub(super) fn implied(index: &Index) -> std::collections::BTreeSet<Vec<u8>> {
    let opaque = index.opaque.iter().map(|path| [path.as_slice(), b"/"].concat());
    let all = index.entries.keys().chain(&index.gone).cloned().chain(opaque);
    let mut missing = std::collections::BTreeSet::new();
    for path in all {
        let mut at = path.as_slice();
        while let Some(folder) = parent(at).filter(|folder| !folder.is_empty()) {
            if index.entries.contains_key(folder) || !missing.insert(folder.to_vec()) {
                break;
            }
            at = folder;
        }
    }
    missing
}

/// Opens a path beneath a folder; no link is followed on the way.
pub(crate) fn beneath(root: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    if path.is_empty() {
        return Ok(rustix::fs::openat(root, ".", flags, Mode::empty())?);
    }
    let how = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(root, OsStr::from_bytes(path), flags, Mode::empty(), how) {
        Err(Errno::NOSYS | Errno::PERM) => {}
        opened => return Ok(opened?),
    }
    let mut at = rustix::io::fcntl_dupfd_cloexec(root, 0)?;
    for part in
        path[..path.len() - name(path).len()].split(|&b| b == b'/').filter(|p| !p.is_empty())
    {
        at = rustix::fs::openat(
            &at,
            OsStr::from_bytes(part),
            FOLDER | OFlags::NOFOLLOW,
            Mode::empty(),
        )?;
    }
    Ok(rustix::fs::openat(&at, OsStr::from_bytes(name(path)), flags, Mode::empty())?)
}

fn fill<R: Read>(
    file: &File,
    reader: &mut Reader<R>,
    sparse: Option<&Map>,
    entry: &Entry,
    buffer: &mut [u8],
) -> Result<(), Error> {
    let write = |source| PathError { action: "write", path: PathBuf::new(), source };
    let mut at = 0;
    let Some(map) = sparse else {
        loop {
            let count = reader.content(buffer)?;
            if count == 0 {
                return Ok(());
            }
            file.write_all_at(&buffer[..count], at).map_err(write)?;
            at += count as u64;
        }
    };
    if let Kind::File { size } = entry.kind {
        file.set_len(size).map_err(write)?;
    }
    for &(offset, length) in &map.0 {
        at = offset;
        while at < offset + length {
            let most = usize::try_from(offset + length - at).unwrap_or(usize::MAX);
            let most = most.min(buffer.len());
            reader.read_exact(&mut buffer[..most])?;
            file.write_all_at(&buffer[..most], at).map_err(write)?;
            at += most as u64;
        }
    }
    Ok(())
}

/// Removes a name of this layer, a folder with all beneath.
fn remove(folder: BorrowedFd<'_>, file: &OsStr) -> io::Result<()> {
    match rustix::fs::unlinkat(folder, file, AtFlags::empty()) {
        Err(Errno::ISDIR) => {
            let path = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(file);
            std::fs::remove_dir_all(path)
        }
        // A device that could not be made.
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn owner(entry: &Entry) -> (Option<Uid>, Option<Gid>) {
    (Some(Uid::from_raw(entry.uid)), Some(Gid::from_raw(entry.gid)))
}

fn times(seconds: i64) -> Timestamps {
    let time = Timespec { tv_sec: seconds, tv_nsec: 0 };
    Timestamps { last_access: time, last_modification: time }
}
