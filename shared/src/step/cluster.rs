//! Which cluster a step works on: its flags, the config, the environment.

use std::path::PathBuf;

use clap::Args;

use crate::cluster::proxy::Proxy;
use crate::cluster::{self, Cluster, Error, Wanted};
use crate::config::Project;
use crate::deploy::objects;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::env;

/// Options of every command that talks to a cluster.
#[derive(Debug, Clone, Default, Args)]
pub struct Where {
    /// The namespace of what names none [default: the config's, else the kube context's]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// The kube context [default: the config's, else the current one]
    #[arg(long, value_name = "NAME")]
    pub kube_context: Option<String>,
}

impl Where {
    /// The flag's, the config's, else what the kubeconfig says.
    pub fn wanted(&self, project: &Project) -> Wanted {
        let config = &project.cluster;
        Wanted {
            files: kubeconfigs(),
            context: self.kube_context.clone().or_else(|| config.kube_context.clone()),
            namespace: self.namespace.clone().or_else(|| config.namespace.clone()),
            proxy: Proxy {
                https: env::text(env::HTTPS_PROXY).or_else(|| env::text("https_proxy")),
                except: env::text(env::NO_PROXY).or_else(|| env::text("no_proxy")),
            },
        }
    }

    /// These options as arguments for another executable of the row.
    pub fn to_args(&self) -> Vec<String> {
        let pair = |flag: &str, value: &Option<String>| {
            value.as_ref().map(|value| [flag.to_owned(), value.clone()])
        };
        let pairs =
            [pair("--namespace", &self.namespace), pair("--kube-context", &self.kube_context)];
        pairs.into_iter().flatten().flatten().collect()
    }

    pub async fn connect(&self, project: &Project) -> Result<Cluster, Failure> {
        Ok(cluster::connect(&self.wanted(project)).await?)
    }
}

/// The files of `$KUBECONFIG`, else `~/.kube/config`.
pub fn kubeconfigs() -> Vec<PathBuf> {
    match env::value(env::KUBECONFIG) {
        Some(list) => std::env::split_paths(&list).filter(|p| !p.as_os_str().is_empty()).collect(),
        None => env::value(env::HOME)
            .map(|home| PathBuf::from(home).join(".kube/config"))
            .into_iter()
            .collect(),
    }
}

impl From<objects::Error> for Failure {
    fn from(error: objects::Error) -> Self {
        match error {
            objects::Error::Text(errors) => errors.into(),
            error @ objects::Error::Object { .. } => Self::new(Exit::Data, error.to_string()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        use Error as E;
        let exit = match &error {
            E::NoCluster { .. } | E::Unreachable { .. } | E::Untrusted { .. } | E::Slow { .. } => {
                Exit::Unreachable
            }
            E::Kubeconfig { .. } | E::Incomplete { .. } => Exit::Data,
            E::UnknownContext { .. } | E::NoContext { .. } => Exit::Config,
            E::Credentials { .. } | E::Unauthorized { .. } | E::Forbidden { .. } => Exit::Auth,
            E::Busy { .. } => Exit::Later,
            E::Conflict { .. } | E::Refused { .. } | E::Answer { .. } => Exit::Failed,
        };
        let snippet = match &error {
            E::Conflict { fields, .. } => Some(fields.join("\n")),
            E::Forbidden { said, .. } => Some(said.clone()),
            _ => None,
        };
        let hint = error.hint();
        Self { hint, ..Self::new(exit, error.to_string()) }.snippet(snippet)
    }
}
