//! Who else changes with an edit: aliases of what was edited, or of what is around it.
//!
//! An anchor is edited once, and all its aliases follow. They may stand where nobody
//! looks for an image, so each edit tells them. Reads only documents that have an edit,
//! an anchor and an alias. Knows nothing of images.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::Event;

use super::document::{Reader, Syntax};
use super::place::Cursor;
use super::{Edit, Use};

/// So many pairs of an edit and an alias are told of one text; aliases of aliases can
/// make any number.
const TOLD_MAX: usize = 100_000;

/// Adds to each edit the aliases that change with it.
pub(super) fn note(text: &str, edits: &mut [Edit]) {
    if edits.is_empty() || !may_be_in(text) {
        return;
    }
    let Some(found) = read(text) else { return };
    let offsets: Vec<usize> = edits.iter().map(|edit| edit.range.start).collect();
    let mut cursor = Cursor::new(text);
    for (offset, changed) in found.users(&offsets) {
        let (line, column) = cursor.at(offset);
        for edit in changed {
            edits[edit].also.push(Use { line, column });
        }
    }
}

/// Whether an anchor and an alias may be in the text, by their marks and what may stand
/// before and behind them.
pub(super) fn may_be_in(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has = |mark: u8| {
        memchr::memchr_iter(mark, bytes).any(|at| {
            let before = at.checked_sub(1).map(|at| bytes[at]);
            let after = bytes.get(at + 1).copied().unwrap_or(b' ');
            matches!(before, None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b'{'))
                && !after.is_ascii_whitespace()
                && !matches!(after, b',' | b'[' | b']' | b'{' | b'}' | b'/' | b'*' | b'&')
        })
    };
    has(b'&') && has(b'*')
}

/// What is anchored, and where the aliases of it stand, in the order of the text.
#[derive(Default)]
struct Found {
    anchored: HashMap<usize, Range<usize>>,
    aliases: Vec<(usize, usize)>,
}

fn read(text: &str) -> Option<Found> {
    let mut found = Found::default();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for item in Reader::new(text, Syntax::Yaml) {
        let (event, range) = item.ok()?;
        match event {
            Event::Scalar(_, _, anchor, _) if anchor != 0 => {
                found.anchored.insert(anchor, range);
            }
            Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
                open.push((anchor, range.start));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((anchor, start)) = open.pop()
                    && anchor != 0
                {
                    found.anchored.insert(anchor, start..range.end);
                }
            }
            Event::Alias(anchor) => found.aliases.push((anchor, range.start)),
            _ => {}
        }
    }
    Some(found)
}

impl Found {
    /// The aliases, in their order, that stand for something with an edit in it, or with
    /// such an alias in it; and the edits, by their index. `edits` are sorted offsets.
    fn users(&self, edits: &[usize]) -> Vec<(usize, Vec<usize>)> {
        let mut users: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut told = 0;
        for (anchor, at) in &self.aliases {
            let Some(range) = self.anchored.get(anchor) else { continue };
            let below = |offset: usize| edits.partition_point(|edit| *edit < offset);
            let mut changed: Vec<usize> = (below(range.start)..below(range.end)).collect();
            let first = users.partition_point(|(user, _)| *user < range.start);
            for (_, inner) in users[first..].iter().take_while(|(user, _)| *user < range.end) {
                changed.extend(inner);
                if changed.len() > TOLD_MAX {
                    break;
                }
            }
            changed.sort_unstable();
            changed.dedup();
            told += changed.len();
            if told > TOLD_MAX {
                break;
            }
            if !changed.is_empty() {
                users.push((*at, changed));
            }
        }
        users
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::tests::rewrite;

    #[test]
    fn aliases_of_what_was_edited_are_told() {
        for (text, wanted) in [
            ("image: &i me/app\nlabel: *i\n", vec![(2, 8)]),
            ("a: &i me/app\nimage: *i\nb: *i\n", vec![]),
            ("x: &x\n  image: me/app\ny: *x\nz: [*x]\n", vec![(3, 4), (4, 5)]),
            ("x: &x {image: &i me/app}\ny: &y {<<: *x}\nz: *y\n", vec![(2, 12), (3, 4)]),
            ("x: &x 1\nimage: me/app\ny: *x\n", vec![]),
            ("image: &i me/app\n---\nimage: &i other\nx: *i\n", vec![]),
        ] {
            let edits = rewrite(text).unwrap().edits;
            assert_eq!(edits.len(), 1, "{text}");
            let users: Vec<_> = edits[0].also.iter().map(|s| (s.line, s.column)).collect();
            assert_eq!(users, wanted, "{text}");
        }
    }
}
