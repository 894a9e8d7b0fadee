//! What is to be done to a text: found by the full parser, spliced, proven.
//!
//! Ranges and offsets are of the text given. Knows nothing of threads or of the
//! way by lines ([`super::fast`]), which comes to the same result.

use super::document::{Reader, Syntax};
use super::edit::{self, Splice};
use super::error::{Fault, Kind};
use super::replacements::Known;
use super::site::{Shape, Site};
use super::sites::{Finder, Scope};
use super::{Replacements, Target, json, proof};

/// What stands for the image of a site; `None`: it is not configured.
pub(super) fn target<'r>(replacements: &'r Replacements, site: &Site<'_>) -> Option<&'r Known> {
    match &site.shape {
        Shape::Whole(leaf) => replacements.find(&leaf.value),
        Shape::Split(split) => replacements.find_part(&split.repository_text(), &site.reference),
    }
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
    Ok((syntax, finder.finish()?))
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
        let Some(known) = target(scope.replacements, site) else { continue };
        known.mark();
        match &known.target {
            Target::Reference(target) => {
                let change = |splice| Change { splice, path: site.path.clone(), rule: site.rule };
                let splices = edit::plan(text, &site.shape, target, &known.text);
                found.changes.extend(splices.into_iter().map(change));
            }
            Target::Untagged { image } => found.untagged.push(Missing {
                offset: leaf.range.start,
                image: image.clone(),
                reference: site.reference.clone(),
            }),
        }
    }
    found.changes.sort_by_key(|change| change.splice.range.start);
    found.prove(text, syntax)?;
    Ok(found)
}

impl Found {
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
        let splices: Vec<_> = self.changes.iter().map(|change| change.splice.clone()).collect();
        let output = edit::text(text, &splices);
        proof::check(text, &output, syntax, &splices).map_err(fault)
    }
}
