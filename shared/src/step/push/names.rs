//! Names that an image gets in its registry, where it lies already: no layer is sent.

use serde_json::Value;

use super::Pushing;
use crate::config::Image;
use crate::reference::{Digest, Reference};
use crate::registry::manifest::{Content, platform_of};
use crate::registry::{Client, Credential, Error, Manifest};
use crate::state::Build;
use crate::step::{docker, proof};
use crate::ui::event::{Event, Level, Work};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Largest image configuration that is read, in bytes.
const CONFIG_MAX: usize = 4 << 20;

impl Pushing<'_> {
    /// Gives an image that lies in a registry these names there.
    pub(super) async fn name(
        &self,
        image: &Image,
        digest: &Digest,
        home: &Reference,
        references: &[Reference],
    ) -> Result<Digest, Failure> {
        let mut manifest = None;
        for reference in references {
            if reference.repository != home.repository {
                let (here, there) = (&home.repository, &reference.repository);
                let text =
                    format!("the image lies in `{here}`, and `{there}` is another repository");
                return Err(Failure::new(Exit::Config, text)
                    .hint("`ds-build --force` builds it for this repository"));
            }
            let credential = self.credential(reference)?;
            let explain = |error| self.explain_registry(error, reference, credential.is_some());
            let found = self.client.digest_of(reference, credential.as_ref()).await;
            if found.map_err(explain)?.as_ref() == Some(digest) {
                continue;
            }
            if manifest.is_none() {
                let exact = home.repository.at(digest);
                let found = self.client.manifest(&exact, credential.as_ref()).await;
                manifest = found.map_err(explain)?;
            }
            let Some(manifest) = &manifest else {
                let text =
                    format!("the image `{}` is gone from its registry", home.repository.at(digest));
                return Err(Failure::new(Exit::Failed, text).hint("`ds-build` builds it again"));
            };
            let text = format!("naming {reference}");
            let name = image.name.clone();
            self.run.reporter.event(Event::Started { image: name, work: Work::Push, text });
            let put = self.client.put_manifest(reference, manifest, credential.as_ref()).await;
            put.map_err(explain)?;
        }
        Ok(digest.clone())
    }

    /// Puts the proof of the image's key under the artifact's own name, so that others
    /// find it; returns the proof's digest. A registry that does not take it is told of.
    pub(super) async fn prove(
        &self,
        image: &Image,
        build: &Build,
        digest: &Digest,
    ) -> Option<Digest> {
        let name = build.artifact.name();
        match self.try_prove(name, build, digest).await {
            Ok(digest) => Some(digest),
            Err(why) => {
                let text = format!("others will not find the image as `{name}`: {why}");
                self.run.reporter.image_note(&image.name, Level::Warning, text);
                None
            }
        }
    }

    async fn try_prove(
        &self,
        name: &Reference,
        build: &Build,
        digest: &Digest,
    ) -> Result<Digest, String> {
        let credential = self.credential(name).map_err(|failure| failure.error)?;
        let credential = credential.as_ref();
        let there = self.client.manifest(name, credential).await.map_err(|e| e.to_string())?;
        let platform = build.platform.as_deref();
        if let Some(there) = there
            && let Some(platform) = platform
            && let Ok(proven) = proof::read(&there, &build.key, platform)
            && proven.digest == *digest
        {
            return Ok(there.digest);
        }
        let exact = name.repository.at(digest);
        let manifest = self.client.manifest(&exact, credential).await;
        let manifest = manifest.map_err(|error| error.to_string())?;
        let manifest = manifest.ok_or_else(|| format!("`{exact}` is not in the registry"))?;
        let platform = match platform {
            Some(platform) => Some(platform.to_owned()),
            None => platform_of_image(&self.client, &exact, &manifest, credential)
                .await
                .map_err(|error| error.to_string())?,
        };
        let platform = platform.ok_or("the image does not say for which platform it is")?;
        let proof = proof::write(build, manifest.entry(Some(platform)));
        let put = self.client.put_manifest(name, &proof, credential).await;
        put.map_err(|error| error.to_string())?;
        Ok(proof.digest)
    }

    /// A registry's refusal, with where its credentials were looked for.
    pub(super) fn explain_registry(
        &self,
        error: Error,
        reference: &Reference,
        had: bool,
    ) -> Failure {
        docker::explain(&self.credentials, error, reference.repository.registry(), had)
    }
}

/// The platform that an image's configuration names.
async fn platform_of_image(
    client: &Client,
    exact: &Reference,
    manifest: &Manifest,
    credential: Option<&Credential>,
) -> Result<Option<String>, Error> {
    let Content::Image { config } = manifest.content() else { return Ok(None) };
    let blob = client.blob(exact, &config, CONFIG_MAX, credential).await?;
    let config: Value = serde_json::from_slice(&blob.unwrap_or_default()).unwrap_or_default();
    Ok(platform_of(&config))
}
