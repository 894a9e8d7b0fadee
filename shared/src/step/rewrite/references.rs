//! What stands for which image from now on: from the cards, and over them `--set`.

use std::collections::BTreeMap;

use super::Request;
use crate::config::Image;
use crate::manifest::{Replacements, Target};
use crate::reference::{Reference, Repository};
use crate::state::{Fresh, Variant};
use crate::step::options::Options;
use crate::step::run::{Run, assignment, find_project, load_project};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// What is known of images: from the cards, and over them from `--set`.
pub(super) fn knowledge(options: Options, request: &Request) -> Result<Replacements, Failure> {
    let project = match request.sets.is_empty() {
        true => Some(load_project(&options)?),
        false => find_project(&options)?,
    };
    let mut targets: BTreeMap<Repository, (String, Target)> = BTreeMap::new();
    let mut names = BTreeMap::new();
    if let Some(project) = project {
        let run = Run::of_project(options, project, Fresh::Refused)?;
        let state = run.store.load()?;
        for image in run.images.iter().filter(|image| !image.disabled) {
            let variant = state.variant(&image.name, run.variant);
            let target = target(image, variant, request.digest);
            names.insert(image.name.clone(), image.repository.clone());
            let known = targets.insert(image.repository.clone(), (image.name.clone(), target));
            if let Some((other, _)) = known {
                return Err(ambiguous(image, &other));
            }
        }
    }
    for text in &request.sets {
        let (name, reference) = set(text, &names)?;
        targets.insert(name, (String::new(), Target::Reference(reference)));
    }
    let mut replacements = Replacements::new();
    for (repository, (_, target)) in targets {
        replacements.add(repository, target);
    }
    Ok(replacements)
}

fn target(image: &Image, variant: Option<&Variant>, digest: bool) -> Target {
    let tags = variant.and_then(Variant::tags_current);
    let Some(tag) = tags.and_then(|tags| tags.tags.first()) else {
        return Target::Untagged { image: image.name.clone() };
    };
    let mut reference = image.repository.tagged(tag);
    if digest {
        reference.digest =
            variant.and_then(Variant::push_current).and_then(|push| push.digest.clone());
    }
    Target::Reference(reference)
}

fn ambiguous(image: &Image, other: &str) -> Failure {
    let (place, name, repository) = (&image.place, &image.name, &image.repository);
    Failure::new(
        Exit::Config,
        format!("{place}: images `{other}` and `{name}` are both `{repository}`"),
    )
    .hint(format!("`--image {name}` says which of them is meant"))
}

/// `NAME=REF`, where NAME is an image of the config or a repository.
fn set(
    text: &str,
    names: &BTreeMap<String, Repository>,
) -> Result<(Repository, Reference), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("`--set {text}`: {error}"))
    };
    let (name, reference) = assignment("--set", text)?;
    let reference = Reference::parse(&reference).map_err(|error| wrong(&error))?;
    if reference.tag.is_none() && reference.digest.is_none() {
        return Err(wrong(&"the reference has neither a tag nor a digest"));
    }
    match names.get(&name) {
        Some(repository) => Ok((repository.clone(), reference)),
        None => Ok((Repository::parse(&name).map_err(|error| wrong(&error))?, reference)),
    }
}
