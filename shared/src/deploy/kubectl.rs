//! `kubectl:` deployments: plain manifests, or what kustomize makes of a folder.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a deployment's manifests come from.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// Files, folders and globs.
    Files(Vec<PathBuf>),
    /// Folders with a kustomization.
    Kustomize(Vec<PathBuf>),
}

/// The manifests of a deployment, before rewriting.
pub fn source(manifests: &[String], kustomize: bool) -> Source {
    let paths = manifests.iter().map(PathBuf::from);
    match kustomize {
        false => Source::Files(paths.collect()),
        true => Source::Kustomize(paths.map(|path| kustomization_folder(&path)).collect()),
    }
}

/// Upstream's habit: the entry may name the file in the folder.
fn kustomization_folder(entry: &Path) -> PathBuf {
    match entry.file_name().and_then(|file| file.to_str()) {
        Some("kustomization.yaml" | "kustomization.yml" | "Kustomization") => {
            match entry.parent() {
                Some(folder) if folder != Path::new("") => folder.to_owned(),
                _ => PathBuf::from("."),
            }
        }
        _ => entry.to_owned(),
    }
}

/// Commands that render a folder, the first that is installed counts: the config's own,
/// else kubectl, else kustomize.
pub fn kustomize(program: Option<&str>, folder: &Path, root: &Path) -> Vec<Command> {
    let command = |program: &str, verb: &str| {
        let mut command = Command::new(program);
        command.arg(verb).arg(folder).current_dir(root);
        command
    };
    match program {
        Some(program) => vec![command(program, "kustomize")],
        None => vec![command("kubectl", "kustomize"), command("kustomize", "build")],
    }
}

/// `kubectl apply` of a stream, for a deployment that has flags or a kubectl of its own.
pub fn apply(
    program: Option<&str>,
    flags: &[String],
    context: Option<&str>,
    namespace: &str,
    root: &Path,
) -> Command {
    let mut command = Command::new(program.unwrap_or("kubectl"));
    command.args(["apply", "--namespace", namespace]).current_dir(root);
    if let Some(context) = context {
        command.args(["--context", context]);
    }
    command.args(["--filename", "-"]).args(flags);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kustomization_is_named_by_its_folder_or_file() {
        let manifests = ["k8s/base/kustomization.yaml", "kustomization.yaml", "over"];
        let source = source(&manifests.map(String::from), true);
        let folders = ["k8s/base", ".", "over"].map(PathBuf::from);
        assert_eq!(source, Source::Kustomize(folders.to_vec()));
        let programs: Vec<_> = kustomize(None, Path::new("x"), Path::new("/"))
            .iter()
            .map(|command| command.get_program().to_owned())
            .collect();
        assert_eq!(programs, ["kubectl", "kustomize"]);
    }
}
