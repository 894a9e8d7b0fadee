//! JSON, one value or several, as [`super::super::json`] reads it: the same events in less
//! time. What that refuses, and nesting that is deeper than anybody's, is [`Unsure`].

use super::super::document::VALUE_MAX;
use super::super::json::is_number;
use super::sieve::{Sieve, Take};
use super::token::{FLOW, Kind, LENGTH_MAX, Token, Unsure};

/// Deepest nesting taken here.
const DEPTH_MAX: u32 = 60;

/// What may stand next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// After `[`: a value or `]`.
    FirstItem,
    /// After `{`: a key or `}`.
    FirstKey,
    Key,
    /// After an item or a member: `,` or the end of what holds it.
    Comma,
}

/// Whether a text begins as JSON manifests do.
pub(super) fn begins(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}

struct Reader<'a, 's, T> {
    text: &'a [u8],
    sieve: &'s mut Sieve<'a, T>,
    /// One bit for each collection that is open: 1 for an object.
    open: u64,
    depth: u32,
}

/// Reads all values into a sieve, each of them a document; what has been told before an
/// [`Unsure`] is void.
pub(super) fn read<'a, T: Take<'a>>(text: &'a str, sieve: &mut Sieve<'a, T>) -> Result<(), Unsure> {
    if text.len() >= LENGTH_MAX {
        return Err(Unsure);
    }
    let mut reader = Reader { text: text.as_bytes(), sieve, open: 0, depth: 0 };
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    loop {
        at = skip_blanks(reader.text, at);
        if at == reader.text.len() {
            return Ok(());
        }
        reader.sieve.begin_document();
        at = reader.value(at)?;
        reader.sieve.end_document();
    }
}

impl<'a, T: Take<'a>> Reader<'a, '_, T> {
    /// A value with all that it holds; gives its end.
    fn value(&mut self, at: usize) -> Result<usize, Unsure> {
        let mut at = at;
        let mut next = Next::Value;
        loop {
            at = skip_blanks(self.text, at);
            let byte = *self.text.get(at).ok_or(Unsure)?;
            (at, next) = match (next, byte) {
                (Next::Value | Next::FirstItem, b'{') => (self.begin(at, true)?, Next::FirstKey),
                (Next::Value | Next::FirstItem, b'[') => (self.begin(at, false)?, Next::FirstItem),
                (Next::FirstItem, b']') => (self.end(at), Next::Comma),
                (Next::FirstKey, b'}') => (self.end(at), Next::Comma),
                (Next::Comma, b'}') if self.open & 1 == 1 => (self.end(at), Next::Comma),
                (Next::Comma, b']') if self.open & 1 == 0 => (self.end(at), Next::Comma),
                (Next::Comma, b',') => {
                    let object = self.open & 1 == 1;
                    (at + 1, if object { Next::Key } else { Next::Value })
                }
                (Next::FirstKey | Next::Key, b'"') => {
                    let end = skip_blanks(self.text, self.string(at)?);
                    if self.text.get(end) != Some(&b':') {
                        return Err(Unsure);
                    }
                    (end + 1, Next::Value)
                }
                (Next::Value | Next::FirstItem, b'"') => (self.string(at)?, Next::Comma),
                (Next::Value | Next::FirstItem, _) => (self.word(at)?, Next::Comma),
                _ => return Err(Unsure),
            };
            if self.depth == 0 {
                return Ok(at);
            }
        }
    }

    fn begin(&mut self, at: usize, object: bool) -> Result<usize, Unsure> {
        if self.depth >= DEPTH_MAX {
            return Err(Unsure);
        }
        self.open = self.open << 1 | u64::from(object);
        self.depth += 1;
        let kind = if object { Kind::Mapping(FLOW) } else { Kind::List(FLOW) };
        self.sieve.open(Token::new(kind, at..at + 1));
        Ok(at + 1)
    }

    fn end(&mut self, at: usize) -> usize {
        let kind = if self.open & 1 == 1 { Kind::MappingEnd } else { Kind::ListEnd };
        self.open >>= 1;
        self.depth -= 1;
        self.sieve.close(Token::new(kind, at..at + 1));
        at + 1
    }

    fn string(&mut self, begin: usize) -> Result<usize, Unsure> {
        let mut at = begin + 1;
        let mut kind = Kind::Double;
        loop {
            match *self.text.get(at).ok_or(Unsure)? {
                b'"' => break,
                b'\\' => {
                    kind = Kind::Json;
                    at += escape(&self.text[at..])?;
                }
                0..=0x1f => return Err(Unsure),
                _ => at += 1,
            }
        }
        self.scalar(kind, begin, at + 1)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self, begin: usize) -> Result<usize, Unsure> {
        let rest = &self.text[begin..];
        let in_word = |b: &&u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
        let length = rest.iter().take_while(in_word).count();
        let word = std::str::from_utf8(&rest[..length]).map_err(|_| Unsure)?;
        let plain_digits = !word.starts_with('0') && word.bytes().all(|b| b.is_ascii_digit());
        let known = || matches!(word, "true" | "false" | "null") || is_number(word);
        if length == 0 || !(plain_digits || known()) {
            return Err(Unsure);
        }
        self.scalar(Kind::Plain, begin, begin + length)
    }

    fn scalar(&mut self, kind: Kind, begin: usize, end: usize) -> Result<usize, Unsure> {
        if end - begin > VALUE_MAX {
            return Err(Unsure);
        }
        self.sieve.scalar(Token::new(kind, begin..end));
        Ok(end)
    }
}

fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The length of an escape of JSON, its `\` included; halves of pairs come together.
fn escape(text: &[u8]) -> Result<usize, Unsure> {
    match text.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match unit(text).ok_or(Unsure)? {
            0xd800..=0xdbff => match text.get(6..).and_then(unit) {
                Some(0xdc00..=0xdfff) => Ok(12),
                _ => Err(Unsure),
            },
            0xdc00..=0xdfff => Err(Unsure),
            _ => Ok(6),
        },
        _ => Err(Unsure),
    }
}

/// `\u` and four digits.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| hex)
}
