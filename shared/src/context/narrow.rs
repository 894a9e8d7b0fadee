//! From the sources of COPY, ADD and bind mounts to the part of the tree to walk.
//!
//! Wildcards are matched against the folders' names, links on the way are entries
//! too, and what they lead to inside the context is reached. Whatever cannot be
//! told for sure makes the key cover the whole context; nothing is left out by guess.

use std::collections::BTreeMap;
use std::path::Path;

use rustix::fs::FileType;

use super::Error;
use super::cover::{Cover, Sift};
use super::folder;
use super::glob::Glob;
use super::ignore::{Matcher, State, clean_path};
use super::tree::Tree;
use crate::dockerfile::{CopySource, Reach};

/// Links that one source may lead through, as in Linux.
const HOPS_MAX: usize = 40;
/// Folders that one source may lead into; links to `.` could make them countless.
const STEPS_MAX: usize = 100_000;
/// Readings of one source that are followed.
const TWOFOLD_MAX: usize = 16;

/// A tree of names to look for.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    /// The entry itself counts.
    pub(super) exact: bool,
    /// What beneath it counts.
    pub(super) cover: Cover,
    pub(super) children: BTreeMap<Vec<u8>, Plan>,
}

impl Plan {
    pub(super) fn whole() -> Self {
        Self { exact: true, cover: Cover::All, children: BTreeMap::new() }
    }

    /// Whether something is left out of a folder that is copied.
    pub(super) fn excludes(&self) -> bool {
        self.nodes().any(|(_, plan)| matches!(plan.cover, Cover::Some(_)))
    }

    /// Joins another plan.
    pub(super) fn add(&mut self, other: &Plan) {
        for (path, plan) in other.nodes() {
            let node = self.node(&path);
            node.exact |= plan.exact;
            node.cover.add(&plan.cover);
        }
    }

    /// The plan and all beneath it, with their paths. A tree may be deep: no recursion.
    fn nodes(&self) -> impl Iterator<Item = (Vec<u8>, &Plan)> {
        let mut next = vec![(Vec::new(), self)];
        std::iter::from_fn(move || {
            let (path, plan) = next.pop()?;
            for (name, child) in &plan.children {
                let slash: &[u8] = if path.is_empty() { b"" } else { b"/" };
                next.push(([&path, slash, name].concat(), child));
            }
            Some((path, plan))
        })
    }

    fn node(&mut self, path: &[u8]) -> &mut Plan {
        let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
        parts.fold(self, |node, part| node.children.entry(part.to_vec()).or_default())
    }
}

/// What a reach comes to in a tree.
pub(super) struct Narrow {
    pub(super) plan: Plan,
    /// Why the whole context counts, if it does.
    pub(super) whole: Option<String>,
    /// See [`super::Inputs::open_root`].
    pub(super) open_root: bool,
}

/// Finds what a reach comes to.
pub(super) fn reached<T: Tree>(
    context: &Path,
    tree: &T,
    ignore: &Matcher,
    reach: &Reach,
) -> Result<Narrow, Error> {
    let whole = |why| Narrow { plan: Plan::whole(), whole: Some(why), open_root: true };
    Ok(match reach {
        Reach::Whole { why } => whole(why.clone()),
        Reach::Narrow(sources) => match narrow(context, tree, ignore, sources)? {
            Narrowed::Plan(plan) => {
                Narrow { plan, whole: None, open_root: takes_any_root(sources) }
            }
            Narrowed::Whole(why) => whole(why),
        },
    })
}

/// What the sources come to.
enum Narrowed {
    Plan(Plan),
    /// The whole context after all, and why.
    Whole(String),
}

/// Whether the sources take any name of the context's root.
fn takes_any_root(sources: &[CopySource]) -> bool {
    sources.iter().any(|source| {
        let first = |pattern: &[u8]| {
            let mut parts = pattern.split(|&byte| byte == b'/');
            parts.find(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec)
        };
        let part = first(&source.pattern).or_else(|| first(source.only.as_ref()?));
        let open = |part: Vec<u8>| part.iter().any(|byte| b"*?[\\!^".contains(byte));
        part.is_none_or(|part| source.wildcard && open(part))
    })
}

/// Finds what the sources reach.
fn narrow<T: Tree>(
    context: &Path,
    tree: &T,
    ignore: &Matcher,
    sources: &[CopySource],
) -> Result<Narrowed, Error> {
    let mut resolver = Resolver { context, tree, ignore, plan: Plan::default() };
    for source in sources {
        match resolver.add(source) {
            Ok(()) => {}
            Err(Stop::Whole(why)) => {
                return Ok(Narrowed::Whole(format!("line {}: {why}", source.line)));
            }
            Err(Stop::Error(error)) => return Err(error),
        }
    }
    Ok(Narrowed::Plan(resolver.plan))
}

enum Stop {
    Whole(String),
    Error(Error),
}

#[derive(Debug, Clone)]
enum Part {
    Name(Vec<u8>),
    Glob(Glob),
    /// `**`: anything beneath.
    Deep,
    Up,
}

/// A way that is being followed.
#[derive(Clone)]
struct Way {
    /// Reached so far: no links, no `..`.
    path: Vec<u8>,
    state: State,
    /// To go, last part first.
    rest: Vec<Part>,
    hops: usize,
    /// A wildcard was met.
    wild: bool,
    /// Through a link on the way behind a wildcard, where builders follow none: that it
    /// leads nowhere is no reason to give up.
    guessed: bool,
    /// How many of `rest` are the source's own; those above them come from links.
    own: usize,
}

struct Resolver<'a, T> {
    context: &'a Path,
    tree: &'a T,
    ignore: &'a Matcher,
    plan: Plan,
}

impl<T: Tree> Resolver<'_, T> {
    fn add(&mut self, source: &CopySource) -> Result<(), Stop> {
        let name = String::from_utf8_lossy(&source.pattern).into_owned();
        let sift = Sift::of(source).map_err(|error| Stop::Whole(error.to_string()))?;
        let mut rests = vec![Vec::new()];
        for part in clean_path(&source.pattern).split(|&byte| byte == b'/') {
            let read = match part {
                b"" | b"." => continue,
                b".." => return Err(Stop::Whole(format!("`{name}` leaves the context"))),
                b"**" if source.wildcard => Part::Deep,
                part if source.wildcard => glob_part(part, &name)?,
                part => Part::Name(part.to_vec()),
            };
            // A name with a `\` and without wildcards is taken as it stands, or without
            // the `\`: that depends on the builder and on what stands beside it.
            let plain = Part::Name(part.to_vec());
            let twofold = matches!(&read, Part::Name(name) if name != part);
            if twofold && rests.len() < TWOFOLD_MAX {
                let others: Vec<Vec<Part>> = rests.clone();
                rests.iter_mut().for_each(|rest| rest.push(read.clone()));
                rests.extend(others.into_iter().map(|mut rest| {
                    rest.push(plain.clone());
                    rest
                }));
            } else if twofold {
                return Err(Stop::Whole(format!("`{name}` can mean too many names")));
            } else {
                rests.iter_mut().for_each(|rest| rest.push(read.clone()));
            }
        }
        let way = |mut rest: Vec<Part>| {
            rest.reverse();
            let own = rest.len();
            let (path, state) = (Vec::new(), State::default());
            Way { path, state, rest, hops: 0, wild: false, guessed: false, own }
        };
        let mut ways: Vec<Way> = rests.into_iter().map(way).collect();
        let mut steps = 0;
        while let Some(way) = ways.pop() {
            steps += 1;
            if steps > STEPS_MAX {
                return Err(Stop::Whole(format!("`{name}` leads too many ways")));
            }
            let guessed = way.guessed;
            match self.go(way, &sift, &mut ways) {
                Err(Stop::Whole(_)) if guessed => {}
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Follows a way by one part.
    fn go(&mut self, mut way: Way, sift: &Sift, ways: &mut Vec<Way>) -> Result<(), Stop> {
        match way.rest.pop() {
            None | Some(Part::Deep) => {
                self.take_folder(&way.path, sift);
                Ok(())
            }
            Some(Part::Up) => self.go_up(way, ways),
            Some(Part::Name(name)) => {
                let folder = self.open(&way)?;
                self.go_name(&folder, way, &name, FileType::Unknown, sift, ways)
            }
            Some(Part::Glob(glob)) => {
                way.wild = true;
                let folder = self.open(&way)?;
                let names = self.tree.names(&folder);
                let fault =
                    |error| Stop::Error(folder::fault(self.context, &way.path, "read", error));
                for (name, kind) in names.map_err(fault)? {
                    if glob.matches(&name) {
                        self.go_name(&folder, way.clone(), &name, kind, sift, ways)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn open(&self, way: &Way) -> Result<T::Folder, Stop> {
        self.tree
            .open(&way.path)
            .map_err(|error| Stop::Error(folder::fault(self.context, &way.path, "read", error)))
    }

    fn go_up(&self, way: Way, ways: &mut Vec<Way>) -> Result<(), Stop> {
        if way.path.is_empty() {
            return Err(Stop::Whole("a link leads out of the context".to_owned()));
        }
        let path =
            memchr::memrchr(b'/', &way.path).map_or(Vec::new(), |at| way.path[..at].to_vec());
        ways.push(Way { state: self.state_of(&path), path, ..way });
        Ok(())
    }

    fn state_of(&self, path: &[u8]) -> State {
        let ends = memchr::memchr_iter(b'/', path).chain(std::iter::once(path.len()));
        ends.filter(|&end| end > 0)
            .fold(State::default(), |state, end| self.ignore.ignores_folder(&path[..end], &state).1)
    }

    /// Goes on to a name in the folder that `way` has reached.
    fn go_name(
        &mut self,
        folder: &T::Folder,
        mut way: Way,
        name: &[u8],
        kind: FileType,
        sift: &Sift,
        ways: &mut Vec<Way>,
    ) -> Result<(), Stop> {
        let parent = way.path.clone();
        if !way.path.is_empty() {
            way.path.push(b'/');
        }
        way.path.extend_from_slice(name);
        let shown = String::from_utf8_lossy(&way.path).into_owned();
        // A source may match nothing; a link must not.
        let of_link = way.rest.len() >= way.own;
        let missing = |why: &str| {
            let why = format!("a link leads to `{shown}`, which {why}");
            if of_link { Err(Stop::Whole(why)) } else { Ok(()) }
        };
        let kind = match kind {
            FileType::Unknown => match self.tree.kind(folder, name) {
                Ok(kind) => kind,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return missing("is not there");
                }
                Err(error) => {
                    return Err(Stop::Error(folder::fault(self.context, &way.path, "read", error)));
                }
            },
            kind => kind,
        };
        let (ignored, state) = self.ignore.ignores_folder(&way.path, &way.state);
        let is_folder = kind == FileType::Directory;
        if ignored && !(is_folder && self.ignore.may_except_below(&way.path)) {
            return missing("is ignored");
        }
        match kind {
            FileType::Symlink => {
                let target = self
                    .tree
                    .link(folder, name)
                    .map_err(|e| Stop::Error(folder::fault(self.context, &way.path, "read", e)))?;
                self.plan.node(&way.path).exact = true;
                let guessed = way.guessed || way.wild && !way.rest.is_empty();
                match follow(Way { path: parent, guessed, ..way }, &target, &shown) {
                    Err(Stop::Whole(_)) if guessed => {}
                    next => ways.push(next?),
                }
            }
            FileType::Directory if way.rest.is_empty() => self.take_folder(&way.path, sift),
            FileType::Directory => ways.push(Way { state, ..way }),
            _ if way.rest.is_empty() => self.plan.node(&way.path).exact = true,
            _ => return missing("is no folder"),
        }
        Ok(())
    }

    /// The folder and what the sift leaves of it count.
    fn take_folder(&mut self, path: &[u8], sift: &Sift) {
        let cover = sift.cover(path);
        let node = self.plan.node(path);
        node.exact = true;
        node.cover.add(&cover);
    }
}

fn glob_part(part: &[u8], source: &str) -> Result<Part, Stop> {
    let glob = Glob::parse(part).map_err(|why| Stop::Whole(format!("`{source}`: {why}")))?;
    if glob.crosses_folders() {
        return Err(Stop::Whole(format!("`[…]` in `{source}` can match a `/`")));
    }
    Ok(glob.literal().map_or(Part::Glob(glob), Part::Name))
}

/// The way through a link: its target's parts come before the rest.
fn follow(mut way: Way, target: &[u8], shown: &str) -> Result<Way, Stop> {
    if target.first() == Some(&b'/') {
        return Err(Stop::Whole(format!("the link `{shown}` leads out of the context")));
    }
    way.hops += 1;
    way.own = way.own.min(way.rest.len());
    if way.hops > HOPS_MAX {
        return Err(Stop::Whole(format!("the link `{shown}` leads round in a circle")));
    }
    for part in target.split(|&byte| byte == b'/').rev() {
        match part {
            b"" | b"." => {}
            b".." => way.rest.push(Part::Up),
            part => way.rest.push(Part::Name(part.to_vec())),
        }
    }
    Ok(way)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
