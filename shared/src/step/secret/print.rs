//! The secrets as manifests: a filter, which asks no cluster.

use serde_json::{Value, json};

use super::Request;
use super::{credentials, targets};
use crate::cluster::context;
use crate::step::cluster::kubeconfigs;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// The secrets that were asked for, by namespace and name, without manifests in the
/// order of the config. One without credentials is a failure: this was asked for.
pub fn secrets(run: &Run, request: &Request) -> Result<Vec<Value>, Failure> {
    // The state has nothing to say here, but one that is broken must not pass.
    run.store.load()?;
    // Host, name and namespace.
    let wanted: Vec<(String, String, Option<String>)> = if request.manifests.is_empty() {
        let namespace = namespace(run, request)?;
        let registries = targets::registries(run, request).into_iter();
        registries.map(|r| (r.host, r.secret, namespace.clone())).collect()
    } else {
        let namespace = request.place.wanted(&run.project).effective_namespace()?;
        let targets = targets::find(run, request, &namespace)?.into_iter();
        targets.map(|t| (t.registry, t.secret, Some(t.namespace))).collect()
    };
    let hosts = wanted.iter().map(|(host, ..)| host.as_str());
    let found = credentials::find(run, request, hosts)?;
    if let Some(failure) = Failure::joined(found.failures) {
        return Err(failure);
    }
    let object = |(host, name, namespace): &(String, String, Option<String>)| {
        Some(found.contents.get(host)?.object(name, namespace.as_deref()))
    };
    Ok(wanted.iter().filter_map(object).collect())
}

/// The flag's, the config's, else the kube context's own; `None` leaves it to kubectl.
fn namespace(run: &Run, request: &Request) -> Result<Option<String>, Failure> {
    let wanted = request.place.wanted(&run.project);
    match wanted.namespace {
        Some(namespace) => Ok(Some(namespace)),
        None => Ok(context::selected(&kubeconfigs(), wanted.context.as_deref())?.namespace),
    }
}

/// One YAML document a secret.
pub fn yaml(secrets: &[Value]) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    for secret in secrets {
        let document = serde_yaml::to_string(secret)
            .map_err(|error| Failure::new(Exit::Failed, format!("cannot print YAML: {error}")))?;
        crate::manifest::input::join(&mut text, document.as_bytes());
    }
    Ok(text)
}

/// One `List`.
pub fn json(secrets: &[Value]) -> Result<Vec<u8>, Failure> {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": secrets });
    Ok(format!("{list:#}\n").into_bytes())
}
