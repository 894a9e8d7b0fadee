//! `ds purge`: takes away what deploys have put into the cluster, in reverse order. Never
//! a namespace, never a definition of kinds (others' objects would go with it), and
//! nothing that somebody else has made.

use super::Request;
use super::child::Keep;
use super::helm;
use super::prepare::manifests;
use super::row::{Find, Row, Stepped};
use crate::cluster::{Cluster, Key, Object, Resources, owner};
use crate::config::{Deployment, Method};
use crate::deploy::helm::Release;
use crate::deploy::record;
use crate::state::{Deployed, Fresh, Placed};
use crate::step::asynchronous::block_on;
use crate::step::options::Options;
use crate::step::report::write_out;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Kinds that stay, whoever made them.
const KEPT: [&str; 2] = ["Namespace", "CustomResourceDefinition"];

/// Takes the chosen deployments away; with `secrets` the pull secrets of ours, too.
pub fn purge(
    options: Options,
    request: &Request,
    secrets: bool,
    find: Find,
) -> Result<Exit, Failure> {
    let project = super::project(&options, request)?;
    let deployments = super::chosen(&project, &request.deployments)?;
    let row = Row::new(find, &options.common, &project.root);
    block_on(async {
        let cluster = request.at.connect(&project).await?;
        let identity = cluster.identity().await?;
        let run = Run::of_project(options, project, Fresh::Refused)?;
        let purge = Purge { run: &run, cluster: &cluster, identity: &identity };
        let mut text = String::new();
        for deployment in deployments.iter().rev() {
            let gone = purge.one(deployment).await?;
            text.push_str(&format!("{} {gone}\n", deployment.name));
        }
        if secrets && run.acts() {
            let mut args = request.at.to_args();
            args.push("--delete".into());
            let args = args.into_iter().map(Into::into).collect();
            if let Stepped::Ended(exit) = row.step("ds-secret", args, None, Keep::Nothing).await? {
                return Ok(exit);
            }
        }
        write_out(text)?;
        Ok(Exit::Done)
    })
}

struct Purge<'p> {
    run: &'p Run,
    cluster: &'p Cluster,
    identity: &'p str,
}

impl Purge<'_> {
    /// Takes one deployment away; what came of it, in words.
    async fn one(&self, deployment: &Deployment) -> Result<String, Failure> {
        let namespace = deployment.namespace.as_deref().unwrap_or(self.cluster.namespace());
        let state = self.run.store.load()?;
        let place = (self.identity, namespace, deployment.name.as_str());
        let record = state.deployed.iter().find(|deployed| deployed.place() == place);
        let text = match &deployment.method {
            Method::Helm { settings, .. } => {
                self.uninstall(deployment, settings, namespace, record).await?
            }
            _ => {
                let objects = match record {
                    Some(record) => record.objects.clone(),
                    None => self.unrecorded(deployment, namespace).await?,
                };
                self.remove(&deployment.name, objects).await?
            }
        };
        if self.run.acts() {
            self.run.store.update(|state| {
                state.deployed.retain(|deployed| deployed.place() != place);
                Ok::<_, crate::state::Error>(())
            })?;
        }
        Ok(text)
    }

    /// Deletes objects, last made first.
    async fn remove(&self, name: &str, objects: Vec<Placed>) -> Result<String, Failure> {
        let (mut gone, mut absent) = (0, 0);
        for placed in in_order(objects).iter().rev() {
            let what = format!("{} `{}`", placed.kind, placed.name);
            if KEPT.contains(&placed.kind.as_str()) {
                self.run.reporter.image_note(name, Level::Info, format!("{what} stays"));
                continue;
            }
            let removed = match self.run.acts() {
                true => self.cluster.remove(&record::key(placed), &placed.uid).await?,
                false => true,
            };
            let text = if removed { "deleted" } else { "was gone already" };
            self.run.reporter.image_note(name, Level::Verbose, format!("{what} {text}"));
            if removed { gone += 1 } else { absent += 1 }
        }
        Ok(match (gone, absent, self.run.acts()) {
            (0, _, _) => "was not there".into(),
            (gone, _, false) => format!("to delete: {gone}"),
            (gone, 0, true) => format!("{gone} deleted"),
            (gone, absent, true) => format!("{gone} deleted, {absent} gone already"),
        })
    }

    /// What the manifests name and we have made, where the state knows of no deploy: it may
    /// have been another machine's.
    async fn unrecorded(
        &self,
        deployment: &Deployment,
        namespace: &str,
    ) -> Result<Vec<Placed>, Failure> {
        let objects = manifests(&self.run.project, deployment).await?;
        let mut resources = Resources::default();
        resources.learn(self.cluster, &objects).await?;
        let place = |object: &Object| {
            let resource = resources.of(object)?.clone();
            let namespace = object.namespace.as_deref().unwrap_or(namespace).to_owned();
            let key = Key::of(&resource, &namespace, &object.name);
            (!object.name.is_empty()).then_some((resource, key))
        };
        let placed: Vec<_> =
            objects.iter().filter_map(|object| Some((object, place(object)?))).collect();
        let keys: Vec<Key> = placed.iter().map(|(_, (_, key))| key.clone()).collect();
        let found = self.cluster.metadata(&keys).await?;
        let mut ours = Vec::new();
        for (object, (resource, key)) in &placed {
            let Some(metadata) = found.get(key) else { continue };
            let managers = [owner::MANAGER, owner::CLIENT_SIDE];
            match managers.iter().any(|manager| owner::has(metadata, manager)) {
                true => {
                    let live = serde_json::json!({ "metadata": metadata });
                    ours.push(record::placed(object, resource, &live, owner::MANAGER));
                }
                false => {
                    let text = format!("{object} is somebody else's, and stays");
                    self.run.reporter.image_note(&deployment.name, Level::Warning, text);
                }
            }
        }
        Ok(ours)
    }

    async fn uninstall(
        &self,
        deployment: &Deployment,
        settings: &serde_json::Value,
        namespace: &str,
        record: Option<&Deployed>,
    ) -> Result<String, Failure> {
        let release = Release::read(&deployment.name, settings);
        if self.cluster.release(namespace, &release.name).await?.is_none() {
            return Ok("was not there".into());
        }
        let context = self.cluster.about().context.clone();
        let (project, context) = (&self.run.project, context.as_deref());
        if record.is_none() {
            helm::expect_same_chart(project, &release, namespace, context).await?;
        }
        if !self.run.acts() {
            return Ok("to uninstall".into());
        }
        helm::uninstall(project, &release, namespace, context).await?;
        Ok("uninstalled".into())
    }
}

/// By the rank of their kinds.
fn in_order(mut objects: Vec<Placed>) -> Vec<Placed> {
    objects.sort_by_key(|placed| crate::cluster::object::rank(&placed.kind));
    objects
}
