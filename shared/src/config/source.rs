//! The texts that a config is read from, and the report that problems go into.
//!
//! Refuses what no config can be: files over 4 MiB and text that is not UTF-8.
//! Knows nothing of keys.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::error::{Error, Problem, Problems};
use super::files::{Disk, Files};
use crate::util::fs::PathContext;
use crate::util::nearest::nearest;
use crate::util::place::Place;

/// Largest file that is read, in bytes; real configs have a few thousand.
const SIZE_MAX: u64 = 4 << 20;
/// So many problems are shown at once.
const PROBLEMS_MAX: usize = 20;

/// Where a node stands: which file, line and column, both from 1. Ordered as the files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct At {
    pub file: usize,
    pub line: usize,
    pub column: usize,
}

struct Source {
    name: String,
    text: String,
    /// `None`: it came from no file.
    path: Option<PathBuf>,
}

/// The files read so far, and what was found in them.
pub(super) struct Report {
    files: Rc<dyn Files>,
    sources: Vec<Source>,
    /// Place, message and hint; the lines are looked up for those that are shown.
    problems: Vec<(At, String, Option<String>)>,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self::new(Rc::new(Disk))
    }
}

impl Report {
    pub fn new(files: Rc<dyn Files>) -> Self {
        let (sources, problems) = (Vec::new(), Vec::new());
        Self { files, sources, problems, notes: Vec::new(), warnings: Vec::new() }
    }

    pub fn is_file(&self, path: &Path) -> bool {
        self.files.is_file(path)
    }

    /// The files that were read, in that order.
    pub fn files_read(&self) -> Vec<PathBuf> {
        self.sources.iter().filter_map(|source| source.path.clone()).collect()
    }

    /// Reads a file; the answer is its index. `name` is what messages call it.
    pub fn read(&mut self, path: &Path, name: &str) -> Result<usize, Error> {
        let bytes = self.files.read(path, SIZE_MAX).at("read", path).map_err(Error::Read)?;
        let Some(bytes) = bytes else {
            let message = format!("`{name}` is too large; a config has at most 4 MiB");
            return Err(Problem::general(message, None).into());
        };
        let index = self.add(name, bytes)?;
        self.sources[index].path = Some(path.to_owned());
        Ok(index)
    }

    /// Adds a text under a name; the answer is its index.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<usize, Error> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let place = Place::of_offset(name, &String::from_utf8_lossy(&bytes[..valid]), valid);
            Problem {
                message: format!("byte 0x{:02x} at offset {valid} is not UTF-8", bytes[valid]),
                place: Some(place),
                snippet: None,
                hint: Some("save the file as UTF-8".to_owned()),
            }
        })?;
        self.sources.push(Source { name: name.to_owned(), text, path: None });
        Ok(self.sources.len() - 1)
    }

    pub fn text(&self, file: usize) -> &str {
        &self.sources[file].text
    }

    pub fn place(&self, at: At) -> Place {
        let name = self.sources.get(at.file).map_or("", |source| &source.name);
        Place::new(name, at.line, at.column)
    }

    /// A problem with its place and line.
    pub fn at(&self, at: At, message: impl Into<String>, hint: Option<String>) -> Problem {
        let place = self.place(at);
        let text = self.sources.get(at.file).map_or("", |source| &source.text);
        // A line that holds a password is not shown, whatever is wrong with it.
        let snippet = place.snippet(text).filter(|line| {
            let line = line.to_lowercase();
            line.len() < 400 && !line.contains("password") && !line.contains("token:")
        });
        Problem { message: message.into(), place: Some(place), snippet, hint }
    }

    pub fn problem(&mut self, at: At, message: impl Into<String>) {
        self.problems.push((at, message.into(), None));
    }

    pub fn problem_hint(&mut self, at: At, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push((at, message.into(), Some(hint.into())));
    }

    pub fn warn(&mut self, at: At, message: &str) {
        self.warnings.push(format!("{}: {message}", self.place(at)));
    }

    /// The known word that is meant, for a hint. `None` also where so much is
    /// wrong already that nobody will see it, or where the word is no word.
    pub fn near<'a>(
        &self,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        if self.problems.len() > PROBLEMS_MAX || word.len() > 100 {
            return None;
        }
        nearest(word, known)
    }

    /// Everything wrong so far, as an error: in the order of the files, each once.
    pub fn settle(&mut self) -> Result<(), Error> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let mut found = std::mem::take(&mut self.problems);
        found.sort_by_key(|(at, ..)| *at);
        found.dedup();
        let more = found.len().saturating_sub(PROBLEMS_MAX);
        found.truncate(PROBLEMS_MAX);
        let mut problems: Vec<Problem> =
            found.into_iter().map(|(at, message, hint)| self.at(at, message, hint)).collect();
        if more > 0 {
            problems.push(Problem::general(format!("{more} more problems"), None));
        }
        Err(Error::Invalid(Problems(problems)))
    }
}
