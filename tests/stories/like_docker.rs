//! What `docker build` puts into an image, ds-build puts there too: ignore rules,
//! COPY patterns and image configuration, compared with docker's own client.

use std::collections::BTreeSet;

use suite::{Bed, Engine, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(ignore_files_by_classic),
        story(ignore_files_by_buildkit),
        story(dockerfiles_by_classic),
        story(dockerfiles_by_buildkit),
    ]
}

const FILES: &[&str] = &[
    "a.txt",
    "b.log",
    "ab",
    ".hidden",
    "sp ace",
    "dir/c.txt",
    "dir/d.log",
    "dir/sub/e.txt",
    "dir/sub/f.log",
    "dir/.h2",
    "src/main.rs",
    "src/lib/x.rs",
    "src/lib/x.o",
    "other/dir/g.txt",
    "node_modules/m/index.js",
    "[x]/y",
    "dir2/c.txt",
    "Dockerfile.dev",
];

/// `.dockerignore` texts, tried with `COPY . /c/`.
const IGNORES: &[&str] = &[
    "",
    "*.log",
    "**/*.log",
    "dir",
    "dir/",
    "/dir",
    "dir/*",
    "*\n!a.txt",
    "*\n!dir/sub",
    "dir\n!dir/sub/e.txt",
    "**/sub",
    "**\n!src",
    "!a.txt",
    "# c\n *.log",
    "#\n#*.log\n",
    "dir/**/e.txt",
    "[ab]*",
    "?.log",
    "\\.hidden",
    "node_modules\n**/.h*",
    "./dir",
    "dir/../a.txt",
    "Dockerfile\n.dockerignore",
    ".*",
    "src/**\n!src/**/*.rs",
    "\u{feff}*.log\r\nab\r\n",
    "*/*/x.rs",
    "**/dir",
    "dir*",
    "*\n!**/*.txt",
    "\\[x\\]",
    "other\n!other/dir\nother/dir/g.txt",
    "! a.txt\n*.txt",
];

/// Here docker 20.10 does not look into an ignored folder for what a `!` pattern with
/// wildcards takes back; later BuildKit clients do, and so do we.
const QUIRKS: &[&str] = &["src/**\n!src/**/*.rs", "*\n!**/*.txt"];

/// Dockerfile lines behind FROM.
const COPIES: &[&str] = &[
    "COPY . /c/",
    "COPY dir /c",
    "COPY dir/ /c/",
    "COPY *.txt /c/",
    "COPY dir/s* /c/",
    "COPY [\"sp ace\", \"a.txt\", \"/c/\"]",
    "ADD dir /c/",
    "ARG D=dir\nCOPY $D/c.txt /c/",
    "ENV D=src\nCOPY ${D}/lib ${X:-/c}/",
    "WORKDIR /w\nCOPY a.txt .\nCOPY a.txt ./b",
    "COPY dir*/c.txt /c/",
    "COPY --chown=1:2 a.txt /c/",
    "COPY src/*/x.* /c/",
    "COPY a.txt \\\n  # between\n  ab /c/",
    "COPY ./dir/../a.txt /c/",
    "COPY /a.txt /c/",
    "copy a.txt /c/\nLABEL a=\"b c\" d=e\nENV k v w\nEXPOSE 80/udp 90\nVOLUME /v\nUSER 1\nSTOPSIGNAL 9\nHEALTHCHECK CMD true\nSHELL [\"/x\"]\nENTRYPOINT e f\nCMD [\"a\", \"b\"]",
    "COPY a.txt /c/\nFROM base/busybox:1\nCOPY --from=0 /c/a.txt /d/\nCOPY ab /d/",
];

/// One project with the files above, and an engine.
fn project<'a>(bed: &'a Bed, engine: &Engine) -> Project<'a> {
    let project = Project::small(bed, engine, &format!("like{}/app", bed.unique()));
    std::fs::remove_dir_all(project.root().join("k8s")).unwrap();
    FILES.iter().for_each(|path| project.file(path, path));
    let _ = project.sh("mkdir empty; ln -s dir/c.txt link; ln -s dir dirlink; chmod 755 ab").ok();
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
    let (theirs, ours) = (see(engine, &name), see(engine, id));
    let missing: Vec<&String> = theirs.difference(&ours).collect();
    let added: Vec<&String> = ours.difference(&theirs).collect();
    (missing != added)
        .then(|| format!("{what:?}: only docker has {missing:?}, only ds has {added:?}"))
}

/// Paths in an image, and the lines of its configuration.
fn see(engine: &Engine, image: &str) -> BTreeSet<String> {
    let config = engine.docker(&["image", "inspect", "-f", "{{json .Config}}", image]).ok().json();
    // What a container had that the classic builder happened to use.
    let chance = |key: &str| ["Image", "Hostname", "Domainname"].contains(&key);
    let config = config.as_object().unwrap().iter().filter(|(key, _)| !chance(key));
    let lines = config.map(|(key, value)| format!("{key}={value}"));
    engine.paths(image).into_iter().chain(lines).collect()
}

fn ignore_files(bed: &Bed, builder: &str) -> Outcome {
    let engine = bed.engine()?;
    let project = project(bed, engine);
    project.file("Dockerfile", "FROM base/busybox:1\nCOPY . /c/\n");
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
    for lines in COPIES {
        project.file("Dockerfile", format!("FROM base/busybox:1\n{lines}\n"));
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
