//! Where a stream of documents may be cut, so that each part can be read by itself.
//!
//! **YAML.** Before a line that begins with `---`, and behind one with `...`. YAML lets
//! such lines be nothing but marks: they end block scalars (whose content would have to be
//! indented further than a mapping's), and in quotes and flow collections they are errors.
//! Anchors and tags end with their document. Directives stay with the `---` below them.
//!
//! **JSON.** Values may follow each other without a mark. Where a text begins with `{` or
//! `[`, it is cut between two such values, as long as it has only what JSON may have; from
//! the first other byte or mark on, it is YAML.

use super::encoding::Order;

/// A place to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// Length of the part.
    pub at: usize,
    /// There is another value right before or behind, so it can only be JSON.
    pub json: bool,
}

/// Finds places to cut in a buffer that grows at its end and loses what was cut off.
#[derive(Debug)]
pub(super) struct Cutter {
    mode: Mode,
    /// How much of the buffer has been looked through.
    seen: usize,
}

#[derive(Debug)]
enum Mode {
    Begin,
    Yaml,
    Json(Scan),
    /// UTF-16, which is not cut.
    Whole,
}

impl Cutter {
    pub fn new() -> Self {
        Self { mode: Mode::Begin, seen: 0 }
    }

    /// The last place to cut in the buffer; `None`: more bytes are needed. At the end of the
    /// input there is always one.
    pub fn cut(&mut self, buffer: &[u8], ended: bool) -> Option<Cut> {
        if matches!(self.mode, Mode::Begin) {
            self.mode = Mode::begin(buffer, ended)?;
        }
        let cut = match &mut self.mode {
            Mode::Json(scan) => {
                let found = scan.go(buffer);
                let more = scan.was_cut;
                let json = |at| Cut { at, json: true };
                match found {
                    Found::Value(_) | Found::Nothing if ended => {
                        Some(Cut { at: buffer.len(), json: more })
                    }
                    Found::Value(at) => {
                        scan.was_cut = true;
                        Some(json(at))
                    }
                    Found::Nothing => None,
                    Found::Mark(at) => {
                        self.mode = Mode::Yaml;
                        Some(Cut { at, json: more })
                    }
                    // What follows JSON values without a mark must be JSON, too.
                    Found::Other if more => ended.then_some(json(buffer.len())),
                    Found::Other => {
                        self.mode = Mode::Yaml;
                        self.yaml(buffer, ended)
                    }
                }
            }
            Mode::Whole => ended.then_some(Cut { at: buffer.len(), json: false }),
            Mode::Begin | Mode::Yaml => self.yaml(buffer, ended),
        };
        match cut {
            Some(cut) => {
                self.seen = 0;
                if let Mode::Json(scan) = &mut self.mode {
                    scan.at -= cut.at.min(scan.at);
                }
            }
            None => self.seen = buffer.len(),
        }
        cut
    }

    fn yaml(&mut self, buffer: &[u8], ended: bool) -> Option<Cut> {
        // A mark, and the byte behind it, may have come in two parts.
        let from = self.seen.saturating_sub(5);
        let at = if ended { Some(buffer.len()) } else { last_boundary(buffer, from) };
        at.map(|at| Cut { at, json: false })
    }
}

/// The last boundary of documents behind `from`.
fn last_boundary(buffer: &[u8], from: usize) -> Option<usize> {
    let part = &buffer[from..];
    let begins = memchr::memmem::rfind_iter(part, b"\n---").map(|at| from + at + 1);
    let begin =
        begins.filter(|&at| is_whole_mark(buffer, at)).find(|&at| !has_directive(buffer, at));
    let ends = memchr::memmem::rfind_iter(part, b"\n...").map(|at| from + at + 1);
    let next = |at: usize| memchr::memchr(b'\n', &buffer[at..]).map(|n| at + n + 1);
    let end = ends.filter(|&at| is_whole_mark(buffer, at)).find_map(next);
    begin.max(end)
}

/// Whether the line is `---` or `...` and what follows is seen to be a gap.
fn is_whole_mark(text: &[u8], at: usize) -> bool {
    text.get(at + 3).is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
}

/// Whether the last line above with anything but a comment is a directive.
fn has_directive(text: &[u8], mark: usize) -> bool {
    let mut end = mark;
    while end > 0 {
        let begin = memchr::memrchr(b'\n', &text[..end - 1]).map_or(0, |n| n + 1);
        let line = text[begin..end].trim_ascii();
        if !(line.is_empty() || line.starts_with(b"#")) {
            return text[begin] == b'%';
        }
        end = begin;
    }
    false
}

/// The documents of a part that was cut off, as ranges that cover it.
pub(super) fn documents(text: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut begin = 0;
    let mut cut = |at: usize, begin: &mut usize| {
        if at > *begin {
            out.push(*begin..at);
            *begin = at;
        }
    };
    // Most texts have no end marks.
    let has_ends = memchr::memmem::find(bytes, b"\n...").is_some() || bytes.starts_with(b"...");
    let is_mark =
        |at: usize| matches!(bytes.get(at + 3), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    for newline in marks(bytes, has_ends) {
        let at = newline.map_or(0, |n| n + 1);
        if !is_mark(at) {
            continue;
        }
        if bytes[at] == b'.' {
            let next = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
            cut(next, &mut begin);
        } else if at > begin && !has_directive(&bytes[begin..], at - begin) {
            cut(at, &mut begin);
        }
    }
    cut(bytes.len(), &mut begin);
    out
}

/// The line breaks before what may be marks, in order; `None` is the begin of the text.
fn marks(bytes: &[u8], has_ends: bool) -> impl Iterator<Item = Option<usize>> + '_ {
    let first = (has_ends && bytes.starts_with(b"...")).then_some(None);
    let begins = memchr::memmem::find_iter(bytes, b"\n---");
    let mut begins = begins.peekable();
    let ends = has_ends.then(|| memchr::memmem::find_iter(bytes, b"\n..."));
    let mut ends = ends.into_iter().flatten().peekable();
    let merged = std::iter::from_fn(move || match (begins.peek(), ends.peek()) {
        (Some(begin), Some(end)) if end < begin => ends.next(),
        (Some(_), _) => begins.next(),
        (None, _) => ends.next(),
    });
    first.into_iter().chain(merged.map(Some))
}

impl Mode {
    /// JSON where the first byte is one of JSON manifests.
    fn begin(buffer: &[u8], ended: bool) -> Option<Self> {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        if !ended && buffer.len() < BOM.len() {
            return None;
        }
        if Order::of(buffer).is_some() {
            return Some(Self::Whole);
        }
        let text = buffer.strip_prefix(BOM).unwrap_or(buffer);
        let blanks = buffer.len() - text.len() + (text.len() - text.trim_ascii_start().len());
        match buffer.get(blanks) {
            Some(b'{' | b'[') => Some(Self::Json(Scan::new(blanks))),
            Some(_) => Some(Self::Yaml),
            None => ended.then_some(Self::Yaml),
        }
    }
}

/// A look through JSON for the ends of its values, and for what JSON cannot have.
#[derive(Debug)]
struct Scan {
    at: usize,
    depth: usize,
    in_string: bool,
    /// A string may begin here: behind `{`, `[`, `,` or `:`.
    string_may_begin: bool,
    /// Where the last value ended, if nothing but blanks has followed.
    ended_at: Option<usize>,
    /// Between two values, the last time there were two.
    between: Option<usize>,
    was_cut: bool,
}

enum Found {
    Nothing,
    /// The place between two values.
    Value(usize),
    /// A line with `---`.
    Mark(usize),
    /// No JSON.
    Other,
}

impl Scan {
    fn new(at: usize) -> Self {
        Self {
            at,
            depth: 0,
            in_string: false,
            string_may_begin: false,
            ended_at: None,
            between: None,
            was_cut: false,
        }
    }

    /// Looks through what is new in the buffer; tells the last place between two values.
    fn go(&mut self, buffer: &[u8]) -> Found {
        while self.at < buffer.len() {
            if self.in_string {
                if !self.pass_string(buffer) {
                    break;
                }
                continue;
            }
            let byte = buffer[self.at];
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'{' | b'[' => {
                    if self.depth == 0
                        && let Some(end) = self.ended_at.take()
                    {
                        self.between = Some(end);
                    }
                    self.depth += 1;
                }
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.ended_at = Some(self.at + 1);
                    }
                }
                b'-' if self.depth == 0 => return self.mark(buffer),
                _ if self.depth == 0 => return Found::Other,
                b'"' if self.string_may_begin => self.in_string = true,
                b',' | b':' | b'0'..=b'9' | b'+' | b'-' | b'.' | b'E' => {}
                _ if b"truefalsn".contains(&byte) => {}
                _ => return Found::Other,
            }
            self.string_may_begin = matches!(byte, b'{' | b'[' | b',' | b':');
            self.at += 1;
        }
        match self.between.take() {
            Some(at) => {
                self.ended_at = self.ended_at.map(|end| end - at);
                Found::Value(at)
            }
            None => Found::Nothing,
        }
    }

    /// Goes on to the next quote or escape; whether more can be done.
    fn pass_string(&mut self, buffer: &[u8]) -> bool {
        let Some(n) = memchr::memchr2(b'"', b'\\', &buffer[self.at..]) else {
            self.at = buffer.len();
            return true;
        };
        self.at += n;
        if buffer[self.at] == b'"' {
            self.in_string = false;
            self.at += 1;
            return true;
        }
        // The byte behind a `\` may still have to come.
        let whole = self.at + 1 < buffer.len();
        self.at += if whole { 2 } else { 0 };
        whole
    }

    /// `---` behind a value.
    fn mark(&mut self, buffer: &[u8]) -> Found {
        let begins_line = self.at > 0 && buffer[self.at - 1] == b'\n';
        let rest = &buffer[self.at..];
        if begins_line && rest.starts_with(b"---") && is_whole_mark(buffer, self.at) {
            return Found::Mark(self.at);
        }
        let may_come =
            begins_line && b"---".starts_with(&rest[..rest.len().min(3)]) && rest.len() < 4;
        if may_come { Found::Nothing } else { Found::Other }
    }
}

#[cfg(test)]
mod tests;
