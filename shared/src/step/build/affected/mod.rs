//! `ds affected`: which images a git diff touches.
//!
//! The inputs of each image, as its key has them, are looked up in the tree of the
//! revision and in the tree of now, by the same code, and compared entry by entry. Git
//! says which paths differ and what a file holds, so no file is read, no engine and no
//! registry asked, and only what lies near a change is looked at. In the tree of now are
//! HEAD, staged and unstaged edits and new files; what git ignores is in neither tree.
//!
//! ```text
//! repo       the checkout, the revision
//! changes    git's diff, path by path
//! objects    git's objects
//! snapshot   the two trees
//! before     files at the revision: config, Dockerfiles, ignore files
//! judge      one image, both sides
//! show       what is printed
//! ```

mod before;
mod changes;
mod judge;
mod objects;
mod repo;
mod show;
mod snapshot;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use clap::ValueEnum;

use self::before::{Before, Ground};
use self::changes::Changes;
use self::judge::{Judge, Old, Verdict};
use self::objects::Objects;
use self::repo::{Base, Repo};
use self::snapshot::Snapshot;
use super::Request;
use super::home::platform_without_engine;
use super::lock::LockFile;
use super::prepare::{Line, Prepared, Reading};
use super::show::Shown;
use crate::config::{self, Image, Project};
use crate::step::run::{Run, load_options};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs::PathContext;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The revision.
    pub base: String,
    /// Compare with the revision itself, not with where HEAD left it.
    pub direct: bool,
    pub form: Form,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A line for each affected image: its name, then why
    Text,
    /// One JSON value, images that are not affected included
    Json,
    /// One line of JSON that a GitHub workflow takes as `strategy.matrix` by `fromJSON`
    GithubMatrix,
}

/// The selected images in the config's order, each with its verdict.
type Verdicts<'a> = Vec<(&'a Image, Verdict)>;

/// Tells which of the selected images are affected.
pub fn affected(run: &Run, request: &Request, asked: &Asked) -> Result<Shown, Failure> {
    let images: Vec<_> = run.images.iter().filter(|image| !image.disabled).collect();
    let names: Vec<String> = images.iter().map(|image| image.name.clone()).collect();
    let repo = Repo::of(&run.project.root)?;
    let base = repo.base(&asked.base, asked.direct)?;
    let line = Line::prepare(run, request, &names).map_err(|failures| {
        Failure::joined(failures).unwrap_or_else(|| Failure::new(Exit::Failed, "no image"))
    })?;
    let mut verdicts = match base.tree {
        Some(_) => compare(run, request, &repo, &base, &line)?,
        None => {
            let why = "there is no earlier revision: it is all zeros";
            line.order.iter().map(|name| (name.clone(), Verdict::build(why))).collect()
        }
    };
    let verdicts: Verdicts<'_> = images
        .into_iter()
        .map(|image| (image, verdicts.remove(&image.name).unwrap_or_default()))
        .collect();
    let any = verdicts.iter().any(|(_, verdict)| verdict.is_affected());
    let common = &run.options.common;
    let exit = match any {
        true if common.check => Exit::CheckFound,
        false if common.exit_unchanged => Exit::Unchanged,
        _ => Exit::Done,
    };
    Ok((show::print(run, asked, &base, &verdicts), exit))
}

fn compare(
    run: &Run,
    request: &Request,
    repo: &Repo,
    base: &Base,
    line: &Line,
) -> Result<BTreeMap<String, Verdict>, Failure> {
    let root = base.tree.as_deref().and_then(bytes_of);
    let changes = Rc::new(Changes::since(repo, base.tree.as_deref())?);
    let objects = Objects::open(repo).map(Rc::new).map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot start `git cat-file`: {error}"))
    })?;
    let snapshot = |now| Snapshot {
        top: repo.top.clone(),
        objects: Rc::clone(&objects),
        root: root.clone(),
        changes: Rc::clone(&changes),
        now,
    };
    let root = run.project.root.clone();
    let real = std::fs::canonicalize(&root).unwrap_or_else(|_| root.clone());
    let before = Before { ground: Ground { root, real }, snapshot: snapshot(false) };
    let before = Rc::new(before);
    let now = snapshot(true);
    let old_project = match old_project(run, &before) {
        Ok(project) => project,
        Err(failure) => {
            let text = format!(
                "the config of then can't be read, so every image counts as affected: {}",
                failure.error
            );
            run.reporter.note(Level::Warning, text);
            None
        }
    };
    let Some(old_project) = old_project else {
        let verdict = || Verdict::build("the config is new");
        return Ok(line.order.iter().map(|name| (name.clone(), verdict())).collect());
    };
    let platform = platform_without_engine(request)?;
    let judge = Judge {
        project: &run.project,
        old_project: &old_project,
        before: &before,
        now: &now,
        platform: &platform,
        reporter: &*run.reporter,
    };
    judge_all(run, request, line, &judge)
}

fn judge_all(
    run: &Run,
    request: &Request,
    line: &Line,
    judge: &Judge<'_>,
) -> Result<BTreeMap<String, Verdict>, Failure> {
    let lock = old_lock(run, judge.before);
    let read = |path: &Path| judge.before.file(path).at("read", path);
    let reading = Reading::with(judge.old_project, request, lock.as_ref(), &read);
    let old_images = judge::old_images(judge.old_project);
    let (mut rebuilt, mut leaving) = (BTreeSet::new(), BTreeSet::new());
    let mut verdicts = BTreeMap::new();
    for name in &line.order {
        let old = match old_images.get(name.as_str()).filter(|image| !image.disabled) {
            None => Old::Absent,
            Some(image) => match Prepared::read(&reading, image.variant(run.options.common.dev)) {
                Ok(mut prepared) => {
                    prepared.expect_triggers(|name| leaving.contains(name));
                    if prepared.leaves_triggers() {
                        leaving.insert(name.clone());
                    }
                    Old::Read(Box::new(prepared))
                }
                Err(failure) => Old::Unreadable(failure),
            },
        };
        let verdict = judge
            .image(&line.images[name], &old, &rebuilt)
            .map_err(|failure| failure.about(name))?;
        if verdict.rebuilt {
            rebuilt.insert(name.clone());
        }
        verdicts.insert(name.clone(), verdict);
    }
    Ok(verdicts)
}

/// The project as the revision has it; `None` if it had no config there. Variables have
/// the values of now, and those that change by themselves count as unchanged.
fn old_project(run: &Run, before: &Rc<Before>) -> Result<Option<Project>, Failure> {
    let root = &run.project.root;
    let file = match run.options.common.config {
        Some(_) => Some(root.join(&run.project.file)),
        None => config::config_beside(root, &**before),
    };
    let Some(file) = file.filter(|file| config::Files::is_file(&**before, file)) else {
        return Ok(None);
    };
    let mut options = load_options(&run.options)?;
    options.file = Some(file);
    options.files = Rc::<Before>::clone(before);
    options.ask = None;
    options.predefined.clone_from(&run.project.predefined);
    Ok(Some(config::load(&mut options)?))
}

/// The lock file of then; one that can't be read pins nothing.
fn old_lock(run: &Run, before: &Before) -> Option<LockFile> {
    let bytes = before.file(&LockFile::path(&run.project.root)).ok()?;
    LockFile::parse(&bytes).ok()
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    changes::id(hex.as_bytes())
}
