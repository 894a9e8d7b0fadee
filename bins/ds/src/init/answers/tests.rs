use super::*;
use crate::args::{Command, Ds};
use clap::Parser;

/// Answers by a list; an empty answer takes the suggestion.
struct Script {
    answers: Vec<&'static str>,
    asked: Vec<String>,
}

impl Script {
    fn new(answers: &[&'static str]) -> Self {
        Self { answers: answers.iter().rev().copied().collect(), asked: Vec::new() }
    }
}

impl Ask for Script {
    fn ask(
        &mut self,
        question: &str,
        suggestion: Option<&str>,
        check: super::super::ask::Check<'_>,
    ) -> Result<String, Failure> {
        let shown = suggestion.unwrap_or("-");
        self.asked.push(format!("{question} [{shown}]"));
        loop {
            let answer = self.answers.pop().expect("a question too many");
            let answer = if answer.is_empty() { suggestion.unwrap_or_default() } else { answer };
            match check(answer) {
                Ok(answer) => return Ok(answer),
                Err(why) => self.asked.push(why),
            }
        }
    }
}

fn flags(words: &[&str]) -> Init {
    let words = ["ds", "init"].iter().chain(words);
    match Ds::try_parse_from(words).unwrap().command {
        Some(Command::Init(args)) => args,
        other => panic!("{other:?}"),
    }
}

/// A folder `My App` with these files.
fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Surroundings) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("My App");
    std::fs::create_dir(&root).unwrap();
    for (name, content) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    (dir, Surroundings { root, users: BTreeMap::new() })
}

#[test]
fn flags_alone_are_enough() {
    let (_dir, here) = project(&[("Dockerfile", "FROM a\nEXPOSE 8080\n")]);
    let answers = collect(&flags(&["--image", "host:5000/name"]), &here, None).unwrap();
    assert_eq!(answers.repository.to_string(), "host:5000/name");
    assert_eq!((answers.tag, answers.port, answers.name.as_str()), (None, Some(8080), "my-app"));
    assert_eq!((answers.dockerfile, answers.context, answers.has_dockerfile), (None, None, true));
}

#[test]
fn image_names_are_taken_apart_right() {
    let (_dir, here) = project(&[]);
    let cases = [
        ("host:5000/name", "host:5000/name", None),
        ("host:5000/name:v1", "host:5000/name", Some("v1")),
        ("team/app:1.10", "team/app", Some("1.10")),
        ("docker.io/library/redis", "redis", None),
    ];
    for (given, repository, tag) in cases {
        let answers = collect(&flags(&["--image", given]), &here, None).unwrap();
        assert_eq!(answers.repository.to_string(), repository);
        assert_eq!(answers.tag.as_ref().map(Tag::as_str), tag);
    }
    for bad in ["App", "a b", "", "x@sha256:0123"] {
        let failure = collect(&flags(&["--image", bad]), &here, None).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage, "{bad}");
        assert!(failure.error.starts_with("`--image`: "), "{}", failure.error);
    }
}

#[test]
fn without_an_image_and_a_person_it_says_which_flag_is_missing() {
    let (_dir, mut here) = project(&[]);
    let failure = collect(&flags(&[]), &here, None).unwrap_err();
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.hint.unwrap().contains("--image registry.example.com/team/my-app"));
    here.users.insert(HUB.into(), Some("anna".into()));
    assert!(collect(&flags(&[]), &here, None).is_err(), "only --yes takes a suggestion");
    let answers = collect(&flags(&["--yes"]), &here, None).unwrap();
    assert_eq!(answers.repository.to_string(), "anna/my-app");
}

#[test]
fn a_person_is_asked_for_what_is_missing() {
    let (_dir, mut here) = project(&[("Dockerfile", "FROM a\nEXPOSE 80 443\n")]);
    here.users.insert("r.example.com:5000".into(), Some("ben".into()));
    let mut person = Script::new(&["nonsense host", "r.example.com:5000", "", "443"]);
    let answers = collect(&flags(&[]), &here, Some(&mut person)).unwrap();
    assert_eq!(answers.repository.to_string(), "r.example.com:5000/ben/my-app");
    assert_eq!(answers.port, Some(443));
    assert_eq!(person.asked[0], "Registry (logged in to r.example.com:5000) [docker.io]");
    assert_eq!(person.asked[2], "Image name [r.example.com:5000/ben/my-app]");
    assert_eq!(person.asked[3], "Port to reach it by (exposed: 80, 443) [80]");
}

#[test]
fn a_bare_name_goes_to_the_chosen_registry() {
    let (_dir, here) = project(&[("Dockerfile", "FROM a\nEXPOSE 80\n")]);
    let mut person = Script::new(&["ghcr.io", "web"]);
    let answers = collect(&flags(&[]), &here, Some(&mut person)).unwrap();
    assert_eq!(answers.repository.to_string(), "ghcr.io/web");
    let mut person = Script::new(&["", "anna/web:v2"]);
    let answers = collect(&flags(&[]), &here, Some(&mut person)).unwrap();
    assert_eq!(answers.repository.to_string(), "anna/web");
    assert_eq!(answers.tag.unwrap().as_str(), "v2");
}

#[test]
fn paths_are_written_from_the_project_on() {
    let (_dir, here) = project(&[("api/Dockerfile", "FROM a\n"), ("api/docker/Prod", "FROM a\n")]);
    let absolute = here.root.join("api/docker/Prod");
    let cases: &[(&[&str], Option<&str>, Option<&str>)] = &[
        (&["--context", "api"], Some("api/Dockerfile"), Some("api")),
        (&["--context", "./api/"], Some("api/Dockerfile"), Some("api")),
        (&["--context", "."], None, None),
        (&["--dockerfile", "./api/docker/Prod"], Some("api/docker/Prod"), None),
        (&["--dockerfile", absolute.to_str().unwrap()], Some("api/docker/Prod"), None),
    ];
    for (words, dockerfile, context) in cases {
        let words: Vec<&str> = ["--image", "r.io/x"].iter().chain(*words).copied().collect();
        let answers = collect(&flags(&words), &here, None).unwrap();
        assert_eq!(answers.dockerfile.as_deref(), *dockerfile, "{words:?}");
        assert_eq!(answers.context.as_deref(), *context, "{words:?}");
    }
}

#[test]
fn files_that_are_not_there_are_named() {
    let (_dir, here) = project(&[]);
    for (flag, said) in
        [("--dockerfile", "there is no Dockerfile `nope`"), ("--context", "the context `nope`")]
    {
        let failure =
            collect(&flags(&["--image", "r.io/x", flag, "nope"]), &here, None).unwrap_err();
        assert_eq!(failure.exit, Exit::Data);
        assert!(failure.error.starts_with(said), "{}", failure.error);
    }
    let answers = collect(&flags(&["--image", "r.io/x"]), &here, None).unwrap();
    assert!(answers.advice(&here).starts_with("there is no Dockerfile yet"));
}

#[test]
fn advice_names_the_login_and_hub_s_own_names() {
    let (_dir, mut here) = project(&[("Dockerfile", "")]);
    let advice = |here: &Surroundings, image| {
        collect(&flags(&["--image", image]), here, None).unwrap().advice(here)
    };
    assert_eq!(advice(&here, "r.io:5000/x"), "to push, log in once: docker login r.io:5000\n");
    assert_eq!(advice(&here, "anna/x"), "to push, log in once: docker login\n");
    assert!(advice(&here, "x").contains("name it `<your user>/x`"));
    here.users.insert("r.io:5000".into(), None);
    assert_eq!(advice(&here, "r.io:5000/x"), "");
}

#[test]
fn deployments_are_named_after_the_folder() {
    let cases = [
        ("/x/My App", "my-app"),
        ("/x/__a..b__", "a-b"),
        ("/x/日本", "devspace"),
        ("/", "devspace"),
        ("/x/ünder_score", "nder-score"),
        (
            "/x/aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefff_g",
            "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefff",
        ),
    ];
    for (folder, name) in cases {
        assert_eq!(release_name(Path::new(folder)), name, "{folder}");
    }
}

#[test]
fn a_namespace_is_checked() {
    let (_dir, here) = project(&[]);
    for bad in ["", "A", "-a", "a-", "a.b", "a b"] {
        let failure =
            collect(&flags(&["--image", "r.io/x", &format!("--namespace={bad}")]), &here, None)
                .unwrap_err();
        assert_eq!(failure.exit, Exit::Usage, "{bad}");
    }
}
