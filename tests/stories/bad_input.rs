//! Wrong input of every kind: the exit code, what is wrong and where; never a panic,
//! never a word on stdout, never a changed file.

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(config_is_wrong),
        story(no_config_at_all),
        story(dockerfile_is_wrong),
        story(state_is_wrong),
        story(manifest_is_wrong),
        story(command_line_is_wrong),
        story(unreadable_file_in_the_context),
        story(state_folder_that_cannot_be_written),
        story(config_deep_as_a_well),
        story(alias_bombs),
        story(docker_config_is_wrong),
    ]
}

/// A config below `version:`, and what must be said of it (with exit 78).
const CONFIGS: &[(&str, &str, &str)] = &[
    (
        "misspelt key",
        "images:\n  app:\n    image: a/b\n    dockerfle: x\n",
        r"devspace\.yaml:5:5.*dockerfle(?s).*dockerfile",
    ),
    ("misspelt section", "imags: {}\n", r"devspace\.yaml:2:1.*imags(?s).*images"),
    ("wrong type", "images: [a]\n", r"devspace\.yaml:2:\d+"),
    ("number for a map", "images:\n  app: 5\n", r"devspace\.yaml:3:\d+"),
    (
        "duplicate key",
        "images:\n  app: {image: a/b}\n  app: {image: a/c}\n",
        r"(?s)devspace\.yaml:4:3.*app.*(line )?3",
    ),
    ("tag inside image", "images:\n  app: {image: 'a/b:1.0'}\n", r"(?s)devspace\.yaml:3:\d+.*tag"),
    (
        "digest inside image",
        "images:\n  app: {image: 'a/b@sha256:0123'}\n",
        r"(?s)devspace\.yaml:3:\d+",
    ),
    ("capitals in image", "images:\n  app: {image: A/B}\n", r"(?s)devspace\.yaml:3:\d+.*A/B"),
    ("no image", "images:\n  app: {tag: x}\n", r"devspace\.yaml:3:\d+.*image"),
    (
        "two builders",
        "images:\n  app:\n    image: a/b\n    build:\n      docker: {}\n      custom: {command: x}\n",
        r"(?s)devspace\.yaml:\d+:\d+.*custom",
    ),
    (
        "custom without command",
        "images:\n  app: {image: a/b, build: {custom: {flags: [x]}}}\n",
        r"devspace\.yaml:3:\d+.*command",
    ),
    ("tabs", "images:\n\tapp: {image: a/b}\n", r"(?i)devspace\.yaml:3:\d.*tab"),
    ("unclosed", "images: {app: {image: a/b}\n", r"devspace\.yaml:\d+:\d+"),
    (
        "two documents",
        "images: {app: {image: a/b}}\n---\nimages: {}\n",
        r"(?s)devspace\.yaml:\d+:\d+.*document",
    ),
    (
        "variable without a value",
        "images:\n  app: {image: 'a/${NOWHERE_SET}'}\n",
        r"devspace\.yaml:3:\d+.*NOWHERE_SET",
    ),
    ("bad tag", "images:\n  app: {image: a/b, tag: 'x y'}\n", r"x y"),
];

fn config_is_wrong(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "a/b");
    let mut wrong = Vec::new();
    for (what, config, message) in CONFIGS {
        project.file("devspace.yaml", format!("version: v1beta2\n{config}"));
        for step in ["ds-tag", "ds-build"] {
            let checked = project.ds(step, &[]).check(&[78], message);
            wrong.extend(checked.err().map(|error| format!("{what}: {error}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    project.file("devspace.yaml", "version: v9\nimages: {}\n");
    let _ = project.ds("ds-build", &[]).fails(78, r"devspace\.yaml:1:\d+.*v9");
    project.file("devspace.yaml", b"images:\n  app: {image: \xff}\n");
    let _ = project.ds("ds-build", &[]).fails(78, r"(?i)devspace\.yaml:2.*utf-8");
    project.file(
        "devspace.yaml",
        "images:\n  a: {image: t/same, tag: x}\n  b: {image: t/same, tag: x}\n",
    );
    let out = project.ds("ds-build", &[]);
    let out = if out.code == 0 { project.ds("ds-tag", &[]) } else { out };
    assert!([65, 78].contains(&out.code), "two images with one name: {out}");
    Ok(())
}

fn no_config_at_all(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for step in ["ds-build", "ds-tag", "ds-push", "ds-secret"] {
        let _ = project.ds(step, &[]).fails(78, r"devspace\.yaml");
    }
    let _ = project.ds("ds-build", &["--config", "other.yaml"]).fails(78, r"other\.yaml");
    let _ = project.ds("ds-build", &["--config", "/dev/zero"]).fails(78, "too large");
    let _ =
        project.sh("ds-tag --config <(printf 'version: v1beta2\nimags: {}\n')").fails(78, "imags");
    Ok(())
}

const DOCKERFILES: &[(&str, &str, &str)] = &[
    ("syntax error", "FROM scratch\nCOPI a.txt /\n", r"Dockerfile:2(:1)?.*COPI(?s).*COPY"),
    ("nothing in it", "", "Dockerfile"),
    ("no FROM", "COPY a.txt /\n", r"Dockerfile:1.*FROM"),
    ("unknown flag", "FROM scratch\nCOPY --fro=x a.txt /\n", "(?s)fro"),
    ("heredoc without an end", "FROM scratch\nCOPY <<EOF /x\nno end\n", r"Dockerfile:2"),
];

fn dockerfile_is_wrong(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "df/app");
    let mut wrong = Vec::new();
    for (what, dockerfile, message) in DOCKERFILES {
        project.file("Dockerfile", dockerfile);
        let checked = project.ds("ds-build", &[]).check(&[65], message);
        wrong.extend(checked.err().map(|error| format!("{what}: {error}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    project.file("Dockerfile", "FROM scratch\nCOPY ../outside /\n");
    std::fs::write(project.root().join("../outside"), "secret").unwrap();
    let out = project.ds("ds-build", &[]).says("outside");
    assert!([1, 65].contains(&out.code), "outside of the context: {out}");
    std::fs::remove_file(project.root().join("Dockerfile")).unwrap();
    let _ = project.ds("ds-build", &[]).fails(65, "Dockerfile");
    let _ = project.sh("mkfifo Dockerfile").ok();
    let _ = project.ds("ds-build", &[]).fails(65, "Dockerfile.*not a file");
    let _ = project.sh("rm Dockerfile; ln -s Dockerfile Dockerfile").ok();
    let _ = project.ds("ds-build", &[]).fails(65, "Dockerfile.*symbolic links");
    let _ = project.sh("rm Dockerfile").ok();
    project.file("Dockerfile/x", "a folder");
    let _ = project.ds("ds-build", &[]).fails(65, "Dockerfile");
    project.file("df", "FROM scratch AS one\n");
    let config = "version: v1beta2\nimages:\n  app:\n    image: df/app\n    dockerfile: df\n";
    let target = "    build: {docker: {options: {target: won}}}\n";
    project.file("devspace.yaml", format!("{config}{target}"));
    let out = project.ds("ds-build", &[]).says("won").says("one");
    assert!([65, 78].contains(&out.code), "{out}");
    project.file("devspace.yaml", format!("{config}    context: nowhere\n"));
    let _ = project.ds("ds-build", &[]).fails(65, "nowhere");
    project.file("plain", "a file");
    project.file("devspace.yaml", format!("{config}    context: plain\n"));
    let _ = project.ds("ds-build", &[]).fails(65, "plain");
    Ok(())
}

const STATES: &[(&str, &str)] = &[
    ("torn", "{\"schema\": \"ds.state/1\", \"ima"),
    ("empty", ""),
    ("newer", "{\"schema\": \"ds.state/9\", \"images\": {}}"),
    ("foreign", "{\"name\": \"left-pad\", \"version\": \"1.0.0\"}"),
    ("no JSON", "images:\n"),
    ("a list", "[1, 2]"),
    ("wrong type", "{\"schema\": \"ds.state/1\", \"images\": [1]}"),
];

fn state_is_wrong(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "st/app");
    let deep = format!(
        "{{\"schema\": \"ds.state/1\", \"x\": {}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let mut wrong = Vec::new();
    for (what, text) in STATES.iter().copied().chain([("deep", deep.as_str())]) {
        for step in ["ds-build", "ds-tag", "ds-push", "ds-rewrite"] {
            project.file(".devspace/state.json", text);
            let args: &[&str] = if step == "ds-rewrite" { &["k8s/pod.yaml"] } else { &[] };
            let checked = project.ds(step, args).check(&[65], r"state\.json");
            wrong.extend(checked.err().map(|error| format!("{what}: {error}")));
            if project.read(".devspace/state.json") != text {
                wrong.push(format!("{what}: overwritten by {step}"));
            }
        }
        let piped = project.run("ds-tag").args(&["--state", "-"]).stdin(text).end();
        wrong.extend(piped.check(&[65], "").err().map(|error| format!("{what} by stdin: {error}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

const MANIFESTS: &[(&str, &[u8], &str)] = &[
    ("torn flow", b"a: {b: [1\n", r"m\.yaml:\d+:\d+"),
    ("not UTF-8", b"a: 1\nb: \xff\n", r"m\.yaml:2"),
    ("a template", b"image: {{ .Values.image }}\n", r"(?i)m\.yaml:1.*|helm template"),
    ("tab", b"a:\n\tb: 1\n", r"m\.yaml:2"),
    ("NUL", b"a: \x00\n", r"m\.yaml:1"),
];

fn manifest_is_wrong(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "ma/app");
    let _ = project.ds("ds-build", &[]).ok();
    let pod =
        project.ds("ds-rewrite", &["k8s/pod.yaml"]).fails(65, r"k8s/pod\.yaml:8:\d+.*(?s)app");
    assert_eq!(pod.out(), "", "an image without a tag: {pod}");
    let _ = project.ds("ds-tag", &[]).ok();
    let mut wrong = Vec::new();
    for (what, text, message) in MANIFESTS {
        project.file("m.yaml", text);
        // One bad file among good ones: nothing of the good ones either.
        for files in [["m.yaml"].as_slice(), &["k8s/pod.yaml", "m.yaml"]] {
            let checked = project.ds("ds-rewrite", files).check(&[65], message);
            wrong.extend(checked.err().map(|error| format!("{what}: {error}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let _ = project.ds("ds-rewrite", &["nowhere.yaml"]).fails(65, r"nowhere\.yaml");
    let _ = project.ds("ds-rewrite", &["nothing/*.yaml"]).fails(65, "nothing");
    Ok(())
}

fn command_line_is_wrong(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "cl/app");
    for step in ["ds-build", "ds-tag", "ds-push"] {
        let _ = project.ds(step, &["--image", "ap"]).fails(2, "`?app`?");
        let _ = project.ds(step, &["--output", "xml"]).fails(2, "xml");
        let _ = project.ds(step, &["-q", "-v"]).fails(2, "");
    }
    let _ = project.ds("ds-build", &["--builder", "maker"]).fails(2, "maker");
    let _ = project.ds("ds-build", &["--platform", "a/b/c/d"]).says("a/b/c/d");
    let _ = project.ds("ds-rewrite", &["--set", "x", "k8s"]).fails(2, "--set");
    let _ = project.ds("ds-build", &["-j", "0"]).fails(2, "0");
    Ok(())
}

/// Root reads everything; without these capabilities it is like any user.
const MORTAL: &str = "setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search";

fn unreadable_file_in_the_context(bed: &Bed) -> Outcome {
    bed.program("setpriv")?;
    let project = Project::small(bed, bed.engine()?, "unread/app");
    project.file("Dockerfile", "FROM scratch\nCOPY . /\n");
    project.file("sub/closed", "x");
    let _ = project.sh("chmod 000 sub/closed").ok();
    let out = project.sh(&format!("{MORTAL} ds-build")).says("sub/closed");
    assert!([65, 1].contains(&out.code), "{out}");
    let _ = project.sh("chmod 644 sub/closed; chmod 000 sub").ok();
    let out = project.sh(&format!("{MORTAL} ds-build")).says("sub");
    assert_eq!(out.code, 65, "{out}");
    let _ = project.sh("chmod 755 sub; echo sub >.dockerignore; chmod 000 sub").ok();
    let _ = project.sh(&format!("{MORTAL} ds-build")).ok();
    Ok(())
}

fn state_folder_that_cannot_be_written(bed: &Bed) -> Outcome {
    bed.program("setpriv")?;
    let project = Project::small(bed, bed.engine()?, "ro/app");
    let _ = project.ds("ds-build", &[]).ok();
    let before = project.read(".devspace/state.json");
    let _ = project.sh("chmod -R a-w .devspace").ok();
    let out = project.sh(&format!("{MORTAL} ds-tag")).fails(1, r"\.devspace");
    assert_eq!(out.out(), "", "{out}");
    assert_eq!(project.read(".devspace/state.json"), before);
    Ok(())
}

fn config_deep_as_a_well(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "deep/app");
    let _ = project.sh("ds-build && ds-tag").ok();
    for depth in [10_000, 200_000] {
        let flow = format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
        let open = format!("a: {}\n", "{a: ".repeat(depth));
        for text in [flow, open] {
            project.file("m.yaml", &text);
            let out = project.ds("ds-rewrite", &["m.yaml"]).fails(65, r"m\.yaml");
            assert!(out.used.as_secs() < 5, "{depth}: {:?}", out.used);
            project.file("devspace.yaml", &text);
            let out = project.ds("ds-build", &[]).fails(78, r"devspace\.yaml");
            assert!(out.used.as_secs() < 5, "{depth}: {:?}", out.used);
            project
                .file("devspace.yaml", "version: v1beta2\nimages:\n  app:\n    image: deep/app\n");
        }
    }
    let block: String = (0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    project.file("m.yaml", &block);
    let _ = project.ds("ds-rewrite", &["m.yaml"]).fails(65, r"m\.yaml");
    Ok(())
}

fn alias_bombs(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "bomb/app");
    let _ = project.sh("ds-build && ds-tag").ok();
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..40 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        bomb += &format!("a{level}: &a{level} [{before}]\n");
    }
    project.file("m.yaml", &bomb);
    let out = project.ds("ds-rewrite", &["m.yaml"]).ok();
    assert_eq!(out.out(), bomb, "aliases are passed on, not carried out");
    assert!(out.used.as_secs() < 5, "{:?}", out.used);
    project.file("devspace.yaml", format!("version: v1beta2\nvars: *a39\n{bomb}"));
    let out = project.ds("ds-build", &[]).fails(78, r"devspace\.yaml");
    assert!(out.used.as_secs() < 5, "{:?}", out.used);
    project.file(
        "devspace.yaml",
        format!("{bomb}version: v1beta2\nimages: {{app: {{image: a/b, tags: *a39}}}}\n"),
    );
    let out = project.ds("ds-build", &[]).fails(78, r"devspace\.yaml");
    assert!(out.used.as_secs() < 5, "{:?}", out.used);
    Ok(())
}

fn docker_config_is_wrong(bed: &Bed) -> Outcome {
    let registry = bed.private_registry()?;
    let project =
        Project::small(bed, bed.engine()?, &format!("{}/dc{}/app", registry.host(), bed.unique()));
    let _ = project.sh("ds-build && ds-tag").ok();
    let text = "{\"auths\": {\"x\": {\"auth\": \"UExBTlRFRDpzZWNyZXQ=\"}}, \"credsStore\": 5,";
    std::fs::write(project.home().join(".docker/config.json"), text).unwrap();
    let out = project.ds("ds-push", &["-vv"]).says(r"config\.json");
    assert!([65, 77, 78].contains(&out.code), "{out}");
    assert!(!out.err().contains("UExBTl"), "the content is shown: {out}");
    Ok(())
}
