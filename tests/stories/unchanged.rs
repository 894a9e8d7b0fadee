//! The second run of every step does nothing, and shows it.

use std::fs;
use std::time::SystemTime;

use suite::{Bed, Outcome, Project, Skip, Story, Tap, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(second_run_writes_nothing_and_calls_nobody),
        story(tag_asks_no_engine_at_all),
        story(check_and_dry_run_do_nothing),
        story(image_gone_from_the_engine_is_built_again),
        story(changed_file_is_named_as_the_reason),
        story(touched_file_is_no_change),
    ]
}

fn project(bed: &Bed) -> Result<Project<'_>, Skip> {
    let name = format!("{}/u{}/app", bed.registry()?.host(), bed.unique());
    Ok(Project::small(bed, bed.engine()?, &name))
}

/// Contents and time of the state file.
fn state(project: &Project) -> (Vec<u8>, SystemTime) {
    let path = project.root().join(".devspace/state.json");
    (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap())
}

const STEPS: [&str; 3] = ["ds-build", "ds-tag", "ds-push"];

fn second_run_writes_nothing_and_calls_nobody(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let tap = Tap::start(bed.folder("tap").join("s"), bed.engine()?.socket());
    project.set("DOCKER_HOST", &tap.host());
    for step in STEPS {
        let _ = project.ds(step, &["--exit-unchanged"]).ok();
    }
    let first = tap.take();
    assert!(first.iter().any(|request| request.contains("/build?")), "no build heard: {first:?}");
    assert!(first.iter().any(|request| request.contains("/push?")), "no push heard: {first:?}");
    let before = state(&project);
    for step in STEPS {
        let out = project.ds(step, &[]).ok();
        let said = format!("{}{}", out.out(), out.err());
        assert!(said.contains("up to date"), "{out}");
        let _ = project.ds(step, &["--exit-unchanged"]).ends(4);
    }
    assert!(state(&project) == before, "the state file was written");
    let asked = tap.take();
    let worked: Vec<&String> = asked.iter().filter(|request| request.starts_with("POST")).collect();
    assert!(worked.is_empty(), "an unchanged run works: {worked:?}");
    Ok(())
}

fn tag_asks_no_engine_at_all(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let _ = project.ds("ds-build", &[]).ok();
    project.set("DOCKER_HOST", "unix:///nonexistent/socket");
    let _ = project.ds("ds-tag", &[]).ok();
    assert!(project.card("app", "/tags/tags/0").starts_with("ds-"));
    let _ = project.ds("ds-rewrite", &["k8s/"]).ok();
    Ok(())
}

fn check_and_dry_run_do_nothing(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let _ = project.ds("ds-build", &["--check"]).ends(3);
    let _ = project.ds("ds-build", &["--dry-run"]).ok();
    assert!(!project.root().join(".devspace/state.json").exists(), "looking wrote a state");
    let _ = project.ds("ds-build", &[]).ok();
    let _ = project.ds("ds-build", &["--check"]).ok();
    let before = state(&project);
    let _ = project.ds("ds-tag", &["--check"]).ends(3);
    let _ = project.ds("ds-tag", &["--dry-run"]).ok();
    assert!(state(&project) == before);
    let _ = project.ds("ds-tag", &[]).ok();
    let before = state(&project);
    let _ = project.ds("ds-push", &["--check"]).ends(3);
    let _ = project.ds("ds-push", &["--dry-run"]).ok();
    assert!(state(&project) == before);
    Ok(())
}

fn image_gone_from_the_engine_is_built_again(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let engine = bed.engine()?;
    let _ = project.ds("ds-build", &[]).ok();
    let id = project.card("app", "/build/artifact/id");
    let _ = engine.docker(&["rmi", "-f", &id]).ok();
    let _ = project.ds("ds-build", &["--explain"]).ok().says("(?i)gone");
    assert!(engine.id(&project.card("app", "/build/artifact/id")).is_some());
    Ok(())
}

fn changed_file_is_named_as_the_reason(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let _ = project.ds("ds-build", &["--explain"]).ok().says("not built before");
    project.file("a.txt", "another content\n");
    let _ = project.ds("ds-build", &["--explain"]).ok().says(r"a\.txt");
    Ok(())
}

fn touched_file_is_no_change(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    project.file(".dockerignore", "*.log\n");
    let _ = project.ds("ds-build", &[]).ok();
    project.file("a.txt", project.read("a.txt"));
    project.file("noise.log", "ignored");
    project.file("README", "copied by nothing");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    Ok(())
}
