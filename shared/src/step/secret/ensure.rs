//! Puts wanted secrets into a cluster and onto service accounts: reads what is there,
//! writes what differs, all namespaces at once.
//!
//! Few namespaces are asked one by one, which takes the least rights; of many, each name
//! is listed once in all of them, where that is allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::targets::Target;
use super::told::{Done, Outcome};
use super::{Request, now, remember};
use crate::cluster::pull_secret::secret::{self, Kind};
use crate::cluster::pull_secret::{Content, Verdict, account, judge};
use crate::cluster::{Cluster, Error};
use crate::manifest::needs::DEFAULT_ACCOUNT;
use crate::step::report::Report;
use crate::step::run::Run;
use crate::ui::failure::Failure;

/// More namespaces than these are listed.
const FEW: usize = 4;
/// Requests at once: what a busy API server grants one client anyway.
const AT_ONCE: usize = 16;
/// How long a new namespace's account may take; its controller needs a second or so.
const ACCOUNT_WAIT: Duration = Duration::from_secs(30);
const ACCOUNT_POLL: Duration = Duration::from_millis(250);
/// How often somebody may write the secret between our reading and writing.
const TRIES: usize = 5;

/// A target whose content is known.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub target: Target,
    pub content: Content,
}

/// The targets with content; those without credentials were told of.
pub fn wanted(targets: Vec<Target>, contents: &BTreeMap<String, Content>) -> Vec<Wanted> {
    let with_content = |target: Target| {
        let content = contents.get(&target.registry)?.clone();
        Some(Wanted { target, content })
    };
    targets.into_iter().filter_map(with_content).collect()
}

/// How it is to be done.
#[derive(Debug, Clone, Copy)]
struct Manner {
    acts: bool,
    renew: bool,
    force: bool,
    /// A password that ends before this Unix time counts as ended.
    soon: u64,
}

/// What was seen in one listing; `None`: to be asked one by one.
type Seen = Option<Arc<BTreeMap<(String, String), Value>>>;

/// Does it all, and remembers the names.
pub async fn ensure(
    run: &Run,
    request: &Request,
    cluster: &Cluster,
    wanted: Vec<Wanted>,
) -> Result<Report, Failure> {
    let manner = Manner {
        acts: run.acts(),
        renew: request.renew,
        force: request.force,
        soon: now() + request.within,
    };
    let (secrets, accounts) = look(cluster, &wanted, manner).await?;
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut work = JoinSet::new();
    for (index, wanted) in wanted.into_iter().enumerate() {
        let (cluster, slots) = (cluster.clone(), Arc::clone(&slots));
        let (secrets, accounts) = (secrets.clone(), accounts.clone());
        work.spawn(async move {
            let _slot = slots.acquire_owned().await;
            (index, one(&cluster, wanted, secrets, accounts, manner).await)
        });
    }
    let mut outcomes = BTreeMap::new();
    while let Some(joined) = work.join_next().await {
        // A task of ours does not panic; if it did, the panic is ours.
        let (index, outcome) = joined.map_err(|error| {
            Failure::new(crate::ui::exit::Exit::Failed, format!("a task broke off: {error}"))
        })?;
        outcomes.insert(index, outcome);
    }
    let outcomes: Vec<Outcome> = outcomes.into_values().collect();
    let held = outcomes.iter().filter(|outcome| outcome.is_held());
    let held: Vec<_> = held.map(|outcome| outcome.target.clone()).collect();
    if !held.is_empty() {
        remember(run, cluster, |state, identity| {
            for target in &held {
                let accounts = target.accounts.keys().cloned();
                state.add_secret(identity, &target.namespace, &target.secret, accounts.collect());
            }
        })
        .await?;
    }
    Ok(super::told::report(run, outcomes))
}

/// Lists, where that is cheaper and allowed.
async fn look(
    cluster: &Cluster,
    wanted: &[Wanted],
    manner: Manner,
) -> Result<(Seen, Seen), Failure> {
    let namespaces: BTreeSet<&str> = wanted.iter().map(|w| w.target.namespace.as_str()).collect();
    if namespaces.len() <= FEW {
        return Ok((None, None));
    }
    let names: BTreeSet<&str> = wanted.iter().map(|w| w.target.secret.as_str()).collect();
    let accounts: BTreeSet<&str> =
        wanted.iter().flat_map(|w| w.target.accounts.keys()).map(String::as_str).collect();
    let mut secrets = BTreeMap::new();
    for name in names {
        match secret::read_everywhere(cluster, Kind::Secret, Some(name)).await {
            Ok(found) => secrets.extend(found),
            Err(Error::Forbidden { .. }) => return Ok((None, None)),
            Err(error) => return Err(error.into()),
        }
    }
    let secrets = Some(Arc::new(secrets));
    if manner.renew {
        return Ok((secrets, None));
    }
    // One name can be asked for; several cannot.
    let name = if accounts.len() == 1 { accounts.first().copied() } else { None };
    match secret::read_everywhere(cluster, Kind::Account, name).await {
        Ok(found) => Ok((secrets, Some(Arc::new(found)))),
        Err(Error::Forbidden { .. }) => Ok((secrets, None)),
        Err(error) => Err(error.into()),
    }
}

/// One secret and its accounts.
async fn one(
    cluster: &Cluster,
    wanted: Wanted,
    secrets: Seen,
    accounts: Seen,
    manner: Manner,
) -> Outcome {
    let Wanted { target, content } = wanted;
    let mut outcome = Outcome::new(target.clone());
    match write(cluster, &target, &content, secrets, manner).await {
        Ok(done) => outcome.done = done,
        Err(failure) => {
            outcome.failure = Some(failure);
            return outcome;
        }
    }
    if manner.renew {
        return outcome;
    }
    for (name, document) in &target.accounts {
        let key = (target.namespace.clone(), name.clone());
        let seen = accounts.as_ref().and_then(|all| all.get(&key).cloned());
        match add(cluster, &target, name, document.as_ref(), seen, manner).await {
            Ok(Added::There) => {}
            Ok(Added::New) => outcome.added.push(name.clone()),
            Ok(Added::NoAccount) => outcome.missing.push(name.clone()),
            Err(error) => {
                outcome.failure = Some(error.into());
                return outcome;
            }
        }
    }
    outcome
}

/// Writes the secret if it is to be written.
async fn write(
    cluster: &Cluster,
    target: &Target,
    content: &Content,
    secrets: Seen,
    manner: Manner,
) -> Result<Done, Failure> {
    let (namespace, name) = (target.namespace.as_str(), target.secret.as_str());
    let mut seen = match secrets {
        Some(all) => all.get(&(namespace.to_owned(), name.to_owned())).cloned(),
        None => secret::read(cluster, namespace, name).await?,
    };
    for tried in 1.. {
        let done = match judge(seen.as_ref(), content, manner.soon) {
            Verdict::Fit => return Ok(Done::Nothing),
            Verdict::Ending(time) => return Ok(Done::Ending(time)),
            Verdict::Missing if manner.renew => return Ok(Done::Absent),
            Verdict::Missing => Done::Made,
            Verdict::Differs(why) => Done::Written(why),
            Verdict::Foreign(why) if manner.force => Done::Written(why),
            Verdict::Foreign(why) => return Err(super::told::foreign(target, &why)),
        };
        if !manner.acts {
            return Ok(done);
        }
        let error = match secret::write(cluster, namespace, name, content, seen.as_ref()).await {
            Ok(()) => return Ok(done),
            Err(error) => error,
        };
        if error.code() != Some(409) || tried == TRIES {
            return Err(super::told::not_written(target, error));
        }
        seen = secret::read(cluster, namespace, name).await?;
    }
    unreachable!("the last try returns")
}

enum Added {
    There,
    New,
    NoAccount,
}

/// Names the secret on a service account, which is made or waited for if need be.
async fn add(
    cluster: &Cluster,
    target: &Target,
    name: &str,
    document: Option<&Value>,
    seen: Option<Value>,
    manner: Manner,
) -> Result<Added, Error> {
    let namespace = target.namespace.as_str();
    let there = match seen {
        Some(account) => Some(account),
        None => account::read(cluster, namespace, name).await?,
    };
    let there = match (there, document) {
        (Some(account), _) => account,
        (None, Some(_)) if !manner.acts => return Ok(Added::New),
        (None, Some(document)) => account::make(cluster, namespace, name, document).await?,
        // Its controller makes it a moment after the namespace.
        (None, None) if name == DEFAULT_ACCOUNT && manner.acts => {
            match appearing(cluster, namespace, name).await? {
                Some(account) => account,
                None => return Ok(Added::NoAccount),
            }
        }
        (None, None) => return Ok(Added::NoAccount),
    };
    if account::names(&there, &target.secret) {
        return Ok(Added::There);
    }
    if manner.acts {
        account::add(cluster, namespace, name, there, &target.secret).await?;
    }
    Ok(Added::New)
}

async fn appearing(cluster: &Cluster, namespace: &str, name: &str) -> Result<Option<Value>, Error> {
    let limit = Instant::now() + ACCOUNT_WAIT;
    while Instant::now() < limit {
        tokio::time::sleep(ACCOUNT_POLL).await;
        if let Some(account) = account::read(cluster, namespace, name).await? {
            return Ok(Some(account));
        }
    }
    Ok(None)
}
