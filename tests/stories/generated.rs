//! Files of the repository that the programs print: completions, man pages, schemas.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(completions_and_man_pages_are_current),
        story(schemas_are_current),
        story(completions_load_in_their_shells),
    ]
}

/// Paths of all files below a folder, relative to it.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(names(&entry.path()).iter().map(|below| format!("{name}/{below}")));
        } else {
            found.insert(name);
        }
    }
    found
}

fn completions_and_man_pages_are_current(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let _ = project.ds("ds", &["completions", "--write", "out"]).ok();
    let (new, kept) = (project.root().join("out"), bed.workspace().join("completions"));
    let mut committed = names(&kept);
    committed.retain(|name| !name.ends_with(".md"));
    assert!(committed.contains("ds.bash") && committed.contains("man/ds.1"), "{committed:?}");
    assert_eq!(names(&new), committed, "run `ds completions --write completions`");
    for name in committed {
        let same = fs::read(new.join(&name)).unwrap() == fs::read(kept.join(&name)).unwrap();
        assert!(same, "{name} is old: run `ds completions --write completions`");
    }
    Ok(())
}

fn schemas_are_current(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for of in ["config", "state"] {
        let printed = project.ds("ds", &["schema", of]).ok();
        assert_eq!(printed.json()["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let kept = bed.workspace().join(format!("shared/schemas/{of}.schema.json"));
        assert_eq!(printed.out(), fs::read_to_string(kept).unwrap(), "{of} is old");
    }
    Ok(())
}

/// Each shell reads its script without a complaint; a shell that is not here is passed over.
fn completions_load_in_their_shells(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let folder = bed.workspace().join("completions");
    let file = |name: &str| folder.join(name).display().to_string();
    let mut tried = 0;
    for (shell, script) in [("bash", "ds.bash"), ("zsh", "ds.zsh"), ("fish", "ds.fish")] {
        if bed.program(shell).is_ok() {
            let out = project.run(shell).args(&["-n", &file(script)]).end().ok();
            assert_eq!(out.err(), "", "{shell}");
            tried += 1;
        }
    }
    assert!(tried > 0);
    let ask = format!(
        "source {}; COMP_WORDS=(ds build --ex); COMP_CWORD=2; _ds ds --ex build; echo ${{COMPREPLY[*]}}",
        file("ds.bash")
    );
    let out = project.run("bash").args(&["-c", &ask]).end();
    assert!(out.out().contains("--explain"), "{out}");
    Ok(())
}
