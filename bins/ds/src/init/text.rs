//! The config's text: plain YAML of the version v1beta2, without what is default.

use std::fmt::Write;

use super::answers::Answers;

/// The whole devspace.yaml.
pub fn config(answers: &Answers) -> String {
    let mut text = String::from("version: v1beta2\n");
    let mut line = |indent: usize, key: &str, value: &str| {
        let space = if value.is_empty() { "" } else { " " };
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{:indent$}{key}:{space}{value}", "");
    };
    let image = scalar(&answers.repository.to_string());
    line(0, "images", "");
    line(2, "default", "");
    line(4, "image", &image);
    if let Some(tag) = &answers.tag {
        line(4, "tag", &scalar(tag.as_str()));
    }
    if let Some(dockerfile) = &answers.dockerfile {
        line(4, "dockerfile", &scalar(dockerfile));
    }
    if let Some(context) = &answers.context {
        line(4, "context", &scalar(context));
    }
    if answers.pull_secret {
        line(4, "createPullSecret", "true");
    }
    line(0, "deployments", "");
    line(0, "- name", &scalar(&answers.name));
    line(2, "component", "");
    line(4, "containers", "");
    line(4, "- image", &image);
    if let Some(port) = answers.port {
        line(4, "service", "");
        line(6, "ports", "");
        line(6, "- port", &port.to_string());
    }
    if let Some(namespace) = &answers.namespace {
        line(0, "cluster", "");
        line(2, "namespace", &scalar(namespace));
    }
    text
}

/// A string that YAML reads back as that string: plain where nothing speaks
/// against it, else in double quotes (whose escapes are JSON's).
fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@".contains(c))
        && !text.ends_with(':')
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    match plain {
        true => text.to_owned(),
        // `${` begins a variable; a `$` more makes it mean itself.
        false => serde_json::Value::from(text.replace("${", "$${")).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::scalar;

    #[test]
    fn strings_stay_strings() {
        let cases = [
            ("registry.example.com:5000/app", "registry.example.com:5000/app"),
            ("../api/Dockerfile", "\"../api/Dockerfile\""),
            ("true", "\"true\""),
            ("No", "\"No\""),
            ("123", "\"123\""),
            ("1.10", "\"1.10\""),
            ("my app", "\"my app\""),
            ("a: b", "\"a: b\""),
            ("a:", "\"a:\""),
            ("x#y", "\"x#y\""),
            ("\"\\\n", "\"\\\"\\\\\\n\""),
            ("", "\"\""),
            ("ü", "\"ü\""),
        ];
        for (text, wanted) in cases {
            assert_eq!(scalar(text), wanted);
        }
    }
}
