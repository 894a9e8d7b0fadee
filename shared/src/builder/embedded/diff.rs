//! What a RUN changed: the upper folder of an overlay, against the layers below it.
//!
//! As BuildKit's overlay differ: what was only copied up and is the same as before is left
//! out, a folder that was replaced is told by what is gone from it, and the folders on the
//! way to a change come with it. Sockets are left out. All extended attributes count, not
//! capabilities alone. Source: moby/buildkit `util/overlay`, containerd/continuity `fs`.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::entry::{Entry, Index, Kind, ancestors, join};
use super::unpack::pax::is_of_files;

/// The two trees, and what a time that the RUN set becomes.
#[derive(Debug, Clone, Copy)]
pub struct Trees<'a> {
    pub upper: &'a Path,
    /// The layers below, seen together; nothing is followed out of it.
    pub base: &'a Path,
    /// Marks of the overlay in the upper folder: `user.overlay.…` or `trusted.overlay.…`.
    pub user_marks: bool,
    /// Seconds since 1970: what was changed from then on…
    pub began: i64,
    /// …has this time, in the index and from now on in the folder.
    pub epoch: i64,
}

/// Finds the changes. Files of several names are the first one and links to it.
pub fn diff(trees: Trees<'_>) -> io::Result<Index> {
    let mut found = Found { trees, index: Index::default(), names: HashMap::new() };
    found.folder(b"", Below::Folder, false)?;
    found.name_links();
    Ok(found.index)
}

/// As [`diff`], for an upper folder that is a whole tree and no part of an overlay.
pub fn diff_whole(trees: Trees<'_>) -> io::Result<Index> {
    let mut found = Found { trees, index: Index::default(), names: HashMap::new() };
    found.folder(b"", Below::Folder, true)?;
    found.name_links();
    Ok(found.index)
}

/// What the layers below have at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    Folder,
    /// Nothing, or something that nothing can lie in.
    Other,
}

struct Found<'a> {
    trees: Trees<'a>,
    index: Index,
    /// Device and inode of each file of several names.
    names: HashMap<Vec<u8>, (u64, u64)>,
}

impl Found<'_> {
    /// `replaced`: nothing of the folder below is seen through it.
    fn folder(&mut self, path: &[u8], below: Below, replaced: bool) -> io::Result<()> {
        let folder = at(self.trees.upper, path);
        let mut names: Vec<_> = fs::read_dir(&folder)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<_, _>>()?;
        names.sort_unstable();
        if replaced && below == Below::Folder {
            for entry in fs::read_dir(at(self.trees.base, path))? {
                let name = entry?.file_name();
                if names.binary_search(&name).is_err() {
                    self.gone(join(path, name.as_bytes()))?;
                }
            }
        }
        for name in names {
            self.one(join(path, name.as_bytes()), below, replaced)?;
        }
        Ok(())
    }

    fn one(&mut self, path: Vec<u8>, below: Below, replaced: bool) -> io::Result<()> {
        let file = at(self.trees.upper, &path);
        let meta = fs::symlink_metadata(&file)?;
        let old = match below {
            Below::Folder => fs::symlink_metadata(at(self.trees.base, &path)).ok(),
            Below::Other => None,
        };
        if meta.file_type().is_char_device() && meta.rdev() == 0 {
            return if old.is_some() { self.gone(path) } else { Ok(()) };
        }
        if meta.file_type().is_socket() {
            fs::remove_file(&file)?;
            // It hid what was there before.
            return if old.is_some() { self.gone(path) } else { Ok(()) };
        }
        let same = match &old {
            Some(old) => is_same(old, &meta, &at(self.trees.base, &path), &file)?,
            None => false,
        };
        let folder = meta.is_dir();
        if same {
            self.settle(&file, &meta)?;
        } else {
            self.add(&path, &file, &meta)?;
        }
        if !folder {
            return Ok(());
        }
        let below = match old {
            Some(old) if old.is_dir() => Below::Folder,
            _ => Below::Other,
        };
        let replaced = replaced || self.is_opaque(&file)?;
        self.folder(&path, below, replaced)?;
        // What was taken out of it just now changed its time once more.
        self.settle(&file, &meta)
    }

    fn gone(&mut self, path: Vec<u8>) -> io::Result<()> {
        self.add_ancestors(&path)?;
        self.index.gone.insert(path);
        Ok(())
    }

    fn add(&mut self, path: &[u8], file: &Path, meta: &Metadata) -> io::Result<()> {
        self.add_ancestors(path)?;
        let entry = self.entry(file, meta)?;
        self.settle(file, meta)?;
        if !meta.is_dir() && meta.nlink() > 1 {
            self.names.insert(path.to_vec(), (meta.dev(), meta.ino()));
        }
        self.index.entries.insert(path.to_vec(), entry);
        Ok(())
    }

    fn add_ancestors(&mut self, path: &[u8]) -> io::Result<()> {
        for folder in ancestors(path) {
            if !self.index.entries.contains_key(folder) {
                let file = at(self.trees.upper, folder);
                let entry = self.entry(&file, &fs::symlink_metadata(&file)?)?;
                self.index.entries.insert(folder.to_vec(), entry);
            }
        }
        Ok(())
    }

    fn entry(&self, file: &Path, meta: &Metadata) -> io::Result<Entry> {
        let device = || (rustix::fs::major(meta.rdev()), rustix::fs::minor(meta.rdev()));
        let kind = meta.file_type();
        let kind = if kind.is_dir() {
            Kind::Folder
        } else if kind.is_symlink() {
            Kind::Link { target: fs::read_link(file)?.as_os_str().as_bytes().to_vec() }
        } else if kind.is_char_device() {
            let (major, minor) = device();
            Kind::Char { major, minor }
        } else if kind.is_block_device() {
            let (major, minor) = device();
            Kind::Block { major, minor }
        } else if kind.is_fifo() {
            Kind::Fifo
        } else {
            Kind::File { size: meta.len() }
        };
        let link = matches!(kind, Kind::Link { .. });
        let mode = if link { 0o777 } else { meta.mode() & 0o7777 };
        let xattrs = attributes(file)?;
        let xattrs = (!xattrs.is_empty()).then(|| Box::new(xattrs));
        let (uid, gid, mtime) = (meta.uid(), meta.gid(), self.time(meta));
        Ok(Entry { kind, mode, uid, gid, mtime, xattrs })
    }

    fn time(&self, meta: &Metadata) -> i64 {
        if meta.mtime() >= self.trees.began { self.trees.epoch } else { meta.mtime() }
    }

    /// Gives the folder's copy the time that the layer tells of it.
    fn settle(&self, file: &Path, meta: &Metadata) -> io::Result<()> {
        use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
        let time = Timespec { tv_sec: self.time(meta), tv_nsec: 0 };
        let times = Timestamps { last_access: time, last_modification: time };
        Ok(utimensat(CWD, file, &times, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    fn is_opaque(&self, folder: &Path) -> io::Result<bool> {
        let name =
            if self.trees.user_marks { "user.overlay.opaque" } else { "trusted.overlay.opaque" };
        Ok(attribute(folder, OsStr::new(name))?.is_some_and(|value| value == b"y"))
    }

    /// Of a file's names the first one, by the order of paths, is the file.
    fn name_links(&mut self) {
        let mut first: HashMap<(u64, u64), Vec<u8>> = HashMap::new();
        for (path, entry) in &mut self.index.entries {
            let Some(inode) = self.names.get(path) else { continue };
            match first.get(inode) {
                None => {
                    first.insert(*inode, path.clone());
                }
                Some(target) if matches!(entry.kind, Kind::File { .. }) => {
                    entry.kind = Kind::Hard { target: target.clone() };
                }
                // Links, pipes and devices are made again under each name.
                Some(_) => {}
            }
        }
    }
}

fn at(folder: &Path, path: &[u8]) -> PathBuf {
    folder.join(OsStr::from_bytes(path))
}

/// Whether what was copied up is still what it was.
fn is_same(old: &Metadata, new: &Metadata, old_file: &Path, new_file: &Path) -> io::Result<bool> {
    let face = |meta: &Metadata| (meta.mode(), meta.uid(), meta.gid(), meta.rdev());
    if face(old) != face(new) || attributes(old_file)? != attributes(new_file)? {
        return Ok(false);
    }
    if new.is_dir() {
        return Ok(true);
    }
    let times = |meta: &Metadata| (meta.len(), meta.mtime(), meta.mtime_nsec());
    if times(old) != times(new) {
        return Ok(false);
    }
    if new.file_type().is_symlink() {
        return Ok(fs::read_link(old_file)? == fs::read_link(new_file)?);
    }
    if !new.is_file() {
        return Ok(true);
    }
    same_content(fs::File::open(old_file)?, fs::File::open(new_file)?)
}

fn same_content(mut a: fs::File, mut b: fs::File) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; 128 << 10], vec![0; 128 << 10]);
    loop {
        let (one, two) = (fill(&mut a, &mut left)?, fill(&mut b, &mut right)?);
        if left[..one] != right[..two] {
            return Ok(false);
        }
        if one == 0 {
            return Ok(true);
        }
    }
}

fn fill(file: &mut fs::File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Extended attributes that belong to the file itself.
pub(super) fn attributes(file: &Path) -> io::Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    use rustix::io::Errno;
    let mut names = Vec::with_capacity(256);
    loop {
        match rustix::fs::llistxattr(file, rustix::buffer::spare_capacity(&mut names)) {
            Ok(_) => break,
            Err(Errno::RANGE) => {
                names.reserve(rustix::fs::llistxattr_query(file)?.max(256) + 256);
            }
            Err(Errno::OPNOTSUPP) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error.into()),
        }
    }
    let mut found = BTreeMap::new();
    for name in names.split(|&byte| byte == 0).filter(|name| is_of_files(name)) {
        if let Some(value) = attribute(file, OsStr::from_bytes(name))? {
            found.insert(name.to_vec(), value);
        }
    }
    Ok(found)
}

fn attribute(file: &Path, name: &OsStr) -> io::Result<Option<Vec<u8>>> {
    use rustix::io::Errno;
    let mut value = Vec::with_capacity(256);
    loop {
        match rustix::fs::lgetxattr(file, name, rustix::buffer::spare_capacity(&mut value)) {
            Ok(_) => return Ok(Some(value)),
            Err(Errno::RANGE) => {
                value.reserve(rustix::fs::lgetxattr_query(file, name)?.max(256) + 256);
            }
            Err(Errno::NODATA | Errno::OPNOTSUPP) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}
