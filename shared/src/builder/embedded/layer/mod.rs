//! Layers on their way into the store: tarred, hashed and compressed in one pass.
//!
//! The same entries and content make the same bytes: nothing of this machine, of
//! threads or of the clock is in them.

mod pieces;
pub mod tar;

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

pub use self::pieces::{Compression, Compressor};
pub use self::tar::{Contents, Files};
use super::entry::Index;
use crate::reference::Digest;
use crate::registry::blobs::{self, Blobs, Ingest};
use crate::registry::descriptor::Descriptor;

/// A layer in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub descriptor: Descriptor,
    /// SHA-256 of the uncompressed tar.
    pub diff_id: Digest,
}

/// How layers are compressed, and by how many threads.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub compression: Compression,
    pub threads: usize,
}

/// Why a layer could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] blobs::Error),
    #[error(transparent)]
    Tar(#[from] tar::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes a layer into the store.
pub fn write(
    index: &Index,
    contents: &mut dyn Contents,
    blobs: &Blobs,
    style: Style,
) -> Result<Layer, Error> {
    let mut sink = Sink::new(blobs, style)?;
    tar::write(index, contents, &mut sink)?;
    sink.finish()
}

/// Takes a layer's plain tar and brings it into the store. Dropped without
/// [`Sink::finish`] it leaves nothing.
pub struct Sink {
    out: Compressor<Ingest>,
    hash: Sha256,
    media_type: &'static str,
}

impl Sink {
    pub fn new(blobs: &Blobs, style: Style) -> Result<Self, Error> {
        let out = Compressor::new(blobs.ingest()?, style.compression, style.threads);
        Ok(Self { out, hash: Sha256::new(), media_type: style.compression.media_type() })
    }

    pub fn finish(self) -> Result<Layer, Error> {
        let diff_id = Digest::sha256(&self.hash.finalize().into());
        let (digest, size) = self.out.finish()?.commit(None)?;
        Ok(Layer { descriptor: Descriptor::new(self.media_type, digest, size), diff_id })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
