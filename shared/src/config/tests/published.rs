//! The JSON Schema in the repository: current, and no stricter than the loader.

use serde_json::Value;

use super::good;
use crate::config::schema;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/config.schema.json");

#[test]
fn the_published_schema_is_current() {
    let wanted = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(PATH, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(found == wanted, "run this test with UPDATE_SCHEMAS=1 and commit the schema");
}

/// Whether a value fits, as far as our schema uses the vocabulary.
fn fits(schema: &Value, value: &Value, root: &Value) -> bool {
    if let Some(target) = schema["$ref"].as_str() {
        return fits(root.pointer(&target[1..]).unwrap(), value, root);
    }
    let list = |key: &str| schema[key].as_array();
    let of_type = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        _ => value.is_null(),
    };
    let types = match &schema["type"] {
        Value::String(name) => of_type(name),
        Value::Array(names) => names.iter().any(|name| of_type(name.as_str().unwrap())),
        _ => true,
    };
    let pattern = schema["pattern"].as_str().is_none_or(|p| {
        value.as_str().is_none_or(|text| regex::Regex::new(p).unwrap().is_match(text))
    });
    let one = list("enum").is_none_or(|values| values.contains(value));
    let any = list("anyOf").is_none_or(|schemas| schemas.iter().any(|s| fits(s, value, root)));
    let items = schema["items"].is_null()
        || value
            .as_array()
            .is_none_or(|items| items.iter().all(|item| fits(&schema["items"], item, root)));
    let entries = value.as_object().is_none_or(|map| {
        map.iter().all(|(key, value)| {
            match (schema["properties"].get(key), schema.get("additionalProperties")) {
                (Some(inner), _) => fits(inner, value, root),
                (None, Some(Value::Bool(open))) => *open,
                (None, Some(inner)) => fits(inner, value, root),
                (None, None) => true,
            }
        })
    });
    types && pattern && one && any && items && entries
}

#[test]
fn what_is_loaded_fits_the_schema() {
    let schema = schema();
    let configs = [
        include_str!("full.yaml").replace("${DEVSPACE_GIT_COMMIT}", "c"),
        "images: {a: {image: x, createPullSecret: yes, tag: 1.10, build: {kaniko: ~}}}".to_owned(),
        "version: v1beta1\nimages: {a: {image: x, insecure: true, build: {dockerfile: D, options: {target: t}}}}".to_owned(),
        "vars: {A: b, C: {default: d}}\nimages: {a: {image: '${A}', buildArgs: {A: ~}}}\ndeployments: {x: {kubectl: {manifests: [y]}}}".to_owned(),
        "profiles: [{name: a, patches: [{op: add, path: images, value: {}}]}]".to_owned(),
        "dev: {ports: [{forward: [{port: 80}]}], sync: [], overrideImages: []}".to_owned(),
    ];
    for config in configs {
        good(&config);
        let value: Value = serde_yaml::from_str(&config).unwrap();
        assert!(fits(&schema, &value, &schema), "{config}");
    }
    for wrong in
        ["imges: {}", "images: {a: {image: x, tagg: y}}", "images: []", "hooks: [{when: all}]"]
    {
        let value: Value = serde_yaml::from_str(wrong).unwrap();
        assert!(!fits(&schema, &value, &schema), "{wrong}");
    }
}

#[test]
fn every_key_is_described() {
    fn walk(value: &Value, path: &str) {
        if let Some(properties) = value["properties"].as_object() {
            for (key, inner) in properties {
                let text = inner["description"].as_str().unwrap_or_default();
                assert!(text.ends_with('.') || text.ends_with('`'), "{path}.{key}: {text:?}");
            }
        }
        for (name, inner) in value["$defs"].as_object().into_iter().flatten() {
            walk(inner, name);
        }
    }
    let schema = schema();
    assert!(schema["$defs"].as_object().unwrap().len() > 30);
    walk(&schema, "");
}
