//! Which paths of a tree count, told by names and kinds alone: the entries of the
//! content key without their content. For trees that are no folder on disk, and for
//! knowing which folders decide.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use super::Error;
use super::cover::Cover;
use super::folder;
use super::gather::Ask;
use super::ignore::{Matcher, State};
use super::look::Context;
use super::narrow::{Narrow, Plan, reached};
use super::tree::{Disk, Tree, Watched};
use crate::dockerfile::Reach;

/// What is looked for in a tree.
pub struct Selection {
    ignore: Matcher,
    /// Paths that never count, whatever an ignore file says.
    never: Vec<Vec<u8>>,
    plan: Plan,
    /// `Some(why)` when the whole context counts.
    pub whole: Option<String>,
}

/// The folders of a context in which a name that comes, goes or leads elsewhere can change
/// what counts, as paths from the context; the empty path is the context itself. `never`
/// as in [`super::Common`].
pub fn watched(ask: &Ask<'_>, never: &[PathBuf]) -> Result<BTreeSet<Vec<u8>>, Error> {
    let context = Context::open(ask.context, never)?;
    let ignore = match ask.dockerfile {
        Some(dockerfile) => context.ignore_for(dockerfile)?.matcher.clone(),
        None => Matcher::default(),
    };
    let disk = Disk(&context.root);
    let tree = Watched::new(&disk);
    let selection = Selection::of(ask.context, &tree, ignore, &ask.reach, context.never.clone())?;
    selection.paths(ask.context, &tree, &|_| true)?;
    Ok(tree.folders.into_inner())
}

/// A folder still to be looked into.
struct Job<'a> {
    path: Vec<u8>,
    state: State,
    cover: Cover,
    plan: Option<&'a Plan>,
}

impl Selection {
    /// What the reach comes to in this tree. `context` names it in errors.
    pub fn of<T: Tree>(
        context: &Path,
        tree: &T,
        ignore: Matcher,
        reach: &Reach,
        never: Vec<Vec<u8>>,
    ) -> Result<Self, Error> {
        let Narrow { plan, whole, .. } = reached(context, tree, &ignore, reach)?;
        Ok(Self { ignore, never, plan, whole })
    }

    /// Whether a folder of this name in the root would count.
    pub fn takes(&self, name: &[u8]) -> bool {
        let planned = self.plan.children.get(name).is_some_and(|plan| plan.exact);
        let ignored = self.ignore.ignores(name, &State::default());
        !ignored && (planned || self.plan.cover.takes(name))
    }

    /// The paths that count, with their kinds. What `only` refuses is not looked at, nor
    /// is what lies in it. The rules are those of the walk that reads the files.
    pub fn paths<T: Tree>(
        &self,
        context: &Path,
        tree: &T,
        only: &dyn Fn(&[u8]) -> bool,
    ) -> Result<BTreeMap<Vec<u8>, FileType>, Error> {
        let mut found = BTreeMap::new();
        let (path, state, cover) = (Vec::new(), State::default(), self.plan.cover.clone());
        let mut jobs = vec![Job { path, state, cover, plan: Some(&self.plan) }];
        while let Some(job) = jobs.pop() {
            let fault = |error| folder::fault(context, &job.path, "read", error);
            let folder = tree.open(&job.path).map_err(fault)?;
            for (name, kind) in names(tree, &folder, &job).map_err(fault)? {
                let mut path = job.path.clone();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(&name);
                if self.never.contains(&path) || !only(&path) {
                    continue;
                }
                let kind = match kind {
                    FileType::Unknown => tree.kind(&folder, &name).map_err(fault)?,
                    kind => kind,
                };
                if kind == FileType::Symlink {
                    // So that whoever watches the tree knows of it.
                    tree.link(&folder, &name).map_err(fault)?;
                }
                let plan = job.plan.and_then(|plan| plan.children.get(&name));
                self.visit(&job, path, kind, plan, &mut found, &mut jobs);
            }
        }
        Ok(found)
    }

    fn visit<'a>(
        &self,
        job: &Job<'a>,
        path: Vec<u8>,
        kind: FileType,
        plan: Option<&'a Plan>,
        found: &mut BTreeMap<Vec<u8>, FileType>,
        jobs: &mut Vec<Job<'a>>,
    ) {
        let exact = plan.is_some_and(|plan| plan.exact);
        if kind != FileType::Directory {
            let ignored = self.ignore.ignores(&path, &job.state);
            let counts = matches!(kind, FileType::RegularFile | FileType::Symlink);
            if counts && !ignored && (exact || job.cover.takes(&path)) {
                insert(found, path, kind);
            }
            return;
        }
        let (ignored, state) = self.ignore.ignores_folder(&path, &job.state);
        if ignored && !self.ignore.may_except_below(&path) {
            return;
        }
        let (covered, mut cover) = job.cover.enter(&path);
        if !ignored && (covered || exact) {
            insert(found, path.clone(), kind);
        }
        if let Some(plan) = plan {
            cover.add(&plan.cover);
        }
        if !matches!(cover, Cover::Nothing) || plan.is_some_and(|plan| !plan.children.is_empty()) {
            jobs.push(Job { path, state, cover, plan });
        }
    }
}

/// The names to look at: all, or those that the plan has where nothing else counts.
fn names<T: Tree>(
    tree: &T,
    folder: &T::Folder,
    job: &Job<'_>,
) -> std::io::Result<Vec<(Vec<u8>, FileType)>> {
    if !matches!(job.cover, Cover::Nothing) {
        return tree.names(folder);
    }
    let planned = job.plan.into_iter().flat_map(|plan| plan.children.keys());
    planned.map(|name| Ok((name.clone(), tree.kind(folder, name)?))).collect()
}

/// What counts takes the folders that it lies in along.
fn insert(found: &mut BTreeMap<Vec<u8>, FileType>, path: Vec<u8>, kind: FileType) {
    let ends: Vec<usize> = memchr::memrchr_iter(b'/', &path).collect();
    for end in ends {
        if found.insert(path[..end].to_vec(), FileType::Directory).is_some() {
            break;
        }
    }
    found.insert(path, kind);
}
