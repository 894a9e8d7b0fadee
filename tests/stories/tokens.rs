//! A registry that is opened by Bearer tokens, as the public ones are: through the engine,
//! through its BuildKit, and by our own client.

use serde_json::json;
use suite::{
    Bed, IDENTITY, LATE, Outcome, PASSWORD, Project, READER, Registry, Skip, Story, USER,
    docker_login, story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(push_with_a_token),
        story(identity_token_of_a_login),
        story(base_behind_a_token_with_both_builders),
        story(reuse_behind_a_token),
        story(own_name_for_an_image_behind_a_token),
        story(public_repository_is_read_by_nobody_in_particular),
        story(refused_scope),
        story(expired_token),
        story(wrong_password_at_the_token_server),
    ]
}

/// A project with an image of its own for a repository in the token registry.
fn project<'a>(bed: &'a Bed, prefix: &str) -> Result<(Project<'a>, &'a Registry, String), Skip> {
    let registry = bed.token_registry()?;
    let name = format!("{prefix}{}/app", bed.unique());
    let project = Project::small(bed, bed.engine()?, &format!("{}/{name}", registry.host()));
    project.file("a.txt", format!("{name}\n"));
    Ok((project, registry, name))
}

fn tagged<'a>(bed: &'a Bed, prefix: &str) -> Result<(Project<'a>, &'a Registry, String), Skip> {
    let (project, registry, name) = project(bed, prefix)?;
    let _ = project.sh("ds-build && ds-tag").ok();
    Ok((project, registry, name))
}

fn push_with_a_token(bed: &Bed) -> Outcome {
    let (project, registry, name) = tagged(bed, "tok")?;
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let out = project.ds("ds-push", &["-vvv"]).ok();
    let digest = registry.digest(&name, &project.card("app", "/tags/tags/0"));
    assert_eq!(digest.as_ref(), Some(&project.card("app", "/push/digest")), "{out}");
    let askers = registry.tokens().askers(&name);
    assert!(!askers.is_empty() && askers.iter().all(|user| user == USER), "{askers:?}");
    // A token begins so, whoever made it.
    let state = project.state().to_string();
    for text in [out.out(), out.err(), state] {
        assert!(!text.contains("eyJ") && !text.contains("PLANTED"), "{text}");
    }
    let _ = project.ds("ds-push", &["--exit-unchanged"]).ends(4);
    Ok(())
}

/// `docker login` to some registries keeps a token instead of a password.
fn identity_token_of_a_login(bed: &Bed) -> Outcome {
    let (project, registry, name) = tagged(bed, "tok")?;
    let login = json!({ "auths": { registry.host(): { "auth": "", "identitytoken": IDENTITY } } });
    project.docker_config(&login);
    let _ = project.ds("ds-push", &[]).ok();
    assert!(registry.digest(&name, &project.card("app", "/tags/tags/0")).is_some());
    assert!(registry.tokens().askers(&name).iter().all(|user| user == USER));
    Ok(())
}

fn base_behind_a_token_with_both_builders(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.token_registry()?);
    for builder in ["classic", "buildkit"] {
        let base = format!("{}/base{}/b:1", registry.host(), bed.unique());
        let (project, ..) = project(bed, "tok")?;
        docker_login(&project, &registry.host(), USER, PASSWORD);
        let line = "docker tag base/busybox:1 $B && docker push -q $B && docker rmi $B";
        let _ = project.sh(&line.replace("$B", &base)).ok();
        docker_login(&project, &registry.host(), READER, PASSWORD);
        project.file("Dockerfile", format!("FROM {base}\nCOPY a.txt /a\nRUN cat /a >/b\n"));
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let id = project.card("app", "/build/artifact/id");
        assert_eq!(engine.file(&id, "/b"), project.read("a.txt").as_bytes(), "{builder}");
    }
    Ok(())
}

/// Another folder with the same files, and the image gone from the engine.
fn clone<'a>(bed: &'a Bed, project: &Project) -> Result<Project<'a>, Skip> {
    let engine = bed.engine()?;
    let _ = engine.docker(&["rmi", "-f", &project.card("app", "/build/artifact/id")]).ok();
    let clone = Project::new(bed);
    clone.engine(engine);
    let copy = format!("cp -r {}/. . && rm -rf .devspace", project.root().display());
    let _ = clone.sh(&copy).ok();
    Ok(clone)
}

fn reuse_behind_a_token(bed: &Bed) -> Outcome {
    let (project, registry, name) = project(bed, "tok")?;
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let _ = project.sh("ds-build --reuse registry && ds-tag && ds-push --reuse registry").ok();
    let clone = clone(bed, &project)?;
    docker_login(&clone, &registry.host(), READER, PASSWORD);
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("taken from its registry");
    assert!(registry.tokens().askers(&name).iter().any(|user| user == READER));
    assert_eq!(clone.card("app", "/build/artifact/kind"), "registry");
    Ok(())
}

/// The image lies in the registry alone: the new name is put there by our own client.
fn own_name_for_an_image_behind_a_token(bed: &Bed) -> Outcome {
    let (project, registry, name) = project(bed, "tok")?;
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let _ = project.sh("ds-build --reuse registry && ds-tag && ds-push --reuse registry").ok();
    let clone = clone(bed, &project)?;
    docker_login(&clone, &registry.host(), READER, PASSWORD);
    let _ = clone.sh("ds-build --reuse registry && ds-tag --tag mine").ok();
    let _ = clone.ds("ds-push", &[]).fails(77, &registry.host());
    assert_eq!(registry.digest(&name, "mine"), None);
    docker_login(&clone, &registry.host(), USER, PASSWORD);
    let _ = clone.ds("ds-push", &[]).ok();
    assert_eq!(registry.digest(&name, "mine").as_ref(), Some(&clone.card("app", "/push/digest")));
    Ok(())
}

fn public_repository_is_read_by_nobody_in_particular(bed: &Bed) -> Outcome {
    let (project, registry, name) = project(bed, "public")?;
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let _ = project.sh("ds-build --reuse registry && ds-tag && ds-push --reuse registry").ok();
    let clone = clone(bed, &project)?;
    let _ = clone.ds("ds-build", &["--reuse", "registry"]).ok().says("taken from its registry");
    assert!(registry.tokens().askers(&name).iter().any(String::is_empty));
    // Reading is all that nobody may.
    let _ = clone.ds("ds-tag", &["--tag", "mine"]).ok();
    let login = format!("docker login {}", registry.host());
    let _ = clone.ds("ds-push", &[]).fails(77, &registry.host()).says(&login);
    Ok(())
}

fn refused_scope(bed: &Bed) -> Outcome {
    let (project, registry, name) = tagged(bed, "tok")?;
    docker_login(&project, &registry.host(), READER, PASSWORD);
    let out = project.ds("ds-push", &[]).fails(77, &registry.host());
    assert!(!out.err().contains("PLANTED"), "{out}");
    assert!(project.state()["images"]["app"]["variants"]["plain"]["push"].is_null());
    assert_eq!(registry.digest(&name, &project.card("app", "/tags/tags/0")), None);
    Ok(())
}

fn expired_token(bed: &Bed) -> Outcome {
    let (project, registry, name) = tagged(bed, "tok")?;
    // One that the server gives out too late.
    docker_login(&project, &registry.host(), LATE, PASSWORD);
    let _ = project.ds("ds-push", &[]).fails(77, &registry.host());
    // One that the configuration keeps: good, then out of date.
    let scope = format!("repository:{name}:pull,push");
    for (seconds, exit) in [(-7200, 77), (600, 0)] {
        let token = registry.tokens().token(&scope, seconds);
        project.docker_config(&json!({ "auths": { registry.host(): { "registrytoken": token } } }));
        let out = project.ds("ds-push", &[]).ends(exit);
        assert!(!out.err().contains(&token), "{out}");
    }
    assert!(registry.digest(&name, &project.card("app", "/tags/tags/0")).is_some());
    // Our own client does not take it for an absent image either: it says why it builds.
    let clone = clone(bed, &project)?;
    let token = registry.tokens().token(&scope, -7200);
    clone.docker_config(&json!({ "auths": { registry.host(): { "registrytoken": token } } }));
    let out = clone.ds("ds-build", &["--reuse", "registry"]).ok();
    let _ = out.says(&format!("{}.*401", registry.host()));
    assert_eq!(clone.card("app", "/build/artifact/kind"), "engine");
    Ok(())
}

fn wrong_password_at_the_token_server(bed: &Bed) -> Outcome {
    let (project, registry, _) = tagged(bed, "tok")?;
    docker_login(&project, &registry.host(), USER, "PLANTED-wrong");
    let out = project.ds("ds-push", &[]).fails(77, &registry.host());
    assert!(!out.err().contains("PLANTED-wrong"), "{out}");
    Ok(())
}
