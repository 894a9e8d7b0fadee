//! The embedded builder: no engine, no daemon, the same bytes for the same inputs.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use suite::{Bed, Outcome, Project, Story, compare, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(images_are_those_of_the_newest_buildkit),
        story(the_same_bytes_wherever_and_however),
        story(an_unchanged_build_touches_no_layer),
        story(only_what_changed_is_done_again),
        story(what_is_not_carried_out_is_told_before_anything_runs),
        story(an_engine_that_is_pointed_at_is_not_replaced),
    ]
}

fn images_are_those_of_the_newest_buildkit(bed: &Bed) -> Outcome {
    let compared = compare(bed, &bed.workspace().join("tests/images"))?;
    assert!(compared.different.is_empty(), "{}", compared.lines.join("\n"));
    assert!(compared.same >= 60, "only {} were compared", compared.same);
    Ok(())
}

const DOCKERFILE: &str = "FROM scratch AS a\nCOPY --chown=1:2 src /src\nCOPY <<E /made\nx\nE\n\
    FROM scratch\nENV A=b\nWORKDIR /w\nCOPY --from=a / /\nCOPY src /again\nCMD [\"x\"]\n";

/// A project of one image that copies a few hundred files, and no engine.
fn project(bed: &Bed) -> Project<'_> {
    let project = Project::new(bed);
    project.unset("DOCKER_HOST");
    project
        .file("devspace.yaml", "version: v1beta2\nimages:\n  app:\n    image: localhost:1/app\n");
    project.file("Dockerfile", DOCKERFILE);
    for number in 0..200 {
        let text = format!("{number}\n").repeat(number * 40);
        project.file(&format!("src/d{}/f{number}", number % 7), text);
    }
    project
}

fn digest(project: &Project<'_>) -> String {
    let out = project.ds("ds-build", &["--output", "json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&out.out()).unwrap();
    json["images"]["app"]["digest"].as_str().unwrap().to_owned()
}

fn the_same_bytes_wherever_and_however(bed: &Bed) -> Outcome {
    let mut digests = BTreeSet::new();
    for (mode, jobs) in [(0o600, "1"), (0o664, "8")] {
        let project = project(bed);
        for entry in fs::read_dir(project.root().join("src/d1")).unwrap() {
            let path = entry.unwrap().path();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode | 0o044)).unwrap();
        }
        let out = project.ds("ds-build", &["-j", jobs]).ok();
        assert!(out.err().contains("no Docker engine answers"), "{out}");
        digests.insert(digest(&project));
        project.set("SOURCE_DATE_EPOCH", "1700000000");
        let again = project.ds("ds-build", &["--force"]).ok();
        assert!(again.err().contains("[1 "), "{again}");
        let other = digest(&project);
        assert!(!digests.contains(&other), "the time is in no layer");
    }
    assert_eq!(digests.len(), 1, "{digests:?}");
    Ok(())
}

fn an_unchanged_build_touches_no_layer(bed: &Bed) -> Outcome {
    let project = project(bed);
    let _ = project.ds("ds-build", &[]).ok();
    let out = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    assert!(out.err().contains("up to date"), "{out}");
    // Another state, the same store: each step is known.
    fs::remove_dir_all(project.root().join(".devspace")).unwrap();
    let out = project.ds("ds-build", &[]).ok();
    let steps: Vec<&str> =
        out.err().lines().filter(|line| line.contains("] ")).map(|_| "").collect();
    let cached = out.err().matches(": cached").count();
    assert!(cached >= 5 && steps.len() >= cached, "{out}");
    assert!(!out.err().contains("(not done before)"), "{out}");
    // An image that is gone is built again, from the cache.
    fs::remove_dir_all(project.root().join(".devspace/images")).unwrap();
    let out = project.ds("ds-build", &["--explain"]).ok();
    assert!(out.err().contains("the image is gone from `.devspace/images`"), "{out}");
    Ok(())
}

fn only_what_changed_is_done_again(bed: &Bed) -> Outcome {
    let project = project(bed);
    let _ = project.ds("ds-build", &[]).ok();
    project.file("src/d1/f1", "other");
    let err = project.ds("ds-build", &[]).ok().err();
    for wanted in [
        "COPY --chown=1:2 src /src (what it reads changed)",
        "COPY <<E /made (what lies below it changed)",
        "WORKDIR /w: cached",
        "COPY src /again (what",
    ] {
        assert!(err.contains(wanted), "{wanted}:\n{err}");
    }
    let err = project.ds("ds-build", &["--no-cache"]).ok().err();
    assert!(!err.contains(": cached") && err.contains("(`--no-cache`)"), "{err}");
    Ok(())
}

fn what_is_not_carried_out_is_told_before_anything_runs(bed: &Bed) -> Outcome {
    let project = project(bed);
    for (line, place, why) in [
        ("ADD https://github.com/a/b.git /x", "Dockerfile:4:1", "git repositories are not fetched"),
        ("RUN --security=insecure true", "Dockerfile:4:1", "not carried out"),
        ("COPY https://example.com/x /x", "Dockerfile:4:1", "COPY takes no URL"),
        ("COPY --form=a x /x", "Dockerfile:4:1", "has no flag `--form`"),
        ("  NONSENSE", "Dockerfile:4:3", "unknown instruction"),
    ] {
        project.file("Dockerfile", format!("FROM scratch\nCOPY src /src\n\n{line}\n"));
        let out = project.ds("ds-build", &[]).ends(65);
        assert!(out.err().contains(place) && out.err().contains(why), "{line}: {out}");
        assert!(!out.err().contains("[0 1/"), "something ran: {out}");
    }
    project.file("Dockerfile", "FROM scratch\nCOPY not-there /x\n");
    let out = project.ds("ds-build", &[]).ends(1);
    assert!(out.err().contains("Dockerfile:2:1: `/not-there` is not there"), "{out}");
    Ok(())
}

fn an_engine_that_is_pointed_at_is_not_replaced(bed: &Bed) -> Outcome {
    let project = project(bed);
    let _ = project.ds("ds-build", &["--builder", "docker"]).ends(69);
    project.set("DOCKER_HOST", "unix:///nonexistent/socket");
    let _ = project.ds("ds-build", &[]).ends(69);
    let _ = project.ds("ds-build", &["--builder", "embedded"]).ok();
    project.unset("DOCKER_HOST");
    project.file(
        "devspace.yaml",
        "version: v1beta2\nimages:\n  app:\n    image: localhost:1/app\n    build:\n      docker: {disableFallback: true}\n",
    );
    project.file("src/new", "x");
    let _ = project.ds("ds-build", &[]).ends(69);
    Ok(())
}
