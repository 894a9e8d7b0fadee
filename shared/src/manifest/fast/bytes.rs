//! Bytes of a document: line ends, blanks, and those that need the full parser.

use super::token::Unsure;

/// Where the line that `at` is in ends, its line break excluded.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n);
    if end > at && text[end - 1] == b'\r' { end - 1 } else { end }
}

/// The begin of the next line, from the end of one.
pub(super) fn next_line(text: &[u8], end: usize) -> usize {
    end + 1 + usize::from(text.get(end) == Some(&b'\r'))
}

/// Whether a line ends here.
pub(super) fn is_end(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), None | Some(b'\n' | b'\r'))
}

/// Whether what stands here separates: a space or a line end. Tabs do, too, for YAML;
/// where they stand they are for the full parser.
pub(super) fn is_gap(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), None | Some(b' ' | b'\n' | b'\r'))
}

/// The first byte from `at` on that is no space.
pub(super) fn skip_spaces(text: &[u8], mut at: usize) -> usize {
    while text.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// The end of a line that holds only spaces and perhaps a comment from `at` on.
pub(super) fn rest_of_line(text: &[u8], at: usize) -> Result<usize, Unsure> {
    let next = skip_spaces(text, at);
    match text.get(next) {
        None | Some(b'\n' | b'\r') => Ok(next),
        Some(b'#') if next > at => Ok(line_end(text, next)),
        Some(_) => Err(Unsure),
    }
}

/// Whether a mark of documents begins here; only asked at the begin of a line.
pub(super) fn is_mark(text: &[u8], at: usize) -> bool {
    let rest = &text[at.min(text.len())..];
    (rest.starts_with(b"---") || rest.starts_with(b"..."))
        && matches!(rest.get(3), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
}

/// Control characters, `\r` but for `\r\n`, and the characters that some YAML version
/// takes for line breaks or forbids (U+0080 to U+009F, U+2028, U+2029, U+FEFF, U+FFFE,
/// U+FFFF) are for the full parser.
pub(super) fn check(text: &[u8]) -> Result<(), Unsure> {
    const CHUNK: usize = 64;
    // Most chunks are printable ASCII: that is seen at many bytes a step.
    let odd = |b: u8| u8::from(b.wrapping_sub(0x20) >= 0x5f) & u8::from(b != b'\n');
    for (index, chunk) in text.chunks(CHUNK).enumerate() {
        if chunk.iter().fold(0, |all, &b| all | odd(b)) != 0 {
            check_one_by_one(text, index * CHUNK, chunk.len())?;
        }
    }
    Ok(())
}

fn check_one_by_one(text: &[u8], begin: usize, length: usize) -> Result<(), Unsure> {
    for at in begin..begin + length {
        let sure = match text[at] {
            b'\n' | b'\t' | 0x20..=0x7e => true,
            b'\r' => text.get(at + 1) == Some(&b'\n'),
            0xc2 | 0xe2 | 0xef => !is_odd_wide(&text[at..]),
            0x80.. => true,
            _ => false,
        };
        if !sure {
            return Err(Unsure);
        }
    }
    Ok(())
}

fn is_odd_wide(text: &[u8]) -> bool {
    matches!(
        (text[0], text.get(1), text.get(2)),
        (0xc2, Some(0x80..=0x9f), _)
            | (0xe2, Some(0x80), Some(0xa8 | 0xa9))
            | (0xef, Some(0xbb), Some(0xbf))
            | (0xef, Some(0xbf), Some(0xbe | 0xbf))
    )
}
