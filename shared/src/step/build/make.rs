//! One image built: with what it is built from at hand, and noted on its card.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::Map;

use super::image::{Work, key_name, short};
use super::keys::Keyed;
use super::plan::{Gone, Reason};
use super::prepare::Prepared;
use super::reuse::Into;
use crate::builder::{Built, Job};
use crate::context::Inputs;
use crate::reference::Digest;
use crate::registry::platform;
use crate::state::Build;
use crate::step::report::Row;
use crate::ui::event::{Event, Level, Work as Kind};
use crate::ui::failure::Failure;

impl Work<'_> {
    /// Builds, with what it is built from at hand.
    pub(super) async fn make(
        &self,
        prepared: &Prepared,
        keyed: &Keyed,
        reason: &Reason,
    ) -> Result<Row, Failure> {
        let into = match self.home.is_embedded(&prepared.image).await {
            true => Into::Layout,
            false => Into::Engine,
        };
        self.bring_needs(&prepared.image.name, into).await?;
        self.build(prepared, keyed, reason).await
    }

    /// Builds, and saves the card.
    async fn build(
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
            text: format!("building: {}", reason.line()),
        });
        // A custom command may take its base images from anywhere.
        if prepared.source().is_some() {
            self.home.fetch_bases(prepared).await?;
        }
        let rekeyed = self.rekey(prepared, keyed).await?;
        if let Some(keyed) = &rekeyed
            && reason.allows_reuse()
        {
            // Only now is the key known by which others may have built it.
            let state = self.run.store.load()?;
            let bases = self.bases(prepared, &state).await;
            if let Some(build) = self.home.find(prepared, keyed, &bases).await {
                return self.take(prepared, keyed, build, reason).await;
            }
        }
        let keyed = rekeyed.as_ref().unwrap_or(keyed);
        let job = self.job(prepared, keyed).await?;
        let (builder, built) = self.home.build(prepared, &job).await.map_err(|failure| {
            let (file, bytes) = (&job.dockerfile_name, &job.dockerfile);
            failure.at_dockerfile_line(file, bytes).at_instruction(file, bytes)
        })?;
        self.check_platform(prepared, &built);
        let state = self.run.store.load()?;
        let build = self.card(keyed, builder, built, self.bases(prepared, &state).await);
        self.save(prepared, keyed, &build)?;
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

    /// The classic builder makes what it can, without a word.
    fn check_platform(&self, prepared: &Prepared, built: &Built) {
        let (Some(asked), Some(made)) = (&self.request.platform, &built.platform) else { return };
        if !platform::same(asked, made) {
            let text = format!("the image is for {made}, not for {asked} as was asked");
            self.run.reporter.image_note(&prepared.image.name, Level::Warning, text);
        }
    }

    /// Sees to it that the images of the config that this one is built from are where its
    /// builder finds them; what cannot be fetched from its registry is built.
    async fn bring_needs(&self, image: &str, into: Into) -> Result<(), Failure> {
        for need in self.line.needs.get(image).into_iter().flatten() {
            if self.bring(need, into).await.is_ok() {
                continue;
            }
            Box::pin(self.bring_needs(need, into)).await?;
            // Others may need it as well: one of them builds it.
            let _turn = self.bringing.lock().await;
            let Err(failure) = self.bring(need, into).await else { continue };
            let text = format!("built, since it can't be fetched: {}", failure.error);
            self.run.reporter.image_note(need, Level::Warning, text);
            let prepared = &self.line.images[need];
            let state = self.run.store.load()?;
            let keyed = self.keyed(prepared, &state).await?;
            drop(self.build(prepared, &keyed, &Reason::Gone(Gone::FromEngine)).await?);
        }
        Ok(())
    }

    async fn bring(&self, need: &str, into: Into) -> Result<(), Failure> {
        let state = self.run.store.load()?;
        let variant = state.variant(need, self.run.variant);
        let known = variant.and_then(|variant| Some((variant, variant.build.as_ref()?)));
        let (variant, build) = known.ok_or_else(|| self.run.not_built(need))?;
        self.home.bring(need, variant, build, into).await
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
                self.keys.of(prepared, &platform, Some(why), keyed.needs.clone()).map(Some)
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
            let needs = keyed.needs.clone();
            return Ok(self.keys.of(prepared, &platform, Some(why), needs)?.inputs);
        }
        Ok(keyed.inputs.clone())
    }

    async fn job(&self, prepared: &Prepared, keyed: &Keyed) -> Result<Job, Failure> {
        let key = &keyed.inputs.key;
        let state = self.run.store.load()?;
        let mut options = prepared.image.options.clone();
        // Proxies are the engine's and this machine's affair: no part of the key.
        options.build_args = self.home.proxies();
        options.build_args.extend(prepared.args_sent());
        let embedded = self.home.is_embedded(&prepared.image).await;
        let note = if embedded { "steps" } else { "sent" };
        Ok(Job {
            image: prepared.image.name.clone(),
            name: key_name(prepared, key),
            context: self.run.project.path(&prepared.image.context),
            inputs: self.sent(prepared, keyed).await?,
            dockerfile: self.home.dockerfile(prepared, &state).await?,
            dockerfile_name: prepared.dockerfile_name(),
            options,
            platform: self.request.platform.clone(),
            pull: self.request.pull,
            no_cache: self.request.no_cache,
            registries: prepared.registries(),
            secrets: self.request.secrets()?,
            ssh: self.request.agents()?,
            note: Some(self.run.kept(note, &prepared.image.name)),
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
        Build {
            key: keyed.inputs.key.clone(),
            recipe: Some(keyed.recipe.clone()),
            scope: Some(keyed.scope().to_owned()),
            artifact: built.artifact,
            image_id: None,
            builder: builder.to_owned(),
            platform: built.platform,
            built_at: Some(clock.as_secs()),
            bases,
            extra: Map::new(),
        }
    }

    pub(super) fn save(
        &self,
        prepared: &Prepared,
        keyed: &Keyed,
        build: &Build,
    ) -> Result<(), Failure> {
        let image = &prepared.image;
        self.run.store.update(|state| {
            state.set_build(&image.name, &image.repository, self.run.variant, build.clone());
            Ok::<_, crate::state::Error>(())
        })?;
        self.run.remember(prepared, &keyed.inputs);
        Ok(())
    }
}
