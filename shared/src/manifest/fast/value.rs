//! The values of scalars whose syntax has been checked: folded lines, escapes,
//! block scalars, as the full parser gives them (YAML 1.2.2, chapters 7.3 and 8.1).

use std::ops::Range;

use super::token::{Chomp, Header};

/// A plain scalar on several lines: each break is a space, further ones stay.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split('\n');
    out.push_str(trim_end(lines.next().unwrap_or_default()));
    let mut empty = 0;
    for line in lines {
        let line = trim(line);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        fold(&mut out, empty);
        empty = 0;
        out.push_str(line);
    }
    out
}

/// What stands between single quotes.
pub(super) fn single_quoted(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find(['\'', '\n']) {
        if rest.as_bytes()[at] == b'\'' {
            out.push_str(&rest[..=at]);
            rest = rest.get(at + 2..).unwrap_or_default();
        } else {
            out.push_str(trim_end(&rest[..at]));
            let (empty, after) = skip_breaks(&rest[at + 1..]);
            fold(&mut out, empty);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// What stands between double quotes; the escapes are valid.
pub(super) fn double_quoted(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find(['\\', '\n']) {
        if rest.as_bytes()[at] == b'\n' {
            out.push_str(trim_end(&rest[..at]));
            let (empty, after) = skip_breaks(&rest[at + 1..]);
            fold(&mut out, empty);
            rest = after;
            continue;
        }
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        rest = if after.starts_with(['\n', '\r']) {
            let line = after.find('\n').map_or("", |n| &after[n + 1..]);
            let (empty, after) = skip_breaks(line);
            out.extend(std::iter::repeat_n('\n', empty));
            after
        } else {
            escape(&mut out, after)
        };
    }
    out.push_str(rest);
    out
}

/// Takes what follows a `\`; gives what is behind it.
fn escape<'a>(out: &mut String, after: &'a str) -> &'a str {
    let mut rest = after.chars();
    let hex = |length: usize| {
        let code = after.get(1..=length).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        code.and_then(char::from_u32).unwrap_or_default()
    };
    let (char, length) = match rest.next().unwrap_or_default() {
        '0' => ('\0', 1),
        'a' => ('\x07', 1),
        'b' => ('\x08', 1),
        't' => ('\t', 1),
        'n' => ('\n', 1),
        'v' => ('\x0b', 1),
        'f' => ('\x0c', 1),
        'r' => ('\r', 1),
        'e' => ('\x1b', 1),
        'N' => ('\u{85}', 1),
        '_' => ('\u{a0}', 1),
        'L' => ('\u{2028}', 1),
        'P' => ('\u{2029}', 1),
        'x' => (hex(2), 3),
        'u' => (hex(4), 5),
        // A space, a tab, `"`, `/`, `\`: themselves.
        other => (other, other.len_utf8()),
    };
    out.push(char);
    after.get(length..).unwrap_or_default()
}

/// Ends a line in a scalar whose lines are folded; `empty` lines follow it.
fn fold(out: &mut String, empty: usize) {
    if empty == 0 {
        out.push(' ');
    }
    out.extend(std::iter::repeat_n('\n', empty));
}

/// Passes over empty lines and the blanks before the next content: how many lines
/// were empty, and the rest.
fn skip_breaks(text: &str) -> (usize, &str) {
    let mut rest = text;
    let mut empty = 0;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        match rest.strip_prefix('\n') {
            Some(after) => rest = after,
            None => return (empty, rest),
        }
        empty += 1;
    }
}

/// The text of a block scalar whose content stands at `range`.
pub(super) fn block(text: &str, range: Range<usize>, header: Header) -> String {
    let content = &text[range.clone()];
    let mut out = String::with_capacity(content.len());
    // Empty lines above the content are part of it.
    let above = text[..range.start].trim_end_matches(' ');
    let mut empty = blank_lines_above(above);
    let mut first = true;
    let mut was_blank = false;
    let mut lines = content.split('\n').peekable();
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        let line = line.strip_suffix('\r').unwrap_or(line);
        // The range begins behind the first line's indentation.
        let line = if first { line } else { strip_spaces(line, header.indent) };
        if last && line.is_empty() {
            break;
        }
        if line.is_empty() {
            empty += 1;
            continue;
        }
        let is_blank = line.starts_with([' ', '\t']);
        if !first && header.folded && !was_blank && !is_blank {
            fold(&mut out, empty);
        } else {
            out.extend(std::iter::repeat_n('\n', empty + usize::from(!first)));
        }
        out.push_str(line);
        (empty, first, was_blank) = (0, false, is_blank);
    }
    if header.chomp != Chomp::Strip {
        out.push('\n');
    }
    if header.chomp == Chomp::Keep {
        out.extend(std::iter::repeat_n('\n', empty));
    }
    out
}

/// How many lines of blanks stand between the header's line and the content.
fn blank_lines_above(above: &str) -> usize {
    let lines = above.strip_suffix('\n').unwrap_or(above).rsplit('\n');
    lines.take_while(|line| trim(line).is_empty()).count()
}

fn strip_spaces(line: &str, indent: u16) -> &str {
    let spaces = line.bytes().take(usize::from(indent)).take_while(|&b| b == b' ').count();
    &line[spaces..]
}

fn trim(line: &str) -> &str {
    line.trim_matches([' ', '\t', '\r'])
}

fn trim_end(line: &str) -> &str {
    line.trim_end_matches([' ', '\t', '\r'])
}
