//! The JSON Schema of devspace.yaml, made from the tables of keys.
//!
//! It is wider than the check where a version decides: an editor knows no versions.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::keys::{Fate, Key, Kind, PROJECT, Section};
use super::version::NAMES;

/// JSON Schema (2020-12) of devspace.yaml.
pub fn schema() -> Value {
    let mut definitions = BTreeMap::new();
    let mut root = section(&PROJECT, &mut definitions);
    if let Some(version) = root.pointer_mut("/properties/version") {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        version["examples"] = json!(names);
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "devspace.yaml",
        "description": "What is built, tagged, pushed and deployed.",
    });
    if let (Some(schema), Some(root)) = (schema.as_object_mut(), root.as_object_mut()) {
        schema.append(root);
        schema.insert("$defs".to_owned(), json!(definitions));
    }
    schema
}

fn section(section: &'static Section, definitions: &mut BTreeMap<String, Value>) -> Value {
    let mut properties: Map<String, Value> = Map::new();
    for key in section.keys {
        let mut value = kind(&key.kind, definitions);
        value["description"] = json!(about(key));
        if matches!(key.fate, Fate::Refused(_)) {
            value["deprecated"] = json!(true);
        }
        match properties.get_mut(key.name) {
            // One key with other shapes in other versions.
            Some(before) => {
                *before = json!({"description": about(key), "anyOf": [before.take(), value]});
            }
            None => {
                properties.insert(key.name.to_owned(), value);
            }
        }
    }
    json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false})
}

fn about(key: &Key) -> String {
    match key.fate {
        Fate::Read => key.about.to_owned(),
        Fate::Passed => format!("{} Passed over.", key.about),
        Fate::Refused(instead) => format!("{} Not carried out: {instead}.", key.about),
    }
}

fn kind(of: &Kind, definitions: &mut BTreeMap<String, Value>) -> Value {
    let nullable = ["string", "number", "boolean", "null"];
    let variable = json!({"type": "string", "pattern": r"\$\{[^}]+\}"});
    match of {
        Kind::Text | Kind::Tag | Kind::OptionalText | Kind::Scalar => json!({"type": nullable}),
        Kind::Bool => {
            let words = json!({"enum": ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"]});
            json!({"anyOf": [{"type": ["boolean", "null"]}, words, variable]})
        }
        Kind::Integer => json!({"anyOf": [{"type": ["integer", "null"]}, variable]}),
        Kind::OneOf(words) => json!({"anyOf": [{"enum": words}, {"type": "null"}, variable]}),
        Kind::Any => json!({}),
        Kind::AnyMap => json!({"type": ["object", "null"]}),
        Kind::List(inner) => json!({"type": ["array", "null"], "items": kind(inner, definitions)}),
        Kind::Map(inner) => {
            json!({"type": ["object", "null"], "additionalProperties": kind(inner, definitions)})
        }
        Kind::Section(inner) => {
            if !definitions.contains_key(inner.name) {
                // First a place holder: a section may hold itself.
                definitions.insert(inner.name.to_owned(), Value::Null);
                let value = section(inner, definitions);
                definitions.insert(inner.name.to_owned(), value);
            }
            json!({"$ref": format!("#/$defs/{}", inner.name)})
        }
        Kind::Either(first, second) => {
            json!({"anyOf": [kind(first, definitions), kind(second, definitions)]})
        }
    }
}
