//! Our parser, word lexer, ignore matcher and reach beside BuildKit's own code, and our
//! lists of files beside what its newest daemon really receives and builds.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use regex::Regex;
use suite::{Bed, BuildKit, Outcome, Project, Skip, Story, run_bounded, story};

use crate::cases::{self, COPIES, FILES, IGNORES, NEW_COPIES};

pub fn stories() -> Vec<Story> {
    vec![
        story(rows_of_the_public_tables),
        story(random_texts_to_both),
        story(many_random_texts_to_both).long(),
        story(ignore_files_by_the_newest_buildkit),
        story(dockerfiles_by_the_newest_buildkit),
    ]
}

fn peers(bed: &Bed, args: &[&str]) -> Result<suite::Output, Skip> {
    let program = bed.bin().join("peers");
    if !program.is_file() {
        return Err(Skip("no `peers` beside the executables".into()));
    }
    let mut command = Command::new(program);
    command.args(args).arg("--oracle").arg(bed.kit()?.program("oracle"));
    Ok(run_bounded(&mut command, b"", Duration::from_secs(3600)))
}

/// How many rows there are at least: a table that cannot be read any more must not pass.
const ROWS: &[(&str, usize)] = &[
    ("parser/testfiles ", 280),
    ("parser/testfiles-negative", 4),
    ("envVarTest", 225),
    ("wordsTest", 24),
    ("patternmatcher_test", 110),
];

fn rows_of_the_public_tables(bed: &Bed) -> Outcome {
    let module = |name: &str| Ok::<_, Skip>(bed.kit()?.module(name)?.display().to_string());
    let buildkit = module("github.com/moby/buildkit")?;
    let matcher = module("github.com/moby/patternmatcher")?;
    let out = peers(bed, &["tables", "--buildkit", &buildkit, "--matcher", &matcher])?.ok().out();
    for (table, least) in ROWS {
        let row = format!(r"(?m)^.*{table}.*: (\d+) of \d+ rows hold");
        let held = Regex::new(&row).unwrap().captures(&out).map(|found| found[1].to_owned());
        let held: usize = held.and_then(|count| count.parse().ok()).unwrap_or(0);
        assert!(held >= *least, "{table}: {held}\n{out}");
    }
    Ok(())
}

const KINDS: [&str; 5] = ["parse", "words", "ignore", "walk", "reads"];

fn random_texts_to_both(bed: &Bed) -> Outcome {
    for kind in KINDS {
        let _ = peers(bed, &["random", kind, "--cases", "10000"])?.ok();
    }
    Ok(())
}

fn many_random_texts_to_both(bed: &Bed) -> Outcome {
    for (seed, kind) in KINDS.iter().enumerate() {
        let seed = (seed + 2).to_string();
        let _ = peers(bed, &["random", kind, "--cases", "500000", "--seed", &seed])?.ok();
    }
    Ok(())
}

/// The paths of `ds-build key --list`, in one field of each line: all of them, or files alone.
fn listed(project: &Project, files_only: bool) -> Result<BTreeSet<Vec<u8>>, String> {
    let out = project.ds("ds-build", &["key", "app", "--list"]);
    if out.code != 0 {
        return Err(out.to_string());
    }
    let is_entry = |line: &&str| {
        let kinds: &[&str] =
            if files_only { &["file\t"] } else { &["file\t", "folder\t", "link\t"] };
        kinds.iter().any(|kind| line.starts_with(kind))
    };
    let text = out.out();
    Ok(text.lines().filter(is_entry).filter_map(|l| l.rsplit('\t').next()).map(plain).collect())
}

/// A field of the list as bytes: `\x0a` is a line's end.
fn plain(field: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = field.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = rest.strip_prefix(b"\\x").and_then(|hex| std::str::from_utf8(hex.get(..2)?).ok());
        let (read, length) = match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(read) => (read, 4),
            None => (byte, 1),
        };
        bytes.push(read);
        rest = &after[length - 1..];
    }
    bytes
}

/// Paths, and what a file holds.
type Tree = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// All that lies in a folder.
fn tree(folder: &Path) -> Tree {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap().flatten() {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = path.strip_prefix(folder).unwrap().as_os_str().as_bytes().to_vec();
            if kind.is_dir() {
                open.push(path);
                found.push((name, None));
            } else if kind.is_file() {
                let bytes = fs::read(&path).unwrap();
                found.push((name, Some(bytes)));
            } else {
                found.push((name, None));
            }
        }
    }
    found
}

/// What an image holds that the project's Dockerfile makes.
fn built(project: &Project, kit: &BuildKit, options: &[&str]) -> Result<Tree, String> {
    let into = tempfile::tempdir_in(project.tmp()).unwrap();
    // It is never part of a context of ours.
    let _ = fs::remove_dir_all(project.root().join(".devspace"));
    let out = kit.build(&project.root(), into.path(), options);
    if out.code == 0 { Ok(tree(into.path())) } else { Err(out.to_string()) }
}

fn only(these: &BTreeSet<Vec<u8>>, those: &BTreeSet<Vec<u8>>) -> Vec<String> {
    these.difference(those).map(|path| String::from_utf8_lossy(path).into_owned()).collect()
}

fn difference(what: &str, ours: &BTreeSet<Vec<u8>>, theirs: &BTreeSet<Vec<u8>>) -> Option<String> {
    (ours != theirs).then(|| {
        format!(
            "{what:?}: only ds {:?}, only BuildKit {:?}",
            only(ours, theirs),
            only(theirs, ours)
        )
    })
}

/// The list is what BuildKit receives: folders, links and empty folders included.
fn ignore_files_by_the_newest_buildkit(bed: &Bed) -> Outcome {
    let kit = bed.buildkit()?;
    let project = cases::project(bed)?;
    project.file("Dockerfile", "FROM scratch\nCOPY . /\n");
    let mut wrong = Vec::new();
    for text in IGNORES {
        project.file(".dockerignore", text);
        let theirs = built(&project, kit, &[]);
        wrong.extend(match (listed(&project, false), theirs) {
            (Ok(ours), Ok(theirs)) => {
                let theirs = theirs.into_iter().map(|(path, _)| path).collect();
                difference(text, &ours, &theirs)
            }
            (Err(_), Err(_)) => None,
            (Err(why), Ok(_)) => Some(format!("{text:?}: only ds refuses: {why}")),
            (Ok(_), Err(why)) => Some(format!("{text:?}: only BuildKit refuses: {why}")),
        });
    }
    assert!(IGNORES.len() >= 60, "{}", IGNORES.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), IGNORES.len(), wrong.join("\n"));
    Ok(())
}

/// Each file holds its own path: so the image tells which files of the context are in it,
/// and those are the files of our list.
fn dockerfiles_by_the_newest_buildkit(bed: &Bed) -> Outcome {
    let kit = bed.buildkit()?;
    let project = cases::project(bed)?;
    project.file(".dockerignore", "dir/d.log\n");
    let mut wrong = Vec::new();
    for lines in COPIES.iter().chain(NEW_COPIES) {
        project.file("Dockerfile", format!("FROM scratch\n{lines}\n"));
        let theirs = match built(&project, kit, &[]) {
            Ok(theirs) => theirs,
            Err(why) => {
                wrong.push(format!("{lines:?}: BuildKit refuses it: {why}"));
                continue;
            }
        };
        let theirs: BTreeSet<Vec<u8>> = theirs
            .into_iter()
            .filter_map(|(_, content)| content)
            .filter(|content| FILES.iter().any(|path| path.as_bytes() == content))
            .collect();
        match listed(&project, true) {
            Ok(mut ours) => {
                ours.retain(|path| FILES.iter().any(|file| file.as_bytes() == path));
                wrong.extend(difference(lines, &ours, &theirs));
            }
            Err(why) => wrong.push(format!("{lines:?}: ds refuses it: {why}")),
        }
    }
    let count = COPIES.len() + NEW_COPIES.len();
    assert!(count >= 60, "{count}");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
