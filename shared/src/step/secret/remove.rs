//! Takes secrets of ours away again: off the service accounts, then out of the cluster.
//! Only what the state names and what still says that it is ours.

use std::collections::BTreeSet;

use super::ensure::Wanted;
use super::{remember, row, say};
use crate::cluster::pull_secret::judge::is_ours;
use crate::cluster::pull_secret::{self, account, secret};
use crate::cluster::{Cluster, Error};
use crate::reference::Reference;
use crate::step::report::Report;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::failure::Failure;

/// Namespace and name.
pub type Name = (String, String);

/// All secrets that the state knows in this cluster.
pub async fn all(run: &Run, cluster: &Cluster) -> Result<Vec<Name>, Failure> {
    let identity = cluster.identity().await?;
    let state = run.store.load()?;
    let here = state.secrets.iter().filter(|secret| secret.is_in(&identity));
    Ok(here.map(|secret| (secret.namespace.clone(), secret.name.clone())).collect())
}

/// Those of them that are neither wanted nor used by a pod that runs.
pub async fn unneeded(
    run: &Run,
    cluster: &Cluster,
    wanted: &[Wanted],
) -> Result<Vec<Name>, Failure> {
    let wanted: BTreeSet<(&str, &str)> =
        wanted.iter().map(|w| (w.target.namespace.as_str(), w.target.secret.as_str())).collect();
    let mut names = Vec::new();
    for (namespace, name) in all(run, cluster).await? {
        if wanted.contains(&(namespace.as_str(), name.as_str())) {
            continue;
        }
        let images = match secret::images_of_pods(cluster, &namespace).await {
            Err(error) if error.is_not_found() => Vec::new(),
            images => images?,
        };
        let uses = |image: &String| {
            let registry = Reference::parse(image).ok().map(|r| r.repository.registry().to_owned());
            registry.is_some_and(|registry| pull_secret::name(&registry) == name)
        };
        match images.iter().find(|image| uses(image)) {
            Some(image) => {
                let text = format!(
                    "secret `{name}` stays in namespace `{namespace}`: a pod there runs `{image}`"
                );
                run.reporter.note(Level::Info, text);
            }
            None => names.push((namespace, name)),
        }
    }
    Ok(names)
}

/// Takes these away.
pub async fn remove(run: &Run, cluster: &Cluster, names: Vec<Name>) -> Result<Report, Failure> {
    let mut report = Report::default();
    let mut gone = Vec::new();
    for (namespace, name) in names {
        match one(run, cluster, &namespace, &name).await {
            Ok(done) => {
                let text = if done { "deleted" } else { "is gone" };
                report.rows.push(row(run, &namespace, &name, text, done));
                gone.push((namespace, name));
            }
            Err(error) => report.failures.push(error.into()),
        }
    }
    if !gone.is_empty() {
        remember(run, cluster, |state, identity| {
            for (namespace, name) in &gone {
                state.remove_secret(identity, namespace, name);
            }
        })
        .await?;
    }
    Ok(report)
}

/// Whether there was something to delete.
async fn one(run: &Run, cluster: &Cluster, namespace: &str, name: &str) -> Result<bool, Error> {
    let there = secret::read(cluster, namespace, name).await?;
    if there.as_ref().is_some_and(|there| !is_ours(there)) {
        say(run, format!("secret `{name}` in namespace `{namespace}` is no longer ours: it stays"));
        return Ok(false);
    }
    let mut done = there.is_some();
    // First off the accounts: a pod's start must not look for a secret that is gone.
    for there in account::read_all(cluster, namespace).await? {
        if !account::names(&there, name) {
            continue;
        }
        done = true;
        if run.acts() {
            let of = there["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            account::remove(cluster, namespace, &of, there, name).await?;
        }
    }
    if let Some(there) = there.filter(|_| run.acts()) {
        secret::delete(cluster, &there).await?;
    }
    Ok(done)
}
