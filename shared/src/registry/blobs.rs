//! The store of blobs that all projects of a user share: content-addressed, verified on
//! the way in, and whole at any instant.
//!
//! A blob is written beside the others, hashed, synced and renamed, so that what has a
//! name is complete. Whoever has the store open holds its lock shared; removing takes it
//! alone ([`prune`]). A blob's time of modification is that of its last use. Knows
//! nothing of images: what belongs together is the business of those who use it.

use std::fs::{DirBuilder, File, FileTimes, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::reference::Digest;
use crate::util::fs::{PathContext, PathError};

pub mod partial;
pub mod prune;

/// How long the store is waited for while somebody empties it.
const LOCK_LIMIT: Duration = Duration::from_secs(60);
/// A use is noted at most this often, to write less.
const USE_GRAIN: Duration = Duration::from_secs(600);
const BUFFER: usize = 128 << 10;

/// Why the store is of no use, or refuses a blob.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    File(#[from] PathError),
    #[error("the content is `{found}`, not `{expected}`")]
    Mismatch { expected: Digest, found: Digest },
    #[error("the blob `{digest}` has {found} bytes, not {expected}")]
    Size { digest: Digest, expected: u64, found: u64 },
    #[error("the blob `{digest}` has more than {limit} bytes, which is too many here")]
    TooLarge { digest: Digest, limit: u64 },
    #[error("`{0}` is not a sha256 digest, and no other kind can be checked here")]
    Algorithm(Digest),
    #[error("the cache `{path}` is being emptied by another process since {seconds} s")]
    Busy { path: PathBuf, seconds: u64 },
    #[error("the cache `{path}` is in use by another process")]
    InUse { path: PathBuf },
}

/// The store, open: its lock is held until the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: Arc<Path>,
    lock: Arc<File>,
}

impl Blobs {
    /// Opens the store, which is made where it is missing, for this user alone (0700).
    ///
    /// What a process that died left half written goes, if nobody else is at work.
    pub fn open(root: &Path) -> Result<Self, Error> {
        private(root)?;
        for name in ["blobs", "blobs/sha256", "ingest", "partial"] {
            private(&root.join(name))?;
        }
        let path = root.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.at("open", &path)?;
        if lock.try_lock().is_ok() {
            sweep(&root.join("ingest"));
        }
        let begin = Instant::now();
        // From alone to shared goes in one call, though not in one instant: who comes
        // between may empty the store, of which nothing is known yet.
        while let Err(error) = lock.try_lock_shared() {
            match error {
                TryLockError::Error(source) => return Err(source).at("lock", &path)?,
                TryLockError::WouldBlock if begin.elapsed() > LOCK_LIMIT => {
                    let (path, seconds) = (root.to_owned(), LOCK_LIMIT.as_secs());
                    return Err(Error::Busy { path, seconds });
                }
                TryLockError::WouldBlock => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        Ok(Self { root: root.into(), lock: Arc::new(lock) })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a blob is, or would be.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        self.root.join("blobs/sha256").join(digest.hex())
    }

    pub fn has(&self, digest: &Digest) -> bool {
        is_sha256(digest) && self.path(digest).is_file()
    }

    /// Whether a blob of this size is there. One of another size, damaged from outside,
    /// is taken away.
    pub fn has_whole(&self, digest: &Digest, size: u64) -> bool {
        if !is_sha256(digest) {
            return false;
        }
        let path = self.path(digest);
        match path.metadata() {
            Ok(meta) if meta.len() == size => true,
            Ok(meta) if meta.is_file() => {
                let _ = std::fs::remove_file(&path);
                false
            }
            _ => false,
        }
    }

    /// The blob, open for reading and marked as used; `None` where it is not there.
    pub fn open_blob(&self, digest: &Digest) -> Result<Option<File>, Error> {
        let path = self.path(digest);
        if !is_sha256(digest) {
            return Ok(None);
        }
        match File::open(&path) {
            Ok(file) => {
                mark_used(&file);
                Ok(Some(file))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(source).at("read", &path)?,
        }
    }

    /// The content of a small blob, checked; `None` where it is not there.
    pub fn read(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some(file) = self.open_blob(digest)? else { return Ok(None) };
        let path = self.path(digest);
        let bytes = read_checked(file, digest, limit, &path);
        if matches!(bytes, Err(Error::Mismatch { .. })) {
            // Damaged from outside: it is fetched or made again.
            let _ = std::fs::remove_file(&path);
            return Ok(None);
        }
        bytes.map(Some)
    }

    /// Marks a blob as used just now.
    pub fn touch(&self, digest: &Digest) {
        if let Ok(file) = File::open(self.path(digest)) {
            mark_used(&file);
        }
    }

    /// Begins a blob whose digest may not be known yet.
    pub fn ingest(&self) -> Result<Ingest, Error> {
        let folder = self.root.join("ingest");
        let file = tempfile::Builder::new().prefix("").tempfile_in(&folder);
        let file = file.at("write in", &folder)?;
        let file = io::BufWriter::with_capacity(BUFFER, file);
        Ok(Ingest { blobs: self.clone(), file, hash: Sha256::new(), size: 0 })
    }

    /// Puts a small blob.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, Error> {
        let digest = Digest::sha256(&Sha256::digest(bytes).into());
        if self.has_whole(&digest, bytes.len() as u64) {
            self.touch(&digest);
            return Ok(digest);
        }
        let mut ingest = self.ingest()?;
        ingest.write_all(bytes).at("write in", &self.root)?;
        ingest.commit(Some(&digest))?;
        Ok(digest)
    }

    /// Gives a finished file its name. The blob is there when this returns, whoever made it.
    fn place(&self, file: &File, from: &Path, digest: &Digest) -> Result<(), Error> {
        let path = self.path(digest);
        file.sync_all().at("write", from)?;
        std::fs::rename(from, &path).at("write", &path)?;
        // Layouts hold hard links to it: nobody shall write into it by accident.
        let _ = file.set_permissions(Permissions::from_mode(0o444));
        if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

/// A blob being written; dropped without [`Ingest::commit`] it leaves nothing.
#[derive(Debug)]
pub struct Ingest {
    blobs: Blobs,
    file: io::BufWriter<NamedTempFile>,
    hash: Sha256,
    size: u64,
}

impl Write for Ingest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Ingest {
    /// Bytes written by now.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Ends the blob and gives it its name; returns its digest and size. With `expected`
    /// another content is an error, and leaves nothing.
    pub fn commit(self, expected: Option<&Digest>) -> Result<(Digest, u64), Error> {
        let digest = Digest::sha256(&self.hash.finalize().into());
        if let Some(expected) = expected.filter(|expected| **expected != digest) {
            let expected = expected.clone();
            return Err(Error::Mismatch { expected, found: digest });
        }
        if self.blobs.has_whole(&digest, self.size) {
            self.blobs.touch(&digest);
            return Ok((digest, self.size));
        }
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let file = file.at("write in", &self.blobs.root)?;
        self.blobs.place(file.as_file(), file.path(), &digest)?;
        // Renamed already: there is nothing left to remove.
        let _ = file.into_temp_path().keep();
        Ok((digest, self.size))
    }
}

/// Reads at most `limit` bytes and checks them against the digest.
pub(super) fn read_checked(
    file: File,
    digest: &Digest,
    limit: u64,
    path: &Path,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).at("read", path)?;
    if bytes.len() as u64 > limit {
        return Err(Error::TooLarge { digest: digest.clone(), limit });
    }
    let found = Digest::sha256(&Sha256::digest(&bytes).into());
    if found != *digest {
        return Err(Error::Mismatch { expected: digest.clone(), found });
    }
    Ok(bytes)
}

pub(super) fn is_sha256(digest: &Digest) -> bool {
    digest.as_str().starts_with("sha256:")
}

fn mark_used(file: &File) {
    let now = SystemTime::now();
    let fresh = file
        .metadata()
        .and_then(|meta| meta.modified())
        .is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age < USE_GRAIN));
    if !fresh {
        // Only the order of removal depends on it.
        let _ = file.set_times(FileTimes::new().set_modified(now));
    }
}

/// Makes a folder that only its owner may enter.
fn private(path: &Path) -> Result<(), Error> {
    if let Ok(meta) = path.metadata() {
        let ours = meta.uid() == rustix::process::geteuid().as_raw();
        if meta.is_dir() && ours && meta.permissions().mode() & 0o077 != 0 {
            std::fs::set_permissions(path, Permissions::from_mode(0o700)).at("close", path)?;
        }
        if meta.is_dir() {
            return Ok(());
        }
    }
    Ok(DirBuilder::new().recursive(true).mode(0o700).create(path).at("make the folder", path)?)
}

/// Removes what nobody is writing any more.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = std::fs::remove_file(entry.path());
    }
}

#[cfg(test)]
mod tests;
