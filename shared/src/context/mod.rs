//! The build context: what of it counts, its content key, and the tar that is sent.
//!
//! One matcher and one list of entries serve key, tar and messages alike. The
//! canonical list is described in `KEY.md`. Knows no builder and no engine.

pub mod archive;
mod cover;
mod entries;
mod folder;
mod gather;
pub mod glob;
mod hash;
pub mod ignore;
pub mod key;
mod look;
mod narrow;
mod part;
mod read;
mod select;
pub mod stat_cache;
pub mod tree;
mod walk;
pub mod why;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod property;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::path::PathBuf;

pub use self::entries::{Entries, Entry, Kind};
pub use self::gather::{Ask, Common, Counted, gather};
pub use self::key::{KeyFacts, Request, facts, inputs, list};
pub use self::look::ignore_files;
pub use self::select::{Selection, watched};
pub use self::stat_cache::StatCaches;
use crate::reference::Digest;
use crate::util::fs::PathError;

/// What a build is made of, and the key over it.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// SHA-256 over the canonical list.
    pub key: Digest,
    /// `Some(why)` when the key covers the whole context.
    pub whole: Option<String>,
    /// The canonical list's lines before the entries: name and value.
    pub facts: Vec<(String, String)>,
    /// Sorted by path bytes.
    pub entries: Entries,
    /// Whether a COPY would take any name in the context's root, listed or not
    /// (the whole context, `.`, a wildcard in the first component).
    pub open_root: bool,
}

impl Inputs {
    /// Computes the key over facts and entries.
    pub fn of(facts: Vec<(String, String)>, whole: Option<String>, entries: Entries) -> Self {
        let key = key::digest(&facts, whole.is_some(), &entries);
        Self { key, open_root: whole.is_some(), whole, facts, entries }
    }

    /// The same over what was gathered.
    pub fn of_counted(facts: Vec<(String, String)>, counted: Counted) -> Self {
        let Counted { whole, entries, open_root } = counted;
        Self { open_root, ..Self::of(facts, whole, entries) }
    }

    /// Bytes of all files.
    pub fn size(&self) -> u64 {
        self.entries.iter().map(|entry| entry.kind.size()).sum()
    }
}

/// Why a context has no key or can't be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Ignore(#[from] ignore::Error),
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("the context `{}` is not a folder", .0.display())]
    NotFolder(PathBuf),
    #[error("`{}` changed while it was read", .0.display())]
    Changed(PathBuf),
    #[error("`{}` vanished while the context was read", .0.display())]
    Vanished(PathBuf),
    #[error("cannot send the context: {0}")]
    Send(#[source] std::io::Error),
    #[error("the context's names take more than 4 GiB")]
    TooLarge,
}

impl Error {
    /// The same error once more, for another image that it concerns.
    fn again(&self) -> Self {
        match self {
            Self::Path(error) => {
                let PathError { action, path, source } = error;
                let source = match source.raw_os_error() {
                    Some(code) => std::io::Error::from_raw_os_error(code),
                    None => std::io::Error::new(source.kind(), source.to_string()),
                };
                PathError { action, path: path.clone(), source }.into()
            }
            Self::Ignore(error) => Self::Ignore(error.clone()),
            Self::NotFolder(path) => Self::NotFolder(path.clone()),
            Self::Changed(path) => Self::Changed(path.clone()),
            Self::Vanished(path) => Self::Vanished(path.clone()),
            Self::Send(error) => Self::Send(std::io::Error::new(error.kind(), error.to_string())),
            Self::TooLarge => Self::TooLarge,
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Changed(_) | Self::Vanished(_) => {
                Some("run again once nothing writes to it, or name it in .dockerignore")
            }
            Self::Path(error) if error.source.kind() == std::io::ErrorKind::PermissionDenied => {
                Some("make it readable, or name it in .dockerignore")
            }
            _ => None,
        }
    }
}
