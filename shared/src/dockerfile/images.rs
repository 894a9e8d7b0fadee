//! Images from outside that a build uses, and the ports it exposes.
//!
//! Only the stages really built count. A name that the text does not tell is
//! marked, not refused: which credentials to bring is a matter of best knowledge.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::{Error, Kind};
use super::expand::Expander;
use super::instruction::{Body, Dockerfile};
use super::scope::{BuildArgs, Scope, Text};
use super::stages::{Base, Origin, ReachOptions, Stages};

/// Where an image is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    From,
    CopyFrom,
    MountFrom,
    Syntax,
}

/// An image from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageUse {
    /// Expanded; where `known` is false, with unknown variables taken as unset.
    pub reference_text: String,
    /// Whether the text tells the whole name.
    pub known: bool,
    /// From 1.
    pub line: usize,
    pub what: What,
    /// `--platform` of the FROM, expanded, where the text tells it.
    pub platform: Option<String>,
}

/// The images that the stages really built name, in the order of the file;
/// neither stages nor `scratch`. A name that stands twice is there twice.
pub fn image_uses(file: &Dockerfile, options: &ReachOptions<'_>) -> Result<Vec<ImageUse>, Error> {
    let mut uses: Vec<ImageUse> = frontend(file, options.build_args).into_iter().collect();
    if file.foreign_frontend(options.build_args).is_some() {
        return Ok(uses);
    }
    let stages = Stages::resolve(file, options)?;
    for index in stages.needed(file)? {
        let stage = &stages.list[index];
        let platform = stage.platform.as_ref().and_then(Text::known).map(str::to_owned);
        let line = file.instructions[stage.from].line;
        let named = match &stage.base {
            Base::Image(name) => Some((name, true)),
            Base::Unknown { guess, .. } => Some((guess, false)),
            Base::Scratch | Base::Stage(_) => None,
        };
        uses.extend(named.map(|(name, known)| ImageUse {
            reference_text: name.clone(),
            known,
            line,
            what: What::From,
            platform,
        }));
        for instruction in stages.instructions(file, index) {
            let is_copy = matches!(instruction.body, Body::Copy(_));
            let what = if is_copy { What::CopyFrom } else { What::MountFrom };
            for origin in stages.origins(instruction) {
                let (reference_text, known) = match origin {
                    Origin::Image(name) => (name, true),
                    Origin::Unknown(name) => (name, false),
                    Origin::Stage(_) => continue,
                };
                let line = instruction.line;
                uses.push(ImageUse { reference_text, known, line, what, platform: None });
            }
        }
    }
    uses.sort_by_key(|image| image.line);
    Ok(uses)
}

/// Whether the stage that is built has ONBUILD instructions, which fire in what is built
/// from it. With a foreign `# syntax=` nobody knows: yes.
pub fn leaves_triggers(file: &Dockerfile, options: &ReachOptions<'_>) -> Result<bool, Error> {
    if file.foreign_frontend(options.build_args).is_some() {
        return Ok(true);
    }
    let stages = Stages::resolve(file, options)?;
    let own = &file.instructions[stages.list[stages.target].body.clone()];
    Ok(own.iter().any(|instruction| matches!(instruction.body, Body::Onbuild(_))))
}

fn frontend(file: &Dockerfile, build_args: &BuildArgs) -> Option<ImageUse> {
    let line = file.directives.iter().find(|d| d.name == "syntax").map_or(1, |d| d.line);
    let (name, known) = match build_args.get("BUILDKIT_SYNTAX") {
        Some(Some(name)) => (name.as_str(), true),
        Some(None) => ("", false),
        None => (file.syntax()?, true),
    };
    let reference_text = name.to_owned();
    Some(ImageUse { reference_text, known, line, what: What::Syntax, platform: None })
}

/// The TCP ports that the last stage exposes, its own stages below included, in
/// the order of the file, each once; what cannot be read is left out.
pub fn exposed_ports(file: &Dockerfile) -> Vec<u16> {
    let build_args = BuildArgs::new();
    let options = ReachOptions { target: None, build_args: &build_args, platform: None };
    ports(file, &options).unwrap_or_default()
}

fn ports(file: &Dockerfile, options: &ReachOptions<'_>) -> Result<Vec<u16>, Error> {
    let stages = Stages::resolve(file, options)?;
    let mut chain = vec![stages.target];
    while let Some(Base::Stage(base)) = chain.last().map(|stage| &stages.list[*stage].base) {
        chain.push(*base);
    }
    let mut found = Vec::new();
    let mut parent: Option<Arc<Scope>> = None;
    for stage in chain.into_iter().rev() {
        let mut scope = match parent.take() {
            Some(parent) => Scope::child(parent),
            None => Scope::new(file.escape, true),
        };
        for instruction in stages.instructions(file, stage) {
            let wrong = |kind: Kind| Error::new(file.place(instruction), kind);
            match &instruction.body {
                Body::Env(pairs) => scope.env(pairs).map_err(wrong)?,
                Body::Arg(arguments) => {
                    scope.arg(arguments, &stages.global, options.build_args).map_err(wrong)?;
                }
                Body::Expose(words) => found.extend(words.iter().flat_map(|w| tcp(&scope, w))),
                _ => {}
            }
        }
        parent = Some(Arc::new(scope));
    }
    let mut seen = HashSet::new();
    found.retain(|port| seen.insert(*port));
    Ok(found)
}

/// `8080`, `8080/tcp`, `8000-8002`, `"80 81"` after expansion.
fn tcp(scope: &Scope, word: &str) -> Vec<u16> {
    let Ok(Text::Known(text)) = scope.expand(word) else { return Vec::new() };
    let words = Expander::new('\\').words(&text, &|_| None).unwrap_or_default();
    words.iter().filter_map(|word| range(word)).flatten().collect()
}

fn range(word: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let (ports, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (protocol.eq_ignore_ascii_case("tcp") && first > 0).then_some(first..=last)
}
