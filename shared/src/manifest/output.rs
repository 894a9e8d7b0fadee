//! The new text of a part and the list of its edits, from what was found in it.

use super::place::Cursor;
use super::plan::{Change, Missing};
use super::{Edit, Unresolved, edit};
use crate::util::place::Place;

/// Where a part begins in its input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Base {
    pub bytes: usize,
    /// Line breaks before it.
    pub lines: usize,
}

/// The text with the changes made.
pub(super) fn text(text: &str, changes: &[Change]) -> Vec<u8> {
    let splices = changes.iter().map(|change| &change.splice);
    let (gone, come) = splices
        .clone()
        .fold((0, 0), |(gone, come), splice| (gone + splice.range.len(), come + splice.text.len()));
    let mut out = vec![0; text.len() + come - gone];
    let splices = splices.map(|splice| (splice.range.clone(), splice.text.as_str()));
    edit::apply(text.as_bytes(), splices, &mut out);
    out
}

/// The edits with their places in the part.
pub(super) fn edits(text: &str, file: &str, changes: Vec<Change>) -> Vec<Edit> {
    let mut cursor = Cursor::new(text);
    let edit = |change: Change| {
        let (range, new) = (change.splice.range, change.splice.text);
        let (line, column) = cursor.at(range.start);
        let old = text[range.clone()].to_owned();
        let (file, path, rule) = (file.to_owned(), change.path, change.rule);
        Edit { file, range, line, column, old, new, path, rule, also: Vec::new() }
    };
    changes.into_iter().map(edit).collect()
}

/// The images without a tag, with their places in the part.
pub(super) fn unresolved(text: &str, file: &str, missing: Vec<Missing>) -> Vec<Unresolved> {
    let mut cursor = Cursor::new(text);
    let unresolved = |missing: Missing| {
        let (line, column) = cursor.at(missing.offset);
        let place = Place::new(file, line, column);
        let Missing { image, reference, why, .. } = missing;
        Unresolved { place, image, reference, why }
    };
    missing.into_iter().map(unresolved).collect()
}
