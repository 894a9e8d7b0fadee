//! An image that another machine built from the same inputs is taken from its registry,
//! and only that one.

use suite::{
    Bed, Engine, Faulty, Outcome, PASSWORD, Project, Registry, Skip, Story, Tap, USER,
    docker_login, story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(fresh_clone_builds_nothing),
        story(config_asks_for_reuse),
        story(look_tells_what_would_be_taken),
        story(foreign_image_under_the_name_is_not_taken),
        story(proof_of_another_key_is_not_taken),
        story(image_of_another_platform_is_not_taken),
        story(image_on_another_base_is_not_taken),
        story(forced_build_is_a_build),
        story(registry_that_does_not_answer_is_no_failure),
        story(base_of_the_config_is_fetched_for_the_build_that_needs_it),
        story(base_that_cannot_be_fetched_is_built),
        story(nothing_is_built_with_all_images_in_the_registry),
        story(base_with_onbuild_is_known_before_it_is_looked_for),
        story(image_that_is_not_pushed_is_fetched_home),
        story(lost_proof_is_put_again),
        story(gone_from_the_registry_is_built_again),
        story(command_that_pushes_itself),
    ]
}

const STEPS: [&str; 3] = ["ds-build", "ds-tag", "ds-push"];

fn small(bed: &Bed) -> Result<(Project<'_>, String), Skip> {
    let name = format!("reuse{}/app", bed.unique());
    let project = Project::small(bed, bed.engine()?, &format!("{}/{name}", bed.registry()?.host()));
    // Stories here take images away: no other may have the same, nor a layer of it.
    project.file("a.txt", format!("{name}\n"));
    Ok((project, name))
}

/// The row, so that others find what it makes.
fn share(project: &Project) {
    for step in STEPS {
        let args: &[&str] = if step == "ds-tag" { &[] } else { &["--reuse", "registry"] };
        let _ = project.ds(step, args).ok();
    }
}

/// Another folder with the same files, as another machine has them.
fn clone<'a>(bed: &'a Bed, engine: &Engine, project: &Project) -> Project<'a> {
    let clone = Project::new(bed);
    clone.engine(engine);
    let _ = clone.sh(&format!("cp -r {}/. . && rm -rf .devspace", project.root().display())).ok();
    clone
}

/// Takes from the engine what the card of an image says is there.
fn forget(project: &Project, engine: &Engine, image: &str) {
    let _ = engine.docker(&["rmi", "-f", &project.card(image, "/build/artifact/id")]).ok();
}

fn key_tag(project: &Project, image: &str) -> String {
    let key = project.card(image, "/build/key");
    format!("ds-key-{}", &key["sha256:".len()..][..16])
}

fn builds(tap: &Tap) -> usize {
    tap.take().iter().filter(|request| request.contains("/build?")).count()
}

fn fresh_clone_builds_nothing(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.registry()?);
    let (project, name) = small(bed)?;
    share(&project);
    let tag = project.card("app", "/tags/tags/0");
    let manifests = project.ds("ds-rewrite", &["--digest", "k8s"]).ok().out();
    forget(&project, engine, "app");

    let clone = clone(bed, engine, &project);
    let tap = Tap::start(bed.folder("tap").join("s"), engine.socket());
    clone.set("DOCKER_HOST", &tap.host());
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("taken from its registry");
    assert_eq!(clone.card("app", "/build/artifact/kind"), "registry");
    assert_eq!(clone.card("app", "/build/platform"), project.card("app", "/build/platform"));
    let _ = clone.ds("ds-tag", &[]).ok();
    assert_eq!(clone.card("app", "/tags/tags/0"), tag, "one image, one tag");
    let _ = clone.ds("ds-push", &["--reuse", "registry"]).ok();
    assert_eq!(clone.card("app", "/push/digest"), registry.digest(&name, &tag).unwrap());
    assert_eq!(clone.ds("ds-rewrite", &["--digest", "k8s"]).ok().out(), manifests);
    let worked: Vec<String> =
        tap.take().into_iter().filter(|request| request.starts_with("POST")).collect();
    assert!(worked.is_empty(), "the engine had to work: {worked:?}");

    for args in [&["--exit-unchanged"][..], &["--exit-unchanged", "--reuse", "registry"]] {
        let _ = clone.ds("ds-build", args).ends(4);
        let _ = clone.ds("ds-push", args).ends(4);
    }
    // A tag of its own is given in the registry, without the image at home.
    let _ = clone.ds("ds-tag", &["--tag", "mine"]).ok();
    let _ = clone.ds("ds-push", &[]).ok();
    assert_eq!(registry.digest(&name, "mine"), registry.digest(&name, &tag));
    // Docker knows the key's name as well.
    let key_name = clone.card("app", "/build/artifact/name");
    let _ = clone.sh(&format!("docker pull -q {key_name} && docker rmi {key_name}")).ok();
    // In a pipeline, without any engine.
    let piped = self::clone(bed, engine, &project);
    piped.set("DOCKER_HOST", "unix:///nonexistent/s");
    let line = "ds-build --reuse registry --state - </dev/null | ds-tag --state - | ds-push --state - | ds-rewrite --digest --state - k8s";
    assert_eq!(piped.sh(line).ok().out(), manifests);
    let other = self::clone(bed, engine, &project);
    other.set("DOCKER_HOST", "unix:///nonexistent/s");
    let _ = other.ds("ds-build", &["--reuse", "registry"]).ok();
    let _ = other.sh("ds-tag && ds-push").ok();
    Ok(())
}

fn config_asks_for_reuse(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    let config = project.read("devspace.yaml");
    project.file("devspace.yaml", format!("{config}    reuse: registry\n"));
    let _ = project.sh("ds-build && ds-tag && ds-push").ok();
    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "never"]).ok();
    assert_eq!(clone.card("app", "/build/artifact/kind"), "engine");
    let _ = clone.sh("rm -rf .devspace; ds-build").ok();
    assert_eq!(clone.card("app", "/build/artifact/kind"), "registry");
    Ok(())
}

fn look_tells_what_would_be_taken(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    share(&project);
    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "registry", "--check"]).ends(3);
    assert!(!clone.root().join(".devspace/state.json").exists(), "a look wrote a state");
    let why = clone.ds("ds-build", &["--reuse", "registry", "why", "app"]).ok().out();
    assert!(why.contains("would be taken from its registry"), "{why}");
    let json = clone.ds("ds-build", &["--reuse", "registry", "why", "app", "--output", "json"]);
    let json = json.ok().json();
    assert_eq!((json["due"].as_bool(), json["reuse"]["key"].is_string()), (Some(false), true));
    let _ = clone.ds("ds-build", &["why", "app"]).ok().says("would be built");
    Ok(())
}

fn foreign_image_under_the_name_is_not_taken(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    share(&project);
    // Somebody gives the name to another image by hand.
    let name = project.card("app", "/build/artifact/name");
    let _ = project.sh(&format!("docker tag base/busybox:1 {name} && docker push -q {name}")).ok();
    let clone = clone(bed, engine, &project);
    let out = clone.ds("ds-build", &["--reuse", "registry"]).ok();
    let _ = out.says("does not say from which key");
    assert_eq!(clone.card("app", "/build/artifact/kind"), "engine");
    let id = clone.card("app", "/build/artifact/id");
    assert_eq!(engine.file(&id, "/a.txt"), clone.read("a.txt").as_bytes());
    Ok(())
}

/// Copies what the registry has under one tag to another tag.
fn retag(project: &Project, registry: &Registry, name: &str, from: &str, to: &str) {
    let at = |tag: &str| format!("http://{}/v2/{name}/manifests/{tag}", registry.host());
    let kind = "application/vnd.oci.image.index.v1+json";
    let line = format!(
        "curl -sf -H 'Accept: {kind}' {} >index && curl -sf -X PUT -H 'Content-Type: {kind}' --data-binary @index {} && rm index",
        at(from),
        at(to)
    );
    let _ = project.sh(&line).ok();
}

fn proof_of_another_key_is_not_taken(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, name) = small(bed)?;
    share(&project);
    let old = key_tag(&project, "app");
    project.file("a.txt", "changed");
    let key = project.ds("ds-build", &["key", "app"]).ok().out();
    let new = format!("ds-key-{}", &key["sha256:".len()..][..16]);
    retag(&project, bed.registry()?, &name, &old, &new);
    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("from another key");
    let id = clone.card("app", "/build/artifact/id");
    assert_eq!(engine.file(&id, "/a.txt"), b"changed");
    Ok(())
}

/// A command's key is the same for all platforms; its images are not.
fn image_of_another_platform_is_not_taken(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    let config = project.read("devspace.yaml");
    project.file(
        "devspace.yaml",
        format!("{config}    build: {{custom: {{command: ./make, onChange: [a.txt]}}}}\n"),
    );
    project.program(
        "make",
        "#!/bin/sh\nfor i in 1 2 3; do docker build -q -t \"$1\" . && exit; done; exit 1\n",
    );
    share(&project);
    let clone = clone(bed, engine, &project);
    let args = ["--reuse", "registry", "--platform", "linux/s390x"];
    let out = clone.ds("ds-build", &args).ok();
    let _ = out.says("no image for linux/s390x");
    let _ = clone.sh("rm -rf .devspace; ds-build --reuse registry").ok();
    assert_eq!(clone.card("app", "/build/artifact/kind"), "registry");
    Ok(())
}

fn image_on_another_base_is_not_taken(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    let base = format!("reusebase{}:1", bed.unique());
    let make = |text: &str| {
        let dockerfile = format!("FROM base/busybox:1\nRUN echo {text} >/made\n");
        let _ = engine.docker_with(&["build", "-q", "-t", &base, "-"], dockerfile.as_bytes()).ok();
    };
    make("old");
    project.file("Dockerfile", format!("FROM {base}\nCOPY a.txt /\n"));
    share(&project);
    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("taken from its registry");
    let _ = clone.ds("ds-build", &["--exit-unchanged"]).ends(4);
    make("new");
    // With the state, and without.
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says(&base);
    let made = |project: &Project| engine.file(&project.card("app", "/build/artifact/id"), "/made");
    assert_eq!(made(&clone), b"new\n");
    let other = self::clone(bed, engine, &project);
    let _ = other.ds("ds-build", &["--reuse", "registry"]).ok().says("(?i)another `reusebase");
    assert_eq!(made(&other), b"new\n");
    Ok(())
}

fn forced_build_is_a_build(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    share(&project);
    let clone = clone(bed, engine, &project);
    for flag in ["--force", "--no-cache"] {
        let _ = clone.ds("ds-build", &["--reuse", "registry", flag]).ok().says("forced");
        assert_eq!(clone.card("app", "/build/artifact/kind"), "engine", "{flag}");
    }
    Ok(())
}

fn registry_that_does_not_answer_is_no_failure(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let faulty = Faulty::start(500, "UNKNOWN");
    let limited = Faulty::start(429, "TOOMANYREQUESTS");
    let private = bed.private_registry()?.host();
    for host in ["127.0.0.1:1", faulty.host(), limited.host(), &private] {
        let project = Project::small(bed, engine, &format!("{host}/deaf/app"));
        let config = project.read("devspace.yaml");
        let second = format!("  two: {{image: {host}/deaf/two}}\n");
        project.file("devspace.yaml", format!("{config}{second}"));
        let out = project.ds("ds-build", &["--reuse", "registry"]).ok();
        assert_eq!(out.err().matches("no image is looked for").count(), 1, "{host}: {out}");
        assert_eq!(project.card("two", "/build/artifact/kind"), "engine", "{host}");
    }
    let project = Project::small(bed, engine, &format!("{private}/deaf{}/app", bed.unique()));
    docker_login(&project, &private, USER, PASSWORD);
    share(&project);
    let clone = clone(bed, engine, &project);
    docker_login(&clone, &private, USER, PASSWORD);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("taken from its registry");
    // Once taken, a registry that is away is no reason to build.
    docker_login(&clone, &private, USER, "PLANTED-wrong");
    let out = clone.ds("ds-build", &["--exit-unchanged"]).ends(4);
    assert!(!out.err().contains("PLANTED"), "{out}");
    Ok(())
}

/// `base` and `child`, which is built from it.
fn family(bed: &Bed) -> Result<Project<'_>, Skip> {
    let group = format!("{}/family{}", bed.registry()?.host(), bed.unique());
    let project = Project::small(bed, bed.engine()?, &format!("{group}/unused"));
    project.file(
        "devspace.yaml",
        format!(
            "version: v1beta2\nimages:\n  base: {{image: {group}/base, dockerfile: base/Dockerfile, context: base}}\n  child: {{image: {group}/child, dockerfile: child/Dockerfile, context: child}}\n"
        ),
    );
    project.file("base/Dockerfile", "FROM scratch\nCOPY b.txt /\n");
    project.file("base/b.txt", format!("base {}", bed.unique()));
    project.file("child/Dockerfile", format!("FROM {group}/base\nCOPY c.txt /\n"));
    project.file("child/c.txt", format!("child {}", bed.unique()));
    Ok(project)
}

fn base_of_the_config_is_fetched_for_the_build_that_needs_it(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in ["classic", "buildkit"] {
        let project = family(bed)?;
        share(&project);
        forget(&project, engine, "child");
        forget(&project, engine, "base");
        let clone = clone(bed, engine, &project);
        let _ = clone.ds("ds-build", &["--reuse", "registry", "--builder", builder]).ok();
        assert_eq!(clone.card("base", "/build/artifact/kind"), "registry");
        assert_eq!(clone.card("child", "/build/artifact/kind"), "registry");
        assert_eq!(engine.id(&clone.card("base", "/build/artifact/name")), None, "fetched early");
        clone.file("child/c.txt", "changed");
        let tap = Tap::start(bed.folder("tap").join("s"), engine.socket());
        clone.set("DOCKER_HOST", &tap.host());
        let _ = clone.ds("ds-build", &["--reuse", "registry", "--builder", builder]).ok();
        assert_eq!(builds(&tap), 1, "{builder}: only the child is built");
        assert_eq!(clone.card("base", "/build/artifact/kind"), "registry");
        let id = clone.card("child", "/build/artifact/id");
        assert_eq!(engine.file(&id, "/b.txt"), clone.read("base/b.txt").as_bytes());
        assert_eq!(engine.file(&id, "/c.txt"), b"changed");
        let _ = clone.ds("ds-build", &["--exit-unchanged"]).ends(4);
    }
    Ok(())
}

fn base_that_cannot_be_fetched_is_built(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.registry()?);
    let project = family(bed)?;
    share(&project);
    forget(&project, engine, "child");
    forget(&project, engine, "base");
    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok();
    // The blobs go, the manifest stays: only pulling finds out.
    let name = clone.card("base", "/build/artifact/name");
    let path = name.split_once('/').unwrap().1.rsplit_once(':').unwrap().0.to_owned();
    registry.lose_layers(&path);
    clone.file("child/c.txt", "changed");
    let _ = clone.ds("ds-build", &[]).ok().says("can't be fetched");
    let id = clone.card("child", "/build/artifact/id");
    assert_eq!(engine.file(&id, "/b.txt"), clone.read("base/b.txt").as_bytes());
    Ok(())
}

/// The engine is pruned, the images are in the registry: nothing is due.
fn nothing_is_built_with_all_images_in_the_registry(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = family(bed)?;
    let _ = project.sh("ds-build && ds-tag && ds-push").ok();
    forget(&project, engine, "child");
    forget(&project, engine, "base");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    let _ = project.sh("ds-tag && ds-push --exit-unchanged").ends(4);
    // The child is due: its base comes home, and stays the build that it was.
    let base = project.card("base", "/build/artifact/id");
    project.file("child/c.txt", "changed");
    let _ = project.ds("ds-build", &[]).ok();
    assert_eq!(project.card("base", "/build/artifact/id"), base);
    assert!(engine.id(&base).is_some());
    Ok(())
}

/// Before the base is there, nobody knows that it has ONBUILD: the narrow name that
/// follows from the text must not be found, the whole one must.
fn base_with_onbuild_is_known_before_it_is_looked_for(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.registry()?);
    let (project, name) = small(bed)?;
    let base = format!("{}/onbuild{}/base:1", registry.host(), bed.unique());
    let dockerfile = "FROM base/busybox:1\nONBUILD COPY extra /extra\n";
    let _ = engine.docker_with(&["build", "-q", "-t", &base, "-"], dockerfile.as_bytes()).ok();
    let _ = project.sh(&format!("docker push -q {base} && docker rmi {base}")).ok();
    project.file("Dockerfile", format!("FROM {base}\nCOPY a.txt /\n"));
    project.file("extra", "one");
    let narrow = project.ds("ds-build", &["key", "app"]).ok().out();
    share(&project);
    assert_eq!(project.card("app", "/build/scope"), "whole");
    let tag = format!("ds-key-{}", &narrow["sha256:".len()..][..16]);
    let there = project.sh(&format!("curl -sf http://{}/v2/{name}/tags/list", registry.host()));
    assert!(!there.ok().out().contains(&tag), "named by its narrow key");
    forget(&project, engine, "app");
    let _ = engine.docker(&["rmi", "-f", &base]).ok();

    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("taken from its registry");
    // What only ONBUILD reads changes, on a machine without the base.
    let _ = engine.docker(&["rmi", "-f", &base]);
    let other = self::clone(bed, engine, &project);
    other.file("extra", "two");
    let _ = other.ds("ds-build", &["--reuse", "registry"]).ok();
    assert_eq!(engine.file(&other.card("app", "/build/artifact/id"), "/extra"), b"two");
    Ok(())
}

fn image_that_is_not_pushed_is_fetched_home(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    share(&project);
    let id = project.card("app", "/build/artifact/id");
    forget(&project, engine, "app");
    let clone = clone(bed, engine, &project);
    let config = clone.read("devspace.yaml");
    clone.file("devspace.yaml", format!("{config}    skipPush: true\n"));
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok();
    assert_eq!(clone.card("app", "/build/artifact/kind"), "engine");
    assert_eq!(clone.card("app", "/build/artifact/id"), id);
    assert!(engine.id(&id).is_some(), "not fetched");
    let _ = clone.sh("ds-tag && ds-push").ok();
    Ok(())
}

fn lost_proof_is_put_again(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let (project, _) = small(bed)?;
    let _ = project.sh("ds-build && ds-tag && ds-push").ok();
    // What was pushed without is not found; then it is, without another upload.
    let tap = Tap::start(bed.folder("tap").join("s"), engine.socket());
    project.set("DOCKER_HOST", &tap.host());
    let _ = project.ds("ds-push", &["--reuse", "registry", "--check"]).ends(3);
    let _ = project.ds("ds-push", &["--reuse", "registry"]).ok();
    let _ = project.ds("ds-push", &["--reuse", "registry", "--exit-unchanged"]).ends(4);
    let name = project.card("app", "/build/artifact/name");
    let _ = project.sh(&format!("docker tag base/busybox:1 {name} && docker push -q {name}")).ok();
    let _ = project.ds("ds-push", &["--reuse", "registry"]).ok();
    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("taken from its registry");
    Ok(())
}

fn gone_from_the_registry_is_built_again(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.registry()?);
    let (project, name) = small(bed)?;
    share(&project);
    let clone = clone(bed, engine, &project);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok();
    let digest = clone.card("app", "/build/artifact/digest");
    let delete =
        format!("curl -sf -X DELETE http://{}/v2/{name}/manifests/{digest}", registry.host());
    let _ = clone.sh(&delete).ok();
    // The proof is still there, what it names is not.
    let out = clone.ds("ds-build", &["--reuse", "registry"]).ok();
    let _ = out.says("gone from the registry");
    assert_eq!(clone.card("app", "/build/artifact/kind"), "engine");
    Ok(())
}

/// A command that leaves its image in the registry under the name that it is told.
fn command_that_pushes_itself(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.registry()?);
    let (project, name) = small(bed)?;
    let config = project.read("devspace.yaml");
    project.file(
        "devspace.yaml",
        format!("{config}    build: {{custom: {{command: ./make, onChange: [a.txt]}}}}\n"),
    );
    project.program(
        "make",
        // More than once: the classic builder fails when anybody removes an image under it.
        "#!/bin/sh\nfor i in 1 2 3; do docker build -q -t \"$1\" . && break; done\ndocker push -q \"$1\" && docker rmi -f \"$1\"\n",
    );
    share(&project);
    assert_eq!(project.card("app", "/build/artifact/kind"), "registry");
    let tag = project.card("app", "/tags/tags/0");
    let digest = project.card("app", "/build/artifact/digest");
    assert_eq!(registry.digest(&name, &tag).as_ref(), Some(&digest));
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    let clone = clone(bed, engine, &project);
    clone.program("make", "#!/bin/sh\nexit 9\n");
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok();
    assert_eq!(clone.card("app", "/build/artifact/digest"), digest);
    Ok(())
}
