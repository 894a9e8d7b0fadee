//! Where rewritten manifests go: the one place that writes them.
//!
//! Everything is gathered first and written by [`Written::finish`], when all of the
//! input is known to be good.

use super::collect::Done;
use super::input::Input;
use super::{Destination, Request, Show};
use crate::manifest::input::join;
use crate::step::report::write_out;
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
    Stream(Vec<u8>),
    Folder(Folder),
    InPlace(InPlace),
}

impl Written {
    pub fn of(request: &Request, check: bool) -> Result<Self, Failure> {
        let to = match (&request.into, request.show) {
            (Destination::Folder(folder), _) => To::Folder(Folder::new(folder)?),
            (Destination::Place, _) => To::InPlace(InPlace::default()),
            (Destination::Stdout, Show::Manifests) if !check => To::Stream(Vec::new()),
            (Destination::Stdout, _) => To::Nowhere,
        };
        Ok(Self { changed: false, to })
    }

    /// Takes a source; what was read of it comes back.
    pub fn add(&mut self, done: Done) -> Result<Input, Failure> {
        let changed = done.changed;
        match &mut self.to {
            To::Nowhere => {}
            To::Stream(stream) if stream.is_empty() => *stream = done.rewritten.bytes,
            To::Stream(stream) => join(stream, &done.rewritten.bytes),
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
            To::Stream(stream) => write_out(stream)?,
            To::Folder(folder) => return folder.write(acts, reporter),
            To::InPlace(files) => files.write(acts, reporter)?,
        }
        Ok(self.changed)
    }
}
