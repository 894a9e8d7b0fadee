//! Where the engine is: a socket, TCP with TLS, a docker context, ssh.

use std::fs;

use serde_json::json;
use suite::{Bed, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(tcp_with_tls),
        story(tls_without_our_certificate_is_refused),
        story(docker_context_of_the_config),
        story(docker_context_by_variable),
        story(ssh_endpoint),
        story(absent_engine_is_named),
        story(classic_and_buildkit_by_variable),
    ]
}

fn project(bed: &Bed) -> Result<Project<'_>, Skip> {
    let project = Project::small(bed, bed.engine()?, &format!("end{}/app", bed.unique()));
    project.unset("DOCKER_HOST");
    Ok(project)
}

/// Builds, and finds the image in the shared engine.
fn builds(bed: &Bed, project: &Project) -> Outcome {
    let _ = project.ds("ds-build", &[]).ok();
    let id = project.card("app", "/build/artifact/id");
    assert_eq!(bed.engine()?.id(&id).as_deref(), Some(id.as_str()));
    Ok(())
}

fn tcp_with_tls(bed: &Bed) -> Outcome {
    let (project, engine) = (project(bed)?, bed.engine()?);
    project.set("DOCKER_HOST", &engine.tls_host());
    project.set("DOCKER_TLS_VERIFY", "1");
    project.set("DOCKER_CERT_PATH", engine.cert_path().to_str().unwrap());
    builds(bed, &project)?;
    project.file("a.txt", "classic");
    project.set("DOCKER_BUILDKIT", "0");
    builds(bed, &project)
}

fn tls_without_our_certificate_is_refused(bed: &Bed) -> Outcome {
    let (project, engine) = (project(bed)?, bed.engine()?);
    project.set("DOCKER_HOST", &engine.tls_host());
    let _ = project.ds("ds-build", &[]).fails(69, &engine.tls_host());
    project.set("DOCKER_TLS_VERIFY", "1");
    project.set("DOCKER_CERT_PATH", project.tmp().to_str().unwrap());
    let out = project.ds("ds-build", &[]);
    assert!([69, 78, 65].contains(&out.code), "{out}");
    let _ = out.says(r"ca\.pem|cert\.pem|key\.pem");
    Ok(())
}

/// Lays out a docker context as docker's client does: by the SHA-256 of its name.
fn context(bed: &Bed, project: &Project, name: &str) -> Outcome {
    let engine = bed.engine()?;
    let sum = project.sh(&format!("printf %s {name} | sha256sum | cut -d' ' -f1")).ok().out();
    let folder = project.home().join(".docker/contexts/meta").join(sum.trim());
    fs::create_dir_all(&folder).unwrap();
    let endpoint = json!({ "docker": { "Host": engine.host(), "SkipTLSVerify": false } });
    let meta = json!({ "Name": name, "Metadata": {}, "Endpoints": endpoint });
    fs::write(folder.join("meta.json"), meta.to_string()).unwrap();
    Ok(())
}

fn docker_context_of_the_config(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    context(bed, &project, "mine")?;
    project.docker_config(&json!({ "currentContext": "mine" }));
    builds(bed, &project)
}

fn docker_context_by_variable(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    context(bed, &project, "other")?;
    project.set("DOCKER_CONTEXT", "other");
    builds(bed, &project)?;
    project.set("DOCKER_CONTEXT", "nowhere");
    let out = project.ds("ds-build", &[]);
    assert!([2, 69, 78].contains(&out.code), "{out}");
    let _ = out.says("nowhere");
    Ok(())
}

fn ssh_endpoint(bed: &Bed) -> Outcome {
    let (project, ssh) = (project(bed)?, bed.ssh()?);
    ssh.trust(&project);
    project.set("DOCKER_HOST", &ssh.host());
    builds(bed, &project)?;
    // An ssh that fails is told with what ssh said.
    project.program("../tools/ssh", "#!/bin/sh\necho 'ssh: no route to nowhere' >&2\nexit 255\n");
    let _ = project.ds("ds-build", &["--force"]).fails(69, "no route to nowhere");
    Ok(())
}

fn absent_engine_is_named(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    for host in ["unix:///nonexistent/docker.sock", "tcp://127.0.0.1:1"] {
        project.set("DOCKER_HOST", host);
        let _ = project.ds("ds-build", &[]).fails(69, host).says("DOCKER_HOST");
    }
    project.set("DOCKER_HOST", "gopher://x");
    let out = project.ds("ds-build", &[]);
    assert!([2, 69, 78].contains(&out.code), "{out}");
    let _ = out.says("gopher");
    Ok(())
}

fn classic_and_buildkit_by_variable(bed: &Bed) -> Outcome {
    let (project, engine) = (project(bed)?, bed.engine()?);
    project.engine(engine);
    // Only BuildKit's frontend knows mounts.
    project
        .file("Dockerfile", "FROM base/busybox:1\nRUN --mount=type=cache,target=/c echo hi >/hi\n");
    project.set("DOCKER_BUILDKIT", "1");
    builds(bed, &project)?;
    let id = project.card("app", "/build/artifact/id");
    assert_eq!(engine.file(&id, "/hi"), b"hi\n");
    project.set("DOCKER_BUILDKIT", "0");
    let _ = project.ds("ds-build", &["--force"]).fails(1, "(?i)mount");
    Ok(())
}
