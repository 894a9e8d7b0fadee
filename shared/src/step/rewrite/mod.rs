//! `ds-rewrite`: the references of the cards, put into manifests.
//!
//! All input is read and proved before anything is printed or written: where one file
//! is bad, nothing is, so that a broken stream or folder is never applied by half. All
//! that is wrong in any file is told. `--keep-going` leaves the bad files out instead.
//! Manifests to stdout go through [`pipe`], piece by piece; for all else, one place reads
//! ([`input`]), one writes ([`write`]).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Options, Output};
use super::report::{Report, Row, end};
use crate::manifest;
use crate::manifest::input::{Source, expand};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

mod collect;
mod input;
mod pipe;
mod references;
mod rules;
mod show;
mod told;
mod write;

pub use references::Place;

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
    pub unresolved: Severity,
    pub form: Form,
    /// Further places of images: `kind=…,path=…,image=…`.
    pub rules: Vec<String>,
    /// Places that are left alone.
    pub exclude: Vec<String>,
    pub show: Show,
    pub into: Destination,
    /// Leave bad files out, and do the others.
    pub keep_going: bool,
    /// Print each document as soon as it is whole.
    pub stream: bool,
}

/// What a new reference is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    #[default]
    Tag,
    /// Tag and digest, where the digest is known.
    Both,
    /// The digest alone; an image without one is unresolved.
    Digest,
}

/// What a site without a tag to write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warn,
    Ignore,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// The manifests, unless they go elsewhere.
    Manifests,
    /// Each image in the input, with its place.
    Images(Output),
    /// The edits as JSON.
    Edits,
    /// The edits as a unified diff.
    Diff,
}

/// Where the manifests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// One stream, if nothing else is shown.
    Stdout,
    /// A tree of its own, below this folder.
    Folder(PathBuf),
    /// Where they came from.
    Place,
}

/// From options to exit code.
pub fn main(options: Options, request: &Request) -> ExitCode {
    let common = options.common.clone();
    end(rewrite(options, request), &common, None)
}

fn rewrite(options: Options, request: &Request) -> Result<Report, Failure> {
    check_stdin(&options, request)?;
    let reporter = options.reporter();
    let acts = !options.common.check && !options.common.dry_run;
    let (verbose, check) = (options.verbosity.tells(Level::Verbose), options.common.check);
    let knowledge = references::gather(options, request)?;
    let sources = sources(request)?;
    if let Show::Images(output) = request.show {
        return show::list::run(&sources, request, &knowledge, output);
    }
    if request.show == Show::Manifests && request.into == Destination::Stdout {
        return pipe::run(&sources, request, &knowledge, check, verbose, &*reporter);
    }
    let mut shown = show::Shown::of(request.show);
    let mut written = write::Written::of(request)?;
    let mut seen = told::Seen::default();
    let mut failures = Vec::new();
    for source in sources {
        match collect::one(source, request, &knowledge, &*reporter) {
            Ok(mut done) => {
                told::aliases(&done.rewritten.edits, &*reporter);
                shown.add(&mut done);
                match written.add(done) {
                    Ok(input) => seen.keep(input),
                    Err(failure) => failures.push(failure),
                }
            }
            Err(failure) => failures.push(failure),
        }
    }
    if !failures.is_empty() && !request.keep_going {
        return Ok(Report { failures, ..Report::default() });
    }
    told::unmatched(&knowledge, &seen, request, verbose, &*reporter);
    let changed = written.finish(acts, &*reporter)?;
    shown.print()?;
    Ok(Report { rows: vec![row(changed)], failures, ..Report::default() })
}

fn row(changed: bool) -> Row {
    Row { image: String::new(), changed, text: String::new(), facts: serde_json::Map::new() }
}

impl Request {
    fn manifest_options(&self) -> manifest::Options {
        manifest::Options { everywhere: self.everywhere }
    }
}

/// Stdin can carry one thing only.
fn check_stdin(options: &Options, request: &Request) -> Result<(), Failure> {
    let dash = |path: &PathBuf| path.as_os_str() == "-";
    let manifests = request.manifests.is_empty() || request.manifests.iter().any(dash);
    let from = request.from.iter().filter(|path| dash(path)).count();
    if options.streams() && manifests {
        return Err(Failure::new(Exit::Usage, "stdin carries the state, not manifests")
            .hint("name files or folders of manifests as arguments"));
    }
    if from > 1 || (from == 1 && (manifests || options.streams())) {
        return Err(Failure::new(
            Exit::Usage,
            "stdin carries one thing only, and `--from -` reads it",
        )
        .hint("name files or folders of manifests as arguments"));
    }
    if manifests && request.into == Destination::Place {
        return Err(Failure::new(Exit::Usage, "stdin has no place to be rewritten in")
            .hint("name the files that `--in-place` shall rewrite"));
    }
    Ok(())
}

/// What is read. The folder that is written to is no part of it.
fn sources(request: &Request) -> Result<Vec<Source>, Failure> {
    if request.manifests.is_empty() {
        return Ok(vec![Source::Stdin]);
    }
    let sources = expand(&request.manifests, Path::new(""))
        .map_err(|error| Failure::new(Exit::Data, error.to_string()))?;
    match &request.into {
        Destination::Folder(folder) => write::folder::without_output(sources, folder),
        _ => Ok(sources),
    }
}
