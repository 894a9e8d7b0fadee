//! Edits as a unified diff that `git apply` and `patch -p1` take.
//!
//! Made from the edits, not by comparing: it costs what the edits cost. Lines end with
//! `\n` and with nothing else, as for those two; the form is that of GNU diffutils
//! ("Detailed Description of Unified Format"), names are quoted as git quotes them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anstyle::Style;

use crate::manifest::Edit;
use crate::manifest::input::Source;
use crate::ui::style;
use crate::util::fs::cleaned;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The diffs of files, one behind the other.
pub(in crate::step::rewrite) struct Diff {
    text: Vec<u8>,
    colored: bool,
    folder: PathBuf,
}

impl Diff {
    /// In colour where stdout takes it. Names are relative to the working folder.
    pub fn for_stdout() -> Self {
        let choice = anstream::AutoStream::choice(&std::io::stdout());
        let folder = std::env::current_dir().unwrap_or_default();
        Self { text: Vec::new(), colored: choice != anstream::ColorChoice::Never, folder }
    }

    pub fn text(self) -> Vec<u8> {
        self.text
    }

    /// Adds a file; none without edits that change something.
    pub fn add(&mut self, source: &Source, old: &[u8], edits: &[Edit]) {
        let changes = changes(old, edits);
        if changes.is_empty() {
            return;
        }
        let name = match source {
            Source::Stdin => "stdin".to_owned(),
            Source::File { path, .. } => name(&self.folder, path),
        };
        let header =
            |mark: &str, side: &str| format!("{mark} {}", quoted(&format!("{side}/{name}")));
        self.line(style::HEADER, header("---", "a").as_bytes());
        self.line(style::HEADER, header("+++", "b").as_bytes());
        let mut grown = 0;
        let mut rest = changes.as_slice();
        while let Some(first) = rest.first() {
            let mut last = first;
            let mut count = 1;
            while let Some(next) = rest.get(count)
                && next.first - (last.first + last.gone.len()) <= 2 * CONTEXT
            {
                last = next;
                count += 1;
            }
            grown = self.hunk(old, &rest[..count], grown);
            rest = &rest[count..];
        }
    }

    /// One hunk; `grown` is by how many lines the file is longer in front of it, and
    /// behind it what comes back.
    fn hunk(&mut self, old: &[u8], changes: &[Change<'_>], grown: isize) -> isize {
        let (Some(head), Some(tail)) = (changes.first(), changes.last()) else { return grown };
        let before = lines_before(old, head.range.start);
        let after: Vec<&[u8]> = lines(&old[tail.range.end..]).take(CONTEXT).collect();
        let first = head.first - before.len();
        let end = tail.first + tail.gone.len() + after.len();
        let growth: isize = changes.iter().map(Change::growth).sum();
        let length = end - first;
        let new_first = first.saturating_add_signed(grown);
        let new_length = length.saturating_add_signed(growth);
        let place = format!("@@ -{first},{length} +{new_first},{new_length} @@");
        self.line(style::PLACE, place.as_bytes());
        let same = Style::new();
        before.iter().for_each(|line| self.marked(same, b' ', line));
        let mut done = head.range.start;
        for change in changes {
            lines(&old[done..change.range.start]).for_each(|line| self.marked(same, b' ', line));
            change.gone.iter().for_each(|line| self.marked(style::GONE, b'-', line));
            change.come().iter().for_each(|line| self.marked(style::COME, b'+', line));
            done = change.range.end;
        }
        after.iter().for_each(|line| self.marked(same, b' ', line));
        grown + growth
    }

    fn marked(&mut self, style: Style, mark: u8, line: &[u8]) {
        let mut text = vec![mark];
        text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        self.line(style, &text);
        if !line.ends_with(b"\n") {
            self.text.extend_from_slice(b"\\ No newline at end of file\n");
        }
    }

    fn line(&mut self, style: Style, line: &[u8]) {
        if self.colored && style != Style::new() {
            self.text.extend_from_slice(style.render().to_string().as_bytes());
            self.text.extend_from_slice(line);
            self.text.extend_from_slice(style.render_reset().to_string().as_bytes());
        } else {
            self.text.extend_from_slice(line);
        }
        self.text.push(b'\n');
    }
}

/// Whole lines that are replaced.
struct Change<'a> {
    /// Their bytes in the old text.
    range: Range<usize>,
    /// The number of the first of them, from 1.
    first: usize,
    gone: Vec<&'a [u8]>,
    new: Vec<u8>,
}

impl Change<'_> {
    fn come(&self) -> Vec<&[u8]> {
        lines(&self.new).collect()
    }

    fn growth(&self) -> isize {
        lines(&self.new).count().cast_signed() - self.gone.len().cast_signed()
    }
}

/// The lines that the edits touch, in the order of the text.
fn changes<'a>(old: &'a [u8], edits: &[Edit]) -> Vec<Change<'a>> {
    let mut changes: Vec<Change<'a>> = Vec::new();
    // Where the last change ended: its offset and line, so that lines are counted once.
    let (mut at, mut line) = (0, 1);
    let mut edits = edits.iter().filter(|edit| edit.old != edit.new).peekable();
    while let Some(edit) = edits.next() {
        let start = memchr::memrchr(b'\n', &old[..edit.range.start]).map_or(0, |n| n + 1);
        let mut end = line_end(old, edit.range.end);
        let mut new = old[start..edit.range.start].to_vec();
        new.extend_from_slice(edit.new.as_bytes());
        let mut done = edit.range.end;
        while let Some(next) = edits.next_if(|next| next.range.start < end) {
            new.extend_from_slice(&old[done..next.range.start]);
            new.extend_from_slice(next.new.as_bytes());
            done = next.range.end;
            end = line_end(old, done);
        }
        new.extend_from_slice(&old[done..end]);
        line += memchr::memchr_iter(b'\n', &old[at..start]).count();
        at = start;
        let change =
            Change { range: start..end, first: line, gone: lines(&old[start..end]).collect(), new };
        changes.extend(trimmed(change));
    }
    changes
}

/// Without equal lines at its begin and end; `None` where all are.
fn trimmed(mut change: Change<'_>) -> Option<Change<'_>> {
    while let Some(first) = change.gone.first()
        && lines(&change.new).next() == Some(first)
    {
        let length = first.len();
        change.new.drain(..length);
        change.gone.remove(0);
        change.first += 1;
        change.range.start += length;
    }
    while let Some(last) = change.gone.last()
        && lines(&change.new).last() == Some(last)
    {
        let length = last.len();
        change.new.truncate(change.new.len() - length);
        change.gone.pop();
        change.range.end -= length;
    }
    (!change.gone.is_empty() || !change.new.is_empty()).then_some(change)
}

/// The end of the line that an offset is in, its line break included.
fn line_end(text: &[u8], offset: usize) -> usize {
    memchr::memchr(b'\n', &text[offset..]).map_or(text.len(), |n| offset + n + 1)
}

/// Lines with their line breaks.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|&b| b == b'\n')
}

/// The lines of context that end at an offset.
fn lines_before(text: &[u8], end: usize) -> Vec<&[u8]> {
    let mut start = end;
    for _ in 0..CONTEXT {
        if start > 0 {
            start = memchr::memrchr(b'\n', &text[..start - 1]).map_or(0, |n| n + 1);
        }
    }
    lines(&text[start..end]).collect()
}

/// The path below the working folder; of a file elsewhere the whole path.
fn name(folder: &Path, path: &Path) -> String {
    let clean = cleaned(&folder.join(path));
    let below = clean.strip_prefix(folder).unwrap_or(&clean);
    below.to_string_lossy().trim_start_matches('/').to_owned()
}

/// As git has it: in C's quotes where it must; with a tab behind a name with blanks, at
/// which patch would otherwise cut it.
fn quoted(name: &str) -> String {
    if !name.contains(|c: char| c.is_control() || c == '"' || c == '\\') {
        return if name.contains(' ') { format!("{name}\t") } else { name.to_owned() };
    }
    let mut out = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    out.push_str(&format!("\\{byte:03o}"));
                }
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests;
