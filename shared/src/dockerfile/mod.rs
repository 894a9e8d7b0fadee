//! Dockerfiles: instructions with spans, stages, what COPY reads, overrides.
//!
//! Works on text alone: no file system, no engine.

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
    /// Patterns of `--exclude`, in .dockerignore syntax, relative to the context.
    pub excludes: Vec<Vec<u8>>,
    /// Whether wildcards count (not in bind mounts).
    pub wildcard: bool,
    /// Line of the instruction, from 1.
    pub line: usize,
}
