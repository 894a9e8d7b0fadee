//! Errors of files as failures of ds.

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::fs::PathError;

/// A file that cannot be written, or a program that cannot be run.
pub fn of_path(error: &PathError) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
