//! A new project by flags alone, and states that are shown and merged.

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(init_by_flags_makes_a_config_that_builds),
        story(init_keeps_what_is_there),
        story(init_without_a_terminal_and_without_flags),
        story(init_takes_apart_image_names),
        story(init_asks_on_a_terminal),
        story(states_are_shown_and_merged),
        story(doctor_looks_around),
    ]
}

fn init_by_flags_makes_a_config_that_builds(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "x/y");
    std::fs::remove_file(project.root().join("devspace.yaml")).unwrap();
    let repository = format!("{}/init{}/app", bed.registry()?.host(), bed.unique());
    let _ = project.ds("ds", &["init", "--image", &repository]).ok();
    let config = project.read("devspace.yaml");
    assert!(config.contains("version: v1beta2"), "{config}");
    assert!(config.contains("default:") && config.contains(&repository), "{config}");
    let _ = project.sh("ds-build && ds-tag && ds-push").ok();
    assert!(project.card("default", "/push/digest").starts_with("sha256:"));
    let ignored = project.read(".gitignore");
    assert!(ignored.lines().any(|line| line.trim_matches('/') == ".devspace"), "{ignored}");
    Ok(())
}

fn init_keeps_what_is_there(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "keep/app");
    let before = project.read("devspace.yaml");
    let out = project.ds("ds", &["init", "--image", "other/app"]).says("--reconfigure");
    assert_eq!(project.read("devspace.yaml"), before, "{out}");
    let _ = project.ds("ds", &["init", "--image", "other/app", "--reconfigure"]).ok();
    assert_eq!(project.read("devspace.yaml.bak"), before);
    assert!(project.read("devspace.yaml").contains("other/app"));
    let _ = project.ds("ds", &["init", "--image", "third/app", "--reconfigure"]).ok();
    assert_eq!(project.read("devspace.yaml.bak"), before, "the first backup was overwritten");
    Ok(())
}

fn init_without_a_terminal_and_without_flags(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("Dockerfile", "FROM scratch\n");
    let out = project.ds("ds", &["init"]).fails(2, "--image");
    assert!(!project.root().join("devspace.yaml").exists(), "{out}");
    Ok(())
}

fn init_takes_apart_image_names(bed: &Bed) -> Outcome {
    for (given, image, tag) in [
        ("localhost:5000/app", "localhost:5000/app", None),
        ("localhost:5000/app:1.10", "localhost:5000/app", Some("1.10")),
        ("me/app:v2", "me/app", Some("v2")),
    ] {
        let project = Project::new(bed);
        project.file("Dockerfile", "FROM scratch\nEXPOSE 8080/tcp\n");
        let _ = project.ds("ds", &["init", "--image", given]).ok();
        let config = project.read("devspace.yaml");
        assert!(config.contains(&format!("image: {image}\n")), "{given}: {config}");
        assert_eq!(config.contains("tag:"), tag.is_some(), "{given}: {config}");
        assert!(config.contains("8080"), "the exposed port: {config}");
        let _ = project.ds("ds-build", &["key", "default"]).ok();
    }
    let project = Project::new(bed);
    project.file("Dockerfile", "FROM scratch\n");
    let _ = project.ds("ds", &["init", "--image", "UPPER/Case"]).says("UPPER");
    assert!(!project.root().join("devspace.yaml").exists());
    Ok(())
}

/// The registry by its default, and the image's name at the second try.
fn init_asks_on_a_terminal(bed: &Bed) -> Outcome {
    bed.program("script")?;
    let project = Project::new(bed);
    project.unset("CI");
    project.file("Dockerfile", "FROM scratch\n");
    let run = project.run("script").env("TERM", "xterm").stdin("\nme/App\nme/app\n8080\n");
    let out = run.args(&["-qec", "ds init", "/dev/null"]).end().ok();
    let _ = out.says("Image name").says("App").says("next: ds build");
    assert!(project.read("devspace.yaml").contains("image: me/app\n"));
    Ok(())
}

fn states_are_shown_and_merged(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "merge/app");
    project.file(
        "devspace.yaml",
        "version: v1beta2\nimages:\n  a: {image: merge/a}\n  b: {image: merge/b}\n",
    );
    let _ = project.sh("ds-build --image a --state A && ds-tag --image a --state A").ok();
    let _ = project.sh("ds-build --image b --state B").ok();
    let merged = project.ds("ds", &["state", "merge", "A", "B"]).ok().out();
    assert_eq!(project.ds("ds", &["state", "merge", "B", "A"]).ok().out(), merged);
    assert!(merged.contains("merge/a") && merged.contains("merge/b"), "{merged}");
    let shown = project.ds("ds", &["state", "show", "--state", "A"]).ok().out();
    assert!(shown.contains("ds-"), "{shown}");
    let json = project.ds("ds", &["state", "show", "--state", "A", "--output", "json"]).ok().json();
    assert!(json.to_string().contains("merge/a"), "{json}");
    project.file("a.txt", "another");
    let _ = project.sh("ds-build --image a --state C").ok();
    let _ = project.ds("ds", &["state", "merge", "A", "C"]).says("--prefer").fails(65, "a");
    let chosen = project.ds("ds", &["state", "merge", "A", "C", "--prefer", "A"]).ok().out();
    assert_eq!(chosen, project.read("A"));
    Ok(())
}

fn doctor_looks_around(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "doc/app");
    let _ = project.ds("ds", &["doctor"]).ok().says("ds-rewrite");
    project.file("devspace.yaml", "images: 5\n");
    let _ = project.ds("ds", &["doctor"]).ends(1).says(r"devspace\.yaml");
    Ok(())
}
