//! The stat cache: what a file's status was when its content was hashed, so that an
//! unchanged file costs one status call.
//!
//! One file a context under `.devspace/cache/`, read by one call and searched where
//! it lies. It is only ever believed in part: an entry is stored if its file had
//! been left alone for [`SETTLED`] before it was hashed (git: "racy"), and used if
//! size, both times, inode, device and mode are the same. Torn, foreign or older
//! files are dropped with a note. Two processes at once each replace it whole; what
//! one of them loses is hashed again.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sha2::{Digest as _, Sha256};

use super::folder::Stat;
use super::hash::Hashed;
use crate::ui::event::{Level, Reporter};
use crate::util::hex;

/// Nanoseconds for which a file must have been left alone: file systems with times
/// of two seconds, and clocks of servers, differ by less.
const SETTLED: i64 = 2_000_000_000;

const MAGIC: &[u8; 8] = b"ds-stat2";
const HEADER: usize = 32;
const RECORD: usize = 96;
/// Larger files are not ours.
const FILE_MAX: u64 = 4 << 30;
/// An entry that no run has met so often, while others changed, is forgotten.
const UNSEEN_MAX: u8 = 20;

/// The caches of all contexts, each loaded at most once, saved at the end.
pub struct StatCaches {
    folder: PathBuf,
    open: Mutex<HashMap<PathBuf, Arc<OnceLock<Arc<StatCache>>>>>,
}

impl StatCaches {
    /// `folder` is made when something is saved.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::default() }
    }

    /// The cache of a context. Others are loaded at the same time.
    pub(super) fn of(&self, context: &Path, reporter: &dyn Reporter) -> Arc<StatCache> {
        let cache = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(open.entry(context.to_owned()).or_default())
        };
        let load = || {
            let file = self.folder.join(self.name(context));
            let table = Table::load(&file).unwrap_or_else(|why| {
                let text = format!("the stat cache `{}` {why}; it is made anew", file.display());
                reporter.note(Level::Verbose, text);
                Table::default()
            });
            Arc::new(StatCache { file, table, news: Mutex::default() })
        };
        Arc::clone(cache.get_or_init(load))
    }

    /// The caches that have something to save.
    fn learned(&self) -> Vec<Arc<StatCache>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = open.values().filter_map(|cache| cache.get());
        loaded.filter(|cache| cache.lock().fresh > 0).cloned().collect()
    }

    /// Whether something was learned that is not saved.
    pub fn has_news(&self) -> bool {
        !self.learned().is_empty()
    }

    /// Relative to the project where the context lies in it, so that a project can be moved.
    fn name(&self, context: &Path) -> String {
        let project = self.folder.ancestors().nth(2);
        let relative = project.and_then(|project| context.strip_prefix(project).ok());
        let digest = Sha256::digest(relative.unwrap_or(context).as_os_str().as_bytes());
        format!("stat-{}", &hex::encode(&digest)[..16])
    }

    /// Writes what was learned; a cache that can't be written is only a note.
    pub fn save(&self, reporter: &dyn Reporter) {
        for cache in self.learned() {
            if let Err(error) = cache.save(&self.folder) {
                let text =
                    format!("cannot write the stat cache `{}`: {error}", cache.file.display());
                reporter.note(Level::Verbose, text);
            }
        }
    }
}

/// The cache of one context.
pub(super) struct StatCache {
    file: PathBuf,
    table: Table,
    news: Mutex<Learned>,
}

#[derive(Default)]
struct Learned {
    news: Vec<News>,
    /// How many of them came since the last save.
    fresh: usize,
}

/// Something that a run learned.
struct News {
    path: Box<[u8]>,
    hashed: Hashed,
}

impl StatCache {
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// Takes up a digest, if its file had settled when the run began at `now`.
    pub(super) fn learn(&self, path: &[u8], hashed: &Hashed, now: i64) {
        let settled = now.saturating_sub(SETTLED);
        if hashed.stat.modified >= settled || hashed.stat.changed >= settled {
            return;
        }
        let mut learned = self.lock();
        learned.news.push(News { path: path.into(), hashed: hashed.clone() });
        learned.fresh += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Learned> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, folder: &Path) -> std::io::Result<()> {
        let mut learned = self.lock();
        if learned.fresh == 0 {
            return Ok(());
        }
        // Kept for a later save of this run, which starts from the same table again.
        let news = &mut learned.news;
        news.sort_by(|a, b| a.path.cmp(&b.path));
        news.reverse();
        news.dedup_by(|later, first| later.path == first.path);
        news.reverse();
        let bytes = self.table.merged(news);
        std::fs::create_dir_all(folder)?;
        // Not synced: after a crash the checksum tells, and hashing makes it good.
        let mut file = tempfile::Builder::new().prefix(".ds-stat-").tempfile_in(folder)?;
        file.write_all(&bytes)?;
        file.persist(&self.file).map_err(|error| error.error)?;
        learned.fresh = 0;
        Ok(())
    }
}

/// The loaded file: records of [`RECORD`] bytes sorted by path, then the names.
///
/// Record, little endian: digest 32; size, modified, changed, inode, device 8 each;
/// mode, name's start, name's length 4 each; unseen 1, capability's length 1; rest 0.
/// A capability lies behind its file's name.
#[derive(Default)]
pub(super) struct Table {
    bytes: Vec<u8>,
    count: usize,
    /// Which records this run has met.
    seen: Box<[AtomicBool]>,
}

impl Table {
    fn load(file: &Path) -> Result<Self, String> {
        let mut handle = match std::fs::File::open(file) {
            Ok(handle) => handle,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(format!("cannot be read ({error})")),
        };
        let size = handle.metadata().map_or(0, |meta| meta.len());
        if size > FILE_MAX {
            return Err("is too large".to_owned());
        }
        let mut bytes = Vec::with_capacity(size as usize);
        handle.read_to_end(&mut bytes).map_err(|error| format!("cannot be read ({error})"))?;
        Self::check(bytes).ok_or_else(|| "is torn, foreign or of another version".to_owned())
    }

    fn check(bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() < HEADER || &bytes[..8] != MAGIC {
            return None;
        }
        let count = usize::try_from(number(&bytes, 8)).ok()?;
        let names = usize::try_from(number(&bytes, 16)).ok()?;
        let records = count.checked_mul(RECORD)?.checked_add(HEADER)?;
        if records.checked_add(names)? != bytes.len() {
            return None;
        }
        if checksum(&bytes[HEADER..]) != number(&bytes, 24) {
            return None;
        }
        let seen = (0..count).map(|_| AtomicBool::new(false)).collect();
        let table = Self { bytes, count, seen };
        let inside = |index| {
            let record = table.record(index);
            let end = u64::from(small(record, 76)) + u64::from(small(record, 80));
            end + u64::from(record[85]) <= names as u64
        };
        (0..count).all(inside).then_some(table)
    }

    fn record(&self, index: usize) -> &[u8] {
        &self.bytes[HEADER + index * RECORD..][..RECORD]
    }

    fn name(&self, index: usize) -> &[u8] {
        let record = self.record(index);
        let names = HEADER + self.count * RECORD;
        &self.bytes[names + small(record, 76) as usize..][..small(record, 80) as usize]
    }

    fn capability(&self, index: usize) -> Option<Vec<u8>> {
        let record = self.record(index);
        let length = usize::from(record[85]);
        let start =
            HEADER + self.count * RECORD + small(record, 76) as usize + small(record, 80) as usize;
        (length > 0).then(|| self.bytes[start..][..length].to_vec())
    }

    fn hashed(&self, index: usize) -> Hashed {
        let record = self.record(index);
        let mut digest = [0; 32];
        digest.copy_from_slice(&record[..32]);
        let stat = Stat {
            size: number(record, 32),
            modified: number(record, 40).cast_signed(),
            changed: number(record, 48).cast_signed(),
            inode: number(record, 56),
            device: number(record, 64),
            mode: small(record, 72),
        };
        Hashed { stat, digest, capability: self.capability(index) }
    }

    /// Looks paths up that come in order: `cursor` is where the last one was found.
    /// `path` is given in two pieces.
    pub(super) fn find(
        &self,
        cursor: &mut usize,
        prefix: &[u8],
        name: &[u8],
        stat: &Stat,
    ) -> Option<Hashed> {
        let order = |index: usize| compare(self.name(index), prefix, name);
        // Mostly the next one; else search among those behind.
        if *cursor >= self.count {
            return None;
        }
        if order(*cursor).is_lt() {
            *cursor = self.seek(*cursor, &order);
        }
        if *cursor >= self.count || order(*cursor).is_ne() {
            return None;
        }
        let hashed = self.hashed(*cursor);
        self.seen[*cursor].store(true, Ordering::Relaxed);
        *cursor += 1;
        (hashed.stat == *stat).then_some(hashed)
    }

    /// The first record behind `from` that is not less, in steps that double.
    fn seek(&self, from: usize, order: &dyn Fn(usize) -> std::cmp::Ordering) -> usize {
        let (mut low, mut step) = (from + 1, 1);
        while low + step < self.count && order(low + step).is_lt() {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(self.count);
        while low < high {
            let middle = usize::midpoint(low, high);
            if order(middle).is_lt() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The file's new bytes: these entries and the news, which win.
    fn merged(&self, news: &[News]) -> Vec<u8> {
        let names = self.bytes.len() + news.iter().map(|new| new.path.len()).sum::<usize>();
        let names = names.saturating_sub(self.count * RECORD);
        let mut writer = Writer::new(self.count + news.len(), names);
        let mut news = news.iter().peekable();
        for index in 0..self.count {
            let name = self.name(index);
            while let Some(new) = news.next_if(|new| *new.path < *name) {
                writer.push(&new.path, &new.hashed, 0);
            }
            if news.peek().is_some_and(|new| *new.path == *name) {
                continue;
            }
            let seen = self.seen[index].load(Ordering::Relaxed);
            let unseen = if seen { 0 } else { self.record(index)[84].saturating_add(1) };
            if unseen <= UNSEEN_MAX {
                writer.push(name, &self.hashed(index), unseen);
            }
        }
        for new in news {
            writer.push(&new.path, &new.hashed, 0);
        }
        writer.finish()
    }
}

/// Puts a new file together; sized beforehand, since it may be large.
struct Writer {
    /// The header's room, then the records.
    records: Vec<u8>,
    names: Vec<u8>,
}

impl Writer {
    fn new(count: usize, names: usize) -> Self {
        let mut records = Vec::with_capacity(HEADER + count * RECORD + names);
        records.resize(HEADER, 0);
        Self { records, names: Vec::with_capacity(names) }
    }

    fn push(&mut self, path: &[u8], hashed: &Hashed, unseen: u8) {
        let capability = hashed.capability.as_deref().unwrap_or_default();
        let (Ok(start), Ok(length), Ok(extra)) = (
            u32::try_from(self.names.len()),
            u32::try_from(path.len()),
            u8::try_from(capability.len()),
        ) else {
            return;
        };
        let stat = &hashed.stat;
        self.records.extend_from_slice(&hashed.digest);
        for number in [
            stat.size,
            stat.modified.cast_unsigned(),
            stat.changed.cast_unsigned(),
            stat.inode,
            stat.device,
        ] {
            self.records.extend_from_slice(&number.to_le_bytes());
        }
        for number in [stat.mode, start, length] {
            self.records.extend_from_slice(&number.to_le_bytes());
        }
        self.records.extend_from_slice(&[unseen, extra]);
        self.records.extend_from_slice(&[0; RECORD - 86]);
        self.names.extend_from_slice(path);
        self.names.extend_from_slice(capability);
    }

    fn finish(mut self) -> Vec<u8> {
        let count = ((self.records.len() - HEADER) / RECORD) as u64;
        let names = self.names.len() as u64;
        let mut bytes = self.records;
        bytes.append(&mut self.names);
        let sum = checksum(&bytes[HEADER..]);
        bytes[..8].copy_from_slice(MAGIC);
        for (at, number) in [(8, count), (16, names), (24, sum)] {
            bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }
}

fn compare(stored: &[u8], prefix: &[u8], name: &[u8]) -> std::cmp::Ordering {
    let common = stored.len().min(prefix.len());
    stored[..common].cmp(&prefix[..common]).then_with(|| {
        if stored.len() < prefix.len() {
            std::cmp::Ordering::Less
        } else {
            stored[common..].cmp(name)
        }
    })
}

fn number(bytes: &[u8], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

fn small(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(four)
}

/// Tells a torn file, fast; each step is reversible, so one changed word always shows.
fn checksum(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let mut chunks = bytes.chunks_exact(8);
    let sum = chunks.by_ref().fold(bytes.len() as u64, |sum, chunk| mix(sum, number(chunk, 0)));
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(sum, u64::from_le_bytes(last))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
