use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, Source, expand, join};
use crate::manifest::{Options, Replacements, rewrite};

/// A folder with these files in it.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "a: 1\n").unwrap();
    }
    root
}

fn names(arguments: &[&str], root: &Path) -> Result<Vec<String>, Error> {
    let arguments: Vec<_> = arguments.iter().map(PathBuf::from).collect();
    let sources = expand(&arguments, root)?;
    let name = |source: Source| match source {
        Source::Stdin => "-".to_owned(),
        Source::File { path, name, .. } => {
            assert_eq!(path, root.join(&name));
            name
        }
    };
    Ok(sources.into_iter().map(name).collect())
}

#[test]
fn arguments_mean_files_folders_patterns_and_standard_input() {
    let root = folder(&[
        "k8s/b.yaml",
        "k8s/a.yml",
        "k8s/c.json",
        "k8s/README.md",
        "k8s/sub/d.yaml",
        "k8s/.git/x.yaml",
        "k8s/.hidden.yaml",
        "other.txt",
        "odd[1].yaml",
        "k8s-2/e.YAML",
    ]);
    for (arguments, wanted) in [
        (
            &["k8s"][..],
            &["k8s/.hidden.yaml", "k8s/a.yml", "k8s/b.yaml", "k8s/c.json", "k8s/sub/d.yaml"][..],
        ),
        (&["k8s/b.yaml", "-", "other.txt"], &["k8s/b.yaml", "-", "other.txt"]),
        (&["k8s/*.yaml"], &["k8s/b.yaml"]),
        (&["k8s/*"], &["k8s/README.md", "k8s/a.yml", "k8s/b.yaml", "k8s/c.json", "k8s/sub/d.yaml"]),
        (&["**/*.yaml"], &["k8s/b.yaml", "k8s/sub/d.yaml", "odd[1].yaml"]),
        (&["k8s*/[b-e].*"], &["k8s/b.yaml", "k8s/c.json", "k8s-2/e.YAML"]),
        (&["k8s/.git/*"], &["k8s/.git/x.yaml"]),
        (&["odd[1].yaml"], &["odd[1].yaml"]),
        (&["k8s/b.yaml", "k8s/*.yaml"], &["k8s/b.yaml"]),
        (&["k8s-2", "k8s/c.json"], &["k8s-2/e.YAML", "k8s/c.json"]),
    ] {
        assert_eq!(names(arguments, root.path()).unwrap(), wanted, "{arguments:?}");
    }
}

#[test]
fn an_argument_that_means_nothing_is_an_error() {
    let root = folder(&["empty/x.txt", "a.yaml"]);
    for (argument, message) in [
        ("gone.yaml", "`gone.yaml` does not exist"),
        ("*.yml", "no file matches `*.yml`"),
        ("gone/*.yml", "no file matches `gone/*.yml`"),
        ("empty", "the folder `empty` has no manifest in it (`*.yaml`, `*.yml`, `*.json`)"),
        ("[a", "`[a` is not a pattern: a `[` is never closed"),
    ] {
        assert_eq!(names(&["a.yaml", argument], root.path()).unwrap_err().to_string(), message);
    }
    assert!(matches!(names(&["-", "-"], root.path()), Err(Error::StdinTwice)));
}

#[cfg(unix)]
#[test]
fn a_link_loop_ends_and_linked_files_are_taken() {
    use std::os::unix::fs::symlink;
    let root = folder(&["k8s/a.yaml", "shared/b.yaml"]);
    let k8s = root.path().join("k8s");
    symlink("..", k8s.join("up")).unwrap();
    symlink(".", k8s.join("self")).unwrap();
    symlink("nowhere", k8s.join("dangling.yaml")).unwrap();
    symlink("../shared", k8s.join("linked")).unwrap();
    let found = names(&["k8s"], root.path()).unwrap();
    assert_eq!(found, ["k8s/a.yaml", "k8s/linked/b.yaml"]);
}

#[cfg(unix)]
#[test]
fn folders_full_of_links_to_each_other_are_walked_once() {
    let folders: Vec<_> = (0..20).map(|n| format!("k/{n}/a.yaml")).collect();
    let root = folder(&folders.iter().map(String::as_str).collect::<Vec<_>>());
    for from in 0..20 {
        for to in 0..20 {
            let link = root.path().join(format!("k/{from}/to-{to}"));
            std::os::unix::fs::symlink(format!("../{to}"), link).unwrap();
        }
    }
    assert_eq!(names(&["k"], root.path()).unwrap().len(), 20);
}

#[test]
fn joined_files_are_one_stream_with_all_their_bytes() {
    for (parts, wanted) in [
        (&["a: 1\n", "b: 1\n"][..], "a: 1\n---\nb: 1\n"),
        (&["a: 1", "b: 1"], "a: 1\n---\nb: 1"),
        (&["a: 1\n", "---\nb: 1\n"], "a: 1\n---\nb: 1\n"),
        (&["a: 1\n", "# c\n\n--- # d\nb: 1\n"], "a: 1\n# c\n\n--- # d\nb: 1\n"),
        (&["a: 1\n", "\u{feff}b: 1\n"], "a: 1\n---\nb: 1\n"),
        (&["\u{feff}a: 1\n", ""], "\u{feff}a: 1\n"),
        (&["", "a: 1\n"], "a: 1\n"),
        (&["a: 1\n", "# nothing\n", "b: 1\n"], "a: 1\n# nothing\n---\nb: 1\n"),
        (&["{}", "[]\r\n", "{}"], "{}\n---\n[]\r\n---\n{}"),
        (&["a: 1\n", "%YAML 1.2\n---\nb: 1\n"], "a: 1\n...\n%YAML 1.2\n---\nb: 1\n"),
        (&["a: 1\n...\n", "%YAML 1.2\n---\nb: 1\n"], "a: 1\n...\n%YAML 1.2\n---\nb: 1\n"),
    ] {
        let mut stream = Vec::new();
        for part in parts {
            join(&mut stream, part.as_bytes());
        }
        assert_eq!(String::from_utf8_lossy(&stream), wanted);
        rewrite(&stream, "f", &Replacements::new(), &Options::default()).unwrap();
    }
}

#[test]
fn utf16_becomes_utf8_beside_others() {
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let mut stream = Vec::new();
    join(&mut stream, &utf16("\u{feff}é: 1\n"));
    assert_eq!(stream, utf16("\u{feff}é: 1\n"));
    join(&mut stream, b"b: 1\n");
    join(&mut stream, &utf16("\u{feff}---\nç: 1"));
    assert_eq!(String::from_utf8(stream).unwrap(), "\u{feff}é: 1\n---\nb: 1\n---\nç: 1");
}
