//! What can be wrong with a Dockerfile, and where.
//!
//! Every error has a place in the file; the fix, where one is known, stands
//! apart from the message. Values of build arguments never appear.

use super::expand;
use crate::util::place::Place;

/// A fault in a Dockerfile, at `file:line:column`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct Error {
    pub place: Place,
    /// Boxed, so that results stay small.
    pub kind: Box<Kind>,
    /// What to do about it, as a sentence part: "did you mean `COPY`?".
    pub hint: Option<String>,
}

impl Error {
    pub(crate) fn new(place: Place, kind: Kind) -> Self {
        Self { place, kind: Box::new(kind), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    #[error("the file has {size} bytes, more than {limit}")]
    FileTooLarge { size: usize, limit: usize },
    #[error("the line has {size} bytes, more than the {limit} that builders take")]
    LineTooLong { size: usize, limit: usize },
    #[error("`# {0}=` stands twice")]
    DirectiveTwice(String),
    #[error("`# escape={0}`: the escape character is a backslash or a backtick")]
    Escape(String),
    #[error("the file has no instructions")]
    Empty,
    #[error("unknown instruction `{0}`")]
    UnknownInstruction(String),
    #[error("`{instruction}` before the first `FROM`, where only `ARG` may stand")]
    BeforeFrom { instruction: String },
    #[error("there is no `FROM`")]
    NoStage,
    #[error("heredoc `{0}` never ends")]
    Heredoc(String),
    #[error("`{word}` is not a heredoc: {why}")]
    HeredocWord { word: String, why: expand::Kind },
    #[error("`{instruction}` has no flag `--{flag}`")]
    UnknownFlag { instruction: String, flag: String },
    #[error("flag `--{flag}`: {why}")]
    BadFlag { flag: String, why: &'static str },
    #[error("`{instruction}` {why}")]
    Arguments { instruction: String, why: &'static str },
    #[error("`{word}` has no `=`; `{instruction}` takes `name=value`")]
    NoEquals { instruction: String, word: String },
    #[error("`{0}` is not a stage's name")]
    StageName(String),
    #[error("`{0}` may not stand after `ONBUILD`")]
    Onbuild(String),
    #[error("`--mount={mount}`: {why}")]
    Mount { mount: String, why: String },
    #[error("`{word}`: {why}")]
    Expansion { word: String, why: expand::Kind },
    #[error("there is no stage `{0}`")]
    NoSuchStage(String),
    #[error("stage `{0}` is made from itself")]
    Circle(String),
    #[error("the stage's base is empty: `{0}`")]
    EmptyBase(String),
    #[error("more than {limit} stages")]
    TooManyStages { limit: usize },
    #[error("more than {limit} `ONBUILD` triggers fire")]
    TooManyTriggers { limit: usize },
    #[error(
        "the {what} is {size} bytes long on its line, more than the {limit} that builders take"
    )]
    TooLong { what: &'static str, size: usize, limit: usize },
    #[error("`{0}` is not a platform; they are written `os/arch` or `os/arch/variant`")]
    Platform(String),
}

impl Kind {
    /// Whether BuildKit's parser sees it while it cuts the line up, before it knows what
    /// the instruction takes.
    pub(crate) fn is_of_form(&self) -> bool {
        let of_form = |why: &str| [NOT_STRINGS, NO_VALUE].contains(&why);
        matches!(self, Self::NoEquals { .. })
            || matches!(self, Self::Arguments { why, .. } if of_form(why))
    }
}

pub(crate) const NOT_STRINGS: &str = "takes a JSON array of strings only";
pub(crate) const NO_VALUE: &str = "needs a name and a value";
