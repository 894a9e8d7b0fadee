//! `ds-push copy`: from registry to registry, to disk and back, over lines that break.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use suite::{
    Asked, Bed, Fate, Outcome, PASSWORD, Project, Registry, Skip, Story, USER, Unruly,
    docker_login, run_bounded, story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(copy_between_registries_of_all_kinds),
        story(copy_to_disk_and_back),
        story(copy_sends_nothing_twice),
        story(copy_in_one_registry_mounts),
        story(broken_download_goes_on),
        story(busy_registry_is_waited_for),
        story(wrong_content_is_never_taken),
        story(redirections_get_no_password),
        story(missing_platform_is_named),
        story(killed_downloads_go_on),
        story(cache_tells_and_empties),
        story(gc_deletes_old_proofs_only),
    ]
}

/// An image of two layers, `size` bytes the larger, put into the registry by skopeo.
/// Returns its digest.
fn seed(bed: &Bed, registry: &Registry, name: &str, size: usize) -> Result<String, Skip> {
    let skopeo = bed.program("skopeo")?;
    let folder = bed.folder("seed");
    // Bytes that no gzip makes smaller, other ones for each image.
    let mut state = u64::from(bed.unique()) | 1;
    let noise: Vec<u8> = (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        })
        .collect();
    let layers: Vec<(String, usize)> =
        [noise, b"small".to_vec()].iter().map(|bytes| put(&folder, bytes)).collect();
    let diffs: Vec<String> = layers.iter().map(|(digest, _)| digest.clone()).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": diffs },
    });
    let (config, length) = put(&folder, config.to_string().as_bytes());
    let kind = "application/vnd.oci.image.layer.v1.tar";
    let layers: Vec<_> = layers
        .iter()
        .map(|(digest, size)| json!({ "mediaType": kind, "digest": digest, "size": size }))
        .collect();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": config, "size": length,
        },
        "layers": layers,
    });
    let (digest, length) = put(&folder, manifest.to_string().as_bytes());
    let index = json!({
        "schemaVersion": 2,
        "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest, "size": length,
        }],
    });
    std::fs::write(folder.join("index.json"), index.to_string()).unwrap();
    std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let mut copy = Command::new(skopeo);
    copy.args(["--insecure-policy", "copy", "-q", "--preserve-digests", "--dest-tls-verify=false"]);
    copy.arg("--dest-creds");
    copy.arg(format!("{USER}:{PASSWORD}"));
    copy.arg(format!("oci:{}", folder.display()));
    copy.arg(format!("docker://{}/{name}", registry.host()));
    let _ = run_bounded(&mut copy, b"", Duration::from_secs(120)).ok();
    Ok(digest)
}

/// A blob of an OCI layout; its digest and size.
fn put(folder: &Path, bytes: &[u8]) -> (String, usize) {
    let sum = run_bounded(&mut Command::new("sha256sum"), bytes, Duration::from_secs(60)).ok();
    let hex = String::from_utf8_lossy(&sum.stdout)[..64].to_owned();
    let blobs = folder.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    std::fs::write(blobs.join(&hex), bytes).unwrap();
    (format!("sha256:{hex}"), bytes.len())
}

fn is_blob(asked: &Asked) -> bool {
    asked.method == "GET" && asked.path.contains("/blobs/")
}

fn copy_between_registries_of_all_kinds(bed: &Bed) -> Outcome {
    let plain = bed.registry()?;
    let project = Project::new(bed);
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, plain, &format!("{name}:1"), 300_000)?;
    let mut from = format!("{}/{name}:1", plain.host());
    for to in [bed.private_registry()?, bed.tls_registry()?] {
        docker_login(&project, &to.host(), USER, PASSWORD);
        let goal = format!("{}/{name}:2", to.host());
        let out = project.ds("ds-push", &["copy", &from, &goal]).ok();
        assert_eq!(out.out().trim(), format!("{goal}@{digest}"));
        assert_eq!(to.digest(&name, "2").as_deref(), Some(&*digest));
        from = goal;
    }
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
    assert!(!asked.iter().any(is_blob), "a blob was fetched: {asked:?}");
    Ok(())
}

fn broken_download_goes_on(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 600_000)?;
    let proxy = Unruly::start(&registry.host(), |asked| match is_blob(asked) {
        // Each brings some of it.
        true if asked.nth < 3 => Fate::Cut(150_000),
        _ => Fate::Pass,
    });
    let project = Project::new(bed);
    let from = format!("{}/{name}:1", proxy.host());
    let _ = project.ds("ds-push", &["copy", &from, "oci:images"]).ok();
    let asked = proxy.take();
    let begun: Vec<&str> = asked.iter().filter_map(|a| a.range.as_deref()).collect();
    assert_eq!(begun, ["bytes=150000-", "bytes=300000-", "bytes=450000-"]);
    let to = format!("{}/{name}:2", registry.host());
    let _ = project.ds("ds-push", &["copy", "oci:images", &to]).ok();
    assert_eq!(registry.digest(&name, "2").as_deref(), Some(&*digest));
    Ok(())
}

fn busy_registry_is_waited_for(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 100_000)?;
    let busy = |status: u16, wait: &str| {
        let body = br#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}"#;
        Fate::Answer(status, format!("Retry-After: {wait}\r\n"), body.to_vec())
    };
    let proxy = Unruly::start(&registry.host(), move |asked| match asked.nth {
        0 if asked.path.contains("/manifests/") => busy(429, "1"),
        0 => busy(503, "0"),
        1 if asked.method == "GET" => Fate::Hang,
        _ => Fate::Pass,
    });
    let project = Project::new(bed);
    let from = format!("{}/{name}:1", proxy.host());
    let _ = project.ds("ds-push", &["copy", &from, "oci:images"]).ok();
    let to = format!("{}/{name}:2", proxy.host());
    let _ = project.ds("ds-push", &["copy", "oci:images", &to]).ok();
    assert_eq!(registry.digest(&name, "2").as_deref(), Some(&*digest));
    // One that asks for an hour is not waited for: later is another day.
    let closed = Unruly::start(&registry.host(), move |_| busy(429, "3600"));
    let from = format!("{}/{name}:1", closed.host());
    let told = project.ds("ds-push", &["copy", &from, "oci:other"]).ends(75);
    assert!(told.err().contains("3600 s"), "{}", told.err());
    assert_eq!(closed.take().len(), 1);
    Ok(())
}

fn wrong_content_is_never_taken(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 100_000)?;
    let project = Project::new(bed);
    let bomb = move |asked: &Asked| match asked.path.contains("/manifests/") {
        true => Fate::Answer(200, String::new(), vec![b' '; 5 << 20]),
        false => Fate::Pass,
    };
    let schema1 = |asked: &Asked| match asked.path.contains("/manifests/") {
        true => {
            let kind = "application/vnd.docker.distribution.manifest.v1+prettyjws";
            Fate::Answer(
                200,
                format!("Content-Type: {kind}\r\n"),
                b"{\"schemaVersion\":1}".to_vec(),
            )
        }
        false => Fate::Pass,
    };
    let longer = |asked: &Asked| match is_blob(asked) {
        true => Fate::Answer(200, String::new(), vec![0; 200_000]),
        false => Fate::Pass,
    };
    type Rule = Box<dyn Fn(&Asked) -> Fate + Send + Sync>;
    let spoil = |asked: &Asked| if is_blob(asked) { Fate::Spoil } else { Fate::Pass };
    let manifest = |asked: &Asked| match asked.path.contains("/manifests/sha256") {
        true => Fate::Spoil,
        false => Fate::Pass,
    };
    let table: [(Rule, &str); 5] = [
        (Box::new(bomb), "longer than"),
        (Box::new(schema1), "schema 1"),
        (Box::new(longer), "something else than was asked for"),
        (Box::new(spoil), "something else than was asked for"),
        (Box::new(manifest), "another digest"),
    ];
    for (rule, words) in table {
        let proxy = Unruly::start(&registry.host(), rule);
        let from = format!("{}/{name}@{digest}", proxy.host());
        let told = project.ds("ds-push", &["copy", &from, "oci:images"]).ends(1);
        assert!(told.err().contains(words), "{words}: {}", told.err());
        let asked = proxy.take();
        assert!(asked.iter().all(|asked| asked.nth == 0), "asked again: {asked:?}");
        // Also on the way from registry to registry.
        let to = format!("{}/{name}:bad", registry.host());
        let _ = project.ds("ds-push", &["copy", &from, &to]).ends(1);
        assert_eq!(registry.digest(&name, "bad"), None, "{words}");
    }
    // What was taken of it all is right: the next copy works.
    let from = format!("{}/{name}:1", registry.host());
    let _ = project.ds("ds-push", &["copy", &from, "oci:images"]).ok();
    Ok(())
}

fn redirections_get_no_password(bed: &Bed) -> Outcome {
    let private = bed.private_registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, private, &format!("{name}:1"), 100_000)?;
    // Whoever is redirected to asks for a name and password, too.
    let challenge = "WWW-Authenticate: Basic realm=\"give\"\r\n".to_owned();
    let elsewhere =
        Unruly::start(&private.host(), move |_| Fate::Answer(401, challenge.clone(), Vec::new()));
    let place = format!("http://{}", elsewhere.host());
    let proxy = Unruly::start(&private.host(), move |asked| {
        match is_blob(asked) && asked.authorization.is_some() {
            true => {
                let to = format!("Location: {place}{}\r\n", asked.path);
                Fate::Answer(307, to, Vec::new())
            }
            false => Fate::Pass,
        }
    });
    let project = Project::new(bed);
    docker_login(&project, &proxy.host(), USER, PASSWORD);
    let from = format!("{}/{name}@{digest}", proxy.host());
    let told = project.ds("ds-push", &["copy", &from, "oci:images"]).ends(77);
    assert!(!told.err().contains(PASSWORD));
    let asked = elsewhere.take();
    assert!(!asked.is_empty() && asked.iter().all(|asked| asked.authorization.is_none()));
    Ok(())
}

fn missing_platform_is_named(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 1000)?;
    let entry = |platform: &str, variant: Option<&str>| {
        let mut entry = json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest, "size": 644,
            "platform": { "os": "linux", "architecture": platform },
        });
        if let Some(variant) = variant {
            entry["platform"]["variant"] = variant.into();
        }
        entry
    };
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry("arm64", Some("v8")), entry("unknown", None), entry("arm", Some("v7"))],
    });
    let body = index.to_string().into_bytes();
    let kind = "Content-Type: application/vnd.oci.image.index.v1+json\r\n";
    let proxy = Unruly::start(&registry.host(), move |asked| match asked.path.ends_with("/many") {
        true => Fate::Answer(200, kind.to_owned(), body.clone()),
        false => Fate::Pass,
    });
    let project = Project::new(bed);
    let from = format!("{}/{name}:many", proxy.host());
    let args = ["copy", &from, "oci:images", "--platform", "linux/amd64"];
    let told = project.ds("ds-push", &args).ends(1);
    assert!(told.err().contains("no image for linux/amd64"), "{}", told.err());
    assert!(told.err().contains("linux/arm64/v8"), "{}", told.err());
    assert!(told.err().contains("linux/arm/v7"), "{}", told.err());
    Ok(())
}

fn killed_downloads_go_on(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 2_000_000)?;
    let slow = Unruly::start(&registry.host(), |asked| match is_blob(asked) {
        true => Fate::Slow(Duration::from_millis(40)),
        false => Fate::Pass,
    });
    let project = Project::new(bed);
    let from = format!("{}/{name}:1", slow.host());
    // Killed when so much of a layer is there.
    let script = format!(
        "for size in 60k 600k; do ds-push copy {from} oci:images & \
         until [ -n \"$(find $HOME/.cache/ds/partial -size +$size 2>&1 | grep -v find:)\" ]; do sleep 0.02; done; \
         kill -9 $!; wait $!; done; true"
    );
    let _ = project.sh(&script).ok();
    let _ = project.ds("ds-push", &["copy", &from, "oci:images"]).ok();
    let to = format!("{}/{name}:2", registry.host());
    let _ = project.ds("ds-push", &["copy", "oci:images", &to]).ok();
    assert_eq!(registry.digest(&name, "2").as_deref(), Some(&*digest));
    assert!(slow.take().iter().any(|asked| asked.range.is_some()), "nothing was taken up again");
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
