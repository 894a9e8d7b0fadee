//! The last build's list of inputs, kept as it was hashed, so that a torn or
//! foreign one shows by its digest.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::context::{Entries, Entry, Inputs, Kind, key};
use crate::reference::Digest;
use crate::util::fs::{PathError, write_atomically};

/// The inputs of an earlier build, as far as they tell changes: sizes are not kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub facts: Vec<(String, String)>,
    pub whole: bool,
    pub entries: Entries,
}

/// Keeps the inputs of a build that succeeded.
pub fn store(file: &Path, inputs: &Inputs) -> Result<(), PathError> {
    write_atomically(file, &key::list(inputs), 0o600)
}

/// The inputs with this key, as kept in `file`; `None` if there is no such list.
pub fn load(file: &Path, key: &Digest) -> Option<Recorded> {
    let list = std::fs::read(file).ok()?;
    let digest = Digest::sha256(&Sha256::digest(&list).into());
    (digest == *key).then(|| parse(&list)).flatten()
}

/// Reads a canonical list.
pub fn parse(list: &[u8]) -> Option<Recorded> {
    let mut lines = list.strip_suffix(b"\n")?.split(|&byte| byte == b'\n');
    let (mut facts, mut entries, mut last) = (Vec::new(), Entries::default(), Vec::new());
    let whole = loop {
        let line = lines.next()?;
        match line {
            b"context\twhole" => break true,
            b"context\tnarrow" => break false,
            _ if line.starts_with(b"format\t") && facts.is_empty() => facts.push(parse_fact(line)?),
            _ => parse_entry(line, &mut entries, &mut last)?,
        }
    };
    for line in lines {
        facts.push(parse_fact(line)?);
    }
    Some(Recorded { facts, whole, entries })
}

fn parse_fact(line: &[u8]) -> Option<(String, String)> {
    let at = memchr::memchr(b'\t', line)?;
    let text = |part| String::from_utf8(unescape(part)?).ok();
    Some((text(&line[..at])?, text(&line[at + 1..])?))
}

fn parse_entry(line: &[u8], entries: &mut Entries, last: &mut Vec<u8>) -> Option<()> {
    let fields: Vec<_> = line.splitn(5, |&byte| byte == b'\t').collect();
    let [kind, mode, content, capability, path] = fields[..] else { return None };
    let mode = u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
    let path = unescape(path)?;
    if path.is_empty() || *last >= path {
        return None;
    }
    let (digest, target);
    let kind = match kind {
        b"folder" => Kind::Folder,
        b"file" => {
            digest = <[u8; 32]>::try_from(unhex(content)?).ok()?;
            Kind::File { size: 0, digest: &digest }
        }
        b"link" => {
            target = unescape(content)?;
            Kind::Link { target: &target }
        }
        _ => return None,
    };
    let capability = if capability == b"-" { None } else { Some(unhex(capability)?) };
    entries.push(Entry { path: &path, kind, mode, capability: capability.as_deref() }).ok()?;
    *last = path;
    Some(())
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pair = |pair: &[u8]| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?);
    text.chunks(2).map(pair).collect()
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let code = rest.get(at + 1..at + 4)?.strip_prefix(b"x")?;
        out.extend(unhex(code)?);
        rest = &rest[at + 4..];
    }
    out.extend_from_slice(rest);
    Some(out)
}
