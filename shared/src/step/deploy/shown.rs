//! What a deploy did, on stdout, and how far it was when it was interrupted.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::carry::Done;
use super::prepare::Prepared;
use super::unchanged::Due;
use crate::cluster::Outcome;
use crate::step::options::Output;
use crate::step::report::write_out;
use crate::ui::failure::Failure;

/// A line for each deployment.
#[derive(Debug, Default)]
pub struct Shown(Vec<Line>);

#[derive(Debug)]
struct Line {
    name: String,
    text: String,
    changed: bool,
    facts: Map<String, Value>,
}

impl Shown {
    pub fn up_to_date(&mut self, prepared: &Prepared) {
        self.line(prepared, "up to date".into(), false, &Due::Nothing, &[]);
    }

    /// With `--check` and `--dry-run`.
    pub fn still_due(&mut self, prepared: &Prepared, due: &Due) {
        self.line(prepared, format!("to do: {}", due.reason()), true, due, &[]);
    }

    pub fn done(&mut self, prepared: &Prepared, due: &Due, done: &[Done]) {
        let count = |outcome: Outcome| done.iter().filter(|one| one.outcome == outcome).count();
        let outcomes = [Outcome::Created, Outcome::Changed, Outcome::Unchanged];
        let parts = outcomes
            .into_iter()
            .map(|outcome| (count(outcome), outcome.word()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"));
        let parts: Vec<String> = parts.collect();
        let parts = if parts.is_empty() { "nothing in it".into() } else { parts.join(", ") };
        let text = format!("deployed to {}: {parts}", prepared.namespace);
        self.line(prepared, text, true, due, done);
    }

    pub fn restarted(&mut self, prepared: &Prepared, due: &Due, names: &[String]) {
        let text = format!("restarted {}: {}", names.join(", "), due.reason());
        self.line(prepared, text, true, due, &[]);
    }

    fn line(&mut self, prepared: &Prepared, text: String, changed: bool, due: &Due, done: &[Done]) {
        let objects = done.iter().map(|one| {
            json!({
                "kind": one.placed.kind,
                "namespace": one.placed.namespace,
                "name": one.placed.name,
                "outcome": one.outcome.word(),
            })
        });
        let mut facts = Map::new();
        facts.insert("changed".into(), changed.into());
        facts.insert("namespace".into(), prepared.namespace.clone().into());
        facts.insert("reason".into(), due.reason().into());
        facts.insert("images".into(), json!(prepared.references.images));
        facts.insert("objects".into(), objects.collect());
        self.0.push(Line { name: prepared.name().to_owned(), text, changed, facts });
    }

    pub fn changed(&self) -> bool {
        self.0.iter().any(|line| line.changed)
    }

    pub fn print(&self, output: Output) -> Result<(), Failure> {
        let text = match output {
            Output::Text => {
                self.0.iter().map(|line| format!("{} {}\n", line.name, line.text)).collect()
            }
            Output::Json => {
                let lines = self.0.iter();
                let all: Map<String, Value> =
                    lines.map(|line| (line.name.clone(), line.facts.clone().into())).collect();
                format!("{:#}\n", json!({"changed": self.changed(), "deployments": all}))
            }
        };
        write_out(text)
    }
}

/// How far the deployments are; told when a run is interrupted.
#[derive(Debug, Default)]
pub struct Progress {
    done: BTreeSet<String>,
    current: Option<String>,
    todo: Vec<String>,
}

impl Progress {
    pub fn plan(&mut self, names: Vec<String>) {
        self.todo = names;
    }

    pub fn begin(&mut self, name: &str) {
        self.todo.retain(|other| other != name);
        self.current = Some(name.to_owned());
    }

    pub fn end(&mut self) {
        self.done.extend(self.current.take());
    }

    /// Lines for the message.
    pub fn told(&self) -> Option<String> {
        let list = |names: &mut dyn Iterator<Item = &String>| {
            names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let mut lines = Vec::new();
        if !self.done.is_empty() {
            lines.push(format!("deployed, and put down: {}", list(&mut self.done.iter())));
        }
        if let Some(name) = &self.current {
            lines.push(format!("begun, so some of it may be in the cluster: `{name}`"));
        }
        if !self.todo.is_empty() {
            lines.push(format!("not begun: {}", list(&mut self.todo.iter())));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_run_says_how_far_it_was() {
        let mut progress = Progress::default();
        assert_eq!(progress.told(), None);
        progress.plan(vec!["a".into(), "b".into(), "c".into()]);
        progress.begin("a");
        progress.end();
        progress.begin("b");
        let told = progress.told().unwrap();
        assert!(told.contains("put down: `a`\nbegun, so") && told.contains("cluster: `b`"));
        assert!(told.ends_with("not begun: `c`"));
    }
}
