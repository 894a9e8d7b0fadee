//! The finished image: configuration and manifest, put into the project's layout.

use serde_json::to_vec;

use super::build::Build;
use super::error::{Error, Kind};
use super::stage::Stage;
use crate::builder::Built;
use crate::reference::Reference;
use crate::registry::Manifest;
use crate::registry::descriptor::{CONFIG, Descriptor, ImageManifest};
use crate::registry::layout::Layout;
use crate::state::Artifact;

/// Puts the image that a stage came to into the layout, under the job's name.
pub(super) fn put(build: &Build<'_>, stage: &Stage) -> Result<Built, Error> {
    let (job, tools) = (build.job, build.tools);
    let mut image = stage.finished();
    image.config.labels.extend(job.options.labels.clone());
    if job.platform.is_some() {
        let part = |name| build.platform.part(name);
        (image.os, image.architecture) = (part("OS"), part("ARCH"));
        image.variant = Some(part("VARIANT")).filter(|variant| !variant.is_empty());
    }
    let platform = match &image.variant {
        Some(variant) => format!("{}/{}/{variant}", image.os, image.architecture),
        None => format!("{}/{}", image.os, image.architecture),
    };
    let wrong = |error: serde_json::Error| Error::new(Kind::Failed, error.to_string());
    let config = to_vec(&image).map_err(wrong)?;
    let stored = |error| Error::from(super::store::Error::from(error));
    let digest = tools.store.blobs.put(&config).map_err(stored)?;
    let config = Descriptor::new(CONFIG, digest, config.len() as u64);
    let layers = stage.layers.iter().map(|layer| layer.descriptor.clone()).collect();
    let manifest = to_vec(&ImageManifest::new(config, layers)).map_err(wrong)?;
    let manifest = Manifest::of(manifest);
    let layout = Layout::open(&tools.layout)?;
    let name: Reference = job.name.clone();
    layout.add(&tools.store.blobs, &manifest, Some(&platform), std::slice::from_ref(&name))?;
    let artifact = Artifact::Layout { digest: manifest.digest, name };
    Ok(Built { artifact, platform: Some(platform) })
}
