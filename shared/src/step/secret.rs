//! `ds-secret`: the pull secrets of the images' registries, as manifests.

use k8s_openapi::api::core::v1::Secret;

use super::cluster::kubeconfigs;
use super::docker;
use super::run::Run;
use crate::cluster::{context, pull_secret};
use crate::registry::{Credential, Store};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Which namespace the secrets are for.
#[derive(Debug, Default)]
pub struct Request {
    pub namespace: Option<String>,
    pub kube_context: Option<String>,
}

/// The secrets of the selected images' registries, one a registry, in the order of
/// the config. A registry without credentials is a failure: this was asked for.
pub fn secrets(run: &Run, request: &Request) -> Result<Vec<Secret>, Failure> {
    // The state has nothing to say here, but one that is broken must not pass.
    run.store.load()?;
    let namespace = namespace(run, request)?;
    let store = docker::credentials()?;
    let mut registries: Vec<&str> = Vec::new();
    for image in &run.images {
        if !registries.contains(&image.repository.registry()) {
            registries.push(image.repository.registry());
        }
    }
    registries
        .into_iter()
        .map(|registry| {
            let (username, password) = password(&store, registry)?;
            Ok(pull_secret::object(registry, &username, &password, namespace.as_deref()))
        })
        .collect()
}

fn password(
    store: &Store,
    registry: &str,
) -> Result<(String, crate::util::secret::Secret), Failure> {
    match store.lookup(registry)? {
        Some(Credential::Password { username, password }) => Ok((username, password)),
        Some(_) => Err(Failure::new(
            Exit::Auth,
            format!("the login at `{registry}` is a token, which no kubelet can use"),
        )
        .hint(format!("log in with a password or access token: `docker login {registry}`"))),
        None => Err(Failure::new(
            Exit::Auth,
            format!("no credentials for `{registry}` in {}", store.source(registry)),
        )
        .hint(format!("`docker login {registry}`"))),
    }
}

/// The flag's, the config's, else the kube context's own; `None` leaves it to kubectl.
fn namespace(run: &Run, request: &Request) -> Result<Option<String>, Failure> {
    let cluster = &run.project.cluster;
    if let Some(namespace) = request.namespace.as_ref().or(cluster.namespace.as_ref()) {
        return Ok(Some(namespace.clone()));
    }
    let wanted = request.kube_context.as_deref().or(cluster.kube_context.as_deref());
    let context = context::selected(&kubeconfigs(), wanted)?;
    Ok(context.namespace)
}

/// One YAML document a secret.
pub fn yaml(secrets: &[Secret]) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    for secret in secrets {
        let document = serde_yaml::to_string(secret)
            .map_err(|error| Failure::new(Exit::Failed, format!("cannot print YAML: {error}")))?;
        crate::manifest::input::join(&mut text, document.as_bytes());
    }
    Ok(text)
}

/// One `List`.
pub fn json(secrets: &[Secret]) -> Result<Vec<u8>, Failure> {
    let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": secrets });
    Ok(format!("{list:#}\n").into_bytes())
}
