use std::os::unix::fs::symlink;

use super::super::tests::Tree;
use super::*;
use crate::context::{Entries, Inputs, key};

#[test]
fn each_change_is_told_in_a_line() {
    let tree = Tree::new(&["c", "m", "l -> a", "gone", "old", "kind", "same", "e1"]);
    tree.write("e1", "");
    let before = tree.whole();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("last");
    assert_eq!(load(&file, &before.key), None);
    store(&file, &before).unwrap();
    let recorded = load(&file, &before.key).unwrap();
    assert_eq!(load(&file, &tree.narrow(&["c"]).key), None, "the list of another build");
    assert_eq!(diff(&recorded, &before), []);

    tree.write("c", "new");
    tree.mode("m", 0o755);
    std::fs::remove_file(tree.path("l")).unwrap();
    symlink("b", tree.path("l")).unwrap();
    std::fs::remove_file(tree.path("gone")).unwrap();
    tree.write("added", "x");
    std::fs::rename(tree.path("old"), tree.path("young")).unwrap();
    std::fs::remove_file(tree.path("kind")).unwrap();
    std::fs::create_dir(tree.path("kind")).unwrap();
    std::fs::rename(tree.path("e1"), tree.path("e2")).unwrap();
    let told: Vec<_> = diff(&recorded, &tree.whole()).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`added` was added",
            "`c` changed",
            "`e1` was removed",
            "`e2` was added",
            "`gone` was removed",
            "`kind` became another kind of file",
            "the link `l` led to `a`, now to `b`",
            "`m` changed its mode from 0644 to 0755",
            "`old` was renamed to `young`",
        ]
    );
}

#[test]
fn facts_are_told_by_name() {
    let facts = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let old = [("dockerfile", "1"), ("platform", "a"), ("build-arg A", "x"), ("build-arg B", "x")];
    let new = [("dockerfile", "2"), ("platform", "b"), ("build-arg A", "y"), ("base n:1", "s")];
    let recorded = Recorded { facts: facts(&old), whole: true, entries: Entries::default() };
    let inputs = Inputs::of(facts(&new), None, Entries::default());
    let told: Vec<_> = diff(&recorded, &inputs).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "the Dockerfile changed",
            "the platform changed from `a` to `b`",
            "build argument `A` changed",
            "base image `n:1` was added",
            "build argument `B` was removed",
            "only what is copied counts now",
        ]
    );
}

#[test]
fn torn_lists_are_no_lists() {
    let list = key::list(&Tree::new(&["a", "b/c", "l -> x"]).whole());
    assert!(parse(&list).is_some());
    for cut in 0..list.len() - 1 {
        // Cut at the end of a last line it is shorter, but still a list: it is written atomically.
        assert!(parse(&list[..cut]).is_none() || list[cut - 1] == b'\n', "{cut}");
    }
    for text in [
        "",
        "\n",
        "a\n",
        "file\t0644\tzz\t-\ta\ncontext\twhole\n",
        "link\t0777\t\\x\t-\ta\ncontext\twhole\n",
        "context\twhole\nfile\t0644\tzz\t-\ta",
    ] {
        assert!(parse(text.as_bytes()).is_none(), "{text:?}");
    }
}

#[test]
fn a_scope_tells_no_files_that_came_with_it() {
    let tree = Tree::new(&["a", "b", "d/x", "d/y"]);
    let narrow = tree.narrow(&["a", "d/x"]);
    let recorded = parse(&key::list(&narrow)).unwrap();
    tree.write("a", "new");
    let told: Vec<_> = diff(&recorded, &tree.whole()).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["the whole context counts now: test", "`a` changed"]);
}

#[test]
fn folders_are_told_by_what_is_in_them() {
    let tree = Tree::new(&["a", "gone/deep/x"]);
    let recorded = parse(&key::list(&tree.whole())).unwrap();
    std::fs::remove_dir_all(tree.path("gone")).unwrap();
    tree.write("new/deep/y", "y");
    std::fs::create_dir(tree.path("empty")).unwrap();
    let told: Vec<_> = diff(&recorded, &tree.whole()).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["`empty` was added", "`gone/deep/x` was removed", "`new/deep/y` was added"]);
}

#[test]
fn files_that_only_count_or_count_no_more_are_told_so() {
    let tree = Tree::new(&["a", "d/x.log", "d/y", "old/z"]);
    tree.write(".dockerignore", "d/*.log\n");
    let old = vec![super::super::tests::source("d"), super::super::tests::source("old/*")];
    let ask = |tree: &Tree, sources: &[_]| {
        tree.ask(crate::dockerfile::Reach::Narrow(sources.to_vec()), &crate::ui::event::Silent)
    };
    let recorded = parse(&key::list(&ask(&tree, &old).unwrap())).unwrap();
    let matcher = |text: &str| crate::context::ignore::Matcher::parse("i", text.as_bytes());
    let before = Before { ignore: matcher("d/*.log").ok(), sources: Some(old) };

    tree.write(".dockerignore", "d/y\n");
    tree.write("d/fresh", "f");
    let new = [super::super::tests::source("d"), super::super::tests::source("a")];
    let mut changes = diff(&recorded, &ask(&tree, &new).unwrap());
    explain(&mut changes, tree.root(), &matcher("d/y").unwrap(), &before);
    let told: Vec<_> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`a` is copied now",
            "`d/fresh` was added",
            "`d/x.log` is ignored no more",
            "`d/y` is ignored now",
            "`old/z` is copied no more",
        ]
    );
}
