//! RUN in the embedded builder, whole builds: what it sees, what stays of it, how it fails.
//! The executor by itself, as an ordinary user too, is in bins/ds-build/tests.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use suite::{Bed, Outcome, Project, Skip, Story, run_bounded, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(a_run_changes_the_image_and_repeats),
        story(a_command_that_fails_is_told_with_its_last_lines),
        story(mounts_show_and_hide),
        story(secrets_are_in_nothing_that_stays),
        story(killed_while_it_runs_the_next_build_works),
    ]
}

const APPLETS: &[&str] = &[
    "cat", "chmod", "cp", "echo", "env", "grep", "id", "ls", "mkdir", "pwd", "rm", "sh", "sleep",
    "stat", "touch", "wc",
];

/// A project whose first stage is a tree with busybox, and no engine.
fn project(bed: &Bed) -> Result<Project<'_>, Skip> {
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].iter().map(Path::new).find(|p| p.exists());
    let busybox = busybox.ok_or_else(|| Skip("no busybox".into()))?;
    let project = Project::new(bed);
    project.unset("DOCKER_HOST");
    let config = "version: v1beta2\nimages:\n  app:\n    image: localhost:1/app\n    build:\n      embedded: {}\n";
    project.file("devspace.yaml", config);
    let bin = project.root().join("base/bin");
    fs::create_dir_all(&bin).unwrap();
    fs::copy(busybox, bin.join("busybox")).unwrap();
    APPLETS.iter().for_each(|name| symlink("busybox", bin.join(name)).unwrap());
    project
        .file("base/etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n");
    project.file("base/etc/group", "root:x:0:\napp:x:1000:\n");
    project.file("src/hello", "hello\n");
    Ok(project)
}

/// The Dockerfile with the base's stage in front; its lines begin at 3.
fn dockerfile(project: &Project<'_>, text: &str) {
    project.file("Dockerfile", format!("FROM scratch AS base\nCOPY base /\n{text}"));
}

fn a_run_changes_the_image_and_repeats(bed: &Bed) -> Outcome {
    let mut digests = BTreeSet::new();
    for jobs in ["1", "8"] {
        let project = project(bed)?;
        dockerfile(
            &project,
            "FROM base AS one\nARG WHO=me\nENV GREETING='hi there'\nWORKDIR /work\n\
             RUN echo \"$GREETING $WHO\" > said && pwd && chmod 600 said\n\
             RUN [\"sh\", \"-c\", \"id -u; cat said\"]\n\
             RUN <<E\nset -e\nmkdir -p a/b\ntouch a/b/c\nE\n\
             RUN <<E\n#!/bin/sh\necho script $0\nE\n\
             USER app\nRUN id -u; id -g; echo $HOME; touch /tmp-app 2>&1 || echo denied\n\
             FROM base\nCOPY --from=one /work /work\nRUN --network=none stat -c '%a %Y %n' /work/said /work/a/b/c\n",
        );
        let out = project.ds("ds-build", &["-j", jobs]).ok();
        for line in [
            "/work",
            "hi there me",
            "script /dev/pipes/E",
            "1000",
            "/home/app",
            "denied",
            "600 315619200 /work/said",
        ] {
            assert!(out.err().contains(line), "{line}: {out}");
        }
        let out = project.ds("ds-build", &["--output", "json"]).ok();
        let digest = out.json()["images"]["app"]["digest"].as_str().map(str::to_owned);
        digests.insert(digest.unwrap());
        // Nothing of a RUN is done again where all is known.
        fs::remove_dir_all(project.root().join(".devspace")).unwrap();
        let out = project.ds("ds-build", &[]).ok();
        assert!(out.err().contains(": cached") && !out.err().contains("hi there me"), "{out}");
    }
    assert_eq!(digests.len(), 1, "{digests:?}");
    Ok(())
}

fn a_command_that_fails_is_told_with_its_last_lines(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    dockerfile(&project, "FROM base\nRUN echo fine\n\nRUN echo what went wrong >&2; exit 7\n");
    let out = project.ds("ds-build", &[]).ends(1);
    for part in ["Dockerfile:6:1", "exit code 7", "what went wrong"] {
        assert!(out.err().contains(part), "{part}: {out}");
    }
    for (line, said) in [
        ("RUN [\"/no/such\"]", "no such program"),
        ("USER nobody-here\nRUN true", "no user `nobody-here`"),
        ("RUN --mount=type=bind,from=base,source=/no,target=/x true", "is not there"),
        ("RUN --mount=type=secret,id=t,required=true true", "secret `t` is not given"),
    ] {
        dockerfile(&project, &format!("FROM base\n{line}\n"));
        let out = project.ds("ds-build", &[]);
        assert!(out.code != 0 && out.err().contains(said), "{line}: {out}");
        assert!(out.err().contains("Dockerfile:"), "{out}");
    }
    Ok(())
}

fn mounts_show_and_hide(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    project.file(".dockerignore", "src/hidden\n");
    project.file("src/hidden", "x");
    dockerfile(
        &project,
        "FROM base AS other\nRUN mkdir /out && echo other > /out/f\n\
         FROM base\n\
         RUN --mount=type=bind,source=src,target=/m ls /m; stat -c %Y:%u /m/hello; touch /m/x 2>&1 || echo read-only\n\
         RUN --mount=type=bind,from=other,source=/out,target=/m,rw cat /m/f; echo y > /m/g; ls /m\n\
         RUN --mount=type=cache,target=/c,id=mine ls /c; echo $$ >> /c/seen; cat /c/seen | wc -l\n\
         RUN --mount=type=tmpfs,target=/t,size=1m touch /t/x; ls /t\n\
         RUN ls / /m /c /t 2>&1 | grep -c 'No such'\n",
    );
    let out = project.ds("ds-build", &[]).ok();
    for line in ["hello", "315619200:0", "read-only", "other", "g", "3"] {
        assert!(out.err().lines().any(|l| l.trim_end().ends_with(line)), "{line}: {out}");
    }
    assert!(!out.err().contains("hidden"), "{out}");
    // The cache is there the next time; the context decides whether the step is done again.
    let again = project.ds("ds-build", &["--no-cache", "--force"]).ok();
    assert!(again.err().lines().any(|l| l.trim_end().ends_with('2')), "{again}");
    project.file("src/hello", "changed\n");
    let again = project.ds("ds-build", &[]).ok();
    assert!(again.err().contains("(what it reads changed)"), "{again}");
    Ok(())
}

fn secrets_are_in_nothing_that_stays(bed: &Bed) -> Outcome {
    const SECRET: &str = "s3cr3t-that-is-nowhere";
    let project = project(bed)?;
    dockerfile(
        &project,
        "FROM base\n\
         RUN --mount=type=secret,id=tok cat /run/secrets/tok && stat -c %a /run/secrets/tok && test -s /run/secrets/tok\n\
         RUN --mount=type=secret,id=tok,env=TOK test \"$TOK\" && env | grep -c TOK\n",
    );
    project.set("MY_TOKEN", SECRET);
    let out = project.ds("ds-build", &["--secret", "id=tok,env=MY_TOKEN"]).ok();
    assert!(out.err().contains("***") && out.err().contains("400"), "{out}");
    assert!(!out.err().contains(SECRET) && !out.out().contains(SECRET), "{out}");
    // Layers are compressed: looked at as they are, and unpacked.
    let script = format!(
        "find . -type f -print0 | xargs -0 -n1 sh -c 'cat \"$0\"; zcat \"$0\" 2>/dev/null' | grep -ac '{SECRET}'"
    );
    for folder in [project.root().join(".devspace"), project.home()] {
        let out = run_bounded(
            Command::new("sh").args(["-c", &script]).current_dir(&folder),
            b"",
            Duration::from_secs(60),
        );
        assert_eq!(out.out().trim(), "0", "{}", folder.display());
    }
    Ok(())
}

fn killed_while_it_runs_the_next_build_works(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    dockerfile(
        &project,
        "FROM base\nRUN cp -r /bin /copy; sleep 0.2; rm -r /copy; echo done > /done\n",
    );
    let home = project.home().display().to_string();
    for number in 0..12u64 {
        let mut command = project.run("ds-build").args(&["--force", "--no-cache"]).command();
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("ds-build starts");
        sleep(Duration::from_millis(40 * (number * 7 % 13)));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut rounds = 0;
        while let Some(left) = sees(&home) {
            rounds += 1;
            assert!(rounds < 6000, "kill {number}: {left} is left");
            sleep(Duration::from_millis(10));
        }
    }
    let _ = project.ds("ds-build", &[]).ok();
    let _ = project.ds("ds-build", &[]).ok().says("up to date");
    let run = fs::read_dir(project.home().join(".cache/ds/run")).unwrap().count();
    assert_eq!(run, 0, "folders of dead builds");
    Ok(())
}

/// A process that has something of the store mounted.
fn sees(store: &str) -> Option<String> {
    let all = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    all.map(|path| path.join("mountinfo"))
        .find(|path| fs::read_to_string(path).unwrap_or_default().contains(store))
        .map(|path| path.display().to_string())
}
