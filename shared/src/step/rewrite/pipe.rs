//! Manifests to stdout, piece by piece, in bounded memory.
//!
//! The output is kept in a spool until all of the input is known to be good, so that a
//! broken stream is never applied by half. With `--stream`, each document is printed as
//! soon as it is whole, up to the first that is broken.

use std::fs::File;
use std::io::{self, Read, Write};

use super::input::Input;
use super::references::Knowledge;
use super::{Request, collect, row, told};
use crate::manifest::input::{Joiner, Source};
use crate::manifest::{self, Edit, Flow, InputError, Piece, Told, Unresolved};
use crate::step::report::Report;
use crate::ui::event::Reporter;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::spool::Spool;

/// Rewrites all sources. Prints unless it is a `check` only.
pub(super) fn run(
    sources: &[Source],
    request: &Request,
    knowledge: &Knowledge,
    check: bool,
    verbose: bool,
    reporter: &dyn Reporter,
) -> Result<Report, Failure> {
    let out = match () {
        () if check => Out::Nothing,
        () if request.stream => Out::Stdout,
        () => Out::Spool(Spool::default()),
    };
    let mut pipe = Pipe {
        sources,
        request,
        reporter,
        out,
        joiner: Joiner::new(sources.len() > 1),
        file: None,
        seen: told::Seen::default(),
        changed: false,
        failures: Vec::new(),
    };
    let flow = Flow { eager: request.stream, edits: false };
    let options = request.manifest_options();
    let inputs = sources.iter().map(open);
    manifest::rewrite_all(inputs, &knowledge.replacements, &options, flow, |told| pipe.take(told));
    let Pipe { out, seen, changed, failures, .. } = pipe;
    if !failures.is_empty() && (!request.keep_going || request.stream) {
        return Ok(Report { failures, ..Report::default() });
    }
    told::unmatched(knowledge, &seen, request, verbose, reporter);
    if let Out::Spool(spool) = out
        && let Err(Stop::Fatal(failure)) = printed(spool.write_to(&mut io::stdout().lock()))
    {
        return Err(failure);
    }
    Ok(Report { rows: vec![row(changed)], failures, ..Report::default() })
}

fn open(source: &Source) -> manifest::Input<'static> {
    let reader: io::Result<Box<dyn Read + Send>> = match source {
        Source::Stdin => Ok(Box::new(io::stdin())),
        Source::File { path, .. } => File::open(path).map(|file| Box::new(file) as _),
    };
    manifest::Input { name: source.name().to_owned(), reader }
}

/// Where the output goes.
enum Out {
    Nothing,
    Spool(Spool),
    Stdout,
}

/// What is known of the source that is being read.
struct OneFile {
    /// Of the spool, before this source.
    length: u64,
    joiner: Joiner,
    changed: bool,
    edits: Vec<Edit>,
    unresolved: Vec<Unresolved>,
    /// The begin of what is made of it, as far as there is room.
    text: Vec<u8>,
    full: bool,
}

struct Pipe<'r> {
    sources: &'r [Source],
    request: &'r Request,
    reporter: &'r dyn Reporter,
    out: Out,
    joiner: Joiner,
    file: Option<OneFile>,
    seen: told::Seen,
    changed: bool,
    failures: Vec<Failure>,
}

impl OneFile {
    fn new(length: u64, joiner: Joiner) -> Self {
        let (edits, unresolved, text) = (Vec::new(), Vec::new(), Vec::new());
        Self { length, joiner, changed: false, edits, unresolved, text, full: false }
    }
}

/// Why the next piece is not wanted, or the source not good.
enum Stop {
    /// The reader of stdout has gone away.
    Gone,
    Bad(Failure),
    Fatal(Failure),
}

impl Pipe<'_> {
    /// Whether more is wanted.
    fn take(&mut self, told: Told<Piece>) -> bool {
        let done = match told {
            Told::Piece(_, piece) => self.piece(piece),
            Told::End(index) => self.end(index),
            Told::Failed(index, error) => Err(Stop::Bad(self.failure(index, error))),
        };
        match done {
            Ok(()) => true,
            Err(Stop::Gone) => false,
            Err(Stop::Fatal(failure)) => {
                self.failures.push(failure);
                false
            }
            Err(Stop::Bad(failure)) => {
                self.failures.push(failure);
                self.undo()
            }
        }
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Stop> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let length = if let Out::Spool(spool) = &self.out { spool.len() } else { 0 };
                let begun = OneFile::new(length, self.joiner);
                self.joiner.begin_file();
                none.insert(begun)
            }
        };
        file.changed |= piece.count > 0;
        file.edits.extend(piece.edits);
        file.unresolved.extend(piece.unresolved);
        file.full |= !self.seen.has_room(file.text.len() + piece.bytes.len());
        if !file.full {
            file.text.extend_from_slice(&piece.bytes);
        }
        if self.request.stream {
            self.tell_unresolved()?;
        }
        let bytes = self.joiner.take(piece.bytes);
        match &mut self.out {
            Out::Nothing => Ok(()),
            Out::Spool(spool) => spool.push(bytes).map_err(|error| Stop::Fatal(no_room(&error))),
            Out::Stdout => {
                let mut out = io::stdout().lock();
                printed(out.write_all(&bytes).and_then(|()| out.flush()))
            }
        }
    }

    fn end(&mut self, index: usize) -> Result<(), Stop> {
        self.tell_unresolved()?;
        let Some(file) = self.file.take() else { return Ok(()) };
        told::aliases(&file.edits, self.reporter);
        self.changed |= file.changed;
        let name = self.sources[index].name().to_owned();
        self.seen.keep(Input { name, bytes: file.text, file: None });
        Ok(())
    }

    fn tell_unresolved(&mut self) -> Result<(), Stop> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let unresolved = std::mem::take(&mut file.unresolved);
        collect::unresolved(&unresolved, self.request, self.reporter).map_err(Stop::Bad)
    }

    fn failure(&self, index: usize, error: InputError) -> Failure {
        match error {
            InputError::Data(errors) => errors.into(),
            InputError::Read(error) => {
                let name = self.sources[index].name();
                Failure::new(Exit::Data, format!("cannot read `{name}`: {error}"))
            }
        }
    }

    /// Takes back what came of a bad source; whether others are read.
    fn undo(&mut self) -> bool {
        let Some(file) = self.file.take() else { return !self.request.stream };
        self.joiner = file.joiner;
        if let Out::Spool(spool) = &mut self.out
            && let Err(error) = spool.truncate(file.length)
        {
            self.failures.push(no_room(&error));
            return false;
        }
        !self.request.stream
    }
}

fn no_room(error: &io::Error) -> Failure {
    let text = format!("the output cannot be kept in a temporary file: {error}");
    Failure::new(Exit::Failed, text).hint("`TMPDIR` says where it is put")
}

fn printed(written: io::Result<()>) -> Result<(), Stop> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Stop::Gone),
        Err(error) => {
            let text = format!("cannot write to stdout: {error}");
            Err(Stop::Fatal(Failure::new(Exit::Failed, text)))
        }
        Ok(()) => Ok(()),
    }
}
