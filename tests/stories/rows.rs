//! Cases in which a wrong key would skip a build that is due, or build for ever: each
//! with real builds, whose images are looked into.

use suite::{Bed, Engine, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(base_with_onbuild_copy),
        story(base_of_the_config_with_onbuild_copy),
        story(base_of_a_command_with_onbuild_copy),
        story(variable_that_only_the_base_sets),
        story(folder_behind_a_link_and_a_link_itself),
        story(foreign_syntax_counts_all),
        story(unknown_flag_counts_all),
        story(another_platform_is_another_image),
        story(image_of_the_config_whose_input_changed),
        story(setuid_bit_counts),
        story(file_capability_counts),
        story(build_arguments_count),
        story(base_rebuilt_here_counts),
        story(what_is_not_copied_never_counts),
    ]
}

const BUILDERS: [&str; 2] = ["classic", "buildkit"];

pub(super) fn small<'a>(bed: &'a Bed, engine: &Engine) -> Project<'a> {
    let project = Project::small(bed, engine, &format!("rows{}/app", bed.unique()));
    project.file("b.txt", format!("b {}\n", bed.unique()));
    project
}

pub(super) fn build(project: &Project, builder: &str) {
    let _ = project.ds("ds-build", &["--builder", builder]).ok();
}

/// Nothing is due; with `what` changed it is, and again nothing afterwards.
fn due(project: &Project, builder: &str, what: &str, change: impl FnOnce()) {
    let _ = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]).ends(4);
    change();
    let out = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]);
    assert_eq!(out.code, 0, "{builder}: {what} changed, and nothing is built: {out}");
    let _ = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]).ends(4);
}

/// What a file of the built image holds.
pub(super) fn holds(project: &Project, engine: &Engine, path: &str) -> String {
    let id = project.card("app", "/build/artifact/id");
    String::from_utf8(engine.file(&id, path)).unwrap()
}

fn make_base(bed: &Bed, engine: &Engine, lines: &str) -> String {
    let name = format!("rowsbase{}:1", bed.unique());
    let dockerfile = format!("FROM base/busybox:1\n{lines}\n");
    let _ = engine.docker_with(&["build", "-q", "-t", &name, "-"], dockerfile.as_bytes()).ok();
    name
}

fn base_with_onbuild_copy(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let base = make_base(bed, engine, "ONBUILD COPY b.txt /onbuild");
        let project = small(bed, engine);
        project.file("Dockerfile", format!("FROM {base}\nCOPY a.txt /\n"));
        build(&project, builder);
        assert_eq!(project.card("app", "/build/scope"), "whole");
        due(&project, builder, "what ONBUILD copies", || project.file("b.txt", "new"));
        assert_eq!(holds(&project, engine, "/onbuild"), "new");
    }
    Ok(())
}

/// A base of the config and its child, in the project's root.
pub(super) fn family(project: &Project, bed: &Bed, base: &str) {
    let group = format!("rowsfam{}", bed.unique());
    project.file(
        "devspace.yaml",
        format!("version: v1beta2\nimages:\n  base: {{image: {group}/base, dockerfile: Base}}\n  app: {{image: {group}/app}}\n"),
    );
    project.file("Base", base);
    project.file("Dockerfile", format!("FROM {group}/base\nCOPY a.txt /\n"));
}

fn base_of_the_config_with_onbuild_copy(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        family(&project, bed, "FROM base/busybox:1\nONBUILD COPY b.txt /onbuild\n");
        let before = project.ds("ds-build", &["key", "app"]).ok().out();
        build(&project, builder);
        assert_eq!(project.card("app", "/build/scope"), "whole");
        assert_eq!(before.trim(), project.card("app", "/build/key"), "known before it is built");
        due(&project, builder, "what ONBUILD copies", || project.file("b.txt", "new"));
        assert_eq!(holds(&project, engine, "/onbuild"), "new");
        let commit =
            "git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm a";
        let _ = project.sh(commit).ok();
        project.file("b.txt", "newer");
        let affected = project.ds("ds", &["affected", "--base", "HEAD"]).ok().out();
        assert!(affected.starts_with("app ") && affected.contains("b.txt"), "{affected}");
    }
    Ok(())
}

fn base_of_a_command_with_onbuild_copy(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = small(bed, engine);
    family(&project, bed, "FROM base/busybox:1\nONBUILD COPY b.txt /onbuild\n");
    project.edit(
        "devspace.yaml",
        "/base, dockerfile: Base",
        "/base, build: {custom: {command: ./make, onChange: [Base]}}",
    );
    project.program(
        "make",
        "#!/bin/sh\nfor i in 1 2 3; do docker build -q -t \"$1\" -f Base . && exit; done; exit 1\n",
    );
    build(&project, "classic");
    due(&project, "classic", "what ONBUILD copies", || project.file("b.txt", "new"));
    assert_eq!(holds(&project, engine, "/onbuild"), "new");
    Ok(())
}

fn variable_that_only_the_base_sets(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let base = make_base(bed, engine, "ENV FILE=b.txt");
        let project = small(bed, engine);
        project.file("Dockerfile", format!("FROM {base}\nCOPY $FILE /copied\n"));
        build(&project, builder);
        due(&project, builder, "the file that the base names", || project.file("b.txt", "new"));
        assert_eq!(holds(&project, engine, "/copied"), "new");
    }
    Ok(())
}

/// Docker follows a link on the way to a source; a link in a copied folder stays one.
fn folder_behind_a_link_and_a_link_itself(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        project.file("real/deep/file", format!("one {}", bed.unique()));
        project.file("other/deep/file", "other");
        let _ = project.sh("ln -s real way; mkdir d; ln -s ../a.txt d/link").ok();
        project.file(
            "Dockerfile",
            "FROM base/busybox:1\nCOPY way/deep /got/\nCOPY d /d/\nRUN cd /d && ls -l link >/ls; ls -ld /d >>/ls\n",
        );
        build(&project, builder);
        due(&project, builder, "the file behind the link", || {
            project.file("real/deep/file", "two");
        });
        assert_eq!(holds(&project, engine, "/got/file"), "two");
        due(&project, builder, "where the folder's link leads", || {
            let _ = project.sh("ln -sfn other way").ok();
        });
        assert_eq!(holds(&project, engine, "/got/file"), "other");
        due(&project, builder, "the link that is copied", || {
            let _ = project.sh("ln -sfn ../b.txt d/link").ok();
        });
        let listed = holds(&project, engine, "/ls");
        assert!(listed.contains("link -> ../b.txt"), "{builder}: {listed}");
        assert!(listed.lines().all(|line| line.contains(" root ")), "{builder}: {listed}");
        // In the context's root, and leading nowhere: the classic builder's own cache is blind to it.
        let all = "FROM base/busybox:1\nCOPY . /c/\nRUN ls -l /c >/ls\n";
        project.file("Dockerfile", all);
        let _ = project.sh("ln -s nowhere loose").ok();
        build(&project, builder);
        due(&project, builder, "a link in the root", || {
            let _ = project.sh("ln -sfn elsewhere loose").ok();
        });
        assert!(holds(&project, engine, "/ls").contains("loose -> elsewhere"), "{builder}");
    }
    Ok(())
}

/// The engine cannot fetch a frontend here; the classic builder takes the line for a comment.
fn foreign_syntax_counts_all(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = small(bed, engine);
    project.file(
        "Dockerfile",
        "# syntax=example.com/frontend:1\nFROM base/busybox:1\nCOPY a.txt /\nCOPY b* /d/\n",
    );
    build(&project, "classic");
    assert_eq!(project.card("app", "/build/scope"), "whole");
    due(&project, "classic", "a file", || project.file("unnamed", "x"));
    due(&project, "classic", "a file", || project.file("b.txt", "new"));
    assert_eq!(holds(&project, engine, "/d/b.txt"), "new");
    Ok(())
}

/// What a flag that we don't know makes a builder read is not known: all of it counts.
/// The engine refuses such flags, so that only the key can be looked at, and that a
/// build which becomes possible reads everything.
fn unknown_flag_counts_all(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = small(bed, engine);
    let key = || project.ds("ds-build", &["key", "app"]).ok().out();
    project.file("Dockerfile", "FROM base/busybox:1\nCOPY --novelty=b.txt a.txt /\n");
    let first = key();
    project.file("b.txt", "new");
    assert_ne!(key(), first, "what the unknown flag may read");
    let _ = project.ds("ds-build", &[]).says(r"Dockerfile:2").says("novelty");
    assert!(!project.root().join(".devspace/state.json").exists(), "a failure was recorded");
    project.file("Dockerfile", "FROM base/busybox:1\nCOPY a.txt b.txt /\n");
    for builder in BUILDERS {
        let _ = project.sh(&format!("rm -rf .devspace; ds-build --builder {builder}")).ok();
        assert_eq!(holds(&project, engine, "/b.txt"), "new");
    }
    Ok(())
}

fn another_platform_is_another_image(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        project.file("Dockerfile", "FROM scratch\nCOPY a.txt /\n");
        build(&project, builder);
        let native = project.card("app", "/build/platform");
        let other = if native.contains("arm64") { "linux/amd64" } else { "linux/arm64" };
        let args = ["--builder", builder, "--platform", other, "--exit-unchanged"];
        let out = project.ds("ds-build", &args).ok();
        if builder == "classic" {
            // Docker 20.10 makes a `FROM scratch` for its own platform all the same.
            let _ = out.says("not for linux/.* as was asked");
        }
        let id = project.card("app", "/build/artifact/id");
        let format = "{{.Os}}/{{.Architecture}}";
        let seen = engine.docker(&["image", "inspect", "-f", format, &id]).ok().out();
        assert_eq!(project.card("app", "/build/platform"), seen.trim(), "{builder}");
        if builder == "buildkit" {
            assert_eq!(seen.trim(), other);
        }
        let _ = project.ds("ds-build", &args).ends(4);
        let _ = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]).ok();
        assert_eq!(project.card("app", "/build/platform"), native, "{builder}: and back");
    }
    Ok(())
}

fn image_of_the_config_whose_input_changed(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        family(&project, bed, "FROM base/busybox:1\nCOPY b.txt /b\n");
        // By COPY --from as well, and over two steps.
        let app = project.read("Dockerfile");
        let base = app.split_whitespace().nth(1).unwrap().to_owned();
        let tail = format!(
            "version: v1beta2\nimages:\n  tail: {{image: {base}-tail, dockerfile: Tail}}\n"
        );
        let config = project.read("devspace.yaml").replace("version: v1beta2\nimages:\n", &tail);
        project.file("devspace.yaml", config);
        let own = base.replace("/base", "/app");
        project.file("Tail", format!("FROM base/busybox:1\nCOPY --from={own} /b /through\n"));
        build(&project, builder);
        due(&project, builder, "a file of the base", || project.file("b.txt", "new"));
        assert_eq!(holds(&project, engine, "/b"), "new");
        let tail = project.card("tail", "/build/artifact/id");
        assert_eq!(engine.file(&tail, "/through"), b"new", "{builder}");
    }
    Ok(())
}

fn setuid_bit_counts(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        project
            .file("Dockerfile", "FROM base/busybox:1\nCOPY a.txt d /d/\nRUN ls -l /d/a.txt >/ls\n");
        let _ = project.sh("mkdir d; chmod 755 a.txt").ok();
        build(&project, builder);
        assert!(holds(&project, engine, "/ls").starts_with("-rwxr-xr-x"));
        due(&project, builder, "the setuid bit", || {
            let _ = project.sh("chmod u+s a.txt").ok();
        });
        // The classic builder itself loses the bit, with any client.
        let kept = holds(&project, engine, "/ls").starts_with("-rwsr-xr-x");
        assert!(kept || builder == "classic");
        // Bits that umask gives and takes are no change.
        let _ = project.sh("chmod g+w a.txt d").ok();
        let _ = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]).ends(4);
    }
    Ok(())
}

/// CAP_NET_BIND_SERVICE, permitted and effective, as `setcap` writes it.
const CAPABILITY: &str = "0100000200040000000000000000000000000000";

fn file_capability_counts(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        project.file("Dockerfile", "FROM scratch\nCOPY a.txt /\n");
        build(&project, builder);
        let set = format!(
            "python3 -c \"import os; os.setxattr('a.txt', 'security.capability', bytes.fromhex('{CAPABILITY}'))\""
        );
        if project.sh(&set).code != 0 {
            return Err(Skip("no file capabilities on this file system".into()));
        }
        let before = project.card("app", "/build/artifact/id");
        let check = ["--builder", builder, "--exit-unchanged"];
        let _ = project.ds("ds-build", &check).ok();
        assert_ne!(project.card("app", "/build/artifact/id"), before, "{builder}");
        let lines = project.ds("ds-build", &["key", "app", "--list"]).ok().out();
        assert!(lines.contains(CAPABILITY), "{lines}");
        // Engines up to 20.10 lose it on the way: then docker's own client sees none, either.
        let kit = if builder == "buildkit" { "1" } else { "0" };
        let name = format!("rowscap{}", bed.unique());
        let docker = project.run("docker").env("DOCKER_BUILDKIT", kit);
        let _ = docker.args(&["build", "-q", "-t", &name, "."]).end().ok();
        let ours = layer_has(engine, &project.card("app", "/build/artifact/id"), CAPABILITY);
        assert_eq!(ours, layer_has(engine, &name, CAPABILITY), "{builder}");
        let _ = project.ds("ds-build", &check).ends(4);
    }
    Ok(())
}

/// Whether a layer of an image has these bytes, given as hex digits.
fn layer_has(engine: &Engine, image: &str, hex: &str) -> bool {
    let tar = engine.docker(&["save", image]).ok().stdout;
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap())
        .collect();
    tar.windows(bytes.len()).any(|window| window == bytes)
}

fn build_arguments_count(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        let config = project.read("devspace.yaml");
        let with = |value: &str| {
            let options =
                format!("    build: {{docker: {{options: {{buildArgs: {{V: {value}}}}}}}}}\n");
            project.file("devspace.yaml", format!("{config}{options}"));
        };
        project.file(
            "Dockerfile",
            "FROM base/busybox:1\nARG V\nARG F=a.txt\nRUN echo $V >/v\nCOPY $F /f\n",
        );
        with("one");
        build(&project, builder);
        due(&project, builder, "an argument of the config", || with("two"));
        assert_eq!(holds(&project, engine, "/v"), "two\n");
        // An argument says which file is copied: that one counts, and no other.
        let args = ["--builder", builder, "--build-arg", "F=b.txt", "--exit-unchanged"];
        let _ = project.ds("ds-build", &args).ok();
        project.file("a.txt", "passed over");
        let _ = project.ds("ds-build", &args).ends(4);
        project.file("b.txt", "new");
        let _ = project.ds("ds-build", &args).ok();
        assert_eq!(holds(&project, engine, "/f"), "new");
        // One without a value has the environment's.
        let args = ["--builder", builder, "--build-arg", "V", "--exit-unchanged"];
        for (value, code) in [("e1", 0), ("e1", 4), ("e2", 0)] {
            let _ = project.run("ds-build").env("V", value).args(&args).end().ends(code);
        }
        assert_eq!(holds(&project, engine, "/v"), "e2\n");
    }
    Ok(())
}

fn base_rebuilt_here_counts(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let name = format!("rowsmoved{}:1", bed.unique());
        let make = |text: &str| {
            let dockerfile = format!("FROM base/busybox:1\nRUN echo {text} >/t\n");
            let _ =
                engine.docker_with(&["build", "-q", "-t", &name, "-"], dockerfile.as_bytes()).ok();
        };
        make("one");
        let project = small(bed, engine);
        project.file(
            "Dockerfile",
            format!("FROM {name} AS b\nFROM scratch\nCOPY --from=b /t /t\nCOPY a.txt /\n"),
        );
        build(&project, builder);
        due(&project, builder, "the base", || make("two"));
        assert_eq!(holds(&project, engine, "/t"), "two\n");
        // Taken away, it is no reason: what was built from it is still there.
        let _ = engine.docker(&["rmi", "-f", &name]).ok();
        let _ = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]).ends(4);
    }
    Ok(())
}

/// Files touched where nothing is copied from, or where the ignore file says so.
fn what_is_not_copied_never_counts(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = small(bed, engine);
        project.file(".dockerignore", "**/*.log\nsrc/tmp\nnode_modules\n");
        project.file("src/main", "m");
        project.file("Dockerfile", "FROM base/busybox:1 AS unused\nCOPY unused /\nFROM scratch\nCOPY src /src/\nCOPY a.txt /\n");
        project.file("unused", "u");
        build(&project, builder);
        let noise = "mkdir -p src/tmp node_modules/m other; echo x | tee src/tmp/x src/y.log other/z node_modules/m/i .hidden README >/dev/null; chmod 700 other; ln -s nowhere loose; touch -d 2001-01-01 a.txt; echo more >>unused";
        let _ = project.sh(noise).ok();
        let out = project.ds("ds-build", &["--builder", builder, "--exit-unchanged"]);
        // The classic builder carries out the stage that is not needed, too; its key does not.
        assert_eq!(out.code, 4, "{builder}: {out}");
        due(&project, builder, "a file", || project.file("src/new", "x"));
    }
    Ok(())
}
