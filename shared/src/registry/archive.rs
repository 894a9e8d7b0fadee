//! Images of a layout as one stream: the tar that `docker load` takes, and the one of
//! the OCI layout, which containerd, podman and skopeo take.
//!
//! Layers stay as they are compressed; only what `docker load` of older engines can't
//! read (zstd) is unpacked for it. Streams are the same bytes for the same images.

use std::io::{self, Read, Write};

use serde_json::{Value, json};

use super::descriptor::ImageManifest;
use super::layout::{Error, Index, Layout};
use super::manifest::Manifest;
use crate::reference::{Digest, Reference};
use crate::util::fs::PathContext;

/// An image of a layout and the names that it shall have in the archive.
#[derive(Debug, Clone)]
pub struct Image {
    pub digest: Digest,
    pub names: Vec<Reference>,
    /// `os/arch[/variant]`
    pub platform: Option<String>,
}

/// Writes what `docker load` and `skopeo docker-archive:` read (moby, `image/tarexport`).
pub fn docker(layout: &Layout, images: &[Image], out: &mut dyn Write) -> Result<(), Error> {
    let mut tar = Tar::new(out);
    let mut list = Vec::new();
    for image in images {
        let (_, content) = read(layout, &image.digest)?;
        let config = format!("{}.json", content.config.digest.hex());
        tar.blob(layout, &content.config.digest, &config)?;
        let mut layers = Vec::new();
        for layer in &content.layers {
            let name = format!("{}.tar", layer.digest.hex());
            if layer.media_type.ends_with("zstd") {
                tar.unpacked(layout, &layer.digest, &name)?;
            } else {
                tar.blob(layout, &layer.digest, &name)?;
            }
            layers.push(name);
        }
        let names: Vec<String> = image.names.iter().map(ToString::to_string).collect();
        list.push(json!({ "Config": config, "RepoTags": names, "Layers": layers }));
    }
    tar.bytes("manifest.json", Value::Array(list).to_string().as_bytes())?;
    tar.end()
}

/// Writes the OCI layout with these images alone.
pub fn oci(layout: &Layout, images: &[Image], out: &mut dyn Write) -> Result<(), Error> {
    let mut tar = Tar::new(out);
    let mut index = Index::default();
    tar.bytes("oci-layout", super::layout::VERSION.as_bytes())?;
    for image in images {
        let (manifest, content) = read(layout, &image.digest)?;
        index.put(&manifest.entry(image.platform.clone()), &image.names);
        for blob in std::iter::once(&content.config).chain(&content.layers) {
            if !super::layout::is_foreign(blob) {
                tar.blob(layout, &blob.digest, &path(&blob.digest))?;
            }
        }
        tar.blob(layout, &image.digest, &path(&image.digest))?;
    }
    tar.bytes("index.json", &index.bytes())?;
    tar.end()
}

fn path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

fn read(layout: &Layout, digest: &Digest) -> Result<(Manifest, ImageManifest), Error> {
    let manifest = layout.manifest(digest)?.ok_or_else(|| layout.no_image(digest))?;
    let content = serde_json::from_slice(&manifest.bytes).map_err(|error| {
        let path = layout.blob_path(digest);
        Error::Damaged { path, why: format!("it is the manifest of no image: {error}") }
    })?;
    Ok((manifest, content))
}

/// A tar of plain files, each once.
struct Tar<'a> {
    tar: tar::Builder<&'a mut dyn Write>,
    written: std::collections::BTreeSet<String>,
}

impl<'a> Tar<'a> {
    fn new(out: &'a mut dyn Write) -> Self {
        Self { tar: tar::Builder::new(out), written: std::collections::BTreeSet::new() }
    }

    fn file(&mut self, name: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        self.tar.append_data(&mut header, name, content.take(size))
    }

    fn bytes(&mut self, name: &str, mut bytes: &[u8]) -> Result<(), Error> {
        let size = bytes.len() as u64;
        Ok(self.file(name, size, &mut bytes).at("write", std::path::Path::new(name))?)
    }

    fn blob(&mut self, layout: &Layout, digest: &Digest, name: &str) -> Result<(), Error> {
        if !self.written.insert(name.to_owned()) {
            return Ok(());
        }
        let path = layout.blob_path(digest);
        let mut file = layout.open_blob(digest)?;
        let size = file.metadata().at("read", &path)?.len();
        Ok(self.file(name, size, &mut file).at("pack", &path)?)
    }

    /// A zstd blob as what is in it: read twice, since its length comes first.
    fn unpacked(&mut self, layout: &Layout, digest: &Digest, name: &str) -> Result<(), Error> {
        if !self.written.insert(name.to_owned()) {
            return Ok(());
        }
        let path = layout.blob_path(digest);
        let open = || -> Result<_, Error> {
            Ok(zstd::stream::read::Decoder::new(layout.open_blob(digest)?).at("read", &path)?)
        };
        let size = io::copy(&mut open()?, &mut io::sink()).at("unpack", &path)?;
        Ok(self.file(name, size, &mut open()?).at("pack", &path)?)
    }

    fn end(mut self) -> Result<(), Error> {
        let path = std::path::Path::new("the archive");
        self.tar.finish().at("write", path)?;
        let out = self.tar.into_inner().at("write", path)?;
        Ok(out.flush().at("write", path)?)
    }
}
