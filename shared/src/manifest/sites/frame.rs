//! A collection that is open while a text is read.

use std::borrow::Cow;

use super::super::path::Step;
use super::super::site::Leaf;
use super::super::split::{self, Piece};

/// A mapping or list that is open.
pub(super) struct Frame<'a> {
    pub list: bool,
    pub index: usize,
    pub key: Option<Cow<'a, str>>,
    pub key_end: usize,
    /// It stands in a key, where no site is.
    pub in_key: bool,
    pub anchor: usize,
    /// The candidates before it.
    pub candidates: usize,
    pub pieces: Vec<Piece<'a>>,
    /// Those that it gets from others by `<<`.
    pub merged: Vec<Piece<'a>>,
    pub api_version: Option<Cow<'a, str>>,
    pub kind: Option<Cow<'a, str>>,
    /// The string under `name`.
    pub name: Option<Cow<'a, str>>,
    /// The `name` in the mapping under `metadata`.
    pub object_name: Option<Cow<'a, str>>,
    pub version: Option<Cow<'a, str>>,
    /// The string under `path`, beside an `op`.
    pub patch: Option<Cow<'a, str>>,
    pub op: bool,
}

impl<'a> Frame<'a> {
    pub fn new(list: bool, in_key: bool, anchor: usize, candidates: usize) -> Self {
        Self {
            list,
            index: 0,
            key: None,
            key_end: 0,
            in_key,
            anchor,
            candidates,
            pieces: Vec::new(),
            merged: Vec::new(),
            api_version: None,
            kind: None,
            name: None,
            object_name: None,
            version: None,
            patch: None,
            op: false,
        }
    }

    /// Its pieces, and those it gets from others: the first base that has a key counts.
    pub fn take_pieces(&mut self) -> Vec<Piece<'a>> {
        let mut pieces = std::mem::take(&mut self.pieces);
        for piece in std::mem::take(&mut self.merged) {
            if !pieces.iter().any(|own| own.key == piece.key) {
                pieces.push(piece);
            }
        }
        pieces
    }

    /// The path of the value that comes next.
    pub fn step(&self) -> Step<'a> {
        match &self.key {
            _ if self.list => Step::Index(self.index),
            Some(key) => Step::Key(key.clone()),
            None => Step::Key(Cow::Borrowed("?")),
        }
    }

    /// A key or value that a rule looks at from elsewhere.
    pub fn note(&mut self, leaf: &Leaf<'a>, root: bool) {
        let Some(key) = self.key.clone().filter(|_| !self.list) else { return };
        match &*key {
            "apiVersion" => self.api_version = Some(leaf.value.clone()),
            "kind" => self.kind = Some(leaf.value.clone()),
            "name" => self.name = Some(leaf.value.clone()),
            "path" => self.patch = Some(leaf.value.clone()),
            "op" => self.op = true,
            "version" if root => self.version = Some(leaf.value.clone()),
            _ => {}
        }
        if let Some((begin, role)) = split::role(&key) {
            self.pieces.push(Piece { key, role, begin, leaf: leaf.clone() });
        }
    }
}
