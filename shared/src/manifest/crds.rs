//! Where kinds of objects hold images, as data: `crds.txt`, a row a place.
//!
//! A string under a key `image` needs no row: it is a site everywhere. Rows for such
//! fields are there to be counted and tried, the others to find what that rule
//! doesn't. No row for a name that its operator joins with a version of its own.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::path::{self, Pattern};

const TEXT: &str = include_str!("crds.txt");

/// What stands at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A string that is a whole reference.
    Image,
    /// A mapping with the parts of an image.
    Split,
    /// The same, where `version` is the tag.
    Version,
    /// The same, for keys with something in front of `image` and `version`.
    Versions,
    /// A mapping with `baseImage`, `tag` and `sha`; an `image` in it is a whole one.
    Base,
    /// A mapping with `name`, `newName`, `newTag`, `digest`.
    Kustomize,
    /// `name=reference`, or a reference alone.
    Pair,
    /// A reference behind a scheme: `oci://`, `docker://`.
    Url,
    /// A mapping of values, as Helm's.
    Values,
    /// A string that holds YAML or JSON.
    Text,
    /// The object's strings are templates that its operator fills in.
    Templates,
    /// A name of something that is not run: to be built, looked for or recorded.
    Never,
}

impl Form {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "image" => Self::Image,
            "split" => Self::Split,
            "version" => Self::Version,
            "versions" => Self::Versions,
            "base" => Self::Base,
            "kustomize" => Self::Kustomize,
            "pair" => Self::Pair,
            "url" => Self::Url,
            "values" => Self::Values,
            "text" => Self::Text,
            "templates" => Self::Templates,
            "never" => Self::Never,
            _ => return None,
        })
    }
}

pub(super) struct Row {
    group: &'static str,
    form: Form,
    pattern: Pattern,
    /// The pattern as it is written, which tests make objects from.
    #[cfg_attr(not(test), allow(dead_code))]
    path: &'static str,
    /// The project whose documents say so.
    source: &'static str,
}

struct Table {
    /// By kind; those for any kind under `*`.
    rows: HashMap<&'static str, Vec<Row>>,
    /// Rows that could not be read; a test finds none.
    broken: usize,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(TEXT));

/// `source:` lines name the source of the rows below them; a row is group, kinds,
/// form and path.
fn read(text: &'static str) -> Table {
    let mut table = Table { rows: HashMap::new(), broken: 0 };
    let mut source = "";
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("source:") {
            source = name.trim();
            continue;
        }
        let mut words = line.split_whitespace();
        let (group, kinds) = (words.next(), words.next());
        let form = words.next().and_then(Form::parse);
        let pattern = words.next().and_then(|path| Some((path, Pattern::parse(path).ok()?)));
        let (Some(group), Some(kinds), Some(form), Some((path, pattern)), None) =
            (group, kinds, form, pattern, words.next())
        else {
            table.broken += 1;
            continue;
        };
        let group = if group == "core" { "" } else { group };
        for kind in kinds.split(',') {
            let pattern = pattern.clone();
            table.rows.entry(kind).or_default().push(Row { group, form, pattern, path, source });
        }
    }
    table
}

/// The rows about an object.
#[derive(Clone, Copy, Default)]
pub(super) struct Rows(&'static [Row]);

impl Rows {
    pub fn of(kind: &str) -> Self {
        Self(TABLE.rows.get(kind).map_or(&[], Vec::as_slice))
    }

    /// The rows about any kind.
    pub fn of_any() -> Self {
        Self::of("*")
    }

    /// The source of the first row of this form and group whose pattern is taken.
    pub fn find(
        self,
        group: &str,
        form: Form,
        taken: impl Fn(&Pattern) -> bool,
    ) -> Option<&'static str> {
        let row = self
            .0
            .iter()
            .find(|row| row.form == form && path::glob(row.group, group) && taken(&row.pattern))?;
        Some(row.source)
    }
}

#[cfg(test)]
mod tests;
