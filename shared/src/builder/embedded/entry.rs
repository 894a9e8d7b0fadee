//! What a layer holds: one entry a path, and marks for what it takes away.
//!
//! Paths are bytes, relative to the root, parts parted by `/`, never empty but for the
//! root itself, and without `.` and `..`. Whoever reads a tar sees to that.

use std::collections::{BTreeMap, BTreeSet};

/// One path of a layer or of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    /// Permission bits with setuid, setgid and sticky, `& 0o7777`; of a link 0o777.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Extended attributes by name (`security.capability`), `None` for none.
    pub xattrs: Option<Box<BTreeMap<Vec<u8>, Vec<u8>>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Bytes of its content.
    File {
        size: u64,
    },
    Folder,
    /// As it is written.
    Link {
        target: Vec<u8>,
    },
    /// Another name of a file of the same layer: the path of that file's first name.
    Hard {
        target: Vec<u8>,
    },
    Char {
        major: u32,
        minor: u32,
    },
    Block {
        major: u32,
        minor: u32,
    },
    Fifo,
}

impl Entry {
    /// A folder as builders make one that is missing: `0755`, of root.
    pub fn folder(mtime: i64) -> Self {
        Self { kind: Kind::Folder, mode: 0o755, uid: 0, gid: 0, mtime, xattrs: None }
    }

    pub fn is_folder(&self) -> bool {
        self.kind == Kind::Folder
    }

    /// The extended attribute of this name.
    pub fn xattr(&self, name: &[u8]) -> Option<&[u8]> {
        self.xattrs.as_ref()?.get(name).map(Vec::as_slice)
    }
}

/// All that one layer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// By path bytes; the empty path is the root.
    pub entries: BTreeMap<Vec<u8>, Entry>,
    /// Paths that the layer takes away, with all beneath (`.wh.<name>`).
    pub gone: BTreeSet<Vec<u8>>,
    /// Folders of which nothing of the layers below is left (`.wh..wh..opq`).
    pub opaque: BTreeSet<Vec<u8>>,
}

impl Index {
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.gone.is_empty() && self.opaque.is_empty()
    }
}

/// The folder that a path lies in; the root's own is `None`.
pub fn parent(path: &[u8]) -> Option<&[u8]> {
    match memchr::memrchr(b'/', path) {
        Some(at) => Some(&path[..at]),
        None => (!path.is_empty()).then_some(b""),
    }
}

/// A path's last part.
pub fn name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |at| &path[at + 1..])
}

/// The path of `name` in `folder`.
pub fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    match (folder, name) {
        (b"", name) => name.to_vec(),
        (folder, b"") => folder.to_vec(),
        (folder, name) => [folder, b"/", name].concat(),
    }
}

/// The folders on the way to a path, the outermost first, without the root.
pub fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memchr_iter(b'/', path).map(|at| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_and_put_together() {
        assert_eq!(parent(b"a/b/c"), Some(&b"a/b"[..]));
        assert_eq!((parent(b"a"), parent(b"")), (Some(&b""[..]), None));
        assert_eq!((name(b"a/b"), name(b"b"), name(b"")), (&b"b"[..], &b"b"[..], &b""[..]));
        assert_eq!((join(b"", b"a"), join(b"a", b"b/c")), (b"a".to_vec(), b"a/b/c".to_vec()));
        let found: Vec<&[u8]> = ancestors(b"a/b/c").collect();
        assert_eq!(found, [&b"a"[..], b"a/b"]);
    }
}
