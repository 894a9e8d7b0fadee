//! Documents in strings: YAML or JSON in a `ConfigMap`, an annotation, a chart's values.
//!
//! The string's value is a text like any other: read, searched, spliced and proven by the
//! same code, to a bounded depth. Its splices are then made where its bytes stand in
//! the outer text ([`super::scalar`]), in the string's own indentation and quoting; the
//! outer proof knows what value must come out. A string that cannot be read as a
//! document is a string, and no error.

use super::document::Syntax;
use super::edit::{self, Splice};
use super::error::{Fault, Kind};
use super::plan::{self, Change, Found, Missing, Spotted};
use super::scalar::Map;
use super::site::Held;
use super::sites::Scope;

/// So many strings may hold each other.
const LEVEL_MAX: usize = 4;

/// Words of which every document with an image has one, beside the image's name.
const WORDS: [&str; 8] =
    ["mage", "MAGE", "epo", "EPO", "ackage", "apiVersion", "newTag", "newName"];

/// Whether a string may hold a document with images that are looked for: cheap, and
/// never wrong in saying no. The fast way asks this of every string it passes over.
pub(super) fn may_hold(value: &str, scope: Scope<'_>) -> bool {
    let begin = value.trim_start();
    let shaped = || begin.starts_with(['{', '[']) || begin.contains('\n') || value.contains(": ");
    scope.level < LEVEL_MAX && shaped() && may_name(value, scope)
}

/// The same of a string that is still escaped, whatever its shape.
pub(super) fn may_name(value: &str, scope: Scope<'_>) -> bool {
    let replacements = scope.replacements;
    scope.listing
        || replacements.rules().look_at_all()
        || (replacements.may_name(value) && (scope.everywhere || has_word(value)))
}

/// A name of a configured image is not enough: `app` is in many words.
fn has_word(value: &str) -> bool {
    let escaped = || value.contains("\\u") || value.contains("\\x");
    WORDS.iter().any(|word| memchr::memmem::find(value.as_bytes(), word.as_bytes()).is_some())
        || escaped()
}

/// Whether strings in the mapping under this key may hold documents, in whatever object.
pub(super) fn is_annotations(key: &str) -> bool {
    const END: &str = "annotations";
    let begin = key.len().saturating_sub(END.len());
    key.get(begin..).is_some_and(|end| end.eq_ignore_ascii_case(END))
}

/// Whether a string under this key has the looks of a document: a line that ends, a
/// mapping or list of JSON, or any `key: value` under the name of such a file.
pub(super) fn is_text(value: &str, key: &str) -> bool {
    let value = value.trim_start();
    let file = [".yaml", ".yml", ".json"].iter().any(|end| key.ends_with(end));
    value.starts_with(['{', '[']) || value.contains('\n') || file
}

/// What is to be done in a string, as changes of the text that it stands in.
pub(super) fn find(
    text: &str,
    syntax: Syntax,
    held: &Held<'_>,
    scope: Scope<'_>,
    found: &mut Found,
) -> Result<(), Fault> {
    let value = held.leaf.value.as_ref();
    let proof = |path: &str| Fault {
        offset: held.leaf.range.start,
        kind: Kind::Proof { path: format!("{} > {path}", held.path) },
    };
    let inner = match plan::find_in(value, inside(scope), held.objects_only) {
        Ok(inner) => inner,
        Err(Fault { kind: Kind::Proof { path }, .. }) => return Err(proof(&path)),
        Err(_) => return Ok(()),
    };
    if inner.changes.is_empty() && inner.unresolved.is_empty() {
        return Ok(());
    }
    let whole = || proof("");
    let map = Map::of(text, &held.leaf, syntax).ok_or_else(whole)?;
    let splices: Vec<Splice> = inner.changes.iter().map(|change| change.splice.clone()).collect();
    let new: std::sync::Arc<str> = edit::text(value, &splices).into();
    let place =
        |at: usize| map.source(&(at..at)).map_or(held.leaf.range.start, |range| range.start);
    for Change { splice, path, rule } in inner.changes {
        let made = map.splices(value, &splice.range, &splice.text).ok_or_else(|| proof(&path))?;
        let path = join(&held.path, &path);
        for (range, text) in made {
            let splice = Splice { event: held.leaf.event, range, text, value: new.clone() };
            found.changes.push(Change { splice, path: path.clone(), rule });
        }
    }
    for missing in inner.unresolved {
        found.unresolved.push(Missing { offset: place(missing.offset), ..missing });
    }
    Ok(())
}

/// The images in a string; places are of the text that it stands in.
pub(super) fn list(text: &str, syntax: Syntax, held: &Held<'_>, scope: Scope<'_>) -> Vec<Spotted> {
    let Ok(inner) = plan::list_in(&held.leaf.value, inside(scope), held.objects_only) else {
        return Vec::new();
    };
    let map = Map::of(text, &held.leaf, syntax);
    let place = |at: usize| {
        let range = map.as_ref().and_then(|map| map.source(&(at..at)));
        range.map_or(held.leaf.range.start, |range| range.start)
    };
    let spot = |spot: Spotted| Spotted {
        offset: place(spot.offset),
        path: join(&held.path, &spot.path),
        ..spot
    };
    inner.into_iter().map(spot).collect()
}

fn inside(scope: Scope<'_>) -> Scope<'_> {
    Scope { level: scope.level + 1, ..scope }
}

/// The way through a string: `data["a.yaml"] > spec.image`.
fn join(outer: &str, inner: &str) -> String {
    format!("{outer} > {inner}")
}
