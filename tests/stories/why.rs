//! `ds why` and `--explain` name what changed, each kind of thing in its own words.

use serde_json::Value;
use suite::{Bed, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(each_change_of_a_file_is_named),
        story(ten_files_then_a_count),
        story(instructions_are_named_with_their_lines),
        story(arguments_are_named_and_never_their_values),
        story(options_of_the_config_are_named),
        story(ignore_file_is_named),
        story(image_that_it_is_built_from_is_explained),
        story(base_image_is_named_with_its_line),
        story(card_alone_tells_little_and_says_so),
        story(nothing_due_is_said_with_what_was_compared),
        story(engine_and_repository_are_named),
        story(explain_has_a_line_for_each_image),
        story(without_a_name_all_images_are_explained),
        story(a_terminal_keeps_the_reason),
    ]
}

fn small(bed: &Bed) -> Result<Project<'_>, Skip> {
    let project = Project::small(bed, bed.engine()?, &format!("why{}/app", bed.unique()));
    project.file("Dockerfile", "FROM scratch\nCOPY src /src/\n");
    for name in ["content", "mode", "gone", "old", "kind"] {
        project.file(&format!("src/{name}"), name);
    }
    // Builds that share their steps would keep each other's images.
    project.file("src/content", bed.unique().to_string());
    let _ = project.sh("ln -s content src/link").ok();
    Ok(project)
}

/// The lines below the first.
fn why(project: &Project) -> Vec<String> {
    let text = project.ds("ds", &["why", "app"]).ok().out();
    text.lines().skip(1).map(|line| line.trim_start().to_owned()).collect()
}

fn reasons(project: &Project) -> Vec<Value> {
    let out = project.ds("ds", &["why", "app", "--output", "json"]).ok().json();
    out["reasons"].as_array().cloned().unwrap_or_default()
}

fn each_change_of_a_file_is_named(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let _ = project.ds("ds-build", &[]).ok();
    let changes = "cd src; echo x >content; chmod +x mode; rm gone; mv old new; rm kind; mkdir kind; ln -sfn mode link; echo >added";
    let _ = project.sh(changes).ok();
    assert_eq!(
        why(&project),
        [
            "`src/added` was added",
            "`src/content` changed",
            "`src/gone` was removed",
            "`src/kind` became another kind of file",
            "the link `src/link` led to `content`, now to `mode`",
            "`src/mode` changed its mode from 0644 to 0755",
            "`src/old` was renamed to `src/new`",
        ]
    );
    let changes: Vec<String> = reasons(&project)
        .iter()
        .map(|reason| format!("{} {}", reason["path"], reason["change"]).replace('"', ""))
        .collect();
    assert_eq!(
        changes,
        [
            "src/added added",
            "src/content content",
            "src/gone removed",
            "src/kind kind",
            "src/link link",
            "src/mode mode",
            "src/new renamed",
        ]
    );
    Ok(())
}

fn ten_files_then_a_count(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let _ = project.ds("ds-build", &[]).ok();
    let _ = project.sh("for n in $(seq 10 24); do echo $n >src/f$n; done").ok();
    project.file("Dockerfile", "FROM scratch\nCOPY src /srv/\n");
    let lines = why(&project);
    assert_eq!(lines.len(), 12, "{lines:?}");
    assert!(lines[0].starts_with("Dockerfile:2: "), "{lines:?}");
    assert_eq!(
        (lines[10].as_str(), lines[11].as_str()),
        ("`src/f19` was added", "and 5 more files")
    );
    let json = project.ds("ds", &["why", "app", "--output", "json"]).ok().json();
    assert_eq!((json["reasons"].as_array().unwrap().len(), &json["more_files"]), (11, &5.into()));
    let out = project.ds("ds-build", &["--explain"]).ok();
    let _ = out.says("and 5 more files");
    Ok(())
}

fn instructions_are_named_with_their_lines(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file("Dockerfile", "FROM scratch\nENV TOKEN=PLANTED-old\nCOPY src /src/\n");
    let _ = project.ds("ds-build", &[]).ok();
    let cases = [
        ("# c\n\nfrom scratch\nENV TOKEN=PLANTED-old\nCOPY  src  /src/\n", "only comments"),
        (
            "FROM base/busybox:1\nENV TOKEN=PLANTED-old\nCOPY src /src/\n",
            "Dockerfile:1: another base image: `FROM scratch` became `FROM base/busybox:1`",
        ),
        (
            "FROM scratch\nENV TOKEN=PLANTED-new\nCOPY src /src/\n",
            "Dockerfile:2: the value of `ENV TOKEN` changed",
        ),
        (
            "FROM scratch\nENV TOKEN=PLANTED-old\n\nCOPY src /srv/\n",
            "Dockerfile:4: `COPY src /src/` became `COPY src /srv/`",
        ),
        (
            "FROM scratch\nENV TOKEN=PLANTED-old\nCOPY src /src/\nUSER 1\n",
            "Dockerfile:4: `USER 1` was added",
        ),
        ("FROM scratch\nCOPY src /src/\n", "Dockerfile: `ENV TOKEN` was removed (it was line 2)"),
    ];
    for (text, wanted) in cases {
        project.file("Dockerfile", text);
        let lines = why(&project);
        assert!(lines.len() == 1 && lines[0].starts_with(wanted), "{wanted}: {lines:?}");
        assert!(!lines[0].contains("PLANTED"), "{lines:?}");
    }
    project.file("Dockerfile", "FROM scratch\nENV TOKEN=PLANTED-old\nCOPY src a.txt /src/\n");
    assert_eq!(
        why(&project),
        ["Dockerfile:3: `COPY src /src/` became `COPY src a.txt /src/`", "`a.txt` is copied now"]
    );
    project.file("Dockerfile", "FROM scratch\nENV TOKEN=PLANTED-old\nCOPY src/content /src/\n");
    let lines = why(&project);
    assert!(lines.contains(&"`src/mode` is copied no more".to_owned()), "{lines:?}");
    Ok(())
}

fn arguments_are_named_and_never_their_values(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file("Dockerfile", "FROM scratch\nARG A\nARG B\nARG C\nCOPY src /src/\n");
    let args = |a: &str| ["--build-arg".to_owned(), a.to_owned()];
    let old = [args("A=PLANTED-old"), args("B=PLANTED-b")].concat();
    let _ = project.run("ds-build").args(&old).end().ok();
    let new = [args("A=PLANTED-new"), args("C=PLANTED-c")].concat();
    for form in ["text", "json"] {
        let look = ["why", "app", "--output", form];
        let out = project.run("ds-build").args(&new).args(&look).end().ok();
        for wanted in ["`A` changed", "`B` was removed", "`C` was added"] {
            assert!(out.out().contains(&format!("build argument {wanted}")), "{out}");
        }
        assert!(!format!("{}{}", out.out(), out.err()).contains("PLANTED"), "{out}");
    }
    let cache = project.sh("grep -r PLANTED .devspace; true").ok().out();
    assert_eq!(cache, "", "a value is kept");
    Ok(())
}

fn options_of_the_config_are_named(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file(
        "Dockerfile",
        "FROM scratch AS one\nCOPY src /src/\nFROM scratch AS two\nCOPY src /src/\n",
    );
    let config = project.read("devspace.yaml");
    let _ = project.ds("ds-build", &[]).ok();
    let cases = [
        ("    target: one\n", "the target was added"),
        ("    network: none\n", "the network was added"),
        ("    labels: {a: b}\n", "option `label a` was added"),
        ("    entrypoint: [sleep]\n", "the config's `entrypoint` changed"),
        ("    cmd: [sleep]\n", "the config's `cmd` changed"),
    ];
    for (line, wanted) in cases {
        project.file("devspace.yaml", format!("{config}{line}"));
        assert_eq!(why(&project), [wanted]);
    }
    project.file("devspace.yaml", &config);
    project.file("other.df", project.read("Dockerfile"));
    project.file("devspace.yaml", format!("{config}    dockerfile: other.df\n    target: two\n"));
    assert_eq!(why(&project), ["the target was added"], "the file's name is no input");
    let platform = project.ds("ds-build", &["--platform", "linux/arm64", "why", "app"]).ok();
    assert!(platform.out().contains("the platform changed from `linux/"), "{platform}");
    Ok(())
}

fn ignore_file_is_named(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    project.file(".dockerignore", "src/mode\n");
    project.file("Dockerfile", "FROM scratch\nCOPY . /src/\n");
    let _ = project.ds("ds-build", &[]).ok();
    project.file(".dockerignore", "src/gone\n");
    assert_eq!(
        why(&project),
        [
            "`.dockerignore` changed: 1 file is ignored now, 1 file is ignored no more",
            "`src/gone` is ignored now",
            "`src/mode` is ignored no more",
        ]
    );
    assert_eq!(reasons(&project)[0]["kind"], "ignore-file");
    let _ = project.sh("rm .dockerignore").ok();
    assert_eq!(why(&project)[0], "`.dockerignore` was removed: 1 file is ignored no more");
    Ok(())
}

fn image_that_it_is_built_from_is_explained(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let group = format!("whyfrom{}", bed.unique());
    project.file(
        "devspace.yaml",
        format!("version: v1beta2\nimages:\n  app: {{image: {group}/app, dockerfile: App}}\n  base: {{image: {group}/base}}\n"),
    );
    project.file("App", format!("FROM {group}/base\nCOPY a.txt /\n"));
    let _ = project.ds("ds-build", &[]).ok();
    project.file("src/content", "changed");
    let text = project.ds("ds", &["why", "app"]).ok().out();
    assert_eq!(
        text,
        "app would be built:\n  image `base`, which it is built from, changed:\n    `src/content` changed\n"
    );
    let json = project.ds("ds", &["why", "app", "--output", "json"]).ok().json();
    assert_eq!(json["reasons"][0]["name"], "base");
    assert_eq!(json["images"][0]["reasons"][0]["path"], "src/content");
    let _ = project.ds("ds-build", &[]).ok();
    // The same key, another build of the base.
    project.file("Dockerfile", "FROM base/busybox:1\nRUN cat /proc/uptime >/now\n");
    let _ = project.sh("ds-build && ds-build --image base --no-cache").ok();
    let lines = why(&project);
    let wanted = "App:1: image `base`, which it is built from, was built anew: ";
    assert!(lines.len() == 1 && lines[0].starts_with(wanted), "{lines:?}");
    let _ = project.ds("ds-build", &[]).ok();
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    Ok(())
}

fn base_image_is_named_with_its_line(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = small(bed)?;
    let base = format!("whybase{}:1", bed.unique());
    let _ = engine.docker(&["tag", "base/busybox:1", &base]).ok();
    project.file("Dockerfile", format!("# c\nFROM {base}\nCOPY a.txt /\n"));
    let _ = project.ds("ds-build", &[]).ok();
    let make = b"FROM base/busybox:1\nENV X=1\n";
    let _ = engine.docker_with(&["build", "-q", "-t", &base, "-"], make).ok();
    let lines = why(&project);
    let wanted = format!("Dockerfile:2: the base image `{base}` is another one now: ");
    assert!(lines.len() == 1 && lines[0].starts_with(&wanted), "{lines:?}");
    let reason = &reasons(&project)[0];
    assert_eq!((&reason["kind"], &reason["name"]), (&"base".into(), &base.as_str().into()));
    Ok(())
}

fn card_alone_tells_little_and_says_so(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let _ = project.ds("ds-build", &[]).ok();
    let cache = project.root().join(".devspace/cache");
    let spoil: [&dyn Fn(); 3] = [
        &|| std::fs::remove_dir_all(&cache).unwrap(),
        &|| drop(project.sh("for f in .devspace/cache/inputs-*; do echo torn >$f; done").ok()),
        &|| {
            drop(
                project.sh("for f in .devspace/cache/*; do head -c 7 /dev/urandom >$f; done").ok(),
            );
        },
    ];
    for spoil in spoil {
        let _ = project.sh("rm -rf .devspace; echo 1 >src/content; ds-build").ok();
        spoil();
        project.file("src/content", "changed");
        let lines = why(&project);
        assert_eq!(
            lines,
            [
                "files of the context changed, which is not known: the list of the last build is gone"
            ]
        );
        project.file("Dockerfile", "FROM scratch\nCOPY src /other/\n");
        let lines = why(&project);
        assert!(lines[0].contains("Dockerfile, an argument, an option"), "{lines:?}");
        project.file("Dockerfile", "FROM scratch\nCOPY src /src/\n");
    }
    // A state from elsewhere: the list that lies here is of another build.
    let _ = project.sh("rm -rf .devspace; ds-build && cp .devspace/state.json ../kept").ok();
    project.file("src/content", "between");
    let _ = project.sh("ds-build && cp ../kept .devspace/state.json").ok();
    project.file("src/content", "now");
    assert!(why(&project)[0].contains("is not known"), "{:?}", why(&project));
    Ok(())
}

fn nothing_due_is_said_with_what_was_compared(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let first = project.ds("ds", &["why", "app"]).ok().out();
    assert_eq!(first, "app would be built:\n  not built before\n");
    let _ = project.ds("ds-build", &["--build-arg", "A=1"]).ok();
    let look = ["--build-arg", "A=1", "why", "app"];
    let text = project.ds("ds-build", &look).ok().out();
    assert!(text.contains("would not be built: nothing changed since 20"), "{text}");
    let text = project.run("ds-build").args(&look).args(&["--not"]).end().ok().out();
    for wanted in [
        "the Dockerfile, platform, 1 build argument",
        "5 files, 1 folder, 1 link: what the Dockerfile reads",
        "is in the engine",
        &project.card("app", "/build/key"),
        "by docker for linux/",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let json = project.run("ds-build").args(&look).args(&["--output", "json"]).end().ok().json();
    assert_eq!((json["due"].as_bool(), &json["compared"]["files"]), (Some(false), &5.into()));
    assert_eq!(json["place"], "in the engine");
    // Asked why not, though it is due: why, then.
    let text = project.ds("ds", &["why", "--not", "app"]).ok().out();
    assert_eq!(text, "app would be built:\n  build argument `A` was removed\n");
    Ok(())
}

fn engine_and_repository_are_named(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let engine = bed.engine()?;
    let _ = project.ds("ds-build", &[]).ok();
    let id = project.card("app", "/build/artifact/id");
    let _ = engine.docker(&["rmi", "-f", &id]).ok();
    assert_eq!(why(&project), ["the image is gone from the engine"]);
    let own = project.card("app", "/build/artifact/engine");
    project.edit(".devspace/state.json", &own, "000000000000");
    assert!(why(&project)[0].contains("another engine"), "{:?}", why(&project));
    let _ = project.ds("ds-build", &[]).ok();
    let config = project.read("devspace.yaml");
    project.file("devspace.yaml", config.replace("/app", "/other"));
    assert!(why(&project)[0].starts_with("its repository is `why"), "{:?}", why(&project));
    project.file("devspace.yaml", config);
    for flag in ["--force", "--pull", "--no-cache"] {
        let text = project.ds("ds-build", &[flag, "why", "app"]).ok().out();
        assert_eq!(text, format!("app would be built:\n  forced (`{flag}`)\n"));
    }
    Ok(())
}

fn explain_has_a_line_for_each_image(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let config = project.read("devspace.yaml");
    project
        .file("devspace.yaml", format!("{config}  two: {{image: whytwo/app, dockerfile: Two}}\n"));
    project.file("Two", "FROM scratch\nCOPY a.txt /\n");
    let _ = project.ds("ds-build", &[]).ok();
    project.file("a.txt", "changed");
    for args in [&["--explain"][..], &["--explain", "--check"], &["--explain", "--dry-run"]] {
        let out = project.ds("ds-build", args);
        let _ = out.says(r"app \| nothing changed since 20.*5 files");
        if args.len() == 1 {
            project.file("a.txt", "changed again");
        }
    }
    let out = project.ds("ds-build", &["--explain", "--output", "json"]).ok().json();
    assert_eq!(out["images"]["two"]["reasons"][0]["path"], "a.txt", "{out:#}");
    Ok(())
}

fn without_a_name_all_images_are_explained(bed: &Bed) -> Outcome {
    let project = small(bed)?;
    let key = project.ds("ds", &["key"]).ok().out();
    assert_eq!(key, project.ds("ds", &["key", "app"]).ok().out(), "the one image");
    let config = project.read("devspace.yaml");
    project
        .file("devspace.yaml", format!("{config}  two: {{image: whytwo/app, dockerfile: Two}}\n"));
    project.file("Two", format!("FROM scratch\nCOPY a.txt /\nLABEL n={}\n", bed.unique()));
    let _ = project.ds("ds-build", &["--image", "app"]).ok();
    let text = project.ds("ds", &["why"]).ok().out();
    assert!(text.starts_with("app would not be built: nothing changed since "), "{text}");
    assert!(text.ends_with("two would be built:\n  not built before\n"), "{text}");
    let json = project.ds("ds", &["why", "--output", "json"]).ok().json();
    assert_eq!((&json[0]["due"], &json[1]["due"]), (&false.into(), &true.into()), "{json:#}");
    let _ = project.ds("ds", &["key"]).fails(2, "`app`, `two`");
    Ok(())
}

/// The live line goes; what it was built for, and that it failed, stays.
fn a_terminal_keeps_the_reason(bed: &Bed) -> Outcome {
    bed.program("script")?;
    let project = small(bed)?;
    project.unset("CI");
    let terminal = |project: &Project| {
        let run = project.run("script").env("TERM", "xterm").env("COLUMNS", "200");
        run.args(&["-qec", "ds-build", "/dev/null"]).end()
    };
    let _ = project.ds("ds-build", &[]).ok();
    project.file("src/mode", "changed");
    let _ = terminal(&project).ok().says(r"built [0-9a-f]{12} in [0-9.]+ s: `src/mode` changed");
    project.file("Dockerfile", "FROM base/busybox:1\nRUN echo last words && exit 3\n");
    let out = terminal(&project).ends(1).says("app.* build failed");
    assert_eq!(out.out().matches("step 2/2").count(), 1, "told twice: {out}");
    Ok(())
}
