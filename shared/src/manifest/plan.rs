//! What is to be done to a text: found, spliced, proven.
//!
//! Ranges and offsets are of the text given. Knows nothing of threads.

use std::collections::HashMap;

use super::document::{Reader, Syntax};
use super::edit::{self, Splice};
use super::error::{Fault, Kind};
use super::replacements::{Known, Replacements};
use super::site::{Leaf, Shape, Site, Unmet};
use super::sites::{Finder, Findings, Scope};
use super::why::Why;
use super::wishes::Wishes;
use super::{fast, json, local, nested, proof, write};

/// What stands for the image of a site; `None`: it is not configured.
pub(super) fn target<'r>(replacements: &'r Replacements, site: &Site<'_>) -> Option<&'r Known> {
    if let Some(image) = &site.image {
        return replacements.image(image);
    }
    match &site.shape {
        Shape::Whole(leaf) => replacements.find(&leaf.value),
        Shape::Within(..) => replacements.find(&site.reference),
        Shape::Split(split) => replacements.find_part(&split.repository_text(), &site.reference),
        Shape::Part(..) => None,
    }
}

/// What is to be done to a text; ranges are of that text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub changes: Vec<Change>,
    pub unresolved: Vec<Missing>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub splice: Splice,
    pub path: String,
    pub rule: &'static str,
}

/// A known image that stays as it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Missing {
    pub offset: usize,
    pub image: String,
    pub reference: String,
    pub why: Why,
}

/// An image in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spotted {
    pub offset: usize,
    pub path: String,
    pub rule: &'static str,
    pub reference: String,
    pub known: bool,
    /// What would be written, where that is known.
    pub new: Option<String>,
}

/// The sites of a text, in its order, and the strings that hold others; `json` where it can
/// be nothing else.
fn read<'a>(
    text: &'a str,
    file: &str,
    scope: Scope<'_>,
    json: bool,
) -> Result<(Syntax, Findings<'a>), Fault> {
    if let Some((syntax, finder)) = fast::read_all(text, Finder::new(scope)) {
        return Ok((syntax, finder.finish()?));
    }
    let syntax = if json { Syntax::Json } else { Syntax::of(text) };
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

/// All images of a text, those in its strings too.
pub(super) fn list(
    text: &str,
    file: &str,
    scope: Scope<'_>,
    json: bool,
) -> Result<Vec<Spotted>, Fault> {
    let (syntax, findings) = read(text, file, scope, json)?;
    Ok(spotted(text, syntax, findings, scope))
}

/// The same of a string's value, if it holds what it must.
pub(super) fn list_in(
    text: &str,
    scope: Scope<'_>,
    objects_only: bool,
) -> Result<Vec<Spotted>, Fault> {
    let (syntax, findings) = read(text, "", scope, false)?;
    if objects_only && !findings.only_objects {
        return Ok(Vec::new());
    }
    Ok(spotted(text, syntax, findings, scope))
}

fn spotted(text: &str, syntax: Syntax, findings: Findings<'_>, scope: Scope<'_>) -> Vec<Spotted> {
    let spot = |site: Site<'_>| {
        let known = target(scope.replacements, &site);
        Spotted {
            offset: site.offset(),
            known: known.is_some(),
            new: known.map(|known| known.text.to_string()).filter(|text| !text.is_empty()),
            path: site.path,
            rule: site.rule,
            reference: site.reference,
        }
    };
    let mut spots: Vec<_> = findings.sites.into_iter().map(spot).collect();
    for held in &findings.held {
        spots.extend(nested::list(text, syntax, held, scope));
    }
    spots.sort_by_key(|spot| spot.offset);
    spots
}

/// Finds, splices and proves.
pub(super) fn find(text: &str, file: &str, scope: Scope<'_>, json: bool) -> Result<Found, Fault> {
    let (syntax, findings) = read(text, file, scope, json)?;
    plan(text, syntax, &findings, scope)
}

/// The same in a string's value, if it holds what it must.
pub(super) fn find_in(text: &str, scope: Scope<'_>, objects_only: bool) -> Result<Found, Fault> {
    let (syntax, findings) = read(text, "", scope, false)?;
    if objects_only && !findings.only_objects {
        return Ok(Found::default());
    }
    plan(text, syntax, &findings, scope)
}

/// Splices what was found, and proves it: by [`local`] where that says something, else by
/// reading both texts again.
fn plan(
    text: &str,
    syntax: Syntax,
    findings: &Findings<'_>,
    scope: Scope<'_>,
) -> Result<Found, Fault> {
    let found = spliced(text, syntax, findings, scope)?;
    if !found.is_local(text, findings) {
        found.prove(text, syntax)?;
    }
    Ok(found)
}

/// What is to be done to a text whose findings are known, if that needs no more proof than
/// [`local`]: where events were left out, the full proof cannot tell which is which.
pub(super) fn find_local(
    text: &str,
    syntax: Syntax,
    findings: &Findings<'_>,
    scope: Scope<'_>,
) -> Option<Found> {
    let found = spliced(text, syntax, findings, scope).ok()?;
    found.is_local(text, findings).then_some(found)
}

/// Not proven yet.
fn spliced(
    text: &str,
    syntax: Syntax,
    findings: &Findings<'_>,
    scope: Scope<'_>,
) -> Result<Found, Fault> {
    let mut found = Found::default();
    let mut wishes = Wishes::new(&findings.others);
    for site in &findings.sites {
        if let Some(unmet) = &site.unmet {
            found.unresolved.push(missing(site, unmet, scope.replacements));
            continue;
        }
        let Some(known) = target(scope.replacements, site) else { continue };
        known.mark();
        let added = write::wishes(&site.shape, known).and_then(|w| wishes.add(site, w));
        if let Err(why) = added {
            let (image, reference) = (known.name(), site.reference.clone());
            found.unresolved.push(Missing { offset: site.offset(), image, reference, why });
        }
    }
    let splices = wishes.splices(text, syntax).map_err(|site| Fault {
        offset: site.offset(),
        kind: Kind::Proof { path: site.path.clone() },
    })?;
    found.changes.extend(splices.into_iter().map(|(site, splice)| Change {
        splice,
        path: site.path.clone(),
        rule: site.rule,
    }));
    for held in &findings.held {
        nested::find(text, syntax, held, scope, &mut found)?;
    }
    found.changes.sort_by_key(|change| change.splice.range.start);
    found.unresolved.sort_by_key(|missing| missing.offset);
    Ok(found)
}

/// A site that is not what a rule expects.
fn missing(site: &Site<'_>, unmet: &Unmet, replacements: &Replacements) -> Missing {
    let image = match unmet {
        Unmet::Image(name) => name.to_string(),
        Unmet::Known => site.reference.clone(),
    };
    let name = match &site.shape {
        Shape::Split(split) => split.repository_text(),
        _ => site.reference.clone(),
    };
    let near = replacements.nearest(&name);
    let why = match unmet {
        Unmet::Image(_) => Why::NotTheImage { image: image.clone(), near },
        Unmet::Known => Why::NotKnown { near },
    };
    Missing { offset: site.offset(), image, reference: site.reference.clone(), why }
}

impl Found {
    /// Whether all splices are surely right by themselves.
    fn is_local(&self, text: &str, findings: &Findings<'_>) -> bool {
        if self.changes.is_empty() {
            return true;
        }
        let leaves = findings.sites.iter().flat_map(|site| site.shape.leaves());
        let leaves: HashMap<usize, &Leaf<'_>> = leaves.map(|leaf| (leaf.event, leaf)).collect();
        let holds = |change: &Change| {
            let leaf = leaves.get(&change.splice.event);
            leaf.is_some_and(|leaf| local::holds(text, leaf, &change.splice))
        };
        self.changes.iter().all(holds) && self.overlap().is_none()
    }

    /// The first change that reaches into the one after it, or has its scalar too.
    fn overlap(&self) -> Option<usize> {
        let apart = |pair: &[Change]| pair[0].splice.range.end <= pair[1].splice.range.start;
        self.changes.windows(2).position(|pair| !apart(pair))
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
        if let Some(index) = self.overlap() {
            return Err(fault(index));
        }
        let splices: Vec<_> = self.changes.iter().map(|change| change.splice.clone()).collect();
        let output = edit::text(text, &splices);
        proof::check(text, &output, syntax, &splices).map_err(fault)
    }
}
