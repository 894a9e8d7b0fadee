//! What an image is built from: private bases, other images of the config, options.

use suite::{Bed, Outcome, PASSWORD, Project, Story, USER, docker_login, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(private_base_with_both_builders),
        story(private_base_without_credentials),
        story(moved_local_base_is_a_reason),
        story(build_arguments_target_labels),
        story(failing_run_shows_its_last_lines),
        story(other_images_finish_when_one_fails),
        story(dockerfile_outside_the_context),
        story(disabled_image_is_left_alone),
    ]
}

/// Puts the base image into the private registry and takes its name from the engine.
fn private_base(bed: &Bed) -> Result<String, suite::Skip> {
    let (engine, registry) = (bed.engine()?, bed.private_registry()?);
    let name = format!("{}/base/b{}:1", registry.host(), bed.unique());
    let helper = Project::new(bed);
    helper.engine(engine);
    docker_login(&helper, &registry.host(), USER, PASSWORD);
    let _ = helper
        .sh(&format!(
            "docker tag base/busybox:1 {name} && docker push -q {name} && docker rmi {name}"
        ))
        .ok();
    Ok(name)
}

fn private_base_with_both_builders(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.private_registry()?);
    for builder in ["classic", "buildkit"] {
        let base = private_base(bed)?;
        let project = Project::small(bed, engine, &format!("priv{}/app", bed.unique()));
        docker_login(&project, &registry.host(), USER, PASSWORD);
        project.file("Dockerfile", format!("FROM {base}\nCOPY a.txt /a\nRUN cat /a >/b\n"));
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let id = project.card("app", "/build/artifact/id");
        assert_eq!(engine.file(&id, "/b"), project.read("a.txt").as_bytes(), "{builder}");
    }
    Ok(())
}

fn private_base_without_credentials(bed: &Bed) -> Outcome {
    for builder in ["classic", "buildkit"] {
        let base = private_base(bed)?;
        let project = Project::small(bed, bed.engine()?, "priv/app");
        project.file("Dockerfile", format!("FROM {base}\n"));
        let out =
            project.ds("ds-build", &["--builder", builder]).says(base.split('/').next().unwrap());
        assert!([1, 77].contains(&out.code), "{out}");
    }
    Ok(())
}

fn moved_local_base_is_a_reason(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let base = format!("moving{}:1", bed.unique());
    let _ = engine.docker(&["tag", "base/busybox:1", &base]).ok();
    let project = Project::small(bed, engine, "moved/app");
    project.file("Dockerfile", format!("FROM {base}\nCOPY a.txt /\n"));
    let _ = project.ds("ds-build", &[]).ok();
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    let _ = engine
        .docker_with(&["build", "-q", "-t", &base, "-"], b"FROM base/busybox:1\nENV X=1\n")
        .ok();
    let _ = project.ds("ds-build", &["--explain"]).ok().says(&base);
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    Ok(())
}

fn build_arguments_target_labels(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in ["classic", "buildkit"] {
        let project = Project::small(bed, engine, "opt/app");
        project.file("Dockerfile", "FROM base/busybox:1 AS one\nARG A=default\nARG B\nRUN echo \"$A $B\" >/ab\nFROM base/busybox:1 AS two\nRUN false\n");
        project.file("devspace.yaml", "version: v1beta2\nimages:\n  app:\n    image: opt/app\n    build:\n      docker:\n        options:\n          target: one\n          network: none\n          buildArgs: {A: \"a = 'b' \\\"c\\\"\"}\n");
        project.set("B", "from the environment");
        let args = ["--builder", builder, "--build-arg", "B", "--label", "team=shop"];
        let _ = project.ds("ds-build", &args).ok();
        let id = project.card("app", "/build/artifact/id");
        assert_eq!(engine.file(&id, "/ab"), b"a = 'b' \"c\" from the environment\n", "{builder}");
        let labels = engine.docker(&["image", "inspect", "-f", "{{json .Config.Labels}}", &id]);
        assert!(labels.ok().out().contains(r#""team":"shop""#), "{builder}");
    }
    Ok(())
}

fn failing_run_shows_its_last_lines(bed: &Bed) -> Outcome {
    for builder in ["classic", "buildkit"] {
        let project = Project::small(bed, bed.engine()?, "fail/app");
        project.file("Dockerfile", "FROM base/busybox:1\nRUN echo the last words; exit 23\n");
        let out = project.ds("ds-build", &["--builder", builder, "-q"]);
        let out = out.fails(1, "the last words").says("23").says("Dockerfile:2: step .*RUN");
        assert_eq!(out.out(), "", "{out}");
        assert!(!project.root().join(".devspace/state.json").exists(), "a failure was recorded");
    }
    Ok(())
}

fn other_images_finish_when_one_fails(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "some/app");
    project.file("devspace.yaml", "version: v1beta2\nimages:\n  bad: {image: some/bad, dockerfile: Bad}\n  app: {image: some/app}\n  child: {image: some/child, dockerfile: Child}\n");
    project.file("Bad", "FROM scratch\nCOPY not-there /\n");
    project.file("Child", "FROM some/bad\nCOPY a.txt /\n");
    let _ = project.ds("ds-build", &[]).ends(1).says("bad").says("child");
    assert!(project.card("app", "/build/artifact/id").starts_with("sha256:"));
    assert!(project.state()["images"]["bad"]["variants"]["plain"]["build"].is_null());
    Ok(())
}

fn dockerfile_outside_the_context(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in ["classic", "buildkit"] {
        let project = Project::small(bed, engine, "out/app");
        project.file("devspace.yaml", "version: v1beta2\nimages:\n  app: {image: out/app, dockerfile: docker/app.df, context: src}\n");
        project.file("docker/app.df", "FROM scratch\nCOPY . /srv/\n");
        project.file("src/one", "1");
        project.file("src/.dockerignore", "two\n");
        project.file("src/two", "2");
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let id = project.card("app", "/build/artifact/id");
        let paths = engine.paths(&id);
        assert!(paths.contains(&"srv/one".to_owned()), "{paths:?}");
        assert!(
            !paths
                .iter()
                .any(|path| path.contains("two") || path.contains(".df") || path.contains("ds-")),
            "{paths:?}"
        );
    }
    Ok(())
}

fn disabled_image_is_left_alone(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "dis/app");
    project.file("devspace.yaml", "version: v1beta2\nimages:\n  app: {image: dis/app}\n  old: {image: dis/old, tag: \"5\", dockerfile: nowhere, build: {disabled: true}}\n");
    for step in ["ds-build", "ds-tag"] {
        let _ = project.ds(step, &[]).ok();
    }
    assert!(project.state()["images"]["old"]["variants"]["plain"]["build"].is_null());
    Ok(())
}
