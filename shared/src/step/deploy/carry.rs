//! Carries out one deployment: applies its objects in the order of their kinds, or has
//! kubectl do it, and says what came of each.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value;

use super::await_all::await_all;
use super::child::{self, Keep};
use super::helm::{Helm, expect_same_chart};
use super::prepare::{How, Prepared};
use super::row::{Row, cannot_run};
use super::unchanged::manager;
use crate::cluster::apply::Options;
use crate::cluster::release::Revision;
use crate::cluster::{Applied, Cluster, Key, Object, Outcome, Resource, Resources};
use crate::config::Project;
use crate::deploy::{kubectl, record};
use crate::state::{Placed, Release};
use crate::ui::event::Silent;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// So many objects are on their way at once.
const AT_ONCE: usize = 8;

/// An object that was applied.
#[derive(Debug, Clone)]
pub struct Done {
    pub object: Object,
    pub placed: Placed,
    pub outcome: Outcome,
}

/// What came of a deployment.
pub struct Carried {
    pub done: Vec<Done>,
    pub release: Option<Release>,
}

/// Where objects go, and what is known of their kinds.
pub struct Work<'c> {
    pub cluster: &'c Cluster,
    pub resources: Resources,
    pub options: Options,
    /// Uids of objects that the state knows to be ours.
    pub known: HashSet<String>,
    /// Pull secrets that the state knows to be ours: namespace and name.
    pub secrets: HashSet<(String, String)>,
}

impl Work<'_> {
    /// Puts all objects of a deployment into the cluster. `known`: the state has a record of
    /// it, so that a release of its name is ours.
    pub async fn carry_out(
        &mut self,
        project: &Project,
        row: &Row,
        prepared: &Prepared,
        known: bool,
    ) -> Result<Carried, Failure> {
        let done = match &prepared.how {
            How::Ourselves => self.apply_all(prepared, &prepared.objects).await,
            How::Helm(helm) => {
                return self.install(project, row, prepared, helm, known).await;
            }
            How::Kubectl { program, flags } => {
                let context = self.cluster.about().context.clone();
                let program = program.as_deref();
                let command = kubectl::apply(
                    program,
                    flags,
                    context.as_deref(),
                    &prepared.namespace,
                    &project.root,
                );
                let name = command.get_program().to_string_lossy().into_owned();
                let ended = child::run(command, Some(prepared.text.clone()), Keep::Both);
                let ended = ended.await.map_err(|error| cannot_run(&name, &error))?;
                if !ended.status.success() {
                    let text = format!(
                        "deployment `{}`: `{name} apply` failed: {}",
                        prepared.name(),
                        ended.last_words()
                    );
                    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
                    return Err(Failure::new(Exit::Failed, text).snippet(Some(said)));
                }
                self.look_at(prepared, &prepared.objects).await
            }
        };
        Ok(Carried { done: done?, release: None })
    }

    /// Installs or upgrades a release, which must be ours or not be there.
    async fn install(
        &mut self,
        project: &Project,
        row: &Row,
        prepared: &Prepared,
        helm: &Helm,
        known: bool,
    ) -> Result<Carried, Failure> {
        let (name, namespace) = (&helm.release.name, prepared.namespace.as_str());
        let context = self.cluster.about().context.clone();
        let context = context.as_deref();
        let there = self.cluster.release(namespace, name).await?;
        if there.is_some() && !known {
            expect_same_chart(project, &helm.release, namespace, context).await?;
        }
        if let Some(revision) = there.filter(Revision::is_pending) {
            let text = format!(
                "release `{name}` in `{namespace}` is {}: a helm is at work on it, or died",
                revision.status
            );
            return Err(Failure::new(Exit::Later, text).hint(format!(
                "if none is at work: `helm rollback {name} -n {namespace}`, or `helm uninstall` \
                 where it was the first"
            )));
        }
        let force = self.options.force_conflicts;
        let upgraded = helm.upgrade(project, row, namespace, context, force, &prepared.sets).await;
        if let Err(failure) = upgraded {
            return Err(self.with_reasons(prepared, failure).await);
        }
        let objects = helm.installed(project, namespace, context).await?;
        let done = self.look_at(prepared, &objects).await?;
        let release = self.cluster.release(namespace, name).await?.map(|revision| Release {
            secret: revision.secret,
            uid: revision.uid,
            ..Release::default()
        });
        Ok(Carried { done, release })
    }

    /// What helm does not say: why pods do not come up.
    async fn with_reasons(&mut self, prepared: &Prepared, failure: Failure) -> Failure {
        let Ok(done) = self.look_at(prepared, &prepared.objects).await else { return failure };
        let placed: Vec<Placed> = done.into_iter().map(|one| one.placed).collect();
        let looked = await_all(self.cluster, &placed, Duration::ZERO, &Silent).await;
        match looked {
            Err(Failure { snippet: Some(block), hint, .. }) if block.contains("pod `") => {
                let snippet = format!("{block}{}", failure.snippet.unwrap_or_default());
                Failure { snippet: Some(snippet), hint: failure.hint.or(hint), ..failure }
            }
            _ => failure,
        }
    }

    /// Applies some objects of a deployment: those of one rank at once, ranks in a row.
    pub async fn apply_all(
        &mut self,
        prepared: &Prepared,
        objects: &[Object],
    ) -> Result<Vec<Done>, Failure> {
        self.resources.learn(self.cluster, objects).await?;
        let mut ranks: BTreeMap<usize, Vec<&Object>> = BTreeMap::new();
        for object in objects {
            ranks.entry(object.rank()).or_default().push(object);
        }
        let before = self.before(prepared, objects).await?;
        let mut done = Vec::new();
        for objects in ranks.into_values() {
            if objects.iter().any(|object| self.resources.of(object).is_none()) {
                // Its definition may have come with an earlier rank.
                let again: Vec<Object> = objects.iter().map(|object| (*object).clone()).collect();
                self.resources.forget_missing(&again);
                self.resources.learn(self.cluster, &again).await?;
            }
            let applied = objects.into_iter().map(|object| self.one(prepared, object, &before));
            let applied = stream::iter(applied).buffered(AT_ONCE);
            let mut rank: Vec<Done> = applied.try_collect().await?;
            done.append(&mut rank);
        }
        Ok(done)
    }

    async fn one(
        &self,
        prepared: &Prepared,
        object: &Object,
        before: &HashMap<Key, Value>,
    ) -> Result<Done, Failure> {
        let resource = self.resource(object)?;
        let namespace = object.namespace.as_deref().unwrap_or(&prepared.namespace);
        let key = Key::of(resource, namespace, &object.name);
        let before = before.get(&key);
        let ours = before.and_then(|before| before["uid"].as_str());
        let options =
            Options { known: ours.is_some_and(|uid| self.known.contains(uid)), ..self.options };
        let kept = match before {
            Some(_) => self.with_our_secrets(object, &key).await?,
            None => None,
        };
        let sent = kept.as_ref().unwrap_or(object);
        let applied = self.cluster.apply(sent, resource, namespace, before, options);
        let Applied { live, outcome } = applied.await?;
        if object.kind == "CustomResourceDefinition" && !self.options.dry_run {
            self.cluster.await_definition(&key.path(), &key.what("get")).await?;
        }
        let placed = record::placed(object, resource, &live, manager(&prepared.how));
        Ok(Done { object: object.clone(), placed, outcome })
    }

    /// An account that names pull secrets of its own: the list is one field, so that ours
    /// in it would go. `None`: there are none of ours.
    async fn with_our_secrets(
        &self,
        object: &Object,
        key: &Key,
    ) -> Result<Option<Object>, Failure> {
        let listed = &object.body["imagePullSecrets"];
        if object.kind != "ServiceAccount" || !listed.is_array() || self.secrets.is_empty() {
            return Ok(None);
        }
        let live = self.cluster.object(key).await?.unwrap_or_default();
        let namespace = key.namespace.clone().unwrap_or_default();
        let ours = |entry: &&Value| {
            let name = entry["name"].as_str().unwrap_or_default().to_owned();
            self.secrets.contains(&(namespace.clone(), name))
        };
        let mut all = listed.as_array().cloned().unwrap_or_default();
        let there = live["imagePullSecrets"].as_array().into_iter().flatten();
        let missing: Vec<Value> =
            there.filter(ours).filter(|entry| !all.contains(entry)).cloned().collect();
        all.extend(missing);
        let mut object = object.clone();
        object.body["imagePullSecrets"] = all.into();
        Ok(Some(object))
    }

    pub fn resource(&self, object: &Object) -> Result<&Resource, Failure> {
        self.resources.of(object).ok_or_else(|| {
            let Object { kind, api_version, .. } = object;
            let text = format!("{object}: the cluster has no kind `{kind}` in `{api_version}`");
            Failure::new(Exit::Data, text)
                .hint("is its CustomResourceDefinition installed, and the version one it serves?")
        })
    }

    /// The metadata of those that are there. What cannot be asked for yet is not there.
    async fn before(
        &self,
        prepared: &Prepared,
        objects: &[Object],
    ) -> Result<HashMap<Key, Value>, Failure> {
        let key = |object: &Object| {
            let resource = self.resources.of(object)?;
            let namespace = object.namespace.as_deref().unwrap_or(&prepared.namespace);
            (!object.name.is_empty()).then(|| Key::of(resource, namespace, &object.name))
        };
        let keys: Vec<Key> = objects.iter().filter_map(key).collect();
        Ok(self.cluster.metadata(&keys).await?)
    }

    /// The objects as another program left them.
    async fn look_at(
        &mut self,
        prepared: &Prepared,
        objects: &[Object],
    ) -> Result<Vec<Done>, Failure> {
        self.resources.learn(self.cluster, objects).await?;
        let found = self.before(prepared, objects).await?;
        let mut done = Vec::new();
        for object in objects {
            let resource = self.resource(object)?;
            let namespace = object.namespace.as_deref().unwrap_or(&prepared.namespace);
            if let Some(metadata) = found.get(&Key::of(resource, namespace, &object.name)) {
                let live = serde_json::json!({ "metadata": metadata });
                let placed = record::placed(object, resource, &live, manager(&prepared.how));
                done.push(Done { object: object.clone(), placed, outcome: Outcome::Changed });
            }
        }
        Ok(done)
    }
}

/// Says which deployment a failure is about.
pub fn about(prepared: &Prepared, failure: Failure) -> Failure {
    Failure { error: format!("deployment `{}`: {}", prepared.name(), failure.error), ..failure }
}
