//! Images of one folder of Dockerfiles by two builders, compared: the embedded one, and
//! BuildKit's newest.
//!
//! In the folder each `NAME.Dockerfile` is built with the folder `context` beside it, and
//! each folder that holds a `Dockerfile` by itself. A first line `# options: --build-arg
//! A=1 --target x` gives options. Where there is a `prepare.py`, it completes the context
//! and makes the base image that the build argument `BASE` then names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use crate::bed::{Bed, Skip};
use crate::child::run_bounded;
use crate::project::Project;

const LIMIT: Duration = Duration::from_secs(300);

/// One Dockerfile, from the project's root.
#[derive(Debug, Clone)]
struct Case {
    name: String,
    dockerfile: String,
    context: String,
    build_args: BTreeMap<String, String>,
    target: Option<String>,
}

/// What came of a comparison.
#[derive(Debug, Default)]
pub struct Compared {
    pub same: usize,
    /// Lines for people: each Dockerfile with its differences, those with a reason, too.
    pub lines: Vec<String>,
    /// Names of those that differ without one.
    pub different: Vec<String>,
}

/// Builds and compares all Dockerfiles of a folder.
pub fn compare(bed: &Bed, folder: &Path) -> Result<Compared, Skip> {
    let buildkit = bed.buildkit()?;
    let registry = bed.registry()?.host();
    let project = Project::new(bed);
    let root = project.root();
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(folder.join(".")).arg(&root);
    let _ = run_bounded(&mut copy, b"", LIMIT).ok();
    let mut base = None;
    if root.join("prepare.py").exists() {
        let made = root.join("base");
        let mut prepare = Command::new("python3");
        prepare.arg(root.join("prepare.py")).arg(root.join("context")).arg(&made);
        let _ = run_bounded(&mut prepare, b"", LIMIT).ok();
        let name = format!("{registry}/cmp{}/base:1", bed.unique());
        let output = format!("type=image,name={name},push=true");
        let _ = buildkit.output(&made, &made.join("Dockerfile"), &output, &[]).ok();
        base = Some(name);
    }
    let cases = cases(&root, base.as_deref());
    project.file("devspace.yaml", config(&cases));
    let built = project.ds("ds-build", &["--builder", "embedded", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&built.out()).unwrap_or_default();
    let (references, said) = (references(&json), built.err());
    let compared = Mutex::new(Compared::default());
    let queue = Mutex::new(cases.iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().unwrap().next() else { break };
                    let reference = references.get(&case.name);
                    let (good, text) = one(bed, &root, case, reference, &said);
                    let mut compared = compared.lock().unwrap();
                    let word = if good { "same" } else { "DIFFERENT" };
                    compared.lines.push(format!("{word:<10} {}{text}", case.name));
                    match good {
                        true => compared.same += 1,
                        false => compared.different.push(case.name.clone()),
                    }
                }
            });
        }
    });
    let mut compared = compared.into_inner().unwrap();
    compared.lines.sort();
    Ok(compared)
}

/// Whether BuildKit makes the same of a Dockerfile, and what differs.
fn one(
    bed: &Bed,
    root: &Path,
    case: &Case,
    reference: Option<&String>,
    said: &str,
) -> (bool, String) {
    let tar = bed.folder("cmp").join("image.tar");
    let output = format!("type=oci,dest={}", tar.display());
    let mut options: Vec<String> =
        case.build_args.iter().map(|(name, value)| format!("build-arg:{name}={value}")).collect();
    options.extend(case.target.iter().map(|target| format!("target={target}")));
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let (context, dockerfile) = (root.join(&case.context), root.join(&case.dockerfile));
    let theirs = match bed.buildkit() {
        Ok(buildkit) => buildkit.output(&context, &dockerfile, &output, &options),
        Err(skip) => return (false, format!("\n  {skip}")),
    };
    let about = |text: &str| {
        let name = format!("image `{}`", case.name);
        let lines = text.lines().filter(|line| line.contains(&name));
        lines.map(|line| format!("\n  {line}")).collect::<String>()
    };
    match (reference, theirs.code) {
        (None, 0) => (false, format!("\n  only BuildKit builds it{}", about(said))),
        (None, _) => (true, format!("\n  both refuse it{}", about(said))),
        (Some(_), code) if code != 0 => {
            let error = theirs.err();
            let last = error.lines().rfind(|line| line.contains("ERROR") || line.contains("error"));
            (false, format!("\n  BuildKit refuses it: {}", last.unwrap_or_default()))
        }
        (Some(reference), _) => {
            let mut compare = Command::new("python3");
            compare.arg(bed.workspace().join("tests/images/compare.py"));
            compare.arg(root.join(".devspace/images")).arg(reference).arg(&tar);
            let out = run_bounded(&mut compare, b"", LIMIT);
            let _ = fs::remove_file(&tar);
            let said = if out.code == 1 || out.code == 0 { out.out() } else { out.to_string() };
            (out.code == 0, format!("\n{said}").trim_end().to_owned())
        }
    }
}

/// The Dockerfiles of a folder, by name.
fn cases(root: &Path, base: Option<&str>) -> Vec<Case> {
    let mut cases = Vec::new();
    let entries = fs::read_dir(root).unwrap();
    let mut names: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (name, dockerfile, context) = if let Some(stem) = name.strip_suffix(".Dockerfile") {
            (stem.to_owned(), name.clone(), "context".to_owned())
        } else if name != "base" && path.join("Dockerfile").is_file() {
            (name.clone(), format!("{name}/Dockerfile"), name.clone())
        } else {
            continue;
        };
        let text = fs::read_to_string(root.join(&dockerfile)).unwrap();
        let mut case =
            Case { name, dockerfile, context, build_args: BTreeMap::new(), target: None };
        let first = text.lines().next().and_then(|line| line.strip_prefix("# options: "));
        let mut words = first.unwrap_or_default().split_whitespace();
        while let (Some(option), Some(value)) = (words.next(), words.next()) {
            match (option, value.split_once('=')) {
                ("--build-arg", Some((name, value))) => {
                    case.build_args.insert(name.to_owned(), value.to_owned());
                }
                ("--target", _) => case.target = Some(value.to_owned()),
                _ => panic!("{}: option {option} {value}", case.dockerfile),
            }
        }
        if let Some(base) = base.filter(|_| text.contains("ARG BASE")) {
            case.build_args.insert("BASE".to_owned(), base.to_owned());
        }
        cases.push(case);
    }
    cases
}

fn config(cases: &[Case]) -> String {
    let image = |case: &Case| {
        let mut options = serde_json::json!({ "buildArgs": &case.build_args });
        if let Some(target) = &case.target {
            options["target"] = target.as_str().into();
        }
        let image = serde_json::json!({
            "image": format!("localhost:1/cmp/{}", case.name.to_lowercase()),
            "dockerfile": &case.dockerfile,
            "context": &case.context,
            "build": { "docker": { "options": options } },
        });
        (case.name.clone(), image)
    };
    let images: serde_json::Map<String, serde_json::Value> = cases.iter().map(image).collect();
    serde_json::json!({ "version": "v1beta2", "images": images }).to_string()
}

/// The references of the images that were built, by their names in the config.
fn references(json: &serde_json::Value) -> BTreeMap<String, String> {
    let images = json["images"].as_object();
    let rows = images.into_iter().flatten();
    let found =
        rows.filter_map(|(name, row)| Some((name.clone(), row["reference"].as_str()?.to_owned())));
    found.collect()
}
