//! Names in the registry: who may, what is sent, and what is said when it fails.

use serde_json::json;
use suite::{
    Bed, Faulty, Outcome, PASSWORD, Project, Skip, Story, USER, docker_login, helper, story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(login_of_docker),
        story(helper_is_asked_for_the_registry_in_use_only),
        story(store_for_everything),
        story(broken_helper_of_the_registry_is_named),
        story(digest_is_the_registrys),
        story(registry_with_tls),
        story(wrong_password),
        story(no_credentials),
        story(refusing_registry),
        story(registry_that_cannot_keep_the_manifest),
        story(registry_that_takes_no_layer).long(),
        story(registry_down),
        story(skip_push_gives_names_only),
        story(several_tags),
        story(overtaken_push_leaves_the_new_build_alone),
    ]
}

/// A built and tagged image for a repository on this host, and its name there.
fn tagged<'a>(bed: &'a Bed, host: &str) -> Result<(Project<'a>, String), Skip> {
    let name = format!("push{}/app", bed.unique());
    let project = Project::small(bed, bed.engine()?, &format!("{host}/{name}"));
    let _ = project.ds("ds-build", &[]).ok();
    let _ = project.ds("ds-tag", &[]).ok();
    Ok((project, name))
}

/// Shell that answers as a credential helper with the right password.
fn right_answer() -> String {
    format!(r#"printf '{{"ServerURL":"%s","Username":"{USER}","Secret":"{PASSWORD}"}}' "$host""#)
}

fn login_of_docker(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let (project, name) = tagged(bed, &registry.host())?;
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let _ = project.ds("ds-push", &[]).ok();
    assert!(registry.digest(&name, &project.card("app", "/tags/tags/0")).is_some());
    Ok(())
}

fn helper_is_asked_for_the_registry_in_use_only(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let (project, _) = tagged(bed, &registry.host())?;
    let log = helper(&project, "good", &right_answer());
    let bad = helper(&project, "bad", "echo broken >&2; exit 1");
    let helpers = json!({ registry.host(): "good", "elsewhere.example.com": "bad" });
    project.docker_config(&json!({ "credHelpers": helpers, "credsStore": "bad" }));
    let _ = project.ds("ds-push", &[]).ok();
    let asked = std::fs::read_to_string(log).unwrap();
    assert!(asked.lines().all(|host| host == registry.host()), "asked for {asked}");
    assert!(!bad.exists(), "a helper of another registry was asked");
    Ok(())
}

fn store_for_everything(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let (project, name) = tagged(bed, &registry.host())?;
    helper(&project, "store", &right_answer());
    project.docker_config(&json!({ "credsStore": "store" }));
    let _ = project.ds("ds-push", &[]).ok();
    assert!(registry.digest(&name, &project.card("app", "/tags/tags/0")).is_some());
    Ok(())
}

fn broken_helper_of_the_registry_is_named(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let (project, _) = tagged(bed, &registry.host())?;
    helper(&project, "sick", "echo PLANTED-output; exit 3");
    project.docker_config(&json!({ "credHelpers": { registry.host(): "sick" } }));
    let out = project.ds("ds-push", &[]).fails(77, "docker-credential-sick");
    assert!(!out.err().contains("PLANTED"), "{out}");
    project.docker_config(&json!({ "credHelpers": { registry.host(): "absent" } }));
    let _ = project.ds("ds-push", &[]).fails(77, "docker-credential-absent");
    Ok(())
}

fn digest_is_the_registrys(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let (project, name) = tagged(bed, &registry.host())?;
    let out = project.ds("ds-push", &["--output", "json"]).ok().json();
    let digest = registry.digest(&name, &project.card("app", "/tags/tags/0")).unwrap();
    assert_eq!(project.card("app", "/push/digest"), digest);
    assert!(out["images"]["app"].to_string().contains(&digest), "{out}");
    let text = project.ds("ds-rewrite", &["--digest", "k8s/pod.yaml"]).ok().out();
    assert!(text.contains(&format!("@{digest}\"")), "{text}");
    Ok(())
}

fn registry_with_tls(bed: &Bed) -> Outcome {
    let registry = bed.tls_registry()?;
    let (project, name) = tagged(bed, &registry.host())?;
    let _ = project.ds("ds-push", &[]).ok();
    assert!(registry.digest(&name, &project.card("app", "/tags/tags/0")).is_some());
    let _ = project.ds("ds-push", &["--exit-unchanged"]).ends(4);
    Ok(())
}

fn wrong_password(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let (project, _) = tagged(bed, &registry.host())?;
    docker_login(&project, &registry.host(), USER, "PLANTED-wrong");
    let out = project.ds("ds-push", &[]).fails(77, &registry.host());
    assert!(!out.err().contains("PLANTED-wrong"), "{out}");
    assert!(project.state()["images"]["app"]["variants"]["plain"]["push"].is_null());
    Ok(())
}

fn no_credentials(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let (project, _) = tagged(bed, &registry.host())?;
    let login = format!("docker login {}", registry.host());
    let _ = project.ds("ds-push", &[]).fails(77, &registry.host()).says(&login);
    Ok(())
}

fn refusing_registry(bed: &Bed) -> Outcome {
    for (status, code, exit) in [(403, "DENIED", 77), (429, "TOOMANYREQUESTS", 75)] {
        let faulty = Faulty::start(status, code);
        let (project, _) = tagged(bed, faulty.host())?;
        let _ = project.ds("ds-push", &[]).fails(exit, faulty.host());
    }
    Ok(())
}

fn registry_that_cannot_keep_the_manifest(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let (project, name) = tagged(bed, &registry.host())?;
    registry.refuse_manifests(&name);
    project.ds("ds-push", &[]).check(&[1, 69], &registry.host()).unwrap();
    assert!(project.state()["images"]["app"]["variants"]["plain"]["push"].is_null());
    Ok(())
}

/// The engine tries each layer five times, with longer and longer pauses.
fn registry_that_takes_no_layer(bed: &Bed) -> Outcome {
    let faulty = Faulty::start(500, "UNKNOWN");
    let (project, _) = tagged(bed, faulty.host())?;
    project.ds("ds-push", &[]).check(&[1, 69, 75], faulty.host()).unwrap();
    Ok(())
}

fn registry_down(bed: &Bed) -> Outcome {
    let (project, _) = tagged(bed, "127.0.0.1:1")?;
    let _ = project.ds("ds-push", &[]).fails(69, "127.0.0.1:1");
    Ok(())
}

fn skip_push_gives_names_only(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let (project, name) = tagged(bed, &registry.host())?;
    let _ = project.ds("ds-push", &["--skip-push"]).ok();
    let tag = project.card("app", "/tags/tags/0");
    let named = format!("{}/{name}:{tag}", registry.host());
    assert!(bed.engine()?.id(&named).is_some(), "{named} is not in the engine");
    assert_eq!(registry.digest(&name, &tag), None, "uploaded");
    let _ = project.ds("ds-push", &["--skip-push", "--exit-unchanged"]).ends(4);
    let _ = project.ds("ds-push", &[]).ok();
    assert!(registry.digest(&name, &tag).is_some(), "not uploaded after all");
    Ok(())
}

fn several_tags(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let (project, name) = tagged(bed, &registry.host())?;
    let _ = project.ds("ds-tag", &["--tag", "v1", "--tag", "k-${KEY}"]).ok();
    let _ = project.ds("ds-push", &[]).ok();
    let second = project.card("app", "/tags/tags/1");
    let digests = ["v1", &second].map(|tag| registry.digest(&name, tag));
    assert!(digests[0].is_some() && digests[0] == digests[1], "{digests:?}");
    let _ = project.ds("ds-tag", &["--tag", "-bad"]).says("(?i)tag");
    let text = project.ds("ds-rewrite", &["k8s/pod.yaml"]).ok().out();
    assert!(text.contains("/app:v1\""), "the first tag is what manifests get: {text}");
    Ok(())
}

/// While ds-push is at work (in the helper), another process replaces the build.
fn overtaken_push_leaves_the_new_build_alone(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let (project, _) = tagged(bed, &registry.host())?;
    let root = project.root();
    // ds-build asks the helper, too: once is enough.
    let meanwhile = format!(
        "[ -n \"$INSIDE\" ] || (export INSIDE=1; cd {}; echo new >a.txt; ds-build && ds-tag) >&2",
        root.display()
    );
    helper(&project, "slow", &format!("{meanwhile}\n{}", right_answer()));
    project.docker_config(&json!({ "credHelpers": { registry.host(): "slow" } }));
    let old = project.card("app", "/build/artifact/id");
    let out = project.ds("ds-push", &[]);
    let new = project.card("app", "/build/artifact/id");
    assert_ne!(old, new, "nothing was replaced: {out}");
    let _ = out.fails(75, "(?i)app");
    let push = &project.state()["images"]["app"]["variants"]["plain"]["push"];
    assert!(push.is_null(), "the old build's push stands on the new one's card: {push}");
    Ok(())
}
