//! The proof that a splice changed the images and nothing else.
//!
//! Input and output are read again, side by side. Every event must be the same,
//! with style, anchor and tag, but for the edited scalars: these must be strings
//! with exactly the new values. Several splices may make one value: a document held in
//! a string has been proven by itself, so that its text is known to the last byte.
//! Knows nothing of how the splices were made.

use granit_parser::{Event, ScalarStyle};

use super::document::{Reader, Syntax, Type};
use super::edit::Splice;

/// The index of the first splice that is not proven.
pub(super) fn check(
    input: &str,
    output: &str,
    syntax: Syntax,
    splices: &[Splice],
) -> Result<(), usize> {
    let mut before = Reader::new(input, syntax);
    let mut after = Reader::new(output, syntax);
    let mut splices_left = splices.iter().enumerate().peekable();
    let mut last = 0;
    for index in 0.. {
        let (old, new) = match (before.next(), after.next()) {
            (None, None) => break,
            (Some(Ok((old, _))), Some(Ok((new, _)))) => (old, new),
            _ => return Err(last),
        };
        let Some((number, splice)) = splices_left.next_if(|(_, splice)| splice.event == index)
        else {
            if old != new {
                return Err(last);
            }
            continue;
        };
        last = number;
        if !is_edited(&old, &new, &splice.value) {
            return Err(number);
        }
        while let Some((number, other)) = splices_left.next_if(|(_, other)| other.event == index) {
            if other.value != splice.value {
                return Err(number);
            }
        }
    }
    splices_left.next().map_or(Ok(()), |(number, _)| Err(number))
}

fn is_edited(old: &Event<'_>, new: &Event<'_>, wanted: &str) -> bool {
    let Event::Scalar(value, style, anchor, tag) = new else { return false };
    let kept = match old {
        Event::Scalar(_, _, old_anchor, old_tag) => anchor == old_anchor && tag == old_tag,
        Event::Alias(_) => *anchor == 0 && tag.is_none(),
        _ => false,
    };
    let text = Type::of(new) == Type::Text || *style != ScalarStyle::Plain || tag.is_some();
    kept && text && value == wanted
}
