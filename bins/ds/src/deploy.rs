//! `ds deploy`: the steps in their row, as the separate executables they are.
//! Adds nothing of its own to a step.

use std::io::Write;
use std::process::{Command, Stdio};

use shared::config::{Deployment, Method, Project};
use shared::deploy::kubectl::{self, Source};
use shared::manifest::input;
use shared::step::options::{Options, Reuse};
use shared::step::run::load_project;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::fs;
use shared::util::nearest::nearest;

use crate::args::Deploy;
use crate::dispatch::missing;
use crate::find::Places;

/// The whole row; comes back with the exit code of the step that ended it.
pub fn run(deploy: &Deploy) -> Result<Exit, Failure> {
    if !deploy.render {
        return Err(Failure::new(
            Exit::Config,
            "this version renders deployments but does not apply them",
        )
        .hint("`ds deploy --render | kubectl apply -f -` does"));
    }
    let options = Options::resolve(deploy.common.clone());
    if options.streams() {
        return Err(Failure::new(
            Exit::Usage,
            "`ds deploy` keeps its state in a file, not in a stream",
        ));
    }
    let project = load_project(&options)?;
    if !project.dependencies.is_empty() && !deploy.ignore_dependencies {
        return Err(Failure::new(
            Exit::Config,
            format!("{}: `dependencies` are not carried out", project.file),
        )
        .hint("deploy them by themselves, then add `--ignore-dependencies`"));
    }
    // What cannot be rendered is known before anything is built.
    let sources = sources(&project, &deploy.deployments)?;
    for (step, args) in steps(deploy) {
        let mut command = executable(step)?;
        command.args(deploy.common.to_args()).args(args).stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.status().map_err(|error| cannot_run(step, &error))?;
        if !status.success() {
            // The step has told its failure itself.
            return Ok(Exit::of_child(status));
        }
    }
    render(deploy, &project, sources)
}

fn steps(deploy: &Deploy) -> Vec<(&'static str, Vec<&'static str>)> {
    let flag = |on: bool, name: &'static str| if on { vec![name] } else { Vec::new() };
    let reuse = match deploy.reuse {
        Some(Reuse::Registry) => vec!["--reuse", "registry"],
        Some(Reuse::Never) => vec!["--reuse", "never"],
        None => Vec::new(),
    };
    let mut steps = Vec::new();
    if !deploy.skip_build {
        steps.push(("ds-build", [flag(deploy.force_build, "--force"), reuse.clone()].concat()));
    }
    steps.push(("ds-tag", Vec::new()));
    steps.push(("ds-push", [flag(deploy.skip_push, "--skip-push"), reuse].concat()));
    steps
}

/// The deployments that are asked for, each with where its manifests come from.
fn sources(project: &Project, names: &[String]) -> Result<Vec<(Deployment, Source)>, Failure> {
    for name in names {
        if !project.deployments.iter().any(|deployment| deployment.name == *name) {
            let text = format!("`{}` has no deployment `{name}`", project.file);
            let known = project.deployments.iter().map(|deployment| deployment.name.as_str());
            let near = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
            return Err(Failure { hint: near, ..Failure::new(Exit::Usage, text) });
        }
    }
    let wanted = |name: &String| names.is_empty() || names.contains(name);
    let deployments = project.deployments.iter().filter(|deployment| wanted(&deployment.name));
    deployments
        .map(|deployment| {
            let source = kubectl::source(project, deployment)
                .map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
            Ok((deployment.clone(), source))
        })
        .collect()
}

/// Prints all manifests with the references of the cards, once all are rewritten.
fn render(
    deploy: &Deploy,
    project: &Project,
    sources: Vec<(Deployment, Source)>,
) -> Result<Exit, Failure> {
    let mut stream = Vec::new();
    for (deployment, source) in sources {
        let rewritten = match (&deployment.method, source) {
            (Method::Kubectl { rewrite: false, .. }, source) => as_they_are(project, source)?,
            (_, source) => {
                let output = rewrite(deploy, project, source)?;
                if !output.status.success() {
                    return Ok(Exit::of_child(output.status));
                }
                output.stdout
            }
        };
        input::join(&mut stream, &rewritten);
    }
    match std::io::stdout().lock().write_all(&stream) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, format!("cannot write to stdout: {error}")))
        }
        _ => Ok(Exit::Done),
    }
}

/// Manifests of a deployment with `updateImageTags: false`.
fn as_they_are(project: &Project, source: Source) -> Result<Vec<u8>, Failure> {
    let files = match source {
        Source::Text(text) => return Ok(text),
        Source::Files(files) => files,
    };
    let wrong = |error: &dyn std::fmt::Display| Failure::new(Exit::Data, error.to_string());
    let mut stream = Vec::new();
    for file in input::expand(&files, &project.root).map_err(|error| wrong(&error))? {
        if let input::Source::File { path, .. } = file {
            input::join(&mut stream, &fs::read(&path).map_err(|error| wrong(&error))?);
        }
    }
    Ok(stream)
}

fn rewrite(
    deploy: &Deploy,
    project: &Project,
    source: Source,
) -> Result<std::process::Output, Failure> {
    let mut command = executable("ds-rewrite")?;
    command.args(deploy.common.to_args()).current_dir(&project.root);
    // Each deployment has some of the images: that others are not in it is no news.
    if !deploy.common.quiet && deploy.common.verbose == 0 {
        command.arg("--quiet");
    }
    let input = match source {
        Source::Files(files) => {
            command.arg("--").args(files);
            Vec::new()
        }
        Source::Text(text) => text,
    };
    filter(command, input).map_err(|error| cannot_run("ds-rewrite", &error))
}

/// Runs a filter on `input`; its stderr is ours.
fn filter(mut command: Command, input: Vec<u8>) -> std::io::Result<std::process::Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let stdin = child.stdin.take();
    // Written beside reading, so that neither side waits for the other.
    let writer = std::thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(&input)));
    let output = child.wait_with_output();
    // A filter that ended early has told why.
    let _ = writer.join();
    output
}

fn executable(name: &str) -> Result<Command, Failure> {
    Places::here().find(name).map(Command::new).ok_or_else(|| missing(name))
}

fn cannot_run(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("cannot run `{name}`: {error}"))
}
