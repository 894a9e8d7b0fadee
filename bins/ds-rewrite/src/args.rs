//! Arguments; the comments are the help text.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use shared::step::options::{Common, Output};
use shared::step::rewrite::{self, Destination, Place, Request, Show};

/// Puts the new image references into manifests, and changes no other byte
///
/// Reads manifests from files, folders or stdin and prints them with the references
/// of the cards. Files are changed only with `--in-place`. Where one manifest is bad,
/// nothing is printed or written, and all that is wrong is told.
#[derive(Debug, Parser)]
#[command(name = "ds-rewrite", version, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,

    /// Files, folders and globs of manifests; `-` is stdin [default: stdin]
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,

    /// What an image is that is known, but cannot be written, and one that stands where a rule
    /// expects another, or a known one
    #[arg(long, value_name = "HOW", default_value = "error")]
    pub unresolved: Unresolved,

    /// Leave bad files out, and do the others; the exit code is that of the first bad one
    #[arg(long)]
    pub keep_going: bool,

    #[command(flatten)]
    pub places: Places,

    #[command(flatten)]
    pub references: References,

    #[command(flatten)]
    pub result: Result,
}

/// Where references come from.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "References (`--set` over `--from` over the state)")]
pub struct References {
    /// Write REF for the image NAME: an image of the config, or a repository (repeatable)
    #[arg(long = "set", value_name = "NAME=REF")]
    pub sets: Vec<String>,

    /// Take references from a file of another tool; `-` is stdin (repeatable: the last
    /// one counts). Locks of kbld and imgpkg, `skaffold build --file-output`, `docker
    /// buildx build|bake --metadata-file`, jib-image.json, kustomization.yaml, and lists of
    /// references as of `ko --image-refs`, told by their content
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,

    /// Write the references of the last deploy, not those of the last tag
    #[arg(long, value_name = "WHICH")]
    pub to: Option<To>,

    /// With `--to`: only deploys to this namespace
    #[arg(long, value_name = "NAME", requires = "to")]
    pub namespace: Option<String>,

    /// With `--to`: only deploys of this deployment of the config
    #[arg(long, value_name = "NAME", requires = "to")]
    pub deployment: Option<String>,

    /// With `--to`: only deploys to the cluster whose namespace `kube-system` has this uid
    #[arg(long, value_name = "UID", requires = "to")]
    pub cluster: Option<String>,

    /// Write `repository:tag@digest` where the digest is known: `--form both`
    #[arg(long, conflicts_with = "form")]
    pub digest: bool,

    /// What is written: the tag, tag and digest where that is known, or the digest alone
    #[arg(long, value_name = "FORM", default_value = "tag")]
    pub form: Form,
}

/// Where images stand.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Places of images (over `rewrite` in devspace.yaml)")]
pub struct Places {
    /// Also replace any string that is wholly such a reference, under whatever key
    #[arg(long)]
    pub everywhere: bool,

    /// A further place, with `kind`, `apiVersion`, `name` (all with `*`), `path`, `image`,
    /// `part` and `known`: `kind=Job,path=spec.**.env[name=SIDECAR].value`, or, for one of two
    /// images with one repository, `path=**.containers[name=debug].image,image=debug`. With an
    /// image, a path without wildcards expects it there; `known=true` expects known images at
    /// all of its places (repeatable)
    #[arg(long = "rule", value_name = "KEY=VALUE,…")]
    pub rules: Vec<String>,

    /// A place to leave alone, with all below it: `kind=ConfigMap,path=data` (repeatable)
    #[arg(long, value_name = "KEY=VALUE,…")]
    pub exclude: Vec<String>,
}

/// `--form`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Tag,
    Both,
    Digest,
}

/// Where the result goes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Result [default: all manifests as one stream on stdout]")]
pub struct Result {
    /// Write the manifests below this folder, each under its path from the working folder;
    /// one from elsewhere as `cp -r` would
    #[arg(long, value_name = "DIR", conflicts_with = "in_place")]
    pub output_dir: Option<PathBuf>,

    /// Rewrite the files where they are: those that change, all or none
    #[arg(long)]
    pub in_place: bool,

    /// Print each document as soon as it is whole, in place of all or nothing: what stands
    /// behind a bad document is not printed
    #[arg(long, conflicts_with_all = ["output_dir", "in_place", "list", "edits", "diff"])]
    pub stream: bool,

    /// Print the images that the manifests name instead of the manifests
    #[arg(long, conflicts_with_all = ["output_dir", "in_place"])]
    pub list: bool,

    /// With `--list`: how it is printed
    #[arg(long, short, value_name = "FORM", requires = "list", default_value = "text")]
    pub output: Output,

    /// Print the edits as JSON instead of the manifests
    #[arg(long, value_name = "FORM", conflicts_with = "list")]
    pub edits: Option<Edits>,

    /// Print the edits as a diff for `git apply` or `patch -p1` instead of the manifests
    #[arg(long, conflicts_with_all = ["list", "edits"])]
    pub diff: bool,
}

/// `--unresolved`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unresolved {
    Error,
    Warn,
    Ignore,
}

/// `--edits`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Edits {
    Json,
}

/// `--to`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    Previous,
}

impl Args {
    /// What is asked of the rewrite, beside the options of every step.
    pub fn request(&self) -> Request {
        let References { sets, from, to, namespace, deployment, cluster, digest, form } =
            &self.references;
        Request {
            manifests: self.manifests.clone(),
            sets: sets.clone(),
            from: from.clone(),
            to: to.map(|To::Previous| Place {
                cluster: cluster.clone(),
                namespace: namespace.clone(),
                deployment: deployment.clone(),
            }),
            everywhere: self.places.everywhere,
            rules: self.places.rules.clone(),
            exclude: self.places.exclude.clone(),
            unresolved: match self.unresolved {
                Unresolved::Error => rewrite::Severity::Error,
                Unresolved::Warn => rewrite::Severity::Warn,
                Unresolved::Ignore => rewrite::Severity::Ignore,
            },
            form: match (digest, form) {
                (true, _) | (false, Form::Both) => rewrite::Form::Both,
                (false, Form::Tag) => rewrite::Form::Tag,
                (false, Form::Digest) => rewrite::Form::Digest,
            },
            show: self.result.show(),
            into: self.result.destination(),
            keep_going: self.keep_going,
            stream: self.result.stream,
        }
    }
}

impl Result {
    fn show(&self) -> Show {
        match (self.list, self.edits, self.diff) {
            (true, ..) => Show::Images(self.output),
            (_, Some(Edits::Json), _) => Show::Edits,
            (.., true) => Show::Diff,
            _ => Show::Manifests,
        }
    }

    fn destination(&self) -> Destination {
        match (&self.output_dir, self.in_place) {
            (Some(folder), _) => Destination::Folder(folder.clone()),
            (None, true) => Destination::Place,
            (None, false) => Destination::Stdout,
        }
    }
}
