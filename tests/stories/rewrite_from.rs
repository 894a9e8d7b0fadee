//! Where ds-rewrite takes references from, beside the state: files of other tools, the
//! last deploy, the command line.

use serde_json::json;
use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(files_of_other_tools),
        story(the_command_line_beats_a_file_and_a_file_the_state),
        story(files_that_say_nothing_are_refused),
        story(a_rival_is_settled_by_hand),
        story(the_last_deploy),
        story(deploys_that_differ_need_a_choice),
    ]
}

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Each as its tool writes it, for `r.io/t/app` (of kbld: under the tag `1`).
fn forms() -> Vec<(&'static str, String, String)> {
    vec![
        (
            "kbld.yml",
            format!(
                "apiVersion: kbld.k14s.io/v1alpha1\nkind: Config\nminimumRequiredVersion: 0.44.0\n\
                 overrides:\n- image: r.io/t/app:1\n  newImage: r.io/t/app@{A}\n  preresolved: true\n"
            ),
            format!("r.io/t/app@{A}"),
        ),
        (
            "imgpkg.yml",
            format!(
                "---\napiVersion: imgpkg.carvel.dev/v1alpha1\nimages:\n- annotations:\n    \
                 kbld.carvel.dev/id: r.io/t/app:1\n  image: r.io/t/app@{A}\nkind: ImagesLock\n"
            ),
            format!("r.io/t/app@{A}"),
        ),
        (
            "skaffold.json",
            json!({"builds": [{"imageName": "r.io/t/app", "tag": format!("r.io/t/app:v9@{A}")}]})
                .to_string(),
            format!("r.io/t/app:v9@{A}"),
        ),
        (
            "bake.json",
            json!({"app": {"containerimage.digest": A, "image.name": "r.io/t/app:v9,r.io/t/app:latest"}})
                .to_string(),
            format!("r.io/t/app:v9@{A}"),
        ),
        (
            "build.json",
            json!({"buildx.build.ref": "b/b0/x", "containerimage.digest": A, "image.name": "r.io/t/app:v9"})
                .to_string(),
            format!("r.io/t/app:v9@{A}"),
        ),
        ("refs.txt", format!("r.io/t/app@{A}\n"), format!("r.io/t/app@{A}")),
        (
            "kustomization.yaml",
            "images:\n- name: r.io/t/app\n  newTag: v9\n".to_owned(),
            "r.io/t/app:v9".to_owned(),
        ),
        (
            "jib-image.json",
            json!({"image": "r.io/t/app:v9", "imageId": A, "imageDigest": A, "tags": ["v9"]})
                .to_string(),
            format!("r.io/t/app:v9@{A}"),
        ),
    ]
}

fn files_of_other_tools(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "image: r.io/t/app:1 # c\nb: {image: 'r.io/t/other:1'}\n");
    for (name, text, wanted) in forms() {
        project.file(name, text);
        let out = project.ds("ds-rewrite", &["--from", name, "m.yaml"]).ok();
        let text = project.read("m.yaml").replace("r.io/t/app:1", &wanted);
        assert_eq!(out.out(), text, "{name}: {out}");
        project.file("done.yaml", &out.stdout);
        let twice = project.ds("ds-rewrite", &["--from", name, "done.yaml"]).ok();
        assert_eq!(twice.out(), text, "{name}, twice");
        // From a pipe, and by stdin.
        let line =
            format!("ds-rewrite --from <(cat {name}) m.yaml && ds-rewrite --from - m.yaml <{name}");
        assert_eq!(project.sh(&line).ok().out(), text.repeat(2), "{name}");
    }
    // A lock of kbld says what one tag is, and nothing of others.
    project.file("m.yaml", "image: r.io/t/app:2\n");
    let out = project.ds("ds-rewrite", &["--from", "kbld.yml", "m.yaml"]).ok();
    assert_eq!(out.out(), "image: r.io/t/app:2\n");
    Ok(())
}

fn the_command_line_beats_a_file_and_a_file_the_state(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("devspace.yaml", "version: v1beta2\nimages: {app: {image: r.io/t/app}}\n");
    project.file("m.yaml", "image: r.io/t/app:1\n");
    project.file("one.txt", "r.io/t/app:one\n");
    project.file("two.txt", "r.io/t/app:two\n");
    let out =
        |words: &[&str]| project.run("ds-rewrite").args(words).args(&["m.yaml"]).end().ok().out();
    assert_eq!(out(&["--from", "one.txt"]), "image: r.io/t/app:one\n");
    assert_eq!(out(&["--from", "one.txt", "--from", "two.txt"]), "image: r.io/t/app:two\n");
    assert_eq!(
        out(&["--set", "app=r.io/t/app:set", "--from", "two.txt"]),
        "image: r.io/t/app:set\n"
    );
    project.file("kbld.yml", &forms()[0].1);
    assert_eq!(out(&["--from", "kbld.yml", "--from", "two.txt"]), "image: r.io/t/app:two\n");
    assert_eq!(
        out(&["--from", "kbld.yml", "--set", "app=r.io/t/app:set"]),
        "image: r.io/t/app:set\n",
        "--set beats what a lock says of one tag"
    );
    assert_eq!(
        out(&["--from", "two.txt", "--from", "kbld.yml"]),
        format!("image: r.io/t/app@{A}\n")
    );
    Ok(())
}

fn files_that_say_nothing_are_refused(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "image: app\n");
    for (text, message) in [
        ("kind: Pod\n", "of no form that `--from` knows"),
        ("", "of no form that `--from` knows"),
        ("{\"builds\": [", r"f:1:\d+"),
        ("{\"builds\": [{\"imageName\": \"a\", \"tag\": \"a\"}]}", r"f:1:\d+: `a` has neither"),
        ("\u{0}\u{1}", "f"),
    ] {
        project.file("f", text);
        let _ = project.ds("ds-rewrite", &["--from", "f", "m.yaml"]).fails(65, message);
    }
    project.file("f", [0xff, 0xfe, 0xfd]);
    let _ = project.ds("ds-rewrite", &["--from", "f", "m.yaml"]).fails(65, "UTF-8");
    let _ = project.ds("ds-rewrite", &["--from", "none", "m.yaml"]).fails(65, "none");
    let _ = project.ds("ds-rewrite", &["--from", "-"]).fails(2, "stdin carries one thing");
    let bomb: String = (1..40)
        .map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(10)))
        .collect();
    project.file("f", format!("a0: &a0 x\n{bomb}"));
    let out = project.ds("ds-rewrite", &["--from", "f", "m.yaml"]).fails(65, r"f:\d+:\d+");
    assert!(out.used.as_secs() < 5, "{:?}", out.used);
    project.file("f", format!("a: {}", "[".repeat(100_000)));
    let _ = project.ds("ds-rewrite", &["--from", "f", "m.yaml"]).fails(65, r"f:1:\d+");
    Ok(())
}

fn a_rival_is_settled_by_hand(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "image: r.io/t/app\n");
    project.file(
        "bake.json",
        r#"{"a": {"image.name": "r.io/t/app:1"}, "b": {"image.name": "r.io/t/app:2"}}"#,
    );
    let _ = project
        .ds("ds-rewrite", &["--from", "bake.json", "m.yaml"])
        .fails(65, r"bake\.json:1:\d+: .*r\.io/t/app:1.*r\.io/t/app:2")
        .says("--set r.io/t/app=REF");
    let set = "r.io/t/app=r.io/t/app:2";
    let out = project.ds("ds-rewrite", &["--from", "bake.json", "--set", set, "m.yaml"]).ok();
    assert_eq!(out.out(), "image: r.io/t/app:2\n");
    Ok(())
}

/// A state that knows of these deploys: namespace, deployment, reference of `app`.
fn state(project: &Project, deploys: &[(&str, &str, &str)]) {
    let deployed: Vec<_> = deploys
        .iter()
        .map(|(namespace, deployment, reference)| {
            json!({"cluster": "c1", "namespace": namespace, "deployment": deployment,
                "deployed_at": 1_700_000_000, "images": {"app": reference}})
        })
        .collect();
    let state = json!({"schema": "ds.state/1", "images": {}, "deployed": deployed});
    project.file(".devspace/state.json", format!("{state:#}\n"));
    project.file(
        "devspace.yaml",
        "version: v1beta2\nimages: {app: {image: r.io/t/app}, new: {image: r.io/t/new}}\n",
    );
}

fn the_last_deploy(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "image: 'r.io/t/app:next'\n");
    state(&project, &[("shop", "web", "r.io/t/app:last"), ("test", "web", "r.io/t/app:last")]);
    let back = ["--to", "previous", "m.yaml"];
    assert_eq!(project.ds("ds-rewrite", &back).ok().out(), "image: 'r.io/t/app:last'\n");
    let set = project.run("ds-rewrite").args(&["--set", "app=r.io/t/app:x"]).args(&back).end();
    assert_eq!(set.ok().out(), "image: 'r.io/t/app:x'\n");
    project.file("m.yaml", "a: {image: r.io/t/app}\nb: {image: r.io/t/new}\n");
    let _ =
        project.ds("ds-rewrite", &back).fails(65, r"m\.yaml:2:12: image `new` was not in the last");
    state(&project, &[]);
    let _ = project.ds("ds-rewrite", &back).fails(65, "no deploy to go back to");
    let _ = project.ds("ds-rewrite", &["--namespace", "x", "m.yaml"]).fails(2, "--to");
    // The steps leave it as it is.
    state(&project, &[("shop", "web", "r.io/t/app:last")]);
    let before = project.read(".devspace/state.json");
    let shown = project.ds("ds", &["state", "show", "--output", "json"]).ok();
    assert_eq!(shown.json()["deployed"], project.state()["deployed"]);
    assert_eq!(project.read(".devspace/state.json"), before);
    Ok(())
}

fn deploys_that_differ_need_a_choice(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "image: r.io/t/app\n");
    state(&project, &[("shop", "web", "r.io/t/app:1"), ("test", "job", "r.io/t/app:2")]);
    let back = |words: &[&str]| {
        project.run("ds-rewrite").args(&["--to", "previous"]).args(words).args(&["m.yaml"]).end()
    };
    let _ = back(&[]).fails(65, "image `app` was last deployed as").says("--namespace");
    assert_eq!(back(&["--namespace", "shop"]).ok().out(), "image: r.io/t/app:1\n");
    assert_eq!(back(&["--deployment", "job"]).ok().out(), "image: r.io/t/app:2\n");
    assert_eq!(
        back(&["--cluster", "c1", "--namespace", "test"]).ok().out(),
        "image: r.io/t/app:2\n"
    );
    let _ = back(&["--namespace", "none"]).fails(65, "no deploy to this place").says("`shop`");
    Ok(())
}
