//! Where base images come from: the project's own layout, named contexts, registries.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::error::{self, Kind};
use super::image::ImageConfig;
use super::layer::Layer;
use super::store::Store;
use crate::dockerfile::Platform;
use crate::reference::{Digest, Reference};
use crate::registry::descriptor::ImageManifest;
use crate::registry::layout::Layout;
use crate::registry::pull::{Wanted, pull};
use crate::registry::{Client, Manifest};
use crate::ui::event::Reporter;

/// Largest manifest or configuration that is read, in bytes.
const CONFIG_MAX: u64 = 8 << 20;

/// An image to build on.
#[derive(Debug, Clone)]
pub struct Base {
    pub config: ImageConfig,
    /// The lowest first.
    pub layers: Vec<Layer>,
}

/// A failure about a base image.
#[derive(Debug)]
pub struct Error(pub error::Error);

impl Error {
    fn new(kind: Kind, message: String) -> Self {
        Self(error::Error::new(kind, message))
    }
}

/// Finds images by their names.
#[derive(Clone)]
pub struct Bases {
    pub store: Store,
    /// The project's layout, where other images of the config lie.
    pub layout: PathBuf,
    pub client: Client,
    pub credentials: Arc<crate::registry::Store>,
    pub runtime: Handle,
    /// OCI layouts that stand for a name: folder, and tag or digest in it.
    pub layouts: BTreeMap<String, (PathBuf, Option<String>)>,
}

impl Bases {
    /// The image of this name and platform. `fresh`: the registry is asked, although the
    /// store remembers the name.
    pub fn find(
        &self,
        name: &str,
        platform: &Platform,
        fresh: bool,
        image: &str,
        reporter: &dyn Reporter,
    ) -> Result<Base, Error> {
        let reference = Reference::parse(name)
            .map_err(|error| Error::new(Kind::Data, format!("`{name}`: {error}")))?;
        if let Some(base) = self.in_layout(&reference)? {
            return Ok(base);
        }
        let text = platform.to_string();
        let wanted = Wanted { reference: &reference, platform: &text, fresh };
        let blobs = &self.store.blobs;
        let pulled = pull(&self.client, blobs, &self.credentials, wanted, image, reporter);
        let pulled = self.runtime.block_on(pulled).map_err(|error| refused(name, &error))?;
        of_parts(name, &pulled.manifest, &pulled.config)
    }

    /// An image that another of the config was built as.
    fn in_layout(&self, reference: &Reference) -> Result<Option<Base>, Error> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::new(Kind::Failed, format!("`{reference}` in the project's images: {error}"))
        };
        let Some(layout) = Layout::read(&self.layout).map_err(|e| wrong(&e))? else {
            return Ok(None);
        };
        let name = reference.to_string();
        let Some(digest) = layout.named(&name).map_err(|e| wrong(&e))? else { return Ok(None) };
        self.of_layout(&layout, &digest, &name).map(Some)
    }

    /// An image of a layout, its blobs brought into the store.
    fn of_layout(&self, layout: &Layout, digest: &Digest, name: &str) -> Result<Base, Error> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::new(
                Kind::Failed,
                format!("`{name}` in `{}`: {error}", layout.folder().display()),
            )
        };
        let manifest = layout.manifest(digest).map_err(|e| wrong(&e))?;
        let manifest = manifest.ok_or_else(|| wrong(&"its manifest is gone"))?;
        let image: ImageManifest =
            serde_json::from_slice(&manifest.bytes).map_err(|e| wrong(&e))?;
        for blob in std::iter::once(&image.config).chain(&image.layers) {
            if self.store.blobs.has_whole(&blob.digest, blob.size) {
                continue;
            }
            let mut file = layout.open_blob(&blob.digest).map_err(|e| wrong(&e))?;
            let mut ingest = self.store.blobs.ingest().map_err(|e| wrong(&e))?;
            io::copy(&mut file, &mut ingest).map_err(|e| wrong(&e))?;
            ingest.commit(Some(&blob.digest)).map_err(|e| wrong(&e))?;
        }
        let config = self.store.blobs.read(&image.config.digest, CONFIG_MAX);
        let config = config.map_err(|e| wrong(&e))?.ok_or_else(|| wrong(&"it is gone"))?;
        of_parts(name, &manifest, &config)
    }
}

/// An image from its manifest and configuration, which must speak of the same layers.
fn of_parts(name: &str, manifest: &Manifest, config: &[u8]) -> Result<Base, Error> {
    let wrong = |why: &dyn std::fmt::Display| {
        Error::new(Kind::Failed, format!("the image `{name}` is damaged: {why}"))
    };
    let image: ImageManifest = serde_json::from_slice(&manifest.bytes).map_err(|e| wrong(&e))?;
    let config: ImageConfig = serde_json::from_slice(config).map_err(|e| wrong(&e))?;
    let diff_ids = &config.rootfs.diff_ids;
    if diff_ids.len() != image.layers.len() {
        let (diffs, layers) = (diff_ids.len(), image.layers.len());
        return Err(wrong(&format!("it has {layers} layers, its configuration {diffs}")));
    }
    let layers = image.layers.into_iter().zip(diff_ids.iter().cloned());
    let layers = layers.map(|(descriptor, diff_id)| Layer { descriptor, diff_id }).collect();
    Ok(Base { config, layers })
}

fn refused(name: &str, error: &crate::registry::Error) -> Error {
    use crate::registry::Error as E;
    let kind = match error {
        E::Unreachable { .. } => Kind::Unreachable,
        E::Unauthorized { .. } | E::Forbidden { .. } => Kind::Auth,
        E::RateLimited { .. } => Kind::Later,
        _ => Kind::Failed,
    };
    Error::new(kind, format!("the base image `{name}`: {error}"))
}
