//! The way to a value: `spec.containers[0].image`, and patterns for it.
//!
//! A pattern is written as a path is shown, so that one can be pasted from a list
//! of edits: keys between dots, `["a.b/c"]` for keys with other characters, `[2]` for
//! an item, `[*]` for any, `[name=web]` for the one with that name, `*` and `?` within
//! keys, `**` for any steps or none. Knows nothing of images.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
    /// An item that is a mapping with a `name`.
    Named(usize, Cow<'a, str>),
}

impl Step<'_> {
    pub fn key(&self) -> Option<&str> {
        match self {
            Step::Key(key) => Some(key),
            Step::Index(_) | Step::Named(..) => None,
        }
    }
}

/// The path as people write it; keys of other characters stand in `["…"]`.
pub(super) fn show(steps: &[Step<'_>]) -> String {
    let mut out = String::with_capacity(16 * steps.len());
    for step in steps {
        match step {
            Step::Index(index) | Step::Named(index, _) => {
                let _ = write!(out, "[{index}]");
            }
            Step::Key(key) if is_simple(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Key(key) => {
                let _ = write!(out, "[{key:?}]");
            }
        }
    }
    out
}

fn is_simple(key: &str) -> bool {
    let simple = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    !key.is_empty() && key.bytes().all(simple)
}

/// Whether a text with `*` (any characters) and `?` (any one) takes a whole name.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                n += 1;
                // One character, not one byte.
                while name.get(n).is_some_and(|b| b & 0xc0 == 0x80) {
                    n += 1;
                }
            }
            Some(b) if *b == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((begin, from)) = star else { return false };
                star = Some((begin, from + 1));
                (p, n) = (begin + 1, from + 1);
            }
        }
    }
    pattern[p..].iter().all(|&b| b == b'*')
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A key, `*` and `?` in it taken as such.
    Glob(String),
    /// A key in quotes.
    Exact(String),
    /// `**`
    Deep,
    AnyItem,
    Item(usize),
    Named(String),
}

impl Part {
    fn takes(&self, step: &Step<'_>) -> bool {
        match (self, step) {
            (Part::Glob(pattern), Step::Key(key)) => glob(pattern, key),
            (Part::Exact(wanted), Step::Key(key)) => wanted == key,
            (Part::AnyItem, Step::Index(_) | Step::Named(..)) => true,
            (Part::Item(wanted), Step::Index(index) | Step::Named(index, _)) => wanted == index,
            (Part::Named(pattern), Step::Named(_, name)) => glob(pattern, name),
            _ => false,
        }
    }
}

/// A pattern of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err("it is empty");
        }
        while !rest.is_empty() {
            let (part, after) = match rest.strip_prefix('[') {
                Some(inside) => bracket(inside)?,
                None => key(rest, parts.is_empty())?,
            };
            parts.push(part);
            rest = after;
        }
        Ok(Self(parts))
    }

    /// Whether the pattern takes exactly this path.
    pub fn matches(&self, steps: &[Step<'_>]) -> bool {
        // Most paths are told apart by their last step.
        let may = match (self.0.last(), steps.last()) {
            (Some(Part::Deep), _) => true,
            (Some(part), Some(step)) => part.takes(step),
            _ => false,
        };
        may && self.reached(steps).last() == Some(&true)
    }

    /// Whether it has no wildcard, and so takes one path of an object.
    pub fn is_exact(&self) -> bool {
        self.0.iter().all(|part| match part {
            Part::Glob(text) | Part::Named(text) => !text.contains(['*', '?']),
            Part::Exact(_) | Part::Item(_) => true,
            Part::Deep | Part::AnyItem => false,
        })
    }

    /// How many steps the shortest begin of the path has that the pattern takes.
    pub fn matches_begin(&self, steps: &[Step<'_>]) -> Option<usize> {
        self.reached(steps).iter().position(|&taken| taken)
    }

    /// For each length of the path, whether the pattern takes a path of that length.
    fn reached(&self, steps: &[Step<'_>]) -> Vec<bool> {
        let mut reached = vec![false; steps.len() + 1];
        reached[0] = true;
        for part in &self.0 {
            let mut next = vec![false; steps.len() + 1];
            for at in 0..=steps.len() {
                next[at] = match part {
                    Part::Deep => reached[at] || (at > 0 && next[at - 1]),
                    part => at > 0 && reached[at - 1] && part.takes(&steps[at - 1]),
                };
            }
            reached = next;
        }
        reached
    }
}

/// A key, after its dot unless it is the first, and what follows it.
fn key(text: &str, first: bool) -> Result<(Part, &str), &'static str> {
    let name = match text.strip_prefix('.') {
        Some(name) => name,
        None if first => text,
        None => return Err("a `.` or `[` must follow a `]`"),
    };
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let part = match &name[..end] {
        "" => return Err("a key between two dots is empty"),
        "**" => Part::Deep,
        key => Part::Glob(key.to_owned()),
    };
    Ok((part, &name[end..]))
}

/// What stands after a `[`, and what follows its `]`.
fn bracket(inside: &str) -> Result<(Part, &str), &'static str> {
    const OPEN: &str = "a `[` is never closed";
    if let Some(quote) = inside.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (key, after) = quoted(&inside[1..], quote).ok_or(OPEN)?;
        let after = after.strip_prefix(']').ok_or("a `]` must follow the quoted key")?;
        return Ok((Part::Exact(key), after));
    }
    let (text, after) = inside.split_once(']').ok_or(OPEN)?;
    let part = match text.split_once('=') {
        Some(("name", name)) if !name.is_empty() => Part::Named(name.to_owned()),
        Some(_) => return Err("items are chosen by `[name=…]` only"),
        None if text == "*" || text.is_empty() => Part::AnyItem,
        None => match text.parse() {
            Ok(index) => Part::Item(index),
            Err(_) => {
                return Err(
                    "between `[` and `]` stands `*`, a number, `name=…` or a key in quotes",
                );
            }
        },
    };
    Ok((part, after))
}

/// A key up to its closing quote; `\` takes the next character as it is.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => key.push(chars.next()?.1),
            c if c == quote => return Some((key, &text[at + 1..])),
            c => key.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Step, glob, show};

    fn steps(text: &str) -> Vec<Step<'static>> {
        let step = |part: &'static str| match (part.parse(), part.split_once(':')) {
            (Ok(index), _) => Step::Index(index),
            (_, Some((index, name))) => Step::Named(index.parse().unwrap(), name.into()),
            _ => Step::Key(part.into()),
        };
        text.to_owned().leak().split(' ').map(step).collect()
    }

    #[test]
    fn a_path_is_shown_as_people_write_it() {
        for (text, shown) in [
            ("spec containers 0 image", "spec.containers[0].image"),
            ("spec containers 0:web image", "spec.containers[0].image"),
            ("0 a 1 2 b", "[0].a[1][2].b"),
            ("data a.b/c x", "data[\"a.b/c\"].x"),
        ] {
            assert_eq!(show(&steps(text)), shown);
            assert!(Pattern::parse(shown).unwrap().matches(&steps(text)), "{shown}");
        }
    }

    #[test]
    fn a_pattern_takes_whole_paths_only() {
        for (pattern, text, taken) in [
            ("spec.image", "spec image", true),
            ("spec.image", "spec image x", false),
            ("spec.image", "spec", false),
            (".spec.image", "spec image", true),
            ("spec.images[*]", "spec images 3", true),
            ("spec.images[]", "spec images 3", true),
            ("spec.images[2]", "spec images 3", false),
            ("spec.images[3]", "spec images 3:x", true),
            ("spec.images[*]", "spec images", false),
            ("spec.images.*", "spec images web", true),
            ("spec.images.*", "spec images 0", false),
            ("a[*].b", "a 0 b", true),
            ("a[*][*].b", "a 0 1 b", true),
            ("env[name=A*].value", "env 1:ABC value", true),
            ("env[name=A*].value", "env 1:BC value", false),
            ("env[name=A].value", "env 1 value", false),
            ("**.image", "image", true),
            ("**.image", "a 0:x b image", true),
            ("spec.**", "spec", true),
            ("spec.**", "spec a 0 b", true),
            ("spec.**.env[*].value", "spec a b env 0 value", true),
            ("data[\"a.b\"]", "data a.b", true),
            ("data['a\\'b']", "data a'b", true),
            ("data[\"*\"]", "data x", false),
            ("*Image", "webImage", true),
            ("we?Image", "webImage", true),
        ] {
            let pattern_parsed = Pattern::parse(pattern).unwrap();
            assert_eq!(pattern_parsed.matches(&steps(text)), taken, "{pattern} {text}");
        }
        let begin = |pattern: &str| Pattern::parse(pattern).unwrap().matches_begin(&steps("a b c"));
        assert_eq!(
            [begin("a"), begin("a.b"), begin("**.b"), begin("b")],
            [Some(1), Some(2), Some(2), None]
        );
    }

    #[test]
    fn a_broken_pattern_is_an_error() {
        for text in
            ["", "a..b", "a.", "a[", "a[x]", "a[b=c]", "a[\"x]", "a[\"x\"", "a[*]b", "a[name=]"]
        {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn globs_take_whole_names() {
        for (pattern, name, taken) in [
            ("*", "", true),
            ("web*", "web-1", true),
            ("*web*", "my-web-1", true),
            ("*-?", "web-é", true),
            ("web", "web1", false),
            ("", "a", false),
            ("**a", "bca", true),
        ] {
            assert_eq!(glob(pattern, name), taken, "{pattern} {name}");
        }
        assert!(!glob(&("*a".repeat(100) + "b"), &"a".repeat(5_000)));
    }
}
