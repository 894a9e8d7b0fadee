//! What a person or a script sees: progress, results, errors, exit codes.
//!
//! The work sends [`event::Event`]s to a [`event::Reporter`] and never prints;
//! results go to stdout, all else to stderr.

pub mod bars;
pub mod event;
pub mod exit;
pub mod failure;
pub mod json;
pub mod plain;

use std::sync::Arc;

use clap::ValueEnum;
use event::{Level, Reporter};

/// `--progress`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Progress {
    /// Live lines on a terminal, plain ones elsewhere.
    #[default]
    Auto,
    Plain,
    /// One JSON object a line, on stderr.
    Json,
    None,
}

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// Decides for this process; `no_color` is the environment's word, which a flag overrules.
    pub fn apply(self, no_color: bool) {
        let choice = match self {
            Self::Auto if no_color => anstream::ColorChoice::Never,
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// How much is told: what `-q` and `-v` come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
    Debug,
}

impl Verbosity {
    pub fn of(quiet: bool, verbose: u8) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, 0) => Self::Normal,
            (false, 1) => Self::Verbose,
            (false, _) => Self::Debug,
        }
    }

    /// Whether a note of this level is told.
    pub fn tells(self, level: Level) -> bool {
        match level {
            Level::Warning => true,
            Level::Info => self >= Self::Normal,
            Level::Verbose => self >= Self::Verbose,
            Level::Debug => self >= Self::Debug,
        }
    }
}

/// The reporter for this choice; `live` says that stderr is a terminal outside of CI.
pub fn reporter(progress: Progress, verbosity: Verbosity, live: bool) -> Arc<dyn Reporter> {
    match progress {
        Progress::Json => Arc::new(json::Json::stderr()),
        Progress::None => Arc::new(plain::Plain::stderr(Verbosity::Quiet)),
        Progress::Auto if live && verbosity == Verbosity::Normal => Arc::new(bars::Bars::new()),
        Progress::Auto | Progress::Plain => Arc::new(plain::Plain::stderr(verbosity)),
    }
}

/// A style by what it means, in one place.
pub mod style {
    use anstyle::{AnsiColor, Style};

    pub const ERROR: Style = AnsiColor::Red.on_default().bold();
    pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
    pub const HINT: Style = AnsiColor::Cyan.on_default();
    pub const IMAGE: Style = AnsiColor::Blue.on_default().bold();
    pub const DONE: Style = AnsiColor::Green.on_default();
    pub const DIM: Style = Style::new().dimmed();
    pub const HEADER: Style = Style::new().bold();
    pub const PLACE: Style = AnsiColor::Cyan.on_default();
    pub const GONE: Style = AnsiColor::Red.on_default();
    pub const COME: Style = AnsiColor::Green.on_default();
}
