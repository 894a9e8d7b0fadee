//! Where COPY takes files from: the context, or the layers of a stage or image.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use crate::builder::embedded::entry::{Entry, Index, Kind};
use crate::builder::embedded::layer::Layer;
use crate::builder::embedded::store::Store;
use crate::builder::embedded::tree::Tree;
use crate::context::glob::Glob;
use crate::context::{self, Inputs};
use crate::reference::Digest;
use crate::util::fs::{PathContext, PathError};

/// Files, and where their content is.
#[derive(Debug, Clone)]
pub struct Source {
    pub tree: Arc<Tree>,
    pub origin: Origin,
    /// Tells what single layers hold, where there are layers.
    store: Option<Store>,
}

#[derive(Debug, Clone)]
pub enum Origin {
    /// The build context, or a named one.
    Context(Arc<Folder>),
    /// Layers, the lowest first, as the tree has them.
    Layers(Vec<Layer>),
    /// One file that was made or fetched for the instruction.
    Made(Content),
}

/// A context on disk.
#[derive(Debug)]
pub struct Folder {
    pub path: PathBuf,
    pub root: File,
    pub inputs: Inputs,
}

/// Where the content of a file is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// The context's file of this path.
    Context(Vec<u8>),
    /// A file as a layer has it.
    Layer {
        layer: usize,
        path: Vec<u8>,
    },
    Bytes(Arc<[u8]>),
    /// All of a blob of the store.
    Blob(Digest),
    /// Behind this many bytes of the spool.
    Spool(u64),
}

impl Source {
    /// What of a context counts, as files of root. `path` is its folder.
    pub fn of_context(path: &Path, inputs: Inputs, time: i64) -> Result<Self, PathError> {
        let root = File::open(path).at("read", path)?;
        let folder = Folder { path: path.to_owned(), root, inputs };
        let mut index = Index::default();
        for entry in folder.inputs.entries.iter() {
            let kind = match entry.kind {
                context::Kind::File { size, .. } => Kind::File { size },
                context::Kind::Folder => Kind::Folder,
                context::Kind::Link { target } => Kind::Link { target: target.to_vec() },
            };
            let xattrs = entry.capability.map(|value| {
                let name = b"security.capability".to_vec();
                Box::new([(name, value.to_vec())].into_iter().collect())
            });
            let new = Entry { kind, mode: entry.mode, uid: 0, gid: 0, mtime: time, xattrs };
            index.entries.insert(entry.path.to_vec(), new);
        }
        let mut tree = Tree::default();
        tree.put(&index);
        let origin = Origin::Context(Arc::new(folder));
        Ok(Self { tree: Arc::new(tree), origin, store: None })
    }

    pub fn of_layers(tree: Arc<Tree>, layers: Vec<Layer>, store: &Store) -> Self {
        Self { tree, origin: Origin::Layers(layers), store: Some(store.clone()) }
    }

    /// Nothing at all.
    pub fn empty() -> Self {
        Self { tree: Arc::default(), origin: Origin::Layers(Vec::new()), store: None }
    }

    /// A single file whose content is a blob of the store.
    pub fn of_blob(name: &[u8], entry: Entry, blob: Digest) -> Self {
        Self::of_file(name, entry, Content::Blob(blob))
    }

    /// A single file that was made for the instruction.
    pub fn of_file(name: &[u8], entry: Entry, content: Content) -> Self {
        let mut index = Index::default();
        index.entries.insert(name.to_vec(), entry);
        let mut tree = Tree::default();
        tree.put(&index);
        Self { tree: Arc::new(tree), origin: Origin::Made(content), store: None }
    }

    /// What a source of COPY names: paths, links in them not followed at their end. With
    /// wildcards, what matches, and nothing of what lies in a folder that does.
    ///
    /// As BuildKit's fsutil (`ResolveWildcards`): before the first wildcard links are
    /// followed, and behind it none.
    pub fn matches(&self, pattern: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        let parts: Vec<&[u8]> = pattern.split(|&byte| byte == b'/').collect();
        let Some(wild) = parts.iter().position(|part| has_wildcards(part)) else {
            return Ok(vec![pattern.to_vec()]);
        };
        let head = self.tree.resolve(&parts[..wild].join(&b'/'), true)?;
        let globs = parts[wild..].iter().map(|part| {
            Glob::parse(part).map_err(|why| Error::Pattern {
                pattern: String::from_utf8_lossy(pattern).into_owned(),
                why: why.to_string(),
            })
        });
        let globs: Vec<Glob> = globs.collect::<Result<_, _>>()?;
        let skip = if head.is_empty() { 0 } else { head.len() + 1 };
        let mut found: Vec<Vec<u8>> = Vec::new();
        for (path, _) in self.tree.beneath(&head) {
            let names: Vec<&[u8]> = path[skip..].split(|&byte| byte == b'/').collect();
            if names.len() == globs.len()
                && globs.iter().zip(&names).all(|(glob, name)| glob.matches(name))
            {
                found.push(path.to_vec());
            }
        }
        Ok(found)
    }

    /// Where the content of the file `entry` at `path` is; `layer` is the node's.
    pub fn content(&self, layer: usize, path: &[u8], entry: &Entry) -> Content {
        // A hard link's content is that of its layer's file, whatever stands there by now.
        let path = match &entry.kind {
            Kind::Hard { target } => target,
            _ => path,
        };
        match &self.origin {
            Origin::Context(_) => Content::Context(path.to_vec()),
            Origin::Layers(_) => Content::Layer { layer, path: path.to_vec() },
            Origin::Made(content) => content.clone(),
        }
    }

    /// Its layers, if it has such.
    pub fn layers(&self) -> Option<&[Layer]> {
        match &self.origin {
            Origin::Layers(layers) => Some(layers),
            _ => None,
        }
    }

    /// The size of the file that a hard link is another name of.
    pub fn size(&self, layer: usize, entry: &Entry) -> Option<u64> {
        let Kind::Hard { target } = &entry.kind else { return None };
        let Origin::Layers(layers) = &self.origin else { return None };
        let index = self.store.as_ref()?.index(layers.get(layer)?).ok()?;
        match index.entries.get(target)?.kind {
            Kind::File { size } => Some(size),
            _ => None,
        }
    }

    /// All that lies at and beneath a path, for the key of a step: each on a line.
    pub fn describe(&self, path: &[u8], out: &mut Vec<u8>) {
        let own = self.tree.get(path).map(|node| (path, node));
        for (path, node) in own.into_iter().chain(self.tree.beneath(path)) {
            let entry = &node.entry;
            let text = format!(
                "{:?} {:o} {} {} {:?} ",
                entry.kind, entry.mode, entry.uid, entry.gid, entry.xattrs
            );
            out.extend_from_slice(text.as_bytes());
            match &self.origin {
                Origin::Context(folder) => {
                    let kind = folder.inputs.entries.get(path).map(|entry| entry.kind);
                    if let Some(context::Kind::File { digest, .. }) = kind {
                        out.extend_from_slice(digest);
                    }
                }
                Origin::Layers(layers) => {
                    let layer = layers.get(node.layer).map(|layer| layer.diff_id.as_str());
                    out.extend_from_slice(layer.unwrap_or_default().as_bytes());
                }
                Origin::Made(Content::Bytes(bytes)) => out.extend_from_slice(bytes),
                Origin::Made(Content::Blob(digest)) => {
                    out.extend_from_slice(digest.as_str().as_bytes());
                }
                Origin::Made(_) => {}
            }
            // No path holds a NUL.
            out.push(0);
            out.extend_from_slice(path);
            out.push(0);
        }
    }
}

/// An escaped character is none; without any other the escapes stand for themselves.
pub fn has_wildcards(text: &[u8]) -> bool {
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'*' | b'?' | b'[' => return true,
            _ => {}
        }
    }
    false
}
