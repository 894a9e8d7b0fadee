//! Which repositories are rewritten, and to what.
//!
//! Both sides are normalised by [`crate::reference`], so `docker.io/library/redis`
//! and `redis` are one repository. Text that is no reference matches nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::rule::Rules;
use super::why::Why;
use crate::reference::{Reference, Repository};

/// What stands for a repository from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The whole new reference; old tags and digests vanish.
    Reference(Reference),
    /// The same, but where it is written in one string, the digest stands without the
    /// tag. A reference without a digest is [`Target::Unpushed`].
    ByDigest(Reference),
    /// The image is configured under this name, but its card has no tag yet.
    Untagged { image: String },
    /// Its card has no digest yet.
    Unpushed { image: String },
    /// These images all have the repository, and only a rule tells which is meant.
    Ambiguous { images: Vec<String> },
}

/// A configured repository's target, with its text.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub target: Target,
    /// The whole new reference; empty where there is none.
    pub text: Arc<str>,
}

impl Known {
    fn new(target: Target) -> Self {
        let text = match &target {
            Target::Reference(reference) => reference.to_string().into(),
            Target::ByDigest(reference) => match &reference.digest {
                Some(digest) => reference.repository.at(digest).to_string().into(),
                None => Arc::default(),
            },
            Target::Untagged { .. } | Target::Unpushed { .. } | Target::Ambiguous { .. } => {
                Arc::default()
            }
        };
        Self { target, text }
    }

    /// The new reference, or why there is none.
    pub fn target(&self) -> Result<&Reference, Why> {
        match &self.target {
            Target::ByDigest(reference) if reference.digest.is_none() => {
                Err(Why::NoDigest(reference.repository.to_string()))
            }
            Target::Reference(reference) | Target::ByDigest(reference) => Ok(reference),
            Target::Untagged { image } => Err(Why::NoTag(image.clone())),
            Target::Unpushed { image } => Err(Why::NoDigest(image.clone())),
            Target::Ambiguous { images } => Err(Why::Ambiguous(images.clone())),
        }
    }

    /// The image's name, or what it is to be.
    pub fn name(&self) -> String {
        match &self.target {
            Target::Reference(reference) | Target::ByDigest(reference) => {
                reference.repository.to_string()
            }
            Target::Untagged { image } | Target::Unpushed { image } => image.clone(),
            Target::Ambiguous { images } => images.join(", "),
        }
    }
}

/// The configured repositories with their targets.
#[derive(Debug, Clone, Default)]
pub struct Replacements {
    targets: HashMap<Repository, Known>,
    /// The last path components: a cheap sieve before anything is parsed.
    names: HashSet<String>,
    /// Repositories by the name that most manifests write.
    spelled: HashMap<String, Repository>,
    /// The images by their names in the config, in its order.
    images: Vec<(String, Repository, Known)>,
    rules: Rules,
}

impl Replacements {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the target of a repository; the last one given counts.
    pub fn add(&mut self, repository: Repository, target: Target) {
        let name = repository.path().rsplit('/').next().unwrap_or_default();
        self.names.insert(name.to_owned());
        // Some names of the hub mean something else without their host.
        let spelled = repository.to_string();
        if Repository::parse(&spelled).is_ok_and(|same| same == repository) {
            self.spelled.insert(spelled, repository.clone());
        }
        self.targets.insert(repository, Known::new(target));
    }

    /// Sets the target of an image of the config. Where several have one repository,
    /// rules tell them apart: the one that no rule names stands everywhere else.
    pub fn add_image(&mut self, name: &str, repository: Repository, target: Target) {
        self.images.retain(|(other, ..)| other != name);
        self.images.push((name.to_owned(), repository.clone(), Known::new(target.clone())));
        self.add(repository.clone(), target);
        self.settle(&repository);
    }

    /// Sets the rules.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
        let shared: Vec<_> = self.images.iter().map(|(_, repository, _)| repository.clone()).collect();
        shared.iter().for_each(|repository| self.settle(repository));
    }

    /// What stands for a repository where no rule says which image it is.
    fn settle(&mut self, repository: &Repository) {
        let same = self.images.iter().filter(|(_, other, _)| other == repository);
        let images: Vec<_> = same.map(|(name, _, known)| (name, &known.target)).collect();
        if images.len() < 2 {
            return;
        }
        let named = |image: &str| self.rules.add.iter().any(|rule| rule.image() == Some(image));
        let unnamed: Vec<_> = images.iter().filter(|(name, _)| !named(name)).collect();
        let target = match unnamed.as_slice() {
            [(_, target)] => (*target).clone(),
            _ => Target::Ambiguous { images: images.iter().map(|(name, _)| (*name).clone()).collect() },
        };
        self.add(repository.clone(), target);
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What stands for an image of the config.
    pub(super) fn image(&self, name: &str) -> Option<&Known> {
        let found = self.images.iter().find(|(other, ..)| other == name);
        found.map(|(_, _, known)| known)
    }

    /// Whether a text is a reference to this image's repository.
    pub(super) fn is_image(&self, name: &str, text: &str) -> bool {
        let found = self.images.iter().find(|(other, ..)| other == name);
        found.is_some_and(|(_, repository, _)| {
            Reference::parse(text.trim()).is_ok_and(|reference| reference.repository == *repository)
        })
    }

    /// Whether a text names an image of a repository that is known at all.
    pub(super) fn knows(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// As [`Self::find`], for a name and the whole reference that it is a part of.
    pub(super) fn find_part(&self, repository: &str, _whole: &str) -> Option<&Known> {
        self.find(repository)
    }

    /// As [`Self::knows`], for a name in parts.
    pub(super) fn knows_part(&self, repository: &str, _whole: impl Fn() -> String) -> bool {
        self.knows(repository)
    }

    /// Whether a text ends as a known name does: all that is asked before anything is
    /// put together.
    pub(super) fn has_component(&self, text: &str) -> bool {
        self.names.contains(split_name(text.trim()).1)
    }

    /// Whether some known name's last component is anywhere in a text.
    pub(super) fn may_name(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.names.iter().any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some())
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
    use super::{Replacements, Target, is_plain_ending, split_name};
    use crate::reference::{Reference, Repository};

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
    fn a_short_name_that_means_something_else_is_not_matched() {
        let image_id = "0123456789abcdef".repeat(4);
        for (configured, written) in [
            (format!("docker.io/library/{image_id}"), image_id),
            ("docker.io/localhost/x".to_owned(), "localhost/x".to_owned()),
        ] {
            let repository = Repository::parse(&configured).unwrap();
            let mut replacements = Replacements::new();
            replacements.add(repository, Target::Untagged { image: String::new() });
            assert!(replacements.find(&written).is_none(), "{written}");
            assert!(replacements.find(&configured).is_some(), "{configured}");
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
