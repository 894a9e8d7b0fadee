//! Scalars, in the part of YAML that has one meaning: where they end, and that their
//! syntax is valid.
//!
//! Everything that may mean more is [`Unsure`]: tabs where they could be blanks, escapes
//! that few write, indicators that could begin something else.

use std::ops::Range;

use super::bytes::{is_end, is_gap, is_mark, line_end, next_line, rest_of_line, skip_spaces};
use super::token::{Chomp, Header, Kind, Token, Unsure};

/// What a plain scalar's line is, up to where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The line ends here, or a comment began.
    End,
    Comment,
    /// A `:` with a gap behind it.
    Colon,
    /// `,`, `]` or `}` in a flow collection.
    Flow,
}

const OTHER: u8 = 0;
const BREAK: u8 = 1;
const COLON: u8 = 2;
const HASH: u8 = 3;
const TAB: u8 = 4;
const FLOW: u8 = 5;

/// What may end a plain scalar.
static CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    classes[b'\n' as usize] = BREAK;
    classes[b'\r' as usize] = BREAK;
    classes[b':' as usize] = COLON;
    classes[b'#' as usize] = HASH;
    classes[b'\t' as usize] = TAB;
    classes[b',' as usize] = FLOW;
    classes[b'[' as usize] = FLOW;
    classes[b']' as usize] = FLOW;
    classes[b'{' as usize] = FLOW;
    classes[b'}' as usize] = FLOW;
    classes
};

/// The part of a plain scalar that stands on one line: its end, blanks behind it
/// excluded, where reading stopped, and at what.
pub(super) fn plain_line(
    text: &[u8],
    begin: usize,
    in_flow: bool,
) -> Result<(usize, usize, Stop), Unsure> {
    let mut at = begin;
    let stop = loop {
        let Some(&byte) = text.get(at) else { break Stop::End };
        match CLASSES[usize::from(byte)] {
            BREAK => break Stop::End,
            COLON if is_gap(text, at + 1) => break Stop::Colon,
            COLON if matches!(text.get(at + 1), Some(b'\t')) => return Err(Unsure),
            COLON if in_flow && is_flow(text, at + 1) => return Err(Unsure),
            HASH if at > begin && text[at - 1] == b' ' => break Stop::Comment,
            HASH if at == begin => return Err(Unsure),
            TAB => return Err(Unsure),
            FLOW if in_flow => break Stop::Flow,
            _ => at += 1,
        }
    };
    let mut end = at;
    while end > begin && text[end - 1] == b' ' {
        end -= 1;
    }
    Ok((end, at, stop))
}

fn is_flow(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b',' | b'[' | b']' | b'{' | b'}'))
}

/// Whether a plain scalar may begin here: letters, digits and what means nothing at its
/// begin; a `-` only where it is no list item.
pub(super) fn begins_plain(text: &[u8], at: usize) -> bool {
    match text.get(at) {
        Some(b'-') => !is_gap(text, at + 1) && !is_flow(text, at + 1) && text[at + 1] != b'\t',
        Some(b) => b.is_ascii_alphanumeric() || *b >= 0x80 || b"_./$~+=^<();\\".contains(b),
        None => false,
    }
}

/// A plain scalar that begins at `begin` and goes on on the lines below the one that ends
/// at `line`, as long as they stand deeper than `parent`: its end, and the end of its
/// last line.
pub(super) fn plain_lines(
    text: &[u8],
    begin: usize,
    end: usize,
    line: usize,
    parent: usize,
) -> Result<(Token, usize), Unsure> {
    let (mut end, mut line) = (end, line);
    let mut kind = Kind::Plain;
    let mut at = next_line(text, line);
    while at < text.len() {
        let content = skip_spaces(text, at);
        if is_end(text, content) {
            at = next_line(text, content);
            continue;
        }
        if content - at <= parent || text[content] == b'#' {
            break;
        }
        if text[content] == b'\t' {
            return Err(Unsure);
        }
        let (last, stop_at, stop) = plain_line(text, content, false)?;
        (kind, end) = (Kind::PlainLines, last);
        match stop {
            Stop::End => line = stop_at,
            Stop::Comment => {
                line = line_end(text, stop_at);
                break;
            }
            Stop::Colon | Stop::Flow => return Err(Unsure),
        }
        at = next_line(text, line);
    }
    Ok((Token::new(kind, begin..end), line))
}

/// The scalar in quotes that begins at `at`; its range includes them.
pub(super) fn quoted(text: &[u8], at: usize) -> Result<Token, Unsure> {
    let single = text[at] == b'\'';
    let mut end = at + 1;
    let mut verbatim = true;
    loop {
        let rest = &text[end..];
        let found = match single {
            true => memchr::memchr2(b'\'', b'\n', rest),
            false => memchr::memchr3(b'"', b'\\', b'\n', rest),
        };
        end += found.ok_or(Unsure)?;
        match (text[end], text.get(end + 1)) {
            (b'\n', _) => {
                if is_mark(text, end + 1) {
                    return Err(Unsure);
                }
                end += 1;
            }
            (b'\'', Some(b'\'')) => end += 2,
            (b'\\', Some(_)) => end += 1 + escape(&text[end + 1..])?,
            (b'\\', None) => return Err(Unsure),
            _ => {
                let kind = match (single, verbatim) {
                    (true, true) => Kind::Single,
                    (true, false) => Kind::SingleEscaped,
                    (false, true) => Kind::Double,
                    (false, false) => Kind::DoubleEscaped,
                };
                return Ok(Token::new(kind, at..end + 1));
            }
        }
        verbatim = false;
    }
}

/// The length of what stands behind a `\`, if it is an escape of YAML.
fn escape(after: &[u8]) -> Result<usize, Unsure> {
    let hex = |length: usize| {
        let digits = after.get(1..=length).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        digits.map(|_| 1 + length).ok_or(Unsure)
    };
    match after[0] {
        b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'0' | b'a' | b'b' | b'v' | b'f' | b'e'
        | b' ' | b'N' | b'_' | b'L' | b'P' => Ok(1),
        b'x' => hex(2),
        // Halves of surrogate pairs.
        b'u' if matches!(after.get(1), Some(b'd' | b'D')) => Err(Unsure),
        b'u' => hex(4),
        // The line break itself is seen next.
        b'\n' => Ok(0),
        b'\r' => Ok(1),
        _ => Err(Unsure),
    }
}

/// The block scalar whose `|` or `>` stands at `at`, in a node of indentation `parent`,
/// and the begin of the first line after it.
pub(super) fn block(text: &[u8], at: usize, parent: usize) -> Result<(Token, usize), Unsure> {
    let folded = text[at] == b'>';
    let (mut chomp, mut deeper) = (Chomp::Clip, 0);
    let mut after = at + 1;
    for _ in 0..2 {
        match text.get(after) {
            Some(b'-') if chomp == Chomp::Clip => chomp = Chomp::Strip,
            Some(b'+') if chomp == Chomp::Clip => chomp = Chomp::Keep,
            Some(digit @ b'1'..=b'9') if deeper == 0 => deeper = usize::from(digit - b'0'),
            _ => break,
        }
        after += 1;
    }
    let begin = next_line(text, rest_of_line(text, after)?);
    let given = (deeper > 0).then_some(parent + deeper);
    let (range, indent, next) = block_content(text, begin, parent, given)?;
    let indent = u16::try_from(indent).map_err(|_| Unsure)?;
    let header = Header { folded, chomp, indent };
    Ok((Token::new(Kind::Block(header), range), next))
}

/// The content, its indentation, and the begin of the first line after it. A scalar
/// without content is for the full parser.
fn block_content(
    text: &[u8],
    begin: usize,
    parent: usize,
    given: Option<usize>,
) -> Result<(Range<usize>, usize, usize), Unsure> {
    let mut at = begin;
    let mut content = None;
    // Spaces of empty lines above the content may not reach further than it.
    let mut blank = 0;
    let mut end = text.len();
    while at < text.len() {
        let first = skip_spaces(text, at);
        let indent = first - at;
        match content {
            None if is_end(text, first) => blank = blank.max(indent),
            None => {
                let wanted = given.unwrap_or(indent);
                if indent < wanted || indent <= parent || blank > wanted {
                    return Err(Unsure);
                }
                content = Some((at + wanted, wanted));
            }
            Some((_, wanted)) if !is_end(text, first) && indent < wanted => {
                if indent > parent {
                    return Err(Unsure);
                }
                end = first;
                break;
            }
            Some(_) => {}
        }
        at = next_line(text, line_end(text, first));
    }
    let (start, indent) = content.ok_or(Unsure)?;
    Ok((start..end, indent, at.min(text.len())))
}
