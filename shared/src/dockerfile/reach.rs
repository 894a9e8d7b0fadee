//! Which paths of the context a build can read.
//!
//! Decided from the text alone, so that every clone decides alike. Wherever the
//! text does not tell, the answer is the whole context and one line why; too
//! much is a needless build, too little a wrong skip. Touches no file.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{Error, Kind};
use super::instruction::{Body, Dockerfile, Instruction, Transfer};
use super::mount::Mount;
use super::path;
use super::scope::{Scope, Text};
use super::stages::{Base, Origin, ReachOptions, Stages};
use super::{CopySource, Reach};

/// What COPY, ADD and bind mounts of the stages really built can read.
///
/// Fails where no builder could build: no such target, a bad substitution, a circle.
pub fn reach(file: &Dockerfile, options: &ReachOptions<'_>) -> Result<Reach, Error> {
    match narrow(file, options) {
        Ok(mut sources) => {
            sources.sort();
            sources.dedup();
            Ok(Reach::Narrow(sources))
        }
        Err(Stop::Whole(why)) => Ok(Reach::Whole { why }),
        Err(Stop::Error(error)) => Err(error),
    }
}

/// Why narrowing ended.
enum Stop {
    Whole(String),
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

fn narrow(file: &Dockerfile, options: &ReachOptions<'_>) -> Result<Vec<CopySource>, Stop> {
    if let Some(name) = file.foreign_frontend(options.build_args) {
        let why = format!("{}: `{name}` is a syntax that we don't know", file.file);
        return Err(Stop::Whole(why));
    }
    file.check_known().map_err(|error| Stop::Whole(error.to_string()))?;
    let stages = Stages::resolve(file, options)?;
    let mut walk = Walk { file, options, stages: &stages, found: Vec::new() };
    let mut ends: HashMap<usize, Arc<Scope>> = HashMap::new();
    for stage in stages.needed(file)? {
        let from = &file.instructions[stages.list[stage].from];
        let mut scope = match &stages.list[stage].base {
            Base::Scratch => Scope::new(file.escape, false),
            Base::Image(_) => Scope::new(file.escape, true),
            Base::Stage(base) => match ends.get(base) {
                Some(parent) => Scope::child(parent.clone()),
                None => Scope::new(file.escape, true),
            },
            Base::Unknown { variable, .. } => {
                return Err(
                    walk.whole(from, &format!("`{variable}` is not known before the build"))
                );
            }
        };
        for instruction in stages.instructions(file, stage) {
            let known = file.check_instruction(instruction);
            known.map_err(|error| Stop::Whole(error.to_string()))?;
            walk.instruction(instruction, &mut scope)?;
        }
        ends.insert(stage, Arc::new(scope));
    }
    Ok(walk.found)
}

struct Walk<'a> {
    file: &'a Dockerfile,
    options: &'a ReachOptions<'a>,
    stages: &'a Stages,
    found: Vec<CopySource>,
}

impl Walk<'_> {
    fn whole(&self, instruction: &Instruction, why: &str) -> Stop {
        let keyword = instruction.keyword.to_ascii_uppercase();
        Stop::Whole(format!("{}:{}: {keyword}: {why}", self.file.file, instruction.line))
    }

    fn instruction(&mut self, instruction: &Instruction, scope: &mut Scope) -> Result<(), Stop> {
        let wrong = |kind| Stop::Error(Error::new(self.file.place(instruction), kind));
        match &instruction.body {
            Body::Env(pairs) => scope.env(pairs).map_err(wrong),
            Body::Arg(arguments) => {
                scope.arg(arguments, &self.stages.global, self.options.build_args).map_err(wrong)
            }
            Body::Copy(transfer) => self.copy(instruction, transfer, scope),
            Body::Add(transfer) => self.transfer(instruction, transfer, scope, true),
            Body::Run(_) => self.mounts(instruction, scope),
            _ => Ok(()),
        }
    }

    /// The word expanded; unknown is the whole context.
    fn known(&self, at: &Instruction, word: &str, scope: &Scope) -> Result<String, Stop> {
        match scope.expand(word) {
            Ok(Text::Known(text)) => Ok(text),
            Ok(Text::Unknown { variable, .. }) => Err(self.whole(
                at,
                &format!("`{variable}` is not set for sure in this file; a base image may set it"),
            )),
            Err(kind) => Err(Stop::Error(Error::new(self.file.place(at), kind))),
        }
    }

    fn copy(&mut self, at: &Instruction, transfer: &Transfer, scope: &Scope) -> Result<(), Stop> {
        match at.flag("from").and_then(|name| self.stages.origin(name)) {
            Some(Origin::Unknown(name)) => {
                Err(self
                    .whole(at, &format!("`--from={name}` has a variable, which is not expanded")))
            }
            Some(_) => Ok(()),
            None if at.flag("from").is_some_and(|name| !name.is_empty()) => Ok(()),
            None => self.transfer(at, transfer, scope, false),
        }
    }

    fn transfer(
        &mut self,
        at: &Instruction,
        transfer: &Transfer,
        scope: &Scope,
        is_add: bool,
    ) -> Result<(), Stop> {
        for word in &transfer.sources {
            let source = self.known(at, word, scope)?;
            if is_add && path::is_remote(&source) {
                continue;
            }
            let (folder, only) = match at.is_on("parents") {
                true => parents(&source),
                false => (source.as_str(), None),
            };
            let pattern = path::plain_stars(&path::clean(folder));
            self.push(at, CopySource { only, excludes: excludes(at), ..taken(pattern) });
        }
        Ok(())
    }

    fn mounts(&mut self, at: &Instruction, scope: &Scope) -> Result<(), Stop> {
        for text in at.flags("mount") {
            let mut unknown = None;
            let mount = Mount::read(text, |value| {
                let text = scope.expand(value)?;
                if let Text::Unknown { variable, .. } = &text {
                    unknown.get_or_insert_with(|| variable.clone());
                }
                Ok::<_, Kind>(text.guess().to_owned())
            });
            let mount = mount.map_err(|why| self.whole(at, &format!("`--mount={text}`: {why}")))?;
            if let Some(variable) = unknown {
                let why = format!(
                    "`{variable}` in `--mount` is not set for sure in this file; a base image may set it"
                );
                return Err(self.whole(at, &why));
            }
            self.mount(at, &mount)?;
        }
        if self.stages.origins(at).iter().any(|origin| matches!(origin, Origin::Unknown(_))) {
            return Err(self.whole(at, "`from=` of a mount has a variable, which is not expanded"));
        }
        Ok(())
    }

    fn mount(&mut self, at: &Instruction, mount: &Mount) -> Result<(), Stop> {
        let from = mount.from.as_deref().filter(|from| !from.is_empty());
        if mount.kind != "bind" || from.is_some() {
            return Ok(());
        }
        let source = mount.source.as_deref().map(path::clean).filter(|source| source != ".");
        let Some(source) = source else {
            return Err(self.whole(at, "a bind mount without `source` holds the whole context"));
        };
        self.push(at, CopySource { wildcard: false, ..taken(source) });
        Ok(())
    }

    fn push(&mut self, at: &Instruction, source: CopySource) {
        self.found.push(CopySource { line: at.line, ..source });
    }
}

fn taken(pattern: String) -> CopySource {
    let pattern = pattern.into_bytes();
    CopySource { pattern, only: None, excludes: Vec::new(), wildcard: true, line: 0 }
}

/// `--parents`: the folder that the copy begins in, the root or what stands before the
/// pivot `/./`, and what of it is copied, with the folders on the way.
fn parents(source: &str) -> (&str, Option<Vec<u8>>) {
    let (folder, inner) = source.split_once("/./").unwrap_or((".", source));
    let inner = path::clean(inner);
    (folder, (inner != ".").then(|| inner.into_bytes()))
}

/// BuildKit expands no variables in `--exclude`; one that a later version might expand
/// excludes nothing, nor do those beside it, which may be exceptions from it.
fn excludes(at: &Instruction) -> Vec<Vec<u8>> {
    let patterns = at.flags("exclude").map(|pattern| pattern.as_bytes().to_vec());
    if at.flags("exclude").any(|pattern| pattern.contains('$')) {
        return Vec::new();
    }
    patterns.collect()
}
