//! Cache mounts: folders of the store that outlive a RUN, `mounts/<hex>/`.
//!
//! In each: `fs`, the folder; `lock`, held shared or alone while a RUN uses it; `used`,
//! whose time is that of the last use.

use std::fs::{File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::super::session::RunJob;
use super::super::spec::{Cache, Mount, Sharing, Source};
use super::super::wire::Fault;
use super::user_mounts::Stacks;
use crate::util::hex;

/// So many RUNs may have a private cache of one id at once.
const PRIVATE_MAX: usize = 1000;

/// The folder of each cache mount, in order, and what is held while they are used.
pub(super) fn prepare(job: &RunJob) -> Result<(Vec<PathBuf>, Vec<File>), Fault> {
    let mut stacks = Stacks::new(job, "c");
    let (mut folders, mut locks) = (Vec::new(), Vec::new());
    for one in &job.run.mounts {
        let Mount::Cache(cache) = one else { continue };
        let opened = open(&job.store, cache, &mut stacks);
        let action = format!("open the cache `{}`", cache.id);
        let (folder, lock) = opened.map_err(Fault::io(action))?;
        folders.push(folder);
        locks.push(lock);
    }
    Ok((folders, locks))
}

fn open(store: &Path, cache: &Cache, stacks: &mut Stacks<'_>) -> io::Result<(PathBuf, File)> {
    let name = name(cache);
    for number in 0..PRIVATE_MAX {
        let suffix = if number == 0 { String::new() } else { format!("-{number}") };
        let folder = store.join("mounts").join(format!("{name}{suffix}"));
        std::fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join("lock"))?;
        match cache.sharing {
            Sharing::Shared => lock.lock_shared()?,
            Sharing::Locked => lock.lock()?,
            Sharing::Private => match lock.try_lock() {
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(error),
                Ok(()) => {}
            },
        }
        std::fs::write(folder.join("used"), "")?;
        return Ok((make(&folder, cache, stacks)?, lock));
    }
    Err(io::Error::other("too many RUNs use it at once"))
}

/// The folder itself, whole from the moment it has its name.
fn make(folder: &Path, cache: &Cache, stacks: &mut Stacks<'_>) -> io::Result<PathBuf> {
    let tree = folder.join("fs");
    if tree.exists() {
        return Ok(tree);
    }
    let new = tempfile::Builder::new().prefix("new-").tempdir_in(folder)?;
    match &cache.from {
        Some(source) => stacks.copy(source, new.path())?,
        None => {
            chown(new.path(), Some(cache.uid), Some(cache.gid))?;
            std::fs::set_permissions(new.path(), Permissions::from_mode(cache.mode))?;
        }
    }
    match std::fs::rename(new.path(), &tree) {
        // Another RUN that shares it was faster.
        Err(_) if tree.exists() => {}
        renamed => {
            renamed?;
            let _ = new.keep();
        }
    }
    Ok(tree)
}

/// A cache of the same id that begins with something else is another cache.
fn name(cache: &Cache) -> String {
    let mut hash = Sha256::new();
    hash.update(cache.id.as_bytes());
    if let Some(Source { stack, path }) = &cache.from {
        for layer in stack {
            hash.update(b"\0");
            hash.update(layer.as_os_str().as_encoded_bytes());
        }
        hash.update(b"\0");
        hash.update(path.as_bytes());
    }
    hex::encode(&hash.finalize())[..40].to_owned()
}
