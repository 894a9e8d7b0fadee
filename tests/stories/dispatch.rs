//! `ds` finds and becomes `ds-<name>`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(plugin_gets_its_arguments_and_gives_its_exit_code),
        story(signal_of_a_plugin_is_handed_through),
        story(own_steps_are_not_shadowed),
        story(unknown_name_gets_the_nearest),
        story(list_and_help_name_the_steps),
        story(relatives_run_the_step_whose_work_they_are),
        story(every_executable_has_help_and_version),
        story(completions_for_three_shells),
    ]
}

const STEPS: [&str; 5] = ["build", "tag", "push", "secret", "rewrite"];

fn plugin(project: &Project, name: &str, body: &str) {
    let path = format!("../tools/ds-{name}");
    project.program(&path, &format!("#!/bin/sh\n{body}\n"));
}

fn plugin_gets_its_arguments_and_gives_its_exit_code(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    plugin(&project, "hello", "printf '<%s>' \"$@\"; cat; exit 7");
    let raw = OsStr::from_bytes(b"caf\xe9");
    let words = ["hello", "--help", "a b", "-x", "--", "", "--list"].map(OsStr::new);
    let run = project.run("ds").args(&words).args(&[raw]).stdin("in");
    let out = run.end().ends(7);
    assert_eq!(out.stdout, b"<--help><a b><-x><--><><--list><caf\xe9>in");
    Ok(())
}

fn signal_of_a_plugin_is_handed_through(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    plugin(&project, "die", "kill -TERM $$; sleep 5");
    let _ = project.ds("ds", &["die"]).ends(143);
    Ok(())
}

fn own_steps_are_not_shadowed(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for name in STEPS.iter().chain(&["init", "state", "why"]) {
        plugin(&project, name, "echo shadow");
        let out = project.ds("ds", &[name, "--help"]).ok();
        assert!(out.out().contains("Usage") && !out.out().contains("shadow"), "{out}");
    }
    Ok(())
}

fn unknown_name_gets_the_nearest(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    plugin(&project, "harvest", "true");
    for (typed, near) in [("bild", "build"), ("rewirte", "rewrite"), ("harvset", "harvest")] {
        let _ = project.ds("ds", &[typed]).fails(2, near).says(typed);
    }
    let _ = project.ds("ds", &["quite-something-else"]).fails(2, "quite-something-else");
    let _ = project.ds("ds", &["../tools/x"]).fails(2, "");
    Ok(())
}

fn list_and_help_name_the_steps(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    plugin(&project, "hello", "echo plugin help");
    let list = project.ds("ds", &["--list"]).ok().out();
    for name in STEPS.iter().chain(&["hello"]) {
        assert!(list.lines().any(|line| line.trim().starts_with(name)), "no {name} in: {list}");
    }
    for name in STEPS {
        let direct = project.ds(&format!("ds-{name}"), &["--help"]).ok().out();
        assert_eq!(project.ds("ds", &["help", name]).ok().out(), direct);
        assert_eq!(project.ds("ds", &[name, "--help"]).ok().out(), direct);
    }
    let _ = project.ds("ds", &["help", "hello"]).ok().says("plugin help");
    let _ = project.ds("ds", &["help", "bild"]).fails(2, "build");
    Ok(())
}

fn relatives_run_the_step_whose_work_they_are(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "rel/app");
    let key = project.ds("ds", &["key", "app"]).ok().out();
    assert_eq!(project.ds("ds-build", &["key", "app"]).ok().out(), key);
    assert!(key.trim().len() >= 64, "{key}");
    let _ = project.ds("ds", &["why", "app"]).ok().says("not built before");
    Ok(())
}

fn every_executable_has_help_and_version(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for name in ["ds", "ds-build", "ds-tag", "ds-push", "ds-secret", "ds-rewrite"] {
        let version = project.ds(name, &["--version"]).ok().out();
        assert!(version.starts_with(&format!("{name} ")), "{version}");
        let help = project.ds(name, &["--help"]).ok().out();
        assert!(help.contains("Usage:"), "{help}");
        let _ = project.ds(name, &["--no-such-flag"]).fails(2, "no-such-flag");
    }
    Ok(())
}

fn completions_for_three_shells(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for shell in ["bash", "zsh", "fish"] {
        let script = project.ds("ds", &["completions", shell]).ok().out();
        assert!(script.contains("rewrite") && script.contains("unresolved"), "{shell}");
    }
    let script = project.ds("ds", &["completions", "bash"]).ok();
    let _ = project.run("bash").args(&["-n"]).stdin(script.stdout).end().ok();
    let _ = project.ds("ds", &["completions", "cobol"]).fails(2, "cobol");
    Ok(())
}
