//! New scalars in the style of the old: what bytes are replaced by what.
//!
//! Quotes stay and only what is between them changes; a plain value that would
//! stop being a string gets double quotes; a block scalar keeps its header, but
//! ends without a line break, since no image has one. Whatever is done here, the
//! proof checks it.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::ScalarStyle;

use super::document::Type;
use super::sites::{Leaf, Shape, Split};
use crate::reference::{HUB, Reference};

/// One replacement of bytes, and what the scalar's value is after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub event: usize,
    pub range: Range<usize>,
    pub text: String,
    pub value: Arc<str>,
}

/// The splices that make a site name the target; none where it does already.
/// `whole` is the target's text.
pub(super) fn plan(
    text: &str,
    shape: &Shape<'_>,
    target: &Reference,
    whole: &Arc<str>,
) -> Vec<Splice> {
    let split = match shape {
        Shape::Whole(leaf) => return change(text, leaf, whole.clone()).into_iter().collect(),
        Shape::Split(split) => split,
    };
    let changes = split_changes(split, target).into_iter();
    changes.filter_map(|(leaf, value)| change(text, leaf, value.into())).collect()
}

/// The splice that gives a scalar a value; none where it has it already.
pub(super) fn change(text: &str, leaf: &Leaf<'_>, value: Arc<str>) -> Option<Splice> {
    (*leaf.value != *value || leaf.kind != Type::Text).then(|| splice(text, leaf, value))
}

/// The tag goes into `tag`, a digest into a `digest` that is there; where the
/// target has none, an old digest is emptied, since it would pin the old image.
fn split_changes<'l, 'a>(split: &'l Split<'a>, target: &Reference) -> Vec<(&'l Leaf<'a>, String)> {
    let mut changes = Vec::new();
    let digest = target.digest.as_ref();
    match (&split.tag, &target.tag) {
        (Some(leaf), Some(tag)) => changes.push((leaf, tag.as_str().to_owned())),
        (_, None) if digest.is_some() && split.digest.is_some() => {}
        // A part that is not there cannot be written: the chart's own tag would
        // come after the one we add.
        _ => return Vec::new(),
    }
    if let Some(leaf) = &split.digest {
        match digest {
            Some(digest) => changes.push((leaf, digest.as_str().to_owned())),
            None if leaf.kind != Type::Null && !leaf.value.is_empty() => {
                changes.push((leaf, String::new()));
            }
            None => {}
        }
    }
    changes.extend(name_changes(split, target));
    changes
}

/// The halves of the name, where the target is another repository or the name
/// carries a tag of its own.
fn name_changes<'l, 'a>(split: &'l Split<'a>, target: &Reference) -> Vec<(&'l Leaf<'a>, String)> {
    let bare = target.repository.to_string();
    let same = |text: &str| {
        Reference::parse(text).is_ok_and(|r| {
            r.repository == target.repository && r.tag.is_none() && r.digest.is_none()
        })
    };
    if same(&split.repository_text()) {
        return Vec::new();
    }
    let registry = target.repository.registry();
    match (&split.registry, &split.repository) {
        (Some(host), Some(name)) => {
            let path = match registry {
                HUB => target.repository.familiar(),
                _ => target.repository.path(),
            };
            vec![(host, registry.to_owned()), (name, path.to_owned())]
        }
        (None, Some(name)) => vec![(name, bare)],
        _ => Vec::new(),
    }
}

fn splice(text: &str, leaf: &Leaf<'_>, value: Arc<str>) -> Splice {
    let (range, new) = match leaf.style {
        _ if leaf.alias_of.is_some() => (leaf.range.clone(), plain(&value)),
        ScalarStyle::Plain if leaf.range.is_empty() || leaf.kind == Type::Null => {
            fill(text, leaf, &value)
        }
        // Numbers and booleans: JSON has no other strings than quoted ones.
        ScalarStyle::Plain if leaf.kind == Type::Other && !leaf.marked => {
            (leaf.range.clone(), format!("\"{value}\""))
        }
        ScalarStyle::Plain => (leaf.range.clone(), plain(&value)),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            (leaf.range.start + 1..leaf.range.end - 1, value.to_string())
        }
        ScalarStyle::Literal | ScalarStyle::Folded => block(text, leaf, &value),
    };
    Splice { event: leaf.event, range, text: new, value }
}

/// A null becomes a string: `~` is replaced, an absent value follows its `:`.
fn fill(text: &str, leaf: &Leaf<'_>, value: &str) -> (Range<usize>, String) {
    if !leaf.range.is_empty() {
        return (leaf.range.clone(), format!("\"{value}\""));
    }
    let colon = text[leaf.key_end..].find(':').map_or(leaf.range.start, |n| leaf.key_end + n + 1);
    (colon..colon, format!(" \"{value}\""))
}

/// A block scalar: the content alone where its header strips line breaks already
/// (`|-`), else from the header on.
fn block(text: &str, leaf: &Leaf<'_>, value: &str) -> (Range<usize>, String) {
    let content = &text[leaf.range.clone()];
    let end = leaf.range.start + content.trim_end().len();
    let begin = end - content.trim().len();
    let line = text[..leaf.range.start].rfind('\n').map_or(0, |n| n + 1);
    let above = text[..line].trim_end_matches(['\n', '\r', ' ', '\t']);
    let header_line = above.rfind('\n').map_or(0, |n| n + 1);
    let Some(header) = find_header(&above[header_line..]).map(|n| header_line + n) else {
        return (begin..end, value.to_owned());
    };
    let blank_before = leaf.value.starts_with(char::is_whitespace);
    let indicators: String =
        text[header + 1..].chars().take_while(|c| matches!(c, '0'..='9' | '+' | '-')).collect();
    if blank_before || indicators.bytes().any(|b| b.is_ascii_digit()) {
        let comment = &text[header + 1 + indicators.len()..above.len()];
        return (header..end, format!("{}{comment}", plain(value)));
    }
    if indicators == "-" {
        return (begin..end, value.to_owned());
    }
    let rest = &text[header + 1 + indicators.len()..begin];
    (header..end, format!("{}-{rest}{value}", &text[header..=header]))
}

/// Where `|` or `>` with its indicators and perhaps a comment ends a line.
fn find_header(line: &str) -> Option<usize> {
    line.match_indices(['|', '>']).map(|(at, _)| at).find(|&at| {
        let begins = at == 0 || line[..at].ends_with([' ', '\t']);
        let rest = line[at + 1..].trim_start_matches(|c: char| "0123456789+-".contains(c));
        let ends = rest.trim().is_empty()
            || (rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#'));
        begins && ends
    })
}

/// The value without quotes where every reader takes it for a string.
fn plain(value: &str) -> String {
    if is_surely_text(value) { value.to_owned() } else { format!("\"{value}\"") }
}

/// Numbers, dates and base-60 numbers of YAML 1.1 begin with a digit, sign or dot
/// and have no `/`; the words are its booleans and nulls.
fn is_surely_text(value: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    let letter = value.starts_with(|c: char| c.is_ascii_alphabetic());
    let path = value.starts_with(|c: char| c.is_ascii_digit()) && value.contains('/');
    (letter || path) && !WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Writes a text with the splices, sorted and apart from each other, put into it;
/// `out` has exactly the length of the result.
pub(super) fn apply<'s>(
    input: &[u8],
    splices: impl Iterator<Item = (Range<usize>, &'s str)>,
    out: &mut [u8],
) {
    let mut written = 0;
    let mut write = |bytes: &[u8]| {
        out[written..written + bytes.len()].copy_from_slice(bytes);
        written += bytes.len();
    };
    let mut done = 0;
    for (range, text) in splices {
        write(&input[done..range.start]);
        write(text.as_bytes());
        done = range.end;
    }
    write(&input[done..]);
}

/// The text with the splices put into it.
pub(super) fn text(input: &str, splices: &[Splice]) -> String {
    let mut out = String::with_capacity(input.len() + splices.len() * 64);
    let mut done = 0;
    for splice in splices {
        out.push_str(&input[done..splice.range.start]);
        out.push_str(&splice.text);
        done = splice.range.end;
    }
    out.push_str(&input[done..]);
    out
}
