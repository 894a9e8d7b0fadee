//! `.dockerignore`: which paths of the context do not count.
//!
//! The rules are moby's, exactly (github.com/moby/patternmatcher: `ignorefile` for
//! the lines, `MatchesUsingParentResults` for the paths): the last pattern that
//! matches wins, and a folder's matches are passed down to what lies in it.
//! Paths and patterns are bytes. Touches no file system. A pattern that is none is
//! refused at once; moby finds some of them only when a path comes to be compared.

mod class;
mod pattern;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::collections::BTreeSet;

use self::pattern::{Item, Program};
use super::glob::{BadPattern, Glob, decode};

/// Longest line; Go's scanner, which moby reads the file with, takes no longer one.
const LINE_MAX: usize = 64 * 1024;
/// Longest name of an entry.
const NAME_MAX: usize = 255;
/// Most patterns; far above any real file, so that a hostile one ends soon.
const PATTERNS_MAX: usize = 20_000;

/// What is wrong with an ignore file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{file}:{line}: `{pattern}` is not a pattern: {why}")]
    Pattern { file: String, line: usize, pattern: String, why: BadPattern },
    #[error("{file}:{line}: a `!` stands alone; a pattern must follow it")]
    LoneException { file: String, line: usize },
    #[error("{file}:{line}: the line is longer than 65,535 bytes")]
    LongLine { file: String, line: usize },
    #[error("{file}: there are more than 20,000 patterns")]
    TooMany { file: String },
}

/// The patterns of an ignore file, or of a COPY's `--exclude`.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    patterns: Vec<Pattern>,
    exceptions: bool,
}

#[derive(Debug, Clone)]
struct Pattern {
    exception: bool,
    program: Program,
    below: Below,
    /// Matches every name in the context's root.
    every: bool,
}

/// Where the paths lie that a pattern can match.
#[derive(Debug, Clone)]
struct Below {
    /// All of them begin so.
    head: Vec<u8>,
    /// They have exactly so many components; `None`: any number.
    depth: Option<usize>,
}

/// Where paths go on from a folder.
enum Next<'a> {
    Nothing,
    Name(&'a [u8]),
    Any,
}

/// Which patterns a folder has matched; handed on to what lies in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(Option<Box<[bool]>>);

impl Matcher {
    /// Reads an ignore file. `file` is its name in errors.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Error> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut matcher = Self::default();
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            if line.len() >= LINE_MAX {
                return Err(Error::LongLine { file: file.to_owned(), line: index + 1 });
            }
            if line.first() != Some(&b'#') {
                matcher.add(file, index + 1, &clean_line(line))?;
            }
        }
        Ok(matcher)
    }

    /// The patterns of `--exclude`, which are not cleaned as lines of a file are.
    /// `file` and `line` name the instruction in errors.
    pub fn of_patterns(file: &str, line: usize, patterns: &[Vec<u8>]) -> Result<Self, Error> {
        let mut matcher = Self::default();
        for pattern in patterns {
            matcher.add(file, line, pattern)?;
        }
        Ok(matcher)
    }

    /// One pattern, as moby's `New` takes it.
    fn add(&mut self, file: &str, line: usize, text: &[u8]) -> Result<(), Error> {
        let text = trim(text);
        if text.is_empty() {
            return Ok(());
        }
        if self.patterns.len() == PATTERNS_MAX {
            return Err(Error::TooMany { file: file.to_owned() });
        }
        let cleaned = clean_path(text);
        let pattern = cleaned.strip_prefix(b"!").unwrap_or(&cleaned);
        let exception = pattern.len() < cleaned.len();
        if pattern.is_empty() {
            return Err(Error::LoneException { file: file.to_owned(), line });
        }
        let program = Glob::parse(pattern).and_then(|_| Program::compile(pattern));
        let program = program.map_err(|why| Error::Pattern {
            file: file.to_owned(),
            line,
            pattern: String::from_utf8_lossy(text).into_owned(),
            why,
        })?;
        self.exceptions |= exception;
        let below = Below::of(&program);
        let every = matches!(pattern, b"*" | b"**");
        self.patterns.push(Pattern { exception, program, below, every });
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether `path` is ignored, given what its folder matched.
    pub fn ignores(&self, path: &[u8], parent: &State) -> bool {
        self.decide(path, parent, |_, _| {})
    }

    /// As [`Self::ignores`] for a folder, with the state for what lies in it.
    pub fn ignores_folder(&self, path: &[u8], parent: &State) -> (bool, State) {
        if self.patterns.is_empty() {
            return (false, State(None));
        }
        let mut matched = vec![false; self.patterns.len()].into_boxed_slice();
        let ignored = self.decide(path, parent, |index, hit| matched[index] = hit);
        (ignored, State(Some(matched)))
    }

    fn decide(&self, path: &[u8], parent: &State, mut note: impl FnMut(usize, bool)) -> bool {
        let mut ignored = false;
        for (index, pattern) in self.patterns.iter().enumerate() {
            let mut hit = parent.0.as_ref().is_some_and(|matched| matched[index]);
            if !hit {
                // A pattern that could change nothing is not asked, and is not noted
                // for the folder's content either: moby's rule, seen by its users.
                if pattern.exception != ignored {
                    continue;
                }
                hit = pattern.program.matches(path);
            }
            note(index, hit);
            if hit {
                ignored = !pattern.exception;
            }
        }
        ignored
    }

    /// Whether an ignored folder must be walked, since a `!` pattern may lie below it.
    pub fn may_except_below(&self, folder: &[u8]) -> bool {
        self.exceptions
            && self
                .patterns
                .iter()
                .any(|pattern| pattern.exception && pattern.below.reaches(folder))
    }
}

impl Matcher {
    /// The names in a folder that alone may count, themselves or for what lies in them:
    /// those that `!` patterns spell out. `None` where any name may. The folder is one that
    /// is ignored, or the context's root as the empty path.
    ///
    /// What lies in an ignored folder is ignored unless a `!` pattern matches it itself:
    /// all that its folder matched it matches, too. In the root, `*` does the same.
    pub fn spelled_out(&self, folder: &[u8]) -> Option<BTreeSet<&[u8]>> {
        let all_ignored = |pattern: &Pattern| pattern.every && !pattern.exception;
        if folder.is_empty() && !self.patterns.iter().any(all_ignored) {
            return None;
        }
        let mut names = BTreeSet::new();
        for pattern in self.patterns.iter().filter(|pattern| pattern.exception) {
            let exact = matches!(pattern.program, Program::Exact(_));
            match pattern.below.name_in(folder, exact) {
                Next::Nothing => {}
                Next::Name(name) => drop(names.insert(name)),
                Next::Any => return None,
            }
        }
        Some(names)
    }

    /// Whether a pattern without `!` may match something below a folder.
    pub fn may_match_below(&self, folder: &[u8]) -> bool {
        self.patterns.iter().any(|pattern| !pattern.exception && pattern.below.reaches(folder))
    }
}

impl Below {
    fn of(program: &Program) -> Self {
        match program {
            Program::Exact(text) => {
                let depth = Some(text.split(|&byte| byte == b'/').count());
                Self { head: text.clone(), depth }
            }
            Program::Prefix(text) => Self { head: text.clone(), depth: None },
            Program::Suffix(_) => Self { head: Vec::new(), depth: None },
            Program::Items(items) => Self::of_items(&items[1..]),
            Program::Branches(_) => Self { head: Vec::new(), depth: None },
        }
    }

    fn of_items(items: &[Item]) -> Self {
        let head = match items.first() {
            Some(Item::Literal(text)) => text.clone(),
            _ => Vec::new(),
        };
        let mut depth = 1;
        for item in items {
            match item {
                Item::Literal(text) => depth += text.iter().filter(|&&byte| byte == b'/').count(),
                Item::One(set) | Item::Many(set) if set.holds('/') => {
                    return Self { head, depth: None };
                }
                Item::Folders | Item::Rest | Item::Repeat { .. } => {
                    return Self { head, depth: None };
                }
                _ => {}
            }
        }
        Self { head, depth: Some(depth) }
    }

    /// Through which name of a folder its paths go. `exact`: the head is all of it.
    fn name_in(&self, folder: &[u8], exact: bool) -> Next<'_> {
        if !folder.is_empty() && !self.reaches(folder) {
            return Next::Nothing;
        }
        let start = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let rest = self.head.get(start..).unwrap_or_default();
        let name = match memchr::memchr(b'/', rest) {
            Some(end) => &rest[..end],
            None if exact => rest,
            None => return Next::Any,
        };
        // No entry has such a name.
        let none = matches!(name, b"" | b"." | b"..") || name.len() > NAME_MAX || name.contains(&0);
        if none { Next::Nothing } else { Next::Name(name) }
    }

    fn reaches(&self, folder: &[u8]) -> bool {
        let deep = memchr::memchr_iter(b'/', folder).count() + 1;
        if self.depth.is_some_and(|depth| depth <= deep) {
            return false;
        }
        // Paths below begin with the folder and a `/`.
        let common = self.head.len().min(folder.len());
        self.head[..common] == folder[..common]
            && self.head.get(folder.len()).is_none_or(|&byte| byte == b'/')
    }
}

/// A line as `ignorefile` hands it on: trimmed, cleaned, without a leading `/`.
fn clean_line(line: &[u8]) -> Vec<u8> {
    let line = trim(line);
    let (sign, rest) = match line.strip_prefix(b"!") {
        Some(rest) => (&b"!"[..], trim(rest)),
        None => (&b""[..], line),
    };
    if rest.is_empty() {
        return sign.to_vec();
    }
    let cleaned = clean_path(rest);
    let path = if cleaned.len() > 1 { cleaned.strip_prefix(b"/") } else { None };
    [sign, path.unwrap_or(&cleaned)].concat()
}

/// Go's `strings.TrimSpace`.
fn trim(text: &[u8]) -> &[u8] {
    let mut text = text;
    while !text.is_empty() {
        let (rune, length) = decode(text);
        if !rune.is_whitespace() {
            break;
        }
        text = &text[length..];
    }
    while !text.is_empty() {
        let start = (1..=text.len().min(4))
            .map(|back| text.len() - back)
            .find(|&start| text[start] & 0xc0 != 0x80)
            .unwrap_or(text.len() - 1);
        let (rune, length) = decode(&text[start..]);
        if !rune.is_whitespace() || start + length != text.len() {
            break;
        }
        text = &text[..start];
    }
    text
}

/// Go's `filepath.Clean`: no doubled `/`, no `.`, no `..` that a name stands before.
pub(super) fn clean_path(path: &[u8]) -> Vec<u8> {
    let rooted = path.first() == Some(&b'/');
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|&last| last != b"..") => {
                parts.pop();
            }
            b".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
