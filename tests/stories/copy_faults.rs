//! Registries that misbehave, and lines that break: what comes of a copy.

use std::time::Duration;

use serde_json::json;
use suite::{
    Asked, Bed, Fate, Outcome, PASSWORD, Project, Story, USER, Unruly, docker_login, seed, story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(broken_download_goes_on),
        story(busy_registry_is_waited_for),
        story(wrong_content_is_never_taken),
        story(redirections_get_no_password),
        story(missing_platform_is_named),
        story(mirrors_are_asked_first),
        story(killed_downloads_go_on),
    ]
}

fn broken_download_goes_on(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 600_000)?;
    let proxy = Unruly::start(&registry.host(), |asked| match asked.is_blob() {
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
    let longer = |asked: &Asked| match asked.is_blob() {
        true => Fate::Answer(200, String::new(), vec![0; 200_000]),
        false => Fate::Pass,
    };
    type Rule = Box<dyn Fn(&Asked) -> Fate + Send + Sync>;
    let spoil = |asked: &Asked| if asked.is_blob() { Fate::Spoil } else { Fate::Pass };
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
    for (nth, (rule, words)) in table.into_iter().enumerate() {
        // What was right of an earlier copy would not be asked for again.
        project.set("DS_CACHE", &project.tmp().join(nth.to_string()).display().to_string());
        let proxy = Unruly::start(&registry.host(), rule);
        let from = format!("{}/{name}@{digest}", proxy.host());
        let told = project.ds("ds-push", &["copy", &from, "oci:images"]).ends(1);
        assert!(told.err().contains(words), "{words}: {}", told.err());
        let asked = proxy.take();
        assert!(asked.iter().all(|asked| asked.nth == 0), "asked again: {asked:?}");
        // Also on the way from registry to registry.
        let to = format!("{name}/bad{}", bed.unique());
        let _ =
            project.ds("ds-push", &["copy", &from, &format!("{}/{to}:1", registry.host())]).ends(1);
        assert_eq!(registry.digest(&to, "1"), None, "{words}");
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
        match asked.is_blob() && asked.authorization.is_some() {
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
    let slow = Unruly::start(&registry.host(), |asked| match asked.is_blob() {
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

fn mirrors_are_asked_first(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let name = format!("copy{}/app", bed.unique());
    let digest = seed(bed, registry, &format!("{name}:1"), 1000)?;
    let proxy = Unruly::start(&registry.host(), |_| Fate::Pass);
    let broken = Unruly::start(&registry.host(), |_| Fate::Answer(404, String::new(), Vec::new()));
    let project = Project::new(bed);
    // The registry itself is nowhere; of its mirrors the second has the image.
    let hosts = format!("[host.'http://{}']\n[host.'http://{}']\n", broken.host(), proxy.host());
    let folder = project.home().join(".config/containerd/certs.d/registry.example.com");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("hosts.toml"), hosts).unwrap();
    let from = format!("registry.example.com/{name}:1");
    let args = ["copy", &from, "oci:images", "--platform", "linux/amd64"];
    let copied = project.ds("ds-push", &args).ok();
    assert_eq!(copied.out().trim(), format!("{from}@{digest}"));
    assert_eq!(broken.take().len(), 1);
    assert!(proxy.take().iter().any(Asked::is_blob));
    Ok(())
}
