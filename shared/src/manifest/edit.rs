//! New scalars in the style of the old: what bytes are replaced by what.
//!
//! Quotes stay and only what is between them changes; a plain value that would
//! stop being a string gets double quotes; a block scalar keeps its header, but
//! ends without a line break, since no image has one; a part of a value is replaced
//! in the bytes that give it. Whatever is done here, the proof checks it.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::ScalarStyle;

use super::document::{Syntax, Type};
use super::scalar::Map;
use super::site::Leaf;
use super::wishes::Wish;

/// What ends a line.
const BREAKS: [char; 2] = ['\n', '\r'];

/// One replacement of bytes, and what the scalar's value is after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub event: usize,
    pub range: Range<usize>,
    pub text: String,
    pub value: Arc<str>,
}

/// The splices that make a wish true; none where it is. `None`: the bytes to change cannot
/// be found in the text.
pub(super) fn change(text: &str, syntax: Syntax, wish: &Wish<'_, '_>) -> Option<Vec<Splice>> {
    let Wish { leaf, value, within } = wish;
    if leaf.alias_of.is_some() && *leaf.value != **value {
        return Some(vec![instead(leaf, value.clone())]);
    }
    if *leaf.value == **value && leaf.kind == Type::Text {
        return Some(Vec::new());
    }
    match within {
        None => Some(vec![splice(text, leaf, value.clone())]),
        Some((range, new)) => change_within(text, syntax, leaf, range, (new, value)),
    }
}

/// The splices that put a reference in place of some bytes of a value; what is `new`, and
/// the value that it makes.
fn change_within(
    text: &str,
    syntax: Syntax,
    leaf: &Leaf<'_>,
    range: &Range<usize>,
    (new, value): (&str, &Arc<str>),
) -> Option<Vec<Splice>> {
    // Brackets may mean something to what is around a plain scalar.
    if leaf.style == ScalarStyle::Plain && new.contains(['[', ']', '{', '}', ',', '#']) {
        return Some(vec![Splice { text: quoted(value), ..splice(text, leaf, value.clone()) }]);
    }
    let (change, new) = narrow(&leaf.value[range.clone()], new);
    let change = range.start + change.start..range.start + change.end;
    let splices = Map::of(text, leaf, syntax)?.splices(&leaf.value, &change, new)?;
    let splice = |(range, text)| Splice { event: leaf.event, range, text, value: value.clone() };
    Some(splices.into_iter().map(splice).collect())
}

/// What differs between two texts: the bytes of the old, and what comes in their place.
pub(super) fn narrow<'n>(old: &str, new: &'n str) -> (Range<usize>, &'n str) {
    let pairs = old.char_indices().zip(new.chars());
    let begin =
        pairs.take_while(|((_, old), new)| old == new).map(|((at, c), _)| at + c.len_utf8());
    let begin = begin.last().unwrap_or(0);
    let (old_rest, new_rest) = (&old[begin..], &new[begin..]);
    let pairs = old_rest.chars().rev().zip(new_rest.chars().rev());
    let same: usize = pairs.take_while(|(old, new)| old == new).map(|(c, _)| c.len_utf8()).sum();
    (begin..old.len() - same, &new_rest[..new_rest.len() - same])
}

/// The splice that puts a text of its own in an alias's place.
pub(super) fn instead(leaf: &Leaf<'_>, value: Arc<str>) -> Splice {
    let one_word = !value.contains(|c: char| c.is_whitespace() || "[]{},#\"".contains(c));
    let text = if one_word { plain(&value) } else { quoted(&value) };
    Splice { event: leaf.event, range: leaf.range.clone(), text, value }
}

/// In double quotes, as YAML and JSON both read it.
fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

fn splice(text: &str, leaf: &Leaf<'_>, value: Arc<str>) -> Splice {
    let (range, new) = match leaf.style {
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

/// A null becomes a string: `~` is replaced, an absent value follows its `:`, and the
/// anchor or tag behind that.
fn fill(text: &str, leaf: &Leaf<'_>, value: &str) -> (Range<usize>, String) {
    if !leaf.range.is_empty() {
        return (leaf.range.clone(), format!("\"{value}\""));
    }
    let colon = text[leaf.key_end..].find(':').map_or(leaf.range.start, |n| leaf.key_end + n + 1);
    let at = if leaf.marked { after_properties(text, colon) } else { colon };
    (at..at, format!(" \"{value}\""))
}

/// Where anchor and tag end that stand behind a place.
fn after_properties(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text[at..].trim_start();
        let begin = text.len() - rest.len();
        let length = match rest.as_bytes() {
            [b'!', b'<', ..] => rest.find('>').map_or(rest.len(), |end| end + 1),
            [b'!' | b'&', ..] => {
                rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len())
            }
            _ => return at,
        };
        at = begin + length;
    }
}

/// A block scalar: the content alone where its header strips line breaks already
/// (`|-`), else from the header on.
fn block(text: &str, leaf: &Leaf<'_>, value: &str) -> (Range<usize>, String) {
    let content = &text[leaf.range.clone()];
    let begin = leaf.range.end - content.trim_start().len();
    let end = leaf.range.start + block_end(content, &leaf.value);
    let Some(header) = header(text, leaf) else { return (begin..end, value.to_owned()) };
    let above = above(text, leaf);
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

/// How much of a block's content goes: the line with its blanks, and lines of blanks
/// below it where these are part of the value.
fn block_end(content: &str, value: &str) -> usize {
    let value_below = value[value.trim_end().len()..].trim_start_matches([' ', '\t']);
    if value_below.contains([' ', '\t']) {
        return content.trim_end_matches(['\n', '\r']).len();
    }
    let below = &content[content.trim_end().len()..];
    content.len() - below.trim_start_matches([' ', '\t']).len()
}

/// The text before a block scalar's content, blanks at its end aside.
fn above<'t>(text: &'t str, leaf: &Leaf<'_>) -> &'t str {
    let line = text[..leaf.range.start].rfind(BREAKS).map_or(0, |n| n + 1);
    text[..line].trim_end_matches(['\n', '\r', ' ', '\t'])
}

/// Where a block scalar's `|` or `>` stands.
pub(super) fn header(text: &str, leaf: &Leaf<'_>) -> Option<usize> {
    let above = above(text, leaf);
    let line = above.rfind(BREAKS).map_or(0, |n| n + 1);
    find_header(&above[line..]).map(|at| line + at)
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
