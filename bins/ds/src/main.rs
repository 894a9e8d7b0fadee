//! `ds`: finds and runs `ds-<name>`, and holds the few commands that are no step.

mod args;
mod completions;
mod deploy;
mod dispatch;
mod doctor;
mod failures;
mod find;
mod help;
mod init;
mod list;
mod man;
mod output;
mod project;
mod schema;
mod state;
mod table;

use std::process::ExitCode;

use args::{Command, Ds};
use clap::FromArgMatches;
use shared::ui::Progress;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

fn main() -> ExitCode {
    let matches = help::command().get_matches();
    let result = match Ds::from_arg_matches(&matches) {
        Ok(ds) => run(ds),
        Err(error) => error.exit(),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.print(Progress::Plain);
            failure.exit.into()
        }
    }
}

fn run(ds: Ds) -> Result<Exit, Failure> {
    if ds.list {
        return list::run();
    }
    match ds.command {
        None => help::run(&[]),
        Some(Command::Help { name }) => help::run(&name),
        Some(Command::Init(args)) => init::run(&args),
        Some(Command::Deploy(args)) => deploy::run(&args),
        Some(Command::Dev(args)) => deploy::dev(&args),
        Some(Command::Status(args)) => deploy::status(&args),
        Some(Command::Purge(args)) => deploy::purge(&args),
        Some(Command::State(args)) => state::run(&args),
        Some(Command::Schema { of }) => schema::run(of),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man { folder }) => man::run(folder.as_deref()),
        Some(Command::Other(words)) => dispatch::run(&words),
    }
}
