//! One image: its inputs at the revision and now, looked up by the rules of the key and
//! compared entry by entry.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustix::fs::FileType;
use sha2::{Digest as _, Sha256};

use super::before::Before;
use super::changes::{Changes, FOLDER, Node};
use super::snapshot::{Place, Rooted, Snapshot, join};
use crate::config::{Image, Project, RebuildStrategy};
use crate::context::ignore::Matcher;
use crate::context::why::{self, Recorded};
use crate::context::{self, Entries, Entry, Inputs, Kind, Selection};
use crate::step::build::prepare::{Prepared, Recipe};
use crate::step::build::recipe;
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::{Failure, chain};

/// Whether an image is affected, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// None: it is not.
    pub reasons: Vec<String>,
    /// It would be built anew; else only its tags or where it goes changed.
    pub rebuilt: bool,
}

impl Verdict {
    pub fn build(reason: impl Into<String>) -> Self {
        Self { reasons: vec![reason.into()], rebuilt: true }
    }

    pub fn is_affected(&self) -> bool {
        !self.reasons.is_empty()
    }
}

/// An image as it was.
pub enum Old {
    /// Not in the config, or never built.
    Absent,
    /// Its Dockerfile is not there or wrong.
    Unreadable(Failure),
    Read(Box<Prepared>),
}

/// Both sides of the comparison.
pub struct Judge<'a> {
    pub project: &'a Project,
    pub old_project: &'a Project,
    pub before: &'a Before,
    pub now: &'a Snapshot,
    pub platform: &'a str,
    pub reporter: &'a dyn Reporter,
}

/// What a side has at hand before its tree is looked at.
struct Side {
    facts: Vec<(String, String)>,
    /// Where the context lies, from the checkout's top; `None`: outside.
    root: Option<Vec<u8>>,
    /// The ignore file's name and bytes.
    ignore: Option<(String, Vec<u8>)>,
}

impl Judge<'_> {
    /// Compares an image. `rebuilt` are the images that would be built anew among those
    /// that this one is built from.
    pub fn image(
        &self,
        new: &Prepared,
        old: &Old,
        rebuilt: &BTreeSet<String>,
    ) -> Result<Verdict, Failure> {
        let old = match old {
            Old::Absent => return Ok(Verdict::build("new in the config")),
            Old::Unreadable(failure) => {
                return Ok(Verdict::build(format!("could not be built before: {}", failure.error)));
            }
            Old::Read(old) => old,
        };
        if let Some(why) = always(new) {
            return Ok(Verdict::build(format!("always built: {why}")));
        }
        let mut reasons = self.inputs(new, old, rebuilt)?;
        let around = around(&old.image, &new.image);
        let rebuilt = !reasons.is_empty() || old.image.repository != new.image.repository;
        reasons.extend(around);
        Ok(Verdict { reasons, rebuilt })
    }

    fn inputs(
        &self,
        new: &Prepared,
        old: &Prepared,
        rebuilt: &BTreeSet<String>,
    ) -> Result<Vec<String>, Failure> {
        let word = |need: &str| if rebuilt.contains(need) { "changed" } else { "same" };
        let now = self.side(new, self.project, false, &word)?;
        let was = match self.side(old, self.old_project, true, &|_| "same") {
            Ok(was) => was,
            Err(failure) => return Ok(vec![format!("could not be read: {}", failure.error)]),
        };
        let recorded = |facts, whole, entries| Recorded { facts, whole, entries };
        let told = |was: Recorded, now: Inputs| -> Vec<String> {
            why::diff(&was, &now).iter().map(ToString::to_string).collect()
        };
        let none = Entries::default;
        if new.image.rebuild == RebuildStrategy::IgnoreContextChanges {
            let now = Inputs::of(now.facts, None, none());
            return Ok(told(recorded(was.facts, false, none()), now));
        }
        let (Some(old_root), Some(new_root)) = (&was.root, &now.root) else {
            return Ok(vec!["its context lies outside of the git checkout".to_owned()]);
        };
        let changes = &self.now.changes;
        if let Some(submodule) = changes.submodule_above(new_root) {
            return Ok(vec![submodule_changed(submodule)]);
        }
        let same_files = on_change(old) == on_change(new);
        let same_ground = old_root == new_root && was.ignore == now.ignore && same_files;
        if same_ground && was.facts == now.facts && !changes.touch(new_root) {
            return Ok(Vec::new());
        }
        // Elsewhere both sides have the same files, and take the same of them.
        let only = |path: &[u8]| !same_ground || near_a_change(changes, new_root, path);
        let mut found_now = self.find(new, &now, new_root, self.now, &only)?;
        let mut found_then = match self.find(old, &was, old_root, &self.before.snapshot, &only) {
            Ok(found) => found,
            Err(failure) => return Ok(vec![format!("could not be read: {}", failure.error)]),
        };
        if let Some(path) = found_now.submodule.as_ref().or(found_then.submodule.as_ref()) {
            return Ok(vec![submodule_changed(path)]);
        }
        if new_root.is_empty() {
            self.tell_of_git(new, &now)?;
        }
        if same_ground {
            found_now.drop_folders_of(&found_then, &self.before.snapshot, new_root)?;
            found_then.drop_folders_of(&found_now, self.now, new_root)?;
        }
        let entries = found_then.entries(&self.before.snapshot, old_root)?;
        let was = recorded(was.facts, found_then.whole.is_some(), entries);
        let entries = found_now.entries(self.now, new_root)?;
        Ok(told(was, Inputs::of(now.facts, found_now.whole, entries)))
    }

    fn side(
        &self,
        prepared: &Prepared,
        project: &Project,
        old: bool,
        word: &dyn Fn(&str) -> &'static str,
    ) -> Result<Side, Failure> {
        let needs = prepared.bases().filter_map(|(_, configured)| configured);
        let needs = needs.map(|need| (need.to_owned(), word(need).to_owned())).collect();
        let root = prepared.root(project);
        let snapshot = if old { &self.before.snapshot } else { self.now };
        let root = match self.before.ground.in_checkout(&snapshot.top, &root) {
            None => None,
            Some(written) => match snapshot.resolve(&written).map_err(fault)? {
                Place::Inside(root) => Some(root),
                Place::Outside => None,
            },
        };
        Ok(Side {
            facts: recipe::facts(prepared, self.platform, needs),
            root,
            ignore: self.ignore(prepared, project, old)?,
        })
    }

    /// The ignore file that counts.
    fn ignore(
        &self,
        prepared: &Prepared,
        project: &Project,
        old: bool,
    ) -> Result<Option<(String, Vec<u8>)>, Failure> {
        let Some(source) = prepared.source() else { return Ok(None) };
        let context = prepared.root(project);
        for file in context::ignore_files(&context, &source.path) {
            let bytes = if old { self.before.file(&file) } else { std::fs::read(&file) };
            match bytes {
                Ok(bytes) => {
                    let shown = file.strip_prefix(&project.root).unwrap_or(&file);
                    return Ok(Some((shown.display().to_string(), bytes)));
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    let text = format!("cannot read `{}`: {error}", file.display());
                    return Err(Failure::new(Exit::Data, text));
                }
            }
        }
        Ok(None)
    }

    fn selection(
        &self,
        prepared: &Prepared,
        side: &Side,
        tree: &Rooted<'_>,
    ) -> Result<Selection, Failure> {
        let ignore = match &side.ignore {
            Some((name, bytes)) => Matcher::parse(name, bytes)
                .map_err(|error| Failure::new(Exit::Data, chain(&error)))?,
            None => Matcher::default(),
        };
        let reach = recipe::reach(prepared, self.platform)?;
        let context = Path::new(&prepared.image.context);
        let mut never = vec![b".devspace".to_vec()];
        let own =
            self.before.ground.in_checkout(&self.now.top, &self.project.root.join(".devspace"));
        never.extend(own.and_then(|path| inside(tree.root, &path).map(<[u8]>::to_vec)));
        Ok(Selection::of(context, tree, ignore, &reach, never)?)
    }

    fn find(
        &self,
        prepared: &Prepared,
        side: &Side,
        root: &[u8],
        snapshot: &Snapshot,
        only: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Found, Failure> {
        let tree = Rooted::new(snapshot, root);
        let selection = self.selection(prepared, side, &tree)?;
        let paths = selection.paths(Path::new(&prepared.image.context), &tree, only)?;
        Ok(Found { whole: selection.whole, paths, submodule: tree.submodule.into_inner() })
    }

    /// Git's own folder is in no commit, and yet `COPY .` takes it.
    fn tell_of_git(&self, prepared: &Prepared, side: &Side) -> Result<(), Failure> {
        let Recipe::Dockerfile(_) = prepared.recipe else { return Ok(()) };
        let selection = self.selection(prepared, side, &Rooted::new(self.now, b""))?;
        if selection.takes(b".git") {
            let text = "the image takes `.git`, which changes with every commit and is not \
                        compared: name it in .dockerignore";
            self.reporter.image_note(&prepared.image.name, Level::Warning, text.to_owned());
        }
        Ok(())
    }
}

/// What counts on one side.
struct Found {
    whole: Option<String>,
    /// Relative to the context.
    paths: BTreeMap<Vec<u8>, FileType>,
    /// A changed submodule that counts, with what is in it or may be.
    submodule: Option<Vec<u8>>,
}

impl Found {
    /// Takes out the folders that the other side does not have in its list although they
    /// are there: with only changes looked at, they count for what is told anyway.
    fn drop_folders_of(
        &mut self,
        other: &Found,
        there: &Snapshot,
        root: &[u8],
    ) -> Result<(), Failure> {
        let mut extra = Vec::new();
        for (path, kind) in &self.paths {
            if *kind == FileType::Directory && !other.paths.contains_key(path) {
                let node = there.node(&join(root, path)).map_err(fault)?;
                extra.extend(node.filter(|node| node.is(FOLDER)).map(|_| path.clone()));
            }
        }
        for path in extra {
            self.paths.remove(&path);
        }
        Ok(())
    }

    fn entries(&self, snapshot: &Snapshot, root: &[u8]) -> Result<Entries, Failure> {
        let mut entries = Entries::default();
        for (path, kind) in &self.paths {
            let whole = join(root, path);
            let Some(node) = snapshot.node(&whole).map_err(fault)? else { continue };
            let (digest, target);
            let kind = match *kind {
                FileType::Directory => Kind::Folder,
                FileType::Symlink => {
                    target = snapshot.target(&whole, &node).map_err(fault)?;
                    Kind::Link { target: &target }
                }
                _ => {
                    digest = content(&whole, &node);
                    Kind::File { size: 0, digest: &digest }
                }
            };
            entries.push(Entry { path, kind, mode: mode(&node), capability: None })?;
        }
        Ok(entries)
    }
}

/// Git's objects can't be read.
#[allow(clippy::needless_pass_by_value)] // as `map_err` hands it over
fn fault(error: std::io::Error) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

fn submodule_changed(path: &[u8]) -> String {
    format!("the submodule `{}` changed", String::from_utf8_lossy(path).escape_debug())
}

/// Whether a path of the context changed, holds a change or lies in a changed submodule.
fn near_a_change(changes: &Changes, root: &[u8], path: &[u8]) -> bool {
    let whole = join(root, path);
    changes.touch(&whole) || changes.submodule_above(&whole).is_some()
}

fn inside<'p>(folder: &[u8], path: &'p [u8]) -> Option<&'p [u8]> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix(b"/") }
}

/// The files of a custom builder; those of a Dockerfile are told by its text.
fn on_change(prepared: &Prepared) -> Option<&[String]> {
    match &prepared.recipe {
        Recipe::Custom(custom) => Some(&custom.on_change),
        Recipe::Dockerfile(_) => None,
    }
}

/// Why an image is built whatever changed.
fn always(prepared: &Prepared) -> Option<&'static str> {
    match &prepared.recipe {
        _ if prepared.image.rebuild == RebuildStrategy::Always => Some("`rebuildStrategy: always`"),
        Recipe::Custom(custom) if custom.on_change.is_empty() => {
            Some("a custom builder without `onChange`")
        }
        _ => None,
    }
}

/// What of the config changed around the build: the image is the same, but it goes
/// elsewhere or is made by another.
fn around(old: &Image, new: &Image) -> Vec<String> {
    let mut reasons = Vec::new();
    if old.repository != new.repository {
        reasons.push(format!("its repository was `{}`", old.repository));
    }
    for (differs, what) in [
        (old.tags != new.tags, "`tags` changed"),
        (old.skip_push != new.skip_push, "`skipPush` changed"),
        (builder(old) != builder(new), "the builder changed"),
    ] {
        if differs {
            reasons.push(what.to_owned());
        }
    }
    reasons
}

/// The builder and its settings, what is in the key apart.
fn builder(image: &Image) -> String {
    use crate::config::BuilderChoice as B;
    match &image.builder {
        B::Docker { .. } => "docker".to_owned(),
        B::BuildKit { settings } => format!("buildkit {settings}"),
        B::Kaniko { settings } => format!("kaniko {settings}"),
        B::Custom(_) => "custom".to_owned(),
        B::Embedded => "embedded".to_owned(),
    }
}

/// Git's modes as the key has them.
fn mode(node: &Node) -> u32 {
    if node.mode & 0o100 != 0 || !node.is(0o100_000) { 0o755 } else { 0o644 }
}

/// Stands for a file's content: git's id of it. What has none differs from all others.
fn content(path: &[u8], node: &Node) -> [u8; 32] {
    /// Git's ids of an empty file, by SHA-1 and SHA-256.
    const EMPTY: [[u8; 4]; 2] = [[0xe6, 0x9d, 0xe2, 0x9b], [0x47, 0x3a, 0x0f, 0x4c]];
    match &node.id {
        None => Sha256::digest([b"unknown ", path].concat()).into(),
        Some(id) if EMPTY.iter().any(|empty| id.starts_with(empty)) => Sha256::digest(b"").into(),
        Some(id) => {
            let mut digest = [0; 32];
            digest[..id.len().min(32)].copy_from_slice(&id[..id.len().min(32)]);
            digest
        }
    }
}

/// Images at the revision by name.
pub fn old_images(project: &Project) -> BTreeMap<&str, &Image> {
    project.images.iter().map(|image| (image.name.as_str(), image)).collect()
}
