//! A logical line cut up: keyword, flags, words, and the JSON form.
//!
//! Follows BuildKit's `split_command.go` and `line_parsers.go`. Expands nothing
//! and judges nothing; offsets are bytes in the logical line.

/// A piece of a logical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub text: &'a str,
    pub offset: usize,
}

impl<'a> Piece<'a> {
    /// Without white space at its ends.
    pub fn trim(self) -> Self {
        let start = self.text.trim_start();
        Self { text: start.trim_end(), offset: self.offset + (self.text.len() - start.len()) }
    }

    pub fn from(self, at: usize) -> Self {
        Self { text: &self.text[at..], offset: self.offset + at }
    }

    /// From a byte on, or from the next character where it is inside of one.
    fn at_boundary(self, at: usize) -> Self {
        let at = (at..self.text.len()).find(|at| self.text.is_char_boundary(*at));
        self.from(at.unwrap_or(self.text.len()))
    }

    /// Split at the first run of blanks (`[\t\v\f\r ]+`).
    pub fn split_blank(self) -> (Piece<'a>, Option<Piece<'a>>) {
        let Some(at) = self.text.find(is_blank) else { return (self, None) };
        let after = self.text[at..].find(|c| !is_blank(c)).map_or(self.text.len(), |n| at + n);
        (Piece { text: &self.text[..at], ..self }, Some(self.from(after)))
    }
}

/// What `[\t\v\f\r ]` matches.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\x0b' | '\x0c' | '\r' | ' ')
}

/// A line's parts.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    pub keyword: &'a str,
    /// As they are meant: quotes and escapes removed, `--` included; with the offset.
    pub flags: Vec<(String, usize)>,
    pub rest: Piece<'a>,
}

/// Keyword, flags, and the rest without white space around it.
pub(crate) fn split_command(line: &str, escape: char) -> Command<'_> {
    let (keyword, rest) = Piece { text: line, offset: 0 }.trim().split_blank();
    let end = Piece { text: "", offset: line.len() };
    let (flags, rest) = rest.map_or((Vec::new(), end), |rest| split_flags(rest, escape));
    Command { keyword: keyword.text, flags, rest: rest.trim() }
}

/// HEALTHCHECK's first word, and what follows it; white space is looked for in bytes.
pub(crate) fn split_kind(rest: Piece<'_>) -> (&str, Piece<'_>) {
    let bytes = rest.text.as_bytes();
    let end = bytes.iter().position(|byte| is_space(*byte)).unwrap_or(bytes.len());
    let after = bytes[end..].iter().position(|byte| !is_space(*byte)).unwrap_or(bytes.len() - end);
    let word = (end..=bytes.len()).find_map(|end| rest.text.get(..end)).unwrap_or("");
    (word, rest.at_boundary(end + after))
}

/// Takes words that begin with `--` off the front; a lone `--` ends them.
fn split_flags(line: Piece<'_>, escape: char) -> (Vec<(String, usize)>, Piece<'_>) {
    let mut flags = Vec::new();
    let mut rest = line;
    loop {
        let start = rest.text.bytes().position(|byte| !is_space(byte));
        rest = rest.at_boundary(start.unwrap_or(rest.text.len()));
        if !rest.text.starts_with("--") {
            return (flags, rest);
        }
        let (word, length) = flag_word(rest.text, escape);
        let offset = rest.offset;
        rest = rest.at_boundary(length);
        if word == "--" {
            return (flags, rest);
        }
        flags.push((word, offset));
    }
}

/// A flag without its quotes and escapes, and how many bytes it takes. BuildKit reads
/// flags byte by byte, each of them a character: `é` becomes `Ã©`, and the second byte
/// of `à` is white space.
fn flag_word(text: &str, escape: char) -> (String, usize) {
    let mut word = String::new();
    let mut quote = None;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let c = char::from(byte);
        match quote {
            None if is_space(byte) => return (word, at),
            None if matches!(c, '\'' | '"') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ if c == escape => word.extend(bytes.next().map(|(_, next)| char::from(next))),
            _ => word.push(c),
        }
    }
    (word, text.len())
}

/// Go's `unicode.IsSpace` of a byte.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0)
}

/// Words at white space; quotes and escapes keep words together and stay in them.
pub(crate) fn split_words(text: Piece<'_>, escape: char) -> Vec<(String, usize)> {
    let mut words = Vec::new();
    let mut word = Word::default();
    let mut chars = text.text.char_indices();
    while let Some((at, c)) = chars.next() {
        if word.quote.is_none() && c.is_whitespace() {
            words.extend(word.take(text.offset));
            continue;
        }
        word.start.get_or_insert(at);
        let literal = word.quote == Some('\'');
        if word.quote == Some(c) {
            word.quote = None;
        } else if word.quote.is_none() && matches!(c, '\'' | '"') {
            word.quote = Some(c);
            word.quoted = true;
        }
        if c == escape && !literal {
            // An escape character at the very end is dropped.
            let Some((_, next)) = chars.next() else { break };
            word.text.push(c);
            word.text.push(next);
        } else {
            word.text.push(c);
        }
    }
    words.extend(word.take(text.offset));
    words
}

#[derive(Default)]
struct Word {
    text: String,
    start: Option<usize>,
    quote: Option<char>,
    /// A quoted empty word counts.
    quoted: bool,
}

impl Word {
    fn take(&mut self, offset: usize) -> Option<(String, usize)> {
        let word = std::mem::take(self);
        let at = offset + word.start.unwrap_or(0);
        (word.quoted || !word.text.is_empty()).then_some((word.text, at))
    }
}

/// Words at blanks, quotes meaning nothing.
pub(crate) fn split_blanks(text: Piece<'_>) -> Vec<(String, usize)> {
    let mut words = Vec::new();
    let mut rest = Some(text);
    while let Some(piece) = rest.filter(|piece| !piece.text.is_empty()) {
        let (word, after) = piece.split_blank();
        words.push((word.text.to_owned(), word.offset));
        rest = after;
    }
    words
}

/// What a text is, seen as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    /// An array of strings: the exec form.
    Strings(Vec<String>),
    /// An array with something else in it, which BuildKit refuses.
    Mixed,
    /// Anything else: the shell form.
    No,
}

pub(crate) fn json_strings(text: &str) -> Json {
    let text = text.trim_start();
    if !text.starts_with('[') {
        return Json::No;
    }
    if let Ok(strings) = serde_json::from_str::<Vec<String>>(text) {
        return Json::Strings(strings);
    }
    match serde_json::from_str::<Vec<serde::de::IgnoredAny>>(text) {
        Ok(_) => Json::Mixed,
        Err(_) => Json::No,
    }
}
