//! Content of files: read once, hashed, and known to be what the status says.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::FileType;
use sha2::{Digest as _, Sha256};

use super::Error;
use super::folder::{self, Stat, fault};

const BUFFER: usize = 128 * 1024;
/// Longest capability that is kept; the kernel's own are 24 bytes at most.
const CAPABILITY_MAX: usize = 64;

/// What hashing a file found.
#[derive(Debug, Clone)]
pub(super) struct Hashed {
    /// Of the open file, the same before and after reading.
    pub(super) stat: Stat,
    pub(super) digest: [u8; 32],
    pub(super) capability: Option<Vec<u8>>,
}

/// Hashes the files at these paths, `threads` at a time; the answers come in the
/// order of the paths.
pub(super) fn hash_all<'p>(
    context: &Path,
    root: BorrowedFd<'_>,
    paths: &(dyn Fn(usize) -> &'p [u8] + Sync),
    count: usize,
    threads: usize,
) -> Result<Vec<Hashed>, Error> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(count));
    let work = || {
        let mut buffer = vec![0; BUFFER];
        let mut mine = Vec::new();
        let mut end = Ok(());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            match hash(context, root, paths(index), &mut buffer) {
                Ok(hashed) => mine.push((index, hashed)),
                Err(error) => {
                    // The others need not go on.
                    next.store(count, Ordering::Relaxed);
                    end = Err(error);
                    break;
                }
            }
        }
        done.lock().unwrap_or_else(PoisonError::into_inner).append(&mut mine);
        end
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1).min(count)).map(|_| scope.spawn(work)).collect();
        let first = work();
        others
            .into_iter()
            .map(|thread| thread.join().expect("hashing never panics"))
            .fold(first, Result::and)
    })?;
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, hashed)| hashed).collect())
}

fn hash(
    context: &Path,
    root: BorrowedFd<'_>,
    path: &[u8],
    buffer: &mut [u8],
) -> Result<Hashed, Error> {
    let fail = |error| fault(context, path, "read", error);
    let mut file = File::from(folder::open_file(root, path).map_err(fail)?);
    let stat = Stat::of_file(&file).map_err(fail)?;
    let changed = || fault(context, path, "read", std::io::ErrorKind::NotADirectory.into());
    if stat.file_type() != FileType::RegularFile {
        return Err(changed());
    }
    let mut hasher = Sha256::new();
    // No more than there should be: a file that grows for ever must not be read for
    // ever. That it grew shows in its status.
    let mut left = stat.size;
    while left > 0 {
        let room = buffer.len().min(usize::try_from(left).unwrap_or(buffer.len()));
        match file.read(&mut buffer[..room]) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&buffer[..count]);
                left -= count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(fail(error)),
        }
    }
    let capability = capability(file.as_fd()).map_err(fail)?;
    if left != 0 || Stat::of_file(&file).map_err(fail)? != stat {
        return Err(changed());
    }
    Ok(Hashed { stat, digest: hasher.finalize().into(), capability })
}

/// The file's `security.capability`, if it has one and the file system keeps such.
fn capability(file: BorrowedFd<'_>) -> std::io::Result<Option<Vec<u8>>> {
    use rustix::io::Errno;
    let mut value = [0u8; CAPABILITY_MAX];
    match rustix::fs::fgetxattr(file, "security.capability", &mut value[..]) {
        Ok(length) => Ok(Some(value[..length].to_vec())),
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS | Errno::PERM | Errno::ACCESS) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
