//! The content keys of the images, each after those that it is built from.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::prepare::{Line, Prepared, Recipe, Source};
use crate::config::Custom;
use crate::context::{self, Ask, Common, Counted, Inputs, KeyFacts, StatCaches};
use crate::dockerfile::{self, CopySource, Reach, ReachOptions};
use crate::reference::Digest;
use crate::state;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::parallel;

/// An image's inputs, and the digest of them without the context's entries.
#[derive(Debug)]
pub struct Keyed {
    pub inputs: Inputs,
    pub recipe: Digest,
}

/// An image whose key is wanted.
pub struct Wanted<'a> {
    pub prepared: &'a Prepared,
    /// `os/arch[/variant]`
    pub platform: String,
    /// Why the key must cover the whole context, where a base image is known to read more
    /// of it than the text tells.
    pub whole: Option<String>,
}

impl Wanted<'_> {
    fn name(&self) -> &str {
        &self.prepared.image.name
    }
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

    /// Computes the keys of these images, each after those that it needs; returns why
    /// some have none.
    pub fn compute(&mut self, wanted: &[Wanted<'_>]) -> HashMap<String, Failure> {
        let mut failures = HashMap::new();
        let (mut asked, mut asks) = (Vec::new(), Vec::new());
        let roots: Vec<PathBuf> = wanted.iter().map(|wanted| self.root(wanted.prepared)).collect();
        for (wanted, root) in wanted.iter().zip(&roots) {
            match reach(wanted.prepared, &wanted.platform, wanted.whole.clone()) {
                Ok(reach) => {
                    let dockerfile = wanted.prepared.source().map(|source| source.path.as_path());
                    asks.push(Ask { context: root, dockerfile, reach });
                    asked.push(wanted);
                }
                Err(failure) => drop(failures.insert(wanted.name().to_owned(), failure)),
            }
        }
        let counted = self.gather(&asks);
        let mut waiting = Vec::new();
        for (wanted, counted) in asked.into_iter().zip(counted) {
            match counted {
                Ok(counted) => waiting.push((wanted, counted)),
                Err(error) => drop(failures.insert(wanted.name().to_owned(), error.into())),
            }
        }
        while !waiting.is_empty() {
            let (ready, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(wanted, _)| {
                let needs = self.line.needs.get(wanted.name()).into_iter().flatten();
                needs.clone().all(|need| self.known.contains_key(need))
            });
            if ready.is_empty() {
                // What they need has no key, and so neither have they.
                let names = later.iter().map(|(wanted, _)| wanted.name().to_owned());
                let failure = || Failure::new(Exit::Failed, "not reached");
                failures.extend(names.map(|name| (name, failure())));
                break;
            }
            let keyed = parallel::run(ready, self.run.options.jobs, |(wanted, counted)| {
                (wanted.name().to_owned(), self.keyed(wanted.prepared, &wanted.platform, counted))
            });
            self.known.extend(keyed);
            waiting = later;
        }
        failures
    }

    /// The key of one image as its context is now, kept by the caller alone.
    pub fn of(
        &self,
        prepared: &Prepared,
        platform: &str,
        whole: Option<String>,
    ) -> Result<Keyed, Failure> {
        let root = self.root(prepared);
        let dockerfile = prepared.source().map(|source| source.path.as_path());
        let reach = reach(prepared, platform, whole)?;
        let counted = self.gather(&[Ask { context: &root, dockerfile, reach }]);
        let counted = counted.into_iter().next().expect("one answer to one question")?;
        Ok(self.keyed(prepared, platform, counted))
    }

    /// A key that was computed before.
    pub fn get(&self, name: &str) -> Option<&Keyed> {
        self.known.get(name)
    }

    /// Writes the stat caches that changed, unless this run is to touch nothing.
    pub fn save_caches(&self) {
        if self.run.acts() && self.caches.has_news() {
            // With its `.gitignore`; where it cannot be made, saving says so.
            let _ = state::make_folder(&self.run.project.root);
            self.caches.save(&*self.run.reporter);
        }
    }

    fn gather(&self, asks: &[Ask<'_>]) -> Vec<Result<Counted, context::Error>> {
        let never = [self.run.project.root.join(".devspace")];
        let threads = self.run.options.jobs;
        let common = Common { never: &never, cache: Some(&self.caches), threads };
        context::gather(asks, common, &*self.run.reporter)
    }

    /// The folder that files are named from; for a custom builder the project's.
    fn root(&self, prepared: &Prepared) -> PathBuf {
        match &prepared.recipe {
            Recipe::Dockerfile(_) => self.run.project.path(&prepared.image.context),
            Recipe::Custom(_) => self.run.project.root.clone(),
        }
    }

    fn keyed(&self, prepared: &Prepared, platform: &str, counted: Counted) -> Keyed {
        let facts = match &prepared.recipe {
            Recipe::Dockerfile(source) => {
                let images = self.keys_of_needs(&prepared.image.name);
                facts(prepared, source, platform, images)
            }
            Recipe::Custom(custom) => custom_facts(custom),
        };
        let inputs = Inputs::of_counted(facts, counted);
        let mut recipe = Sha256::new();
        for (name, value) in &inputs.facts {
            // The empty line cannot stand in a name or value: both are one line.
            recipe.update(format!("{name}\n{value}\n\n"));
        }
        let recipe = Digest::sha256(&recipe.finalize().into());
        Keyed { inputs, recipe }
    }

    fn keys_of_needs(&self, name: &str) -> BTreeMap<String, String> {
        let needs = self.line.needs.get(name).into_iter().flatten();
        needs
            .filter_map(|need| Some((need.clone(), self.known.get(need)?.inputs.key.to_string())))
            .collect()
    }
}

/// What a build reads of the context.
fn reach(prepared: &Prepared, platform: &str, whole: Option<String>) -> Result<Reach, Failure> {
    match (&prepared.recipe, whole) {
        (Recipe::Dockerfile(_), Some(why)) => Ok(Reach::Whole { why }),
        (Recipe::Dockerfile(source), None) => {
            let options = ReachOptions {
                target: prepared.image.options.target.as_deref(),
                build_args: &prepared.build_args,
                platform: Some(platform),
            };
            dockerfile::reach(&source.parsed, &options)
                .map_err(|error| Failure::of_dockerfile(error, &source.bytes))
        }
        // The files of `onChange`; no ignore file speaks about them.
        (Recipe::Custom(custom), _) => {
            let pattern = |glob: &String| CopySource {
                pattern: glob.trim_start_matches("./").as_bytes().to_vec(),
                only: None,
                excludes: Vec::new(),
                wildcard: true,
                line: prepared.image.place.line,
            };
            Ok(Reach::Narrow(custom.on_change.iter().map(pattern).collect()))
        }
    }
}

fn facts(
    prepared: &Prepared,
    source: &Source,
    platform: &str,
    images: BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let options = &prepared.image.options;
    let labels = options.labels.iter();
    context::facts(&KeyFacts {
        platform,
        dockerfile: &source.bytes,
        target: options.target.as_deref(),
        build_args: given(&prepared.build_args),
        network: options.network.as_deref(),
        options: labels.map(|(name, value)| (format!("label {name}"), value.clone())).collect(),
        images,
        ..KeyFacts::default()
    })
}

/// Of a custom builder: its command and its arguments.
fn custom_facts(custom: &Custom) -> Vec<(String, String)> {
    let mut facts = context::facts(&KeyFacts::default());
    facts.truncate(1);
    facts.push(("command".into(), custom.command.clone()));
    let words = custom.image_flag.iter().chain(&custom.args);
    facts.extend(
        words
            .enumerate()
            .map(|(n, word)| (format!("argument {n}"), digest_of(word.as_bytes()).to_string())),
    );
    facts
}

fn given(args: &BTreeMap<String, Option<String>>) -> BTreeMap<String, String> {
    args.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect()
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::sha256(&Sha256::digest(bytes).into())
}
