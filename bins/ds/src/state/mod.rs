//! `ds state`: looks at states and merges them.

mod merge;
mod show;

pub use show::load;

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

use crate::args::{State, StateCommand};

pub fn run(args: &State) -> Result<Exit, Failure> {
    match &args.command {
        StateCommand::Show(args) => show::run(args),
        StateCommand::Merge(args) => merge::run(args),
    }
}
