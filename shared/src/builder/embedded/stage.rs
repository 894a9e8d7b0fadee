//! A stage while it is carried out: the image so far.

use std::sync::Arc;

use super::entry::Index;
use super::image::{History, ImageConfig};
use super::layer::Layer;
use super::store::{self, Store};
use super::tree::Tree;
use super::variables::{PATH, Variables};
use crate::dockerfile::Platform;
use crate::util::time::rfc3339;

/// The comment on what this builder did.
const COMMENT: &str = "ds";

/// See the module.
#[derive(Debug, Clone)]
pub struct Stage {
    pub image: ImageConfig,
    /// The lowest first.
    pub layers: Vec<Layer>,
    pub variables: Variables,
    /// Names of the ARGs so far, the ones of stages below included.
    pub arguments: Vec<String>,
    /// Whether this stage has had a CMD.
    pub cmd_set: bool,
    /// Seconds since 1970: when all that is made here is said to be made.
    pub time: i64,
    /// The layers seen together, once somebody looked.
    tree: Option<Arc<Tree>>,
}

impl Stage {
    /// From nothing.
    pub fn scratch(platform: &Platform, time: i64, escape: char) -> Self {
        let mut image = ImageConfig {
            architecture: platform.part("ARCH"),
            os: platform.part("OS"),
            variant: Some(platform.part("VARIANT")).filter(|variant| !variant.is_empty()),
            ..ImageConfig::default()
        };
        image.config.working_dir = "/".to_owned();
        Self::of_image(image, Vec::new(), time, escape)
    }

    /// From an image.
    pub fn of_image(mut image: ImageConfig, layers: Vec<Layer>, time: i64, escape: char) -> Self {
        if image.config.env("PATH").is_none() {
            image.config.set_env("PATH", PATH);
        }
        image.created = None;
        let variables = Variables::of_image(&image.config.env, escape);
        let (arguments, cmd_set, tree) = (Vec::new(), false, None);
        Self { image, layers, variables, arguments, cmd_set, time, tree }
    }

    /// From another stage, with its variables.
    pub fn of_stage(&self) -> Self {
        Self { cmd_set: false, ..self.clone() }
    }

    /// Where relative paths begin.
    pub fn workdir(&self) -> &str {
        match self.image.config.working_dir.as_str() {
            "" => "/",
            path => path,
        }
    }

    /// A path as it is meant here: relative ones from the working folder. One that ends
    /// with `/` or `/.` keeps that (BuildKit, `pathRelativeToWorkingDir`).
    pub fn path(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_owned();
        }
        let joined = format!("/{}", clean(&format!("{}/{path}", self.workdir())));
        match path {
            "" | "." => format!("{}/", joined.trim_end_matches('/')),
            path if path.ends_with('/') => format!("{}/", joined.trim_end_matches('/')),
            path if path.ends_with("/.") => format!("{}/.", joined.trim_end_matches('/')),
            _ => joined,
        }
    }

    /// Notes in the history what was done.
    pub fn note(&mut self, created_by: String, layer: bool) {
        self.image.history.push(History {
            created: Some(rfc3339(self.time)),
            created_by: Some(created_by),
            comment: Some(COMMENT.to_owned()),
            empty_layer: !layer,
            ..History::default()
        });
    }

    /// Puts a layer on top; `None` for an instruction that changed nothing.
    pub fn put(&mut self, layer: Option<Layer>, index: Option<&Index>, created_by: String) {
        self.note(created_by, layer.is_some());
        let Some(layer) = layer else { return };
        self.image.rootfs.diff_ids.push(layer.diff_id.clone());
        self.layers.push(layer);
        match (&mut self.tree, index) {
            (Some(tree), Some(index)) => Arc::make_mut(tree).put(index),
            (tree, _) => *tree = None,
        }
    }

    /// The layers seen together.
    pub fn tree(&mut self, store: &Store) -> Result<Arc<Tree>, store::Error> {
        if self.tree.is_none() {
            self.tree = Some(Arc::new(store.tree(&self.layers)?));
        }
        Ok(self.tree.clone().unwrap_or_default())
    }

    /// The image's configuration as it is written at the end.
    pub fn finished(&self) -> ImageConfig {
        ImageConfig { created: Some(rfc3339(self.time)), ..self.image.clone() }
    }
}

/// A path without empty parts, `.` and `..`, and without a slash at its begin or end.
pub fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
