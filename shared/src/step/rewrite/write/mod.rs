//! Where rewritten manifests go: the one place that writes them.
//!
//! Everything is gathered first and written by [`Written::finish`], when all of the
//! input is known to be good.

use super::collect::Done;
use super::input::Input;
use super::{Destination, Request};
use crate::ui::event::Reporter;
use crate::ui::failure::Failure;
use folder::Folder;
use in_place::InPlace;

pub(super) mod folder;
mod in_place;

/// What will be written.
pub(super) struct Written {
    /// Whether an edit changes something.
    changed: bool,
    to: To,
}

enum To {
    /// Something else is printed.
    Nowhere,
    Folder(Folder),
    InPlace(InPlace),
}

impl Written {
    pub fn of(request: &Request) -> Result<Self, Failure> {
        let to = match &request.into {
            Destination::Folder(folder) => To::Folder(Folder::new(folder)?),
            Destination::Place => To::InPlace(InPlace::default()),
            // What is printed then is no manifest; these go through the pipe.
            Destination::Stdout => To::Nowhere,
        };
        Ok(Self { changed: false, to })
    }

    /// Takes a source; what was read of it comes back.
    pub fn add(&mut self, done: Done) -> Result<Input, Failure> {
        let changed = done.changed;
        match &mut self.to {
            To::Nowhere => {}
            To::Folder(folder) => folder.add(&done.source, &done.input, done.rewritten.bytes)?,
            To::InPlace(files) if changed => {
                files.add(&done.source, &done.input, done.rewritten.bytes)?;
            }
            To::InPlace(_) => {}
        }
        self.changed |= changed;
        Ok(done.input)
    }

    /// Writes, if the run `acts`. Returns whether something changed, or would.
    pub fn finish(self, acts: bool, reporter: &dyn Reporter) -> Result<bool, Failure> {
        match self.to {
            To::Nowhere => {}
            To::Folder(folder) => return folder.write(acts, reporter),
            To::InPlace(files) => files.write(acts, reporter)?,
        }
        Ok(self.changed)
    }
}
