//! The context as a tar: what is sent is what was keyed, byte for byte.
//!
//! Uncompressed ustar with PAX records where a field is too small; owner 0:0, one
//! fixed time, modes as in the key, entries in the key's order (a folder before what
//! lies in it). Each file is hashed again while it is sent.
//!
//! About `.dockerignore`. The entries are filtered already, so nobody must filter a
//! second time, and the classic builder does not: it only removes, of what arrived,
//! `.dockerignore` and the Dockerfile when the `.dockerignore` in the tar names them
//! (moby, remotecontext `removeDockerfile`). That is used to hide the Dockerfile that
//! is sent beside the entries from `COPY .`: where the context shows no
//! `.dockerignore`, one is sent that names both, and both are gone before the first
//! instruction; where COPY does see the project's own `.dockerignore`, a line is put
//! at its end, as docker's client does for a Dockerfile from outside, and only if
//! COPY can see the context's root at all.

mod marks;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use self::marks::Marks;
use super::folder::{fault, open_file};
use super::ignore::{Matcher, State};
use super::{Entry, Error, Inputs, Kind};
use crate::util::fs::PathContext;
use crate::util::hex;
use crate::util::tar::{BLOCK, Header, padding};

/// Seconds since 1970: 1980-01-02, before which zip files can't tell the time.
pub const TIME: u64 = 315_619_200;
const IGNORE_FILE: &[u8] = b".dockerignore";

/// A file to be sent beside the entries: the Dockerfile as it is built.
#[derive(Debug, Clone, Copy)]
pub struct Extra<'a> {
    /// In the context's root; see [`dockerfile_name`].
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// Who owns the entries in the tar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owners {
    /// 0:0.
    Root,
    /// 0:0, but for folders with links in them: see [`marks`]. For the classic builder,
    /// which lets COPY decide of the owner.
    TellLinks,
}

/// What went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Length of the tar.
    pub bytes: u64,
    /// Entries of the context in it.
    pub entries: usize,
}

/// A name for the Dockerfile that no entry has; the same for the same bytes.
pub fn dockerfile_name(inputs: &Inputs, dockerfile: &[u8]) -> String {
    let digest = hex::encode(&Sha256::digest(dockerfile));
    let base = format!(".ds-dockerfile-{}", &digest[..16]);
    let free = |name: &String| inputs.entries.get(name.as_bytes()).is_none();
    let numbered = (1u64..).map(|number| format!("{base}-{number}"));
    std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or(base)
}

/// Writes the tar. Fails with [`Error::Changed`] as soon as a file is not what was keyed;
/// what is out by then must not be used.
pub fn write(
    inputs: &Inputs,
    context: &Path,
    extra: Option<Extra<'_>>,
    owners: Owners,
    out: &mut impl Write,
) -> Result<Sent, Error> {
    let root = File::open(context).at("read", context)?;
    let marks = match owners {
        Owners::Root => Marks::default(),
        Owners::TellLinks => Marks::of(&inputs.entries),
    };
    let mut writer = Writer { out, sent: 0, buffer: vec![0; 128 * 1024] };
    if let Some(extra) = extra {
        writer.small_file(extra.name.as_bytes(), extra.bytes, 0o644)?;
        if inputs.entries.get(IGNORE_FILE).is_none() {
            let text = format!(".dockerignore\n{}\n", extra.name);
            writer.small_file(IGNORE_FILE, text.as_bytes(), 0o644)?;
        }
    }
    for entry in inputs.entries.iter() {
        match (entry.kind, extra) {
            (Kind::File { .. }, Some(extra)) if entry.path == IGNORE_FILE && inputs.open_root => {
                writer.ignore_file(context, root.as_fd(), entry, extra)?;
            }
            _ => writer.entry(context, root.as_fd(), entry, marks.owner(entry.path))?,
        }
    }
    writer.put(&[0; 2 * BLOCK])?;
    Ok(Sent { bytes: writer.sent, entries: inputs.entries.len() })
}

struct Writer<'a, W: Write> {
    out: &'a mut W,
    sent: u64,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<'_, W> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes).map_err(Error::Send)?;
        self.sent += bytes.len() as u64;
        Ok(())
    }

    fn pad(&mut self) -> Result<(), Error> {
        self.put(&[0; BLOCK][..padding(self.sent)])
    }

    fn small_file(&mut self, name: &[u8], bytes: &[u8], mode: u32) -> Result<(), Error> {
        let size = bytes.len() as u64;
        self.header(Header { name, kind: b'0', mode, size, ..Header::default() }, None)?;
        self.put(bytes)?;
        self.pad()
    }

    fn entry(
        &mut self,
        context: &Path,
        root: BorrowedFd<'_>,
        entry: Entry<'_>,
        owner: [u32; 2],
    ) -> Result<(), Error> {
        let (name, mode, capability) = (entry.path, entry.mode, entry.capability);
        let header = Header { name, mode, owner, ..Header::default() };
        match entry.kind {
            Kind::Folder => {
                let name = [entry.path, b"/"].concat();
                self.header(Header { name: &name, kind: b'5', ..header }, capability)
            }
            Kind::Link { target: link } => self.header(Header { kind: b'2', link, ..header }, None),
            Kind::File { size, .. } => {
                self.header(Header { kind: b'0', size, ..header }, capability)?;
                let mut buffer = std::mem::take(&mut self.buffer);
                let read = read_file(context, root, entry, &mut buffer, |bytes| self.put(bytes));
                self.buffer = buffer;
                read?;
                self.pad()
            }
        }
    }

    /// The project's `.dockerignore`, with a line that hides the extra file.
    fn ignore_file(
        &mut self,
        context: &Path,
        root: BorrowedFd<'_>,
        entry: Entry<'_>,
        extra: Extra<'_>,
    ) -> Result<(), Error> {
        let Kind::File { size, digest } = entry.kind else { return Ok(()) };
        let mut bytes = Vec::new();
        read_exactly(context, root, entry.path, size, &mut vec![0; 8192], |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        check(context, entry.path, digest, Sha256::new().chain_update(&bytes))?;
        let hides = Matcher::parse(".dockerignore", &bytes)
            .is_ok_and(|matcher| matcher.ignores(extra.name.as_bytes(), &State::default()));
        if !hides {
            bytes.extend_from_slice(format!("\n{}\n", extra.name).as_bytes());
        }
        self.small_file(entry.path, &bytes, entry.mode)
    }

    fn header(&mut self, header: Header<'_>, capability: Option<&[u8]>) -> Result<(), Error> {
        let mut bytes = Vec::with_capacity(BLOCK);
        let attribute = capability.map(|value| (&b"security.capability"[..], value));
        Header { time: TIME as i64, ..header }.push(attribute.into_iter(), &mut bytes);
        self.put(&bytes)
    }
}

/// Hands on the content of the file `entry` in pieces of at most `buffer`'s length;
/// anything but a file has none. `root` is the opened `context`. If the content is not
/// what was keyed, this is told at its end, as [`Error::Changed`]: a taker must not
/// count the file as whole before this returns.
pub fn read_file(
    context: &Path,
    root: BorrowedFd<'_>,
    entry: Entry<'_>,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let Kind::File { size, digest } = entry.kind else { return Ok(()) };
    let mut hasher = Sha256::new();
    read_exactly(context, root, entry.path, size, buffer, |bytes| {
        hasher.update(bytes);
        take(bytes)
    })?;
    check(context, entry.path, digest, hasher)
}

/// Hands on the file's content in pieces; it must have exactly `size` bytes.
fn read_exactly(
    context: &Path,
    root: BorrowedFd<'_>,
    path: &[u8],
    size: u64,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let fail = |error| fault(context, path, "read", error);
    let mut file = File::from(open_file(root, path).map_err(fail)?);
    if !file.metadata().map_err(fail)?.is_file() {
        return Err(changed(context, path));
    }
    let mut left = size;
    loop {
        let count = match file.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(fail(error)),
        };
        if count as u64 > left || (count == 0 && left > 0) {
            return Err(changed(context, path));
        }
        if count == 0 {
            return Ok(());
        }
        left -= count as u64;
        take(&buffer[..count])?;
    }
}

fn check(context: &Path, path: &[u8], digest: &[u8; 32], hasher: Sha256) -> Result<(), Error> {
    let found: [u8; 32] = hasher.finalize().into();
    if found == *digest { Ok(()) } else { Err(changed(context, path)) }
}

fn changed(context: &Path, path: &[u8]) -> Error {
    use std::os::unix::ffi::OsStrExt;
    Error::Changed(context.join(std::ffi::OsStr::from_bytes(path)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
