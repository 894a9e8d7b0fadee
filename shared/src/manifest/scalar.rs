//! From the value of a scalar to the bytes it is written in.
//!
//! A string that holds a document is edited inside: what is to change is known as bytes
//! of its value, and has to be found in the text, between indentation, escapes and
//! folded lines. [`Map::of`] reads the scalar once more, in its own style, and
//! notes which bytes of the text give which of the value; a map that does not give
//! exactly the value is not made. Each rule is from YAML 1.2, chapters 5.7, 7.3 and 8.1.

use std::ops::Range;

use granit_parser::ScalarStyle;

use super::document::Syntax;
use super::edit;
use super::site::Leaf;

mod block;
mod quoted;

/// A run of the value and the bytes that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    value: Range<usize>,
    source: Range<usize>,
    /// The bytes are the same, one by one.
    verbatim: bool,
}

/// A scalar, run by run.
#[derive(Debug)]
pub(super) struct Map {
    runs: Vec<Run>,
    quoting: Quoting,
    /// Where the scalar ends, for an empty one too.
    end: usize,
}

/// How a text is written into the scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    None,
    Single,
    Double,
}

/// A scalar as it is read: what its bytes give, run by run.
#[derive(Default)]
struct Runs {
    text: String,
    runs: Vec<Run>,
}

impl Runs {
    fn verbatim(&mut self, text: &str, source: Range<usize>) {
        if !source.is_empty() {
            self.push(&text[source.clone()], source, true);
        }
    }

    /// What the bytes stand for.
    fn other(&mut self, value: &str, source: Range<usize>) {
        if !(value.is_empty() && source.is_empty()) {
            self.push(value, source, false);
        }
    }

    fn push(&mut self, value: &str, source: Range<usize>, verbatim: bool) {
        let begin = self.text.len();
        self.text.push_str(value);
        self.runs.push(Run { value: begin..self.text.len(), source, verbatim });
    }
}

impl Map {
    /// The map of a scalar; `None` where it can't be made, as for an alias.
    pub fn of(text: &str, leaf: &Leaf<'_>, syntax: Syntax) -> Option<Self> {
        if leaf.alias_of.is_some() {
            return None;
        }
        let inner = || leaf.range.start + 1..leaf.range.end.saturating_sub(1);
        let (runs, quoting) = match leaf.style {
            ScalarStyle::Plain => (quoted::plain(text, leaf.range.clone()), Quoting::None),
            ScalarStyle::SingleQuoted => (quoted::single(text, inner()), Quoting::Single),
            ScalarStyle::DoubleQuoted if syntax == Syntax::Json => {
                (quoted::json(text, inner())?, Quoting::Double)
            }
            ScalarStyle::DoubleQuoted => (quoted::double(text, inner())?, Quoting::Double),
            ScalarStyle::Literal | ScalarStyle::Folded => (block::read(text, leaf)?, Quoting::None),
        };
        let end = runs.runs.last().map_or(leaf.range.end, |run| run.source.end);
        let map = Self { runs: runs.runs, quoting, end };
        (runs.text == *leaf.value).then_some(map)
    }

    /// What has to be put in place of which bytes of `text`, for a change of `value`
    /// to be made. A change over several lines is one for each line.
    pub fn splices(
        &self,
        value: &str,
        range: &Range<usize>,
        new: &str,
    ) -> Option<Vec<(Range<usize>, String)>> {
        if !new.contains('\n') {
            return Some(vec![(self.source(range)?, self.quote(new))]);
        }
        let old: Vec<&str> = value[range.clone()].split('\n').collect();
        let lines: Vec<&str> = new.split('\n').collect();
        if old.len() != lines.len() {
            return None;
        }
        let mut at = range.start;
        let mut out = Vec::new();
        for (old, new) in old.into_iter().zip(lines) {
            let line = at..at + old.len();
            at = line.end + 1;
            let (change, text) = edit::narrow(old, new);
            if !(change.is_empty() && text.is_empty()) {
                let change = line.start + change.start..line.start + change.end;
                out.push((self.source(&change)?, self.quote(text)));
            }
        }
        Some(out)
    }

    /// The bytes behind a range of the value; its ends must not lie within an escape.
    pub fn source(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let start = self.begin(range.start)?;
        let end = if range.is_empty() { start } else { self.finish(range.end)? };
        (start <= end).then_some(start..end)
    }

    /// Where the text of a byte of the value begins.
    fn begin(&self, at: usize) -> Option<usize> {
        let index = self.runs.partition_point(|run| run.value.end <= at);
        let Some(run) = self.runs.get(index) else { return Some(self.end) };
        match at.checked_sub(run.value.start)? {
            0 => Some(run.source.start),
            within => run.verbatim.then_some(run.source.start + within),
        }
    }

    /// Where the text of the byte before ends.
    fn finish(&self, at: usize) -> Option<usize> {
        let index = self.runs.partition_point(|run| run.value.end < at);
        let run = self.runs.get(index)?;
        match run.value.end - at {
            0 => Some(run.source.end),
            _ => run.verbatim.then(|| run.source.start + (at - run.value.start)),
        }
    }

    fn quote(&self, text: &str) -> String {
        match self.quoting {
            Quoting::None => text.to_owned(),
            Quoting::Single => text.replace('\'', "''"),
            Quoting::Double => text.replace('\\', "\\\\").replace('"', "\\\""),
        }
    }
}

#[cfg(test)]
mod tests;
