//! The command line of `ds` itself; the comments are the help text. Whatever is
//! not named here belongs to a `ds-<name>` and is not looked into.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::step::cluster::Where;
use shared::step::deploy::duration;
use shared::step::options::{Common, Output, Reuse};
use shared::util::env;

/// From devspace.yaml to running images, one step at a time or all at once
#[derive(Debug, Parser)]
#[command(
    name = "ds",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    subcommand_value_name = "COMMAND",
    args_conflicts_with_subcommands = true
)]
pub struct Ds {
    /// List all commands: the steps, ds's own, and those of plugins on PATH
    #[arg(long)]
    pub list: bool,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(Init),
    Deploy(Deploy),
    Dev(Dev),
    Status(Status),
    Purge(Purge),
    State(State),
    /// Prints the JSON Schema of a file
    Schema {
        /// Which file's
        of: SchemaOf,
    },
    Doctor(Doctor),
    Completions(Completions),
    /// Prints ds's man page, or writes all of them into a folder
    Man {
        /// The folder; it is made where it is missing
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Shows the help of a command
    Help {
        /// The command
        #[arg(value_name = "NAME")]
        name: Vec<String>,
    },
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

/// Writes a devspace.yaml for the project in this folder
///
/// Asks for what the options leave open when it is run on a terminal. Nothing is
/// ever deleted: a devspace.yaml that is there is kept.
#[derive(Debug, Args)]
pub struct Init {
    /// The image to build, with its registry: registry.example.com/team/app
    #[arg(long, value_name = "REPOSITORY[:TAG]")]
    pub image: Option<String>,

    /// The Dockerfile [default: ./Dockerfile]
    #[arg(long, value_name = "FILE")]
    pub dockerfile: Option<PathBuf>,

    /// The folder that the build sees [default: this folder]
    #[arg(long, value_name = "DIR")]
    pub context: Option<PathBuf>,

    /// The port that the program listens on [default: the one that the Dockerfile exposes]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// The namespace to deploy to [default: that of the kube context]
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// Let the cluster pull the image with this machine's credentials
    #[arg(long)]
    pub pull_secret: bool,

    /// Write a new devspace.yaml; the old one is kept as devspace.yaml.bak
    #[arg(short, long)]
    pub reconfigure: bool,

    /// Ask nothing: take what is suggested
    #[arg(short, long)]
    pub yes: bool,
}

/// Builds, tags, pushes and rewrites, then deploys
///
/// Runs the steps in their row, then puts what they made into the cluster by server-side
/// apply. What is as it was left is not touched: a deploy that finds nothing to do says so.
#[derive(Debug, Args)]
pub struct Deploy {
    #[command(flatten)]
    pub common: Common,

    #[command(flatten)]
    pub at: Where,

    /// Print the manifests that would be applied, and apply nothing
    #[arg(long, conflicts_with_all = ["diff", "wait"])]
    pub render: bool,

    /// Print what would change in the cluster, by the server's own word, and change nothing
    #[arg(long, conflicts_with = "wait")]
    pub diff: bool,

    /// Only these deployments, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub deployments: Vec<String>,

    /// Build nothing: take what the state has
    #[arg(long, conflicts_with = "force_build")]
    pub skip_build: bool,

    /// Build even where nothing changed
    #[arg(short = 'b', long)]
    pub force_build: bool,

    /// Give the tags, upload nothing
    #[arg(long)]
    pub skip_push: bool,

    /// Take images that other machines built from the same inputs, and push so that
    /// they find ours [default: what the config says]
    #[arg(long, value_name = "WHERE")]
    pub reuse: Option<Reuse>,

    /// Apply even where nothing changed
    #[arg(short = 'd', long)]
    pub force_deploy: bool,

    /// Take fields that other field managers have
    #[arg(long)]
    pub force_conflicts: bool,

    /// Go back to the references of the deploy before the last one; builds nothing
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["force_build", "render"])]
    pub to: Option<To>,

    /// Write what would be done to this file, as JSON, and do nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["render", "diff", "wait", "to"])]
    pub plan: Option<PathBuf>,

    /// Carry out the plan in this file, if nothing that it saw has changed since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "render", "diff", "to"])]
    pub from: Option<PathBuf>,

    /// Wait until the workloads are up; exit 1, with the reason, where one does not come up
    #[arg(long)]
    pub wait: bool,

    /// How long `--wait` waits: seconds, or 90s, 5m, 1h30m [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<Duration>,

    /// Run no hooks of the config
    #[arg(long)]
    pub no_hooks: bool,

    /// Deploy without the config's `dependencies`
    #[arg(long)]
    pub ignore_dependencies: bool,

    /// How the result is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub output: Output,
}

/// Deploys the dev variant and follows the logs of its pods
///
/// As `ds deploy`, with the overrides of `dev.overrideImages`. With `--watch`, or
/// `dev.autoReload` in the config, what changes is built and deployed again. Ctrl-C ends
/// it; what was deployed stays, and the next `ds deploy` puts the plain images back.
#[derive(Debug, Args)]
pub struct Dev {
    #[command(flatten)]
    pub common: Common,

    #[command(flatten)]
    pub at: Where,

    /// Only these deployments, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub deployments: Vec<String>,

    /// Build and deploy again when inputs of images, manifests, charts or the config change
    #[arg(short, long)]
    pub watch: bool,

    /// End after the deploy, and follow no logs
    #[arg(short = 'x', long)]
    pub exit_after_deploy: bool,

    /// Build nothing: take what the state has
    #[arg(long, conflicts_with = "force_build")]
    pub skip_build: bool,

    /// Build even where nothing changed
    #[arg(short = 'b', long)]
    pub force_build: bool,

    /// Give the tags, upload nothing
    #[arg(long)]
    pub skip_push: bool,

    /// Apply even where nothing changed
    #[arg(short = 'd', long)]
    pub force_deploy: bool,

    /// Take fields that other field managers have
    #[arg(long)]
    pub force_conflicts: bool,

    /// Run no hooks of the config
    #[arg(long)]
    pub no_hooks: bool,

    /// Deploy without the config's `dependencies`
    #[arg(long)]
    pub ignore_dependencies: bool,
}

/// Shows each image's card, and what runs of it in the cluster
///
/// Says of each deployment whether its objects are as they were left, how many pods are
/// ready, and whether the images in them are those that were built. With `--check`, exit 3
/// where something is not.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub common: Common,

    #[command(flatten)]
    pub at: Where,

    /// Only these deployments, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub deployments: Vec<String>,

    /// How the result is printed
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Output,
}

/// Takes what was deployed out of the cluster
///
/// Deletes the objects of the deployments in reverse order, and uninstalls their releases.
/// Namespaces stay, and so does what somebody else has made.
#[derive(Debug, Args)]
pub struct Purge {
    #[command(flatten)]
    pub common: Common,

    #[command(flatten)]
    pub at: Where,

    /// Only these deployments, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub deployments: Vec<String>,

    /// The pull secrets that ds made, too, and their names in service accounts
    #[arg(long)]
    pub secrets: bool,
}

/// `--to`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    Previous,
}

fn time(text: &str) -> Result<Duration, &'static str> {
    duration(text).ok_or("takes seconds, or a text such as 90s, 5m, 1h30m")
}

/// Shows states, and merges two into one
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct State {
    #[command(subcommand)]
    pub command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    Show(StateShow),
    Merge(StateMerge),
}

/// Shows what the state knows of each image
#[derive(Debug, Args)]
pub struct StateShow {
    /// The state file; `-` is stdin [default: .devspace/state.json beside the config]
    #[arg(long, value_name = "FILE", env = env::DS_STATE, hide_env_values = true)]
    pub state: Option<PathBuf>,

    /// The config file [default: devspace.yaml, looked for upward]
    #[arg(long, value_name = "FILE", env = env::DS_CONFIG, hide_env_values = true)]
    pub config: Option<PathBuf>,

    /// Only this image (repeatable) [default: all]
    #[arg(long = "image", value_name = "NAME")]
    pub images: Vec<String>,

    /// What is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub output: Output,
}

/// Merges two states into one
///
/// Images and parts that only one of the two knows are taken over. Where both know
/// different things of the same image, `--prefer` has to say which one counts.
#[derive(Debug, Args)]
pub struct StateMerge {
    /// A state file; one of the two may be `-` for stdin
    pub a: PathBuf,

    /// Another state file
    pub b: PathBuf,

    /// Which of the two counts where they differ
    #[arg(long, value_name = "A|B", ignore_case = true)]
    pub prefer: Option<Prefer>,

    /// The file to write; it may be A or B [default: stdout]
    #[arg(short, long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Prefer {
    A,
    B,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// devspace.yaml
    Config,
    /// .devspace/state.json
    State,
    /// devspace.lock
    Lock,
}

/// Looks whether everything that ds needs is there
///
/// Prints a line for each thing; exits 1 if something is wrong. Whether an engine
/// answers is for `ds-build` to find out: nothing is connected to.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The state file [default: .devspace/state.json beside the config]
    #[arg(long, value_name = "FILE", env = env::DS_STATE, hide_env_values = true)]
    pub state: Option<PathBuf>,

    /// The config file [default: devspace.yaml, looked for upward]
    #[arg(long, value_name = "FILE", env = env::DS_CONFIG, hide_env_values = true)]
    pub config: Option<PathBuf>,
}

/// Prints completions for a shell, of ds and of every step
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Completions {
    /// The shell
    pub shell: Option<Shell>,

    /// Write the files of all shells and the man pages into this folder
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}
