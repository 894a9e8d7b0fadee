//! `images` and `dev.overrideImages`.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::{deep_text, either, flag, text, texts};
use crate::config::keys::{Kind, PROJECT};
use crate::config::model::{
    BuildOptions, BuilderChoice, Custom, DevOverride, Image, RebuildStrategy,
};
use crate::config::scalar::json;
use crate::config::source::{At, Report};
use crate::config::tree::{Entry, Node, Scalar, Value};
use crate::config::version::Version;
use crate::reference::{Error as ReferenceError, Reference, Repository, Tag};

const BUILDERS: [&str; 5] = ["docker", "kaniko", "custom", "buildKit", "embedded"];

pub(super) fn all(node: &Node, version: Version, report: &mut Report) -> Vec<Image> {
    let entries = node.get("images").map_or(&[] as &[Entry], Node::entries);
    let reuse = text(node, "reuse");
    entries.iter().filter_map(|entry| image(entry, reuse.as_deref(), version, report)).collect()
}

/// `reuse`: what the project says for all images.
fn image(
    entry: &Entry,
    reuse: Option<&str>,
    version: Version,
    report: &mut Report,
) -> Option<Image> {
    let node = &entry.value;
    let builder_node = builder_node(entry, report);
    let builder = builder(builder_node, node, entry, version, report);
    let options = options(node, builder_node.map(|(_, node)| node), report);
    let tags = tags(node, report);
    let repository = repository(entry, report);
    let on_builder =
        |name: &str| builder_node.is_some_and(|(_, node)| flag(node, name) == Some(true));
    let words = |key: &str| Some(texts(node, key)).filter(|words| !words.is_empty());
    let path = |key: &str, default: &str| {
        let old = || deep_text(node, &["build", &format!("{key}Path")]);
        let path = text(node, key).or_else(|| deep_text(node, &["build", key])).or_else(old);
        PathBuf::from(path.unwrap_or_else(|| default.to_owned()))
    };
    Some(Image {
        name: entry.key.clone(),
        repository: repository?,
        tags,
        dockerfile: path("dockerfile", "./Dockerfile"),
        context: path("context", "./"),
        create_pull_secret: flag(node, "createPullSecret").unwrap_or(version >= Version::V1Beta3),
        skip_push: flag(node, "skipPush") == Some(true) || on_builder("skipPush"),
        disabled: node.get("build").and_then(|build| flag(build, "disabled")) == Some(true),
        options,
        builder,
        rebuild: match text(node, "rebuildStrategy").as_deref() {
            Some("always") => RebuildStrategy::Always,
            Some("ignoreContextChanges") => RebuildStrategy::IgnoreContextChanges,
            _ => RebuildStrategy::Default,
        },
        reuse: {
            let own = text(node, "reuse").or_else(|| deep_text(node, &["build", "reuse"]));
            own.as_deref().or(reuse) == Some("registry")
        },
        entrypoint: words("entrypoint"),
        cmd: words("cmd"),
        dev: None,
        place: report.place(entry.at),
    })
}

fn repository(entry: &Entry, report: &mut Report) -> Option<Repository> {
    let name = &entry.key;
    let example = || format!("add `image: registry.example.com/team/{}`", name.to_lowercase());
    let Some(node) = entry.value.get("image") else {
        report.problem_hint(entry.at, format!("`images.{name}` has no `image`"), example());
        return None;
    };
    let scalar = node.scalar()?;
    if scalar.text.is_empty() && !scalar.replaced {
        report.problem_hint(node.at, format!("`images.{name}.image` is empty"), example());
        return None;
    }
    let error = match Repository::parse(&scalar.text) {
        Ok(repository) => return Some(repository),
        Err(error) => error,
    };
    let path = format!("images.{name}.image");
    match error {
        // What a variable stands for is not shown.
        error if scalar.replaced => {
            let what = fault(&error);
            report.problem(
                node.at,
                format!("`{path}` is not a repository once its variables are replaced: {what}"),
            );
        }
        ReferenceError::NotBare { what: "tag", part, .. } => {
            let bare = Reference::parse(&scalar.text).map(|r| r.repository.to_string());
            let bare = bare.unwrap_or_default();
            let message =
                format!("`{path}` has a tag (`{part}`); only the repository belongs here");
            report.problem_hint(
                node.at,
                message,
                format!("write `image: {bare}` and `tag: \"{part}\"`"),
            );
        }
        ReferenceError::NotBare { part, .. } => {
            let message = format!("`{path}` has a digest; only the repository belongs here");
            let hint = format!("take `@{part}` away; ds-push tells the digest of what is built");
            report.problem_hint(node.at, message, hint);
        }
        error => {
            let message = format!("`{path}` is not a repository: {error}");
            match scalar.text.split_once("://") {
                Some((scheme, _)) => {
                    let hint = format!("take `{scheme}://` away");
                    report.problem_hint(node.at, message, hint);
                }
                None => report.problem(node.at, message),
            }
        }
    }
    None
}

/// What is wrong with a reference, without its text.
fn fault(error: &ReferenceError) -> &'static str {
    match error {
        ReferenceError::Empty => "it is empty",
        ReferenceError::Blank(_) => "it has white space in it",
        ReferenceError::Host { .. } => "its registry is not a host",
        ReferenceError::Port { .. } => "its port is not a number",
        ReferenceError::UpperCase { .. } => "it has capital letters",
        ReferenceError::NotBare { .. } => "it has a tag or digest",
        ReferenceError::TooLong { .. } => "it is too long",
        ReferenceError::ImageId(_) => "it is an image id",
        _ => "it breaks the grammar of image references",
    }
}

fn tags(node: &Node, report: &mut Report) -> Vec<String> {
    let (single, several) = (node.get("tag"), node.get("tags"));
    if let (Some(_), Some(tags)) = (single, several) {
        report.problem_hint(
            tags.at,
            "`tag` and `tags` are both given",
            "put all tags under `tags`",
        );
    }
    let nodes = single.into_iter().chain(several.map_or(&[] as &[Node], Node::items));
    let mut texts = Vec::new();
    for node in nodes {
        let Some(scalar) = node.scalar() else { continue };
        check_tag(scalar.text.as_str(), scalar.replaced, node.at, report);
        texts.push(scalar.text.clone());
    }
    texts
}

/// A tag that is whole already; what ds-tag still fills in is checked there.
fn check_tag(text: &str, replaced: bool, at: At, report: &mut Report) {
    if text.contains("${") || text.contains('#') {
        return;
    }
    let Err(error) = Tag::parse(text) else { return };
    if replaced {
        return report.problem(at, "this is not a tag once its variables are replaced");
    }
    let hint = match Tag::suggest(text) {
        Some(tag) => format!("write `{}`", tag.as_str()),
        None => "leave it out for a tag made from the image itself".to_owned(),
    };
    report.problem_hint(at, error.to_string(), hint);
}

/// The one builder that the image names, with its name.
fn builder_node<'a>(entry: &'a Entry, report: &mut Report) -> Option<(&'static str, &'a Node)> {
    let image = &entry.value;
    let build = image.get("build").map_or(&[] as &[Entry], Node::entries);
    let mut found: Option<(&'static str, &Node)> = None;
    for part in build.iter().chain(image.entries()) {
        let Some(name) = BUILDERS.iter().copied().find(|name| *name == part.key) else { continue };
        if part.value.value == Value::Null {
            report.warn(
                part.at,
                &format!(
                    "`{name}` has nothing under it and counts as absent; write `{name}: {{}}`"
                ),
            );
            continue;
        }
        if let Some((first, _)) = found {
            let message =
                format!("`images.{}` names two builders, `{first}` and `{name}`", entry.key);
            report.problem_hint(part.at, message, "keep one of them");
        }
        found = found.or(Some((name, &part.value)));
    }
    found
}

fn builder(
    chosen: Option<(&'static str, &Node)>,
    image: &Node,
    entry: &Entry,
    version: Version,
    report: &mut Report,
) -> BuilderChoice {
    let insecure = flag(image, "insecure") == Some(true);
    let (name, node) = chosen.unwrap_or(("", image));
    if insecure && name != "kaniko" {
        report.warn(entry.at, "`insecure` is kaniko's only, and this image is not built with it");
    }
    match name {
        "custom" => BuilderChoice::Custom(custom(node, entry, report)),
        "embedded" => BuilderChoice::Embedded,
        "kaniko" => {
            let mut settings = settings(node, name, version);
            let arguments = either(node, "args", "flags", report);
            if let Some(map) = settings.as_object_mut() {
                map.remove("flags");
                if !arguments.is_empty() {
                    map.insert("args".to_owned(), arguments.into());
                }
                if insecure {
                    map.insert("insecure".to_owned(), true.into());
                }
            }
            BuilderChoice::Kaniko { settings }
        }
        "buildKit" => BuilderChoice::BuildKit { settings: settings(node, name, version) },
        _ => BuilderChoice::Docker {
            prefer_minikube: flag(node, "preferMinikube").unwrap_or(true),
            disable_fallback: flag(node, "disableFallback") == Some(true),
            named: name == "docker",
        },
    }
}

/// A builder's own keys as JSON; what every builder takes stands in [`BuildOptions`].
fn settings(node: &Node, name: &str, version: Version) -> serde_json::Value {
    let under = |kind: Option<Kind>, key: &str| kind.and_then(|kind| kind.under(key, version));
    let images = under(Some(Kind::Section(&PROJECT)), "images");
    let kind = under(under(images, ""), name).unwrap_or(Kind::AnyMap);
    let kind = match name {
        "docker" | "kaniko" if version <= Version::V1Beta1 => {
            let build = under(under(images, ""), "build");
            under(build, name).unwrap_or(Kind::AnyMap)
        }
        _ => kind,
    };
    let mut settings = json(node, &kind, version);
    if let Some(map) = settings.as_object_mut() {
        map.remove("options");
        map.remove("skipPush");
    }
    settings
}

fn custom(node: &Node, entry: &Entry, report: &mut Report) -> Custom {
    let command = text(node, "command").unwrap_or_default();
    if command.is_empty() {
        let message = format!("the custom builder of `images.{}` has no `command`", entry.key);
        report.problem_hint(node.at, message, "add `command: ./scripts/build`");
    }
    Custom {
        command,
        args: either(node, "flags", "args", report),
        image_flag: text(node, "imageFlag"),
        on_change: texts(node, "onChange"),
    }
}

fn options(image: &Node, builder: Option<&Node>, report: &mut Report) -> BuildOptions {
    let mut options = BuildOptions::default();
    let old = image.dig(&["build", "options"]);
    let new = builder.and_then(|builder| builder.get("options"));
    for node in [Some(image), old, new].into_iter().flatten() {
        for (key, slot) in [("target", &mut options.target), ("network", &mut options.network)] {
            let Some(found) =
                node.get(key).filter(|node| node.text().is_some_and(|t| !t.is_empty()))
            else {
                continue;
            };
            if slot.is_some() {
                report
                    .problem(found.at, format!("`{key}` is given twice: here and beside `image`"));
            }
            *slot = found.text().map(str::to_owned);
        }
        for entry in node.get("buildArgs").map_or(&[] as &[Entry], Node::entries) {
            let value = entry.value.text().map(str::to_owned);
            if options.build_args.insert(entry.key.clone(), value).is_some() {
                report.problem(
                    entry.at,
                    format!("the build argument `{}` is given twice", entry.key),
                );
            }
        }
        for entry in node.get("labels").map_or(&[] as &[Entry], Node::entries) {
            let value = entry.value.text().unwrap_or_default().to_owned();
            options.labels.insert(entry.key.clone(), value);
        }
    }
    options
}

/// `dev.overrideImages`: of several for one image the first entrypoint counts,
/// and the last dockerfile and context, as upstream has it.
pub(super) fn overrides(node: &Node, images: &mut [Image], report: &mut Report) {
    let entries = node.get("images").map_or(&[] as &[Entry], Node::entries);
    let known: HashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let index: HashMap<String, usize> =
        images.iter().enumerate().map(|(i, image)| (image.name.clone(), i)).collect();
    let items = node.dig(&["dev", "overrideImages"]).map_or(&[] as &[Node], Node::items);
    for (number, item) in items.iter().enumerate() {
        let named = item.get("name").and_then(Node::scalar).filter(|name| !name.text.is_empty());
        let Some(name) = named else {
            report.problem(item.at, format!("`dev.overrideImages[{number}]` has no `name`"));
            continue;
        };
        let Some(&position) = index.get(&name.text) else {
            // An image with problems of its own is not in `images`, but known.
            if !known.contains(name.text.as_str()) {
                let at = item.get("name").map_or(item.at, |name| name.at);
                unknown_image(name, at, entries, report);
            }
            continue;
        };
        let dev = images[position].dev.get_or_insert_with(DevOverride::default);
        let entrypoint = Some(texts(item, "entrypoint")).filter(|words| !words.is_empty());
        dev.entrypoint = dev.entrypoint.take().or(entrypoint);
        dev.dockerfile = text(item, "dockerfile").map(PathBuf::from).or(dev.dockerfile.take());
        dev.context = text(item, "context").map(PathBuf::from).or(dev.context.take());
    }
}

fn unknown_image(name: &Scalar, at: At, images: &[Entry], report: &mut Report) {
    if name.replaced {
        return report.problem(at, "what this variable stands for is no image in `images`");
    }
    let message = format!("there is no image `{}` in `images`", name.text);
    match report.near(&name.text, images.iter().map(|entry| entry.key.as_str())) {
        Some(near) => {
            let hint = format!("did you mean `{near}`?");
            report.problem_hint(at, message, hint);
        }
        None => report.problem(at, message),
    }
}
