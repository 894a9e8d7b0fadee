//! Where no overlay can be had: layers copied onto each other, and what changed found by
//! looking at everything.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags};

use crate::builder::embedded::diff::{self as overlay_diff, Trees, attributes};
use crate::builder::embedded::entry::Index;

/// In a folder that no overlay reads, a layer's marks are files, as in its tar.
const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";

/// Layers, the topmost first, copied together into an empty folder.
pub(super) fn merge(layers: &[PathBuf], to: &Path) -> io::Result<()> {
    for layer in layers.iter().rev() {
        Copy { links: HashMap::new(), marks: true }.folder(layer, to)?;
    }
    Ok(())
}

/// A copy of a folder with all that is in it.
pub(super) fn tree(from: &Path, to: &Path) -> io::Result<()> {
    Copy { links: HashMap::new(), marks: false }.folder(from, to)
}

struct Copy {
    /// First copy of each file of several names.
    links: HashMap<(u64, u64), PathBuf>,
    marks: bool,
}

impl Copy {
    fn folder(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let mut names: Vec<_> = fs::read_dir(from)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<_, _>>()?;
        names.sort_unstable();
        if self.marks {
            self.take_away(&names, to)?;
        }
        for name in names {
            if self.marks && name.as_bytes().starts_with(WHITEOUT) {
                continue;
            }
            self.one(&from.join(&name), &to.join(&name))?;
        }
        dress(from, to, &fs::symlink_metadata(from)?)
    }

    fn take_away(&self, names: &[std::ffi::OsString], to: &Path) -> io::Result<()> {
        if names.iter().any(|name| name.as_bytes() == OPAQUE) {
            for entry in fs::read_dir(to)? {
                remove(&entry?.path())?;
            }
        }
        for name in names {
            if let Some(gone) = name.as_bytes().strip_prefix(WHITEOUT) {
                remove(&to.join(OsStr::from_bytes(gone)))?;
            }
        }
        Ok(())
    }

    fn one(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let meta = fs::symlink_metadata(from)?;
        let kind = meta.file_type();
        let there = fs::symlink_metadata(to).ok();
        if kind.is_dir() {
            if there.is_none_or(|there| !there.is_dir()) {
                remove(to)?;
                fs::create_dir(to)?;
            }
            return self.folder(from, to);
        }
        if there.is_some() {
            remove(to)?;
        }
        if meta.nlink() > 1 {
            if let Some(first) = self.links.get(&(meta.dev(), meta.ino())) {
                return fs::hard_link(first, to);
            }
            self.links.insert((meta.dev(), meta.ino()), to.to_owned());
        }
        if kind.is_symlink() {
            symlink(fs::read_link(from)?, to)?;
        } else if kind.is_file() {
            fs::copy(from, to)?;
        } else {
            let kind = FileType::from_raw_mode(meta.mode());
            if kind == FileType::Socket {
                return Ok(());
            }
            let mode = Mode::from_raw_mode(0o600);
            rustix::fs::mknodat(CWD, to, kind, mode, meta.rdev())?;
        }
        dress(from, to, &meta)
    }
}

fn dress(from: &Path, to: &Path, meta: &fs::Metadata) -> io::Result<()> {
    let there = fs::symlink_metadata(to)?;
    if (there.uid(), there.gid()) != (meta.uid(), meta.gid()) {
        lchown(to, Some(meta.uid()), Some(meta.gid()))?;
    }
    if !meta.file_type().is_symlink() {
        fs::set_permissions(to, fs::Permissions::from_mode(meta.mode() & 0o7777))?;
    }
    for (name, value) in attributes(from)? {
        let name = OsStr::from_bytes(&name);
        match rustix::fs::lsetxattr(to, name, &value, XattrFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::PERM) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let time = |seconds, nanoseconds| Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = Timestamps {
        last_access: time(meta.mtime(), meta.mtime_nsec()),
        last_modification: time(meta.mtime(), meta.mtime_nsec()),
    };
    Ok(rustix::fs::utimensat(CWD, to, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The changed tree against one that is as it was: everything is compared, and what is no
/// more is gone.
pub(super) fn diff(trees: Trees<'_>) -> io::Result<Index> {
    overlay_diff::diff_whole(trees)
}
