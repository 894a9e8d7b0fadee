//! Where things are mounted: paths in a tree that an image made, whose links lead
//! nowhere but into it. What is missing is made, and remembered.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::by_number;

/// As in Linux.
const LINKS_MAX: usize = 40;

/// An open tree.
pub(super) struct Targets {
    root: OwnedFd,
    path: PathBuf,
    /// What was made, by its path in the tree, outer folders first.
    pub(super) stubs: Vec<Vec<u8>>,
}

impl Targets {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(path, flags, Mode::empty())?;
        let path = path.canonicalize()?;
        Ok(Self { root, path, stubs: Vec::new() })
    }

    /// What is at a path, links followed within the tree.
    pub(super) fn find(&self, path: &str) -> io::Result<OwnedFd> {
        find(&self.root, path, OFlags::PATH)
    }

    /// The content of a small file; empty where there is none.
    pub(super) fn read(&self, path: &str, most: u64) -> Vec<u8> {
        use std::io::Read;
        let mut bytes = Vec::new();
        let open = find(&self.root, path, OFlags::RDONLY | OFlags::NONBLOCK);
        if let Ok(file) = open.map(std::fs::File::from)
            && file.metadata().is_ok_and(|meta| meta.is_file())
        {
            let _ = file.take(most).read_to_end(&mut bytes);
        }
        bytes
    }

    /// What is at a path; where nothing is, a folder or an empty file is made.
    pub(super) fn make(&mut self, path: &str, folder: bool) -> io::Result<OwnedFd> {
        self.make_at(Path::new(path), folder, 0)
    }

    fn make_at(&mut self, path: &Path, folder: bool, links: usize) -> io::Result<OwnedFd> {
        if links > LINKS_MAX {
            return Err(Errno::LOOP.into());
        }
        let names: Vec<&OsStr> = path
            .components()
            .filter_map(|part| match part {
                std::path::Component::Normal(name) => Some(name),
                std::path::Component::ParentDir => Some(OsStr::new("..")),
                _ => None,
            })
            .collect();
        let mut so_far = PathBuf::new();
        let mut at = rustix::io::fcntl_dupfd_cloexec(&self.root, 0)?;
        for (number, name) in names.iter().enumerate() {
            let above = so_far.clone();
            so_far.push(name);
            let last = number + 1 == names.len();
            match find(&self.root, &so_far, OFlags::PATH) {
                Ok(found) => {
                    at = found;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            // Nothing, or a link that leads to nothing: then what it means is made.
            if let Ok(link) = rustix::fs::readlinkat(&at, *name, Vec::new()) {
                let mut meant = above.join(OsStr::from_bytes(link.as_bytes()));
                meant.extend(&names[number + 1..]);
                return self.make_at(&meant, folder, links + 1);
            }
            self.make_one(&at, name, folder || !last)?;
            at = find(&self.root, &so_far, OFlags::PATH)?;
        }
        Ok(at)
    }

    fn make_one(&mut self, at: &OwnedFd, name: &OsStr, folder: bool) -> io::Result<()> {
        let is = std::fs::read_link(by_number(at))?;
        if folder {
            rustix::fs::mkdirat(at, name, Mode::from_raw_mode(0o755))?;
        } else {
            let mode = Mode::from_raw_mode(0o644);
            rustix::fs::mknodat(at, name, FileType::RegularFile, mode, 0)?;
        }
        if let Ok(inside) = is.strip_prefix(&self.path) {
            self.stubs.push(inside.join(name).into_os_string().into_vec());
        }
        Ok(())
    }
}

/// Opens a path as if `root` were the root of all; magic links are no way out either.
pub(super) fn find(root: &OwnedFd, path: impl AsRef<Path>, flags: OFlags) -> io::Result<OwnedFd> {
    let how = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let path = path.as_ref();
    let path = if path.as_os_str().is_empty() { Path::new("/") } else { path };
    Ok(rustix::fs::openat2(root, path, flags | OFlags::CLOEXEC, Mode::empty(), how)?)
}

/// Whether an open file is a folder.
pub(super) fn is_folder(file: &OwnedFd) -> io::Result<bool> {
    let stat = rustix::fs::statat(file, "", AtFlags::EMPTY_PATH)?;
    Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}
