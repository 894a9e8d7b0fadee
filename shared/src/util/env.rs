//! Every environment variable that the executables read, by name.
//!
//! Only `Options::resolve` and the config's own `${VAR}` read the environment;
//! the rooms get values.

use std::ffi::OsString;
use std::path::PathBuf;

/// The state file (`-` for standard input and output).
pub const DS_STATE: &str = "DS_STATE";
/// The config file.
pub const DS_CONFIG: &str = "DS_CONFIG";
/// `1` or `true`: the dev variant.
pub const DS_DEV: &str = "DS_DEV";
/// Set and not empty: no colour (no-color.org).
pub const NO_COLOR: &str = "NO_COLOR";
/// Set and neither empty, `0` nor `false`: no questions, plain progress.
pub const CI: &str = "CI";
pub const DOCKER_HOST: &str = "DOCKER_HOST";
pub const DOCKER_CONTEXT: &str = "DOCKER_CONTEXT";
/// The folder with docker's `config.json`; default `~/.docker`.
pub const DOCKER_CONFIG: &str = "DOCKER_CONFIG";
pub const DOCKER_TLS_VERIFY: &str = "DOCKER_TLS_VERIFY";
pub const DOCKER_CERT_PATH: &str = "DOCKER_CERT_PATH";
/// `0`: classic builder, `1`: BuildKit; unset: what the engine prefers.
pub const DOCKER_BUILDKIT: &str = "DOCKER_BUILDKIT";
pub const KUBECONFIG: &str = "KUBECONFIG";
/// Proxies, as Go programs read them; the lower-case names count, too.
pub const HTTPS_PROXY: &str = "HTTPS_PROXY";
pub const NO_PROXY: &str = "NO_PROXY";
pub const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";
/// The socket of the user's ssh agent.
pub const SSH_AUTH_SOCK: &str = "SSH_AUTH_SOCK";
pub const HOME: &str = "HOME";
pub const PATH: &str = "PATH";
/// The store of base images and build steps; default `$XDG_CACHE_HOME/ds`.
pub const DS_CACHE: &str = "DS_CACHE";
/// How large the store may grow: bytes, or with `K`, `M`, `G`, `T`; default 20G.
pub const DS_CACHE_SIZE: &str = "DS_CACHE_SIZE";
pub const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";

/// The store that all projects of this user share; `None` without a home.
pub fn cache_folder() -> Option<PathBuf> {
    let absolute = |name| value(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(folder) = absolute(DS_CACHE) {
        return Some(folder);
    }
    let caches = absolute(XDG_CACHE_HOME).or_else(|| Some(absolute(HOME)?.join(".cache")));
    Some(caches?.join("ds"))
}

/// The variable's value; unset and empty are the same.
pub fn value(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The variable's value as text; what is not UTF-8 counts as unset.
pub fn text(name: &str) -> Option<String> {
    value(name)?.into_string().ok()
}

/// Whether the variable is set to something other than `0` or `false`.
pub fn is_on(name: &str) -> bool {
    text(name).is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
}
