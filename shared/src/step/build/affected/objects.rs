//! Git's objects, read one after the other from one `git cat-file --batch`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::rc::Rc;

use super::changes::Node;
use super::repo::Repo;
use crate::util::{git, hex};

/// Longest object that is read: trees of a million names have some 40 MB.
const SIZE_MAX: u64 = 256 << 20;

/// A folder's names, sorted by their bytes.
pub type Listing = Rc<Vec<(Vec<u8>, Node)>>;

/// The objects of a checkout. Folders are kept.
pub struct Objects {
    pipes: RefCell<Pipes>,
    listings: RefCell<HashMap<Vec<u8>, Listing>>,
}

struct Pipes {
    child: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    pub fn open(repo: &Repo) -> io::Result<Self> {
        let mut child = git::command(&repo.top)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let missing = || io::Error::other("no pipe to git");
        let asks = Some(child.stdin.take().ok_or_else(missing)?);
        let answers = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        let pipes = RefCell::new(Pipes { child, asks, answers });
        Ok(Self { pipes, listings: RefCell::default() })
    }

    /// A folder by its tree's id.
    pub fn listing(&self, id: &[u8]) -> io::Result<Listing> {
        if let Some(known) = self.listings.borrow().get(id) {
            return Ok(Rc::clone(known));
        }
        let bytes = self.object(id, "tree")?;
        let listing = parse_tree(&bytes, id.len()).ok_or_else(|| odd("a tree"))?;
        let listing = Rc::new(listing);
        self.listings.borrow_mut().insert(id.to_vec(), Rc::clone(&listing));
        Ok(listing)
    }

    /// A file's or link's bytes as git has them.
    pub fn blob(&self, id: &[u8]) -> io::Result<Vec<u8>> {
        self.object(id, "blob")
    }

    fn object(&self, id: &[u8], kind: &str) -> io::Result<Vec<u8>> {
        let mut pipes = self.pipes.borrow_mut();
        let name = hex::encode(id);
        let asks = pipes.asks.as_mut().ok_or_else(|| odd("its end"))?;
        asks.write_all(format!("{name}\n").as_bytes())?;
        asks.flush()?;
        let mut head = String::new();
        (&mut pipes.answers).take(1024).read_line(&mut head)?;
        let words: Vec<&str> = head.split_whitespace().collect();
        let [_, found, size] = words[..] else {
            let text = format!("git lacks the object {name} (a shallow or partial clone?)");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        };
        let size: u64 = size.parse().map_err(|_| odd("a size"))?;
        if size > SIZE_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut bytes = vec![0; usize::try_from(size).map_err(|_| odd("a size"))?];
        pipes.answers.read_exact(&mut bytes)?;
        pipes.answers.read_exact(&mut [0])?;
        if found == kind { Ok(bytes) } else { Err(odd(found)) }
    }
}

impl Drop for Pipes {
    fn drop(&mut self) {
        // Without its input it ends.
        self.asks = None;
        let _ = self.child.wait();
    }
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("git gave {what} that can't be used"))
}

/// `<mode> <name>\0<id>` again and again; names that no folder can have are left out.
fn parse_tree(bytes: &[u8], id_length: usize) -> Option<Vec<(Vec<u8>, Node)>> {
    let mut nodes = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let blank = memchr::memchr(b' ', rest)?;
        let mode = u32::from_str_radix(std::str::from_utf8(&rest[..blank]).ok()?, 8).ok()?;
        let end = blank + 1 + memchr::memchr(0, &rest[blank + 1..])?;
        let name = &rest[blank + 1..end];
        let id = rest.get(end + 1..end + 1 + id_length)?;
        if !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') {
            nodes.push((name.to_vec(), Node { mode, id: Some(id.to_vec()) }));
        }
        rest = &rest[end + 1 + id_length..];
    }
    nodes.sort_by(|a, b| a.0.cmp(&b.0));
    Some(nodes)
}
