//! What a plain word is: a number, a boolean, or a text.
//!
//! The reference reads YAML 1.1 with the words of go-yaml v2 (resolve.go); so
//! does this, but for `y` and `n`, which stay texts where the type is free.
//! A variable's value is only ever taken for a decimal number or `true`/`false`,
//! and only where it stands without quotes.

use serde_json::{Map, Number, Value as Json};

use super::keys::Kind;
use super::tree::{Node, Scalar, Value};
use super::version::Version;

/// The boolean that a text stands for where one is wanted.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(false)
        }
        _ => None,
    }
}

/// A whole number: decimal, or with `0x`, `0o`, `0b`; a leading `0` is octal, `_` may divide.
pub(super) fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = digits.replace('_', "");
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o" | "0O") => (8, &digits[2..]),
        Some("0b" | "0B") => (2, &digits[2..]),
        Some(two) if two.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits.as_str()),
    };
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let number = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if negative { -number } else { number }).ok()
}

/// The value of a node of this kind, as JSON; the node has passed the check.
pub(super) fn json(node: &Node, kind: &Kind, version: Version) -> Json {
    match (&node.value, kind) {
        (_, Kind::Either(..)) => json(node, kind.choose(node), version),
        (Value::Null, _) => Json::Null,
        (Value::Scalar(scalar), Kind::Bool) => boolean(&scalar.text).map_or(Json::Null, Json::Bool),
        (Value::Scalar(scalar), Kind::Integer | Kind::Scalar) => {
            match integer(&scalar.text).filter(|_| scalar.plain) {
                Some(number) => Json::from(number),
                None => Json::from(scalar.text.clone()),
            }
        }
        (Value::Scalar(scalar), Kind::Any | Kind::AnyMap) => free(scalar),
        (Value::Scalar(scalar), _) => Json::from(scalar.text.clone()),
        (Value::List(items), kind) => {
            let inner = if let Kind::List(inner) = kind { inner } else { &Kind::Any };
            items.iter().map(|item| json(item, inner, version)).collect()
        }
        (Value::Map(entries), kind) => {
            let mut map = Map::new();
            for entry in entries {
                let Some(inner) = kind.under(&entry.key, version) else { continue };
                let value = json(&entry.value, &inner, version);
                let keep = !value.is_null() || matches!(kind, Kind::Any | Kind::AnyMap);
                if keep || matches!(inner, Kind::OptionalText) {
                    map.insert(entry.key.clone(), value);
                }
            }
            Json::Object(map)
        }
    }
}

/// A value whose type nobody prescribes.
fn free(scalar: &Scalar) -> Json {
    let text = || Json::from(scalar.text.clone());
    if !scalar.plain {
        return text();
    }
    if scalar.replaced {
        // `00123456` is a commit, not a number: only what prints as it stands is one.
        return match scalar.text.parse::<i64>() {
            Ok(number) if number.to_string() == scalar.text => Json::from(number),
            _ => match scalar.text.as_str() {
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                _ => text(),
            },
        };
    }
    if scalar.text.len() > 1
        && let Some(value) = boolean(&scalar.text)
    {
        return Json::Bool(value);
    }
    if let Some(number) = integer(&scalar.text) {
        return Json::from(number);
    }
    float(&scalar.text).map_or_else(text, Json::Number)
}

/// A decimal fraction, as go-yaml's pattern has it. Infinity and NaN, which JSON
/// lacks, stay texts.
fn float(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = digits.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    let only = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+' | '_');
    if !starts || !digits.chars().all(only) {
        return None;
    }
    let number: f64 = text.replace('_', "").parse().ok()?;
    Number::from_f64(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_go_yaml_takes_them_for() {
        let cases = [
            ("1", "1"),
            ("0644", "420"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("1_000", "1000"),
            ("-5", "-5"),
            ("1.10", "1.1"),
            ("1e3", "1000.0"),
            ("0899", "899.0"),
            ("1.2.3", "\"1.2.3\""),
            ("yes", "true"),
            ("off", "false"),
            ("y", "\"y\""),
            ("t", "\"t\""),
            (".inf", "\".inf\""),
            ("2019-08-23", "\"2019-08-23\""),
            ("0x", "\"0x\""),
            ("-", "\"-\""),
            ("99999999999999999999", "1e+20"),
            ("5m", "\"5m\""),
        ];
        for (text, wanted) in cases {
            let scalar = Scalar { text: text.to_owned(), plain: true, replaced: false };
            assert_eq!(free(&scalar).to_string(), wanted, "{text}");
        }
    }

    #[test]
    fn a_variable_is_a_number_only_if_it_prints_as_one() {
        for (text, wanted) in [
            ("3", "3"),
            ("00123456", "\"00123456\""),
            ("t", "\"t\""),
            ("true", "true"),
            ("yes", "\"yes\""),
        ] {
            let scalar = Scalar { text: text.to_owned(), plain: true, replaced: true };
            assert_eq!(free(&scalar).to_string(), wanted, "{text}");
        }
    }
}
