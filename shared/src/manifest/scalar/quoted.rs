//! Scalars whose lines are folded as in flow style: plain, in single quotes, in double
//! quotes; and the strings of JSON.

use std::ops::Range;

use super::Runs;

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Where the line break at `at` ends; `at` where there is none.
fn after_break(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => at + 2,
        (Some(b'\r' | b'\n'), _) => at + 1,
        _ => at,
    }
}

/// From a line break, or the blanks before it, to the first character of the next line
/// that has any: where that is, and how many empty lines lie between.
fn fold(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let mut breaks = 0;
    loop {
        while bytes.get(at).copied().is_some_and(is_blank) {
            at += 1;
        }
        let next = after_break(bytes, at);
        if next == at {
            return (at, breaks - 1);
        }
        at = next;
        breaks += 1;
    }
}

/// Takes the line break at `at` with the blanks around it; gives what follows.
fn take_fold(runs: &mut Runs, bytes: &[u8], blanks: usize, at: usize) -> usize {
    let (next, empty) = fold(bytes, at);
    let value = if empty == 0 { " ".to_owned() } else { "\n".repeat(empty) };
    runs.other(&value, blanks..next);
    next
}

/// Reads up to `range.end`, folding lines; `special` are the bytes that `take` reads.
fn read(
    text: &str,
    range: Range<usize>,
    special: u8,
    mut take: impl FnMut(&mut Runs, usize) -> Option<usize>,
) -> Option<Runs> {
    let bytes = &text.as_bytes()[..range.end];
    let mut runs = Runs::default();
    let mut begin = range.start;
    let mut at = begin;
    while at < range.end {
        let byte = bytes[at];
        if byte == special {
            runs.verbatim(text, begin..at);
            at = take(&mut runs, at)?;
            begin = at;
        } else if matches!(byte, b'\n' | b'\r') {
            let mut blanks = at;
            while blanks > begin && is_blank(bytes[blanks - 1]) {
                blanks -= 1;
            }
            runs.verbatim(text, begin..blanks);
            at = take_fold(&mut runs, bytes, blanks, at);
            begin = at;
        } else {
            at += 1;
        }
    }
    runs.verbatim(text, begin..range.end);
    Some(runs)
}

pub(super) fn plain(text: &str, range: Range<usize>) -> Runs {
    read(text, range, 0, |_, at| Some(at + 1)).unwrap_or_default()
}

/// Between single quotes; two of them stand for one.
pub(super) fn single(text: &str, range: Range<usize>) -> Runs {
    let take = |runs: &mut Runs, at: usize| {
        runs.other("'", at..at + 2);
        Some(at + 2)
    };
    read(text, range, b'\'', take).unwrap_or_default()
}

/// Between double quotes; `None` for an escape that YAML does not know.
pub(super) fn double(text: &str, range: Range<usize>) -> Option<Runs> {
    let bytes = &text.as_bytes()[..range.end];
    let take = |runs: &mut Runs, at: usize| {
        let escape = *bytes.get(at + 1)?;
        if matches!(escape, b'\n' | b'\r') {
            // The break and the blanks after it are nothing; empty lines count.
            let (next, empty) = fold(bytes, at + 1);
            runs.other(&"\n".repeat(empty), at..next);
            return Some(next);
        }
        let (value, length) = match escape {
            b'x' => (hex(text, at + 2, 2)?, 4),
            b'u' => (hex(text, at + 2, 4)?, 6),
            b'U' => (hex(text, at + 2, 8)?, 10),
            _ => (named(escape)?, 2),
        };
        runs.other(value.encode_utf8(&mut [0; 4]), at..at + length);
        Some(at + length)
    };
    read(text, range, b'\\', take)
}

/// YAML 1.2, 5.7: escapes of one character.
fn named(escape: u8) -> Option<char> {
    Some(match escape {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0b',
        b'f' => '\x0c',
        b'r' => '\r',
        b'e' => '\x1b',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        b' ' | b'"' | b'/' | b'\\' => escape as char,
        _ => return None,
    })
}

fn hex(text: &str, at: usize, length: usize) -> Option<char> {
    char::from_u32(u32::from_str_radix(text.get(at..at + length)?, 16).ok()?)
}

/// A string of JSON, between its quotes: no folding, other escapes, pairs of surrogates.
pub(super) fn json(text: &str, range: Range<usize>) -> Option<Runs> {
    let mut runs = Runs::default();
    let mut begin = range.start;
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[begin..range.end]) {
        let at = begin + found;
        runs.verbatim(text, begin..at);
        let mut end = at + 2;
        if text.as_bytes().get(at + 1) == Some(&b'u') {
            end = at + 6;
            let unit = u32::from_str_radix(text.get(at + 2..end)?, 16).ok()?;
            if (0xd800..0xdc00).contains(&unit) {
                end += 6;
            }
        }
        let value: String = serde_json::from_str(&format!("\"{}\"", text.get(at..end)?)).ok()?;
        runs.other(&value, at..end);
        begin = end;
    }
    runs.verbatim(text, begin..range.end);
    Some(runs)
}
