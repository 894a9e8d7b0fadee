//! The context's entries that count, held small: one blob of names, one record each.
//!
//! Built in the order of path bytes and never changed but for files' digests.

use super::Error;

/// Sorted by path bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// Paths, and behind a link's path its target.
    names: Vec<u8>,
    records: Vec<Record>,
    /// Index of an entry and its capability; most trees have none.
    capabilities: Vec<(u32, Vec<u8>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    digest: [u8; 32],
    /// Of a link: the target's length.
    size: u64,
    start: u32,
    length: u32,
    mode: u16,
    kind: RecordKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        (0..self.records.len()).map(|index| self.at(index))
    }

    /// The entry of this path.
    pub fn get(&self, path: &[u8]) -> Option<Entry<'_>> {
        let index = self.records.binary_search_by(|record| self.path(record).cmp(path)).ok()?;
        Some(self.at(index))
    }

    fn path(&self, record: &Record) -> &[u8] {
        &self.names[record.start as usize..][..record.length as usize]
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

    /// Appends an entry; its path must come after all others. The mode is cleared here.
    pub fn push(&mut self, entry: Entry<'_>) -> Result<(), Error> {
        self.push_parts(entry.path, b"", entry.kind, entry.mode)?;
        if let Some(capability) = entry.capability {
            self.set_capability(self.records.len() - 1, capability.to_vec());
        }
        Ok(())
    }

    /// As [`Self::push`], the path given as a folder's prefix and a name.
    pub(super) fn push_parts(
        &mut self,
        prefix: &[u8],
        name: &[u8],
        kind: Kind<'_>,
        mode: u32,
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
        self.records.push(Record { digest, size, start, length, mode, kind: record_kind });
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
