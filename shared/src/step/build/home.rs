//! Where images are built and lie: the engine, asked only when it is needed, and
//! the builder of each image.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::{Mutex, OnceCell};

use super::Request;
use super::archive::ContextArchive;
use super::choose::Choice;
use super::prepare::{Line, Prepared, Recipe};
use super::present::Present;
use crate::builder::custom::{Custom, CustomBuilder, InRegistry, Locate};
use crate::builder::embedded::{Embedded, own_architecture};
use crate::builder::engine::{DockerBuilder, Engine, Mode, Ping};
use crate::builder::{Builder, Built, Job};
use crate::config::{BuilderChoice, Image, RebuildStrategy};
use crate::dockerfile::{self, Platform, ReachOptions};
use crate::reference::{Digest, Reference};
use crate::registry::Store;
use crate::state::{Artifact, State};
use crate::step::docker;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::env;

/// The engine and what it was asked already.
pub struct Home<'a> {
    pub(super) run: &'a Run,
    pub(super) request: &'a Request,
    /// Whether images are built, named and fetched.
    pub(super) acts: bool,
    pub(super) credentials: Arc<Store>,
    pub(super) engine: Engine,
    ping: OnceCell<Result<Ping, Failure>>,
    /// Base images by name, as the engine has them.
    bases: Mutex<BTreeMap<String, Option<Base>>>,
    /// Registries that gave no answer: they are asked no more in this run.
    pub(super) deaf: Mutex<BTreeSet<String>>,
    pub(super) present: Present,
    /// Opened once it is needed.
    pub(super) embedded: OnceCell<Embedded>,
    pub(super) told_fallback: AtomicBool,
}

#[derive(Debug, Clone)]
struct Base {
    id: Digest,
    onbuild: bool,
}

impl<'a> Home<'a> {
    /// Reads docker's configuration; connects to nothing.
    pub fn new(run: &'a Run, request: &'a Request) -> Result<Self, Failure> {
        Self::of(run, request, run.acts())
    }

    /// The same for a look, which changes nothing anywhere.
    pub fn looking(run: &'a Run, request: &'a Request) -> Result<Self, Failure> {
        Self::of(run, request, false)
    }

    fn of(run: &'a Run, request: &'a Request, acts: bool) -> Result<Self, Failure> {
        let credentials = Arc::new(docker::credentials()?);
        let engine = docker::engine(&credentials)?;
        let (ping, bases, deaf) = (OnceCell::new(), Mutex::default(), Mutex::default());
        let present = Present::new(engine.clone());
        let (embedded, told_fallback) = (OnceCell::new(), AtomicBool::new(false));
        Ok(Self {
            run,
            request,
            acts,
            credentials,
            engine,
            ping,
            bases,
            deaf,
            present,
            embedded,
            told_fallback,
        })
    }

    /// Prepares for plans of these images.
    pub async fn expect(&self, line: &Line) -> Result<(), Failure> {
        if self.request.force {
            return Ok(());
        }
        let state = self.run.store.load()?;
        let in_engine = |name: &&String| {
            let build = state.variant(name, self.run.variant).and_then(|v| v.build.as_ref());
            build.is_some_and(|build| matches!(build.artifact, Artifact::Engine { .. }))
        };
        self.present.expect(line.order.iter().filter(in_engine).count()).await;
        Ok(())
    }

    /// Whether the image stays as it is when only files changed.
    pub fn may_stand(&self, prepared: &Prepared) -> bool {
        prepared.image.rebuild == RebuildStrategy::IgnoreContextChanges
            && prepared.source().is_some()
            && self.request.forced().is_none()
    }

    /// The engine, if it answers; asked once.
    pub(super) async fn answering(&self) -> Result<&Ping, Failure> {
        let ping = async || self.engine.ping().await.map_err(Failure::from);
        self.ping.get_or_init(ping).await.as_ref().map_err(Clone::clone)
    }

    /// The platform that an image is built for: the one asked for, else the builder's own,
    /// else the card's last, else this machine's.
    pub async fn platform(&self, prepared: &Prepared) -> Result<String, Failure> {
        if let Some(platform) = asked_platform(self.request)? {
            return Ok(platform);
        }
        if self.is_embedded(&prepared.image).await {
            return platform_without_engine(self.request);
        }
        if let Ok(ping) = self.answering().await
            && !ping.os.is_empty()
            && !ping.arch.is_empty()
        {
            return Ok(format!("{}/{}", ping.os, ping.arch));
        }
        let state = self.run.store.load()?;
        let variant = state.variant(&prepared.image.name, self.run.variant);
        let last = variant.and_then(|v| v.build.as_ref()).and_then(|build| build.platform.clone());
        Ok(last.unwrap_or_else(|| format!("linux/{}", own_architecture())))
    }

    /// Why the key must cover the whole context, if a base image has ONBUILD. An image
    /// of the config tells by its Dockerfile, others by what the engine has.
    pub async fn onbuild(&self, prepared: &Prepared) -> Result<Option<String>, Failure> {
        if let Some(why) = &prepared.triggered {
            return Ok(Some(why.clone()));
        }
        for (name, configured) in prepared.parents() {
            let triggers = match configured {
                Some(image) => self.built_with_triggers(image).await?,
                None if self.is_embedded(&prepared.image).await => {
                    self.known_base(name).await.is_some_and(|base| base.onbuild)
                }
                None => self.base(name).await.is_some_and(|base| base.onbuild),
            };
            if triggers {
                return Ok(Some(format!("the base image `{name}` has ONBUILD instructions")));
            }
        }
        // Without an engine the card is the last that knew.
        if prepared.parents().any(|(_, configured)| configured.is_none())
            && !self.is_embedded(&prepared.image).await
            && self.answering().await.is_err()
        {
            let state = self.run.store.load()?;
            let variant = state.variant(&prepared.image.name, self.run.variant);
            let build = variant.and_then(|variant| variant.build.as_ref());
            let whole = build.is_some_and(|build| build.scope.as_deref() == Some("whole"));
            return Ok(whole.then(|| "it was so at the last build".to_owned()));
        }
        Ok(None)
    }

    /// Whether an image of the config that a command builds has ONBUILD, as it was built.
    async fn built_with_triggers(&self, image: &str) -> Result<bool, Failure> {
        let state = self.run.store.load()?;
        let variant = state.variant(image, self.run.variant);
        let Some(build) = variant.and_then(|variant| variant.build.as_ref()) else {
            return Ok(false);
        };
        let custom = |image: &Image| matches!(image.builder, BuilderChoice::Custom(_));
        if !self.run.project.image(image).is_some_and(custom) {
            return Ok(false);
        }
        if self.answering().await.is_err() {
            return Ok(false);
        }
        let info = self.engine.image(&build.artifact.name().to_string()).await?;
        Ok(info.is_some_and(|info| !info.onbuild.is_empty()))
    }

    /// The id of a base image where this image is built; `None` where the engine or the
    /// base is not there.
    pub async fn base_id(&self, prepared: &Prepared, name: &str) -> Option<Digest> {
        match self.is_embedded(&prepared.image).await {
            true => self.known_base(name).await.map(|base| base.id),
            false => self.base(name).await.map(|base| base.id),
        }
    }

    async fn base(&self, name: &str) -> Option<Base> {
        let mut bases = self.bases.lock().await;
        if let Some(base) = bases.get(name) {
            return base.clone();
        }
        if self.answering().await.is_err() {
            return None;
        }
        let info = self.engine.image(name).await.ok().flatten();
        let base = info.map(|info| Base { id: info.id, onbuild: !info.onbuild.is_empty() });
        bases.insert(name.to_owned(), base.clone());
        base
    }

    /// Fetches the base images that the builder lacks, so that what they are, and
    /// whether they have ONBUILD, is known before the build.
    pub async fn fetch_bases(&self, prepared: &Prepared) -> Result<(), Failure> {
        if self.is_embedded(&prepared.image).await {
            let outside = prepared.bases().filter(|(_, configured)| configured.is_none());
            let names = outside.map(|(name, _)| name).collect();
            return self.fetch_into_store(&names, &prepared.image.name).await;
        }
        for (name, configured) in prepared.bases() {
            if configured.is_some() || self.base(name).await.is_some() {
                continue;
            }
            let Ok(reference) = Reference::parse(name) else { continue };
            let platform = self.request.platform.as_deref();
            self.pull(&reference, platform, &prepared.image.name).await?;
            self.bases.lock().await.remove(name);
        }
        Ok(())
    }

    /// Pulls into the engine; `image` is the one of the config that needs it.
    pub(super) async fn pull(
        &self,
        reference: &Reference,
        platform: Option<&str>,
        image: &str,
    ) -> Result<(), Failure> {
        let registry = reference.repository.registry();
        let credential = self.credentials.lookup(registry)?;
        let reporter = &*self.run.reporter;
        let pull = self.engine.pull(reference, platform, credential.as_ref(), image, reporter);
        pull.await.map_err(|error| self.explain(error.into(), registry, credential.is_some()))
    }

    /// Adds where a refused registry's credentials were looked for.
    pub(super) fn explain(&self, failure: Failure, registry: &str, had: bool) -> Failure {
        if failure.exit != Exit::Auth || failure.hint.is_some() {
            return failure;
        }
        let source = self.credentials.source(registry);
        failure.hint(docker::login_hint(&source, registry, had))
    }

    /// Whether the classic builder will build this image.
    pub async fn is_classic(&self, image: &Image) -> Result<bool, Failure> {
        Ok(match self.choice(image).await? {
            Choice::Engine(Mode::Classic) => true,
            Choice::Engine(Mode::Auto) => !self.answering().await?.buildkit,
            _ => false,
        })
    }

    /// The Dockerfile as it is sent: images of the config under the names of the very
    /// builds that this one is built from, locked bases by their digests.
    pub async fn dockerfile(&self, prepared: &Prepared, state: &State) -> Result<Vec<u8>, Failure> {
        let Recipe::Dockerfile(source) = &prepared.recipe else { return Ok(Vec::new()) };
        let name = match self.is_embedded(&prepared.image).await {
            true => Self::name_for_embedded,
            false => |artifact: &Artifact| artifact.name().to_string(),
        };
        let mut names: BTreeMap<&str, String> = prepared
            .bases()
            .filter_map(|(text, configured)| {
                let variant = state.variant(configured?, self.run.variant)?;
                Some((text, name(&variant.build.as_ref()?.artifact)))
            })
            .collect();
        let pins = prepared.pins.iter().map(|(text, pin)| (text.as_str(), pin.pinned.clone()));
        names.extend(pins);
        if names.is_empty() {
            return Ok(source.bytes.clone());
        }
        let options = ReachOptions {
            target: prepared.image.options.target.as_deref(),
            build_args: &prepared.build_args,
            platform: self.request.platform.as_deref(),
        };
        dockerfile::with_images(&source.bytes, &source.parsed, &options, |name| {
            names.get(name).cloned()
        })
        .map_err(|error| Failure::of_dockerfile(error, &source.bytes))
    }

    /// The proxies of docker's configuration for this engine, as build arguments.
    pub fn proxies(&self) -> BTreeMap<String, Option<String>> {
        let host = self.engine.endpoint().to_string();
        self.credentials
            .proxies(&host)
            .into_iter()
            .map(|(name, value)| (name, Some(value)))
            .collect()
    }

    /// Builds by the image's builder; returns its name and what it made.
    pub async fn build(
        &self,
        prepared: &Prepared,
        job: &Job,
    ) -> Result<(&'static str, Built), Failure> {
        let reporter = &*self.run.reporter;
        if let Recipe::Custom(custom) = &prepared.recipe {
            let builder = self.custom(custom).await;
            let built = builder.build(job, reporter).await?;
            return Ok((builder.name(), built));
        }
        let mode = match self.choice(&prepared.image).await? {
            Choice::Engine(mode) => mode,
            Choice::Embedded | Choice::Custom => {
                let embedded = self.embedded().await?;
                return Ok((embedded.name(), embedded.build(job, reporter).await?));
            }
        };
        self.answering().await?;
        let builder = DockerBuilder {
            engine: self.engine.clone(),
            mode,
            archive: Arc::new(ContextArchive),
            credentials: Arc::clone(&self.credentials),
        };
        let built = builder.build(job, reporter).await?;
        Ok((builder.name(), built))
    }

    /// The custom command; its image is looked for in the engine, then in the registry.
    async fn custom(&self, custom: &crate::config::Custom) -> CustomBuilder {
        let mut places: Vec<Box<dyn Locate>> = Vec::new();
        if self.answering().await.is_ok() {
            places.push(Box::new(self.engine.clone()));
        }
        let credentials = Arc::clone(&self.credentials);
        places.push(Box::new(InRegistry { client: docker::client(), credentials }));
        let custom = Custom {
            command: custom.command.clone(),
            args: custom.args.clone(),
            image_flag: custom.image_flag.clone(),
            root: self.run.project.root.clone(),
            search: env::value(env::PATH),
            digest_file: None,
        };
        CustomBuilder { custom, places }
    }
}

/// The platform that the command line names.
fn asked_platform(request: &Request) -> Result<Option<String>, Failure> {
    let Some(platform) = &request.platform else { return Ok(None) };
    let wrong = || {
        let text = format!("`{platform}` is no platform: os/arch[/variant]");
        Failure::new(Exit::Usage, text)
    };
    Platform::parse(platform).map(|platform| Some(platform.to_string())).ok_or_else(wrong)
}

/// The platform where nobody is asked: that of the command line, else this machine's.
pub fn platform_without_engine(request: &Request) -> Result<String, Failure> {
    let host = || format!("linux/{}", own_architecture());
    Ok(asked_platform(request)?.unwrap_or_else(host))
}
