//! Which engine is meant: DOCKER_HOST, else the docker context, else the default socket.
//!
//! Reads docker's context store and nothing else; values of the environment come in.
//! An endpoint prints itself without anything secret. Order as docker/cli has it
//! (`resolveContextName`): DOCKER_HOST hides every context.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::util::fs::{self, PathError};
use crate::util::hex;

pub const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
const META_MAX: usize = 1 << 20;

/// What the environment and docker's configuration say; unset and empty are the same.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// DOCKER_HOST
    pub host: Option<String>,
    /// DOCKER_CONTEXT
    pub context: Option<String>,
    /// DOCKER_TLS_VERIFY is set
    pub tls_verify: bool,
    /// DOCKER_CERT_PATH; default: docker's configuration folder
    pub cert_path: Option<PathBuf>,
    /// Docker's configuration folder
    pub config_folder: PathBuf,
    /// `currentContext` of docker's config.json
    pub current_context: Option<String>,
}

/// Why no engine can be named.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{origin} names `{host}`, which is no engine's address: {why}")]
    Address { origin: Origin, host: String, why: &'static str },
    #[error("the docker context `{name}` ({origin}) does not exist")]
    NoContext { name: String, origin: Origin },
    #[error("the docker context `{name}` is unusable: `{path}` {why}")]
    Context { name: String, path: PathBuf, why: &'static str },
    #[error(transparent)]
    File(#[from] PathError),
}

/// Who decided for this engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Host,
    /// DOCKER_CONTEXT
    ContextVariable(String),
    /// `currentContext` in docker's configuration
    CurrentContext(String),
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("DOCKER_HOST"),
            Self::ContextVariable(name) => write!(f, "DOCKER_CONTEXT={name}"),
            Self::CurrentContext(name) => write!(f, "the docker context `{name}`"),
            Self::Default => f.write_str("the default"),
        }
    }
}

/// Certificates for an engine behind TLS; `None` is "not given".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tls {
    pub ca: Option<PathBuf>,
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// Take any certificate of the engine (a context's `SkipTLSVerify`).
    pub skip_verify: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Unix(PathBuf),
    Tcp {
        host: String,
        port: u16,
        tls: Option<Tls>,
    },
    /// Reached by `ssh … docker system dial-stdio`; `socket` is the engine's there, if not its default.
    Ssh {
        user: Option<String>,
        host: String,
        port: Option<u16>,
        socket: Option<String>,
    },
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port, .. } if host.contains(':') => {
                write!(f, "tcp://[{host}]:{port}")
            }
            Self::Tcp { host, port, .. } => write!(f, "tcp://{host}:{port}"),
            Self::Ssh { user, host, port, .. } => {
                f.write_str("ssh://")?;
                if let Some(user) = user {
                    write!(f, "{user}@")?;
                }
                f.write_str(host)?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
        }
    }
}

/// One engine's address and who chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub address: Address,
    pub origin: Origin,
}

impl Endpoint {
    /// Whether the user named this very engine, so that no other may stand in for it.
    pub fn is_pointed_at(&self) -> bool {
        matches!(self.origin, Origin::Host | Origin::ContextVariable(_))
    }

    /// What to do when nobody answers there.
    pub fn hint(&self) -> String {
        let by = match &self.origin {
            Origin::Default => {
                return "start the engine (`systemctl start docker`), or name another one by \
                        DOCKER_HOST or DOCKER_CONTEXT"
                    .to_owned();
            }
            Origin::CurrentContext(_) => "chosen by `docker context use`".to_owned(),
            origin => format!("chosen by {origin}"),
        };
        format!("this engine was {by}: start it there, or choose another one")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Default => write!(f, "{}", self.address),
            ref origin => write!(f, "{} ({origin})", self.address),
        }
    }
}

/// Decides which engine is meant. Touches no network.
pub fn resolve(settings: &Settings) -> Result<Endpoint, Error> {
    let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(host) = set(&settings.host) {
        let address = parse(&host, &Origin::Host, variable_tls(settings))?;
        return Ok(Endpoint { address, origin: Origin::Host });
    }
    let origin = match (set(&settings.context), set(&settings.current_context)) {
        (Some(name), _) => Origin::ContextVariable(name),
        (None, Some(name)) => Origin::CurrentContext(name),
        (None, None) => Origin::Default,
    };
    match &origin {
        Origin::ContextVariable(name) | Origin::CurrentContext(name) if name != "default" => {
            let address = read_context(&settings.config_folder, name, &origin)?;
            Ok(Endpoint { address, origin })
        }
        _ => {
            Ok(Endpoint { address: Address::Unix(DEFAULT_SOCKET.into()), origin: Origin::Default })
        }
    }
}

/// TLS as the two variables have it: a certificate path alone switches nothing on.
fn variable_tls(settings: &Settings) -> Option<Tls> {
    let folder = settings.cert_path.as_ref().unwrap_or(&settings.config_folder);
    settings.tls_verify.then(|| Tls {
        ca: Some(folder.join("ca.pem")),
        cert: Some(folder.join("cert.pem")).filter(|path| path.exists()),
        key: Some(folder.join("key.pem")).filter(|path| path.exists()),
        skip_verify: false,
    })
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Docker,
}

#[derive(Deserialize)]
struct Docker {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_verify: bool,
}

fn read_context(folder: &Path, name: &str, origin: &Origin) -> Result<Address, Error> {
    let id = hex::encode(&Sha256::digest(name.as_bytes()));
    let path = folder.join("contexts/meta").join(&id).join("meta.json");
    let bad = |why| Error::Context { name: name.to_owned(), path: path.clone(), why };
    let bytes = match fs::read(&path) {
        Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::NoContext { name: name.to_owned(), origin: origin.clone() });
        }
        bytes => bytes?,
    };
    if bytes.len() > META_MAX {
        return Err(bad("is larger than 1 MiB"));
    }
    let meta: Meta =
        serde_json::from_slice(&bytes).map_err(|_| bad("does not describe a docker endpoint"))?;
    let meta = meta.endpoints.docker;
    let files = folder.join("contexts/tls").join(&id).join("docker");
    let file = |name| Some(files.join(name)).filter(|path| path.exists());
    let tls = Tls {
        ca: file("ca.pem"),
        cert: file("cert.pem"),
        key: file("key.pem"),
        skip_verify: meta.skip_verify,
    };
    let has_tls = tls != Tls::default();
    if meta.host.is_empty() {
        return Ok(Address::Unix(DEFAULT_SOCKET.into()));
    }
    parse(&meta.host, origin, has_tls.then_some(tls))
}

/// Reads an address as docker writes it; a text without a scheme is `tcp://`.
fn parse(text: &str, origin: &Origin, tls: Option<Tls>) -> Result<Address, Error> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("tcp", text));
    // A password in an address would otherwise be repeated in the message.
    let host = match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => text.to_owned(),
    };
    let bad = |why| Error::Address { origin: origin.clone(), host: host.clone(), why };
    match scheme {
        "unix" if rest.is_empty() => Ok(Address::Unix(DEFAULT_SOCKET.into())),
        "unix" => Ok(Address::Unix(rest.into())),
        "tcp" | "http" | "https" => parse_tcp(scheme, rest, tls).map_err(bad),
        "ssh" => parse_ssh(rest).map_err(bad),
        "fd" | "npipe" => Err(bad("this kind is not for clients on this system")),
        _ => Err(bad("known are unix://, tcp://, http://, https:// and ssh://")),
    }
}

fn parse_tcp(scheme: &str, rest: &str, tls: Option<Tls>) -> Result<Address, &'static str> {
    let tls = if scheme == "https" { Some(tls.unwrap_or_default()) } else { tls };
    let url = url::Url::parse(&format!("x://{rest}")).map_err(|_| "it is not HOST:PORT")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user or password has no place in it");
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("a path has no place in it");
    }
    let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("localhost");
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = url.port().unwrap_or(if tls.is_some() { 2376 } else { 2375 });
    Ok(Address::Tcp { host, port, tls })
}

fn parse_ssh(rest: &str) -> Result<Address, &'static str> {
    let url = url::Url::parse(&format!("x://{rest}")).map_err(|_| "it is not USER@HOST:PORT")?;
    if url.password().is_some() {
        return Err("a password has no place in it");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has more in it than user, host, port and socket");
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("it has no host")?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let user = Some(url.username().to_owned()).filter(|user| !user.is_empty());
    let is_option = |text: &str| text.starts_with('-');
    if is_option(&host) || user.as_deref().is_some_and(is_option) {
        return Err("neither host nor user may begin with `-`");
    }
    let socket = Some(url.path().to_owned()).filter(|path| !matches!(path.as_str(), "" | "/"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if socket.as_ref().is_some_and(|socket| !socket.chars().all(plain)) {
        return Err("its socket has characters that a remote shell would change");
    }
    Ok(Address::Ssh { user, host, port: url.port(), socket })
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
