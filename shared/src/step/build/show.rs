//! `ds key` and `ds why`: what an image is made of, and what its plan would be.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Request;
use super::home::Home;
use super::image::{Work, reason_facts};
use super::keys::Keyed;
use super::plan::{Plan, Reason};
use super::prepare::Line;
use super::told::{limited, more};
use super::work::keys;
use crate::context::{self, Kind};
use crate::state::Build;
use crate::step::asynchronous;
use crate::step::options::Output;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::time::utc;

/// What a look prints, and how it ends.
pub type Shown = (Vec<u8>, Exit);

/// The image's content key, or with `list` the canonical list that it is the SHA-256 of.
/// With `verify`, exit 3 where the card has another key. `None`: the config's one image.
pub fn key(
    run: &Run,
    request: &Request,
    image: Option<&str>,
    list: bool,
    verify: bool,
) -> Result<Shown, Failure> {
    let image = image.map_or_else(|| the_only_image(run), |name| Ok(name.to_owned()))?;
    let line = prepare(run, request, std::slice::from_ref(&image))?;
    asynchronous::block_on(async {
        let home = Home::looking(run, request)?;
        let (keys, mut failures) = keys(run, &line, &home).await?;
        keys.save_caches();
        let Some(keyed) = keys.get(&image) else {
            return Err(failures.remove(&image).unwrap_or_else(|| disabled(&image)));
        };
        let text = match list {
            true => context::list(&keyed.inputs),
            false => format!("{}\n", keyed.inputs.key).into_bytes(),
        };
        let state = run.store.load()?;
        let variant = state.variant(&image, run.variant);
        let build = variant.and_then(|variant| variant.build.as_ref());
        let same = build.is_some_and(|build| build.key == keyed.inputs.key);
        Ok((text, if verify && !same { Exit::CheckFound } else { Exit::Done }))
    })
}

/// Why the image would be built; with `not`, why it would not. `None`: each image in turn,
/// as JSON a list.
pub fn why(
    run: &Run,
    request: &Request,
    image: Option<&str>,
    not: bool,
    output: Output,
) -> Result<Shown, Failure> {
    let all = || run.images.iter().filter(|image| !image.disabled).map(|image| image.name.clone());
    let names = image.map_or_else(|| all().collect(), |name| vec![name.to_owned()]);
    let line = prepare(run, request, &names)?;
    asynchronous::block_on(async {
        let home = Home::looking(run, request)?;
        let (keys, mut failures) = keys(run, &line, &home).await?;
        keys.save_caches();
        let work = Work::new(run, request, &line, &keys, &home);
        let mut seen = Vec::new();
        for name in &names {
            if let Some(failure) = failures.remove(name) {
                return Err(failure);
            }
            seen.push(look(&work, run, name).await?);
        }
        let text = match (output, image) {
            (Output::Text, _) => seen.iter().map(|seen| seen.text(not)).collect(),
            (Output::Json, Some(_)) => {
                seen.iter().map(|seen| format!("{:#}\n", seen.json())).collect()
            }
            (Output::Json, None) => {
                format!("{:#}\n", Value::from_iter(seen.iter().map(Seen::json)))
            }
        };
        Ok((String::into_bytes(text), Exit::Done))
    })
}

fn the_only_image(run: &Run) -> Result<String, Failure> {
    match run.images.as_slice() {
        [image] => Ok(image.name.clone()),
        images => {
            let names: Vec<String> =
                images.iter().map(|image| format!("`{}`", image.name)).collect();
            Err(Failure::new(Exit::Usage, "which image? The config has more than one")
                .hint(format!("name one of {}", names.join(", "))))
        }
    }
}

fn prepare(run: &Run, request: &Request, images: &[String]) -> Result<Line, Failure> {
    for image in images {
        run.project.image(image).ok_or_else(|| run.no_image(image))?;
    }
    Line::prepare(run, request, images).map_err(|failures| {
        let none = || Failure::new(Exit::Config, "no image is ever built: `build.disabled`");
        failures.into_iter().next().unwrap_or_else(none)
    })
}

fn disabled(image: &str) -> Failure {
    Failure::new(Exit::Config, format!("image `{image}` is never built: `build.disabled`"))
}

/// An image's plan, and that of each image that is a reason for it.
struct Seen {
    image: String,
    plan: Plan,
    keyed: Arc<Keyed>,
    build: Option<Build>,
    /// By the image's name.
    below: Vec<Seen>,
}

async fn look(work: &Work<'_>, run: &Run, image: &str) -> Result<Seen, Failure> {
    let (plan, keyed) = work.explain(image).await?;
    let state = run.store.load()?;
    let variant = state.variant(image, run.variant);
    let build = variant.and_then(|variant| variant.build.clone());
    let mut below = Vec::new();
    if let Plan::Build(reason) | Plan::Reuse(reason, _) = &plan {
        for told in reason.told() {
            if told.facts["kind"] == "image"
                && let Some(name) = told.facts.get("name").and_then(Value::as_str)
                && keyed.needs.contains_key(name)
            {
                below.push(Box::pin(look(work, run, name)).await?);
            }
        }
    }
    Ok(Seen { image: image.to_owned(), plan, keyed, build, below })
}

impl Seen {
    fn text(&self, not: bool) -> String {
        let image = &self.image;
        match (&self.plan, &self.build) {
            (Plan::Build(reason), _) => {
                let mut text = format!("{image} would be built:\n");
                self.reasons(reason, 1, &mut text);
                text
            }
            (Plan::Reuse(reason, build), _) => {
                let name = build.artifact.name();
                let mut text = format!("{image} would be taken from its registry, not built:\n");
                text.push_str(&format!("  {name} was built from the same inputs\n"));
                text.push_str("it is not up to date here:\n");
                self.reasons(reason, 1, &mut text);
                text
            }
            (Plan::Skip(place), Some(build)) if not => skip(image, build, &self.keyed, place),
            (Plan::Skip(_), Some(build)) => format!(
                "{image} would not be built: {}\n  `ds why --not {image}` tells what was compared\n",
                unchanged(&self.keyed, build)
            ),
            (Plan::Skip(_), None) => format!("{image} would not be built\n"),
        }
    }

    /// The reasons, and below an image that is one its own.
    fn reasons(&self, reason: &Reason, depth: usize, text: &mut String) {
        let told = reason.told();
        let (named, count) = limited(&told);
        let indent = "  ".repeat(depth);
        for told in named {
            let name = told.facts.get("name").and_then(Value::as_str);
            let seen = self.below.iter().find(|seen| Some(seen.image.as_str()) == name);
            match seen.map(|seen| (&seen.plan, seen)) {
                Some((Plan::Build(reason) | Plan::Reuse(reason, _), seen))
                    if told.facts["kind"] == "image" =>
                {
                    text.push_str(&format!("{indent}{}:\n", told.text));
                    seen.reasons(reason, depth + 1, text);
                }
                _ => text.push_str(&format!("{indent}{}\n", told.text)),
            }
        }
        if let Some(more) = more(count) {
            text.push_str(&format!("{indent}{more}\n"));
        }
    }

    fn json(&self) -> Value {
        let mut facts = Map::new();
        facts.insert("image".into(), self.image.as_str().into());
        facts.insert("due".into(), matches!(self.plan, Plan::Build(_)).into());
        match &self.plan {
            Plan::Build(reason) => facts.extend(reason_facts(reason)),
            Plan::Reuse(reason, build) => {
                facts.extend(reason_facts(reason));
                facts.insert("reuse".into(), json!(build));
            }
            Plan::Skip(place) => {
                facts.insert("place".into(), (*place).into());
                facts.insert("compared".into(), compared(&self.keyed));
            }
        }
        if !self.below.is_empty() {
            let below: Vec<Value> = self.below.iter().map(Seen::json).collect();
            facts.insert("images".into(), below.into());
        }
        facts.insert("key".into(), self.keyed.inputs.key.to_string().into());
        facts.insert("whole".into(), json!(self.keyed.inputs.whole));
        facts.insert("build".into(), json!(self.build));
        facts.into()
    }
}

/// How many files, folders and links were compared.
fn counts(keyed: &Keyed) -> [(usize, &'static str, &'static str); 3] {
    let count = |wanted: fn(Kind<'_>) -> bool| {
        keyed.inputs.entries.iter().filter(|entry| wanted(entry.kind)).count()
    };
    [
        (count(|kind| matches!(kind, Kind::File { .. })), "file", "files"),
        (count(|kind| matches!(kind, Kind::Folder)), "folder", "folders"),
        (count(|kind| matches!(kind, Kind::Link { .. })), "link", "links"),
    ]
}

fn compared(keyed: &Keyed) -> Value {
    let facts: Vec<&str> = keyed.inputs.facts.iter().map(|(name, _)| name.as_str()).collect();
    let mut compared = Map::from_iter([("facts".to_owned(), json!(facts))]);
    compared.extend(counts(keyed).map(|(count, _, name)| (name.to_owned(), count.into())));
    compared.into()
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Why an image is left alone, on one line.
pub fn unchanged(keyed: &Keyed, build: &Build) -> String {
    let since = build.built_at.map(|at| format!(" since {}", utc(at))).unwrap_or_default();
    if build.key != keyed.inputs.key {
        return format!(
            "no more than files changed{since}, which `rebuildStrategy: ignoreContextChanges` passes over"
        );
    }
    let files = counts(keyed)[0].0;
    format!("nothing changed{since}, in {} and its recipe", counted(files, "file", "files"))
}

/// What was compared, and when the image was built.
fn skip(image: &str, build: &Build, keyed: &Keyed, place: &str) -> String {
    let mut text = format!("{image} would not be built:\n");
    let mut line = |name: &str, value: String| text.push_str(&format!("  {name:<9}{value}\n"));
    match build.key == keyed.inputs.key {
        true => line("key", format!("{} is that of the last build", build.key)),
        false => line("key", format!("{}, but of the last build {}", keyed.inputs.key, build.key)),
    }
    line("why", unchanged(keyed, build));
    let scope = match &keyed.inputs.whole {
        Some(why) => format!("the whole context ({why})"),
        None => "what the Dockerfile reads of the context".to_owned(),
    };
    let entries = counts(keyed).map(|(count, one, many)| counted(count, one, many));
    line("compared", format!("{}: {scope}", entries.join(", ")));
    line("", recipe(keyed));
    line("image", format!("{} is {place}", build.artifact.digest()));
    for (name, id) in &build.bases {
        line("base", format!("{name} is still {id}"));
    }
    if let Some(at) = build.built_at {
        let platform = build.platform.as_ref().map(|platform| format!(" for {platform}"));
        line("built", format!("{} by {}{}", utc(at), build.builder, platform.unwrap_or_default()));
    }
    text
}

/// What was compared besides the context: `Dockerfile, platform, 2 build arguments`.
fn recipe(keyed: &Keyed) -> String {
    let kinds = [
        ("dockerfile", "the Dockerfile", ""),
        ("platform", "platform", ""),
        ("target", "target", ""),
        ("network", "network", ""),
        ("command", "the build command", ""),
        ("argument", "argument", "arguments"),
        ("build-arg", "build argument", "build arguments"),
        ("secret", "secret's id", "secrets' ids"),
        ("option", "option", "options"),
        ("base", "base image's digest", "base images' digests"),
        ("named-context", "named context", "named contexts"),
        ("image", "image of the config", "images of the config"),
    ];
    let kind = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
    let said = kinds.iter().filter_map(|(wanted, one, many)| {
        let count = keyed.inputs.facts.iter().filter(|(name, _)| kind(name) == *wanted).count();
        match (count, many.is_empty()) {
            (0, _) => None,
            (_, true) => Some((*one).to_owned()),
            (count, false) => Some(counted(count, one, many)),
        }
    });
    said.collect::<Vec<_>>().join(", ")
}
