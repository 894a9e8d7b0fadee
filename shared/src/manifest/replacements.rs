//! Which repositories are rewritten, and to what.
//!
//! Both sides are normalised by [`crate::reference`], so `docker.io/library/redis`
//! and `redis` are one repository. Text that is no reference matches nothing.

use std::collections::{HashMap, HashSet};

use crate::reference::{Reference, Repository};

/// What stands for a repository from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The whole new reference; old tags and digests vanish.
    Reference(Reference),
    /// The image is configured under this name, but its card has no tag yet.
    Untagged { image: String },
}

/// The configured repositories with their targets.
#[derive(Debug, Clone, Default)]
pub struct Replacements {
    targets: HashMap<Repository, Target>,
    /// The last path components: a cheap sieve before anything is parsed.
    names: HashSet<String>,
}

impl Replacements {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the target of a repository; the last one given counts.
    pub fn add(&mut self, repository: Repository, target: Target) {
        let name = repository.path().rsplit('/').next().unwrap_or_default();
        self.names.insert(name.to_owned());
        self.targets.insert(repository, target);
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The reference in a text, blanks around it aside, with its target.
    pub(super) fn find(&self, text: &str) -> Option<(Reference, &Target)> {
        let text = text.trim();
        if !self.names.contains(last_component(text)) {
            return None;
        }
        let reference = Reference::parse(text).ok()?;
        let target = self.targets.get(&reference.repository)?;
        Some((reference, target))
    }
}

/// What stands after the last `/` and before the tag or digest.
fn last_component(text: &str) -> &str {
    let end = text.find('@').unwrap_or(text.len());
    let begin = text[..end].rfind('/').map_or(0, |slash| slash + 1);
    let name = &text[begin..end];
    name.split_once(':').map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::last_component;

    #[test]
    fn the_sieve_takes_the_name_alone() {
        for (text, name) in [
            ("app", "app"),
            ("app:1", "app"),
            ("host:5000/team/app", "app"),
            ("host:5000/team/app:1@sha256:00/11", "app"),
            ("", ""),
            ("a/", ""),
        ] {
            assert_eq!(last_component(text), name, "{text}");
        }
    }
}
