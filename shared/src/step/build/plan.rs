//! Build or skip, and why: decided from values alone.

use std::collections::BTreeMap;
use std::fmt;

use crate::config::RebuildStrategy;
use crate::reference::{Digest, Repository};
use crate::state::Build;

/// How many changes an explanation names before it only counts.
pub const NAMED_CHANGES: usize = 10;

/// What is to be done with an image.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    Build(Reason),
    Skip,
}

/// Why an image is built.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    Forced,
    /// `rebuildStrategy: always`, or a custom builder without `onChange`.
    Always(&'static str),
    /// The card has no build of this variant.
    NeverBuilt,
    /// The key differs: what changed, as far as it is known.
    Changed(Vec<String>),
    /// The image is not where the card says; the text says where.
    Gone(String),
    /// The image lies under the name of another repository.
    Renamed(String),
    /// A local base image is not the one that was built on.
    Base(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forced => f.write_str("forced"),
            Self::Always(why) => write!(f, "always built: {why}"),
            Self::NeverBuilt => f.write_str("not built before"),
            Self::Changed(changes) if changes.is_empty() => f.write_str("its inputs changed"),
            Self::Changed(changes) => {
                f.write_str(&changes[..changes.len().min(NAMED_CHANGES)].join("; "))?;
                match changes.len().saturating_sub(NAMED_CHANGES) {
                    0 => Ok(()),
                    more => write!(f, "; and {more} more"),
                }
            }
            Self::Gone(place) => write!(f, "the image is gone from {place}"),
            Self::Renamed(old) => write!(f, "its repository was `{old}`"),
            Self::Base(base) => write!(f, "the base image `{base}` is another one now"),
        }
    }
}

/// What is known of an image when its plan is made.
#[derive(Debug)]
pub struct Known<'a> {
    /// The card's build, if it has one.
    pub build: Option<&'a Build>,
    /// The config's repository.
    pub repository: &'a Repository,
    pub key: &'a Digest,
    /// Digest of everything in the key but the context's entries.
    pub recipe: &'a Digest,
    /// Differences to the last build's inputs, where these were kept.
    pub changes: Vec<String>,
    pub forced: bool,
    pub strategy: RebuildStrategy,
    /// A custom builder without `onChange`.
    pub unknowable: bool,
    /// Where the artifact is missing from; `None` while it is there.
    pub gone: Option<String>,
    /// Base images in the engine by their name in the Dockerfile.
    pub bases: &'a BTreeMap<String, Digest>,
}

/// Decides. The first reason that holds is told.
pub fn plan(known: Known<'_>) -> Plan {
    let reason = if known.forced {
        Reason::Forced
    } else if known.strategy == RebuildStrategy::Always {
        Reason::Always("`rebuildStrategy: always`")
    } else if known.unknowable {
        Reason::Always("a custom builder without `onChange`")
    } else if let Some(build) = known.build {
        let same = match known.strategy {
            RebuildStrategy::IgnoreContextChanges => build.recipe.as_ref() == Some(known.recipe),
            _ => build.key == *known.key,
        };
        if !same {
            Reason::Changed(known.changes)
        } else if build.artifact.name().repository != *known.repository {
            Reason::Renamed(build.artifact.name().repository.to_string())
        } else if let Some(place) = known.gone {
            Reason::Gone(place)
        } else if let Some(base) = moved_base(build, known.bases) {
            Reason::Base(base)
        } else {
            return Plan::Skip;
        }
    } else {
        Reason::NeverBuilt
    };
    Plan::Build(reason)
}

/// A base that is in the engine, but not as the one that was built on.
fn moved_base(build: &Build, bases: &BTreeMap<String, Digest>) -> Option<String> {
    let moved = |name: &&String| bases.get(*name).is_some_and(|now| build.bases[*name] != *now);
    build.bases.keys().find(moved).cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::reference::Reference;
    use crate::state::Artifact;

    fn digest(c: char) -> Digest {
        Digest::parse(&format!("sha256:{}", String::from(c).repeat(64))).unwrap()
    }

    fn build() -> Build {
        Build {
            key: digest('a'),
            recipe: Some(digest('b')),
            scope: None,
            artifact: Artifact::Engine {
                engine: "e".into(),
                id: digest('c'),
                name: Reference::parse("me/app:ds-key-aaaaaaaaaaaaaaaa").unwrap(),
            },
            builder: "docker".into(),
            platform: None,
            built_at: None,
            bases: BTreeMap::from([("debian:12".to_owned(), digest('d'))]),
            extra: Map::new(),
        }
    }

    /// A state in which nothing is to do, for tests to change.
    struct Scene {
        repository: Repository,
        build: Option<Build>,
        key: Digest,
        recipe: Digest,
        bases: BTreeMap<String, Digest>,
        changes: Vec<String>,
        forced: bool,
        strategy: RebuildStrategy,
        unknowable: bool,
        gone: Option<String>,
    }

    fn planned(change: impl FnOnce(&mut Scene)) -> String {
        let mut scene = Scene {
            repository: Repository::parse("me/app").unwrap(),
            build: Some(build()),
            key: digest('a'),
            recipe: digest('b'),
            bases: BTreeMap::from([("debian:12".to_owned(), digest('d'))]),
            changes: Vec::new(),
            forced: false,
            strategy: RebuildStrategy::Default,
            unknowable: false,
            gone: None,
        };
        change(&mut scene);
        let known = Known {
            build: scene.build.as_ref(),
            repository: &scene.repository,
            key: &scene.key,
            recipe: &scene.recipe,
            changes: scene.changes,
            forced: scene.forced,
            strategy: scene.strategy,
            unknowable: scene.unknowable,
            gone: scene.gone,
            bases: &scene.bases,
        };
        match plan(known) {
            Plan::Build(reason) => reason.to_string(),
            Plan::Skip => "skip".to_owned(),
        }
    }

    #[test]
    fn every_reason_is_told() {
        assert_eq!(planned(|_| ()), "skip");
        assert_eq!(planned(|k| k.forced = true), "forced");
        assert_eq!(planned(|k| k.build = None), "not built before");
        assert_eq!(
            planned(|k| k.gone = Some("the engine".into())),
            "the image is gone from the engine"
        );
        assert!(planned(|k| k.strategy = RebuildStrategy::Always).starts_with("always built"));
        assert!(planned(|k| k.unknowable = true).contains("onChange"));
        assert_eq!(planned(|k| k.key = digest('f')), "its inputs changed");
        let other = || Repository::parse("you/app").unwrap();
        assert_eq!(planned(|k| k.repository = other()), "its repository was `me/app`");
        assert_eq!(
            planned(|k| k.bases.values_mut().for_each(|id| *id = digest('f'))),
            "the base image `debian:12` is another one now"
        );
    }

    #[test]
    fn many_changes_are_counted() {
        let text = planned(|k| {
            k.key = digest('f');
            k.changes = (0..12).map(|n| format!("`f{n}` changed")).collect();
        });
        assert!(text.starts_with("`f0` changed; ") && text.ends_with("; and 2 more"), "{text}");
    }

    #[test]
    fn context_changes_can_be_ignored() {
        let ignoring = RebuildStrategy::IgnoreContextChanges;
        assert_eq!(planned(|k| (k.key, k.strategy) = (digest('f'), ignoring)), "skip");
        assert_ne!(planned(|k| (k.recipe, k.strategy) = (digest('f'), ignoring)), "skip");
    }
}
