use std::os::unix::fs::symlink;

use super::super::tests::Tree;
use super::*;

#[test]
fn each_change_is_told_in_a_line() {
    let tree = Tree::new(&["c", "m", "l -> a", "gone", "old", "kind", "same", "e1"]);
    tree.write("e1", "");
    let before = tree.whole();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("last");
    assert_eq!(load(&file), None);
    store(&file, &before).unwrap();
    let recorded = load(&file).unwrap();
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
