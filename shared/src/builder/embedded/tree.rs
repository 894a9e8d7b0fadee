//! What is to be seen when layers lie on each other: a tree of entries in memory.
//!
//! Lookups go through links as a program inside would, and never out of the root. Knows
//! of each file which layer has its content; reads none. Needs no mount and no rights.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::entry::{Entry, Index, Kind, join, parent};

/// Links that one path may lead through, as in Linux.
const LINKS_MAX: usize = 40;

/// An entry, and the number of the layer that it comes from, the lowest 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub layer: usize,
    pub entry: Entry,
}

/// Layers seen together.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: BTreeMap<Vec<u8>, Node>,
    layers: usize,
}

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    #[error("too many links")]
    Links,
    #[error("`/{}` on the way is not a folder", String::from_utf8_lossy(.0))]
    NotFolder(Vec<u8>),
}

impl Tree {
    /// How many layers were put on each other.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// Puts another layer on top.
    pub fn put(&mut self, index: &Index) {
        let layer = self.layers;
        self.layers += 1;
        for path in &index.opaque {
            self.clear_beneath(path);
        }
        for path in &index.gone {
            self.clear_beneath(path);
            self.nodes.remove(path);
        }
        for (path, entry) in &index.entries {
            if !entry.is_folder() {
                self.clear_beneath(path);
            }
            self.nodes.insert(path.clone(), Node { layer, entry: entry.clone() });
        }
    }

    /// What stands at a path itself, links not followed. A path must be free of links on
    /// the way to it; see [`Tree::resolve`].
    pub fn get(&self, path: &[u8]) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// Whether a path is a folder; the root always is.
    pub fn is_folder(&self, path: &[u8]) -> bool {
        path.is_empty() || self.get(path).is_some_and(|node| node.entry.is_folder())
    }

    /// All beneath a folder, in the order of paths.
    pub fn beneath<'a>(&'a self, folder: &[u8]) -> impl Iterator<Item = (&'a [u8], &'a Node)> {
        let nodes = match folder {
            b"" => self.nodes.range::<[u8], _>((Bound::Excluded(&b""[..]), Bound::Unbounded)),
            _ => {
                // All that begins with `folder/`: `0` is the byte behind `/`.
                let (from, to) = ([folder, b"/"].concat(), [folder, b"0"].concat());
                self.nodes.range::<[u8], _>((
                    Bound::Excluded(from.as_slice()),
                    Bound::Excluded(to.as_slice()),
                ))
            }
        };
        nodes.map(|(path, node)| (path.as_slice(), node))
    }

    /// What lies in a folder itself: names, in order.
    pub fn children<'a>(&'a self, folder: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a Node)> {
        let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
        self.beneath(folder)
            .map(move |(path, node)| (&path[skip..], node))
            .filter(|(name, _)| !name.contains(&b'/'))
    }

    /// The path without links that `path` means; it need not be there. `last`: whether a
    /// link at its very end is followed, too.
    pub fn resolve(&self, path: &[u8], last: bool) -> Result<Vec<u8>, Lost> {
        resolve(&|path| self.get(path).map(|node| &node.entry), path, last)
    }

    fn clear_beneath(&mut self, path: &[u8]) {
        let beneath: Vec<Vec<u8>> = self.beneath(path).map(|(path, _)| path.to_vec()).collect();
        for path in beneath {
            self.nodes.remove(&path);
        }
    }
}

/// Resolves a path where `get` tells what stands at one, links not followed; see
/// [`Tree::resolve`].
pub fn resolve<'a>(
    get: &dyn Fn(&[u8]) -> Option<&'a Entry>,
    path: &[u8],
    last: bool,
) -> Result<Vec<u8>, Lost> {
    let mut at: Vec<u8> = Vec::new();
    let mut rest: Vec<Vec<u8>> = parts(path).rev().map(<[u8]>::to_vec).collect();
    let mut links = 0;
    while let Some(part) = rest.pop() {
        match part.as_slice() {
            b"" | b"." => continue,
            b".." => {
                at = parent(&at).unwrap_or_default().to_vec();
                continue;
            }
            _ => {}
        }
        let next = join(&at, &part);
        match get(&next).map(|entry| &entry.kind) {
            Some(Kind::Link { target }) if last || !rest.is_empty() => {
                links += 1;
                if links > LINKS_MAX {
                    return Err(Lost::Links);
                }
                if target.starts_with(b"/") {
                    at.clear();
                }
                rest.extend(parts(target).rev().map(<[u8]>::to_vec));
            }
            Some(Kind::Folder) | None => at = next,
            Some(_) if rest.iter().all(Vec::is_empty) => at = next,
            Some(_) => return Err(Lost::NotFolder(next)),
        }
    }
    Ok(at)
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(rows: &[(&str, Option<&str>)]) -> Index {
        let mut index = Index::default();
        for (path, target) in rows {
            let kind = match target {
                None => Kind::Folder,
                Some("") => Kind::File { size: 1 },
                Some(target) => Kind::Link { target: target.as_bytes().to_vec() },
            };
            index.entries.insert(path.as_bytes().to_vec(), Entry { kind, ..Entry::folder(0) });
        }
        index
    }

    fn names(tree: &Tree, folder: &str) -> Vec<String> {
        let names = tree.beneath(folder.as_bytes());
        names.map(|(path, _)| String::from_utf8(path.to_vec()).unwrap()).collect()
    }

    #[test]
    fn layers_hide_what_is_below_them() {
        let mut tree = Tree::default();
        tree.put(&index(&[("a", None), ("a/b", Some("")), ("a.x", Some("")), ("c", None)]));
        assert_eq!(names(&tree, "a"), ["a/b"]);
        let mut over = index(&[("a", None), ("a/new", Some("")), ("c", Some(""))]);
        over.opaque.insert(b"a".to_vec());
        over.gone.insert(b"a.x".to_vec());
        tree.put(&over);
        assert_eq!(names(&tree, ""), ["a", "a/new", "c"]);
        assert_eq!(tree.get(b"a/new").unwrap().layer, 1);
        let children: Vec<_> = tree.children(b"").map(|(name, _)| name.to_vec()).collect();
        assert_eq!(children, [b"a".to_vec(), b"c".to_vec()]);
    }

    #[test]
    fn links_are_followed_and_stay_inside() {
        let mut tree = Tree::default();
        tree.put(&index(&[
            ("usr", None),
            ("usr/bin", None),
            ("bin", Some("usr/bin")),
            ("out", Some("../../../etc")),
            ("abs", Some("/usr/bin/")),
            ("loop", Some("loop")),
            ("file", Some("")),
        ]));
        let resolve = |path: &str, last| {
            tree.resolve(path.as_bytes(), last).map(|path| String::from_utf8(path).unwrap())
        };
        assert_eq!(resolve("/bin/sh", true).unwrap(), "usr/bin/sh");
        assert_eq!(resolve("bin", false).unwrap(), "bin");
        assert_eq!(resolve("bin", true).unwrap(), "usr/bin");
        assert_eq!(resolve("out/passwd", true).unwrap(), "etc/passwd");
        assert_eq!(resolve("abs/../x", true).unwrap(), "usr/x");
        assert_eq!(resolve("../..", true).unwrap(), "");
        assert_eq!(resolve("loop/x", true), Err(Lost::Links));
        assert_eq!(resolve("file/x", true), Err(Lost::NotFolder(b"file".to_vec())));
    }
}
