//! Where a config's files are read from: the disk, or wherever the caller has them,
//! such as a commit.

use std::io;
use std::path::Path;

/// Files by path. Paths are absolute.
pub trait Files {
    /// The whole file; `None` if it has more than `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>>;

    fn is_file(&self, path: &Path) -> bool;
}

/// The files on disk.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        if std::fs::metadata(path)?.len() > limit {
            return Ok(None);
        }
        std::fs::read(path).map(Some)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }
}
