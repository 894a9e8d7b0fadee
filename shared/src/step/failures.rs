//! The rooms' errors as failures: which exit code, which hint.

use super::order::Circle;
use super::tag::TagError;
use crate::state;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

impl Failure {
    /// Puts the image's name in front.
    #[must_use]
    pub fn about(mut self, image: &str) -> Self {
        self.error = format!("image `{image}`: {}", self.error);
        self
    }
}

impl From<state::Error> for Failure {
    fn from(error: state::Error) -> Self {
        use state::Error as E;
        let exit = match &error {
            E::NoFolder(_) | E::Write(_) | E::Output(_) => Exit::Failed,
            E::Locked { .. } | E::Overtaken(_) => Exit::Later,
            _ => Exit::Data,
        };
        let hint = error.hint();
        Self { hint, ..Self::new(exit, error.to_string()) }
    }
}

impl From<TagError> for Failure {
    fn from(error: TagError) -> Self {
        let hint = match &error {
            TagError::Grammar { suggestion: Some(tag), .. } => Some(format!("`{tag}` would do")),
            _ => None,
        };
        Self { hint, ..Self::new(Exit::Config, error.to_string()) }
    }
}

impl From<Circle> for Failure {
    fn from(error: Circle) -> Self {
        Self::new(Exit::Config, error.to_string())
            .hint("break the circle: one of these images must not be built from the other")
    }
}
