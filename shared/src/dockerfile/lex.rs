//! Bytes to logical lines: directives, continuations, heredocs, positions.
//!
//! Follows BuildKit's `parser.go` and `directives.go`. Refuses files and lines
//! over the limits, doubled or senseless directives and heredocs without end.
//! Knows instructions only as far as heredocs need: `RUN`, `COPY`, `ADD`.
//! Bytes that are not UTF-8 become U+FFFD each, as they do in BuildKit.

use std::ops::Range;

use super::error::{Error, Kind};
use super::heredoc::{self, Heredoc};
use crate::util::place::Place;

/// Longest file that is read, in bytes.
pub const FILE_MAX: usize = 8 << 20;
/// Longest physical line with its end, in bytes (Go's `bufio.MaxScanTokenSize`, which BuildKit has).
pub const LINE_MAX: usize = 65_535;

/// A parser directive: `# syntax=docker/dockerfile:1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Lower case: `syntax`, `escape` or `check`.
    pub name: String,
    pub value: String,
    /// From 1.
    pub line: usize,
    /// White space stands before the `#`: then, and in lines behind, BuildKit looks for
    /// no frontend.
    pub(crate) indented: bool,
}

/// One instruction's text with its continuations joined, and its heredocs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logical {
    pub text: String,
    /// Bytes in the file, from the first line's begin to past the last line's end, heredocs included.
    pub span: Range<usize>,
    /// First and last line, from 1.
    pub line: usize,
    pub end_line: usize,
    pub heredocs: Vec<Heredoc>,
    /// Where an escape character stands that continues into the end of the file.
    pub dangling: Option<usize>,
    /// Begin in `text` and in the file of each part, ascending.
    parts: Vec<(usize, usize)>,
}

impl Logical {
    /// The offset in the file of an offset in `text`.
    pub fn source_offset(&self, offset: usize) -> usize {
        let part = self.parts.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        self.parts.get(part).map_or(self.span.start, |(start, source)| source + (offset - start))
    }
}

/// A Dockerfile as lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexed {
    /// A backslash or a backtick.
    pub escape: char,
    pub directives: Vec<Directive>,
    pub lines: Vec<Logical>,
    /// What stopped the lexer, after `lines`.
    pub fault: Option<Error>,
}

/// Splits a file into logical lines. Where a fault stops it, the lines before are there.
pub fn lex(bytes: &[u8], file: &str) -> Lexed {
    let mut lexed = Lexed { escape: '\\', directives: Vec::new(), lines: Vec::new(), fault: None };
    let mut lexer = Lexer { bytes, file, lines: Lines::new(bytes), escape: b'\\' };
    lexed.fault = lexer.run(&mut lexed).err();
    lexed
}

/// The place of a byte offset in a file.
pub fn place(bytes: &[u8], file: &str, offset: usize) -> Place {
    let before = &bytes[..offset.min(bytes.len())];
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let mut shown = String::from_utf8_lossy(&before[start..]).chars().count();
    if start == 0 && before.starts_with(BOM) {
        shown -= 1;
    }
    Place::new(file, line, shown + 1)
}

const BOM: &[u8] = b"\xef\xbb\xbf";

struct Lexer<'a> {
    bytes: &'a [u8],
    file: &'a str,
    lines: Lines<'a>,
    escape: u8,
}

impl Lexer<'_> {
    fn run(&mut self, lexed: &mut Lexed) -> Result<(), Error> {
        if self.bytes.len() > FILE_MAX {
            let kind = Kind::FileTooLarge { size: self.bytes.len(), limit: FILE_MAX };
            return Err(Error::new(Place::new(self.file, 1, 1), kind));
        }
        lexed.directives = self.directives()?;
        lexed.escape = char::from(self.escape);
        while let Some(line) = self.next_line()? {
            if let Some(logical) = self.logical(&line)? {
                lexed.lines.push(logical);
                self.heredocs(lexed)?;
            }
        }
        Ok(())
    }

    /// The next physical line, if it is not too long for builders.
    fn next_line(&mut self) -> Result<Option<Line>, Error> {
        let Some(line) = self.lines.next() else { return Ok(None) };
        let size = line.span.len();
        if size > LINE_MAX {
            let kind = Kind::LineTooLong { size, limit: LINE_MAX };
            return Err(self.error(line.span.start, kind));
        }
        Ok(Some(line))
    }

    fn error(&self, offset: usize, kind: Kind) -> Error {
        Error::new(place(self.bytes, self.file, offset), kind)
    }

    /// Directives stand at the very top; the first line that is none ends them.
    fn directives(&mut self) -> Result<Vec<Directive>, Error> {
        let mut found: Vec<Directive> = Vec::new();
        let mut shebang = false;
        for line in Lines::new(self.bytes) {
            let text = line.text(self.bytes);
            if line.number == 1 && text.starts_with(b"#!") {
                // A frontend is looked for behind a shebang, an escape character is not.
                shebang = true;
                continue;
            }
            let trimmed = trim_start(text);
            let Some((name, value)) = directive(trimmed) else { break };
            if found.iter().any(|d| d.name == name) {
                if shebang {
                    break;
                }
                let hint = format!("keep one `# {name}=` line");
                return Err(self.error(line.span.start, Kind::DirectiveTwice(name)).hint(hint));
            }
            if name == "escape" && !shebang {
                self.escape = match value.as_str() {
                    "\\" => b'\\',
                    "`" => b'`',
                    _ => return Err(self.error(line.span.start, Kind::Escape(value))),
                };
            }
            let indented = trimmed.len() < text.len();
            found.push(Directive { name, value, line: line.number, indented });
        }
        Ok(found)
    }

    /// The logical line that begins with `first`; `None` for a blank line or a comment.
    fn logical(&mut self, first: &Line) -> Result<Option<Logical>, Error> {
        let text = first.text(self.bytes);
        let trimmed = trim_start(text);
        if trimmed.is_empty() || trimmed[0] == b'#' {
            return Ok(None);
        }
        let mut joined = Joined::default();
        let mut logical = Logical {
            text: String::new(),
            span: first.span.clone(),
            line: first.number,
            end_line: first.number,
            heredocs: Vec::new(),
            dangling: None,
            parts: Vec::new(),
        };
        let start = first.start + (text.len() - trimmed.len());
        logical.dangling = self.join(&mut joined, trimmed, start);
        while logical.dangling.is_some() {
            let Some(line) = self.next_line()? else { break };
            logical.span.end = line.span.end;
            logical.end_line = line.number;
            let text = line.text(self.bytes);
            let visible = trim_start(text);
            // Comments and blank lines between continuations count for nothing.
            if visible.is_empty() || visible[0] == b'#' {
                continue;
            }
            logical.dangling = self.join(&mut joined, text, line.start);
        }
        logical.text = to_text(&joined.bytes);
        logical.parts = joined.parts;
        Ok(Some(logical))
    }

    /// Adds a line without its continuation, and says where that stood.
    fn join(&self, joined: &mut Joined, text: &[u8], start: usize) -> Option<usize> {
        let end = text.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
        // BuildKit takes a doubled escape character at the end for no continuation.
        let continued =
            end > 0 && text[end - 1] == self.escape && (end == 1 || text[end - 2] != self.escape);
        let kept = if continued { &text[..end - 1] } else { text };
        joined.parts.push((joined.bytes.len(), start));
        joined.bytes.extend_from_slice(kept);
        continued.then(|| start + end - 1)
    }

    /// Reads the heredocs that the last line announces.
    fn heredocs(&mut self, lexed: &mut Lexed) -> Result<(), Error> {
        let Some(logical) = lexed.lines.last_mut() else { return Ok(()) };
        if !heredoc::may_stand(&logical.text, lexed.escape) {
            return Ok(());
        }
        let announced = heredoc::announced(&logical.text)
            .map_err(|kind| self.error(logical.source_offset(0), kind))?;
        for mut doc in announced {
            let opened = logical.source_offset(0);
            let name = doc.name.as_bytes();
            let mut content: Option<Range<usize>> = None;
            loop {
                let Some(line) = self.next_line()? else {
                    let hint = format!("end it with a line that holds `{}` alone", doc.name);
                    return Err(self.error(opened, Kind::Heredoc(doc.name)).hint(hint));
                };
                logical.span.end = line.span.end;
                logical.end_line = line.number;
                let text = line.text(self.bytes);
                let text = if doc.chomp { trim_tabs(text) } else { text };
                if text == name {
                    break;
                }
                let start = content.map_or(line.span.start, |range| range.start);
                content = Some(start..line.span.end);
            }
            let content = content.map_or(&b""[..], |range| &self.bytes[range]);
            doc.content = to_text(content);
            logical.heredocs.push(doc);
        }
        Ok(())
    }
}

#[derive(Default)]
struct Joined {
    bytes: Vec<u8>,
    parts: Vec<(usize, usize)>,
}

/// A physical line.
struct Line {
    number: usize,
    /// With the line's end, and the BOM of the first.
    span: Range<usize>,
    /// Where the text begins (after a BOM).
    start: usize,
}

impl Line {
    /// Without `\n` and any `\r` before it.
    fn text<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let line = &bytes[self.start..self.span.end];
        let end = line.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |at| at + 1);
        &line[..end]
    }
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, number: 0 }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let from = self.at;
        let rest = &self.bytes[from..];
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.number += 1;
        let bom = if from == 0 && rest.starts_with(BOM) { BOM.len() } else { 0 };
        Some(Line { number: self.number, span: from..self.at, start: from + bom })
    }
}

/// Text with one U+FFFD for each byte that belongs to no character, as Go reads it.
fn to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// `# name = value`, for the names that are directives.
fn directive(line: &[u8]) -> Option<(String, String)> {
    let text = to_text(trim_start(line.strip_prefix(b"#")?));
    let (name, value) = text.split_once('=')?;
    let name = name.trim_end_matches(is_blank).to_ascii_lowercase();
    let known = matches!(name.as_str(), "syntax" | "escape" | "check");
    Some((name, directive_value(value)?)).filter(|_| known)
}

/// A directive's value; of nothing but blanks, the last one.
pub(super) fn directive_value(text: &str) -> Option<String> {
    let value = text.trim_matches(is_blank);
    let last = text.chars().next_back()?;
    Some(if value.is_empty() { last.to_string() } else { value.to_owned() })
}

/// `\s` of Go's regular expressions.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

/// Without white space before it: ASCII's and Unicode's, as Go's `unicode.IsSpace`.
fn trim_start(line: &[u8]) -> &[u8] {
    let ascii = line
        .iter()
        .position(|b| !matches!(b, b' ' | b'\t' | 0x0b | 0x0c | b'\r'))
        .unwrap_or(line.len());
    let rest = &line[ascii..];
    if rest.first().is_none_or(u8::is_ascii) {
        return rest;
    }
    let valid = rest.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    &rest[valid.len() - valid.trim_start().len()..]
}

fn trim_tabs(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|b| *b != b'\t').unwrap_or(line.len());
    &line[start..]
}
