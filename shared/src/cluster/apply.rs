//! Puts objects into a cluster by server-side apply with the field manager `ds`: what is
//! sent is what the manifest says, and the server keeps the books of who has which field.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::call::{APPLY, Call, JSON_PATCH, STRATEGIC};
use super::connect::Cluster;
use super::discovery::Resource;
use super::error::{Error, What};
use super::look::Key;
use super::object::Object;
use super::owner;

/// A definition of a kind is served this soon, or something is wrong with it.
const ESTABLISHED_LIMIT: Duration = Duration::from_secs(60);
/// The account `default` of a new namespace comes this soon.
const ACCOUNT_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);
/// Annotations of a restart are another manager's: the next apply leaves them alone.
const RESTART_MANAGER: &str = "ds-restart";

/// How objects are applied.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Take fields from other managers.
    pub force_conflicts: bool,
    /// The object is one that we made: what kubectl changed by hand is put right.
    pub known: bool,
    /// Have the server say what would come of it, and change nothing.
    pub dry_run: bool,
}

/// What came of an apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The object as it stands now, or would with a dry run.
    pub live: Value,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Changed,
    Unchanged,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

impl Cluster {
    /// Applies an object; `before` is the metadata of the one that is there.
    pub async fn apply(
        &self,
        object: &Object,
        resource: &Resource,
        namespace: &str,
        before: Option<&Value>,
        options: Options,
    ) -> Result<Applied, Error> {
        let path = resource.path(Some(namespace));
        let what = resource.what("patch", Some(namespace)).named(&object.name);
        if object.name.is_empty() {
            let what = resource.what("create", Some(namespace));
            let call = Call::post(path, what, &object.body).query("fieldManager", owner::MANAGER);
            let live = self.call(&dry(call, options)).await?;
            return Ok(Applied { live, outcome: Outcome::Created });
        }
        let path = format!("{path}/{}", object.name);
        if let Some(before) = before
            && !options.dry_run
        {
            self.take_over(&path, &what, before).await?;
        }
        let mut call = Call::patch(path, what, APPLY, &object.body)
            .query("fieldManager", owner::MANAGER)
            .query("fieldValidation", "Warn");
        let old = before.is_some_and(|before| owner::has(before, owner::CLIENT_SIDE));
        // A dry run cannot take over first: what kubectl had is ours then.
        if options.force_conflicts || (options.dry_run && old) {
            call = call.query("force", "true");
        }
        let call = dry(call, options);
        let live = match self.call(&call).await {
            Err(Error::Conflict { managers, .. }) if options.known && are_hands(&managers) => {
                self.call(&call.query("force", "true")).await?
            }
            answer => answer?,
        };
        let version = |metadata: &Value| metadata["resourceVersion"].as_str().map(str::to_owned);
        let outcome = match before {
            None => Outcome::Created,
            Some(before) if version(before) == version(&live["metadata"]) => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        };
        Ok(Applied { live, outcome })
    }

    /// Fields of kubectl's client-side apply become ours, so that those which the manifest
    /// no longer has go away. Somebody else's write in between: read and tried again.
    async fn take_over(&self, path: &str, what: &What, before: &Value) -> Result<(), Error> {
        let mut patch = owner::take_over(before);
        for _ in 0..5 {
            let Some(operations) = patch else { return Ok(()) };
            let call = Call::patch(path, what.clone(), JSON_PATCH, &operations)
                .query("fieldManager", owner::MANAGER);
            match self.call(&call).await {
                Err(error) if error.code() == Some(409) => {
                    let what = What { verb: "get", ..what.clone() };
                    let live = self.call(&Call::get(path, what)).await?;
                    patch = owner::take_over(&live["metadata"]);
                }
                done => return done.map(drop),
            }
        }
        Ok(())
    }

    /// Makes a namespace that is not there. Whoever may not look at namespaces has to rely
    /// on its being there. Returns whether it was made.
    pub async fn ensure_namespace(&self, name: &str) -> Result<bool, Error> {
        let key = Key::of(&Resource::namespaces(), "", name);
        match self.object(&key).await {
            Ok(Some(found)) if found["status"]["phase"] == "Terminating" => {
                return Err(Error::Refused {
                    about: self.about().clone(),
                    what: key.what("use"),
                    code: 409,
                    reason: "Terminating".into(),
                    said: "it is being deleted; deploy again when it is gone".into(),
                });
            }
            Ok(Some(_)) | Err(Error::Forbidden { .. }) => return Ok(false),
            Ok(None) => {}
            Err(error) => return Err(error),
        }
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        let what = Resource::namespaces().what("create", None).named(name);
        match self.call(&Call::post("/api/v1/namespaces", what, &body)).await {
            // Another run was as quick.
            Err(error) if error.code() == Some(409) => {}
            made => drop(made?),
        }
        self.await_account(name).await?;
        Ok(true)
    }

    /// A pod made before its namespace's account `default` is refused.
    pub async fn await_account(&self, namespace: &str) -> Result<(), Error> {
        let accounts = Resource::core("ServiceAccount", "serviceaccounts", true);
        let key = Key::of(&accounts, namespace, "default");
        let end = Instant::now() + ACCOUNT_LIMIT;
        while Instant::now() < end {
            match self.object(&key).await {
                Ok(None) => tokio::time::sleep(POLL).await,
                Ok(Some(_)) | Err(Error::Forbidden { .. }) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until a CustomResourceDefinition is served.
    pub async fn await_definition(&self, path: &str, what: &What) -> Result<(), Error> {
        let end = Instant::now() + ESTABLISHED_LIMIT;
        let mut said = String::from("it is not established");
        while Instant::now() < end {
            let what = What { verb: "get", ..what.clone() };
            let live = self.call(&Call::get(path, what)).await?;
            for condition in live["status"]["conditions"].as_array().into_iter().flatten() {
                match (condition["type"].as_str(), condition["status"].as_str()) {
                    (Some("Established"), Some("True")) => return Ok(()),
                    (Some("NamesAccepted"), Some("False")) => {
                        said = condition["message"].as_str().unwrap_or_default().to_owned();
                    }
                    _ => {}
                }
            }
            tokio::time::sleep(POLL).await;
        }
        let (about, what) = (self.about().clone(), what.clone());
        Err(Error::Refused { about, what, code: 0, reason: String::new(), said })
    }

    /// Has a workload replace its pods, as `kubectl rollout restart` does.
    pub async fn restart(&self, key: &Key, at: &str) -> Result<Value, Error> {
        let template = json!({"metadata": {"annotations": {
            "kubectl.kubernetes.io/restartedAt": at
        }}});
        let body = json!({"spec": {"template": template}});
        let call = Call::patch(key.path(), key.what("patch"), STRATEGIC, &body)
            .query("fieldManager", RESTART_MANAGER);
        self.call(&call).await
    }

    /// Deletes the object with this uid and what belongs to it; `false` where it is gone.
    pub async fn remove(&self, key: &Key, uid: &str) -> Result<bool, Error> {
        let body = json!({
            "apiVersion": "v1", "kind": "DeleteOptions",
            "propagationPolicy": "Background", "preconditions": {"uid": uid},
        });
        match self.call(&Call::delete(key.path(), key.what("delete"), &body)).await {
            // Gone, or another of that name: neither is what we put there.
            Err(error) if matches!(error.code(), Some(404 | 409)) => Ok(false),
            removed => removed.map(|_| true),
        }
    }
}

/// Whether all of these are kubectl's, whose commands people type: `kubectl-edit`,
/// `kubectl-patch`…
fn are_hands(managers: &[String]) -> bool {
    managers.iter().all(|manager| manager == "kubectl" || manager.starts_with("kubectl-"))
}

fn dry(call: Call, options: Options) -> Call {
    if options.dry_run { call.query("dryRun", "All") } else { call }
}
