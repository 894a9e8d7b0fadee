//! The documents of a stream as JSON values, read as kubectl reads them: scalars by
//! YAML 1.1's rules (`yes` is true, `0644` is 420), aliases expanded, merge keys
//! merged, keys made strings. For what a cluster gets; rewriting never comes here.
//!
//! The rules are those of go-yaml v2 behind sigs.k8s.io/yaml.

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle};
use serde_json::{Map, Number, Value};

use super::document::{self, Reader, Syntax};
use super::error::{Error, Errors, Fault, Kind};
use crate::util::place::Place;

/// So many values may come of one stream, aliases expanded.
const VALUES_MAX: usize = 4_000_000;

/// A document, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub value: Value,
    pub place: Place,
}

/// All documents but the empty ones. Of a key that stands twice the last one counts.
pub fn documents(input: &[u8], file: &str) -> Result<Vec<Document>, Errors> {
    let text = document::decode(input, file)?.text;
    let syntax = Syntax::of(&text);
    let mut builder = Builder::default();
    let mut found = Vec::new();
    for item in Reader::new(&text, syntax) {
        let fault = match item {
            Ok((event, range)) => match builder.take(event, range.start, syntax) {
                Ok(None) => continue,
                Ok(Some((Value::Null, _))) => continue,
                Ok(Some((value, offset))) => {
                    let place = Place::of_offset(file, &text, offset);
                    found.push(Document { value, place });
                    continue;
                }
                Err(kind) => Fault { offset: range.start, kind },
            },
            Err(fault) => fault,
        };
        return Err(Error::at(file, &text, fault).into());
    }
    Ok(found)
}

/// A mapping or list that is being read.
enum Open {
    List { items: Vec<Value>, anchor: usize },
    Map { map: Map<String, Value>, merged: Vec<Value>, key: Option<Key>, anchor: usize },
}

enum Key {
    Named(String),
    Merge,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    begin: Option<usize>,
    values: usize,
}

impl Builder {
    /// A whole document, when the event ends one.
    fn take(
        &mut self,
        event: Event<'_>,
        offset: usize,
        syntax: Syntax,
    ) -> Result<Option<(Value, usize)>, Kind> {
        let (value, anchor) = match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.begin = None;
                return Ok(None);
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin.get_or_insert(offset);
                self.open.push(Open::List { items: Vec::new(), anchor });
                return Ok(None);
            }
            Event::MappingStart(_, anchor, _) => {
                self.begin.get_or_insert(offset);
                let (map, merged) = (Map::new(), Vec::new());
                self.open.push(Open::Map { map, merged, key: None, anchor });
                return Ok(None);
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { items, anchor }) => (Value::Array(items), anchor),
                Some(Open::Map { map, merged, anchor, .. }) => (merge(map, merged)?, anchor),
                None => return Ok(None),
            },
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_ref().map(ToString::to_string);
                let plain = style == ScalarStyle::Plain;
                if self.at_key() && plain && tag.is_none() && text == "<<" && syntax == Syntax::Yaml
                {
                    self.set_key(Key::Merge);
                    return Ok(None);
                }
                (scalar(&text, plain, tag.as_deref(), syntax)?, anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).unwrap_or(&Value::Null);
                self.values += size(value);
                if self.values > VALUES_MAX {
                    return Err(too_many());
                }
                (value.clone(), 0)
            }
            _ => return Ok(None),
        };
        self.values += 1;
        if self.values > VALUES_MAX {
            return Err(too_many());
        }
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        self.put(value, offset)
    }

    fn at_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Open::Map { key, .. }) = self.open.last_mut() {
            *key = Some(new);
        }
    }

    fn put(&mut self, value: Value, offset: usize) -> Result<Option<(Value, usize)>, Kind> {
        match self.open.last_mut() {
            None => Ok(Some((value, self.begin.unwrap_or(offset)))),
            Some(Open::List { items, .. }) => {
                items.push(value);
                Ok(None)
            }
            Some(Open::Map { map, merged, key, .. }) => {
                match key.take() {
                    None => *key = Some(Key::Named(key_text(value)?)),
                    Some(Key::Merge) => merged.push(value),
                    Some(Key::Named(name)) => {
                        map.insert(name, value);
                    }
                }
                Ok(None)
            }
        }
    }
}

fn too_many() -> Kind {
    Kind::Yaml("its aliases make too many values".into())
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Own keys win over merged ones, of those the first.
fn merge(mut map: Map<String, Value>, merged: Vec<Value>) -> Result<Value, Kind> {
    for value in merged {
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let Value::Object(from) = value else {
                return Err(Kind::Yaml("`<<` merges mappings only".into()));
            };
            for (key, value) in from {
                map.entry(key).or_insert(value);
            }
        }
    }
    Ok(Value::Object(map))
}

fn key_text(value: Value) -> Result<String, Kind> {
    match value {
        Value::String(text) => Ok(text),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(Kind::Yaml("a key that is no scalar".into())),
    }
}

fn scalar(text: &str, plain: bool, tag: Option<&str>, syntax: Syntax) -> Result<Value, Kind> {
    let string = || Value::String(text.to_owned());
    match tag.and_then(|tag| tag.rsplit([':', '!']).next()) {
        Some("str") => return Ok(string()),
        // A tag that says what the plain text means anyway.
        Some("int" | "float" | "bool" | "null") => return number_or_word(text),
        Some("binary") => return Err(Kind::Yaml("`!!binary` is not read; quote the text".into())),
        Some(_) => return Ok(string()),
        None => {}
    }
    match (plain, syntax) {
        (false, _) => Ok(string()),
        (true, Syntax::Json) => serde_json::from_str(text).map_err(|e| Kind::Json(e.to_string())),
        (true, Syntax::Yaml) => number_or_word(text),
    }
}

/// What a plain scalar of YAML 1.1 means.
fn number_or_word(text: &str) -> Result<Value, Kind> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF"
        | ".nan" | ".NaN" | ".NAN" => {
            return Err(Kind::Yaml("a number that JSON has no word for".into()));
        }
        text => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    })
}

fn number(text: &str) -> Option<Number> {
    let first = text.chars().next()?;
    if !(first.is_ascii_digit() || "+-.".contains(first)) {
        return None;
    }
    let digits = text.replace('_', "");
    if first != '.'
        && let Some(number) = integer(&digits)
    {
        return Some(number);
    }
    let float: f64 = digits.parse().ok().filter(|_| is_float(&digits))?;
    if !float.is_finite() {
        return None;
    }
    // As Go prints it: a whole number has no fraction.
    #[expect(clippy::cast_possible_truncation, reason = "whole, and smaller than 2^53")]
    if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 {
        return Some(Number::from(float as i64));
    }
    Number::from_f64(float)
}

/// Go's ParseInt with base 0: `0x`, `0o`, `0b`, and octal with a leading zero.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some(two) if two.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    i64::try_from(value).map(Number::from).or_else(|_| u64::try_from(value).map(Number::from)).ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|text| !text.is_empty() && digits(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(text: &str) -> Value {
        let mut all = documents(text.as_bytes(), "f").unwrap();
        assert_eq!(all.len(), 1, "{text}");
        all.remove(0).value
    }

    #[test]
    fn scalars_are_read_as_kubectl_reads_them() {
        // As `kubectl annotate --local -o json` answered (1.32).
        for (text, wanted) in [
            ("yes", json!(true)),
            ("'yes'", json!("yes")),
            ("No", json!(false)),
            ("y", json!(true)),
            ("0644", json!(420)),
            ("0x1F", json!(31)),
            ("1_000", json!(1000)),
            ("1.0", json!(1)),
            ("1.5", json!(1.5)),
            ("08", json!(8)),
            ("~", json!(null)),
            ("2001-01-01", json!("2001-01-01")),
            ("1e3", json!(1000)),
            (".5", json!(0.5)),
            ("+.5", json!(0.5)),
            ("1.", json!(1)),
            ("0o17", json!(15)),
            ("0o8", json!("0o8")),
            ("0b12", json!("0b12")),
            ("-0b11", json!(-3)),
            ("1.2.3", json!("1.2.3")),
            ("\"5\"", json!("5")),
            ("!!str 5", json!("5")),
            ("!!int \"5\"", json!(5)),
            ("!other 5", json!("5")),
            ("+7", json!(7)),
            ("12e", json!("12e")),
            ("1:30", json!("1:30")),
            ("1e-7", json!(1e-7)),
            ("1.5e400", json!("1.5e400")),
            ("|\n  5\n", json!("5\n")),
        ] {
            assert_eq!(one(&format!("key: {text}"))["key"], wanted, "{text}");
        }
    }

    #[test]
    fn keys_aliases_and_merges() {
        assert_eq!(one("1: a\non: b\nn: c\n"), json!({"1": "a", "true": "b", "false": "c"}));
        let text =
            "base: &b {x: 1, u: 2}\nuse: *b\nmix: {<<: *b, u: 3}\ntwo: {<<: [*b, {z: 4, x: 9}]}\n";
        let value = one(text);
        assert_eq!(value["use"], json!({"x": 1, "u": 2}));
        assert_eq!(value["mix"], json!({"u": 3, "x": 1}));
        assert_eq!(value["two"], json!({"x": 1, "u": 2, "z": 4}));
        assert_eq!(one("a: 1\na: 2\n"), json!({"a": 2}));
    }

    #[test]
    fn documents_have_places_and_empty_ones_are_none() {
        let all = documents(b"# c\n---\n# none\n---\na: 1\n---\n\n  b: 2\n", "f").unwrap();
        let places: Vec<String> = all.iter().map(|d| d.place.to_string()).collect();
        assert_eq!(places, ["f:5:1", "f:8:3"]);
        assert_eq!(documents(b"{\"a\": 1.0} {\"b\": \"yes\"}", "f").unwrap().len(), 2);
        assert!(documents(b"a: [\n", "f").is_err());
    }

    #[test]
    fn bombs_are_refused() {
        let mut text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
        for n in 1..9 {
            let before = format!("*a{}, ", n - 1).repeat(10);
            text.push_str(&format!("a{n}: &a{n} [{before}]\n"));
        }
        let error = documents(text.as_bytes(), "f").unwrap_err();
        assert!(error.to_string().contains("too many values"), "{error}");
    }
}
