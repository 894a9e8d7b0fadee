//! Keys of real trees: what changes them, what does not, and what stops them.

mod reads;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::dockerfile::{CopySource, Reach};
use crate::ui::event::{Event, Reporter, Silent};

/// A context in a folder of its own.
pub(super) struct Tree {
    root: PathBuf,
    /// Removed with the tree.
    _folder: Option<tempfile::TempDir>,
}

impl Tree {
    /// `dir/`: a folder; `name -> target`: a link; else a file with its name as content.
    pub(super) fn new(paths: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tree = Self { root: folder.path().to_owned(), _folder: Some(folder) };
        for path in paths {
            if let Some((link, target)) = path.split_once(" -> ") {
                fs::create_dir_all(tree.path(link).parent().unwrap()).unwrap();
                symlink(target, tree.path(link)).unwrap();
            } else if path.ends_with('/') {
                fs::create_dir_all(tree.path(path)).unwrap();
            } else {
                tree.write(path, path);
            }
        }
        tree
    }

    /// An empty one for tests that make thousands; in memory where the machine has room.
    pub(super) fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).unwrap();
        Self { root: folder.path().to_owned(), _folder: Some(folder) }
    }

    /// A folder that is there already.
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), _folder: None }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(super) fn write(&self, path: &str, content: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), content).unwrap();
    }

    pub(super) fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn ask(&self, reach: Reach, reporter: &dyn Reporter) -> Result<Inputs, Error> {
        let dockerfile = self.path("Dockerfile");
        let request = Request {
            context: self.root(),
            dockerfile: Some(&dockerfile),
            reach,
            facts: facts(&KeyFacts { platform: "linux/amd64", ..KeyFacts::default() }),
            never: &[],
            cache: None,
            threads: 3,
        };
        inputs(request, reporter)
    }

    pub(super) fn whole(&self) -> Inputs {
        self.ask(Reach::Whole { why: "test".to_owned() }, &Silent).unwrap()
    }

    pub(super) fn narrow(&self, sources: &[&str]) -> Inputs {
        self.ask(Reach::Narrow(sources.iter().map(|s| source(s)).collect()), &Silent).unwrap()
    }
}

pub(super) fn source(pattern: &str) -> CopySource {
    let pattern = pattern.into();
    CopySource { pattern, only: None, excludes: Vec::new(), wildcard: true, line: 3 }
}

pub(super) fn paths(inputs: &Inputs) -> Vec<String> {
    inputs.entries.iter().map(|e| String::from_utf8_lossy(e.path).into_owned()).collect()
}

/// Keeps what is said.
#[derive(Default)]
pub(super) struct Ears(pub(super) Mutex<Vec<String>>);

impl Reporter for Ears {
    fn event(&self, event: Event) {
        if let Event::Note { text, .. } = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

#[test]
fn two_clones_have_one_key() {
    let names = ["b/x", "a", "a.b", "a-b", "b.x/y", "empty/", "b/l -> x", "é", "Z"];
    let one = Tree::new(&names);
    let mut reversed = names;
    reversed.reverse();
    let two = Tree::new(&reversed);
    for file in ["a", "b/x", "Z"] {
        two.mode(file, 0o664);
        fs::File::open(two.path(file)).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    }
    two.mode("b", 0o2775);
    assert_eq!(one.whole().key, two.whole().key);
    let found = paths(&one.whole());
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(found, sorted);
    assert_eq!(found, ["Z", "a", "a-b", "a.b", "b", "b.x", "b.x/y", "b/l", "b/x", "empty", "é"]);
}

#[test]
fn every_change_gives_another_key() {
    let tree = Tree::new(&["a", "b/x", "b/l -> x"]);
    let mut keys = vec![tree.whole().key];
    let mut see = |what: &str| {
        let key = tree.whole().key;
        assert!(!keys.contains(&key), "{what} does not change the key");
        keys.push(key);
    };
    tree.write("a", "A");
    see("content");
    tree.mode("a", 0o755);
    see("exec bit");
    tree.mode("a", 0o4755);
    see("setuid bit");
    fs::rename(tree.path("a"), tree.path("c")).unwrap();
    see("rename");
    fs::remove_file(tree.path("b/l")).unwrap();
    see("link removed");
    symlink("y", tree.path("b/l")).unwrap();
    see("link target");
    fs::create_dir(tree.path("empty")).unwrap();
    see("empty folder");
    tree.mode("empty", 0o700);
    see("folder's mode");
    tree.write("b/empty", "");
    see("empty file");
    fs::remove_file(tree.path("b/empty")).unwrap();
    fs::create_dir(tree.path("b/empty")).unwrap();
    see("file becomes folder");
}

#[test]
fn ignored_files_do_not_count() {
    let tree = Tree::new(&[
        "a",
        "log/x.log",
        "y.log",
        "node_modules/m/i.js",
        "keep/deep/er/k.md",
        "keep/other",
        ".devspace/state.json",
        "sub/.devspace/x",
    ]);
    tree.write(".dockerignore", "*.log\nnode_modules\nkeep\n!keep/deep/er/*.md\n.dockerignore\n");
    let before = tree.whole();
    assert_eq!(
        paths(&before),
        [
            "a",
            "keep",
            "keep/deep",
            "keep/deep/er",
            "keep/deep/er/k.md",
            "log",
            "log/x.log",
            "sub",
            "sub/.devspace",
            "sub/.devspace/x"
        ]
    );
    for (path, content) in
        [("y.log", "1"), ("node_modules/n", "2"), ("keep/z", ""), (".devspace/s", "")]
    {
        tree.write(path, content);
    }
    assert_eq!(tree.whole().key, before.key);
    // Dockerfile.dockerignore beats it.
    tree.write("Dockerfile.dockerignore", "*\n!a\n");
    assert_eq!(paths(&tree.whole()), ["a"]);
}

#[test]
fn a_bad_ignore_file_is_named_with_its_line() {
    let tree = Tree::new(&["a"]);
    tree.write(".dockerignore", "ok\n[\n");
    let error = tree.ask(Reach::Narrow(vec![]), &Silent).unwrap_err();
    assert_eq!(error.to_string(), ".dockerignore:2: `[` is not a pattern: its `[` has no end");
}

#[test]
fn odd_names_and_great_depth() {
    let tree = Tree::new(&["new\nline", "tab\tname", "back\\slash", " sp ace "]);
    fs::write(tree.root().join(std::ffi::OsStr::from_bytes(b"\xff\xfe")), "x").unwrap();
    let first = tree.whole();
    assert_eq!(first.entries.len(), 5);
    let list = String::from_utf8_lossy(&list(&first)).into_owned();
    assert!(list.contains("\tnew\\x0aline\n") && list.contains("\tback\\x5cslash\n"), "{list}");
    assert_eq!(list.lines().count(), first.facts.len() + 1 + 5);
    // Deeper than any path may be long: made and removed step by step.
    let mut folder = fs::File::open(tree.root()).unwrap();
    for _ in 0..1200 {
        let name = "deep_level";
        rustix::fs::mkdirat(&folder, name, rustix::fs::Mode::from_raw_mode(0o755)).unwrap();
        let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::RDONLY;
        let next = rustix::fs::openat(&folder, name, flags, rustix::fs::Mode::empty()).unwrap();
        folder = next.into();
    }
    let deep = tree.whole();
    assert_eq!(deep.entries.len(), 1205);
    let narrow = tree.narrow(&["deep_level"]);
    assert_eq!(narrow.entries.len(), 1200);
}

#[test]
fn sockets_and_pipes_are_passed_over_and_told() {
    let tree = Tree::new(&["a"]);
    let _socket = std::os::unix::net::UnixListener::bind(tree.path("s")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mknodat(rustix::fs::CWD, tree.path("p"), rustix::fs::FileType::Fifo, mode, 0)
        .unwrap();
    let ears = Ears::default();
    let found = tree.ask(Reach::Whole { why: String::new() }, &ears).unwrap();
    assert_eq!(paths(&found), ["a"]);
    let told = ears.0.into_inner().unwrap();
    assert_eq!(told, ["sockets, pipes and devices are no part of the context: `p`, `s`"]);
}

#[test]
fn unreadable_files_are_named() {
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root can read everything");
        return;
    }
    let tree = Tree::new(&["d/a"]);
    tree.mode("d/a", 0);
    let error = tree.ask(Reach::Whole { why: String::new() }, &Silent).unwrap_err();
    assert!(error.to_string().ends_with("d/a`: permission denied"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_missing_context_is_an_error_of_its_own() {
    let tree = Tree::new(&["file"]);
    for (path, expected) in [("nowhere", "no such file or directory"), ("file", "is not a folder")]
    {
        let dockerfile = tree.path("Dockerfile");
        let context = tree.path(path);
        let request = Request {
            context: &context,
            dockerfile: Some(&dockerfile),
            reach: Reach::Narrow(Vec::new()),
            facts: Vec::new(),
            never: &[],
            cache: None,
            threads: 1,
        };
        let error = inputs(request, &Silent).unwrap_err().to_string();
        assert!(error.ends_with(expected) && error.contains(path), "{error}");
    }
}

#[test]
fn arguments_enter_by_name_and_digest() {
    let args = [("TOKEN", "hunter2"), ("HTTP_PROXY", "http://p"), ("no_proxy", "x")];
    let given = KeyFacts {
        platform: "linux/arm64",
        target: Some("prod"),
        build_args: args.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        secrets: vec!["npm".to_owned()],
        images: [("base".to_owned(), "sha256:1".to_owned())].into(),
        ..KeyFacts::default()
    };
    let facts = facts(&given);
    let names: Vec<_> = facts.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "format",
        "platform",
        "dockerfile",
        "target",
        "build-arg TOKEN",
        "secret npm",
        "image base",
    ];
    assert_eq!(names, expected);
    assert!(!facts.iter().any(|(_, value)| value.contains("hunter2")));
}

#[test]
fn a_script_recomputes_the_key() {
    let tree = Tree::new(&["a", "b/x", "b/l -> x\ny", "new\nline", "e/"]);
    tree.mode("a", 0o6755);
    let found = tree.whole();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recompute_key.py");
    let list_file = tree.root().with_extension("list");
    fs::write(&list_file, list(&found)).unwrap();
    let output = std::process::Command::new("python3")
        .arg(&script)
        .arg(tree.root())
        .arg(&list_file)
        .output();
    fs::remove_file(&list_file).unwrap();
    let Ok(output) = output else {
        eprintln!("skipped: no python3 to recompute the key with");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), found.key.to_string());
}

/// Name, content, mode of a few files.
fn files() -> impl Strategy<Value = std::collections::BTreeMap<Vec<u8>, (u8, u32)>> {
    let name = prop::collection::vec(any::<u8>(), 1..6);
    prop::collection::btree_map(name, (any::<u8>(), 0..0o10000u32), 1..6)
}

fn key_of(files: &std::collections::BTreeMap<Vec<u8>, (u8, u32)>) -> Inputs {
    let mut entries = Entries::default();
    for (path, (byte, mode)) in files {
        let kind = Kind::File { size: 1, digest: &[*byte; 32] };
        entries.push(Entry { path, kind, mode: *mode, capability: None }).unwrap();
    }
    Inputs::of(Vec::new(), None, entries)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn lists_differ_when_entries_do(a in files(), b in files()) {
        let (a, b) = (key_of(&a), key_of(&b));
        prop_assert_eq!(a.key == b.key, a.entries == b.entries);
        prop_assert_eq!(list(&a) == list(&b), a.entries == b.entries);
        let read = why::parse(&list(&a)).unwrap();
        prop_assert_eq!(why::diff(&read, &a), vec![]);
        prop_assert_eq!(why::diff(&read, &b).is_empty(), a.entries == b.entries);
    }
}

#[test]
fn patterns_that_spell_names_out_find_what_others_find() {
    let tree = Tree::new(&["a/x/1", "a/y", "b", "c/d/2", "c/e", "up", "l -> a"]);
    for (plain, wanted) in [
        ("*\n!a/x\n!b\n!gone\n!gone/too\n", vec!["a", "a/x", "a/x/1", "b"]),
        ("**\n!c/d/**\n!l\n!../up\n", vec!["c", "c/d", "c/d/2", "l"]),
        ("*\n!c\nc/e\n", vec!["c", "c/d", "c/d/2"]),
    ] {
        tree.write("Dockerfile.dockerignore", plain);
        assert_eq!(paths(&tree.whole()), wanted, "{plain}");
        // A pattern that spells nothing out has every folder listed.
        tree.write("Dockerfile.dockerignore", &format!("{plain}!**/nowhere-at-all\n"));
        assert_eq!(paths(&tree.whole()), wanted, "{plain}");
    }
}
