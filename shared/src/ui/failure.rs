//! How a step or command fails: an exit code, one line of what and where, one hint.

use std::io::Write;

use super::Progress;
use super::exit::Exit;
use super::style;
pub use crate::util::chain::chain;

/// A failure as it reaches the user.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub exit: Exit,
    /// One line: what happened, and where.
    pub error: String,
    /// The place in the file, as lines to show below the error.
    pub snippet: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, error: impl Into<String>) -> Self {
        Self { exit, error: error.into(), snippet: None, hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn snippet(mut self, snippet: Option<String>) -> Self {
        self.snippet = snippet;
        self
    }

    /// Tells it on stderr; for a JSON reader as one object.
    pub fn print(&self, progress: Progress) {
        // Whoever closed our stderr does not want to hear it: a failed write is no new failure.
        let mut out = anstream::stderr().lock();
        if progress == Progress::Json {
            let _ = writeln!(out, "{}", self.json());
            return;
        }
        let (error, hint) = (style::ERROR, style::HINT);
        let _ = writeln!(out, "{error}error{error:#}: {}", self.error);
        for line in self.snippet.iter().flat_map(|snippet| snippet.lines()) {
            let _ = writeln!(out, "  {line}");
        }
        if let Some(text) = &self.hint {
            let _ = writeln!(out, "{hint}hint{hint:#}: {text}");
        }
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "event": "error",
            "exit": self.exit as u8,
            "error": self.error,
            "snippet": self.snippet,
            "hint": self.hint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot push")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_chain_is_one_line() {
        let error = Outer(std::io::Error::other("connection refused"));
        assert_eq!(chain(&error), "cannot push: connection refused");
    }

    #[test]
    fn json_readers_get_the_same_facts() {
        let failure = Failure::new(Exit::Config, "devspace.yaml:3:5: bad").hint("mend it");
        let json = failure.json();
        assert_eq!((json["exit"].as_u64(), json["hint"].as_str()), (Some(78), Some("mend it")));
    }
}
