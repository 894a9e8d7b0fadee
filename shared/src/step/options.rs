//! What every step takes on its command line, and what it means once the
//! environment is known. Nothing below this reads an environment variable.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgAction, Args, ValueEnum};

use crate::ui::event::Reporter;
use crate::ui::{self, Color, Progress, Verbosity};
use crate::util::env;

/// Options of every step.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// The state file; `-` reads it from stdin and writes it to stdout
    /// [default: .devspace/state.json beside the config]
    #[arg(long, value_name = "FILE", env = env::DS_STATE, hide_env_values = true)]
    pub state: Option<PathBuf>,

    /// The config file [default: devspace.yaml, looked for upward]
    #[arg(long, value_name = "FILE", env = env::DS_CONFIG, hide_env_values = true)]
    pub config: Option<PathBuf>,

    /// A config of devspace-configs.yaml
    #[arg(long, value_name = "NAME")]
    pub use_config: Option<String>,

    /// A profile of the config (repeatable)
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,

    /// The value of a config variable (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,

    /// Only this image of the config (repeatable) [default: all]
    #[arg(long = "image", value_name = "NAME")]
    pub images: Vec<String>,

    /// The dev variant: with the overrides of `dev.overrideImages`
    #[arg(long, env = env::DS_DEV, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub dev: bool,

    /// How progress is shown, on stderr
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub progress: Progress,

    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Do nothing; exit 3 if there is something to do
    #[arg(long)]
    pub check: bool,

    /// Exit 4 if nothing changed
    #[arg(long)]
    pub exit_unchanged: bool,

    /// Touch this file when something was done, and make it when it is missing
    #[arg(long, value_name = "FILE")]
    pub stamp: Option<PathBuf>,

    /// Only warnings and errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Tell more (repeatable)
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// How many images at once [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

impl Common {
    /// These options as arguments for another executable of the row, which may run in
    /// another folder: paths are made absolute.
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        let mut pair = |flag: &str, value: &OsStr| args.extend([flag.into(), value.to_owned()]);
        for (flag, path) in [("--state", &self.state), ("--config", &self.config)] {
            if let Some(path) = path {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                pair(flag, path.as_os_str());
            }
        }
        if let Some(name) = &self.use_config {
            pair("--use-config", name.as_ref());
        }
        for (flag, values) in
            [("--profile", &self.profiles), ("--var", &self.vars), ("--image", &self.images)]
        {
            for value in values {
                pair(flag, value.as_ref());
            }
        }
        for (flag, value) in [
            ("--progress", self.progress.to_possible_value()),
            ("--color", self.color.to_possible_value()),
        ] {
            if let Some(value) = value {
                pair(flag, value.get_name().as_ref());
            }
        }
        if let Some(jobs) = self.jobs {
            pair("--jobs", jobs.to_string().as_ref());
        }
        for (flag, on) in [("--dev", self.dev), ("--quiet", self.quiet)] {
            if on {
                args.push(flag.into());
            }
        }
        args.extend((0..self.verbose).map(|_| "-v".into()));
        args
    }
}

/// `--output` of steps whose result is not a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Output {
    /// A line an image.
    #[default]
    Text,
    /// One JSON value.
    Json,
}

/// `--reuse`: where an image is looked for that another machine built from the same inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reuse {
    /// In its own repository, by the name of its key.
    Registry,
    /// Nowhere, whatever the config says.
    Never,
}

/// The options with defaults and environment filled in.
#[derive(Debug, Clone)]
pub struct Options {
    pub common: Common,
    pub verbosity: Verbosity,
    /// Whether a person may be asked: stdin and stderr are terminals, outside of CI.
    pub interactive: bool,
    /// Whether stderr is a terminal outside of CI.
    pub live: bool,
    pub jobs: usize,
}

impl Options {
    /// Fills in what flags leave open. Also decides this process' colours.
    pub fn resolve(common: Common) -> Self {
        use std::io::IsTerminal;
        let ci = env::is_on(env::CI);
        let live = !ci && std::io::stderr().is_terminal();
        common.color.apply(env::value(env::NO_COLOR).is_some());
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            verbosity: Verbosity::of(common.quiet, common.verbose),
            interactive: live && std::io::stdin().is_terminal(),
            live,
            jobs: common.jobs.map_or(processors, usize::from),
            common,
        }
    }

    /// The reporter that these options ask for.
    pub fn reporter(&self) -> Arc<dyn Reporter> {
        ui::reporter(self.common.progress, self.verbosity, self.live)
    }

    /// Whether the state comes by stdin and goes by stdout.
    pub fn streams(&self) -> bool {
        self.common.state.as_deref().is_some_and(|path| path.as_os_str() == "-")
    }
}
