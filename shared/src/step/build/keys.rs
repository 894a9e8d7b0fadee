//! The content keys of the images, each after those that it is built from.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::prepare::{Line, Prepared, Recipe, Source};
use crate::config::Custom;
use crate::context::{self, Inputs, KeyFacts, StatCaches};
use crate::dockerfile::{self, CopySource, Reach, ReachOptions};
use crate::reference::Digest;
use crate::step::run::Run;
use crate::ui::failure::Failure;

/// An image's inputs, and the digest of them without the context's entries.
#[derive(Debug)]
pub struct Keyed {
    pub inputs: Inputs,
    pub recipe: Digest,
}

/// Computes keys and keeps what several images share: stat caches, keys of bases.
pub struct Keys<'a> {
    run: &'a Run,
    line: &'a Line,
    caches: StatCaches,
    known: BTreeMap<String, Keyed>,
}

impl<'a> Keys<'a> {
    pub fn new(run: &'a Run, line: &'a Line) -> Self {
        let caches = StatCaches::new(run.project.root.join(".devspace/cache"));
        Self { run, line, caches, known: BTreeMap::new() }
    }

    /// The key of an image for a platform; `whole` says why it must cover the whole
    /// context, where a base image is known to read more of it than the text tells.
    pub fn compute(
        &mut self,
        name: &str,
        platform: &str,
        whole: Option<String>,
    ) -> Result<&Keyed, Failure> {
        let keyed = self.of(&self.line.images[name], platform, whole)?;
        self.known.insert(name.to_owned(), keyed);
        Ok(&self.known[name])
    }

    /// The same, kept by the caller alone.
    pub fn of(
        &self,
        prepared: &Prepared,
        platform: &str,
        whole: Option<String>,
    ) -> Result<Keyed, Failure> {
        match &prepared.recipe {
            Recipe::Dockerfile(source) => self.of_dockerfile(prepared, source, platform, whole),
            Recipe::Custom(custom) => self.of_custom(prepared, custom),
        }
    }

    /// A key that was computed before.
    pub fn get(&self, name: &str) -> Option<&Keyed> {
        self.known.get(name)
    }

    /// Writes the stat caches that changed.
    pub fn save_caches(&self) {
        self.caches.save(&*self.run.reporter);
    }

    fn of_dockerfile(
        &self,
        prepared: &Prepared,
        source: &Source,
        platform: &str,
        whole: Option<String>,
    ) -> Result<Keyed, Failure> {
        let options = ReachOptions {
            target: prepared.image.options.target.as_deref(),
            build_args: &prepared.build_args,
            platform: Some(platform),
        };
        let reach = match whole {
            Some(why) => Reach::Whole { why },
            None => dockerfile::reach(&source.parsed, &options)
                .map_err(|error| Failure::of_dockerfile(error, &source.bytes))?,
        };
        let facts = context::facts(&KeyFacts {
            platform,
            dockerfile: &source.bytes,
            target: prepared.image.options.target.as_deref(),
            build_args: given(&prepared.build_args),
            network: prepared.image.options.network.as_deref(),
            options: prepared
                .image
                .options
                .labels
                .iter()
                .map(|(name, value)| (format!("label {name}"), value.clone()))
                .collect(),
            images: self.keys_of_needs(&prepared.image.name),
            ..KeyFacts::default()
        });
        let root = self.run.project.path(&prepared.image.context);
        self.keyed(&root, Some(&source.path), reach, facts)
    }

    /// A custom builder's key: its command, its arguments, and the files of `onChange`.
    fn of_custom(&self, prepared: &Prepared, custom: &Custom) -> Result<Keyed, Failure> {
        let pattern = |glob: &String| CopySource {
            pattern: glob.trim_start_matches("./").as_bytes().to_vec(),
            excludes: Vec::new(),
            wildcard: true,
            line: prepared.image.place.line,
        };
        let reach = Reach::Narrow(custom.on_change.iter().map(pattern).collect());
        let mut facts = context::facts(&KeyFacts::default());
        facts.truncate(1);
        facts.push(("command".into(), custom.command.clone()));
        let words = custom.image_flag.iter().chain(&custom.args);
        facts.extend(
            words
                .enumerate()
                .map(|(n, word)| (format!("argument {n}"), digest_of(word.as_bytes()).to_string())),
        );
        // The files are named from the root, and no ignore file speaks about them.
        let root = self.run.project.root.clone();
        self.keyed(&root, None, reach, facts)
    }

    fn keyed(
        &self,
        root: &std::path::Path,
        dockerfile: Option<&std::path::Path>,
        reach: Reach,
        facts: Vec<(String, String)>,
    ) -> Result<Keyed, Failure> {
        let never = [self.run.project.root.join(".devspace")];
        let request = context::Request {
            context: root,
            dockerfile,
            reach,
            facts,
            never: &never,
            cache: Some(&self.caches),
            threads: self.run.options.jobs,
        };
        let inputs = context::inputs(request, &*self.run.reporter)?;
        let mut recipe = Sha256::new();
        for (name, value) in &inputs.facts {
            // The empty line cannot stand in a name or value: both are one line.
            recipe.update(format!("{name}\n{value}\n\n"));
        }
        let recipe = Digest::sha256(&recipe.finalize().into());
        Ok(Keyed { inputs, recipe })
    }

    fn keys_of_needs(&self, name: &str) -> BTreeMap<String, String> {
        let needs = self.line.needs.get(name).into_iter().flatten();
        needs
            .filter_map(|need| Some((need.clone(), self.known.get(need)?.inputs.key.to_string())))
            .collect()
    }
}

fn given(args: &BTreeMap<String, Option<String>>) -> BTreeMap<String, String> {
    args.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect()
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::sha256(&Sha256::digest(bytes).into())
}
