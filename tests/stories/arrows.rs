//! The map of rooms in shared/src/lib.rs holds: every `crate::` path is an arrow in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use suite::{Bed, Outcome, Story, story};

pub fn stories() -> Vec<Story> {
    vec![story(paths_are_read_from_trees), story(rooms_use_what_the_map_says)]
}

/// A room and the rooms it may use.
type Map = BTreeMap<String, BTreeSet<String>>;

fn rooms_use_what_the_map_says(bed: &Bed) -> Outcome {
    let source = bed.workspace().join("shared/src");
    let map = read_map(&fs::read_to_string(source.join("lib.rs")).unwrap());
    assert!(map.len() >= 12, "the map is not found: {map:?}");
    assert!(no_circle(&map), "the map has a circle");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_string_lossy();
        let room = first.trim_end_matches(".rs").to_owned();
        if room == "lib" {
            continue;
        }
        let Some(allowed) = map.get(&room) else {
            wrong.push(format!("{}: the map has no room `{room}`", relative.display()));
            continue;
        };
        for (line, path) in crate_paths(&fs::read_to_string(&file).unwrap()) {
            if !may_use(&room, allowed, &path) {
                wrong.push(format!("{}:{line}: {room} ▶ {}", relative.display(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the map lacks:\n{}", wrong.join("\n"));
    Ok(())
}

/// `util` and `ui::event` are open to all.
fn may_use(room: &str, allowed: &BTreeSet<String>, path: &[String]) -> bool {
    let Some(used) = path.first() else { return true };
    let event = used == "ui" && path.get(1).is_some_and(|part| part == "event");
    used == room || used == "util" || event || allowed.contains(used)
}

/// Lines `//! room   what it is   ▶ other rooms` within the text block.
fn read_map(lib: &str) -> Map {
    let block = lib.split("//! ```").nth(1).unwrap_or("");
    let lines = block.lines().filter_map(|line| line.strip_prefix("//! "));
    lines
        .filter_map(|line| {
            let (about, used) = line.split_once('▶').unwrap_or((line, ""));
            let room = about.split_whitespace().next()?.to_owned();
            Some((room, used.split_whitespace().map(str::to_owned).collect()))
        })
        .collect()
}

/// Rooms can be put in a row in which each uses only earlier ones.
fn no_circle(map: &Map) -> bool {
    let mut placed = BTreeSet::new();
    while placed.len() < map.len() {
        let next =
            map.iter().find(|(room, used)| !placed.contains(*room) && used.is_subset(&placed));
        let Some((room, _)) = next else { return false };
        placed.insert(room.clone());
    }
    true
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The first two parts of each path that begins with `crate::`, with its line,
/// trees such as `crate::{a::{b, c}, d}` taken apart.
fn crate_paths(source: &str) -> Vec<(usize, Vec<String>)> {
    let text = without_comments(source);
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let line = text[..at].matches('\n').count() + 1;
        let mut paths = Vec::new();
        tree(&text[at + "crate::".len()..], &mut Vec::new(), &mut paths);
        found.extend(paths.into_iter().map(|path| (line, path)));
    }
    found
}

/// Reads one use tree and gives back what follows it.
fn tree<'t>(text: &'t str, stem: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            if rest.is_empty() || rest.starts_with('}') {
                return rest.get(1..).unwrap_or("");
            }
            let before = rest.len();
            rest = tree(rest, &mut stem.clone(), paths);
            if rest.len() == before {
                return "";
            }
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name == "self" {
        paths.push(stem.clone());
        return rest;
    }
    stem.push(name.to_owned());
    match rest.strip_prefix("::") {
        Some(rest) if stem.len() < 2 || rest.trim_start().starts_with('{') => {
            tree(rest, stem, paths)
        }
        _ => {
            paths.push(stem.clone());
            // What is left of this path is of no interest, up to the next in the tree.
            &rest[rest.find([',', '}', ';']).unwrap_or(rest.len())..]
        }
    }
}

/// Line comments emptied, so that documentation may name any room.
fn without_comments(source: &str) -> String {
    let code = |line: &str| match line.find("//") {
        // A `//` after a colon is an address in a string.
        Some(at) if !line[..at].ends_with(':') => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    source.lines().map(code).collect::<Vec<_>>().join("\n")
}

fn paths_are_read_from_trees(_: &Bed) -> Outcome {
    let cases: &[(&str, &[&str])] = &[
        ("use crate::state::Card;", &["state::Card"]),
        ("use crate::{state::{Card, Tags}, util};", &["state::Card", "state::Tags", "util"]),
        (
            "use crate::{\n    ui::event::{Event, Level},\n    config,\n};",
            &["ui::event", "ui::event", "config"],
        ),
        (
            "fn f() -> crate::step::Plan { crate::ui::exit::Exit::Done }",
            &["step::Plan", "ui::exit"],
        ),
        ("// crate::builder\n/// [`crate::deploy`]", &[]),
        ("use mycrate::x;", &[]),
        ("use crate::ui::{self, event};", &["ui", "ui::event"]),
    ];
    for (source, expected) in cases {
        let found: Vec<String> = crate_paths(source)
            .iter()
            .map(|(_, path)| path[..path.len().min(2)].join("::"))
            .collect();
        assert_eq!(&found, expected, "{source}");
    }
    Ok(())
}
