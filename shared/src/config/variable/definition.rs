//! Definitions of variables: a list of mappings, or (v2beta1) a mapping by name.

use regex::{Regex, RegexBuilder};

use crate::config::scalar;
use crate::config::source::{At, Report};
use crate::config::tree::{Node, Value};

/// Where a variable's value may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Source {
    All,
    /// The environment, else the default, else an error.
    Env,
    /// An answer; the environment is not looked at.
    Input,
    /// What a command prints; no command is run.
    Command,
}

#[derive(Debug, Clone)]
pub(in crate::config) struct Definition {
    pub name: String,
    pub at: At,
    pub source: Source,
    pub question: Option<String>,
    pub default: Option<String>,
    /// A fixed value.
    pub value: Option<String>,
    pub options: Vec<String>,
    pub pattern: Option<Regex>,
    pub message: Option<String>,
    pub password: bool,
    /// The answer is stored.
    pub kept: bool,
}

impl Definition {
    /// Why a value is not one that this variable may have. Does not show the value.
    pub fn fault(&self, value: &str) -> Option<String> {
        if !self.options.is_empty() && !self.options.iter().any(|option| option == value) {
            return Some(format!("must be one of `{}`", self.options.join("`, `")));
        }
        let pattern = self.pattern.as_ref().filter(|pattern| !pattern.is_match(value))?;
        let message = self.message.clone();
        Some(message.unwrap_or_else(|| format!("must match `{}`", pattern.as_str())))
    }
}

/// Reads the definitions of a checked node.
pub(in crate::config) fn read(node: &Node, report: &mut Report) -> Vec<Definition> {
    let mut definitions: Vec<Definition> = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for item in node.items() {
        let Some(name) = item.get("name").filter(|name| name.text().is_some_and(|t| !t.is_empty()))
        else {
            report.problem(item.at, "a variable has no `name`");
            continue;
        };
        let text = name.text().unwrap_or_default().to_owned();
        if let Some(first) = seen.insert(text.clone(), name.at) {
            let hint = format!("the first definition is at {}", report.place(first));
            report.problem_hint(name.at, format!("the variable `{text}` is defined twice"), hint);
        }
        definitions.push(one(text, name.at, item, report));
    }
    for entry in node.entries() {
        definitions.push(one(entry.key.clone(), entry.at, &entry.value, report));
    }
    definitions
}

fn one(name: String, at: At, node: &Node, report: &mut Report) -> Definition {
    let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let is = |key: &str| text(key).and_then(|text| scalar::boolean(&text)).unwrap_or(false);
    let value = match &node.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        _ => text("value"),
    };
    let command = node.get("command").or(node.get("commands")).is_some();
    let source = match text("source").as_deref() {
        Some("env") => Source::Env,
        Some("input") => Source::Input,
        Some("command") => Source::Command,
        _ if command => Source::Command,
        _ => Source::All,
    };
    let options = node.get("options").map_or(&[] as &[Node], Node::items);
    Definition {
        name,
        at,
        source,
        question: text("question"),
        default: text("default"),
        value,
        options: options.iter().filter_map(Node::text).map(str::to_owned).collect(),
        pattern: pattern(node, report),
        message: text("validationMessage"),
        password: is("password"),
        kept: !is("password") && !is("noCache"),
    }
}

fn pattern(node: &Node, report: &mut Report) -> Option<Regex> {
    let pattern = node.get("validationPattern")?;
    match RegexBuilder::new(pattern.text()?).size_limit(1 << 20).build() {
        Ok(regex) => Some(regex),
        Err(_) => {
            let hint = "the syntax is that of RE2: no look-around, no back references";
            report.problem_hint(
                pattern.at,
                "`validationPattern` is not a regular expression",
                hint,
            );
            None
        }
    }
}
