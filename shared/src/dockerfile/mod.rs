//! Dockerfiles: instructions with spans, stages, what COPY reads, overrides.
//!
//! Works on text alone: no file system, no engine. The rules are BuildKit's;
//! where the classic builder differs, what is known of a build is the less sure
//! of both.
//!
//! ```text
//! lex          bytes → logical lines, directives, heredocs
//! parse        lines → instructions with spans
//! expand       words: variables, quotes, escapes
//! scope        what ARG, ENV and the platform say
//! stages       names, numbers, which stages a target needs
//! reach        what of the context those can read
//! images       which images from outside they use, ports
//! entrypoint   another ENTRYPOINT and CMD in the text
//! rename       other names for images from outside in the text
//! duration     times, as Go writes them
//! diff         what differs between two texts, for people
//! ```

mod arguments;
mod diff;
mod duration;
mod entrypoint;
mod error;
pub mod expand;
mod heredoc;
mod images;
pub mod instruction;
mod lex;
mod mount;
mod parse;
mod path;
mod reach;
mod rename;
mod scope;
mod stages;
mod words;

#[cfg(test)]
mod tests;

pub use diff::{Edit, diff};
pub use duration::nanoseconds;
pub use entrypoint::with_entrypoint;
pub use error::{Error, Kind};
pub use heredoc::Heredoc;
pub(crate) use heredoc::of_word;
pub use images::{ImageUse, What, exposed_ports, image_uses, leaves_triggers};
pub use instruction::{Body, Dockerfile, Instruction};
pub use lex::Directive;
pub use mount::Mount;
pub use parse::parse;
pub use reach::reach;
pub use rename::with_images;
pub use scope::{BuildArgs, Platform, Scope, Text};
pub(crate) use stages::Origin;
pub use stages::{Base, ReachOptions, Stage, Stages};

/// Which paths of the context a build can read, decided from the Dockerfile's text alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The text does not tell; `why` is one line for people.
    Whole { why: String },
    /// These sources only.
    Narrow(Vec<CopySource>),
}

/// One source of a COPY, ADD or bind mount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CopySource {
    /// Cleaned, `/`-separated, relative to the context (`.`: all of it); may hold
    /// wildcards of Go's `filepath.Match` (`*`, `?`, `[a-z]`, `\\`), a component each,
    /// and `**` where `wildcard` says so.
    pub pattern: Vec<u8>,
    /// Of what lies in a folder that `pattern` names, only what this matches, in
    /// .dockerignore syntax and relative to the folder (`--parents`).
    pub only: Option<Vec<u8>>,
    /// Patterns of `--exclude`, in .dockerignore syntax, relative to the folder that
    /// `pattern` names; a file that it names itself is never excluded.
    pub excludes: Vec<Vec<u8>>,
    /// Whether wildcards count (not in bind mounts).
    pub wildcard: bool,
    /// Line of the instruction, from 1.
    pub line: usize,
}
