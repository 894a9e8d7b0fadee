//! Folders of the context, opened beneath its root: no link on the way is
//! followed, and no path is too long or too deep.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat as SystemStat};

use super::Error;

/// Longest part of a path that is opened by one call, below the system's PATH_MAX.
const STRIDE: usize = 3000;

/// What of a file's status tells that its content is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) modified: i64,
    /// Nanoseconds since 1970.
    pub(super) changed: i64,
    pub(super) inode: u64,
    pub(super) device: u64,
    /// Type and permission bits.
    pub(super) mode: u32,
}

impl Stat {
    #[allow(clippy::unnecessary_cast, clippy::cast_lossless)] // the fields' types differ by platform
    fn of(stat: &SystemStat) -> Self {
        let nanos = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000) + nanos;
        Self {
            size: stat.st_size as u64,
            modified: nanos(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: nanos(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
            inode: stat.st_ino as u64,
            device: stat.st_dev as u64,
            mode: stat.st_mode as u32,
        }
    }

    pub(super) fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.mode as _)
    }

    /// Of an open file.
    pub(super) fn of_file(file: impl AsFd) -> io::Result<Self> {
        Ok(Self::of(&rustix::fs::fstat(file)?))
    }

    /// Of a name in a folder, itself, not what it links to.
    pub(super) fn of_name(folder: BorrowedFd<'_>, name: &[u8]) -> io::Result<Self> {
        Ok(Self::of(&rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }
}

/// Opens the folder at `path` beneath `root`; the empty path is the root itself.
pub(super) fn open_folder(root: BorrowedFd<'_>, path: &[u8]) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    open_far(root, if path.is_empty() { b"." } else { path }, flags)
}

/// Opens the file at `path` beneath `root` to read it.
pub(super) fn open_file(root: BorrowedFd<'_>, path: &[u8]) -> io::Result<OwnedFd> {
    // Not waiting: it may have become a FIFO by now.
    open_far(root, path, OFlags::RDONLY | OFlags::NONBLOCK)
}

fn open_far(root: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    let mut held: Option<OwnedFd> = None;
    let mut rest = path;
    while rest.len() > STRIDE {
        let cut = memchr::memrchr(b'/', &rest[..STRIDE]).ok_or(io::ErrorKind::InvalidFilename)?;
        let from = held.as_ref().map_or(root, AsFd::as_fd);
        held = Some(open_near(from, &rest[..cut], OFlags::RDONLY | OFlags::DIRECTORY)?);
        rest = &rest[cut + 1..];
    }
    open_near(held.as_ref().map_or(root, AsFd::as_fd), rest, flags)
}

fn open_near(from: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::ResolveFlags;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        match rustix::fs::openat2(from, path, flags, Mode::empty(), resolve) {
            // Older kernels, and sandboxes that know no openat2.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {}
            result => return Ok(result?),
        }
    }
    Ok(rustix::fs::openat(from, path, flags, Mode::empty())?)
}

/// The target of the link `name` in a folder.
pub(super) fn read_link(folder: BorrowedFd<'_>, name: &[u8]) -> io::Result<Vec<u8>> {
    Ok(rustix::fs::readlinkat(folder, name, Vec::new())?.into_bytes())
}

/// The names in a folder, in the system's order, with the kind where it is told.
pub(super) fn names(
    folder: BorrowedFd<'_>,
) -> io::Result<impl Iterator<Item = io::Result<(Vec<u8>, FileType)>>> {
    let entries = rustix::fs::Dir::read_from(folder)?;
    Ok(entries.filter_map(|entry| match entry {
        Ok(entry) => {
            let name = entry.file_name().to_bytes();
            (name != b"." && name != b"..").then(|| Ok((name.to_vec(), entry.file_type())))
        }
        Err(error) => Some(Err(error.into())),
    }))
}

/// An I/O error on something of the context; what is gone has vanished meanwhile.
pub(super) fn fault(
    context: &std::path::Path,
    path: &[u8],
    action: &'static str,
    source: io::Error,
) -> Error {
    use std::os::unix::ffi::OsStrExt;
    let path = context.join(std::ffi::OsStr::from_bytes(path));
    // A link in place of what was a folder or file.
    let replaced = source.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    match source.kind() {
        io::ErrorKind::NotFound => Error::Vanished(path),
        io::ErrorKind::NotADirectory => Error::Changed(path),
        _ if replaced => Error::Changed(path),
        _ => crate::util::fs::PathError { action, path, source }.into(),
    }
}
