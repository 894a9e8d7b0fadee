//! `ds-push gc`: the proofs of old keys in registries, which nobody will ask for again.
//!
//! With `reuse: registry` each build leaves a small index under `ds-key-…`. Deleted are
//! only such indexes, of the config's images, that say themselves which key they prove,
//! are older than a limit and stand for no build of the state. Tags by which a cluster may
//! run an image (`ds-…`, and those of the config) are never touched: no registry knows who
//! uses them. What an index pointed to goes when the registry cleans up after itself.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::options::Output;
use super::run::Run;
use super::{asynchronous, docker, proof};
use crate::reference::{Digest, Reference, Repository, Tag};
use crate::registry::{Client, Store};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::time::utc;

const PREFIX: &str = "ds-key-";
const KEY_DIGITS: usize = 16;

/// What is asked of it.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Without it nothing is deleted.
    pub yes: bool,
    pub older_than: Duration,
    pub output: Output,
}

/// A proof that may go.
struct Old {
    reference: Reference,
    digest: Digest,
    /// Unix seconds.
    built_at: u64,
}

/// Lists what may go, and deletes it where that is wanted.
pub fn gc(run: &Run, request: Request) -> Result<(Vec<u8>, Exit), Failure> {
    asynchronous::block_on(async {
        let (credentials, client) = (docker::credentials()?, docker::client());
        let kept = kept(run)?;
        let mut repositories: Vec<&Repository> = Vec::new();
        for image in &run.images {
            if !repositories.contains(&&image.repository) {
                repositories.push(&image.repository);
            }
        }
        let mut old = Vec::new();
        for repository in repositories {
            old.extend(look(run, &client, &credentials, repository, &kept, request).await?);
        }
        let acts = request.yes && run.acts();
        if acts {
            for one in &old {
                delete(&client, &credentials, one).await?;
            }
        }
        let text = show(&old, acts, request.output);
        if !acts && !old.is_empty() {
            run.reporter.note(Level::Info, "nothing was deleted: `--yes` does it".to_owned());
        }
        let found = run.options.common.check && !old.is_empty();
        Ok((text.into_bytes(), if found { Exit::CheckFound } else { Exit::Done }))
    })
}

/// The names of all builds that the state has.
fn kept(run: &Run) -> Result<BTreeSet<String>, Failure> {
    let state = run.store.load()?;
    let variants = state.images.values().flat_map(|card| card.variants.values());
    let builds = variants.filter_map(|variant| variant.build.as_ref());
    Ok(builds.map(|build| build.artifact.name().to_string()).collect())
}

async fn look(
    run: &Run,
    client: &Client,
    credentials: &Store,
    repository: &Repository,
    kept: &BTreeSet<String>,
    request: Request,
) -> Result<Vec<Old>, Failure> {
    let registry = repository.registry();
    let credential = credentials.lookup(registry)?;
    let credential = credential.as_ref();
    let explain = |error| docker::explain(credentials, error, registry, credential.is_some());
    let tags = client.tags(repository, credential).await.map_err(explain)?.unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let before = now.saturating_sub(request.older_than).as_secs();
    let mut old = Vec::new();
    for tag in tags {
        let digits = tag.strip_prefix(PREFIX).filter(|digits| digits.len() == KEY_DIGITS);
        let (Some(digits), Ok(name)) = (digits, Tag::parse(&tag)) else { continue };
        let reference = repository.tagged(&name);
        if kept.contains(&reference.to_string()) {
            continue;
        }
        let Some(manifest) = client.manifest(&reference, credential).await.map_err(explain)? else {
            continue;
        };
        let Some((key, Some(built_at))) = proof::key_of(&manifest) else {
            let text = format!("`{reference}` is no proof of ours: left alone");
            run.reporter.note(Level::Verbose, text);
            continue;
        };
        if key.hex().starts_with(digits) && built_at < before {
            old.push(Old { reference, digest: manifest.digest, built_at });
        }
    }
    Ok(old)
}

async fn delete(client: &Client, credentials: &Store, old: &Old) -> Result<(), Failure> {
    let repository = &old.reference.repository;
    let credential = credentials.lookup(repository.registry())?;
    let deleted = client.delete(repository, &old.digest, credential.as_ref()).await;
    deleted.map(drop).map_err(|error| {
        let off = error.to_string().contains("HTTP status 405");
        let had = credential.is_some();
        let failure = docker::explain(credentials, error, repository.registry(), had);
        match off {
            true => failure.hint("this registry allows no deletion: its own settings decide that"),
            false => failure,
        }
    })
}

fn show(old: &[Old], deleted: bool, output: Output) -> String {
    if output == Output::Json {
        let list: Vec<_> = old
            .iter()
            .map(|one| {
                serde_json::json!({
                    "reference": one.reference,
                    "digest": one.digest,
                    "builtAt": one.built_at,
                })
            })
            .collect();
        return format!("{:#}\n", serde_json::json!({ "deleted": deleted, "proofs": list }));
    }
    let word = if deleted { "deleted" } else { "old" };
    let line = |one: &Old| format!("{word} {} built {}\n", one.reference, utc(one.built_at));
    old.iter().map(line).collect()
}
