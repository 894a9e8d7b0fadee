//! `deployments`.

use std::collections::HashMap;

use super::{either, flag, named, text, texts};
use crate::config::keys::{Kind, PROJECT};
use crate::config::model::{Deployment, Method};
use crate::config::scalar::json;
use crate::config::source::{At, Report};
use crate::config::tree::Node;
use crate::config::version::Version;

const METHODS: [&str; 3] = ["kubectl", "helm", "component"];

pub(super) fn all(node: &Node, version: Version, report: &mut Report) -> Vec<Deployment> {
    let mut seen: HashMap<String, At> = HashMap::new();
    let mut deployments = Vec::new();
    for (index, (name, item, at)) in named(node, "deployments", "name").into_iter().enumerate() {
        let Some(name) = name else {
            report.problem(at, format!("`deployments[{index}]` has no `name`"));
            continue;
        };
        let name_node = item.get("name");
        let at = name_node.map_or(at, |node| node.at);
        // What a variable stands for is not shown.
        let replaced = name_node.and_then(Node::scalar).is_some_and(|scalar| scalar.replaced);
        let label = if replaced { format!("deployments[{index}]") } else { name.clone() };
        if let Some(first) = seen.insert(name.clone(), at) {
            let hint = format!(
                "the first one is at {}; give one of them another name",
                report.place(first)
            );
            report.problem_hint(
                at,
                format!("there are two deployments with the name of `{label}`"),
                hint,
            );
        }
        let Some(method) = method(item, &label, at, version, report) else { continue };
        let place = report.place(at);
        if flag(item, "disabled") == Some(true) {
            report.notes.push(format!("{place}: deployment `{label}` is disabled"));
            continue;
        }
        deployments.push(Deployment { name, namespace: text(item, "namespace"), method, place });
    }
    deployments
}

fn method(
    item: &Node,
    name: &str,
    at: At,
    version: Version,
    report: &mut Report,
) -> Option<Method> {
    let mut given = item.entries().iter().filter(|entry| METHODS.contains(&entry.key.as_str()));
    let mut given = given.by_ref().filter(|entry| item.get(&entry.key).is_some());
    let Some(first) = given.next() else {
        let hint = "add `kubectl:`, `helm:` or `component:`";
        report.problem_hint(at, format!("the deployment `{name}` has no method"), hint);
        return None;
    };
    if let Some(second) = given.next() {
        let message = format!(
            "the deployment `{name}` has two methods, `{}` and `{}`",
            first.key, second.key
        );
        report.problem_hint(second.at, message, "make two deployments of it");
        return None;
    }
    let rewrite = flag(item, "updateImageTags").unwrap_or(true);
    match first.key.as_str() {
        "kubectl" => kubectl(&first.value, name, rewrite, report),
        "helm" => helm(&first.value, name, rewrite, version, report),
        _ => {
            let mut settings = settings(&first.value, "component", version);
            if let Some(options) = settings.get_mut("options").and_then(|o| o.as_object_mut()) {
                options.remove("tillerNamespace");
            }
            Some(Method::Component { settings })
        }
    }
}

fn kubectl(node: &Node, name: &str, rewrite: bool, report: &mut Report) -> Option<Method> {
    let manifests = texts(node, "manifests");
    if manifests.is_empty() {
        let hint = "add `manifests: [k8s/]`";
        report.problem_hint(node.at, format!("the deployment `{name}` has no `manifests`"), hint);
        return None;
    }
    Some(Method::Kubectl {
        manifests,
        kustomize: flag(node, "kustomize") == Some(true),
        flags: either(node, "flags", "applyArgs", report),
        cmd_path: text(node, "cmdPath").or_else(|| text(node, "kubectlBinaryPath")),
        rewrite: rewrite && rewrites(node),
    })
}

fn helm(
    node: &Node,
    name: &str,
    rewrite: bool,
    version: Version,
    report: &mut Report,
) -> Option<Method> {
    let old = version < Version::V1Alpha4;
    let (keys, hint): (&[&str], _) = match old {
        true => (&["chartPath"], "add `chartPath: ./chart`"),
        false => (&["chart", "name"], "add `chart: {name: ./chart}`"),
    };
    if node.dig(keys).and_then(Node::text).is_none_or(str::is_empty) {
        let message = format!("the deployment `{name}` has no `{}`", keys.join("."));
        report.problem_hint(node.at, message, hint);
        return None;
    }
    let mut settings = settings(node, "helm", version);
    if let Some(map) = settings.as_object_mut() {
        for key in REWRITE {
            map.remove(key);
        }
        if let Some(path) = map.remove("chartPath") {
            map.insert("chart".to_owned(), serde_json::json!({ "name": path }));
        }
        for (old, new) in [("overrides", "valuesFiles"), ("overrideValues", "values")] {
            if let Some(value) = map.remove(old) {
                map.insert(new.to_owned(), value);
            }
        }
    }
    Some(Method::Helm { settings, rewrite: rewrite && rewrites(node) })
}

/// The names of one switch through the versions.
const REWRITE: [&str; 3] = ["devSpaceValues", "replaceImageTags", "updateImageTags"];

fn rewrites(node: &Node) -> bool {
    REWRITE.iter().all(|key| flag(node, key).unwrap_or(true))
}

fn settings(node: &Node, name: &str, version: Version) -> serde_json::Value {
    let deployments = PROJECT.key("deployments", version).map(|key| key.kind);
    let kind = match deployments {
        Some(Kind::Either(Kind::List(deployment), _)) => deployment.under(name, version),
        _ => None,
    };
    json(node, &kind.unwrap_or(Kind::AnyMap), version)
}
