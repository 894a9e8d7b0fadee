//! A document of block mappings and lists, read line by line in one pass.
//!
//! What a line means depends on the indentations that are open and on whether a value is
//! still missing, nothing else; values are read by [`super::scalar`] and [`super::flow`].
//! What is not taken here is [`Unsure`], and the full parser reads the document: tags,
//! explicit keys, anchors at keys, tabs as blanks, values on the `---` line. So what is
//! taken is valid, and gives the events of the full parser; `tests` compares them.

use super::super::document::{Item, VALUE_MAX};
use super::bytes::{self, is_end, is_gap, is_mark, line_end, next_line, rest_of_line, skip_spaces};
use super::flow;
use super::scalar::{self, Stop, begins_plain};
use super::sieve::{Sieve, Take};
use super::token::{BLOCK, Kind, LENGTH_MAX, Token, Unsure};

/// Deepest nesting taken here.
const DEPTH_MAX: usize = 100;
/// Longest key with its blanks, in bytes (YAML 1.2.2, 7.4.2: 1024 characters).
pub(super) const KEY_MAX: usize = 1_000;

/// A block mapping or list that is open.
struct Level {
    indent: usize,
    list: bool,
}

/// A value that is still missing: the innermost level's.
#[derive(Debug, Clone, Copy)]
struct Missing {
    /// Where it would stand, if it is a null.
    at: usize,
    anchor: u32,
}

/// Reads a document into a sieve.
pub(super) struct Reader<'a, 's, T> {
    pub(super) text: &'a [u8],
    pub(super) sieve: &'s mut Sieve<'a, T>,
    levels: Vec<Level>,
    missing: Option<Missing>,
    /// The root node has begun.
    rooted: bool,
    /// Names of anchors; the last one of a name counts.
    anchors: Vec<&'a [u8]>,
}

impl<'a, 's, T: Take<'a>> Reader<'a, 's, T> {
    /// Reads the whole document; what has been told before an [`Unsure`] is void.
    pub fn read(text: &'a str, sieve: &'s mut Sieve<'a, T>) -> Result<(), Unsure> {
        let text = text.as_bytes();
        if text.len() >= LENGTH_MAX {
            return Err(Unsure);
        }
        bytes::check(text)?;
        let levels = Vec::with_capacity(16);
        let mut reader =
            Self { text, sieve, levels, missing: None, rooted: false, anchors: Vec::new() };
        reader.sieve.begin_stream();
        let marked = text.starts_with(b"---");
        let mut at = if marked { reader.mark(0)? } else { 0 };
        while at < text.len() {
            at = reader.line(at)?;
        }
        if !reader.rooted && marked {
            reader.tell(Token::new(Kind::Null, 0..0))?;
        }
        reader.close_while(|_| true)?;
        if reader.rooted {
            reader.sieve.end_document();
        }
        Ok(())
    }

    /// `---` or `...` with a comment at most; gives the begin of the next line.
    fn mark(&self, at: usize) -> Result<usize, Unsure> {
        if !is_mark(self.text, at) {
            return Err(Unsure);
        }
        after_line(self.text, at + 3)
    }

    fn line(&mut self, at: usize) -> Result<usize, Unsure> {
        let text = self.text;
        let begin = skip_spaces(text, at);
        match text.get(begin) {
            None | Some(b'\n' | b'\r') => return Ok(next_line(text, begin)),
            Some(b'#') => return Ok(next_line(text, line_end(text, begin))),
            Some(b'\t') => return self.blank_line(begin),
            Some(b'%') if !self.rooted => return Err(Unsure),
            Some(b'.' | b'-') if begin == at && is_mark(text, at) => return self.document_end(at),
            Some(_) => {}
        }
        let mut begin = begin;
        while text[begin] == b'-' && is_gap(text, begin + 1) {
            self.item(begin - at)?;
            let next = skip_spaces(text, begin + 1);
            self.missing = Some(Missing { at: begin + 1, anchor: 0 });
            if is_end(text, next) || text[next] == b'#' {
                return Ok(next_line(text, line_end(text, next)));
            }
            begin = next;
        }
        self.content(at, begin)
    }

    /// A line of blanks with a tab among them.
    fn blank_line(&self, at: usize) -> Result<usize, Unsure> {
        let end = line_end(self.text, at);
        let blank = self.text[at..end].iter().all(|&b| matches!(b, b' ' | b'\t'));
        if blank { Ok(next_line(self.text, end)) } else { Err(Unsure) }
    }

    /// `...`: nothing but empty lines and comments may follow.
    fn document_end(&mut self, at: usize) -> Result<usize, Unsure> {
        let mut next = self.mark(at)?;
        if !self.rooted || self.text[at] == b'-' {
            return Err(Unsure);
        }
        while next < self.text.len() {
            let begin = skip_spaces(self.text, next);
            if !is_end(self.text, begin) && self.text[begin] != b'#' {
                return Err(Unsure);
            }
            next = next_line(self.text, line_end(self.text, begin));
        }
        Ok(next)
    }

    /// An entry of a mapping, or a node that is a whole value, in the line at `line`.
    fn content(&mut self, line: usize, begin: usize) -> Result<usize, Unsure> {
        let text = self.text;
        match text[begin] {
            b'"' | b'\'' => {
                let token = scalar::quoted(text, begin)?;
                let end = token.end as usize;
                let colon = skip_spaces(text, end);
                if text.get(colon) != Some(&b':') {
                    return self.value_of(line, begin, |reader| {
                        reader.tell(token)?;
                        after_line(text, end)
                    });
                }
                if memchr::memchr(b'\n', &text[begin..end]).is_some() {
                    return Err(Unsure);
                }
                self.key(line, token, colon)
            }
            _ if begins_plain(text, begin) => {
                let (end, at, stop) = scalar::plain_line(text, begin, false)?;
                if stop == Stop::Colon {
                    return self.key(line, Token::new(Kind::Plain, begin..end), at);
                }
                self.value_of(line, begin, |reader| reader.plain(begin, (end, at, stop)))
            }
            b'{' | b'[' if !self.rooted && begin == line => {
                let end = flow::read(self, begin)?;
                after_line(text, end)
            }
            b'{' | b'[' | b'|' | b'>' | b'&' | b'*' => {
                self.value_of(line, begin, |reader| reader.node(begin))
            }
            _ => Err(Unsure),
        }
    }

    /// A node on a line of its own, or behind a `- `; gives the begin of the next line.
    fn value_of(
        &mut self,
        line: usize,
        begin: usize,
        read: impl FnOnce(&mut Self) -> Result<usize, Unsure>,
    ) -> Result<usize, Unsure> {
        let parent = self.levels.last().ok_or(Unsure)?.indent;
        if self.missing.is_none() || begin - line <= parent {
            return Err(Unsure);
        }
        read(self)
    }

    /// `key:` and its value; gives the begin of the next line.
    fn key(&mut self, line: usize, key: Token, colon: usize) -> Result<usize, Unsure> {
        let text = self.text;
        let begin = key.begin as usize;
        if !is_gap(text, colon + 1) || colon - begin > KEY_MAX {
            return Err(Unsure);
        }
        self.mapping(begin - line)?;
        self.tell(key)?;
        self.missing = Some(Missing { at: colon, anchor: 0 });
        let next = skip_spaces(text, colon + 1);
        match text.get(next) {
            None | Some(b'\n' | b'\r' | b'#') => Ok(next_line(text, line_end(text, next))),
            Some(_) => self.node(next),
        }
    }

    /// The value that begins at `at`; gives the begin of the line after it.
    fn node(&mut self, at: usize) -> Result<usize, Unsure> {
        let text = self.text;
        match text[at] {
            b'"' | b'\'' => {
                let token = scalar::quoted(text, at)?;
                self.tell(token)?;
                after_line(text, token.end as usize)
            }
            b'{' | b'[' => {
                let end = flow::read(self, at)?;
                after_line(text, end)
            }
            b'|' | b'>' => {
                let (token, next) = scalar::block(text, at, self.parent()?)?;
                self.tell(token)?;
                Ok(next)
            }
            b'&' => self.anchored(at),
            b'*' => {
                let (name, end) = self.name(at)?;
                self.alias(name, at..end)?;
                after_line(text, end)
            }
            _ if begins_plain(text, at) => {
                let line = scalar::plain_line(text, at, false)?;
                self.plain(at, line)
            }
            _ => Err(Unsure),
        }
    }

    /// The plain scalar at `begin`, whose first line is known; gives the begin of
    /// the line after its last.
    fn plain(&mut self, begin: usize, line: (usize, usize, Stop)) -> Result<usize, Unsure> {
        let (end, at, stop) = line;
        match stop {
            Stop::End => {
                let (token, line) = scalar::plain_lines(self.text, begin, end, at, self.parent()?)?;
                self.tell(token)?;
                Ok(next_line(self.text, line))
            }
            Stop::Comment => {
                self.tell(Token::new(Kind::Plain, begin..end))?;
                Ok(next_line(self.text, line_end(self.text, at)))
            }
            Stop::Colon | Stop::Flow => Err(Unsure),
        }
    }

    fn parent(&self) -> Result<usize, Unsure> {
        self.levels.last().map(|level| level.indent).ok_or(Unsure)
    }

    /// `&name`, then a value, or a line end with the value below it.
    fn anchored(&mut self, at: usize) -> Result<usize, Unsure> {
        let (name, end) = self.name(at)?;
        let anchor = self.anchor(name)?;
        let missing = self.missing.as_mut().ok_or(Unsure)?;
        if std::mem::replace(&mut missing.anchor, anchor) != 0 {
            return Err(Unsure);
        }
        let next = skip_spaces(self.text, end);
        match self.text.get(next) {
            None | Some(b'\n' | b'\r' | b'#') => {
                Ok(next_line(self.text, line_end(self.text, next)))
            }
            Some(b'&' | b'*') => Err(Unsure),
            Some(_) => self.node(next),
        }
    }

    /// The name behind `&` or `*`, of harmless characters, and its end.
    pub(super) fn name(&self, at: usize) -> Result<(&'a [u8], usize), Unsure> {
        let rest = &self.text[at + 1..];
        let harmless = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let length = rest.iter().take_while(harmless).count();
        let end = at + 1 + length;
        let ends = is_gap(self.text, end) || matches!(self.text[end], b',' | b']' | b'}');
        if length > 0 && ends { Ok((&rest[..length], end)) } else { Err(Unsure) }
    }

    /// The number of a new anchor. The sieve must not drop what an alias may mean.
    pub(super) fn anchor(&mut self, name: &'a [u8]) -> Result<u32, Unsure> {
        if !self.sieve.keeps_all() {
            return Err(Unsure);
        }
        self.anchors.push(name);
        u32::try_from(self.anchors.len()).map_err(|_| Unsure)
    }

    pub(super) fn alias(
        &mut self,
        name: &[u8],
        range: std::ops::Range<usize>,
    ) -> Result<(), Unsure> {
        let number = self.anchors.iter().rposition(|known| *known == name).ok_or(Unsure)?;
        if self.missing.is_some_and(|missing| missing.anchor != 0) {
            return Err(Unsure);
        }
        let mut token = Token::new(Kind::Alias, range);
        token.anchor = u32::try_from(number + 1).map_err(|_| Unsure)?;
        self.tell(token)
    }

    /// Tells a scalar or the begin of a collection: the missing value is there. In a flow
    /// collection nothing is missing.
    pub(super) fn tell(&mut self, mut token: Token) -> Result<(), Unsure> {
        if let Some(missing) = self.missing.take()
            && missing.anchor != 0
        {
            token.anchor = missing.anchor;
        }
        if (token.end - token.begin) as usize > VALUE_MAX {
            return Err(Unsure);
        }
        if !self.rooted {
            self.rooted = true;
            self.sieve.begin_document();
        }
        match token.kind {
            Kind::Mapping(_) | Kind::List(_) => self.sieve.open(token),
            Kind::MappingEnd | Kind::ListEnd => self.sieve.close(token),
            _ => self.sieve.scalar(token),
        }
        Ok(())
    }

    /// Finds or opens the list whose item stands at `indent`.
    fn item(&mut self, indent: usize) -> Result<(), Unsure> {
        // A list may stand as deep as the key that it belongs to.
        if self.opens(|level| level.indent < indent || (level.indent == indent && !level.list)) {
            return self.open(indent, true);
        }
        self.close_while(|level| level.indent > indent)?;
        match self.levels.last() {
            Some(level) if level.list && level.indent == indent => Ok(()),
            _ => Err(Unsure),
        }
    }

    /// Finds or opens the mapping whose key stands at `indent`.
    fn mapping(&mut self, indent: usize) -> Result<(), Unsure> {
        if self.opens(|level| level.indent < indent) {
            return self.open(indent, false);
        }
        self.close_while(|level| level.indent > indent || (level.list && level.indent == indent))?;
        match self.levels.last() {
            Some(level) if level.indent == indent => Ok(()),
            _ => Err(Unsure),
        }
    }

    /// Whether a collection that begins here is the missing value, or the root.
    fn opens(&self, deeper: impl FnOnce(&Level) -> bool) -> bool {
        match self.levels.last() {
            Some(level) => self.missing.is_some() && deeper(level),
            None => !self.rooted,
        }
    }

    fn open(&mut self, indent: usize, list: bool) -> Result<(), Unsure> {
        // A root that is indented, and one that begins on the line of its mark, are rare.
        if self.levels.len() >= DEPTH_MAX || (self.levels.is_empty() && indent > 0) {
            return Err(Unsure);
        }
        let kind = if list { Kind::List(BLOCK) } else { Kind::Mapping(BLOCK) };
        self.tell(Token::new(kind, 0..0))?;
        self.levels.push(Level { indent, list });
        Ok(())
    }

    /// Closes the innermost levels; a value that is missing is a null.
    fn close_while(&mut self, inner: impl Fn(&Level) -> bool) -> Result<(), Unsure> {
        if let Some(missing) = self.missing {
            if missing.anchor != 0 {
                return Err(Unsure);
            }
            self.tell(Token::new(Kind::Null, missing.at..missing.at))?;
        }
        while self.levels.last().is_some_and(&inner) {
            let level = self.levels.pop().ok_or(Unsure)?;
            let kind = if level.list { Kind::ListEnd } else { Kind::MappingEnd };
            self.tell(Token::new(kind, 0..0))?;
        }
        Ok(())
    }
}

/// The begin of the line after one that holds only blanks and a comment from `at` on.
fn after_line(text: &[u8], at: usize) -> Result<usize, Unsure> {
    Ok(next_line(text, rest_of_line(text, at)?))
}

/// What was read, event by event.
impl<'a> Take<'a> for Vec<Item<'a>> {
    fn take(&mut self, item: Item<'a>) {
        self.push(item);
    }
}
