//! An image in a manifest: in one scalar, or in several beside each other.
//!
//! Holds what was read and where it stands; what is a site is decided in
//! [`super::sites`], what becomes of it in [`super::edit`].

use std::borrow::Cow;
use std::ops::Range;

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
}

/// An image, in one string or in several.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape<'a> {
    Whole(Leaf<'a>),
    Split(Box<Split<'a>>),
}

/// `registry`, `repository`, `tag` and `digest` beside each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Split<'a> {
    pub registry: Option<Leaf<'a>>,
    pub repository: Option<Leaf<'a>>,
    pub tag: Option<Leaf<'a>>,
    pub digest: Option<Leaf<'a>>,
    /// The name stands under `image`, which in an object is a whole reference.
    pub by_image: bool,
}

/// A place that holds an image.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Site<'a> {
    pub rule: &'static str,
    pub path: String,
    pub reference: String,
    pub shape: Shape<'a>,
}

impl Split<'_> {
    /// Registry and repository as one name.
    pub fn repository_text(&self) -> String {
        let text = |leaf: &Option<Leaf<'_>>| {
            leaf.as_ref().map(|leaf| leaf.value.trim().to_owned()).unwrap_or_default()
        };
        match text(&self.registry) {
            registry if registry.is_empty() => text(&self.repository),
            registry => format!("{}/{}", registry.trim_end_matches('/'), text(&self.repository)),
        }
    }
}

impl Shape<'_> {
    /// The reference as it is written, in one piece.
    pub fn reference(&self) -> String {
        let split = match self {
            Shape::Whole(leaf) => return leaf.value.trim().to_owned(),
            Shape::Split(split) => split,
        };
        let mut text = split.repository_text();
        for (part, mark) in [(&split.tag, ':'), (&split.digest, '@')] {
            if let Some(leaf) = part
                && leaf.kind != Type::Null
                && !leaf.value.trim().is_empty()
            {
                text.push(mark);
                text.push_str(leaf.value.trim());
            }
        }
        text
    }

    /// The scalar that the image's name is in.
    pub fn name(&self) -> Option<&Leaf<'_>> {
        match self {
            Shape::Whole(leaf) => Some(leaf),
            Shape::Split(split) => split.repository.as_ref(),
        }
    }
}
