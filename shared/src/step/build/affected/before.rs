//! Files as they were at the revision. What git does not know, because it ignores it or
//! it lies elsewhere, is taken from disk: then it is the same on both sides.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::changes::{FOLDER, SUBMODULE};
use super::snapshot::{Place, Snapshot};
use crate::config::{Disk, Files};
use crate::util::process::run_bounded;
use crate::util::{git, hex};

const LIMIT: Duration = Duration::from_secs(120);
const FILE_MAX: u64 = 64 << 20;

/// Where the project lies in the checkout.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The project's root as the config has it.
    pub root: PathBuf,
    /// The same without links.
    pub real: PathBuf,
}

impl Ground {
    /// An absolute path from the checkout's top, links still in it; `None` outside.
    pub fn in_checkout(&self, top: &Path, path: &Path) -> Option<Vec<u8>> {
        let real = match path.strip_prefix(&self.root) {
            Ok(inside) => self.real.join(inside),
            Err(_) => path.to_owned(),
        };
        Some(real.strip_prefix(top).ok()?.as_os_str().as_bytes().to_vec())
    }
}

/// The files of a project at the revision.
pub struct Before {
    pub ground: Ground,
    pub snapshot: Snapshot,
}

/// Where a file is to be read.
enum Source {
    Disk(PathBuf),
    Git { path: Vec<u8>, id: Vec<u8> },
    Nowhere,
}

impl Before {
    fn find(&self, path: &Path) -> io::Result<Source> {
        let on_disk = || Ok(Source::Disk(path.to_owned()));
        let Some(written) = self.ground.in_checkout(&self.snapshot.top, path) else {
            return on_disk();
        };
        let Place::Inside(at) = self.snapshot.resolve(&written)? else { return on_disk() };
        let changes = &self.snapshot.changes;
        match (self.snapshot.node(&at)?, changes.get(&at)) {
            (Some(node), _) if node.is(FOLDER) || node.is(SUBMODULE) => Ok(Source::Nowhere),
            (Some(node), change) => {
                let file = self.snapshot.top.join(std::ffi::OsStr::from_bytes(&at));
                Ok(match (change, node.id) {
                    // Unchanged, and so the same through whatever filter it went.
                    (None, _) if file.is_file() => Source::Disk(file),
                    (_, Some(id)) => Source::Git { path: at, id },
                    (_, None) => Source::Nowhere,
                })
            }
            (None, _) if changes.is_new(&at) || changes.is_new(&written) => Ok(Source::Nowhere),
            (None, _) => on_disk(),
        }
    }

    /// A whole file.
    pub fn file(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.find(path)? {
            Source::Disk(path) => std::fs::read(path),
            Source::Git { path, id } => self.checked_out(&path, &id),
            Source::Nowhere => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// A file as a checkout would have it: line ends and other filters applied.
    fn checked_out(&self, path: &[u8], id: &[u8]) -> io::Result<Vec<u8>> {
        let mut option = b"--path=".to_vec();
        option.extend_from_slice(path);
        let mut command = git::command(&self.snapshot.top);
        command.args(["cat-file", "--filters"]).arg(std::ffi::OsStr::from_bytes(&option));
        command.arg(hex::encode(id)).env("GIT_LFS_SKIP_SMUDGE", "1");
        match run_bounded(&mut command, b"", LIMIT, FILE_MAX) {
            Ok(output) if output.status.success() => Ok(output.stdout),
            _ => self.snapshot.objects.blob(id),
        }
    }
}

impl Files for Before {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let bytes = self.file(path)?;
        Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit))
    }

    fn is_file(&self, path: &Path) -> bool {
        match self.find(path) {
            Ok(Source::Disk(path)) => Disk.is_file(&path),
            Ok(Source::Git { .. }) => true,
            _ => false,
        }
    }
}
