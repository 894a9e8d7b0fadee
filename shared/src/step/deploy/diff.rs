//! `ds deploy --diff`: what the server says would come of an apply, beside what stands
//! there. Nothing is changed: the server applies and forgets.

use std::collections::HashSet;

use serde_json::Value;

use super::carry::{Work, about};
use super::lines::unified;
use super::prepare::{How, Prepared};
use crate::cluster::apply::Options;
use crate::cluster::{Cluster, Key, Object, Resources};
use crate::step::report::write_out;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Prints the differences of all deployments; with `check`, exit 3 where there are any.
pub async fn show(
    cluster: &Cluster,
    all: &[Prepared],
    force_conflicts: bool,
    check: bool,
) -> Result<Exit, Failure> {
    let mut work = work(cluster, force_conflicts);
    let mut text = String::new();
    for prepared in all {
        for object in &prepared.objects {
            let difference = one(&mut work, prepared, object).await;
            text.push_str(&difference.map_err(|error| about(prepared, error))?);
        }
    }
    let found = !text.is_empty();
    write_out(text)?;
    Ok(if found && check { Exit::CheckFound } else { Exit::Done })
}

/// Work that changes nothing.
pub fn work(cluster: &Cluster, force_conflicts: bool) -> Work<'_> {
    let options = Options { force_conflicts, known: true, dry_run: true };
    Work {
        cluster,
        resources: Resources::default(),
        options,
        known: HashSet::new(),
        secrets: HashSet::new(),
    }
}

/// The difference of one object; empty where there is none.
pub async fn one(
    work: &mut Work<'_>,
    prepared: &Prepared,
    object: &Object,
) -> Result<String, Failure> {
    work.resources.learn(work.cluster, std::slice::from_ref(object)).await?;
    let Some(resource) = work.resources.of(object).cloned() else {
        // Its definition is to come with this deploy.
        return Ok(unified(&title(prepared, object), "", &yaml(&object.body)?));
    };
    let namespace = object.namespace.as_deref().unwrap_or(&prepared.namespace);
    let before = match object.name.is_empty() {
        true => None,
        false => work.cluster.object(&Key::of(&resource, namespace, &object.name)).await?,
    };
    // What another program puts there, it puts there by force.
    let others = !matches!(prepared.how, How::Ourselves);
    let force_conflicts = work.options.force_conflicts || others;
    let options = Options { force_conflicts, ..work.options };
    let metadata = before.as_ref().map(|before| &before["metadata"]);
    let applied = work.cluster.apply(object, &resource, namespace, metadata, options).await;
    let after = match applied {
        Ok(applied) => applied.live,
        // The namespace is to come with this deploy.
        Err(error) if error.is_not_found() && before.is_none() => object.body.clone(),
        Err(error) => return Err(error.into()),
    };
    let old = before.map(plain).map(|value| yaml(&value)).transpose()?.unwrap_or_default();
    Ok(unified(&title(prepared, object), &old, &yaml(&plain(after))?))
}

fn title(prepared: &Prepared, object: &Object) -> String {
    let namespace = object.namespace.as_deref().unwrap_or(&prepared.namespace);
    let name = object.generate_name.as_ref().unwrap_or(&object.name);
    format!("{namespace}/{}/{name}.yaml", object.kind.to_lowercase())
}

/// Without what the server keeps for itself, and without the contents of secrets.
fn plain(mut object: Value) -> Value {
    if object["kind"] == "Secret" {
        for part in ["data", "stringData"] {
            for (key, value) in object[part].as_object_mut().into_iter().flatten() {
                let digest = digest_word(&value.to_string());
                *value = format!("(not shown: {key} {digest})").into();
            }
        }
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for key in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
            metadata.remove(key);
        }
    }
    if let Some(map) = object.as_object_mut() {
        map.remove("status");
    }
    object
}

/// Tells two values apart without telling them: salted by the process.
fn digest_word(text: &str) -> String {
    use std::hash::{BuildHasher, RandomState};
    static SALT: std::sync::OnceLock<RandomState> = std::sync::OnceLock::new();
    format!("{:016x}", SALT.get_or_init(RandomState::new).hash_one(text))
}

fn yaml(value: &Value) -> Result<String, Failure> {
    serde_yaml::to_string(value)
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot print YAML: {error}")))
}
