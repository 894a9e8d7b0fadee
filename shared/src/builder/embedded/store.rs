//! What the builder keeps between builds, beside the blobs: what each layer holds, and
//! what each step came to.
//!
//! Everything here can be made again and may be deleted at any time; what is damaged
//! counts as missing. The time of a file's modification is that of its last use.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::entry::{Entry, Index};
use super::index_file;
use super::layer::Layer;
use super::tree::Tree;
use super::unpack;
use crate::reference::Digest;
use crate::registry::blobs::{self, Blobs};
use crate::registry::descriptor::Descriptor;
use crate::util::fs::{PathContext, PathError};
use crate::util::hex;

/// Largest record of a step, in bytes.
const STEP_MAX: u64 = 1 << 20;

/// See the module.
#[derive(Debug, Clone)]
pub struct Store {
    pub blobs: Blobs,
    /// Those looked at in this run.
    indexes: Arc<Mutex<HashMap<Digest, Arc<Index>>>>,
}

/// Why a layer cannot be read, or something not be kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Blobs(#[from] blobs::Error),
    #[error(transparent)]
    File(#[from] PathError),
    #[error("the layer `{0}` is gone from the cache")]
    Gone(Digest),
    #[error("layer `{digest}`: {source}")]
    Layer { digest: Digest, source: Box<unpack::Error> },
    #[error("the layer `{digest}` unpacks to `{found}`, not to `{wanted}` as its image says")]
    OtherContent { digest: Digest, wanted: Digest, found: Digest },
}

/// Gets each file of a layer, with its content.
pub type Each<'a> = &'a mut dyn FnMut(&[u8], &Entry, &mut dyn Read) -> io::Result<()>;

/// What a step came to.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    /// The whole key, since a file's name may be cut.
    key: String,
    /// `None`: it changed nothing.
    layer: Option<(Descriptor, Digest)>,
}

impl Store {
    pub fn new(blobs: Blobs) -> Self {
        Self { blobs, indexes: Arc::default() }
    }

    /// What a layer holds.
    pub fn index(&self, layer: &Layer) -> Result<Arc<Index>, Error> {
        if let Some(known) = self.known().get(&layer.diff_id) {
            return Ok(Arc::clone(known));
        }
        let file = self.file("indexes", &layer.diff_id);
        let index = match read_index(&file) {
            Some(index) => Arc::new(index),
            None => {
                let mut none = |_: &[u8], _: &Entry, _: &mut dyn Read| Ok(());
                let index = self.scan(layer, &mut none)?;
                self.keep_index(&layer.diff_id, &index);
                Arc::new(index)
            }
        };
        self.known().insert(layer.diff_id.clone(), Arc::clone(&index));
        Ok(index)
    }

    /// Keeps what a layer that was just made holds.
    pub fn keep_index(&self, diff_id: &Digest, index: &Index) {
        let file = self.file("indexes", diff_id);
        // Without it the layer is read once more, and that is all.
        let _ = keep(&file, &index_file::write(index));
    }

    /// These layers seen together.
    pub fn tree(&self, layers: &[Layer]) -> Result<Tree, Error> {
        let mut tree = Tree::default();
        for layer in layers {
            tree.put(&*self.index(layer)?);
        }
        Ok(tree)
    }

    /// Goes once through a layer; `each` gets every file with its content. A layer whose
    /// content is not what its diffID says is an error, told at the end.
    pub fn scan(&self, layer: &Layer, each: Each<'_>) -> Result<Index, Error> {
        let digest = &layer.descriptor.digest;
        let wrong = |source| Error::Layer { digest: digest.clone(), source: Box::new(source) };
        let mut plain = Hashed { inner: self.plain(layer)?, hash: Sha256::new() };
        let index = unpack::each(&mut plain, unpack::Limits::default(), each).map_err(wrong)?;
        // What stands behind a tar's end is part of the layer, too.
        io::copy(&mut plain, &mut io::sink()).at("read", &self.blobs.path(digest))?;
        let found = Digest::sha256(&plain.hash.finalize().into());
        if found != layer.diff_id {
            let (digest, wanted) = (digest.clone(), layer.diff_id.clone());
            return Err(Error::OtherContent { digest, wanted, found });
        }
        Ok(index)
    }

    /// A layer's tar, decompressed.
    pub fn plain(&self, layer: &Layer) -> Result<Box<dyn Read + Send>, Error> {
        let digest = &layer.descriptor.digest;
        let file = self.blobs.open_blob(digest)?;
        let file = file.ok_or_else(|| Error::Gone(digest.clone()))?;
        Ok(decompressed(file).at("read", &self.blobs.path(digest))?)
    }

    /// What the step with this key came to: `None` if it is not known, or its layer is gone.
    pub fn step(&self, key: &Digest) -> Option<Option<Layer>> {
        let file = self.file("steps", key);
        let mut bytes = Vec::new();
        File::open(&file).ok()?.take(STEP_MAX).read_to_end(&mut bytes).ok()?;
        let step: Step = serde_json::from_slice(&bytes).ok()?;
        if step.key != key.as_str() {
            return None;
        }
        let layer = step.layer.map(|(descriptor, diff_id)| Layer { descriptor, diff_id });
        if let Some(layer) = &layer {
            if !self.blobs.has_whole(&layer.descriptor.digest, layer.descriptor.size) {
                return None;
            }
            self.blobs.touch(&layer.descriptor.digest);
        }
        touch(&file);
        Some(layer)
    }

    /// Keeps what a step came to.
    pub fn keep_step(&self, key: &Digest, layer: Option<&Layer>) {
        let layer = layer.map(|layer| (layer.descriptor.clone(), layer.diff_id.clone()));
        let step = Step { key: key.to_string(), layer };
        let bytes = serde_json::to_vec(&step).unwrap_or_default();
        // Without it the step is done once more, and that is all.
        let _ = keep(&self.file("steps", key), &bytes);
    }

    fn file(&self, folder: &str, name: &Digest) -> PathBuf {
        self.blobs.root().join(folder).join(name.hex())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Arc<Index>>> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream decompressed, whatever it is said to be: gzip, zstd or plain, by its first bytes.
pub fn decompressed<R: Read + Send + 'static>(input: R) -> io::Result<Box<dyn Read + Send>> {
    let mut input = BufReader::with_capacity(128 << 10, input);
    let mut head = [0; 4];
    let mut length = 0;
    while length < head.len() {
        match input.read(&mut head[length..])? {
            0 => break,
            count => length += count,
        }
    }
    let whole = io::Cursor::new(head).take(length as u64).chain(input);
    Ok(match head {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::stream::read::Decoder::new(whole)?),
        _ => Box::new(whole),
    })
}

struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

fn read_index(file: &Path) -> Option<Index> {
    let bytes = std::fs::read(file).ok()?;
    let index = index_file::read(&bytes)?;
    touch(file);
    Some(index)
}

/// Marks a file as used now.
fn touch(file: &Path) {
    if let Ok(file) = File::open(file) {
        let _ = file.set_modified(SystemTime::now());
    }
}

/// Writes a file whole or not at all; after a power cut it may be torn, which its reader sees.
fn keep(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    new.write_all(bytes)?;
    new.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// SHA-256 of bytes, in hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes))
}
