//! What is to be done: compares what is prepared with what was put down, and that with
//! what stands in the cluster, by one metadata list for each kind and namespace.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::prepare::{How, Prepared};
use crate::cluster::{Cluster, Key, owner, release};
use crate::deploy::record::{self, Drift};
use crate::reference::Reference;
use crate::state::{Deployed, Placed, Release, State};
use crate::ui::failure::Failure;

/// Why a deployment is carried out, or what else is to be done about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// All is as it was left.
    Nothing,
    /// It was never deployed from here.
    New,
    Forced,
    /// What is applied is not what was applied.
    Changed,
    /// Objects are not as they were left.
    Drifted(Vec<(Placed, Drift)>),
    /// Helm has another revision of the release in force, or none.
    Released,
    /// Images were rebuilt under the same reference.
    Rebuilt(Vec<String>),
}

impl Due {
    /// For the line that begins the work.
    pub fn reason(&self) -> String {
        match self {
            Self::Nothing => "up to date".into(),
            Self::New => "it was not deployed from here before".into(),
            Self::Forced => "`--force-deploy`".into(),
            Self::Changed => "what it applies has changed".into(),
            Self::Released => "the release is another than the one that was installed".into(),
            Self::Drifted(objects) => {
                let words: Vec<String> = objects
                    .iter()
                    .map(|(object, drift)| format!("{} `{}` {drift}", object.kind, object.name))
                    .collect();
                words.join(", ")
            }
            Self::Rebuilt(images) => {
                let names: Vec<String> = images.iter().map(|name| format!("`{name}`")).collect();
                format!("{} rebuilt under the same reference", names.join(", "))
            }
        }
    }
}

/// The record of a deployment at this place.
pub fn record<'s>(state: &'s State, cluster: &str, prepared: &Prepared) -> Option<&'s Deployed> {
    let place = (cluster, prepared.namespace.as_str(), prepared.name());
    state.deployed.iter().find(|deployed| deployed.place() == place)
}

/// Whose fields count in what a deployment put there.
pub fn manager(how: &How) -> &'static str {
    match how {
        How::Ourselves => owner::MANAGER,
        How::Kubectl { .. } => owner::CLIENT_SIDE,
        How::Helm(_) => "helm",
    }
}

/// What is due, by deployment, in their order.
pub async fn due(
    cluster: &Cluster,
    identity: &str,
    state: &State,
    all: &[Prepared],
    forced: bool,
) -> Result<Vec<Due>, Failure> {
    let same = |prepared: &&Prepared| {
        let record = record(state, identity, prepared);
        record.is_some_and(|record| record.text.as_ref() == Some(&prepared.digest))
    };
    let mut keys: Vec<Key> = Vec::new();
    for prepared in all.iter().filter(same) {
        let record = record(state, identity, prepared);
        keys.extend(record.iter().flat_map(|record| record.objects.iter().map(record::key)));
        keys.extend(record.and_then(release_key));
    }
    let found = match forced {
        true => HashMap::new(),
        false => cluster.metadata(&keys).await?,
    };
    Ok(all.iter().map(|prepared| one(state, identity, prepared, forced, &found)).collect())
}

fn one(
    state: &State,
    identity: &str,
    prepared: &Prepared,
    forced: bool,
    found: &HashMap<Key, Value>,
) -> Due {
    let Some(record) = record(state, identity, prepared) else { return Due::New };
    if forced {
        return Due::Forced;
    }
    let moved = |(name, then): (&String, &Reference)| {
        prepared.references.images.get(name).is_some_and(|now| now != then)
    };
    if record.text.as_ref() != Some(&prepared.digest) || record.images.iter().any(moved) {
        return Due::Changed;
    }
    if let (Some(key), Some(release)) = (release_key(record), &record.release)
        && !found.get(&key).is_some_and(|secret| release::is_in_force(secret, &release.uid))
    {
        return Due::Released;
    }
    let manager = manager(&prepared.how);
    let drifted: Vec<(Placed, Drift)> = record
        .objects
        .iter()
        .filter_map(|placed| Some((placed.clone(), record::drift(placed, found, manager)?)))
        .collect();
    if !drifted.is_empty() {
        return Due::Drifted(drifted);
    }
    let rebuilt = prepared.references.rebuilt_since(record);
    match rebuilt.is_empty() {
        true => Due::Nothing,
        false => Due::Rebuilt(rebuilt.into_iter().map(str::to_owned).collect()),
    }
}

fn release_key(record: &Deployed) -> Option<Key> {
    let release = record.release.as_ref()?;
    Some(release::key(&record.namespace, &release.secret))
}

/// The entry for the state after a deploy. References that were others before become the
/// previous ones; those of an unchanged deploy stay what they were.
pub fn entry(
    before: Option<&Deployed>,
    identity: &str,
    prepared: &Prepared,
    objects: Vec<Placed>,
    release: Option<Release>,
    at: u64,
) -> Deployed {
    let images = prepared.references.images.clone();
    let previous = match before {
        Some(before) if before.images != images => {
            let others = before.images.iter().filter(|(name, old)| images.get(*name) != Some(old));
            others.map(|(name, old)| (name.clone(), old.clone())).collect()
        }
        Some(before) => before.previous.clone(),
        None => BTreeMap::new(),
    };
    Deployed {
        cluster: identity.to_owned(),
        namespace: prepared.namespace.clone(),
        deployment: prepared.name().to_owned(),
        deployed_at: Some(at),
        images,
        built: prepared.references.built.clone(),
        previous,
        text: Some(prepared.digest.clone()),
        objects,
        release,
        extra: before.map(|before| before.extra.clone()).unwrap_or_default(),
    }
}
