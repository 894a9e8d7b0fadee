//! `ds dev`: the dev variant is deployed, its pods' logs are followed, and with a watch
//! what changes is built and deployed again, one run at a time.
//!
//! A deploy does only what is affected by itself, so that a change is no more than a
//! reason to run it again. Ctrl-C ends the watch and the logs; what was deployed stays.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::logs;
use super::row::{Find, Row};
use super::run::{Shared, work};
use super::watch::Watch;
use super::{Request, chosen, project};
use crate::cluster::Cluster;
use crate::config::{Deployment, Project};
use crate::state::{Fresh, Placed};
use crate::step::asynchronous::block_on;
use crate::step::options::Options;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Files that are written together count as one change.
const DEBOUNCE: Duration = Duration::from_millis(300);

/// What the command line asks of `ds dev`.
#[derive(Debug, Clone, Default)]
pub struct Dev {
    pub deploy: Request,
    /// Deploy again when something changed; `dev.autoReload` of the config asks for it, too.
    pub watch: bool,
    pub exit_after_deploy: bool,
}

/// See the module.
pub fn dev(mut options: Options, dev: &Dev, find: Find) -> Result<Exit, Failure> {
    options.common.dev = true;
    let following = AtomicBool::new(false);
    let ended = block_on(rounds(&options, dev, find, &following));
    match ended {
        // Whoever follows logs ends with Ctrl-C: that is no failure to tell of.
        Err(failure)
            if following.load(Ordering::Relaxed)
                && matches!(failure.exit, Exit::Interrupted | Exit::Terminated) =>
        {
            Ok(failure.exit)
        }
        ended => ended,
    }
}

async fn rounds(
    options: &Options,
    dev: &Dev,
    find: Find,
    following: &AtomicBool,
) -> Result<Exit, Failure> {
    let reporter = options.reporter();
    let mut project = project(options, &dev.deploy)?;
    loop {
        let deployments = chosen(&project, &dev.deploy.deployments)?;
        let row = Row::new(find.clone(), &options.common, &project.root);
        let watch = Watch::of(&project, &deployments, dev.watch);
        // Looked at before the run, so that a change while it runs is one.
        let seen = match &watch {
            Some(watch) => Some(watch.look(&row).await?),
            None => None,
        };
        let ended = once(options, dev, &project, &deployments, &find).await;
        let followed = match ended {
            Ok(Ok(placed)) if dev.exit_after_deploy => {
                drop(placed);
                return Ok(Exit::Done);
            }
            Ok(Ok((cluster, placed))) => Some((cluster, placed)),
            Ok(Err(exit)) if watch.is_none() || dev.exit_after_deploy => return Ok(exit),
            Ok(Err(_)) => None,
            Err(failure) if watch.is_none() || dev.exit_after_deploy => return Err(failure),
            Err(failure) => {
                failure.print(options.common.progress);
                None
            }
        };
        following.store(true, Ordering::Relaxed);
        let changed = async {
            match (&watch, &seen) {
                (Some(watch), Some(seen)) => watch.changed(&row, seen).await,
                _ => std::future::pending().await,
            }
        };
        let logs = async {
            if let Some((cluster, placed)) = &followed {
                logs::follow(cluster, placed, &*reporter).await?;
            }
            std::future::pending::<Result<(), Failure>>().await
        };
        let what = tokio::select! {
            changed = changed => changed?,
            ended = logs => return ended.map(|()| Exit::Done),
        };
        following.store(false, Ordering::Relaxed);
        reporter.note(Level::Info, format!("{what} changed"));
        tokio::time::sleep(DEBOUNCE).await;
        match self::project(options, &dev.deploy) {
            Ok(loaded) => project = loaded,
            // A config that is being edited is broken for a while.
            Err(failure) => failure.print(options.common.progress),
        }
    }
}

type Deployed = (Cluster, Vec<Placed>);

/// One deploy; comes back with what stands in the cluster.
async fn once(
    options: &Options,
    dev: &Dev,
    project: &Project,
    deployments: &[Deployment],
    find: &Find,
) -> Result<Result<Deployed, Exit>, Failure> {
    let progress = Shared::default();
    let (options, copy) = (options.clone(), project.clone());
    let exit =
        work(options.clone(), &dev.deploy, copy, deployments, find.clone(), &progress).await?;
    if !matches!(exit, Exit::Done | Exit::Unchanged) {
        return Ok(Err(exit));
    }
    let cluster = dev.deploy.at.connect(project).await?;
    let identity = cluster.identity().await?;
    let run = Run::of_project(
        options,
        Project { warnings: Vec::new(), notes: Vec::new(), ..project.clone() },
        Fresh::Refused,
    )?;
    let state = run.store.load()?;
    let ours = |name: &str| deployments.iter().any(|deployment| deployment.name == name);
    let here = state.deployed.iter().filter(|d| d.cluster == identity && ours(&d.deployment));
    let placed = here.flat_map(|deployed| deployed.objects.clone()).collect();
    Ok(Ok((cluster, placed)))
}
