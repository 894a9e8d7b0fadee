//! The embedded builder as this project uses it: its store, the layout that its images
//! lie in, and what of both is asked before a build.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::home::Home;
use super::plan::Gone;
use crate::builder::embedded::{self, Bases, Compression, Embedded, Executor, Store, Style};
use crate::reference::{Digest, Reference};
use crate::registry::Manifest;
use crate::registry::blobs::Blobs;
use crate::registry::descriptor::ImageManifest;
use crate::registry::layout::{self, Layout};
use crate::registry::pull::{Wanted, pull, stored};
use crate::state::{Artifact, Build};
use crate::step::docker;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::env;

/// A base image as the store has it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Of its configuration: what engines call the image's id.
    pub id: Digest,
    pub onbuild: bool,
}

impl Home<'_> {
    /// The builder; opens the user's store.
    pub(super) async fn embedded(&self) -> Result<&Embedded, Failure> {
        self.embedded.get_or_try_init(async || self.open_embedded()).await
    }

    fn open_embedded(&self) -> Result<Embedded, Failure> {
        let folder = env::cache_folder().ok_or_else(|| {
            Failure::new(Exit::Failed, "there is no folder for the cache")
                .hint("set HOME, XDG_CACHE_HOME or DS_CACHE")
        })?;
        let store = Store::new(Blobs::open(&folder)?);
        let layout = self.layout_folder();
        let bases = Bases {
            store: store.clone(),
            layout: layout.clone(),
            client: docker::client(),
            credentials: Arc::clone(&self.credentials),
            runtime: Handle::current(),
            layouts: BTreeMap::new(),
        };
        let style = Style { compression: Compression::Gzip, threads: self.run.options.jobs };
        let reporter = Arc::clone(&self.run.reporter);
        let program = embedded::this_program().map_err(|error| {
            Failure::new(Exit::Failed, format!("this program's own path is not known: {error}"))
        })?;
        let executor = Arc::new(Executor::new(store.blobs.root(), &program));
        Ok(Embedded { store, bases, layout, time: time()?, style, executor, reporter })
    }

    fn layout_folder(&self) -> PathBuf {
        self.run.project.root.join(layout::FOLDER)
    }

    /// Where an image of the layout is, if all of it is there.
    pub(super) fn in_layout(&self, build: &Build) -> Result<Result<&'static str, Gone>, Failure> {
        let digest = build.artifact.digest();
        let Some(layout) = Layout::read(&self.layout_folder())? else {
            return Ok(Err(Gone::FromLayout));
        };
        let Some(manifest) = layout.manifest(digest)? else { return Ok(Err(Gone::FromLayout)) };
        let image: Option<ImageManifest> = serde_json::from_slice(&manifest.bytes).ok();
        let whole = image.is_some_and(|image| {
            let mut blobs = std::iter::once(&image.config).chain(&image.layers);
            blobs.all(|blob| {
                let there = layout.blob_path(&blob.digest).metadata();
                there.is_ok_and(|there| there.len() == blob.size)
            })
        });
        if !whole {
            return Ok(Err(Gone::FromLayout));
        }
        let name = build.artifact.name();
        if self.acts && layout.named(&name.to_string())?.as_ref() != Some(digest) {
            layout.name(digest, std::slice::from_ref(name))?;
        }
        Ok(Ok("in the project's images"))
    }

    /// What the store has of a base image, without asking anybody.
    pub(super) async fn known_base(&self, name: &str) -> Option<Known> {
        let reference = Reference::parse(name).ok()?;
        let embedded = self.embedded().await.ok()?;
        let platform = self.asked_platform_or_own();
        let wanted = Wanted { reference: &reference, platform: &platform, fresh: false };
        let pulled = stored(&embedded.store.blobs, wanted).ok()??;
        known(&pulled.manifest, &pulled.config)
    }

    /// Fetches base images into the store, so that what they are, and whether they have
    /// ONBUILD, is known before the build.
    pub(super) async fn fetch_into_store(
        &self,
        names: &BTreeSet<&str>,
        image: &str,
    ) -> Result<(), Failure> {
        let embedded = self.embedded().await?;
        let platform = self.asked_platform_or_own();
        for name in names {
            let Ok(reference) = Reference::parse(name) else { continue };
            let fresh = self.request.pull;
            let wanted = Wanted { reference: &reference, platform: &platform, fresh };
            let (blobs, reporter) = (&embedded.store.blobs, &*self.run.reporter);
            let credentials = &self.credentials;
            let client = &embedded.bases.client;
            let pulled = pull(client, blobs, credentials, wanted, image, reporter).await;
            pulled.map_err(|error| {
                let registry = reference.repository.registry();
                let had = credentials.lookup(registry).is_ok_and(|found| found.is_some());
                let failure = Failure::from(error);
                let error = format!("the base image `{name}`: {}", failure.error);
                self.explain(Failure { error, ..failure }, registry, had)
            })?;
        }
        Ok(())
    }

    fn asked_platform_or_own(&self) -> String {
        let asked = self.request.platform.as_deref();
        let asked = asked.and_then(crate::dockerfile::Platform::parse);
        asked.unwrap_or_else(embedded::own_platform).to_string()
    }

    /// An image of the config as the embedded builder finds it.
    pub(super) fn name_for_embedded(artifact: &Artifact) -> String {
        match artifact {
            Artifact::Registry { digest, name } => name.repository.at(digest).to_string(),
            artifact => artifact.name().to_string(),
        }
    }
}

fn known(manifest: &Manifest, config: &[u8]) -> Option<Known> {
    let image: ImageManifest = serde_json::from_slice(&manifest.bytes).ok()?;
    let config: embedded::image::ImageConfig = serde_json::from_slice(config).ok()?;
    Some(Known { id: image.config.digest, onbuild: !config.config.on_build.is_empty() })
}

/// `SOURCE_DATE_EPOCH`, else the time that every build has.
fn time() -> Result<i64, Failure> {
    let Some(text) = env::text(env::SOURCE_DATE_EPOCH) else { return Ok(embedded::TIME) };
    text.parse().map_err(|_| {
        let text = format!("SOURCE_DATE_EPOCH is `{text}`, not a number of seconds");
        Failure::new(Exit::Usage, text)
    })
}
