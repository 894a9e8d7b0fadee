//! One pattern of `.dockerignore`, compiled.
//!
//! moby turns a pattern into a Go regular expression and lets that decide, quirks
//! included (`[a*]`, `\d`, `^`, and `|` and `{2}`, which it means to escape but does
//! not). So this does the same two steps: moby's translation (patternmatcher
//! `compile`), then the small part of Go's regular expressions that can come out of
//! it. Matching is linear in pattern × path; no backtracking.

use super::class::{self, Set};
use crate::context::glob::{BadPattern, decode};

/// Most repetitions that Go's regular expressions take.
const REPEAT_MAX: usize = 1000;

/// How a pattern decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Program {
    Exact(Vec<u8>),
    Prefix(Vec<u8>),
    /// `**` and this: a path that ends so; `/x` also takes the path `x` alone.
    Suffix(Vec<u8>),
    Items(Vec<Item>),
    /// What stands between unescaped `|`: the first is bound to the path's begin, the
    /// last to its end, one between them to nothing.
    Branches(Vec<Vec<Item>>),
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
    /// `{2}`, `{2,}`, `{2,5}`
    Repeat {
        item: Box<Item>,
        least: usize,
        most: Option<usize>,
    },
}

impl Program {
    /// Compiles a cleaned pattern whose syntax `filepath.Match` accepts.
    pub(super) fn compile(pattern: &[u8]) -> Result<Self, BadPattern> {
        match translate(pattern) {
            Translated::Exact => Ok(Self::Exact(pattern.to_vec())),
            Translated::Prefix => Ok(Self::Prefix(pattern[..pattern.len() - 2].to_vec())),
            Translated::Suffix => Ok(Self::Suffix(pattern[2..].to_vec())),
            Translated::Expression(text) => {
                let mut branches = parse(&text)?;
                match branches.pop() {
                    Some(only) if branches.is_empty() => Ok(Self::Items(only)),
                    last => Ok(Self::Branches(branches.into_iter().chain(last).collect())),
                }
            }
        }
    }

    pub(super) fn matches(&self, path: &[u8]) -> bool {
        match self {
            Self::Exact(text) => path == text,
            Self::Prefix(text) => path.starts_with(text),
            Self::Suffix(text) => path.ends_with(text) || text.strip_prefix(b"/") == Some(path),
            Self::Items(items) => quick(items, path) && run(items, path),
            Self::Branches(branches) => {
                let last = branches.len() - 1;
                branches
                    .iter()
                    .enumerate()
                    .any(|(at, items)| search(items, path, at > 0, at < last))
            }
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
    let mut runes = decode_all(pattern);
    // Go's scanner, which moby reads the pattern with, passes over a BOM.
    if runes.first() == Some(&'\u{feff}') {
        runes.remove(0);
    }
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
            // moby's table of these is a byte wide, and so lacks `{`, `|` and `}`.
            '.' | '+' | '(' | ')' | '$' => {
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

/// Reads the expression as Go's regexp/syntax would (flags: Perl), a list for each branch.
fn parse(text: &[char]) -> Result<Vec<Vec<Item>>, BadPattern> {
    let mut branches = Vec::new();
    // The translation puts a `^` in front, which a repetition could be of.
    let mut items = vec![Item::Start];
    let mut at = 0;
    let mut repeated = false;
    while let Some(&rune) = text.get(at) {
        at += 1;
        let mut repeats = false;
        match rune {
            // Only the translation writes these two bare.
            '(' => {
                items.push(Item::Folders);
                at += 5;
                repeats = true;
            }
            '.' => {
                items.push(Item::Rest);
                at += 1;
                repeats = true;
            }
            '^' => items.push(Item::Start),
            '|' => branches.push(std::mem::take(&mut items)),
            '[' => {
                let set = class::parse(text, &mut at)?;
                repeats = text.get(at) == Some(&'*');
                at += usize::from(repeats);
                items.push(if repeats { Item::Many(set) } else { Item::One(set) });
            }
            '\\' => push_escape(&mut items, text, &mut at)?,
            '{' => match repetition(&text[at..]) {
                None => push_literal(&mut items, rune),
                Some((_, _, _)) if repeated => return Err(BadPattern::BadRepetition),
                Some((least, most, length)) => {
                    at += length;
                    repeats = true;
                    repeat(&mut items, least, most)?;
                }
            },
            rune => push_literal(&mut items, rune),
        }
        repeated = repeats;
    }
    branches.push(items);
    Ok(branches)
}

/// Numbers and length of what stands behind a `{` up to its `}`, if that is a repetition.
fn repetition(text: &[char]) -> Option<(usize, Option<usize>, usize)> {
    let end = text.iter().position(|rune| *rune == '}')?;
    let inside: String = text[..end].iter().collect();
    let number = |digits: &str| {
        let plain = digits.chars().all(|c| c.is_ascii_digit()) && !digits.is_empty();
        let number = digits.parse().unwrap_or(usize::MAX);
        (plain && (digits.len() == 1 || !digits.starts_with('0'))).then_some(number)
    };
    let (least, most) = match inside.split_once(',') {
        None => {
            let count = number(&inside)?;
            (count, Some(count))
        }
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((least, most, end + 1))
}

/// Repeats the last item, or the last rune of a literal.
fn repeat(items: &mut Vec<Item>, least: usize, most: Option<usize>) -> Result<(), BadPattern> {
    if most.unwrap_or(least).max(least) > REPEAT_MAX || most.is_some_and(|most| most < least) {
        return Err(BadPattern::BadRepetition);
    }
    let mut item = items.pop().ok_or(BadPattern::BadRepetition)?;
    if let Item::Literal(text) = &mut item {
        let start = text.iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
        let rune = text.split_off(start);
        if !text.is_empty() {
            items.push(item);
        }
        item = Item::Literal(rune);
    }
    items.push(Item::Repeat { item: Box::new(item), least, most });
    Ok(())
}

/// What `\` means here; `at` stands behind it.
fn push_escape(items: &mut Vec<Item>, text: &[char], at: &mut usize) -> Result<(), BadPattern> {
    let &escaped = text.get(*at).ok_or(BadPattern::TrailingEscape)?;
    *at += 1;
    if let Some(set) = class::perl(escaped) {
        items.push(Item::One(set));
        return Ok(());
    }
    match escaped {
        'A' => items.push(Item::Start),
        'z' => items.push(Item::End),
        'b' => items.push(Item::WordEdge { wanted: true }),
        'B' => items.push(Item::WordEdge { wanted: false }),
        _ => push_literal(items, class::escaped_rune(escaped, text, at)?),
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
    let head = match items.get(1) {
        Some(Item::Literal(text)) => path.starts_with(text),
        _ => true,
    };
    let tail = || match items.last() {
        Some(Item::Literal(text)) => path.ends_with(text),
        _ => true,
    };
    head && tail()
}

/// Whether the items match from begin to end.
fn run(items: &[Item], path: &[u8]) -> bool {
    follow(items, path, vec![0]).last() == Some(&path.len())
}

/// Whether a branch matches; `floating`: it may begin anywhere, `open`: end anywhere.
fn search(items: &[Item], path: &[u8], floating: bool, open: bool) -> bool {
    let mut from = vec![0];
    let mut at = 0;
    while floating && at < path.len() {
        at += decode(&path[at..]).1;
        from.push(at);
    }
    let ends = follow(items, path, from);
    if open { !ends.is_empty() } else { ends.last() == Some(&path.len()) }
}

/// Follows all ways through the items at once, from the places in the path that are
/// given in order: the places that the items can reach, in order.
fn follow(items: &[Item], path: &[u8], mut here: Vec<usize>) -> Vec<usize> {
    for item in items {
        if here.is_empty() {
            break;
        }
        here = match item {
            Item::Repeat { item, least, most } => times(item, *least, *most, path, here),
            item => step(item, path, &here),
        };
    }
    here
}

/// The places that one item reaches from any of these.
fn step(item: &Item, path: &[u8], here: &[usize]) -> Vec<usize> {
    let mut next = Vec::new();
    for &at in here {
        advance(item, path, at, &mut next);
    }
    next.sort_unstable();
    next.dedup();
    next
}

/// The places that an item reaches when it stands `least` to `most` times.
fn times(
    item: &Item,
    least: usize,
    most: Option<usize>,
    path: &[u8],
    mut here: Vec<usize>,
) -> Vec<usize> {
    let mut reached = if least == 0 { here.clone() } else { Vec::new() };
    let mut count = 0;
    // More often than there are bytes, no item goes on.
    let most = most.unwrap_or(usize::MAX).min(least + path.len() + 1);
    while count < most && !here.is_empty() {
        let next = step(item, path, &here);
        count += 1;
        if count >= least {
            reached.extend_from_slice(&next);
        }
        if next == here && count >= least {
            break;
        }
        here = next;
    }
    reached.sort_unstable();
    reached.dedup();
    reached
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
