//! ds-rewrite by itself: manifests in, manifests out, no byte more changed than told.

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(set_needs_neither_config_nor_state),
        story(odd_layouts_keep_their_bytes),
        story(names_elsewhere_are_left_alone),
        story(twice_is_once),
        story(files_folders_globs_and_stdin),
        story(unresolved_images),
        story(list_and_edits),
        story(large_input),
    ]
}

const SET: [&str; 4] =
    ["--set", "reg.example.com/a/b=reg.example.com/a/b:new", "--set", "app=app:v2"];

/// What it prints for this text with [`SET`].
fn rewritten(project: &Project, text: &[u8]) -> suite::Output {
    project.run("ds-rewrite").args(&SET).stdin(text).end()
}

fn set_needs_neither_config_nor_state(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let out = rewritten(&project, b"kind: Pod\nimage: reg.example.com/a/b\n").ok();
    assert_eq!(out.out(), "kind: Pod\nimage: reg.example.com/a/b:new\n");
    assert_eq!(project.files(), Vec::<std::path::PathBuf>::new(), "files were written");
    Ok(())
}

/// Each with the old text and the new one in place of it.
const LAYOUTS: &[(&str, &str, &str)] = &[
    ("image:   \"OLD\"   # why\r\nb: 1\r\n", "reg.example.com/a/b:1.0", "reg.example.com/a/b:new"),
    ("- {name: x, image: OLD, b: [1,2]}", "reg.example.com/a/b", "reg.example.com/a/b:new"),
    (
        "\u{feff}# c\nimage: 'OLD'\n...\n---\na: 1\n",
        "reg.example.com/a/b@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "reg.example.com/a/b:new",
    ),
    (
        "{\n\t\"image\": \"OLD\",\n\t\"b\": [1, {\"c\": null}]\n}",
        "reg.example.com/a/b:old",
        "reg.example.com/a/b:new",
    ),
    (
        "x: &a\n  image: &i OLD\ny: *a\nz: {<<: *a}\n",
        "reg.example.com/a/b",
        "reg.example.com/a/b:new",
    ),
    ("? image\n: OLD\n", "reg.example.com/a/b", "reg.example.com/a/b:new"),
    ("a:\n- b:\n  - image: !!str OLD\n", "reg.example.com/a/b:x", "reg.example.com/a/b:new"),
    ("image: OLD", "docker.io/library/app", "app:v2"),
    ("\"image\" : OLD\n", "app:1", "app:v2"),
    ("%YAML 1.2\n---\nimage: OLD # reg.example.com/a/b\n", "app", "app:v2"),
    (
        "text: |\n  image: reg.example.com/a/b\nimage: OLD\nmore: >-\n  image: app\n",
        "app",
        "app:v2",
    ),
];

fn odd_layouts_keep_their_bytes(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let mut wrong = Vec::new();
    for (layout, old, new) in LAYOUTS {
        let out = rewritten(&project, layout.replace("OLD", old).as_bytes());
        if out.code != 0 || out.out() != layout.replace("OLD", new) {
            wrong.push(format!("{layout:?}: {:?} {out}", out.out()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn names_elsewhere_are_left_alone(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for text in [
        "name: app\nlabels: {app: app}\n",
        "image: reg.example.com/a/bc\n",
        "image: other.example.com/a/b\n",
        "image: reg.example.com/a/b/c:1\n",
        "args: [reg.example.com/a/b]\n",
        "# image: app\n",
        "a: \"image: app\"\n",
        "image: [app]\n",
        "image: ''\nimages: app\n",
        "",
        "# only a comment",
        "---\n---\n",
    ] {
        let out = rewritten(&project, text.as_bytes()).ok();
        assert_eq!(out.out(), text);
    }
    Ok(())
}

fn twice_is_once(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for (layout, old, _) in LAYOUTS {
        let once = rewritten(&project, layout.replace("OLD", old).as_bytes()).ok();
        assert_eq!(rewritten(&project, &once.stdout).ok().out(), once.out());
    }
    Ok(())
}

fn files_folders_globs_and_stdin(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("k/b.yaml", "b: 1\nimage: app");
    project.file("k/a.yml", "---\na: 1\n");
    project.file("k/deep/c.json", "{\"image\": \"app\"}\n");
    project.file("k/README.md", "image: app");
    let out = |args: &[&str]| {
        project.run("ds-rewrite").args(&SET).args(args).stdin("s: 1\n").end().ok().out()
    };
    let all = out(&["k"]);
    let order = ["a: 1", "b: 1\nimage: app:v2\n", "\"app:v2\""].map(|part| all.find(part));
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}: {all}");
    assert!(!all.contains("README") && all.matches("---").count() == 3, "{all}");
    assert_eq!(out(&["k/**/*.json"]), "{\"image\": \"app:v2\"}\n");
    assert_eq!(out(&["k/?.y*ml"]), out(&["k/a.yml", "k/b.yaml"]));
    assert_eq!(out(&["-"]), "s: 1\n");
    assert_eq!(out(&["k/b.yaml", "-"]), "b: 1\nimage: app:v2\n---\ns: 1\n");
    assert_eq!(project.read("k/b.yaml"), "b: 1\nimage: app", "the file was changed");
    let fifo = project.sh("mkfifo f; echo 'image: app' >f & ds-rewrite --set app=app:v2 f").ok();
    assert_eq!(fifo.out(), "image: app:v2\n");
    Ok(())
}

fn unresolved_images(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project
        .file("devspace.yaml", "version: v1beta2\nimages: {app: {image: reg.example.com/a/b}}\n");
    project.file("m.yaml", "image: other\n---\nimage: reg.example.com/a/b\n");
    let _ = project.ds("ds-rewrite", &["m.yaml"]).fails(65, r"m\.yaml:3:8");
    let warned = project.ds("ds-rewrite", &["--unresolved", "warn", "m.yaml"]).ok();
    assert_eq!(warned.out(), project.read("m.yaml"));
    let _ = warned.says(r"m\.yaml:3:8");
    let ignored = project.ds("ds-rewrite", &["--unresolved", "ignore", "m.yaml"]).ok();
    assert_eq!((ignored.out(), ignored.err()), (project.read("m.yaml"), String::new()));
    Ok(())
}

fn list_and_edits(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "a:\n  image: app:1\nb: {image: other}\n");
    let edits =
        project.run("ds-rewrite").args(&SET).args(&["--edits", "json", "m.yaml"]).end().ok();
    let text = edits.json().to_string();
    assert!(
        text.contains("app:1") && text.contains("app:v2") && text.contains("m.yaml"),
        "{edits}"
    );
    let list = project.run("ds-rewrite").args(&SET).args(&["--list", "m.yaml"]).end().ok();
    assert!(list.out().contains("other") && list.out().contains("m.yaml:3:"), "{list}");
    Ok(())
}

/// Some 20 MB, an image in each document, through a pipe.
fn large_input(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let document = format!("kind: Pod\nspec:\n  note: {}\n  image: app:old\n", "x".repeat(900));
    let text = [document.as_str(); 20_000].join("---\n");
    let out = rewritten(&project, text.as_bytes()).ok();
    assert!(out.out() == text.replace("app:old", "app:v2"), "other bytes changed");
    Ok(())
}
