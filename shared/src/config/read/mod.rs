//! From a checked tree, its variables replaced, to the [`Project`].
//!
//! Says what keys mean together: what is missing, what excludes what. Types and
//! unknown keys have been seen to by the check.

mod deployment;
mod image;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::model::{
    AutoReload, Cluster, Hook, HookPoint, HookStage, Project, PullSecret, Rewrite, RewriteRule,
};
use super::scalar;
use super::source::{At, Report};
use super::tree::{Entry, Node};
use super::version::Version;

/// Reads the whole config; problems go into the report.
pub(super) fn project(
    node: &Node,
    version: Version,
    root: PathBuf,
    file: String,
    report: &mut Report,
) -> Project {
    let mut images = image::all(node, version, report);
    image::overrides(node, &mut images, report);
    let deployments = deployment::all(node, version, report);
    let hooks = hooks(node, report);
    let built: HashSet<&str> = images.iter().map(|image| image.name.as_str()).collect();
    let deployed: HashSet<&str> = deployments.iter().map(|d| d.name.as_str()).collect();
    for (at, point) in hooks.iter().flat_map(|(at, hook)| hook.when.iter().map(move |p| (*at, p))) {
        let known = match point.stage {
            HookStage::Images => built.contains(point.name.as_str()),
            HookStage::Deployments => deployed.contains(point.name.as_str()),
        };
        if !known && point.name != "all" {
            report.warn(at, "this hook waits for what is not in the config: it never runs");
        }
    }
    Project {
        root,
        file,
        files: Vec::new(),
        predefined: BTreeMap::new(),
        version: version.name().to_owned(),
        pull_secrets: pull_secrets(node, report),
        images,
        deployments,
        hooks: hooks.into_iter().map(|(_, hook)| hook).collect(),
        cluster: Cluster {
            kube_context: deep_text(node, &["cluster", "kubeContext"]),
            namespace: deep_text(node, &["cluster", "namespace"]),
        },
        auto_reload: node.dig(&["dev", "autoReload"]).map(|reload| AutoReload {
            images: texts(reload, "images"),
            deployments: texts(reload, "deployments"),
            paths: texts(reload, "paths"),
        }),
        rewrite: Rewrite {
            rules: rewrite_rules(node, "rules", report),
            exclude: rewrite_rules(node, "exclude", report),
        },
        dependencies: dependencies(node),
        notes: std::mem::take(&mut report.notes),
        warnings: std::mem::take(&mut report.warnings),
    }
}

/// A text; an empty one counts as none.
fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn deep_text(node: &Node, keys: &[&str]) -> Option<String> {
    node.dig(keys).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let items = node.get(key).map_or(&[] as &[Node], Node::items);
    items.iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn flag(node: &Node, key: &str) -> Option<bool> {
    node.get(key).and_then(Node::text).and_then(scalar::boolean)
}

/// Two names of one key: both at once are a problem.
fn either(node: &Node, first: &str, second: &str, report: &mut Report) -> Vec<String> {
    if let (Some(_), Some(other)) = (node.get(first), node.get(second)) {
        let message = format!("`{first}` and `{second}` are two names of one key; both are given");
        report.problem_hint(other.at, message, "put everything under one of them");
    }
    let mut all = texts(node, first);
    all.append(&mut texts(node, second));
    all
}

/// The entries of a section that is a list with `name`s, or a mapping by name.
fn named<'a>(node: &'a Node, key: &str, name_key: &str) -> Vec<(Option<String>, &'a Node, At)> {
    let Some(section) = node.get(key) else { return Vec::new() };
    let list = section.items().iter().map(|item| (text(item, name_key), item, item.at));
    let of_entry = |entry: &'a Entry| (Some(entry.key.clone()), &entry.value, entry.at);
    list.chain(section.entries().iter().map(of_entry)).collect()
}

fn hooks(node: &Node, report: &mut Report) -> Vec<(At, Hook)> {
    let items = node.get("hooks").map_or(&[] as &[Node], Node::items);
    let mut hooks = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(command) = text(item, "command") else {
            report.problem(item.at, format!("`hooks[{index}]` has no `command`"));
            continue;
        };
        let mut when = Vec::new();
        for (before, key) in [(true, "before"), (false, "after")] {
            for (stage, stage_key) in
                [(HookStage::Images, "images"), (HookStage::Deployments, "deployments")]
            {
                if let Some(name) = deep_text(item, &["when", key, stage_key]) {
                    when.push(HookPoint { before, stage, name });
                }
            }
        }
        if when.is_empty() {
            report.warn(item.at, "this hook has no `when` and never runs");
        }
        hooks.push((item.at, Hook { command, args: texts(item, "args"), when }));
    }
    hooks
}

fn rewrite_rules(node: &Node, key: &str, report: &mut Report) -> Vec<RewriteRule> {
    let items = node.dig(&["rewrite", key]).map_or(&[] as &[Node], Node::items);
    let mut rules = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let rule = RewriteRule {
            kind: text(item, "kind"),
            api_version: text(item, "apiVersion"),
            name: text(item, "name"),
            path: text(item, "path"),
            image: text(item, "image"),
            part: text(item, "part"),
            known: text(item, "known"),
            place: report.place(item.at),
        };
        let images = node.get("images").map_or(&[] as &[Entry], Node::entries);
        if let Some(image) = &rule.image
            && !images.iter().any(|entry| entry.key == *image)
        {
            let message =
                format!("`rewrite.{key}[{index}]` names `{image}`, which is no image here");
            match report.near(image, images.iter().map(|entry| entry.key.as_str())) {
                Some(near) => {
                    let hint = format!("did you mean `{near}`?");
                    report.problem_hint(item.at, message, hint);
                }
                None => report.problem(item.at, message),
            }
        }
        rules.push(rule);
    }
    rules
}

fn pull_secrets(node: &Node, report: &mut Report) -> Vec<PullSecret> {
    let mut secrets = Vec::new();
    for (_, item, at) in named(node, "pullSecrets", "name") {
        if flag(item, "disabled") == Some(true) {
            continue;
        }
        let Some(registry) = text(item, "registry") else {
            report.problem(at, "a pull secret has no `registry`");
            continue;
        };
        let service_accounts = texts(item, "serviceAccounts");
        secrets.push(PullSecret { registry, secret: text(item, "secret"), service_accounts });
    }
    secrets
}

/// What dependencies are called in warnings: without what may be a secret.
fn dependencies(node: &Node) -> Vec<String> {
    let items = named(node, "dependencies", "name").into_iter().enumerate();
    let of = |(index, (name, item, _)): (usize, (Option<String>, &Node, At))| {
        let source = item.get("source").unwrap_or(item);
        let scalar = source.get("path").or(source.get("git")).and_then(Node::scalar);
        match scalar.filter(|scalar| !scalar.replaced) {
            Some(scalar) => without_credentials(&scalar.text),
            None => name.unwrap_or_else(|| format!("dependencies[{index}]")),
        }
    };
    items.map(of).collect()
}

/// A URL without user and password.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host = rest.find('/').unwrap_or(rest.len());
    let start = rest[..host].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[start..])
}
