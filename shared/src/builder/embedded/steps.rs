//! Instructions one after the other, from the cache where they were carried out before.

use super::base::Base as Image;
use super::build::Build;
use super::cache::Key;
use super::copy::{self, Content, Owner, Request, Source};
use super::entry::{Entry, Index, Kind};
use super::error::{Error, say};
use super::layer::Layer;
use super::stage::{Stage, clean};
use crate::dockerfile::instruction::{Body, Instruction};
use crate::dockerfile::{self, Base, Platform};

/// Largest passwd or group that is read, in bytes.
const USERS_MAX: u64 = 16 << 20;
/// Characters of an instruction in a line of progress.
const SHOWN_MAX: usize = 120;

/// What a step is, for its key and for people.
pub struct Step<'s> {
    /// Stage and number: `0 3`.
    pub id: String,
    /// `[build 3/7] COPY . /app`
    pub shown: String,
    /// All that decides it but what lies below and what it reads.
    pub what: String,
    pub reads: String,
    /// Does not depend on what lies below.
    pub alone: bool,
    pub created_by: String,
    pub stage: &'s mut Stage,
}

/// A step's layer, and what it holds; `None` if it changed nothing.
pub type Made = Option<(Layer, Index)>;

impl Build<'_> {
    /// Carries out a stage.
    pub(super) fn stage(&self, number: usize) -> Result<Stage, Error> {
        let info = &self.stages.list[number];
        let from = &self.file.instructions[info.from];
        let place = self.file.place(from);
        let mut stage = self.begin(number).map_err(|error| error.at(&place))?;
        let triggers = std::mem::take(&mut stage.image.config.on_build);
        let triggers = self.triggers(&triggers).map_err(|error| error.at(&place))?;
        let own = &self.file.instructions[info.body.clone()];
        let total = triggers.len() + own.len();
        let all = triggers.iter().map(|one| (one, place.clone()));
        let all = all.chain(own.iter().map(|one| (one, self.file.place(one))));
        let name = info.name.clone().unwrap_or_else(|| number.to_string());
        for (count, (instruction, place)) in (1..).zip(all) {
            if self.cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            let done =
                stage.set(instruction, &self.given).map_err(|e| Error::from(e).at(&place))?;
            if done {
                continue;
            }
            let step = Step {
                id: format!("{number} {count}"),
                shown: format!("[{name} {count}/{total}] {}", shown(instruction)),
                what: String::new(),
                reads: String::new(),
                alone: false,
                created_by: String::new(),
                stage: &mut stage,
            };
            self.instruction(step, instruction).map_err(|error| error.at(&place))?;
        }
        Ok(stage)
    }

    /// The stage before its first instruction.
    fn begin(&self, number: usize) -> Result<Stage, Error> {
        let info = &self.stages.list[number];
        let platform = match &info.platform {
            None => self.platform.clone(),
            Some(text) => Platform::parse(text.guess()).ok_or_else(|| {
                Error::unsupported(format!("`{}` is not a platform", text.guess()))
            })?,
        };
        let (time, escape) = (self.tools.time, self.file.escape);
        Ok(match self.base(number) {
            Base::Scratch => Stage::scratch(&platform, time, escape),
            Base::Stage(base) => {
                let done = self.done(base).ok_or_else(Error::cancelled)?;
                done.stage.of_stage()
            }
            Base::Image(name) | Base::Unknown { guess: name, .. } => {
                let Image { config, layers } = self.image(&name, &platform)?;
                Stage::of_image(config, layers, time, escape)
            }
        })
    }

    fn image(&self, name: &str, platform: &Platform) -> Result<Image, Error> {
        let (image, fresh) = (&self.job.image, self.job.pull);
        Ok(self.tools.bases.find(name, platform, fresh, image, self.reporter)?)
    }

    /// The instructions that an image has waiting for what is built from it.
    fn triggers(&self, texts: &[String]) -> Result<Vec<Instruction>, Error> {
        let mut triggers = Vec::new();
        for text in texts {
            let file = format!("FROM scratch\n{text}\n");
            let parsed = dockerfile::parse(file.as_bytes(), "ONBUILD");
            let parsed = parsed.map_err(|error| {
                Error::unsupported(format!("`ONBUILD {text}` of the base image: {}", error.kind))
            })?;
            let [_, trigger] = parsed.instructions.as_slice() else {
                let what = format!("`ONBUILD {text}` of the base image is not one instruction");
                return Err(Error::unsupported(what));
            };
            self.check_instruction(trigger).map_err(|error| Error { place: None, ..error })?;
            triggers.push(trigger.clone());
        }
        Ok(triggers)
    }

    fn instruction(&self, step: Step<'_>, instruction: &Instruction) -> Result<(), Error> {
        match &instruction.body {
            Body::Copy(transfer) => self.transfer(step, instruction, transfer, false),
            Body::Add(transfer) => self.transfer(step, instruction, transfer, true),
            Body::Workdir(path) => self.workdir(step, path),
            Body::Run(command) => self.command(step, instruction, command),
            _ => Err(Error::unsupported(format!("`{}` is not carried out", instruction.keyword))),
        }
    }

    /// Takes a step from the cache, or makes it and keeps it there.
    pub(super) fn step(
        &self,
        step: Step<'_>,
        make: impl FnOnce(&mut Stage) -> Result<Made, Error>,
    ) -> Result<(), Error> {
        let Step { id, shown, what, reads, alone, created_by, stage, .. } = step;
        let below = if alone { &[][..] } else { &stage.layers };
        let key = Key::new(below, &what, &reads, self.tools.style_key());
        let why = self.record.note(&id, &key.parts);
        let store = &self.tools.store;
        let digest = key.digest();
        if !self.job.no_cache
            && let Some(known) = store.step(&digest)
        {
            say(self.reporter, &self.job.image, format!("{shown}: cached"));
            stage.put(known, None, created_by);
            return Ok(());
        }
        let why = if self.job.no_cache { "`--no-cache`" } else { why };
        say(self.reporter, &self.job.image, format!("{shown} ({why})"));
        let made = make(stage)?;
        match made {
            Some((layer, index)) => {
                store.keep_index(&layer.diff_id, &index);
                store.keep_step(&digest, Some(&layer));
                stage.put(Some(layer), Some(&index), created_by);
            }
            None => {
                store.keep_step(&digest, None);
                stage.put(None, None, created_by);
            }
        }
        Ok(())
    }

    /// COPY and ADD.
    fn transfer(
        &self,
        step: Step<'_>,
        instruction: &Instruction,
        transfer: &dockerfile::instruction::Transfer,
        add: bool,
    ) -> Result<(), Error> {
        let request = self.request(step.stage, instruction, transfer, add)?;
        let keyword = if add { "ADD" } else { "COPY" };
        let words = transfer.sources.iter().chain(&transfer.documents);
        let words: Vec<&str> = words.map(String::as_str).collect();
        let created_by = format!("{keyword} {} {}", words.join(" "), transfer.destination);
        let step = Step {
            what: keyword.to_owned(),
            reads: request.digest()?,
            alone: request.linked(),
            created_by,
            ..step
        };
        self.step(step, |stage| {
            let owner = self.owner(stage, request.owner.as_ref())?;
            let tree = if request.linked() {
                Default::default()
            } else {
                stage.tree(&self.tools.store)?
            };
            let (store, style) = (&self.tools.store, self.tools.style);
            Ok(copy::copy(&request, &tree, owner, stage.time, store, style)?)
        })
    }

    /// The numbers of an owner, by the stage's own files.
    fn owner(&self, stage: &mut Stage, owner: Option<&Owner>) -> Result<Option<(u32, u32)>, Error> {
        let Some(owner) = owner else { return Ok(None) };
        let (mut passwd, mut group) = (String::new(), String::new());
        if owner.has_names() {
            passwd = self.text(stage, b"etc/passwd")?;
            group = self.text(stage, b"etc/group")?;
        }
        Ok(Some(owner.ids(&passwd, &group, |name| {
            let text =
                format!("the image has no user or group `{name}`: 0 is taken, as BuildKit does");
            self.reporter.image_note(&self.job.image, crate::ui::event::Level::Warning, text);
        })))
    }

    /// The text of a small file of the stage; empty where there is none.
    pub(super) fn text(&self, stage: &mut Stage, path: &[u8]) -> Result<String, Error> {
        let store = &self.tools.store;
        let tree = stage.tree(store)?;
        let Ok(path) = tree.resolve(path, true) else { return Ok(String::new()) };
        let Some(node) = tree.get(&path) else { return Ok(String::new()) };
        let inner = match &node.entry.kind {
            Kind::File { size } if *size <= USERS_MAX => path,
            Kind::Hard { target } => target.clone(),
            _ => return Ok(String::new()),
        };
        let mut found = Vec::new();
        store.scan(&stage.layers[node.layer], &mut |path, _, content| {
            if path == inner {
                std::io::Read::read_to_end(
                    &mut std::io::Read::take(content, USERS_MAX),
                    &mut found,
                )?;
            }
            Ok(())
        })?;
        Ok(String::from_utf8_lossy(&found).into_owned())
    }

    fn workdir(&self, step: Step<'_>, path: &str) -> Result<(), Error> {
        let path = step.stage.variables.expand(path)?;
        let path = match path.starts_with('/') {
            true => path,
            false => format!("/{}", clean(&format!("{}/{path}", step.stage.workdir()))),
        };
        step.stage.image.config.working_dir.clone_from(&path);
        let created_by = format!("WORKDIR {path}");
        let folder = clean(&path).into_bytes();
        if folder.is_empty() {
            step.stage.note(created_by, false);
            return Ok(());
        }
        let user = step.stage.image.config.user.clone();
        let what = format!("WORKDIR {path:?} {user:?}");
        self.step(Step { what, created_by, ..step }, |stage| {
            let owner = (!user.is_empty()).then(|| Owner::parse(&user));
            let owner = self.owner(stage, owner.as_ref())?;
            let tree = stage.tree(&self.tools.store)?;
            let owned = owner.is_some();
            let (uid, gid) = owner.unwrap_or_default();
            let new = Entry { uid, gid, ..Entry::folder(stage.time) };
            let (store, style) = (&self.tools.store, self.tools.style);
            Ok(copy::make_folder(&folder, (&new, owned), &tree, stage.time, store, style)?)
        })
    }

    /// The instruction with its words expanded and all its sources found.
    fn request(
        &self,
        stage: &mut Stage,
        instruction: &Instruction,
        transfer: &dockerfile::instruction::Transfer,
        add: bool,
    ) -> Result<Request, Error> {
        let words = copy::Words::expand(stage, instruction, transfer)?;
        let mut request = words.request(instruction, &stage.path(&words.destination))?;
        let unpack = match instruction.flag("unpack") {
            None => add,
            Some(_) => instruction.is_on("unpack"),
        };
        let parents = instruction.is_on("parents");
        let from = instruction.flag("from").filter(|from| !from.is_empty());
        for text in &words.sources {
            if super::check::is_git(text) {
                return Err(Error::unsupported(super::check::GIT));
            }
            if super::check::is_remote(text) {
                let (source, name) = self.fetch(text, words.checksum.as_deref())?;
                request
                    .push(source, copy::Path::made(&name, unpack && instruction.is_on("unpack")));
                continue;
            }
            if request.sources.is_empty() {
                request.sources.push(self.origin(from)?);
            }
            request.paths.push(copy::Path::new(0, text, parents, unpack));
        }
        for (name, content) in &words.documents {
            let kind = Kind::File { size: content.len() as u64 };
            let entry = Entry { kind, mode: 0o644, ..Entry::folder(stage.time) };
            let content = Content::Bytes(content.as_bytes().into());
            let name = clean(name).into_bytes();
            request.push(Source::of_file(&name, entry, content), copy::Path::made(&name, false));
        }
        Ok(request)
    }

    /// Where COPY takes files from.
    fn origin(&self, from: Option<&str>) -> Result<Source, Error> {
        use crate::dockerfile::Origin;
        let Some(name) = from else { return Ok(self.context.clone()) };
        match self.stages.origin(name) {
            None => Ok(Source::empty()),
            Some(Origin::Stage(number)) => self.source(number)?.ok_or_else(|| {
                Error::unsupported(format!("stage `{name}` must stand before this one"))
            }),
            Some(Origin::Unknown(name)) => Err(Error::unsupported(format!(
                "`--from={name}` has a variable, which is not expanded there"
            ))
            .hint("name a stage that is made from it: `FROM $NAME AS stage`")),
            Some(Origin::Image(name)) => self.image_source(&name),
        }
    }

    /// The files of an image that is no stage.
    pub(super) fn image_source(&self, name: &str) -> Result<Source, Error> {
        let lock = || self.images.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(source) = lock().get(name) {
            return Ok(source.clone());
        }
        let image = self.image(name, &self.platform)?;
        let store = &self.tools.store;
        let tree = std::sync::Arc::new(store.tree(&image.layers)?);
        let source = Source::of_layers(tree, image.layers, store);
        lock().insert(name.to_owned(), source.clone());
        Ok(source)
    }
}

/// An instruction on one line.
fn shown(instruction: &Instruction) -> String {
    let text = instruction.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
