//! Literal and folded block scalars.

use std::ops::Range;

use granit_parser::ScalarStyle;

use super::super::edit;
use super::super::site::Leaf;
use super::Runs;

/// A line of the content, its indentation and line break aside.
struct Line {
    content: Range<usize>,
    /// Where the next line begins.
    next: usize,
}

impl Line {
    fn is_empty(&self) -> bool {
        self.content.is_empty()
    }
}

/// Reads the lines below the header with the indentation that gives the value.
pub(super) fn read(text: &str, leaf: &Leaf<'_>) -> Option<Runs> {
    let header = edit::header(text, leaf)?;
    let body = line_end(text, header, text.len()).1;
    let end = leaf.range.end.max(body);
    let width = |line: &str| line.bytes().take_while(|&b| b == b' ').count();
    let whole = lines(text, body..end, 0);
    let contents = whole.iter().map(|line| &text[line.content.clone()]);
    let deepest = contents.filter(|line| !line.trim_matches(' ').is_empty()).map(width).min();
    // As deep as its least indented line, or less, where its header says so.
    (0..=deepest.unwrap_or(0)).rev().find_map(|indent| {
        let lines = lines(text, body..end, indent);
        let mut runs = match leaf.style {
            ScalarStyle::Folded => folded(text, &lines),
            _ => literal(text, &lines),
        };
        cut(&mut runs, &leaf.value).then_some(runs)
    })
}

fn lines(text: &str, range: Range<usize>, indent: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let (end, next) = line_end(text, at, range.end);
        let line = &text[at..end];
        let blanks = line.bytes().take(indent).take_while(|&b| b == b' ').count();
        lines.push(Line { content: at + blanks..end, next });
        at = next;
    }
    lines
}

/// Where the line that `at` is on ends, and where the next one begins.
fn line_end(text: &str, at: usize, end: usize) -> (usize, usize) {
    let bytes = &text.as_bytes()[..end];
    let Some(found) = memchr::memchr2(b'\n', b'\r', &bytes[at..]) else { return (end, end) };
    let stop = at + found;
    let length = if bytes[stop..].starts_with(b"\r\n") { 2 } else { 1 };
    (stop, stop + length)
}

/// Each line with its line break, and the next line's indentation behind that.
fn literal(text: &str, lines: &[Line]) -> Runs {
    let mut runs = Runs::default();
    for (index, line) in lines.iter().enumerate() {
        runs.verbatim(text, line.content.clone());
        let next = lines.get(index + 1).map_or(line.next, |next| next.content.start);
        runs.other("\n", line.content.end..next);
    }
    runs
}

/// Lines are joined by a blank, unless one of them begins with one.
fn folded(text: &str, lines: &[Line]) -> Runs {
    let mut runs = Runs::default();
    let spaced = |line: &Line| text[line.content.clone()].starts_with([' ', '\t']);
    let mut last: Option<&Line> = None;
    let mut empty = 0;
    for line in lines {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        let between = match last {
            None => "\n".repeat(empty),
            Some(last) if spaced(last) || spaced(line) => "\n".repeat(empty + 1),
            Some(_) if empty == 0 => " ".to_owned(),
            Some(_) => "\n".repeat(empty),
        };
        let begin = last.map_or(line.content.start, |last| last.content.end);
        runs.other(&between, begin..line.content.start);
        runs.verbatim(text, line.content.clone());
        (last, empty) = (Some(line), 0);
    }
    if let Some(end) = last.and(lines.last()) {
        let begin = last.map_or(end.next, |last| last.content.end);
        // Break by break, so that any number of them can be left off.
        runs.other("\n", begin..begin);
        for _ in 0..empty {
            runs.other("\n", begin..begin);
        }
    }
    runs
}

/// Leaves off the line breaks at the end that the header strips; tells whether the rest
/// is the value.
fn cut(runs: &mut Runs, value: &str) -> bool {
    let Some(rest) = runs.text.strip_prefix(value) else { return false };
    if !rest.bytes().all(|b| b == b'\n') {
        return false;
    }
    runs.text.truncate(value.len());
    runs.runs.retain(|run| run.value.end <= value.len());
    runs.runs.last().is_none_or(|run| run.value.end == value.len())
}
