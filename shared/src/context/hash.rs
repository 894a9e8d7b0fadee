//! Content of files: read once, hashed, and known to be what the status says.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
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

/// A file to hash.
pub(super) struct Target<'a> {
    pub(super) context: &'a Path,
    /// The opened context.
    pub(super) root: BorrowedFd<'a>,
    pub(super) path: &'a [u8],
}

/// Hashes files, `threads` at a time; the answers come in the order of the targets.
/// `None`: `target` had none for this index, when its turn came. `failed` hears of
/// each that cannot be read, so that `target` may spare the others.
pub(super) fn hash_all<'t>(
    count: usize,
    threads: usize,
    target: &(dyn Fn(usize) -> Option<Target<'t>> + Sync),
    failed: &(dyn Fn(usize) + Sync),
) -> Vec<Option<Result<Hashed, Error>>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = vec![0; BUFFER];
        let mut mine = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return mine;
            }
            if let Some(target) = target(index) {
                let hashed = hash(target.context, target.root, target.path, &mut buffer);
                if hashed.is_err() {
                    failed(index);
                }
                mine.push((index, hashed));
            }
        }
    };
    let mut done: Vec<Option<Result<Hashed, Error>>> = (0..count).map(|_| None).collect();
    let found = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1).min(count)).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for thread in others {
            found.extend(thread.join().expect("hashing never panics"));
        }
        found
    });
    for (index, hashed) in found {
        done[index] = Some(hashed);
    }
    done
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
