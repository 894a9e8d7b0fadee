//! `ds deploy --render`: what would be applied, on stdout; no cluster is asked.

use super::Request;
use super::prepare::{Ready, prepare};
use super::references::References;
use super::row::{Find, Row};
use crate::config::{Deployment, Project};
use crate::manifest::input;
use crate::state::Fresh;
use crate::step::asynchronous::block_on;
use crate::step::options::Options;
use crate::step::report::write_out;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Prints all manifests with the references of the cards, once all are rewritten.
pub fn render(
    options: Options,
    request: &Request,
    project: Project,
    deployments: &[Deployment],
    find: Find,
) -> Result<Exit, Failure> {
    let row = Row::new(find, &options.common, &project.root);
    block_on(async {
        if let Some(exit) = row.images(request).await? {
            return Ok(exit);
        }
        let run = Run::of_project(options, project, Fresh::Refused)?;
        let namespace = default_namespace(&run, request);
        let references = References::of_state(&run, &*run.store.load()?);
        let mut stream = Vec::new();
        for deployment in deployments {
            let namespace = deployment.namespace.as_deref().unwrap_or(&namespace);
            let ready =
                prepare(&run.project, &row, deployment, namespace, &references, &[]).await?;
            match ready {
                Ready::Done(mut prepared) => {
                    if let Some(exit) = prepared.render(&run.project, &row, None).await? {
                        return Ok(exit);
                    }
                    input::join(&mut stream, &prepared.text);
                }
                Ready::Ended(exit) => return Ok(exit),
            }
        }
        write_out(&stream)?;
        Ok(Exit::Done)
    })
}

/// What the kubeconfig says, as far as one is there.
fn default_namespace(run: &Run, request: &Request) -> String {
    let wanted = request.at.wanted(&run.project);
    let of_context = || {
        let context = crate::cluster::context::selected(&wanted.files, wanted.context.as_deref());
        context.ok().and_then(|context| context.namespace)
    };
    wanted.namespace.clone().or_else(of_context).unwrap_or_else(|| "default".into())
}
