//! Images out of registries into the user's store: the manifest of one platform, its
//! configuration and its layers, each checked by digest and size.
//!
//! What is in the store already is not asked for. A tag is looked up in what the store
//! remembers of it, so that a base image that was pulled once needs no registry; `fresh`
//! asks. Everything that a registry says is hostile until it is checked.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};

use super::blobs::{self, Blobs};
use super::credentials::{Credential, Store};
use super::descriptor::{Descriptor, ImageManifest};
use super::layout::{MANIFEST_MAX, is_foreign};
use super::manifest::{Content, Manifest, platform_of};
use super::{Client, Error, platform};
use crate::reference::{Digest, Reference, Repository};
use crate::ui::event::{Level, Reporter};

mod download;
mod known;

/// Largest image configuration, in bytes.
const CONFIG_MAX: u64 = 8 << 20;
/// More layers than any engine mounts (Docker's limit is 127).
const LAYERS_MAX: usize = 500;
/// As docker's `max-concurrent-downloads`.
const AT_ONCE: usize = 3;
/// Indexes in indexes are followed this deep.
const DEPTH_MAX: u8 = 3;

/// The image that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub reference: &'a Reference,
    /// `os/arch[/variant]`
    pub platform: &'a str,
    /// Ask the registry, although the store remembers what the tag stood for.
    pub fresh: bool,
}

/// An image whose blobs are all in the store.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// Of the image alone, not of an index that it was found in.
    pub manifest: Manifest,
    pub config: Vec<u8>,
    /// The lowest first, compressed as the registry has them.
    pub layers: Vec<Descriptor>,
    /// What the configuration says: `os/arch[/variant]`.
    pub platform: Option<String>,
}

impl Pulled {
    /// What identifies the image.
    pub fn digest(&self) -> &Digest {
        &self.manifest.digest
    }
}

/// Where an image may be fetched, and as whom.
#[derive(Debug, Clone)]
struct Place {
    repository: Repository,
    credential: Option<Credential>,
}

/// Fetches an image, as far as the store does not have it. `image` is named in events.
pub async fn pull(
    client: &Client,
    blobs: &Blobs,
    credentials: &Arc<Store>,
    wanted: Wanted<'_>,
    image: &str,
    reporter: &dyn Reporter,
) -> Result<Pulled, Error> {
    let pull = Pull { client, blobs, credentials, wanted, image, reporter };
    if !wanted.fresh
        && let Some(pulled) = stored(blobs, wanted)?
    {
        return Ok(pulled);
    }
    let pulled = pull.fetch().await?;
    known::remember(blobs, wanted.reference, wanted.platform, pulled.digest());
    Ok(pulled)
}

/// The image as the store alone knows it: what the name stood for when it was pulled
/// last. `None` where it was not, or where not all of it is there any more.
pub fn stored(blobs: &Blobs, wanted: Wanted<'_>) -> Result<Option<Pulled>, Error> {
    let Some(digest) = known::digest(blobs, wanted.reference, wanted.platform) else {
        return Ok(None);
    };
    let Some(bytes) = blobs.read(&digest, MANIFEST_MAX)? else { return Ok(None) };
    let manifest = Manifest::of(bytes);
    let image = read(&manifest, wanted.reference)?;
    let Some(config) = blobs.read(&image.config.digest, CONFIG_MAX)? else { return Ok(None) };
    for layer in &image.layers {
        if !blobs.has_whole(&layer.digest, layer.size) {
            return Ok(None);
        }
        blobs.touch(&layer.digest);
    }
    Ok(Some(pulled(manifest, config, image.layers)))
}

/// Fetches everything that a reference stands for: an image, or an index with the images
/// of all its platforms. Returns the manifest of the whole.
pub async fn whole(
    client: &Client,
    blobs: &Blobs,
    credentials: &Arc<Store>,
    reference: &Reference,
    image: &str,
    reporter: &dyn Reporter,
) -> Result<Manifest, Error> {
    let wanted = Wanted { reference, platform: "", fresh: true };
    let pull = Pull { client, blobs, credentials, wanted, image, reporter };
    let repository = reference.repository.clone();
    let credential = pull.credential(repository.registry()).await?;
    let place = Place { repository, credential };
    let manifest = pull.manifest(&place, reference, None).await?;
    pull.all(&place, &manifest, DEPTH_MAX).await?;
    Ok(manifest)
}

struct Pull<'a> {
    client: &'a Client,
    blobs: &'a Blobs,
    credentials: &'a Arc<Store>,
    wanted: Wanted<'a>,
    image: &'a str,
    reporter: &'a dyn Reporter,
}

impl Pull<'_> {
    async fn fetch(&self) -> Result<Pulled, Error> {
        let mut last = None;
        for repository in self.client.places(&self.wanted.reference.repository) {
            let credential = self.credential(repository.registry()).await?;
            let mirror = repository != self.wanted.reference.repository;
            let place = Place { repository, credential };
            match self.fetch_at(&place).await {
                Err(error) if mirror && !matches!(error, Error::Store(_)) => {
                    let text = format!("goes on to the next registry: {error}");
                    self.reporter.image_note(self.image, Level::Verbose, text);
                    last = Some(error);
                }
                result => return result,
            }
        }
        Err(last.unwrap_or_else(|| self.missing()))
    }

    async fn credential(&self, registry: &str) -> Result<Option<Credential>, Error> {
        let (store, registry) = (Arc::clone(self.credentials), registry.to_owned());
        // A helper is a program that may take its time.
        let found = tokio::task::spawn_blocking(move || store.lookup(&registry)).await;
        Ok(found.map_err(|_| Error::other("", "the search for credentials ended early"))??)
    }

    fn missing(&self) -> Error {
        Error::Missing { image: self.wanted.reference.to_string() }
    }

    async fn fetch_at(&self, place: &Place) -> Result<Pulled, Error> {
        let wanted = self.wanted.reference;
        let top = Reference {
            repository: place.repository.clone(),
            tag: wanted.tag.clone(),
            digest: wanted.digest.clone(),
        };
        let mut manifest = self.manifest(place, &top, None).await?;
        for _ in 0..DEPTH_MAX {
            let Content::Index { entries, .. } = manifest.content() else { break };
            let platforms = entries.iter().map(|entry| entry.platform.as_deref());
            let chosen = platform::best(self.wanted.platform, platforms).or_else(|| {
                // One image that does not say for what it is must be the one.
                (entries.len() == 1 && entries[0].platform.is_none()).then_some(0)
            });
            let Some(entry) = chosen.map(|i| &entries[i]) else {
                let found = entries.iter().filter_map(|entry| entry.platform.clone());
                let found = found.filter(|platform| platform != "unknown/unknown").collect();
                let (image, wanted) = (wanted.to_string(), self.wanted.platform.to_owned());
                return Err(Error::Platform { image, wanted, found });
            };
            let exact = place.repository.at(&entry.digest);
            manifest = self.manifest(place, &exact, Some(entry.size)).await?;
        }
        let image = read(&manifest, self.wanted.reference)?;
        let config = self.image(place, &manifest, &image, image.layers.iter().collect()).await?;
        let pulled = pulled(manifest, config, image.layers);
        if let Some(found) = &pulled.platform
            && platform::best(self.wanted.platform, [Some(found.as_str())].into_iter()).is_none()
        {
            let text = format!("`{wanted}` is for {found}, not for {}", self.wanted.platform);
            self.reporter.image_note(self.image, Level::Warning, text);
        }
        Ok(pulled)
    }

    /// An image's blobs; returns the configuration.
    async fn image(
        &self,
        place: &Place,
        manifest: &Manifest,
        image: &ImageManifest,
        layers: Vec<&Descriptor>,
    ) -> Result<Vec<u8>, Error> {
        self.blobs.put(&manifest.bytes)?;
        let config = self.config(place, &image.config).await?;
        let fetched = futures_util::stream::iter(layers)
            .map(|layer| self.layer(place, layer))
            .buffer_unordered(AT_ONCE);
        fetched.try_collect::<Vec<()>>().await?;
        Ok(config)
    }

    /// Everything below a manifest, but for layers that lie elsewhere.
    async fn all(&self, place: &Place, manifest: &Manifest, depth: u8) -> Result<(), Error> {
        let Content::Index { entries, .. } = manifest.content() else {
            let image = read(manifest, self.wanted.reference)?;
            let layers = image.layers.iter().filter(|layer| !is_foreign(layer)).collect();
            self.image(place, manifest, &image, layers).await?;
            return Ok(());
        };
        if depth == 0 {
            return Err(self.wrong(place, "an index in an index in an index"));
        }
        self.blobs.put(&manifest.bytes)?;
        for entry in entries {
            let exact = place.repository.at(&entry.digest);
            let child = self.manifest(place, &exact, Some(entry.size)).await?;
            Box::pin(self.all(place, &child, depth - 1)).await?;
        }
        Ok(())
    }

    /// A manifest from the store, if its digest is known, else from the place.
    async fn manifest(
        &self,
        place: &Place,
        reference: &Reference,
        size: Option<u64>,
    ) -> Result<Manifest, Error> {
        if let Some(digest) = &reference.digest
            && let Some(bytes) = self.blobs.read(digest, MANIFEST_MAX)?
        {
            return Ok(Manifest::of(bytes));
        }
        let found = self.client.manifest(reference, place.credential.as_ref()).await?;
        let found = found.ok_or_else(|| self.missing())?;
        if size.is_some_and(|size| size != found.bytes.len() as u64) {
            return Err(self.wrong(place, "a manifest of another size than its index says"));
        }
        Ok(found)
    }

    fn wrong(&self, place: &Place, why: &str) -> Error {
        Error::wrong(place.repository.registry(), why)
    }

    async fn config(&self, place: &Place, config: &Descriptor) -> Result<Vec<u8>, Error> {
        if let Some(bytes) = self.blobs.read(&config.digest, CONFIG_MAX)? {
            return Ok(bytes);
        }
        let exact = place.repository.at(&config.digest);
        let limit = usize::try_from(CONFIG_MAX).unwrap_or(usize::MAX);
        let credential = place.credential.as_ref();
        let found = self.client.blob(&exact, &config.digest, limit, credential).await?;
        let bytes = found.ok_or_else(|| self.wrong(place, "an image without its configuration"))?;
        if bytes.len() as u64 != config.size {
            return Err(self.wrong(place, "a configuration of another size than its manifest says"));
        }
        self.blobs.put(&bytes)?;
        Ok(bytes)
    }
}

/// What a manifest says, as far as it is an image's.
fn read(manifest: &Manifest, name: &Reference) -> Result<ImageManifest, Error> {
    let registry = name.repository.registry();
    let image: ImageManifest = serde_json::from_slice(&manifest.bytes)
        .map_err(|_| Error::other(registry, format!("what `{name}` stands for is no image")))?;
    if image.layers.len() > LAYERS_MAX {
        return Err(Error::other(registry, format!("an image of more than {LAYERS_MAX} layers")));
    }
    for blob in image.layers.iter().chain([&image.config]) {
        if !blobs::is_sha256(&blob.digest) {
            return Err(blobs::Error::Algorithm(blob.digest.clone()).into());
        }
    }
    if image.config.size > CONFIG_MAX {
        let (digest, limit) = (image.config.digest, CONFIG_MAX);
        return Err(blobs::Error::TooLarge { digest, limit }.into());
    }
    Ok(image)
}

fn pulled(manifest: Manifest, config: Vec<u8>, layers: Vec<Descriptor>) -> Pulled {
    let value: serde_json::Value = serde_json::from_slice(&config).unwrap_or_default();
    Pulled { manifest, platform: platform_of(&value), config, layers }
}
