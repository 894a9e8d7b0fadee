//! An image that another machine built from the same inputs: found in the registry by
//! the name of its key, and fetched home where a build needs it there.
//!
//! Only what proves its key is taken (`step::proof`). A registry that cannot be asked
//! is no failure: the image is built.

use std::collections::BTreeMap;

use serde_json::Map;

use super::home::Home;
use super::image::key_name;
use super::keys::Keyed;
use super::plan::moved_base;
use super::prepare::Prepared;
use crate::config::Image;
use crate::reference::{Digest, Reference};
use crate::state::{Artifact, Build, Variant};
use crate::step::docker;
use crate::step::options::Reuse;
use crate::step::proof;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Where an image is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    Engine,
    /// Where the embedded builder finds it: the project's layout, or a registry.
    Layout,
}

/// Why a name was not taken from its registry.
enum Miss {
    /// There is nothing under it.
    Absent,
    /// There is something else.
    Refused(String),
    /// The registry gave no answer.
    Deaf(String),
}

impl Home<'_> {
    /// The card for an image that lies in its registry under the name of this key.
    /// `bases` are the base images as they are here.
    pub async fn find(
        &self,
        prepared: &Prepared,
        keyed: &Keyed,
        bases: &BTreeMap<String, Digest>,
    ) -> Option<Build> {
        let image = &prepared.image;
        let wanted = match self.request.reuse {
            Some(reuse) => reuse == Reuse::Registry,
            None => image.reuse,
        };
        if !wanted {
            return None;
        }
        let name = key_name(prepared, &keyed.inputs.key);
        let registry = name.repository.registry().to_owned();
        if self.deaf.lock().await.contains(&registry) {
            return None;
        }
        let (level, text) = match self.look(prepared, keyed, bases, &name).await {
            Ok(build) if image.skip_push && self.acts && !self.is_embedded(image).await => {
                // It is used from the engine.
                match self.fetched(image, build).await {
                    Ok(build) => return Some(build),
                    Err(failure) => (Level::Warning, format!("`{name}`: {}", failure.error)),
                }
            }
            Ok(build) => return Some(build),
            Err(Miss::Absent) => (Level::Verbose, format!("`{name}` is not in its registry")),
            Err(Miss::Refused(why)) => (Level::Info, format!("`{name}` is not taken: {why}")),
            Err(Miss::Deaf(why)) => {
                // Others may have asked at the same time: one tells it.
                let first = self.deaf.lock().await.insert(registry);
                let level = if first { Level::Warning } else { Level::Verbose };
                (level, format!("no image is looked for in the registry: {why}"))
            }
        };
        self.run.reporter.image_note(&image.name, level, text);
        None
    }

    async fn look(
        &self,
        prepared: &Prepared,
        keyed: &Keyed,
        bases: &BTreeMap<String, Digest>,
        name: &Reference,
    ) -> Result<Build, Miss> {
        let deaf = |why: &dyn std::fmt::Display| Miss::Deaf(why.to_string());
        let credential = self.credentials.lookup(name.repository.registry());
        let credential = credential.map_err(|error| deaf(&error))?;
        let (client, credential) = (docker::client().impatient(), credential.as_ref());
        let head = client.digest_of(name, credential).await.map_err(|error| deaf(&error))?;
        let digest = head.ok_or(Miss::Absent)?;
        let found = client.manifest(&name.repository.at(&digest), credential).await;
        let found = found.map_err(|error| deaf(&error))?.ok_or(Miss::Absent)?;
        let platform = self.platform(prepared).await.map_err(|failure| deaf(&failure.error))?;
        let proven = proof::read(&found, &keyed.inputs.key, &platform)
            .map_err(|refusal| Miss::Refused(refusal.to_string()))?;
        if let Some(base) = moved_base(&proven.bases, bases) {
            let text = format!("it was built on another `{}` than the one here", base.name);
            return Err(Miss::Refused(text));
        }
        let exact = name.repository.at(&proven.digest);
        let there = client.digest_of(&exact, credential).await.map_err(|error| deaf(&error))?;
        if there.is_none() {
            return Err(Miss::Refused("the image that it names is gone".to_owned()));
        }
        Ok(Build {
            key: keyed.inputs.key.clone(),
            recipe: Some(keyed.recipe.clone()),
            scope: Some(keyed.scope().to_owned()),
            artifact: Artifact::Registry { digest: proven.digest, name: name.clone() },
            image_id: proven.id,
            builder: proven.builder.unwrap_or_else(|| "registry".to_owned()),
            platform: Some(proven.platform),
            built_at: proven.built_at,
            bases: proven.bases,
            extra: Map::new(),
        })
    }

    /// Sees to it that a builder finds the image of a card.
    pub async fn bring(
        &self,
        image: &str,
        variant: &Variant,
        build: &Build,
        into: Into,
    ) -> Result<(), Failure> {
        match (into, &build.artifact) {
            (Into::Engine, Artifact::Layout { .. }) => {
                let text = format!("image `{image}` lies in the project's images");
                Err(Failure::new(Exit::Config, text)
                    .hint("an engine does not see it: build both by the same builder"))
            }
            (Into::Engine, _) => self.bring_to_engine(image, variant, build).await.map(drop),
            (Into::Layout, Artifact::Engine { .. }) => {
                let text = format!("image `{image}` lies in an engine");
                Err(Failure::new(Exit::Config, text)
                    .hint("the embedded builder does not see it: build both by the same builder"))
            }
            (Into::Layout, Artifact::Registry { .. }) => Ok(()),
            (Into::Layout, Artifact::Layout { .. }) => match self.in_layout(build)? {
                Ok(_) => Ok(()),
                Err(_) => {
                    let text = format!("image `{image}` is gone from the project's images");
                    Err(Failure::new(Exit::Failed, text))
                }
            },
        }
    }

    /// Sees to it that the engine has the image of a card under the artifact's name;
    /// returns its id there. Fetches it from its registry if it must.
    async fn bring_to_engine(
        &self,
        image: &str,
        variant: &Variant,
        build: &Build,
    ) -> Result<Digest, Failure> {
        let name = build.artifact.name();
        let source = match &build.artifact {
            Artifact::Registry { digest, .. } => Some(name.repository.at(digest)),
            artifact => {
                let id = artifact.digest();
                if self.engine.image(id.as_str()).await?.is_some() {
                    self.engine.tag(id, name).await?;
                    return Ok(id.clone());
                }
                let push = variant.push_current();
                push.and_then(|push| {
                    Some(push.references.first()?.repository.at(push.digest.as_ref()?))
                })
            }
        };
        let gone = || {
            let text = format!("image `{image}` is neither in the engine nor in a registry");
            Failure::new(Exit::Failed, text)
        };
        let source = source.ok_or_else(gone)?;
        let exact = source.to_string();
        if self.engine.image(&exact).await?.is_none() {
            let text = format!("fetching {exact}");
            self.run.reporter.image_note(image, Level::Info, text);
            self.pull(&source, None, image).await?;
        }
        let info = self.engine.image(&exact).await?.ok_or_else(gone)?;
        self.engine.tag(&info.id, name).await?;
        Ok(info.id)
    }

    /// A card of an image in the engine, in place of one in its registry.
    async fn fetched(&self, image: &Image, build: Build) -> Result<Build, Failure> {
        let id = self.bring_to_engine(&image.name, &Variant::default(), &build).await?;
        let (engine, name) = (self.engine.identity().await?, build.artifact.name().clone());
        let image_id = build.image_id.filter(|other| *other != id);
        Ok(Build { artifact: Artifact::Engine { engine, id, name }, image_id, ..build })
    }
}
