//! What a deploy finds before it does anything: all deployments prepared, what is due of
//! each, and whether a plan still holds.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::carry::{Work, about};
use super::prepare::{How, Prepared, Ready, prepare};
use super::references::References;
use super::row::Row;
use super::unchanged::{self, Due};
use super::{Request, diff, plan};
use crate::cluster::Cluster;
use crate::config::{Deployment, Project};
use crate::state::{Fresh, State};
use crate::step::options::Options;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Writes the plan, or compares it with one that was written: then, and only then, the
/// deploy goes on.
pub async fn planned(
    options: &Options,
    request: &Request,
    project: &Project,
    deployments: &[Deployment],
    row: &Row,
    cluster: &Cluster,
    identity: &str,
) -> Result<Option<Exit>, Failure> {
    let before = request.from.as_deref().map(|path| plan::read(path).map(|plan| (path, plan)));
    let before = before.transpose()?;
    let run = Run::of_project(options.clone(), project.clone(), Fresh::Refused)?;
    let state = run.store.load()?;
    let place = Place { cluster, identity, state: &state };
    let current = References::of_state(&run, &state);
    let images = match plan::images(&run, request, row, &current).await? {
        Ok(images) => images,
        Err(exit) => return Ok(Some(exit)),
    };
    // Charts are rendered for a plan, whether they are due or not.
    let asked = Request { diff: true, ..request.clone() };
    let found =
        look(&run, &asked, row, deployments, &place, &images.references, &images.sets).await?;
    let Found { all, due } = match found {
        Ok(found) => found,
        Err(exit) => return Ok(Some(exit)),
    };
    let work = diff::work(cluster, request.force_conflicts);
    let mut looked = Looked { identity, all: &all, due: &due, work };
    let plan = plan::make(&mut looked, images.rows).await?;
    match (&request.plan, before) {
        (Some(path), _) => {
            plan::write(path, &plan)?;
            Ok(Some(Exit::Done))
        }
        (None, Some((path, before))) => {
            plan::compare(path, &before, &plan)?;
            Ok(None)
        }
        (None, None) => Ok(None),
    }
}

/// What a plan is made of.
pub struct Looked<'l> {
    pub identity: &'l str,
    pub all: &'l [Prepared],
    pub due: &'l [Due],
    pub work: Work<'l>,
}

/// All deployments, and what is due of each.
pub struct Found {
    pub all: Vec<Prepared>,
    pub due: Vec<Due>,
}

/// Prepares all, compares it with the cluster, and renders the charts that matter.
pub async fn look(
    run: &Run,
    request: &Request,
    row: &Row,
    deployments: &[Deployment],
    place: &Place<'_>,
    references: &References,
    sets: &[(String, String)],
) -> Result<Result<Found, Exit>, Failure> {
    let prepared = prepare_all(run, request, row, deployments, place, references, sets).await?;
    let mut all = match prepared {
        Ok(all) => all,
        Err(exit) => return Ok(Err(exit)),
    };
    let Place { cluster, identity, state } = place;
    let due = unchanged::due(cluster, identity, state, &all, request.force_deploy).await?;
    let wanted = |due: &Due| request.diff || secrets_wanted(run) || *due != Due::Nothing;
    let charts = |(prepared, due): &(&mut Prepared, &Due)| {
        matches!(prepared.how, How::Helm(_)) && wanted(due)
    };
    let mut version = None;
    for (prepared, _) in all.iter_mut().zip(&due).filter(charts) {
        if version.is_none() {
            version = cluster.version().await?;
        }
        let rendered = prepared.render(&run.project, row, version.as_deref()).await;
        if let Some(exit) = rendered.map_err(|error| about(prepared, error))? {
            return Ok(Err(exit));
        }
    }
    Ok(Ok(Found { all, due }))
}

/// Where a run deploys to, and what is known of it.
pub struct Place<'p> {
    pub cluster: &'p Cluster,
    pub identity: &'p str,
    pub state: &'p State,
}

async fn prepare_all(
    run: &Run,
    request: &Request,
    row: &Row,
    deployments: &[Deployment],
    place: &Place<'_>,
    references: &References,
    sets: &[(String, String)],
) -> Result<Result<Vec<Prepared>, Exit>, Failure> {
    let ready = deployments.iter().map(|deployment| async {
        let namespace = deployment.namespace.as_deref().unwrap_or(place.cluster.namespace());
        let (references, sets) = match request.to_previous {
            true => {
                let before = before(place, deployment, namespace)?;
                (before.clone(), before.sets())
            }
            false => (references.clone(), sets.to_vec()),
        };
        prepare(&run.project, row, deployment, namespace, &references, &sets).await
    });
    let ready: Vec<Ready> = stream::iter(ready).buffered(run.options.jobs).try_collect().await?;
    let mut all = Vec::with_capacity(ready.len());
    for one in ready {
        match one {
            Ready::Done(prepared) => all.push(*prepared),
            Ready::Ended(exit) => return Ok(Err(exit)),
        }
    }
    Ok(Ok(all))
}

/// The references of the deploy before the last one to this place.
fn before(
    place: &Place<'_>,
    deployment: &Deployment,
    namespace: &str,
) -> Result<References, Failure> {
    let name = deployment.name.as_str();
    let here = (place.identity, namespace, name);
    let deployed = place.state.deployed.iter().find(|deployed| deployed.place() == here);
    deployed.and_then(References::before).ok_or_else(|| {
        let text = format!(
            "deployment `{name}` in `{namespace}`: the state knows of no deploy before the last one"
        );
        Failure::new(Exit::Data, text).hint("`--deployments` chooses those that can go back")
    })
}

/// Whether any pod may need a pull secret of ours.
pub fn secrets_wanted(run: &Run) -> bool {
    run.images.iter().any(|image| image.create_pull_secret) || !run.project.pull_secrets.is_empty()
}
