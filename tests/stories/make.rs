//! ds-build under a real make: `--stamp`, `--depfile`, `--check`.

use std::path::Path;

use suite::{Bed, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(make_sees_each_input),
        story(make_comes_back_for_what_changed_meanwhile),
        story(a_build_without_a_stamp_is_told_by_the_next),
        story(check_touches_nothing),
        story(without_an_engine_keys_alone_are_compared),
    ]
}

/// Its files lie in a folder of their own: in one whose names are inputs each would be
/// a reason to look again.
const MAKEFILE: &str = "all: out/after\nout/after: out/build.stamp\n\t@echo AFTER; touch $@\nout/build.stamp:\n\t@echo BUILD; ds-build -q --stamp $@ --depfile out/build.d >/dev/null\n-include out/build.d\n";

fn project(bed: &Bed) -> Result<Project<'_>, Skip> {
    bed.program("make")?;
    let project = Project::small(bed, bed.engine()?, &format!("make{}/app", bed.unique()));
    project.file("Makefile", MAKEFILE);
    project.file("out/.keep", "");
    project.file("Dockerfile", "FROM scratch\nCOPY src *.txt lin[k] /\n");
    project.file("src/deep/x", "1");
    Ok(project)
}

/// What a run of make did.
fn make(project: &Project) -> &'static str {
    let out = project.sh("make").ok();
    match (out.out().contains("BUILD"), out.out().contains("AFTER")) {
        (true, true) => "built",
        (true, false) => "looked",
        (false, false) => "nothing",
        (false, true) => "after",
    }
}

fn make_sees_each_input(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let odd = r#"'a b' 'c#d' 'e$f' 'g:h' 'i%j' 'k=v' 'l|m' 'n&' '[o]' "p'q" 'back\slash' '(auth)/page' 'ü' '~' 'x*y'"#;
    let write = format!(
        "cd src && for n in {odd}; do mkdir -p \"$(dirname \"$n\")\"; echo 1 >\"$n\"; done"
    );
    let _ = project.sh(&write).ok();
    assert_eq!(make(&project), "built");
    assert_eq!(make(&project), "nothing");
    for change in [
        "echo 2 >a.txt",
        "echo 2 >src/deep/x",
        "echo 2 >src/new",
        "rm src/new",
        "mkdir src/deep/empty",
        "rmdir src/deep/empty",
        "mv src/deep/x src/deep/y",
        "touch -d 2001-01-01 old; mv old src/old",
        "ln -s src/old link",
        "ln -sfn a.txt link",
        "echo 2 >b.txt",
        "echo '# x' >>Dockerfile",
        "echo src/deep >.dockerignore",
        "rm .dockerignore",
        "touch -d 2001-01-01 i; echo src/old >i; mv i Dockerfile.dockerignore",
        "sed -i 's/image: /tag: x\\n    image: /' devspace.yaml; echo 3 >a.txt",
        "echo 2 >'src/a b'",
        "echo 2 >'src/c#d'",
        "echo 2 >'src/e$f'",
        "echo 2 >src/g:h",
        "echo 2 >src/i%j",
        "echo 2 >src/k=v",
        "echo 2 >'src/l|m'",
        "echo 2 >'src/n&'",
        "echo 2 >'src/[o]'",
        "echo 2 >\"src/p'q\"",
        "echo 2 >'src/back\\slash'",
        "echo 2 >'src/(auth)/page'",
        "echo 2 >'src/(auth)/new'",
        "echo 2 >src/ü",
        "echo 2 >'src/~'",
        "echo 2 >'src/x*y'",
        "rm 'src/k=v' 'src/e$f' 'src/a b' 'src/l|m' 'src/n&' 'src/i%j'",
    ] {
        let _ = project.sh(change).ok();
        assert_eq!(make(&project), "built", "{change}\n{}", project.read("out/build.d"));
        assert_eq!(make(&project), "nothing", "after {change}\n{}", project.read("out/build.d"));
    }
    // What make cannot name makes it look, every time; nothing behind it runs.
    for name in ["$'new\\nline'", "'semi;colon'", "'trailing\\'", "'archive(x)'"] {
        let _ = project.sh(&format!("echo 1 >src/{name}")).ok();
        assert_eq!(make(&project), "built", "{name}");
        assert_eq!(make(&project), "looked", "{name}");
        let _ = project.sh(&format!("echo 2 >src/{name}")).ok();
        assert_eq!(make(&project), "built", "{name}");
        let _ = project.sh(&format!("rm src/{name}")).ok();
        assert_eq!(make(&project), "built", "{name}");
        assert_eq!(make(&project), "nothing", "{name}");
    }
    Ok(())
}

/// An input that changes while the build runs is newer than the stamp.
fn make_comes_back_for_what_changed_meanwhile(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let mark = format!("mark{}", bed.unique());
    let wait =
        format!("RUN : {mark}; until [ -e /go ] || grep -q later /a.txt; do sleep 0.1; done");
    project.file("Dockerfile", format!("FROM base/busybox:1\nCOPY a.txt /\n{wait}\n"));
    // Once the engine is at work, so that the old content is what was sent; with that it
    // waits for us.
    let script = format!(
        "make >out/log 2>&1 & make=$!
        until id=$(docker ps -q --no-trunc | xargs -r docker inspect -f '{{{{.Id}}}} {{{{.Config.Cmd}}}}' | grep {mark}); do
            kill -0 $make || exit 1; sleep 0.1
        done
        echo later >a.txt; docker exec ${{id%% *}} /bin/busybox touch /go; wait $make"
    );
    project.set("DOCKER_BUILDKIT", "0");
    let _ = project.sh(&script).ok();
    let engine = bed.engine()?;
    let copied = |project: &Project| {
        let id = project.card("app", "/build/artifact/id");
        String::from_utf8(engine.file(&id, "/a.txt")).unwrap()
    };
    assert_ne!(copied(&project), "later\n", "{}", project.read("out/log"));
    assert_eq!(make(&project), "built");
    assert_eq!(copied(&project), "later\n");
    assert_eq!(make(&project), "nothing");
    Ok(())
}

fn a_build_without_a_stamp_is_told_by_the_next(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    assert_eq!(make(&project), "built");
    // The card knows whole seconds: the stamp is of an earlier one.
    let _ = project
        .sh("touch -d '-5 seconds' out/build.stamp out/after; echo 2 >a.txt; ds-build -q")
        .ok();
    assert_eq!(make(&project), "built", "what is behind the stamp must run");
    assert_eq!(make(&project), "nothing");
    Ok(())
}

/// Every path of the project with its time and size.
fn traces(root: &Path) -> String {
    let mut find = std::process::Command::new("find");
    let out = find.arg(root).args(["-printf", "%p %s %T@ %C@\\n"]).output().unwrap();
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn check_touches_nothing(bed: &Bed) -> Outcome {
    let project = project(bed)?;
    let looks: [&[&str]; 3] =
        [&["--check"], &["--dry-run"], &["--check", "--stamp", "s", "--depfile", "d"]];
    let before = traces(&project.root());
    for look in looks {
        let out = project.ds("ds-build", look);
        assert_eq!(out.code, if look[0] == "--check" { 3 } else { 0 }, "{out}");
        assert_eq!(traces(&project.root()), before, "{look:?} left something");
    }
    let _ = project.ds("ds-build", &[]).ok();
    project.file("src/more", "1");
    let before = traces(&project.root());
    for look in looks {
        let _ = project.ds("ds-build", look);
        assert_eq!(traces(&project.root()), before, "{look:?} left something");
    }
    let _ = project.ds("ds-build", &[]).ok();
    let before = traces(&project.root());
    for look in looks {
        let _ = project.ds("ds-build", look).ok();
        assert_eq!(traces(&project.root()), before, "{look:?} left something");
    }
    Ok(())
}

fn without_an_engine_keys_alone_are_compared(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let project = project(bed)?;
    // One image whose base reads more of the context than its Dockerfile tells.
    let base = format!("onbuild{}:1", bed.unique());
    let _ = engine
        .docker_with(
            &["build", "-q", "-t", &base, "-"],
            b"FROM base/busybox:1\nONBUILD COPY src /s\n",
        )
        .ok();
    project.file("On", format!("FROM {base}\nCOPY a.txt /\n"));
    project.file(
        "devspace.yaml",
        "version: v1beta2\nimages:\n  app: {image: m/app}\n  on: {image: m/on, dockerfile: On}\n",
    );
    let _ = project.ds("ds-build", &[]).ok();
    project.set("DOCKER_HOST", "unix:///nonexistent/socket");
    let _ = project.ds("ds-build", &["--check"]).ok().says("keys alone are compared");
    project.file("src/deep/x", "2");
    let out = project.ds("ds-build", &["--check"]).ends(3);
    assert_eq!(out.out().matches("would be built").count(), 2, "{out}");
    Ok(())
}
