//! Hooks of the config: commands before and after a stage.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

#[cfg(feature = "engine")]
use super::run::Run;
use crate::config::{Hook, HookPoint, HookStage, Project};
#[cfg(feature = "engine")]
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Runs the hooks of a point, in the order of the config. The first that fails ends it.
#[cfg(feature = "engine")]
pub fn run(run: &Run, before: bool, stage: HookStage, name: &str) -> Result<(), Failure> {
    for hook in of(&run.project, before, stage, name) {
        run.reporter.note(Level::Info, format!("hook `{}`", hook.command));
        judge(hook, command(&run.project, hook).status())?;
    }
    Ok(())
}

/// The hooks of a point.
pub fn of<'p>(
    project: &'p Project,
    before: bool,
    stage: HookStage,
    name: &str,
) -> impl Iterator<Item = &'p Hook> + use<'p> {
    let point = HookPoint { before, stage, name: name.to_owned() };
    project.hooks.iter().filter(move |hook| hook.when.contains(&point))
}

/// A hook as it is run: in the project's root, its output on stderr, since stdout is for
/// results.
pub fn command(project: &Project, hook: &Hook) -> Command {
    let mut command = Command::new(program(project, &hook.command));
    command.args(&hook.args).current_dir(&project.root);
    command.stdin(Stdio::null()).stdout(std::io::stderr());
    command
}

/// How a hook ended, as a failure where it did not end well.
pub fn judge(hook: &Hook, ended: std::io::Result<ExitStatus>) -> Result<(), Failure> {
    let failed = |why: String| Failure::new(Exit::Failed, format!("hook `{}` {why}", hook.command));
    match ended {
        Err(error) => Err(failed(format!("cannot start: {error}"))),
        Ok(status) if !status.success() => Err(failed(format!("failed ({status})"))),
        Ok(_) => Ok(()),
    }
}

/// A command with a `/` in it lies in the project; any other is looked for on PATH.
fn program(project: &Project, command: &str) -> PathBuf {
    if command.contains('/') { project.root.join(command) } else { command.into() }
}
