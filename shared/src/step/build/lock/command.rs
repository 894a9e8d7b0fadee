//! `ds lock`: which bases the images have, what they are pinned to, and the present
//! digests where they are asked for.
//!
//! Who is asked: the registry of each base that is to be added or updated, by one HEAD
//! with docker's credentials. What is pinned already is kept and asks nobody; so does
//! `--check`, unless it comes with `--update`.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};
use serde_json::{Map, Value, json};

use super::file::{LockFile, NAME, lockable};
use crate::reference::{Digest, Reference};
use crate::registry::{Client, Store};
use crate::step::build::Request;
use crate::step::build::prepare::{Prepared, Reading};
use crate::step::build::show::Shown;
use crate::step::options::Output;
use crate::step::run::Run;
use crate::step::{asynchronous, docker};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs::write_if_changed;
use crate::util::nearest::nearest;

/// A base image that the project's Dockerfiles name.
#[derive(Debug)]
struct Base {
    reference: Reference,
    /// Images of the config that are built on it.
    images: BTreeSet<String>,
    /// `file:line` of the first that names it.
    place: String,
}

/// What comes of a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Added,
    Updated,
    Removed,
}

/// A line of the result.
#[derive(Debug)]
struct Row {
    base: String,
    fate: Fate,
    /// `None` where it is not known: to be added, and nobody was asked.
    digest: Option<Digest>,
    was: Option<Digest>,
    images: Vec<String>,
}

/// Writes the lock file anew. `update` asks for the present digest of all bases, or of
/// those named: images of the config, or bases. With `--check` only says what is due.
pub fn lock(
    run: &Run,
    request: &Request,
    update: Option<&[String]>,
    output: Output,
) -> Result<Shown, Failure> {
    let bases = bases(run, request)?;
    let old = LockFile::of_project(&run.project.root)?;
    let is_new = old.is_none();
    let old = old.unwrap_or_default();
    let renewed = renewed(run, &bases, update)?;
    let missing = |name: &&String| !old.bases.contains_key(*name);
    let checks = run.options.common.check;
    let mut asked: BTreeSet<&String> = renewed;
    if !checks {
        asked.extend(bases.keys().filter(missing));
    }
    let mut found = asynchronous::block_on(digests(run, &bases, &asked))?;
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for (name, base) in &bases {
        let was = old.bases.get(name).cloned();
        let digest = match found.remove(name) {
            None => was.clone(),
            Some(Ok(digest)) => Some(digest),
            Some(Err(failure)) => {
                failures.push(failure);
                was.clone()
            }
        };
        let fate = match &was {
            None => Fate::Added,
            Some(_) if digest == was => Fate::Kept,
            Some(_) => Fate::Updated,
        };
        let images = base.images.iter().cloned().collect();
        rows.push(Row { base: name.clone(), fate, digest, was, images });
    }
    // With a part of the images it cannot be known what nobody uses.
    let all = run.options.common.images.is_empty();
    for (name, digest) in old.bases.iter().filter(|(name, _)| all && !bases.contains_key(*name)) {
        let was = Some(digest.clone());
        let (base, images) = (name.clone(), Vec::new());
        rows.push(Row { base, fate: Fate::Removed, digest: None, was, images });
    }
    rows.sort_by(|a, b| a.base.cmp(&b.base));
    let mut new = old.clone();
    for row in &rows {
        match &row.digest {
            Some(digest) => drop(new.bases.insert(row.base.clone(), digest.clone())),
            None => drop(new.bases.remove(&row.base)),
        }
    }
    if run.acts() {
        write_if_changed(&LockFile::path(&run.project.root), &new.print(), 0o644)
            .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    }
    if let Some(failure) = Failure::joined(failures) {
        return Err(failure);
    }
    let changed = is_new || rows.iter().any(|row| row.fate != Fate::Kept);
    let exit = match changed {
        true if checks => Exit::CheckFound,
        false if run.options.common.exit_unchanged => Exit::Unchanged,
        _ => Exit::Done,
    };
    let text = match output {
        Output::Text => text(run, &rows),
        Output::Json => format!("{:#}\n", facts(&rows, changed)),
    };
    Ok((text.into_bytes(), exit))
}

/// The bases of the selected images, in both variants. Images of the config, and names
/// that the text does not tell, are none.
fn bases(run: &Run, request: &Request) -> Result<BTreeMap<String, Base>, Failure> {
    let mut bases: BTreeMap<String, Base> = BTreeMap::new();
    let reading = Reading::of(run, request, None);
    for selected in run.images.iter().filter(|image| !image.disabled) {
        let Some(image) = run.project.image(&selected.name) else { continue };
        let mut variants = vec![image.variant(false)];
        variants.extend(image.dev.is_some().then(|| image.variant(true)));
        for variant in variants {
            let prepared =
                Prepared::read(&reading, variant).map_err(|failure| failure.about(&image.name))?;
            add(run, &prepared, &mut bases);
        }
    }
    Ok(bases)
}

fn add(run: &Run, prepared: &Prepared, bases: &mut BTreeMap<String, Base>) {
    let image = &prepared.image.name;
    for (found, configured) in prepared.uses() {
        if configured.is_some() {
            continue;
        }
        let place = format!("{}:{}", prepared.image.dockerfile.display(), found.line);
        if !found.known {
            let name = &found.reference_text;
            let text =
                format!("{place}: `{name}` is not locked: its name is not known before the build");
            run.reporter.image_note(image, Level::Warning, text);
            continue;
        }
        let Some((name, reference)) = lockable(&found.reference_text) else { continue };
        let base =
            bases.entry(name).or_insert_with(|| Base { reference, images: BTreeSet::new(), place });
        base.images.insert(image.clone());
    }
}

/// The bases whose present digest is asked for although one is known.
fn renewed<'b>(
    run: &Run,
    bases: &'b BTreeMap<String, Base>,
    update: Option<&[String]>,
) -> Result<BTreeSet<&'b String>, Failure> {
    let Some(names) = update else { return Ok(BTreeSet::new()) };
    if names.is_empty() {
        return Ok(bases.keys().collect());
    }
    let mut renewed = BTreeSet::new();
    for name in names {
        if run.project.image(name).is_some() {
            let of_image = bases.iter().filter(|(_, base)| base.images.contains(name));
            renewed.extend(of_image.map(|(base, _)| base));
            continue;
        }
        let base = lockable(name).and_then(|(full, _)| bases.get_key_value(&full));
        let Some((base, _)) = base else { return Err(unknown(run, bases, name)) };
        renewed.insert(base);
    }
    Ok(renewed)
}

fn unknown(run: &Run, bases: &BTreeMap<String, Base>, name: &str) -> Failure {
    let images = run.project.images.iter().map(|image| image.name.as_str());
    let near = nearest(name, images.chain(bases.keys().map(String::as_str)));
    let text = format!("`{name}` is neither an image of `{}` nor a base of one", run.project.file);
    let hint = near.map(|near| format!("did you mean `{near}`?"));
    Failure { hint, ..Failure::new(Exit::Usage, text) }
}

/// Asks the registries, several at once.
async fn digests(
    run: &Run,
    bases: &BTreeMap<String, Base>,
    asked: &BTreeSet<&String>,
) -> Result<BTreeMap<String, Result<Digest, Failure>>, Failure> {
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (credentials, client) = (docker::credentials()?, docker::client());
    let ask = |name: String| {
        let (credentials, client, base) = (&credentials, &client, &bases[&name]);
        async move {
            let digest = digest(client, credentials, base).await;
            (name, digest)
        }
    };
    let answers = stream::iter(asked.iter().map(|name| ask((*name).clone())));
    Ok(answers.buffer_unordered(run.options.jobs.max(1)).collect().await)
}

async fn digest(client: &Client, credentials: &Store, base: &Base) -> Result<Digest, Failure> {
    let registry = base.reference.repository.registry();
    let at = |failure: Failure| {
        let error = format!("{}: `{}`: {}", base.place, base.reference, failure.error);
        Failure { error, ..failure }
    };
    let credential = credentials.lookup(registry).map_err(|error| at(error.into()))?;
    let found = client.digest_of(&base.reference, credential.as_ref()).await.map_err(|error| {
        let failure: Failure = error.into();
        let hint = (failure.exit == Exit::Auth).then(|| {
            docker::login_hint(&credentials.source(registry), registry, credential.is_some())
        });
        at(Failure { hint: failure.hint.clone().or(hint), ..failure })
    })?;
    found.ok_or_else(|| {
        let text = format!("the registry `{registry}` has no such image");
        at(Failure::new(Exit::Data, text).hint("only what a registry has can be locked"))
    })
}

fn text(run: &Run, rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let what = match (&row.digest, row.fate) {
            (_, Fate::Removed) => "removed: no image is built on it".to_owned(),
            (Some(digest), _) => digest.to_string(),
            (None, _) => format!("is not in {NAME}"),
        };
        let what = run.row_text(&what, row.fate != Fate::Kept);
        text.push_str(&format!("{} {what}\n", row.base));
    }
    text
}

fn facts(rows: &[Row], changed: bool) -> Value {
    let fact = |row: &Row| {
        let status = match row.fate {
            Fate::Kept => "kept",
            Fate::Added => "added",
            Fate::Updated => "updated",
            Fate::Removed => "removed",
        };
        let facts = json!({
            "status": status,
            "digest": row.digest,
            "was": row.was.as_ref().filter(|_| row.fate != Fate::Kept),
            "images": row.images,
        });
        (row.base.clone(), facts)
    };
    json!({ "changed": changed, "bases": rows.iter().map(fact).collect::<Map<_, _>>() })
}
