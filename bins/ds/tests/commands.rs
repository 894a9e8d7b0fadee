//! `ds` as a whole program: how it hands over to others, and what its own
//! commands print and exit with.

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder to work in, one for plugins, and no other environment.
struct World {
    _dir: TempDir,
    work: PathBuf,
    plugins: PathBuf,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (work, plugins) = (dir.path().join("app"), dir.path().join("plugins"));
        fs::create_dir(&work).unwrap();
        fs::create_dir(&plugins).unwrap();
        Self { _dir: dir, work, plugins }
    }

    fn plugin(&self, name: &str, script: &str) {
        let file = self.plugins.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn ds(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ds"));
        command
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", self.plugins.display()))
            .env("HOME", self._dir.path())
            .current_dir(&self.work)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.ds().args(words).output().unwrap()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_plugin_gets_its_arguments_untouched() {
    let world = World::new();
    world.plugin("ds-echo", r#"for word; do printf '%s|' "$word"; done"#);
    let odd = OsStr::from_bytes(b"\xff\n x");
    let output =
        world.ds().args(["echo", "--help", "-V", "", "--", "ä"]).arg(odd).output().unwrap();
    assert_eq!(output.stdout, b"--help|-V||--|\xc3\xa4|\xff\n x|");
}

#[test]
fn exit_codes_and_signals_are_handed_through() {
    let world = World::new();
    world.plugin("ds-fail", "exit 75");
    world.plugin("ds-die", "kill -TERM $$");
    assert_eq!(world.run(&["fail"]).status.code(), Some(75));
    assert_eq!(world.run(&["die"]).status.signal(), Some(15));
}

#[test]
fn a_plugin_takes_the_place_of_the_process() {
    let world = World::new();
    world.plugin("ds-pid", "echo $$");
    let child = world.ds().arg("pid").stdout(Stdio::piped()).spawn().unwrap();
    let pid = child.id().to_string();
    assert_eq!(stdout(&child.wait_with_output().unwrap()).trim(), pid);
}

#[test]
fn a_plugin_dies_of_a_closed_pipe_as_usual() {
    let world = World::new();
    world.plugin("ds-chatter", "{ yes; echo $? >&2; } | head -n 1");
    // 128 and SIGPIPE: a process that ignores the signal would end with 1.
    assert_eq!(stderr(&world.run(&["chatter"])).trim(), "141");
}

#[test]
fn our_own_names_win() {
    let world = World::new();
    for name in ["ds-schema", "ds-help", "ds-why"] {
        world.plugin(name, "echo stolen");
    }
    for words in [&["schema", "state"][..], &["help"], &["why", "--help"], &["help", "schema"]] {
        assert!(!stdout(&world.run(words)).contains("stolen"), "{words:?}");
    }
}

#[test]
fn an_unknown_name_is_bad_usage_and_gets_the_nearest() {
    let world = World::new();
    world.plugin("ds-frobnicate", "");
    for (slip, near) in [("biuld", "build"), ("frobnicat", "frobnicate"), ("initt", "init")] {
        let output = world.run(&[slip, "--flag"]);
        assert_eq!(output.status.code(), Some(2));
        let text = stderr(&output);
        assert!(text.contains(&format!("did you mean `ds {near}`?")), "{text}");
    }
    for path in ["../plugins/ds-frobnicate", "/bin/sh", ""] {
        assert_eq!(world.run(&[path]).status.code(), Some(2), "{path}");
    }
}

#[test]
fn a_checkout_in_the_working_folder_runs_nothing() {
    let world = World::new();
    fs::write(world.work.join("ds-trap"), "#!/bin/sh\necho trapped\n").unwrap();
    fs::set_permissions(world.work.join("ds-trap"), fs::Permissions::from_mode(0o755)).unwrap();
    let output = world.ds().env("PATH", ":.").arg("trap").output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
}

#[test]
fn the_list_names_plugins_and_where_they_are() {
    let world = World::new();
    world.plugin("ds-mine", "");
    let text = stdout(&world.run(&["--list"]));
    let file = world.plugins.join("ds-mine");
    assert!(
        text.lines().any(|l| l.starts_with("mine ") && l.contains(file.to_str().unwrap())),
        "{text}"
    );
    for name in ["build ", "tag ", "push ", "rewrite ", "secret ", "init ", "state "] {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
    }
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let world = World::new();
    let mut child =
        world.ds().args(["completions", "bash"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = world.ds().args(["schema", "state"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "error: cannot write `<stdout>`: no space left on device\n");
}

#[test]
fn init_writes_a_project_without_a_terminal() {
    let world = World::new();
    fs::write(world.work.join("Dockerfile"), "FROM scratch\nEXPOSE 8080\n").unwrap();
    let output = world.run(&["init", "--image", "localhost:5000/app"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "wrote devspace.yaml\n\
         added .devspace/ to .gitignore\n\
         to push, log in once: docker login localhost:5000\n\
         next: ds build\n"
    );
    let config = fs::read_to_string(world.work.join("devspace.yaml")).unwrap();
    assert!(
        config
            .starts_with("version: v1beta2\nimages:\n  default:\n    image: localhost:5000/app\n")
    );
    assert!(config.ends_with("    service:\n      ports:\n      - port: 8080\n"));

    let again = world.run(&["init", "--image", "other"]);
    assert!(again.status.success());
    assert!(stdout(&again).starts_with("devspace.yaml is there already and was kept\n"));
    assert_eq!(fs::read_to_string(world.work.join("devspace.yaml")).unwrap(), config);
}

#[test]
fn init_asks_nothing_where_nobody_answers() {
    let world = World::new();
    let output = world.run(&["init"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "error: which image shall be built is not known\n\
         hint: name it: `ds init --image registry.example.com/team/app`\n"
    );
    assert_eq!(fs::read_dir(&world.work).unwrap().count(), 0);
}

#[test]
fn init_refuses_to_write_a_config_that_would_not_count() {
    let world = World::new();
    fs::write(world.work.join("devspace-configs.yaml"), "one: {}\n").unwrap();
    let output = world.run(&["init", "--image", "r.io/x", "--reconfigure"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(!world.work.join("devspace.yaml").exists());
}

fn state(image: &str, digit: char) -> String {
    let digest = format!("sha256:{}", String::from(digit).repeat(64));
    format!(
        r#"{{"schema":"ds.state/1","images":{{"{image}":{{"repository":"r.io/{image}","variants":{{
           "plain":{{"build":{{"key":"{digest}","builder":"docker","artifact":
           {{"kind":"layout","digest":"{digest}","name":"r.io/{image}:ds-key-1"}}}}}}}}}}}}}}"#
    )
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn states_are_merged_or_the_contradiction_is_named() {
    let world = World::new();
    write(&world.work, "a.json", &state("app", '1'));
    write(&world.work, "b.json", &state("app", '2'));
    write(&world.work, "c.json", &state("web", '3'));

    let output = world.run(&["state", "merge", "a.json", "b.json"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(65), ""));
    assert_eq!(
        stderr(&output),
        "error: the two states contradict each other: image `app` (plain) has different builds\n\
         hint: say which one counts: `--prefer A` or `--prefer B`\n"
    );
    let chosen = stdout(&world.run(&["state", "merge", "a.json", "b.json", "--prefer", "B"]));
    assert!(chosen.contains(&"2".repeat(64)) && !chosen.contains(&"1".repeat(64)));

    assert!(world.run(&["state", "merge", "a.json", "c.json", "-o", "a.json"]).status.success());
    let merged = fs::read_to_string(world.work.join("a.json")).unwrap();
    assert!(merged.contains("r.io/app") && merged.contains("r.io/web"));
}

#[test]
fn a_merge_overwrites_nothing_that_it_does_not_understand() {
    let world = World::new();
    write(&world.work, "a.json", &state("app", '1'));
    for content in ["{", "notes\n", "{\"schema\":\"ds.state/9\"}"] {
        write(&world.work, "out.json", content);
        let output = world.run(&["state", "merge", "a.json", "a.json", "-o", "out.json"]);
        assert_eq!(output.status.code(), Some(65), "{content}");
        assert_eq!(fs::read_to_string(world.work.join("out.json")).unwrap(), content);
    }
    assert_eq!(world.run(&["state", "merge", "a.json", "none.json"]).status.code(), Some(65));
    assert_eq!(world.run(&["state", "merge", "-", "-"]).status.code(), Some(2));
}

#[test]
fn show_finds_the_project_s_state_and_explains_when_it_cannot() {
    let world = World::new();
    let output = world.run(&["state", "show"]);
    assert_eq!(output.status.code(), Some(78));
    write(&world.work, "devspace.yaml", "version: v1beta2\n");
    fs::create_dir_all(world.work.join(".devspace")).unwrap();
    fs::create_dir(world.work.join("src")).unwrap();
    write(&world.work, ".devspace/state.json", &state("app", '1'));
    let output =
        world.ds().args(["state", "show"]).current_dir(world.work.join("src")).output().unwrap();
    assert!(
        stdout(&output).starts_with("app  r.io/app\n  plain  built   sha256:1111"),
        "{output:?}"
    );
    let output = world.run(&["state", "show", "--output", "json", "--image", "ap"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
    assert!(stderr(&output).contains("did you mean `app`?"));
    let empty = world.run(&["state", "show", "--state", "-"]);
    assert_eq!(empty.status.code(), Some(65));
    assert!(stderr(&empty).contains("no state arrived"));
}

#[test]
fn doctor_says_what_is_wrong() {
    let world = World::new();
    write(&world.work, "devspace.yaml", "version: v1beta2\n");
    fs::create_dir_all(world.work.join(".devspace")).unwrap();
    write(&world.work, ".devspace/state.json", "{");
    let output = world.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("WRONG  state       ") && text.contains("ends in the middle"), "{text}");
    assert!(text.contains("ok     config      "), "{text}");
}
