//! The room as its callers see it.

mod documents;
mod forms;
pub(in crate::manifest) mod generated;
mod names;
mod nested;
mod others;
mod refused;
mod rules;
mod split;
mod styles;
mod values;

use super::{Errors, Options, Replacements, Rewritten, Target};
use crate::reference::{Reference, Repository};

/// Replacements of `me/app`, of an image in a registry with a port, and others.
pub(in crate::manifest) fn replacements() -> Replacements {
    let mut out = Replacements::new();
    for (repository, target) in [
        ("me/app", "me/app:new"),
        ("registry.local:5000/team/web", "registry.local:5000/team/web:new"),
        ("redis", "redis:7.2"),
        ("moved", "other.example.com/moved:1"),
        ("pinned", DIGESTED),
    ] {
        let target = Target::Reference(Reference::parse(target).unwrap());
        out.add(Repository::parse(repository).unwrap(), target);
    }
    let untagged = Target::Untagged { image: "worker".to_owned() };
    out.add(Repository::parse("me/worker").unwrap(), untagged);
    out
}

pub(super) const DIGESTED: &str =
    "pinned:2@sha256:0000000000000000000000000000000000000000000000000000000000000001";

pub(super) fn rewrite(text: &str) -> Result<Rewritten, Errors> {
    super::rewrite(text.as_bytes(), "f.yaml", &replacements(), &Options::default())
}

/// The text after rewriting; also checks that the edits, applied by hand, give
/// the same bytes, and that twice is once.
#[track_caller]
pub(super) fn after(text: &str) -> String {
    after_with(text, Options::default())
}

#[track_caller]
pub(super) fn after_with(text: &str, options: Options) -> String {
    let go = |text: &str| {
        let input = text.as_bytes();
        super::rewrite(input, "f.yaml", &replacements(), &options)
            .unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    };
    let first = go(text);
    let mut by_hand = text.to_owned();
    for edit in first.edits.iter().rev() {
        assert_eq!(&text[edit.range.clone()], edit.old);
        by_hand.replace_range(edit.range.clone(), &edit.new);
    }
    let bytes = String::from_utf8(first.bytes).unwrap();
    assert_eq!(by_hand, bytes);
    let second = go(&bytes);
    assert_eq!(second.edits, [], "twice is not once:\n{bytes}");
    assert_eq!(second.bytes, bytes.as_bytes());
    bytes
}
