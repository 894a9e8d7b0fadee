//! Finds in a manifest's events what may be an image.
//!
//! Walks the events of a text once and keeps, for each document, the values that
//! could be images with their paths, and which Kubernetes objects they stand in. When
//! a document ends, [`super::choose`] decides which of them are sites: only
//! then its kinds are known. Knows nothing of splices.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use granit_parser::{Event, ScalarStyle};

use super::choose::{self, Candidate, Chosen, Global, Object, What};
use super::document::{Item, Type};
use super::error::Fault;
use super::nested;
use super::path::{self, Step};
use super::replacements::Replacements;
use super::site::{Held, Leaf, Site};
use super::split::{self, Piece, Role};
use crate::reference::Reference;
use frame::Frame;

mod frame;

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Scope<'r> {
    pub replacements: &'r Replacements,
    pub everywhere: bool,
    /// Other images are sites too.
    pub listing: bool,
    /// In how many strings, one in another, this text is held; 0: in none.
    pub level: usize,
}

impl Scope<'_> {
    pub fn wants(&self, text: &str) -> bool {
        self.replacements.knows(text) || (self.sees_others() && is_reference(text))
    }

    /// The bytes of a value that are a reference: all but blanks, or what follows a
    /// `=` or a scheme.
    fn reference_in(&self, value: &str) -> Option<Option<Range<usize>>> {
        if self.wants(value) {
            return Some(None);
        }
        let begin = match value.find("://") {
            Some(at) => at + 3,
            None => memchr::memchr(b'=', value.as_bytes())? + 1,
        };
        let end = value.trim_end().len();
        (begin < end && self.wants(&value[begin..])).then_some(Some(begin..end))
    }

    /// Whether the name that ends in this value may be of interest.
    fn may_name(&self, text: &str) -> bool {
        self.sees_others() || self.replacements.has_component(text)
    }

    /// Whether images that are not known are of interest, too.
    pub fn sees_others(&self) -> bool {
        self.listing || self.replacements.rules().expect()
    }
}

/// Whether a text, blanks around it aside, is a reference.
pub(super) fn is_reference(text: &str) -> bool {
    Reference::parse(text.trim()).is_ok()
}

/// Finds the sites of a text, fed with its events.
pub(super) struct Finder<'a, 'r> {
    scope: Scope<'r>,
    event: usize,
    frames: Vec<Frame<'a>>,
    anchors: HashMap<usize, Leaf<'a>>,
    /// The pieces of anchored mappings.
    bases: HashMap<usize, Vec<Piece<'a>>>,
    objects: Vec<Object<'a>>,
    globals: Vec<Global<'a>>,
    candidates: Vec<Candidate<'a>>,
    sites: Vec<Site<'a>>,
    held: Vec<Held<'a>>,
    others: HashSet<usize>,
    /// Where an image is still to be put together by Helm.
    template: Option<usize>,
    /// Every document so far is an object, or empty.
    only_objects: bool,
}

/// What was found in a text.
pub(super) struct Findings<'a> {
    /// In the order of the text.
    pub sites: Vec<Site<'a>>,
    pub held: Vec<Held<'a>>,
    /// Events of scalars that are parts of other images.
    pub others: HashSet<usize>,
    /// The text holds Kubernetes objects and nothing else.
    pub only_objects: bool,
}

impl<'a, 'r> Finder<'a, 'r> {
    pub fn new(scope: Scope<'r>) -> Self {
        Self {
            scope,
            event: 0,
            frames: Vec::new(),
            anchors: HashMap::new(),
            bases: HashMap::new(),
            objects: Vec::new(),
            globals: Vec::new(),
            candidates: Vec::new(),
            sites: Vec::new(),
            held: Vec::new(),
            others: HashSet::new(),
            template: None,
            only_objects: true,
        }
    }

    /// The sites, unless one of them is Helm's to fill in.
    pub fn finish(self) -> Result<Findings<'a>, Fault> {
        let Self { sites, held, others, only_objects, .. } = self;
        match self.template {
            Some(offset) => Err(Fault { offset, kind: super::Kind::Template }),
            None => Ok(Findings { sites, held, others, only_objects }),
        }
    }

    pub fn take(&mut self, (event, range): Item<'a>) {
        let kind = Type::of(&event);
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let leaf = Leaf {
                    event: self.event,
                    value,
                    style,
                    kind,
                    range,
                    key_end: 0,
                    alias_of: None,
                    marked: anchor != 0 || tag.is_some(),
                    foreign: tag.is_some() && kind != Type::Text,
                };
                if anchor != 0 {
                    self.anchors.insert(anchor, leaf.clone());
                }
                self.scalar(leaf, None);
            }
            Event::Alias(id) => self.alias(id, range),
            Event::SequenceStart(..) => self.open(true, 0),
            Event::MappingStart(_, anchor, _) => self.open(false, anchor),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::DocumentEnd => self.end_document(),
            _ => {}
        }
        self.event += 1;
    }

    fn alias(&mut self, id: usize, range: Range<usize>) {
        self.merge(id);
        let target = self.anchors.get(&id).cloned();
        let leaf = Leaf {
            event: self.event,
            style: ScalarStyle::Plain,
            kind: target.as_ref().map_or(Type::Other, |leaf| leaf.kind),
            range,
            key_end: 0,
            alias_of: Some(target.as_ref().map_or(usize::MAX, |leaf| leaf.event)),
            marked: false,
            foreign: false,
            value: target.as_ref().map(|leaf| leaf.value.clone()).unwrap_or_default(),
        };
        self.scalar(leaf, target);
    }

    /// `<<: *base`: what the base has and the mapping has not itself.
    fn merge(&mut self, id: usize) {
        let Some(pieces) = self.bases.get(&id) else { return };
        let by_list = self.frames.last().is_some_and(|frame| frame.list);
        let frame = self.frames.iter_mut().rev().nth(usize::from(by_list));
        if let Some(frame) = frame.filter(|frame| frame.key.as_deref() == Some("<<")) {
            frame.merged.extend(pieces.iter().cloned());
        }
    }

    fn open(&mut self, list: bool, anchor: usize) {
        let in_key = self
            .frames
            .last()
            .is_some_and(|frame| frame.in_key || (!frame.list && frame.key.is_none()));
        self.frames.push(Frame::new(list, in_key, anchor, self.candidates.len()));
    }

    fn close(&mut self) {
        let Some(mut frame) = self.frames.pop() else { return };
        if !frame.in_key && !frame.list {
            let parent = self.frames.last_mut();
            if let Some(parent) = parent.filter(|parent| parent.key.as_deref() == Some("metadata"))
            {
                parent.object_name.clone_from(&frame.name);
            }
            self.mapping(&mut frame);
            self.patch(&frame);
            self.name_items(&frame);
            self.object(frame);
        } else if self.frames.is_empty() {
            self.only_objects = false;
        }
        self.passed();
    }

    /// A node of the innermost collection is complete.
    fn passed(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.list {
            frame.index += 1;
        } else if frame.key.take().is_none() {
            // A mapping or list was the key: no name that any rule could mean.
            frame.key = Some(Cow::Borrowed("?"));
        }
    }

    /// `anchored` is what an alias stands for.
    fn scalar(&mut self, mut leaf: Leaf<'a>, anchored: Option<Leaf<'a>>) {
        let root = self.frames.len() == 1;
        let Some(frame) = self.frames.last_mut() else {
            self.only_objects &= leaf.kind == Type::Null;
            return;
        };
        if !frame.list && frame.key.is_none() {
            frame.key_end = leaf.range.end;
            frame.key = Some(leaf.value);
            return;
        }
        if !frame.list {
            leaf.key_end = frame.key_end;
        }
        if !frame.in_key {
            frame.note(&leaf, root);
            self.value(leaf, anchored);
        }
        self.passed();
    }

    /// A scalar that is a value: kept if it may be an image or hold some.
    fn value(&mut self, leaf: Leaf<'a>, anchored: Option<Leaf<'a>>) {
        let frame = self.frames.last().filter(|frame| !frame.list);
        let key = frame.and_then(|frame| frame.key.as_deref()).unwrap_or_default();
        if split::names_image(key) && choose::is_helm(&leaf.value) {
            self.keep(What::Template(leaf.range.start));
        }
        if leaf.kind == Type::Text {
            if let Some(within) = self.scope.reference_in(&leaf.value) {
                return self.keep(What::Scalar(leaf, within));
            }
            if nested::may_hold(&leaf.value, self.scope) {
                // What an alias stands for is edited where it stands.
                return self.keep(What::Text(anchored.unwrap_or(leaf)));
            }
        }
        if self.scope.replacements.rules().look_at_all() {
            self.keep(What::Scalar(leaf, None));
        }
    }

    fn keep(&mut self, what: What<'a>) {
        let path = self.path();
        self.candidates.push(Candidate { path, what, owners: Vec::new(), patch: false });
    }

    /// The path of the value that comes next.
    fn path(&self) -> Vec<Step<'a>> {
        self.frames.iter().map(Frame::step).collect()
    }

    /// The mapping that ends may be an image in parts, or be about all of them.
    fn mapping(&mut self, frame: &mut Frame<'a>) {
        let merged = !frame.merged.is_empty();
        let pieces = frame.take_pieces();
        if frame.anchor != 0 {
            self.bases.insert(frame.anchor, pieces.clone());
        }
        let parent = |back: usize| {
            let frame = self.frames.iter().rev().nth(back)?;
            frame.key.as_deref().filter(|_| !frame.list)
        };
        let in_global = parent(0) == Some("global")
            || (parent(0) == Some("image") && parent(1) == Some("global"));
        let is_registry = |piece: &&Piece<'a>| {
            piece.role == Role::Registry && piece.begin.is_empty() && !piece.leaf.text().is_empty()
        };
        if in_global && let Some(piece) = pieces.iter().find(is_registry) {
            let mut path = self.path();
            let depth = path.len() - if parent(0) == Some("global") { 1 } else { 2 };
            let values = path[..depth].to_vec();
            path.push(Step::Key(piece.key.clone()));
            let registry = Cow::Owned(piece.leaf.text().to_owned());
            self.globals.push(Global { values, registry, path: path::show(&path) });
        }
        let named = |piece: &Piece<'a>| {
            piece.role.names()
                && piece.leaf.kind == Type::Text
                && self.scope.may_name(&piece.leaf.value)
        };
        let splits = pieces.iter().any(|piece| piece.role.splits());
        // It may be another image that has a part in common with one that is known.
        let shares = || merged || pieces.iter().any(|piece| piece.leaf.alias_of.is_some());
        if (splits && (pieces.iter().any(named) || shares()))
            || self.scope.may_be_image(&pieces, parent(0))
        {
            self.keep(What::Mapping(pieces));
        }
    }

    /// The mapping that ends may be an operation of a JSON patch (RFC 6902) on an image.
    fn patch(&mut self, frame: &Frame<'a>) {
        let path = frame.patch.as_deref().filter(|_| frame.op);
        if !path.is_some_and(|path| path.ends_with("/image")) {
            return;
        }
        let depth = self.frames.len();
        for candidate in &mut self.candidates[frame.candidates..] {
            let value = candidate.path.get(depth).and_then(Step::key) == Some("value");
            candidate.patch |= value && candidate.path.len() == depth + 1;
        }
    }

    /// The item that ends has a name: paths through it know it from now on.
    fn name_items(&mut self, frame: &Frame<'a>) {
        let depth = self.frames.len();
        let (Some(name), Some(list)) = (&frame.name, self.frames.last()) else { return };
        if !list.list {
            return;
        }
        for candidate in &mut self.candidates[frame.candidates..] {
            if let Some(step @ Step::Index(_)) = candidate.path.get_mut(depth - 1) {
                *step = Step::Named(list.index, name.clone());
            }
        }
    }

    fn object(&mut self, frame: Frame<'a>) {
        let depth = self.frames.len();
        let (Some(api_version), Some(kind)) = (frame.api_version, frame.kind) else {
            self.only_objects &= depth > 0;
            if depth == 0 && choose::is_project(frame.version.as_deref()) {
                let built = |step: &Step<'a>| {
                    step.key().is_some_and(|key| choose::PROJECT_KEYS.contains(&key))
                };
                self.candidates.retain(|candidate| !candidate.path.first().is_some_and(built));
            }
            return;
        };
        let owner = (depth, self.objects.len());
        self.objects.push(Object::new(api_version, kind, frame.object_name));
        for candidate in &mut self.candidates[frame.candidates..] {
            candidate.owners.push(owner);
        }
    }

    fn end_document(&mut self) {
        let document = choose::Document {
            scope: self.scope,
            objects: std::mem::take(&mut self.objects),
            globals: std::mem::take(&mut self.globals),
        };
        let candidates = std::mem::take(&mut self.candidates);
        let Chosen { mut sites, held, others, template } = document.choose(candidates);
        self.sites.append(&mut sites);
        self.others.extend(others);
        self.hold(held);
        self.template = self.template.or(template);
        self.anchors.clear();
        self.bases.clear();
        self.frames.clear();
    }
}

impl<'a> Finder<'a, '_> {
    /// Takes the strings that may hold documents; several aliases may stand for one.
    fn hold(&mut self, held: Vec<Held<'a>>) {
        let mut known: HashMap<usize, usize> = HashMap::new();
        for held in held {
            match known.get(&held.leaf.event) {
                Some(&index) => self.held[index].objects_only &= held.objects_only,
                None => {
                    known.insert(held.leaf.event, self.held.len());
                    self.held.push(held);
                }
            }
        }
    }
}

impl Scope<'_> {
    /// A mapping with one piece of a name may be an image whose other parts are not there.
    fn may_be_image(&self, pieces: &[Piece<'_>], key: Option<&str>) -> bool {
        let mut parts = pieces.iter().filter(|piece| !piece.role.is_setting());
        let (Some(piece), None) = (parts.next(), parts.next()) else { return false };
        key.is_some_and(split::names_image)
            && matches!(piece.role, Role::Repository | Role::Name)
            && piece.leaf.kind == Type::Text
            && self.may_name(&piece.leaf.value)
    }
}
