//! The steps in their row, as the separate executables they are: build, tag, push,
//! then rewrite as a filter, and secret. Adds nothing of its own to a step.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::Request;
use super::child::{self, Keep};
use crate::step::options::{Common, Output, Reuse};
use crate::step::report::write_out;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Finds an executable of the suite by its name.
pub type Find = Arc<dyn Fn(&str) -> Result<PathBuf, Failure> + Send + Sync>;

/// The row, and the options that all its steps get.
pub struct Row {
    find: Find,
    common: Common,
    root: PathBuf,
}

/// How a step ended.
pub enum Stepped {
    Done(Vec<u8>),
    /// It has told why itself.
    Ended(Exit),
}

impl Row {
    pub fn new(find: Find, common: &Common, root: &Path) -> Self {
        Self { find, common: common.clone(), root: root.to_owned() }
    }

    /// Build, tag and push, as far as they are asked for.
    pub async fn images(&self, request: &Request) -> Result<Option<Exit>, Failure> {
        let looks = self.common.check || self.common.dry_run;
        for (step, mut args) in steps(request) {
            if looks {
                args.push("--check".into());
            }
            if looks && request.output == Output::Json {
                args.extend(["--output".into(), "json".into()]);
            }
            let mut command = self.command(step)?;
            command.args(args);
            let ended = child::run(command, None, Keep::Stdout).await;
            let ended = ended.map_err(|error| cannot_run(step, &error))?;
            match Exit::of_child(ended.status) {
                Exit::Done => {}
                // Without it, nothing can be said of what comes behind it.
                Exit::CheckFound if looks => {
                    write_out(ended.stdout)?;
                    let dry = !self.common.check;
                    return Ok(Some(if dry { Exit::Done } else { Exit::CheckFound }));
                }
                exit => return Ok(Some(exit)),
            }
        }
        Ok(None)
    }

    /// ds-rewrite as a filter; `sets` are references that count more than the cards.
    pub async fn rewrite(
        &self,
        input: Input,
        sets: &[(String, String)],
    ) -> Result<Stepped, Failure> {
        let mut args: Vec<OsString> = vec!["--digest".into()];
        // Each deployment has some of the images: that others are not in it is no news.
        if !self.common.quiet && self.common.verbose == 0 {
            args.push("--quiet".into());
        }
        for (name, reference) in sets {
            args.extend(["--set".into(), format!("{name}={reference}").into()]);
        }
        let input = match input {
            Input::Files(files) => {
                args.push("--".into());
                args.extend(files.into_iter().map(PathBuf::into_os_string));
                None
            }
            Input::Text(text) => Some(text),
        };
        self.step("ds-rewrite", args, input, Keep::Stdout).await
    }

    /// ds-secret, which finds in the manifests what needs a pull secret.
    pub async fn secret(&self, args: &[String], manifests: Vec<u8>) -> Result<Stepped, Failure> {
        let mut all: Vec<OsString> = args.iter().map(Into::into).collect();
        all.extend(["--as-configured".into(), "--for".into(), "-".into()]);
        self.step("ds-secret", all, Some(manifests), Keep::Stdout).await
    }

    /// Runs a step to its end.
    pub async fn step(
        &self,
        name: &str,
        args: Vec<OsString>,
        input: Option<Vec<u8>>,
        keep: Keep,
    ) -> Result<Stepped, Failure> {
        let mut command = self.command(name)?;
        command.args(args);
        let ended = child::run(command, input, keep).await.map_err(|e| cannot_run(name, &e))?;
        match ended.status.success() {
            true => Ok(Stepped::Done(ended.stdout)),
            false => Ok(Stepped::Ended(Exit::of_child(ended.status))),
        }
    }

    /// The executable with the options of every step, in the project's root.
    pub fn command(&self, name: &str) -> Result<Command, Failure> {
        let mut command = Command::new(self.path(name)?);
        command.args(self.common.to_args()).current_dir(&self.root);
        Ok(command)
    }

    pub fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        (self.find)(name)
    }

    pub fn common(&self) -> &Common {
        &self.common
    }
}

/// What ds-rewrite reads.
pub enum Input {
    Files(Vec<PathBuf>),
    Text(Vec<u8>),
}

pub fn cannot_run(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("cannot run `{name}`: {error}"))
}

fn steps(request: &Request) -> Vec<(&'static str, Vec<OsString>)> {
    let flag = |on: bool, name: &str| on.then(|| name.into());
    let reuse: Vec<OsString> = match request.reuse {
        Some(Reuse::Registry) => vec!["--reuse".into(), "registry".into()],
        Some(Reuse::Never) => vec!["--reuse".into(), "never".into()],
        None => Vec::new(),
    };
    let mut steps: Vec<(&'static str, Vec<OsString>)> = Vec::new();
    if !request.skip_build {
        let own = [flag(request.force_build, "--force"), flag(request.no_hooks, "--no-hooks")];
        steps.push(("ds-build", own.into_iter().flatten().chain(reuse.clone()).collect()));
    }
    steps.push(("ds-tag", Vec::new()));
    let own = flag(request.skip_push, "--skip-push");
    steps.push(("ds-push", own.into_iter().chain(reuse).collect()));
    steps
}
