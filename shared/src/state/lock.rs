//! The lock beside the state file.
//!
//! An advisory lock (`flock` on Linux) on `<state>.lock`, held for the moment of
//! read, merge and rename, and released by the kernel when a process dies. The
//! file itself is never deleted: whoever deleted it would let two others lock
//! two different files. Known limits: it binds only processes that take it, and
//! on network file systems it is as good as their locks are.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::Error;
use crate::util::fs::PathContext;

const FIRST_WAIT: Duration = Duration::from_millis(1);
const LONGEST_WAIT: Duration = Duration::from_millis(40);

/// Held until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, waiting at most `patience` for another holder.
    pub fn take(path: &Path, patience: Duration) -> Result<Self, Error> {
        let begin = Instant::now();
        let mut wait = FIRST_WAIT;
        loop {
            let file = open(path).at("lock", path).map_err(Error::Write)?;
            match file.try_lock() {
                // The folder may have been deleted and made anew between open and lock.
                Ok(()) if is_still(&file, path) => return Ok(Self { _file: file }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(error).at("lock", path).map_err(Error::Write);
                }
            }
            let waited = begin.elapsed();
            if waited >= patience {
                return Err(Error::Locked { path: path.to_owned(), waited });
            }
            std::thread::sleep(wait.min(patience - waited));
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// The lock file's name for a state file.
pub fn path_for(state: &Path) -> PathBuf {
    let mut name = state.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// A lock needs no write access: one that another user made serves as well.
fn open(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
        }
        other => other,
    }
}

fn is_still(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}
