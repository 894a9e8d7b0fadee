//! Four executables in a row, the state flowing through the pipe.

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(source_to_manifests_in_one_pipe),
        story(kubectl_reads_what_comes_out),
        story(failing_build_ends_the_pipe_without_manifests),
        story(no_state_is_no_fresh_state),
        story(rewrite_with_state_from_stdin_wants_manifests_as_arguments),
        story(state_file_and_pipe_agree),
        story(deploy_renders_what_the_steps_make),
    ]
}

const PIPE: &str =
    "ds-build --state - </dev/null | ds-tag --state - | ds-push --state - | ds-rewrite --state -";

/// The example, on the plain registry, with names of its own.
fn example(bed: &Bed) -> Result<(Project<'_>, String), suite::Skip> {
    let group = format!("pipe{}", bed.unique());
    let host = format!("{}/{group}", bed.registry()?.host());
    let project = Project::example(bed, "pipeline", &host);
    project.engine(bed.engine()?);
    Ok((project, group))
}

/// The one tag that the text gives the image, and the text with the old reference in place.
fn undo(text: &str, repository: &str, old: &str) -> (String, String) {
    let new = regex(&format!(r"{}:(ds-[0-9a-f]{{12}})", regex::escape(repository)));
    let tag = new.captures(text).unwrap_or_else(|| panic!("no new tag of {repository}: {text}"));
    let tag = tag[1].to_owned();
    (tag, new.replace(text, old).into_owned())
}

fn regex(pattern: &str) -> regex::Regex {
    regex::Regex::new(pattern).unwrap()
}

fn source_to_manifests_in_one_pipe(bed: &Bed) -> Outcome {
    let (project, group) = example(bed)?;
    let registry = bed.registry()?;
    let text = project.sh(&format!("{PIPE} k8s/pod.yaml")).ok().out();
    let app = format!("{}/{group}/pipe/app", registry.host());
    let sidecar = format!("{}/{group}/pipe/sidecar", registry.host());
    let (app_tag, text) = undo(&text, &app, &format!("{app}:old"));
    let (sidecar_tag, text) = undo(&text, &sidecar, &sidecar);
    assert_eq!(text, project.read("k8s/pod.yaml"), "other bytes than the references changed");
    assert!(registry.digest(&format!("{group}/pipe/app"), &app_tag).is_some(), "app not pushed");
    assert!(registry.digest(&format!("{group}/pipe/sidecar"), &sidecar_tag).is_some());
    assert!(!project.root().join(".devspace/state.json").exists(), "a pipe needs no state file");
    Ok(())
}

fn kubectl_reads_what_comes_out(bed: &Bed) -> Outcome {
    let (project, group) = example(bed)?;
    let kubectl = bed.kubectl()?;
    let line = format!("{PIPE} k8s/ | {} annotate --local -f - -o json a=b", kubectl.display());
    let out = project.sh(&line).ok();
    let text = out.out();
    assert!(text.contains(&format!("{group}/pipe/app:ds-")), "{out}");
    assert!(text.contains("\"kind\": \"Service\"") && text.contains("\"kind\": \"Pod\""), "{out}");
    Ok(())
}

fn failing_build_ends_the_pipe_without_manifests(bed: &Bed) -> Outcome {
    let (project, _) = example(bed)?;
    project.file("app/Dockerfile", "FROM scratch\nCOPY not-there /\n");
    let codes = "; echo ${PIPESTATUS[*]} >codes; exit ${PIPESTATUS[3]}";
    let out = project.sh(&format!("{PIPE} k8s/{codes}"));
    assert_eq!(out.out(), "", "manifests of a failed build: {out}");
    let codes = project.read("codes");
    assert_eq!(codes.split_whitespace().skip(1).collect::<Vec<_>>(), ["65", "65", "65"], "{out}");
    assert_ne!(codes.split_whitespace().next(), Some("0"), "{out}");
    Ok(())
}

fn no_state_is_no_fresh_state(bed: &Bed) -> Outcome {
    let (project, _) = example(bed)?;
    for line in ["ds-tag", "ds-push", "ds-secret", "ds-rewrite k8s/pod.yaml"] {
        let out = project.sh(&format!("{line} --state - </dev/null"));
        let out = out.fails(65, "no state arrived");
        assert_eq!(out.out(), "", "{out}");
    }
    Ok(())
}

fn rewrite_with_state_from_stdin_wants_manifests_as_arguments(bed: &Bed) -> Outcome {
    let (project, _) = example(bed)?;
    let _ = project.sh("ds-build --state - </dev/null | ds-tag --state - >st").ok();
    let out = project.sh("ds-rewrite --state - <st").fails(2, "(?i)manifest");
    assert_eq!(out.out(), "");
    let _ = project.sh("ds-rewrite --state - - <st").fails(2, "(?i)manifest|stdin");
    Ok(())
}

fn state_file_and_pipe_agree(bed: &Bed) -> Outcome {
    let (project, _) = example(bed)?;
    let piped = project.sh(&format!("{PIPE} k8s/pod.yaml")).ok().out();
    assert!(piped.contains("/pipe/app:ds-"), "{piped}");
    for step in ["ds-build", "ds-tag", "ds-push"] {
        let _ = project.ds(step, &[]).ok();
    }
    assert_eq!(project.ds("ds-rewrite", &["k8s/pod.yaml"]).ok().out(), piped);
    let stdin = project.run("ds-rewrite").stdin(project.read("k8s/pod.yaml")).end().ok();
    assert_eq!(stdin.out(), piped, "a manifest on stdin");
    Ok(())
}

fn deploy_renders_what_the_steps_make(bed: &Bed) -> Outcome {
    let (project, group) = example(bed)?;
    let config = project.read("devspace.yaml");
    let deployment = "deployments:\n- name: pipe\n  kubectl: {manifests: [k8s/pod.yaml]}\n";
    project.file("devspace.yaml", format!("{config}{deployment}"));
    let rendered = project.ds("ds", &["deploy", "--render"]).ok();
    assert!(rendered.out().contains(&format!("{group}/pipe/app")), "{rendered}");
    let tag = project.card("app", "/tags/tags/0");
    assert!(rendered.out().contains(&format!("/pipe/app:{tag}")), "{rendered}");
    assert!(bed.registry()?.digest(&format!("{group}/pipe/app"), &tag).is_some(), "not pushed");
    Ok(())
}
