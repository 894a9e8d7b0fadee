//! The project as the rest of the code sees it: one shape for every version of
//! the config, defaults filled in, variables replaced, paths relative to the root.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::reference::Repository;
use crate::util::place::Place;

/// A loaded config.
#[derive(Debug, Clone)]
pub struct Project {
    /// Folder of the config file; every relative path starts here. Absolute.
    pub root: PathBuf,
    /// The config file as it is named in messages: relative to the root.
    pub file: String,
    /// The files that the config was read from, absolute, the first one first.
    pub files: Vec<PathBuf>,
    /// Predefined variables that it used, and their values.
    pub predefined: BTreeMap<String, String>,
    pub version: String,
    /// In the order of the config.
    pub images: Vec<Image>,
    pub deployments: Vec<Deployment>,
    pub pull_secrets: Vec<PullSecret>,
    pub hooks: Vec<Hook>,
    pub cluster: Cluster,
    /// `dev.autoReload`; `None`: `ds dev` watches only when it is asked to.
    pub auto_reload: Option<AutoReload>,
    pub rewrite: Rewrite,
    /// Sources of `dependencies`; carried out by nobody, warned of.
    pub dependencies: Vec<String>,
    /// Lines for `-v`: keys that are known and passed over.
    pub notes: Vec<String>,
    /// Lines that are always shown.
    pub warnings: Vec<String>,
}

impl Project {
    pub fn image(&self, name: &str) -> Option<&Image> {
        self.images.iter().find(|image| image.name == name)
    }

    /// A path of the config, from the root.
    pub fn path(&self, relative: &Path) -> PathBuf {
        // `./` in it would stand in every message.
        self.root.join(relative).components().collect()
    }
}

/// `rewrite:`
#[derive(Debug, Clone, Default)]
pub struct Rewrite {
    pub rules: Vec<RewriteRule>,
    pub exclude: Vec<RewriteRule>,
}

/// One entry of `rewrite.rules` or `rewrite.exclude`, as it is written.
#[derive(Debug, Clone)]
pub struct RewriteRule {
    pub kind: Option<String>,
    pub api_version: Option<String>,
    pub name: Option<String>,
    pub path: Option<String>,
    pub image: Option<String>,
    pub part: Option<String>,
    pub known: Option<String>,
    /// Where the rule stands in the config.
    pub place: Place,
}

/// `dev.autoReload`: what `ds dev` watches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutoReload {
    /// Names of images, whose inputs count.
    pub images: Vec<String>,
    /// Names of deployments, whose manifests, charts and values count.
    pub deployments: Vec<String>,
    /// Globs, from the project root.
    pub paths: Vec<String>,
}

/// `cluster:`
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    pub kube_context: Option<String>,
    pub namespace: Option<String>,
}

/// One entry of `images`.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its key in the config.
    pub name: String,
    pub repository: Repository,
    /// Texts of `tag` and `tags`, in which only the reserved names of tags are
    /// still to be replaced, and each `#` by a random letter (later versions).
    /// Empty: `auto`.
    pub tags: Vec<String>,
    /// Relative to the root.
    pub dockerfile: PathBuf,
    /// Relative to the root.
    pub context: PathBuf,
    pub create_pull_secret: bool,
    pub skip_push: bool,
    /// `build.disabled`: never built.
    pub disabled: bool,
    pub options: BuildOptions,
    pub builder: BuilderChoice,
    pub rebuild: RebuildStrategy,
    /// `reuse: registry`: what another machine built from the same inputs will do.
    pub reuse: bool,
    /// Image-level `entrypoint` and `cmd` of later versions; the dev override
    /// replaces them in the dev variant.
    pub entrypoint: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    /// `dev.overrideImages` of this name.
    pub dev: Option<DevOverride>,
    /// Where the image stands in the config.
    pub place: Place,
}

impl Image {
    /// The image as this variant builds it: with `dev`, its override applied.
    pub fn variant(&self, dev: bool) -> Image {
        let mut image = self.clone();
        let Some(over) = image.dev.clone().filter(|_| dev) else { return image };
        if let Some(dockerfile) = over.dockerfile {
            image.dockerfile = dockerfile;
        }
        if let Some(context) = over.context {
            image.context = context;
        }
        if let Some(entrypoint) = over.entrypoint {
            image.entrypoint = Some(entrypoint[..1.min(entrypoint.len())].to_vec());
            image.cmd = Some(entrypoint.get(1..).unwrap_or_default().to_vec());
        }
        image
    }
}

/// `dev.overrideImages[]`. An empty entrypoint counts as none.
#[derive(Debug, Clone, Default)]
pub struct DevOverride {
    pub entrypoint: Option<Vec<String>>,
    pub dockerfile: Option<PathBuf>,
    pub context: Option<PathBuf>,
}

/// What every builder takes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BuildOptions {
    /// `None`: the value comes from the environment, as in `docker build --build-arg NAME`.
    pub build_args: BTreeMap<String, Option<String>>,
    pub target: Option<String>,
    pub network: Option<String>,
    pub labels: BTreeMap<String, String>,
}

/// Which builder the config names.
#[derive(Debug, Clone, PartialEq)]
pub enum BuilderChoice {
    /// No section, or `docker:`: see design.md, "Builders".
    Docker {
        prefer_minikube: bool,
        disable_fallback: bool,
        named: bool,
    },
    /// `settings`: the keys under `buildKit` as they are written, without
    /// `options` and `skipPush`.
    BuildKit {
        settings: Value,
    },
    /// `settings`: the keys under `kaniko` as they are written, without `options`;
    /// `flags` and `args` are both `args`; `insecure` may come from the image.
    Kaniko {
        settings: Value,
    },
    Custom(Custom),
    Embedded,
}

/// `build.custom`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Custom {
    pub command: String,
    /// Arguments after the reference (`flags`, later `args`).
    pub args: Vec<String>,
    pub image_flag: Option<String>,
    /// Globs; without any, the image is always built.
    pub on_change: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RebuildStrategy {
    #[default]
    Default,
    Always,
    IgnoreContextChanges,
}

/// One entry of `deployments`.
#[derive(Debug, Clone)]
pub struct Deployment {
    pub name: String,
    pub namespace: Option<String>,
    pub method: Method,
    pub place: Place,
}

/// How a deployment is deployed.
#[derive(Debug, Clone)]
pub enum Method {
    Kubectl {
        /// Files, folders and globs, relative to the root.
        manifests: Vec<String>,
        kustomize: bool,
        flags: Vec<String>,
        cmd_path: Option<String>,
        /// `replaceImageTags` / `updateImageTags` of later versions.
        rewrite: bool,
    },
    /// `settings`: the keys under `helm` as they are written, without those that
    /// `rewrite` stands for. `timeout` is a number of seconds or a text.
    Helm { settings: Value, rewrite: bool },
    /// `settings`: the keys under `component` as they are written, `options` included.
    Component { settings: Value },
}

/// `pullSecrets[]` of later versions.
#[derive(Debug, Clone)]
pub struct PullSecret {
    pub registry: String,
    pub secret: Option<String>,
    pub service_accounts: Vec<String>,
}

/// `hooks[]`
#[derive(Debug, Clone)]
pub struct Hook {
    pub command: String,
    pub args: Vec<String>,
    /// `before` or `after` which stage and name (`all` or one).
    pub when: Vec<HookPoint>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookPoint {
    pub before: bool,
    pub stage: HookStage,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookStage {
    Images,
    Deployments,
}
