//! The logs of what was deployed, line by line on stdout, with the pod in front. Pods that
//! come later are found, those that end are let go.

use std::collections::{BTreeSet, HashSet};
use std::io::Write;
use std::time::Duration;

use futures_util::AsyncBufReadExt;
use futures_util::StreamExt;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::cluster::call::Call;
use crate::cluster::rollout::AWAITED;
use crate::cluster::{Cluster, Key, What, pod};
use crate::deploy::record;
use crate::state::Placed;
use crate::ui::event::{Level, Reporter};
use crate::ui::failure::Failure;

const POLL: Duration = Duration::from_secs(1);
/// Of pods that ran before we looked, so many lines are shown.
const TAIL: &str = "20";

/// Follows the logs of all pods of these workloads, for ever.
pub async fn follow(
    cluster: &Cluster,
    placed: &[Placed],
    reporter: &dyn Reporter,
) -> Result<(), Failure> {
    let workloads = workloads(cluster, placed).await?;
    let namespaces: BTreeSet<Option<String>> =
        placed.iter().map(|placed| placed.namespace.clone()).filter(Option::is_some).collect();
    let mut followed: HashSet<String> = HashSet::new();
    // Dropped with us, and all its tasks with it.
    let mut tasks = JoinSet::new();
    let mut first = true;
    loop {
        for namespace in &namespaces {
            let pods = cluster.list("v1", "pods", namespace.as_deref()).await?;
            let ours = |pod: &&Value| workloads.iter().any(|one| pod::belongs_to(pod, one));
            for pod in pods.iter().filter(ours) {
                for (container, run) in started(pod) {
                    let name = pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                    let id = format!("{}/{container}/{run}", pod["metadata"]["uid"]);
                    if followed.insert(id) {
                        let place = namespace.clone().unwrap_or_default();
                        tasks.spawn(one(cluster.clone(), place, name, container, first));
                    }
                }
            }
        }
        if first && followed.is_empty() {
            reporter.note(Level::Info, "waiting for pods".into());
        }
        first = false;
        while tasks.try_join_next().is_some() {}
        tokio::time::sleep(POLL).await;
    }
}

async fn workloads(cluster: &Cluster, placed: &[Placed]) -> Result<Vec<Value>, Failure> {
    let awaited = placed.iter().filter(|one| AWAITED.contains(&one.kind.as_str()));
    let keys: Vec<Key> = awaited.map(record::key).collect();
    Ok(cluster.objects(&keys).await?.into_values().collect())
}

/// Containers that have begun, and how often they have.
fn started(pod: &Value) -> Vec<(String, i64)> {
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    let begun = |status: &&Value| {
        status["state"]["running"].is_object() || status["state"]["terminated"].is_object()
    };
    let pair = |status: &Value| {
        let runs = status["restartCount"].as_i64().unwrap_or(0);
        Some((status["name"].as_str()?.to_owned(), runs))
    };
    statuses.into_iter().flatten().filter(begun).filter_map(pair).collect()
}

/// One container's log until it ends. One that cannot be had is told, not failed on.
async fn one(cluster: Cluster, namespace: String, pod: String, container: String, old: bool) {
    let what = What::new("get", "pods/log", Some(&namespace)).named(&pod);
    let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log");
    let mut call = Call::get(path, what).query("container", &container).query("follow", "true");
    if old {
        call = call.query("tailLines", TAIL);
    }
    let show = |line: &str| {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{pod} {container} | {line}");
    };
    match cluster.stream(&call).await {
        Ok(stream) => {
            let mut lines = Box::pin(stream).lines();
            while let Some(Ok(line)) = lines.next().await {
                show(&line);
            }
        }
        Err(error) => show(&format!("(no log: {error})")),
    }
}
