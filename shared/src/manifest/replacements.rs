//! Which repositories are rewritten, and to what.
//!
//! Both sides are normalised by [`crate::reference`], so `docker.io/library/redis`
//! and `redis` are one repository. Text that is no reference matches nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::rule::Rules;
use crate::reference::{Reference, Repository};
use crate::util::nearest::nearest;

mod known;

pub(super) use known::Known;
pub use known::Target;

/// The configured repositories with their targets.
#[derive(Debug, Clone, Default)]
pub struct Replacements {
    targets: HashMap<Repository, Known>,
    /// Targets of one tag or digest of a repository, which count before the repository's.
    exact: HashMap<Reference, Known>,
    /// Whether a site named an image of the repository.
    matched: HashMap<Repository, Arc<AtomicBool>>,
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

    /// Sets the target of a repository, whatever tag and digest stand behind it; the
    /// last one given counts, also over those given for one tag before, and over those
    /// of the images of the config.
    pub fn add(&mut self, repository: Repository, target: Target) {
        if !self.exact.is_empty() && self.matched.contains_key(&repository) {
            self.exact.retain(|reference, _| reference.repository != repository);
        }
        let known = self.known(&repository, target);
        for (_, other, of_image) in &mut self.images {
            if *other == repository {
                of_image.clone_from(&known);
            }
        }
        self.set(repository, known);
    }

    fn set(&mut self, repository: Repository, known: Known) {
        // Some names of the hub mean something else without their host.
        let spelled = repository.to_string();
        if Repository::parse(&spelled).is_ok_and(|same| same == repository) {
            self.spelled.insert(spelled, repository.clone());
        }
        self.targets.insert(repository, known);
    }

    /// Sets the target of a reference with exactly this tag and digest, or with none.
    pub fn add_exact(&mut self, reference: Reference, target: Target) {
        let known = self.known(&reference.repository, target);
        self.exact.insert(reference, known);
    }

    fn known(&mut self, repository: &Repository, target: Target) -> Known {
        let name = repository.path().rsplit('/').next().unwrap_or_default();
        self.names.insert(name.to_owned());
        let matched = self.matched.entry(repository.clone()).or_default().clone();
        Known::new(target, matched)
    }

    /// Sets the target of an image of the config. Where several have one repository,
    /// rules tell them apart: the one that no rule names stands everywhere else.
    pub fn add_image(&mut self, name: &str, repository: &Repository, target: Target) {
        self.exact.retain(|reference, _| reference.repository != *repository);
        self.images.retain(|(other, ..)| other != name);
        let known = self.known(repository, target);
        self.images.push((name.to_owned(), repository.clone(), known.clone()));
        self.set(repository.clone(), known);
        self.settle(repository);
    }

    /// Sets the rules.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
        let shared: Vec<_> =
            self.images.iter().map(|(_, repository, _)| repository.clone()).collect();
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
            _ => Target::Ambiguous {
                images: images.iter().map(|(name, _)| (*name).clone()).collect(),
            },
        };
        let known = self.known(repository, target);
        self.set(repository.clone(), known);
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

    /// Whether a text ends as a known name does: all that is asked before anything is
    /// put together.
    pub(super) fn has_component(&self, text: &str) -> bool {
        self.names.contains(split_name(text.trim()).1)
    }

    /// The last components of all known names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether some known name's last component is anywhere in a text.
    pub(super) fn may_name(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.names.iter().any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some())
    }

    pub fn is_empty(&self) -> bool {
        self.matched.is_empty()
    }

    /// Whether a site that was rewritten, or would have been, names an image of the
    /// repository. Looking at a text ([`super::list`]) does not count.
    pub fn matched(&self, repository: &Repository) -> bool {
        self.matched.get(repository).is_some_and(|matched| matched.load(Ordering::Relaxed))
    }

    /// Whether a text names an image of a repository that is known at all.
    pub(super) fn knows(&self, text: &str) -> bool {
        let by_repository = || {
            let reference = Reference::parse(text.trim()).ok();
            reference.is_some_and(|reference| self.matched.contains_key(&reference.repository))
        };
        self.find(text).is_some() || (!self.exact.is_empty() && by_repository())
    }

    /// The repository that a name, which is none of them, may be meant to be.
    pub(super) fn nearest(&self, name: &str) -> Option<String> {
        let name = Reference::parse(name.trim()).map(|r| r.repository.to_string());
        let known = self.matched.keys().map(Repository::to_string);
        let mut known: Vec<String> = known.collect();
        known.sort();
        let near = nearest_name(&name.ok()?, known.iter().map(String::as_str));
        near.map(str::to_owned)
    }

    /// As [`Self::find`], for a name and the whole reference that it is a part of.
    pub(super) fn find_part(&self, repository: &str, whole: &str) -> Option<&Known> {
        if !self.exact.is_empty()
            && let Ok(reference) = Reference::parse(whole)
        {
            return self.find_parsed(&reference);
        }
        self.find(repository)
    }

    fn find_parsed(&self, reference: &Reference) -> Option<&Known> {
        self.exact.get(reference).or_else(|| self.targets.get(&reference.repository))
    }

    /// What the reference in a text, blanks around it aside, is replaced by.
    pub(super) fn find(&self, text: &str) -> Option<&Known> {
        let text = text.trim();
        let (bare, component) = split_name(text);
        if !self.names.contains(component) {
            return None;
        }
        // The full grammar makes strings; most texts need less.
        if self.exact.is_empty()
            && let Some(repository) = self.spelled.get(bare)
            && is_plain_ending(&text[bare.len()..])
        {
            return self.targets.get(repository);
        }
        self.find_parsed(&Reference::parse(text).ok()?)
    }
}

/// Of repositories the one that a name, slightly wrong, may mean: another place for the
/// same last component, or else one that is spelled nearly so.
pub fn nearest_name<'n>(name: &str, of: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let same = of.clone().find(|other| split_name(other).1 == split_name(name).1);
    same.or_else(|| nearest(name, of))
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
    fn a_target_of_one_tag_leaves_the_others_alone() {
        let reference = |text: &str| Reference::parse(text).unwrap();
        let mut replacements = Replacements::new();
        for (from, to) in [("nginx:1.14.2", "a:1"), ("nginx", "b:1")] {
            replacements.add_exact(reference(from), Target::Reference(reference(to)));
        }
        let found = |text: &str| replacements.find(text).map(|known| known.text.to_string());
        assert_eq!(found("docker.io/library/nginx:1.14.2").as_deref(), Some("a:1"));
        assert_eq!(found("nginx").as_deref(), Some("b:1"));
        assert_eq!(found("nginx:1.15"), None);
        assert!(replacements.knows("nginx:1.15") && !replacements.knows("nginx/x"));
        let part = |whole: &str| replacements.find_part("nginx", whole).map(|k| k.text.to_string());
        assert_eq!(part("nginx:1.14.2").as_deref(), Some("a:1"));
        assert_eq!(part("nginx:1.15"), None);
        let repository = Repository::parse("nginx").unwrap();
        assert!(!replacements.matched(&repository));
        replacements.find("nginx").unwrap().mark();
        assert!(replacements.matched(&repository));
        replacements.add(repository, Target::Reference(reference("c:1")));
        assert_eq!(replacements.find("nginx:1.14.2").unwrap().text.as_ref(), "c:1");
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
