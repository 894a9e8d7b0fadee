//! Image references in manifests: found, replaced, everything else kept.
//!
//! Bytes in, bytes out. A manifest is read as events with byte ranges
//! (`document`), the sites are picked (`sites`), spliced in their own style
//! (`edit`), and the result is read again and compared (`proof`): a wrong splice
//! is an error, never output. Refuses what is not valid YAML or JSON, with the
//! place. Knows of no card, no cluster, and prints nothing; only [`input`] looks
//! at the file system.

use std::ops::Range;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::util::place::Place;
use document::{Reader, Syntax};
use edit::Splice;
use error::Fault;
use sites::{Finder, Scope, Shape};

mod crds;
mod document;
mod edit;
mod error;
pub mod input;
mod json;
mod path;
mod place;
mod proof;
mod replacements;
mod sites;

pub use error::{Error, Errors, Kind};
pub use replacements::{Replacements, Target};

#[cfg(test)]
mod tests;

/// How far rewriting goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Any string that is wholly a reference to a configured repository.
    pub everywhere: bool,
}

/// A manifest with its images replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rewritten {
    pub bytes: Vec<u8>,
    /// In the order of the input; applied to it they give `bytes`.
    pub edits: Vec<Edit>,
    /// Sites of configured images without a tag: they are not changed.
    pub untagged: Vec<Untagged>,
}

/// One replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub file: String,
    /// Bytes of the input.
    pub range: Range<usize>,
    /// Counted from 1; the place of the first byte replaced.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The bytes replaced, as they stand in the input.
    pub old: String,
    pub new: String,
    /// The way to the value: `spec.containers[0].image`.
    pub path: String,
    /// What made the value a site: `image`, `image-volume`, `image-key`, `split`,
    /// `everywhere`, or the API reference that says so of a custom resource.
    pub rule: &'static str,
}

/// A site that names a configured image whose card has no tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untagged {
    pub place: Place,
    /// The image's name in the config.
    pub image: String,
    /// The reference in the manifest.
    pub reference: String,
}

/// A place that holds an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub place: Place,
    pub reference: String,
    pub path: String,
    /// Whether its repository is a configured one.
    pub known: bool,
}

impl Serialize for Site {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Site", 6)?;
        out.serialize_field("file", &self.place.file)?;
        out.serialize_field("line", &self.place.line)?;
        out.serialize_field("column", &self.place.column)?;
        out.serialize_field("reference", &self.reference)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("known", &self.known)?;
        out.end()
    }
}

/// Rewrites one file. `file` is its name in errors and edits.
///
/// Rewriting the result again changes nothing. An input without sites comes back
/// as it is.
pub fn rewrite(
    input: &[u8],
    file: &str,
    replacements: &Replacements,
    options: &Options,
) -> Result<Rewritten, Errors> {
    let text = document::decode(input, file)?;
    let scope = Scope { replacements, everywhere: options.everywhere, listing: false };
    let found = find(text, file, scope).map_err(|fault| Error::at(file, text, fault))?;
    Ok(found.finish(text, file))
}

/// All images of one file, configured or not, in the order of the text.
pub fn list(
    input: &[u8],
    file: &str,
    replacements: &Replacements,
    options: &Options,
) -> Result<Vec<Site>, Errors> {
    let text = document::decode(input, file)?;
    let scope = Scope { replacements, everywhere: options.everywhere, listing: true };
    let sites = read(text, file, scope).map_err(|fault| Error::at(file, text, fault))?.1;
    let mut cursor = place::Cursor::new(text);
    let show = |site: sites::Site<'_>| {
        let (line, column) = cursor.at(site.shape.name().map_or(0, |leaf| leaf.range.start));
        Site {
            place: Place::new(file, line, column),
            known: target(replacements, &site).is_some(),
            reference: site.reference,
            path: site.path,
        }
    };
    Ok(sites.into_iter().map(show).collect())
}

/// What stands for the image of a site; `None`: it is not configured.
fn target<'r>(replacements: &'r Replacements, site: &sites::Site<'_>) -> Option<&'r Target> {
    let found = match &site.shape {
        Shape::Whole(leaf) => replacements.find(&leaf.value),
        Shape::Split(split) => replacements.find(&split.repository_text()),
    };
    found.map(|(_, target)| target)
}

/// What is to be done to a text; ranges are of that text.
#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    untagged: Vec<Missing>,
}

struct Change {
    splice: Splice,
    path: String,
    rule: &'static str,
}

struct Missing {
    offset: usize,
    image: String,
    reference: String,
}

fn read<'a>(
    text: &'a str,
    file: &str,
    scope: Scope<'_>,
) -> Result<(Syntax, Vec<sites::Site<'a>>), Fault> {
    let syntax = Syntax::of(text);
    let mut finder = Finder::new(scope);
    for item in Reader::new(text, syntax) {
        match item {
            Ok(item) => finder.take(item),
            Err(fault) => return Err(better_fault(text, file, fault)),
        }
    }
    Ok((syntax, finder.finish()))
}

/// A `.json` file that is neither JSON nor YAML gets the JSON reader's word.
fn better_fault(text: &str, file: &str, fault: Fault) -> Fault {
    let json = std::path::Path::new(file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if !json || !matches!(fault.kind, Kind::Yaml(_)) {
        return fault;
    }
    json::Reader::new(text).find_map(Result::err).unwrap_or(fault)
}

/// Finds, splices and proves.
fn find(text: &str, file: &str, scope: Scope<'_>) -> Result<Found, Fault> {
    let (syntax, sites) = read(text, file, scope)?;
    let mut found = Found::default();
    for site in &sites {
        let Some(leaf) = site.shape.name() else { continue };
        match target(scope.replacements, site) {
            Some(Target::Reference(target)) => {
                let change = |splice| Change { splice, path: site.path.clone(), rule: site.rule };
                found.changes.extend(edit::plan(text, &site.shape, target).into_iter().map(change));
            }
            Some(Target::Untagged { image }) => found.untagged.push(Missing {
                offset: leaf.range.start,
                image: image.clone(),
                reference: site.reference.clone(),
            }),
            None => {}
        }
    }
    found.changes.sort_by_key(|change| change.splice.range.start);
    found.prove(text, syntax)?;
    Ok(found)
}

impl Found {
    fn bytes(&self, text: &str) -> Vec<u8> {
        let growth = self.changes.iter().map(|change| change.splice.text.len()).sum();
        let splices =
            self.changes.iter().map(|change| (&change.splice.range, &*change.splice.text));
        edit::apply(text.as_bytes(), splices, growth)
    }

    fn prove(&self, text: &str, syntax: Syntax) -> Result<(), Fault> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let fault = |index: usize| {
            let change = &self.changes[index];
            let offset = change.splice.range.start;
            Fault { offset, kind: Kind::Proof { path: change.path.clone() } }
        };
        let apart = |pair: &[Change]| pair[0].splice.range.end <= pair[1].splice.range.start;
        if let Some(index) = self.changes.windows(2).position(|pair| !apart(pair)) {
            return Err(fault(index));
        }
        let output = self.bytes(text);
        let output = std::str::from_utf8(&output).map_err(|_| fault(0))?;
        let splices: Vec<_> = self.changes.iter().map(|change| change.splice.clone()).collect();
        proof::check(text, output, syntax, &splices).map_err(fault)
    }

    fn finish(self, text: &str, file: &str) -> Rewritten {
        let bytes = self.bytes(text);
        let mut cursor = place::Cursor::new(text);
        let edit = |change: Change| {
            let Splice { range, text: new, .. } = change.splice;
            let (line, column) = cursor.at(range.start);
            let old = text[range.clone()].to_owned();
            let (file, path, rule) = (file.to_owned(), change.path, change.rule);
            Edit { file, range, line, column, old, new, path, rule }
        };
        let edits = self.changes.into_iter().map(edit).collect();
        let mut cursor = place::Cursor::new(text);
        let untagged = |missing: Missing| {
            let (line, column) = cursor.at(missing.offset);
            let place = Place::new(file, line, column);
            Untagged { place, image: missing.image, reference: missing.reference }
        };
        let untagged = self.untagged.into_iter().map(untagged).collect();
        Rewritten { bytes, edits, untagged }
    }
}
