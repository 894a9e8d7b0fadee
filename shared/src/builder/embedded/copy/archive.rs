//! ADD of an archive: a tar, plain or compressed, goes to the destination unpacked.
//!
//! Whether a file is one tells its content, never its name. As with moby's `Untar`: ids
//! and modes are the archive's own unless `--chown` gives others, `--chmod` does not
//! count, links that stand at the destination are followed as seen from there, and what
//! is there and no folder is replaced.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};

use super::contents::Spool;
use super::draft::Draft;
use super::request::Request;
use super::source::{Content, Origin, Source};
use super::{Error, shown};
use crate::builder::embedded::entry::{Entry, Kind, join, name, parent};
use crate::builder::embedded::store::decompressed;
use crate::builder::embedded::tree::resolve;
use crate::builder::embedded::unpack;
use crate::context;
use crate::util::tar::BLOCK;

/// Programs for what this one does not decompress itself, by a file's first bytes.
const PROGRAMS: [(&[u8], &str); 2] = [(b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz")];

/// Unpacks the file that `path` of the source means, if it is an archive.
pub fn unpack(
    (number, source): (usize, &Source),
    path: &[u8],
    request: &Request,
    owner: Option<(u32, u32)>,
    draft: &mut Draft<'_>,
    spool: &mut Spool,
) -> Result<bool, Error> {
    let from = source.tree.resolve(path, true)?;
    let is_file = source.tree.get(&from).map(|node| &node.entry.kind);
    let (Some(Kind::File { .. }), Origin::Context(folder)) = (is_file, &source.origin) else {
        return Ok(false);
    };
    let Some(entry) = folder.inputs.entries.get(&from) else { return Ok(false) };
    // A copy, which is compared with what was keyed before any of it is used.
    let mut copy = tempfile::tempfile()?;
    let mut buffer = vec![0; 64 << 10];
    let take = |bytes: &[u8]| io::Write::write_all(&mut copy, bytes).map_err(context::Error::Send);
    context::archive::read_file(&folder.path, folder.root.as_fd(), entry, &mut buffer, take)
        .map_err(io::Error::other)?;
    let Some(mut tar) = open(copy, path)? else { return Ok(false) };
    let root = draft.resolve(&request.to, true)?;
    let (uid, gid) = owner.unwrap_or_default();
    draft.make_folders(
        &root,
        &Entry { uid, gid, ..Entry::folder(draft.time()) },
        owner.is_some(),
    )?;
    let mut places: HashMap<Vec<u8>, u64> = HashMap::new();
    let wrong = |source| Error::Unpack { path: shown(path), source };
    let index = unpack::each(&mut tar, unpack::Limits::default(), &mut |path, _, content| {
        places.insert(path.to_vec(), spool.take(content)?.0);
        Ok(())
    });
    let index = index.map_err(wrong)?;
    let mut moved: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    for (inner, entry) in &index.entries {
        // Folders come before what lies in them, and the root is the destination itself.
        let Some(folder) = parent(inner) else { continue };
        let folder = resolve_in(draft, &root, folder)?;
        let to = join(&folder, name(inner));
        let (uid, gid) = owner.unwrap_or((entry.uid, entry.gid));
        let mut new = Entry { uid, gid, mtime: draft.time(), ..entry.clone() };
        if let Kind::Hard { target } = &entry.kind {
            let target = moved.get(target).cloned().unwrap_or_else(|| join(&root, target));
            new.kind = Kind::Hard { target };
        }
        draft.make_folders(&folder, &Entry::folder(draft.time()), true)?;
        match places.get(inner) {
            Some(begin) if matches!(entry.kind, Kind::File { .. }) => {
                draft.set_file(to.clone(), new, (number, Content::Spool(*begin)));
            }
            _ => draft.set(to.clone(), new),
        }
        moved.insert(inner.clone(), to);
    }
    Ok(true)
}

/// A folder below `root`, links followed as if `root` were the root of all.
fn resolve_in(draft: &Draft<'_>, root: &[u8], folder: &[u8]) -> Result<Vec<u8>, Error> {
    let inner = resolve(&|path| draft.get(&join(root, path)), folder, true)?;
    Ok(join(root, &inner))
}

/// The tar in a file, decompressed; `None` if it is none.
fn open(mut file: File, path: &[u8]) -> Result<Option<Box<dyn Read + Send>>, Error> {
    use std::io::Seek;
    file.rewind()?;
    let mut head = [0; 8];
    let length = read_most(&mut file, &mut head)?;
    file.rewind()?;
    let program = PROGRAMS.iter().find(|(magic, _)| head[..length].starts_with(magic));
    let mut plain = match program {
        None => decompressed(file)?,
        Some((_, program)) => piped(program, file, path)?,
    };
    let mut first = [0; BLOCK];
    // What cannot be decompressed is a file like any other.
    let Ok(BLOCK) = read_most(&mut plain, &mut first) else { return Ok(None) };
    Ok(is_header(&first).then(|| Box::new(io::Cursor::new(first).chain(plain)) as Box<_>))
}

fn read_most(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Whether a block is a tar's header: its sum is right, counted with or without signs.
fn is_header(block: &[u8; BLOCK]) -> bool {
    let said = std::str::from_utf8(&block[148..156]).ok();
    let said = said.and_then(|text| u32::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok());
    let byte = |at: usize| if (148..156).contains(&at) { b' ' } else { block[at] };
    let sum: u32 = (0..BLOCK).map(|at| u32::from(byte(at))).sum();
    let signed: i32 = (0..BLOCK).map(|at| i32::from(byte(at).cast_signed())).sum();
    said == Some(sum) || said.is_some_and(|said| i64::from(said) == i64::from(signed))
}

/// A program's output, which is ended with its reader.
fn piped(program: &str, file: File, path: &[u8]) -> Result<Box<dyn Read + Send>, Error> {
    let child = Command::new(program)
        .arg("-dc")
        .stdin(Stdio::from(file))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|error| Error::Archive {
        path: shown(path),
        why: format!("`{program}`, which decompresses it, cannot be started: {error}"),
    })?;
    let output = child.stdout.take();
    let output = output.ok_or_else(|| io::Error::other("no pipe"))?;
    Ok(Box::new(Piped { output, child }))
}

struct Piped {
    output: std::process::ChildStdout,
    child: std::process::Child,
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.output.read(buffer)?;
        if count == 0 && !buffer.is_empty() && !self.child.wait()?.success() {
            return Err(io::Error::other("it cannot be decompressed"));
        }
        Ok(count)
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
