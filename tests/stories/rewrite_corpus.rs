//! What must hold of every rewrite, checked from outside: by another family's parser, by a
//! script that applies the edits, and whatever the order of files and the number of jobs.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use suite::{Bed, Outcome, Output, Project, Skip, Story, run_bounded, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(the_hard_files_hold),
        story(a_wrong_rewrite_is_seen),
        story(generated_files_hold),
        story(edits_are_the_whole_of_a_rewrite),
        story(order_and_jobs_do_not_matter),
    ]
}

/// `tests/corpus` on a folder, with the executables of `bin`.
fn corpus(bed: &Bed, bin: &Path, folder: &Path) -> Result<Output, Skip> {
    let python = bed.program("python3")?;
    let mut yaml = Command::new(&python);
    if run_bounded(yaml.args(["-c", "import yaml"]), b"", Duration::from_secs(20)).code != 0 {
        return Err(Skip("python3 has no yaml".into()));
    }
    let mut command = Command::new(python);
    command.arg(bed.workspace().join("tests/corpus")).arg("--all").arg(folder).env("DS_BIN", bin);
    Ok(run_bounded(&mut command, b"", Duration::from_secs(170)))
}

fn the_hard_files_hold(bed: &Bed) -> Outcome {
    let out = corpus(bed, bed.bin(), &bed.workspace().join("tests/corpus-hard"))?.ok();
    let _ = out.says(r"12 files: 9 checked, 0 no image, 0 not compared, 3 refused, 0 wrong");
    Ok(())
}

/// The check itself is checked: each of these does one thing wrong.
fn a_wrong_rewrite_is_seen(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let real = bed.bin().join("ds-rewrite").display().to_string();
    project.file("m/a.yaml", "# c\nb: 1\nimage: me/app:1\nc: x\n");
    for (name, filter) in [
        ("comment", "sed 's/^# c/# d/'"),
        ("line", "cat; echo"),
        ("value", "sed 's/^c: x/c: y/'"),
        ("quotes", "sed 's/^c: x/c: \"x\"/'"),
        ("lost", "grep -v '^b'"),
        ("none", "sed 's/corpus-new/other/'"),
        ("appended", "sed 's/corpus-new/corpus-new:corpus-new/'"),
    ] {
        let wrapper = format!(
            "#!/bin/bash\ncase \" $* \" in *' --edits '*|*' --list '*) exec {real} \"$@\" ;; esac\n\
             set -o pipefail; {real} \"$@\" | {{ {filter}; }}\n"
        );
        project.program(&format!("{name}/ds-rewrite"), &wrapper);
        let out = corpus(bed, &project.root().join(name), &project.root().join("m"))?;
        assert!(out.code == 1 && out.out().contains("1 wrong"), "{name}: {out}");
    }
    Ok(())
}

/// A small generator of numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        &of[usize::try_from(self.0 >> 33).unwrap() % of.len()]
    }
}

/// A document of images in all styles; `V` is the reference, `N` the repository, `I` the
/// part's number, since PyYAML takes an anchor once.
fn document(dice: &mut Dice) -> String {
    const NAMES: [&str; 5] =
        ["me/app", "docker.io/library/redis", "r.io:5000/a/b", "quay.io/x/y-z", "localhost/q"];
    const TAGS: [&str; 4] = [
        "",
        ":1.10",
        ":v2-rc.1_x",
        "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ];
    const PARTS: [&str; 24] = [
        "  - image: V\n",
        "  - image: 'V'   # V\n",
        "  - {image: \"V\", n: [1, {image: V}]}\n",
        "  - image: |\n      V\n",
        "  - image: >-\n      V\n\n",
        "  - image: !!str V\n",
        "  - ? image\n    : V\n",
        "  - image:\n      V # c\n",
        "  - \"image\" : V\r\n    b: 1\r\n",
        "  - image: &aI V\n",
        "  - x: &bI {image: V}\n  - *bI\n",
        "  # image: V\n",
        "  - name: V\n    args: [V, 'image: V']\n",
        "  - text: |\n      image: V\n",
        "  - text: \"é 日本: V\"\n    image: V\n",
        "  - image: ~\n",
        "  - image: ''\n",
        "  - image: [V]\n",
        "  - image: {repository: N, tag: '1'}\n",
        "  - image:\n      repository: N\n      tag: \"\"\n",
        "\n",
        "  - 1.10\n  - null\n  - 0x1f\n  - 2001-01-01\n  - yes\n",
        "  - - - image: 'V'\n",
        "  - image: 'V\n\n    '\n",
    ];
    let kind = *dice.roll(&["Pod", "\"x\"", "1"]);
    let mut text = format!("kind: {kind}\nlist:\n");
    for part in 0..*dice.roll(&[0, 1, 2, 5, 9]) {
        let name = *dice.roll(&NAMES);
        let value = format!("{name}{}", dice.roll(&TAGS));
        text += &dice
            .roll(&PARTS)
            .replace('I', &part.to_string())
            .replace('V', &value)
            .replace('N', name);
    }
    text
}

fn files(project: &Project, count: u64) {
    for seed in 0..count {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let documents: Vec<String> =
            (0..*dice.roll(&[1, 1, 2, 4])).map(|_| document(&mut dice)).collect();
        let mut text = documents.join(*dice.roll::<&str>(&["---\n", "--- # c\n", "...\n---\n"]));
        if *dice.roll(&[false, false, true]) {
            text.truncate(text.trim_end().len());
        }
        project.file(&format!("g/{seed:03}.yaml"), text);
    }
}

fn generated_files_hold(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    files(&project, 150);
    let out = corpus(bed, bed.bin(), &project.root().join("g"))?.ok();
    let checked = out.says("150 files: .* 0 not compared, 0 refused, 0 wrong").out();
    let edits: usize =
        checked.rsplit(", ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(edits > 300, "too few to mean anything: {checked}");
    Ok(())
}

/// As `tests/corpus` does, by way of the script itself and of files in all encodings.
fn edits_are_the_whole_of_a_rewrite(bed: &Bed) -> Outcome {
    bed.program("python3")?;
    let project = Project::new(bed);
    fs::copy(bed.workspace().join("tests/apply_edits.py"), project.root().join("apply")).unwrap();
    let script = project.read("apply");
    assert!(script.lines().count() <= 26, "an independent check is one that is read at a glance");
    for (name, text) in [
        ("bom", "\u{feff}é: 1\r\nimage: app\r\n".to_owned()),
        ("json", "{\"x\": \"日本\", \"image\": \"app:1\"}".to_owned()),
        ("two", "a: {image: app, b: {image: 'app:1'}}".to_owned()),
        ("held", "data:\n  p.yaml: |\n    image: app\n".to_owned()),
    ] {
        project.file(name, text);
        let line = format!(
            "ds-rewrite --set app=app:v2 --edits json {name} >e && python3 apply e {name} >by-hand && \
             ds-rewrite --set app=app:v2 {name} | cmp - by-hand"
        );
        let _ = project.sh(&line).ok();
    }
    Ok(())
}

fn order_and_jobs_do_not_matter(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    files(&project, 40);
    let text: String = (0..3_000).map(|n| format!("a{n}: 1\nimage: me/app:{n}\n---\n")).collect();
    project.file("g/large.yaml", text);
    let set = ["--set", "me/app=me/app:new", "--set", "quay.io/x/y-z=other.io/y:2"];
    let run = |args: &[&str], folder: &str| {
        let run = project.run("ds-rewrite").args(&set).args(args);
        run.args(&["--output-dir", folder]).end().ok()
    };
    let names: Vec<String> =
        (0..40).map(|n| format!("g/{n:03}.yaml")).chain(["g/large.yaml".into()]).collect();
    let back: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    let one = run(&["g"], "one");
    let _ = run(&["-j", "1", "g"], "two");
    let _ = run(&["-j", "16", "g"], "three");
    let _ = run(&back, "four");
    let _ = one;
    for other in ["two", "three", "four"] {
        let _ = project.sh(&format!("diff -r one {other}")).ok();
    }
    // The stream has the files in the order in which they were named, and nothing else.
    let stream = |name: &str| project.run("ds-rewrite").args(&set).args(&[name]).end().ok().out();
    let both = project.run("ds-rewrite").args(&set).args(&["g/001.yaml", "g/000.yaml"]).end().ok();
    let (first, second) = (stream("g/001.yaml"), stream("g/000.yaml"));
    assert!(both.out().starts_with(&first) && both.out().ends_with(&second), "{both}");
    Ok(())
}
