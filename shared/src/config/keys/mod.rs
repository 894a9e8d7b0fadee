//! Every key of the config, as data: its shape, its meaning in one line, the
//! versions that have it, and whether it is carried out.
//!
//! The check, the readers and the JSON Schema all come from these tables, so
//! that none of them can know a key that another does not.

mod component;
mod deployment;
mod dev;
mod image;
mod project;

pub(super) use project::{CONFIGS, PROJECT, VARIABLES};

use super::version::Version;

/// What may stand under a key. Nothing (null) may always stand there; it counts as absent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A text; a plain number or boolean is taken as it is written.
    Text,
    /// A text in which the reserved names of tags stay as they are.
    Tag,
    /// A text, or nothing with a meaning of its own.
    OptionalText,
    Bool,
    Integer,
    /// A whole number or a text.
    Scalar,
    OneOf(&'static [&'static str]),
    Any,
    /// A mapping of anything.
    AnyMap,
    List(&'static Kind),
    Map(&'static Kind),
    Section(&'static Section),
    /// A list or a mapping, by what stands there.
    Either(&'static Kind, &'static Kind),
}

/// A mapping with known keys.
#[derive(Debug)]
pub(super) struct Section {
    /// Its name in the JSON Schema.
    pub name: &'static str,
    pub keys: &'static [Key],
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub about: &'static str,
    pub from: Version,
    pub until: Version,
    pub fate: Fate,
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Read,
    /// Known, and none of our business: a note under `-v`.
    Passed,
    /// Known, and not carried out: an error with what to do instead.
    Refused(&'static str),
}

impl Section {
    /// The key of this name in this version.
    pub fn key(&self, name: &str, version: Version) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name && key.is_in(version))
    }
}

impl Key {
    pub fn is_in(&self, version: Version) -> bool {
        self.from <= version && version <= self.until
    }

    const fn since(mut self, version: Version) -> Self {
        self.from = version;
        self
    }

    const fn until(mut self, version: Version) -> Self {
        self.until = version;
        self
    }

    const fn passed(mut self) -> Self {
        self.fate = Fate::Passed;
        self
    }

    const fn refused(mut self, instead: &'static str) -> Self {
        self.fate = Fate::Refused(instead);
        self
    }
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    let (from, until) = (Version::V1Alpha2, Version::V2Beta1);
    Key { name, kind, about, from, until, fate: Fate::Read }
}

/// Where an image is looked for that another machine built from the same inputs.
const REUSE: Kind = Kind::OneOf(&["registry", "never"]);
const REUSE_ABOUT: &str = "`registry`: push images under the names of their keys too, and \
                           take what another machine built from the same inputs. Default: \
                           `never`.";
const TEXTS: Kind = Kind::List(&Kind::Text);
const TEXT_MAP: Kind = Kind::Map(&Kind::Text);
