//! A download that can be taken up again: what came by now is kept under the digest
//! that it shall have, also when the process is killed.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::{BUFFER, Blobs, Error};
use crate::reference::Digest;
use crate::util::fs::PathContext;

/// The part of a blob that is here; this process alone writes it.
#[derive(Debug)]
pub struct Partial {
    blobs: Blobs,
    digest: Digest,
    path: PathBuf,
    file: File,
    hash: Sha256,
    length: u64,
}

impl Blobs {
    /// What is here of a blob, to go on from; `None` while somebody else is at it.
    pub fn partial(&self, digest: &Digest) -> Result<Option<Partial>, Error> {
        if !super::is_sha256(digest) {
            return Err(Error::Algorithm(digest.clone()));
        }
        let path = self.root.join("partial").join(digest.hex());
        loop {
            let mut options = File::options();
            let file = options.read(true).append(true).create(true).open(&path);
            let file = file.at("write", &path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => return Err(source).at("lock", &path)?,
            }
            // Who had it before may have finished it, which took its name away.
            let ours = file.metadata().at("read", &path)?.ino();
            if path.metadata().is_ok_and(|there| there.ino() == ours) {
                let (blobs, digest) = (self.clone(), digest.clone());
                let mut partial =
                    Partial { blobs, digest, path, file, hash: Sha256::new(), length: 0 };
                partial.read()?;
                return Ok(Some(partial));
            }
        }
    }
}

impl Partial {
    /// Hashes what is there already.
    fn read(&mut self) -> Result<(), Error> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = self.file.read(&mut buffer).at("read", &self.path)?;
            if count == 0 {
                return Ok(());
            }
            self.hash.update(&buffer[..count]);
            self.length += count as u64;
        }
    }

    /// Bytes that are here.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).at("write", &self.path)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Forgets what came by now.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.file.set_len(0).at("write", &self.path)?;
        self.hash = Sha256::new();
        self.length = 0;
        Ok(())
    }

    /// Makes a blob of it. Wrong content is an error, and is forgotten.
    pub fn commit(mut self) -> Result<(), Error> {
        let found = Digest::sha256(&std::mem::take(&mut self.hash).finalize().into());
        if found != self.digest {
            let _ = std::fs::remove_file(&self.path);
            return Err(Error::Mismatch { expected: self.digest, found });
        }
        self.blobs.place(&self.file, &self.path, &self.digest)
    }
}
