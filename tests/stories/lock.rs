//! Base images pinned to digests: `ds lock`, and builds that keep to it.

use serde_json::Value;
use suite::{
    Bed, Engine, Outcome, PASSWORD, Project, Registry, Skip, Story, USER, docker_login, story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(builds_keep_to_the_lock_until_it_is_updated),
        story(check_asks_nobody),
        story(what_is_locked_and_what_is_not),
        story(one_image_alone_is_updated),
        story(an_index_is_locked_by_its_own_digest),
        story(refused_registries_are_told),
        story(a_malformed_lock_is_refused_with_its_line),
        story(a_lock_that_changed_affects_its_images),
    ]
}

/// Pushes a base image with one file `/n` under a tag, and takes it from the engine.
fn push_base(project: &Project, engine: &Engine, name: &str, content: &str) {
    let dockerfile = format!("FROM base/busybox:1\nRUN echo {content} >/n\n");
    let _ = engine.docker_with(&["build", "-q", "-t", name, "-"], dockerfile.as_bytes()).ok();
    let _ = project.sh(&format!("docker push -q {name} && docker rmi -f {name}")).ok();
}

/// A project whose one image is built on `HOST/NAME:1`; the base's repository.
fn on_base<'a>(bed: &'a Bed, registry: &Registry) -> Result<(Project<'a>, String), Skip> {
    let engine = bed.engine()?;
    let n = bed.unique();
    let base = format!("lock{n}/base");
    let project = Project::small(bed, engine, &format!("lock{n}/app"));
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let name = format!("{}/{base}", registry.host());
    push_base(&project, engine, &format!("{name}:1"), "one");
    project.file("Dockerfile", format!("FROM {name}:1\nCOPY a.txt /\n"));
    Ok((project, base))
}

fn file_in_app(engine: &Engine, project: &Project) -> String {
    let id = project.card("app", "/build/artifact/id");
    String::from_utf8(engine.file(&id, "/n")).unwrap()
}

fn builds_keep_to_the_lock_until_it_is_updated(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.private_registry()?);
    for builder in ["classic", "buildkit"] {
        let (project, base) = on_base(bed, registry)?;
        let name = format!("{}/{base}:1", registry.host());
        let unlocked = project.ds("ds", &["key", "app"]).ok().out();
        let digest = registry.digest(&base, "1").unwrap();
        let out = project.ds("ds", &["lock"]).ok();
        assert_eq!(out.out(), format!("{name} {digest}\n"));
        let lock: Value = serde_json::from_str(&project.read("devspace.lock")).unwrap();
        assert_eq!(lock["bases"][&name], digest.as_str(), "{lock:#}");
        let list = project.ds("ds", &["key", "app", "--list"]).ok().out();
        assert!(list.contains(&format!("\nbase {name}\t{digest}\n")), "{list}");
        assert_ne!(project.ds("ds", &["key", "app"]).ok().out(), unlocked);
        // The tag moves on; the build does not.
        push_base(&project, engine, &name, "two");
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        assert_eq!(file_in_app(engine, &project), "one\n", "{builder}");
        let _ = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]).ends(4);
        let _ = project.ds("ds", &["lock", "--exit-unchanged"]).ends(4);
        let _ = project.ds("ds", &["lock", "--check"]).ok();
        let _ = project.ds("ds", &["lock", "--check", "--update"]).ends(3);
        assert_eq!(lock, serde_json::from_str::<Value>(&project.read("devspace.lock")).unwrap());
        let out = project.ds("ds", &["lock", "--update", "--output", "json"]).ok().json();
        assert_eq!(out["bases"][&name]["status"], "updated", "{out:#}");
        assert_eq!(out["bases"][&name]["was"], digest.as_str());
        let why = project.ds("ds-build", &["--builder", builder, "--explain"]).ok();
        let _ = why.says(&format!("base image `{}", regex_free(&name)));
        assert_eq!(file_in_app(engine, &project), "two\n", "{builder}");
    }
    Ok(())
}

/// A name for a regular expression.
fn regex_free(name: &str) -> String {
    name.replace('.', "\\.")
}

fn check_asks_nobody(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("devspace.yaml", "version: v1beta2\nimages: {app: {image: a/app}}\n");
    project.file("Dockerfile", "FROM 127.0.0.1:1/no/one:1\n");
    let _ = project.ds("ds", &["lock", "--check"]).ends(3).says("127.0.0.1:1/no/one:1 is not in");
    let digest = format!("sha256:{}", "a".repeat(64));
    let lock = |bases: &str| format!("{{\"schema\": \"ds.lock/1\", \"bases\": {{{bases}}}}}\n");
    let entry = format!("\"127.0.0.1:1/no/one:1\": \"{digest}\"");
    project.file("devspace.lock", lock(&entry));
    let _ = project.ds("ds", &["lock", "--check"]).ok();
    project.file("devspace.lock", lock(&format!("{entry}, \"gone:1\": \"{digest}\"")));
    let _ = project.ds("ds", &["lock", "--check"]).ends(3).says("gone:1 removed");
    assert!(project.read("devspace.lock").contains("gone:1"), "a check wrote");
    // Taking out what nobody uses asks nobody either.
    let _ = project.ds("ds", &["lock"]).ok();
    assert!(!project.read("devspace.lock").contains("gone:1"));
    let _ = project.ds("ds", &["lock", "--update"]).fails(69, "127.0.0.1:1");
    assert!(project.read("devspace.lock").contains(&digest), "a failure lost what was known");
    Ok(())
}

fn what_is_locked_and_what_is_not(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.private_registry()?);
    let (project, base) = on_base(bed, registry)?;
    let name = format!("{}/{base}", registry.host());
    for tag in ["copied", "mounted", "dev", "latest"] {
        push_base(&project, engine, &format!("{name}:{tag}"), tag);
    }
    project.file("devspace.yaml", "version: v1beta2\nimages:\n  app:\n    image: a/app\n    build: {docker: {options: {buildArgs: {TAG: '1'}}}}\n  child: {image: a/child, dockerfile: Child}\ndev:\n  overrideImages:\n  - {name: app, dockerfile: Dev}\n");
    project.file("Dockerfile", format!("ARG TAG\nFROM {name}:not-built AS unused\nFROM scratch AS s\nFROM {name}:$TAG\nCOPY --from={name}:copied /n /c\nCOPY --from=s / /\nRUN --mount=type=bind,from={name}:mounted,target=/m cat /m/n >/mm\n"));
    let digest = registry.digest(&base, "1").unwrap();
    project.file("Child", format!("FROM a/app\nCOPY --from={name}@{digest} /n /x\n"));
    project.file("Dev", format!("FROM {name}:dev\nCOPY --from={name} /n /l\n"));
    let _ = project.ds("ds", &["lock"]).ok();
    let lock: Value = serde_json::from_str(&project.read("devspace.lock")).unwrap();
    let names: Vec<&String> = lock["bases"].as_object().unwrap().keys().collect();
    let wanted = ["1", "copied", "dev", "latest", "mounted"].map(|tag| format!("{name}:{tag}"));
    assert_eq!(names, wanted.iter().collect::<Vec<_>>());
    // Each is built from by its digest, wherever it stands.
    for tag in ["1", "copied", "mounted"] {
        push_base(&project, engine, &format!("{name}:{tag}"), "moved");
    }
    let _ = project.ds("ds-build", &["--builder", "buildkit"]).ok();
    let id = project.card("app", "/build/artifact/id");
    for (path, content) in [("/n", "one\n"), ("/c", "copied\n"), ("/mm", "mounted\n")] {
        assert_eq!(engine.file(&id, path), content.as_bytes(), "{path}");
    }
    // A base that came later is built on by its tag, which is said.
    project.file(
        "Child",
        format!("FROM a/app\nCOPY --from={name}:copied /n /x\nCOPY --from={name}:latest /n /y\n"),
    );
    let _ = project.ds("ds", &["lock", "--check"]).ok();
    project.edit("Child", ":latest", ":later");
    let _ = project.ds("ds", &["key", "child"]).ok().says(":later` is not in devspace.lock");
    let _ = project.ds("ds", &["lock", "--check"]).ends(3);
    Ok(())
}

fn one_image_alone_is_updated(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.private_registry()?);
    let (project, base) = on_base(bed, registry)?;
    let name = format!("{}/{base}", registry.host());
    push_base(&project, engine, &format!("{name}:2"), "one");
    project.file("Two", format!("FROM {name}:2\n"));
    project.file("devspace.yaml", "version: v1beta2\nimages:\n  app: {image: a/app}\n  two: {image: a/two, dockerfile: Two}\n");
    let _ = project.ds("ds", &["lock"]).ok();
    let digests = |project: &Project| {
        let lock: Value = serde_json::from_str(&project.read("devspace.lock")).unwrap();
        ["1", "2"].map(|tag| lock["bases"][format!("{name}:{tag}")].as_str().unwrap().to_owned())
    };
    let first = digests(&project);
    for tag in ["1", "2"] {
        push_base(&project, engine, &format!("{name}:{tag}"), "newer");
    }
    let _ = project.ds("ds", &["lock", "--update", "two"]).ok();
    let second = digests(&project);
    assert_eq!(first[0], second[0]);
    assert_ne!(first[1], second[1]);
    let _ = project.ds("ds", &["lock", "--update", &format!("{name}:1")]).ok();
    assert_ne!(digests(&project)[0], first[0]);
    let _ =
        project.ds("ds", &["lock", "--update", "tow"]).fails(2, "tow").says("did you mean `two`");
    Ok(())
}

/// An image for two platforms: the lock serves both.
fn an_index_is_locked_by_its_own_digest(bed: &Bed) -> Outcome {
    let registry = bed.registry()?;
    let project = Project::new(bed);
    let path = format!("lock{}/index", bed.unique());
    let curl = "curl -sSf --noproxy '*'";
    let script = format!(
        r#"set -e
        url=http://{host}/v2/{path}
        blob() {{ printf '%s' "$1" >blob; d=sha256:$(sha256sum blob | cut -c-64); to=$({curl} -XPOST -D- -o/dev/null $url/blobs/uploads/ | tr -d '\r' | sed -n 's/^[Ll]ocation: //p'); case $to in *\?*) to="$to&digest=$d";; *) to="$to?digest=$d";; esac; {curl} -XPUT -H 'Content-Type: application/octet-stream' --data-binary @blob "$to"; echo $d $(wc -c <blob); }}
        manifests=
        for arch in amd64 arm64; do
          set -- $(blob "{{\"architecture\":\"$arch\",\"os\":\"linux\",\"config\":{{}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[]}}}}")
          printf '{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s}},"layers":[]}}' $1 $2 >m
          d=sha256:$(sha256sum m | cut -c-64)
          {curl} -XPUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @m $url/manifests/$d
          manifests="$manifests${{manifests:+,}}{{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"$d\",\"size\":$(wc -c <m),\"platform\":{{\"architecture\":\"$arch\",\"os\":\"linux\"}}}}"
        done
        printf '{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}}' "$manifests" >i
        {curl} -XPUT -H 'Content-Type: application/vnd.oci.image.index.v1+json' --data-binary @i $url/manifests/1
        sha256sum i | cut -c-64"#,
        host = registry.host()
    );
    let index = project.sh(&script).ok().out();
    let index = index.lines().last().unwrap().trim().to_owned();
    project.file("devspace.yaml", "version: v1beta2\nimages: {app: {image: a/app}}\n");
    project.file("Dockerfile", format!("FROM {}/{path}:1\n", registry.host()));
    let _ = project.ds("ds", &["lock", "--platform", "linux/arm64"]).ok();
    let lock = project.read("devspace.lock");
    assert!(lock.contains(&format!("{path}:1\": \"sha256:{index}\"")), "{lock}");
    Ok(())
}

fn refused_registries_are_told(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let project = Project::new(bed);
    project.file("devspace.yaml", "version: v1beta2\nimages: {app: {image: a/app}}\n");
    project.file(
        "Dockerfile",
        format!("FROM scratch\nCOPY --from={}/no/one:1 / /\n", registry.host()),
    );
    let _ = project.ds("ds", &["lock"]).fails(77, "Dockerfile:2").says("docker login");
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let out = project.ds("ds", &["lock"]).fails(65, "Dockerfile:2").says("no such image");
    assert!(!out.err().contains(PASSWORD));
    // What others answered is kept.
    let (other, base) = on_base(bed, registry)?;
    other.file("Bad", format!("FROM {}/no/one:1\n", registry.host()));
    other.file("devspace.yaml", "version: v1beta2\nimages:\n  bad: {image: a/bad, dockerfile: Bad}\n  app: {image: a/app}\n");
    let _ = other.ds("ds", &["lock"]).ends(65);
    assert!(other.read("devspace.lock").contains(&format!("{base}:1")));
    Ok(())
}

fn a_malformed_lock_is_refused_with_its_line(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("devspace.yaml", "version: v1beta2\nimages: {app: {image: a/app}}\n");
    project.file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    let head = "{\n  \"schema\": \"ds.lock/1\",\n  \"bases\": {\n";
    for (text, place) in [
        (format!("{head}    \"a:1\": \"sha256:12\"\n  }}\n}}\n"), "devspace.lock:4:"),
        (
            format!("{head}<<<<<<< mine\n=======\n>>>>>>> theirs\n  }}\n}}\n"),
            "devspace.lock:4:1: a merge",
        ),
        (String::new(), "devspace.lock:1:"),
        ("{\"schema\": \"ds.lock/9\"}".to_owned(), "ds.lock/9"),
    ] {
        project.file("devspace.lock", &text);
        for args in [&["lock"][..], &["lock", "--check"], &["key", "app"], &["build"]] {
            let _ = project.ds("ds", args).fails(65, place);
        }
        assert_eq!(project.read("devspace.lock"), text, "it was written over");
    }
    Ok(())
}

fn a_lock_that_changed_affects_its_images(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("devspace.yaml", "version: v1beta2\nimages:\n  a: {image: x/a, dockerfile: A}\n  b: {image: x/b, dockerfile: B}\n");
    project.file("A", "FROM base/a:1\n");
    project.file("B", "FROM base/b:1\n");
    let lock = |a: &str, b: &str| {
        let (a, b) = (a.repeat(64), b.repeat(64));
        format!(
            "{{\"schema\": \"ds.lock/1\", \"bases\": {{\"base/a:1\": \"sha256:{a}\", \"base/b:1\": \"sha256:{b}\"}}}}\n"
        )
    };
    project.file("devspace.lock", lock("1", "2"));
    let _ = project
        .sh("git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm c")
        .ok();
    project.file("devspace.lock", lock("1", "3"));
    let out = project.ds("ds", &["affected", "--base", "HEAD"]).ok();
    let told = out.out();
    assert!(told.starts_with("b base image `docker.io/base/b:1` changed"), "{out}");
    assert_eq!(told.lines().count(), 1, "{out}");
    let _ = project.sh("rm devspace.lock").ok();
    let out = project.ds("ds", &["affected", "--base", "HEAD"]).ok();
    assert_eq!(out.out().lines().count(), 2, "{out}");
    Ok(())
}
