//! One line's value, in the part of YAML that one line decides.
//!
//! Takes plain scalars, quoted ones, flow collections and block headers that end
//! on their line, with a comment after them at most. Everything that may mean
//! more is [`Unsure`]: anchors, aliases, tags, tabs, escapes in quotes that
//! are not the common ones, colons that could begin a value.

use std::ops::Range;

use super::super::sites;

/// The line needs the full parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsure;

/// What follows a `key:` or `- `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing, or a comment: a nested block follows, or it is a null.
    Open,
    /// The bytes between the quotes, if any; `verbatim` where they are the value.
    Scalar { inner: Range<usize>, quote: Option<u8>, verbatim: bool },
    /// `|` or `>`: the lines below are its content.
    Block,
    /// A flow collection without any site in it, strings that hold some aside.
    Flow(Range<usize>),
}

/// Reads the value that begins at or after `at`, blanks first. `line` has no
/// line break and no tab in it.
pub(super) fn read(line: &[u8], at: usize) -> Result<Value, Unsure> {
    let at = skip_spaces(line, at);
    let Some(&first) = line.get(at) else { return Ok(Value::Open) };
    match first {
        b'#' if at > 0 && line[at - 1] == b' ' => Ok(Value::Open),
        b'"' | b'\'' => {
            let (inner, verbatim) = quoted(line, at)?;
            expect_end(line, inner.end + 1)?;
            Ok(Value::Scalar { inner, quote: Some(first), verbatim })
        }
        b'|' | b'>' => {
            let chomping = matches!(line.get(at + 1), Some(b'-' | b'+'));
            let end = skip_spaces(line, at + 1 + usize::from(chomping));
            if end == line.len() { Ok(Value::Block) } else { Err(Unsure) }
        }
        b'{' | b'[' => {
            let end = flow(line, at)?;
            expect_end(line, end)?;
            Ok(Value::Flow(at..end))
        }
        _ => {
            let inner = plain(line, at)?;
            Ok(Value::Scalar { inner, quote: None, verbatim: true })
        }
    }
}

fn skip_spaces(line: &[u8], at: usize) -> usize {
    at + line[at.min(line.len())..].iter().take_while(|&&b| b == b' ').count()
}

/// Only blanks, or blanks and a comment, may follow.
fn expect_end(line: &[u8], at: usize) -> Result<(), Unsure> {
    let next = skip_spaces(line, at);
    match line.get(next) {
        None => Ok(()),
        Some(b'#') if next > at => Ok(()),
        Some(_) => Err(Unsure),
    }
}

/// The bytes between the quotes at `at`, and whether they are the value.
fn quoted(line: &[u8], at: usize) -> Result<(Range<usize>, bool), Unsure> {
    let quote = line[at];
    let begin = at + 1;
    let mut end = begin;
    let mut verbatim = true;
    loop {
        let found = if quote == b'"' {
            memchr::memchr2(b'"', b'\\', &line[end..])
        } else {
            memchr::memchr(b'\'', &line[end..])
        };
        end += found.ok_or(Unsure)?;
        match (line[end], line.get(end + 1)) {
            (b'\\', Some(b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'0')) => {}
            (b'\\', _) => return Err(Unsure),
            (b'\'', Some(b'\'')) => {}
            _ => return Ok((begin..end, verbatim)),
        }
        verbatim = false;
        end += 2;
    }
}

/// A plain scalar to the end of the line or the comment.
fn plain(line: &[u8], at: usize) -> Result<Range<usize>, Unsure> {
    if !begins_plain(line, at) {
        return Err(Unsure);
    }
    let mut end = line.len();
    for found in memchr::memchr2_iter(b':', b'#', &line[at..]) {
        let here = at + found;
        if line[here] == b':' {
            if matches!(line.get(here + 1), None | Some(b' ')) {
                return Err(Unsure);
            }
        } else if here > at && line[here - 1] == b' ' {
            end = here;
            break;
        }
    }
    while end > at && line[end - 1] == b' ' {
        end -= 1;
    }
    Ok(at..end)
}

/// Letters, digits and what means nothing at the begin of a plain scalar; a `-`
/// only where it is no list item.
fn begins_plain(line: &[u8], at: usize) -> bool {
    match line[at] {
        b'-' => line.get(at + 1).is_some_and(|&b| b != b' '),
        b => b.is_ascii_alphanumeric() || b >= 0x80 || b"_./$~+=^<();\\".contains(&b),
    }
}

/// A flow collection that closes on its line: where it ends. One that may hold an
/// image is not taken.
fn flow(line: &[u8], at: usize) -> Result<usize, Unsure> {
    const DEPTH_MAX: usize = 16;
    let mut closers = [0u8; DEPTH_MAX];
    let mut depth = 0;
    let mut at = at;
    // Whether a value or key may begin here, and whether it is a key's place.
    let mut fresh = true;
    let mut key = false;
    loop {
        at = skip_spaces(line, at);
        let &byte = line.get(at).ok_or(Unsure)?;
        match byte {
            b'{' | b'[' if fresh && !key && depth < DEPTH_MAX => {
                closers[depth] = if byte == b'{' { b'}' } else { b']' };
                depth += 1;
                key = byte == b'{';
                at += 1;
                if line.get(skip_spaces(line, at)) == Some(&closers[depth - 1]) {
                    fresh = false;
                }
                continue;
            }
            b'}' | b']' if !fresh && closers[depth - 1] == byte => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Ok(at);
                }
            }
            b',' if !fresh => {
                at += 1;
                fresh = true;
                key = closers[depth - 1] == b'}';
                continue;
            }
            _ if fresh && key => {
                at = flow_key(line, at)?;
                key = false;
                continue;
            }
            b'"' | b'\'' if fresh => at = quoted(line, at)?.0.end + 1,
            _ if fresh => at = flow_plain(line, at)?,
            _ => return Err(Unsure),
        }
        fresh = false;
        key = false;
    }
}

/// `key: ` with a value after it; where the value's blanks begin.
fn flow_key(line: &[u8], at: usize) -> Result<usize, Unsure> {
    let (name, after) = key(line, at).ok_or(Unsure)?;
    let name = &line[name];
    let special = name == b"image" || matches!(name, b"kind" | b"apiVersion");
    if special || sites::is_watched(name) || line.get(after) != Some(&b' ') {
        return Err(Unsure);
    }
    let value = skip_spaces(line, after);
    match line.get(value) {
        None | Some(b',' | b'}' | b']' | b'#') => Err(Unsure),
        Some(_) => Ok(value),
    }
}

/// A plain scalar of harmless characters inside a flow collection.
fn flow_plain(line: &[u8], at: usize) -> Result<usize, Unsure> {
    let harmless = |b: &&u8| b.is_ascii_alphanumeric() || b"_./$=+-".contains(b);
    let length = line[at..].iter().take_while(harmless).count();
    let begins = length > 0 && begins_plain(line, at) && line[at..at + length] != *b"-";
    let next = skip_spaces(line, at + length);
    let ends = matches!(line.get(next), Some(b',' | b'}' | b']'));
    if begins && ends { Ok(at + length) } else { Err(Unsure) }
}

/// A key of harmless characters, in quotes or not, at `at`: its name, and what
/// follows the `:`.
pub(super) fn key(line: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    const LENGTH_MAX: usize = 256;
    let quote = line.get(at).copied().filter(|b| matches!(b, b'"' | b'\''));
    let begin = at + usize::from(quote.is_some());
    let harmless = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/');
    let length = line[begin..].iter().take_while(harmless).count();
    if length == 0 || length > LENGTH_MAX || matches!(line[begin], b'-') {
        return None;
    }
    let end = begin + length;
    let colon = match quote {
        Some(quote) if line.get(end) == Some(&quote) => end + 1,
        Some(_) => return None,
        None => end,
    };
    let after = colon + 1;
    let is_key = line.get(colon) == Some(&b':') && matches!(line.get(after), None | Some(b' '));
    is_key.then_some((begin..end, after))
}
