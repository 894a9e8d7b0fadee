//! Arguments; the comments are the help text.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use shared::step::cluster::Where;
use shared::step::options::Common;
use shared::step::secret::Request;
use shared::util::secret::Secret;
use shared::util::time;

/// Puts image pull secrets where pods need them
///
/// Makes the Kubernetes Secrets with which pods may pull images, in each namespace where
/// they run, and names them on the service accounts that the pods use. The credentials
/// are those of docker's config. Secrets of others are left alone.
#[derive(Debug, Parser)]
#[command(name = "ds-secret", version, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    #[command(flatten)]
    pub place: Where,

    /// Manifests whose pods need them: files, folders, patterns, or `-` for stdin (repeatable)
    /// [default: the config's deployments]
    #[arg(long = "for", value_name = "MANIFESTS", num_args = 1..)]
    pub manifests: Vec<PathBuf>,

    /// Only this registry, in the config or not (repeatable) [default: those of all images]
    #[arg(long = "registry", value_name = "HOST")]
    pub registries: Vec<String>,

    /// Only for images with `createPullSecret` and entries of `pullSecrets`; nothing to do
    /// where there are no credentials
    #[arg(long)]
    pub as_configured: bool,

    /// Take a password that ends within this time for ended: `90m`, `12h`, `2d`
    #[arg(long, value_name = "TIME", default_value = "12h", value_parser = time::parse_span)]
    pub within: u64,

    /// Only renew the content of secrets that are there
    #[arg(long, conflicts_with_all = ["prune", "delete"])]
    pub renew: bool,

    /// Replace secrets of that name that are somebody else's, too
    #[arg(long)]
    pub force: bool,

    /// Then delete those of ours that nothing needs any more
    #[arg(long)]
    pub prune: bool,

    /// Delete all of ours in this cluster, and make none
    #[arg(long, conflicts_with_all = ["prune", "manifests", "registries", "as_configured"])]
    pub delete: bool,

    /// The user, instead of docker's config; for one registry
    #[arg(long, value_name = "NAME", requires = "password_stdin")]
    pub username: Option<String>,

    /// Read the password from stdin
    #[arg(long, requires = "username")]
    pub password_stdin: bool,

    /// Print the secrets as manifests instead; asks no cluster
    #[arg(short, long, value_name = "FORM", conflicts_with_all = ["prune", "delete", "renew"])]
    pub output: Option<Manifests>,
}

/// `--output`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Manifests {
    /// One document a secret.
    Yaml,
    /// One List.
    Json,
}

impl Args {
    /// What is asked for; `password` is what stdin held.
    pub fn request(self, password: Option<Secret>) -> Request {
        Request {
            place: self.place,
            manifests: self.manifests,
            registries: self.registries,
            as_configured: self.as_configured,
            within: self.within,
            renew: self.renew,
            force: self.force,
            prune: self.prune,
            delete: self.delete,
            username: self.username,
            password,
        }
    }
}
