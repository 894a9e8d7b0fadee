//! How far a workload is, read from its object alone: the rules of `kubectl rollout
//! status`, and for pods and jobs what is meant by "it runs".

use serde_json::Value;

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Done,
    /// `2 of 3 new pods are available`
    Going(String),
    /// It will not get there by itself.
    Failed(String),
}

/// Kinds that are waited for.
pub const AWAITED: [&str; 6] =
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod"];

/// How far an object of a kind is.
pub fn of(kind: &str, live: &Value) -> Progress {
    match kind {
        _ if !is_observed(kind, live) => {
            Progress::Going("the cluster has not looked at it yet".into())
        }
        "Deployment" => deployment(live),
        "StatefulSet" => stateful_set(live),
        "DaemonSet" => daemon_set(live),
        "ReplicaSet" => {
            let (ready, wanted) = (number(live, "/status/readyReplicas"), replicas(live));
            some_of(ready, wanted, "pods are ready")
        }
        "Job" => job(live),
        "Pod" => pod(live),
        _ => Progress::Done,
    }
}

/// Whether the status is about what the object says now, and not about what it said.
pub fn is_observed(kind: &str, live: &Value) -> bool {
    let counts = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].contains(&kind);
    let seen = number(live, "/status/observedGeneration");
    !counts || seen >= number(live, "/metadata/generation")
}

/// A condition's status, reason and message.
pub fn condition<'v>(live: &'v Value, kind: &str) -> Option<(&'v str, &'v str, &'v str)> {
    let conditions = live.pointer("/status/conditions")?.as_array()?;
    let found = conditions.iter().find(|condition| condition["type"] == kind)?;
    let text = |key: &str| found[key].as_str().unwrap_or_default();
    Some((text("status"), text("reason"), text("message")))
}

fn number(live: &Value, pointer: &str) -> i64 {
    live.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

fn replicas(live: &Value) -> i64 {
    live.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1)
}

fn some_of(are: i64, wanted: i64, what: &str) -> Progress {
    match are >= wanted {
        true => Progress::Done,
        false => Progress::Going(format!("{are} of {wanted} {what}")),
    }
}

fn deployment(live: &Value) -> Progress {
    if let Some(("False", "ProgressDeadlineExceeded", said)) = condition(live, "Progressing") {
        return Progress::Failed(said.to_owned());
    }
    let wanted = replicas(live);
    let updated = number(live, "/status/updatedReplicas");
    if updated < wanted {
        if let Some(("True", _, said)) = condition(live, "ReplicaFailure") {
            return Progress::Going(said.to_owned());
        }
        return some_of(updated, wanted, "new pods are made");
    }
    let old = number(live, "/status/replicas") - updated;
    if old > 0 {
        return Progress::Going(format!("{old} old pods are still there"));
    }
    some_of(number(live, "/status/availableReplicas"), updated, "new pods are available")
}

fn stateful_set(live: &Value) -> Progress {
    if live.pointer("/spec/updateStrategy/type").is_some_and(|kind| kind == "OnDelete") {
        return Progress::Done;
    }
    let wanted = replicas(live);
    let ready = number(live, "/status/readyReplicas");
    if ready < wanted {
        return some_of(ready, wanted, "pods are ready");
    }
    let partition = number(live, "/spec/updateStrategy/rollingUpdate/partition");
    let same = live.pointer("/status/currentRevision") == live.pointer("/status/updateRevision");
    match same {
        true => Progress::Done,
        false => {
            some_of(number(live, "/status/updatedReplicas"), wanted - partition, "pods are new")
        }
    }
}

fn daemon_set(live: &Value) -> Progress {
    if live.pointer("/spec/updateStrategy/type").is_some_and(|kind| kind == "OnDelete") {
        return Progress::Done;
    }
    let wanted = number(live, "/status/desiredNumberScheduled");
    match some_of(number(live, "/status/updatedNumberScheduled"), wanted, "pods are new") {
        Progress::Done => {
            some_of(number(live, "/status/numberAvailable"), wanted, "pods are available")
        }
        going => going,
    }
}

/// A job counts when it has begun: how long it works is its own business.
fn job(live: &Value) -> Progress {
    if let Some(("True", reason, said)) = condition(live, "Failed") {
        return Progress::Failed(format!("{reason}: {said}"));
    }
    let begun = number(live, "/status/ready") + number(live, "/status/succeeded");
    let suspended = live.pointer("/spec/suspend").is_some_and(|suspend| suspend == true);
    match begun > 0 || suspended || condition(live, "Complete").is_some() {
        true => Progress::Done,
        false => Progress::Going("its pod has not begun".into()),
    }
}

fn pod(live: &Value) -> Progress {
    let phase = live.pointer("/status/phase").and_then(Value::as_str).unwrap_or("Pending");
    match phase {
        "Succeeded" => Progress::Done,
        "Failed" => {
            let said = live.pointer("/status/message").and_then(Value::as_str);
            Progress::Failed(said.unwrap_or("it failed").to_owned())
        }
        _ => match condition(live, "Ready") {
            Some(("True", ..)) => Progress::Done,
            _ => Progress::Going(format!("it is {}", phase.to_lowercase())),
        },
    }
}

#[cfg(test)]
mod tests {
    // `json!` borrows what it is given.
    #![allow(clippy::needless_pass_by_value)]

    use serde_json::json;

    use super::*;

    fn going(kind: &str, live: Value) -> String {
        match of(kind, &live) {
            Progress::Going(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn deployments() {
        let live = |status: Value| json!({"metadata": {"generation": 2}, "spec": {"replicas": 3}, "status": status});
        assert!(going("Deployment", live(json!({"observedGeneration": 1}))).contains("not looked"));
        let status = json!({"observedGeneration": 2, "updatedReplicas": 1});
        assert_eq!(going("Deployment", live(status)), "1 of 3 new pods are made");
        let status = json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4});
        assert_eq!(going("Deployment", live(status)), "1 old pods are still there");
        let mut status = json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3});
        assert_eq!(going("Deployment", live(status.clone())), "0 of 3 new pods are available");
        status["availableReplicas"] = 3.into();
        assert_eq!(of("Deployment", &live(status)), Progress::Done);
        let quota = json!({"observedGeneration": 2, "conditions": [
            {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: q"}]});
        assert_eq!(going("Deployment", live(quota)), "exceeded quota: q");
    }

    #[test]
    fn jobs_and_pods() {
        let failed = json!({"status": {"conditions": [{"type": "Failed", "status": "True",
            "reason": "BackoffLimitExceeded", "message": "x"}]}});
        assert_eq!(of("Job", &failed), Progress::Failed("BackoffLimitExceeded: x".into()));
        assert_eq!(of("Job", &json!({"status": {"ready": 1}})), Progress::Done);
        assert_eq!(going("Job", json!({})), "its pod has not begun");
        assert_eq!(going("Pod", json!({"status": {"phase": "Pending"}})), "it is pending");
        let ready = json!({"status": {"phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}]}});
        assert_eq!(of("Pod", &ready), Progress::Done);
        assert_eq!(of("ConfigMap", &json!({})), Progress::Done);
    }
}
