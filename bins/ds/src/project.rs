//! Where the project is: the folder of its config, looked for upward.

use std::path::{Path, PathBuf};

use shared::state::default_path;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

/// Files that make a folder a project's root, the first being the one that ds writes.
pub const CONFIGS: &[&str] = &["devspace.yaml", "devspace-configs.yaml"];

/// The folder of the config that `--config` names, else the nearest one upward that
/// has a config; the home folder itself is passed over.
pub fn root(config: Option<&Path>, start: &Path, home: Option<&Path>) -> Option<PathBuf> {
    if let Some(config) = config {
        return start.join(config).parent().map(Path::to_owned);
    }
    start
        .ancestors()
        .filter(|folder| Some(*folder) != home)
        .find(|folder| CONFIGS.iter().any(|name| folder.join(name).is_file()))
        .map(Path::to_owned)
}

/// The state file that a command works on.
pub fn state_file(state: Option<&Path>, config: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(state) = state {
        return Ok(state.to_owned());
    }
    match root(config, &working_folder()?, home().as_deref()) {
        Some(root) => Ok(default_path(&root)),
        None => {
            Err(Failure::new(Exit::Config, "there is no devspace.yaml in this folder or above it")
                .hint("name the state with `--state FILE`, or make a project with `ds init`"))
        }
    }
}

pub fn working_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .map_err(|e| Failure::new(Exit::Failed, format!("the working folder is unreadable: {e}")))
}

pub fn home() -> Option<PathBuf> {
    shared::util::env::value(shared::util::env::HOME).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_nearest_folder_with_a_config() {
        let dir = tempfile::tempdir().unwrap();
        let (home, inner) = (dir.path().join("home"), dir.path().join("home/app/src"));
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(home.join("devspace.yaml"), "").unwrap();
        assert_eq!(root(None, &inner, Some(&home)), None);
        assert_eq!(root(None, &inner, None), Some(home.clone()));
        std::fs::write(home.join("app/devspace-configs.yaml"), "").unwrap();
        assert_eq!(root(None, &inner, Some(&home)), Some(home.join("app")));
        let named = root(Some(Path::new("../x.yaml")), &inner, None).unwrap();
        assert_eq!(named, inner.join(".."));
    }
}
