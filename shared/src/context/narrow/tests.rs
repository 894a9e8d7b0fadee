use super::super::tests::{Tree, paths, source};
use super::*;
use crate::dockerfile::Reach;
use crate::ui::event::Silent;

#[test]
fn sources_reach() {
    let tree = Tree::new(&[
        "a.txt",
        "b.txt",
        "c.md",
        "src/x.c",
        "src/y.h",
        "src/sub/z.c",
        "src/empty/",
        "other/q.c",
        "l -> src/sub",
        "m -> a.txt",
        "deep/l2 -> ../l",
        "abs -> /etc",
        "out -> ../x",
        "gone -> nope",
        "loop -> loop",
        "[x]",
        "weird/**",
    ]);
    let rows: &[(&[&str], &[&str])] = &[
        (&["a.txt"], &["a.txt"]),
        (&["nothing"], &[]),
        (&["a.txt/x"], &[]),
        (&["*.txt"], &["a.txt", "b.txt"]),
        (&["?.md", "a.*"], &["a.txt", "c.md"]),
        (&["src/*.c"], &["src", "src/x.c"]),
        // Through the links that lead somewhere, too: a builder would not.
        (
            &["*/*.c"],
            &[
                "abs",
                "gone",
                "l",
                "loop",
                "m",
                "other",
                "other/q.c",
                "out",
                "src",
                "src/sub",
                "src/sub/z.c",
                "src/x.c",
            ],
        ),
        (&["src/sub"], &["src", "src/sub", "src/sub/z.c"]),
        (&["src"], &["src", "src/empty", "src/sub", "src/sub/z.c", "src/x.c", "src/y.h"]),
        (&["/src//sub/."], &["src", "src/sub", "src/sub/z.c"]),
        (&["m"], &["a.txt", "m"]),
        (&["l"], &["l", "src", "src/sub", "src/sub/z.c"]),
        (&["l/z.c"], &["l", "src", "src/sub", "src/sub/z.c"]),
        (&["deep/l2/z.c"], &["deep", "deep/l2", "l", "src", "src/sub", "src/sub/z.c"]),
        (&["deep"], &["deep", "deep/l2"]),
        (&["[[]x]"], &["[x]"]),
        (&["\\[x]"], &["[x]"]),
        (&["src/**/z.c"], &["src", "src/empty", "src/sub", "src/sub/z.c", "src/x.c", "src/y.h"]),
    ];
    for (sources, expected) in rows {
        let found = tree.narrow(sources);
        assert_eq!(paths(&found), *expected, "{sources:?}");
        assert_eq!(found.whole, None, "{sources:?}");
    }
    let wholes: &[(&str, &str)] = &[
        ("abs", "line 3: the link `abs` leads out of the context"),
        ("out", "line 3: a link leads out of the context"),
        ("gone", "line 3: a link leads to `nope`, which is not there"),
        ("loop", "line 3: the link `loop` leads round in a circle"),
        ("../x", "line 3: `../x` leaves the context"),
        ("[^a]*", "line 3: `[…]` in `[^a]*` can match a `/`"),
        ("[", "line 3: `[`: its `[` has no end"),
    ];
    for (pattern, why) in wholes {
        assert_eq!(tree.narrow(&[pattern]).whole.as_deref(), Some(*why), "{pattern}");
    }
}

#[test]
fn narrow_and_ignored() {
    let tree = Tree::new(&["src/a", "src/b.log", "dist/x", "keep/k/y", "keep/z", "t -> dist/x"]);
    tree.write(".dockerignore", "**/*.log\ndist\nkeep\n!keep/k\n");
    assert_eq!(paths(&tree.narrow(&["src", "dist"])), ["src", "src/a"]);
    assert_eq!(paths(&tree.narrow(&["keep"])), ["keep", "keep/k", "keep/k/y"]);
    assert_eq!(paths(&tree.narrow(&["keep/k/y", "keep/z"])), ["keep", "keep/k", "keep/k/y"]);
    let whole = tree.narrow(&["t"]);
    assert_eq!(whole.whole.as_deref(), Some("line 3: a link leads to `dist`, which is ignored"));
    assert_eq!(tree.narrow(&["."]).whole, None);
    assert_eq!(paths(&tree.narrow(&["."])), paths(&tree.whole()));
}

fn asked(tree: &Tree, pattern: &str, only: Option<&str>, excludes: &[&str]) -> Vec<String> {
    let excludes = excludes.iter().map(|e| e.as_bytes().to_vec()).collect();
    let only = only.map(|only| only.as_bytes().to_vec());
    let reach = Reach::Narrow(vec![CopySource { excludes, only, ..source(pattern) }]);
    paths(&tree.ask(reach, &Silent).unwrap())
}

/// BuildKit's patterns are relative to the folder that is copied.
#[test]
fn excludes_are_relative_to_what_is_copied() {
    let tree = Tree::new(&["src/a.txt", "src/b.md", "src/sub/c.txt", "src/sub/d.md", "x.txt"]);
    let ask = |excludes: &[&str]| asked(&tree, "src", None, excludes);
    assert_eq!(ask(&["**/*.txt"]), ["src", "src/b.md", "src/sub", "src/sub/d.md"]);
    assert_eq!(ask(&["**/*.txt", "!**/c.txt"]).len(), 5);
    assert_eq!(ask(&["*.txt"]), ["src", "src/b.md", "src/sub", "src/sub/c.txt", "src/sub/d.md"]);
    assert_eq!(ask(&["sub"]), ["src", "src/a.txt", "src/b.md"]);
    // A pattern with a `/` in front matches nothing.
    assert_eq!(ask(&["/a.txt", "src/*"]).len(), 6);
    assert_eq!(ask(&["**"]), ["src"]);
    assert_eq!(asked(&tree, "*", None, &["*.txt", "sub"]), ["src", "src/b.md", "x.txt"]);
    assert_eq!(asked(&tree, "x.txt", None, &["x.txt"]), ["x.txt"]);
    let both =
        vec![CopySource { excludes: vec![b"**".to_vec()], ..source("src") }, source("src/sub")];
    let found = paths(&tree.ask(Reach::Narrow(both), &Silent).unwrap());
    assert_eq!(found, ["src", "src/sub", "src/sub/c.txt", "src/sub/d.md"]);
}

#[test]
fn parents_take_what_their_pattern_matches() {
    let tree = Tree::new(&["a/b/c.go", "a/b/d.md", "a/x.go", "e/f/g.go", "top.go", "l -> a/b"]);
    type Row<'a> = (&'a str, Option<&'a str>, &'a [&'a str], &'a [&'a str]);
    let rows: &[Row<'_>] = &[
        (".", Some("a/b/c.go"), &[], &["a", "a/b", "a/b/c.go"]),
        (".", Some("a/b"), &[], &["a", "a/b", "a/b/c.go", "a/b/d.md"]),
        (".", Some("a/b"), &["**/*.md"], &["a", "a/b", "a/b/c.go"]),
        (".", Some("*/*.go"), &[], &["a", "a/x.go"]),
        ("a", Some("**/*.go"), &[], &["a", "a/b", "a/b/c.go", "a/x.go"]),
        ("*", Some("b/*.go"), &[], &["a", "a/b", "a/b/c.go", "e", "l", "top.go"]),
        ("l", Some("c.go"), &[], &["a", "a/b", "a/b/c.go", "l"]),
        (".", Some("nothing"), &[], &[]),
    ];
    for (pattern, only, excludes, expected) in rows {
        assert_eq!(asked(&tree, pattern, *only, excludes), *expected, "{pattern} {only:?}");
    }
}

/// BuildKit takes the `\` of a source without wildcards for a part of the name.
#[test]
fn a_backslash_may_be_meant_or_not() {
    let tree = Tree::new(&["a\\b", "ab", "a\\*", "a*", "d/a\\b", "d/ab"]);
    assert_eq!(paths(&tree.narrow(&["a\\b"])), ["a\\b", "ab"]);
    assert_eq!(paths(&tree.narrow(&["a\\*"])), ["a*", "a\\*"]);
    assert_eq!(paths(&tree.narrow(&["?/a\\b"])), ["d", "d/a\\b", "d/ab"]);
    let many = "\\a/".repeat(20);
    let why = tree.narrow(&[&many]).whole.unwrap();
    assert!(why.ends_with("can mean too many names"), "{why}");
}

#[test]
fn bind_mounts_know_no_wildcards() {
    let tree = Tree::new(&["*", "a", "b"]);
    let mount = CopySource { wildcard: false, ..source("*") };
    assert_eq!(paths(&tree.ask(Reach::Narrow(vec![mount]), &Silent).unwrap()), ["*"]);
}

#[test]
fn which_sources_take_any_name_of_the_root() {
    for (pattern, expected) in
        [(".", true), ("*", true), (".d*/x", true), ("src", false), ("src/*", false), ("", true)]
    {
        assert_eq!(takes_any_root(&[source(pattern)]), expected, "{pattern}");
    }
    for (only, expected) in [("a/b", false), ("*/b", true), ("!a", true), ("a*", true)] {
        let parents = CopySource { only: Some(only.into()), ..source(".") };
        assert_eq!(takes_any_root(&[parents]), expected, "{only}");
    }
}

#[test]
fn links_to_here_end_soon() {
    let mut names: Vec<_> = (0..10).map(|n| format!("l{n} -> .")).collect();
    names.push("a".to_owned());
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let tree = Tree::new(&names);
    let found = tree.narrow(&["*/*/*/*/*/*/*/*/*/*/a"]);
    assert_eq!(found.whole.as_deref(), Some("line 3: `*/*/*/*/*/*/*/*/*/*/a` leads too many ways"));
}
