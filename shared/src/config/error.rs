//! What is wrong with a config, each problem at its place in a file.
//!
//! A problem shows the line as it stands in the file, with `${NAME}` in it, and
//! never what a variable stands for: it may be a secret.

use std::fmt;
use std::path::PathBuf;

use crate::util::fs::PathError;
use crate::util::place::Place;

/// Why a config could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No config in the working directory nor above it.
    #[error("no `devspace.yaml` in `{}` or in any folder above it{}", start.display(), also(other.as_deref()))]
    NotFound {
        start: PathBuf,
        /// A file that looks as if it was meant to be the config.
        other: Option<PathBuf>,
    },
    /// A file that is there cannot be read.
    #[error(transparent)]
    Read(PathError),
    /// The answers to variables cannot be stored.
    #[error(transparent)]
    Answers(PathError),
    /// The config is wrong; at least one problem, in the order of the files.
    #[error("{0}")]
    Invalid(Problems),
}

fn also(other: Option<&std::path::Path>) -> String {
    other.map_or_else(String::new, |path| format!(" (there is a `{}`)", path.display()))
}

/// The problems of one config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// One line, without the place.
    pub message: String,
    /// `None` where it is about no file, such as a `--var`.
    pub place: Option<Place>,
    /// The line with a caret under the column.
    pub snippet: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem that stands in no file.
    pub fn general(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { message: message.into(), place: None, snippet: None, hint }
    }
}

/// `file:line:column: message`, then the snippet and the hint on lines of their own.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(snippet) = &self.snippet {
            write!(f, "\n{snippet}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Invalid(Problems(vec![problem]))
    }
}
