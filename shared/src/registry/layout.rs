//! Images on disk in the form of the OCI image layout 1.0: `oci-layout`, `index.json`
//! and `blobs/`. Several images share the blobs.
//!
//! Blobs come from the user's store by hard link, where the file system allows, else as
//! copies. The index is replaced whole, under a lock; who reads or adds holds `.lock`
//! shared, and what no index entry leads to goes only while nobody does. Source: the OCI
//! image specification 1.1, `image-layout.md`; what others write into it is kept.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::blobs::{self, Blobs};
use super::descriptor::{Descriptor, ImageManifest};
use super::manifest::{Content, Manifest};
use crate::reference::{Digest, Reference};
use crate::util::fs::{PathContext, PathError, write_atomically, write_if_changed};

mod index;
mod keep;

pub use index::{Index, Named, full};

/// Where a project keeps its images, below its root.
pub const FOLDER: &str = ".devspace/images";
const MARKER: &str = "oci-layout";
pub(super) const VERSION: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;
/// Largest manifest or index that is read, in bytes (distribution has 4 MiB).
pub const MANIFEST_MAX: u64 = 4 << 20;
const INDEX_MAX: u64 = 16 << 20;

/// Why a layout is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    File(#[from] PathError),
    #[error(transparent)]
    Store(#[from] blobs::Error),
    #[error("`{path}` is no OCI image layout: {why}")]
    Foreign { path: PathBuf, why: &'static str },
    #[error("`{path}` is damaged: {why}")]
    Damaged { path: PathBuf, why: String },
    #[error("the image `{digest}` is not in `{path}`")]
    NoImage { digest: Digest, path: PathBuf },
    #[error("the blob `{0}` of the image is not in the store")]
    NoBlob(Digest),
}

/// A layout in use: nothing is taken away from it while this lives.
#[derive(Debug)]
pub struct Layout {
    folder: PathBuf,
    lock: File,
}

impl Layout {
    /// Opens the layout in this folder, which is made where it is missing.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let blobs = folder.join("blobs/sha256");
        std::fs::create_dir_all(&blobs).at("make the folder", &blobs)?;
        let marker = folder.join(MARKER);
        if !marker.exists() {
            write_if_changed(&marker, VERSION.as_bytes(), 0o644)?;
        }
        let layout = Self { lock: lock(folder, ".lock")?, folder: folder.to_owned() };
        layout.lock.lock_shared().at("lock", folder)?;
        layout.check()?;
        if !layout.index_path().exists() {
            layout.change(|_| Ok(()))?;
        }
        Ok(layout)
    }

    /// Opens a layout that is there; `None` where there is none.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        if !folder.join(MARKER).exists() {
            return Ok(None);
        }
        // One that others made gets no file of ours; nothing of it is removed by us either.
        let own = File::open(folder.join(".lock"));
        let foreign = own.is_err();
        let lock = own.or_else(|_| File::open(folder)).at("open", folder)?;
        let layout = Self { lock, folder: folder.to_owned() };
        match layout.lock.lock_shared() {
            Err(source) if !foreign => return Err(source).at("lock", folder)?,
            _ => {}
        }
        layout.check()?;
        Ok(Some(layout))
    }

    fn check(&self) -> Result<(), Error> {
        let path = self.folder.join(MARKER);
        let bytes = std::fs::read(&path).at("read", &path)?;
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        match value["imageLayoutVersion"].as_str() {
            Some("1.0.0") => Ok(()),
            Some(_) => Err(Error::Foreign { path, why: "its version is another one than `1.0.0`" }),
            None => Err(Error::Foreign { path, why: "it names no version" }),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn no_image(&self, digest: &Digest) -> Error {
        Error::NoImage { digest: digest.clone(), path: self.folder.clone() }
    }

    fn index_path(&self) -> PathBuf {
        self.folder.join("index.json")
    }

    /// Where a blob is, or would be.
    pub fn blob_path(&self, digest: &Digest) -> PathBuf {
        let (algorithm, hex) = digest.as_str().split_once(':').unwrap_or(("sha256", digest.hex()));
        self.folder.join("blobs").join(algorithm).join(hex)
    }

    /// A blob, open for reading.
    pub fn open_blob(&self, digest: &Digest) -> Result<File, Error> {
        let path = self.blob_path(digest);
        Ok(File::open(&path).at("read", &path)?)
    }

    /// Adds an image, whose configuration and layers are in the store, under these names.
    /// A name that another image had goes over to it. `platform` is `os/arch[/variant]`.
    pub fn add(
        &self,
        store: &Blobs,
        manifest: &Manifest,
        platform: Option<&str>,
        names: &[Reference],
    ) -> Result<(), Error> {
        let image = image_of(&manifest.bytes, || self.blob_path(&manifest.digest))?;
        self.link_all(store, &image)?;
        self.put_manifest(manifest)?;
        let entry = manifest.entry(platform.map(str::to_owned));
        self.change(|index| {
            index.put(&entry, names);
            Ok(())
        })
    }

    /// Adds an image, or an index with those of its images that the store has.
    pub fn add_all(
        &self,
        store: &Blobs,
        manifest: &Manifest,
        names: &[Reference],
    ) -> Result<(), Error> {
        let Content::Index { entries, .. } = manifest.content() else {
            return self.add(store, manifest, None, names);
        };
        for entry in entries {
            let Some(bytes) = store.read(&entry.digest, MANIFEST_MAX)? else { continue };
            let child = Manifest::of(bytes);
            let image = image_of(&child.bytes, || self.blob_path(&child.digest))?;
            self.link_all(store, &image)?;
            self.put_manifest(&child)?;
        }
        self.put_manifest(manifest)?;
        self.change(|index| {
            index.put(&manifest.entry(None), names);
            Ok(())
        })
    }

    fn link_all(&self, store: &Blobs, image: &ImageManifest) -> Result<(), Error> {
        let blobs = std::iter::once(&image.config).chain(image.layers.iter());
        for blob in blobs.filter(|blob| !is_foreign(blob)) {
            self.link(store, &blob.digest)?;
        }
        Ok(())
    }

    /// Writes the manifest's bytes, anew each time: its time says when it was last added.
    fn put_manifest(&self, manifest: &Manifest) -> Result<(), Error> {
        Ok(write_atomically(&self.blob_path(&manifest.digest), &manifest.bytes, 0o644)?)
    }

    /// Puts a blob that is in no store.
    pub fn put_blob(&self, from: &mut dyn io::Read, digest: &Digest) -> Result<(), Error> {
        let path = self.blob_path(digest);
        let folder = self.folder.join("blobs/sha256");
        let file = tempfile::Builder::new().prefix(".ds-").tempfile_in(&folder);
        let mut file = file.at("write in", &folder)?;
        let found = hash(from, file.as_file_mut(), &path)?;
        if found != *digest {
            return Err(blobs::Error::Mismatch { expected: digest.clone(), found }.into());
        }
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o444);
        file.as_file().set_permissions(mode).at("write", &path)?;
        file.as_file().sync_all().at("write", &path)?;
        file.persist(&path).map_err(|error| error.error).at("write", &path)?;
        Ok(())
    }

    fn link(&self, store: &Blobs, digest: &Digest) -> Result<(), Error> {
        let (from, to) = (store.path(digest), self.blob_path(digest));
        let Ok(there) = from.metadata() else {
            // Made by an earlier build, and pruned from the store since.
            return if to.is_file() { Ok(()) } else { Err(Error::NoBlob(digest.clone())) };
        };
        match to.metadata() {
            Ok(meta) if meta.len() == there.len() => return Ok(()),
            Ok(_) => std::fs::remove_file(&to).at("replace", &to)?,
            Err(_) => {}
        }
        match std::fs::hard_link(&from, &to) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            // Another file system, too many links, or one without any.
            Err(_) => {}
        }
        let mut file = store.open_blob(digest)?.ok_or_else(|| Error::NoBlob(digest.clone()))?;
        self.put_blob(&mut file, digest)
    }

    /// Gives more names to an image that is here; a name that another had moves.
    pub fn name(&self, digest: &Digest, names: &[Reference]) -> Result<(), Error> {
        self.change(|index| {
            let named = index.images().into_iter().find(|image| image.entry.digest == *digest);
            let named = named.ok_or_else(|| self.no_image(digest))?;
            index.put(&named.entry, names);
            Ok(())
        })
    }

    /// The images and their names, as the index has them.
    pub fn images(&self) -> Result<Vec<Named>, Error> {
        Ok(self.index()?.images())
    }

    /// The image that has this name.
    pub fn named(&self, name: &str) -> Result<Option<Digest>, Error> {
        let images = self.images()?;
        let mut found = images.into_iter().filter(|image| image.names.iter().any(|n| n == name));
        Ok(found.next().map(|image| image.entry.digest))
    }

    /// The manifest or index of this digest, checked; `None` where it is not here.
    pub fn manifest(&self, digest: &Digest) -> Result<Option<Manifest>, Error> {
        let path = self.blob_path(digest);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(source).at("read", &path)?,
        };
        let bytes = blobs::read_checked(file, digest, MANIFEST_MAX, &path)?;
        Ok(Some(Manifest::of(bytes)))
    }

    /// Reads an image back whole: every blob is there, with its size and digest.
    pub fn verify(&self, digest: &Digest) -> Result<(), Error> {
        let manifest = self.manifest(digest)?.ok_or_else(|| self.no_image(digest))?;
        let image = image_of(&manifest.bytes, || self.blob_path(digest))?;
        let blobs = std::iter::once(&image.config).chain(&image.layers);
        for blob in blobs.filter(|blob| !is_foreign(blob)) {
            let path = self.blob_path(&blob.digest);
            let mut file = self.open_blob(&blob.digest)?;
            let found = file.metadata().at("read", &path)?.len();
            if found != blob.size {
                let (digest, expected) = (blob.digest.clone(), blob.size);
                return Err(blobs::Error::Size { digest, expected, found }.into());
            }
            let found = hash(&mut file, &mut io::sink(), &path)?;
            if found != blob.digest {
                let expected = blob.digest.clone();
                return Err(blobs::Error::Mismatch { expected, found }.into());
            }
        }
        Ok(())
    }

    fn index(&self) -> Result<Index, Error> {
        let path = self.index_path();
        let bytes = match std::fs::metadata(&path) {
            Ok(meta) if meta.len() > INDEX_MAX => {
                let why = format!("it is larger than {} MiB", INDEX_MAX >> 20);
                return Err(Error::Damaged { path, why });
            }
            Ok(_) => std::fs::read(&path).at("read", &path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Index::default()),
            Err(source) => return Err(source).at("read", &path)?,
        };
        Index::read(&bytes).map_err(|why| Error::Damaged { path, why })
    }

    /// Changes the index, one process at a time.
    fn change<T>(&self, work: impl FnOnce(&mut Index) -> Result<T, Error>) -> Result<T, Error> {
        let lock = lock(&self.folder, ".index.lock")?;
        lock.lock().at("lock", &self.folder)?;
        let mut index = self.index()?;
        let result = work(&mut index)?;
        write_if_changed(&self.index_path(), &index.bytes(), 0o644)?;
        Ok(result)
    }
}

/// A lock file of the layout, which is never deleted.
fn lock(folder: &Path, name: &str) -> Result<File, PathError> {
    let path = folder.join(name);
    File::options().create(true).truncate(false).write(true).open(&path).at("open", &path)
}

/// What an image's manifest says; anything else is damage.
fn image_of(bytes: &[u8], path: impl Fn() -> PathBuf) -> Result<ImageManifest, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Damaged { path: path(), why: error.to_string() })
}

/// A layer that its registry does not have, but some other address: it stays there.
pub fn is_foreign(blob: &Descriptor) -> bool {
    blob.media_type.contains("nondistributable") || blob.media_type.contains("foreign")
}

/// Copies, and hashes what is copied.
fn hash(from: &mut dyn io::Read, to: &mut dyn Write, path: &Path) -> Result<Digest, PathError> {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    loop {
        let count = from.read(&mut buffer).at("read", path)?;
        if count == 0 {
            return Ok(Digest::sha256(&hash.finalize().into()));
        }
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count]).at("write", path)?;
    }
}

#[cfg(test)]
mod tests;
