//! Decides which of the values that may be images are sites.
//!
//! In this order: what a rule of the user excludes is none; what a rule names is one;
//! fields of custom resources come from the table ([`super::crds`]); a string under a key
//! `image` is one at any depth of any kind; the reference of an image volume; a mapping
//! with the parts of an image under a key that names one. In documents that are no
//! Kubernetes objects (Helm values), and in the values that some kinds carry, also keys
//! that end in `Image` and the parts beside each other; every whole reference to a
//! configured repository with [`Scope::everywhere`]. Strings that hold a document are
//! told apart here and read in [`super::nested`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::crds::{Form, Rows};
use super::nested;
use super::path::{self, Step};
use super::rule::Rule;
use super::site::{Held, Leaf, Part, Shape, Site, Split, Unmet};
use super::sites::{Scope, is_reference};
use super::split::{self, Piece};
use claims::Claims;
pub(super) use words::{PROJECT_KEYS, is_helm, is_project};

mod claims;
mod mapping;
mod words;

/// A value that may be a site: it is one or not when its document is known.
pub(super) struct Candidate<'a> {
    pub path: Vec<Step<'a>>,
    pub what: What<'a>,
    /// The objects it stands in, the innermost first: how deep each is, and which.
    pub owners: Vec<(usize, usize)>,
    /// It is what a JSON patch puts under a key `image`.
    pub patch: bool,
}

pub(super) enum What<'a> {
    /// A string, and the bytes of it that may be the reference, if not all.
    Scalar(Leaf<'a>, Option<Range<usize>>),
    Mapping(Vec<Piece<'a>>),
    /// A string that may hold a document.
    Text(Leaf<'a>),
    /// An image that a Helm template is to fill in.
    Template(usize),
}

/// A Kubernetes object: the document, or a mapping in it.
pub(super) struct Object<'a> {
    pub api_version: Cow<'a, str>,
    pub kind: Cow<'a, str>,
    pub name: Option<Cow<'a, str>>,
    rows: Rows,
}

impl<'a> Object<'a> {
    pub fn new(api_version: Cow<'a, str>, kind: Cow<'a, str>, name: Option<Cow<'a, str>>) -> Self {
        let rows = Rows::of(&kind);
        Self { api_version, kind, name, rows }
    }

    /// The row of the table about it whose pattern is taken.
    fn row(&self, form: Form, taken: impl Fn(&path::Pattern) -> bool) -> Option<&'static str> {
        let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
        self.rows.find(group, form, taken)
    }
}

/// A registry for all images in the values that `path` begins in.
pub(super) struct Global<'a> {
    /// The way to the values.
    pub values: Vec<Step<'a>>,
    pub registry: Cow<'a, str>,
    /// The way to the registry, as it is shown.
    pub path: String,
}

/// What is known of a document when it ends.
pub(super) struct Document<'a, 'r> {
    pub scope: Scope<'r>,
    pub objects: Vec<Object<'a>>,
    pub globals: Vec<Global<'a>>,
}

/// What a document's candidates are.
#[derive(Default)]
pub(super) struct Chosen<'a> {
    pub sites: Vec<Site<'a>>,
    pub held: Vec<Held<'a>>,
    /// Events of scalars that are parts of other images.
    pub others: HashSet<usize>,
    pub template: Option<usize>,
}

/// Where a candidate stands.
struct Spot<'d, 'a> {
    document: &'d Document<'a, 'd>,
    path: &'d [Step<'a>],
    owners: &'d [(usize, usize)],
    /// Helm's, or somebody's, values: no schema says what is an image.
    values: bool,
    patch: bool,
}

impl<'a> Document<'a, '_> {
    /// Decides on all candidates of the document.
    pub fn choose(&self, candidates: Vec<Candidate<'a>>) -> Chosen<'a> {
        let mut chosen = Chosen::default();
        let mut claims = Claims::default();
        for Candidate { path, what, owners, patch } in candidates {
            let values = true;
            let mut spot = Spot { document: self, path: &path, owners: &owners, values, patch };
            spot.values = spot.is_values();
            match what {
                What::Template(offset) => {
                    if !spot.has_own_templates() && self.scope.level == 0 {
                        chosen.template.get_or_insert(offset);
                    }
                }
                What::Text(leaf) => chosen.held.extend(spot.text(leaf)),
                What::Scalar(leaf, within) => chosen.sites.extend(spot.scalar(leaf, within)),
                What::Mapping(pieces) => {
                    chosen.sites.extend(spot.mapping(&pieces, &mut claims));
                }
            }
        }
        claims.settle(&mut chosen.sites);
        chosen.others = claims.into_others();
        chosen
    }
}

impl<'d, 'a> Spot<'d, 'a> {
    fn rules(&self) -> &'d super::rule::Rules {
        self.document.scope.replacements.rules()
    }

    /// The objects around, the innermost first, with the way from each.
    fn objects(&self) -> impl Iterator<Item = (&'d Object<'a>, &'d [Step<'a>])> {
        let (document, path) = (self.document, self.path);
        self.owners.iter().map(move |&(depth, index)| (&document.objects[index], &path[depth..]))
    }

    /// The row of the table that makes the place this.
    fn row(&self, form: Form) -> Option<&'static str> {
        let known = self
            .objects()
            .find_map(|(object, rest)| object.row(form, |pattern| pattern.matches(rest)));
        known.or_else(|| Rows::of_any().find("", form, |pattern| pattern.matches(self.path)))
    }

    /// In no object, or in the part of one that is values, and in no object in these.
    fn is_values(&self) -> bool {
        let Some((object, rest)) = self.objects().next() else { return true };
        object.row(Form::Values, |pattern| pattern.matches_begin(rest).is_some()).is_some()
    }

    fn has_own_templates(&self) -> bool {
        self.objects().any(|(object, _)| object.row(Form::Templates, |_| true).is_some())
    }

    /// The ways under which rules know the place: from each object, or, outside of all,
    /// from the document.
    fn is_rule(&self, rule: &Rule, steps: &[Step<'_>], begin: bool) -> bool {
        let takes = |steps: &[Step<'_>]| match begin {
            true => rule.path.matches_begin(steps).is_some(),
            false => rule.path.matches(steps),
        };
        let by_object = self.owners.iter().any(|&(depth, index)| {
            let object = &self.document.objects[index];
            rule.is_about(&object.api_version, &object.kind, object.name.as_deref())
                && takes(&steps[depth..])
        });
        by_object || (!rule.is_selective() && takes(steps))
    }

    fn is_excluded(&self, steps: &[Step<'_>]) -> bool {
        self.rules().exclude.iter().any(|rule| self.is_rule(rule, steps, true))
    }

    /// The first rule that is about the place and the image there.
    fn rule_for(&self, steps: &[Step<'_>], reference: &str) -> Option<&'d Rule> {
        let replacements = self.document.scope.replacements;
        self.rules().add.iter().find(|rule| {
            let same = |image| replacements.is_image(image, reference);
            self.is_rule(rule, steps, false) && rule.image.as_deref().is_none_or(same)
        })
    }

    /// What a rule about the place, known by one of these ways, expects in the stead of an
    /// image or text that is there.
    fn unmet(&self, ways: &[&[Step<'_>]], text: &str) -> Option<Unmet> {
        let scope = self.document.scope;
        if scope.listing || !self.rules().expect() {
            return None;
        }
        let known = scope.replacements.knows(text);
        let about = |rule: &&Rule| ways.iter().any(|way| self.is_rule(rule, way, false));
        let mut unmet = None;
        for rule in self.rules().add.iter().filter(about) {
            match &rule.image {
                Some(image) if scope.replacements.is_image(image, text) => return None,
                None if known => return None,
                Some(image) if rule.expects_image() => {
                    unmet.get_or_insert(Unmet::Image(image.clone()));
                }
                _ if rule.expects() && !known && is_reference(text) => {
                    unmet.get_or_insert(Unmet::Known);
                }
                _ => {}
            }
        }
        unmet
    }

    fn scalar(&self, leaf: Leaf<'a>, within: Option<Range<usize>>) -> Option<Site<'a>> {
        if self.is_excluded(self.path) {
            return None;
        }
        if let Some((rule, part)) = self.part_rule() {
            let image = rule.image.clone();
            return Some(self.site("rule", Shape::Part(leaf, part)).of(image));
        }
        let text = match &within {
            Some(range) => &leaf.value[range.clone()],
            None => leaf.value.as_ref(),
        };
        let is_part = within.is_some();
        let shape = |leaf| match within {
            Some(range) => Shape::Within(leaf, range),
            None => Shape::Whole(leaf),
        };
        if let Some(unmet) = self.unmet(&[self.path], text) {
            return Some(Site { unmet: Some(unmet), ..self.site("rule", shape(leaf)) });
        }
        // With rules that look at all values, candidates need not be references.
        if self.rules().look_at_all() && !self.document.scope.wants(text) {
            return None;
        }
        let rule = self.rule_for(self.path, text);
        let label = match rule {
            Some(_) => Some("rule"),
            None if is_part => self.part_of_string(&leaf),
            None => self.whole(&leaf),
        }?;
        Some(self.site(label, shape(leaf)).of(rule.and_then(|rule| rule.image.clone())))
    }

    /// A rule that names the image and the part of it that stands here.
    fn part_rule(&self) -> Option<(&'d Rule, Part)> {
        self.rules().add.iter().find_map(|rule| {
            let part = rule.part.filter(|part| *part != Part::Reference)?;
            (rule.image.is_some() && self.is_rule(rule, self.path, false)).then_some((rule, part))
        })
    }

    fn site(&self, rule: &'static str, shape: Shape<'a>) -> Site<'a> {
        let (path, reference) = (path::show(self.path), shape.reference());
        Site { rule, path, reference, shape, image: None, unmet: None }
    }

    /// Why a string is an image.
    fn whole(&self, leaf: &Leaf<'_>) -> Option<&'static str> {
        if self.row(Form::Never).is_some() {
            return None;
        }
        let key = self.path.last().and_then(Step::key).unwrap_or_default();
        if key == "image" {
            return Some("image");
        }
        if words::is_image_volume(self.path) {
            return Some("image-volume");
        }
        if self.patch {
            return Some("json-patch");
        }
        let named = || split::names_image(key) || words::names_reference(key, &leaf.value);
        if self.values && (named() || words::is_listed(self.path, &leaf.value)) {
            return Some("image-key");
        }
        if let Some(source) = self.row(Form::Image).or_else(|| self.row(Form::Pair)) {
            return Some(source);
        }
        let scope = self.document.scope;
        let everywhere = scope.everywhere
            && (words::is_long(&leaf.value) || split::names_image(key))
            && scope.replacements.knows(&leaf.value);
        everywhere.then_some("everywhere")
    }

    /// Why a part of a string is an image.
    fn part_of_string(&self, leaf: &Leaf<'_>) -> Option<&'static str> {
        let form = if leaf.value.contains("://") { Form::Url } else { Form::Pair };
        self.row(form)
    }

    /// A string that holds a document, by its place or by what it is.
    fn text(&self, leaf: Leaf<'a>) -> Option<Held<'a>> {
        if self.is_excluded(self.path) || self.row(Form::Never).is_some() {
            return None;
        }
        let key = self.path.last().and_then(Step::key).unwrap_or_default();
        let above = self.path.len().checked_sub(2).and_then(|at| self.path[at].key());
        let annotation = above.is_some_and(nested::is_annotations);
        let by_rule = || self.rule_for(self.path, "").is_some();
        let inside = self.document.scope.level > 0 && self.owners.is_empty();
        let by_place = annotation || inside || self.row(Form::Text).is_some() || by_rule();
        let objects_only = !(by_place && nested::is_text(&leaf.value, key));
        // An object has at least two keys.
        let may_be_object = leaf.value.trim().contains(['\n', ',']);
        let path = path::show(self.path);
        (!objects_only || may_be_object).then_some(Held { leaf, path, objects_only })
    }
}

impl<'a> Split<'a> {
    /// The scalars it is made of.
    pub fn parts(&self) -> impl Iterator<Item = &Leaf<'a>> {
        let leaves = [&self.registry, &self.repository, &self.name, &self.tag, &self.digest];
        leaves.into_iter().flatten()
    }
}

impl Site<'_> {
    fn of(mut self, image: Option<std::sync::Arc<str>>) -> Self {
        self.image = image;
        self
    }
}
