//! Arguments; the comments are the help text.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::Subcommand;
use shared::step::build::Request;
use shared::step::build::affected::{Asked, Form};
use shared::step::cache::{bytes, duration};
use shared::step::copy::Place;
use shared::step::deliver::{self, Home};
use shared::step::options::{Common, Output, Reuse};

/// Builds the images of devspace.yaml, those whose inputs changed
///
/// Builds the images of devspace.yaml whose Dockerfile, context or options changed,
/// and notes on each image's card what was built and where it lies.
#[derive(Debug, Parser)]
#[command(name = "ds-build", version, max_term_width = 100, mut_args(everywhere()))]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    /// Who builds: `docker` (the engine's own choice), `classic`, `buildkit`, or `embedded`,
    /// which needs no engine [default: what the config says, else an engine that answers,
    /// else `embedded`]
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

    /// A secret for `RUN --mount=type=secret`, from a file, a variable, or the variable of
    /// that name (repeatable)
    #[arg(long = "secret", value_name = "id=ID[,src=FILE|env=NAME]")]
    pub secrets: Vec<String>,

    /// An ssh agent for `RUN --mount=type=ssh`: `default`, or a name; the socket is
    /// SSH_AUTH_SOCK's unless another is given (repeatable)
    #[arg(long, value_name = "ID[=SOCKET]")]
    pub ssh: Vec<String>,

    /// For each image, say why it is built or not
    #[arg(long)]
    pub explain: bool,

    /// Take an image that another machine built from the same inputs, and build nothing
    /// [default: what the config says]
    #[arg(long, value_name = "WHERE")]
    pub reuse: Option<Reuse>,

    /// Run no hooks of the config
    #[arg(long)]
    pub no_hooks: bool,

    /// Take the images that the embedded builder made into an `engine`, or into
    /// `containerd[:NAMESPACE]` by its ctr
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "engine")]
    pub load: Option<Home>,

    /// Write them into a file: docker-archive:FILE or oci-archive:FILE
    #[arg(long, value_name = "KIND:FILE")]
    pub save: Option<Place>,

    /// Write the inputs as a rule for GNU make into this file; it and the stamp are best kept
    /// in a folder that no image takes
    #[arg(long, value_name = "FILE")]
    pub depfile: Option<PathBuf>,

    /// What is printed on stdout
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub output: Output,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that mean nothing to a subcommand.
const ALONE: &[&str] = &[
    "output", "stamp", "load", "save", "explain", "depfile", "no_hooks", "force", "pull",
    "no_cache",
];

/// The other options may stand before a subcommand and behind it; in its help they come
/// after its own.
fn everywhere() -> impl FnMut(clap::Arg) -> clap::Arg {
    let mut order = 100;
    move |arg| {
        order += 1;
        let alone = ALONE.contains(&arg.get_id().as_str());
        arg.global(!alone).display_order(order)
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print an image's content key
    Key {
        /// The image's name in the config; a config of one image needs none
        image: Option<String>,
        /// Print the canonical list that the key is the SHA-256 of
        #[arg(long)]
        list: bool,
        /// Compare with the card: exit 3 if it is another key
        #[arg(long)]
        verify: bool,
    },
    /// Say why an image would be built
    Why {
        /// The image's name in the config [default: each image in turn]
        image: Option<String>,
        /// Explain a skip: what was compared, and when the image was built
        #[arg(long)]
        not: bool,
        /// What is printed on stdout
        #[arg(long = "output", id = "look", value_name = "FORM", default_value = "text")]
        output: Output,
    },
    Affected(Affected),
    Lock(Lock),
    #[command(subcommand)]
    Cache(Cache),
}

/// Show or empty the store of base images and build steps
///
/// The embedded builder's store is shared by all projects of a user: $DS_CACHE, else
/// $XDG_CACHE_HOME/ds, else ~/.cache/ds. After a build, what was used least recently goes
/// until no more than $DS_CACHE_SIZE is left (default 20G). Everything in it can be fetched
/// or made again.
#[derive(Debug, Subcommand)]
pub enum Cache {
    /// Tell how much is in the store
    Info {
        /// What is printed on stdout
        #[arg(long = "output", id = "look", value_name = "FORM", default_value = "text")]
        output: Output,
    },
    /// Remove what was used least recently, while no build runs
    Prune {
        /// Keep at most this: a number with K, M, G or T [default: $DS_CACHE_SIZE]
        #[arg(long, value_name = "SIZE", value_parser = bytes)]
        max_size: Option<u64>,
        /// Remove what was not used in this time: a number with d, h, m or s
        #[arg(long, value_name = "TIME", value_parser = duration)]
        older_than: Option<Duration>,
    },
}

/// Tell which images a git diff touches, without engine or registry
///
/// Compares the inputs of each image, as its key has them (what COPY, ADD and mounts can
/// read, the Dockerfile, arguments, the ignore file, devspace.lock, images it is built
/// from), between a revision and the working tree: HEAD, staged and unstaged edits, and
/// new files. What git ignores is not compared. Variables have the values of now; those
/// that change by themselves (a commit, a random text) count as unchanged. Whether a base
/// image has ONBUILD instructions is not asked: decided from the Dockerfile alone. An
/// image is also affected when its tags, repository, `skipPush` or builder changed.
///
/// With no image affected `github-matrix` prints {"include":[]}, which GitHub takes for
/// an error unless the job has `if: needs.JOB.outputs.matrix != '{"include":[]}'`.
#[derive(Debug, clap::Args)]
pub struct Affected {
    /// The revision to compare with, such as origin/main: with the commit where HEAD left
    /// it (the merge base), so that what others did there meanwhile does not count
    #[arg(long, value_name = "REV")]
    pub base: String,

    /// Compare with REV itself
    #[arg(long)]
    pub direct: bool,

    /// What is printed on stdout
    #[arg(long = "output", id = "look", value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// Pin base images to digests, in devspace.lock beside the config
///
/// Asks the registries for the digests of base images (FROM, COPY --from, mounts, the
/// frontend) that the file does not have yet, keeps the others, and takes out those that
/// no image is built on. From then on builds take the bases by these digests. With
/// --check nobody is asked: exit 3 if the file is not there, lacks a base or has one too
/// many; with --check --update registries are asked, and exit 3 also says that a digest
/// is another one by now.
#[derive(Debug, clap::Args)]
pub struct Lock {
    /// Ask for the present digests of all bases, or of these images' or these bases alone
    #[arg(long, value_name = "IMAGE", num_args = 0..)]
    pub update: Option<Vec<String>>,

    /// What is printed on stdout
    #[arg(long = "output", id = "look", value_name = "FORM", default_value = "text")]
    pub output: Output,
}

impl Affected {
    pub fn asked(&self) -> Asked {
        Asked { base: self.base.clone(), direct: self.direct, form: self.output }
    }
}

impl Args {
    /// Where the images shall be when they are built.
    pub fn delivery(&self) -> deliver::Request {
        deliver::Request { load: self.load.clone(), save: self.save.clone() }
    }

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
            secrets: self.secrets.clone(),
            ssh: self.ssh.clone(),
            explain: self.explain,
            reuse: self.reuse,
            no_hooks: self.no_hooks,
            depfile: self.depfile.clone(),
        }
    }
}
