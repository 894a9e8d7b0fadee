//! How an embedded build fails: where in the Dockerfile, and what kind of failure it is.

use super::{base, copy, layer, metadata, store};
use crate::dockerfile;
use crate::registry::layout;
use crate::ui::event::Reporter;
use crate::util::chain::chain;
use crate::util::fs::PathError;
use crate::util::place::Place;

/// What the caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The Dockerfile is wrong, or asks for what is not carried out.
    Data,
    /// The build itself.
    Failed,
    Unreachable,
    Auth,
    Later,
    Cancelled,
}

/// See the module.
#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    /// Where the instruction stands.
    pub place: Option<Place>,
    /// One line.
    pub message: String,
    pub hint: Option<String>,
    /// Last lines of a command that failed.
    pub tail: Vec<String>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, place: None, message: message.into(), hint: None, tail: Vec::new() }
    }

    /// Something that this builder does not carry out.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(Kind::Data, message)
    }

    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "the build was ended")
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// Adds the place, where none is known yet.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self
    }
}

impl From<dockerfile::Error> for Error {
    fn from(error: dockerfile::Error) -> Self {
        let dockerfile::Error { place, kind, hint } = error;
        Self { place: Some(place), hint, ..Self::new(Kind::Data, kind.to_string()) }
    }
}

impl From<metadata::Error> for Error {
    fn from(error: metadata::Error) -> Self {
        Self::new(Kind::Data, error.to_string())
    }
}

impl From<super::variables::Failed> for Error {
    fn from(failed: super::variables::Failed) -> Self {
        metadata::Error::from(failed).into()
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::new(Kind::Failed, chain(&error))
    }
}

impl From<layer::Error> for Error {
    fn from(error: layer::Error) -> Self {
        copy::Error::from(error).into()
    }
}

impl From<layout::Error> for Error {
    fn from(error: layout::Error) -> Self {
        Self::new(Kind::Failed, chain(&error))
    }
}

impl From<PathError> for Error {
    fn from(error: PathError) -> Self {
        Self::new(Kind::Failed, error.to_string())
    }
}

impl From<base::Error> for Error {
    fn from(error: base::Error) -> Self {
        error.0
    }
}

impl From<copy::Error> for Error {
    fn from(error: copy::Error) -> Self {
        let kind = if is_overtaken(&error) { Kind::Later } else { Kind::Failed };
        let failed = Self::new(kind, chain(&error));
        match kind {
            Kind::Later => failed.hint("run again once nothing writes to it"),
            _ => failed,
        }
    }
}

/// Whether a file of the context changed while it was read.
fn is_overtaken(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut error = Some(error);
    while let Some(one) = error {
        let inner = one.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let context = inner.and_then(|inner| inner.downcast_ref::<crate::context::Error>());
        use crate::context::Error as E;
        if matches!(context, Some(E::Changed(_) | E::Vanished(_))) {
            return true;
        }
        error = one.source();
    }
    false
}

/// Says something about an image, as a line of its output.
pub(super) fn say(reporter: &dyn Reporter, image: &str, line: impl Into<String>) {
    let (image, line) = (image.to_owned(), line.into());
    reporter.event(crate::ui::event::Event::Output { image, line });
}
