//! `${NAME}` in the values of a config, replaced by what the name stands for.
//!
//! Order: predefined, the command line, stored answers, `DEVSPACE_VAR_NAME`,
//! `NAME`, the definition's default or an answer. Values are put in as they are:
//! never read again for variables, never parsed as YAML, never shown in a message.

mod answers;
mod definition;
mod predefined;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

pub(super) use answers::Answers;
pub(super) use definition::{Definition, read as read_definitions};

use self::definition::Source;
use self::predefined::Predefined;
use self::text::{Piece, pieces};
use super::keys::Kind;
use super::source::{At, Report};
use super::tree::{Node, Scalar, Value};
use super::version::Version;
use super::{Ask, Lookup, Question};

/// Names that ds-tag replaces, in tags only (design: "Tags").
pub(super) const TAG_NAMES: [&str; 7] =
    ["KEY", "ID", "RANDOM", "TIMESTAMP", "GIT_COMMIT", "GIT_BRANCH", "GIT_DIRTY"];
/// Longest text that one value may become.
const LENGTH_MAX: usize = 1 << 20;

/// Where values come from.
pub(super) struct Resolver<'a> {
    pub root: &'a Path,
    pub profile: Option<&'a str>,
    pub given: &'a [(String, String)],
    pub environment: &'a Lookup,
    pub ask: Option<&'a mut Ask>,
    pub definitions: BTreeMap<String, Definition>,
    pub answers: Answers,
    /// Predefined ones that have a value already; those that are used are put down here.
    pub predefined: BTreeMap<String, String>,
    /// What is known already; `None` for a name whose fault has been reported.
    pub known: BTreeMap<String, Option<String>>,
    /// Names whose defaults are being replaced.
    pub busy: Vec<String>,
}

impl Resolver<'_> {
    /// Replaces variables in every text of a node.
    pub fn replace(&mut self, node: &mut Node, kind: &Kind, version: Version, report: &mut Report) {
        let kind = *kind.choose(node);
        let at = node.at;
        match &mut node.value {
            Value::Null => {}
            Value::Scalar(scalar) if version >= Version::V2Beta1 && is_expression(&scalar.text) => {
                let hint = "put the value into a variable and give it with `--var`";
                report.problem_hint(at, "commands within values are not run", hint);
            }
            Value::Scalar(scalar) => self.scalar(scalar, at, matches!(kind, Kind::Tag), report),
            Value::List(items) => {
                let inner = if let Kind::List(inner) = kind { *inner } else { Kind::Any };
                for item in items {
                    self.replace(item, &inner, version, report);
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    let inner = kind.under(&entry.key, version).unwrap_or(Kind::Any);
                    self.replace(&mut entry.value, &inner, version, report);
                }
            }
        }
    }

    fn scalar(&mut self, scalar: &mut Scalar, at: At, tag: bool, report: &mut Report) {
        if !scalar.text.contains("${") {
            return;
        }
        if let Some((text, replaced)) = self.text(&scalar.text, at, tag, report) {
            *scalar = Scalar { text, replaced, plain: scalar.plain };
        }
    }

    /// The text with its variables replaced, and whether there were any. `None`
    /// after a problem, which has then been reported.
    fn text(
        &mut self,
        text: &str,
        at: At,
        tag: bool,
        report: &mut Report,
    ) -> Option<(String, bool)> {
        let mut out = String::with_capacity(text.len());
        let (mut replaced, mut good) = (false, true);
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Name(name) if tag && TAG_NAMES.contains(&name) => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
                Piece::Escaped(_) if tag => {
                    report.problem(at, "no tag may have `$` in it");
                    good = false;
                }
                Piece::Escaped(text) => out.push_str(text),
                Piece::Name(name) => match self.value(name, at, report) {
                    // Else the tag's own names could come out of a value.
                    Some(value) if tag && value.contains('$') => {
                        report.problem(
                            at,
                            format!("`${{{name}}}` has a `$` in it, which no tag may have"),
                        );
                        good = false;
                    }
                    Some(value) => {
                        out.push_str(&value);
                        replaced = true;
                    }
                    None => good = false,
                },
            }
            if out.len() > LENGTH_MAX {
                report.problem(at, "with its variables replaced this is longer than 1 MiB");
                return None;
            }
        }
        good.then_some((out, replaced))
    }

    /// What a name stands for; the same for the whole load.
    fn value(&mut self, name: &str, at: At, report: &mut Report) -> Option<String> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let value = self.find(name, at, report);
        self.known.insert(name.to_owned(), value.clone());
        value
    }

    /// Asks each source in turn.
    fn find(&mut self, name: &str, at: At, report: &mut Report) -> Option<String> {
        let given = self.given.iter().rev().find(|(given, _)| given == name);
        let given = given.map(|(_, value)| value.clone());
        let fixed = self.predefined.get(name).cloned().map(Predefined::Value);
        match fixed.unwrap_or_else(|| predefined::value(name, self.root, self.profile)) {
            Predefined::Value(value) => {
                self.predefined.insert(name.to_owned(), value.clone());
                return Some(value);
            }
            Predefined::No => {}
            // The command line is the way out of what is not to be had.
            _ if given.is_some() => {}
            Predefined::Fault(why, hint) => {
                let message = format!("`${{{name}}}` has no value: {why}");
                let hint = hint.unwrap_or_else(|| format!("give `--var {name}=…`"));
                report.problem_hint(at, message, hint);
                return None;
            }
            Predefined::Cloud => return self.of_cloud(name, at, report),
        }
        let definition = self.definitions.get(name).cloned();
        let definition = definition.as_ref();
        if let Some(value) = given {
            return self.approve(definition, value, "from `--var`", at, report);
        }
        if let Some((at, value)) = definition.and_then(|d| Some((d.at, d.value.clone()?))) {
            return self.expand(name, &value, at, report);
        }
        // An answer that the definition no longer allows is as none.
        let allowed = |value: &String| definition.is_none_or(|d| d.fault(value).is_none());
        if let Some(value) = self.answers.get(name).filter(allowed) {
            return Some(value);
        }
        if definition.is_none_or(|definition| definition.source != Source::Input)
            && let Some((value, from)) = self.in_environment(name)
        {
            let from = format!("from the environment's {from}");
            return self.approve(definition, value, &from, at, report);
        }
        match definition {
            Some(definition) => self.by_definition(definition, at, report),
            None => self.undefined(name, at, report),
        }
    }

    /// A name that upstream's cloud gave a value: only the environment may have it.
    fn of_cloud(&self, name: &str, at: At, report: &mut Report) -> Option<String> {
        let value = self.in_environment(name).map(|(value, _)| value);
        if value.is_none() {
            let message = format!("`${{{name}}}` came from DevSpace's cloud, which is no more");
            let hint = format!("set {name} in the environment, or give `--var {name}=…`");
            report.problem_hint(at, message, hint);
        }
        value
    }

    fn in_environment(&self, name: &str) -> Option<(String, String)> {
        let long = format!("DEVSPACE_VAR_{}", name.to_uppercase());
        if let Some(value) = (self.environment)(&long) {
            return Some((value, long));
        }
        (self.environment)(name).map(|value| (value, name.to_owned()))
    }

    fn approve(
        &self,
        definition: Option<&Definition>,
        value: String,
        from: &str,
        at: At,
        report: &mut Report,
    ) -> Option<String> {
        let Some(fault) = definition.and_then(|definition| definition.fault(&value)) else {
            return Some(value);
        };
        let name = definition.map_or("", |definition| &definition.name);
        report.problem(at, format!("the value of `{name}` {from} {fault}"));
        None
    }

    /// Replaces variables in a default or fixed value.
    fn expand(&mut self, name: &str, text: &str, at: At, report: &mut Report) -> Option<String> {
        if !text.contains("${") {
            return Some(text.to_owned());
        }
        if self.busy.iter().any(|busy| busy == name) || self.busy.len() > 50 {
            report.problem(at, format!("the value of `{name}` is made of itself"));
            return None;
        }
        self.busy.push(name.to_owned());
        let value = self.text(text, at, false, report).map(|(text, _)| text);
        self.busy.pop();
        value
    }

    fn by_definition(&mut self, of: &Definition, at: At, report: &mut Report) -> Option<String> {
        let name = &of.name;
        let defined = report.place(of.at);
        let default = match &of.default {
            Some(default) => Some(self.expand(name, default, of.at, report)?),
            None => None,
        };
        let asks = matches!(of.source, Source::All | Source::Input);
        if asks && let Some(value) = self.ask(of, default.clone()) {
            return value.map_or_else(
                |fault| {
                    report.problem(at, format!("the answer for `{name}` {fault}"));
                    None
                },
                Some,
            );
        }
        if default.is_some() {
            return default;
        }
        let message = format!("the variable `{name}` has no value (it is defined at {defined})");
        let hint = match of.source {
            Source::Command => {
                format!("its command is not run: give `--var {name}=…` or set {name}")
            }
            Source::Env => format!("set {name} in the environment, or give `--var {name}=…`"),
            Source::Input => format!("give `--var {name}=…`, or run it once on a terminal"),
            Source::All => format!("give `--var {name}=…`, set {name}, or add a `default`"),
        };
        report.problem_hint(at, message, hint);
        None
    }

    fn undefined(&mut self, name: &str, at: At, report: &mut Report) -> Option<String> {
        if name.starts_with("runtime.") {
            let message =
                format!("`${{{name}}}` is known after the build only, which is not carried out");
            report.problem_hint(
                at,
                message,
                "write the repository; its tag is put in by ds-rewrite",
            );
            return None;
        }
        let question = Definition {
            name: name.to_owned(),
            at,
            source: Source::All,
            question: None,
            default: None,
            value: None,
            options: Vec::new(),
            pattern: None,
            message: None,
            password: false,
            kept: true,
        };
        if let Some(Ok(value)) = self.ask(&question, None) {
            return Some(value);
        }
        let hint = if TAG_NAMES.contains(&name) {
            "this name has a value in `tag` and `tags` only".to_owned()
        } else {
            let near = report.near(name, self.definitions.keys().map(String::as_str));
            match near {
                Some(near) => format!(
                    "did you mean `${{{near}}}`? A literal `${{{name}}}` is written `$${{{name}}}`"
                ),
                None => format!(
                    "give `--var {name}=…` or set {name}; a literal `${{{name}}}` is written `$${{{name}}}`"
                ),
            }
        };
        report.problem_hint(
            at,
            format!("the variable `{name}` has no value and no definition"),
            hint,
        );
        None
    }

    /// Asks, and keeps the answer. `None` where nobody can be asked or nothing is said.
    fn ask(&mut self, of: &Definition, default: Option<String>) -> Option<Result<String, String>> {
        let ask = self.ask.as_mut()?;
        let question = Question {
            name: of.name.clone(),
            text: of
                .question
                .clone()
                .unwrap_or_else(|| format!("Please enter a value for {}", of.name)),
            default,
            options: of.options.clone(),
            pattern: of.pattern.as_ref().map(|pattern| pattern.as_str().to_owned()),
            message: of.message.clone(),
            password: of.password,
        };
        let answer = ask(&question)?;
        let answer = match &question.default {
            Some(default) if answer.is_empty() => default.clone(),
            _ => answer,
        };
        if let Some(fault) = of.fault(&answer) {
            return Some(Err(fault));
        }
        if of.kept {
            self.answers.add(&of.name, &answer);
        }
        Some(Ok(answer))
    }
}

/// `$(command)` or `$!(command)` of v2beta1, whose output would be the value.
fn is_expression(text: &str) -> bool {
    (text.starts_with("$(") || text.starts_with("$!(")) && text.ends_with(')')
}
