//! Copied and ignored places by chance: a change where COPY reads gives another key, and
//! one elsewhere does not. What is read is told by a few lines of their own here.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

use super::*;

/// What stands at a path. Folders are there by what lies in them.
#[derive(Debug, Clone, PartialEq)]
enum Thing {
    File { content: u8, exec: bool },
    Link(u8),
    Empty,
}

type Model = BTreeMap<String, Thing>;

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        6 => (any::<u8>(), any::<bool>()).prop_map(|(content, exec)| Thing::File { content, exec }),
        1 => any::<u8>().prop_map(Thing::Link),
        1 => Just(Thing::Empty),
    ]
}

/// Two levels of folders, whose names no thing has.
fn path() -> impl Strategy<Value = String> {
    ("[abc]", "[de]", "[fgh]").prop_map(|(one, two, name)| format!("{one}/{two}/{name}"))
}

/// What COPY names and what the ignore file names: literal paths.
fn places() -> impl Strategy<Value = Vec<String>> {
    let place = prop_oneof![
        "[abc]",
        ("[abc]", "[de]").prop_map(|(one, two)| format!("{one}/{two}")),
        path(),
    ];
    prop::collection::vec(place, 0..3)
}

fn under(path: &str, place: &str) -> bool {
    path == place || path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a thing at this path counts.
fn counts(path: &str, copied: &[String], ignored: &[String]) -> bool {
    copied.iter().any(|place| under(path, place)) && !ignored.iter().any(|p| under(path, p))
}

#[derive(Debug, Clone, Copy)]
enum Edit {
    Byte,
    Exec,
    Rename,
    Target,
    Remove,
    Add,
    EmptyFolder,
}

const EDITS: [Edit; 7] = [
    Edit::Byte,
    Edit::Exec,
    Edit::Rename,
    Edit::Target,
    Edit::Remove,
    Edit::Add,
    Edit::EmptyFolder,
];

/// Edits the model; the paths that are others now. Nothing where it cannot be done.
fn edit(model: &mut Model, edit: Edit, at: usize) -> Vec<String> {
    let Some((path, thing)) = model.iter().nth(at % model.len()) else { return Vec::new() };
    let (path, thing) = (path.clone(), thing.clone());
    let new = format!("{path}z");
    match (edit, thing) {
        (Edit::Byte, Thing::File { content, exec }) => {
            model.insert(path.clone(), Thing::File { content: content ^ 1, exec });
            vec![path]
        }
        (Edit::Exec, Thing::File { content, exec }) => {
            model.insert(path.clone(), Thing::File { content, exec: !exec });
            vec![path]
        }
        (Edit::Target, Thing::Link(to)) => {
            model.insert(path.clone(), Thing::Link(to ^ 1));
            vec![path]
        }
        (Edit::Rename, thing) => {
            model.remove(&path);
            model.insert(new.clone(), thing);
            vec![path, new]
        }
        (Edit::Remove, _) => {
            model.remove(&path);
            vec![path]
        }
        (Edit::Add, _) => {
            model.insert(new.clone(), Thing::File { content: 7, exec: false });
            vec![new]
        }
        (Edit::EmptyFolder, _) => {
            model.insert(new.clone(), Thing::Empty);
            vec![new]
        }
        _ => Vec::new(),
    }
}

/// Makes the tree; a clone by another umask, in another order, at another time.
fn plant(model: &Model, ignored: &[String], clone: bool) -> Tree {
    let tree = Tree::in_memory();
    let mut things: Vec<_> = model.iter().collect();
    if clone {
        things.reverse();
    }
    // The folders of things that are edited away stay.
    for folder in ["a", "b", "c", "a/d", "a/e", "b/d", "b/e", "c/d", "c/e"] {
        fs::create_dir(tree.path(folder)).unwrap();
    }
    let (file, folder) = if clone { (0o664, 0o2775) } else { (0o644, 0o755) };
    for (path, thing) in things {
        match thing {
            Thing::File { content, exec } => {
                fs::write(tree.path(path), [*content]).unwrap();
                tree.mode(path, file | if *exec { 0o111 } else { 0 });
                if clone {
                    let handle = fs::File::open(tree.path(path)).unwrap();
                    handle.set_modified(std::time::UNIX_EPOCH).unwrap();
                }
            }
            Thing::Link(to) => symlink(to.to_string(), tree.path(path)).unwrap(),
            Thing::Empty => fs::create_dir(tree.path(path)).unwrap(),
        }
    }
    for path in ["a", "a/d", "b/e"] {
        tree.mode(path, folder);
    }
    tree.write(".dockerignore", &ignored.join("\n"));
    tree
}

fn key(tree: &Tree, copied: &[String]) -> Option<Digest> {
    let sources = copied.iter().map(|place| source(place)).collect();
    let inputs = tree.ask(Reach::Narrow(sources), &Silent).unwrap();
    // A link as a source may make the whole context count.
    inputs.whole.is_none().then_some(inputs.key)
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 1 << 20, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn a_key_follows_what_is_read_and_nothing_else(
        model in prop::collection::btree_map(path(), thing(), 1..10),
        copied in places(),
        ignored in places(),
        (what, at) in (prop::sample::select(&EDITS[..]), 0..10usize),
    ) {
        let tree = plant(&model, &ignored, false);
        let first = key(&tree, &copied);
        prop_assume!(first.is_some());
        prop_assert_eq!(&key(&plant(&model, &ignored, true), &copied), &first, "clone");
        let mut edited = model.clone();
        let touched = edit(&mut edited, what, at);
        prop_assume!(edited != model);
        let counts = touched.iter().any(|path| counts(path, &copied, &ignored));
        let second = key(&plant(&edited, &ignored, true), &copied);
        prop_assume!(second.is_some());
        prop_assert_eq!(second != first, counts, "{:?} {:?}", what, touched);
    }
}
