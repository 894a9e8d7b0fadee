//! The sites of one document, found line by line.
//!
//! The document must lie in a part of YAML where each line has one meaning, given
//! the indentations that are open: block mappings and lists, values that end on
//! their line ([`super::value`]), literal and folded blocks, comments. What does
//! not is [`Unsure`], and the full parser reads the document. So a document that
//! is taken here is valid, and its sites are those the full parser finds.

use std::ops::Range;

use super::super::path::{self, Step};
use super::super::sites::{self, Scope};
use super::super::{crds, nested};
use super::value::{self, Unsure, Value};

/// Deepest nesting taken here.
const DEPTH_MAX: usize = 100;

/// A string under a key `image`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    /// The value's bytes, without quotes.
    pub range: Range<usize>,
    pub quote: Option<u8>,
    /// The bytes of its line from the value's first quote or byte to the line's end.
    pub tail: Range<usize>,
}

/// A block mapping or list that is open.
struct Level {
    indent: usize,
    list: bool,
    /// The key that was read last.
    key: Range<usize>,
    /// Items before the current one.
    index: usize,
}

/// Reads a document.
pub(super) struct Lines<'a, 'r> {
    text: &'a [u8],
    source: &'a str,
    scope: Scope<'r>,
    tabs: bool,
    levels: Vec<Level>,
    /// The last line was `key:`: what is nested deeper belongs to it.
    pending: bool,
    has_api_version: bool,
    /// The document's; empty before it is known.
    kind: &'a str,
    /// Some string may hold a document with images.
    texts: bool,
}

impl<'a, 'r> Lines<'a, 'r> {
    pub fn new(source: &'a str, scope: Scope<'r>) -> Result<Self, Unsure> {
        let text = source.as_bytes();
        let tabs = check_bytes(text)?;
        let levels = Vec::with_capacity(16);
        let (pending, has_api_version, texts) = (false, false, false);
        let kind = "";
        Ok(Self { text, source, scope, tabs, levels, pending, has_api_version, kind, texts })
    }

    /// Strings that hold documents with images are for the full parser.
    fn check(&mut self, value: &Value, base: usize) -> Result<(), Unsure> {
        let slice = |range: &Range<usize>| &self.source[base + range.start..base + range.end];
        match value {
            Value::Scalar { quote: None, .. } | Value::Open | Value::Block => Ok(()),
            Value::Scalar { inner, verbatim: true, .. } => {
                let text = slice(inner);
                if nested::may_hold(text, self.scope) { self.text(text) } else { Ok(()) }
            }
            Value::Scalar { inner, .. } => {
                let text = slice(inner);
                if nested::may_name(text, self.scope) { self.text(text) } else { Ok(()) }
            }
            Value::Flow(range) => {
                let flow = slice(range);
                let holds = flow.contains(['"', '\'']) && nested::may_name(flow, self.scope);
                if holds { Err(Unsure) } else { Ok(()) }
            }
        }
    }

    /// A string that may hold a document: it does in some places only, unless it is
    /// of objects.
    fn text(&mut self, text: &str) -> Result<(), Unsure> {
        let parent = self.levels.iter().rev().nth(1);
        let annotation = parent.is_some_and(|level| {
            !level.list && nested::is_annotations(&self.source[level.key.clone()])
        });
        if annotation || text.contains("apiVersion") {
            return Err(Unsure);
        }
        self.texts = true;
        Ok(())
    }

    /// Reads all lines; each string under `image` is told with its path.
    pub fn read(mut self, mut found: impl FnMut(Image, &dyn Fn() -> String)) -> Result<(), Unsure> {
        let mut at = self.skip_mark()?;
        while at < self.text.len() {
            let end = line_end(self.text, at);
            let line = &self.text[at..end];
            let indent = count_spaces(line);
            match line.get(indent) {
                None | Some(b'#') => {}
                Some(_) => match self.line(at..end, indent)? {
                    After::Line => {}
                    After::Image(image) => found(image, &|| self.path()),
                    After::Block(parent) => {
                        let begin = (end + 1).min(self.text.len());
                        at = self.block(begin, parent)?;
                        let content = &self.source[begin..at.clamp(begin, self.text.len())];
                        if nested::may_name(content, self.scope) {
                            self.text(content)?;
                        }
                        continue;
                    }
                },
            }
            at = end + 1;
        }
        // What has no kind may be Helm values, which have more sites.
        let known = self.has_api_version && !self.kind.is_empty();
        let holds = self.texts && crds::holds_text(self.kind);
        if known && !holds { Ok(()) } else { Err(Unsure) }
    }

    /// The `---` line, with a comment at most.
    fn skip_mark(&self) -> Result<usize, Unsure> {
        if !self.text.starts_with(b"---") {
            return Ok(0);
        }
        let end = line_end(self.text, 0);
        match value::read(&self.text[..end], 3)? {
            Value::Open => Ok(end + 1),
            _ => Err(Unsure),
        }
    }

    fn line(&mut self, range: Range<usize>, indent: usize) -> Result<After, Unsure> {
        let line = &self.text[range.clone()];
        if self.tabs && memchr::memchr(b'\t', line).is_some() {
            return Err(Unsure);
        }
        let mut column = indent;
        let item = line[indent] == b'-' && line.get(indent + 1) == Some(&b' ');
        if item {
            self.item(indent)?;
            column += 1;
            column += count_spaces(&line[column..]);
        }
        let Some((name, after)) = value::key(line, column) else {
            return if item { self.item_value(range, column) } else { Err(Unsure) };
        };
        if item {
            self.push(column, false)?;
        } else {
            self.mapping(indent)?;
        }
        let name = range.start + name.start..range.start + name.end;
        if let Some(level) = self.levels.last_mut() {
            level.key = name.clone();
        }
        self.entry(range, name, after)
    }

    /// Finds or opens the list whose item stands at `indent`.
    fn item(&mut self, indent: usize) -> Result<(), Unsure> {
        while self.levels.last().is_some_and(|level| level.indent > indent) {
            self.levels.pop();
            self.pending = false;
        }
        match self.levels.last_mut() {
            Some(level) if level.list && level.indent == indent => level.index += 1,
            // A list may stand as deep as the key that it belongs to.
            Some(level) if self.pending && !level.list => self.push(indent, true)?,
            _ => return Err(Unsure),
        }
        self.pending = false;
        Ok(())
    }

    /// Finds or opens the mapping whose key stands at `indent`.
    fn mapping(&mut self, indent: usize) -> Result<(), Unsure> {
        while self
            .levels
            .last()
            .is_some_and(|level| level.indent > indent || (level.list && level.indent == indent))
        {
            self.levels.pop();
            self.pending = false;
        }
        match self.levels.last() {
            Some(level) if level.indent == indent => {}
            Some(level) if self.pending && !level.list => self.push(indent, false)?,
            None if indent == 0 && !self.has_api_version && self.kind.is_empty() => {
                self.push(0, false)?;
            }
            _ => return Err(Unsure),
        }
        Ok(())
    }

    fn push(&mut self, indent: usize, list: bool) -> Result<(), Unsure> {
        if self.levels.len() >= DEPTH_MAX {
            return Err(Unsure);
        }
        self.levels.push(Level { indent, list, key: 0..0, index: 0 });
        Ok(())
    }

    /// `- value`: no value in a list is a site.
    fn item_value(&mut self, range: Range<usize>, column: usize) -> Result<After, Unsure> {
        let parent = self.levels.last().map_or(0, |level| level.indent);
        let value = value::read(&self.text[range.clone()], column)?;
        self.check(&value, range.start)?;
        match value {
            Value::Open => Err(Unsure),
            Value::Block => Ok(After::Block(parent)),
            Value::Scalar { .. } | Value::Flow(_) => Ok(After::Line),
        }
    }

    /// `key: value`
    fn entry(
        &mut self,
        range: Range<usize>,
        name: Range<usize>,
        after: usize,
    ) -> Result<After, Unsure> {
        let value = value::read(&self.text[range.clone()], after)?;
        self.pending = value == Value::Open;
        let name = &self.text[name];
        if matches!(name, b"kind" | b"apiVersion") {
            self.identity(name, &value, range.start)?;
        }
        // An image in parts, an image volume, or a key of a kind's own.
        let flow = matches!(value, Value::Flow(_));
        if sites::is_watched(name) || (name == b"image" && (self.pending || flow)) {
            return Err(Unsure);
        }
        self.check(&value, range.start)?;
        match value {
            Value::Open | Value::Flow(_) => Ok(After::Line),
            Value::Block if name == b"image" => Err(Unsure),
            Value::Block => Ok(After::Block(self.levels.last().map_or(0, |level| level.indent))),
            Value::Scalar { inner, quote, verbatim } if name == b"image" => {
                if !verbatim {
                    return Err(Unsure);
                }
                let tail = inner.start - usize::from(quote.is_some());
                Ok(After::Image(Image {
                    range: range.start + inner.start..range.start + inner.end,
                    quote,
                    tail: range.start + tail..range.end,
                }))
            }
            Value::Scalar { .. } => Ok(After::Line),
        }
    }

    /// `kind` and `apiVersion` of the document, or of an object in it. Lists, kinds with
    /// images under other keys, and those that rules are about, are for the full parser.
    fn identity(&mut self, name: &[u8], value: &Value, base: usize) -> Result<(), Unsure> {
        let Value::Scalar { inner, verbatim: true, .. } = value else { return Err(Unsure) };
        let source: &'a str = self.source;
        let value = &source[base + inner.start..base + inner.end];
        let rules = self.scope.replacements.rules();
        let special = || {
            value.ends_with("List")
                || crds::knows_kind(value)
                || (!rules.is_empty() && rules.may_touch(value))
        };
        if name == b"kind" && special() {
            return Err(Unsure);
        }
        if self.levels.len() > 1 {
            return Ok(());
        }
        let twice = match name {
            b"kind" => !std::mem::replace(&mut self.kind, value).is_empty() || value.is_empty(),
            _ => std::mem::replace(&mut self.has_api_version, true),
        };
        if twice { Err(Unsure) } else { Ok(()) }
    }

    /// Passes over the content of a block scalar in a node of indentation `parent`;
    /// gives the begin of the first line after it.
    fn block(&mut self, begin: usize, parent: usize) -> Result<usize, Unsure> {
        self.pending = false;
        let mut at = begin;
        let mut content = None;
        // Spaces of blank lines above the content may not reach further than it.
        let mut blank = 0;
        while at < self.text.len() {
            let end = line_end(self.text, at);
            let indent = count_spaces(&self.text[at..end]);
            if at + indent < end {
                match content {
                    _ if indent <= parent => break,
                    Some(content) if indent >= content => {}
                    None if indent >= blank && self.text[at + indent] != b'\t' => {
                        content = Some(indent);
                    }
                    _ => return Err(Unsure),
                }
            } else if content.is_none() {
                blank = blank.max(indent);
            }
            at = end + 1;
        }
        if content.is_none() && blank > 0 { Err(Unsure) } else { Ok(at) }
    }

    fn path(&self) -> String {
        let step = |level: &Level| match level.list {
            true => Step::Index(level.index),
            false => Step::Key(String::from_utf8_lossy(&self.text[level.key.clone()])),
        };
        path::show(&self.levels.iter().map(step).collect::<Vec<_>>())
    }
}

/// What comes after a line.
enum After {
    Line,
    Image(Image),
    /// A block scalar in a node of this indentation.
    Block(usize),
}

/// Where the line that begins at `at` ends, its line break excluded.
fn line_end(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n)
}

fn count_spaces(line: &[u8]) -> usize {
    line.iter().take_while(|&&b| b == b' ').count()
}

/// Whether there are tabs. Control characters, `\r`, and the characters that some
/// YAML version takes for line breaks or forbids (U+0080 to U+00BF, U+2028,
/// U+2029, U+F000 to U+FFFF) are for the full parser.
fn check_bytes(text: &[u8]) -> Result<bool, Unsure> {
    let (mut odd, mut tab, mut e2) = (false, false, false);
    for chunk in text.chunks(64) {
        for &b in chunk {
            tab |= b == b'\t';
            e2 |= b == 0xe2;
            let control = b < 0x20 && b != b'\n' && b != b'\t';
            odd |= control | (b == 0x7f) | (b == 0xc2) | (b == 0xef);
        }
    }
    let breaks = || {
        memchr::memmem::find(text, b"\xe2\x80\xa8").is_some()
            || memchr::memmem::find(text, b"\xe2\x80\xa9").is_some()
    };
    if odd || (e2 && breaks()) { Err(Unsure) } else { Ok(tab) }
}
