//! What is to be done to a text: found by the full parser, spliced, proven.
//!
//! Ranges and offsets are of the text given. Knows nothing of threads or of the
//! way by lines ([`super::fast`]), which comes to the same result.

use super::document::{Reader, Syntax};
use super::edit::{self, Splice};
use super::error::{Fault, Kind};
use super::place::Cursor;
use super::sites::{Finder, Scope, Shape, Site};
use super::{Edit, Replacements, Rewritten, Target, Untagged, json, proof};
use crate::util::place::Place;

/// What stands for the image of a site; `None`: it is not configured.
pub(super) fn target<'r>(replacements: &'r Replacements, site: &Site<'_>) -> Option<&'r Target> {
    let found = match &site.shape {
        Shape::Whole(leaf) => replacements.find(&leaf.value),
        Shape::Split(split) => replacements.find(&split.repository_text()),
    };
    found.map(|(_, target)| target)
}

/// What is to be done to a text; ranges are of that text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub changes: Vec<Change>,
    pub untagged: Vec<Missing>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub splice: Splice,
    pub path: String,
    pub rule: &'static str,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Missing {
    pub offset: usize,
    pub image: String,
    pub reference: String,
}

/// The sites of a text, in its order.
pub(super) fn read<'a>(
    text: &'a str,
    file: &str,
    scope: Scope<'_>,
) -> Result<(Syntax, Vec<Site<'a>>), Fault> {
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
pub(super) fn find(text: &str, file: &str, scope: Scope<'_>) -> Result<Found, Fault> {
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

    pub fn prove(&self, text: &str, syntax: Syntax) -> Result<(), Fault> {
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

    pub fn finish(self, text: &str, file: &str) -> Rewritten {
        let bytes = self.bytes(text);
        let mut cursor = Cursor::new(text);
        let edit = |change: Change| {
            let Splice { range, text: new, .. } = change.splice;
            let (line, column) = cursor.at(range.start);
            let old = text[range.clone()].to_owned();
            let (file, path, rule) = (file.to_owned(), change.path, change.rule);
            Edit { file, range, line, column, old, new, path, rule }
        };
        let edits = self.changes.into_iter().map(edit).collect();
        let mut cursor = Cursor::new(text);
        let untagged = |missing: Missing| {
            let (line, column) = cursor.at(missing.offset);
            let place = Place::new(file, line, column);
            Untagged { place, image: missing.image, reference: missing.reference }
        };
        let untagged = self.untagged.into_iter().map(untagged).collect();
        Rewritten { bytes, edits, untagged }
    }
}
