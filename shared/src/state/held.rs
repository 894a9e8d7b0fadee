//! The state that was read or written last, so that a file which is still the same is
//! not parsed again: a step asks for the state once an image.
//!
//! The file is kept open. As long as it is, no other file has its inode, and whoever
//! saves makes a new one: the same inode is the same state. Size and times tell of a
//! hand that edits the file in place.

use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, PoisonError};

use super::card::State;

/// Empty, or one state.
#[derive(Debug, Default)]
pub struct Held(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    _file: File,
    stamp: Stamp,
    state: Arc<State>,
}

#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Self {
            file: (meta.dev(), meta.ino()),
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }
}

impl Held {
    /// The state of the file that has this status now, if it is the one that is held.
    pub fn get(&self, now: &Metadata) -> Option<Arc<State>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref()
            .filter(|kept| kept.stamp == Stamp::of(now))
            .map(|kept| Arc::clone(&kept.state))
    }

    /// Takes up what was read from or written to `file`, whose status was `meta` before that
    /// and must be still.
    pub fn put(&self, file: File, meta: &Metadata, state: &Arc<State>) {
        let stamp = Stamp::of(meta);
        let still = file.metadata().is_ok_and(|now| Stamp::of(&now) == stamp);
        let kept = still.then(|| Kept { _file: file, stamp, state: Arc::clone(state) });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}
