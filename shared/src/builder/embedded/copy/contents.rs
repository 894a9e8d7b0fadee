//! The content of a new layer's files, from wherever it is.
//!
//! What lies in other layers is taken out of them first, each layer gone through once,
//! into a file without a name; the context's files are read as their turn comes, and
//! compared with what was keyed.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use super::Error;
use super::draft::Placed;
use super::source::{Content, Origin, Source};
use crate::builder::embedded::layer::Contents;
use crate::builder::embedded::store::Store;
use crate::context::archive::read_file;
use crate::util::fs::PathContext;

const BUFFER: usize = 128 << 10;

/// Where each file of a layer goes, by its path there.
type Targets = HashMap<Vec<u8>, Vec<Vec<u8>>>;

/// A file without a name that takes contents one behind the other.
pub struct Spool {
    file: File,
    length: u64,
}

impl Spool {
    /// Beside the store's blobs, where there is room for a layer.
    pub fn new(store: &Store) -> Result<Self, Error> {
        let root = store.blobs.root();
        Ok(Self { file: tempfile::tempfile_in(root).at("write in", root)?, length: 0 })
    }

    /// Takes all of a content; returns where it begins and its length.
    pub fn take(&mut self, content: &mut dyn Read) -> io::Result<(u64, u64)> {
        let begin = self.length;
        // The file's own position is that of its end: nobody seeks in it.
        let count = io::copy(content, &mut self.file)?;
        self.length += count;
        Ok((begin, count))
    }
}

/// See the module.
pub struct Placement<'a> {
    placed: BTreeMap<Vec<u8>, Placed>,
    sizes: HashMap<Vec<u8>, u64>,
    sources: &'a [Source],
    spool: Spool,
    store: &'a Store,
    buffer: Vec<u8>,
}

impl<'a> Placement<'a> {
    /// Takes out what other layers have. `spool` holds what was put there before;
    /// `sizes` are those of all files placed.
    pub fn new(
        mut placed: BTreeMap<Vec<u8>, Placed>,
        sizes: HashMap<Vec<u8>, u64>,
        sources: &'a [Source],
        mut spool: Spool,
        store: &'a Store,
    ) -> Result<Self, Error> {
        let mut wanted: BTreeMap<(usize, usize), Targets> = BTreeMap::new();
        for (to, (source, content)) in &placed {
            if let Content::Layer { layer, path } = content {
                let layer = wanted.entry((*source, *layer)).or_default();
                layer.entry(path.clone()).or_default().push(to.clone());
            }
        }
        for ((source, layer), paths) in wanted {
            let Origin::Layers(layers) = &sources[source].origin else { continue };
            let Some(layer) = layers.get(layer) else { continue };
            store.scan(layer, &mut |path, _, content| {
                let Some(places) = paths.get(path) else { return Ok(()) };
                let (begin, _) = spool.take(content)?;
                for to in places {
                    placed.insert(to.clone(), (source, Content::Spool(begin)));
                }
                Ok(())
            })?;
        }
        Ok(Self { placed, sizes, sources, spool, store, buffer: vec![0; BUFFER] })
    }
}

impl Contents for Placement<'_> {
    fn write(&mut self, path: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let lost = || io::Error::other("a file's content is nowhere");
        let (source, content) = self.placed.get(path).ok_or_else(lost)?;
        match content {
            Content::Bytes(bytes) => out.write_all(bytes),
            Content::Spool(begin) => {
                let (mut at, mut left) = (*begin, self.sizes.get(path).copied().unwrap_or(0));
                while left > 0 {
                    let most = left.min(BUFFER as u64) as usize;
                    let count = self.spool.file.read_at(&mut self.buffer[..most], at)?;
                    if count == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    out.write_all(&self.buffer[..count])?;
                    at += count as u64;
                    left -= count as u64;
                }
                Ok(())
            }
            Content::Context(from) => {
                let Origin::Context(folder) = &self.sources[*source].origin else {
                    return Err(lost());
                };
                let entry = folder.inputs.entries.get(from).ok_or_else(lost)?;
                let take = |bytes: &[u8]| out.write_all(bytes).map_err(crate::context::Error::Send);
                let root = folder.root.as_fd();
                let read = read_file(&folder.path, root, entry, &mut self.buffer, take);
                read.map_err(io::Error::other)
            }
            Content::Blob(digest) => {
                let blob = self.store.blobs.open_blob(digest).map_err(io::Error::other)?;
                io::copy(&mut blob.ok_or_else(lost)?, out).map(drop)
            }
            Content::Layer { .. } => Err(lost()),
        }
    }
}
