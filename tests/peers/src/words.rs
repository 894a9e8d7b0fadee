//! Words: what we make of quotes, escapes and variables, and what BuildKit does.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::dockerfile::expand::{Expander, Style};

use crate::numbers::Numbers;
use crate::oracle::{Oracle, bytes, fault};
use crate::texts;

/// The variables that words are expanded with.
const VALUES: &[(&str, &str)] = &[
    ("A", "abc"),
    ("B", ""),
    ("P", "/usr/lib/x.so.1"),
    ("W", " two  words "),
    ("S", "a\\*b$1"),
    ("é", "e"),
];

/// A word and how to read it.
#[derive(Debug, Clone)]
pub struct Case {
    pub word: String,
    pub escape: char,
    pub style: Style,
}

impl Case {
    pub fn random(numbers: &mut Numbers) -> Self {
        let style = Style {
            raw_quotes: numbers.once_in(4),
            raw_escapes: numbers.once_in(4),
            plain_quotes: numbers.once_in(6),
            keep_unset: numbers.once_in(4),
        };
        let escape = if numbers.once_in(5) { '`' } else { '\\' };
        Self { word: texts::word(numbers), escape, style }
    }
}

/// What differs on this word; `None`: nothing.
pub fn compare(oracle: &mut Oracle, case: &Case) -> Option<String> {
    let values: BTreeMap<&str, &str> = VALUES.iter().copied().collect();
    let theirs = oracle.ask(&json!({
        "kind": "word", "text": bytes(case.word.as_bytes()), "env": values,
        "escape": case.escape.to_string(), "raw_quotes": case.style.raw_quotes,
        "raw_escapes": case.style.raw_escapes, "plain": case.style.plain_quotes,
        "keep_unset": case.style.keep_unset,
    }));
    let lookup = |name: &str| values.get(name).map(|value| (*value).to_owned());
    let ours = Expander::new(case.escape).style(case.style).expand(&case.word, &lookup);
    match (ours, fault(&theirs)) {
        (Err(_), Some(_)) => None,
        (Err(why), None) => Some(format!("only we refuse it: {why}; BuildKit: {theirs}")),
        (Ok(done), Some(why)) => Some(format!("only BuildKit refuses it: {why}; ds: {done:?}")),
        (Ok(done), None) => {
            let mine = json!({
                "text": done.text, "unset": done.unset, "used": done.used, "words": done.words,
            });
            differs(&mine, &theirs).then(|| format!("\n  ds       {mine}\n  BuildKit {theirs}"))
        }
    }
}

fn differs(mine: &Value, theirs: &Value) -> bool {
    mine != theirs
}
