//! What `ds dev` watches: the images' inputs, by their keys as ds-build tells them, and
//! the files of manifests, charts, values and the config, by what the file system says.
//!
//! Looks again and again instead of being told: that works on every file system, and
//! asks no more than a key check, which is quick where nothing changed.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::child::{self, Keep};
use super::row::{Row, cannot_run};
use crate::config::{Deployment, Method, Project};
use crate::manifest::input;
use crate::ui::failure::Failure;

const POLL: Duration = Duration::from_millis(500);
/// So deep is a folder looked into.
const DEPTH_MAX: usize = 32;

/// See the module.
pub struct Watch {
    root: PathBuf,
    images: Vec<String>,
    /// Files and folders, by what they belong to.
    files: Vec<(String, PathBuf)>,
    globs: Vec<String>,
}

/// What was seen, by what it is called.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<String, String>);

impl Watch {
    /// What is to be watched; `None`: nothing is. With `all`, whatever the config says.
    pub fn of(project: &Project, deployments: &[Deployment], all: bool) -> Option<Self> {
        let reload = project.auto_reload.clone();
        if !all && reload.is_none() {
            return None;
        }
        let reload = reload.unwrap_or_default();
        let image = |name: &String| all || reload.images.contains(name);
        let built = project.images.iter().filter(|image| !image.disabled);
        let images = built.map(|image| image.name.clone()).filter(image).collect();
        let mut files = Vec::new();
        for deployment in deployments.iter().filter(|d| all || reload.deployments.contains(&d.name))
        {
            let name = format!("deployment `{}`", deployment.name);
            files.extend(sources(deployment).into_iter().map(|path| (name.clone(), path)));
        }
        let of_config = |path: &PathBuf| (format!("`{}`", project.file), path.clone());
        files.extend(project.files.iter().map(of_config));
        Some(Self { root: project.root.clone(), images, files, globs: reload.paths })
    }

    /// The state of all of it now.
    pub async fn look(&self, row: &Row) -> Result<Seen, Failure> {
        let mut seen = BTreeMap::new();
        for name in &self.images {
            let mut command = row.command("ds-build")?;
            command.args(["key", name]);
            let ended = child::run(command, None, Keep::Both).await;
            let ended = ended.map_err(|error| cannot_run("ds-build", &error))?;
            // What cannot be keyed just now counts by what is said of it.
            let text = if ended.status.success() { ended.stdout } else { ended.stderr };
            let text = String::from_utf8_lossy(&text).trim().to_owned();
            seen.insert(format!("image `{name}`"), text);
        }
        for (name, path) in &self.files {
            let mut hash = DefaultHasher::new();
            for path in expand(path, &self.root) {
                stamp(&path, &mut hash, 0);
            }
            let text = format!("{:016x}", hash.finish());
            seen.entry(name.clone()).or_default().push_str(&text);
        }
        for glob in &self.globs {
            let mut hash = DefaultHasher::new();
            for path in expand(Path::new(glob), &self.root) {
                stamp(&path, &mut hash, 0);
            }
            seen.insert(format!("`{glob}`"), format!("{:016x}", hash.finish()));
        }
        Ok(Seen(seen))
    }

    /// Waits until something is not as it was seen; what that is.
    pub async fn changed(&self, row: &Row, before: &Seen) -> Result<String, Failure> {
        loop {
            tokio::time::sleep(POLL).await;
            let now = self.look(row).await?;
            let other = |name: &&String| before.0.get(*name) != now.0.get(*name);
            let names: Vec<&String> = now.0.keys().filter(other).collect();
            if !names.is_empty() {
                let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
                return Ok(names.join(", "));
            }
        }
    }
}

/// Where a deployment's text comes from.
fn sources(deployment: &Deployment) -> Vec<PathBuf> {
    match &deployment.method {
        Method::Kubectl { manifests, .. } => manifests.iter().map(PathBuf::from).collect(),
        Method::Helm { settings, .. } => {
            let chart = settings["chart"]["name"].as_str();
            let files = settings["valuesFiles"].as_array().into_iter().flatten();
            let files = files.filter_map(serde_json::Value::as_str);
            chart.into_iter().chain(files).map(PathBuf::from).collect()
        }
        Method::Component { .. } => Vec::new(),
    }
}

/// A path, or the files that a pattern takes. What is not there counts as nothing.
fn expand(path: &Path, root: &Path) -> Vec<PathBuf> {
    let there = root.join(path);
    if there.exists() {
        return vec![there];
    }
    let sources = input::expand(&[path.to_owned()], root).unwrap_or_default();
    let files = sources.into_iter().filter_map(|source| match source {
        input::Source::File { path, .. } => Some(path),
        input::Source::Stdin => None,
    });
    files.collect()
}

/// A file by its size and times, a folder by its files.
fn stamp(path: &Path, hash: &mut DefaultHasher, depth: usize) {
    let Ok(meta) = std::fs::metadata(path) else { return };
    path.hash(hash);
    if !meta.is_dir() {
        (meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec()).hash(hash);
        return;
    }
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    if depth > DEPTH_MAX {
        return;
    }
    let mut entries: Vec<_> = std::fs::read_dir(path).into_iter().flatten().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries.into_iter().filter(|entry| !hidden(&entry.file_name())) {
        stamp(&entry.path(), hash, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let look = || {
            let mut hash = DefaultHasher::new();
            stamp(dir.path(), &mut hash, 0);
            hash.finish()
        };
        std::fs::write(dir.path().join("a"), "1").unwrap();
        let first = look();
        assert_eq!(look(), first);
        std::fs::write(dir.path().join(".swp"), "1").unwrap();
        assert_eq!(look(), first, "an editor's own file");
        std::fs::write(dir.path().join("a"), "22").unwrap();
        assert_ne!(look(), first);
        assert_eq!(expand(Path::new("*"), dir.path()), [dir.path().join("a")]);
        assert!(expand(Path::new("none"), dir.path()).is_empty());
    }
}
