//! What differs between a revision and the working tree, as git sees it: commits,
//! staged and unstaged edits, and new files that git does not ignore.
//!
//! Git compares, so that line ends, LFS and other filters make no file look changed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::ops::Bound;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use super::repo::Repo;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Git's modes.
pub const FOLDER: u32 = 0o040_000;
pub const LINK: u32 = 0o120_000;
pub const SUBMODULE: u32 = 0o160_000;
const KIND: u32 = 0o170_000;

/// What stands at a path, as git names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub mode: u32,
    /// The object's id in bytes; `None`: it is on disk alone and was not hashed.
    pub id: Option<Vec<u8>>,
}

impl Node {
    pub fn is(&self, kind: u32) -> bool {
        self.mode & KIND == kind
    }
}

/// One path's change. At least one side is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub old: Option<Node>,
    pub new: Option<Node>,
}

/// All changes by path, relative to the checkout's top.
#[derive(Debug, Default)]
pub struct Changes {
    paths: BTreeMap<Vec<u8>, Change>,
}

impl Changes {
    /// Compares the working tree with a tree; `None`: with nothing.
    pub fn since(repo: &Repo, tree: Option<&str>) -> Result<Self, Failure> {
        let Some(tree) = tree else { return Ok(Self::default()) };
        let diff = repo.ask(
            &[
                "-c",
                "core.quotePath=false",
                "-c",
                "diff.autoRefreshIndex=true",
                "-c",
                "diff.relative=false",
                "diff",
                "--raw",
                "-z",
                "--no-abbrev",
                "--no-renames",
                "-O/dev/null",
                "--no-color",
                "--no-ext-diff",
                "--no-textconv",
                "--ignore-submodules=none",
                tree,
                "--",
            ],
            b"",
        )?;
        let mut changes = Self { paths: parse(&diff)? };
        let untracked = repo.ask(&["ls-files", "--others", "--exclude-standard", "-z"], b"")?;
        for name in untracked.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
            // A checkout of its own within this one is told as a folder.
            let (path, inner) = match name.strip_suffix(b"/") {
                Some(path) => (path, true),
                None => (name, false),
            };
            let new =
                if inner { Some(Node { mode: SUBMODULE, id: None }) } else { on_disk(repo, path) };
            let old = changes.paths.get(path).and_then(|change| change.old.clone());
            changes.paths.insert(path.to_vec(), Change { old, new });
        }
        changes.paths.retain(|_, change| change.old.is_some() || change.new.is_some());
        changes.hash(repo);
        Ok(changes)
    }

    pub fn get(&self, path: &[u8]) -> Option<&Change> {
        self.paths.get(path)
    }

    /// The changes beneath a folder; the empty path is the top.
    pub fn below<'c>(&'c self, folder: &[u8]) -> impl Iterator<Item = (&'c [u8], &'c Change)> {
        let mut begin = folder.to_vec();
        if !begin.is_empty() {
            begin.push(b'/');
        }
        let from =
            self.paths.range::<[u8], _>((Bound::Included(begin.as_slice()), Bound::Unbounded));
        let inside = from.map(|(path, change)| (path.as_slice(), change));
        inside.take_while(move |(path, _)| path.starts_with(&begin))
    }

    /// Whether the path itself or something beneath it changed.
    pub fn touch(&self, path: &[u8]) -> bool {
        self.paths.contains_key(path) || self.below(path).next().is_some()
    }

    /// The changed submodule that a path lies in.
    pub fn submodule_above<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let ends = memchr::memchr_iter(b'/', path).chain(std::iter::once(path.len()));
        ends.map(|end| &path[..end]).find(|above| {
            let change = self.paths.get(*above);
            let sides = change.into_iter().flat_map(|change| [&change.old, &change.new]);
            sides.flatten().any(|node| node.is(SUBMODULE))
        })
    }

    /// Whether the path came only after the revision, by itself or with a folder of it.
    pub fn is_new(&self, path: &[u8]) -> bool {
        let ends = memchr::memchr_iter(b'/', path).chain(std::iter::once(path.len()));
        ends.filter_map(|end| self.paths.get(&path[..end])).any(|change| change.old.is_none())
    }

    /// Asks git for the ids of what is on disk alone. Without them two files are just not
    /// known to be the same.
    fn hash(&mut self, repo: &Repo) {
        let unknown = |change: &Change| {
            change
                .new
                .as_ref()
                .is_some_and(|node| node.id.is_none() && !node.is(LINK) && !node.is(SUBMODULE))
        };
        let names: Vec<Vec<u8>> = self
            .paths
            .iter()
            .filter(|(_, change)| unknown(change))
            .map(|(path, _)| path.clone())
            .collect();
        if names.is_empty() {
            return;
        }
        let mut input = Vec::new();
        for name in &names {
            input.extend(quoted(name));
            input.push(b'\n');
        }
        let Ok(ids) = repo.ask(&["hash-object", "--stdin-paths"], &input) else { return };
        let ids: Vec<_> = ids.split(|&byte| byte == b'\n').filter_map(id).collect();
        if ids.len() != names.len() {
            return;
        }
        for (name, id) in names.iter().zip(ids) {
            if let Some(Change { new: Some(node), .. }) = self.paths.get_mut(name) {
                node.id = Some(id);
            }
        }
    }
}

/// A path as git reads it from a line: quoted as in C where it must be.
fn quoted(path: &[u8]) -> Vec<u8> {
    if path.first() != Some(&b'"') && !path.contains(&b'\n') {
        return path.to_vec();
    }
    let mut out = vec![b'"'];
    for &byte in path {
        match byte {
            b'\n' => out.extend(b"\\n"),
            b'"' | b'\\' => out.extend([b'\\', byte]),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
    out
}

/// Reads `git diff --raw -z`.
fn parse(diff: &[u8]) -> Result<BTreeMap<Vec<u8>, Change>, Failure> {
    let bad = || Failure::new(Exit::Failed, "`git diff` printed what can't be read");
    let mut fields = diff.split(|&byte| byte == 0);
    let mut paths: BTreeMap<Vec<u8>, Change> = BTreeMap::new();
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let head = head.strip_prefix(b":").and_then(|head| std::str::from_utf8(head).ok());
        let words: Vec<&str> = head.ok_or_else(bad)?.split(' ').collect();
        let [old_mode, new_mode, old_id, new_id, status] = words[..] else { return Err(bad()) };
        let path = fields.next().filter(|path| !path.is_empty()).ok_or_else(bad)?;
        let node = |mode: &str, hex: &str| {
            let mode = u32::from_str_radix(mode, 8).ok()?;
            let id = id(hex.as_bytes()).filter(|id| id.iter().any(|&byte| byte != 0));
            (mode != 0).then_some(Node { mode, id })
        };
        let change = Change { old: node(old_mode, old_id), new: node(new_mode, new_id) };
        match paths.entry(path.to_vec()) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(change);
            }
            // A conflict is told twice: as such, and with what is on disk.
            std::collections::btree_map::Entry::Occupied(mut there) => {
                let there = there.get_mut();
                there.old = there.old.take().or(change.old);
                there.new = if status == "U" { there.new.take() } else { change.new };
            }
        }
    }
    Ok(paths)
}

/// An object's id from hex.
pub fn id(hex: &[u8]) -> Option<Vec<u8>> {
    if hex.is_empty() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    hex.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// A new file as git would take it in; `None` for what it would not.
fn on_disk(repo: &Repo, path: &[u8]) -> Option<Node> {
    let meta = std::fs::symlink_metadata(repo.top.join(OsStr::from_bytes(path))).ok()?;
    let mode = match meta.file_type() {
        kind if kind.is_symlink() => LINK,
        kind if kind.is_file() => match meta.permissions().mode() & 0o100 {
            0 => 0o100_644,
            _ => 0o100_755,
        },
        _ => return None,
    };
    Some(Node { mode, id: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const Z: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn a_diff_is_read_whatever_the_names() {
        let text = format!(
            ":100644 100755 {A} {A} M\0mode\0:100644 000000 {A} {Z} D\0a b\nc\"\0\
             :000000 120000 {Z} {Z} A\0l\0:160000 160000 {A} {Z} M\0sub\0\
             :100644 120000 {A} {Z} T\0t\0"
        );
        let changes = Changes { paths: parse(text.as_bytes()).unwrap() };
        let change = |path: &str| changes.get(path.as_bytes()).unwrap().clone();
        let known = |mode| Some(Node { mode, id: Some(vec![0xaa; 20]) });
        let unknown = |mode| Some(Node { mode, id: None });
        assert_eq!(change("mode"), Change { old: known(0o100_644), new: known(0o100_755) });
        assert_eq!(change("a b\nc\""), Change { old: known(0o100_644), new: None });
        assert_eq!(change("l"), Change { old: None, new: unknown(LINK) });
        assert_eq!(change("sub"), Change { old: known(SUBMODULE), new: unknown(SUBMODULE) });
        assert_eq!(change("t"), Change { old: known(0o100_644), new: unknown(LINK) });
        assert_eq!(changes.submodule_above(b"sub/x/y"), Some(&b"sub"[..]));
        assert_eq!(changes.submodule_above(b"subway"), None);
        assert!(changes.is_new(b"l") && changes.is_new(b"l/x") && !changes.is_new(b"mode"));
        for bad in ["x", ":1 2 3\0p\0", ":100644 100644 a b M\0"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_lies_below_is_found_among_its_like() {
        let node = Some(Node { mode: 0o100_644, id: None });
        let change = Change { old: node, new: None };
        let paths = ["a", "a-b", "a/x", "a/y/z", "a0", "b"];
        let paths = paths.into_iter().map(|path| (path.into(), change.clone())).collect();
        let changes = Changes { paths };
        let below = |folder: &str| -> Vec<String> {
            let paths = changes.below(folder.as_bytes()).map(|(path, _)| path);
            paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect()
        };
        assert_eq!(below("a"), ["a/x", "a/y/z"]);
        assert_eq!(below("a/y"), ["a/y/z"]);
        assert_eq!(below("").len(), 6);
        assert!(changes.touch(b"a/y") && changes.touch(b"b") && !changes.touch(b"c"));
    }

    #[test]
    fn paths_are_quoted_where_git_needs_it() {
        assert_eq!(quoted(b"a b\\c"), b"a b\\c");
        assert_eq!(quoted(b"a\nb\"\\"), b"\"a\\nb\\\"\\\\\"");
        assert_eq!(quoted(b"\"x"), b"\"\\\"x\"");
    }
}
