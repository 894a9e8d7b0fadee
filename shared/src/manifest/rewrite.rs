//! Rewriting and listing, part by part: what callers of the room call.

use std::io::{self, Read};
use std::sync::Arc;

use super::document::{self, Text};
use super::edit::Splice;
use super::error::{Error, Errors, Fault, Kind};
use super::fast::{self, Needles};
use super::output::{self, Base};
use super::place::Cursor;
use super::plan::{self, Found, Spotted};
use super::sites::Scope;
use super::stream::{self, Broken, DOCUMENT_MAX, Part, Parts};
use super::{Edit, Options, Replacements, Rewritten, Site, Unresolved, aliases};
use crate::util::place::Place;

/// So many faults of one input are told.
const FAULTS_MAX: usize = 20;
/// A thread takes parts of about so many bytes together.
const JOB: usize = 128 << 10;

/// Why an input was not worked on to its end.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    #[error("{0}")]
    Read(io::Error),
    #[error("{0}")]
    Data(Errors),
}

/// Something to read, and its name in errors and edits.
pub struct Input<'i> {
    pub name: String,
    pub reader: io::Result<Box<dyn Read + Send + 'i>>,
}

/// How a stream is given on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flow {
    /// Each document as soon as it is whole, up to the first that is broken.
    pub eager: bool,
    /// All edits are wanted, not only those that tell of aliases.
    pub edits: bool,
}

/// A piece of the output: whole documents, rewritten.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    pub bytes: Vec<u8>,
    /// How many edits change a byte, wanted or not.
    pub count: usize,
    /// In the order of the input, places and ranges counted from its begin; see [`Flow`].
    pub edits: Vec<Edit>,
    /// Sites of known images that are not changed.
    pub unresolved: Vec<Unresolved>,
}

/// What is told of the inputs, in their order.
#[derive(Debug)]
pub enum Told<T> {
    /// A piece of the input of this number.
    Piece(usize, T),
    /// That was all of it.
    End(usize),
    /// It could not be read, or it is broken: no more of it follows. What was told of it
    /// before is void, unless documents were wanted at once.
    Failed(usize, InputError),
}

/// Rewrites inputs in bounded memory; `tell` gets the output piece by piece, in order, until
/// it says that it wants no more. A broken input is read to its end for more faults, and the
/// next ones follow; unless `flow` is eager, then nothing follows.
pub fn rewrite_all<'i>(
    inputs: impl Iterator<Item = Input<'i>> + Send,
    replacements: &Replacements,
    options: &Options,
    flow: Flow,
    tell: impl FnMut(Told<Piece>) -> bool + Send,
) {
    let job = Job::new(replacements, options, false);
    let work = |part: Part, file: &str| job.rewrite(part, file, flow.edits);
    run(inputs, flow.eager, work, Piece::shift, tell);
}

/// Tells all images of the inputs, configured or not, in the same way.
pub fn list_all<'i>(
    inputs: impl Iterator<Item = Input<'i>> + Send,
    replacements: &Replacements,
    options: &Options,
    tell: impl FnMut(Told<Vec<Site>>) -> bool + Send,
) {
    let job = Job::new(replacements, options, true);
    let shift = |sites: &mut Vec<Site>, base: Base| {
        sites.iter_mut().for_each(|site| site.place.line += base.lines);
    };
    run(inputs, false, |part: Part, file: &str| job.list(&part, file), shift, tell);
}

impl Piece {
    fn shift(&mut self, base: Base) {
        for edit in &mut self.edits {
            edit.range = edit.range.start + base.bytes..edit.range.end + base.bytes;
            edit.line += base.lines;
            edit.also.iter_mut().for_each(|place| place.line += base.lines);
        }
        self.unresolved.iter_mut().for_each(|unresolved| unresolved.place.line += base.lines);
    }
}

/// A part of the input of a number, or why there is none.
type Numbered = (usize, Arc<str>, Result<Part, Broken>);

/// A part that has been worked on; places are counted from its begin.
struct Done<T> {
    out: T,
    length: usize,
    lines: usize,
    errors: Vec<Error>,
    last: bool,
}

/// What came of a part of an input.
type Worked<T> = (usize, Arc<str>, Result<Done<T>, Broken>);

/// Cuts the inputs, works on the parts, and tells what comes of them.
fn run<'i, T: Send>(
    inputs: impl Iterator<Item = Input<'i>> + Send,
    eager: bool,
    work: impl Fn(Part, &str) -> Done<T> + Sync,
    shift: impl Fn(&mut T, Base) + Send,
    tell: impl FnMut(Told<T>) -> bool + Send,
) {
    let mut parts = parts(inputs, eager);
    // Small inputs are worked on together, in one job.
    let next = || {
        let mut job: Vec<Numbered> = Vec::new();
        let mut size = 0;
        while size < JOB && (job.is_empty() || !eager) {
            let Some(part) = parts.next() else { break };
            size += part.2.as_ref().map_or(0, |part| part.bytes.len());
            job.push(part);
        }
        (!job.is_empty()).then_some(job)
    };
    let work = |job: Vec<Numbered>| -> Vec<Worked<T>> {
        let one = |(index, file, part): Numbered| {
            let done = part.map(|part| work(part, &file));
            (index, file, done)
        };
        job.into_iter().map(one).collect()
    };
    let mut teller = Teller { eager, shift, tell, base: Base::default(), errors: Vec::new() };
    let take = |done: Vec<Worked<T>>| {
        done.into_iter().all(|(index, file, done)| teller.take(index, &file, done))
    };
    stream::run(next, eager, work, take);
}

/// The parts of all inputs, one input after the other.
fn parts<'i>(
    inputs: impl Iterator<Item = Input<'i>>,
    eager: bool,
) -> impl Iterator<Item = Numbered> {
    inputs.enumerate().flat_map(move |(index, input)| {
        let name: Arc<str> = input.name.into();
        let (mut parts, mut failed) = match input.reader {
            Ok(reader) => (Some(Parts::new(reader, eager)), None),
            Err(error) => (None, Some(Err(Broken::Read(error)))),
        };
        let next = move || failed.take().or_else(|| parts.as_mut()?.next());
        std::iter::from_fn(next).map(move |part| (index, name.clone(), part))
    })
}

/// Puts together what is told of an input.
struct Teller<S, F> {
    eager: bool,
    shift: S,
    tell: F,
    /// Where the next part begins.
    base: Base,
    errors: Vec<Error>,
}

impl<S, F> Teller<S, F> {
    /// Whether more is wanted.
    fn take<T>(&mut self, input: usize, file: &str, done: Result<Done<T>, Broken>) -> bool
    where
        S: Fn(&mut T, Base),
        F: FnMut(Told<T>) -> bool,
    {
        let mut done = match done {
            Ok(done) => done,
            Err(Broken::Read(error)) => {
                self.restart();
                return (self.tell)(Told::Failed(input, InputError::Read(error))) && !self.eager;
            }
            Err(Broken::TooLong) => {
                let place = Place::new(file, self.base.lines + 1, 1);
                self.errors.push(Error::new(place, Kind::DocumentTooLong { limit: DOCUMENT_MAX }));
                return self.fail(input);
            }
        };
        let sound = done.errors.is_empty();
        let base = self.base;
        if self.errors.is_empty() && (sound || self.eager) {
            (self.shift)(&mut done.out, base);
            if !(self.tell)(Told::Piece(input, done.out)) {
                return false;
            }
        }
        self.base = Base { bytes: base.bytes + done.length, lines: base.lines + done.lines };
        let room = FAULTS_MAX.saturating_sub(self.errors.len());
        let errors = done.errors.into_iter().take(room);
        self.errors.extend(errors.map(|error| error.moved(base.lines)));
        match (self.errors.is_empty(), done.last) {
            (true, false) => true,
            (true, true) => {
                self.restart();
                (self.tell)(Told::End(input))
            }
            (false, last) if last || self.eager => self.fail(input),
            (false, _) => true,
        }
    }

    fn fail<T>(&mut self, input: usize) -> bool
    where
        F: FnMut(Told<T>) -> bool,
    {
        let mut errors = self.restart();
        // What follows a template is one, too, and what follows half of a JSON value none.
        if errors.first().is_some_and(|first| !matches!(first.kind, Kind::Yaml(_))) {
            errors.truncate(1);
        }
        (self.tell)(Told::Failed(input, InputError::Data(Errors(errors)))) && !self.eager
    }

    /// Makes ready for the next input; gives the errors of this one.
    fn restart(&mut self) -> Vec<Error> {
        self.base = Base::default();
        std::mem::take(&mut self.errors)
    }
}

/// What is to be done to the parts.
struct Job<'r> {
    scope: Scope<'r>,
    needles: Option<Needles>,
}

impl<'r> Job<'r> {
    fn new(replacements: &'r Replacements, options: &Options, listing: bool) -> Self {
        let scope = Scope { replacements, everywhere: options.everywhere, listing, level: 0 };
        let needles = if listing { None } else { Needles::new(replacements) };
        Self { scope, needles }
    }

    fn rewrite(&self, part: Part, file: &str, wants_edits: bool) -> Done<Piece> {
        let Text { text, order } = match document::decode(&part.bytes, file) {
            Ok(text) => text,
            Err(error) => return Done::broken(&part, error),
        };
        let (length, lines, last) = (part.bytes.len(), count_lines(&text), part.last);
        let outcome = fast::find(&text, part.json, file, self.scope, self.needles.as_ref());
        let Found { changes, unresolved } = outcome.found;
        let errors = outcome.faults.into_iter().map(|fault| Error::at(file, &text, fault));
        let errors: Vec<_> = errors.collect();
        let sound = &text[..outcome.sound];
        let unresolved = output::unresolved(sound, file, unresolved);
        let differs = |splice: &Splice| sound[splice.range.clone()] != splice.text;
        let count = changes.iter().filter(|change| differs(&change.splice)).count();
        let new = (count > 0 || order.is_some()).then(|| output::text(sound, &changes));
        let mut edits = Vec::new();
        if wants_edits || aliases::may_be_in(sound) {
            edits = output::edits(sound, file, changes);
            aliases::note(sound, &mut edits);
            edits.retain(|edit| wants_edits || !edit.also.is_empty());
        }
        let out = match (new, order) {
            (Some(bytes), Some(order)) => {
                let rewritten = Rewritten { bytes, edits, unresolved };
                let Rewritten { bytes, edits, unresolved } = order.encode_all(sound, rewritten);
                Piece { bytes, count, edits, unresolved }
            }
            (Some(bytes), None) => Piece { bytes, count, edits, unresolved },
            (None, _) => {
                let mut bytes = part.bytes;
                bytes.truncate(outcome.sound);
                Piece { bytes, count, edits, unresolved }
            }
        };
        Done { out, length, lines, errors, last }
    }

    fn list(&self, part: &Part, file: &str) -> Done<Vec<Site>> {
        let text = match document::decode(&part.bytes, file) {
            Ok(text) => text.text,
            Err(error) => return Done::broken(part, error),
        };
        let (mut sites, mut errors) = (Vec::new(), Vec::new());
        let mut cursor = Cursor::new(&text);
        for range in fast::documents(&text, part.json) {
            match plan::list(&text[range.clone()], file, self.scope, part.json) {
                Ok(spots) => sites.extend(spots.into_iter().map(|spot| {
                    let (line, column) = cursor.at(range.start + spot.offset);
                    let Spotted { path, rule, reference, known, new, .. } = spot;
                    let place = Place::new(file, line, column);
                    Site { place, reference, path, rule, known, new }
                })),
                Err(fault) => {
                    let fault = Fault { offset: range.start + fault.offset, ..fault };
                    errors.push(Error::at(file, &text, fault));
                }
            }
        }
        let (length, lines, last) = (part.bytes.len(), count_lines(&text), part.last);
        Done { out: sites, length, lines, errors, last }
    }
}

impl<T: Default> Done<T> {
    fn broken(part: &Part, error: Error) -> Self {
        let length = part.bytes.len();
        let lines = memchr::memchr_iter(b'\n', &part.bytes).count();
        Self { out: T::default(), length, lines, errors: vec![error], last: part.last }
    }
}

fn count_lines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}
