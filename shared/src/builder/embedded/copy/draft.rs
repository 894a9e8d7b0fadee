//! A layer in the making: what COPY and ADD put on top of a tree.
//!
//! Follows BuildKit's fsutil (`copy.go`, `mkdir.go`) case by case: which folders are made
//! on the way and with which modes, what a folder's content does to a folder that is
//! there, which links are followed. Reads no content.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::mode::Change;
use super::source::{Content, Origin, Source};
use super::{Error, shown};
use crate::builder::embedded::entry::{Entry, Index, Kind, ancestors, join, name, parent};
use crate::builder::embedded::tree::{Tree, resolve};
use crate::context::ignore::{Matcher, State};

/// See the module.
pub struct Draft<'a> {
    base: &'a Tree,
    index: Index,
    contents: BTreeMap<Vec<u8>, Placed>,
    /// Folders of the base that something else stands in place of.
    hidden: BTreeSet<Vec<u8>>,
    time: i64,
}

/// New things in a folder with this bit get the folder's group.
const SETGID: u32 = 0o2000;

/// Which source, by number, and where its content is.
pub type Placed = (usize, Content);

/// How one source is copied.
#[derive(Debug, Default)]
pub struct Options {
    pub mode: Option<Change>,
    pub owner: Option<(u32, u32)>,
    /// Of what lies in the folder that is copied, only this (`--parents`).
    pub include: Option<Matcher>,
    pub exclude: Option<Matcher>,
}

impl Options {
    /// An entry as it is at the destination.
    fn changed(&self, entry: &Entry, time: i64) -> Entry {
        let mut new = Entry { mtime: time, ..entry.clone() };
        if let Some((uid, gid)) = self.owner {
            (new.uid, new.gid) = (uid, gid);
        }
        if let Some(change) = &self.mode
            && !matches!(entry.kind, Kind::Link { .. })
        {
            new.mode = change.apply(entry.mode, entry.is_folder());
        }
        new
    }

    fn new_folder(&self, time: i64) -> Entry {
        let (uid, gid) = self.owner.unwrap_or_default();
        let mode = Change::of_new_folder(self.mode.as_ref());
        Entry { mode, uid, gid, ..Entry::folder(time) }
    }
}

impl<'a> Draft<'a> {
    pub fn new(base: &'a Tree, time: i64) -> Self {
        let (contents, hidden) = (BTreeMap::new(), BTreeSet::new());
        Self { base, index: Index::default(), contents, hidden, time }
    }

    /// When all that is made here is said to be made.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// What stands at a path by now, links not followed.
    pub fn get(&self, path: &[u8]) -> Option<&Entry> {
        if let Some(entry) = self.index.entries.get(path) {
            return Some(entry);
        }
        let covered = !self.hidden.is_empty()
            && ancestors(path).chain([path]).any(|folder| self.hidden.contains(folder));
        if covered { None } else { self.base.get(path).map(|node| &node.entry) }
    }

    fn is_folder(&self, path: &[u8]) -> bool {
        path.is_empty() || self.get(path).is_some_and(Entry::is_folder)
    }

    pub fn resolve(&self, path: &[u8], last: bool) -> Result<Vec<u8>, Error> {
        Ok(resolve(&|path| self.get(path), path, last)?)
    }

    /// Makes a folder and those that it lies in, where they are missing; `path` has no links.
    /// As on a file system, the setgid bit is inherited, and the group with it unless it is
    /// `owned` by somebody named.
    pub fn make_folders(&mut self, path: &[u8], new: &Entry, owned: bool) -> Result<(), Error> {
        let all: Vec<Vec<u8>> = ancestors(path).chain([path]).map(<[u8]>::to_vec).collect();
        for folder in all {
            match self.get(&folder) {
                _ if folder.is_empty() => {}
                Some(entry) if entry.is_folder() => {}
                Some(_) => return Err(Error::NotFolder(shown(&folder))),
                None => {
                    let mut new = new.clone();
                    let around = parent(&folder).and_then(|around| self.get(around));
                    if let Some(around) = around.filter(|around| around.mode & SETGID != 0) {
                        new.mode |= SETGID;
                        new.gid = if owned { new.gid } else { around.gid };
                    }
                    self.set(folder, new);
                }
            }
        }
        Ok(())
    }

    /// Puts an entry in place of whatever is there.
    pub fn set(&mut self, path: Vec<u8>, entry: Entry) {
        let replaces_folder = self.get(&path).is_some_and(Entry::is_folder);
        if !entry.is_folder() && replaces_folder {
            let beneath = self.index.entries.range(path.clone()..);
            let inside = |other: &&Vec<u8>| {
                other.strip_prefix(&path[..]).is_some_and(|rest| rest.first() == Some(&b'/'))
            };
            let gone: Vec<Vec<u8>> =
                beneath.map(|(other, _)| other).filter(inside).cloned().collect();
            for other in gone {
                self.index.entries.remove(&other);
                self.contents.remove(&other);
            }
            if self.base.is_folder(&path) {
                self.hidden.insert(path.clone());
            }
        }
        if entry.is_folder() && self.hidden.contains(&path) {
            self.index.opaque.insert(path.clone());
        }
        self.contents.remove(&path);
        self.index.entries.insert(path, entry);
    }

    /// Puts a file.
    pub fn set_file(&mut self, path: Vec<u8>, entry: Entry, placed: Placed) {
        self.set(path.clone(), entry);
        self.contents.insert(path, placed);
    }

    /// Copies what `path` of the source means to `to`, a destination as written: absolute,
    /// with `/` or `/.` at its end where that was so. `number` is the source's.
    pub fn copy(
        &mut self,
        (number, source): (usize, &Source),
        path: &[u8],
        to: &[u8],
        options: &Options,
    ) -> Result<(), Error> {
        let new = options.new_folder(self.time);
        // What is to be a folder, or the folder of what is to be.
        let ensured = match name(to) {
            b"" | b"." => to,
            _ => parent(to).unwrap_or_default(),
        };
        let ensured = self.resolve(ensured, true)?;
        let owned = options.owner.is_some();
        self.make_folders(&ensured, &new, owned)?;
        let mut target = self.resolve(to, true)?;
        let from = source.tree.resolve(path, true)?;
        let root = source.tree.get(&from);
        if root.is_none() && !source.tree.is_folder(&from) {
            return Err(Error::NotFound(shown(path)));
        }
        let is_folder = source.tree.is_folder(&from);
        if !is_folder && self.is_folder(&target) {
            target = join(&target, name(path));
        }
        let folder = match is_folder && self.get(&target).is_none() {
            true => target.clone(),
            false => parent(&target).unwrap_or_default().to_vec(),
        };
        self.make_folders(&folder, &new, owned)?;
        let mut copier = Copier { draft: self, number, source, options, linked: HashMap::new() };
        match root {
            Some(node) if !is_folder => copier.file(node.layer, &from, &node.entry, target),
            _ => copier.folder(&from, &target),
        }
    }

    /// What came of it: entries with the folders that they lie in, and where their content is.
    pub fn finish(mut self) -> (Index, BTreeMap<Vec<u8>, Placed>) {
        let mut missing = BTreeSet::new();
        for path in self.index.entries.keys() {
            let new = ancestors(path).filter(|folder| !self.index.entries.contains_key(*folder));
            missing.extend(new.map(<[u8]>::to_vec));
        }
        for folder in missing {
            let entry = match self.get(&folder) {
                Some(entry) => Entry { mtime: self.time, ..entry.clone() },
                None => Entry::folder(self.time),
            };
            self.index.entries.insert(folder, entry);
        }
        self.order_links();
        (self.index, self.contents)
    }

    /// Of several names of one file the first in order has the content.
    fn order_links(&mut self) {
        let mut names: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for (path, entry) in &self.index.entries {
            if let Kind::Hard { target } = &entry.kind {
                names.entry(target.clone()).or_default().insert(path.clone());
            }
        }
        for (target, mut names) in names {
            names.insert(target.clone());
            let Some(first) = names.first().cloned().filter(|first| *first != target) else {
                continue;
            };
            let Some(entry) = self.index.entries.get(&target).cloned() else { continue };
            for name in &names {
                let kind = Kind::Hard { target: first.clone() };
                self.index.entries.insert(name.clone(), Entry { kind, ..entry.clone() });
            }
            self.index.entries.insert(first.clone(), entry);
            if let Some(content) = self.contents.remove(&target) {
                self.contents.insert(first, content);
            }
        }
    }
}

/// One source on its way.
struct Copier<'d, 'a, 's> {
    draft: &'d mut Draft<'a>,
    number: usize,
    source: &'s Source,
    options: &'s Options,
    /// Where files that may have several names went.
    linked: HashMap<Content, Vec<u8>>,
}

/// A folder of the source that is gone through.
struct Open {
    include: State,
    exclude: State,
    /// Whether it stands at the destination by now.
    made: bool,
}

impl Copier<'_, '_, '_> {
    /// Anything but a folder.
    fn file(&mut self, layer: usize, from: &[u8], entry: &Entry, to: Vec<u8>) -> Result<(), Error> {
        if self.draft.is_folder(&to) {
            return Err(Error::IsFolder(shown(&to)));
        }
        let mut new = self.options.changed(entry, self.draft.time);
        if !matches!(entry.kind, Kind::File { .. } | Kind::Hard { .. }) {
            self.draft.set(to, new);
            return Ok(());
        }
        let content = self.source.content(layer, from, entry);
        if let Kind::Hard { .. } = entry.kind {
            let size =
                self.source.size(layer, entry).ok_or_else(|| Error::NotFound(shown(from)))?;
            new.kind = Kind::File { size };
        }
        if let Origin::Layers(_) = self.source.origin {
            let first = self.linked.entry(content.clone()).or_insert_with(|| to.clone());
            // It may have been written over since.
            if *first != to && self.draft.contents.get(first).is_some_and(|(_, c)| *c == content) {
                new.kind = Kind::Hard { target: first.clone() };
                self.draft.set(to, new);
                return Ok(());
            }
        }
        self.draft.set_file(to, new, (self.number, content));
        Ok(())
    }

    /// What lies in a folder, into one that is there.
    fn folder(&mut self, from: &[u8], to: &[u8]) -> Result<(), Error> {
        if !self.draft.is_folder(to) {
            return Err(Error::NotFolder(shown(to)));
        }
        let source = self.source;
        let skip = if from.is_empty() { 0 } else { from.len() + 1 };
        let begin = Open { include: State::default(), exclude: State::default(), made: true };
        let mut open: HashMap<&[u8], Open> = HashMap::from([(&b""[..], begin)]);
        for (path, node) in source.tree.beneath(from) {
            let inner = &path[skip..];
            // A folder that was left out with all that lies in it is not there.
            let Some(folder) = open.get(parent(inner).unwrap_or_default()) else { continue };
            let (entry, target) = (&node.entry, join(to, inner));
            if !entry.is_folder() {
                let held = |matcher: &Option<Matcher>, state| {
                    matcher.as_ref().map(|matcher| matcher.ignores(inner, state))
                };
                let wanted = held(&self.options.include, &folder.include).unwrap_or(true)
                    && !held(&self.options.exclude, &folder.exclude).unwrap_or(false);
                if wanted {
                    self.make_parents(from, inner, to, &mut open)?;
                    self.file(node.layer, path, entry, target)?;
                }
                continue;
            }
            let enter = |matcher: &Option<Matcher>, state| {
                matcher.as_ref().map(|matcher| matcher.ignores_folder(inner, state)).unzip()
            };
            let (included, include) = enter(&self.options.include, &folder.include);
            let (excluded, exclude) = enter(&self.options.exclude, &folder.exclude);
            let excluded = excluded.unwrap_or(false);
            if excluded && !self.options.exclude.as_ref().is_some_and(|m| m.may_except_below(inner))
            {
                continue;
            }
            let made = included.unwrap_or(true) && !excluded;
            if made {
                self.make_parents(from, inner, to, &mut open)?;
                self.make(entry, &target, true)?;
            }
            let (include, exclude) = (include.unwrap_or_default(), exclude.unwrap_or_default());
            open.insert(inner, Open { include, exclude, made });
        }
        Ok(())
    }

    /// A folder of the source at the destination, its attributes over those of one that is
    /// there; `whole`: it counts itself, and not only for what lies in it.
    fn make(&mut self, entry: &Entry, to: &[u8], whole: bool) -> Result<(), Error> {
        let changed = self.options.changed(entry, self.draft.time);
        let new = match self.draft.get(to) {
            Some(there) if !there.is_folder() => return Err(Error::NotFolder(shown(to))),
            Some(there) if !whole => {
                Entry { mode: entry.mode, mtime: self.draft.time, ..there.clone() }
            }
            _ => changed,
        };
        self.draft.set(to.to_vec(), new);
        Ok(())
    }

    /// Folders that were put off until something in them counts.
    fn make_parents<'p>(
        &mut self,
        from: &[u8],
        inner: &'p [u8],
        to: &[u8],
        open: &mut HashMap<&'p [u8], Open>,
    ) -> Result<(), Error> {
        for folder in ancestors(inner) {
            let Some(state) = open.get_mut(folder).filter(|state| !state.made) else { continue };
            state.made = true;
            if let Some(node) = self.source.tree.get(&join(from, folder)) {
                self.make(&node.entry, &join(to, folder), false)?;
            }
        }
        Ok(())
    }
}
