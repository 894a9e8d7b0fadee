//! A project's tree as git has it: at the revision, and now. The tree of now is the
//! revision's with the changes put in, so that what git ignores is in neither.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::FileType;

use super::changes::{Changes, FOLDER, LINK, Node, SUBMODULE};
use super::objects::Objects;
use crate::context::tree::Tree;

/// Links that one path may lead through.
const HOPS_MAX: usize = 40;

/// One of the two trees. Paths are relative to the checkout's top.
pub struct Snapshot {
    pub top: PathBuf,
    pub objects: Rc<Objects>,
    /// The revision's tree; `None` if there was none.
    pub root: Option<Vec<u8>>,
    pub changes: Rc<Changes>,
    /// Whether the changes are put in.
    pub now: bool,
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// To this path of the tree, where something may stand or not.
    Inside(Vec<u8>),
    /// Out of the checkout.
    Outside,
}

impl Snapshot {
    /// What stands at a path without links.
    pub fn node(&self, path: &[u8]) -> io::Result<Option<Node>> {
        if path.is_empty() {
            return Ok(self.root.clone().map(|id| Node { mode: FOLDER, id: Some(id) }));
        }
        if self.now
            && let Some(change) = self.changes.get(path)
            && (change.new.is_some() || !self.has_new_below(path))
        {
            return Ok(change.new.clone());
        }
        if self.now && self.has_new_below(path) {
            return Ok(Some(Node { mode: FOLDER, id: None }));
        }
        let node = self.node_before(path)?;
        if self.now && node.as_ref().is_some_and(|node| node.is(FOLDER)) {
            let emptied = self.changes.touch(path) && self.list(path)?.is_empty();
            return Ok(node.filter(|_| !emptied));
        }
        Ok(node)
    }

    /// The names in a folder, whatever they are; none where no folder is.
    pub fn list(&self, path: &[u8]) -> io::Result<BTreeMap<Vec<u8>, Node>> {
        let mut names: BTreeMap<Vec<u8>, Node> = BTreeMap::new();
        if let Some(Node { mode, id: Some(id) }) = self.node_before(path)?
            && mode == FOLDER
        {
            names.extend(self.objects.listing(&id)?.iter().cloned());
        }
        if !self.now {
            return Ok(names);
        }
        let mut changed: Vec<Vec<u8>> = Vec::new();
        let skip = if path.is_empty() { 0 } else { path.len() + 1 };
        for (below, _) in self.changes.below(path) {
            let rest = &below[skip..];
            let end = memchr::memchr(b'/', rest).unwrap_or(rest.len());
            if changed.last().is_none_or(|last| *last != rest[..end]) {
                changed.push(rest[..end].to_vec());
            }
        }
        for name in changed {
            let whole = join(path, &name);
            match self.node(&whole)? {
                Some(node) => drop(names.insert(name, node)),
                None => drop(names.remove(&name)),
            }
        }
        Ok(names)
    }

    fn has_new_below(&self, path: &[u8]) -> bool {
        self.changes.below(path).any(|(_, change)| change.new.is_some())
    }

    fn node_before(&self, path: &[u8]) -> io::Result<Option<Node>> {
        let Some(root) = &self.root else { return Ok(None) };
        let mut node = Node { mode: FOLDER, id: Some(root.clone()) };
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            let Node { mode: FOLDER, id: Some(id) } = &node else { return Ok(None) };
            let listing = self.objects.listing(id)?;
            let found = listing.binary_search_by(|(other, _)| other.as_slice().cmp(name));
            let Ok(at) = found else { return Ok(None) };
            node = listing[at].1.clone();
        }
        Ok(Some(node))
    }

    /// A link's target.
    pub fn target(&self, path: &[u8], node: &Node) -> io::Result<Vec<u8>> {
        match &node.id {
            Some(id) => self.objects.blob(id),
            None => {
                let path = self.top.join(std::ffi::OsStr::from_bytes(path));
                Ok(std::fs::read_link(path)?.as_os_str().as_bytes().to_vec())
            }
        }
    }

    /// Where a path leads when the links in it are followed.
    pub fn resolve(&self, path: &[u8]) -> io::Result<Place> {
        let parts = |text: &[u8]| -> Vec<Vec<u8>> {
            let parts = text.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
            parts.filter(|part| *part != b".").map(<[u8]>::to_vec).rev().collect()
        };
        let mut rest = parts(path);
        let mut at: Vec<Vec<u8>> = Vec::new();
        let mut hops = 0;
        while let Some(part) = rest.pop() {
            if part == b".." {
                if at.pop().is_none() {
                    return Ok(Place::Outside);
                }
                continue;
            }
            at.push(part);
            let here = at.join(&b'/');
            let Some(node) = self.node(&here)?.filter(|node| node.is(LINK)) else { continue };
            hops += 1;
            let target = self.target(&here, &node)?;
            at.pop();
            if hops > HOPS_MAX {
                return Ok(Place::Outside);
            }
            if target.first() == Some(&b'/') {
                match Path::new(std::ffi::OsStr::from_bytes(&target)).strip_prefix(&self.top) {
                    Ok(inside) => {
                        at.clear();
                        rest.extend(parts(inside.as_os_str().as_bytes()));
                    }
                    Err(_) => return Ok(Place::Outside),
                }
            } else {
                rest.extend(parts(&target));
            }
        }
        Ok(Place::Inside(at.join(&b'/')))
    }
}

/// A folder of a snapshot, as narrowing looks at it.
pub struct Rooted<'a> {
    pub snapshot: &'a Snapshot,
    /// Relative to the checkout's top.
    pub root: &'a [u8],
    /// A changed submodule that was looked into: what is in it is not known here.
    pub submodule: RefCell<Option<Vec<u8>>>,
}

impl<'a> Rooted<'a> {
    pub fn new(snapshot: &'a Snapshot, root: &'a [u8]) -> Self {
        Self { snapshot, root, submodule: RefCell::default() }
    }
}

impl Tree for Rooted<'_> {
    /// Its path from the checkout's top: a folder of thousands is not listed for one name.
    type Folder = Vec<u8>;

    fn open(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        let path = join(self.root, path);
        if let Some(submodule) = self.snapshot.changes.submodule_above(&path) {
            *self.submodule.borrow_mut() = Some(submodule.to_vec());
        }
        Ok(path)
    }

    fn names(&self, folder: &Vec<u8>) -> io::Result<Vec<(Vec<u8>, FileType)>> {
        let names = self.snapshot.list(folder)?.into_iter();
        Ok(names.map(|(name, node)| (name, kind(&node))).collect())
    }

    fn kind(&self, folder: &Vec<u8>, name: &[u8]) -> io::Result<FileType> {
        let node = self.snapshot.node(&join(folder, name))?;
        node.as_ref().map(kind).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn link(&self, folder: &Vec<u8>, name: &[u8]) -> io::Result<Vec<u8>> {
        let path = join(folder, name);
        let node = self.snapshot.node(&path)?.ok_or(io::ErrorKind::NotFound)?;
        self.snapshot.target(&path, &node)
    }
}

/// A path beneath a folder; either may be empty.
pub fn join(folder: &[u8], path: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if folder.is_empty() || path.is_empty() { b"" } else { b"/" };
    [folder, slash, path].concat()
}

fn kind(node: &Node) -> FileType {
    if node.is(LINK) {
        FileType::Symlink
    } else if node.is(FOLDER) || node.is(SUBMODULE) {
        FileType::Directory
    } else {
        FileType::RegularFile
    }
}
