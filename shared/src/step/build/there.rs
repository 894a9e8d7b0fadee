//! Whether an image is where its card says.

use super::home::Home;
use super::plan::Gone;
use crate::config::Image;
use crate::reference::{Digest, Reference};
use crate::state::{Artifact, Build, Variant};
use crate::step::docker;
use crate::ui::event::Level;
use crate::ui::failure::Failure;

impl Home<'_> {
    /// Where the artifact is: in its own home, or in the registry that it was pushed to,
    /// from where a build that needs it fetches it.
    pub async fn there(
        &self,
        image: &Image,
        variant: &Variant,
        build: &Build,
    ) -> Result<Result<&'static str, Gone>, Failure> {
        const REGISTRY: &str = "in its registry";
        let note = |level, text: &str| {
            self.run.reporter.image_note(&image.name, level, text.to_owned());
        };
        if let Artifact::Registry { digest, name } = &build.artifact {
            return Ok(match self.in_registry(name, digest).await {
                Ok(true) => Ok(REGISTRY),
                Ok(false) => Err(Gone::FromRegistry(name.repository.registry().to_owned())),
                Err(failure) => {
                    let error = failure.error;
                    note(Level::Warning, &format!("taken as there, as the state says: {error}"));
                    Ok("in its registry, as the state says")
                }
            });
        }
        if let Artifact::Layout { .. } = &build.artifact
            && let Ok(place) = self.in_layout(build)?
        {
            return Ok(Ok(place));
        }
        let push = variant.push_current();
        let pushed = push.and_then(|push| Some((push.references.first()?, push.digest.as_ref()?)));
        let in_registry = async || match pushed {
            Some((reference, digest)) => self.in_registry(reference, digest).await.unwrap_or(false),
            None => false,
        };
        if let Artifact::Layout { .. } = &build.artifact {
            return Ok(if in_registry().await { Ok(REGISTRY) } else { Err(Gone::FromLayout) });
        }
        if let Err(failure) = self.answering().await {
            if in_registry().await {
                return Ok(Ok(REGISTRY));
            }
            if self.is_embedded(image).await {
                return Ok(Err(Gone::WithEngine));
            }
            if self.acts {
                return Err(failure);
            }
            // A look without an engine compares keys alone.
            note(Level::Warning, "no engine answers: keys alone are compared");
            return Ok(Ok("in the engine, as the state says"));
        }
        let id = build.artifact.digest();
        if let Some(names) = self.present.names(id).await? {
            let name = build.artifact.name();
            if self.acts && !names.contains(&name.to_string()) {
                self.engine.tag(id, name).await?;
            }
            return Ok(Ok("in the engine"));
        }
        if in_registry().await {
            note(Level::Verbose, "gone from the engine, but in its registry");
            return Ok(Ok(REGISTRY));
        }
        let here = self.present.engine_identity().await?;
        Ok(Err(match &build.artifact {
            Artifact::Engine { engine, .. } if *engine != here => Gone::OtherEngine,
            _ => Gone::FromEngine,
        }))
    }

    /// Whether the reference's repository has this digest, whatever its tags mean by now.
    async fn in_registry(&self, name: &Reference, digest: &Digest) -> Result<bool, Failure> {
        let credential = self.credentials.lookup(name.repository.registry())?;
        let exact = name.repository.at(digest);
        let found = docker::client().digest_of(&exact, credential.as_ref()).await?;
        Ok(found.as_ref() == Some(digest))
    }
}
