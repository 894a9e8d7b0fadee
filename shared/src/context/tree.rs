//! The trees in which inputs are looked for: a folder on disk, or one that only git
//! knows. Paths are bytes, relative to the tree's root, without links and `..`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::FileType;

use super::folder::{self, Stat};

/// Folders, and what stands in them.
pub trait Tree {
    /// A folder that is looked into.
    type Folder;

    /// The folder at `path`; the empty path is the root.
    fn open(&self, path: &[u8]) -> io::Result<Self::Folder>;

    /// The names in a folder, in any order, with the kind where it is told.
    fn names(&self, folder: &Self::Folder) -> io::Result<Vec<(Vec<u8>, FileType)>>;

    /// The kind of a name itself, not of what it links to.
    fn kind(&self, folder: &Self::Folder, name: &[u8]) -> io::Result<FileType>;

    /// Where the link `name` leads.
    fn link(&self, folder: &Self::Folder, name: &[u8]) -> io::Result<Vec<u8>>;
}

/// A folder on disk; nothing outside of it is ever opened.
pub(super) struct Disk<'a>(pub(super) &'a File);

impl Tree for Disk<'_> {
    type Folder = OwnedFd;

    fn open(&self, path: &[u8]) -> io::Result<OwnedFd> {
        folder::open_folder(self.0.as_fd(), path)
    }

    fn names(&self, folder: &OwnedFd) -> io::Result<Vec<(Vec<u8>, FileType)>> {
        folder::names(folder.as_fd())?.collect()
    }

    fn kind(&self, folder: &OwnedFd, name: &[u8]) -> io::Result<FileType> {
        Ok(Stat::of_name(folder.as_fd(), name)?.file_type())
    }

    fn link(&self, folder: &OwnedFd, name: &[u8]) -> io::Result<Vec<u8>> {
        folder::read_link(folder.as_fd(), name)
    }
}

/// Notes each folder in which a name that comes, goes or leads elsewhere would change
/// what was found: those that were listed, that lacked a name, or that hold a link.
pub(super) struct Watched<'t, T> {
    tree: &'t T,
    pub(super) folders: RefCell<BTreeSet<Vec<u8>>>,
}

impl<'t, T: Tree> Watched<'t, T> {
    pub(super) fn new(tree: &'t T) -> Self {
        Self { tree, folders: RefCell::default() }
    }

    fn note(&self, folder: &[u8]) {
        self.folders.borrow_mut().insert(folder.to_vec());
    }
}

impl<T: Tree> Tree for Watched<'_, T> {
    type Folder = (Vec<u8>, T::Folder);

    fn open(&self, path: &[u8]) -> io::Result<Self::Folder> {
        Ok((path.to_vec(), self.tree.open(path)?))
    }

    fn names(&self, (path, folder): &Self::Folder) -> io::Result<Vec<(Vec<u8>, FileType)>> {
        self.note(path);
        self.tree.names(folder)
    }

    fn kind(&self, (path, folder): &Self::Folder, name: &[u8]) -> io::Result<FileType> {
        let kind = self.tree.kind(folder, name);
        if kind.is_err() {
            self.note(path);
        }
        kind
    }

    fn link(&self, (path, folder): &Self::Folder, name: &[u8]) -> io::Result<Vec<u8>> {
        self.note(path);
        self.tree.link(folder, name)
    }
}
