//! Which scalars of a manifest are images.
//!
//! Sites: a string under a key `image` at any depth of any kind; the reference
//! of an image volume; fields of custom resources ([`super::crds`]); in
//! documents that are no Kubernetes objects (Helm values), keys that name images
//! and split values; every whole reference to a configured repository with
//! [`Scope::everywhere`]. Names inside other values are never sites.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle};

use super::crds::{self, Form};
use super::document::{Item, Type};
use super::error::{Fault, Kind};
use super::path::{self, Step};
use super::replacements::Replacements;
use super::site::{Leaf, Shape, Site, Split};
use crate::reference::Reference;

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) struct Scope<'r> {
    pub replacements: &'r Replacements,
    pub everywhere: bool,
    /// Other images are sites too.
    pub listing: bool,
}

impl Scope<'_> {
    fn wants(&self, text: &str) -> bool {
        let other = || self.listing && Reference::parse(text.trim()).is_ok();
        self.replacements.knows(text) || other()
    }
}

/// A value that may be a site: it is one or not when its document is known.
struct Candidate<'a> {
    path: Vec<Step<'a>>,
    shape: Shape<'a>,
}

/// A mapping or list that is open.
struct Frame<'a> {
    list: bool,
    index: usize,
    key: Option<Cow<'a, str>>,
    key_end: usize,
    /// It stands in a key, where no site is.
    in_key: bool,
    split: Split<'a>,
    /// The string under `image`, for an `image` with a `tag` beside it.
    image: Option<Leaf<'a>>,
    api_version: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
}

/// A Kubernetes object: the document, or an item of a `List`.
struct Object<'a> {
    item: Option<usize>,
    api_version: Cow<'a, str>,
    kind: Cow<'a, str>,
}

/// Finds the sites of a text, fed with its events.
pub(super) struct Finder<'a, 'r> {
    scope: Scope<'r>,
    event: usize,
    frames: Vec<Frame<'a>>,
    anchors: HashMap<usize, Leaf<'a>>,
    objects: Vec<Object<'a>>,
    candidates: Vec<Candidate<'a>>,
    sites: Vec<Site<'a>>,
    /// Where an image is still to be put together by Helm.
    template: Option<usize>,
}

impl<'a, 'r> Finder<'a, 'r> {
    pub fn new(scope: Scope<'r>) -> Self {
        Self {
            scope,
            event: 0,
            frames: Vec::new(),
            anchors: HashMap::new(),
            objects: Vec::new(),
            candidates: Vec::new(),
            sites: Vec::new(),
            template: None,
        }
    }

    /// The sites in the order of the text, unless one of them is Helm's to fill in.
    pub fn finish(self) -> Result<Vec<Site<'a>>, Fault> {
        match self.template {
            Some(offset) => Err(Fault { offset, kind: Kind::Template }),
            None => Ok(self.sites),
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
                };
                if anchor != 0 {
                    self.anchors.insert(anchor, leaf.clone());
                }
                self.scalar(leaf);
            }
            Event::Alias(id) => self.alias(id, range),
            Event::SequenceStart(..) => self.open(true),
            Event::MappingStart(..) => self.open(false),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::DocumentEnd => self.end_document(),
            _ => {}
        }
        self.event += 1;
    }

    fn alias(&mut self, id: usize, range: Range<usize>) {
        let target = self.anchors.get(&id).cloned();
        let leaf = Leaf {
            event: self.event,
            style: ScalarStyle::Plain,
            kind: target.as_ref().map_or(Type::Other, |leaf| leaf.kind),
            range,
            key_end: 0,
            alias_of: Some(target.as_ref().map_or(usize::MAX, |leaf| leaf.event)),
            marked: false,
            value: target.map(|leaf| leaf.value).unwrap_or_default(),
        };
        self.scalar(leaf);
    }

    fn open(&mut self, list: bool) {
        let in_key = self
            .frames
            .last()
            .is_some_and(|frame| frame.in_key || (!frame.list && frame.key.is_none()));
        self.frames.push(Frame {
            list,
            index: 0,
            key: None,
            key_end: 0,
            in_key,
            split: Split::default(),
            image: None,
            api_version: None,
            kind: None,
        });
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if !frame.in_key {
            self.split(&frame);
            self.object(frame);
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

    fn scalar(&mut self, mut leaf: Leaf<'a>) {
        let Some(frame) = self.frames.last_mut() else { return };
        if !frame.list && frame.key.is_none() {
            frame.key_end = leaf.range.end;
            frame.key = Some(leaf.value);
            return;
        }
        if !frame.list {
            leaf.key_end = frame.key_end;
        }
        if !frame.in_key {
            frame.note(&leaf);
            let named = |key: &str| key == "image" || key.ends_with("Image");
            if !frame.list && frame.key.as_deref().is_some_and(named) && is_helm(&leaf.value) {
                self.template.get_or_insert(leaf.range.start);
            }
            if leaf.kind == Type::Text && self.scope.wants(&leaf.value) {
                let path = self.path();
                self.candidates.push(Candidate { path, shape: Shape::Whole(leaf) });
            }
        }
        self.passed();
    }

    /// The path of the value that comes next.
    fn path(&self) -> Vec<Step<'a>> {
        let step = |frame: &Frame<'a>| match &frame.key {
            _ if frame.list => Step::Index(frame.index),
            Some(key) => Step::Key(key.clone()),
            None => Step::Key(Cow::Borrowed("?")),
        };
        self.frames.iter().map(step).collect()
    }

    /// The mapping that ends may have been an image in parts.
    fn split(&mut self, frame: &Frame<'a>) {
        let mut split = frame.split.clone();
        if split.repository.is_none() && split.tag.is_some() {
            split.registry = None;
            split.by_image = true;
            split.repository = frame.image.clone().filter(|leaf| is_bare(&leaf.value));
        }
        let beside = split.tag.is_some() || split.digest.is_some() || split.registry.is_some();
        if beside && split.repository.is_some() && self.scope.wants(&split.repository_text()) {
            let path = self.path();
            self.candidates.push(Candidate { path, shape: Shape::Split(Box::new(split)) });
        }
    }

    fn object(&mut self, frame: Frame<'a>) {
        let item = match self.frames.as_slice() {
            [] => None,
            [root, list] if list.list && root.key.as_deref() == Some("items") => Some(list.index),
            _ => return,
        };
        if let (Some(api_version), Some(kind)) = (frame.api_version, frame.kind) {
            self.objects.push(Object { item, api_version, kind });
        }
    }

    fn end_document(&mut self) {
        let objects = std::mem::take(&mut self.objects);
        let candidates = std::mem::take(&mut self.candidates);
        let first = self.sites.len();
        for candidate in candidates {
            if let Some(rule) = self.rule(&objects, &candidate) {
                let reference = candidate.shape.reference();
                let path = path::show(&candidate.path);
                self.sites.push(Site { rule, path, reference, shape: candidate.shape });
            }
        }
        let mut sites = self.sites.split_off(first);
        settle(&mut sites);
        self.sites.append(&mut sites);
        self.anchors.clear();
        self.frames.clear();
    }

    fn rule(&self, objects: &[Object<'a>], candidate: &Candidate<'a>) -> Option<&'static str> {
        let path = &candidate.path;
        let values = !objects.iter().any(|object| object.item.is_none());
        let form = match &candidate.shape {
            Shape::Whole(_) => Form::Whole,
            Shape::Split(_) => Form::Split,
        };
        let custom = || custom_source(objects, path, form);
        if let Shape::Split(split) = &candidate.shape {
            let everywhere = self.scope.everywhere && !split.by_image;
            return if values || everywhere { Some("split") } else { custom() };
        }
        let key = path.last().and_then(Step::key).unwrap_or_default();
        if key == "image" {
            return Some("image");
        }
        if is_image_volume(path) {
            return Some("image-volume");
        }
        if values && key.ends_with("Image") {
            return Some("image-key");
        }
        if let Some(source) = custom() {
            return Some(source);
        }
        let Shape::Whole(leaf) = &candidate.shape else { return None };
        let everywhere = self.scope.everywhere
            && (is_long(&leaf.value) || key.ends_with("Image"))
            && self.scope.replacements.find(&leaf.value).is_some();
        everywhere.then_some("everywhere")
    }
}

impl<'a> Frame<'a> {
    fn note(&mut self, leaf: &Leaf<'a>) {
        let Some(key) = self.key.as_deref().filter(|_| !self.list) else { return };
        let text = leaf.kind == Type::Text;
        match key {
            "registry" if text && !leaf.value.is_empty() => {
                self.split.registry = Some(leaf.clone());
            }
            "repository" if text => self.split.repository = Some(leaf.clone()),
            "tag" => self.split.tag = Some(leaf.clone()),
            "digest" => self.split.digest = Some(leaf.clone()),
            "image" if text => self.image = Some(leaf.clone()),
            "apiVersion" => self.api_version = Some(leaf.value.clone()),
            "kind" => self.kind = Some(leaf.value.clone()),
            _ => {}
        }
    }
}

/// Whether a value has an action of a Helm template. Argo and others fill in `{{name}}`
/// at run time: theirs is a manifest as it should be.
fn is_helm(value: &str) -> bool {
    const BEGINS: [&str; 10] = [
        ".",
        "$",
        "(",
        "include ",
        "template ",
        "tpl ",
        "default ",
        "printf ",
        "quote ",
        "required ",
    ];
    value.split("{{").skip(1).any(|action| {
        let action = action.trim_start_matches('-').trim_start();
        BEGINS.iter().any(|begin| action.starts_with(begin))
    })
}

/// One scalar is one site: parts of a split image are no sites of their own, and
/// an alias follows its anchor where that is a site itself.
fn settle(sites: &mut Vec<Site<'_>>) {
    let mut parts = Vec::new();
    let mut wholes = Vec::new();
    for site in sites.iter() {
        match &site.shape {
            Shape::Whole(leaf) => wholes.push(leaf.event),
            Shape::Split(split) => {
                let names = [&split.registry, &split.repository];
                parts.extend(names.into_iter().flatten().map(|leaf| leaf.event));
            }
        }
    }
    parts.sort_unstable();
    wholes.sort_unstable();
    sites.retain(|site| match &site.shape {
        Shape::Split(_) => true,
        Shape::Whole(leaf) => {
            let follows = leaf.alias_of.is_some_and(|event| wholes.binary_search(&event).is_ok());
            parts.binary_search(&leaf.event).is_err() && !follows
        }
    });
    sites.sort_by_key(|site| site.shape.name().map_or(0, |leaf| leaf.range.start));
}

fn custom_source(objects: &[Object<'_>], path: &[Step<'_>], form: Form) -> Option<&'static str> {
    objects.iter().find_map(|object| {
        let rest = match (object.item, path) {
            (None, path) => path,
            (Some(item), [Step::Key(items), Step::Index(index), rest @ ..])
                if items == "items" && *index == item =>
            {
                rest
            }
            _ => return None,
        };
        crds::source_of(&object.api_version, &object.kind, rest, form)
    })
}

/// `volumes[*].image.reference` (Kubernetes 1.31: `ImageVolumeSource`).
fn is_image_volume(path: &[Step<'_>]) -> bool {
    let [.., Step::Key(volumes), Step::Index(_), Step::Key(image), Step::Key(reference)] = path
    else {
        return false;
    };
    volumes == "volumes" && image == "image" && reference == "reference"
}

/// Names of one component are common words: they count with a tag or digest only.
fn is_long(text: &str) -> bool {
    let text = text.trim();
    text.contains(['/', ':', '@'])
}

/// A reference without tag and digest.
fn is_bare(text: &str) -> bool {
    Reference::parse(text.trim()).is_ok_and(|r| r.tag.is_none() && r.digest.is_none())
}
