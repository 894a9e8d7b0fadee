//! Waits for workloads, and finds out why one does not come up: one list for each kind
//! and namespace at a time, until all are there, one will not be, or time is up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::call::Call;
use super::connect::Cluster;
use super::error::{Error, What};
use super::look::Key;
use super::pod::{Trouble, trouble};
use super::rollout::{self, Progress};

const POLL: Duration = Duration::from_millis(500);
/// What was seen coming up has to be up this long.
const SETTLE: Duration = Duration::from_secs(2);
/// So many lines of a crashed container's log are shown.
const LOG_LINES: &str = "10";

/// A workload to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub kind: String,
    pub key: Key,
}

impl Target {
    /// `Deployment web in shop`
    pub fn name(&self) -> String {
        let namespace = self.key.namespace.as_deref().unwrap_or_default();
        format!("{} `{}` in `{namespace}`", self.kind, self.key.name)
    }
}

/// A workload that did not come up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    pub target: Target,
    /// The last progress.
    pub progress: String,
    /// What its pods say, a pod a line, with log lines indented below.
    pub pods: Vec<String>,
}

/// How waiting ended, if not well.
#[derive(Debug)]
pub enum Fault {
    Stuck { stuck: Vec<Stuck>, timed_out: bool },
    Cluster(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Cluster(error)
    }
}

impl Cluster {
    /// Waits until all targets are up; `tell` hears of each one's progress as it changes.
    pub async fn await_rollouts(
        &self,
        targets: &[Target],
        limit: Duration,
        tell: &mut (dyn FnMut(&Target, &str) + Send),
    ) -> Result<(), Fault> {
        let end = Instant::now() + limit;
        let mut told: BTreeMap<String, String> = BTreeMap::new();
        // A program that ends at once looks as if it were up for a moment.
        let mut settled = true;
        loop {
            let mut seen = self.look(targets).await?;
            for (target, progress, _) in &seen {
                let text = match progress {
                    Progress::Done => "up",
                    Progress::Going(text) | Progress::Failed(text) => text,
                };
                let before = told.insert(target.name(), text.to_owned());
                if before.as_deref() != Some(text) && !(before.is_none() && text == "up") {
                    tell(target, text);
                }
            }
            seen.retain(|(_, progress, _)| *progress != Progress::Done);
            if seen.is_empty() && settled {
                return Ok(());
            }
            if seen.is_empty() {
                settled = true;
                tokio::time::sleep(SETTLE).await;
                continue;
            }
            settled = false;
            let mut stuck = self.explain_all(&seen).await?;
            let hopeless = stuck.iter().any(|(_, hopeless)| *hopeless);
            let timed_out = Instant::now() >= end;
            if hopeless || timed_out {
                if hopeless {
                    stuck.retain(|(_, hopeless)| *hopeless);
                }
                let mut all: Vec<Stuck> = stuck.into_iter().map(|(stuck, _)| stuck).collect();
                for one in &mut all {
                    self.add_events(one).await;
                }
                return Err(Fault::Stuck { stuck: all, timed_out: !hopeless });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Each target's progress and object; one that is gone counts as going.
    async fn look(&self, targets: &[Target]) -> Result<Vec<(Target, Progress, Value)>, Error> {
        let keys: Vec<Key> = targets.iter().map(|target| target.key.clone()).collect();
        let mut found = self.objects(&keys).await?;
        let progress = |target: &Target| {
            let live = found.remove(&target.key).unwrap_or_default();
            let progress = match live.is_null() {
                true => Progress::Going("it is not there".into()),
                false => rollout::of(&target.kind, &live),
            };
            (target.clone(), progress, live)
        };
        Ok(targets.iter().map(progress).collect())
    }

    /// Why each of them is not up, and whether it never will be.
    async fn explain_all(
        &self,
        seen: &[(Target, Progress, Value)],
    ) -> Result<Vec<(Stuck, bool)>, Error> {
        let namespaces: BTreeSet<&str> =
            seen.iter().filter_map(|(target, ..)| target.key.namespace.as_deref()).collect();
        let (mut pods, mut sets) = (Vec::new(), Vec::new());
        for namespace in namespaces {
            pods.extend(self.list("v1", "pods", Some(namespace)).await?);
            if seen.iter().any(|(target, ..)| target.kind == "Deployment") {
                sets.extend(self.list("apps/v1", "replicasets", Some(namespace)).await?);
            }
        }
        let mut all = Vec::new();
        for (target, progress, live) in seen {
            let (progress, mut hopeless) = match progress {
                Progress::Failed(text) => (text.clone(), true),
                Progress::Going(text) => (text.clone(), false),
                Progress::Done => continue,
            };
            let mut lines = Vec::new();
            // Before the cluster has looked at it, its pods are those of what it was.
            let observed = rollout::is_observed(&target.kind, live);
            let is_new = |pod: &&Value| observed && is_new_pod(pod, live, &target.kind, &sets);
            for pod in pods.iter().filter(is_new) {
                if let Some(found) = trouble(pod) {
                    hopeless |= found.lasting;
                    lines.extend(self.pod_lines(pod, &found).await);
                }
            }
            all.push((Stuck { target: target.clone(), progress, pods: lines }, hopeless));
        }
        Ok(all)
    }

    async fn pod_lines(&self, pod: &Value, found: &Trouble) -> Vec<String> {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default();
        let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
        let container =
            found.container.as_ref().map_or(String::new(), |name| format!(", container `{name}`"));
        let mut lines = vec![format!("pod `{name}`{container}: {}: {}", found.reason, found.said)];
        if found.crashed && found.lasting {
            let what = What::new("get", "pods/log", Some(namespace)).named(name);
            let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/log");
            let call = Call::get(path, what)
                .query("container", found.container.clone().unwrap_or_default())
                .query("previous", "true")
                .query("tailLines", LOG_LINES);
            // The log of a run that left none is no reason to fail twice.
            let log = self.text(&call).await.unwrap_or_default();
            lines.extend(log.lines().map(|line| format!("  | {line}")));
        }
        lines
    }

    /// What the cluster said of the workload itself, where its pods say nothing.
    async fn add_events(&self, stuck: &mut Stuck) {
        if !stuck.pods.is_empty() {
            return;
        }
        let namespace = stuck.target.key.namespace.as_deref().unwrap_or_default();
        let what = What::new("list", "events", Some(namespace));
        let selector = format!(
            "involvedObject.kind={},involvedObject.name={},type=Warning",
            stuck.target.kind, stuck.target.key.name
        );
        let call = Call::get(format!("/api/v1/namespaces/{namespace}/events"), what)
            .query("fieldSelector", selector);
        let Ok(events) = self.call(&call).await else { return };
        let last = events["items"].as_array().and_then(|items| items.last());
        if let Some(said) = last.and_then(|event| event["message"].as_str()) {
            stuck.pods.push(said.to_owned());
        }
    }
}

/// Whether a pod is one of those that a workload wants now.
fn is_new_pod(pod: &Value, live: &Value, kind: &str, sets: &[Value]) -> bool {
    let uid = &live["metadata"]["uid"];
    let owner = |uid: &Value| {
        let owners = pod["metadata"]["ownerReferences"].as_array();
        owners.into_iter().flatten().any(|owner| owner["uid"] == *uid)
    };
    let label = |name: &str| &pod["metadata"]["labels"][name];
    const REVISION: &str = "deployment.kubernetes.io/revision";
    match kind {
        _ if !uid.is_string() => false,
        "Pod" => pod["metadata"]["uid"] == *uid,
        "Deployment" => sets.iter().any(|set| {
            let of_it = set["metadata"]["ownerReferences"][0]["uid"] == *uid;
            let revision = |object: &Value| object["metadata"]["annotations"][REVISION].clone();
            of_it && revision(set) == revision(live) && owner(&set["metadata"]["uid"])
        }),
        "StatefulSet" => {
            owner(uid) && *label("controller-revision-hash") == live["status"]["updateRevision"]
        }
        _ => owner(uid),
    }
}
