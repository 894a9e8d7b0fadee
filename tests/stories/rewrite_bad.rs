//! Input that ds-rewrite must survive: with an error at its place, bounded, and with
//! nothing on stdout that could be applied by half.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::process::Stdio;

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(bad_bytes_have_a_place),
        story(every_broken_file_is_told),
        story(deep_input_is_refused_quickly),
        story(aliases_are_not_carried_out),
        story(folders_with_loops_end),
        story(pipes_and_devices),
        story(a_reader_who_goes_away),
        story(a_file_that_cannot_be_read),
        story(huge_values).serial().long(),
    ]
}

const SET: [&str; 2] = ["--set", "app=app:v2"];

fn bad_bytes_have_a_place(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let cases: [(&[u8], &str); 6] = [
        (b"a: 1\nb: \x00\n", r"m\.yaml:2:4: a NUL"),
        (b"image: app\nb: \xff\n", r"m\.yaml:2:4: .*not UTF-8"),
        (b"image: app\nb: \xc3", r"m\.yaml:2:4: .*not UTF-8"),
        (b"image: app\nb: [\n", r"m\.yaml:2:4: this is not YAML"),
        (b"image: app\n\tb: 1\n", r"m\.yaml:\d:\d: this is not YAML"),
        (b"image: {{ .Values.image }}\n", r"m\.yaml:1:8: this is a template"),
    ];
    let mut wrong = Vec::new();
    for (text, message) in cases {
        project.file("m.yaml", text);
        let out = project.run("ds-rewrite").args(&SET).args(&["m.yaml"]).end();
        wrong.extend(out.check(&[65], message).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn every_broken_file_is_told(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("k/1.yaml", "image: app\n");
    project.file("k/2.yaml", "a: [\n---\nb: ]\n");
    project.file("k/3.json", "{\"image\": \"app\" 1}");
    project.file("k/4.yaml", [0xff]);
    let out = project.run("ds-rewrite").args(&SET).args(&["k"]).end().fails(65, r"2\.yaml:1:4");
    let _ = out.says(r"2\.yaml:3:4").says(r"3\.json:1:\d+").says(r"4\.yaml:1:1");
    let on = project.run("ds-rewrite").args(&SET).args(&["--keep-going", "k"]).end();
    assert_eq!((on.code, on.out()), (65, "image: app:v2\n".to_owned()), "{on}");
    Ok(())
}

fn deep_input_is_refused_quickly(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{a: ", "}"), ("- ", "")] {
        let depth = 100_000;
        project.file("m.yaml", format!("{}1{}\n", open.repeat(depth), close.repeat(depth)));
        let out = project.run("ds-rewrite").args(&SET).args(&["m.yaml"]).end();
        let out = out.fails(65, r"m\.yaml:\d+:\d+: .*deep");
        assert!(out.used.as_secs() < 10, "{open}: {:?}", out.used);
    }
    Ok(())
}

fn aliases_are_not_carried_out(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let mut bomb = String::from("a0: &a0 {image: app}\n");
    for level in 1..60 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        bomb += &format!("a{level}: &a{level} [{before}]\n");
    }
    project.file("m.yaml", &bomb);
    for words in [&["m.yaml"][..], &["--edits", "json", "m.yaml"], &["--list", "m.yaml"]] {
        let out = project.run("ds-rewrite").args(&SET).args(words).end().ok();
        assert!(out.used.as_secs() < 10, "{words:?}: {:?}", out.used);
        assert!(out.stdout.len() < 1_000_000 && out.stderr.len() < 10_000, "{words:?}");
    }
    let out = project.run("ds-rewrite").args(&SET).args(&["m.yaml"]).end().ok();
    assert_eq!(out.out(), bomb.replace("{image: app}", "{image: app:v2}"));
    Ok(())
}

fn folders_with_loops_end(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("k/a/m.yaml", "image: app\n");
    symlink("..", project.root().join("k/a/up")).unwrap();
    symlink(".", project.root().join("k/self")).unwrap();
    symlink("nowhere", project.root().join("k/dangling.yaml")).unwrap();
    for words in [&["k"][..], &["k/**/*.yaml"]] {
        let out = project.run("ds-rewrite").args(&SET).args(words).end().ok();
        assert_eq!(out.out(), "image: app:v2\n", "{words:?}");
    }
    let run = project.run("ds-rewrite").args(&SET);
    let _ = run.args(&["--output-dir", "o", "k"]).end().ok();
    assert_eq!(project.read("o/k/a/m.yaml"), "image: app:v2\n");
    let _ = project.run("ds-rewrite").args(&SET).args(&["--in-place", "k"]).end().ok();
    assert_eq!(project.read("k/a/m.yaml"), "image: app:v2\n");
    Ok(())
}

fn pipes_and_devices(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let out =
        project.sh("mkfifo f; (echo 'image: app'; echo 'b: [') >f & ds-rewrite --set app=app:v2 f");
    let _ = out.fails(65, r"f:2:4");
    let out = project.sh("ds-rewrite --set app=app:v2 <(echo 'image: app') /dev/null").ok();
    assert_eq!(out.out(), "image: app:v2\n");
    // A pipe in a folder is none of its manifests: reading it would wait for ever.
    let line =
        "mkdir k; mkfifo k/p.yaml; echo 'image: app' >k/m.yaml; ds-rewrite --set app=app:v2 k";
    assert_eq!(project.sh(line).ok().out(), "image: app:v2\n");
    let _ = project.sh("ds-rewrite --set app=app:v2 k >/dev/full").fails(1, "stdout");
    Ok(())
}

/// `head -1` and the like: no failure, and no word about it.
fn a_reader_who_goes_away(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let text = "image: app\n---\n".repeat(40_000);
    project.file("m.yaml", &text);
    for words in [
        &["m.yaml"][..],
        &["--edits", "json", "m.yaml"],
        &["--diff", "m.yaml"],
        &["--list", "m.yaml"],
    ] {
        let mut command = project.run("ds-rewrite").args(&SET).args(words).command();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let out = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && err.is_empty(), "{words:?}: {:?} {err}", out.status);
    }
    Ok(())
}

fn a_file_that_cannot_be_read(bed: &Bed) -> Outcome {
    bed.program("setpriv")?;
    let project = Project::new(bed);
    project.file("k/a.yaml", "image: app\n");
    project.file("k/b.yaml", "image: app\n");
    let _ = project.sh("chmod -R a+rX .; chmod 000 k/a.yaml").ok();
    let line = "setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all \
                ds-rewrite --set app=app:v2";
    let _ = project.sh(&format!("{line} k")).fails(65, r"k/a\.yaml");
    let on = project.sh(&format!("{line} --keep-going k"));
    assert_eq!((on.code, on.out()), (65, "image: app:v2\n".to_owned()), "{on}");
    fs::create_dir(project.root().join("m.yaml")).unwrap();
    let _ = project.sh("ds-rewrite --set app=app:v2 m.yaml").fails(65, r"m\.yaml");
    Ok(())
}

/// One value of a gigabyte, plain, quoted and in a block: over the limit, and told.
fn huge_values(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for (begin, end) in
        [("a: ", "\nimage: app\n"), ("a: \"", "\"\nimage: app\n"), ("a: |\n  ", "\nimage: app\n")]
    {
        let path = project.root().join("m.yaml");
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(begin.as_bytes()).unwrap();
        let part = vec![b'x'; 1 << 20];
        (0..1024).for_each(|_| file.write_all(&part).unwrap());
        file.write_all(end.as_bytes()).unwrap();
        drop(file);
        let out = project.run("ds-rewrite").args(&SET).args(&["m.yaml"]).end();
        let _ = out.fails(65, r"m\.yaml:\d+:\d+: a value of \d+ bytes, more than \d+");
        fs::remove_file(path).unwrap();
    }
    Ok(())
}
