//! `ds-push`: gives built images their names where they lie, and sends them.
//!
//! What the card says was pushed is asked of the registry by one HEAD, so that a
//! registry which lost it gets it again; nothing else is done twice. An image that a
//! builder left in its registry only gets its names there ([`names`]); one in the layout
//! goes by our own client ([`layout`]).

mod layout;
mod names;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, json};
use tokio::sync::OnceCell;

pub use self::layout::told;
use super::options::Reuse;
use super::report::{Report, Row};
use super::run::Run;
use super::schedule::{self, Outcome};
use super::{asynchronous, docker};
use crate::builder::engine::Engine;
use crate::builder::engine::push::PushError;
use crate::config::Image;
use crate::reference::{Digest, Reference};
use crate::registry::{Client, Credential, Store};
use crate::state::{Artifact, Build, Push, Tags, Variant};
use crate::ui::event::{Event, Level, Work};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// What the command line asks of a push.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request {
    /// Give the names, upload nothing.
    pub skip: bool,
    /// Send what was pushed already.
    pub force: bool,
    /// Where others look for an image by its key; `None`: what the config says.
    pub reuse: Option<Reuse>,
}

/// Pushes every selected image that is not where its card says.
pub fn push(run: &Run, request: Request) -> Result<Report, Failure> {
    asynchronous::block_on(async {
        let credentials = Arc::new(docker::credentials()?);
        let engine = docker::engine(&credentials)?;
        let (answers, client) = (OnceCell::new(), docker::client());
        let work = Pushing { run, request, credentials, engine, answers, client };
        let images = run.images.iter().filter(|image| !image.disabled);
        let names: Vec<String> = images.map(|image| image.name.clone()).collect();
        let jobs = run.options.jobs;
        let ended = schedule::run(&names, &BTreeMap::new(), jobs, |name| work.named(name)).await;
        Ok(report(&names, ended))
    })
}

fn report(
    names: &[String],
    mut ended: std::collections::HashMap<String, Outcome<Row, Failure>>,
) -> Report {
    let mut report = Report::default();
    for name in names {
        match ended.remove(name) {
            Some(Outcome::Done(row)) => report.rows.push(row),
            Some(Outcome::Failed(failure)) => report.failures.push(failure.about(name)),
            // Images are pushed independently: none is blocked.
            Some(Outcome::Blocked(_)) | None => {}
        }
    }
    report
}

struct Pushing<'a> {
    run: &'a Run,
    request: Request,
    credentials: Arc<Store>,
    engine: Engine,
    /// Whether the engine answers; asked once.
    answers: OnceCell<()>,
    client: Client,
}

impl Pushing<'_> {
    async fn named(&self, name: String) -> Result<Row, Failure> {
        let image = self.run.images.iter().find(|image| image.name == name);
        let image = image.ok_or_else(|| self.run.no_image(&name))?;
        let result = self.image(image).await;
        if let Err(failure) = &result {
            let text = failure.error.clone();
            self.run.reporter.event(Event::Failed { image: name, work: Work::Push, text });
        }
        result
    }

    async fn image(&self, image: &Image) -> Result<Row, Failure> {
        let state = self.run.store.load()?;
        let variant = state.variant(&image.name, self.run.variant);
        let (Some(variant), Some(build)) = (variant, variant.and_then(|v| v.build.as_ref())) else {
            return Err(self.run.not_built(&image.name));
        };
        let tags = variant.tags_current().ok_or_else(|| not_tagged(self.run))?;
        let references: Vec<Reference> =
            tags.tags.iter().map(|tag| image.repository.tagged(tag)).collect();
        let skip = self.request.skip || image.skip_push;
        if let Some(done) = self.done(image, variant, build, &references, skip).await? {
            let text = "up to date".to_owned();
            let (image, work) = (image.name.clone(), Work::Push);
            self.run.reporter.event(Event::Finished { image, work, changed: false, text });
            return Ok(done);
        }
        if !self.run.acts() {
            let push = result(tags, &references, None);
            return Ok(row(self.run, image, &push, true));
        }
        let digest = match &build.artifact {
            Artifact::Engine { id, .. } => self.send(image, id, &references, skip).await?,
            // It lies in its registry, so that the names are all there is to give.
            Artifact::Registry { digest, name } => {
                Some(self.name(image, digest, name, &references).await?)
            }
            Artifact::Layout { digest, .. } => {
                self.send_layout(image, build, digest, &references, skip).await?
            }
        };
        let proof = match &digest {
            Some(digest) if self.proves(image) => self.prove(image, build, digest).await,
            _ => None,
        };
        let push = Push { proof, ..result(tags, &references, digest) };
        self.run.store.update(|state| {
            let put = state.set_push(&image.name, self.run.variant, push.clone());
            put.map_err(crate::state::Error::from)
        })?;
        let text = match &push.digest {
            Some(digest) => format!("pushed {}", &digest.hex()[..12]),
            None => "named; `skipPush`: not uploaded".to_owned(),
        };
        let (name, work) = (image.name.clone(), Work::Push);
        self.run.reporter.event(Event::Finished { image: name, work, changed: true, text });
        Ok(row(self.run, image, &push, true))
    }

    /// The row of an image whose push is done and, if it was an upload, still there.
    async fn done(
        &self,
        image: &Image,
        variant: &Variant,
        build: &Build,
        references: &[Reference],
        skip: bool,
    ) -> Result<Option<Row>, Failure> {
        let Some(push) = variant.push_current().filter(|push| push.references == references) else {
            return Ok(None);
        };
        if self.request.force || (push.digest.is_none() && !skip) {
            return Ok(None);
        }
        if let Some(digest) = push.digest.as_ref().filter(|_| !skip) {
            for reference in references {
                if let Some(why) = self.missing(image, reference, digest).await? {
                    self.run.reporter.image_note(&image.name, Level::Info, why);
                    return Ok(None);
                }
            }
            if self.proves(image) {
                let Some(proof) = &push.proof else { return Ok(None) };
                let name = build.artifact.name();
                if let Some(why) = self.missing(image, name, proof).await? {
                    self.run.reporter.image_note(&image.name, Level::Info, why);
                    return Ok(None);
                }
            }
        }
        Ok(Some(row(self.run, image, push, false)))
    }

    /// Whether others shall find the image by its key.
    fn proves(&self, image: &Image) -> bool {
        self.request.reuse.map_or(image.reuse, |reuse| reuse == Reuse::Registry)
    }

    /// Why a reference must be sent again. A registry that cannot be asked is no reason.
    async fn missing(
        &self,
        image: &Image,
        reference: &Reference,
        digest: &Digest,
    ) -> Result<Option<String>, Failure> {
        let credential = self.credential(reference)?;
        match self.client.digest_of(reference, credential.as_ref()).await {
            Ok(Some(found)) if found == *digest => Ok(None),
            Ok(Some(_)) => Ok(Some(format!("`{reference}` is another image in its registry"))),
            Ok(None) => Ok(Some(format!("`{reference}` is not in its registry any more"))),
            Err(error) => {
                let text = format!("taken as pushed, as the state says: {error}");
                self.run.reporter.image_note(&image.name, Level::Warning, text);
                Ok(None)
            }
        }
    }

    fn credential(&self, reference: &Reference) -> Result<Option<Credential>, Failure> {
        Ok(self.credentials.lookup(reference.repository.registry())?)
    }

    /// Names the image in the engine, and uploads it from there.
    async fn send(
        &self,
        image: &Image,
        id: &Digest,
        references: &[Reference],
        skip: bool,
    ) -> Result<Option<Digest>, Failure> {
        self.answers.get_or_try_init(async || self.engine.ping().await.map(drop)).await?;
        if skip {
            for reference in references {
                self.engine.tag(id, reference).await?;
            }
            return Ok(None);
        }
        let names: Vec<String> = references.iter().map(ToString::to_string).collect();
        let text = format!("pushing {}", names.join(", "));
        let name = image.name.clone();
        self.run.reporter.event(Event::Started { image: name, work: Work::Push, text });
        let mut digest = None;
        for reference in references {
            let credential = self.credential(reference)?;
            let reporter = &*self.run.reporter;
            let sent = self.engine.push(id, reference, credential.as_ref(), &image.name, reporter);
            let sent = sent.await.map_err(|error| self.explain(error, reference, &credential))?;
            digest = Some(sent);
        }
        Ok(digest)
    }

    fn explain(
        &self,
        error: PushError,
        reference: &Reference,
        credential: &Option<Credential>,
    ) -> Failure {
        let registry = reference.repository.registry();
        let refused = matches!(error, PushError::Auth { .. });
        let failure = Failure::from(error);
        if !refused {
            return failure;
        }
        let source = self.credentials.source(registry);
        failure.hint(docker::login_hint(&source, registry, credential.is_some()))
    }
}

fn not_tagged(run: &Run) -> Failure {
    let dev = if run.options.common.dev { " --dev" } else { "" };
    Failure::new(Exit::Data, "the state has no tags for this build")
        .hint(format!("run `ds-tag{dev}` first"))
}

fn result(tags: &Tags, references: &[Reference], digest: Option<Digest>) -> Push {
    Push {
        of: tags.of.clone(),
        tags: tags.tags.clone(),
        digest,
        references: references.to_vec(),
        proof: None,
        extra: Map::new(),
    }
}

fn row(run: &Run, image: &Image, push: &Push, changed: bool) -> Row {
    let mut names: Vec<String> = push.references.iter().map(ToString::to_string).collect();
    if let (Some(digest), Some(first)) = (&push.digest, names.first_mut()) {
        *first = format!("{first}@{digest}");
    }
    let facts = json!({ "references": push.references, "digest": push.digest });
    Row {
        image: image.name.clone(),
        changed,
        text: run.row_text(&names.join(" "), changed),
        facts: facts.as_object().cloned().unwrap_or_default(),
    }
}
