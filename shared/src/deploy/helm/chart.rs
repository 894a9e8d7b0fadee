//! A chart: a folder or file of the project, one of a repository, or one in an OCI
//! registry; its own name, and a digest of what a local one holds.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Login;
use crate::util::fs::{PathContext, PathError};

/// A chart as the config names it.
#[derive(Debug, Clone)]
pub struct Chart {
    pub name: String,
    pub version: Option<String>,
    pub repo: Option<String>,
    pub login: Option<Login>,
}

impl Chart {
    /// Its folder or archive in the project, where it lies there. Helm's own rule: a
    /// name that exists as a path is one, unless a repository is named.
    pub fn local(&self, root: &Path) -> Option<PathBuf> {
        if self.repo.is_some() || self.name.starts_with("oci://") {
            return None;
        }
        let path: PathBuf = root.join(&self.name).components().collect();
        path.exists().then_some(path)
    }

    /// The name that releases show of it: that of its Chart.yaml, else the last part of
    /// its path.
    pub fn own_name(&self, root: &Path) -> String {
        let folder = self.local(root).filter(|path| path.is_dir());
        let declared = folder.and_then(|folder| {
            let text = std::fs::read_to_string(folder.join("Chart.yaml")).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix("name:"))?;
            Some(line.split(" #").next()?.trim().trim_matches(['"', '\'']).to_owned())
        });
        let last = || self.name.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
        declared.unwrap_or_else(last)
    }

    /// Over all that decides what the chart is. A chart that is not local counts by what
    /// the config says of it.
    pub fn digest(&self, root: &Path) -> Result<[u8; 32], PathError> {
        let mut hash = Sha256::new();
        for part in [Some(&self.name), self.version.as_ref(), self.repo.as_ref()] {
            hash.update(part.map_or("", String::as_str));
            hash.update([0]);
        }
        if let Some(path) = self.local(root) {
            let mut files = Vec::new();
            walk(&path, &mut files, 0)?;
            files.sort();
            for file in files {
                let name = file.strip_prefix(&path).unwrap_or(&file);
                hash.update(name.as_os_str().as_encoded_bytes());
                hash.update([0]);
                hash.update(Sha256::digest(std::fs::read(&file).at("read", &file)?));
            }
        }
        Ok(hash.finalize().into())
    }
}

/// Charts nest, but not as deep as a loop of links.
const DEPTH_MAX: usize = 64;

fn walk(path: &Path, files: &mut Vec<PathBuf>, depth: usize) -> Result<(), PathError> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    if depth > DEPTH_MAX {
        return Ok(());
    }
    for entry in std::fs::read_dir(path).at("list", path)? {
        let entry = entry.at("list", path)?.path();
        if entry.is_dir() || entry.is_file() {
            walk(&entry, files, depth + 1)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(name: &str) -> Chart {
        Chart { name: name.to_owned(), version: None, repo: None, login: None }
    }

    #[test]
    fn a_local_chart_is_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("charts/web");
        std::fs::create_dir_all(folder.join("templates")).unwrap();
        std::fs::write(folder.join("Chart.yaml"), "apiVersion: v2\nname: \"shop\" # x\n").unwrap();
        let chart = chart("./charts/web");
        let digest = || chart.digest(dir.path()).unwrap();
        let first = digest();
        assert_eq!(chart.own_name(dir.path()), "shop");
        assert_eq!(digest(), first);
        std::fs::write(folder.join("templates/a.yaml"), "a").unwrap();
        assert_ne!(digest(), first);
    }

    #[test]
    fn others_are_their_names() {
        let root = Path::new("/nowhere");
        assert_eq!(chart("oci://r.io/charts/web").own_name(root), "web");
        assert_eq!(chart("bitnami/nginx").own_name(root), "nginx");
        assert!(chart("oci://r.io/charts/web").local(root).is_none());
        let other = Chart { version: Some("2".into()), ..chart("x") };
        assert_ne!(chart("x").digest(root).unwrap(), other.digest(root).unwrap());
    }
}
