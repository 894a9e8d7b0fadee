//! `kubectl:` deployments: plain manifests, or what kustomize makes of a folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::config::{Deployment, Method, Project};
use crate::manifest::input::join;
use crate::util::process::{RunError, run_bounded};

/// A kustomize that takes longer hangs.
const KUSTOMIZE_LIMIT: Duration = Duration::from_secs(300);
const KUSTOMIZE_MAX_OUTPUT: u64 = 1 << 30;

/// Why a deployment's manifests cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("deployment `{name}`: `{method}` deployments are not carried out by this version")]
    Unsupported { name: String, method: &'static str },
    #[error("deployment `{name}`: {source}")]
    Start { name: String, source: RunError },
    #[error("deployment `{name}`: `{program}` failed on `{folder}`: {said}")]
    Kustomize { name: String, program: String, folder: String, said: String },
}

/// Where a deployment's manifests come from.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// Files, folders and globs.
    Files(Vec<PathBuf>),
    /// Manifests that were rendered already.
    Text(Vec<u8>),
}

/// The manifests of a deployment, before rewriting. `rewrite: false` is the caller's business.
pub fn source(project: &Project, deployment: &Deployment) -> Result<Source, Error> {
    let name = &deployment.name;
    let (manifests, kustomize, command) = match &deployment.method {
        Method::Kubectl { manifests, kustomize, cmd_path, .. } => {
            (manifests, *kustomize, cmd_path.as_deref().unwrap_or("kubectl"))
        }
        Method::Helm { .. } => {
            return Err(Error::Unsupported { name: name.clone(), method: "helm" });
        }
        Method::Component { .. } => {
            return Err(Error::Unsupported { name: name.clone(), method: "component" });
        }
    };
    if !kustomize {
        return Ok(Source::Files(manifests.iter().map(PathBuf::from).collect()));
    }
    let mut text = Vec::new();
    for folder in manifests {
        let part = render_kustomize(project, name, command, Path::new(folder))?;
        join(&mut text, &part);
    }
    Ok(Source::Text(text))
}

fn render_kustomize(
    project: &Project,
    name: &str,
    program: &str,
    folder: &Path,
) -> Result<Vec<u8>, Error> {
    // Upstream's habit: the entry may name the file in the folder.
    let folder = match folder.file_name().and_then(|file| file.to_str()) {
        Some("kustomization.yaml" | "kustomization.yml" | "Kustomization") => {
            folder.parent().unwrap_or(Path::new("."))
        }
        _ => folder,
    };
    let mut command = Command::new(program);
    command.arg("kustomize").arg(folder).current_dir(&project.root);
    let output = run_bounded(&mut command, b"", KUSTOMIZE_LIMIT, KUSTOMIZE_MAX_OUTPUT)
        .map_err(|source| Error::Start { name: name.to_owned(), source })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::Kustomize {
        name: name.to_owned(),
        program: program.to_owned(),
        folder: folder.display().to_string(),
        said: said.trim().lines().last().unwrap_or("it said nothing").to_owned(),
    })
}
