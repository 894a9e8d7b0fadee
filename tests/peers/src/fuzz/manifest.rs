//! Manifests: every rewrite is proven, and what comes out is the input with what is told.

use std::fmt::Write;

use serde_json::Value;
use shared::manifest::rule::{Fields, Rule, Rules};
use shared::manifest::{Edit, Error, Kind, Options, Replacements, Rewritten, Target as New};
use shared::manifest::{list, rewrite};
use shared::reference::{Reference, Repository};

use super::{Target, kind_of};
use crate::numbers::Numbers;

/// The first byte of an input says how it is rewritten.
pub struct Manifest;

/// Lines of all styles, to be put together anew.
const LINES: [&str; 6] = [
    include_str!("../../corpus/manifest/style-00"),
    include_str!("../../corpus/manifest/style-02"),
    include_str!("../../corpus/manifest/style-03"),
    include_str!("../../corpus/manifest/style-04"),
    include_str!("../../corpus/manifest/style-15"),
    include_str!("../../corpus/manifest/merge"),
];

const NEW: [(&str, &str); 4] = [
    ("me/app", "me/app:new"),
    ("redis", "redis:7.2"),
    ("registry.local:5000/team/web", "other.local/web:1"),
    (
        "team/web",
        "team/web:2@sha256:0000000000000000000000000000000000000000000000000000000000000001",
    ),
];

fn replacements(rules: bool) -> Replacements {
    let mut all = Replacements::new();
    let reference = |text: &str| Reference::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let repository = |text: &str| Repository::parse(text).unwrap_or_else(|error| panic!("{error}"));
    for (name, new) in NEW {
        all.add(repository(name), New::Reference(reference(new)));
    }
    all.add(repository("me/worker"), New::Untagged { image: "worker".to_owned() });
    if rules {
        all.add_image("app", &repository("me/app"), New::Reference(reference("me/app:new")));
        let rule = |text: &str| Fields::parse(text).and_then(Rule::add);
        let add = ["path=a.b,image=app", "path=**.env[*].value", "path=**.t,image=app,part=tag"];
        let add = add.into_iter().map(|text| rule(text).unwrap_or_else(|e| panic!("{text}: {e}")));
        let exclude = Fields::parse("path=x").and_then(Rule::exclude);
        all.set_rules(Rules { add: add.collect(), exclude: exclude.into_iter().collect() });
    }
    all
}

impl Target for Manifest {
    fn fresh(&self, numbers: &mut Numbers) -> Vec<u8> {
        let mut text = numbers.below(8).to_string();
        for _ in 0..=numbers.below(12) {
            let lines: Vec<&str> =
                LINES[numbers.below(LINES.len())].split_inclusive('\n').collect();
            let begin = numbers.below(lines.len());
            let deeper = " ".repeat(if numbers.once_in(6) { numbers.below(4) } else { 0 });
            for line in lines.iter().skip(begin).take(1 + numbers.below(3)) {
                let _ = write!(text, "{deeper}{line}");
            }
        }
        text.into_bytes()
    }

    fn judge(&mut self, input: &[u8]) -> Result<String, String> {
        let Some((&how, text)) = input.split_first() else { return Ok(String::new()) };
        let on = |bit: u8| how & (1 << bit) != 0;
        let options = Options { everywhere: on(0) };
        let known = replacements(on(1));
        let name = if on(2) { "f.json" } else { "f.yaml" };
        let go = |text: &[u8]| rewrite(text, name, &known, &options);
        let first = match go(text) {
            Ok(first) => first,
            Err(errors) => return errors.0.iter().map(|error| fault(error, text)).collect(),
        };
        told(text, &first)?;
        let again =
            go(&first.bytes).map_err(|errors| format!("it cannot be read again: {errors}"))?;
        if again.bytes != first.bytes || again.edits.iter().any(|edit| edit.old != edit.new) {
            return Err(format!("twice is not once: {:?}", again.edits));
        }
        same_data(text, &first.bytes)?;
        let listed = list(text, name, &known, &options);
        let listed = listed.map_err(|errors| format!("it cannot be listed: {errors}"))?;
        let is_listed = |edit: &&Edit| listed.iter().any(|s| s.known && s.path == edit.path);
        // Rules for parts name places where nothing says which image is there.
        let mut others = first.edits.iter().filter(|edit| edit.rule != "rule");
        if let Some(edit) = others.find(|edit| !is_listed(edit)) {
            return Err(format!("edited, but not listed: {edit:?}"));
        }
        Ok(shape(&first))
    }
}

/// What is wrong with the input, at a place that is there; never what we made of it.
fn fault(error: &Error, text: &[u8]) -> Result<String, String> {
    if let Kind::Proof { path } = &error.kind {
        return Err(format!("not proven: {path}"));
    }
    let lines = text.iter().filter(|byte| **byte == b'\n').count() + 1;
    if error.place.line == 0 || error.place.line > lines || error.place.column == 0 {
        return Err(format!("an error at a place that is not there: {error}"));
    }
    Ok(kind_of(&error.kind))
}

/// The edits, in order and apart, are all that differs.
fn told(text: &[u8], first: &Rewritten) -> Result<(), String> {
    let wide = text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]);
    let little = text.first() == Some(&0xff);
    let encoded = |text: &str| -> Vec<u8> {
        if !wide {
            return text.as_bytes().to_vec();
        }
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let (mut made, mut done) = (Vec::new(), 0);
    for edit in &first.edits {
        if edit.range.start < done || edit.range.end > text.len() {
            return Err(format!("out of order behind {done}: {edit:?}"));
        }
        if text[edit.range.clone()] != encoded(&edit.old) {
            return Err(format!("this is not what stands there: {edit:?}"));
        }
        made.extend_from_slice(&text[done..edit.range.start]);
        made.extend(encoded(&edit.new));
        done = edit.range.end;
    }
    made.extend_from_slice(&text[done..]);
    if made == first.bytes { Ok(()) } else { Err("the edits do not give the output".to_owned()) }
}

/// Another reader of JSON sees the same, but for strings.
fn same_data(old: &[u8], new: &[u8]) -> Result<(), String> {
    let Ok(old) = serde_json::from_slice::<Value>(old) else { return Ok(()) };
    let new = serde_json::from_slice::<Value>(new).map_err(|error| format!("no JSON: {error}"))?;
    if alike(&old, &new) { Ok(()) } else { Err(format!("other data: {old} {new}")) }
}

fn alike(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| alike(old, new))
        }
        (Value::Object(old), Value::Object(new)) => {
            let same = |((a, old), (b, new)): ((&String, &Value), (&String, &Value))| {
                a == b && alike(old, new)
            };
            old.len() == new.len() && old.iter().zip(new).all(same)
        }
        // A tag may have been a number, or nothing.
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
        (old, new) => old == new || new.is_string(),
    }
}

/// Which rules found what, in which styles, and why others stay.
fn shape(first: &Rewritten) -> String {
    let mut answer = String::new();
    for edit in first.edits.iter().take(5) {
        let quote = edit.new.chars().next().filter(|c| !c.is_alphanumeric()).unwrap_or('-');
        let deep = edit.path.matches(['.', '[', '>']).count().min(4);
        let _ = write!(answer, "{}{quote}{deep}{} ", edit.rule, edit.also.len().min(2));
    }
    for one in first.unresolved.iter().take(3) {
        let _ = write!(answer, "{} ", kind_of(&one.why));
    }
    answer
}
