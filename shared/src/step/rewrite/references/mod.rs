//! What stands for which image from now on: by the cards, over them by files of other
//! tools (`--from`, the last one counts most), over all by `--set`.

use std::collections::BTreeMap;

use super::{Form, Request, rules};
use crate::config::Image;
use crate::manifest::{Replacements, Target};
use crate::reference::{Reference, Repository};
use crate::state::{Fresh, Variant};
use crate::step::options::Options;
use crate::step::run::{Run, assignment, find_project, load_project};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use file::{Entry, Key};
use previous::Previous;

mod buildx;
mod file;
mod jib;
mod kbld;
mod kustomize;
mod list;
mod previous;
mod skaffold;

pub use previous::Place;

/// What a run knows of images.
pub(super) struct Knowledge {
    pub replacements: Replacements,
    /// By repository, so that their order does not hang on where they come from.
    pub named: BTreeMap<Repository, Named>,
}

/// Who names a repository.
pub(super) struct Named {
    /// "image `api`", or the flag.
    pub who: String,
    /// How much it matters that no manifest has it: a lock has the images of a whole
    /// system, and its reader is here for a part of it.
    pub level: Level,
}

/// Gathers all that is known.
pub(super) fn gather(options: Options, request: &Request) -> Result<Knowledge, Failure> {
    let needs_project = request.sets.is_empty() && request.from.is_empty();
    let project = match needs_project || request.to.is_some() {
        true => Some(load_project(&options)?),
        false => find_project(&options)?,
    };
    let mut all = Knowledge { replacements: Replacements::new(), named: BTreeMap::new() };
    let rules = rules::gather(project.as_ref(), request)?;
    let ruled = |name: &str| rules.add.iter().any(|rule| rule.image() == Some(name));
    let mut names: BTreeMap<String, Repository> = BTreeMap::new();
    if let Some(project) = project {
        let run = Run::of_project(options, project, Fresh::Refused)?;
        for (image, target) in of_state(&run, request)? {
            let who = format!("image `{}`", image.name);
            let mut others = names.iter().filter(|(_, other)| **other == image.repository);
            // Rules may tell which of them a place holds; where they don't, that place is told.
            if let Some((other, _)) = others.find(|(other, _)| !ruled(other) && !ruled(&image.name))
            {
                return Err(ambiguous(image, other));
            }
            names.insert(image.name.clone(), image.repository.clone());
            all.add_image(image, target, who);
        }
    }
    all.replacements.set_rules(rules);
    let sets = request.sets.iter().map(|text| set(text, &names));
    let sets: Vec<Set> = sets.collect::<Result<_, _>>()?;
    let settled = |key: &Key| sets.iter().any(|set| set.repository == *key.repository());
    for path in &request.from {
        let name = path.display();
        for Entry { key, target } in file::read(path)? {
            let target = match target {
                Ok(target) => Target::Reference(target),
                Err(_) if settled(&key) => continue,
                Err(failure) => return Err(failure),
            };
            let who = format!("`{key}` of `{name}`");
            match key {
                Key::Any(repository) => all.add(repository, target, who, Level::Verbose),
                Key::Exact(reference) => all.add_exact(reference, target, who),
            }
        }
    }
    for Set { image, repository, reference } in sets {
        let who = format!("`--set {}=…`", image.as_deref().unwrap_or(&repository.to_string()));
        let target = Target::Reference(reference);
        match image {
            Some(image) => {
                all.replacements.add_image(&image, &repository, target);
                all.note(repository, who, Level::Info);
            }
            None => all.add(repository, target, who, Level::Info),
        }
    }
    Ok(all)
}

impl Knowledge {
    fn add(&mut self, repository: Repository, target: Target, who: String, level: Level) {
        self.note(repository.clone(), who, level);
        self.replacements.add(repository, target);
    }

    fn add_image(&mut self, image: &Image, target: Target, who: String) {
        self.note(image.repository.clone(), who, Level::Info);
        self.replacements.add_image(&image.name, &image.repository, target);
    }

    fn note(&mut self, repository: Repository, who: String, level: Level) {
        // An image of the config stays one, wherever its reference comes from.
        let level = self.named.get(&repository).map_or(level, |old| level.min(old.level));
        self.named.insert(repository, Named { who, level });
    }

    fn add_exact(&mut self, reference: Reference, target: Target, who: String) {
        let named = Named { who, level: Level::Verbose };
        self.named.entry(reference.repository.clone()).or_insert(named);
        self.replacements.add_exact(reference, target);
    }
}

/// The selected images of the config, each with what its card says.
fn of_state<'r>(run: &'r Run, request: &Request) -> Result<Vec<(&'r Image, Target)>, Failure> {
    let state = run.store.load()?;
    let previous = match &request.to {
        Some(place) => Some(Previous::of(&state, place)?),
        None => None,
    };
    let images = run.images.iter().filter(|image| !image.disabled);
    let target = |image: &'r Image| {
        let target = match &previous {
            Some(previous) => previous.target(image)?,
            None => target(image, state.variant(&image.name, run.variant), request.form),
        };
        Ok((image, target))
    };
    images.map(target).collect()
}

fn target(image: &Image, variant: Option<&Variant>, form: Form) -> Target {
    let tags = variant.and_then(Variant::tags_current);
    let Some(tag) = tags.and_then(|tags| tags.tags.first()) else {
        return Target::Untagged { image: image.name.clone() };
    };
    let reference = image.repository.tagged(tag);
    if form == Form::Tag {
        return Target::Reference(reference);
    }
    let digest = variant.and_then(Variant::push_current).and_then(|push| push.digest.clone());
    match (form, digest) {
        (Form::Digest, None) => Target::Unpushed { image: image.name.clone() },
        (Form::Digest, digest) => Target::ByDigest(Reference { digest, ..reference }),
        (_, digest) => Target::Reference(Reference { digest, ..reference }),
    }
}

fn ambiguous(image: &Image, other: &str) -> Failure {
    let (place, name, repository) = (&image.place, &image.name, &image.repository);
    Failure::new(
        Exit::Config,
        format!("{place}: image `{name}` is `{repository}`, and so is image `{other}`"),
    )
    .hint(format!(
        "`--image {name}` says which of them is meant; a rule says it place by place: \
         `rewrite: {{rules: [{{path: …, image: {name}}}]}}`"
    ))
}

/// `--set`
struct Set {
    /// The image of the config that was named.
    image: Option<String>,
    repository: Repository,
    reference: Reference,
}

/// `NAME=REF`, where NAME is an image of the config or a repository.
fn set(text: &str, names: &BTreeMap<String, Repository>) -> Result<Set, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("`--set {text}`: {error}"))
    };
    let (name, reference) = assignment("--set", text)?;
    let reference = Reference::parse(&reference).map_err(|error| wrong(&error))?;
    if reference.tag.is_none() && reference.digest.is_none() {
        return Err(wrong(&"the reference has neither a tag nor a digest"));
    }
    match names.get(&name) {
        Some(repository) => {
            Ok(Set { image: Some(name), repository: repository.clone(), reference })
        }
        None => {
            let repository = Repository::parse(&name).map_err(|error| wrong(&error))?;
            Ok(Set { image: None, repository, reference })
        }
    }
}
