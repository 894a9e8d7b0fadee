//! `ds deploy --plan FILE`: what a deploy would do, as a file that people and reviews
//! read; `--from FILE` carries it out, if all is still as it was then.
//!
//! A plan is made by looking only. Images that are not built yet stand in it under a
//! reference of their key. Carrying out means to plan again, to compare, and to deploy:
//! what moved since is named, and nothing is done.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::child::{self, Keep};
use super::look::Looked;
use super::references::References;
use super::row::{Row, cannot_run};
use super::{Request, diff};
use crate::config::Image;
use crate::reference::Reference;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs;
use crate::util::hex;

const SCHEMA: &str = "ds.plan/1";
/// Parts that may differ between a plan and its carrying out.
const NOTES: [&str; 1] = ["schema"];

/// What is to become of the images.
pub struct Images {
    pub rows: Vec<Value>,
    /// References of those that are to be built, by the images' names.
    pub sets: Vec<(String, String)>,
    pub references: References,
}

/// Asks ds-build what it would build, and gives that a reference for the time being.
pub async fn images(
    run: &Run,
    request: &Request,
    row: &Row,
    current: &References,
) -> Result<Result<Images, Exit>, Failure> {
    let mut due = BTreeMap::new();
    if !request.skip_build && !run.images.is_empty() {
        let mut command = row.command("ds-build")?;
        command.args(["--check", "--output", "json"]);
        if request.force_build {
            command.arg("--force");
        }
        let ended = child::run(command, None, Keep::Stdout).await;
        let ended = ended.map_err(|error| cannot_run("ds-build", &error))?;
        let exit = Exit::of_child(ended.status);
        if !matches!(exit, Exit::Done | Exit::CheckFound) {
            return Ok(Err(exit));
        }
        let told: Value = serde_json::from_slice(&ended.stdout).unwrap_or_default();
        for (name, facts) in told["images"].as_object().into_iter().flatten() {
            if facts["changed"] == true {
                due.insert(name.clone(), facts["reason"].clone());
            }
        }
    }
    let mut all = Images { rows: Vec::new(), sets: Vec::new(), references: current.clone() };
    for image in run.images.iter().filter(|image| !image.disabled) {
        let key = match key(row, image).await? {
            Ok(key) => key,
            Err(exit) => return Ok(Err(exit)),
        };
        let reason = due.get(&image.name);
        let reference = match (reason, current.images.get(&image.name)) {
            (None, Some(reference)) => reference.to_string(),
            _ => {
                let reference = placeholder(image, &key)?;
                all.sets.push((image.name.clone(), reference.to_string()));
                all.references.images.insert(image.name.clone(), reference.clone());
                reference.to_string()
            }
        };
        let action = if reason.is_some() { "build and push" } else { "nothing" };
        all.rows.push(json!({
            "image": image.name, "key": key, "action": action,
            "reason": reason, "reference": reference,
        }));
    }
    Ok(Ok(all))
}

async fn key(row: &Row, image: &Image) -> Result<Result<String, Exit>, Failure> {
    let mut command = row.command("ds-build")?;
    command.args(["key", &image.name]);
    let ended = child::run(command, None, Keep::Stdout).await;
    let ended = ended.map_err(|error| cannot_run("ds-build", &error))?;
    Ok(match ended.status.success() {
        true => Ok(String::from_utf8_lossy(&ended.stdout).trim().to_owned()),
        false => Err(Exit::of_child(ended.status)),
    })
}

/// A tag that says what it will be of.
fn placeholder(image: &Image, key: &str) -> Result<Reference, Failure> {
    let digits = key.rsplit(':').next().and_then(|hex| hex.get(..16)).unwrap_or("0");
    let text = format!("{}:planned-{digits}", image.repository);
    Reference::parse(&text).map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

/// The whole plan.
pub async fn make(looked: &mut Looked<'_>, images: Vec<Value>) -> Result<Value, Failure> {
    let mut deployments = Vec::new();
    for (prepared, due) in looked.all.iter().zip(looked.due) {
        let mut text = String::new();
        let mut standing = Sha256::new();
        for object in &prepared.objects {
            let difference = diff::one(&mut looked.work, prepared, object).await?;
            text.push_str(&difference);
            standing.update(difference.as_bytes());
        }
        deployments.push(json!({
            "deployment": prepared.name(),
            "namespace": prepared.namespace,
            "reason": due.reason(),
            "text": prepared.digest.to_string(),
            "images": prepared.references.images,
            "diff": text,
            "standing": hex::encode(&standing.finalize()[..8]),
        }));
    }
    Ok(json!({
        "schema": SCHEMA,
        "cluster": looked.identity,
        "images": images,
        "deployments": deployments,
    }))
}

/// Writes a plan, whole or not at all.
pub fn write(path: &Path, plan: &Value) -> Result<(), Failure> {
    let text = format!("{plan:#}\n");
    fs::write_atomically(path, text.as_bytes(), 0o600)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

/// Reads a plan that a `--plan` wrote.
pub fn read(path: &Path) -> Result<Value, Failure> {
    let wrong = |why: String| {
        Failure::new(Exit::Data, format!("`{}` is no plan: {why}", path.display()))
            .hint("`ds deploy --plan FILE` writes one")
    };
    let bytes = fs::read(path).map_err(|error| Failure::new(Exit::Data, error.to_string()))?;
    let plan: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    match plan["schema"].as_str() {
        Some(SCHEMA) => Ok(plan),
        Some(other) => Err(wrong(format!("its schema is `{other}`, and this ds knows `{SCHEMA}`"))),
        None => Err(wrong("it has no schema".into())),
    }
}

/// Says what is not as it was planned.
pub fn compare(path: &Path, planned: &Value, now: &Value) -> Result<(), Failure> {
    let mut moved = Vec::new();
    let parts = now.as_object().into_iter().flatten();
    for (part, value) in parts.filter(|(part, _)| !NOTES.contains(&part.as_str())) {
        match value {
            Value::Array(items) => moved.extend(moved_items(part, &planned[part], items)),
            value if planned[part] != *value => moved.push(format!("the {part} is another")),
            _ => {}
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    let text = format!("`{}` is out of date: {}", path.display(), moved[0]);
    Err(Failure::new(Exit::Later, text)
        .snippet(Some(moved.join("\n")))
        .hint("nothing was done; make a new plan, and look at it"))
}

fn moved_items(part: &str, planned: &Value, now: &[Value]) -> Vec<String> {
    let kind = part.trim_end_matches('s');
    let planned = planned.as_array().cloned().unwrap_or_default();
    let find =
        |items: &[Value], name: &Value| items.iter().find(|item| item[kind] == *name).cloned();
    let mut moved = Vec::new();
    for item in now {
        match find(&planned, &item[kind]) {
            None => moved.push(format!("{kind} {} is not in it", item[kind])),
            Some(then) => {
                let fields = item.as_object().into_iter().flatten();
                let others: Vec<&str> = fields
                    .filter(|(field, value)| then[field.as_str()] != **value)
                    .map(|(field, _)| field.as_str())
                    .collect();
                if !others.is_empty() {
                    moved.push(format!("{kind} {}: {} changed", item[kind], others.join(", ")));
                }
            }
        }
    }
    let gone = planned.iter().filter(|item| find(now, &item[kind]).is_none());
    moved.extend(gone.map(|item| format!("{kind} {} is no more", item[kind])));
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(key: &str, text: &str) -> Value {
        json!({"schema": SCHEMA, "cluster": "c1",
            "images": [{"image": "web", "key": key}],
            "deployments": [{"deployment": "d", "text": text}]})
    }

    #[test]
    fn what_moved_is_named() {
        let path = Path::new("p.json");
        assert_eq!(compare(path, &plan("k1", "t1"), &plan("k1", "t1")), Ok(()));
        let failure = compare(path, &plan("k1", "t1"), &plan("k2", "t2")).unwrap_err();
        assert_eq!(failure.exit, Exit::Later);
        assert_eq!(
            failure.snippet.as_deref(),
            Some("image \"web\": key changed\ndeployment \"d\": text changed")
        );
        let mut other = plan("k1", "t1");
        other["cluster"] = "c2".into();
        other["images"] = json!([]);
        let failure = compare(path, &plan("k1", "t1"), &other).unwrap_err();
        assert!(failure.error.ends_with("the cluster is another"), "{}", failure.error);
        assert!(failure.snippet.unwrap().contains("image \"web\" is no more"));
    }

    #[test]
    fn only_plans_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.json");
        write(&path, &plan("k", "t")).unwrap();
        assert_eq!(read(&path).unwrap(), plan("k", "t"));
        for text in ["{", "{}", r#"{"schema": "ds.plan/9"}"#] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(&path).unwrap_err().exit, Exit::Data);
        }
    }
}
