//! What counts is sent and nothing else; many images cost few questions.

use std::fs;

use suite::{Bed, Engine, Outcome, Project, Skip, Story, Tap, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(classic_is_sent_what_counts),
        story(classic_finds_what_onbuild_reads),
        story(classic_finds_what_needless_stages_read),
        story(many_images_are_asked_for_by_one_list),
        story(a_file_of_one_image_builds_that_one_alone),
        story(a_look_leaves_no_cache),
        story(a_clean_checkout_stays_clean),
    ]
}

const LARGE: usize = 3_000_000;

/// A project beside which 3 MB lie that no COPY names, and a tap in front of the engine.
fn beside_large<'a>(bed: &'a Bed, name: &str) -> Result<(Project<'a>, Tap, &'a Engine), Skip> {
    let engine = bed.engine()?;
    let tap = Tap::start(bed.folder("tap").join("s"), engine.socket());
    let project = Project::small(bed, engine, &format!("{name}{}/app", bed.unique()));
    project.set("DOCKER_HOST", &tap.host());
    project.set("DOCKER_BUILDKIT", "0");
    let _ = project
        .sh(&format!("mkdir d; echo small >d/small; head -c {LARGE} /dev/urandom >large"))
        .ok();
    Ok((project, tap, engine))
}

/// Bytes that a build sends.
fn sent(project: &Project, tap: &Tap) -> usize {
    tap.bytes();
    let _ = project.ds("ds-build", &["--force"]).ok();
    tap.bytes()
}

fn classic_is_sent_what_counts(bed: &Bed) -> Outcome {
    let (project, tap, engine) = beside_large(bed, "few")?;
    let paths = || {
        let mut paths = engine.paths(&project.card("app", "/build/artifact/id"));
        paths.retain(|path| path.starts_with("c/") && !path.ends_with('/'));
        paths.sort();
        paths
    };
    for base in ["scratch", "base/busybox:1"] {
        project.file("Dockerfile", format!("FROM {base}\nCOPY d /c/\n"));
        let bytes = sent(&project, &tap);
        assert!(bytes < 100_000, "{base}: {bytes} bytes were sent");
        assert_eq!(paths(), ["c/small"]);
        project.file("Dockerfile", format!("FROM {base}\nCOPY . /c/\n"));
        let bytes = sent(&project, &tap);
        assert!(bytes > LARGE, "{base}: only {bytes} bytes were sent");
        for path in ["c/d/small", "c/large", "c/Dockerfile"] {
            assert!(paths().contains(&path.to_owned()), "{path}: {:?}", paths());
        }
    }
    Ok(())
}

fn classic_finds_what_onbuild_reads(bed: &Bed) -> Outcome {
    let (project, tap, engine) = beside_large(bed, "onb")?;
    let base = format!("onbuild{}:1", bed.unique());
    let text = "FROM base/busybox:1\nONBUILD COPY large /large\n";
    let _ = engine.docker_with(&["build", "-q", "-t", &base, "-"], text.as_bytes()).ok();
    project.file("Dockerfile", format!("FROM {base}\nCOPY d /d\n"));
    let bytes = sent(&project, &tap);
    assert!(bytes > LARGE, "only {bytes} bytes were sent");
    let id = project.card("app", "/build/artifact/id");
    assert_eq!(engine.file(&id, "/large"), fs::read(project.root().join("large")).unwrap());
    assert_eq!(project.card("app", "/build/scope"), "whole");
    // What only ONBUILD reads counts, too.
    project.file("large", "another");
    let _ = project.ds("ds-build", &["--check"]).ends(3);
    Ok(())
}

/// The classic builder carries out every stage up to the target.
fn classic_finds_what_needless_stages_read(bed: &Bed) -> Outcome {
    let (project, _tap, _) = beside_large(bed, "ndl")?;
    project
        .file("Dockerfile", "FROM scratch AS needless\nCOPY large /\nFROM scratch\nCOPY d /c/\n");
    let _ = project.ds("ds-build", &[]).ok();
    // For the key it is needless.
    project.file("large", "another");
    let _ = project.ds("ds-build", &["--check"]).ok();
    Ok(())
}

const MANY: usize = 24;

fn many<'a>(bed: &'a Bed) -> Result<(Project<'a>, Tap, &'a Engine), Skip> {
    let engine = bed.engine()?;
    let tap = Tap::start(bed.folder("tap").join("s"), engine.socket());
    let project = Project::new(bed);
    project.set("DOCKER_HOST", &tap.host());
    let unique = bed.unique();
    let mut config = "version: v1beta2\nimages:\n".to_owned();
    for n in 0..MANY {
        let name = format!("s{n:02}");
        project.file(&format!("{name}/src/f.txt"), format!("{unique} {name}\n"));
        // Half of them share the project's folder as their context.
        let (context, from) = if n % 2 == 0 { (name.as_str(), "") } else { (".", name.as_str()) };
        let own = if from.is_empty() { "src".to_owned() } else { format!("{from}/src") };
        project.file(
            &format!("{name}/Dockerfile"),
            format!("FROM scratch\nCOPY {own} /src\nLABEL name={name}\n"),
        );
        config.push_str(&format!(
            "  {name}:\n    image: many{unique}/{name}\n    context: {context}/\n    dockerfile: {name}/Dockerfile\n"
        ));
    }
    project.file("devspace.yaml", config);
    let _ = project.ds("ds-build", &[]).ok();
    Ok((project, tap, engine))
}

fn many_images_are_asked_for_by_one_list(bed: &Bed) -> Outcome {
    let (project, tap, engine) = many(bed)?;
    tap.take();
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    let asked = tap.take();
    let of = |what: &str| asked.iter().filter(|request| request.contains(what)).count();
    assert_eq!(of("/images/json"), 1, "{asked:?}");
    assert!(asked.len() < MANY / 2, "{asked:?}");
    // One is gone, another lost its name: each is seen.
    let id = project.card("s03", "/build/artifact/id");
    let name = project.card("s04", "/build/artifact/name");
    let _ = engine.docker(&["rmi", "-f", &id]).ok();
    let kept = format!("kept{}:1", bed.unique());
    let _ = engine.docker(&["tag", &name, &kept]).ok();
    let _ = engine.docker(&["rmi", &name]).ok();
    let out = project.ds("ds-build", &["--check", "--output", "json"]).ends(3);
    let report: serde_json::Value = serde_json::from_str(&out.out()).unwrap();
    let due = |name: &str| report["images"][name]["changed"].as_bool().unwrap();
    assert!(due("s03") && !due("s04") && !due("s05"), "{out}");
    let _ = project.ds("ds-build", &[]).ok();
    assert!(engine.id(&name).is_some(), "named again");
    assert!(engine.id(&project.card("s03", "/build/artifact/id")).is_some(), "built again");
    Ok(())
}

fn a_file_of_one_image_builds_that_one_alone(bed: &Bed) -> Outcome {
    let (project, _tap, _) = many(bed)?;
    for name in ["s06", "s07"] {
        project.file(&format!("{name}/src/f.txt"), "new\n");
        let out = project.ds("ds-build", &["--explain"]).ok().says(r"src/f\.txt");
        let built = |text: &str| text.lines().filter(|line| !line.contains("up to date")).count();
        assert_eq!(built(&out.out()), 1, "{out}");
        assert!(
            out.out().lines().any(|line| line.starts_with(name) && !line.contains("up to date"))
        );
    }
    Ok(())
}

fn a_look_leaves_no_cache(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "look/app");
    std::thread::sleep(std::time::Duration::from_millis(2100));
    for look in ["--check", "--dry-run"] {
        let _ = project.ds("ds-build", &[look]);
        assert!(!project.root().join(".devspace").exists(), "{look} wrote");
    }
    Ok(())
}

fn a_clean_checkout_stays_clean(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "clean/app");
    let git = "git -c user.name=a -c user.email=a@b";
    let _ = project.sh(&format!("git init -q . && git add -A && {git} commit -qm a")).ok();
    std::thread::sleep(std::time::Duration::from_millis(2100));
    for line in ["ds-build key app", "ds-build"] {
        let _ = project.sh(line).ok();
        assert!(project.root().join(".devspace/cache").exists(), "{line}");
        assert_eq!(project.sh("git status --porcelain").ok().out(), "", "after {line}");
    }
    Ok(())
}
