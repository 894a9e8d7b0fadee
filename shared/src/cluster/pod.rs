//! Why a pod does not come up, read from its status.

use serde_json::Value;

use super::rollout::condition;

/// What is wrong with a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// `ErrImagePull`, `CrashLoopBackOff`, `Unschedulable`…
    pub reason: String,
    pub said: String,
    /// The container, where one is meant.
    pub container: Option<String>,
    /// Waiting longer does not help.
    pub lasting: bool,
    /// The last words are in the log of the run before.
    pub crashed: bool,
}

/// So often a container may crash before it counts as one that will not run.
const CRASHES: i64 = 2;

/// What registries say when they will say the same the next time.
const FINAL_ANSWERS: [&str; 9] = [
    "401",
    "403",
    "404",
    "unauthorized",
    "denied",
    "not found",
    "manifest unknown",
    "forbidden",
    "no basic auth",
];

/// What is wrong with this pod; `None` while nothing is.
pub fn trouble(pod: &Value) -> Option<Trouble> {
    let statuses = ["initContainerStatuses", "containerStatuses"].into_iter().flat_map(|key| {
        pod.pointer("/status").and_then(|s| s[key].as_array()).into_iter().flatten()
    });
    if let Some(found) = statuses.filter_map(of_container).max_by_key(|found| found.lasting) {
        return Some(found);
    }
    match condition(pod, "PodScheduled") {
        Some(("False", reason, said)) => Some(Trouble {
            reason: reason.to_owned(),
            said: said.to_owned(),
            container: None,
            lasting: false,
            crashed: false,
        }),
        _ => None,
    }
}

fn of_container(status: &Value) -> Option<Trouble> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let container = Some(text(status, "name"));
    let waiting = &status["state"]["waiting"];
    let reason = text(waiting, "reason");
    let said = text(waiting, "message");
    let restarts = status["restartCount"].as_i64().unwrap_or(0);
    let trouble = |said: String, lasting, crashed| {
        Some(Trouble {
            reason: reason.clone(),
            said,
            container: container.clone(),
            lasting,
            crashed,
        })
    };
    match reason.as_str() {
        "" | "ContainerCreating" | "PodInitializing" => None,
        "ErrImagePull" | "ImagePullBackOff" | "RegistryUnavailable" => {
            let lower = said.to_lowercase();
            let lasting = FINAL_ANSWERS.iter().any(|answer| lower.contains(answer));
            trouble(said, lasting, false)
        }
        "InvalidImageName" | "ErrImageNeverPull" => trouble(said, true, false),
        "CrashLoopBackOff" => {
            let last = &status["lastState"]["terminated"];
            let code = last["exitCode"].as_i64().unwrap_or(0);
            let why = match (text(last, "reason").as_str(), text(last, "message").as_str()) {
                ("" | "Error" | "Completed", _) => format!("it ended with exit code {code}"),
                (reason, "") => format!("it ended with exit code {code} ({reason})"),
                (reason, said) => format!("it ended with exit code {code} ({reason}: {said})"),
            };
            trouble(format!("{why}, {restarts} restarts"), restarts >= CRASHES, true)
        }
        _ => trouble(said, false, false),
    }
}

/// Whether a pod is one of a workload's, by the workload's own selector.
pub fn belongs_to(pod: &Value, live: &Value) -> bool {
    if live["kind"] == "Pod" || live["spec"]["containers"].is_array() {
        return pod["metadata"]["uid"] == live["metadata"]["uid"];
    }
    let Some(wanted) = live.pointer("/spec/selector/matchLabels").and_then(Value::as_object) else {
        return false;
    };
    let labels = &pod["metadata"]["labels"];
    let same_place = pod["metadata"]["namespace"] == live["metadata"]["namespace"];
    same_place && wanted.iter().all(|(name, value)| labels[name] == *value)
}

/// An image reference as the node reports it: the digest behind the last `@`.
pub fn digests(pod: &Value) -> Vec<(String, String)> {
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    let pair = |status: &Value| {
        let digest = status["imageID"].as_str()?.rsplit_once("sha256:")?.1;
        Some((status["name"].as_str()?.to_owned(), format!("sha256:{digest}")))
    };
    statuses.into_iter().flatten().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn waiting(reason: &str, message: &str, restarts: i64) -> Value {
        json!({"status": {"containerStatuses": [
            {"name": "app", "restartCount": restarts,
             "state": {"waiting": {"reason": reason, "message": message}},
             "lastState": {"terminated": {"exitCode": 7, "reason": "Error"}}}]}})
    }

    #[test]
    fn a_refusal_lasts_and_an_outage_does_not() {
        let refused = trouble(&waiting("ErrImagePull", "unexpected status: 401 Unauthorized", 0));
        assert!(refused.unwrap().lasting);
        let outage = trouble(&waiting("ErrImagePull", "dial tcp: i/o timeout", 0)).unwrap();
        assert!(!outage.lasting);
        assert_eq!(trouble(&waiting("ContainerCreating", "", 0)), None);
    }

    #[test]
    fn a_crash_is_forgiven_once() {
        assert!(!trouble(&waiting("CrashLoopBackOff", "", 1)).unwrap().lasting);
        let found = trouble(&waiting("CrashLoopBackOff", "", 2)).unwrap();
        assert!(found.lasting && found.crashed);
        assert_eq!(found.said, "it ended with exit code 7, 2 restarts");
    }

    #[test]
    fn no_room_is_said() {
        let pod = json!({"status": {"conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "Unschedulable", "message": "0/1 nodes are available"}]}});
        let found = trouble(&pod).unwrap();
        assert_eq!((found.reason.as_str(), found.lasting), ("Unschedulable", false));
    }
}
