//! Build or skip, and why: decided from values alone.

use std::collections::BTreeMap;

use super::told::{self, Told};
use crate::config::RebuildStrategy;
use crate::reference::{Digest, Repository};
use crate::state::Build;

/// What is to be done with an image.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    Build(Reason),
    /// Another machine built it: this card is taken, and nothing is built.
    Reuse(Reason, Box<Build>),
    /// Up to date; the image is at this place: `in the engine`.
    Skip(&'static str),
}

/// Why an image is not up to date.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// By this flag.
    Forced(&'static str),
    /// `rebuildStrategy: always`, or a custom builder without `onChange`.
    Always(&'static str),
    /// The card has no build of this variant.
    NeverBuilt,
    /// The key differs: what changed, as far as it is known.
    Changed(Vec<Told>),
    Gone(Gone),
    /// The image lies under the name of another repository.
    Renamed {
        old: Repository,
        new: Repository,
    },
    Base(MovedBase),
}

/// The image is not where the card says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    FromEngine,
    /// This is another engine, and the image is not in it.
    OtherEngine,
    /// The engine that has it does not answer, and is not needed to build it.
    WithEngine,
    /// From the project's own images.
    FromLayout,
    /// From the registry of this name.
    FromRegistry(String),
}

/// A base image that is not the one that was built on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedBase {
    /// As the Dockerfile names it.
    pub name: String,
    /// The image of the config that it is, if it is one.
    pub image: Option<String>,
    /// `Dockerfile:1`, where that is known.
    pub place: Option<String>,
    pub old: Digest,
    pub new: Digest,
}

impl Reason {
    /// Whether an image that another machine built from the same inputs does as well.
    pub fn allows_reuse(&self) -> bool {
        !matches!(self, Self::Forced(_) | Self::Always(_) | Self::Base(_))
    }

    /// In words and facts; never empty.
    pub fn told(&self) -> Vec<Told> {
        vec![match self {
            Self::Forced(flag) => {
                Told::new("forced", format!("forced (`{flag}`)")).with("by", *flag)
            }
            Self::Always(why) => {
                Told::new("always", format!("always built: {why}")).with("by", *why)
            }
            Self::NeverBuilt => Told::new("first", "not built before"),
            Self::Changed(changes) if !changes.is_empty() => return changes.clone(),
            Self::Changed(_) => Told::new("unknown", "its inputs changed"),
            Self::Gone(gone) => gone.told(),
            Self::Renamed { old, new } => {
                let text = format!("its repository is `{new}` now; it was `{old}`");
                Told::new("repository", text).between(old.to_string(), new.to_string())
            }
            Self::Base(base) => base.told(),
        }]
    }

    /// On one line.
    pub fn line(&self) -> String {
        told::line(&self.told())
    }
}

impl MovedBase {
    fn told(&self) -> Told {
        let Self { name, image, place, old, new } = self;
        let (short_old, short_new) = (&old.hex()[..12], &new.hex()[..12]);
        let at = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let text = match image {
            Some(image) => format!("{at}image `{image}`, which it is built from, was built anew"),
            None => format!("{at}the base image `{name}` is another one now"),
        };
        let told = Told::new("base", format!("{text}: {short_new}, it was {short_old}"));
        let told = told.with("name", name.as_str()).between(old.to_string(), new.to_string());
        let told = match image {
            Some(image) => told.with("image", image.as_str()),
            None => told,
        };
        match place {
            Some(place) => told.with("place", place.as_str()),
            None => told,
        }
    }
}

impl Gone {
    fn told(&self) -> Told {
        let place = match self {
            Self::FromEngine => "the engine".to_owned(),
            Self::FromRegistry(registry) => format!("the registry `{registry}`"),
            Self::FromLayout => format!("`{}`", crate::registry::layout::FOLDER),
            Self::WithEngine => {
                let text = "it was built on an engine that does not answer now";
                return Told::new("engine", text);
            }
            Self::OtherEngine => {
                let text = "it was built on another engine, and this one does not have the image";
                return Told::new("engine", text);
            }
        };
        Told::new("gone", format!("the image is gone from {place}")).with("place", place)
    }
}

/// What is known of an image when its plan is made.
pub struct Known<'a> {
    /// The card's build, if it has one.
    pub build: Option<&'a Build>,
    /// The config's repository.
    pub repository: &'a Repository,
    pub key: &'a Digest,
    /// Digest of everything in the key but the context's entries.
    pub recipe: &'a Digest,
    /// Differences to the last build's inputs; asked only where the key differs.
    pub changes: &'a dyn Fn(&Build) -> Vec<Told>,
    /// The flag that asks for a build whatever is known.
    pub forced: Option<&'static str>,
    pub strategy: RebuildStrategy,
    /// Built by a command, and whether the config tells which files it reads.
    pub custom: Option<OnChange>,
    /// Where the artifact is; asked only where it matters.
    pub there: Result<&'static str, Gone>,
    /// Base images as they are now, by their name in the Dockerfile.
    pub bases: &'a BTreeMap<String, Digest>,
}

/// Whether a custom builder has an `onChange`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnChange {
    Given,
    Missing,
}

/// Decides. The first reason that holds is told.
pub fn plan(known: Known<'_>) -> Plan {
    let reason = if let Some(flag) = known.forced {
        Reason::Forced(flag)
    } else if known.strategy == RebuildStrategy::Always {
        Reason::Always("`rebuildStrategy: always`")
    } else if known.custom == Some(OnChange::Missing) {
        Reason::Always("a custom builder without `onChange`")
    } else if let Some(build) = known.build {
        if !is_same(build, &known) {
            Reason::Changed((known.changes)(build))
        } else if build.artifact.name().repository != *known.repository {
            let old = build.artifact.name().repository.clone();
            Reason::Renamed { old, new: known.repository.clone() }
        } else if let Some(base) = moved_base(&build.bases, known.bases) {
            Reason::Base(base)
        } else {
            match known.there {
                Ok(place) => return Plan::Skip(place),
                Err(gone) => Reason::Gone(gone),
            }
        }
    } else {
        Reason::NeverBuilt
    };
    Plan::Build(reason)
}

/// Whether the build was of these inputs. `onChange` decides for a custom builder
/// whatever the strategy, as upstream has it.
fn is_same(build: &Build, known: &Known<'_>) -> bool {
    match known.strategy {
        RebuildStrategy::IgnoreContextChanges if known.custom.is_none() => {
            build.recipe.as_ref() == Some(known.recipe)
        }
        _ => build.key == *known.key,
    }
}

/// A base that is there, but not as the one that was built on.
pub fn moved_base(
    built_on: &BTreeMap<String, Digest>,
    now: &BTreeMap<String, Digest>,
) -> Option<MovedBase> {
    built_on.iter().find_map(|(name, old)| {
        let new = now.get(name).filter(|new| *new != old)?.clone();
        Some(MovedBase { name: name.clone(), image: None, place: None, old: old.clone(), new })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
