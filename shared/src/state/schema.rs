//! The state's JSON Schema, made from the types themselves.

use serde_json::Value;

use super::card::State;

/// The schema as it is published in `shared/schemas/state.schema.json`.
pub fn schema() -> Value {
    schemars::schema_for!(State).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/state.schema.json");
        let mut text = serde_json::to_string_pretty(&schema()).unwrap();
        text.push('\n');
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas")).unwrap();
            std::fs::write(path, &text).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(published == text, "run the tests with UPDATE_SCHEMAS=1 and commit {path}");
    }
}
