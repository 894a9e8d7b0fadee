//! Pull secrets for manifests; and that no credential goes anywhere else.

use std::fs;

use serde_json::{Value, json};
use suite::{Bed, Outcome, PASSWORD, Project, Story, USER, docker_login, helper, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(pull_secret_as_yaml_and_json),
        story(pull_secret_without_credentials),
        story(pull_secret_escapes_odd_passwords),
        story(nothing_planted_is_found_anywhere),
    ]
}

/// The content of a secret's `.dockerconfigjson`, read by Python as a second opinion.
fn content(project: &Project, secret: &Value) -> Value {
    assert_eq!(secret["type"], "kubernetes.io/dockerconfigjson");
    if let Some(text) = secret["stringData"][".dockerconfigjson"].as_str() {
        return serde_json::from_str(text).unwrap();
    }
    let data = secret["data"][".dockerconfigjson"].as_str().unwrap();
    let decoded = project.run("base64").args(&["-d"]).stdin(data).end().ok();
    decoded.json()
}

fn decoded(project: &Project, text: &Value) -> String {
    project.run("base64").args(&["-d"]).stdin(text.as_str().unwrap()).end().ok().out()
}

fn pull_secret_as_yaml_and_json(bed: &Bed) -> Outcome {
    let host = bed.private_registry()?.host();
    let project = Project::small(bed, bed.engine()?, &format!("{host}/sec/app"));
    docker_login(&project, &host, USER, PASSWORD);
    let list = project.ds("ds-secret", &["-o", "json", "--namespace", "shop"]).ok().json();
    let secret = if list["kind"] == "List" { list["items"][0].clone() } else { list };
    assert_eq!(secret["kind"], "Secret", "{secret}");
    assert_eq!(
        secret["metadata"]["name"],
        format!("devspace-auth-{}", host.replace(['.', ':'], "-"))
    );
    assert_eq!(secret["metadata"]["namespace"], "shop");
    let content = content(&project, &secret);
    assert_eq!(decoded(&project, &content["auths"][&host]["auth"]), format!("{USER}:{PASSWORD}"));
    let kubectl = bed.kubectl()?.display().to_string();
    let out = project
        .sh(&format!("ds-secret -o yaml | {kubectl} annotate --local -f - -o json a=b"))
        .ok();
    assert_eq!(out.json()["kind"], "Secret");
    Ok(())
}

fn pull_secret_without_credentials(bed: &Bed) -> Outcome {
    let host = bed.private_registry()?.host();
    let project = Project::small(bed, bed.engine()?, &format!("{host}/sec/app"));
    let out = project.ds("ds-secret", &[]).fails(77, &host).says("docker login");
    assert_eq!(out.out(), "");
    Ok(())
}

fn pull_secret_escapes_odd_passwords(bed: &Bed) -> Outcome {
    let host = bed.private_registry()?.host();
    let project = Project::small(bed, bed.engine()?, &format!("{host}/sec/app"));
    let odd = "a\"b\\c: 'd' {e} ü #";
    helper(&project, "odd", &format!("cat <<'X'\n{}\nX", json!({"Username": "u", "Secret": odd})));
    project.docker_config(&json!({ "credsStore": "odd" }));
    for form in ["json", "yaml"] {
        let out = project.ds("ds-secret", &["-o", form]).ok();
        let kubectl = bed.kubectl()?;
        let run = project.run(kubectl.to_str().unwrap());
        let run = run.args(&["annotate", "--local", "-f", "-", "-o", "json", "a=b"]);
        let read = run.stdin(out.stdout).end().ok().json();
        let secret = if read["kind"] == "List" { read["items"][0].clone() } else { read };
        let content = content(&project, &secret);
        assert_eq!(decoded(&project, &content["auths"][&host]["auth"]), format!("u:{odd}"));
    }
    Ok(())
}

/// Secrets in docker's config, a helper, a build argument and a config variable, all
/// steps at their most talkative; then everything written is searched, also for the
/// base64 forms.
fn nothing_planted_is_found_anywhere(bed: &Bed) -> Outcome {
    let (engine, registry) = (bed.engine()?, bed.private_registry()?);
    let name = format!("{}/leak{}/app", registry.host(), bed.unique());
    let project = Project::small(bed, engine, &name);
    project.file("devspace.yaml", format!("version: v1beta2\nimages:\n  app:\n    image: {name}\n    build:\n      docker:\n        options:\n          buildArgs: {{TOKEN: '${{SECRET_VAR}}'}}\n"));
    project.file("Dockerfile", "FROM scratch\nARG TOKEN\nCOPY a.txt /\n");
    project.set("SECRET_VAR", "PLANTED-variable");
    project.set("OTHER_TOKEN", "PLANTED-argument");
    helper(
        &project,
        "leaky",
        &format!(
            "echo PLANTED-stderr >&2; printf '{{\"Username\":\"{USER}\",\"Secret\":\"{PASSWORD}\"}}'"
        ),
    );
    project.docker_config(&json!({
        "auths": { "elsewhere.example.com": { "auth": "UExBTlRFRC11c2VyOlBMQU5URUQtcGFzcw==" } },
        "credHelpers": { registry.host(): "leaky" },
    }));
    let config = fs::read(project.home().join(".docker/config.json")).unwrap();
    let mut written: Vec<(String, Vec<u8>)> = Vec::new();
    for builder in ["classic", "buildkit"] {
        for line in [
            format!(
                "ds-build -vvv --force --explain --depfile dep --builder {builder} --build-arg OTHER_TOKEN"
            ),
            format!("ds-build -vvv --force --progress json --output json --builder {builder}"),
            "ds-build key app --list".into(),
            "ds-build why app".into(),
            "ds-tag -vvv".into(),
            "ds-push -vvv --force".into(),
            "ds-push -vvv --force --progress json --output json".into(),
            "ds-secret -vvv -o yaml >/dev/null".into(),
            "ds-rewrite -vvv --edits json k8s".into(),
            "ds-build -vvv --force --state - </dev/null".into(),
            "ds state show".into(),
            "ds doctor".into(),
        ] {
            let out = project.sh(&line);
            assert!(!line.starts_with("ds-push") || out.code == 0, "{out}");
            written.push((line.clone(), [out.stdout, out.stderr].concat()));
        }
        let id = project.card("app", "/build/artifact/id");
        let history = engine.docker(&["history", "--no-trunc", &id]).ok();
        written.push((format!("history ({builder})"), history.stdout));
        written
            .push((format!("inspect ({builder})"), engine.docker(&["inspect", &id]).ok().stdout));
        written.push((format!("tar ({builder})"), engine.docker(&["save", &id]).ok().stdout));
    }
    assert_eq!(fs::read(project.home().join(".docker/config.json")).unwrap(), config);
    let known = ["config.json", "docker-credential-leaky"];
    let ours = |path: &std::path::PathBuf| known.iter().any(|name| path.ends_with(name));
    for path in project.files().into_iter().filter(|path| !ours(path)) {
        written.push((path.display().to_string(), fs::read(path).unwrap()));
    }
    for (place, bytes) in &written {
        let text = String::from_utf8_lossy(bytes);
        for planted in ["PLANTED", "UExBTlRFR", "cGxhbnRlZ"] {
            let line = text.lines().find(|line| line.contains(planted));
            assert_eq!(line, None, "leaked in {place}");
        }
    }
    Ok(())
}
