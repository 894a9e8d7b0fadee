//! `${NAME}`: where values come from, what they may do, and what is never shown.

use std::os::unix::fs::PermissionsExt;

use super::{Folder, environment};
use crate::config::{LoadOptions, Question, load};

fn tag(folder: &Folder, set: impl FnOnce(&mut LoadOptions)) -> Result<String, String> {
    let mut options = folder.options();
    set(&mut options);
    match load(&mut options) {
        Ok(mut project) => Ok(project.images.remove(0).tags.remove(0)),
        Err(error) => Err(error.to_string()),
    }
}

fn config(vars: &str, tag: &str) -> Folder {
    Folder::new(&[(
        "devspace.yaml",
        &format!("{vars}images: {{a: {{image: x, tag: \"{tag}\"}}}}\n"),
    )])
}

#[test]
fn values_come_in_this_order() {
    let folder = config("vars: [{name: V, default: default}]\n", "${V}");
    let both = || environment(&[("DEVSPACE_VAR_V", "long"), ("V", "short")]);
    assert_eq!(tag(&folder, |_| {}), Ok("default".into()));
    assert_eq!(tag(&folder, |o| o.env = environment(&[("V", "short")])), Ok("short".into()));
    assert_eq!(tag(&folder, |o| o.env = both()), Ok("long".into()));
    folder.write(".devspace/generated.yaml", b"configs: {default: {vars: {V: old}}}");
    assert_eq!(tag(&folder, |o| o.env = both()), Ok("old".into()));
    folder.write(".devspace/vars.json", br#"{"configs": {"default": {"V": "stored"}}}"#);
    assert_eq!(tag(&folder, |o| o.env = both()), Ok("stored".into()));
    let given =
        |o: &mut LoadOptions| o.vars = vec![("V".into(), "a".into()), ("V".into(), "given".into())];
    assert_eq!(tag(&folder, given), Ok("given".into()));
}

#[test]
fn an_answer_is_asked_for_once_and_kept_private() {
    let folder = config("vars: [{name: V, question: Which?, options: [a, b]}]\n", "${V}-${V}");
    let ask = |question: &Question| {
        assert_eq!((question.name.as_str(), question.text.as_str()), ("V", "Which?"));
        Some("b".to_owned())
    };
    assert_eq!(tag(&folder, |o| o.ask = Some(Box::new(ask))), Ok("b-b".into()));
    let stored = folder.path().join(".devspace/vars.json");
    let mode = std::fs::metadata(&stored).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert_eq!(tag(&folder, |_| {}), Ok("b-b".into()));
    // An answer that is no longer allowed is asked for again.
    folder.write(
        "devspace.yaml",
        b"vars: [{name: V, options: [c]}]\nimages: {a: {image: x, tag: '${V}'}}",
    );
    let message = tag(&folder, |_| {}).unwrap_err();
    assert!(
        message.contains("`V` has no value (it is defined at devspace.yaml:1:15)"),
        "{message}"
    );
}

#[test]
fn sources_decide_who_is_heard() {
    let env = config("vars: [{name: V, source: env}]\n", "${V}");
    let message = tag(&env, |o| o.ask = Some(Box::new(|_| panic!("asked")))).unwrap_err();
    assert!(message.contains("hint: set V in the environment"), "{message}");
    let input = config("vars: [{name: V, source: input}]\n", "${V}");
    let message = tag(&input, |o| o.env = environment(&[("V", "x")])).unwrap_err();
    assert!(message.contains("`V` has no value"), "{message}");
    let command = config("vars: [{name: V, command: date}]\n", "${V}");
    assert!(tag(&command, |_| {}).unwrap_err().contains("its command is not run"));
    let map = config("vars: {V: fixed, W: {default: \"${V}-w\"}}\n", "${W}");
    assert_eq!(tag(&map, |_| {}), Ok("fixed-w".into()));
}

#[test]
fn vars_beside_the_config_are_read() {
    let folder = config("", "${V}");
    folder.write("devspace-vars.yaml", b"- name: V\n  default: beside\n");
    assert_eq!(tag(&folder, |_| {}), Ok("beside".into()));
}

#[test]
fn a_text_stays_a_text() {
    let folder = config("", "${V}");
    for value in ["00123456", "t", "1.10", "0x1f"] {
        assert_eq!(tag(&folder, |o| o.env = environment(&[("V", value)])), Ok(value.into()));
    }
}

#[test]
fn booleans_and_numbers_may_be_variables() {
    let folder = Folder::new(&[(
        "devspace.yaml",
        "images: {a: {image: x, skipPush: \"${B}\"}}\ndeployments:\n- name: d\n  helm:\n    chart: {name: c}\n    \
         values:\n      plain: ${N}\n      quoted: \"${N}\"\n      commit: ${C}\n",
    )]);
    let mut options = folder.options();
    options.env = environment(&[("B", "true"), ("N", "3"), ("C", "00123456")]);
    let project = load(&mut options).unwrap_or_else(|error| panic!("{error}"));
    assert!(project.images[0].skip_push);
    let crate::config::Method::Helm { settings, .. } = &project.deployments[0].method else {
        panic!()
    };
    let wanted = serde_json::json!({"plain": 3, "quoted": "3", "commit": "00123456"});
    assert_eq!(settings["values"], wanted);
}

#[test]
fn names_of_tags_stay_in_tags_and_win_over_variables() {
    let folder = config("vars: [{name: RANDOM, default: no}]\n", "${GIT_COMMIT}-${RANDOM}-${V}");
    let tag = tag(&folder, |o| o.env = environment(&[("V", "v"), ("GIT_COMMIT", "no")]));
    assert_eq!(tag, Ok("${GIT_COMMIT}-${RANDOM}-v".into()));
}

#[test]
fn what_is_put_in_is_not_read_again() {
    let folder = Folder::new(&[(
        "devspace.yaml",
        "images: {a: {image: x, build: {custom: {command: \"${A} $${B} a: [b\"}}}}\n",
    )]);
    let mut options = folder.options();
    options.env = environment(&[("A", "${B}"), ("B", "wrong")]);
    let project = load(&mut options).unwrap();
    let crate::config::BuilderChoice::Custom(custom) = &project.images[0].builder else { panic!() };
    assert_eq!(custom.command, "${B} ${B} a: [b");
    let folder = config("", "${A}");
    let message = tag(&folder, |o| o.env = environment(&[("A", "${KEY}")])).unwrap_err();
    assert!(message.contains("`${A}` has a `$` in it, which no tag may have"), "{message}");
}

#[test]
fn no_value_is_ever_shown() {
    let vars = "vars: [{name: V, options: [a], validationPattern: ^a$}, {name: W}]\n";
    let cases = [
        ("{a: {image: x, tag: '${W}'}}", "W"),
        ("{a: {image: '${W}'}}", "W"),
        ("{a: {image: x, tag: '${V}'}}", "V"),
        ("{a: {image: x, skipPush: '${W}'}}", "W"),
        ("{a: {image: x, rebuildStrategy: '${W}'}}", "W"),
    ];
    for (images, name) in cases {
        let folder = Folder::new(&[("devspace.yaml", &format!("{vars}images: {images}\n"))]);
        for given in [true, false] {
            let message = tag(&folder, |o| {
                if given {
                    o.vars = vec![(name.to_owned(), "S3CRET value".to_owned())];
                } else {
                    o.env = environment(&[(name, "S3CRET value")]);
                }
            });
            let message = message.unwrap_err();
            assert!(!message.contains("S3CRET"), "{message}");
            assert!(message.contains(&format!("${{{name}}}")), "{message}");
        }
    }
}

#[test]
fn predefined_names_have_values() {
    let folder = config("", "${devspace_timestamp}-${DEVSPACE_RANDOM}-${DEVSPACE_RANDOM}");
    let text = tag(&folder, |_| {}).unwrap();
    let parts: Vec<&str> = text.split('-').collect();
    assert!(parts[0].parse::<u64>().unwrap() > 1_500_000_000, "{text}");
    assert_eq!(parts[1].len(), 6);
    assert_eq!(parts[1], parts[2], "one value for the whole load");
}

#[test]
fn the_commit_comes_from_git() {
    let folder = config("", "${DEVSPACE_GIT_COMMIT}");
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(folder.path()).args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        command.args(arguments).output().unwrap()
    };
    let message = tag(&folder, |_| {}).unwrap_err();
    assert!(message.contains("the project is in no git repository"), "{message}");
    git(&["init", "-q"]);
    let message = tag(&folder, |_| {}).unwrap_err();
    assert!(message.contains("no commit"), "{message}");
    git(&["commit", "-q", "--allow-empty", "-m", "a"]);
    let head = String::from_utf8(git(&["rev-parse", "HEAD"]).stdout).unwrap();
    assert_eq!(tag(&folder, |_| {}).unwrap(), head[..8]);
}

#[test]
fn the_cloud_is_gone() {
    let folder = config("", "${DEVSPACE_USERNAME}");
    let message = tag(&folder, |_| {}).unwrap_err();
    assert!(message.contains("came from DevSpace's cloud, which is no more"), "{message}");
    let env = environment(&[("DEVSPACE_USERNAME", "me")]);
    assert_eq!(tag(&folder, |o| o.env = env), Ok("me".into()));
}

#[test]
fn damaged_answers_are_an_error_and_stay_as_they_are() {
    let folder = config("", "a");
    folder.write(".devspace/vars.json", b"{\"configs\": ");
    let message = tag(&folder, |_| {}).unwrap_err();
    assert!(message.starts_with(".devspace/vars.json:1:"), "{message}");
    let folder = config("", "a");
    folder.write(".devspace/generated.yaml", b": : [");
    let project = folder.load().unwrap();
    assert_eq!(
        project.warnings,
        [".devspace/generated.yaml: not readable, its answers are not used"]
    );
}
