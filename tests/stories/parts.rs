//! The bed itself: its parts do what stories rely on.

use suite::{Bed, Faulty, Outcome, Project, Story, Tap, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(engine_runs_images),
        story(registries_hold_images),
        story(tap_hears_requests),
        story(faulty_registry_refuses),
    ]
}

fn engine_runs_images(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let out = engine.docker(&["run", "--rm", "base/busybox:1", "echo", "hello"]).ok();
    assert_eq!(out.out(), "hello\n");
    assert!(engine.paths("base/busybox:1").contains(&"bin/busybox".to_owned()));
    assert_eq!(engine.file("base/busybox:1", "/etc/passwd"), b"root:x:0:0:root:/root:/bin/sh\n");
    Ok(())
}

fn registries_hold_images(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for registry in [bed.registry()?, bed.tls_registry()?] {
        let name = format!("{}/parts/bb:1", registry.host());
        let _ = engine.docker(&["tag", "base/busybox:1", &name]).ok();
        let _ = engine.docker(&["push", &name]).ok();
        assert!(
            registry.digest("parts/bb", "1").is_some_and(|digest| digest.starts_with("sha256:"))
        );
        assert_eq!(registry.digest("parts/bb", "2"), None);
    }
    let refused = format!("{}/parts/bb:1", bed.private_registry()?.host());
    let _ = engine.docker(&["tag", "base/busybox:1", &refused]).ok();
    let _ = engine.docker(&["push", &refused]).ends(1).says("no basic auth credentials");
    Ok(())
}

fn tap_hears_requests(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let tap = Tap::start(bed.folder("tap").join("s"), engine.socket());
    let project = Project::new(bed);
    project.set("DOCKER_HOST", &tap.host());
    let _ = project.sh("docker image inspect base/busybox:1").ok();
    let heard = tap.take();
    assert!(
        heard.iter().any(|request| request.contains("/images/base/busybox:1/json")),
        "{heard:?}"
    );
    assert!(tap.take().is_empty());
    Ok(())
}

fn faulty_registry_refuses(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let faulty = Faulty::start(403, "DENIED");
    let name = format!("{}/x/y:1", faulty.host());
    let _ = engine.docker(&["tag", "base/busybox:1", &name]).ok();
    let _ = engine.docker(&["push", &name]).ends(1).says("(?i)denied");
    assert!(faulty.requests() > 0);
    Ok(())
}
