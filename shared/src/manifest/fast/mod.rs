//! The fast way: documents on several threads, and line by line where that is
//! enough.
//!
//! **Documents.** The text is cut before each line that begins with `---`. YAML
//! lets such a line be nothing but the begin of a document: it ends block scalars
//! (their content would have to be indented further than a mapping's), and in
//! quotes and flow collections it is an error. Where any piece cannot be read by
//! itself, as with directives that stand in front of their `---`, the whole text
//! is read by the full parser, which has the last word.
//!
//! **Lines.** A piece whose every line [`lines`] is sure of has only scalars that
//! end on their line. What its other lines mean depends on this line's indentation
//! and on whether its value is complete, nothing else. A splice changes neither, if
//! the line, read again, has at the same place one scalar with the new value and
//! behind it the same bytes: that is what is checked here, and it proves what
//! [`super::proof`] proves for the pieces that go through the full parser.

use std::ops::Range;

use granit_parser::ScalarStyle;

use super::document::Type;
use super::edit;
use super::error::{Fault, Kind};
use super::output::Piece;
use super::plan::{self, Change, Found, Missing};
use super::site::Leaf;
use super::sites::Scope;
use crate::util::parallel;
use lines::{Image, Lines};
use value::{Unsure, Value};

mod lines;
mod value;

/// A thread takes documents of about so many bytes at a time.
const BATCH: usize = 256 << 10;
/// So many broken documents of one file are told.
const FAULTS_MAX: usize = 20;

/// Finds, splices and proves, as [`plan::find`] does; the pieces cover the text.
pub(super) fn find(text: &str, file: &str, scope: Scope<'_>) -> Result<Vec<Piece>, Fault> {
    let slow = || {
        let found = plan::find(text, file, scope)?;
        Ok(vec![Piece { range: 0..text.len(), found }])
    };
    // JSON values may follow each other without a mark between them.
    if text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']) {
        return slow();
    }
    let work = |documents: Vec<_>| batch(text, &documents, scope);
    let pieces = parallel::run(cut(text), parallel::processors(), work);
    pieces.into_iter().collect::<Result<_, _>>().or_else(|Unsure| slow())
}

/// The faults of the documents after the one that `first` is in, that one included.
/// Directives belong to the document after their mark: with any, the first has to do.
pub(super) fn faults(text: &str, file: &str, scope: Scope<'_>, first: Fault) -> Vec<Fault> {
    let mut faults = vec![first];
    if !matches!(faults[0].kind, Kind::Yaml(_)) || text.contains("\n%") {
        return faults;
    }
    let offset = faults[0].offset;
    for range in cut(text).into_iter().flatten().filter(|range| range.start > offset) {
        if faults.len() >= FAULTS_MAX {
            break;
        }
        if let Err(fault) = plan::read(&text[range.clone()], file, scope) {
            faults.push(Fault { offset: fault.offset + range.start, ..fault });
        }
    }
    faults
}

/// The documents, in batches.
fn cut(text: &str) -> Vec<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let mut batches = Vec::new();
    let mut documents = Vec::new();
    let mut size = 0;
    let mut begin = 0;
    let marks = memchr::memmem::find_iter(bytes, b"\n---").map(|at| at + 1);
    let is_mark =
        |at: &usize| matches!(bytes.get(at + 3), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    for end in marks.filter(is_mark).chain([bytes.len()]) {
        documents.push(begin..end);
        size += end - begin;
        begin = end;
        if size >= BATCH {
            batches.push(std::mem::take(&mut documents));
            size = 0;
        }
    }
    if !documents.is_empty() || batches.is_empty() {
        batches.push(documents);
    }
    batches
}

fn batch(text: &str, documents: &[Range<usize>], scope: Scope<'_>) -> Result<Piece, Unsure> {
    let mut all = Found::default();
    for range in documents {
        let document = &text[range.clone()];
        let begin = (all.changes.len(), all.untagged.len());
        if by_lines(document, range.start, scope, &mut all).is_err() {
            all.changes.truncate(begin.0);
            all.untagged.truncate(begin.1);
            let found = plan::find(document, "", scope).map_err(|_| Unsure)?;
            all.add(found, range.start);
        }
    }
    let begin = documents.first().map_or(0, |range| range.start);
    let end = documents.last().map_or(0, |range| range.end);
    Ok(Piece { range: begin..end, found: all })
}

impl Found {
    /// Takes what was found in a part of the text that begins at `base`.
    fn add(&mut self, found: Found, base: usize) {
        for mut change in found.changes {
            let range = &mut change.splice.range;
            *range = range.start + base..range.end + base;
            self.changes.push(change);
        }
        for missing in found.untagged {
            self.untagged.push(Missing { offset: missing.offset + base, ..missing });
        }
    }
}

/// Adds what is found in a document to `all`.
fn by_lines(document: &str, base: usize, scope: Scope<'_>, all: &mut Found) -> Result<(), Unsure> {
    if scope.everywhere {
        return Err(Unsure);
    }
    let mut proven = Ok(());
    Lines::new(document, scope)?.read(|image, path| {
        if proven.is_ok() {
            proven = take(document, base, &image, scope, path, all);
        }
    })?;
    proven
}

fn take(
    document: &str,
    base: usize,
    image: &Image,
    scope: Scope<'_>,
    path: &dyn Fn() -> String,
    all: &mut Found,
) -> Result<(), Unsure> {
    let value = &document[image.range.clone()];
    if image.quote.is_none() && Type::of_plain(value) != Type::Text {
        return Ok(());
    }
    if value.contains("{{") {
        return Err(Unsure);
    }
    let Some(known) = scope.replacements.find(value) else { return Ok(()) };
    known.mark();
    if let Err(why) = known.target() {
        let offset = base + image.tail.start;
        let (image, reference) = (known.name(), value.trim().to_owned());
        all.untagged.push(Missing { offset, image, reference, why });
        return Ok(());
    }
    let Some(mut splice) = edit::change(document, &leaf(value, image), known.text.clone()) else {
        return Ok(());
    };
    prove(document, image, &splice)?;
    splice.range = splice.range.start + base..splice.range.end + base;
    all.changes.push(Change { splice, path: path(), rule: "image" });
    Ok(())
}

fn leaf<'a>(value: &'a str, image: &Image) -> Leaf<'a> {
    let quotes = usize::from(image.quote.is_some());
    Leaf {
        event: 0,
        value: value.into(),
        style: match image.quote {
            None => ScalarStyle::Plain,
            Some(b'"') => ScalarStyle::DoubleQuoted,
            Some(_) => ScalarStyle::SingleQuoted,
        },
        kind: Type::Text,
        range: image.range.start - quotes..image.range.end + quotes,
        key_end: 0,
        alias_of: None,
        marked: false,
        foreign: false,
    }
}

/// Reads the line again, from the value on, as it will be: see the module's head.
fn prove(document: &str, image: &Image, splice: &edit::Splice) -> Result<(), Unsure> {
    let (range, tail) = (&splice.range, &image.tail);
    let inside = tail.start <= range.start && range.end <= tail.end;
    if !inside || splice.text.contains('\n') {
        return Err(Unsure);
    }
    let before = &document[tail.start..range.start];
    let after = &document[range.end..tail.end];
    let line = [before, &splice.text, after].concat();
    let Value::Scalar { inner, quote, verbatim: true } = value::read(line.as_bytes(), 0)? else {
        return Err(Unsure);
    };
    let new_rest = &line[inner.end + usize::from(quote.is_some())..];
    let old_rest = &document[image.range.end + usize::from(image.quote.is_some())..tail.end];
    let same_rest = new_rest == old_rest;
    let style = quote == image.quote || (image.quote.is_none() && quote == Some(b'"'));
    let text = quote.is_some() || Type::of_plain(&splice.value) == Type::Text;
    if line[inner] == *splice.value && same_rest && style && text { Ok(()) } else { Err(Unsure) }
}

#[cfg(test)]
mod tests;
