//! Folders in the store in which something is made, and what is left of those whose
//! makers died.
//!
//! A folder `run/<random>` is its maker's as long as the lock in it is held; the kernel
//! lets go of it when the maker dies, however that comes about.

use std::fs::{File, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::util::fs::{PathContext, PathError};

const LOCK: &str = "lock";
const DEAD: &str = "dead";
/// A folder without a lock is one that is just being made, unless it is older than this.
const YOUNG: Duration = Duration::from_secs(60);

/// A folder of one's own; whoever drops it sees to what is in it.
#[derive(Debug)]
pub(super) struct Workplace {
    path: PathBuf,
    _lock: File,
}

impl Workplace {
    pub(super) fn new(store: &Path) -> Result<Self, PathError> {
        let folder = store.join("run");
        std::fs::create_dir_all(&folder).at("make the folder", &folder)?;
        let made = tempfile::Builder::new().prefix("").tempdir_in(&folder);
        let path = made.at("make a folder in", &folder)?.keep();
        // Root of a namespace enters it, and whoever a RUN runs as passes through.
        let open = std::fs::Permissions::from_mode(0o711);
        std::fs::set_permissions(&path, open).at("open", &path)?;
        // The lock is held before it has its name: who finds it free finds a dead maker's.
        let nameless = path.join("lock-new");
        let lock = File::create(&nameless).at("write", &path)?;
        lock.lock().at("lock", &path)?;
        std::fs::rename(&nameless, path.join(LOCK)).at("write", &path)?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Gives a folder a name that says that it can go: its lock may go before the rest does.
pub(super) fn give_up(path: &Path) -> PathBuf {
    let dead = path.with_extension(DEAD);
    match std::fs::rename(path, &dead) {
        Ok(()) => dead,
        Err(_) => path.to_owned(),
    }
}

/// Folders whose makers are no more.
pub(super) fn abandoned(store: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(store.join("run")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| is_abandoned(path)).collect()
}

fn is_abandoned(path: &Path) -> bool {
    if path.extension().is_some_and(|extension| extension == DEAD) {
        return true;
    }
    match File::open(path.join(LOCK)) {
        Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
        Err(_) => path
            .metadata()
            .and_then(|meta| meta.modified())
            .is_ok_and(|made| made.elapsed().is_ok_and(|age| age > YOUNG)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_its_makers_while_he_lives() {
        let store = tempfile::tempdir().unwrap();
        let place = Workplace::new(store.path()).unwrap();
        assert_eq!(abandoned(store.path()), Vec::<PathBuf>::new());
        let path = place.path().to_owned();
        drop(place);
        assert_eq!(abandoned(store.path()), std::slice::from_ref(&path));
        // Half removed, it still is.
        let dead = give_up(&path);
        std::fs::remove_file(dead.join(LOCK)).unwrap();
        assert_eq!(abandoned(store.path()), [dead]);
    }
}
