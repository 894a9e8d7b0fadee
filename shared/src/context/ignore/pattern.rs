//! One pattern of `.dockerignore`, compiled.
//!
//! moby turns a pattern into a Go regular expression and lets that decide, quirks
//! included (`[a*]`, `\d`, `^`). So this does the same two steps: moby's translation
//! (patternmatcher `compile`), then the small part of Go's regular expressions
//! that can come out of it. Matching is linear in pattern × path; no backtracking.

use super::class::{self, Set};
use crate::context::glob::{BadPattern, decode};

/// How a pattern decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Program {
    Exact(Vec<u8>),
    Prefix(Vec<u8>),
    /// `**` and this: a path that ends so; `/x` also takes the path `x` alone.
    Suffix(Vec<u8>),
    Items(Vec<Item>),
}

/// A part of the regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Literal(Vec<u8>),
    One(Set),
    Many(Set),
    /// `(.*/)?`: any number of folders; `.` is no newline in Go.
    Folders,
    /// `.*`
    Rest,
    Start,
    End,
    WordEdge {
        wanted: bool,
    },
}

impl Program {
    /// Compiles a cleaned pattern whose syntax `filepath.Match` accepts.
    pub(super) fn compile(pattern: &[u8]) -> Result<Self, BadPattern> {
        match translate(pattern) {
            Translated::Exact => Ok(Self::Exact(pattern.to_vec())),
            Translated::Prefix => Ok(Self::Prefix(pattern[..pattern.len() - 2].to_vec())),
            Translated::Suffix => Ok(Self::Suffix(pattern[2..].to_vec())),
            Translated::Expression(text) => Ok(Self::Items(parse(&text)?)),
        }
    }

    pub(super) fn matches(&self, path: &[u8]) -> bool {
        match self {
            Self::Exact(text) => path == text,
            Self::Prefix(text) => path.starts_with(text),
            Self::Suffix(text) => path.ends_with(text) || text.strip_prefix(b"/") == Some(path),
            Self::Items(items) => quick(items, path) && run(items, path),
        }
    }
}

enum Translated {
    Exact,
    Prefix,
    Suffix,
    Expression(Vec<char>),
}

/// moby's translation, token by token, without `^` and `$`.
fn translate(pattern: &[u8]) -> Translated {
    let runes = decode_all(pattern);
    let mut out = Vec::with_capacity(runes.len() + 16);
    let mut kind = Translated::Exact;
    let mut at = 0;
    let mut first = true;
    while let Some(&rune) = runes.get(at) {
        at += 1;
        let mut expression = true;
        match rune {
            '*' if runes.get(at) == Some(&'*') => {
                // `**/` is as `**`.
                at += if runes.get(at + 1) == Some(&'/') { 2 } else { 1 };
                let last = at == runes.len();
                out.extend(if last { ".*" } else { "(.*/)?" }.chars());
                if last && matches!(kind, Translated::Exact) {
                    kind = Translated::Prefix;
                    expression = false;
                }
                if first {
                    kind = Translated::Suffix;
                    expression = false;
                }
            }
            '*' => out.extend("[^/]*".chars()),
            '?' => out.extend("[^/]".chars()),
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' => {
                out.extend(['\\', rune]);
                expression = false;
            }
            '\\' if at < runes.len() => {
                out.extend(['\\', runes[at]]);
                at += 1;
            }
            '[' | ']' => out.push(rune),
            _ => {
                out.push(rune);
                expression = false;
            }
        }
        if expression {
            kind = Translated::Expression(Vec::new());
        }
        first = false;
    }
    if let Translated::Expression(_) = kind { Translated::Expression(out) } else { kind }
}

fn decode_all(mut bytes: &[u8]) -> Vec<char> {
    let mut runes = Vec::with_capacity(bytes.len());
    while !bytes.is_empty() {
        let (rune, length) = decode(bytes);
        runes.push(rune);
        bytes = &bytes[length..];
    }
    runes
}

/// Reads the expression as Go's regexp/syntax would (flags: Perl).
fn parse(text: &[char]) -> Result<Vec<Item>, BadPattern> {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(&rune) = text.get(at) {
        at += 1;
        match rune {
            // Only the translation writes these two bare.
            '(' => {
                items.push(Item::Folders);
                at += 5;
            }
            '.' => {
                items.push(Item::Rest);
                at += 1;
            }
            '^' => items.push(Item::Start),
            '[' => {
                let set = class::parse(text, &mut at)?;
                let many = text.get(at) == Some(&'*');
                at += usize::from(many);
                items.push(if many { Item::Many(set) } else { Item::One(set) });
            }
            '\\' => {
                let &escaped = text.get(at).ok_or(BadPattern::TrailingEscape)?;
                at += 1;
                push_escape(&mut items, escaped)?;
            }
            rune => push_literal(&mut items, rune),
        }
    }
    Ok(items)
}

fn push_escape(items: &mut Vec<Item>, escaped: char) -> Result<(), BadPattern> {
    if let Some(set) = class::perl(escaped) {
        items.push(Item::One(set));
        return Ok(());
    }
    match escaped {
        'A' => items.push(Item::Start),
        'z' => items.push(Item::End),
        'b' => items.push(Item::WordEdge { wanted: true }),
        'B' => items.push(Item::WordEdge { wanted: false }),
        _ => push_literal(items, class::escaped_rune(escaped)?),
    }
    Ok(())
}

fn push_literal(items: &mut Vec<Item>, rune: char) {
    // U+FFFD also stands for a byte that is not UTF-8.
    if rune == char::REPLACEMENT_CHARACTER {
        items.push(Item::One(Set::of(rune)));
        return;
    }
    let mut buffer = [0; 4];
    let bytes = rune.encode_utf8(&mut buffer).as_bytes();
    if let Some(Item::Literal(text)) = items.last_mut() {
        text.extend_from_slice(bytes);
    } else {
        items.push(Item::Literal(bytes.to_vec()));
    }
}

/// Literals at both ends decide most paths without further work.
fn quick(items: &[Item], path: &[u8]) -> bool {
    let head = match items.first() {
        Some(Item::Literal(text)) => path.starts_with(text),
        _ => true,
    };
    let tail = || match items.last() {
        Some(Item::Literal(text)) => path.ends_with(text),
        _ => true,
    };
    head && tail()
}

/// Follows all ways through the items at once: `here` has the places in the path
/// that the items so far can reach.
fn run(items: &[Item], path: &[u8]) -> bool {
    let mut here = vec![0];
    let mut next = Vec::new();
    for item in items {
        for &at in &here {
            advance(item, path, at, &mut next);
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return false;
        }
        std::mem::swap(&mut here, &mut next);
        next.clear();
    }
    here.last() == Some(&path.len())
}

/// Adds the places that one item reaches from `at`; what an earlier start has
/// already covered is not walked again.
fn advance(item: &Item, path: &[u8], at: usize, next: &mut Vec<usize>) {
    let rest = &path[at..];
    match item {
        Item::Literal(text) if rest.starts_with(text) => next.push(at + text.len()),
        Item::One(set) if !rest.is_empty() => {
            let (rune, length) = decode(rest);
            if set.holds(rune) {
                next.push(at + length);
            }
        }
        Item::Many(set) => spread(path, at, next, |rune| set.holds(rune)),
        Item::Rest => spread(path, at, next, |rune| rune != '\n'),
        Item::Folders => {
            let covered = next.last().is_some_and(|&last| last >= at);
            next.push(at);
            if covered {
                return;
            }
            let line = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            let slashes = memchr::memchr_iter(b'/', &rest[..line]);
            next.extend(slashes.map(|slash| at + slash + 1));
        }
        Item::Start if at == 0 => next.push(at),
        Item::End if rest.is_empty() => next.push(at),
        Item::WordEdge { wanted } => {
            let word = |byte: Option<&u8>| byte.is_some_and(|&b| class::is_word(b));
            let before = at.checked_sub(1).and_then(|i| path.get(i));
            if (word(before) != word(rest.first())) == *wanted {
                next.push(at);
            }
        }
        _ => {}
    }
}

fn spread(path: &[u8], mut at: usize, next: &mut Vec<usize>, takes: impl Fn(char) -> bool) {
    loop {
        if next.binary_search(&at).is_ok() {
            return;
        }
        next.push(at);
        if at >= path.len() {
            return;
        }
        let (rune, length) = decode(&path[at..]);
        if !takes(rune) {
            return;
        }
        at += length;
    }
}
