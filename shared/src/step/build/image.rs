//! One image: its plan, and what the plan says done.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::Request;
use super::changes::changes;
use super::home::Home;
use super::keys::{Keyed, Keys};
use super::plan::{Known, Plan, Reason, plan};
use super::prepare::{Line, Prepared};
use super::told;
use crate::reference::{Digest, Reference, Tag};
use crate::state::{Build, State, Variant};
use crate::step::report::Row;
use crate::step::run::Run;
use crate::ui::event::{Event, Level, Work as Kind};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// What all images of a build share.
pub struct Work<'a> {
    pub(super) run: &'a Run,
    pub(super) request: &'a Request,
    pub(super) line: &'a Line,
    pub(super) keys: &'a Keys<'a>,
    pub(super) home: &'a Home<'a>,
    /// Held while an image that others are built from is brought home: once is enough.
    pub(super) bringing: Mutex<()>,
}

impl<'a> Work<'a> {
    pub fn new(
        run: &'a Run,
        request: &'a Request,
        line: &'a Line,
        keys: &'a Keys<'a>,
        home: &'a Home<'a>,
    ) -> Self {
        Self { run, request, line, keys, home, bringing: Mutex::default() }
    }

    /// What would be done with the image, and from which inputs.
    pub async fn explain(&self, name: &str) -> Result<(Plan, Arc<Keyed>), Failure> {
        let prepared = &self.line.images[name];
        let state = self.run.store.load()?;
        let keyed = self.keyed(prepared, &state).await?;
        let variant = state.variant(name, self.run.variant);
        let bases = self.bases(prepared, &state).await;
        let plan = self.plan(prepared, &keyed, variant, &bases).await?;
        match plan {
            Plan::Build(reason) if reason.allows_reuse() => {
                let found = self.home.find(prepared, &keyed, &bases).await;
                let plan = match found {
                    Some(build) => Plan::Reuse(reason, Box::new(build)),
                    None => Plan::Build(reason),
                };
                Ok((plan, keyed))
            }
            plan => Ok((plan, keyed)),
        }
    }

    /// The image's key. Where an image that it is built from was not built from the key
    /// that was foreseen, it is computed anew: they all are done by now.
    pub(super) async fn keyed(
        &self,
        prepared: &Prepared,
        state: &State,
    ) -> Result<Arc<Keyed>, Failure> {
        let name = &prepared.image.name;
        let missing = || Failure::new(Exit::Failed, format!("image `{name}` has no key"));
        let keyed = self.keys.get(name).ok_or_else(missing)?;
        if !self.home.acts {
            // Nothing is done: what is foreseen counts.
            return Ok(Arc::clone(keyed));
        }
        let needs = self.line.needs.get(name).into_iter().flatten();
        let built: BTreeMap<String, String> = needs
            .filter_map(|need| {
                let variant = state.variant(need, self.run.variant)?;
                Some((need.clone(), variant.build.as_ref()?.key.to_string()))
            })
            .collect();
        if built == keyed.needs {
            return Ok(Arc::clone(keyed));
        }
        let platform = self.home.platform(prepared).await?;
        let whole = self.home.onbuild(prepared).await?;
        Ok(Arc::new(self.keys.of(prepared, &platform, whole, built)?))
    }

    /// Plans the image and builds it if that is due.
    pub async fn image(&self, name: &str) -> Result<Row, Failure> {
        let prepared = &self.line.images[name];
        let (plan, keyed) = self.explain(name).await.map_err(|failure| failure.about(name))?;
        let failed = |failure: Failure| {
            let text = failure.error.clone();
            self.run.reporter.event(Event::Failed {
                image: name.to_owned(),
                work: Kind::Build,
                text,
            });
            failure.about(name)
        };
        if self.request.explain {
            self.tell(name, &plan, &keyed)?;
        }
        match plan {
            Plan::Skip(_) => self.skip(prepared).map_err(failed),
            Plan::Build(reason) if !self.home.acts => {
                Ok(self.due(prepared, &reason, "would be built"))
            }
            Plan::Reuse(reason, _) if !self.home.acts => {
                Ok(self.due(prepared, &reason, "would be taken from its registry"))
            }
            Plan::Build(reason) => self.make(prepared, &keyed, &reason).await.map_err(failed),
            Plan::Reuse(reason, build) => {
                self.take(prepared, &keyed, *build, &reason).await.map_err(failed)
            }
        }
    }

    /// `--explain`: why the image is not built; why it is, is said anyway.
    fn tell(&self, name: &str, plan: &Plan, keyed: &Keyed) -> Result<(), Failure> {
        if matches!(plan, Plan::Skip(_)) {
            let state = self.run.store.load()?;
            let build = state.variant(name, self.run.variant).and_then(|v| v.build.as_ref());
            let text = build.map(|build| super::show::unchanged(keyed, build)).unwrap_or_default();
            self.run.reporter.image_note(name, Level::Info, text);
        }
        Ok(())
    }

    /// The images that this one is built from, as they are now: those of the config
    /// by their cards, others as the engine has them.
    pub(super) async fn bases(
        &self,
        prepared: &Prepared,
        state: &State,
    ) -> BTreeMap<String, Digest> {
        let mut bases = BTreeMap::new();
        for (text, configured) in prepared.bases() {
            let id = match configured {
                Some(name) => state
                    .variant(name, self.run.variant)
                    .and_then(|variant| variant.build.as_ref())
                    .map(|build| build.image_id().clone()),
                None => self.home.base_id(prepared, text).await,
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
        let there = match (build, variant) {
            (Some(build), Some(variant)) if self.may_skip(prepared, keyed, build) => {
                self.home.there(&prepared.image, variant, build).await?
            }
            _ => Ok("not asked for"),
        };
        let plan = plan(Known {
            build,
            repository: &prepared.image.repository,
            key: &keyed.inputs.key,
            recipe: &keyed.recipe,
            changes: &|build| changes(self.run, prepared, keyed, build),
            forced: self.request.forced(),
            strategy: prepared.image.rebuild,
            custom: prepared.on_change(),
            there,
            bases,
        });
        Ok(match plan {
            Plan::Build(Reason::Base(mut base)) => {
                let configured = prepared.bases().find(|(text, _)| *text == base.name);
                base.image = configured.and_then(|(_, image)| image.map(str::to_owned));
                base.place = prepared.place_of_base(&base.name);
                Plan::Build(Reason::Base(base))
            }
            plan => plan,
        })
    }

    /// Whether it matters that the artifact is there.
    fn may_skip(&self, prepared: &Prepared, keyed: &Keyed, build: &Build) -> bool {
        use crate::config::RebuildStrategy as Strategy;
        let ignoring = prepared.image.rebuild == Strategy::IgnoreContextChanges;
        let same = build.key == keyed.inputs.key
            || ignoring && build.recipe.as_ref() == Some(&keyed.recipe);
        same && self.request.forced().is_none() && prepared.image.rebuild != Strategy::Always
    }

    fn skip(&self, prepared: &Prepared) -> Result<Row, Failure> {
        let image = &prepared.image.name;
        let state = self.run.store.load()?;
        let variant = state.variant(image, self.run.variant);
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

    fn due(&self, prepared: &Prepared, reason: &Reason, what: &str) -> Row {
        let image = &prepared.image.name;
        let text = format!("{what}: {}", reason.line());
        self.run.reporter.image_note(image, Level::Info, text.clone());
        let facts = reason_facts(reason);
        Row { image: image.clone(), changed: true, text, facts }
    }

    /// Takes over what another machine built, and saves the card.
    pub(super) async fn take(
        &self,
        prepared: &Prepared,
        keyed: &Keyed,
        build: Build,
        reason: &Reason,
    ) -> Result<Row, Failure> {
        let image = &prepared.image.name;
        self.save(prepared, keyed, &build)?;
        let text = format!("taken from its registry ({})", short(build.artifact.digest()));
        self.run.reporter.event(Event::Finished {
            image: image.clone(),
            work: Kind::Build,
            changed: true,
            text,
        });
        let mut row = self.row(image, true, &build, Some(reason));
        row.facts.insert("reused".into(), true.into());
        Ok(row)
    }

    pub(super) fn row(
        &self,
        image: &str,
        changed: bool,
        build: &Build,
        reason: Option<&Reason>,
    ) -> Row {
        let mut facts = Map::new();
        facts.insert("reference".into(), build.artifact.name().to_string().into());
        facts.insert("digest".into(), build.artifact.digest().to_string().into());
        facts.insert("build".into(), json!(build));
        facts.extend(reason.map(reason_facts).unwrap_or_default());
        let text = self.run.row_text(&build.artifact.name().to_string(), changed);
        Row { image: image.to_owned(), changed, text, facts }
    }
}

/// `reason` on one line, and `reasons` with what there is to know of each.
pub fn reason_facts(reason: &Reason) -> Map<String, Value> {
    let told = reason.told();
    let (named, more) = told::limited(&told);
    let reasons: Vec<Value> = named.into_iter().map(told::Told::json).collect();
    let mut facts = Map::new();
    facts.insert("reason".into(), reason.line().into());
    facts.insert("reasons".into(), reasons.into());
    if more > 0 {
        facts.insert("more_files".into(), more.into());
    }
    facts
}

/// `<repository>:ds-key-<16 hex of the key>`, the name that a result gets at once.
pub fn key_name(prepared: &Prepared, key: &Digest) -> Reference {
    let tag = Tag::parse(&format!("ds-key-{}", &key.hex()[..16]));
    prepared.image.repository.tagged(&tag.expect("`ds-key-` and hex digits are a tag"))
}

/// A digest as people read it.
pub fn short(digest: &Digest) -> &str {
    &digest.hex()[..12]
}
