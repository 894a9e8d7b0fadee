//! How much is in the store, and taking away what was used least recently.
//!
//! Removing needs the store for oneself: nobody who has it open loses what they rely on.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Blobs, Error};
use crate::util::fs::PathContext;

/// What can be removed by itself, and made or fetched again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub path: PathBuf,
    /// Bytes on disk.
    pub size: u64,
    pub used: SystemTime,
}

/// What to keep.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Bytes in all.
    pub size: Option<u64>,
    /// Since the last use.
    pub age: Option<Duration>,
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    pub items: u64,
    pub bytes: u64,
}

/// A kind of content beside blobs, kept in a folder of its own below the store's root.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// The folder, which is also the name that people see.
    pub name: &'static str,
    pub list: fn(&Path) -> Vec<Item>,
    pub remove: &'a dyn Fn(&Path) -> std::io::Result<()>,
}

/// Files that are whole items.
pub const fn part_of_files(name: &'static str) -> Part<'static> {
    Part { name, list: files, remove: &|path| std::fs::remove_file(path) }
}

/// Whole blobs, and parts of such.
pub const BLOBS: [Part<'static>; 2] = [part_of_files("blobs/sha256"), part_of_files("partial")];

/// The files of a folder as items.
pub fn files(folder: &Path) -> Vec<Item> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let item = |entry: std::fs::DirEntry| {
        let meta = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        // A hard link from a layout keeps the bytes on disk: they are counted all the
        // same, since they are not the store's to keep.
        Some(Item { path: entry.path(), size: meta.blocks() * 512, used })
    };
    entries.filter_map(item).collect()
}

/// Which items go: those not used for longer than `age`, then the least recently used
/// until the rest fits. Returns their places in the list.
pub fn choose(items: &[Item], limits: Limits, now: SystemTime) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&i| (items[i].used, &items[i].path));
    let mut total: u64 = items.iter().map(|item| item.size).sum();
    let old = |item: &Item| {
        let age = now.duration_since(item.used).unwrap_or_default();
        limits.age.is_some_and(|limit| age >= limit)
    };
    let mut gone = Vec::new();
    for i in order {
        let large = limits.size.is_some_and(|limit| total > limit);
        if !old(&items[i]) && !large {
            // The list is by age: all that follow stay, too.
            break;
        }
        total -= items[i].size;
        gone.push(i);
    }
    gone
}

impl Blobs {
    /// Bytes and number of items of each part.
    pub fn usage(&self, parts: &[Part<'_>]) -> Vec<(&'static str, Pruned)> {
        let of = |part: &Part<'_>| {
            let items = (part.list)(&self.root.join(part.name));
            let bytes = items.iter().map(|item| item.size).sum();
            (part.name, Pruned { items: items.len() as u64, bytes })
        };
        parts.iter().map(of).collect()
    }

    /// Removes what these limits don't allow. Another process that has the store open
    /// is waited for no longer than `patience`: then it is [`Error::InUse`].
    pub fn prune(
        &self,
        parts: &[Part<'_>],
        limits: Limits,
        patience: Duration,
        dry: bool,
    ) -> Result<Pruned, Error> {
        let alone = if dry { None } else { Some(self.alone(patience)?) };
        let mut items = Vec::new();
        let mut removers = Vec::new();
        for part in parts {
            let found = (part.list)(&self.root.join(part.name));
            removers.extend(found.iter().map(|_| part.remove));
            items.extend(found);
        }
        let mut pruned = Pruned::default();
        for i in choose(&items, limits, SystemTime::now()) {
            if !dry {
                removers[i](&items[i].path).at("remove", &items[i].path)?;
            }
            pruned.items += 1;
            pruned.bytes += items[i].size;
        }
        drop(alone);
        Ok(pruned)
    }

    /// Turns this process' share into the whole, until the guard is dropped.
    fn alone(&self, patience: Duration) -> Result<Alone<'_>, Error> {
        let begin = std::time::Instant::now();
        loop {
            match self.lock.try_lock() {
                Ok(()) => return Ok(Alone(self)),
                Err(std::fs::TryLockError::WouldBlock) if begin.elapsed() < patience => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    // The failed change of kind may have let the share go.
                    let _ = self.lock.lock_shared();
                    return Err(Error::InUse { path: self.root.to_path_buf() });
                }
                Err(std::fs::TryLockError::Error(source)) => {
                    Err(source).at("lock", &self.root)?;
                }
            }
        }
    }
}

struct Alone<'a>(&'a Blobs);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        let _ = self.0.lock.lock_shared();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str, size: u64, used: u64) -> Item {
        let used = SystemTime::UNIX_EPOCH + Duration::from_secs(used);
        Item { path: name.into(), size, used }
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let items = [item("a", 5, 30), item("b", 7, 10), item("c", 1, 20), item("d", 2, 40)];
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(50);
        let chosen = |size, age: Option<u64>| {
            let limits = Limits { size, age: age.map(Duration::from_secs) };
            let gone = choose(&items, limits, now);
            gone.iter().map(|&i| items[i].path.display().to_string()).collect::<String>()
        };
        assert_eq!(chosen(None, None), "");
        assert_eq!(chosen(Some(15), None), "");
        assert_eq!(chosen(Some(14), None), "b");
        assert_eq!(chosen(Some(7), None), "bc");
        assert_eq!(chosen(Some(0), None), "bcad");
        assert_eq!(chosen(None, Some(30)), "bc");
        assert_eq!(chosen(Some(2), Some(40)), "bca");
        assert_eq!(chosen(None, Some(0)), "bcad");
    }
}
