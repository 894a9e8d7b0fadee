//! Stages: names and numbers, what each is made from, which a target needs.
//!
//! Follows BuildKit's `dockerfile2llb`: a name means the last stage of that name
//! before a FROM, and the last in the file elsewhere. Reads no context.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::error::{Error, Kind};
use super::instruction::{Body, Dockerfile, Instruction};
use super::mount::Mount;
use super::scope::{BuildArgs, Platform, Scope, Text};
use crate::util::nearest::nearest;

/// Most stages of a file, and most triggers (ONBUILD) that may fire in it.
const STAGES_MAX: usize = 4096;
const TRIGGERS_MAX: usize = 100_000;

/// What a build is asked for, as far as a Dockerfile's meaning depends on it.
#[derive(Debug, Clone, Copy)]
pub struct ReachOptions<'a> {
    /// A stage's name in any case, or its number; the last stage if `None`.
    pub target: Option<&'a str>,
    pub build_args: &'a BuildArgs,
    /// `os/arch[/variant]` of the image.
    pub platform: Option<&'a str>,
}

/// One stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Lower case.
    pub name: Option<String>,
    pub base: Base,
    /// `--platform` of its FROM, expanded.
    pub platform: Option<Text>,
    /// Its FROM in [`Dockerfile::instructions`], and what follows up to the next FROM.
    pub from: usize,
    pub body: Range<usize>,
}

/// What a stage is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    Scratch,
    Stage(usize),
    Image(String),
    /// The name depends on `variable`, which the text does not tell.
    Unknown {
        guess: String,
        variable: String,
    },
}

/// Where a COPY or a mount takes its files from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Stage(usize),
    Image(String),
    Unknown(String),
}

/// The stages of a Dockerfile, for given options.
#[derive(Debug, Clone)]
pub struct Stages {
    pub list: Vec<Stage>,
    /// The stage that is built.
    pub target: usize,
    /// The variables before the first FROM.
    pub global: Scope,
    names: HashMap<String, usize>,
}

impl Stages {
    /// Finds the stages and the target. A target that is not there is an error that lists the stages.
    pub fn resolve(file: &Dockerfile, options: &ReachOptions<'_>) -> Result<Self, Error> {
        let at = |index: usize, kind| Error::new(file.place(&file.instructions[index]), kind);
        let mut stages = Self {
            list: Vec::new(),
            target: 0,
            global: global(file, options)?,
            names: HashMap::new(),
        };
        for (index, instruction) in file.instructions.iter().enumerate() {
            match &instruction.body {
                Body::From(_) => {
                    if stages.list.len() == STAGES_MAX {
                        return Err(at(index, Kind::TooManyStages { limit: STAGES_MAX }));
                    }
                    let stage = stages.stage(file, index).map_err(|kind| at(index, kind))?;
                    if let Some(name) = stage.name.clone() {
                        stages.names.insert(name, stages.list.len());
                    }
                    stages.list.push(stage);
                }
                body => match (stages.list.last_mut(), body) {
                    (Some(stage), _) => stage.body.end = index + 1,
                    (None, Body::Arg(arguments)) => stages
                        .global
                        .global_arg(arguments, options.build_args)
                        .map_err(|kind| at(index, kind))?,
                    (None, _) => {}
                },
            }
        }
        stages.target = stages.find_target(file, options.target)?;
        stages.check_triggers(file)?;
        Ok(stages)
    }

    fn stage(&self, file: &Dockerfile, index: usize) -> Result<Stage, Kind> {
        let instruction = &file.instructions[index];
        let Body::From(from) = &instruction.body else {
            return Err(Kind::NoStage);
        };
        let base = match self.global.expand(&from.base)? {
            Text::Unknown { guess, variable } => Base::Unknown { guess, variable },
            Text::Known(base) if base.is_empty() => {
                return Err(Kind::EmptyBase(from.base.clone()));
            }
            Text::Known(base) => match self.names.get(&base.to_lowercase()) {
                Some(stage) => Base::Stage(*stage),
                None if base == "scratch" => Base::Scratch,
                None => Base::Image(base),
            },
        };
        let platform = instruction.flag("platform").map(|p| self.global.expand(p)).transpose()?;
        let body = index + 1..index + 1;
        Ok(Stage { name: from.name.clone(), base, platform, from: index, body })
    }

    /// A stage by name in any case, or by number.
    pub fn find(&self, name: &str) -> Option<usize> {
        let named = self.names.get(&name.to_lowercase()).copied();
        named.or_else(|| name.parse().ok().filter(|number| *number < self.list.len()))
    }

    fn find_target(&self, file: &Dockerfile, target: Option<&str>) -> Result<usize, Error> {
        let Some(last) = self.list.len().checked_sub(1) else {
            let place = crate::util::place::Place::new(&file.file, 1, 1);
            return Err(Error::new(place, Kind::NoStage));
        };
        let Some(target) = target.filter(|target| !target.is_empty()) else { return Ok(last) };
        if let Some(found) = self.find(target) {
            return Ok(found);
        }
        let from = &file.instructions[self.list[last].from];
        let error = Error::new(file.place(from), Kind::NoSuchStage(target.to_owned()));
        let names: Vec<&str> = self.list.iter().filter_map(|s| s.name.as_deref()).collect();
        Err(match nearest(target, names.iter().copied()) {
            Some(name) => error.hint(format!("did you mean `{name}`?")),
            None if names.is_empty() => {
                error.hint(format!("no stage has a name; their numbers are 0 to {last}"))
            }
            None => {
                let shown = names.len().min(20);
                let more = if names.len() > shown { ", …" } else { "" };
                error.hint(format!("the stages are `{}`{more}", names[..shown].join("`, `")))
            }
        })
    }

    /// Triggers fire once for each stage made from theirs, which could be squared in a hostile file.
    fn check_triggers(&self, file: &Dockerfile) -> Result<(), Error> {
        let mut left = TRIGGERS_MAX;
        let count: Vec<usize> =
            self.list.iter().map(|stage| own_triggers(file, stage).count()).collect();
        for stage in &self.list {
            let Base::Stage(base) = stage.base else { continue };
            match left.checked_sub(count[base]) {
                Some(rest) => left = rest,
                None => {
                    let place = file.place(&file.instructions[stage.from]);
                    return Err(Error::new(place, Kind::TooManyTriggers { limit: TRIGGERS_MAX }));
                }
            }
        }
        Ok(())
    }

    /// A stage's instructions in the order they are carried out: first the ONBUILD
    /// triggers of the stage it is made from, then its own.
    pub fn instructions<'a>(
        &'a self,
        file: &'a Dockerfile,
        stage: usize,
    ) -> impl Iterator<Item = &'a Instruction> {
        let stage = &self.list[stage];
        let base = match stage.base {
            Base::Stage(base) => Some(&self.list[base]),
            _ => None,
        };
        let triggers = base.into_iter().flat_map(|base| own_triggers(file, base));
        triggers.chain(&file.instructions[stage.body.clone()])
    }

    /// The stages that are built for the target, in the order of the file. A
    /// stage that needs itself is an error.
    pub fn needed(&self, file: &Dockerfile) -> Result<Vec<usize>, Error> {
        let mut needed = BTreeSet::from([self.target]);
        let mut needs: HashMap<usize, BTreeSet<usize>> = HashMap::new();
        let mut open = vec![self.target];
        while let Some(stage) = open.pop() {
            let triggered = self.needs(self.instructions(file, stage), stage);
            open.extend(triggered.into_iter().filter(|other| needed.insert(*other)));
            // BuildKit looks for circles before triggers fire.
            let own = &file.instructions[self.list[stage].body.clone()];
            needs.insert(stage, self.needs(own.iter(), stage));
        }
        self.check_circles(file, &needs)?;
        Ok(needed.into_iter().collect())
    }

    /// Takes away stages that need nothing more until none is left; what stays is a circle.
    fn check_circles(
        &self,
        file: &Dockerfile,
        needs: &HashMap<usize, BTreeSet<usize>>,
    ) -> Result<(), Error> {
        let mut users: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut missing: HashMap<usize, usize> = HashMap::new();
        for (stage, direct) in needs {
            missing.insert(*stage, direct.len());
            direct.iter().for_each(|other| users.entry(*other).or_default().push(*stage));
        }
        let mut free: Vec<usize> =
            missing.iter().filter(|(_, n)| **n == 0).map(|(stage, _)| *stage).collect();
        while let Some(stage) = free.pop() {
            missing.remove(&stage);
            for user in users.get(&stage).into_iter().flatten() {
                let Some(count) = missing.get_mut(user) else { continue };
                *count -= 1;
                if *count == 0 {
                    free.push(*user);
                }
            }
        }
        let Some(stage) = missing.into_keys().min() else { return Ok(()) };
        let name = self.list[stage].name.clone().unwrap_or_else(|| stage.to_string());
        let place = file.place(&file.instructions[self.list[stage].from]);
        Err(Error::new(place, Kind::Circle(name)))
    }

    /// The stages that a stage needs itself.
    pub(crate) fn direct(&self, file: &Dockerfile, stage: usize) -> BTreeSet<usize> {
        self.needs(self.instructions(file, stage), stage)
    }

    fn needs<'a>(
        &self,
        instructions: impl Iterator<Item = &'a Instruction>,
        stage: usize,
    ) -> BTreeSet<usize> {
        let mut needs = BTreeSet::new();
        if let Base::Stage(base) = self.list[stage].base {
            needs.insert(base);
        }
        for instruction in instructions {
            for origin in self.origins(instruction) {
                if let Origin::Stage(other) = origin {
                    needs.insert(other);
                }
            }
        }
        needs
    }

    /// Where an instruction takes files from, the context apart: `--from`, `--mount=from=`.
    pub(crate) fn origins(&self, instruction: &Instruction) -> Vec<Origin> {
        match &instruction.body {
            Body::Copy(_) => {
                instruction.flag("from").and_then(|name| self.origin(name)).into_iter().collect()
            }
            Body::Run(_) => instruction
                .flags("mount")
                .filter_map(|text| Mount::read(text, |value| Ok::<_, Kind>(value.to_owned())).ok())
                .filter_map(|mount| self.origin(mount.from.as_deref()?))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// `None` for the context and for `scratch`, which holds nothing.
    pub(crate) fn origin(&self, name: &str) -> Option<Origin> {
        if name.is_empty() {
            return None;
        }
        // BuildKit expands no variables here.
        if name.contains('$') {
            return Some(Origin::Unknown(name.to_owned()));
        }
        match self.find(name) {
            Some(stage) => Some(Origin::Stage(stage)),
            None if name == "scratch" => None,
            None => Some(Origin::Image(name.to_owned())),
        }
    }
}

fn own_triggers<'a>(
    file: &'a Dockerfile,
    stage: &Stage,
) -> impl Iterator<Item = &'a Instruction> + use<'a> {
    let own = &file.instructions[stage.body.clone()];
    own.iter().filter_map(|instruction| match &instruction.body {
        Body::Onbuild(inner) => Some(&**inner),
        _ => None,
    })
}

fn global(file: &Dockerfile, options: &ReachOptions<'_>) -> Result<Scope, Error> {
    let platform = match options.platform {
        None => None,
        Some(text) => Some(Platform::parse(text).ok_or_else(|| {
            let place = crate::util::place::Place::new(&file.file, 1, 1);
            Error::new(place, Kind::Platform(text.to_owned()))
        })?),
    };
    // Without a target, TARGETSTAGE is `default`, or in newer versions the last stage's name.
    let last = file.instructions.iter().rev().find_map(|instruction| match &instruction.body {
        Body::From(from) => Some(from.name.is_some()),
        _ => None,
    });
    let target = options.target.filter(|target| !target.is_empty());
    let stage = target.or((last == Some(false)).then_some("default"));
    Ok(Scope::global(file.escape, platform.as_ref(), stage, options.build_args))
}
