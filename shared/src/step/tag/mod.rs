//! `ds-tag`: the names that built images shall have. Computes only: no engine,
//! no registry.

mod text;

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

pub use text::{Facts, TagError, auto, compute};

use super::git::Git;
use super::report::{Report, Row};
use super::run::Run;
use crate::config::Image;
use crate::reference::{Digest, Reference, Tag};
use crate::state::{Build, State, Tags};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Computes the tags of every selected image and saves those that are new, all at once.
/// `texts` from the command line stand for those of the config.
pub fn tag(run: &Run, texts: &[String]) -> Result<Report, Failure> {
    let state = run.store.load()?;
    let git = Git::at(&run.project.root);
    let mut taken = names_in_use(run, &state);
    let mut tagged: Vec<Result<Tagged, Failure>> = Vec::new();
    for image in run.images.iter().filter(|image| !image.disabled) {
        let texts = if texts.is_empty() { &image.tags } else { texts };
        tagged.push(tag_image(run, &state, &git, image, texts, &mut taken));
    }
    if run.acts() {
        save(run, &mut tagged)?;
    }
    let mut report = Report::default();
    for tagged in tagged {
        match tagged {
            Ok(tagged) => report.rows.push(tagged.row),
            Err(failure) => report.failures.push(failure),
        }
    }
    Ok(report)
}

/// An image's new tags, and what is told of them.
struct Tagged {
    tags: Tags,
    row: Row,
}

/// Saves what changed under one lock. An image that was built anew meanwhile fails, the
/// others are saved.
fn save(run: &Run, tagged: &mut [Result<Tagged, Failure>]) -> Result<(), Failure> {
    if !tagged.iter().flatten().any(|tagged| tagged.row.changed) {
        return Ok(());
    }
    run.store.update(|state| {
        for result in tagged {
            let Ok(Tagged { tags, row }) = &*result else { continue };
            if row.changed
                && let Err(error) = state.set_tags(&row.image, run.variant, tags.clone())
            {
                *result = Err(crate::state::Error::from(error).into());
            }
        }
        Ok::<_, Failure>(())
    })?;
    Ok(())
}

/// References of the images that are not tagged now: none of them may be given away.
fn names_in_use(run: &Run, state: &State) -> BTreeMap<Reference, (String, Digest)> {
    let selected: HashSet<&str> = run.images.iter().map(|image| image.name.as_str()).collect();
    let mut taken = BTreeMap::new();
    for image in &run.project.images {
        if selected.contains(image.name.as_str()) {
            continue;
        }
        let Some(variant) = state.variant(&image.name, run.variant) else { continue };
        for tag in variant.tags_current().map_or(&[][..], |tags| &tags.tags) {
            let of = variant.tags_current().map(|tags| tags.of.clone());
            taken.extend(of.map(|of| (image.repository.tagged(tag), (image.name.clone(), of))));
        }
    }
    taken
}

fn tag_image(
    run: &Run,
    state: &State,
    git: &Git,
    image: &Image,
    texts: &[String],
    taken: &mut BTreeMap<Reference, (String, Digest)>,
) -> Result<Tagged, Failure> {
    let variant = state.variant(&image.name, run.variant);
    let build = variant.and_then(|variant| variant.build.as_ref());
    let build = build.ok_or_else(|| run.not_built(&image.name))?;
    let old = variant.and_then(|variant| variant.tags_current());
    let tags = compute_tags(build, old, git, texts)
        .map_err(|error| Failure::from(error).about(&image.name))?;
    for tag in &tags.tags {
        claim(image, tag, &tags.of, taken)?;
    }
    let changed = old != Some(&tags);
    let references: Vec<String> =
        tags.tags.iter().map(|tag| image.repository.tagged(tag).to_string()).collect();
    let row = Row {
        image: image.name.clone(),
        changed,
        text: run.row_text(&references.join(" "), changed),
        facts: json!({ "references": references, "of": tags.of })
            .as_object()
            .cloned()
            .unwrap_or_default(),
    };
    Ok(Tagged { tags, row })
}

/// The tags for a build; what was drawn for this artifact before stays drawn.
fn compute_tags(
    build: &Build,
    old: Option<&Tags>,
    git: &Git,
    texts: &[String],
) -> Result<Tags, TagError> {
    let draws = texts.iter().any(|text| text::draws(text));
    let drawn = old.and_then(|old| old.drawn.clone()).unwrap_or_else(text::draw);
    let facts = Facts { build, git, drawn: &drawn };
    Ok(Tags {
        of: build.artifact.digest().clone(),
        tags: compute(texts, &facts)?,
        drawn: draws.then_some(drawn),
        extra: old.map(|old| old.extra.clone()).unwrap_or_default(),
    })
}

/// Notes whose this name is; another image's artifact under the same name is refused.
fn claim(
    image: &Image,
    tag: &Tag,
    of: &Digest,
    taken: &mut BTreeMap<Reference, (String, Digest)>,
) -> Result<(), Failure> {
    let reference = image.repository.tagged(tag);
    match taken.get(&reference) {
        Some((other, digest)) if digest != of => Err(Failure::new(
            Exit::Config,
            format!(
                "{}: images `{other}` and `{}` would both be `{reference}`",
                image.place, image.name
            ),
        )
        .hint("give one of them another repository or tag")),
        _ => {
            taken.insert(reference, (image.name.clone(), of.clone()));
            Ok(())
        }
    }
}
