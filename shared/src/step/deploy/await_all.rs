//! Waits for what was deployed, and tells in one block why a workload does not come up.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::cluster::rollout::AWAITED;
use crate::cluster::wait::{Fault, Stuck, Target};
use crate::deploy::record;
use crate::state::Placed;
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Waits until the workloads among these are up.
pub async fn await_all(
    cluster: &Cluster,
    placed: &[Placed],
    limit: Duration,
    reporter: &dyn Reporter,
) -> Result<(), Failure> {
    let targets: Vec<Target> = placed
        .iter()
        .filter(|placed| AWAITED.contains(&placed.kind.as_str()))
        .map(|placed| Target { kind: placed.kind.clone(), key: record::key(placed) })
        .collect();
    let mut tell = |target: &Target, text: &str| {
        reporter.note(Level::Info, format!("{}: {text}", target.name()));
    };
    match cluster.await_rollouts(&targets, limit, &mut tell).await {
        Ok(()) => Ok(()),
        Err(Fault::Cluster(error)) => Err(error.into()),
        Err(Fault::Stuck { stuck, timed_out }) => Err(failure(&stuck, timed_out, limit)),
    }
}

fn failure(stuck: &[Stuck], timed_out: bool, limit: Duration) -> Failure {
    let names: Vec<String> = stuck.iter().map(|stuck| stuck.target.name()).collect();
    let verb = if names.len() == 1 { "does" } else { "do" };
    let when = match timed_out {
        true => format!(" within {} s", limit.as_secs()),
        false => String::new(),
    };
    let mut block = String::new();
    for one in stuck {
        block.push_str(&format!("{}: {}\n", one.target.name(), one.progress));
        for line in &one.pods {
            block.push_str(&format!("  {line}\n"));
        }
    }
    let text = format!("{} {verb} not come up{when}", names.join(", "));
    let failure = Failure::new(Exit::Failed, text).snippet(Some(block.clone()));
    match hint(&block) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// The way out of the most frequent causes.
fn hint(block: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| block.contains(word));
    Some(match () {
        () if has(&["ErrImagePull", "ImagePullBackOff"])
            && has(&["401", "403", "denied", "nauthorized", "no basic auth"]) =>
        {
            "the registry refuses the node: `docker login` with a password that is valid, and \
             `createPullSecret: true` (or `ds secret`), give it one"
        }
        () if has(&["ErrImagePull", "ImagePullBackOff"]) => {
            "can the node reach the registry, and was the image pushed? `ds status` says what is"
        }
        () if block.contains("exceeded quota") => {
            "`kubectl describe resourcequota` says how much is left"
        }
        () if block.contains("Unschedulable") => {
            "`kubectl describe nodes` says how much room they have"
        }
        () => return None,
    })
}
