//! Where ds-rewrite puts its result: a folder, the files themselves, a diff, edits, a list.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use suite::{Bed, Outcome, Output, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(a_folder_mirrors_the_tree),
        story(a_folder_is_never_left),
        story(clashes_are_told_before_anything_is_written),
        story(in_place_keeps_mode_and_time),
        story(in_place_is_all_or_nothing),
        story(links_in_place),
        story(a_diff_can_be_applied),
        story(colour_is_for_terminals),
        story(edits_beside_a_result),
        story(check_and_dry_run_write_nothing),
        story(a_bad_file_stops_all_unless_told_to_go_on),
        story(what_matched_nothing_is_told),
        story(aliases_of_an_edit_are_told),
    ]
}

const SET: [&str; 4] =
    ["--set", "reg.example.com/a/b=reg.example.com/a/b:new", "--set", "app=app:v2"];

/// ds-rewrite with [`SET`].
#[track_caller]
fn rewrite(project: &Project, args: &[&str]) -> Output {
    project.run("ds-rewrite").args(&SET).args(args).end()
}

/// Two files that change, and one that does not.
fn tree(project: &Project) {
    project.file("k8s/a.yaml", "kind: Pod\nimage: app:1 # c\n");
    project.file("k8s/sub/b.yml", "image: 'reg.example.com/a/b'\r\nb: 1");
    project.file("k8s/same.json", "{\"image\": \"other\"}");
}

fn mode(project: &Project, path: &str) -> u32 {
    fs::metadata(project.root().join(path)).unwrap().mode() & 0o7777
}

fn a_folder_mirrors_the_tree(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    fs::set_permissions(project.root().join("k8s/a.yaml"), fs::Permissions::from_mode(0o600))
        .unwrap();
    let out = rewrite(&project, &["--output-dir", "out/x", "k8s"]).ok();
    assert_eq!(out.out(), "", "the manifests went elsewhere");
    assert_eq!(project.read("out/x/k8s/a.yaml"), "kind: Pod\nimage: app:v2 # c\n");
    assert_eq!(project.read("out/x/k8s/sub/b.yml"), "image: 'reg.example.com/a/b:new'\r\nb: 1");
    assert_eq!(project.read("out/x/k8s/same.json"), project.read("k8s/same.json"));
    assert_eq!(project.read("k8s/a.yaml"), "kind: Pod\nimage: app:1 # c\n", "the input changed");
    assert_eq!(mode(&project, "out/x/k8s/a.yaml"), 0o600);
    // What is there already stays, and so does its time; what nobody wrote, too.
    project.file("out/x/mine.yaml", "a: 1\n");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let file = fs::File::open(project.root().join("out/x/k8s/a.yaml")).unwrap();
    file.set_modified(old).unwrap();
    let again = rewrite(&project, &["--output-dir", "out/x", "--exit-unchanged", "k8s"]);
    assert_eq!(again.code, 4, "{again}");
    let time = fs::metadata(project.root().join("out/x/k8s/a.yaml")).unwrap().modified().unwrap();
    assert_eq!(time, old);
    assert_eq!(project.read("out/x/mine.yaml"), "a: 1\n");
    // The folder is no input of its own, wherever it lies.
    let _ = rewrite(&project, &["--output-dir", "out", "."]).ok();
    assert!(!project.root().join("out/out").exists(), "the output became input");
    // From elsewhere: as `cp -r` has it. Stdin has a name.
    let elsewhere = project.tmp().join("manifests");
    fs::create_dir_all(elsewhere.join("deep")).unwrap();
    fs::write(elsewhere.join("deep/c.yaml"), "image: app\n").unwrap();
    let path = elsewhere.display().to_string();
    let run = project.run("ds-rewrite").args(&SET).args(&["--output-dir", "o2", &path, "-"]);
    let _ = run.stdin("image: app").end().ok();
    assert_eq!(project.read("o2/manifests/deep/c.yaml"), "image: app:v2\n");
    assert_eq!(project.read("o2/stdin.yaml"), "image: app:v2");
    Ok(())
}

fn a_folder_is_never_left(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    project.file("victim/a.yaml", "mine\n");
    fs::create_dir(project.root().join("out")).unwrap();
    symlink("../victim", project.root().join("out/k8s")).unwrap();
    let _ = rewrite(&project, &["--output-dir", "out", "k8s"]).fails(1, "links are not followed");
    assert_eq!(project.read("victim/a.yaml"), "mine\n");
    assert!(!project.root().join("victim/sub").exists());
    // A link in a file's place is replaced, not written through.
    fs::remove_file(project.root().join("out/k8s")).unwrap();
    fs::create_dir(project.root().join("out/k8s")).unwrap();
    symlink("../../victim/a.yaml", project.root().join("out/k8s/a.yaml")).unwrap();
    let _ = rewrite(&project, &["--output-dir", "out", "k8s"]).ok();
    assert_eq!(project.read("victim/a.yaml"), "mine\n");
    assert_eq!(project.read("out/k8s/a.yaml"), "kind: Pod\nimage: app:v2 # c\n");
    let _ = project.sh("mkdir in; printf 'image: app' >in/x.yaml").ok();
    let inside = project.run("ds-rewrite").args(&SET).dir(&project.root().join("in"));
    let _ = inside.args(&["--output-dir", "o", "../k8s/a.yaml"]).end().ok();
    assert_eq!(project.read("in/o/a.yaml"), "kind: Pod\nimage: app:v2 # c\n");
    Ok(())
}

fn clashes_are_told_before_anything_is_written(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    for dir in ["x", "y"] {
        let folder = project.tmp().join(dir).join("m");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.yaml"), "image: app\n").unwrap();
    }
    let at = |dir: &str| project.tmp().join(dir).join("m").display().to_string();
    let out = rewrite(&project, &["--output-dir", "out", &at("x"), &at("y")]);
    let _ = out.fails(2, r"x/m/a\.yaml.*y/m/a\.yaml.*out/m/a\.yaml");
    let _ = rewrite(&project, &["--output-dir", ".", "k8s"]).fails(2, "--output-dir");
    let _ = rewrite(&project, &["--output-dir", "k8s", "k8s/a.yaml"]).fails(2, "--output-dir");
    let _ = rewrite(&project, &["--output-dir", "k8s/a.yaml", "k8s"]).fails(2, "no folder");
    let _ =
        rewrite(&project, &["--output-dir", "out", "--in-place", "k8s"]).fails(2, "cannot be used");
    assert!(!project.root().join("out").exists(), "something was written");
    // An input that a link in the folder leads to would be written over.
    fs::create_dir_all(project.root().join("hard/k8s")).unwrap();
    let input = project.root().join("k8s/a.yaml");
    fs::hard_link(&input, project.root().join("hard/k8s/a.yaml")).unwrap();
    let _ = rewrite(&project, &["--output-dir", "hard", "k8s"]).fails(2, "write over the input");
    assert_eq!(fs::read_to_string(input).unwrap(), "kind: Pod\nimage: app:1 # c\n");
    Ok(())
}

fn in_place_keeps_mode_and_time(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    let path = |name: &str| project.root().join("k8s").join(name);
    fs::set_permissions(path("a.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    fs::File::open(path("same.json")).unwrap().set_modified(old).unwrap();
    let before = fs::metadata(path("same.json")).unwrap();
    let root = fs::metadata(project.root()).unwrap().uid() == 0;
    if root {
        std::os::unix::fs::chown(path("a.yaml"), Some(1234), Some(4321)).unwrap();
    }
    let out = rewrite(&project, &["--in-place", "k8s"]).ok();
    assert_eq!(out.out(), "");
    let _ = out.says(r"`k8s/a\.yaml` rewritten").says(r"`k8s/sub/b\.yml` rewritten");
    assert_eq!(project.read("k8s/a.yaml"), "kind: Pod\nimage: app:v2 # c\n");
    assert_eq!(project.read("k8s/sub/b.yml"), "image: 'reg.example.com/a/b:new'\r\nb: 1");
    let after = fs::metadata(path("same.json")).unwrap();
    assert_eq!((after.modified().unwrap(), after.ino()), (old, before.ino()), "it was touched");
    let now = fs::metadata(path("a.yaml")).unwrap();
    assert_eq!(now.mode() & 0o7777, 0o640);
    assert!(!root || (now.uid(), now.gid()) == (1234, 4321), "the owner changed");
    assert_eq!(rewrite(&project, &["--in-place", "--exit-unchanged", "k8s"]).code, 4);
    assert!(project.files().iter().all(|path| !path.to_string_lossy().contains(".ds-")));
    let _ = rewrite(&project, &["--in-place"]).fails(2, "stdin has no place");
    let _ = rewrite(&project, &["--in-place", "k8s", "-"]).fails(2, "stdin has no place");
    Ok(())
}

fn in_place_is_all_or_nothing(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    project.file("k8s/z.yaml", "image: app\nbad: [\n");
    let before = project.read("k8s/a.yaml");
    let _ = rewrite(&project, &["--in-place", "k8s"]).fails(65, r"k8s/z\.yaml:\d+:\d+");
    assert_eq!(project.read("k8s/a.yaml"), before);
    fs::remove_file(project.root().join("k8s/z.yaml")).unwrap();
    let line =
        format!("mkfifo f; echo 'image: app' >f & ds-rewrite {} --in-place k8s f", SET.join(" "));
    let _ = project.sh(&line).fails(65, "no regular file");
    assert_eq!(project.read("k8s/a.yaml"), before);
    // A folder that takes no new file: known before the first file is replaced.
    bed.program("setpriv")?;
    let _ = project.sh("chmod -R a+rX .; chmod a-w k8s/sub; chmod a+w k8s").ok();
    let line = format!(
        "setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all \
         ds-rewrite {} --in-place k8s",
        SET.join(" ")
    );
    let out = project.sh(&line).fails(1, r"k8s/sub").says("no file was changed");
    assert_eq!(project.read("k8s/a.yaml"), before, "{out}");
    assert!(project.files().iter().all(|path| !path.to_string_lossy().contains(".ds-")));
    Ok(())
}

fn links_in_place(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("k8s/real.yaml", "image: app\n");
    project.file("other/far.yaml", "image: app\n");
    let at = |path: &str| project.root().join(path);
    symlink("real.yaml", at("k8s/link.yaml")).unwrap();
    let _ = rewrite(&project, &["--in-place", "k8s"]).ok();
    assert_eq!(project.read("k8s/real.yaml"), "image: app:v2\n");
    assert!(fs::symlink_metadata(at("k8s/link.yaml")).unwrap().is_symlink());
    // Nobody named that file.
    symlink("../other/far.yaml", at("k8s/out.yaml")).unwrap();
    let _ = rewrite(&project, &["--in-place", "k8s"]).fails(65, "leads out of `k8s`");
    assert_eq!(project.read("other/far.yaml"), "image: app\n");
    // Here somebody did.
    let _ = rewrite(&project, &["--in-place", "k8s/out.yaml"]).ok();
    assert_eq!(project.read("other/far.yaml"), "image: app:v2\n");
    assert!(fs::symlink_metadata(at("k8s/out.yaml")).unwrap().is_symlink());
    project.file("k8s/h.yaml", "image: app\n");
    fs::hard_link(at("k8s/h.yaml"), at("h2.txt")).unwrap();
    let _ = rewrite(&project, &["--in-place", "k8s/h.yaml"]).ok().says("hard links");
    assert_eq!(
        (project.read("k8s/h.yaml"), project.read("h2.txt")),
        ("image: app:v2\n".into(), "image: app\n".into())
    );
    Ok(())
}

/// Files of all kinds; `git apply` and `patch` make of the input what ds-rewrite does.
fn a_diff_can_be_applied(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    let filler: String = (0..40).map(|n| format!("k{n}: {n}\n")).collect();
    project.file("k8s/long.yaml", format!("image: app\n{filler}b: {{image: app:1}}\n{filler}"));
    project.file("k8s/near.yaml", "image: app\na: 1\nb: 1\nc: {image: app:0}");
    project.file("k8s/block.yaml", "a:\n- image: >\n    app:1\n\n- image: |-\n    app:2\n");
    project.file("k8s/a name.yaml", "image: app\n");
    project.file("k8s/é.yaml", "# é\nimage: app # é\n");
    project.file("k8s/one.json", "{\"image\":\"app:1\",\"x\":[{\"image\":\"app\"}]}");
    let diff = rewrite(&project, &["--diff", "k8s"]).ok();
    project.file("d.patch", &diff.stdout);
    let _ = rewrite(&project, &["--output-dir", "wanted", "k8s"]).ok();
    for (tool, line) in [
        ("git", "git apply ../d.patch"),
        ("git", "git apply --unidiff-zero --whitespace=nowarn ../d.patch"),
        ("patch", "patch -s -p1 <../d.patch"),
    ] {
        bed.program(tool)?;
        let _ = project.sh(&format!("rm -rf t && mkdir t && cp -r k8s t/ && cd t && {line}")).ok();
        let _ = project.sh("diff -r t/k8s wanted/k8s").ok();
    }
    // From elsewhere and below, the names still are those of a tree.
    let inside = project.run("ds-rewrite").args(&SET).dir(&project.root().join("k8s"));
    let below = inside.args(&["--diff", "a.yaml", "sub"]).end().ok();
    assert!(below.out().contains("--- a/sub/b.yml\n+++ b/sub/b.yml\n"), "{below}");
    assert_eq!(rewrite(&project, &["--diff", "wanted"]).ok().out(), "");
    let stdin = project.run("ds-rewrite").args(&SET).args(&["--diff"]).stdin("image: app").end();
    let _ = stdin.ok().says(r"--- a/stdin\n.*\n@@ -1,1 \+1,1 @@\n-image: app\n\\ No newline");
    Ok(())
}

fn colour_is_for_terminals(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    let plain = rewrite(&project, &["--diff", "k8s/a.yaml"]).ok();
    assert!(!plain.out().contains('\u{1b}'), "{plain}");
    let colored = rewrite(&project, &["--diff", "--color", "always", "k8s/a.yaml"]).ok();
    assert!(
        colored.out().contains("\u{1b}[31m-image: app:1 # c\u{1b}[0m\n"),
        "{:?}",
        colored.out()
    );
    bed.program("script")?;
    let line = format!("script -qec 'ds-rewrite {} --diff k8s/a.yaml' /dev/null", SET.join(" "));
    let terminal = project.sh(&format!("TERM=xterm {line}")).ok();
    assert!(terminal.out().contains("\u{1b}[31m-"), "{:?}", terminal.out());
    let off = project.sh(&format!("TERM=xterm NO_COLOR=1 {line}")).ok();
    assert!(!off.out().contains('\u{1b}'), "{:?}", off.out());
    Ok(())
}

fn edits_beside_a_result(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    let out = rewrite(&project, &["--edits", "json", "--output-dir", "out", "k8s"]).ok();
    let edits = out.json();
    assert_eq!(edits.as_array().map(Vec::len), Some(2), "{edits}");
    let edit = &edits[0];
    for (key, wanted) in
        [("file", "k8s/a.yaml"), ("old", "app:1"), ("new", "app:v2"), ("rule", "image")]
    {
        assert_eq!(edit[key], wanted, "{edit}");
    }
    assert_eq!((&edit["line"], &edit["column"]), (&2.into(), &8.into()), "{edit}");
    assert_eq!((&edit["range"]["start"], &edit["range"]["end"]), (&17.into(), &22.into()));
    assert_eq!(project.read("out/k8s/a.yaml"), "kind: Pod\nimage: app:v2 # c\n");
    let diff = rewrite(&project, &["--diff", "--in-place", "k8s/a.yaml"]).ok();
    assert!(diff.out().contains("+image: app:v2 # c"), "{diff}");
    assert_eq!(project.read("k8s/a.yaml"), "kind: Pod\nimage: app:v2 # c\n");
    let list = rewrite(&project, &["--list", "-o", "json", "k8s"]).ok().json();
    assert_eq!(list.as_array().map(Vec::len), Some(3), "{list}");
    let known: Vec<_> = list.as_array().unwrap().iter().map(|site| site["known"] == true).collect();
    assert_eq!(known, [true, false, true], "{list}");
    assert_eq!((&list[0]["new"], &list[1]["new"]), (&"app:v2".into(), &serde_json::Value::Null));
    for (words, why) in [
        (&["--list", "--in-place", "k8s"][..], "cannot be used"),
        (&["--list", "--diff", "k8s"], "cannot be used"),
        (&["--edits", "json", "--diff", "k8s"], "cannot be used"),
        (&["-o", "json", "k8s"], "--list"),
    ] {
        let _ = rewrite(&project, words).fails(2, why);
    }
    Ok(())
}

fn check_and_dry_run_write_nothing(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    let before = project.files().len();
    for words in [
        &["--check", "k8s"][..],
        &["--check", "--in-place", "k8s"],
        &["--check", "--output-dir", "out", "k8s"],
    ] {
        let out = rewrite(&project, words);
        assert_eq!((out.code, out.out()), (3, String::new()), "{out}");
    }
    let diff = rewrite(&project, &["--check", "--diff", "k8s"]);
    assert!(diff.code == 3 && diff.out().contains("+image: app:v2"), "{diff}");
    let _ = rewrite(&project, &["--dry-run", "--in-place", "k8s"]).ok().says("a.yaml` would be");
    let dry = rewrite(&project, &["--dry-run", "--output-dir", "out", "k8s"]).ok();
    let _ = dry.says("3 of 3 files would be written");
    assert_eq!(project.files().len(), before);
    assert_eq!(project.read("k8s/a.yaml"), "kind: Pod\nimage: app:1 # c\n");
    let _ = rewrite(&project, &["--output-dir", "out", "k8s"]).ok();
    assert_eq!(rewrite(&project, &["--check", "--output-dir", "out", "k8s"]).code, 0);
    assert_eq!(rewrite(&project, &["--check", "out"]).code, 0);
    Ok(())
}

fn a_bad_file_stops_all_unless_told_to_go_on(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    tree(&project);
    project.file("k8s/b1.yaml", "a: 1\nb: [\n");
    project.file("k8s/b2.yaml", "a: \"\n");
    let all = |words: &[&str]| {
        rewrite(&project, words).fails(65, r"k8s/b1\.yaml:\d+:\d+").says(r"k8s/b2\.yaml:\d+:\d+")
    };
    for words in [&["k8s"][..], &["--list", "k8s"], &["--edits", "json", "k8s"], &["--diff", "k8s"]]
    {
        let _ = all(words);
    }
    let _ = all(&["--output-dir", "out", "k8s"]);
    assert!(!project.root().join("out").exists());
    let on = rewrite(&project, &["--keep-going", "k8s"]);
    assert_eq!(on.code, 65, "{on}");
    let _ = on.says("b1.yaml").says("app:v2").says("b:new").says("other");
    let on = rewrite(&project, &["--keep-going", "--output-dir", "out", "k8s"]);
    assert_eq!(on.code, 65, "{on}");
    assert!(project.root().join("out/k8s/a.yaml").exists());
    assert!(!project.root().join("out/k8s/b1.yaml").exists());
    Ok(())
}

fn what_matched_nothing_is_told(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "a: {image: 'reg.example.com/a/bb:1'}\nb: {image: app}\n");
    let out = rewrite(&project, &["m.yaml"]).ok();
    let _ = out.says(
        r"no manifest has `reg\.example\.com/a/b`; is `reg\.example\.com/a/bb:1` \(m\.yaml:1:12\)",
    );
    let quiet = rewrite(&project, &["-q", "m.yaml"]).ok();
    assert_eq!(quiet.err(), "");
    project.file("m.yaml", "image: app\n");
    let out = rewrite(&project, &["m.yaml"]).ok().says("no manifest has `reg.example.com/a/b`");
    assert!(!out.err().contains("app`"), "{out}");
    project.file("m.yaml", "image: app:v2\nb: {image: reg.example.com/a/b:new}\n");
    assert_eq!(rewrite(&project, &["m.yaml"]).ok().err(), "", "what is right already is there");
    Ok(())
}

fn aliases_of_an_edit_are_told(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "image: &i app:1\nlabel: *i\n");
    let out = rewrite(&project, &["--edits", "json", "m.yaml"]).ok();
    let out = out.says(r"m\.yaml:1:1\d: .*2:8");
    let edits = out.json();
    assert_eq!(edits.as_array().map(Vec::len), Some(1), "{edits}");
    assert_eq!(edits[0]["also"][0]["line"], 2, "{edits}");
    Ok(())
}
