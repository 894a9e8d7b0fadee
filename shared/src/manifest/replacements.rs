//! Which repositories are rewritten, and to what.
//!
//! Both sides are normalised by [`crate::reference`], so `docker.io/library/redis`
//! and `redis` are one repository. Text that is no reference matches nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::reference::{Reference, Repository};

/// What stands for a repository from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The whole new reference; old tags and digests vanish.
    Reference(Reference),
    /// The image is configured under this name, but its card has no tag yet.
    Untagged { image: String },
}

/// A configured repository's target, with its text.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub target: Target,
    /// The whole new reference; empty where there is none.
    pub text: Arc<str>,
}

/// The configured repositories with their targets.
#[derive(Debug, Clone, Default)]
pub struct Replacements {
    targets: HashMap<Repository, Known>,
    /// The last path components: a cheap sieve before anything is parsed.
    names: HashSet<String>,
    /// Repositories by the name that most manifests write.
    spelled: HashMap<String, Repository>,
}

impl Replacements {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the target of a repository; the last one given counts.
    pub fn add(&mut self, repository: Repository, target: Target) {
        let name = repository.path().rsplit('/').next().unwrap_or_default();
        self.names.insert(name.to_owned());
        self.spelled.insert(repository.to_string(), repository.clone());
        let text = match &target {
            Target::Reference(reference) => reference.to_string().into(),
            Target::Untagged { .. } => Arc::default(),
        };
        self.targets.insert(repository, Known { target, text });
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// What the reference in a text, blanks around it aside, is replaced by.
    pub(super) fn find(&self, text: &str) -> Option<&Known> {
        let text = text.trim();
        let (bare, component) = split_name(text);
        if !self.names.contains(component) {
            return None;
        }
        // The full grammar makes strings; most texts need less.
        if let Some(repository) = self.spelled.get(bare)
            && is_plain_ending(&text[bare.len()..])
        {
            return self.targets.get(repository);
        }
        self.targets.get(&Reference::parse(text).ok()?.repository)
    }
}

/// The name without tag and digest, and its last component.
fn split_name(text: &str) -> (&str, &str) {
    let end = memchr::memchr(b'@', text.as_bytes()).unwrap_or(text.len());
    let begin = memchr::memrchr(b'/', &text.as_bytes()[..end]).map_or(0, |slash| slash + 1);
    let length = memchr::memchr(b':', &text.as_bytes()[begin..end]).unwrap_or(end - begin);
    (&text[..begin + length], &text[begin..begin + length])
}

/// Whether what follows a name is surely `:tag`, `@sha256:…` or nothing: narrower
/// than the grammar, never wider.
fn is_plain_ending(ending: &str) -> bool {
    let (tag, digest) = match ending.split_once('@') {
        Some((tag, digest)) => (tag, Some(digest)),
        None => (ending, None),
    };
    let is_tag = |tag: &str| {
        tag.starts_with(|c: char| c.is_ascii_alphanumeric())
            && tag.len() <= 100
            && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    let is_digest = |digest: &str| {
        digest.strip_prefix("sha256:").is_some_and(|hex| {
            hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    };
    (tag.is_empty() || tag.strip_prefix(':').is_some_and(is_tag)) && digest.is_none_or(is_digest)
}

#[cfg(test)]
mod tests {
    use super::{is_plain_ending, split_name};
    use crate::reference::Reference;

    #[test]
    fn the_sieve_takes_the_name_alone() {
        for (text, bare, name) in [
            ("app", "app", "app"),
            ("app:1", "app", "app"),
            ("host:5000/team/app", "host:5000/team/app", "app"),
            ("host:5000/team/app:1@sha256:00/11", "host:5000/team/app", "app"),
            ("", "", ""),
            ("a/", "a/", ""),
        ] {
            assert_eq!(split_name(text), (bare, name), "{text}");
        }
    }

    #[test]
    fn the_short_way_takes_no_ending_that_the_grammar_refuses() {
        let hex = "0".repeat(64);
        let parts = ["", ":", ":1", ":a.b_c-D", ":-", "@", "@sha256:", "/x", "é"];
        let digests = [String::new(), format!("@sha256:{hex}"), format!("@sha256:{hex}0")];
        let mut taken = 0;
        for part in parts {
            for digest in &digests {
                let ending = format!("{part}{digest}");
                if is_plain_ending(&ending) {
                    taken += 1;
                    assert!(Reference::parse(&format!("me/app{ending}")).is_ok(), "{ending}");
                }
            }
        }
        assert_eq!(taken, 6);
    }
}
