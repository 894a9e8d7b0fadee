//! `component:` deployments: containers, volumes, a service, an ingress, autoscaling,
//! turned into plain objects. Names, labels and defaults are those that upstream documents
//! for its component chart, so that services and claims keep their names; no helm is
//! needed, and the objects are applied like those of manifests.
//!
//! A volume that a container writes makes the workload a StatefulSet with claims of its
//! own; one that is only read is a claim beside it.

use serde_json::{Map, Value, json};

/// The component that is being rendered.
struct Component<'c> {
    name: &'c str,
    settings: &'c Value,
}

/// The objects of a component, as they are rewritten and applied.
pub fn render(name: &str, settings: &Value) -> Vec<Value> {
    let component = Component { name, settings };
    let mut objects = Vec::new();
    if component.containers().next().is_some() {
        objects.extend(component.shared_claims());
        if component.is_stateful() {
            objects.push(component.headless());
        }
        objects.push(component.workload());
    }
    objects.extend(component.service());
    objects.extend(component.ingress());
    objects.extend(component.autoscaler());
    objects
}

/// The list under a key; what is not there is empty.
fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value[key].as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str().filter(|text| !text.is_empty())
}

/// Whether a mount only reads.
fn reads(mount: &Value) -> bool {
    mount["volume"]["readOnly"] == true
}

impl<'c> Component<'c> {
    fn containers(&self) -> impl Iterator<Item = &'c Value> + use<'c> {
        list(self.settings, "containers")
    }

    fn volumes(&self) -> impl Iterator<Item = &'c Value> + use<'c> {
        list(self.settings, "volumes")
    }

    /// Mounts of a volume, of all containers.
    fn mounts(&self, volume: &Value) -> impl Iterator<Item = &'c Value> {
        let name = volume["name"].clone();
        let mounts = self.containers().flat_map(|container| list(container, "volumeMounts"));
        mounts.filter(move |mount| mount["volume"]["name"] == name)
    }

    /// Whether a volume is a claim, and not a ConfigMap or Secret.
    fn is_claim(volume: &Value) -> bool {
        volume["configMap"].is_null() && volume["secret"].is_null()
    }

    /// Whether each pod has a claim of its own for it.
    fn is_own(&self, volume: &Value) -> bool {
        Self::is_claim(volume) && self.mounts(volume).any(|mount| !reads(mount))
    }

    fn is_stateful(&self) -> bool {
        self.volumes().any(|volume| self.is_own(volume))
    }

    fn kind(&self) -> &'static str {
        if self.is_stateful() { "StatefulSet" } else { "Deployment" }
    }

    /// By which its pods are found.
    fn selector(&self) -> Map<String, Value> {
        let mut labels = Map::new();
        labels.insert("app.kubernetes.io/name".into(), "devspace-app".into());
        labels.insert("app.kubernetes.io/component".into(), self.name.into());
        labels
    }

    fn labels(&self, more: &Value) -> Map<String, Value> {
        let mut labels = self.selector();
        labels.insert("app.kubernetes.io/managed-by".into(), "ds".into());
        labels.extend(more.as_object().cloned().unwrap_or_default());
        labels
    }

    fn metadata(&self, name: &str, of: &Value) -> Value {
        let mut metadata = json!({"name": name, "labels": self.labels(&of["labels"])});
        if let Some(annotations) = of["annotations"].as_object() {
            metadata["annotations"] = annotations.clone().into();
        }
        metadata
    }

    fn replicas(&self) -> i64 {
        self.settings["replicas"].as_i64().unwrap_or(1)
    }

    fn service_name(&self) -> String {
        let given = text(self.settings, "serviceName").map(str::to_owned);
        given.unwrap_or_else(|| format!("{}-headless", self.name))
    }

    fn workload(&self) -> Value {
        let rolling = &self.settings["rollingUpdate"];
        let rolls = rolling["enabled"] == true;
        let mut spec = json!({
            "selector": {"matchLabels": self.selector()},
            "template": {
                "metadata": {"labels": self.labels(&self.settings["labels"])},
                "spec": self.pod(),
            },
        });
        if let Some(annotations) = self.settings["annotations"].as_object() {
            spec["template"]["metadata"]["annotations"] = annotations.clone().into();
        }
        // An autoscaler's number is its own.
        if self.autoscaler().is_none() {
            spec["replicas"] = self.replicas().into();
        }
        if self.is_stateful() {
            let policy = text(self.settings, "podManagementPolicy").unwrap_or("OrderedReady");
            spec["podManagementPolicy"] = policy.into();
            spec["serviceName"] = self.service_name().into();
            if rolls {
                let partition = rolling["partition"].as_i64().unwrap_or(0);
                spec["updateStrategy"] =
                    json!({"type": "RollingUpdate", "rollingUpdate": {"partition": partition}});
            }
            let own = self.volumes().filter(|volume| self.is_own(volume));
            spec["volumeClaimTemplates"] = own.map(|volume| self.claim(volume, false)).collect();
        } else {
            spec["strategy"] = match rolls {
                true => json!({"type": "RollingUpdate", "rollingUpdate": {
                    "maxSurge": share(&rolling["maxSurge"], "25%"),
                    "maxUnavailable": share(&rolling["maxUnavailable"], "0%"),
                }}),
                false => json!({"type": "Recreate"}),
            };
        }
        json!({
            "apiVersion": "apps/v1",
            "kind": self.kind(),
            "metadata": self.metadata(self.name, self.settings),
            "spec": spec,
        })
    }

    fn pod(&self) -> Value {
        let containers: Vec<Value> = self
            .containers()
            .enumerate()
            .map(|(index, settings)| self.container(index, settings))
            .collect();
        let mut pod = json!({"terminationGracePeriodSeconds": 5, "containers": containers});
        let secrets: Vec<Value> = list(self.settings, "pullSecrets")
            .filter_map(Value::as_str)
            .map(|name| json!({"name": name}))
            .collect();
        if !secrets.is_empty() {
            pod["imagePullSecrets"] = secrets.into();
        }
        let volumes: Vec<Value> = self.volumes().filter_map(|volume| self.volume(volume)).collect();
        if !volumes.is_empty() {
            pod["volumes"] = volumes.into();
        }
        pod
    }

    fn container(&self, index: usize, settings: &Value) -> Value {
        let name = text(settings, "name").map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("container-{index}"));
        let mut container = json!({"name": name, "image": settings["image"]});
        for key in ["command", "args", "env", "livenessProbe", "readinessProbe"] {
            if !settings[key].is_null() {
                container[key] = settings[key].clone();
            }
        }
        let resources = resources(&settings["resources"]);
        if !resources.is_empty() {
            container["resources"] = resources.into();
        }
        let mounts: Vec<Value> = list(settings, "volumeMounts").map(mount).collect();
        if !mounts.is_empty() {
            container["volumeMounts"] = mounts.into();
        }
        container
    }

    /// A volume of the pod; claims of its own are no part of it.
    fn volume(&self, volume: &Value) -> Option<Value> {
        self.mounts(volume).next()?;
        let name = &volume["name"];
        Some(match () {
            () if !volume["secret"].is_null() => json!({"name": name, "secret": volume["secret"]}),
            () if !volume["configMap"].is_null() => {
                json!({"name": name, "configMap": volume["configMap"]})
            }
            () if self.is_own(volume) => return None,
            () => json!({"name": name, "persistentVolumeClaim": {"claimName": name}}),
        })
    }

    fn claim(&self, volume: &Value, alone: bool) -> Value {
        let name = text(volume, "name").unwrap_or_default();
        let mut claim = json!({
            "metadata": self.metadata(name, volume),
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": volume["size"]}},
            },
        });
        if alone {
            claim["apiVersion"] = "v1".into();
            claim["kind"] = "PersistentVolumeClaim".into();
        }
        claim
    }

    /// Claims that are only read.
    fn shared_claims(&self) -> Vec<Value> {
        let shared = |volume: &&Value| {
            Self::is_claim(volume) && !self.is_own(volume) && self.mounts(volume).next().is_some()
        };
        self.volumes().filter(shared).map(|volume| self.claim(volume, true)).collect()
    }

    /// A StatefulSet's service; without a port it has no DNS entry.
    fn headless(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": self.service_name(), "labels": self.labels(&Value::Null)},
            "spec": {
                "clusterIP": "None",
                "ports": [{"name": "web", "port": 80}],
                "selector": self.selector(),
            },
        })
    }

    fn public_name(&self) -> &str {
        text(&self.settings["service"], "name").unwrap_or(self.name)
    }

    fn service(&self) -> Option<Value> {
        let service = &self.settings["service"];
        let ports: Vec<Value> = list(service, "ports")
            .enumerate()
            .map(|(index, port)| {
                let target = if port["containerPort"].is_null() { "port" } else { "containerPort" };
                json!({
                    "name": format!("port-{index}"),
                    "port": port["port"],
                    "targetPort": port[target],
                    "protocol": text(port, "protocol").unwrap_or("TCP"),
                })
            })
            .collect();
        if ports.is_empty() {
            return None;
        }
        let mut spec = json!({
            "type": text(service, "type").unwrap_or("ClusterIP"),
            "ports": ports,
            "selector": self.selector(),
        });
        if !service["externalIPs"].is_null() {
            spec["externalIPs"] = service["externalIPs"].clone();
        }
        Some(json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": self.metadata(self.public_name(), service),
            "spec": spec,
        }))
    }

    fn ingress(&self) -> Option<Value> {
        let ingress = &self.settings["ingress"];
        let first = &self.settings["service"]["ports"][0]["port"];
        let rules: Vec<Value> = list(ingress, "rules")
            .map(|rule| {
                let port = if rule["servicePort"].is_null() { first } else { &rule["servicePort"] };
                json!({
                    "host": rule["host"],
                    "http": {"paths": [{
                        "path": text(rule, "path").unwrap_or("/"),
                        "pathType": "ImplementationSpecific",
                        "backend": {"service": {"name": self.public_name(), "port": {"number": port}}},
                    }]},
                })
            })
            .collect();
        if rules.is_empty() {
            return None;
        }
        let name = text(ingress, "name").unwrap_or(self.public_name());
        let mut spec = json!({"rules": rules});
        let secret = match &ingress["tls"] {
            Value::Bool(true) => Some(format!("tls-{name}")),
            Value::String(text) if text == "true" => Some(format!("tls-{name}")),
            Value::String(text) if !text.is_empty() && text != "false" => Some(text.clone()),
            _ => None,
        };
        if let Some(secret) = secret {
            let hosts: Vec<&Value> = list(ingress, "rules").map(|rule| &rule["host"]).collect();
            spec["tls"] = json!([{"hosts": hosts, "secretName": secret}]);
        }
        Some(json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": self.metadata(name, ingress),
            "spec": spec,
        }))
    }

    fn autoscaler(&self) -> Option<Value> {
        let horizontal = &self.settings["autoScaling"]["horizontal"];
        let most = horizontal["maxReplicas"].as_i64().filter(|most| *most > self.replicas())?;
        let metrics: Vec<Value> = [("cpu", "averageCPU"), ("memory", "averageMemory")]
            .into_iter()
            .filter(|(_, key)| !horizontal[key].is_null())
            .map(|(name, key)| {
                let target = json!({"type": "AverageValue", "averageValue": horizontal[key]});
                json!({"type": "Resource", "resource": {"name": name, "target": target}})
            })
            .collect();
        Some(json!({
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": self.metadata(self.name, &Value::Null),
            "spec": {
                "scaleTargetRef":
                    {"apiVersion": "apps/v1", "kind": self.kind(), "name": self.name},
                "minReplicas": self.replicas(),
                "maxReplicas": most,
                "metrics": metrics,
            },
        }))
    }
}

/// A number of pods stays a number.
fn share(value: &Value, default: &str) -> Value {
    match value {
        Value::Null => default.into(),
        Value::String(text) => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        other => other.clone(),
    }
}

fn mount(mount: &Value) -> Value {
    let volume = &mount["volume"];
    let mut out = json!({
        "name": volume["name"], "mountPath": mount["containerPath"], "readOnly": reads(mount),
    });
    if let Some(path) = text(volume, "subPath") {
        out["subPath"] = path.trim_matches('/').into();
    }
    out
}

/// A limit without a request asks for nothing: Kubernetes would ask for all of it.
fn resources(settings: &Value) -> Map<String, Value> {
    const NAMES: [(&str, &str); 3] =
        [("cpu", "cpu"), ("memory", "memory"), ("ephemeralStorage", "ephemeral-storage")];
    let (limits, requests) = (&settings["limits"], &settings["requests"]);
    let (mut out_limits, mut out_requests) = (Map::new(), Map::new());
    for (key, name) in NAMES {
        if !limits[key].is_null() {
            out_limits.insert(name.into(), limits[key].clone());
            out_requests.insert(name.into(), "0".into());
        }
        if !requests[key].is_null() {
            out_requests.insert(name.into(), requests[key].clone());
        }
    }
    let parts = [("limits", out_limits), ("requests", out_requests)];
    let parts = parts.into_iter().filter(|(_, part)| !part.is_empty());
    parts.map(|(name, part)| (name.to_owned(), part.into())).collect()
}

#[cfg(test)]
mod tests;
