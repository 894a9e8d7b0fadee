//! `--from FILE`: references that other tools wrote down, told by their content.
//!
//! Each form has a file beside this one, which names where it is described. Refuses
//! what is of no form it knows, and an entry that does not say what to write.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use super::{buildx, jib, kbld, kustomize, list, skaffold};
use crate::config::{Foreign, Node};
use crate::reference::{Reference, Repository};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Largest file that is read, in bytes: some 100,000 images.
const SIZE_MAX: u64 = 16 << 20;
const FORMS: &str = "it takes a lock of kbld or imgpkg, the output of `skaffold build \
    --file-output`, `docker buildx build|bake --metadata-file` or Jib, a `kustomization.yaml` \
    with `images`, and lists of references as of `ko --image-refs`";

/// Which references of manifests an entry is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// All of a repository.
    Any(Repository),
    /// Those with this tag and digest, or with none.
    Exact(Reference),
}

impl Key {
    pub fn repository(&self) -> &Repository {
        match self {
            Self::Any(repository) => repository,
            Self::Exact(reference) => &reference.repository,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(repository) => repository.fmt(f),
            Self::Exact(reference) => reference.fmt(f),
        }
    }
}

/// What stands for an image. A target that cannot be known is an error, unless
/// another source settles it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: Key,
    pub target: Result<Reference, Failure>,
}

/// Reads a file of any known form; `-` is stdin.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let name = match path.as_os_str() == "-" {
        true => "<stdin>".to_owned(),
        false => path.display().to_string(),
    };
    entries(&name, bytes(path, &name)?)
}

fn bytes(path: &Path, name: &str) -> Result<Vec<u8>, Failure> {
    let wrong = |error: std::io::Error| {
        Failure::new(Exit::Data, format!("`--from`: cannot read `{name}`: {error}"))
    };
    let reader: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(std::fs::File::open(path).map_err(wrong)?),
    };
    let mut bytes = Vec::new();
    reader.take(SIZE_MAX + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > SIZE_MAX {
        return Err(Failure::new(Exit::Data, format!("`--from`: `{name}` is larger than 16 MiB")));
    }
    Ok(bytes)
}

fn entries(name: &str, bytes: Vec<u8>) -> Result<Vec<Entry>, Failure> {
    if let Some(text) = std::str::from_utf8(&bytes).ok().filter(|text| list::is_list(text)) {
        return list::read(name, text);
    }
    let file = File { foreign: Foreign::parse(name, bytes).map_err(data)? };
    let entries = file.entries(name)?;
    Ok(file.without_rivals(entries))
}

/// A failure of the config's reader, which here read something else.
fn data(error: impl Into<crate::config::Error>) -> Failure {
    Failure { exit: Exit::Data, ..error.into().into() }
}

/// An entry with the node that it was read from.
pub(super) type Found<'n> = (&'n Node, Entry);

/// A file as the forms read it.
pub(super) struct File {
    foreign: Foreign,
}

impl File {
    fn entries(&self, name: &str) -> Result<Vec<Found<'_>>, Failure> {
        let root = self.foreign.root();
        let version = root.get("apiVersion").and_then(Node::text).unwrap_or_default();
        let group = version.split('/').next().unwrap_or_default();
        match group {
            "kbld.k14s.io" => kbld::config(self),
            "imgpkg.carvel.dev" => kbld::images_lock(self),
            _ if kustomize::is_kustomization(root, group) => kustomize::read(self),
            _ if root.get("builds").is_some() => skaffold::read(self),
            _ if jib::is_output(root) => jib::read(self),
            _ if buildx::is_metadata(root) => buildx::read(self),
            _ => {
                let text = format!("`{name}` is of no form that `--from` knows");
                Err(Failure::new(Exit::Data, text).hint(FORMS))
            }
        }
    }

    pub fn root(&self) -> &Node {
        self.foreign.root()
    }

    /// A failure about a node, at its place.
    pub fn wrong(&self, node: &Node, message: impl Into<String>) -> Failure {
        data(self.foreign.wrong(node, message, None))
    }

    /// The text under a key that has to be there.
    pub fn text<'n>(&self, node: &'n Node, key: &str) -> Result<(&'n Node, &'n str), Failure> {
        let value = node.get(key).ok_or_else(|| self.wrong(node, format!("`{key}` is missing")))?;
        let text = value.text().ok_or_else(|| {
            self.wrong(value, format!("`{key}` is {}, and has to be a text", value.what()))
        })?;
        Ok((value, text))
    }

    pub fn repository(&self, node: &Node, text: &str) -> Result<Repository, Failure> {
        Repository::parse(text).map_err(|error| self.wrong(node, error.to_string()))
    }

    pub fn reference(&self, node: &Node, text: &str) -> Result<Reference, Failure> {
        Reference::parse(text).map_err(|error| self.wrong(node, error.to_string()))
    }

    /// A reference to be written: it has a tag or a digest.
    pub fn target(&self, node: &Node, text: &str) -> Result<Reference, Failure> {
        let reference = self.reference(node, text)?;
        match (&reference.tag, &reference.digest) {
            (None, None) => {
                let text = format!("`{reference}` has neither a tag nor a digest");
                Err(self.wrong(node, text).hint("`--set NAME=REF` says what to write"))
            }
            _ => Ok(reference),
        }
    }

    /// One entry a key. Two that say different things say nothing.
    fn without_rivals(&self, found: Vec<Found<'_>>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::with_capacity(found.len());
        let mut places: HashMap<Key, usize> = HashMap::with_capacity(found.len());
        for (node, entry) in found {
            let Some(&index) = places.get(&entry.key) else {
                places.insert(entry.key.clone(), entries.len());
                entries.push(entry);
                continue;
            };
            let first = &mut entries[index];
            if let (Ok(one), Ok(other)) = (&first.target, &entry.target)
                && one != other
            {
                let text = format!("`{}` is `{one}` here, and `{other}`, too", entry.key);
                let hint = format!("`--set {}=REF` decides", entry.key.repository());
                first.target = Err(self.wrong(node, text).hint(hint));
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests;
