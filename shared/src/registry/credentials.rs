//! Docker's `config.json`: the credentials for one registry at a time, and proxies.
//!
//! Order, as docker's command line has it: the registry's own helper (`credHelpers`),
//! then `credsStore`, then `auths`. A helper is run only for the registry that is asked
//! for, so that a broken one disturbs no other. Errors never quote the file's content.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_credential::{CredentialRetrievalError as Fault, DockerCredential};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{helper, host_of, key_of, protocol};
use crate::util::fs::{PathContext, PathError};
use crate::util::place::Place;
use crate::util::secret::Secret;

const FILE_MAX: u64 = 4 << 20;

/// What opens a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    Password {
        username: String,
        password: Secret,
    },
    /// A token that the registry's token server takes in place of name and password.
    IdentityToken(Secret),
    /// A bearer token for the registry itself.
    RegistryToken(Secret),
}

/// Why credentials could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    File(#[from] PathError),
    #[error("docker's configuration `{path}` is larger than 4 MiB")]
    TooLarge { path: PathBuf },
    #[error("{place}: docker's configuration {why}")]
    Malformed { place: Place, why: &'static str },
    #[error("the entry for `{registry}` under `auths` in `{path}` is unusable: {why}")]
    Entry { path: PathBuf, registry: String, why: &'static str },
    #[error("the credential helper `{helper}` for `{registry}` is not on the PATH")]
    HelperMissing { helper: String, registry: String },
    #[error("the credential helper `{helper}` for `{registry}` cannot be run: {source}")]
    HelperStart { helper: String, registry: String, source: std::io::Error },
    #[error("the credential helper `{helper}` gave no answer for `{registry}` within {seconds} s")]
    HelperSlow { helper: String, registry: String, seconds: u64 },
    #[error("the credential helper `{helper}` is of no use for `{registry}`: {fault} ({status})")]
    HelperBroken { helper: String, registry: String, status: String, fault: protocol::Fault },
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    auths: Option<BTreeMap<String, Map<String, Value>>>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
    proxies: Option<BTreeMap<String, Proxies>>,
    current_context: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Proxies {
    http_proxy: Option<String>,
    https_proxy: Option<String>,
    no_proxy: Option<String>,
    ftp_proxy: Option<String>,
    all_proxy: Option<String>,
}

/// Docker's configuration, read once. Passwords are looked up when asked for.
pub struct Store {
    config: Config,
    path: PathBuf,
    search: Option<OsString>,
    limit: Duration,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Reads `config.json` in docker's configuration folder; a missing one is empty.
    /// `search` is the `PATH` on which helpers are looked for.
    pub fn open(folder: &Path, search: Option<OsString>) -> Result<Self, Error> {
        let path = folder.join("config.json");
        let bytes = match std::fs::File::open(&path) {
            Ok(file) => read_limited(file, &path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(PathError { action: "read", path, source }.into()),
        };
        let config = if bytes.trim_ascii().is_empty() {
            Config::default()
        } else {
            serde_json::from_slice(&bytes).map_err(|error| malformed(&path, &error))?
        };
        Ok(Self { config, path, search, limit: helper::LIMIT })
    }

    /// As [`Store::open`], with another limit for helpers than the usual 20 s.
    #[must_use]
    pub fn with_helper_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The credentials for a registry (`docker.io`, `host:port`); `None` where there are none.
    ///
    /// May run a program and so take up to 20 s: call it where blocking is allowed.
    pub fn lookup(&self, registry: &str) -> Result<Option<Credential>, Error> {
        let host = host_of(registry);
        if let Some(name) = self.helper_of(host) {
            let search = self.search.as_deref();
            if let Some(found) = helper::ask(name, key_of(host), search, self.limit)? {
                return Ok(Some(found));
            }
        }
        match find(self.config.auths.as_ref(), host) {
            Some(entry) => self.decode(host, entry),
            None => Ok(None),
        }
    }

    /// Where [`Store::lookup`] looks for this registry, for messages.
    pub fn source(&self, registry: &str) -> String {
        match self.helper_of(host_of(registry)) {
            Some(name) => format!("`docker-credential-{name}`, named in `{}`", self.path.display()),
            None => format!("`{}`", self.path.display()),
        }
    }

    /// The context that `docker context use` chose.
    pub fn current_context(&self) -> Option<&str> {
        self.config.current_context.as_deref().filter(|name| !name.is_empty())
    }

    /// Build arguments for proxies, as docker's client sends them: those for the engine's
    /// address `host`, else the `default` ones; each in capitals and in lower case.
    /// Values may hold a password: they belong into the build request and nowhere else.
    pub fn proxies(&self, host: &str) -> Vec<(String, String)> {
        let Some(all) = &self.config.proxies else { return Vec::new() };
        let Some(chosen) = all.get(host).or_else(|| all.get("default")) else { return Vec::new() };
        let named = [
            ("HTTP_PROXY", &chosen.http_proxy),
            ("HTTPS_PROXY", &chosen.https_proxy),
            ("NO_PROXY", &chosen.no_proxy),
            ("FTP_PROXY", &chosen.ftp_proxy),
            ("ALL_PROXY", &chosen.all_proxy),
        ];
        let set = named.into_iter().filter_map(|(name, value)| {
            value.as_ref().filter(|value| !value.is_empty()).map(|value| (name, value))
        });
        set.flat_map(|(name, value)| {
            [(name.to_owned(), value.clone()), (name.to_lowercase(), value.clone())]
        })
        .collect()
    }

    fn helper_of(&self, host: &str) -> Option<&str> {
        let own = find(self.config.cred_helpers.as_ref(), host);
        own.or(self.config.creds_store.as_ref()).map(String::as_str).filter(|name| !name.is_empty())
    }

    fn decode(&self, host: &str, entry: &Map<String, Value>) -> Result<Option<Credential>, Error> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
        if let Some(token) = text("registrytoken") {
            return Ok(Some(Credential::RegistryToken(Secret::new(token))));
        }
        // An empty field is an absent one, and `auth` beats the two plain ones, for docker.
        let plain: &[&str] = if text("auth").is_some() { &[] } else { &["username", "password"] };
        let known = ["auth", "identitytoken"].iter().chain(plain);
        let entry: Map<String, Value> =
            known.filter_map(|name| Some(((*name).to_owned(), Value::from(text(name)?)))).collect();
        let single = serde_json::json!({ "auths": { host: entry } });
        let single = zeroize::Zeroizing::new(single.to_string());
        match docker_credential::get_credential_from_reader(single.as_bytes(), host) {
            Ok(DockerCredential::IdentityToken(token)) => {
                Ok(Some(Credential::IdentityToken(Secret::new(token))))
            }
            Ok(DockerCredential::UsernamePassword(username, password)) => {
                let password = Secret::new(password.trim_matches('\0'));
                Ok(Some(Credential::Password { username, password }))
            }
            Err(Fault::NoCredentialConfigured) => Ok(None),
            Err(_) => Err(Error::Entry {
                path: self.path.clone(),
                registry: host.to_owned(),
                why: "its `auth` is not the base64 of `user:password`",
            }),
        }
    }
}

/// The entry under docker's own key, else the first whose key means the same host.
fn find<'a, T>(entries: Option<&'a BTreeMap<String, T>>, host: &str) -> Option<&'a T> {
    let entries = entries?;
    let exact = entries.get(key_of(host));
    exact.or_else(|| entries.iter().find(|(key, _)| host_of(key) == host).map(|(_, entry)| entry))
}

fn read_limited(file: std::fs::File, path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1).read_to_end(&mut bytes).at("read", path)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(Error::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}

fn malformed(path: &Path, error: &serde_json::Error) -> Error {
    let place = Place::new(path.display().to_string(), error.line(), error.column());
    let why = match error.classify() {
        serde_json::error::Category::Data => "has a value of a wrong type here",
        serde_json::error::Category::Eof => "ends too early",
        _ => "is not valid JSON",
    };
    Error::Malformed { place, why }
}

#[cfg(test)]
mod tests;
