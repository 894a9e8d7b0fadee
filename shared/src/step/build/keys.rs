//! The content keys of the images, each after those that it is built from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::prepare::{Line, Prepared, Recipe};
use super::recipe;
use crate::context::{self, Ask, Common, Counted, Inputs, StatCaches};
use crate::dockerfile::Reach;
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
    /// The keys of the images of the config that it is built from.
    pub needs: BTreeMap<String, String>,
}

impl Keyed {
    /// `whole` or `narrow`.
    pub fn scope(&self) -> &'static str {
        if self.inputs.whole.is_some() { "whole" } else { "narrow" }
    }
}

/// A build that may stay although files changed, and what it was made from.
#[derive(Debug, Clone)]
pub struct Standing {
    pub key: Digest,
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
    /// With `rebuildStrategy: ignoreContextChanges`, the build on the card.
    pub standing: Option<Standing>,
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
    known: BTreeMap<String, Arc<Keyed>>,
    /// Keys of builds that stay although their inputs changed: these count for what is
    /// built from them.
    standing: BTreeMap<String, Digest>,
}

impl<'a> Keys<'a> {
    pub fn new(run: &'a Run, line: &'a Line) -> Self {
        let caches = StatCaches::new(run.project.root.join(".devspace/cache"));
        Self { run, line, caches, known: BTreeMap::new(), standing: BTreeMap::new() }
    }

    /// Computes the keys of these images, each after those that it needs; returns why
    /// some have none.
    pub fn compute(&mut self, wanted: &[Wanted<'_>]) -> HashMap<String, Failure> {
        let mut failures = HashMap::new();
        let (mut asked, mut asks) = (Vec::new(), Vec::new());
        let roots: Vec<PathBuf> =
            wanted.iter().map(|wanted| wanted.prepared.root(&self.run.project)).collect();
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
                let needs = self.keys_of_needs(wanted.name());
                (wanted, self.keyed(wanted.prepared, &wanted.platform, counted, needs))
            });
            for (wanted, keyed) in keyed {
                let name = wanted.name().to_owned();
                if let Some(build) = wanted.standing.as_ref().filter(|b| b.recipe == keyed.recipe) {
                    self.standing.insert(name.clone(), build.key.clone());
                }
                self.known.insert(name, Arc::new(keyed));
            }
            waiting = later;
        }
        failures
    }

    /// The key of one image as its context is now, for given keys of what it is built
    /// from; kept by the caller alone.
    pub fn of(
        &self,
        prepared: &Prepared,
        platform: &str,
        whole: Option<String>,
        needs: BTreeMap<String, String>,
    ) -> Result<Keyed, Failure> {
        let root = prepared.root(&self.run.project);
        let dockerfile = prepared.source().map(|source| source.path.as_path());
        let reach = reach(prepared, platform, whole)?;
        let counted = self.gather(&[Ask { context: &root, dockerfile, reach }]);
        let counted = counted.into_iter().next().expect("one answer to one question")?;
        Ok(self.keyed(prepared, platform, counted, needs))
    }

    /// A key that was computed before.
    pub fn get(&self, name: &str) -> Option<&Arc<Keyed>> {
        self.known.get(name)
    }

    /// The folders in which a name that comes or goes can change the inputs; see
    /// [`context::watched`].
    pub fn watched(&self, name: &str) -> Result<BTreeSet<Vec<u8>>, Failure> {
        let Some(keyed) = self.get(name) else { return Ok(BTreeSet::new()) };
        let prepared = &self.line.images[name];
        let platform = keyed.inputs.facts.iter().find(|(fact, _)| fact == "platform");
        let platform = platform.map_or("", |(_, platform)| platform.as_str());
        let reach = match &keyed.inputs.whole {
            Some(why) => Reach::Whole { why: why.clone() },
            None => recipe::reach(prepared, platform)?,
        };
        let (root, never) = (prepared.root(&self.run.project), self.never());
        let dockerfile = prepared.source().map(|source| source.path.as_path());
        Ok(context::watched(&Ask { context: &root, dockerfile, reach }, &never)?)
    }

    /// Writes the stat caches that changed, unless this run is to touch nothing.
    pub fn save_caches(&self) {
        if self.run.acts() && self.caches.has_news() {
            // With its `.gitignore`; where it cannot be made, saving says so.
            let _ = state::make_folder(&self.run.project.root);
            self.caches.save(&*self.run.reporter);
        }
    }

    /// The project's own state.
    fn never(&self) -> [PathBuf; 1] {
        [self.run.project.root.join(".devspace")]
    }

    fn gather(&self, asks: &[Ask<'_>]) -> Vec<Result<Counted, context::Error>> {
        let never = self.never();
        let threads = self.run.options.jobs;
        let common = Common { never: &never, cache: Some(&self.caches), threads };
        context::gather(asks, common, &*self.run.reporter)
    }

    fn keyed(
        &self,
        prepared: &Prepared,
        platform: &str,
        counted: Counted,
        needs: BTreeMap<String, String>,
    ) -> Keyed {
        let facts = recipe::facts(prepared, platform, needs.clone());
        let inputs = Inputs::of_counted(facts, counted);
        let mut recipe = Sha256::new();
        for (name, value) in &inputs.facts {
            // The empty line cannot stand in a name or value: both are one line.
            recipe.update(format!("{name}\n{value}\n\n"));
        }
        let recipe = Digest::sha256(&recipe.finalize().into());
        Keyed { inputs, recipe, needs }
    }

    fn keys_of_needs(&self, name: &str) -> BTreeMap<String, String> {
        let needs = self.line.needs.get(name).into_iter().flatten();
        let key = |need: &String| match self.standing.get(need) {
            Some(key) => Some(key),
            None => Some(&self.known.get(need)?.inputs.key),
        };
        needs.filter_map(|need| Some((need.clone(), key(need)?.to_string()))).collect()
    }
}

/// What a build reads of the context.
fn reach(prepared: &Prepared, platform: &str, whole: Option<String>) -> Result<Reach, Failure> {
    match (&prepared.recipe, whole) {
        (Recipe::Dockerfile(_), Some(why)) => Ok(Reach::Whole { why }),
        _ => recipe::reach(prepared, platform),
    }
}
