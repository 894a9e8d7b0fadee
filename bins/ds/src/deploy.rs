//! `ds deploy`, `ds dev`, `ds status`, `ds purge`: their arguments as a request; the work is `shared::step::deploy`'s.

use std::sync::Arc;

use shared::step::deploy::{self, Dev, Find, Request};
use shared::step::options::Options;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

use crate::args::{self, Deploy, Purge};
use crate::dispatch::missing;
use crate::find::Places;

/// The whole row; comes back with the exit code of the step that ended it.
pub fn run(args: &Deploy) -> Result<Exit, Failure> {
    deploy::deploy(Options::resolve(args.common.clone()), &request(args), find())
}

/// `ds dev`
pub fn dev(args: &args::Dev) -> Result<Exit, Failure> {
    let deploy = Request {
        at: args.at.clone(),
        deployments: args.deployments.clone(),
        skip_build: args.skip_build,
        force_build: args.force_build,
        skip_push: args.skip_push,
        no_hooks: args.no_hooks,
        ignore_dependencies: args.ignore_dependencies,
        force_deploy: args.force_deploy,
        force_conflicts: args.force_conflicts,
        ..Request::default()
    };
    let dev = Dev { deploy, watch: args.watch, exit_after_deploy: args.exit_after_deploy };
    deploy::dev(Options::resolve(args.common.clone()), &dev, find())
}

/// `ds status`
pub fn status(args: &args::Status) -> Result<Exit, Failure> {
    let request = Request {
        at: args.at.clone(),
        deployments: args.deployments.clone(),
        output: args.output,
        ..Request::default()
    };
    deploy::status(Options::resolve(args.common.clone()), &request)
}

/// `ds purge`
pub fn purge(args: &Purge) -> Result<Exit, Failure> {
    let request = Request {
        at: args.at.clone(),
        deployments: args.deployments.clone(),
        ignore_dependencies: true,
        ..Request::default()
    };
    deploy::purge(Options::resolve(args.common.clone()), &request, args.secrets, find())
}

/// Finds the executables of the row: beside ds, then on PATH.
pub fn find() -> Find {
    let places = Places::here();
    Arc::new(move |name| places.find(name).ok_or_else(|| missing(name)))
}

fn request(args: &Deploy) -> Request {
    Request {
        at: args.at.clone(),
        deployments: args.deployments.clone(),
        skip_build: args.skip_build,
        force_build: args.force_build,
        skip_push: args.skip_push,
        reuse: args.reuse,
        no_hooks: args.no_hooks,
        ignore_dependencies: args.ignore_dependencies,
        force_deploy: args.force_deploy,
        force_conflicts: args.force_conflicts,
        render: args.render,
        diff: args.diff,
        wait: args.wait,
        timeout: args.timeout,
        to_previous: args.to.is_some(),
        plan: args.plan.clone(),
        from: args.from.clone(),
        output: args.output,
    }
}
