//! Words: the result depends on the variables that it names, and on nothing else.

use shared::dockerfile::expand::{Expander, Expansion as Expanded, Kind, RESULT_MAX, Style};

use super::{Target, kind_of};
use crate::numbers::Numbers;
use crate::texts;

pub struct Expansion;

/// The variables that are set.
const VALUES: &[(&str, &str)] = &[
    ("A", "abc"),
    ("B", ""),
    ("P", "/usr/lib/x.so.1"),
    ("W", " two  words "),
    ("S", "a\\*b$1"),
    ("é", "e"),
    ("_", "*?[a]"),
];

impl Target for Expansion {
    fn fresh(&self, numbers: &mut Numbers) -> Vec<u8> {
        let how = u8::try_from(numbers.below(32)).unwrap_or(0);
        let mut input = vec![how];
        input.extend_from_slice(texts::word(numbers).as_bytes());
        input
    }

    fn judge(&mut self, input: &[u8]) -> Result<String, String> {
        let Some((&how, word)) = input.split_first() else { return Ok(String::new()) };
        let word = String::from_utf8_lossy(word);
        let on = |bit: u8| how & (1 << bit) != 0;
        let style =
            Style { raw_quotes: on(0), raw_escapes: on(1), plain_quotes: on(2), keep_unset: on(3) };
        let escape = if on(4) { '`' } else { '\\' };
        let expander = Expander::new(escape).style(style);
        let value = |name: &str| VALUES.iter().find(|(known, _)| *known == name);
        let lookup = |name: &str| value(name).map(|(_, value)| (*value).to_owned());
        let outcome = expander.expand(&word, &lookup);
        let done = match &outcome {
            Err(kind) => return Ok(format!("{how} {}", kind_of(kind))),
            Ok(done) => done,
        };
        hold(&word, done, escape)?;
        if let Some(name) = done.used.iter().find(|name| value(name).is_none()) {
            return Err(format!("`{name}` is said to be set"));
        }
        if let Some(name) = done.unset.iter().find(|name| value(name).is_some()) {
            return Err(format!("`{name}` is said to be unset"));
        }
        // Other values for names that it does not tell change nothing: else a key would
        // not know what the word depends on.
        let told = |name: &str| done.used.contains(name) || done.unset.contains(name);
        let other = |name: &str| if told(name) { lookup(name) } else { Some("other".to_owned()) };
        same(&expander.expand(&word, &other), &outcome)?;
        Ok(format!("{how} {} {} {}", done.words.len(), done.used.len(), shape(&word)))
    }
}

fn hold(word: &str, done: &Expanded, escape: char) -> Result<(), String> {
    if done.text.len() > RESULT_MAX {
        return Err(format!("a result of {} bytes", done.text.len()));
    }
    // The first byte order mark is skipped, as Go's scanner does.
    let is_plain = !word.contains(['$', '\'', '"', '\u{feff}', escape]);
    if is_plain && done.text != word {
        return Err(format!("a plain word became {:?}", done.text));
    }
    if is_plain && (!done.used.is_empty() || !done.unset.is_empty()) {
        return Err("a plain word has variables".to_owned());
    }
    Ok(())
}

fn same(one: &Result<Expanded, Kind>, other: &Result<Expanded, Kind>) -> Result<(), String> {
    if one == other {
        Ok(())
    } else {
        Err(format!("it depends on what it does not tell: {one:?}, {other:?}"))
    }
}

/// The marks of a word in their order, without what stands between.
fn shape(word: &str) -> String {
    let mut marks: Vec<char> = word.chars().filter(|c| "$'\"\\`{}:-+?#%/*".contains(*c)).collect();
    marks.dedup();
    marks.truncate(12);
    marks.into_iter().collect()
}
