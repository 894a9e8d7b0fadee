//! What happens while a step works, as data: a terminal, a CI log and a JSON
//! reader each show the same events in their own way.

use serde::Serialize;

/// The work of a step on one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Build,
    Tag,
    Push,
    Secret,
    Rewrite,
}

impl Work {
    /// As the step's command is called.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Tag => "tag",
            Self::Push => "push",
            Self::Secret => "secret",
            Self::Rewrite => "rewrite",
        }
    }
}

/// How much a note matters; the first three are always kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Warning,
    Info,
    /// Shown with `-v`.
    Verbose,
    /// Shown with `-vv`.
    Debug,
}

/// One thing that happened. No event ever holds a secret.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Work on an image began; `text` says why, where that is known.
    Started { image: String, work: Work, text: String },
    /// One line that a builder or child printed, without its line end.
    Output { image: String, line: String },
    /// Bytes on their way: a layer that is pushed, a context that is sent.
    Transfer { image: String, id: String, status: String, current: u64, total: Option<u64> },
    /// Work on an image ended well; `changed` is false when it was up to date.
    Finished { image: String, work: Work, changed: bool, text: String },
    /// Work on an image failed; the failing step's last lines come at the very end,
    /// with the failure.
    Failed { image: String, work: Work, text: String },
    /// Anything else worth a line.
    Note { image: Option<String>, level: Level, text: String },
}

/// Takes events from the work. Called from several threads.
pub trait Reporter: Send + Sync {
    fn event(&self, event: Event);

    fn note(&self, level: Level, text: String) {
        self.event(Event::Note { image: None, level, text });
    }

    fn image_note(&self, image: &str, level: Level, text: String) {
        self.event(Event::Note { image: Some(image.to_owned()), level, text });
    }
}

/// Hears nothing; for tests and for dry looks.
pub struct Silent;

impl Reporter for Silent {
    fn event(&self, _: Event) {}
}
