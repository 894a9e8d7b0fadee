//! One build: stages carried out after those that they need, several at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use super::Embedded;
use super::cache::Record;
use super::copy::Source;
use super::error::Error;
use super::run::Cancel;
use super::stage::Stage;
use super::tree::Tree;
use super::variables::Given;
use crate::builder::Job;
use crate::dockerfile::instruction::{Body, Instruction};
use crate::dockerfile::{self, Base, BuildArgs, Dockerfile, Platform, ReachOptions, Stages};
use crate::ui::event::Reporter;
use crate::util::place::Place;

/// See the module.
pub struct Build<'a> {
    pub tools: &'a Embedded,
    pub job: &'a Job,
    pub reporter: &'a dyn Reporter,
    pub cancel: Cancel,
    pub file: Dockerfile,
    pub stages: Stages,
    pub given: Given,
    /// Of the image.
    pub platform: Platform,
    /// Stages that are built, in the order of the file.
    pub needed: Vec<usize>,
    pub context: Source,
    pub record: Record,
    /// By their numbers.
    done: Vec<OnceLock<Done>>,
    /// Images that files are taken from, by name.
    pub(super) images: Mutex<HashMap<String, Source>>,
    pub(super) unpacking: Mutex<()>,
}

/// A stage that is through.
pub struct Done {
    pub stage: Stage,
    tree: OnceLock<Arc<Tree>>,
}

impl<'a> Build<'a> {
    /// Understands the Dockerfile; carries out nothing.
    pub fn new(
        tools: &'a Embedded,
        job: &'a Job,
        reporter: &'a dyn Reporter,
        cancel: Cancel,
    ) -> Result<Self, Error> {
        let file = dockerfile::parse(&job.dockerfile, &job.dockerfile_name)?;
        let own = tools.own_platform();
        let platform = match &job.platform {
            Some(text) => Platform::parse(text)
                .ok_or_else(|| Error::unsupported(format!("`{text}` is not a platform")))?,
            None => own.clone(),
        };
        let given = job.options.build_args.iter();
        let args: BTreeMap<String, String> =
            given.filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
        let target = job.options.target.as_deref().filter(|target| !target.is_empty());
        let last = file.instructions.iter().rev().find_map(|instruction| match &instruction.body {
            Body::From(from) => Some(from.name.clone()),
            _ => None,
        });
        let stage = target.map(str::to_owned).or(last.flatten());
        let mut given = Given::new(args, stage.as_deref(), &platform, &own, file.escape);
        let known = known(&given);
        let text = platform.to_string();
        let options = ReachOptions { target, build_args: &known, platform: Some(&text) };
        if let Some(name) = file.foreign_frontend(&known) {
            let place = Place::new(&file.file, 1, 1);
            let what = format!("`{name}` is a frontend of its own, which only BuildKit can run");
            return Err(Error::unsupported(what).at(&place).hint("`--builder buildkit` builds it"));
        }
        let stages = Stages::resolve(&file, &options)?;
        for instruction in &file.instructions {
            match &instruction.body {
                Body::Arg(arguments) => given
                    .global_arg(arguments)
                    .map_err(|failed| Error::from(failed).at(&file.place(instruction)))?,
                _ => break,
            }
        }
        let needed = stages.needed(&file)?;
        let context = Source::of_context(&job.context, job.inputs.clone(), tools.time)?;
        let done = stages.list.iter().map(|_| OnceLock::new()).collect();
        let record = Record::read(job.note.as_deref());
        let (images, unpacking) = (Mutex::default(), Mutex::default());
        Ok(Self {
            tools,
            job,
            reporter,
            cancel,
            file,
            stages,
            given,
            platform,
            needed,
            context,
            record,
            done,
            images,
            unpacking,
        })
    }

    /// What a stage is made from.
    pub fn base(&self, stage: usize) -> Base {
        match &self.stages.list[stage].base {
            // All is known here, so the guess is right; it may be a stage's name.
            Base::Unknown { guess, .. } => match self.stages.find(guess).filter(|n| *n < stage) {
                Some(other) => Base::Stage(other),
                None if guess == "scratch" => Base::Scratch,
                None => Base::Image(guess.clone()),
            },
            known => known.clone(),
        }
    }

    /// A stage that this one needs, and which is through.
    pub fn done(&self, stage: usize) -> Option<&Done> {
        self.done.get(stage)?.get()
    }

    /// What a stage that is through holds.
    pub fn source(&self, stage: usize) -> Result<Option<Source>, Error> {
        let Some(done) = self.done(stage) else { return Ok(None) };
        let store = &self.tools.store;
        let tree = match done.tree.get() {
            Some(tree) => Arc::clone(tree),
            None => {
                let tree = Arc::new(store.tree(&done.stage.layers)?);
                Arc::clone(done.tree.get_or_init(|| tree))
            }
        };
        Ok(Some(Source::of_layers(tree, done.stage.layers.clone(), store)))
    }

    /// Carries out all stages that are needed; returns the target.
    pub fn run(&self) -> Result<&Stage, Error> {
        self.check()?;
        let mut needs: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &stage in &self.needed {
            let mut direct = self.stages.direct(&self.file, stage);
            if let Base::Stage(base) = self.base(stage) {
                direct.insert(base);
            }
            direct.retain(|other| *other < stage && self.needed.contains(other));
            needs.insert(stage, direct);
        }
        let line = Line {
            state: Mutex::new(State { waiting: needs, ..State::default() }),
            moved: Condvar::new(),
        };
        let threads = self.tools.style.threads.clamp(1, self.needed.len().max(1));
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| self.work(&line));
            }
            self.work(&line);
        });
        let state = line.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.record.save();
        if let Some((_, error)) = state.failed {
            return Err(error);
        }
        let target = self.done(self.stages.target).map(|done| &done.stage);
        target.ok_or_else(Error::cancelled)
    }

    /// Takes stages whose needs are through until there is none left.
    fn work(&self, line: &Line) {
        while let Some(number) = line.next() {
            let result = self.stage(number);
            let mut state = line.lock();
            match result {
                Ok(stage) => {
                    let _ = self.done[number].set(Done { stage, tree: OnceLock::new() });
                    for needs in state.waiting.values_mut() {
                        needs.remove(&number);
                    }
                }
                Err(error) => {
                    // Of several failures, the first in the file is told.
                    if state.failed.as_ref().is_none_or(|(other, _)| number < *other) {
                        state.failed = Some((number, error));
                    }
                }
            }
            state.running -= 1;
            line.moved.notify_all();
        }
    }

    /// All instructions of a stage, with the triggers of a stage that it is made from.
    pub fn instructions(&self, stage: usize) -> impl Iterator<Item = &Instruction> {
        self.stages.instructions(&self.file, stage)
    }
}

/// Build arguments and what every build knows, so that no word of the text is in doubt.
fn known(given: &Given) -> BuildArgs {
    let own = given.args.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
    let global = given.global.list().iter();
    global.map(|(name, value)| (name.clone(), Some(value.clone()))).chain(own).collect()
}

/// Stages in work.
struct Line {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    /// Not begun, each with those that it still waits for.
    waiting: BTreeMap<usize, BTreeSet<usize>>,
    running: usize,
    /// The stage, and why.
    failed: Option<(usize, Error)>,
}

impl Line {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next stage; waits where one may become ready. `None`: nothing more to begin.
    fn next(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.failed.is_some() {
                return None;
            }
            let ready = state.waiting.iter().find(|(_, needs)| needs.is_empty());
            if let Some(number) = ready.map(|(number, _)| *number) {
                state.waiting.remove(&number);
                state.running += 1;
                return Some(number);
            }
            if state.running == 0 {
                return None;
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
