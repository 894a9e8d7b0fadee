//! The new text and the list of edits, from what was found in each piece.
//!
//! Pieces lie one behind the other and begin at line starts, so each is put
//! together by itself, into its own part of the output.

use std::ops::Range;

use super::place::Cursor;
use super::plan::{Found, Missing};
use super::{Edit, Rewritten, Untagged, edit};
use crate::util::parallel;
use crate::util::place::Place;

/// A part of the text with what is to be done in it. Offsets are of the whole text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub range: Range<usize>,
    pub found: Found,
}

impl Piece {
    fn new_length(&self) -> usize {
        let splices = self.found.changes.iter().map(|change| &change.splice);
        let (gone, come) = splices.fold((0, 0), |(gone, come), splice| {
            (gone + splice.range.len(), come + splice.text.len())
        });
        self.range.len() + come - gone
    }
}

/// Puts the pieces, which cover the whole text, together.
pub(super) fn assemble(text: &str, file: &str, pieces: Vec<Piece>) -> Rewritten {
    let mut bytes = vec![0; pieces.iter().map(Piece::new_length).sum()];
    let mut rest = bytes.as_mut_slice();
    let mut jobs = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (out, others) = rest.split_at_mut(piece.new_length());
        rest = others;
        jobs.push((piece, out));
    }
    let work = |(piece, out)| assemble_one(text, file, piece, out);
    let parts = parallel::run(jobs, parallel::processors(), work);
    let count = parts.iter().map(|part| part.edits.len()).sum();
    let (mut edits, mut untagged) = (Vec::with_capacity(count), Vec::new());
    let mut lines = 0;
    for part in parts {
        let edit = |edit: Edit| Edit { line: edit.line + lines, ..edit };
        edits.extend(part.edits.into_iter().map(edit));
        untagged.extend(part.untagged.into_iter().map(|mut untagged| {
            untagged.place.line += lines;
            untagged
        }));
        lines += part.lines;
    }
    Rewritten { bytes, edits, untagged }
}

/// A piece put together; lines are counted from its begin.
struct Part {
    edits: Vec<Edit>,
    untagged: Vec<Untagged>,
    /// Line breaks in the piece.
    lines: usize,
}

fn assemble_one(text: &str, file: &str, piece: Piece, out: &mut [u8]) -> Part {
    let Piece { range: whole, found } = piece;
    let text = &text[whole.clone()];
    let base = whole.start;
    let splices = found.changes.iter().map(|change| {
        let range = &change.splice.range;
        (range.start - base..range.end - base, change.splice.text.as_str())
    });
    edit::apply(text.as_bytes(), splices, out);
    let mut cursor = Cursor::new(text);
    let untagged = found.untagged.into_iter().map(|missing| {
        let (line, column) = cursor.at(missing.offset - base);
        let place = Place::new(file, line, column);
        let Missing { image, reference, why, .. } = missing;
        Untagged { place, image, reference, why }
    });
    let untagged = untagged.collect();
    let mut cursor = Cursor::new(text);
    let edits = found.changes.into_iter().map(|change| {
        let (range, new) = (change.splice.range, change.splice.text);
        let (line, column) = cursor.at(range.start - base);
        let old = text[range.start - base..range.end - base].to_owned();
        let (file, path, rule) = (file.to_owned(), change.path, change.rule);
        Edit { file, range, line, column, old, new, path, rule, also: Vec::new() }
    });
    let edits = edits.collect();
    let lines = cursor.at(text.len()).0 - 1;
    Part { edits, untagged, lines }
}
