//! The rooms' errors as failures of ds.

use shared::state;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::fs::PathError;

/// An error of the state, with the exit code of its kind.
pub fn of_state(error: &state::Error) -> Failure {
    use state::Error as E;
    let exit = match error {
        E::NoFolder(_) | E::Write(_) | E::Output(_) => Exit::Failed,
        E::Locked { .. } | E::Overtaken(_) => Exit::Later,
        _ => Exit::Data,
    };
    Failure { hint: error.hint(), ..Failure::new(exit, error.to_string()) }
}

/// A file that cannot be written, or a program that cannot be run.
pub fn of_path(error: &PathError) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
