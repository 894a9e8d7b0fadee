//! The example projects, used as their authors meant.

use std::fs;

use suite::{Bed, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(web_server_serves),
        story(monorepo_builds_its_base_first),
        story(monorepo_from_a_folder_below),
        story(custom_script_is_asked_only_on_change),
        story(make_twice),
        story(release_script_prints_manifests),
    ]
}

fn example<'a>(bed: &'a Bed, name: &str) -> Result<(Project<'a>, String), Skip> {
    let group = format!("ex{}", bed.unique());
    let project = Project::example(bed, name, &format!("{}/{group}", bed.registry()?.host()));
    project.engine(bed.engine()?);
    Ok((project, group))
}

fn web_server_serves(bed: &Bed) -> Outcome {
    let (project, _) = example(bed, "web")?;
    let _ = project.sh("ds-build && ds-tag && ds-push").ok();
    let text = project.ds("ds-rewrite", &["k8s/web.yaml"]).ok().out();
    let image = text.lines().find_map(|line| line.trim().strip_prefix("image: ")).unwrap();
    let image = image.split_whitespace().next().unwrap();
    let engine = bed.engine()?;
    let args = ["run", "-d", "--rm", "--network", "none", image];
    let id = engine.docker(&args).ok().out();
    let get = ["exec", id.trim(), "/bin/busybox", "wget", "-qO-", "http://127.0.0.1:8080/"];
    let mut page = engine.docker(&get);
    for _ in 0..600 {
        if page.code == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        page = engine.docker(&get);
    }
    let _ = engine.docker(&["kill", id.trim()]);
    assert!(page.ok().out().contains("It runs."));
    Ok(())
}

fn monorepo_builds_its_base_first(bed: &Bed) -> Outcome {
    let (project, group) = example(bed, "monorepo")?;
    // The common Dockerfile builds on a fixed tag of the base, which the tag step gives;
    // by the config the build knows it as its own.
    let _ = project.ds("ds-build", &[]).ok();
    let _ = project.sh("ds-tag && ds-push").ok();
    let text = project.ds("ds-rewrite", &["k8s/"]).ok().out();
    for part in ["mono/base:1.10", "mono/api:ds-", "mono/worker:ds-"] {
        assert!(text.contains(&format!("{group}/{part}")), "no {part} in {text}");
    }
    let engine = bed.engine()?;
    let run =
        |image: &str| engine.docker(&["run", "--rm", &project.card(image, "/build/artifact/id")]);
    assert_eq!(run("api").ok().out(), "api says hello in production\n");
    assert_eq!(run("worker").ok().out(), "worker says hello in none\n");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    // A change of the base rebuilds what stands on it; one of a target, that one alone.
    project.file("base/Dockerfile", format!("{}ENV NEW=1\n", project.read("base/Dockerfile")));
    let out = project.ds("ds-build", &["--output", "json"]).ok().json();
    for image in ["base", "api", "worker"] {
        assert_eq!(out["images"][image]["changed"], true, "{image}: {out:#}");
    }
    project.file("api/worker.sh", "echo other\n");
    let out = project.ds("ds-build", &["--output", "json"]).ok().json();
    assert_eq!(out["images"]["worker"]["changed"], true, "{out:#}");
    assert_eq!(out["images"]["api"]["changed"], false, "{out:#}");
    Ok(())
}

fn monorepo_from_a_folder_below(bed: &Bed) -> Outcome {
    let (project, _) = example(bed, "monorepo")?;
    let below = project.root().join("api");
    let _ = project.run("ds-build").dir(&below).args(&["--image", "base"]).end().ok();
    assert!(project.root().join(".devspace/state.json").exists());
    assert!(!below.join(".devspace").exists());
    let ignore = fs::read_to_string(project.root().join(".devspace/.gitignore")).unwrap();
    assert!(ignore.lines().any(|line| line == "*"), "{ignore}");
    Ok(())
}

fn custom_script_is_asked_only_on_change(bed: &Bed) -> Outcome {
    let (project, group) = example(bed, "custom")?;
    let out = project.ds("ds-build", &["-v"]).ok();
    let _ = out.says(&format!("making .*{group}/tools/tool:ds-key-[0-9a-f]{{16}} from src"));
    let engine = bed.engine()?;
    let tool =
        |project: &Project| engine.file(&project.card("tool", "/build/artifact/id"), "/tool.txt");
    assert_eq!(tool(&project), b"a tool\n");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    project.file("README", "no input of this image");
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    project.file("src/tool.txt", "another tool\n");
    let _ = project.ds("ds-build", &["--explain"]).ok().says("tool.txt");
    assert_eq!(tool(&project), b"another tool\n");
    let _ = project.sh("ds-tag && ds-push && ds-rewrite k8s").ok();
    project.program("build.sh", "#!/bin/sh\necho my last words\nexit 9\n");
    let _ = project.ds("ds-build", &[]).fails(1, "my last words").says("9");
    Ok(())
}

fn make_twice(bed: &Bed) -> Outcome {
    let (project, group) = example(bed, "make")?;
    bed.program("make")?;
    let _ = project.sh("make").ok();
    let manifests = project.root().join(".out/manifests.yaml");
    assert!(fs::read_to_string(&manifests).unwrap().contains(&format!("{group}/make/worker:ds-")));
    let time = || fs::metadata(&manifests).unwrap().modified().unwrap();
    let first = time();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let out = project.sh("make").ok();
    assert_eq!(time(), first, "made again: {out}");
    assert!(!out.out().contains("ds-push") && !out.out().contains("ds-tag"), "{out}");
    project.file("worker/data.txt", "new");
    let out = project.sh("make").ok();
    assert_ne!(time(), first, "not made after a change: {out}");
    Ok(())
}

fn release_script_prints_manifests(bed: &Bed) -> Outcome {
    let (project, group) = example(bed, "pipeline")?;
    let out = project.sh("./release.sh").ok().out();
    assert!(out.contains(&format!("{group}/pipe/app:ds-")) && out.contains("Service"), "{out}");
    project.file("app/Dockerfile", "FROM scratch\nNONSENSE\n");
    let out = project.sh("./release.sh");
    assert!(out.code != 0 && out.stdout.is_empty(), "{out}");
    Ok(())
}
