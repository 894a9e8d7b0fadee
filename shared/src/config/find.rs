//! Which file is the config: the one that is named, else the first one upward
//! from the working directory. The home folder itself is skipped, as upstream does.

use std::path::{Path, PathBuf};

use super::error::Error;

/// Wins over [`SINGLE`] where both are.
pub(super) const CONFIGS: &str = "devspace-configs.yaml";
pub(super) const SINGLE: &str = "devspace.yaml";
/// Definitions of variables beside [`SINGLE`].
pub(super) const VARIABLES: &str = "devspace-vars.yaml";
/// Names that people and old versions use, for the error.
const OTHERS: [&str; 3] = ["devspace.yml", ".devspace/config.yaml", ".devspace/configs.yaml"];

/// The project's folder and the name of its config file.
pub(super) struct Found {
    pub root: PathBuf,
    pub file: PathBuf,
}

impl Found {
    /// Several named configs in one file.
    pub fn is_configs(&self) -> bool {
        self.file.file_name().is_some_and(|name| name == CONFIGS)
    }
}

/// The file that is named, or the first one upward.
pub(super) fn find(start: &Path, file: Option<&Path>, home: Option<&Path>) -> Result<Found, Error> {
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    if let Some(file) = file {
        let file = start.join(file);
        let root = file.parent().map_or_else(|| start.clone(), Path::to_owned);
        return Ok(Found { root: straight(root), file });
    }
    let mut other = None;
    for folder in start.ancestors().filter(|folder| Some(*folder) != home) {
        for name in [CONFIGS, SINGLE] {
            let file = folder.join(name);
            if file.is_file() {
                return Ok(Found { root: folder.to_owned(), file });
            }
        }
        let near = OTHERS.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        other = other.or(near);
    }
    Err(Error::NotFound { start, other })
}

/// The config in this very folder, by what `files` has.
pub fn beside(folder: &Path, files: &dyn super::Files) -> Option<PathBuf> {
    [CONFIGS, SINGLE].map(|name| folder.join(name)).into_iter().find(|file| files.is_file(file))
}

/// The files of a project that a config is read from if they are there.
pub fn files_beside(root: &Path) -> Vec<PathBuf> {
    let answers = [".devspace/vars.json", ".devspace/generated.yaml"];
    [CONFIGS, SINGLE, VARIABLES].iter().chain(&answers).map(|name| root.join(name)).collect()
}

/// A path without `..`, which others need not follow through links then.
fn straight(path: PathBuf) -> PathBuf {
    if !path.components().any(|part| part == std::path::Component::ParentDir) {
        return path;
    }
    std::fs::canonicalize(&path).unwrap_or(path)
}
