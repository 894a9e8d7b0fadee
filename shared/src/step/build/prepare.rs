//! What each image is built from: Dockerfiles read and understood, images that
//! are built from other images of the config found and put in order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::config::{BuilderChoice, Custom, Image, Project};
use crate::dockerfile::{self, Dockerfile, ImageUse, ReachOptions, Stages, What};
use crate::reference::{Reference, Repository};
use crate::step::build::Request;
use crate::step::build::lock::{LockFile, NAME as LOCK, Pin, lockable};
use crate::step::build::plan::OnChange;
use crate::step::order::{order, with_needs};
use crate::step::run::{Run, assignment};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs::PathError;
use crate::util::{env, fs};

/// An image whose recipe is known.
#[derive(Debug)]
pub struct Prepared {
    pub image: Image,
    pub recipe: Recipe,
    /// Build arguments with their values; those that the environment lacks are left out.
    pub build_args: BTreeMap<String, Option<String>>,
    /// For each image that the recipe uses: the image of the config that it is, if it is one.
    configured: Vec<Option<String>>,
    /// Base images that the lock file pins, by their name in the Dockerfile.
    pub pins: BTreeMap<String, Pin>,
    /// Ids of the secrets that the build is given.
    pub secrets: Vec<String>,
    /// Why the whole context counts: an image of the config that this one is built from
    /// has ONBUILD instructions.
    pub triggered: Option<String>,
}

/// How an image is made.
#[derive(Debug)]
pub enum Recipe {
    Dockerfile(Source),
    Custom(Custom),
}

/// A Dockerfile and what it says of images from outside.
#[derive(Debug)]
pub struct Source {
    /// Absolute.
    pub path: PathBuf,
    /// The bytes that are built, overrides included.
    pub bytes: Vec<u8>,
    /// The file's own bytes, where overrides make them others.
    own: Option<Vec<u8>>,
    pub parsed: Dockerfile,
    /// Those that are pinned by their pinned names.
    pub uses: Vec<ImageUse>,
    /// Whether the stage that is built ends with ONBUILD instructions waiting.
    leaves_triggers: bool,
}

/// What recipes are read from: a project as it stands, or as it once stood.
pub struct Reading<'a> {
    pub project: &'a Project,
    pub request: &'a Request,
    pub lock: Option<&'a LockFile>,
    configured: Configured<'a>,
    /// Reads a file by its absolute path.
    read: &'a dyn Fn(&Path) -> Result<Vec<u8>, PathError>,
}

impl<'a> Reading<'a> {
    /// From disk.
    pub fn of(run: &'a Run, request: &'a Request, lock: Option<&'a LockFile>) -> Self {
        Self::with(&run.project, request, lock, &fs::read)
    }

    /// With another way to read files.
    pub fn with(
        project: &'a Project,
        request: &'a Request,
        lock: Option<&'a LockFile>,
        read: &'a dyn Fn(&Path) -> Result<Vec<u8>, PathError>,
    ) -> Self {
        Self { project, request, lock, configured: Configured::of(&project.images), read }
    }
}

impl Prepared {
    pub fn source(&self) -> Option<&Source> {
        match &self.recipe {
            Recipe::Dockerfile(source) => Some(source),
            Recipe::Custom(_) => None,
        }
    }

    /// The registries whose credentials the build may need: those of the images that it
    /// uses and its own. A name that the text does not tell brings none.
    pub fn registries(&self) -> Vec<String> {
        let uses = self.source().map_or(&[][..], |source| &source.uses);
        let used = uses.iter().filter(|found| found.known);
        let references = used.filter_map(|found| Reference::parse(&found.reference_text).ok());
        let mut registries: Vec<String> =
            references.map(|reference| reference.repository.registry().to_owned()).collect();
        registries.push(self.image.repository.registry().to_owned());
        registries.sort();
        registries.dedup();
        registries
    }

    /// Images from outside whose names are known, frontends apart, each with the image of
    /// the config that it is, if it is one.
    pub fn bases(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.images(|what| what != What::Syntax)
    }

    /// The same of those that a stage begins with.
    pub fn parents(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.images(|what| what == What::From)
    }

    fn images(&self, wanted: impl Fn(What) -> bool) -> impl Iterator<Item = (&str, Option<&str>)> {
        let images = self.uses().filter(move |(used, _)| used.known && wanted(used.what));
        images.map(|(used, configured)| (used.reference_text.as_str(), configured))
    }

    /// All images from outside.
    pub fn uses(&self) -> impl Iterator<Item = (&ImageUse, Option<&str>)> {
        let uses = self.source().map_or(&[][..], |source| &source.uses);
        uses.iter().zip(self.configured.iter().map(Option::as_deref))
    }

    /// Where the Dockerfile names an image: `Dockerfile:1`.
    pub fn place_of_base(&self, name: &str) -> Option<String> {
        let found = self.source()?.uses.iter().find(|found| found.reference_text == name)?;
        Some(format!("{}:{}", self.dockerfile_name(), found.line))
    }

    /// The Dockerfile's path from the project root, as people write it.
    pub fn dockerfile_name(&self) -> String {
        let path = &self.image.dockerfile;
        path.strip_prefix(".").unwrap_or(path).display().to_string()
    }

    /// Whether it is built by a command, and that one's files are told.
    pub fn on_change(&self) -> Option<OnChange> {
        match &self.recipe {
            Recipe::Dockerfile(_) => None,
            Recipe::Custom(custom) if custom.on_change.is_empty() => Some(OnChange::Missing),
            Recipe::Custom(_) => Some(OnChange::Given),
        }
    }

    /// Where the paths of what counts begin.
    pub fn root(&self, project: &Project) -> PathBuf {
        match &self.recipe {
            Recipe::Dockerfile(_) => project.path(&self.image.context),
            // The files of `onChange` are named from the project's root.
            Recipe::Custom(_) => project.root.clone(),
        }
    }
}

/// The images of the config by their repositories; of two, the first.
struct Configured<'a>(HashMap<&'a Repository, &'a Image>);

impl<'a> Configured<'a> {
    fn of(images: &'a [Image]) -> Self {
        let enabled = images.iter().rev().filter(|image| !image.disabled);
        Self(enabled.map(|image| (&image.repository, image)).collect())
    }

    /// The image that a name in a Dockerfile means, whatever its tag.
    fn named(&self, text: &str) -> Option<&'a Image> {
        let reference = Reference::parse(text).ok().filter(|r| r.digest.is_none())?;
        self.0.get(&reference.repository).copied()
    }

    /// For each image that a recipe uses.
    fn of_uses(&self, recipe: &Recipe) -> Vec<Option<String>> {
        let Recipe::Dockerfile(source) = recipe else { return Vec::new() };
        let named = |used: &ImageUse| {
            let image = used.known && used.what != What::Syntax;
            Some(self.named(&used.reference_text).filter(|_| image)?.name.clone())
        };
        source.uses.iter().map(named).collect()
    }
}

/// All images to build, those that they are built from included.
pub struct Line {
    pub images: BTreeMap<String, Prepared>,
    /// Each after those it needs.
    pub order: Vec<String>,
    pub needs: BTreeMap<String, Vec<String>>,
}

impl Line {
    /// Reads the recipes of these images, and of those that they need.
    pub fn prepare(run: &Run, request: &Request, names: &[String]) -> Result<Self, Vec<Failure>> {
        let mut images = BTreeMap::new();
        let mut needs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut failures = Vec::new();
        let lock = LockFile::of_project(&run.project.root).map_err(|failure| vec![failure])?;
        let reading = Reading::of(run, request, lock.as_ref());
        let all = &run.project.images;
        let by_name: HashMap<&str, &Image> = all.iter().map(|i| (i.name.as_str(), i)).collect();
        let mut next: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut met: HashSet<&str> = next.iter().copied().collect();
        let mut seen = 0;
        while let Some(&name) = next.get(seen) {
            seen += 1;
            let Some(image) = by_name.get(name).filter(|image| !image.disabled) else {
                continue;
            };
            let image = image.variant(run.options.common.dev);
            match Prepared::read(&reading, image) {
                Ok(prepared) => {
                    let mut needed: Vec<String> = Vec::new();
                    for (_, need) in prepared.bases() {
                        needed.extend(need.map(str::to_owned));
                    }
                    needed.dedup();
                    for need in &needed {
                        if let Some((&need, _)) = by_name.get_key_value(need.as_str())
                            && met.insert(need)
                        {
                            next.push(need);
                        }
                    }
                    needs.insert(name.to_owned(), needed);
                    images.insert(name.to_owned(), prepared);
                }
                Err(failure) => failures.push((name.to_owned(), failure.about(name))),
            }
        }
        let all: Vec<String> = all.iter().map(|image| image.name.clone()).collect();
        if !failures.is_empty() {
            failures.sort_by_key(|(name, _)| all.iter().position(|other| other == name));
            return Err(failures.into_iter().map(|(_, failure)| failure).collect());
        }
        let leaving = images.iter().filter(|(_, prepared)| prepared.leaves_triggers());
        let leaving: HashSet<String> = leaving.map(|(name, _)| name.clone()).collect();
        for prepared in images.values_mut() {
            prepared.expect_triggers(|name| leaving.contains(name));
        }
        let selected = with_needs(&images.keys().cloned().collect::<Vec<_>>(), &all, &needs);
        let order = order(&selected, &needs).map_err(|circle| vec![circle.into()])?;
        if lock.is_some() {
            tell_unlocked(run, &images);
        }
        Ok(Self { images, order, needs })
    }
}

/// Bases that the project's lock file lacks are said, each once.
fn tell_unlocked(run: &Run, images: &BTreeMap<String, Prepared>) {
    let mut told = BTreeSet::new();
    for (used, configured) in images.values().flat_map(Prepared::uses) {
        let name = &used.reference_text;
        let unlocked = used.known && configured.is_none() && lockable(name).is_some();
        if unlocked && told.insert(name) {
            let text = format!("`{name}` is not in {LOCK} and so not pinned; `ds lock` adds it");
            run.reporter.note(Level::Warning, text);
        }
    }
}

impl Prepared {
    pub fn read(reading: &Reading<'_>, mut image: Image) -> Result<Self, Failure> {
        let request = reading.request;
        image.options.labels.extend(
            request
                .labels
                .iter()
                .map(|text| assignment("--label", text))
                .collect::<Result<Vec<_>, _>>()?,
        );
        let build_args = resolve_args(&image, request);
        let recipe = match &image.builder {
            BuilderChoice::Custom(custom) => Recipe::Custom(custom.clone()),
            _ => Recipe::Dockerfile(Source::read(reading, &image, &build_args)?),
        };
        let configured = reading.configured.of_uses(&recipe);
        let pins = BTreeMap::new();
        let secrets = request.secret_ids();
        let mut prepared =
            Self { image, recipe, build_args, configured, pins, secrets, triggered: None };
        if let Some(lock) = reading.lock {
            prepared.pin(&reading.configured, lock);
        }
        Ok(prepared)
    }

    /// Takes note of ONBUILD instructions in the images of the config for which `leaves`
    /// holds.
    pub fn expect_triggers(&mut self, leaves: impl Fn(&str) -> bool) {
        let named = self.parents().find(|(_, configured)| configured.is_some_and(&leaves));
        self.triggered =
            named.map(|(name, _)| format!("the base image `{name}` has ONBUILD instructions"));
    }

    /// Whether what is built from this image carries out ONBUILD instructions; of an image
    /// without a Dockerfile that is not known here.
    pub fn leaves_triggers(&self) -> bool {
        self.source().is_some_and(|source| source.leaves_triggers)
    }

    /// From here on the bases that the lock file has go by their digests.
    fn pin(&mut self, configured: &Configured<'_>, lock: &LockFile) {
        let Recipe::Dockerfile(source) = &mut self.recipe else { return };
        for used in source.uses.iter_mut().filter(|used| used.known) {
            if configured.named(&used.reference_text).is_none()
                && let Some(pin) = lock.pin(&used.reference_text)
            {
                let text = std::mem::replace(&mut used.reference_text, pin.pinned.clone());
                self.pins.insert(text, pin);
            }
        }
    }

    /// The build arguments as they are sent: a frontend that one of them names is pinned.
    pub fn args_sent(&self) -> BTreeMap<String, Option<String>> {
        let mut args = self.build_args.clone();
        if let Some(Some(frontend)) = args.get_mut("BUILDKIT_SYNTAX")
            && let Some(pin) = self.pins.get(frontend)
        {
            frontend.clone_from(&pin.pinned);
        }
        args
    }
}

/// The arguments of config and command line; one without a value has the environment's.
fn resolve_args(image: &Image, request: &Request) -> BTreeMap<String, Option<String>> {
    let mut args = image.options.build_args.clone();
    for text in &request.build_args {
        match text.split_once('=') {
            Some((name, value)) => args.insert(name.to_owned(), Some(value.to_owned())),
            None => args.insert(text.clone(), None),
        };
    }
    args.into_iter()
        .filter_map(|(name, value)| {
            let value = value.or_else(|| env::text(&name))?;
            Some((name, Some(value)))
        })
        .collect()
}

impl Source {
    /// The bytes of the file, without overrides.
    pub fn written(&self) -> &[u8] {
        self.own.as_deref().unwrap_or(&self.bytes)
    }

    /// Whether stages before the target are not needed for it.
    pub fn has_unneeded_stages(&self, prepared: &Prepared) -> Result<bool, Failure> {
        let options = ReachOptions {
            target: prepared.image.options.target.as_deref(),
            build_args: &prepared.build_args,
            platform: None,
        };
        let count = || {
            let stages = Stages::resolve(&self.parsed, &options)?;
            Ok::<_, dockerfile::Error>(stages.needed(&self.parsed)?.len() <= stages.target)
        };
        count().map_err(|error| Failure::of_dockerfile(error, &self.bytes))
    }

    fn read(
        reading: &Reading<'_>,
        image: &Image,
        build_args: &BTreeMap<String, Option<String>>,
    ) -> Result<Self, Failure> {
        let path = reading.project.path(&image.dockerfile);
        let name = image.dockerfile.display().to_string();
        let bytes = (reading.read)(&path).map_err(|error| {
            let missing = error.source.kind() == std::io::ErrorKind::NotFound;
            let failure = Failure::new(Exit::Data, error.to_string());
            if missing {
                failure
                    .hint(format!("{}: `dockerfile:` names it, from the project root", image.place))
            } else {
                failure
            }
        })?;
        let target = image.options.target.as_deref();
        let written = bytes;
        let bytes = dockerfile::with_entrypoint(
            &written,
            &name,
            target,
            build_args,
            image.entrypoint.as_deref(),
            image.cmd.as_deref(),
        )
        .map_err(|error| Failure::of_dockerfile(error, &written))?;
        let understood = || {
            let parsed = dockerfile::parse(&bytes, &name)?;
            parsed.check_instructions()?;
            let platform = reading.request.platform.as_deref();
            let options = ReachOptions { target, build_args, platform };
            let uses = dockerfile::image_uses(&parsed, &options)?;
            let triggers = dockerfile::leaves_triggers(&parsed, &options)?;
            Ok::<_, dockerfile::Error>((parsed, uses, triggers))
        };
        let (parsed, uses, leaves_triggers) =
            understood().map_err(|error| Failure::of_dockerfile(error, &bytes))?;
        let own = Some(written).filter(|written| *written != bytes);
        Ok(Self { path, bytes, own, parsed, uses, leaves_triggers })
    }
}
