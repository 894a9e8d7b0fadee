//! Finds `ds-<name>`: beside the ds executable first, then on PATH.
//!
//! Only absolute folders of PATH count, so that a checkout in the working folder
//! never decides what runs.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use shared::util::env;

/// Where executables of the suite and plugins are looked for, in this order.
pub struct Places {
    folders: Vec<PathBuf>,
}

impl Places {
    /// As this process finds them; links to ds itself are resolved.
    pub fn here() -> Self {
        let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        Self::new(program.as_deref().and_then(Path::parent), env::value(env::PATH).as_deref())
    }

    pub fn new(beside: Option<&Path>, path: Option<&OsStr>) -> Self {
        let mut folders: Vec<PathBuf> = beside.map(Path::to_owned).into_iter().collect();
        let listed = path.into_iter().flat_map(std::env::split_paths);
        folders.extend(listed.filter(|folder| folder.is_absolute()));
        Self { folders }
    }

    /// The first executable file of this name.
    pub fn find(&self, executable: &str) -> Option<PathBuf> {
        self.folders.iter().map(|folder| folder.join(executable)).find(|file| is_executable(file))
    }

    /// Every `ds-<name>` that would run, by its name.
    pub fn all(&self) -> BTreeMap<String, PathBuf> {
        let mut found = BTreeMap::new();
        for folder in &self.folders {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for entry in entries.flatten() {
                let Some(name) = plugin_name(entry.file_name()) else { continue };
                let file = entry.path();
                if !found.contains_key(&name) && is_executable(&file) {
                    found.insert(name, file);
                }
            }
        }
        found
    }
}

/// Whether a word can name a command: a file name's part that is no path.
pub fn is_name(word: &str) -> bool {
    !word.starts_with(['-', '.'])
        && !word.is_empty()
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn plugin_name(file: OsString) -> Option<String> {
    let file = file.into_string().ok()?;
    let name = file.strip_prefix("ds-")?;
    // Compilers leave files such as `ds-build.d` beside what they made.
    (is_name(name) && !name.ends_with(".d")).then(|| name.to_owned())
}

fn is_executable(file: &Path) -> bool {
    std::fs::metadata(file)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(folder: &Path, name: &str, mode: u32) {
        std::fs::write(folder.join(name), "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn beside_wins_over_path_and_only_executables_count() {
        let (beside, path) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        program(beside.path(), "ds-build", 0o755);
        program(beside.path(), "ds-notes", 0o644);
        program(path.path(), "ds-build", 0o755);
        program(path.path(), "ds-notes", 0o755);
        program(path.path(), "ds-notes.d", 0o755);
        program(path.path(), "other", 0o755);
        std::fs::create_dir(path.path().join("ds-folder")).unwrap();
        let places = Places::new(Some(beside.path()), Some(path.path().as_os_str()));
        assert_eq!(places.find("ds-build"), Some(beside.path().join("ds-build")));
        assert_eq!(places.find("ds-notes"), Some(path.path().join("ds-notes")));
        assert_eq!(places.find("ds-folder"), None);
        assert_eq!(places.all().keys().collect::<Vec<_>>(), ["build", "notes"]);
    }

    #[test]
    fn the_working_folder_is_never_searched() {
        assert!(Places::new(None, Some(OsStr::new(":.:bin:"))).folders.is_empty());
    }

    #[test]
    fn names_are_no_paths() {
        for word in ["", "-x", "..", ".x", "a/b", "../x", "ü", "a b"] {
            assert!(!is_name(word), "{word}");
        }
        assert!(is_name("kube-context") && is_name("x2.y"));
    }
}
