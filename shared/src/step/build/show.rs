//! `ds key` and `ds why`: what an image is made of, and what its plan would be.

use serde_json::{Map, Value, json};

use super::Request;
use super::home::Home;
use super::image::Work;
use super::keys::Keys;
use super::plan::{NAMED_CHANGES, Plan, Reason};
use super::prepare::Line;
use super::work::keys;
use crate::context;
use crate::state::{Build, Variant};
use crate::step::asynchronous;
use crate::step::options::Output;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// What a look prints, and how it ends.
pub type Shown = (Vec<u8>, Exit);

/// The image's content key, or with `list` the canonical list that it is the SHA-256 of.
/// With `verify`, exit 3 where the card has another key.
pub fn key(
    run: &Run,
    request: &Request,
    image: &str,
    list: bool,
    verify: bool,
) -> Result<Shown, Failure> {
    let line = prepare(run, request, image)?;
    asynchronous::block_on(async {
        let home = Home::new(run, request)?;
        let (keys, mut failures) = keys(run, &line, &home).await?;
        keys.save_caches();
        let Some(keyed) = keys.get(image) else {
            return Err(failures.remove(image).unwrap_or_else(|| disabled(image)));
        };
        let text = match list {
            true => context::list(&keyed.inputs),
            false => format!("{}\n", keyed.inputs.key).into_bytes(),
        };
        let state = run.store.load()?;
        let variant = state.variant(image, run.variant);
        let build = variant.and_then(|variant| variant.build.as_ref());
        let same = build.is_some_and(|build| build.key == keyed.inputs.key);
        Ok((text, if verify && !same { Exit::CheckFound } else { Exit::Done }))
    })
}

/// Why the image would be built; with `not`, why it would not.
pub fn why(
    run: &Run,
    request: &Request,
    image: &str,
    not: bool,
    output: Output,
) -> Result<Shown, Failure> {
    let line = prepare(run, request, image)?;
    asynchronous::block_on(async {
        let home = Home::new(run, request)?;
        let (keys, mut failures) = keys(run, &line, &home).await?;
        keys.save_caches();
        if let Some(failure) = failures.remove(image) {
            return Err(failure);
        }
        let plan = Work::new(run, request, &line, &keys, &home).explain(image).await?;
        let state = run.store.load()?;
        let variant = state.variant(image, run.variant);
        let text = match output {
            Output::Text => text(image, &plan, &keys, variant, not),
            Output::Json => format!("{:#}\n", facts(image, &plan, &keys, variant)),
        };
        Ok((text.into_bytes(), Exit::Done))
    })
}

fn prepare(run: &Run, request: &Request, image: &str) -> Result<Line, Failure> {
    run.project.image(image).ok_or_else(|| run.no_image(image))?;
    Line::prepare(run, request, &[image.to_owned()])
        .map_err(|failures| failures.into_iter().next().unwrap_or_else(|| disabled(image)))
}

fn disabled(image: &str) -> Failure {
    Failure::new(Exit::Config, format!("image `{image}` is never built: `build.disabled`"))
}

fn text(image: &str, plan: &Plan, keys: &Keys<'_>, variant: Option<&Variant>, not: bool) -> String {
    let build = variant.and_then(|variant| variant.build.as_ref());
    match (plan, build) {
        (Plan::Build(reason), _) => {
            let mut text = format!("{image} would be built:\n");
            for line in lines(reason) {
                text.push_str(&format!("  {line}\n"));
            }
            text
        }
        (Plan::Skip, Some(build)) if not => skip(image, build, keys),
        (Plan::Skip, _) => format!("{image} is up to date\n"),
    }
}

/// What was compared, and when the image was built.
fn skip(image: &str, build: &Build, keys: &Keys<'_>) -> String {
    let mut text = format!("{image} would not be built:\n");
    let mut line = |name: &str, value: String| text.push_str(&format!("  {name:<9}{value}\n"));
    if let Some(keyed) = keys.get(image) {
        let scope = match &keyed.inputs.whole {
            Some(why) => format!("the whole context ({why})"),
            None => "what the Dockerfile reads".to_owned(),
        };
        let count = keyed.inputs.entries.len();
        line("key", format!("{} is that of the last build", keyed.inputs.key));
        line("inputs", format!("{count} files, folders and links: {scope}"));
    }
    line("image", format!("{} is there", build.artifact.digest()));
    for (name, id) in &build.bases {
        line("base", format!("{name} is still {id}"));
    }
    if let Some(at) = build.built_at {
        line("built", format!("{} by {}", crate::util::time::utc(at), build.builder));
    }
    text
}

fn lines(reason: &Reason) -> Vec<String> {
    match reason {
        Reason::Changed(changes) if !changes.is_empty() => {
            let mut lines: Vec<String> = changes.iter().take(NAMED_CHANGES).cloned().collect();
            if let Some(more @ 1..) = changes.len().checked_sub(NAMED_CHANGES) {
                lines.push(format!("and {more} more"));
            }
            lines
        }
        reason => vec![reason.to_string()],
    }
}

fn facts(image: &str, plan: &Plan, keys: &Keys<'_>, variant: Option<&Variant>) -> Value {
    let mut facts = Map::new();
    facts.insert("image".into(), image.into());
    facts.insert("due".into(), matches!(plan, Plan::Build(_)).into());
    if let Plan::Build(reason) = plan {
        facts.insert("reason".into(), reason.to_string().into());
        if let Reason::Changed(changes) = reason {
            facts.insert("changes".into(), json!(changes));
        }
    }
    let key = keys.get(image).map(|keyed| keyed.inputs.key.to_string());
    facts.insert("key".into(), json!(key));
    facts.insert("whole".into(), json!(keys.get(image).and_then(|k| k.inputs.whole.clone())));
    facts.insert("build".into(), json!(variant.and_then(|variant| variant.build.as_ref())));
    facts.into()
}
