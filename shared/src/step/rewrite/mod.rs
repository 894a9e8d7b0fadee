//! `ds-rewrite`: the references of the cards, put into manifests.
//!
//! Nothing is printed before all of the input has been rewritten and proved, so
//! that a broken stream is never applied by half.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::options::Options;
use super::report::{Report, Row, end, write_out};
use crate::manifest::input::{Source, expand};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use done::Done;
pub use references::Place;

mod done;
mod input;
mod references;

/// What the command line asks of a rewrite.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files, folders, globs, `-`; none: stdin.
    pub manifests: Vec<PathBuf>,
    /// `NAME=REF`
    pub sets: Vec<String>,
    /// Lock and result files of other tools.
    pub from: Vec<PathBuf>,
    /// Write what was last deployed, not what was last tagged.
    pub to: Option<Place>,
    pub everywhere: bool,
    pub unresolved: Unresolved,
    /// Write `repository:tag@digest` where the digest is known.
    pub digest: bool,
    pub show: Show,
}

/// What a site without a tag to write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    Error,
    Warn,
    Ignore,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    Manifests,
    /// Each image in the input, with its place.
    Images,
    /// The edits as JSON.
    Edits,
}

/// From options to exit code.
pub fn main(options: Options, request: &Request) -> ExitCode {
    let common = options.common.clone();
    end(rewrite(options, request), &common, None)
}

fn rewrite(options: Options, request: &Request) -> Result<Report, Failure> {
    let reporter = options.reporter();
    let streams = options.streams();
    let check = options.common.check;
    let reads_stdin = request.manifests.is_empty()
        || request.manifests.iter().any(|path| path.as_os_str() == "-");
    if streams && reads_stdin {
        return Err(Failure::new(Exit::Usage, "stdin carries the state, not manifests")
            .hint("name files or folders of manifests as arguments"));
    }
    let knowledge = references::gather(options, request)?;
    let sources = match request.manifests.is_empty() {
        true => vec![Source::Stdin],
        false => expand(&request.manifests, Path::new(""))
            .map_err(|error| Failure::new(Exit::Data, error.to_string()))?,
    };
    let done = Done::collect(&sources, request, &knowledge.replacements)?;
    done.tell_untagged(request.unresolved, &*reporter)?;
    if !check {
        write_out(match request.show {
            Show::Manifests => Cow::Borrowed(done.stream.as_slice()),
            Show::Edits => Cow::Owned(format!("{:#}\n", json!(done.edits)).into_bytes()),
            Show::Images => Cow::Owned(done.list()),
        })?;
    }
    let row = Row {
        image: String::new(),
        changed: done.edits.iter().any(|edit| edit.old != edit.new),
        text: String::new(),
        facts: serde_json::Map::new(),
    };
    Ok(Report { rows: vec![row], failures: Vec::new() })
}
