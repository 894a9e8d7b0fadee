//! A layer's index as a file: quick to read, and known as damaged when it is.
//!
//! A head line, then records of numbers in little-endian and of texts behind their
//! lengths, and SHA-256 of all that at the end. Only this machine reads it: the form may
//! change with the head line.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::entry::{Entry, Index, Kind};

const HEAD: &[u8] = b"ds-index 1\n";
const GONE: u8 = b'-';
const OPAQUE: u8 = b'*';

pub fn write(index: &Index) -> Vec<u8> {
    let mut out = HEAD.to_vec();
    for (path, entry) in &index.entries {
        out.push(letter(&entry.kind));
        text(&mut out, path);
        for number in [entry.mode, entry.uid, entry.gid] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&entry.mtime.to_le_bytes());
        match &entry.kind {
            Kind::File { size } => out.extend_from_slice(&size.to_le_bytes()),
            Kind::Link { target } | Kind::Hard { target } => text(&mut out, target),
            Kind::Char { major, minor } | Kind::Block { major, minor } => {
                out.extend_from_slice(&major.to_le_bytes());
                out.extend_from_slice(&minor.to_le_bytes());
            }
            Kind::Folder | Kind::Fifo => {}
        }
        let xattrs = entry.xattrs.as_deref();
        out.extend_from_slice(&(xattrs.map_or(0, BTreeMap::len) as u32).to_le_bytes());
        for (name, value) in xattrs.into_iter().flatten() {
            text(&mut out, name);
            text(&mut out, value);
        }
    }
    for (mark, paths) in [(GONE, &index.gone), (OPAQUE, &index.opaque)] {
        for path in paths {
            out.push(mark);
            text(&mut out, path);
        }
    }
    let digest: [u8; 32] = Sha256::digest(&out).into();
    out.extend_from_slice(&digest);
    out
}

/// `None`: damaged, or of another form.
pub fn read(bytes: &[u8]) -> Option<Index> {
    let (body, digest) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
    let found: [u8; 32] = Sha256::digest(body).into();
    if found != digest {
        return None;
    }
    let mut rest = Rest(body.strip_prefix(HEAD)?);
    let mut index = Index::default();
    while let Some((&mark, after)) = rest.0.split_first() {
        rest.0 = after;
        let path = rest.text()?;
        match mark {
            GONE => drop(index.gone.insert(path)),
            OPAQUE => drop(index.opaque.insert(path)),
            mark => {
                let entry = rest.entry(mark)?;
                index.entries.insert(path, entry);
            }
        }
    }
    Some(index)
}

fn letter(kind: &Kind) -> u8 {
    match kind {
        Kind::File { .. } => b'f',
        Kind::Folder => b'd',
        Kind::Link { .. } => b'l',
        Kind::Hard { .. } => b'h',
        Kind::Char { .. } => b'c',
        Kind::Block { .. } => b'b',
        Kind::Fifo => b'p',
    }
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text);
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        let length = self.u32()?;
        Some(self.bytes(length as usize)?.to_vec())
    }

    fn entry(&mut self, mark: u8) -> Option<Entry> {
        let (mode, uid, gid) = (self.u32()?, self.u32()?, self.u32()?);
        let mtime = self.u64()?.cast_signed();
        let kind = match mark {
            b'f' => Kind::File { size: self.u64()? },
            b'd' => Kind::Folder,
            b'l' => Kind::Link { target: self.text()? },
            b'h' => Kind::Hard { target: self.text()? },
            b'c' => Kind::Char { major: self.u32()?, minor: self.u32()? },
            b'b' => Kind::Block { major: self.u32()?, minor: self.u32()? },
            b'p' => Kind::Fifo,
            _ => return None,
        };
        let mut xattrs = BTreeMap::new();
        for _ in 0..self.u32()? {
            xattrs.insert(self.text()?, self.text()?);
        }
        let xattrs = (!xattrs.is_empty()).then(|| Box::new(xattrs));
        Some(Entry { kind, mode, uid, gid, mtime, xattrs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_not() {
        let mut index = Index::default();
        let kinds = [
            Kind::File { size: 1 << 40 },
            Kind::Folder,
            Kind::Link { target: b"../\xff".to_vec() },
            Kind::Hard { target: b"a".to_vec() },
            Kind::Char { major: 1, minor: 300 },
            Kind::Block { major: 7, minor: 0 },
            Kind::Fifo,
        ];
        for (number, kind) in kinds.into_iter().enumerate() {
            let entry = Entry { kind, mtime: -5, uid: 7, ..Entry::folder(0) };
            index.entries.insert(format!("e{number}").into_bytes(), entry);
        }
        let xattrs = BTreeMap::from([(b"user.x".to_vec(), b"\0".to_vec())]);
        index.entries.get_mut(&b"e0"[..]).unwrap().xattrs = Some(Box::new(xattrs));
        index.gone.insert(b"gone/x".to_vec());
        index.opaque.insert(Vec::new());
        let bytes = write(&index);
        assert_eq!(read(&bytes), Some(index));
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(read(&damaged), None);
            assert_eq!(read(&bytes[..at]), None);
        }
    }
}
