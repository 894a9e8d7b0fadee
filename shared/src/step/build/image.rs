//! One image: its plan, and what the plan says done.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::Request;
use super::home::Home;
use super::keys::{Keyed, Keys};
use super::plan::{Known, Plan, Reason, plan};
use super::prepare::{Line, Prepared, Recipe};
use crate::builder::{Built, Job};
use crate::context::{Inputs, why};
use crate::reference::{Digest, Reference, Tag};
use crate::state::{Build, State, Variant};
use crate::step::report::Row;
use crate::step::run::Run;
use crate::ui::event::{Event, Level, Work as Kind};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// What all images of a build share.
pub struct Work<'a> {
    run: &'a Run,
    request: &'a Request,
    line: &'a Line,
    keys: &'a Keys<'a>,
    home: &'a Home<'a>,
}

impl<'a> Work<'a> {
    pub fn new(
        run: &'a Run,
        request: &'a Request,
        line: &'a Line,
        keys: &'a Keys<'a>,
        home: &'a Home<'a>,
    ) -> Self {
        Self { run, request, line, keys, home }
    }

    /// What would be done with the image.
    pub async fn explain(&self, name: &str) -> Result<Plan, Failure> {
        let prepared = &self.line.images[name];
        let state = self.run.store.load()?;
        let variant = state.variant(name, self.run.variant);
        let bases = self.bases(prepared, &state).await;
        self.plan(prepared, self.keyed(name)?, variant, &bases).await
    }

    fn keyed(&self, name: &str) -> Result<&Keyed, Failure> {
        let missing = || Failure::new(Exit::Failed, format!("image `{name}` has no key"));
        self.keys.get(name).ok_or_else(missing)
    }

    /// Plans the image and builds it if that is due.
    pub async fn image(&self, name: &str) -> Result<Row, Failure> {
        let prepared = &self.line.images[name];
        let keyed = self.keyed(name)?;
        let plan = self.explain(name).await.map_err(|failure| failure.about(name))?;
        let state = self.run.store.load()?;
        let variant = state.variant(name, self.run.variant);
        let failed = |failure: Failure| {
            let text = failure.error.clone();
            self.run.reporter.event(Event::Failed {
                image: name.to_owned(),
                work: Kind::Build,
                text,
            });
            failure.about(name)
        };
        match plan {
            Plan::Skip => self.skip(prepared, variant).await.map_err(failed),
            Plan::Build(reason) if !self.run.acts() => Ok(self.due(prepared, &reason)),
            Plan::Build(reason) => self.make(prepared, keyed, &reason).await.map_err(failed),
        }
    }

    /// The images that this one is built from, as they are now: those of the config
    /// by their cards, others as the engine has them.
    async fn bases(&self, prepared: &Prepared, state: &State) -> BTreeMap<String, Digest> {
        let mut bases = BTreeMap::new();
        for (text, configured) in prepared.bases() {
            let id = match configured {
                Some(name) => state
                    .variant(name, self.run.variant)
                    .and_then(|variant| variant.build.as_ref())
                    .map(|build| build.artifact.digest().clone()),
                None => self.home.base_id(text).await,
            };
            bases.extend(id.map(|id| (text.to_owned(), id)));
        }
        bases
    }

    async fn plan(
        &self,
        prepared: &Prepared,
        keyed: &Keyed,
        variant: Option<&Variant>,
        bases: &BTreeMap<String, Digest>,
    ) -> Result<Plan, Failure> {
        let build = variant.and_then(|variant| variant.build.as_ref());
        let gone = match (build, variant) {
            (Some(build), Some(variant)) if build.key == keyed.inputs.key => {
                self.home.gone(self.line, &prepared.image, variant, build).await?
            }
            _ => None,
        };
        let custom_without_files = match &prepared.recipe {
            Recipe::Custom(custom) => custom.on_change.is_empty(),
            Recipe::Dockerfile(_) => false,
        };
        Ok(plan(Known {
            build,
            repository: &prepared.image.repository,
            key: &keyed.inputs.key,
            recipe: &keyed.recipe,
            changes: match build {
                Some(build) if build.key != keyed.inputs.key => {
                    self.run.changes(&prepared.image.name, &keyed.inputs)
                }
                _ => Vec::new(),
            },
            forced: self.request.force || self.request.pull || self.request.no_cache,
            strategy: prepared.image.rebuild,
            unknowable: custom_without_files,
            gone,
            bases,
        }))
    }

    async fn skip(&self, prepared: &Prepared, variant: Option<&Variant>) -> Result<Row, Failure> {
        let image = &prepared.image.name;
        let build = variant.and_then(|variant| variant.build.as_ref());
        let build = build.ok_or_else(|| self.run.not_built(image))?;
        let text = format!("up to date ({})", short(&build.key));
        self.run.reporter.event(Event::Finished {
            image: image.clone(),
            work: Kind::Build,
            changed: false,
            text,
        });
        Ok(self.row(image, false, build, None))
    }

    fn due(&self, prepared: &Prepared, reason: &Reason) -> Row {
        let image = &prepared.image.name;
        let text = format!("would be built: {reason}");
        self.run.reporter.image_note(image, Level::Info, text.clone());
        let facts = Map::from_iter([("reason".to_owned(), Value::from(reason.to_string()))]);
        Row { image: image.clone(), changed: true, text, facts }
    }

    /// Builds, and saves the card.
    async fn make(
        &self,
        prepared: &Prepared,
        keyed: &Keyed,
        reason: &Reason,
    ) -> Result<Row, Failure> {
        let image = &prepared.image.name;
        let begin = Instant::now();
        self.run.reporter.event(Event::Started {
            image: image.clone(),
            work: Kind::Build,
            text: format!("building: {reason}"),
        });
        // A custom command may take its base images from anywhere.
        if prepared.source().is_some() {
            self.home.fetch_bases(prepared).await?;
        }
        let rekeyed = self.rekey(prepared, keyed).await?;
        let keyed = rekeyed.as_ref().unwrap_or(keyed);
        let job = self.job(prepared, keyed).await?;
        let (builder, built) = self.home.build(prepared, &job).await.map_err(|failure| {
            let (file, bytes) = (&job.dockerfile_name, &job.dockerfile);
            failure.at_dockerfile_line(file, bytes).at_instruction(file, bytes)
        })?;
        let state = self.run.store.load()?;
        let build = self.card(keyed, builder, built, self.bases(prepared, &state).await);
        self.run.store.update(|state| {
            let repository = &prepared.image.repository;
            state.set_build(image, repository, self.run.variant, build.clone());
            Ok::<_, crate::state::Error>(())
        })?;
        self.run.remember(image, &keyed.inputs);
        self.run.reporter.event(Event::Finished {
            image: image.clone(),
            work: Kind::Build,
            changed: true,
            text: format!(
                "built {} in {:.1} s",
                short(build.artifact.digest()),
                begin.elapsed().as_secs_f64()
            ),
        });
        Ok(self.row(image, true, &build, Some(reason)))
    }

    /// Another key, where a base image that has come only now has ONBUILD instructions.
    async fn rekey(&self, prepared: &Prepared, keyed: &Keyed) -> Result<Option<Keyed>, Failure> {
        if keyed.inputs.whole.is_some() {
            return Ok(None);
        }
        match self.home.onbuild(prepared).await? {
            None => Ok(None),
            Some(why) => {
                let platform = self.home.platform(prepared).await?;
                self.keys.of(prepared, &platform, Some(why)).map(Some)
            }
        }
    }

    /// What is sent: the classic builder carries out every stage up to the target, also
    /// those that are not needed, so they must find their files.
    async fn sent(&self, prepared: &Prepared, keyed: &Keyed) -> Result<Inputs, Failure> {
        let narrow = keyed.inputs.whole.is_none();
        if narrow
            && let Some(source) = prepared.source()
            && source.has_unneeded_stages(prepared)?
            && self.home.is_classic(&prepared.image).await?
        {
            let platform = self.home.platform(prepared).await?;
            let why = "the classic builder carries out every stage".to_owned();
            return Ok(self.keys.of(prepared, &platform, Some(why))?.inputs);
        }
        Ok(keyed.inputs.clone())
    }

    async fn job(&self, prepared: &Prepared, keyed: &Keyed) -> Result<Job, Failure> {
        let key = &keyed.inputs.key;
        let mut options = prepared.image.options.clone();
        // Proxies are the engine's and this machine's affair: no part of the key.
        options.build_args = self.home.proxies();
        options.build_args.extend(prepared.args_sent());
        Ok(Job {
            image: prepared.image.name.clone(),
            name: key_name(prepared, key),
            context: self.run.project.path(&prepared.image.context),
            inputs: self.sent(prepared, keyed).await?,
            dockerfile: self.home.dockerfile(prepared, self.line, self.keys)?,
            dockerfile_name: prepared.image.dockerfile.display().to_string(),
            options,
            platform: self.request.platform.clone(),
            pull: self.request.pull,
            no_cache: self.request.no_cache,
            registries: prepared.registries(),
            note: Some(self.run.record("sent", &prepared.image.name)),
        })
    }

    fn card(
        &self,
        keyed: &Keyed,
        builder: &str,
        built: Built,
        bases: BTreeMap<String, Digest>,
    ) -> Build {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let scope = if keyed.inputs.whole.is_some() { "whole" } else { "narrow" };
        Build {
            key: keyed.inputs.key.clone(),
            recipe: Some(keyed.recipe.clone()),
            scope: Some(scope.to_owned()),
            artifact: built.artifact,
            builder: builder.to_owned(),
            platform: built.platform,
            built_at: Some(clock.as_secs()),
            bases,
            extra: Map::new(),
        }
    }

    fn row(&self, image: &str, changed: bool, build: &Build, reason: Option<&Reason>) -> Row {
        let mut facts = Map::new();
        facts.insert("reference".into(), build.artifact.name().to_string().into());
        facts.insert("digest".into(), build.artifact.digest().to_string().into());
        facts.insert("build".into(), json!(build));
        facts.extend(reason.map(|reason| ("reason".to_owned(), reason.to_string().into())));
        let text = self.run.row_text(&build.artifact.name().to_string(), changed);
        Row { image: image.to_owned(), changed, text, facts }
    }
}

/// `<repository>:ds-key-<16 hex of the key>`, the name that a result gets at once.
pub fn key_name(prepared: &Prepared, key: &Digest) -> Reference {
    let tag = Tag::parse(&format!("ds-key-{}", &key.hex()[..16]));
    prepared.image.repository.tagged(&tag.expect("`ds-key-` and hex digits are a tag"))
}

/// A digest as people read it.
fn short(digest: &Digest) -> &str {
    &digest.hex()[..12]
}

impl Run {
    /// What differs from the inputs of the last build, where these are still there.
    pub(super) fn changes(&self, image: &str, inputs: &Inputs) -> Vec<String> {
        let recorded = why::load(&self.record("inputs", image));
        recorded
            .map(|old| why::diff(&old, inputs).iter().map(ToString::to_string).collect())
            .unwrap_or_default()
    }

    /// Keeps the inputs of a build for the next explanation. Losing them costs only that.
    fn remember(&self, image: &str, inputs: &Inputs) {
        let file = self.record("inputs", image);
        let kept = file.parent().map(std::fs::create_dir_all).transpose();
        let result = kept
            .map_err(|e| e.to_string())
            .and_then(|_| why::store(&file, inputs).map_err(|error| error.to_string()));
        if let Err(error) = result {
            let text = format!("the inputs are not kept for `ds why`: {error}");
            self.reporter.image_note(image, Level::Verbose, text);
        }
    }

    /// A file of the cache that is about one image's variant.
    fn record(&self, what: &str, image: &str) -> std::path::PathBuf {
        // An image's name may hold any character; a file's may not.
        use sha2::Digest as _;
        let name = sha2::Sha256::digest(format!("{image}\n{}", self.variant));
        let name = crate::util::hex::encode(&name[..8]);
        self.project.root.join(".devspace/cache").join(format!("{what}-{name}"))
    }
}
