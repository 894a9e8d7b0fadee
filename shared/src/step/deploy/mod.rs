//! `ds deploy`: the steps in their row, as the separate executables they are, then what
//! they made is put into the cluster.
//!
//! `row` runs the steps, `prepare` renders and rewrites, `unchanged` finds what is due,
//! `carry` does it, `await_all` waits for it. All is prepared before anything is sent,
//! and each deployment is put down in the state as soon as it is done.

mod await_all;
mod carry;
mod child;
mod dev;
mod diff;
mod helm;
mod lines;
mod logs;
mod look;
mod plan;
mod prepare;
mod purge;
mod references;
mod render;
mod row;
mod run;
mod shown;
mod status;
mod unchanged;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{Deployment, Project};
use crate::step::cluster::Where;
use crate::step::options::{Options, Output, Reuse};
use crate::step::run::load_project;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::nearest::nearest;

pub use dev::{Dev, dev};
pub use purge::purge;
pub use row::Find;
pub use status::status;

/// So long a rollout may take.
pub const TIMEOUT: Duration = Duration::from_secs(300);

/// What the command line asks of a deploy.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub at: Where,
    /// Only these, by name; empty: all.
    pub deployments: Vec<String>,
    pub skip_build: bool,
    pub force_build: bool,
    pub skip_push: bool,
    pub reuse: Option<Reuse>,
    pub no_hooks: bool,
    pub ignore_dependencies: bool,
    pub force_deploy: bool,
    pub force_conflicts: bool,
    /// Print the manifests, and send nothing.
    pub render: bool,
    /// Print what would change in the cluster, and change nothing.
    pub diff: bool,
    /// Wait until the workloads are up.
    pub wait: bool,
    /// So long at most.
    pub timeout: Option<Duration>,
    /// Go back to the references of the deploy before.
    pub to_previous: bool,
    /// Write what would be done to this file, and do nothing.
    pub plan: Option<PathBuf>,
    /// Carry out the plan in this file.
    pub from: Option<PathBuf>,
    pub output: Output,
}

/// The whole row, and then the cluster. A step that failed has told why itself, and its
/// exit code is ours.
pub fn deploy(options: Options, request: &Request, find: Find) -> Result<Exit, Failure> {
    let project = project(&options, request)?;
    let deployments = chosen(&project, &request.deployments)?;
    match request.render {
        true => render::render(options, request, project, &deployments, find),
        false => run::run(options, request, project, &deployments, find),
    }
}

/// The config, if it is one that can be deployed.
fn project(options: &Options, request: &Request) -> Result<Project, Failure> {
    if options.streams() {
        return Err(Failure::new(
            Exit::Usage,
            "`ds deploy` keeps its state in a file, not in a stream",
        ));
    }
    let project = load_project(options)?;
    if !project.dependencies.is_empty() && !request.ignore_dependencies {
        return Err(Failure::new(
            Exit::Config,
            format!("{}: `dependencies` are not carried out", project.file),
        )
        .hint("deploy them by themselves, then add `--ignore-dependencies`"));
    }
    Ok(project)
}

/// The deployments that are asked for, in the order of the config.
pub fn chosen(project: &Project, names: &[String]) -> Result<Vec<Deployment>, Failure> {
    for name in names {
        if !project.deployments.iter().any(|deployment| deployment.name == *name) {
            let text = format!("`{}` has no deployment `{name}`", project.file);
            let known = project.deployments.iter().map(|deployment| deployment.name.as_str());
            let near = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
            return Err(Failure { hint: near, ..Failure::new(Exit::Usage, text) });
        }
    }
    let wanted = |name: &String| names.is_empty() || names.contains(name);
    let all = project.deployments.iter();
    Ok(all.filter(|deployment| wanted(&deployment.name)).cloned().collect())
}

/// `90`, `90s`, `5m`, `1h30m`: seconds where no unit stands.
pub fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let (mut total, mut digits) = (0_u64, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then(|| Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("0", 0)] {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "5x", "1.5m", "5m3", "-1"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
