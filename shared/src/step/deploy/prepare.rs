//! What each deployment would put into the cluster: rendered, rewritten, read. All of it
//! is known before anything is sent.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::child::{self, Keep};
use super::helm::{self, Helm};
use super::references::References;
use super::row::{Input, Row, Stepped, cannot_run};
use crate::cluster::Object;
use crate::config::{Deployment, Method, Project};
use crate::deploy::component;
use crate::deploy::kubectl::{self, Source};
use crate::deploy::objects::objects;
use crate::manifest::input;
use crate::reference::Digest;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs;

/// A deployment that is ready to be carried out.
#[derive(Debug)]
pub struct Prepared {
    pub deployment: Deployment,
    /// The namespace of what names none.
    pub namespace: String,
    /// What is applied, byte for byte.
    pub text: Vec<u8>,
    pub objects: Vec<Object>,
    pub how: How,
    /// Over all that decides what stands in the cluster afterwards.
    pub digest: Digest,
    /// Those that it has; of a chart that is not rendered yet, all there are.
    pub references: References,
    /// References that count more than the cards.
    pub sets: Vec<(String, String)>,
}

/// Who puts it there.
#[derive(Debug)]
pub enum How {
    Ourselves,
    /// kubectl, with the flags of the config.
    Kubectl {
        program: Option<String>,
        flags: Vec<String>,
    },
    /// helm, in which the objects lie; they are known once it is rendered.
    Helm(Box<Helm>),
}

impl Prepared {
    pub fn name(&self) -> &str {
        &self.deployment.name
    }

    /// Renders a chart, so that its objects are known. All else is known already.
    pub async fn render(
        &mut self,
        project: &Project,
        row: &Row,
        kube_version: Option<&str>,
    ) -> Result<Option<Exit>, Failure> {
        let How::Helm(helm) = &self.how else { return Ok(None) };
        if !self.text.is_empty() {
            return Ok(None);
        }
        helm.log_in(project).await?;
        let rendered = helm.render(project, row, &self.namespace, kube_version, &self.sets).await?;
        let rendered = match rendered {
            helm::Step::Done(rendered) => rendered,
            helm::Step::Ended(exit) => return Ok(Some(exit)),
        };
        if let Some(failure) = rendered.out_of_reach()
            && helm::keeps_hooks(helm, project).await?
        {
            return Err(failure);
        }
        self.objects = rendered.objects();
        self.references = self.references.in_objects(&rendered.everything());
        self.text = rendered.text;
        Ok(None)
    }
}

/// How preparing ended, if not with a failure of ours.
pub enum Ready {
    Done(Box<Prepared>),
    /// A step of the row told why itself.
    Ended(Exit),
}

/// Prepares one deployment. `sets` are references that count more than the cards.
pub async fn prepare(
    project: &Project,
    row: &Row,
    deployment: &Deployment,
    namespace: &str,
    references: &References,
    sets: &[(String, String)],
) -> Result<Ready, Failure> {
    let (text, how) = match &deployment.method {
        Method::Kubectl { manifests, kustomize, flags, cmd_path, rewrite } => {
            let source = kubectl::source(manifests, *kustomize);
            let input = input_of(project, deployment, source, cmd_path.as_deref()).await?;
            let text = match rewrite {
                true => row.rewrite(input, sets).await?,
                false => Stepped::Done(as_they_are(project, input)?),
            };
            let text = match text {
                Stepped::Done(text) => text,
                Stepped::Ended(exit) => return Ok(Ready::Ended(exit)),
            };
            let own = !flags.is_empty() || cmd_path.is_some();
            let how = match own {
                true => How::Kubectl { program: cmd_path.clone(), flags: flags.clone() },
                false => How::Ourselves,
            };
            (text, how)
        }
        Method::Helm { settings, rewrite } => {
            let helm = helm::prepare(project, row, deployment, settings, *rewrite, namespace, sets)
                .await?;
            let helm = match helm {
                helm::Step::Done(helm) => helm,
                helm::Step::Ended(exit) => return Ok(Ready::Ended(exit)),
            };
            return Ok(Ready::Done(Box::new(Prepared {
                deployment: deployment.clone(),
                namespace: namespace.to_owned(),
                text: Vec::new(),
                objects: Vec::new(),
                digest: helm.digest.clone(),
                how: How::Helm(Box::new(helm)),
                references: references.clone(),
                sets: sets.to_vec(),
            })));
        }
        Method::Component { settings } => {
            let text = component_text(&deployment.name, settings);
            match row.rewrite(Input::Text(text), sets).await? {
                Stepped::Done(text) => (text, How::Ourselves),
                Stepped::Ended(exit) => return Ok(Ready::Ended(exit)),
            }
        }
    };
    let objects = objects(&text, &format!("deployment `{}`", deployment.name))?;
    let digest = digest(&how, namespace, &text);
    let references = references.in_objects(&objects);
    let (deployment, namespace) = (deployment.clone(), namespace.to_owned());
    let sets = sets.to_vec();
    let prepared = Prepared { deployment, namespace, text, objects, how, digest, references, sets };
    Ok(Ready::Done(Box::new(prepared)))
}

/// The objects of a deployment as they are written, for what only names matter to. A
/// chart has none without helm.
pub async fn manifests(project: &Project, deployment: &Deployment) -> Result<Vec<Object>, Failure> {
    let text = match &deployment.method {
        Method::Kubectl { manifests, kustomize, cmd_path, .. } => {
            let source = kubectl::source(manifests, *kustomize);
            let input = input_of(project, deployment, source, cmd_path.as_deref()).await?;
            as_they_are(project, input)?
        }
        Method::Component { settings } => component_text(&deployment.name, settings),
        Method::Helm { .. } => Vec::new(),
    };
    Ok(objects(&text, &format!("deployment `{}`", deployment.name))?)
}

fn component_text(name: &str, settings: &Value) -> Vec<u8> {
    let objects = component::render(name, settings);
    objects.iter().map(|object| format!("---\n{object:#}\n")).collect::<String>().into_bytes()
}

/// What ds-rewrite reads: the files as they are, or what kustomize makes.
async fn input_of(
    project: &Project,
    deployment: &Deployment,
    source: Source,
    program: Option<&str>,
) -> Result<Input, Failure> {
    let folders = match source {
        Source::Files(files) => return Ok(Input::Files(files)),
        Source::Kustomize(folders) => folders,
    };
    let mut text = Vec::new();
    for folder in folders {
        let part = kustomized(project, deployment, program, &folder).await?;
        input::join(&mut text, &part);
    }
    Ok(Input::Text(text))
}

async fn kustomized(
    project: &Project,
    deployment: &Deployment,
    program: Option<&str>,
    folder: &Path,
) -> Result<Vec<u8>, Failure> {
    let name = &deployment.name;
    let mut missing = Vec::new();
    for command in kubectl::kustomize(program, folder, &project.root) {
        let program = command.get_program().to_string_lossy().into_owned();
        match child::run(command, None, Keep::Both).await {
            Ok(ended) if ended.status.success() => return Ok(ended.stdout),
            Ok(ended) => {
                let (folder, said) = (folder.display(), ended.last_words());
                let text = format!("deployment `{name}`: `{program}` failed on `{folder}`: {said}");
                return Err(Failure::new(Exit::Data, text));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                missing.push(format!("`{program}`"));
            }
            Err(error) => return Err(cannot_run(&program, &error)),
        }
    }
    let text = format!("deployment `{name}`: there is no {}", missing.join(" and no "));
    Err(Failure::new(Exit::Failed, text).hint("kustomizations are rendered by one of them"))
}

/// Manifests of a deployment with `updateImageTags: false`.
fn as_they_are(project: &Project, input: Input) -> Result<Vec<u8>, Failure> {
    let files = match input {
        Input::Text(text) => return Ok(text),
        Input::Files(files) => files,
    };
    let wrong = |error: &dyn std::fmt::Display| Failure::new(Exit::Data, error.to_string());
    let mut stream = Vec::new();
    for file in input::expand(&files, &project.root).map_err(|error| wrong(&error))? {
        if let input::Source::File { path, .. } = file {
            input::join(&mut stream, &fs::read(&path).map_err(|error| wrong(&error))?);
        }
    }
    Ok(stream)
}

/// Over what is applied, where, and by whom.
fn digest(how: &How, namespace: &str, text: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    match how {
        How::Ourselves => part(b"apply"),
        How::Kubectl { program, flags } => {
            part(b"kubectl");
            part(program.as_deref().unwrap_or_default().as_bytes());
            flags.iter().for_each(|flag| part(flag.as_bytes()));
        }
        // It has a digest of its own, over what it is rendered from.
        How::Helm(_) => part(b"helm"),
    }
    part(namespace.as_bytes());
    part(text);
    Digest::sha256(&hash.finalize().into())
}
