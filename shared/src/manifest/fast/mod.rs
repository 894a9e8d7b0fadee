//! The fast way: documents one by one, each read in one pass.
//!
//! **Documents.** Each is worked on by itself ([`super::cut`] says why that is right), so
//! a fault in one does not hide those of others.
//!
//! **Reading.** [`reader`] takes the part of YAML that has one meaning and gives the
//! events of the full parser, so the rules for sites are the same and cannot disagree.
//! A document in whose bytes no name of an image occurs ([`needles`]) is read only to
//! know that it is valid; of others, [`sieve`] drops what no rule could look at.
//!
//! **Proof.** What [`super::local`] says of a splice holds without reading the document again.
//! Where it says nothing, and where the reader is unsure, the full parser does it all.

use std::ops::Range;

use super::cut;
use super::document::Syntax;
use super::error::Fault;
use super::plan::{self, Found, Missing};
use super::sites::{Finder, Scope};
pub(super) use needles::Needles;
use reader::Reader;
use sieve::{Hits, Sieve, Take};
use token::Unsure;

mod bytes;
mod flow;
mod json;
mod needles;
mod reader;
mod scalar;
mod sieve;
mod token;
mod value;

/// What is to be done in a text.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Of the documents before the first fault.
    pub found: Found,
    /// Where the first document with a fault begins; the end, if there is none.
    pub sound: usize,
    /// In the order of the text, one a document at most.
    pub faults: Vec<Fault>,
}

/// The documents of a text, as ranges that cover it; `json` where it can be nothing else.
pub(super) fn documents(text: &str, json: bool) -> Vec<Range<usize>> {
    if json { std::iter::once(0..text.len()).collect() } else { cut::documents(text) }
}

/// Finds, splices and proves, as [`plan::find`] does, document by document.
pub(super) fn find(
    text: &str,
    json: bool,
    file: &str,
    scope: Scope<'_>,
    needles: Option<&Needles>,
) -> Outcome {
    let offsets = needles.map(|needles| needles.find(text.as_bytes()));
    let mut hits = offsets.as_deref();
    let mut outcome = Outcome { found: Found::default(), sound: text.len(), faults: Vec::new() };
    for range in documents(text, json) {
        let document = &text[range.clone()];
        let mine = hits.as_mut().map(|hits| {
            let count = hits.partition_point(|&at| at < range.end);
            let (mine, others) = hits.split_at(count);
            *hits = others;
            Hits { offsets: mine, base: range.start }
        });
        let found = match read(document, scope, mine) {
            Ok(found) => Ok(found),
            Err(Unsure) => plan::find(document, file, scope, json),
        };
        match found {
            Ok(found) if outcome.faults.is_empty() => outcome.found.add(found, range.start),
            Ok(_) => {}
            Err(fault) => {
                outcome.sound = outcome.sound.min(range.start);
                outcome.faults.push(Fault { offset: fault.offset + range.start, ..fault });
            }
        }
    }
    outcome
}

/// What is to be done in one document; `hits` are where an image could stand in it.
fn read(document: &str, scope: Scope<'_>, hits: Option<Hits<'_>>) -> Result<Found, Unsure> {
    if hits.is_some_and(|hits| hits.offsets.is_empty()) {
        read_into(document, &mut Sieve::new(document, (), None))?;
        return Ok(Found::default());
    }
    let hits = hits.filter(|_| !may_have_anchors(document.as_bytes()));
    let mut sieve = Sieve::new(document, Finder::new(scope), hits);
    let syntax = read_into(document, &mut sieve)?;
    let findings = sieve.finish().finish().map_err(|_| Unsure)?;
    plan::find_local(document, syntax, &findings, scope).ok_or(Unsure)
}

/// Reads a whole text into a finder, if it is of those that are read here.
pub(super) fn read_all<'a, 'r>(
    text: &'a str,
    finder: Finder<'a, 'r>,
) -> Option<(Syntax, Finder<'a, 'r>)> {
    let mut sieve = Sieve::new(text, finder, None);
    let syntax = read_into(text, &mut sieve).ok()?;
    Some((syntax, sieve.finish()))
}

fn read_into<'a, T: Take<'a>>(
    document: &'a str,
    sieve: &mut Sieve<'a, T>,
) -> Result<Syntax, Unsure> {
    if json::begins(document) {
        json::read(document, sieve).map(|()| Syntax::Json)
    } else {
        Reader::read(document, sieve).map(|()| Syntax::Yaml)
    }
}

/// Whether there may be an anchor, whose value an alias repeats elsewhere.
fn may_have_anchors(text: &[u8]) -> bool {
    memchr::memchr_iter(b'&', text).any(|at| {
        let begins = at == 0 || matches!(text[at - 1], b' ' | b'\n' | b'[' | b',' | b'{');
        begins && text.get(at + 1).is_some_and(|b| !matches!(b, b' ' | b'&' | b'\n' | b'\r'))
    })
}

impl Found {
    /// Takes what was found in a part of the text that begins at `base`.
    fn add(&mut self, found: Found, base: usize) {
        for mut change in found.changes {
            let range = &mut change.splice.range;
            *range = range.start + base..range.end + base;
            self.changes.push(change);
        }
        for missing in found.unresolved {
            self.unresolved.push(Missing { offset: missing.offset + base, ..missing });
        }
    }
}

#[cfg(test)]
mod tests;
