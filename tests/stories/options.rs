//! Options and config keys that change what a step does, seen from outside.

use serde_json::json;
use suite::{Bed, Outcome, PASSWORD, Project, Skip, Story, USER, docker_login, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(stamp_and_depfile_for_make),
        story(variables_stay_text),
        story(variable_of_the_command_line_and_definition),
        story(named_config_with_overrides),
        story(hooks_around_the_build),
        story(proxies_of_dockers_config),
        story(pull_looks_for_a_newer_base),
        story(random_tag_is_drawn_once_a_build),
        story(tag_from_git),
        story(json_is_one_value_and_events_are_lines),
        story(errors_are_a_line_and_a_hint),
        story(state_in_another_place),
        story(only_the_images_named),
        story(fixed_digest_of_the_key_in_two_clones),
    ]
}

fn small(bed: &Bed) -> Result<Project<'_>, Skip> {
    Ok(Project::small(bed, bed.engine()?, &format!("opt{}/app", bed.unique())))
}

fn stamp_and_depfile_for_make(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file("Dockerfile", "FROM scratch\nCOPY a.txt dir /\n");
    project.file("dir/name with space", "x");
    let _ = project.ds("ds-build", &["--stamp", "s", "--depfile", "d"]).ok();
    let rule = project.read("d");
    assert!(rule.contains("Dockerfile") && rule.contains("a.txt"), "{rule}");
    assert!(rule.contains("name\\ with\\ space"), "{rule}");
    let time = || std::fs::metadata(project.root().join("s")).unwrap().modified().unwrap();
    let first = time();
    let _ = project.ds("ds-build", &["--stamp", "s", "--depfile", "d"]).ok();
    assert_eq!(time(), first, "touched by a run that did nothing");
    project.file("a.txt", "new");
    let _ = project.ds("ds-build", &["--stamp", "s"]).ok();
    assert!(time() > first);
    Ok(())
}

fn variables_stay_text(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    for value in ["00123456", "t", "1.10", "0x10", "null", "a-b"] {
        project.file(
            "devspace.yaml",
            "version: v1beta2\nimages:\n  app: {image: opt/app, tag: '${MY_TAG}'}\n",
        );
        project.set("MY_TAG", value);
        let _ = project.sh("ds-build && ds-tag").ok();
        assert_eq!(project.card("app", "/tags/tags/0"), value);
    }
    project
        .file("devspace.yaml", "version: v1beta2\nimages:\n  app: {image: opt/app, tag: 1.10}\n");
    let _ = project.ds("ds-tag", &[]).ok();
    assert_eq!(project.card("app", "/tags/tags/0"), "1.10", "a number in the config");
    Ok(())
}

fn variable_of_the_command_line_and_definition(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file("devspace.yaml", "version: v1beta2\nvars:\n- name: GROUP\n  default: from-default\nimages:\n  app: {image: '${GROUP}/app'}\n");
    let repository = |project: &Project| project.state()["images"]["app"]["repository"].clone();
    let _ = project.ds("ds-build", &[]).ok();
    assert_eq!(repository(&project), "from-default/app");
    let _ = project.ds("ds-build", &["--var", "GROUP=from-flag"]).ok();
    assert_eq!(repository(&project), "from-flag/app");
    let _ = project.ds("ds-build", &["--var", "GROUP"]).fails(2, "--var");
    Ok(())
}

fn named_config_with_overrides(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file(
        "devspace-configs.yaml",
        "plain:\n  config: {path: devspace.yaml}\nlive:\n  config: {path: devspace.yaml}\n  overrides:\n  - data:\n      images:\n        app: {tag: live}\n",
    );
    let _ = project.sh("ds-build --use-config live && ds-tag --use-config live").ok();
    assert_eq!(project.card("app", "/tags/tags/0"), "live");
    let _ = project.ds("ds-build", &["--use-config", "liv"]).fails(78, "live");
    Ok(())
}

fn hooks_around_the_build(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let config = project.read("devspace.yaml");
    let hooks = "hooks:\n- {command: ./note, args: [before], when: {before: {images: all}}}\n- {command: ./note, args: [after], when: {after: {images: all}}}\n";
    project.file("devspace.yaml", format!("{config}{hooks}"));
    project.program("note", "#!/bin/sh\necho $1 >>noted\n");
    let _ = project.ds("ds-build", &[]).ok();
    assert_eq!(project.read("noted"), "before\nafter\n");
    let _ = project.ds("ds-build", &["--no-hooks"]).ok();
    assert_eq!(project.read("noted"), "before\nafter\n");
    project.program("note", "#!/bin/sh\necho my reason >&2\nexit 4\n");
    let _ = project.ds("ds-build", &["--force"]).fails(1, "note").says("my reason");
    Ok(())
}

fn proxies_of_dockers_config(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in ["classic", "buildkit"] {
        let project = small(bed)?;
        project.file(
            "Dockerfile",
            format!(
                "FROM base/busybox:1\nRUN echo \"$HTTP_PROXY $no_proxy\" >/p # {}\n",
                bed.unique()
            ),
        );
        let key = project.ds("ds-build", &["key", "app"]).ok().out();
        let proxy =
            json!({ "httpProxy": "http://proxy.example.com:3128", "noProxy": "127.0.0.0/8" });
        project.docker_config(&json!({ "proxies": { "default": proxy } }));
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let id = project.card("app", "/build/artifact/id");
        let seen = String::from_utf8(engine.file(&id, "/p")).unwrap();
        assert_eq!(seen, "http://proxy.example.com:3128 127.0.0.0/8\n", "{builder}");
        assert_eq!(project.ds("ds-build", &["key", "app"]).ok().out(), key, "proxies are no input");
        let env =
            engine.docker(&["image", "inspect", "-f", "{{json .Config.Env}}", &id]).ok().out();
        assert!(!env.contains("proxy.example.com"), "{builder}: the proxy stays in the image");
    }
    Ok(())
}

fn pull_looks_for_a_newer_base(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.private_registry()?);
    let base = format!("{}/moving{}/base:1", registry.host(), bed.unique());
    let project = small(bed)?;
    docker_login(&project, &registry.host(), USER, PASSWORD);
    let newer = |n: u32| {
        let dockerfile = format!("FROM base/busybox:1\nRUN echo {n} >/n\n");
        let _ = engine.docker_with(&["build", "-q", "-t", &base, "-"], dockerfile.as_bytes()).ok();
        let _ = project.sh(&format!("docker push -q {base}")).ok();
    };
    project.file("Dockerfile", format!("FROM {base}\nCOPY a.txt /\n"));
    for builder in ["classic", "buildkit"] {
        newer(2);
        let old = engine.id(&base).unwrap();
        newer(3);
        let _ = engine.docker(&["tag", &old, &base]).ok();
        let args = ["--builder", builder, "--force"];
        let _ = project.ds("ds-build", &args).ok();
        assert_eq!(
            engine.file(&project.card("app", "/build/artifact/id"), "/n"),
            b"2\n",
            "{builder}"
        );
        let _ = project.run("ds-build").args(&args).args(&["--pull"]).end().ok();
        assert_eq!(
            engine.file(&project.card("app", "/build/artifact/id"), "/n"),
            b"3\n",
            "{builder}"
        );
    }
    Ok(())
}

fn random_tag_is_drawn_once_a_build(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let _ = project.ds("ds-build", &[]).ok();
    let tag = |project: &Project| {
        let _ = project.ds("ds-tag", &["--tag", "r-${RANDOM}-${TIMESTAMP}"]).ok();
        project.card("app", "/tags/tags/0")
    };
    let first = tag(&project);
    assert!(regex::Regex::new("^r-[A-Za-z0-9]{7}-[0-9]{10}$").unwrap().is_match(&first), "{first}");
    assert_eq!(tag(&project), first);
    let _ =
        project.ds("ds-tag", &["--tag", "r-${RANDOM}-${TIMESTAMP}", "--exit-unchanged"]).ends(4);
    project.file("a.txt", "another");
    let _ = project.ds("ds-build", &[]).ok();
    assert_ne!(tag(&project), first, "a new build gets a new tag");
    Ok(())
}

fn tag_from_git(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let _ = project.ds("ds-build", &[]).ok();
    let tag = ["--tag", "${GIT_BRANCH}-${GIT_COMMIT}${GIT_DIRTY}"];
    let out = project.ds("ds-tag", &tag).says("(?i)git");
    assert_ne!(out.code, 0, "outside of a checkout: {out}");
    let commit = "git init -q -b Feature/New . && git add -A && git -c user.name=a -c user.email=a@b commit -qm a && git rev-parse HEAD";
    let head = project.sh(commit).ok().out();
    let _ = project.ds("ds-tag", &tag).ok();
    let clean = project.card("app", "/tags/tags/0");
    assert!(clean.to_lowercase().starts_with("feature") && clean.ends_with(&head[..8]), "{clean}");
    project.file("k8s/new.yaml", "a: 1\n");
    let _ = project.ds("ds-tag", &tag).ok();
    assert_ne!(project.card("app", "/tags/tags/0"), clean, "edits do not show");
    Ok(())
}

fn json_is_one_value_and_events_are_lines(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file("Dockerfile", format!("FROM base/busybox:1\nRUN echo {}\n", bed.unique()));
    for step in ["ds-build", "ds-tag"] {
        let out = project.ds(step, &["--output", "json", "--progress", "json"]).ok();
        assert_eq!(out.json()["images"]["app"]["changed"], true, "{out}");
        for line in out.err().lines() {
            let event = serde_json::from_str::<serde_json::Value>(line);
            assert!(event.is_ok_and(|event| event.is_object()), "{line}");
        }
        let out = project.ds(step, &["--output", "json", "-q"]).ok();
        assert_eq!(out.json()["changed"], false);
        assert_eq!(out.err(), "", "quiet");
    }
    let _ = project.ds("ds-build", &["--progress", "none", "--force"]).ok();
    Ok(())
}

/// `error: …` once, at most one `hint: …`, no colour outside of a terminal.
fn errors_are_a_line_and_a_hint(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let config = project.read("devspace.yaml");
    project.file("devspace.yaml", config.replace("image:", "imge:"));
    let config_error = project.ds("ds-build", &[]);
    project.file("devspace.yaml", config);
    project.set("DOCKER_HOST", "unix:///nonexistent/s");
    for out in [config_error, project.ds("ds-build", &[]), project.ds("ds-rewrite", &["none.yaml"])]
    {
        let err = out.err();
        let count = |start: &str| err.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(count("error: "), 1, "{out}");
        assert!(count("hint: ") <= 1, "{out}");
        assert!(!err.contains('\x1b'), "{out}");
        assert_eq!(out.out(), "", "{out}");
    }
    let coloured = project.ds("ds-build", &["--color", "always"]);
    assert!(coloured.err().contains('\x1b'), "{coloured}");
    Ok(())
}

fn state_in_another_place(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let other = project.tmp().join("deep/state.json");
    std::fs::create_dir_all(other.parent().unwrap()).unwrap();
    let other = other.to_str().unwrap();
    let _ = project.ds("ds-build", &["--state", other]).ok();
    let _ = project.run("ds-tag").env("DS_STATE", other).end().ok();
    assert!(!project.root().join(".devspace/state.json").exists());
    let text = std::fs::read_to_string(other).unwrap();
    assert!(text.contains("\"tags\""), "{text}");
    for trace in [project.root().to_str().unwrap(), "/tmp/", project.home().to_str().unwrap()] {
        assert!(!text.contains(trace), "an absolute path in the state: {text}");
    }
    Ok(())
}

fn only_the_images_named(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file(
        "devspace.yaml",
        "version: v1beta2\nimages:\n  a: {image: opt/a}\n  b: {image: opt/b}\n",
    );
    let _ = project.ds("ds-build", &["--image", "b"]).ok();
    let state = project.state();
    assert!(state["images"]["b"].is_object(), "{state:#}");
    assert!(state["images"]["a"]["variants"]["plain"]["build"].is_null(), "{state:#}");
    Ok(())
}

fn fixed_digest_of_the_key_in_two_clones(bed: &Bed) -> Outcome {
    let key = |project: &Project| project.ds("ds-build", &["key", "app"]).ok().out();
    let (one, two) = (small(bed)?, small(bed)?);
    for project in [&one, &two] {
        project.file("devspace.yaml", "version: v1beta2\nimages: {app: {image: a/b}}\n");
        project.file("a.txt", "the same");
        project.file("sub/b", "b");
        project.file("Dockerfile", "FROM scratch\nCOPY a.txt sub /\n");
    }
    let _ = two.sh("chmod g+w a.txt sub; chmod g+s sub; touch -d '2001-01-01' a.txt").ok();
    assert_eq!(key(&one), key(&two));
    let _ = two.sh("chmod u+x a.txt").ok();
    assert_ne!(key(&one), key(&two));
    Ok(())
}
