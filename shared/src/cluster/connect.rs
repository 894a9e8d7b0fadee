//! From a kubeconfig, or a pod's own account, to a client. Reads files and runs what
//! an `exec` section names; the cluster itself is asked nothing yet.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use kube::client::ClientBuilder;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::context;
use super::error::{About, Error};
use super::proxy::Proxy;
use crate::util::nearest::nearest;

/// No TCP or TLS handshake takes longer.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// An exec plugin may ask a browser; for ever it may not.
const LOGIN_LIMIT: Duration = Duration::from_secs(120);
/// Where a pod finds the name of its own namespace.
const IN_CLUSTER: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Which cluster and namespace are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The files of `KUBECONFIG`, else `~/.kube/config`; those not there are passed over.
    pub files: Vec<PathBuf>,
    /// Else the current context.
    pub context: Option<String>,
    /// Else the context's, else `default`.
    pub namespace: Option<String>,
    pub proxy: Proxy,
}

impl Wanted {
    /// The namespace of what names none, without connecting: the wanted one, the
    /// context's, in a pod the pod's own, else `default`.
    pub fn effective_namespace(&self) -> Result<String, Error> {
        if let Some(namespace) = &self.namespace {
            return Ok(namespace.clone());
        }
        let found = match context::merged(&self.files)? {
            Some(_) => context::selected(&self.files, self.context.as_deref())?.namespace,
            None => std::fs::read_to_string(IN_CLUSTER).ok().map(|text| text.trim().to_owned()),
        };
        Ok(found.filter(|name| !name.is_empty()).unwrap_or_else(|| "default".into()))
    }
}

/// A cluster that requests go to. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    about: About,
    namespace: String,
    pub(super) calls: Arc<AtomicUsize>,
}

impl Cluster {
    /// kube's client, for its typed API. Its errors become ours by [`Cluster::explain`].
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn about(&self) -> &About {
        &self.about
    }

    /// The namespace of what names none.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }
}

/// Finds the cluster and prepares a client. Nothing is sent yet.
pub async fn connect(wanted: &Wanted) -> Result<Cluster, Error> {
    crate::registry::tls::install();
    let (mut config, about, namespace) = match context::merged(&wanted.files)? {
        Some(kubeconfig) => from_kubeconfig(kubeconfig, wanted).await?,
        None => in_cluster(wanted)?,
    };
    config.connect_timeout = Some(CONNECT_LIMIT);
    // A call has its own limit and its own retries, see `call`.
    config.default_retry = false;
    let told = about.clone();
    let program = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone());
    // An exec plugin is run in here.
    let built = tokio::task::spawn_blocking(move || ClientBuilder::try_from(config));
    let builder = match tokio::time::timeout(LOGIN_LIMIT, built).await {
        Ok(Ok(Ok(builder))) => builder,
        Ok(Ok(Err(error))) => return Err(of_login(told, program, error)),
        Ok(Err(_)) => return Err(Error::Credentials { about: told, why: "it broke off".into() }),
        Err(_) => {
            let why = format!("the login gave no answer within {} s", LOGIN_LIMIT.as_secs());
            return Err(Error::Credentials { about: told, why });
        }
    };
    Ok(Cluster { client: builder.build(), about, namespace, calls: Arc::default() })
}

async fn from_kubeconfig(
    kubeconfig: Kubeconfig,
    wanted: &Wanted,
) -> Result<(Config, About, String), Error> {
    let files = shown(&wanted.files);
    let Some(name) = wanted.context.clone().or_else(|| kubeconfig.current_context.clone()) else {
        return Err(Error::NoContext { files });
    };
    let known = || kubeconfig.contexts.iter().map(|context| context.name.as_str());
    if !known().any(|known| known == name) {
        let near = nearest(&name, known()).map(str::to_owned);
        return Err(Error::UnknownContext { name, files, near });
    }
    let context = context::of(&kubeconfig, &name);
    let cluster = kubeconfig.contexts.iter().find(|context| context.name == name);
    let cluster = cluster.and_then(|named| named.context.as_ref()).map(|c| c.cluster.clone());
    let server = kubeconfig
        .clusters
        .iter()
        .find(|named| Some(&named.name) == cluster.as_ref())
        .and_then(|named| named.cluster.clone());
    let about = About {
        context: Some(name.clone()),
        server: server
            .as_ref()
            .and_then(|s| s.server.clone())
            .unwrap_or_else(|| "no server".into()),
    };
    let options = KubeConfigOptions { context: Some(name), ..KubeConfigOptions::default() };
    let proxied = server.as_ref().and_then(|server| server.proxy_url.clone());
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| Error::Incomplete { about: about.clone(), why: error.to_string() })?;
    if proxied.is_none() {
        let host = config.cluster_url.host().unwrap_or_default();
        config.proxy_url = wanted.proxy.of(host).and_then(|proxy| proxy.parse().ok());
    }
    let namespace = wanted.namespace.clone().or(context.namespace);
    Ok((config, about, namespace.unwrap_or_else(|| "default".into())))
}

fn in_cluster(wanted: &Wanted) -> Result<(Config, About, String), Error> {
    if !Path::new(IN_CLUSTER).exists() {
        let looked = format!("there is no {}, and this is no pod", shown(&wanted.files));
        return Err(Error::NoCluster { looked });
    }
    if let Some(name) = &wanted.context {
        let files = shown(&wanted.files);
        return Err(Error::UnknownContext { name: name.clone(), files, near: None });
    }
    let config = Config::incluster().map_err(|error| Error::NoCluster {
        looked: format!("there is no {}, and the pod's account: {error}", shown(&wanted.files)),
    })?;
    let about = About { context: None, server: config.cluster_url.to_string() };
    let namespace = wanted.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
    Ok((config, about, namespace))
}

fn shown(files: &[PathBuf]) -> String {
    match files {
        [] => "kubeconfig".to_owned(),
        files => {
            files.iter().map(|file| format!("`{}`", file.display())).collect::<Vec<_>>().join(", ")
        }
    }
}

/// What a plugin printed on stdout may be a token: only its stderr is told.
fn of_login(about: About, program: Option<String>, error: kube::Error) -> Error {
    use kube::client::AuthError;
    match error {
        kube::Error::Auth(AuthError::AuthExecRun { out, .. }) => {
            let said = String::from_utf8_lossy(&out.stderr);
            let last = said.trim().lines().last().unwrap_or("it said nothing");
            let program = program.unwrap_or_else(|| "the login command".into());
            let why = format!("`{program}` failed ({}): {last}", out.status);
            Error::Credentials { about, why }
        }
        kube::Error::Auth(AuthError::AuthExecParse(_)) => {
            let why = "the login command's answer is no ExecCredential".to_owned();
            Error::Credentials { about, why }
        }
        kube::Error::Auth(error) => Error::Credentials { about, why: error.to_string() },
        other => Error::Incomplete { about, why: other.to_string() },
    }
}
