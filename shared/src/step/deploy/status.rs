//! `ds status`: each image's card, what runs in the cluster of it, and whether it is what
//! was built and deployed. Changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::{Request, chosen};
use crate::cluster::rollout::{self, AWAITED, Progress};
use crate::cluster::{Cluster, Key, pod};
use crate::deploy::record;
use crate::reference::Reference;
use crate::state::{Deployed, Fresh, Placed, State, Variant};
use crate::step::asynchronous::block_on;
use crate::step::options::{Options, Output};
use crate::step::report::write_out;
use crate::step::run::{Run, load_project};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::time::utc;

/// Digits of a digest that people see.
const SHORT: usize = 19;

/// Prints the status of the chosen deployments. With `--check`, exit 3 where something
/// runs that is not what was built and deployed.
pub fn status(options: Options, request: &Request) -> Result<Exit, Failure> {
    let project = load_project(&options)?;
    let deployments = chosen(&project, &request.deployments)?;
    block_on(async {
        let cluster = request.at.connect(&project).await?;
        let identity = cluster.identity().await?;
        let run = Run::of_project(options, project, Fresh::Refused)?;
        let state = run.store.load()?;
        let looks = Looks { run: &run, state: &state, cluster: &cluster };
        let images: Vec<Value> = run.images.iter().map(|image| looks.image(&image.name)).collect();
        let mut found = Vec::new();
        for deployment in &deployments {
            let namespace = deployment.namespace.as_deref().unwrap_or(cluster.namespace());
            let place = (identity.as_str(), namespace, deployment.name.as_str());
            let record = state.deployed.iter().find(|deployed| deployed.place() == place);
            found.push(looks.deployment(&deployment.name, namespace, record).await?);
        }
        let good = found.iter().all(|one| one["ok"] == true);
        let all = json!({"images": images, "deployments": found, "ok": good});
        write_out(match request.output {
            Output::Json => format!("{all:#}\n"),
            Output::Text => text(&all),
        })?;
        Ok(if run.options.common.check && !good { Exit::CheckFound } else { Exit::Done })
    })
}

struct Looks<'l> {
    run: &'l Run,
    state: &'l State,
    cluster: &'l Cluster,
}

impl Looks<'_> {
    fn image(&self, name: &str) -> Value {
        let variant = self.state.variant(name, self.run.variant);
        let build = variant.and_then(|variant| variant.build.as_ref());
        let push = variant.and_then(Variant::push_current);
        let tags = variant.and_then(Variant::tags_current);
        let image = self.run.images.iter().find(|image| image.name == name);
        let reference = image.zip(tags.and_then(|tags| tags.tags.first()));
        json!({
            "image": name,
            "reference": reference.map(|(image, tag)| image.repository.tagged(tag).to_string()),
            "key": build.map(|build| build.key.to_string()),
            "id": build.map(|build| build.image_id().to_string()),
            "built_at": build.and_then(|build| build.built_at),
            "pushed": push.and_then(|push| push.digest.as_ref()).map(ToString::to_string),
        })
    }

    async fn deployment(
        &self,
        name: &str,
        namespace: &str,
        record: Option<&Deployed>,
    ) -> Result<Value, Failure> {
        let Some(record) = record else {
            return Ok(json!({
                "deployment": name, "namespace": namespace, "deployed": false, "ok": false,
                "drift": [], "workloads": [],
            }));
        };
        let keys: Vec<Key> = record.objects.iter().map(record::key).collect();
        let metadata = self.cluster.metadata(&keys).await?;
        // Whose fields count is the manager's that has any.
        let drifted = |placed: &Placed| {
            let managers = ["ds", "kubectl-client-side-apply", "helm"];
            let drifts = managers.map(|manager| record::drift(placed, &metadata, manager));
            drifts.into_iter().collect::<Option<Vec<_>>>().map(|all| all[0])
        };
        let drift: Vec<String> = record
            .objects
            .iter()
            .filter_map(|placed| {
                Some(format!("{} `{}` {}", placed.kind, placed.name, drifted(placed)?))
            })
            .collect();
        let workloads = self.workloads(record).await?;
        let ok = drift.is_empty() && workloads.iter().all(|workload| workload["ok"] == true);
        Ok(json!({
            "deployment": name,
            "namespace": namespace,
            "deployed": true,
            "deployed_at": record.deployed_at,
            "references": record.images,
            "drift": drift,
            "workloads": workloads,
            "ok": ok,
        }))
    }

    async fn workloads(&self, record: &Deployed) -> Result<Vec<Value>, Failure> {
        let awaited = |placed: &&Placed| AWAITED.contains(&placed.kind.as_str());
        let targets: Vec<&Placed> = record.objects.iter().filter(awaited).collect();
        let keys: Vec<Key> = targets.iter().map(|placed| record::key(placed)).collect();
        let lives = self.cluster.objects(&keys).await?;
        let namespaces: BTreeSet<Option<String>> =
            targets.iter().map(|placed| placed.namespace.clone()).collect();
        let mut pods = Vec::new();
        for namespace in namespaces {
            pods.extend(self.cluster.list("v1", "pods", namespace.as_deref()).await?);
        }
        let workload = |placed: &Placed| {
            let live = lives.get(&record::key(placed));
            let live = live.filter(|live| live["metadata"]["uid"] == *placed.uid);
            self.workload(placed, live, &pods)
        };
        Ok(targets.into_iter().map(workload).collect())
    }

    fn workload(&self, placed: &Placed, live: Option<&Value>, pods: &[Value]) -> Value {
        let Some(live) = live else {
            return json!({"kind": placed.kind, "name": placed.name, "state": "it is not there",
                "ready": 0, "pods": 0, "images": [], "ok": false});
        };
        let (state, up) = match rollout::of(&placed.kind, live) {
            Progress::Done => ("up".to_owned(), true),
            Progress::Going(text) | Progress::Failed(text) => (text, false),
        };
        let own: Vec<&Value> = pods.iter().filter(|pod| pod::belongs_to(pod, live)).collect();
        let ready = own.iter().filter(|pod| {
            rollout::condition(pod, "Ready").is_some_and(|(status, ..)| status == "True")
        });
        let images = self.running(&own);
        let same = images.iter().all(|image| image["as_built"] != false);
        json!({
            "kind": placed.kind,
            "name": placed.name,
            "state": state,
            "ready": ready.count(),
            "pods": own.len(),
            "images": images,
            "ok": up && same,
        })
    }

    /// Images of the config that run in these pods, by what the nodes say of them.
    fn running(&self, pods: &[&Value]) -> Vec<Value> {
        let mut found: BTreeMap<(String, String), Value> = BTreeMap::new();
        for pod in pods {
            let digests: HashMap<String, String> = pod::digests(pod).into_iter().collect();
            for container in pod["spec"]["containers"].as_array().into_iter().flatten() {
                let Some((name, image)) = self.image_of(container) else { continue };
                let at = container["name"].as_str().unwrap_or_default();
                let Some(digest) = digests.get(at) else { continue };
                let card = self.image(&name);
                let same = [&card["pushed"], &card["id"]].iter().any(|known| **known == **digest);
                found.insert(
                    (name.clone(), digest.clone()),
                    json!({"image": name, "reference": image, "digest": digest, "as_built": same}),
                );
            }
        }
        found.into_values().collect()
    }

    fn image_of(&self, container: &Value) -> Option<(String, String)> {
        let text = container["image"].as_str()?;
        let reference = Reference::parse(text).ok()?;
        let image =
            self.run.images.iter().find(|image| image.repository == reference.repository)?;
        Some((image.name.clone(), text.to_owned()))
    }
}

fn text(all: &Value) -> String {
    let mut out = String::new();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let words = |value: &Value| value.as_str().map(str::to_owned);
    for image in list(&all["images"]) {
        let name = words(&image["image"]).unwrap_or_default();
        let reference = words(&image["reference"]).unwrap_or_else(|| "not built".into());
        let built = image["built_at"].as_u64().map(|at| format!(", built {}", utc(at)));
        let pushed = match words(&image["pushed"]) {
            Some(digest) => format!(", pushed as {}", short(&digest)),
            None if image["id"].is_null() => String::new(),
            None => ", not pushed".into(),
        };
        out.push_str(&format!("image {name}: {reference}{}{pushed}\n", built.unwrap_or_default()));
    }
    for one in list(&all["deployments"]) {
        let title = format!(
            "deployment {} in {}",
            words(&one["deployment"]).unwrap_or_default(),
            words(&one["namespace"]).unwrap_or_default()
        );
        if one["deployed"] == false {
            out.push_str(&format!("{title}: not deployed from here\n"));
            continue;
        }
        let at = one["deployed_at"].as_u64().map(utc).unwrap_or_default();
        out.push_str(&format!("{title}: deployed {at}\n"));
        for drift in list(&one["drift"]) {
            out.push_str(&format!("  {}\n", words(&drift).unwrap_or_default()));
        }
        for workload in list(&one["workloads"]) {
            out.push_str(&format!(
                "  {} {}: {}, {} of {} pods ready\n",
                words(&workload["kind"]).unwrap_or_default(),
                words(&workload["name"]).unwrap_or_default(),
                words(&workload["state"]).unwrap_or_default(),
                workload["ready"],
                workload["pods"]
            ));
            for image in list(&workload["images"]) {
                let same = match image["as_built"] == true {
                    true => "as built",
                    false => "another than the one built",
                };
                let digest = words(&image["digest"]).unwrap_or_default();
                let name = words(&image["image"]).unwrap_or_default();
                out.push_str(&format!("    {name}: {}, {same}\n", short(&digest)));
            }
        }
    }
    if out.is_empty() { "nothing is configured\n".into() } else { out }
}

fn short(digest: &str) -> &str {
    digest.get(..SHORT).unwrap_or(digest)
}
