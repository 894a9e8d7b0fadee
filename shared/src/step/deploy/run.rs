//! One deploy from the first step to the last rollout.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::await_all::await_all;
use super::carry::{Carried, Work, about};
use super::look::{Found, Place, look, planned, secrets_wanted};
use super::prepare::{How, Prepared};
use super::references::References;
use super::row::{Find, Row, Stepped};
use super::shown::{Progress, Shown};
use super::unchanged::{self, Due, record as last};
use super::{Request, TIMEOUT, child, diff};
use crate::cluster::apply::Options as ApplyOptions;
use crate::cluster::{Object, Resources};
use crate::config::{Deployment, HookStage, Project};
use crate::deploy::{objects, record};
use crate::state::{Deployed, Fresh, Placed, Release};
use crate::step::asynchronous::block_on;
use crate::step::hooks;
use crate::step::options::Options;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::time::utc;

pub type Shared = Arc<Mutex<Progress>>;

/// See the module.
pub fn run(
    options: Options,
    request: &Request,
    project: Project,
    deployments: &[Deployment],
    find: Find,
) -> Result<Exit, Failure> {
    let progress = Shared::default();
    let ended = block_on(work(options, request, project, deployments, find, &progress));
    ended.map_err(|failure| match failure.exit {
        Exit::Interrupted | Exit::Terminated => {
            let told = progress.lock().unwrap_or_else(PoisonError::into_inner).told();
            failure.snippet(told).hint("run `ds deploy` again: what is done is not done twice")
        }
        _ => failure,
    })
}

pub async fn work(
    options: Options,
    request: &Request,
    project: Project,
    deployments: &[Deployment],
    find: Find,
    progress: &Shared,
) -> Result<Exit, Failure> {
    // A cluster that cannot be reached is told before an image is built for it.
    let cluster = request.at.connect(&project).await?;
    let identity = cluster.identity().await?;
    let row = Row::new(find, &options.common, &project.root);
    let plans = request.plan.is_some() || request.from.is_some();
    if plans
        && let Some(exit) =
            planned(&options, request, &project, deployments, &row, &cluster, &identity).await?
    {
        return Ok(exit);
    }
    if !request.to_previous
        && let Some(exit) = row.images(request).await?
    {
        return Ok(exit);
    }
    // The steps have told what there is to tell of the config.
    let project = Project { warnings: Vec::new(), notes: Vec::new(), ..project };
    let run = Run::of_project(options, project, Fresh::Refused)?;
    let state = run.store.load()?;
    let place = Place { cluster: &cluster, identity: &identity, state: &state };
    let current = References::of_state(&run, &state);
    let found = look(&run, request, &row, deployments, &place, &current, &[]).await?;
    let Found { all, due } = match found {
        Ok(found) => found,
        Err(exit) => return Ok(exit),
    };
    let deploy = Deploy { run: &run, request, row: &row, place: &place, progress };
    let exit = match request.diff {
        true => diff::show(&cluster, &all, request.force_conflicts, run.options.common.check).await,
        false => deploy.all(&all, &due).await,
    };
    let calls = cluster.calls();
    run.reporter.note(Level::Debug, format!("{calls} requests to {}", cluster.about()));
    exit
}

/// A deploy whose deployments are prepared.
struct Deploy<'d> {
    run: &'d Run,
    request: &'d Request,
    row: &'d Row,
    place: &'d Place<'d>,
    progress: &'d Shared,
}

impl Deploy<'_> {
    async fn all(&self, all: &[Prepared], due: &[Due]) -> Result<Exit, Failure> {
        let mut shown = Shown::default();
        if !self.run.acts() {
            return self.say(all, due, &mut shown);
        }
        let work: Vec<&Prepared> = all
            .iter()
            .zip(due)
            .filter(|(_, due)| !matches!(due, Due::Nothing | Due::Rebuilt(_)))
            .map(|(prepared, _)| prepared)
            .collect();
        self.tell(|progress| progress.plan(work.iter().map(|p| p.name().to_owned()).collect()));
        let mut carrier = Work {
            cluster: self.place.cluster,
            resources: Resources::default(),
            options: ApplyOptions {
                force_conflicts: self.request.force_conflicts,
                ..ApplyOptions::default()
            },
            known: self.known(),
            secrets: self
                .place
                .state
                .secrets
                .iter()
                .map(|secret| (secret.namespace.clone(), secret.name.clone()))
                .collect(),
        };
        if let Some(exit) = self.ground(&mut carrier, all, &work).await? {
            return Ok(exit);
        }
        if !work.is_empty() {
            self.hooks(true, "all").await?;
        }
        let mut placed: Vec<Placed> = Vec::new();
        for (prepared, due) in all.iter().zip(due) {
            placed.extend(self.one(&mut carrier, prepared, due, &mut shown).await?);
        }
        if !work.is_empty() {
            self.hooks(false, "all").await?;
        }
        shown.print(self.request.output)?;
        if self.request.wait {
            let limit = self.request.timeout.unwrap_or(TIMEOUT);
            await_all(self.place.cluster, &placed, limit, &*self.run.reporter).await?;
        }
        let unchanged = self.run.options.common.exit_unchanged && !shown.changed();
        Ok(if unchanged { Exit::Unchanged } else { Exit::Done })
    }

    /// Uids of all that was put into this cluster from here.
    fn known(&self) -> HashSet<String> {
        let here = |deployed: &&Deployed| deployed.cluster == self.place.identity;
        let deployed = self.place.state.deployed.iter().filter(here);
        deployed.flat_map(|deployed| deployed.objects.iter().map(|o| o.uid.clone())).collect()
    }

    /// `--check` and `--dry-run`
    fn say(&self, all: &[Prepared], due: &[Due], shown: &mut Shown) -> Result<Exit, Failure> {
        for (prepared, due) in all.iter().zip(due) {
            match due {
                Due::Nothing => shown.up_to_date(prepared),
                due => shown.still_due(prepared, due),
            }
        }
        shown.print(self.request.output)?;
        let found = self.run.options.common.check && shown.changed();
        Ok(if found { Exit::CheckFound } else { Exit::Done })
    }

    /// What must be there before pods are: namespaces, accounts, pull secrets.
    async fn ground(
        &self,
        carrier: &mut Work<'_>,
        all: &[Prepared],
        work: &[&Prepared],
    ) -> Result<Option<Exit>, Failure> {
        let mut there: HashSet<&str> = HashSet::new();
        for prepared in work {
            let is_it =
                |object: &Object| object.kind == "Namespace" && object.name == prepared.namespace;
            let own = prepared.objects.iter().any(is_it);
            if !own && there.insert(&prepared.namespace) {
                let made = self.place.cluster.ensure_namespace(&prepared.namespace).await?;
                if made {
                    let text = format!("namespace `{}` made", prepared.namespace);
                    self.run.reporter.note(Level::Info, text);
                }
            }
        }
        if !secrets_wanted(self.run) {
            return Ok(None);
        }
        let mut manifests = Vec::new();
        for prepared in all {
            let is_new = |object: &&Object| object.kind == "Namespace";
            let new: Vec<Object> = prepared.objects.iter().filter(is_new).cloned().collect();
            if work.iter().any(|other| other.name() == prepared.name()) && !new.is_empty() {
                carrier.apply_all(prepared, &new).await?;
            }
            let release = match &prepared.how {
                How::Helm(helm) => Some(helm.release.name.as_str()),
                _ => None,
            };
            manifests.extend(objects::stream(&prepared.objects, &prepared.namespace, release));
        }
        match self.row.secret(&self.request.at.to_args(), manifests).await? {
            Stepped::Done(_) => Ok(None),
            Stepped::Ended(exit) => Ok(Some(exit)),
        }
    }

    async fn one(
        &self,
        carrier: &mut Work<'_>,
        prepared: &Prepared,
        due: &Due,
        shown: &mut Shown,
    ) -> Result<Vec<Placed>, Failure> {
        let before = last(self.place.state, self.place.identity, prepared);
        let kept = || before.map(|before| before.objects.clone()).unwrap_or_default();
        match due {
            Due::Nothing => {
                shown.up_to_date(prepared);
                return Ok(kept());
            }
            Due::Rebuilt(images) => {
                let names = self.restart(prepared, images, &kept()).await?;
                shown.restarted(prepared, due, &names);
                let release = before.and_then(|before| before.release.clone());
                self.save(prepared, kept(), release)?;
                return Ok(kept());
            }
            _ => {}
        }
        let name = prepared.name();
        self.tell(|progress| progress.begin(name));
        self.run.reporter.image_note(name, Level::Info, format!("deploying: {}", due.reason()));
        self.hooks(true, name).await?;
        let carried =
            carrier.carry_out(&self.run.project, self.row, prepared, before.is_some()).await;
        let Carried { done, release } = carried.map_err(|error| about(prepared, error))?;
        for one in &done {
            let text = format!("{} {}", one.object, one.outcome.word());
            self.run.reporter.image_note(name, Level::Verbose, text);
        }
        let placed: Vec<Placed> = done.iter().map(|one| one.placed.clone()).collect();
        // What a chart has no longer, helm takes away.
        let stays = !matches!(prepared.how, How::Helm(_));
        let gone = |old: &&Placed| stays && !placed.iter().any(|new| same(old, new));
        for left in kept().iter().filter(gone) {
            let text = format!(
                "{} `{}` is no longer in its manifests, and stays in the cluster",
                left.kind, left.name
            );
            self.run.reporter.image_note(name, Level::Warning, text);
        }
        self.save(prepared, placed.clone(), release)?;
        self.hooks(false, name).await?;
        self.tell(Progress::end);
        shown.done(prepared, due, &done);
        Ok(placed)
    }

    /// Workloads that use an image which was rebuilt under its reference get new pods.
    async fn restart(
        &self,
        prepared: &Prepared,
        images: &[String],
        placed: &[Placed],
    ) -> Result<Vec<String>, Failure> {
        const RESTARTED: [&str; 3] = ["Deployment", "StatefulSet", "DaemonSet"];
        let references = &prepared.references.images;
        let uses = |object: &&Object| {
            RESTARTED.contains(&object.kind.as_str())
                && images
                    .iter()
                    .filter_map(|name| references.get(name))
                    .any(|reference| object.mentions(&reference.to_string()))
        };
        let mut names = Vec::new();
        for object in prepared.objects.iter().filter(uses) {
            let found = placed.iter().find(|placed| {
                placed.kind == object.kind
                    && placed.name == object.name
                    && placed.namespace.as_deref()
                        == Some(object.namespace.as_deref().unwrap_or(&prepared.namespace))
            });
            if let Some(found) = found {
                let now = utc(unix_now());
                self.place.cluster.restart(&record::key(found), &now).await?;
                names.push(object.to_string());
            }
        }
        Ok(names)
    }

    fn save(
        &self,
        prepared: &Prepared,
        placed: Vec<Placed>,
        release: Option<Release>,
    ) -> Result<(), Failure> {
        let (identity, at) = (self.place.identity, unix_now());
        self.run.store.update(|state| {
            let before = last(state, identity, prepared).cloned();
            let before = before.as_ref();
            let entry = unchanged::entry(before, identity, prepared, placed, release, at);
            state.set_deployed(entry);
            Ok::<_, crate::state::Error>(())
        })?;
        Ok(())
    }

    /// Hooks of a deployment, or of `all`.
    async fn hooks(&self, before: bool, name: &str) -> Result<(), Failure> {
        if self.request.no_hooks {
            return Ok(());
        }
        let stage = HookStage::Deployments;
        for hook in hooks::of(&self.run.project, before, stage, name) {
            self.run.reporter.note(Level::Info, format!("hook `{}`", hook.command));
            let command = hooks::command(&self.run.project, hook);
            let ended = child::run(command, None, child::Keep::Nothing).await;
            hooks::judge(hook, ended.map(|ended| ended.status))?;
        }
        Ok(())
    }

    fn tell(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn same(a: &Placed, b: &Placed) -> bool {
    (&a.kind, &a.namespace, &a.name) == (&b.kind, &b.namespace, &b.name)
}

pub fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
