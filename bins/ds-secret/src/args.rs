//! Arguments; the comments are the help text.

use clap::{Parser, ValueEnum};
use shared::step::options::Common;

/// Prints the image pull secrets of the images' registries
///
/// Prints the Kubernetes Secrets with which pods may pull the images, one for each
/// registry, to stdout. The credentials are those of docker's config.
#[derive(Debug, Parser)]
#[command(name = "ds-secret", version, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    /// How the manifests are printed
    #[arg(short, long, value_name = "FORM", default_value = "yaml")]
    pub output: Manifests,

    /// The secrets' namespace [default: the config's, else the kube context's]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// The kube context whose namespace counts [default: the config's, else the current one]
    #[arg(long, value_name = "NAME")]
    pub kube_context: Option<String>,
}

/// `--output`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Manifests {
    /// One document a secret.
    Yaml,
    /// One List.
    Json,
}
