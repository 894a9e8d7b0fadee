//! `ds-tag`: the names that built images shall have. Computes only: no engine,
//! no registry.

mod text;

use std::collections::BTreeMap;

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

/// Computes the tags of every selected image and saves those that are new.
/// `texts` from the command line stand for those of the config.
pub fn tag(run: &Run, texts: &[String]) -> Result<Report, Failure> {
    let state = run.store.load()?;
    let git = Git::at(&run.project.root);
    let mut report = Report::default();
    let mut taken = names_in_use(run, &state);
    for image in run.images.iter().filter(|image| !image.disabled) {
        let texts = if texts.is_empty() { &image.tags } else { texts };
        match tag_image(run, &state, &git, image, texts, &mut taken) {
            Ok(row) => report.rows.push(row),
            Err(failure) => report.failures.push(failure),
        }
    }
    Ok(report)
}

/// References of the images that are not tagged now: none of them may be given away.
fn names_in_use(run: &Run, state: &State) -> BTreeMap<Reference, (String, Digest)> {
    let mut taken = BTreeMap::new();
    for image in &run.project.images {
        if run.images.iter().any(|selected| selected.name == image.name) {
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
) -> Result<Row, Failure> {
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
    if changed && run.acts() {
        run.store.update(|state| {
            state
                .set_tags(&image.name, run.variant, tags.clone())
                .map_err(crate::state::Error::from)
        })?;
    }
    let references: Vec<String> =
        tags.tags.iter().map(|tag| image.repository.tagged(tag).to_string()).collect();
    Ok(Row {
        image: image.name.clone(),
        changed,
        text: run.row_text(&references.join(" "), changed),
        facts: json!({ "references": references, "of": tags.of })
            .as_object()
            .cloned()
            .unwrap_or_default(),
    })
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
