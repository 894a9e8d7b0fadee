//! Docker's own configuration as this process finds it.

use std::path::PathBuf;

use crate::registry::Store;
use crate::ui::failure::Failure;
use crate::util::env;

/// `$DOCKER_CONFIG`, else `~/.docker`.
pub fn config_folder() -> PathBuf {
    let home = || env::value(env::HOME).map(PathBuf::from).unwrap_or_default().join(".docker");
    env::value(env::DOCKER_CONFIG).map_or_else(home, PathBuf::from)
}

/// The credentials of docker's configuration; helpers are looked for on PATH.
pub fn credentials() -> Result<Store, Failure> {
    Ok(Store::open(&config_folder(), env::value(env::PATH))?)
}
