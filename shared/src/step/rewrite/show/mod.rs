//! What is printed in place of manifests, or beside their being written.

use serde_json::json;

use super::Show;
use super::collect::Done;
use crate::manifest::Edit;
use crate::step::report::write_out;
use crate::ui::failure::Failure;
use diff::Diff;

mod diff;
pub(super) mod list;

/// What will be printed, once all input is done.
pub(super) enum Shown {
    Nothing,
    Edits(Vec<Edit>),
    Diff(Diff),
}

impl Shown {
    pub fn of(show: Show) -> Self {
        match show {
            Show::Manifests | Show::Images(_) => Self::Nothing,
            Show::Edits => Self::Edits(Vec::new()),
            Show::Diff => Self::Diff(Diff::for_stdout()),
        }
    }

    /// Takes a source's edits, which nobody needs any more.
    pub fn add(&mut self, done: &mut Done) {
        match self {
            Self::Nothing => {}
            Self::Edits(edits) => edits.append(&mut done.rewritten.edits),
            Self::Diff(diff) => diff.add(&done.source, &done.input.bytes, &done.rewritten.edits),
        }
    }

    pub fn print(self) -> Result<(), Failure> {
        match self {
            Self::Nothing => Ok(()),
            Self::Edits(edits) => write_out(format!("{:#}\n", json!(edits))),
            Self::Diff(diff) => write_out(diff.text()),
        }
    }
}
