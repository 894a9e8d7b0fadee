//! A layer's entries as a plain tar: always the same bytes for the same entries.
//!
//! Entries come in the order of their paths, what a layer takes away right behind the
//! folder that it is taken from. Source: the OCI image specification 1.1, `layer.md`.

use std::fs::File;
use std::io::{self, Read, Write};

use crate::builder::embedded::entry::{Entry, Index, Kind, join, name, parent};
use crate::util::tar::{BLOCK, Header, padding};

/// Name of the mark in a folder of which nothing below is left.
const OPAQUE: &[u8] = b".wh..wh..opq";
const WHITEOUT: &[u8] = b".wh.";

/// Gives the content of a layer's files.
pub trait Contents {
    /// Writes the content of the file at `path` of the layer: exactly its size.
    fn write(&mut self, path: &[u8], out: &mut dyn Write) -> io::Result<()>;
}

/// Contents that are files, opened one by one.
pub struct Files<F>(pub F);

impl<F: FnMut(&[u8]) -> io::Result<File>> Contents for Files<F> {
    fn write(&mut self, path: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let mut file = self.0(path)?;
        let mut buffer = [0; 64 << 10];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => out.write_all(&buffer[..count])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Writes the tar. A file whose content has another length than its entry says is an error.
pub fn write(index: &Index, contents: &mut dyn Contents, out: &mut dyn Write) -> Result<(), Error> {
    let mut tar = Tar { out, contents, header: Vec::new() };
    for (_, part) in parts(index) {
        tar.part(&part)?;
    }
    tar.out.write_all(&[0; 2 * BLOCK])?;
    Ok(())
}

/// Why a tar could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("`/{}` has {found} bytes by now, not {size}", String::from_utf8_lossy(.path))]
    Changed { path: Vec<u8>, size: u64, found: u64 },
}

/// What one header of the tar is about.
enum Part<'a> {
    Entry(&'a [u8], &'a Entry),
    Opaque(&'a [u8]),
    Gone(&'a [u8]),
}

/// All headers in their order.
fn parts(index: &Index) -> Vec<(Vec<u8>, Part<'_>)> {
    // No name holds a NUL: behind `folder/` it comes before all that lies in the folder.
    // What lies in the root has nothing before it: marks come first of all there.
    let before = |folder: &[u8], name: &[u8]| match folder {
        b"" => [b"\0", name].concat(),
        folder => [folder, b"/\0", name].concat(),
    };
    let entries =
        index.entries.iter().map(|(path, entry)| (path.clone(), Part::Entry(path, entry)));
    let opaque = index.opaque.iter().map(|path| (before(path, b""), Part::Opaque(path)));
    let gone = index.gone.iter().map(|path| {
        (before(parent(path).unwrap_or_default(), name(path)), Part::Gone(path.as_slice()))
    });
    let mut parts: Vec<_> = entries.chain(opaque).chain(gone).collect();
    parts.sort_by(|(a, _), (b, _)| a.cmp(b));
    parts
}

struct Tar<'a> {
    out: &'a mut dyn Write,
    contents: &'a mut dyn Contents,
    header: Vec<u8>,
}

impl Tar<'_> {
    fn part(&mut self, part: &Part<'_>) -> Result<(), Error> {
        match part {
            Part::Entry(path, entry) => self.entry(path, entry),
            Part::Opaque(folder) => Ok(self.mark(&join(folder, OPAQUE))?),
            Part::Gone(path) => {
                let name = [WHITEOUT, name(path)].concat();
                Ok(self.mark(&join(parent(path).unwrap_or_default(), &name))?)
            }
        }
    }

    /// An empty file whose name says something.
    fn mark(&mut self, path: &[u8]) -> io::Result<()> {
        self.head(&Header { name: path, kind: b'0', ..Header::default() }, None)
    }

    fn entry(&mut self, path: &[u8], entry: &Entry) -> Result<(), Error> {
        let (mode, owner, time) = (entry.mode, [entry.uid, entry.gid], entry.mtime);
        let header = Header { name: path, mode, owner, time, ..Header::default() };
        let device = |kind, major, minor| Header { kind, device: [major, minor], ..header };
        match &entry.kind {
            Kind::File { size } => {
                self.head(&Header { kind: b'0', size: *size, ..header }, Some(entry))?;
                return self.content(path, *size);
            }
            Kind::Folder => {
                let name = if path.is_empty() { b"./".to_vec() } else { [path, b"/"].concat() };
                self.head(&Header { name: &name, kind: b'5', ..header }, Some(entry))
            }
            Kind::Link { target } => {
                self.head(&Header { kind: b'2', link: target, ..header }, Some(entry))
            }
            Kind::Hard { target } => {
                self.head(&Header { kind: b'1', link: target, ..header }, None)
            }
            Kind::Char { major, minor } => self.head(&device(b'3', *major, *minor), Some(entry)),
            Kind::Block { major, minor } => self.head(&device(b'4', *major, *minor), Some(entry)),
            Kind::Fifo => self.head(&Header { kind: b'6', ..header }, Some(entry)),
        }?;
        Ok(())
    }

    fn head(&mut self, header: &Header<'_>, entry: Option<&Entry>) -> io::Result<()> {
        let xattrs = entry.and_then(|entry| entry.xattrs.as_deref()).into_iter().flatten();
        self.header.clear();
        let xattrs = xattrs.map(|(name, value)| (name.as_slice(), value.as_slice()));
        header.push(xattrs, &mut self.header);
        self.out.write_all(&self.header)
    }

    fn content(&mut self, path: &[u8], size: u64) -> Result<(), Error> {
        let mut counted = Counted { out: self.out, count: 0 };
        if size > 0 {
            self.contents.write(path, &mut counted)?;
        }
        let found = counted.count;
        if found != size {
            return Err(Error::Changed { path: path.to_vec(), size, found });
        }
        self.out.write_all(&[0; BLOCK][..padding(size)])?;
        Ok(())
    }
}

struct Counted<'a> {
    out: &'a mut dyn Write,
    count: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
