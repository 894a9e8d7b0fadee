//! Arguments; the comments are the help text.

use std::path::PathBuf;

use clap::Parser;
use clap::Subcommand;
use shared::step::build::Request;
use shared::step::options::{Common, Output};

/// Builds the images of devspace.yaml, those whose inputs changed
///
/// Builds the images of devspace.yaml whose Dockerfile, context or options changed,
/// and notes on each image's card what was built and where it lies.
#[derive(Debug, Parser)]
#[command(
    name = "ds-build",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = false
)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    /// Who builds: `docker` (the engine's own choice), `classic` or `buildkit`
    /// [default: what the config says]
    #[arg(long, value_name = "NAME")]
    pub builder: Option<String>,

    /// Build for this platform: os/arch[/variant]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,

    /// Build even where nothing changed
    #[arg(short = 'b', long = "force", visible_alias = "force-build")]
    pub force: bool,

    /// Look for newer base images
    #[arg(long)]
    pub pull: bool,

    /// Use no layer of earlier builds
    #[arg(long)]
    pub no_cache: bool,

    /// A build argument for every image; without a value, the environment's (repeatable)
    #[arg(long = "build-arg", value_name = "NAME[=VALUE]")]
    pub build_args: Vec<String>,

    /// A label for every image (repeatable)
    #[arg(long = "label", value_name = "NAME=VALUE")]
    pub labels: Vec<String>,

    /// For each image, say why it is built or not
    #[arg(long)]
    pub explain: bool,

    /// Run no hooks of the config
    #[arg(long)]
    pub no_hooks: bool,

    /// Write the inputs as a make rule into this file
    #[arg(long, value_name = "FILE")]
    pub depfile: Option<PathBuf>,

    /// What is printed on stdout
    #[arg(long, value_name = "FORM", default_value = "text", global = true)]
    pub output: Output,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print an image's content key
    Key {
        /// The image's name in the config
        image: String,
        /// Print the canonical list that the key is the SHA-256 of
        #[arg(long)]
        list: bool,
        /// Compare with the card: exit 3 if it is another key
        #[arg(long)]
        verify: bool,
    },
    /// Say why an image would be built
    Why {
        /// The image's name in the config
        image: String,
        /// Explain a skip: what was compared, and when the image was built
        #[arg(long)]
        not: bool,
    },
}

impl Args {
    /// What is asked of the build, beside the options of every step.
    pub fn request(&self) -> Request {
        Request {
            builder: self.builder.clone(),
            platform: self.platform.clone(),
            force: self.force,
            pull: self.pull,
            no_cache: self.no_cache,
            build_args: self.build_args.clone(),
            labels: self.labels.clone(),
            explain: self.explain,
            no_hooks: self.no_hooks,
            depfile: self.depfile.clone(),
        }
    }
}
