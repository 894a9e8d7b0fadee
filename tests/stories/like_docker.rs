//! What `docker build` puts into an image, ds-build puts there too: ignore rules,
//! COPY patterns and image configuration, compared with docker's own client.

use std::collections::BTreeSet;

use crate::cases::{self, COPIES, IGNORES};
use suite::{Bed, Engine, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(ignore_files_by_classic),
        story(ignore_files_by_buildkit),
        story(dockerfiles_by_classic),
        story(dockerfiles_by_buildkit),
    ]
}

/// Where docker 20.10 is alone; the newest BuildKit does as we do (`like_buildkit`).
const QUIRKS: &[&str] = &[
    // It does not look into an ignored folder for what a `!` pattern with wildcards takes back.
    "src/**\n!src/**/*.rs",
    "*\n!**/*.txt",
    "**/1\n!**/4/5",
    "*\n!src/*/x.*\n",
    // To it `+`, `(` and `)` are no plain characters.
    "a+b(c).txt",
    "a+b(c)*",
];

/// Lines that say nothing of files.
const CONFIG: &str = "copy a.txt /c/\nLABEL a=\"b c\" d=e\nENV k v w\nEXPOSE 80/udp 90\nVOLUME /v\nUSER 1\nSTOPSIGNAL 9\nHEALTHCHECK CMD true\nSHELL [\"/x\"]\nENTRYPOINT e f\nCMD [\"a\", \"b\"]";

/// One project with the files above, and an engine.
fn project<'a>(bed: &'a Bed, engine: &Engine) -> Project<'a> {
    let project = Project::small(bed, engine, &format!("like{}/app", bed.unique()));
    std::fs::remove_dir_all(project.root().join("k8s")).unwrap();
    cases::plant(&project);
    project
}

/// Builds by docker and by ds; what differs.
fn compare(project: &Project, engine: &Engine, what: &str, builder: &str) -> Option<String> {
    let _ = project.sh("rm -rf .devspace").ok();
    let kit = if builder == "buildkit" { "1" } else { "0" };
    let build = project.run("docker").env("DOCKER_BUILDKIT", kit);
    let name = format!(
        "like/theirs-{}",
        project.root().display().to_string().replace('/', "-").trim_matches('-').to_lowercase()
    );
    let theirs = build.args(&["build", "-q", "-t", &name, "."]).end();
    let ours =
        project.ds("ds-build", &["--force", "--builder", builder, "--state", "../state.json"]);
    if theirs.code != 0 || ours.code != 0 {
        // What docker refuses, we need not build.
        let agree = (theirs.code == 0) == (ours.code == 0);
        return (!agree).then(|| format!("{what:?}: {theirs}\n{ours}"));
    }
    let state: serde_json::Value = serde_json::from_str(&project.read("../state.json")).unwrap();
    let artifact = &state["images"]["app"]["variants"]["plain"]["build"]["artifact"];
    let id = artifact["id"].as_str().unwrap();
    let [theirs, ours] = see(engine, [&name, id]);
    let missing: Vec<&String> = theirs.difference(&ours).collect();
    let added: Vec<&String> = ours.difference(&theirs).collect();
    (missing != added)
        .then(|| format!("{what:?}: only docker has {missing:?}, only ds has {added:?}"))
}

/// Paths in each image, and the lines of its configuration.
fn see(engine: &Engine, images: [&str; 2]) -> [BTreeSet<String>; 2] {
    let inspect = ["image", "inspect", "-f", "{{json .Config}}"];
    let configs = engine.docker(&[&inspect[..], &images].concat()).ok().out();
    let configs: Vec<serde_json::Value> =
        configs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // What a container had that the classic builder happened to use.
    let chance = |key: &str| ["Image", "Hostname", "Domainname"].contains(&key);
    std::array::from_fn(|at| {
        let config = configs[at].as_object().unwrap().iter().filter(|(key, _)| !chance(key));
        let lines = config.map(|(key, value)| format!("{key}={value}"));
        engine.paths(images[at]).into_iter().chain(lines).collect()
    })
}

fn ignore_files(bed: &Bed, builder: &str) -> Outcome {
    let engine = bed.engine()?;
    let project = project(bed, engine);
    project.file("Dockerfile", "FROM scratch\nCOPY . /c/\n");
    let mut wrong = Vec::new();
    for text in IGNORES {
        if QUIRKS.contains(text) {
            continue;
        }
        project.file(".dockerignore", text);
        wrong.extend(compare(&project, engine, text, builder));
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), IGNORES.len(), wrong.join("\n"));
    Ok(())
}

fn dockerfiles(bed: &Bed, builder: &str) -> Result<(), Skip> {
    let engine = bed.engine()?;
    let project = project(bed, engine);
    project.file(".dockerignore", "dir/d.log\n");
    let mut wrong = Vec::new();
    for lines in COPIES.iter().chain(&[CONFIG]) {
        project.file("Dockerfile", format!("FROM scratch\n{lines}\n"));
        wrong.extend(compare(&project, engine, lines, builder));
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), COPIES.len(), wrong.join("\n"));
    Ok(())
}

fn ignore_files_by_classic(bed: &Bed) -> Outcome {
    ignore_files(bed, "classic")
}

fn ignore_files_by_buildkit(bed: &Bed) -> Outcome {
    ignore_files(bed, "buildkit")
}

fn dockerfiles_by_classic(bed: &Bed) -> Outcome {
    dockerfiles(bed, "classic")
}

fn dockerfiles_by_buildkit(bed: &Bed) -> Outcome {
    dockerfiles(bed, "buildkit")
}
