//! Words: variables, quotes, escapes and splitting, as BuildKit's shell lexer.
//!
//! Follows `frontend/dockerfile/shell/lex.go`, its oddities included. Knows no
//! instruction and no scope: values come from a closure, and the result says
//! which names were asked for. Nesting over [`DEPTH_MAX`] is refused.

mod lexer;
mod pattern;

use std::collections::BTreeSet;

use lexer::Lexer;

/// Deepest nesting of `${a:-${b:-…}}`.
pub const DEPTH_MAX: usize = 64;
/// Longest result of an expansion in bytes: values may repeat, so it can outgrow its input.
pub const RESULT_MAX: usize = 16 << 20;

/// Why a word cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    #[error("a {0} quote is not closed")]
    Quote(&'static str),
    #[error("`${{` is not closed by `}}`")]
    Brace,
    #[error("`${{name/pattern/replacement}}` lacks its second `/`")]
    Slash,
    #[error("bad substitution")]
    BadSubstitution,
    #[error(
        "modifier `{0}` is not known; there are `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` `//`"
    )]
    Modifier(String),
    #[error("pattern `{0}` cannot be read")]
    Pattern(String),
    /// `${name:?message}` with nothing in `name`.
    #[error("{name}: {message}")]
    Required { name: String, message: String },
    #[error("variables are nested more than {DEPTH_MAX} deep")]
    Depth,
    #[error("the result has more than {RESULT_MAX} bytes")]
    TooLong,
}

/// How quotes, escapes and unset variables come out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Quotes stay in the result.
    pub raw_quotes: bool,
    /// Escape characters stay in the result.
    pub raw_escapes: bool,
    /// Quotes mean nothing (a heredoc's content).
    pub plain_quotes: bool,
    /// An unset variable stays as it is written.
    pub keep_unset: bool,
}

/// An expanded word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    pub text: String,
    /// The same, split at unquoted white space.
    pub words: Vec<String>,
    /// Variables asked for that have a value, and those that have none.
    pub used: BTreeSet<String>,
    pub unset: BTreeSet<String>,
}

/// Expands words; the escape character is that of the file.
#[derive(Debug, Clone, Copy)]
pub struct Expander {
    escape: char,
    style: Style,
}

/// Gives a variable's value, `None` if it is unset.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

impl Expander {
    pub fn new(escape: char) -> Self {
        Self { escape, style: Style::default() }
    }

    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// Expands a word, and tells which variables it asked for.
    pub fn expand(&self, word: &str, values: &Lookup<'_>) -> Result<Expansion, Kind> {
        Lexer::new(self, word, values).run()
    }

    /// The expanded text alone (BuildKit's `ProcessWord`).
    pub fn word(&self, word: &str, values: &Lookup<'_>) -> Result<String, Kind> {
        self.expand(word, values).map(|expansion| expansion.text)
    }

    /// The expanded text split into words (BuildKit's `ProcessWords`).
    pub fn words(&self, word: &str, values: &Lookup<'_>) -> Result<Vec<String>, Kind> {
        self.expand(word, values).map(|expansion| expansion.words)
    }
}
