//! Flow collections, on one line or many, in a loop without recursion.
//!
//! Taken: `{key: value}` and `[value]` with scalars of one meaning, comments, a comma at
//! the end. Values that are missing, pairs in lists, `?`, tabs: [`Unsure`].

use super::bytes::{is_end, is_gap, is_mark, line_end, next_line, skip_spaces};
use super::reader::{KEY_MAX, Reader};
use super::scalar::{self, Stop, begins_plain};
use super::sieve::Take;
use super::token::{FLOW, Kind, Token, Unsure};

/// Deepest nesting of flow collections taken here.
const DEPTH_MAX: u32 = 60;

/// What may stand next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A value, or the end of the list.
    Item,
    /// A key, or the end of the mapping.
    Key,
    Value,
    /// A comma, or the end.
    Comma,
}

/// The collections that are open, one bit each: 1 for a mapping.
struct Open {
    bits: u64,
    depth: u32,
}

impl Open {
    fn is_mapping(&self) -> bool {
        self.bits & 1 == 1
    }

    fn push(&mut self, mapping: bool) -> Result<(), Unsure> {
        self.bits = self.bits << 1 | u64::from(mapping);
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Unsure) } else { Ok(()) }
    }
}

/// Reads the flow collection that begins at `at`; gives its end.
pub(super) fn read<'a, T: Take<'a>>(
    reader: &mut Reader<'a, '_, T>,
    at: usize,
) -> Result<usize, Unsure> {
    let text = reader.text;
    let mut open = Open { bits: 0, depth: 0 };
    let mut next = Next::Value;
    let mut at = at;
    loop {
        at = skip_blanks(text, at)?;
        let byte = *text.get(at).ok_or(Unsure)?;
        match (next, byte) {
            (Next::Item | Next::Value, b'{' | b'[') => {
                let mapping = byte == b'{';
                open.push(mapping)?;
                let kind = if mapping { Kind::Mapping(FLOW) } else { Kind::List(FLOW) };
                reader.tell(Token::new(kind, at..at + 1))?;
                next = if mapping { Next::Key } else { Next::Item };
                at += 1;
            }
            (Next::Key | Next::Comma, b'}') if open.is_mapping() => {
                at += 1;
                next = Next::Comma;
                reader.tell(Token::new(Kind::MappingEnd, at..at))?;
                open = Open { bits: open.bits >> 1, depth: open.depth - 1 };
            }
            (Next::Item | Next::Comma, b']') if !open.is_mapping() => {
                at += 1;
                next = Next::Comma;
                reader.tell(Token::new(Kind::ListEnd, at..at))?;
                open = Open { bits: open.bits >> 1, depth: open.depth - 1 };
            }
            (Next::Comma, b',') => {
                at += 1;
                next = if open.is_mapping() { Next::Key } else { Next::Item };
            }
            (Next::Key, _) => {
                at = key(reader, at)?;
                next = Next::Value;
            }
            (Next::Item | Next::Value, _) => {
                at = value(reader, at)?;
                next = Next::Comma;
            }
            (Next::Comma, _) => return Err(Unsure),
        }
        if open.depth == 0 {
            return Ok(at);
        }
    }
}

/// Spaces, line breaks and comments.
fn skip_blanks(text: &[u8], at: usize) -> Result<usize, Unsure> {
    let mut at = at;
    loop {
        let next = skip_spaces(text, at);
        match text.get(next) {
            Some(b'\n' | b'\r') => at = next_line(text, next),
            Some(b'#') if next > 0 && matches!(text[next - 1], b' ' | b'\n') => {
                at = next_line(text, line_end(text, next));
            }
            Some(b'\t' | b'#') => return Err(Unsure),
            _ => return Ok(next),
        }
        if is_mark(text, at) {
            return Err(Unsure);
        }
        at = at.min(text.len());
    }
}

/// A key and its `:` on one line; gives what follows it.
fn key<'a, T: Take<'a>>(reader: &mut Reader<'a, '_, T>, at: usize) -> Result<usize, Unsure> {
    let text = reader.text;
    let (token, colon) = match text[at] {
        b'"' | b'\'' => {
            let token = scalar::quoted(text, at)?;
            if memchr::memchr(b'\n', &text[token.range()]).is_some() {
                return Err(Unsure);
            }
            (token, skip_spaces(text, token.end as usize))
        }
        _ if begins_plain(text, at) => {
            let (end, colon, stop) = scalar::plain_line(text, at, true)?;
            if stop != Stop::Colon {
                return Err(Unsure);
            }
            (Token::new(Kind::Plain, at..end), colon)
        }
        _ => return Err(Unsure),
    };
    // Behind a quoted key the value may follow without a gap.
    let quoted = token.kind != Kind::Plain;
    if text.get(colon) != Some(&b':') || colon - at > KEY_MAX {
        return Err(Unsure);
    }
    if !(quoted || is_gap(text, colon + 1)) {
        return Err(Unsure);
    }
    reader.tell(token)?;
    Ok(colon + 1)
}

/// A scalar or an alias; gives its end.
fn value<'a, T: Take<'a>>(reader: &mut Reader<'a, '_, T>, at: usize) -> Result<usize, Unsure> {
    let text = reader.text;
    match text[at] {
        b'"' | b'\'' => {
            let token = scalar::quoted(text, at)?;
            reader.tell(token)?;
            Ok(token.end as usize)
        }
        b'*' => {
            let (name, end) = reader.name(at)?;
            reader.alias(name, at..end)?;
            Ok(end)
        }
        _ if begins_plain(text, at) => {
            let (end, stop_at, stop) = scalar::plain_line(text, at, true)?;
            // It may go on on the next line.
            let ends = match stop {
                Stop::Flow => matches!(text[stop_at], b',' | b']' | b'}'),
                Stop::End => {
                    let next = skip_blanks(text, stop_at)?;
                    !is_end(text, stop_at) || matches!(text.get(next), Some(b',' | b']' | b'}'))
                }
                Stop::Comment | Stop::Colon => false,
            };
            if !ends {
                return Err(Unsure);
            }
            reader.tell(Token::new(Kind::Plain, at..end))?;
            Ok(end)
        }
        _ => Err(Unsure),
    }
}
