//! Each row, tried on an object made after it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::tests::{after, rewrite};
use super::*;

const HEX: &str = "0000000000000000000000000000000000000000000000000000000000000001";

#[test]
fn no_row_is_broken_or_there_twice() {
    assert_eq!(TABLE.broken, 0);
    let mut seen = BTreeSet::new();
    for (kind, row) in rows() {
        assert!(!row.source.is_empty(), "{kind}");
        assert!(
            seen.insert((kind, row.group, format!("{:?}", row.form), row.path)),
            "{kind} {}",
            row.path
        );
    }
}

fn rows() -> impl Iterator<Item = (&'static str, &'static Row)> {
    TABLE.rows.iter().flat_map(|(kind, rows)| rows.iter().map(move |row| (*kind, row)))
}

/// Kinds of custom resources whose images are found by the table.
#[test]
fn the_table_knows_many_kinds() {
    let found = |row: &&Row| !matches!(row.form, Form::Never | Form::Templates);
    let own =
        |row: &&Row| !matches!(row.group, "" | "*" | "apps" | "batch" | "extensions") && found(row);
    let all: BTreeSet<_> =
        rows().filter(|(_, row)| own(row)).map(|(kind, row)| (row.group, kind)).collect();
    let by_key = |row: &Row| row.form == Form::Image && row.path.ends_with(".image");
    let special: BTreeSet<_> = rows()
        .filter(|(_, row)| own(row) && !by_key(row))
        .map(|(kind, row)| (row.group, kind))
        .collect();
    assert!(all.len() >= 150, "{}", all.len());
    assert!(special.len() >= 60, "{}", special.len());
    let groups: BTreeMap<_, _> = all.iter().copied().collect();
    assert!(groups.len() >= 80, "{}", groups.len());
}

/// What stands at the place, before and after.
fn value(form: Form) -> Option<(String, String)> {
    let (before, after) = match form {
        Form::Image => ("\"me/app:1\"", "\"me/app:new\""),
        Form::Split => (
            "{\"repository\": \"me/app\", \"tag\": \"1\"}",
            "{\"repository\": \"me/app\", \"tag\": \"new\"}",
        ),
        Form::Version => (
            "{\"image\": \"me/app\", \"version\": \"1\"}",
            "{\"image\": \"me/app\", \"version\": \"new\"}",
        ),
        Form::Versions => (
            "{\"x/y-image\": \"me/app\", \"x/y-version\": \"1\", \"version\": \"1\"}",
            "{\"x/y-image\": \"me/app\", \"x/y-version\": \"new\", \"version\": \"1\"}",
        ),
        Form::Base => (
            "{\"baseImage\": \"pinned\", \"tag\": \"1\", \"sha\": \"\", \"image\": \"me/app\"}",
            "{\"baseImage\": \"pinned\", \"tag\": \"2\", \"sha\": \"HEX\", \"image\": \"me/app:new\"}",
        ),
        Form::Kustomize => (
            "{\"name\": \"me/app\", \"newTag\": \"1\"}",
            "{\"name\": \"me/app\", \"newTag\": \"new\"}",
        ),
        Form::Pair => ("\"app=me/app:1\"", "\"app=me/app:new\""),
        Form::Url => ("\"oci://me/app:1\"", "\"oci://me/app:new\""),
        Form::Values => (
            "{\"a\": {\"repository\": \"me/app\", \"tag\": \"1\"}, \"bImage\": \"me/app:1\"}",
            "{\"a\": {\"repository\": \"me/app\", \"tag\": \"new\"}, \"bImage\": \"me/app:new\"}",
        ),
        Form::Text => ("\"a: 1\\nimage: me/app:1\\n\"", "\"a: 1\\nimage: me/app:new\\n\""),
        Form::Never => ("\"me/app:1\"", "\"me/app:1\""),
        Form::Templates => return None,
    };
    Some((before.to_owned(), after.replace("HEX", HEX)))
}

/// JSON that has the value at the path.
fn at(path: &str, value: &str) -> String {
    let Some(rest) = path.strip_prefix('[') else {
        let path = path.strip_prefix('.').unwrap_or(path);
        if path.is_empty() {
            return value.to_owned();
        }
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let key = match &path[..end] {
            "**" => return at(&path[end..], value),
            key => key.replace('*', "X"),
        };
        return format!("{{\"{key}\": {}}}", at(&path[end..], value));
    };
    match rest.strip_prefix('"') {
        Some(quoted) => {
            let (key, rest) = quoted.split_once("\"]").unwrap();
            format!("{{\"{key}\": {}}}", at(rest, value))
        }
        None => format!("[{}]", at(rest.split_once(']').unwrap().1, value)),
    }
}

fn object(kind: &str, row: &Row, value: &str) -> String {
    let group = row.group.replace('*', "x");
    let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let kind = kind.replace('*', "Any");
    let body = at(row.path, value);
    let body = body.strip_prefix('{').unwrap();
    format!("{{\"apiVersion\": \"{api_version}\", \"kind\": \"{kind}\", {body}\n")
}

#[test]
fn each_row_finds_its_image() {
    let mut tried = 0;
    for (kind, row) in rows() {
        let Some((before, wanted)) = value(row.form) else { continue };
        let text = object(kind, row, &before);
        let wanted = object(kind, row, &wanted);
        assert_eq!(after(&text), wanted, "{kind} {}", row.path);
        // As YAML in block style, and in a list.
        let yaml = yaml(&serde_json::from_str(&text).unwrap(), 0);
        let out = after(&yaml);
        let data = |text: &str| serde_saphyr_value(text);
        assert_eq!(
            data(&out),
            serde_json::from_str::<serde_json::Value>(&wanted).unwrap(),
            "{yaml}"
        );
        let list =
            format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{text}, {text}]}}");
        let wanted = format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{wanted}, {wanted}]}}"
        );
        assert_eq!(after(&list), wanted, "{kind} {}", row.path);
        tried += 1;
    }
    assert!(tried > 250, "{tried}");
}

fn serde_saphyr_value(text: &str) -> serde_json::Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Block style, as people write it.
fn yaml(value: &serde_json::Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let nested = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) if text.contains('\n') => {
            let lines: String = text.lines().map(|line| format!("{pad}    {line}\n")).collect();
            format!(" |\n{lines}")
        }
        serde_json::Value::Object(_) | serde_json::Value::Array(_) => {
            format!("\n{}", yaml(value, indent + 2))
        }
        serde_json::Value::String(text) if text.is_empty() || text.parse::<f64>().is_ok() => {
            format!(" \"{text}\"\n")
        }
        serde_json::Value::String(text) => format!(" {text}\n"),
        other => format!(" {other}\n"),
    };
    match value {
        serde_json::Value::Object(map) => {
            map.iter().map(|(key, value)| format!("{pad}{key}:{}", nested(value))).collect()
        }
        serde_json::Value::Array(items) => {
            items.iter().map(|item| format!("{pad}-{}", nested(item))).collect()
        }
        other => format!("{pad}{}", nested(other).trim_start()),
    }
}

#[test]
fn rows_of_other_groups_and_kinds_do_not_count() {
    for text in [
        "apiVersion: other.io/v1\nkind: Cluster\nspec:\n  imageName: me/app:1\n",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Other\nspec:\n  imageName: me/app:1\n",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec:\n  x: {imageName: me/app:1}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {version: \"1\", a-image: me/app}}\n",
    ] {
        assert_eq!(after(text), text);
    }
}

/// Argo and others fill in templates of their own; a chart's are refused.
#[test]
fn templates_of_operators_are_no_charts() {
    let body = "spec: {image: \"me/app:{{ .tag }}\", b: {image: me/app}}\n";
    let set = format!("apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n{body}");
    assert_eq!(after(&set), set.replace("image: me/app}", "image: me/app:new}"));
    assert!(rewrite(&format!("apiVersion: v1\nkind: Pod\n{body}")).is_err());
}
