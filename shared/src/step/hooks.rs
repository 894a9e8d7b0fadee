//! Hooks of the config: commands before and after a stage.

use std::process::{Command, Stdio};

use super::run::Run;
use crate::config::{HookPoint, HookStage};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Runs the hooks of a point, in the order of the config, in the project's root.
/// Their output goes to stderr: stdout is for results. The first that fails ends it.
pub fn run(run: &Run, before: bool, stage: HookStage, name: &str) -> Result<(), Failure> {
    let point = HookPoint { before, stage, name: name.to_owned() };
    for hook in run.project.hooks.iter().filter(|hook| hook.when.contains(&point)) {
        run.reporter.note(Level::Info, format!("hook `{}`", hook.command));
        let mut command = Command::new(program(run, &hook.command));
        command.args(&hook.args).current_dir(&run.project.root);
        command.stdin(Stdio::null()).stdout(std::io::stderr());
        let failed =
            |why: String| Failure::new(Exit::Failed, format!("hook `{}` {why}", hook.command));
        let status = command.status().map_err(|error| failed(format!("cannot start: {error}")))?;
        if !status.success() {
            return Err(failed(format!("failed ({status})")));
        }
    }
    Ok(())
}

/// A command with a `/` in it lies in the project; any other is looked for on PATH.
fn program(run: &Run, command: &str) -> std::path::PathBuf {
    if command.contains('/') { run.project.root.join(command) } else { command.into() }
}
