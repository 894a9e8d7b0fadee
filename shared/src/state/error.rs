//! Why a state cannot be read, saved or changed.
//!
//! The variants tell a caller which exit code fits: `Unreadable` to `NoState`
//! are bad data, `NoFolder` to `Output` a failure to save, `Locked` and
//! `Overtaken` mean that trying again may help.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::card::VariantName;
use crate::reference::Digest;
use crate::util::fs::PathError;

/// A state that cannot be used. None of these ever overwrites what is there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the state is unreadable: {0}")]
    Unreadable(#[source] PathError),
    #[error("the state `{0}` is not a regular file")]
    NotAFile(PathBuf),
    #[error("the state `{file}` is larger than {limit} bytes")]
    TooLarge { file: String, limit: u64 },
    #[error("{file}:{line}:{column}: the state is nested more than {limit} deep")]
    TooDeep { file: String, line: usize, column: usize, limit: usize },
    #[error("the state `{file}` is empty")]
    Empty { file: String },
    #[error("{file}:{line}:{column}: the state ends in the middle")]
    Torn { file: String, line: usize, column: usize },
    #[error("`{file}` is not a state of ds: {why}")]
    Foreign { file: String, why: String },
    #[error("the state `{file}` has the format `{schema}`; this version knows `{}`", super::SCHEMA)]
    Newer { file: String, schema: String },
    #[error("{file}:{line}:{column}: the state is malformed: {why}")]
    Malformed { file: String, line: usize, column: usize, why: String },
    #[error("no state arrived on standard input")]
    NoState,

    #[error("the folder `{0}` for the state does not exist")]
    NoFolder(PathBuf),
    #[error("the state is not saved: {0}")]
    Write(#[source] PathError),
    #[error("the state cannot be written to standard output: {0}")]
    Output(#[source] io::Error),

    #[error("another run has held the lock `{path}` for {} s", .waited.as_secs())]
    Locked { path: PathBuf, waited: Duration },
    #[error(transparent)]
    Overtaken(#[from] Overtaken),
}

impl Error {
    /// What can be done about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable(_) => {
                "check its permissions, or name another file with `--state`".into()
            }
            Self::NotAFile(_) => {
                "use `--state -` to read standard input and write standard output".into()
            }
            Self::Newer { .. } => {
                "use the newer version of ds that wrote it, or another `--state`".into()
            }
            Self::NoState => "did the step before fail?".into(),
            Self::NoFolder(folder) => format!("make it: `mkdir -p {}`", folder.display()),
            Self::Write(error) => write_hint(&error.source)?.into(),
            Self::Output(_) => return None,
            Self::Locked { .. } => "try again when the other run has ended".into(),
            Self::Overtaken(_) => "run the step again: it takes up what is there now".into(),
            _ => "it was left as it is; move it away to start afresh".into(),
        })
    }
}

fn write_hint(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room and run the step again; the old state is whole"
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            "name a file in a writable folder with `--state`"
        }
        _ => return None,
    })
}

/// What a step worked on is no longer what the card holds, so that its result
/// would be put onto something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("image `{image}` ({variant}) {}; this result is dropped", .change)]
pub struct Overtaken {
    pub image: String,
    pub variant: VariantName,
    pub change: Change,
}

/// How a card changed under a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It holds another artifact now.
    Rebuilt { now: Digest },
    /// Its build or its tags are gone.
    Gone,
    /// It holds other tags now.
    Retagged,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rebuilt { now } => {
                let short: String = now.hex().chars().take(12).collect();
                write!(f, "was rebuilt by another run meanwhile (now {short})")
            }
            Self::Gone => f.write_str("was removed from the state meanwhile"),
            Self::Retagged => f.write_str("was tagged anew by another run meanwhile"),
        }
    }
}
