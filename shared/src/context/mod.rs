//! The build context: what of it counts, its content key, and the tar that is sent.
//!
//! One matcher and one list of entries serve key, tar and messages alike.
//! Knows no builder and no engine.

mod glob;
mod ignore;

use crate::reference::Digest;

/// What a build is made of, and the key over it.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// SHA-256 over the canonical list.
    pub key: Digest,
    /// `Some(why)` when the key covers the whole context.
    pub whole: Option<String>,
    /// The canonical list's lines before the entries: name and value.
    pub facts: Vec<(String, String)>,
    /// Sorted by path bytes.
    pub entries: Vec<Entry>,
}

/// One entry of the context that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the context, `/`-separated, never empty, no `.` or `..`.
    pub path: Vec<u8>,
    pub kind: Kind,
    /// Permission bits, `& 0o7755`, setgid cleared on folders.
    pub mode: u32,
    /// `security.capability`, as the file system gives it.
    pub capability: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    File { size: u64, digest: [u8; 32] },
    Folder,
    Link { target: Vec<u8> },
}
