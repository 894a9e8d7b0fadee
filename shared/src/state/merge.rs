//! Two states become one: what only one side knows is kept, what both know alike
//! stays, and where they contradict each other a person has to choose.
//!
//! The result does not depend on the order of the two.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

use crate::reference::Digest;

use super::card::{Build, Card, Push, Secrets, State, Tags, Variant, VariantName};
use super::deployed::Deployed;

/// One of the two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    A,
    B,
}

/// A thing of which the two states tell different things.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// `what`: `builds`, `tags` or `pushes`.
    Variant {
        image: String,
        variant: VariantName,
        what: &'static str,
    },
    Repository {
        image: String,
    },
    /// Two deploys to one place at the same time, or at times that nobody knows.
    Deployed {
        namespace: String,
        deployment: String,
    },
    /// A field that this version does not know, by its path.
    Field {
        path: String,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variant { image, variant, what } => {
                write!(f, "image `{image}` ({variant}) has different {what}")
            }
            Self::Repository { image } => write!(f, "image `{image}` has different repositories"),
            Self::Deployed { namespace, deployment } => {
                write!(f, "deployment `{deployment}` in `{namespace}` has different references")
            }
            Self::Field { path } => write!(f, "the field `{path}` has different values"),
        }
    }
}

/// Everything that the two states contradict each other in; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeError {
    pub conflicts: Vec<Conflict>,
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the two states contradict each other: ")?;
        for (index, conflict) in self.conflicts.iter().enumerate() {
            write!(f, "{}{conflict}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for MergeError {}

/// Merges two states. Different builds of one variant are an error unless `prefer`
/// says whose count; the side's tags and push then come with its build.
pub fn merge(a: State, b: State, prefer: Option<Side>) -> Result<State, MergeError> {
    let mut merger = Merger { prefer, conflicts: BTreeSet::new() };
    let state = merger.states(a, b);
    match merger.conflicts.is_empty() {
        true => Ok(state),
        false => Err(MergeError { conflicts: merger.conflicts.into_iter().collect() }),
    }
}

struct Merger {
    prefer: Option<Side>,
    conflicts: BTreeSet<Conflict>,
}

impl Merger {
    fn states(&mut self, a: State, b: State) -> State {
        State {
            schema: a.schema.max(b.schema),
            images: union(a.images, b.images, |image, a, b| self.cards(image, a, b)),
            secrets: self.secrets(a.secrets, b.secrets),
            deployed: self.deployed(a.deployed, b.deployed),
            extra: self.fields("", a.extra, b.extra),
        }
    }

    fn cards(&mut self, image: &str, a: Card, b: Card) -> Card {
        let repository = if a.repository == b.repository {
            a.repository
        } else {
            self.choose(
                a.repository,
                b.repository,
                Conflict::Repository { image: image.to_owned() },
            )
        };
        let path = format!("images.{image}");
        Card {
            repository,
            variants: union(a.variants, b.variants, |name, a, b| {
                self.variants(image, *name, &path, a, b)
            }),
            extra: self.fields(&path, a.extra, b.extra),
        }
    }

    fn variants(
        &mut self,
        image: &str,
        variant: VariantName,
        path: &str,
        mut a: Variant,
        mut b: Variant,
    ) -> Variant {
        let path = format!("{path}.variants.{variant}");
        let conflict = |what| Conflict::Variant { image: image.to_owned(), variant, what };
        let extra = self.fields(&path, std::mem::take(&mut a.extra), std::mem::take(&mut b.extra));
        let rivals = matches!((&a.build, &b.build), (Some(a), Some(b)) if !same_build(a, b));
        if rivals {
            let chosen = self.choose(a, b, conflict("builds"));
            return Variant { extra, ..chosen };
        }
        let build = pair(a.build, b.build, |a, b| Build {
            built_at: a.built_at.max(b.built_at),
            recipe: a.recipe.max(b.recipe),
            image_id: a.image_id.max(b.image_id),
            bases: join_bases(a.bases, b.bases),
            extra: self.fields(&format!("{path}.build"), a.extra, b.extra),
            ..a
        });
        let artifact = build.as_ref().map(|build| build.artifact.digest());
        let fits = |tags: &Tags| Some(&tags.of) == artifact;
        let tags = if a.tags == b.tags {
            a.tags
        } else {
            pair(a.tags.filter(fits), b.tags.filter(fits), |a, b| {
                self.tags(a, b, &path, conflict("tags"))
            })
        };
        let fits = |push: &Push| {
            tags.as_ref().is_some_and(|tags| tags.of == push.of && tags.tags == push.tags)
        };
        let push = if a.push == b.push {
            a.push
        } else {
            pair(a.push.filter(fits), b.push.filter(fits), |a, b| {
                self.pushes(a, b, &path, conflict("pushes"))
            })
        };
        Variant { build, tags, push, extra }
    }

    fn tags(&mut self, a: Tags, b: Tags, path: &str, conflict: Conflict) -> Tags {
        if (&a.of, &a.tags, &a.drawn) != (&b.of, &b.tags, &b.drawn) {
            return self.choose(a, b, conflict);
        }
        Tags { extra: self.fields(&format!("{path}.tags"), a.extra, b.extra), ..a }
    }

    /// Two pushes of one artifact under the same tags.
    fn pushes(&mut self, a: Push, b: Push, path: &str, conflict: Conflict) -> Push {
        match (&a.digest, &b.digest) {
            // One only gave the names, the other uploaded as well.
            (Some(_), None) => return a,
            (None, Some(_)) => return b,
            (a_digest, b_digest) if a_digest != b_digest => return self.choose(a, b, conflict),
            _ => {}
        }
        let references = if a.references == b.references {
            a.references
        } else {
            let both: BTreeSet<_> = a.references.into_iter().chain(b.references).collect();
            both.into_iter().collect()
        };
        let proof = a.proof.max(b.proof);
        Push {
            references,
            proof,
            extra: self.fields(&format!("{path}.push"), a.extra, b.extra),
            ..a
        }
    }

    fn secrets(&mut self, a: Vec<Secrets>, b: Vec<Secrets>) -> Vec<Secrets> {
        let by_place = |all: Vec<Secrets>| -> BTreeMap<(String, String, String), Secrets> {
            let place = |s: &Secrets| (s.cluster.clone(), s.namespace.clone(), s.name.clone());
            all.into_iter().map(|secret| (place(&secret), secret)).collect()
        };
        let joined = union(by_place(a), by_place(b), |(_, namespace, name), a, b| Secrets {
            accounts: a.accounts.into_iter().chain(b.accounts).collect(),
            extra: self.fields(&format!("secrets.{namespace}/{name}"), a.extra, b.extra),
            ..a
        });
        joined.into_values().collect()
    }

    /// Of two deploys to one place the later one counts.
    fn deployed(&mut self, a: Vec<Deployed>, b: Vec<Deployed>) -> Vec<Deployed> {
        let by_place = |all: Vec<Deployed>| -> BTreeMap<(String, String, String), Deployed> {
            let place =
                |d: &Deployed| (d.cluster.clone(), d.namespace.clone(), d.deployment.clone());
            all.into_iter().map(|deployed| (place(&deployed), deployed)).collect()
        };
        let joined = union(by_place(a), by_place(b), |(_, namespace, deployment), a, b| {
            match a.deployed_at.cmp(&b.deployed_at) {
                Ordering::Greater => a,
                Ordering::Less => b,
                Ordering::Equal if a == b => a,
                Ordering::Equal => {
                    let (namespace, deployment) = (namespace.clone(), deployment.clone());
                    self.choose(a, b, Conflict::Deployed { namespace, deployment })
                }
            }
        });
        joined.into_values().collect()
    }

    /// Unknown fields: objects are merged, anything else has to be equal.
    fn fields(
        &mut self,
        path: &str,
        a: Map<String, Value>,
        b: Map<String, Value>,
    ) -> Map<String, Value> {
        if a == b {
            return a;
        }
        let sorted = |map: Map<String, Value>| map.into_iter().collect::<BTreeMap<_, _>>();
        union(sorted(a), sorted(b), |name, a, b| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match (a, b) {
                (a, b) if a == b => a,
                (Value::Object(a), Value::Object(b)) => Value::Object(self.fields(&path, a, b)),
                (a, b) => self.choose(a, b, Conflict::Field { path }),
            }
        })
        .into_iter()
        .collect()
    }

    fn choose<T>(&mut self, a: T, b: T, conflict: Conflict) -> T {
        match self.prefer {
            Some(Side::A) => a,
            Some(Side::B) => b,
            None => {
                self.conflicts.insert(conflict);
                a
            }
        }
    }
}

/// When and by which version a build was put down does not make it another one.
fn same_build(a: &Build, b: &Build) -> bool {
    (&a.key, &a.scope, &a.artifact, &a.builder, &a.platform)
        == (&b.key, &b.scope, &b.artifact, &b.builder, &b.platform)
}

fn pair<T>(a: Option<T>, b: Option<T>, both: impl FnOnce(T, T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(both(a, b)),
        (a, b) => a.or(b),
    }
}

/// All keys of both; `both` decides where a key stands in either.
fn union<K: Ord, V>(
    a: BTreeMap<K, V>,
    mut b: BTreeMap<K, V>,
    mut both: impl FnMut(&K, V, V) -> V,
) -> BTreeMap<K, V> {
    let mut out = BTreeMap::new();
    for (key, value) in a {
        let value = match b.remove(&key) {
            Some(other) => both(&key, value, other),
            None => value,
        };
        out.insert(key, value);
    }
    out.append(&mut b);
    out
}

/// Either side's bases; of two ids for one name the same one, whichever side is first.
fn join_bases(
    mut a: BTreeMap<String, Digest>,
    b: BTreeMap<String, Digest>,
) -> BTreeMap<String, Digest> {
    for (name, id) in b {
        let kept = a.entry(name).or_insert_with(|| id.clone());
        if *kept < id {
            *kept = id;
        }
    }
    a
}

#[cfg(test)]
mod tests;
