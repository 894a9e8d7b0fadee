//! `rebuildStrategy` and commands that build: when they run, and when they are passed over.

use suite::{Bed, Outcome, Story, story};

use super::rows::{build, family, holds, small};

pub fn stories() -> Vec<Story> {
    vec![
        story(strategies_of_later_versions),
        story(image_that_stays_keeps_what_is_built_from_it),
        story(command_is_run_for_its_files),
    ]
}

fn strategies_of_later_versions(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = small(bed, engine);
    let config = project.read("devspace.yaml");
    let with = |line: &str| project.file("devspace.yaml", format!("{config}    {line}\n"));
    let ends = |code: i32, flags: &[&str]| {
        let _ = project.run("ds-build").args(&["--exit-unchanged"]).args(flags).end().ends(code);
    };
    with("rebuildStrategy: default");
    ends(0, &[]);
    ends(4, &[]);
    with("rebuildStrategy: always");
    ends(0, &[]);
    ends(0, &[]);
    with("rebuildStrategy: ignoreContextChanges");
    ends(4, &[]);
    project.file("a.txt", "passed over");
    ends(4, &[]);
    let _ = project.ds("ds", &["why", "--not", "app"]).ok().says("ignoreContextChanges");
    ends(0, &["--force"]);
    assert_eq!(holds(&project, engine, "/a.txt"), "passed over");
    project.file("a.txt", "with the recipe");
    project.file("Dockerfile", "FROM scratch\nCOPY a.txt /\nCMD [\"/y\"]\n");
    let reasons = project.ds("ds", &["why", "app"]).ok().out();
    assert!(reasons.contains("CMD") && !reasons.contains("a.txt"), "{reasons}");
    ends(0, &[]);
    assert_eq!(holds(&project, engine, "/a.txt"), "with the recipe");
    // The image is gone: files or not, it is built.
    project.file("a.txt", "gone");
    let _ = engine.docker(&["rmi", "-f", &project.card("app", "/build/artifact/id")]).ok();
    ends(0, &[]);
    ends(4, &[]);
    Ok(())
}

/// What is built from an image that stays as it is finds it, and stays as well.
fn image_that_stays_keeps_what_is_built_from_it(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = small(bed, engine);
    family(&project, bed, "FROM base/busybox:1\nCOPY b.txt /b\n");
    project.edit(
        "devspace.yaml",
        "dockerfile: Base",
        "dockerfile: Base, rebuildStrategy: ignoreContextChanges",
    );
    build(&project, "classic");
    let old = project.read("b.txt");
    project.file("b.txt", "passed over");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    let _ = project.ds("ds", &["why", "app"]).ok().says("would not be built");
    project.file("a.txt", "new");
    let _ = project.ds("ds-build", &[]).ok();
    assert_eq!(holds(&project, engine, "/b"), old);
    assert_eq!(holds(&project, engine, "/a.txt"), "new");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    let _ = project.ds("ds-build", &["--force"]).ok();
    assert_eq!(holds(&project, engine, "/b"), "passed over");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    Ok(())
}

/// `onChange` says when a command is run; `ignoreContextChanges` does not, as upstream.
fn command_is_run_for_its_files(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = small(bed, engine);
    let config = project.read("devspace.yaml");
    // More than once: docker's classic builder fails when anybody removes an image under it.
    let build = "docker build -q -t \"$1\" .";
    project
        .program("make", &format!("#!/bin/sh\necho run >>runs\n{build} || {build} || {build}\n"));
    let with = |custom: &str, strategy: &str| {
        let custom = format!("    build: {{custom: {{command: ./make, {custom}}}}}\n");
        project.file("devspace.yaml", format!("{config}{custom}    rebuildStrategy: {strategy}\n"));
    };
    let runs = || project.read("runs").lines().count();
    let build = || drop(project.ds("ds-build", &[]).ok());
    for strategy in ["default", "ignoreContextChanges"] {
        let _ = project.sh("rm -rf .devspace; rm -f runs").ok();
        with("onChange: ['*.txt', 'lib/**']", strategy);
        build();
        build();
        assert_eq!(runs(), 1, "{strategy}");
        project.file("a.txt", format!("{strategy} {}", bed.unique()));
        build();
        assert_eq!(runs(), 2, "{strategy}: a file of onChange");
        project.file("lib/deep/x", strategy);
        build();
        assert_eq!(runs(), 3, "{strategy}: a file deep in a folder of onChange");
        project.file("Dockerfile", format!("FROM scratch\nCOPY a.txt /\nLABEL s={strategy}\n"));
        build();
        assert_eq!(runs(), 3, "{strategy}: a file that onChange does not name");
        with("onChange: ['*.txt', 'lib/**'], args: [x]", strategy);
        build();
        assert_eq!(runs(), 4, "{strategy}: an argument");
    }
    for custom in ["onChange: ['*.txt']", "args: []"] {
        let _ = project.sh("rm -rf .devspace; rm -f runs").ok();
        with(custom, if custom.starts_with("args") { "default" } else { "always" });
        build();
        build();
        assert_eq!(runs(), 2, "{custom}: always");
    }
    Ok(())
}
