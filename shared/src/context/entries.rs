//! The context's entries that count, held small: one blob of names, one record each.
//!
//! Built in the order of path bytes and never changed but for files' digests. Images
//! that share a context share one list: each has the ranges of it that it reaches.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use super::Error;
use super::key::write_entry;

/// Sorted by path bytes. Cheap to clone.
#[derive(Clone, Default)]
pub struct Entries {
    list: Arc<List>,
    /// The part of the list that counts; `None`: all of it.
    ranges: Option<Arc<[Range<u32>]>>,
    /// A hasher that has taken in some bytes and then the entries' lines.
    hashed: Arc<OnceLock<(Vec<u8>, Sha256)>>,
}

/// A list that is whole in itself.
#[derive(Clone, Default)]
pub(super) struct List {
    /// Its lines in the canonical list, once a part of it has been hashed.
    lines: OnceLock<Lines>,
    /// Paths, and behind a link's path its target.
    names: Vec<u8>,
    records: Vec<Record>,
    /// Index of an entry and its capability; most trees have none.
    capabilities: Vec<(u32, Vec<u8>)>,
}

#[derive(Clone)]
struct Lines {
    text: Vec<u8>,
    /// Where each entry's line ends.
    ends: Vec<usize>,
}

#[derive(Clone)]
struct Record {
    digest: [u8; 32],
    /// Of a link: the target's length.
    size: u64,
    start: u32,
    length: u32,
    mode: u16,
    kind: RecordKind,
    own: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RecordKind {
    File,
    Folder,
    Link,
}

/// One entry of the context that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Relative to the context, `/`-separated, never empty, no `.` or `..`.
    pub path: &'a [u8],
    pub kind: Kind<'a>,
    /// Permission bits, `& 0o7755`, setgid cleared on folders; of a link always 0o777.
    pub mode: u32,
    /// `security.capability`, as the file system gives it.
    pub capability: Option<&'a [u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    File { size: u64, digest: &'a [u8; 32] },
    Folder,
    Link { target: &'a [u8] },
}

impl Kind<'_> {
    /// A file's length; 0 for anything else.
    pub fn size(&self) -> u64 {
        if let Kind::File { size, .. } = self { *size } else { 0 }
    }
}

/// The mode as key and tar have it: umask's group and other write bits do not
/// matter, nor a folder's setgid, which is inherited from where the clone lies.
pub(super) fn clear_mode(mode: u32, kind: Kind<'_>) -> u32 {
    match kind {
        Kind::File { .. } => mode & 0o7755,
        Kind::Folder => mode & 0o5755,
        Kind::Link { .. } => 0o777,
    }
}

impl Entries {
    pub(super) fn of(list: Arc<List>) -> Self {
        Self { list, ..Self::default() }
    }

    /// The part of a list with these indices: ascending, none empty, no two adjacent.
    pub(super) fn part(list: &Arc<List>, ranges: Vec<Range<u32>>) -> Self {
        Self { list: Arc::clone(list), ranges: Some(ranges.into()), ..Self::default() }
    }

    pub fn len(&self) -> usize {
        match &self.ranges {
            None => self.list.len(),
            Some(ranges) => ranges.iter().map(ExactSizeIterator::len).sum(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        let all = 0..self.list.len() as u32;
        let ranges = self.ranges.as_deref().unwrap_or_default();
        let whole = self.ranges.is_none().then_some(all);
        let indices = whole.into_iter().chain(ranges.iter().cloned()).flatten();
        indices.map(|index| self.list.at(index as usize))
    }

    /// The entry of this path.
    pub fn get(&self, path: &[u8]) -> Option<Entry<'_>> {
        let index = self.list.find(path)?;
        let counts = self.ranges.as_ref().is_none_or(|ranges| {
            let behind = ranges.partition_point(|range| range.end as usize <= index);
            ranges.get(behind).is_some_and(|range| range.start as usize <= index)
        });
        counts.then(|| self.list.at(index))
    }

    /// Appends an entry; its path must come after all others. The mode is cleared here.
    pub fn push(&mut self, entry: Entry<'_>) -> Result<(), Error> {
        self.hashed = Arc::default();
        let list = Arc::make_mut(&mut self.list);
        list.lines = OnceLock::new();
        list.push(b"", entry.path, entry.kind, entry.mode, true)?;
        if let Some(capability) = entry.capability {
            list.set_capability(list.len() - 1, capability.to_vec());
        }
        Ok(())
    }
}

impl Entries {
    /// A hasher that has taken in `head` and then the lines of these entries.
    pub(super) fn hashed(&self, head: &[u8]) -> Sha256 {
        let begun = || Sha256::new_with_prefix(head);
        let (with, hasher) = self.hashed.get_or_init(|| (head.to_vec(), self.hash(begun())));
        if with == head { hasher.clone() } else { self.hash(begun()) }
    }

    fn hash(&self, mut hasher: Sha256) -> Sha256 {
        if let Some(ranges) = &self.ranges {
            let lines = self.list.lines.get_or_init(|| self.list.lines());
            ranges.iter().for_each(|range| hasher.update(lines.of(range)));
            return hasher;
        }
        const PIECE: usize = 64 * 1024;
        let mut piece = Vec::with_capacity(PIECE + 8192);
        for entry in self.iter() {
            write_entry(&mut piece, entry);
            if piece.len() >= PIECE {
                hasher.update(&piece);
                piece.clear();
            }
        }
        hasher.update(&piece);
        hasher
    }
}

impl Lines {
    /// The lines of the entries with these indices.
    fn of(&self, range: &Range<u32>) -> &[u8] {
        let start = (range.start as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        let end = (range.end as usize).checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.text[start..end]
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl List {
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    fn lines(&self) -> Lines {
        let mut lines = Lines { text: Vec::new(), ends: Vec::with_capacity(self.len()) };
        for index in 0..self.len() {
            write_entry(&mut lines.text, self.at(index));
            lines.ends.push(lines.text.len());
        }
        lines
    }

    fn path(&self, record: &Record) -> &[u8] {
        &self.names[record.start as usize..][..record.length as usize]
    }

    /// The index of this path.
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        self.records.binary_search_by(|record| self.path(record).cmp(path)).ok()
    }

    /// The indices of all that lies in the folder with this path; of all, for the empty one.
    pub(super) fn beneath(&self, path: &[u8]) -> Range<u32> {
        if path.is_empty() {
            return 0..self.records.len() as u32;
        }
        // Behind `path/` and before `path0`, the next byte.
        let before = |end: u8| {
            self.records.partition_point(|record| {
                let at = self.path(record);
                let common = at.len().min(path.len());
                at[..common]
                    .cmp(&path[..common])
                    .then_with(|| at.get(path.len()).cmp(&Some(&end)))
                    .is_lt()
            }) as u32
        };
        before(b'/')..before(b'/' + 1)
    }

    /// Whether the folder at `index` counts by itself, not only for what lies in it.
    pub(super) fn is_own_folder(&self, index: usize) -> Option<bool> {
        let record = &self.records[index];
        (record.kind == RecordKind::Folder).then_some(record.own)
    }

    pub(super) fn at(&self, index: usize) -> Entry<'_> {
        let record = &self.records[index];
        let kind = match record.kind {
            RecordKind::File => Kind::File { size: record.size, digest: &record.digest },
            RecordKind::Folder => Kind::Folder,
            RecordKind::Link => {
                let start = (record.start + record.length) as usize;
                Kind::Link { target: &self.names[start..][..record.size as usize] }
            }
        };
        let capability = self
            .capabilities
            .binary_search_by(|(of, _)| (*of as usize).cmp(&index))
            .ok()
            .map(|at| self.capabilities[at].1.as_slice());
        Entry { path: self.path(record), kind, mode: u32::from(record.mode), capability }
    }

    /// Appends an entry, its path given as a folder's prefix and a name.
    pub(super) fn push(
        &mut self,
        prefix: &[u8],
        name: &[u8],
        kind: Kind<'_>,
        mode: u32,
        own: bool,
    ) -> Result<(), Error> {
        let number = |n: usize| u32::try_from(n).map_err(|_| Error::TooLarge);
        let start = number(self.names.len())?;
        self.names.extend_from_slice(prefix);
        self.names.extend_from_slice(name);
        let length = number(self.names.len())? - start;
        let (record_kind, size, digest) = match kind {
            Kind::File { size, digest } => (RecordKind::File, size, *digest),
            Kind::Folder => (RecordKind::Folder, 0, [0; 32]),
            Kind::Link { target } => {
                self.names.extend_from_slice(target);
                (RecordKind::Link, target.len() as u64, [0; 32])
            }
        };
        number(self.names.len())?;
        let mode = (clear_mode(mode, kind) & 0o7777) as u16;
        self.records.push(Record { digest, size, start, length, mode, kind: record_kind, own });
        Ok(())
    }

    /// Fills in what hashing found for the file at `index`.
    pub(super) fn set_file(&mut self, index: usize, size: u64, digest: [u8; 32], mode: u32) {
        let record = &mut self.records[index];
        (record.size, record.digest) = (size, digest);
        record.mode = (mode & 0o7755) as u16;
    }

    /// Kept sorted by index, whatever the order of calls.
    pub(super) fn set_capability(&mut self, index: usize, capability: Vec<u8>) {
        let at = self.capabilities.partition_point(|(of, _)| (*of as usize) < index);
        self.capabilities.insert(at, (index as u32, capability));
    }
}
