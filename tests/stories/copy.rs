//! `ds-push copy`: from registry to registry, to disk and back; what old keys left; images
//! of the layout.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use suite::{
    Bed, Fate, Outcome, PASSWORD, Project, Story, USER, Unruly, docker_login, run_bounded, seed,
    story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(copy_between_registries_of_all_kinds),
        story(copy_to_disk_and_back),
        story(copy_takes_all_platforms),
        story(copy_sends_nothing_twice),
        story(copy_in_one_registry_mounts),
        story(cache_tells_and_empties),
        story(gc_deletes_old_proofs_only),
        story(layout_is_pushed_and_asked_for_once),
    ]
}

fn copy_between_registries_of_all_kinds(bed: &Bed) -> Outcome {
    let plain = bed.registry()?;
    let project = Project::new(bed);
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, plain, &format!("{name}:1"), 300_000)?;
    let from = format!("{}/{name}:1", plain.host());
    for to in [bed.private_registry()?, bed.tls_registry()?] {
        docker_login(&project, &to.host(), USER, PASSWORD);
        let goal = format!("{}/{name}:2", to.host());
        let out = project.ds("ds-push", &["copy", &from, &goal]).ok();
        assert_eq!(out.out().trim(), format!("{goal}@{digest}"));
        assert_eq!(to.digest(&name, "2").as_deref(), Some(&*digest));
        let back = format!("{}/{name}:back", plain.host());
        let _ = project.ds("ds-push", &["copy", &goal, &back]).ok();
    }
    assert_eq!(plain.digest(&name, "back").as_deref(), Some(&*digest));
    // Without the password the private one says no, and how to get in.
    project.docker_config(&json!({}));
    let private = format!("{}/{name}:2", bed.private_registry()?.host());
    let refused = project.ds("ds-push", &["copy", &private, "oci:x"]).ends(77);
    assert!(refused.err().contains("docker login"), "{}", refused.err());
    Ok(())
}

fn copy_to_disk_and_back(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let skopeo = bed.program("skopeo")?;
    let project = Project::new(bed);
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 300_000)?;
    let from = format!("{}/{name}:1", registry.host());
    let _ = project.ds("ds-push", &["copy", &from, "oci:images"]).ok();
    // Others read it: by its full name.
    let mut inspect = Command::new(&skopeo);
    inspect.args(["inspect", "--format", "{{.Digest}}"]).arg(format!("oci:images:{from}"));
    inspect.current_dir(project.root());
    let seen = run_bounded(&mut inspect, b"", Duration::from_secs(60)).ok();
    assert_eq!(seen.out().trim(), digest);
    let back = format!("{}/{name}:back", registry.host());
    let _ = project.ds("ds-push", &["copy", &format!("oci:images:{from}"), &back]).ok();
    assert_eq!(registry.digest(&name, "back").as_deref(), Some(&*digest));
    for kind in ["docker-archive", "oci-archive"] {
        let args = ["copy", &from, &format!("{kind}:{kind}.tar"), "--platform", "linux/amd64"];
        let _ = project.ds("ds-push", &args).ok();
        let mut inspect = Command::new(&skopeo);
        inspect.args(["inspect", "--config"]).arg(format!("{kind}:{kind}.tar"));
        inspect.current_dir(project.root());
        let seen = run_bounded(&mut inspect, b"", Duration::from_secs(60)).ok();
        assert!(seen.out().contains("amd64"), "{}", seen.out());
    }
    // The engine takes it under its name.
    project.engine(bed.engine()?);
    let _ = project.sh("docker load -i docker-archive.tar").ok();
    let _ = project.sh(&format!("docker image inspect {from} && docker rmi {from}")).ok();
    Ok(())
}

fn copy_takes_all_platforms(bed: &Bed) -> Outcome {
    let (plain, tls) = (bed.registry()?, bed.tls_registry()?);
    let name = format!("copy{}/app", bed.unique());
    let kind = "application/vnd.oci.image.index.v1+json";
    let mut entries = Vec::new();
    for platform in ["amd64", "arm64"] {
        let digest = seed(bed, plain, &format!("{name}:{platform}"), 50_000)?;
        let blob = Command::new("curl")
            .args(["-s", "-H", "Accept: application/vnd.oci.image.manifest.v1+json"])
            .arg(format!("http://{}/v2/{name}/manifests/{digest}", plain.host()))
            .output()
            .unwrap();
        entries.push(json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest, "size": blob.stdout.len(),
            "platform": { "os": "linux", "architecture": platform },
        }));
    }
    let index = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": entries });
    let project = Project::new(bed);
    project.file("index.json", index.to_string());
    let put = format!(
        "curl -sf -X PUT -H 'Content-Type: {kind}' --data-binary @index.json http://{}/v2/{name}/manifests/many",
        plain.host()
    );
    let _ = project.sh(&put).ok();
    docker_login(&project, &tls.host(), USER, PASSWORD);
    let at = |host: &str, tag: &str| format!("{host}/{name}:{tag}");
    let from = at(&plain.host(), "many");
    let there = project.ds("ds-push", &["copy", &from, &at(&tls.host(), "many")]).ok();
    let digest = there.out().trim().rsplit('@').next().unwrap().to_owned();
    let _ = project.ds("ds-push", &["copy", &from, "oci:images"]).ok();
    let back = project.ds("ds-push", &["copy", "oci:images", &at(&tls.host(), "back")]).ok();
    assert!(back.out().contains(&digest), "{}", back.out());
    // One of them alone.
    let args = ["copy", &from, &at(&tls.host(), "arm"), "--platform", "linux/arm64/v8"];
    let arm = project.ds("ds-push", &args).ok();
    assert!(arm.out().contains(entries[1]["digest"].as_str().unwrap()), "{}", arm.out());
    for tag in ["amd64", "arm64"] {
        let exact = plain.digest(&name, tag).unwrap();
        assert_eq!(tls.digest(&name, &exact).as_deref(), Some(&*exact), "{tag}");
    }
    Ok(())
}

fn copy_sends_nothing_twice(bed: &Bed) -> Outcome {
    let (from, to) = (bed.registry()?, bed.tls_registry()?);
    let name = format!("copy{}/app", bed.unique());
    let _ = seed(bed, from, &format!("{name}:1"), 100_000)?;
    let proxy = Unruly::start(&from.host(), |_| Fate::Pass);
    let project = Project::new(bed);
    docker_login(&project, &to.host(), USER, PASSWORD);
    let (source, goal) = (format!("{}/{name}:1", proxy.host()), format!("{}/{name}:1", to.host()));
    let _ = project.ds("ds-push", &["copy", &source, &goal]).ok();
    let first = proxy.lines();
    assert_eq!(first.iter().filter(|line| line.contains("/blobs/")).count(), 3, "{first:?}");
    let _ = project.ds("ds-push", &["copy", &source, &goal]).ok();
    assert_eq!(proxy.lines(), [format!("GET /v2/{name}/manifests/1")]);
    Ok(())
}

fn copy_in_one_registry_mounts(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let (one, two) = (format!("mount{}/a", bed.unique()), format!("mount{}/b", bed.unique()));
    let digest = seed(bed, registry, &format!("{one}:1"), 100_000)?;
    let proxy = Unruly::start(&registry.host(), |_| Fate::Pass);
    let project = Project::new(bed);
    let at = |name: &str| format!("{}/{name}:1", proxy.host());
    let _ = project.ds("ds-push", &["copy", &at(&one), &at(&two)]).ok();
    assert_eq!(registry.digest(&two, "1").as_deref(), Some(&*digest));
    let asked = proxy.take();
    assert_eq!(asked.iter().filter(|a| a.path.contains("mount=sha256")).count(), 3, "{asked:?}");
    assert!(!asked.iter().any(suite::Asked::is_blob), "a blob was fetched: {asked:?}");
    Ok(())
}

fn cache_tells_and_empties(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let _ = seed(bed, registry, &format!("{name}:1"), 300_000)?;
    let project = Project::new(bed);
    let from = format!("{}/{name}:1", registry.host());
    let _ = project.ds("ds-push", &["copy", &from, "oci:images"]).ok();
    let info = project.ds("ds", &["cache", "info", "--output", "json"]).ok();
    let info: serde_json::Value = serde_json::from_str(&info.out()).unwrap();
    assert_eq!(info["parts"]["blobs/sha256"]["items"], 4, "{info}");
    assert!(info["bytes"].as_u64().unwrap() >= 300_000, "{info}");
    let mode = "stat -c %a $HOME/.cache/ds";
    assert_eq!(project.sh(mode).ok().out().trim(), "700");
    let dry = project.ds("ds", &["cache", "prune", "--max-size", "0", "--dry-run"]).ok();
    assert!(dry.out().contains("would remove"), "{}", dry.out());
    let kept = project.ds("ds", &["cache", "prune", "--older-than", "1h"]).ok();
    assert!(kept.out().contains("(0 items)"), "{}", kept.out());
    let gone = project.ds("ds", &["cache", "prune", "--max-size", "0"]).ok();
    assert!(gone.out().contains("(4 items)"), "{}", gone.out());
    // The layout has its own links: it is whole.
    let to = format!("{}/{name}:2", registry.host());
    let _ = project.ds("ds-push", &["copy", "oci:images", &to]).ok();
    let _ = project.ds("ds", &["cache", "prune", "--max-size", "lots"]).ends(2);
    Ok(())
}

fn gc_deletes_old_proofs_only(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let repository = format!("gc{}/app", bed.unique());
    let project = Project::small(bed, bed.engine()?, &format!("{}/{repository}", registry.host()));
    let reuse = ["--reuse", "registry"];
    let run = |args: &[&str]| {
        let _ = project.ds("ds-build", args).ok();
        let _ = project.ds("ds-tag", &[]).ok();
        let _ = project.ds("ds-push", &reuse).ok();
        project.card("app", "/build/artifact/name")
    };
    let first = run(&[]);
    let used = project.card("app", "/tags/tags/0");
    let second = run(&["--build-arg", "X=2"]);
    assert_ne!(first, second);
    // Young: left alone. Old: only what the state does not name.
    let young = project.ds("ds", &["gc"]).ok();
    assert_eq!(young.out(), "");
    let _ = project.sh("sleep 1.1").ok();
    let dry = project.ds("ds", &["gc", "--older-than", "0s"]).ok();
    assert!(dry.out().contains(&first) && !dry.out().contains(&second), "{}", dry.out());
    let done = project.ds("ds", &["gc", "--older-than", "0s", "--yes"]).ok();
    assert!(done.out().starts_with("deleted "), "{}", done.out());
    let none = project.ds("ds", &["gc", "--older-than", "0s"]).ok();
    assert_eq!(none.out(), "");
    // What a cluster may run is there.
    assert!(registry.digest(&repository, &used).is_some());
    Ok(())
}

fn layout_is_pushed_and_asked_for_once(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("layout{}/app", bed.unique());
    let seeded = format!("seed{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{seeded}:1"), 300_000)?;
    let proxy = Unruly::start(&registry.host(), |_| Fate::Pass);
    let project = Project::new(bed);
    let repository = format!("{}/{name}", proxy.host());
    project.file(
        "devspace.yaml",
        format!("version: v1beta2\nimages:\n  app: {{image: {repository}, tags: [one, two]}}\n"),
    );
    let from = format!("{}/{seeded}:1", registry.host());
    let _ = project.ds("ds-push", &["copy", &from, "oci:.devspace/images"]).ok();
    let artifact = json!({
        "kind": "layout", "digest": digest, "name": format!("{repository}:ds-key-0000000000000000"),
    });
    let build = json!({
        "key": format!("sha256:{}", "0".repeat(64)), "artifact": artifact,
        "builder": "embedded", "platform": "linux/amd64",
    });
    let card = json!({ "repository": repository, "variants": { "plain": { "build": build } } });
    let state = json!({ "schema": "ds.state/1", "images": { "app": card } });
    project.file(".devspace/state.json", state.to_string());
    let _ = project.ds("ds-tag", &[]).ok();
    let named = project.ds("ds-push", &["--skip-push"]).ok();
    assert!(named.err().contains("not uploaded"), "{}", named.err());
    assert!(proxy.lines().is_empty(), "asked although nothing is to be sent");
    let _ = project.ds("ds-push", &[]).ok();
    for tag in ["one", "two"] {
        assert_eq!(registry.digest(&name, tag).as_deref(), Some(&*digest), "{tag}");
    }
    let asked = proxy.lines();
    let puts = asked.iter().filter(|line| line.starts_with("PUT") && line.contains("/blobs/"));
    assert_eq!(puts.count(), 3, "{asked:?}");
    assert_eq!(project.card("app", "/push/digest"), digest);
    // Once more: two names, two questions.
    let again = project.ds("ds-push", &[]).ok();
    assert!(again.out().contains("up to date"), "{}", again.out());
    let head = |tag: &str| format!("HEAD /v2/{name}/manifests/{tag}");
    assert_eq!(proxy.lines(), [head("one"), head("two")]);
    // Others find it by its key; the layout knows all of its names.
    let _ = project.ds("ds-push", &["--reuse", "registry"]).ok();
    assert_ne!(project.card("app", "/push/proof"), "");
    let index = project.read(".devspace/images/index.json");
    assert!(index.contains(&format!("{repository}:two")), "{index}");
    // Gone from the disk: said, and what to do.
    let _ = project.sh("rm -r .devspace/images").ok();
    let gone = project.ds("ds-push", &["--force"]).ends(1);
    assert!(gone.err().contains("`ds-build` builds it again"), "{}", gone.err());
    Ok(())
}
