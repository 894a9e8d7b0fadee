//! An image in a manifest: in one scalar, in a part of one, or in several beside
//! each other.
//!
//! Holds what was read and where it stands; what is a site is decided in
//! [`super::sites`], what becomes of it in [`super::write`].

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::ScalarStyle;

use super::document::Type;

/// A scalar where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf<'a> {
    /// Its event, counted from the begin of the text.
    pub event: usize,
    pub value: Cow<'a, str>,
    pub style: ScalarStyle,
    pub kind: Type,
    pub range: Range<usize>,
    /// Where the key before it ends; 0 in a list.
    pub key_end: usize,
    /// An alias: the anchored scalar's event.
    pub alias_of: Option<usize>,
    /// An anchor or tag stands before it.
    pub marked: bool,
    /// The tag says that it is no string.
    pub foreign: bool,
}

impl Leaf<'_> {
    /// The text without blanks around it; empty where the value is a null.
    pub fn text(&self) -> &str {
        if self.kind == Type::Null { "" } else { self.value.trim() }
    }
}

/// An image, in one string or in several.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape<'a> {
    Whole(Leaf<'a>),
    /// The bytes of the value that are the reference: `--image=REF`, `oci://REF`.
    Within(Leaf<'a>, Range<usize>),
    Split(Box<Split<'a>>),
    /// One part alone, of the image that a rule names.
    Part(Leaf<'a>, Part),
}

/// A part of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Registry,
    Repository,
    Tag,
    Digest,
    /// All of it, where a split value would be taken for a part.
    Reference,
}

/// `registry`, `repository`, `tag` and `digest` beside each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Split<'a> {
    pub registry: Option<Leaf<'a>>,
    /// The name, or what stands in front of `name`.
    pub repository: Option<Leaf<'a>>,
    /// The last component, where it has a key of its own.
    pub name: Option<Leaf<'a>>,
    pub tag: Option<Leaf<'a>>,
    pub digest: Option<Leaf<'a>>,
    /// The digest is written without `sha256:`.
    pub hex: bool,
    /// The name is what others look for, and no rewriting of it would be right.
    pub fixed: bool,
    /// A registry that is in front of the name and cannot be written here.
    pub prefix: Option<Prefix<'a>>,
    /// A switch beside the digest that is on: an empty digest would be joined too.
    pub wants_digest: bool,
    /// What the key of a tag would be called here.
    pub tag_key: &'static str,
}

/// A registry from elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prefix<'a> {
    pub registry: Cow<'a, str>,
    /// The way to the value it comes from.
    pub path: String,
}

/// A place that holds an image.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Site<'a> {
    pub rule: &'static str,
    pub path: String,
    pub reference: String,
    pub shape: Shape<'a>,
    /// The image that a rule says it is.
    pub image: Option<Arc<str>>,
    /// It is not what a rule expects.
    pub unmet: Option<Unmet>,
}

/// What a rule expects of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unmet {
    /// This image of the config.
    Image(Arc<str>),
    /// An image that is known.
    Known,
}

/// A string that may hold a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held<'a> {
    pub leaf: Leaf<'a>,
    pub path: String,
    /// It counts only if it holds Kubernetes objects.
    pub objects_only: bool,
}

impl Site<'_> {
    /// Where the image's name stands.
    pub fn offset(&self) -> usize {
        self.shape.name().map_or(0, |leaf| leaf.range.start)
    }
}

impl Split<'_> {
    /// Registry, repository and name as one name.
    pub fn repository_text(&self) -> String {
        let registry = match &self.prefix {
            Some(prefix) => &prefix.registry,
            None => self.registry.as_ref().map_or("", Leaf::text),
        };
        let parts = [
            registry.trim_end_matches('/'),
            self.repository.as_ref().map_or("", Leaf::text),
            self.name.as_ref().map_or("", Leaf::text),
        ];
        let mut text = String::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !text.is_empty() {
                text.push('/');
            }
            text.push_str(part);
        }
        text
    }

    /// The scalar that ends the name.
    pub fn last_name(&self) -> Option<&Leaf<'_>> {
        self.name.as_ref().or(self.repository.as_ref())
    }
}

impl Shape<'_> {
    /// The reference as it is written, in one piece.
    pub fn reference(&self) -> String {
        let split = match self {
            Shape::Whole(leaf) | Shape::Part(leaf, _) => return leaf.text().to_owned(),
            Shape::Within(leaf, range) => return leaf.value[range.clone()].to_owned(),
            Shape::Split(split) => split,
        };
        let mut text = split.repository_text();
        if let Some(tag) = split.tag.as_ref().map(Leaf::text).filter(|tag| !tag.is_empty()) {
            text.push(':');
            text.push_str(tag);
        }
        let digest = split.digest.as_ref().map(Leaf::text);
        if let Some(digest) = digest.filter(|digest| !digest.is_empty()) {
            text.push('@');
            if split.hex && !digest.contains(':') {
                text.push_str("sha256:");
            }
            text.push_str(digest);
        }
        text
    }

    /// The scalar that the image's name is in.
    pub fn name(&self) -> Option<&Leaf<'_>> {
        match self {
            Shape::Whole(leaf) | Shape::Within(leaf, _) | Shape::Part(leaf, _) => Some(leaf),
            Shape::Split(split) => split.last_name(),
        }
    }

    /// The scalars that it is made of.
    pub fn leaves(&self) -> impl Iterator<Item = &Leaf<'_>> {
        let (whole, split) = match self {
            Shape::Whole(leaf) | Shape::Within(leaf, _) | Shape::Part(leaf, _) => {
                (Some(leaf), None)
            }
            Shape::Split(split) => (None, Some(split)),
        };
        whole.into_iter().chain(split.into_iter().flat_map(|split| split.parts()))
    }
}
