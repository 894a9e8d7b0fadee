//! What changes a key and what does not, over random trees on disk: clones, and trees
//! with one thing changed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::tests::source;
use super::*;
use crate::dockerfile::Reach;
use crate::ui::event::Silent;

/// What stands at a path; folders on the way are there of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    File { content: Vec<u8>, exec: bool },
    Folder,
    Link(Vec<u8>),
}

type Tree = BTreeMap<Vec<u8>, Node>;

/// Copied, copied but ignored, and neither.
const TOPS: [&[u8]; 3] = [b"in", b"in/x.log", b"out"];

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[abc]".prop_map(String::into_bytes),
        1 => Just(b"sp ace".to_vec()),
        1 => Just("é".as_bytes().to_vec()),
        1 => Just(b"\xff\xfe".to_vec()),
        1 => Just(b"back\\slash".to_vec()),
        1 => Just(b"tab\tname".to_vec()),
        1 => Just(b"a.log".to_vec()),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    prop_oneof![
        4 => (prop::collection::vec(any::<u8>(), 0..20), any::<bool>())
            .prop_map(|(content, exec)| Node::File { content, exec }),
        1 => Just(Node::Folder),
        1 => name().prop_map(Node::Link),
    ]
}

/// Every path's folders are folders in it, too.
fn tree() -> impl Strategy<Value = Tree> {
    let entry = (0..TOPS.len(), prop::collection::vec(name(), 1..4), node());
    prop::collection::vec(entry, 1..8).prop_map(|entries| {
        let mut tree =
            Tree::from([(b"in/keep".to_vec(), file(b"1")), (b"out".to_vec(), Node::Folder)]);
        for (top, names, node) in entries {
            let path = [TOPS[top].to_vec(), names.join(&b'/')].join(&b'/');
            insert(&mut tree, path, node);
        }
        insert(&mut tree, b"in".to_vec(), Node::Folder);
        tree
    })
}

fn file(content: &[u8]) -> Node {
    Node::File { content: content.to_vec(), exec: false }
}

fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &path[..at])
}

/// Adds what can be added.
fn insert(tree: &mut Tree, path: Vec<u8>, node: Node) {
    let blocked = |parent| tree.get(parent).is_some_and(|node| *node != Node::Folder);
    if tree.contains_key(&path) || parents(&path).any(blocked) {
        return;
    }
    for parent in parents(&path) {
        tree.entry(parent.to_vec()).or_insert(Node::Folder);
    }
    tree.insert(path, node);
}

/// How a clone comes to be.
#[derive(Debug, Clone, Copy)]
struct Clone {
    backwards: bool,
    /// As umask 002 leaves it, instead of 022.
    group: bool,
    /// Seconds since 1970.
    modified: u64,
}

fn at(root: &Path, path: &[u8]) -> PathBuf {
    root.join(OsStr::from_bytes(path))
}

fn plant(root: &Path, tree: &Tree, clone: Clone) {
    let mut paths: Vec<_> = tree.iter().collect();
    if clone.backwards {
        paths.reverse();
    }
    let bits = if clone.group { 0o020 } else { 0 };
    for (path, node) in &paths {
        let path = at(root, path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match node {
            Node::Folder => fs::create_dir_all(path).unwrap(),
            Node::Link(target) => symlink(OsStr::from_bytes(target), path).unwrap(),
            Node::File { content, exec } => {
                fs::write(&path, content).unwrap();
                let mode = if *exec { 0o755 | bits } else { 0o644 | bits };
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                let time = UNIX_EPOCH + Duration::from_secs(clone.modified);
                fs::File::open(path).unwrap().set_modified(time).unwrap();
            }
        }
    }
    // A folder's setgid is inherited where a group shares a folder.
    let mode = if clone.group { 0o2775 } else { 0o755 };
    for (path, _) in paths.iter().filter(|(_, node)| **node == Node::Folder) {
        fs::set_permissions(at(root, path), fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::write(root.join(".dockerignore"), "**/*.log\n").unwrap();
}

/// The keys over the whole context, and over what `COPY in /` reads.
fn keys(root: &Path) -> [Digest; 2] {
    let reaches = [Reach::Whole { why: String::new() }, Reach::Narrow(vec![source("in")])];
    reaches.map(|reach| {
        let request = Request {
            context: root,
            dockerfile: Some(&root.join("Dockerfile")),
            reach,
            facts: Vec::new(),
            never: &[],
            cache: None,
            threads: 1,
        };
        inputs(request, &Silent).unwrap().key
    })
}

/// One thing that happens to a tree.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// Of one byte, one bit.
    Bit(usize),
    Longer,
    Exec,
    Setuid,
    Rename,
    Remove,
    Target,
    /// An empty folder beside it, or in it.
    Folder,
    File,
    FolderMode,
}

fn change() -> impl Strategy<Value = Change> {
    use Change::{Bit, Exec, File, Folder, FolderMode, Longer, Remove, Rename, Setuid, Target};
    prop_oneof![
        4 => any::<usize>().prop_map(Bit),
        1 => prop::sample::select(vec![
            Longer, Exec, Setuid, Rename, Remove, Target, Folder, File, FolderMode
        ]),
    ]
}

/// Carries it out at a path; false where it means nothing there.
fn carry_out(change: Change, root: &Path, path: &[u8], node: &Node) -> bool {
    let here = at(root, path);
    let mode = |bits: u32| {
        let now = fs::metadata(&here).unwrap().permissions().mode();
        fs::set_permissions(&here, fs::Permissions::from_mode(now ^ bits)).unwrap();
    };
    match (change, node) {
        (Change::Bit(which), Node::File { content, .. }) if !content.is_empty() => {
            let mut content = content.clone();
            let bit = which % (content.len() * 8);
            content[bit / 8] ^= 1 << (bit % 8);
            fs::write(here, content).unwrap();
        }
        (Change::Longer, Node::File { content, .. }) => {
            fs::write(here, [content.as_slice(), b"\0"].concat()).unwrap();
        }
        (Change::Exec, Node::File { .. }) => mode(0o111),
        (Change::Setuid, Node::File { .. }) => mode(0o4000),
        (Change::FolderMode, Node::Folder) => mode(0o055),
        (Change::Rename, _) => {
            let other = [path, b"-renamed"].concat();
            fs::rename(here, at(root, &other)).unwrap();
        }
        (Change::Remove, Node::Folder) => fs::remove_dir_all(here).unwrap(),
        (Change::Remove, _) => fs::remove_file(here).unwrap(),
        (Change::Target, Node::Link(target)) => {
            fs::remove_file(&here).unwrap();
            symlink(OsStr::from_bytes(&[target.as_slice(), b"x"].concat()), here).unwrap();
        }
        (Change::Folder, Node::Folder) => fs::create_dir(here.join("new-folder")).unwrap(),
        (Change::File, Node::Folder) => fs::write(here.join("new-file"), "").unwrap(),
        _ => return false,
    }
    true
}

fn is_ignored(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|name| name.ends_with(b".log"))
}

fn folder() -> tempfile::TempDir {
    // In memory where that is possible: it is made and removed ten thousand times.
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_global_rejects: 200_000, ..ProptestConfig::default() })]

    #[test]
    fn clones_have_one_key(tree in tree(), modified in 0..4_000_000_000u64, backwards in any::<bool>(), group in any::<bool>()) {
        let (one, two) = (folder(), folder());
        plant(one.path(), &tree, Clone { backwards: false, group: false, modified: 1 });
        let other = two.path().join("another folder");
        fs::create_dir(&other).unwrap();
        plant(&other, &tree, Clone { backwards, group, modified });
        prop_assert_eq!(keys(one.path()), keys(&other));
    }

    #[test]
    fn a_change_changes_the_key_where_it_counts(tree in tree(), change in change(), which in any::<prop::sample::Index>()) {
        let root = folder();
        plant(root.path(), &tree, Clone { backwards: false, group: false, modified: 1 });
        let [whole, narrow] = keys(root.path());
        let (path, node) = tree.iter().nth(which.index(tree.len())).unwrap();
        prop_assume!(path != b"in" && path != b"out");
        prop_assume!(carry_out(change, root.path(), path, node));
        let [whole_after, narrow_after] = keys(root.path());
        // Renamed, what was ignored no longer is.
        let renamed = [path.as_slice(), b"-renamed"].concat();
        let counts = !is_ignored(path)
            || matches!(change, Change::Rename) && !is_ignored(&renamed);
        prop_assert_eq!(whole_after != whole, counts, "whole");
        prop_assert_eq!(narrow_after != narrow, counts && path.starts_with(b"in/"), "narrow");
    }
}
