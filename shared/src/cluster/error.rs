//! What can go wrong between us and a cluster. Every message says which context and
//! server, and what was asked for; none holds a credential.

use std::fmt;
use std::path::PathBuf;

/// Context and server, as messages name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// `None` in a pod, where there is no kubeconfig.
    pub context: Option<String>,
    pub server: String,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.context {
            Some(context) => write!(f, "context `{context}` ({})", self.server),
            None => write!(f, "the cluster of this pod ({})", self.server),
        }
    }
}

/// What a request asks for, in RBAC's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct What {
    /// `get`, `list`, `create`, `patch`, `delete`…
    pub verb: &'static str,
    /// The plural with its group: `deployments.apps`, `pods/log`.
    pub resource: String,
    /// `None`: not in a namespace, or in all of them.
    pub namespace: Option<String>,
    pub name: Option<String>,
}

impl What {
    pub fn new(verb: &'static str, resource: &str, namespace: Option<&str>) -> Self {
        let namespace = namespace.map(str::to_owned);
        Self { verb, resource: resource.to_owned(), namespace, name: None }
    }

    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.verb, self.resource)?;
        if let Some(name) = &self.name {
            write!(f, " `{name}`")?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace `{namespace}`"),
            None => Ok(()),
        }
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("no cluster is known: {looked}")]
    NoCluster { looked: String },
    #[error("the kubeconfig `{}` cannot be read: {why}", path.display())]
    Kubeconfig { path: PathBuf, why: String },
    #[error("there is no kube context `{name}` in {files}")]
    UnknownContext { name: String, files: String, near: Option<String> },
    #[error("no kube context is chosen in {files}")]
    NoContext { files: String },
    /// The context is there, but what it names is not, or cannot be used.
    #[error("{about}: {why}")]
    Incomplete { about: About, why: String },
    /// Credentials that cannot be had: an exec plugin that fails, a token file that is gone.
    #[error("{about}: no credentials: {why}")]
    Credentials { about: About, why: String },
    #[error("{about} cannot be reached: {why}")]
    Unreachable { about: About, why: String },
    #[error("{about} is not trusted: {why}")]
    Untrusted { about: About, why: String },
    #[error("{about} gave no answer within {seconds} s to `{what}`")]
    Slow { about: About, what: What, seconds: u64 },
    /// 401
    #[error("{about} does not know who we are: {said}")]
    Unauthorized { about: About, said: String },
    /// 403 by RBAC.
    #[error("{about}: not allowed to {what}")]
    Forbidden { about: About, what: What, said: String },
    /// 429 or 503 after all tries.
    #[error("{about} is too busy to {what}: {said}")]
    Busy { about: About, what: What, said: String },
    /// Fields that another manager has.
    #[error("{what}: fields of {} differ", ticked(managers))]
    Conflict { what: What, managers: Vec<String>, fields: Vec<String> },
    /// Anything else that the server says; `code` is the HTTP status.
    #[error("{about}: cannot {what}: {said}")]
    Refused { about: About, what: What, code: u16, reason: String, said: String },
    #[error("{about}: cannot {what}: the answer is not understood: {why}")]
    Answer { about: About, what: What, why: String },
}

fn ticked(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// The HTTP status, where there is one.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Unauthorized { .. } => Some(401),
            Self::Forbidden { .. } => Some(403),
            Self::Conflict { .. } => Some(409),
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        self.code() == Some(404)
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoCluster { .. } => {
                "`KUBECONFIG` or `~/.kube/config` names a cluster; `kubectl config view` shows them"
                    .into()
            }
            Self::Kubeconfig { .. } => "`kubectl config view` says whether it is sound".into(),
            Self::UnknownContext { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::UnknownContext { .. } => "`kubectl config get-contexts` lists all".into(),
            Self::NoContext { .. } => {
                "name one with `--kube-context`, or choose it: `kubectl config use-context NAME`"
                    .into()
            }
            Self::Unreachable { about, .. } | Self::Slow { about, .. } => {
                let with =
                    about.context.as_ref().map_or(String::new(), |c| format!("--context {c} "));
                format!("is the cluster up? `kubectl {with}version` asks it, too")
            }
            Self::Untrusted { .. } => {
                "`certificate-authority-data` of the kubeconfig must be the cluster's own".into()
            }
            Self::Unauthorized { .. } | Self::Credentials { .. } => {
                "log in to the cluster again, or renew the token of the kubeconfig".into()
            }
            Self::Forbidden { what, .. } => match &what.namespace {
                Some(namespace) => format!(
                    "a Role in `{namespace}` has to allow `{}` on `{}`",
                    what.verb, what.resource
                ),
                None => {
                    format!("a ClusterRole has to allow `{}` on `{}`", what.verb, what.resource)
                }
            },
            Self::Conflict { .. } => {
                "leave these fields out of the manifest, or take them over with `--force-conflicts`"
                    .into()
            }
            Self::Busy { .. } => "try again later".into(),
            Self::Incomplete { .. } | Self::Refused { .. } | Self::Answer { .. } => return None,
        })
    }
}
