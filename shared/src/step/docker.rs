//! Docker's own configuration as this process finds it.

use std::path::{Path, PathBuf};

use crate::builder::engine::endpoint::{self, Settings};
use crate::builder::engine::{Engine, Mode};
use crate::registry::hosts::Hosts;
use crate::registry::{Client, Store};
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

/// A client for registries that knows what this machine's owner says of them.
pub fn client() -> Client {
    let home = env::value(env::HOME).map(PathBuf::from);
    Client::with(Hosts::load(home.as_deref(), Path::new("/etc")))
}

/// The engine that environment and docker's configuration point at.
pub fn engine(credentials: &Store) -> Result<Engine, Failure> {
    let settings = Settings {
        host: env::text(env::DOCKER_HOST),
        context: env::text(env::DOCKER_CONTEXT),
        tls_verify: env::value(env::DOCKER_TLS_VERIFY).is_some(),
        cert_path: env::value(env::DOCKER_CERT_PATH).map(PathBuf::from),
        config_folder: config_folder(),
        current_context: credentials.current_context().map(str::to_owned),
    };
    Ok(Engine::new(endpoint::resolve(&settings)?))
}

/// What `DOCKER_BUILDKIT` says.
pub fn mode() -> Mode {
    Mode::of_variable(env::text(env::DOCKER_BUILDKIT).as_deref())
}

/// A registry's fault; one that is a refusal, with where credentials were looked for.
pub fn explain(
    credentials: &Store,
    error: crate::registry::Error,
    registry: &str,
    had: bool,
) -> Failure {
    use crate::registry::Error;
    let refused = matches!(error, Error::Unauthorized { .. } | Error::Forbidden { .. });
    let failure = Failure::from(error);
    if !refused {
        return failure;
    }
    failure.hint(login_hint(&credentials.source(registry), registry, had))
}

/// Whether the environment names an engine: then it is that one or none.
pub fn is_pointed_at() -> bool {
    [env::DOCKER_HOST, env::DOCKER_CONTEXT].into_iter().any(|name| env::value(name).is_some())
}

/// What to do when a registry refuses.
pub fn login_hint(source: &str, registry: &str, had_credentials: bool) -> String {
    match had_credentials {
        false => format!("no credentials for it in {source}: `docker login {registry}`"),
        true => format!("the credentials come from {source}: `docker login {registry}`"),
    }
}
