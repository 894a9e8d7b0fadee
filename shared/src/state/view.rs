//! Reading and writing cards by the rules of the state: what no longer fits is
//! absent, and a result is put only onto what it was made of.

use std::collections::BTreeSet;

use serde_json::Map;

use super::card::{Build, Card, Push, Secrets, State, Tags, Variant, VariantName};
use super::deployed::Deployed;
use super::error::{Change, Overtaken};
use super::text::SCHEMA;
use crate::reference::{Digest, Repository};

impl State {
    /// A state that knows of nothing.
    pub fn new() -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            images: std::collections::BTreeMap::new(),
            secrets: Vec::new(),
            deployed: Vec::new(),
            extra: Map::new(),
        }
    }

    /// The named variant of an image, if anything is known of it.
    pub fn variant(&self, image: &str, variant: VariantName) -> Option<&Variant> {
        self.images.get(image)?.variants.get(&variant)
    }

    /// Puts down a build. Tags and push of another artifact go; so do those of
    /// every variant when the repository changed, since they name the old one.
    pub fn set_build(
        &mut self,
        image: &str,
        repository: &Repository,
        variant: VariantName,
        build: Build,
    ) {
        let card = self.images.entry(image.to_owned()).or_insert_with(|| Card {
            repository: repository.clone(),
            variants: std::collections::BTreeMap::new(),
            extra: Map::new(),
        });
        if card.repository != *repository {
            card.repository = repository.clone();
            for variant in card.variants.values_mut() {
                (variant.tags, variant.push) = (None, None);
            }
        }
        let variant = card.variants.entry(variant).or_default();
        variant.build = Some(build);
        variant.drop_misfits();
    }

    /// Puts down the tags of the artifact they were computed for.
    pub fn set_tags(
        &mut self,
        image: &str,
        variant: VariantName,
        tags: Tags,
    ) -> Result<(), Overtaken> {
        self.expect_artifact(image, variant, &tags.of)?;
        let part = self.variant_mut(image, variant)?;
        part.tags = Some(tags);
        part.drop_misfits();
        Ok(())
    }

    /// Puts down the push of the artifact and the tags that were pushed.
    pub fn set_push(
        &mut self,
        image: &str,
        variant: VariantName,
        push: Push,
    ) -> Result<(), Overtaken> {
        self.expect_artifact(image, variant, &push.of)?;
        let part = self.variant_mut(image, variant)?;
        if part.tags_current().is_none_or(|tags| tags.tags != push.tags) {
            return Err(Overtaken { image: image.to_owned(), variant, change: Change::Retagged });
        }
        part.push = Some(push);
        Ok(())
    }

    /// Remembers a pull secret by its name, and the service accounts that name it.
    pub fn add_secret(
        &mut self,
        cluster: &str,
        namespace: &str,
        name: &str,
        accounts: BTreeSet<String>,
    ) {
        let place = (cluster, namespace, name);
        match self.secrets.iter_mut().find(|known| known.place() == place) {
            Some(known) => known.accounts.extend(accounts),
            None => {
                let index = self.secrets.partition_point(|known| known.place() < place);
                let [cluster, namespace, name] = [cluster, namespace, name].map(str::to_owned);
                let extra = Map::new();
                let secret = Secrets { cluster, namespace, name, accounts, extra };
                self.secrets.insert(index, secret);
            }
        }
    }

    /// Forgets a pull secret.
    pub fn remove_secret(&mut self, cluster: &str, namespace: &str, name: &str) {
        self.secrets.retain(|known| known.place() != (cluster, namespace, name));
    }

    /// Puts down a deploy, in place of the last one to the same place.
    pub fn set_deployed(&mut self, deployed: Deployed) {
        self.deployed.retain(|old| old.place() != deployed.place());
        let index = self.deployed.partition_point(|old| old.place() < deployed.place());
        self.deployed.insert(index, deployed);
    }

    /// Fails unless the card still holds the artifact that a step worked on.
    pub fn expect_artifact(
        &self,
        image: &str,
        variant: VariantName,
        artifact: &Digest,
    ) -> Result<(), Overtaken> {
        self.expect_build(image, variant, Some(artifact))
    }

    /// Fails unless the card holds the same artifact as when a build was planned
    /// (`None`: none then, none now).
    pub fn expect_build(
        &self,
        image: &str,
        variant: VariantName,
        seen: Option<&Digest>,
    ) -> Result<(), Overtaken> {
        let build = self.variant(image, variant).and_then(|variant| variant.build.as_ref());
        let now = build.map(|build| build.artifact.digest());
        if now == seen {
            return Ok(());
        }
        let change = now.map_or(Change::Gone, |now| Change::Rebuilt { now: now.clone() });
        Err(Overtaken { image: image.to_owned(), variant, change })
    }

    fn variant_mut(&mut self, image: &str, name: VariantName) -> Result<&mut Variant, Overtaken> {
        self.images.get_mut(image).and_then(|card| card.variants.get_mut(&name)).ok_or_else(|| {
            Overtaken { image: image.to_owned(), variant: name, change: Change::Gone }
        })
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl Card {
    /// The variant's build.
    pub fn build(&self, variant: VariantName) -> Option<&Build> {
        self.variants.get(&variant)?.build.as_ref()
    }

    /// The variant's tags, if they are those of its artifact.
    pub fn tags_current(&self, variant: VariantName) -> Option<&Tags> {
        self.variants.get(&variant)?.tags_current()
    }

    /// The variant's push, if it is that of its artifact under its tags.
    pub fn push_current(&self, variant: VariantName) -> Option<&Push> {
        self.variants.get(&variant)?.push_current()
    }
}

impl Variant {
    /// The tags, if they were computed for the artifact that is there.
    pub fn tags_current(&self) -> Option<&Tags> {
        let artifact = self.build.as_ref()?.artifact.digest();
        self.tags.as_ref().filter(|tags| tags.of == *artifact)
    }

    /// The push, if it was of the artifact that is there, under the tags that are there.
    pub fn push_current(&self) -> Option<&Push> {
        let tags = self.tags_current()?;
        self.push.as_ref().filter(|push| push.of == tags.of && push.tags == tags.tags)
    }

    fn drop_misfits(&mut self) {
        if self.tags_current().is_none() {
            self.tags = None;
        }
        if self.push_current().is_none() {
            self.push = None;
        }
    }
}

#[cfg(test)]
mod tests;
