//! A reason in words, and the same as facts for a program.

use serde_json::{Map, Value};

/// How many files an explanation names before it only counts.
const NAMED_FILES: usize = 10;

/// One reason, or one thing that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// One line, without a full stop.
    pub text: String,
    /// `kind`, and what else there is to know.
    pub facts: Map<String, Value>,
}

impl Told {
    pub fn new(kind: &str, text: impl Into<String>) -> Self {
        let facts = Map::from_iter([("kind".to_owned(), Value::from(kind))]);
        Self { text: text.into(), facts }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// The same with `from` and `to`.
    #[must_use]
    pub fn between(self, from: impl Into<Value>, to: impl Into<Value>) -> Self {
        self.with("from", from).with("to", to)
    }

    fn is_file(&self) -> bool {
        self.facts["kind"] == "file"
    }

    /// Facts and text as one object.
    pub fn json(&self) -> Value {
        let mut facts = self.facts.clone();
        facts.insert("text".to_owned(), self.text.as_str().into());
        facts.into()
    }
}

/// The reasons with at most ten files among them, and how many files more there are.
pub fn limited(reasons: &[Told]) -> (Vec<&Told>, usize) {
    let mut files = 0;
    let named = reasons.iter().filter(|told| {
        files += usize::from(told.is_file());
        !told.is_file() || files <= NAMED_FILES
    });
    (named.collect(), files.saturating_sub(NAMED_FILES))
}

/// `and 3 more files`
pub fn more(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("and 1 more file".to_owned()),
        count => Some(format!("and {count} more files")),
    }
}

/// All reasons on one line.
pub fn line(reasons: &[Told]) -> String {
    let (named, count) = limited(reasons);
    let mut texts: Vec<String> = named.iter().map(|told| told.text.clone()).collect();
    texts.extend(more(count));
    texts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_are_counted_and_nothing_else_is() {
        let files = |count: usize| -> Vec<Told> {
            let file = |n| Told::new("file", format!("`f{n}` changed"));
            let option = Told::new("platform", "the platform changed");
            std::iter::once(option).chain((0..count).map(file)).collect()
        };
        let text = line(&files(12));
        assert!(text.starts_with("the platform changed; `f0` changed; "), "{text}");
        assert!(text.ends_with("`f9` changed; and 2 more files"), "{text}");
        assert!(line(&files(11)).ends_with("; and 1 more file"));
        assert!(line(&files(10)).ends_with("; `f9` changed"));
    }

    #[test]
    fn a_program_gets_the_facts() {
        let told = Told::new("option", "`target` changed").with("name", "target").between("a", "b");
        let json = serde_json::json!(
            { "kind": "option", "name": "target", "from": "a", "to": "b", "text": "`target` changed" }
        );
        assert_eq!(told.json(), json);
    }
}
