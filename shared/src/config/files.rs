//! Where a config's files are read from: the disk, or wherever the caller has them,
//! such as a commit.

use std::io::{self, Read};
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
        // A pipe (`--config <(…)`) tells its length at its end only.
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= limit).then_some(bytes))
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }
}
