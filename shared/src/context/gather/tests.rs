use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use proptest::prelude::*;

use super::super::tests::{Tree, source};
use super::super::{Inputs, facts};
use super::*;
use crate::context::KeyFacts;
use crate::dockerfile::CopySource;
use crate::ui::event::Silent;

const COMMON: Common<'static> = Common { never: &[], cache: None, threads: 3 };

fn narrow(patterns: &[&str]) -> Reach {
    Reach::Narrow(patterns.iter().map(|pattern| source(pattern)).collect())
}

fn whole() -> Reach {
    Reach::Whole { why: "test".into() }
}

fn paths(counted: &Counted) -> Vec<String> {
    counted.entries.iter().map(|e| String::from_utf8_lossy(e.path).into_owned()).collect()
}

/// A pattern of two names at most, wildcards among them.
fn any_pattern() -> impl Strategy<Value = String> {
    let part =
        prop_oneof!["[ab]", Just("*".to_owned()), Just("?".to_owned()), "[ab]x?", Just(".".into())];
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"))
}

fn any_reach() -> impl Strategy<Value = Reach> {
    let only = prop::option::weighted(0.2, any_pattern());
    let copy = (any_pattern(), prop::collection::vec(any_pattern(), 0..2), only);
    let copies = prop::collection::vec(copy, 0..4);
    prop_oneof![
        6 => copies.prop_map(|copies| {
            let copy = |(pattern, excludes, only): (String, Vec<String>, Option<String>)| CopySource {
                only: only.map(String::into_bytes),
                excludes: excludes.into_iter().map(String::into_bytes).collect(),
                ..source(&pattern)
            };
            Reach::Narrow(copies.into_iter().map(copy).collect())
        }),
        1 => Just(whole()),
    ]
}

/// Names under `a`, `b`, `ax`…, links and empty folders among them.
fn any_tree() -> impl Strategy<Value = Vec<String>> {
    let path = prop::collection::vec("[ab]x?", 1..4).prop_map(|parts| parts.join("/"));
    let entry = (path, 0..8u8, any_pattern()).prop_map(|(path, kind, to)| match kind {
        0 => format!("{path}/"),
        1 => format!("{path} -> {}", to.replace(['*', '?'], "a")),
        _ => path,
    });
    prop::collection::vec(entry, 1..14)
}

/// Makes what can be made: of two names where one would lie in the other, the first.
fn plant(names: &[String]) -> Tree {
    let tree = Tree::new(&[]);
    for name in names {
        let (path, target) = match name.split_once(" -> ") {
            Some((path, target)) => (path, Some(target)),
            None => (name.as_str(), None),
        };
        let at = tree.path(path.trim_end_matches('/'));
        let through_link = std::fs::canonicalize(at.parent().unwrap_or(&at));
        let inside = through_link.is_ok_and(|real| real.starts_with(tree.root()));
        let parents = if inside { Ok(()) } else { std::fs::create_dir_all(at.parent().unwrap()) };
        if parents.is_err() || at.symlink_metadata().is_ok() {
            continue;
        }
        let _ = match target {
            Some(target) => std::os::unix::fs::symlink(target, &at),
            None if path.ends_with('/') => std::fs::create_dir(&at),
            None => std::fs::write(&at, path),
        };
    }
    tree
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// What images get together is what each would get alone.
    #[test]
    fn together_as_alone(
        names in any_tree(),
        reaches in prop::collection::vec(any_reach(), 1..6),
        ignored in prop::collection::vec((any::<bool>(), any_pattern()), 0..4),
    ) {
        let tree = plant(&names);
        let lines = ignored.iter().map(|(keep, pattern)| {
            format!("{}{pattern}\n", if *keep { "!" } else { "" })
        });
        tree.write("f.dockerignore", &lines.collect::<String>());
        let with = tree.path("f");
        let without = tree.path("g");
        let asks: Vec<_> = reaches.iter().enumerate().map(|(index, reach)| Ask {
            context: tree.root(),
            dockerfile: Some(if index % 3 == 2 { &without } else { &with }),
            reach: reach.clone(),
        }).collect();
        let together = gather(&asks, COMMON, &Silent);
        for (ask, counted) in asks.iter().zip(together) {
            let alone = gather(std::slice::from_ref(ask), COMMON, &Silent).remove(0);
            match (counted, alone) {
                (Ok(counted), Ok(alone)) => {
                    prop_assert_eq!(paths(&counted), paths(&alone), "{:?}", ask);
                    prop_assert_eq!(&counted.entries, &alone.entries);
                    prop_assert_eq!(&counted.whole, &alone.whole);
                    for entry in alone.entries.iter() {
                        prop_assert_eq!(counted.entries.get(entry.path), Some(entry));
                    }
                    prop_assert_eq!(counted.entries.len(), alone.entries.iter().count());
                    let key = |counted| Inputs::of_counted(facts(&KeyFacts::default()), counted).key;
                    prop_assert_eq!(key(counted), key(alone));
                }
                (Err(a), Err(b)) => prop_assert_eq!(a.to_string(), b.to_string()),
                (a, b) => prop_assert!(false, "{a:?} {b:?}"),
            }
        }
    }
}

#[test]
fn a_part_has_only_what_it_reaches() {
    let tree = Tree::new(&["a/x/1", "a/y/2", "a.b", "a-b/3", "b/4", "b/.keep", "c"]);
    tree.write(".dockerignore", "a\n!a/y\n");
    let dockerfile = tree.path("Dockerfile");
    let ask = |reach| Ask { context: tree.root(), dockerfile: Some(&dockerfile), reach };
    let asks = [
        ask(narrow(&["a"])),
        ask(narrow(&["a.b", "b/4"])),
        ask(narrow(&["nothing", "a/x"])),
        ask(narrow(&["b", "b/4", "c"])),
        ask(whole()),
        ask(whole()),
    ];
    let all: Vec<_> = gather(&asks, COMMON, &Silent).into_iter().map(Result::unwrap).collect();
    assert_eq!(paths(&all[0]), ["a", "a/y", "a/y/2"]);
    assert_eq!(paths(&all[1]), ["a.b", "b", "b/4"]);
    assert!(paths(&all[2]).is_empty());
    assert!(all[1].entries.get(b"b/.keep").is_none() && all[1].entries.get(b"b/4").is_some());
    assert_eq!(paths(&all[3]), ["b", "b/.keep", "b/4", "c"]);
    assert_eq!(all[4].entries, all[5].entries);
    assert_eq!(all[4].entries.len(), 11);
}

#[test]
fn filters_of_one_folder_are_told_apart() {
    let tree = Tree::new(&["a/x", "a/y", "a/z"]);
    let reach = |only: Option<&str>, excludes: &[&str]| {
        let (only, bytes) = (only.map(Into::into), |text: &&str| text.as_bytes().to_vec());
        let excludes = excludes.iter().map(bytes).collect();
        Reach::Narrow(vec![CopySource { only, excludes, ..source("a") }])
    };
    let reaches = [
        (reach(Some("x"), &[]), vec!["a", "a/x"]),
        (reach(Some("y"), &[]), vec!["a", "a/y"]),
        (reach(None, &["x"]), vec!["a", "a/y", "a/z"]),
        (reach(None, &["y", "z"]), vec!["a", "a/x"]),
        (reach(None, &[]), vec!["a", "a/x", "a/y", "a/z"]),
    ];
    let ask = |(reach, _): &(Reach, _)| Ask {
        context: tree.root(),
        dockerfile: None,
        reach: reach.clone(),
    };
    let asks: Vec<_> = reaches.iter().map(ask).collect();
    for ((_, wanted), found) in reaches.iter().zip(gather(&asks, COMMON, &Silent)) {
        assert_eq!(paths(&found.unwrap()), *wanted);
    }
}

/// Run as a process without root's rights by the test below.
#[test]
fn look_without_rights() {
    let Some(root) = std::env::var_os("DS_TEST_CONTEXT") else { return };
    let root = PathBuf::from(root);
    let ask = |pattern| Ask { context: &root, dockerfile: None, reach: narrow(&[pattern]) };
    let asks = [ask("good"), ask("file"), ask("folder"), ask("file/other"), ask(".")];
    let found = gather(&asks, COMMON, &Silent);
    let text = |at: usize| found[at].as_ref().unwrap_err().to_string();
    assert_eq!(paths(found[0].as_ref().unwrap()), ["good", "good/x"]);
    assert!(text(1).ends_with("file/secret`: permission denied"), "{}", text(1));
    assert!(text(2).ends_with("folder/locked`: permission denied"), "{}", text(2));
    assert_eq!(paths(found[3].as_ref().unwrap()), ["file", "file/other"]);
    assert!(text(4).contains("permission denied"), "{}", text(4));
}

#[test]
fn what_cannot_be_read_stops_only_those_that_reach_it() {
    use std::os::unix::process::CommandExt;
    let tree = Tree::new(&["good/x", "file/secret", "file/other", "folder/locked/x", "z"]);
    tree.mode("file/secret", 0);
    tree.mode("folder/locked", 0);
    tree.mode("", 0o755);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "context::gather::tests::look_without_rights"]);
    if rustix::process::geteuid().is_root() {
        child.uid(65534).gid(65534);
    }
    let output = child.env("DS_TEST_CONTEXT", tree.root()).output().unwrap();
    std::fs::set_permissions(tree.path("folder/locked"), std::fs::Permissions::from_mode(0o755))
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn a_context_that_is_none_is_told_to_each_that_asks() {
    let tree = Tree::new(&["a", "file"]);
    let (nowhere, file) = (tree.path("nowhere"), tree.path("file"));
    let ask = |context| Ask { context, dockerfile: None, reach: whole() };
    let asks = [ask(nowhere.as_path()), ask(tree.root()), ask(&file), ask(&nowhere)];
    let found = gather(&asks, COMMON, &Silent);
    for at in [0, 3] {
        let error = found[at].as_ref().unwrap_err().to_string();
        assert!(error.contains("nowhere`: no such file"), "{error}");
    }
    assert!(found[1].is_ok());
    assert!(matches!(found[2], Err(Error::NotFolder(_))));
}
