//! Reads the members of a plain tar: ustar, GNU (long names, sparse files, large
//! numbers) and PAX. What it says is checked for sense and size, and not believed
//! beyond that: where a path leads is the caller's business.
//!
//! Sources: POSIX `pax` (ustar and extended headers), GNU tar's manual ("Basic Tar
//! Format", "Storing Sparse Files"), star's `SCHILY.xattr`.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::pax::Records;
use super::sparse::{self, Map};
use super::{Error, wrong};

pub(super) const BLOCK: usize = 512;
/// A long name or an extended header is at most this long.
const EXTRA_MAX: u64 = 1 << 20;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    File,
    Hard,
    Link,
    Char,
    Block,
    Folder,
    Fifo,
}

/// A member's header, all extensions worked in. Paths are as written.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) kind: Type,
    pub(super) path: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) mtime: i64,
    pub(super) device: (u32, u32),
    /// Bytes of the file, holes included.
    pub(super) size: u64,
    pub(super) xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Where the stored bytes belong, if not one after the other from the start.
    pub(super) sparse: Option<Map>,
}

/// The tar, read from its start to its end.
pub(super) struct Reader<R> {
    input: R,
    /// Bytes of the present member that are not read yet, and padding behind them.
    left: u64,
    padding: u64,
    global: Records,
    ended: bool,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, left: 0, padding: 0, global: Records::default(), ended: false }
    }

    /// The next member; `None` at the end. What was not read of the one before is passed over.
    pub(super) fn next(&mut self) -> Result<Option<Member>, Error> {
        let mut local = self.global.clone();
        let (mut path, mut link, mut ahead) = (None, None, false);
        loop {
            let Some(header) = self.header()? else {
                // What was said ahead of a member has to be followed by it.
                return if ahead { Err(Error::Truncated) } else { Ok(None) };
            };
            ahead = true;
            let size = number(&header[124..136])?;
            let size = u64::try_from(size).map_err(|_| wrong("a member has a negative size"))?;
            match header[156] {
                b'x' => {
                    let bytes = self.extra(size)?;
                    local.read(&bytes)?;
                }
                b'g' => {
                    ahead = false;
                    let bytes = self.extra(size)?;
                    self.global.read(&bytes)?;
                    local.read(&bytes)?;
                }
                b'L' => path = Some(until_nul(&self.extra(size)?).to_vec()),
                b'K' => link = Some(until_nul(&self.extra(size)?).to_vec()),
                kind => return self.member(kind, &header, size, path, link, &local).map(Some),
            }
        }
    }

    fn member(
        &mut self,
        kind: u8,
        header: &[u8; BLOCK],
        stored: u64,
        path: Option<Vec<u8>>,
        link: Option<Vec<u8>>,
        records: &Records,
    ) -> Result<Member, Error> {
        let mut path = path.unwrap_or_else(|| short_path(header));
        let mut stored = records.number(b"size")?.unwrap_or(stored);
        if let Some(long) = records.text(b"path") {
            path = long.to_vec();
        }
        let kind = match kind {
            b'0' | 0 | b'7' if path.ends_with(b"/") => Type::Folder,
            b'0' | 0 | b'7' | b'S' => Type::File,
            b'1' => Type::Hard,
            b'2' => Type::Link,
            b'3' => Type::Char,
            b'4' => Type::Block,
            b'5' => Type::Folder,
            b'6' => Type::Fifo,
            other => {
                return Err(wrong(format!("a member is of the unknown type {:?}", other as char)));
            }
        };
        if kind != Type::File {
            // Only files have content, whatever the field says.
            stored = 0;
        }
        self.begin(stored)?;
        let (sparse, size) = if kind != Type::File {
            (None, 0)
        } else if header[156] == b'S' {
            sparse::of_gnu(self, header)?
        } else if let Some(found) = sparse::of_pax(self, records)? {
            if let Some(name) = found.name {
                path = name;
            }
            (Some(found.map), found.size)
        } else {
            (None, stored)
        };
        if let Some(map) = &sparse {
            map.check(self.left, size)?;
        }
        let link = match records.text(b"linkpath") {
            Some(long) => long.to_vec(),
            None => link.unwrap_or_else(|| until_nul(&header[157..257]).to_vec()),
        };
        Ok(Member {
            kind,
            path,
            link,
            mode: (number(&header[100..108])? & 0o7777) as u32,
            uid: id(records.number(b"uid")?, &header[108..116])?,
            gid: id(records.number(b"gid")?, &header[116..124])?,
            mtime: match records.seconds(b"mtime")? {
                Some(time) => time,
                None => number(&header[136..148])?,
            },
            device: (part(&header[329..337])?, part(&header[337..345])?),
            size,
            xattrs: records.xattrs(),
            sparse,
        })
    }

    /// A header whose checksum is right; `None` at the end of the tar.
    fn header(&mut self) -> Result<Option<[u8; BLOCK]>, Error> {
        self.pass_over()?;
        let mut block = [0; BLOCK];
        if self.ended || !self.block(&mut block, true)? {
            self.ended = true;
            return Ok(None);
        }
        if block.iter().all(|&byte| byte == 0) {
            // The rest is padding; who hashes the stream needs to see it.
            self.ended = true;
            io::copy(&mut self.input, &mut io::sink()).map_err(Error::Read)?;
            return Ok(None);
        }
        // The sum counts its own field as spaces; some old tools took bytes for signed.
        let said = number(&block[148..156])?;
        let spaces = 8 * i64::from(b' ');
        let unsigned = |bytes: &[u8]| bytes.iter().map(|&byte| i64::from(byte)).sum::<i64>();
        let above = |bytes: &[u8]| 256 * bytes.iter().filter(|byte| **byte > 127).count() as i64;
        let sum = unsigned(&block) - unsigned(&block[148..156]) + spaces;
        if said != sum && said != sum - above(&block) + above(&block[148..156]) {
            return Err(wrong("a header's checksum is wrong"));
        }
        Ok(Some(block))
    }

    /// Reads a block; with `may_end`, false at the end of the stream.
    pub(super) fn block(&mut self, block: &mut [u8; BLOCK], may_end: bool) -> Result<bool, Error> {
        let mut filled = 0;
        while filled < BLOCK {
            match self.input.read(&mut block[filled..]) {
                Ok(0) if filled == 0 && may_end => return Ok(false),
                Ok(0) => return Err(Error::Truncated),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Read(error)),
            }
        }
        Ok(true)
    }

    fn begin(&mut self, stored: u64) -> Result<(), Error> {
        if stored > i64::MAX as u64 {
            return Err(wrong("a member is larger than any file"));
        }
        self.left = stored;
        self.padding = stored.next_multiple_of(BLOCK as u64) - stored;
        Ok(())
    }

    /// The content of a header's extension.
    fn extra(&mut self, size: u64) -> Result<Vec<u8>, Error> {
        if size > EXTRA_MAX {
            return Err(wrong(format!("an extended header has {size} bytes")));
        }
        self.begin(size)?;
        let mut bytes = vec![0; size as usize];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn read_exact(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.content(&mut bytes[filled..])? {
                0 => return Err(Error::Truncated),
                count => filled += count,
            }
        }
        Ok(())
    }

    /// Reads of the present member's stored bytes; 0 at their end.
    pub(super) fn content(&mut self, bytes: &mut [u8]) -> Result<usize, Error> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        if most == 0 {
            return Ok(0);
        }
        loop {
            match self.input.read(&mut bytes[..most]) {
                Ok(0) => return Err(Error::Truncated),
                Ok(count) => {
                    self.left -= count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Read(error)),
            }
        }
    }

    fn pass_over(&mut self) -> Result<(), Error> {
        let rest = self.left + self.padding;
        (self.left, self.padding) = (0, 0);
        let passed = io::copy(&mut self.input.by_ref().take(rest), &mut io::sink());
        if passed.map_err(Error::Read)? < rest { Err(Error::Truncated) } else { Ok(()) }
    }
}

/// The name in the header itself, with ustar's prefix.
fn short_path(header: &[u8; BLOCK]) -> Vec<u8> {
    let name = until_nul(&header[..100]);
    let prefix = until_nul(&header[345..500]);
    // GNU's magic is followed by other fields where POSIX has the prefix.
    if &header[257..263] != b"ustar\0" || prefix.is_empty() {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

pub(super) fn until_nul(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// A number of a header: octal text, or base 256 if the first bit is set.
pub(super) fn number(field: &[u8]) -> Result<i64, Error> {
    let bad = || wrong("a number in a header is none");
    if field[0] & 0x80 != 0 {
        let mut value: i128 = if field[0] & 0x40 != 0 { -1 } else { 0 };
        for (at, &byte) in field.iter().enumerate() {
            let byte = if at == 0 && value == 0 { byte & 0x7f } else { byte };
            value = value.checked_shl(8).ok_or_else(bad)? | i128::from(byte);
        }
        return i64::try_from(value).map_err(|_| bad());
    }
    let text = until_nul(field).trim_ascii();
    let digits = std::str::from_utf8(text).map_err(|_| bad())?;
    if digits.is_empty() {
        return Ok(0);
    }
    if digits.starts_with(['+', '-']) {
        return Err(bad());
    }
    i64::from_str_radix(digits, 8).map_err(|_| bad())
}

fn id(extended: Option<u64>, field: &[u8]) -> Result<u32, Error> {
    let value = match extended {
        Some(value) => i64::try_from(value).unwrap_or(i64::MAX),
        None => number(field)?,
    };
    // The last one stands for "none" in every call.
    match u32::try_from(value) {
        Ok(value) if value != u32::MAX => Ok(value),
        _ => Err(wrong(format!("{value} is no user or group"))),
    }
}

fn part(field: &[u8]) -> Result<u32, Error> {
    u32::try_from(number(field)?).map_err(|_| wrong("a device has impossible numbers"))
}
