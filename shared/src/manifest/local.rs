//! A proof that needs no second reading: what a splice changes stays within one scalar.
//!
//! The argument. A parser that has come to a scalar's first byte has seen the same bytes
//! before and after the splice, so it is in the same state. Let the scalar, before and
//! after, be of one of these forms:
//!
//! - in quotes, where the new text between them is made of letters, digits and `._/:@-`:
//!   the value is that text, and the scalar ends at the quote;
//! - plain, on one line, made of those characters, the first and the last of them letters
//!   or digits: no character of it, with what follows it, is an indicator (`:` has none
//!   of a gap, comma or bracket behind it, `#` is not in it), so the value is the text
//!   itself, and what ends it is what stands behind it, which is the same as before;
//! - plain before and in double quotes after it: behind a plain scalar stands a line end,
//!   a comment, or the comma or bracket of a flow collection, with blanks before them at
//!   most, and these may stand behind a quoted one, too.
//!
//! - a block scalar that is stripped (`|-`, `>-`), with one line of content, to which the
//!   same applies: the header and the indentation are as before, and so is what ends it.
//!
//! Behind the scalar the parser is again in the same state, and the bytes that follow are
//! the same: every other event is as it was. That the new one is a string is checked here.
//! An anchor, or a tag that says string, stands in front and says the same of the new one.
//! What is not of these forms (other block scalars, aliases, values that were absent) is
//! not claimed, and [`super::proof`] reads both texts again.

use granit_parser::ScalarStyle;

use super::document::Type;
use super::edit::Splice;
use super::site::Leaf;

/// Whether a splice in a scalar surely changes its value to the new one, and nothing else.
pub(super) fn holds(text: &str, leaf: &Leaf<'_>, splice: &Splice) -> bool {
    let (old, range) = (&leaf.range, &splice.range);
    let tagged = leaf.marked && leaf.kind != Type::Text;
    if leaf.alias_of.is_some() || tagged || old.is_empty() {
        return false;
    }
    let block = matches!(leaf.style, ScalarStyle::Literal | ScalarStyle::Folded);
    if range.start < old.start || old.end < range.end {
        return false;
    }
    if !block && !stands_alone(text.as_bytes(), old) {
        return false;
    }
    let before = &text[old.start..range.start];
    let after = &text[range.end..old.end];
    let new = [before, &splice.text, after].concat();
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b"._/:@-".contains(&b);
    if !splice.value.bytes().all(harmless) {
        return false;
    }
    let is_quoted_by = |quote: char| {
        new.strip_prefix(quote).and_then(|new| new.strip_suffix(quote)) == Some(&*splice.value)
    };
    let was_quoted_by = |quote: char| {
        let old = &text[old.clone()];
        old.len() >= 2 && old.starts_with(quote) && old.ends_with(quote)
    };
    match leaf.style {
        ScalarStyle::SingleQuoted => was_quoted_by('\'') && is_quoted_by('\''),
        ScalarStyle::DoubleQuoted => was_quoted_by('"') && is_quoted_by('"'),
        ScalarStyle::Plain if text[old.clone()] == *leaf.value => {
            is_quoted_by('"') || (leaf.kind == Type::Text && is_plain(&new, &splice.value))
        }
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let line = &text[range.clone()];
            // Only where it is stripped has the value no line break at its end.
            range.start == old.start
                && *line == *leaf.value
                && !line.contains('\n')
                && after.starts_with(['\n', '\r'])
                && after.trim_ascii().is_empty()
                && is_plain(&new[..splice.text.len()], &splice.value)
        }
        ScalarStyle::Plain => false,
    }
}

/// Whether a plain scalar of harmless characters is a string, and is the value.
fn is_plain(new: &str, value: &str) -> bool {
    let ends_well = new.starts_with(|c: char| c.is_ascii_alphanumeric())
        && new.ends_with(|c: char| c.is_ascii_alphanumeric());
    new == value && ends_well && Type::of_plain(value) == Type::Text
}

/// Whether the bytes around a scalar are such as may stand there: its range is no part of
/// something longer.
fn stands_alone(text: &[u8], range: &std::ops::Range<usize>) -> bool {
    let before = range.start.checked_sub(1).map(|at| text[at]);
    let after = text.get(range.end);
    matches!(before, None | Some(b' ' | b'\t' | b'\n' | b':' | b',' | b'[' | b'{'))
        && matches!(after, None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}'))
}
