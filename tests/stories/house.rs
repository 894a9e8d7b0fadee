//! What a reader of the repository relies on: sizes, light executables, no traces
//! of the machine it was written on.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use suite::{Bed, Outcome, Skip, Story, run_bounded, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(mains_fit_on_a_screen),
        story(no_file_is_over_500_lines),
        story(tag_and_rewrite_are_light),
        story(no_file_names_this_machine),
    ]
}

/// Paths of tracked and new files, without what git ignores.
fn files(bed: &Bed) -> Result<Vec<PathBuf>, Skip> {
    let mut git = Command::new(bed.program("git")?);
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let out = run_bounded(git.current_dir(bed.workspace()), b"", Duration::from_secs(30));
    if out.code != 0 {
        return Err(Skip("not a git checkout".into()));
    }
    let names = out.out();
    let paths = names.split('\0').filter(|name| !name.is_empty()).map(|n| bed.workspace().join(n));
    Ok(paths.filter(|path| path.is_file()).collect())
}

fn longer_than(limit: usize, paths: impl Iterator<Item = PathBuf>) -> Vec<String> {
    let lines = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    paths
        .map(|path| (lines(&path), path))
        .filter(|(count, _)| *count > limit)
        .map(|(count, path)| format!("{} has {count} lines", path.display()))
        .collect()
}

fn mains_fit_on_a_screen(bed: &Bed) -> Outcome {
    let mains = files(bed)?.into_iter().filter(|path| path.ends_with("src/main.rs"));
    let long = longer_than(80, mains);
    assert!(long.is_empty(), "{}", long.join("\n"));
    Ok(())
}

fn no_file_is_over_500_lines(bed: &Bed) -> Outcome {
    let rust = files(bed)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let long = longer_than(500, rust);
    assert!(long.is_empty(), "{}", long.join("\n"));
    Ok(())
}

/// They run in every pipeline and on every keystroke of make: no client, no runtime.
fn tag_and_rewrite_are_light(bed: &Bed) -> Outcome {
    for package in ["ds-tag", "ds-rewrite"] {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["tree", "--offline", "-p", package, "-e", "normal", "--prefix", "none"]);
        let out =
            run_bounded(cargo.current_dir(bed.workspace()), b"", Duration::from_secs(60)).ok();
        let tree = out.out();
        assert!(tree.contains("shared "), "{out}");
        for heavy in ["tokio ", "bollard ", "kube ", "k8s-openapi ", "hyper ", "oci-client "] {
            let found = tree.lines().find(|line| line.starts_with(heavy));
            assert_eq!(found, None, "{package} links it");
        }
    }
    Ok(())
}

fn no_file_names_this_machine(bed: &Bed) -> Outcome {
    let home = std::env::var("HOME").unwrap_or_default();
    let mut traces = vec![format!("{}/", bed.workspace().display())];
    // `/root/` is a path in many images; cargo's folders in it are not.
    traces.extend([".cargo", ".rustup"].map(|tool| format!("{home}/{tool}")));
    if home.starts_with("/home/") {
        traces.push(home);
    }
    let mut found = Vec::new();
    for path in files(bed)? {
        let text = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&text);
        found.extend(
            traces
                .iter()
                .filter(|trace| text.contains(trace.as_str()))
                .map(|trace| format!("{} names {trace}", path.display())),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
