//! Where each member of a layer goes, decided in memory alone.
//!
//! Names are cleaned; `..` is refused rather than bent. Links that the layer itself has on
//! the way to a path are followed as a program in the root would. What an earlier member
//! made is replaced by a later one, as tar does.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Bound;

use super::tar::{Member, Type};
use super::{Error, Limits, refused};
use crate::builder::embedded::entry::{Entry, Index, Kind, join, parent};

const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
/// Other marks of aufs, which mean nothing in an image.
const AUFS: &[u8] = b".wh..wh.";
/// As in Linux: links that one path may lead through, bytes of a name and of a path.
const LINKS_MAX: usize = 40;
const NAME_MAX: usize = 255;
const PATH_MAX: usize = 4095;

/// What is to be done on disk for a member.
#[derive(Debug)]
pub(super) struct Place {
    /// Free of links.
    pub(super) path: Vec<u8>,
    /// Something else stood there in this layer, and goes first.
    pub(super) replaces: bool,
    /// The path that this is another name of.
    pub(super) same_as: Option<Vec<u8>>,
}

pub(super) struct Plan {
    pub(super) index: Index,
    limits: Limits,
    members: u64,
    bytes: u64,
    /// Paths that have another name.
    linked: BTreeSet<Vec<u8>>,
    /// The folder looked up last, as written and as it is: members come folder by folder.
    last: (Vec<u8>, Vec<u8>),
}

impl Plan {
    pub(super) fn new(limits: Limits) -> Self {
        let last = (Vec::new(), Vec::new());
        let linked = BTreeSet::new();
        Self { index: Index::default(), limits, members: 0, bytes: 0, linked, last }
    }

    /// Notes a member in the index. `None`: nothing is made for it.
    pub(super) fn place(&mut self, member: &Member) -> Result<Option<Place>, Error> {
        self.count(member)?;
        let path = cleaned(&member.path)?;
        let Some(folder) = parent(&path) else { return self.root(member) };
        let name = &path[path.len() - super::super::entry::name(&path).len()..];
        let folder = self.folder(folder, &path)?;
        if name == OPAQUE {
            self.index.opaque.insert(folder);
            return Ok(None);
        }
        if name.starts_with(AUFS) {
            return Ok(None);
        }
        if let Some(gone) = name.strip_prefix(WHITEOUT) {
            if matches!(gone, b"" | b"." | b"..") {
                return Err(refused(&path, "takes away what is not beneath it"));
            }
            self.index.gone.insert(join(&folder, gone));
            return Ok(None);
        }
        let path = join(&folder, name);
        if member.kind == Type::Char && member.device == (0, 0) {
            // To an overlay this device is a whiteout, so it is one everywhere.
            self.clear(&path)?;
            self.index.gone.insert(path);
            return Ok(None);
        }
        self.put(path, member).map(Some)
    }

    fn count(&mut self, member: &Member) -> Result<(), Error> {
        self.members += 1;
        self.bytes = self.bytes.saturating_add(member.size);
        let Limits { members, bytes } = self.limits;
        if self.members > members {
            return Err(Error::Limit { limit: members, what: "members" });
        }
        if self.bytes > bytes {
            return Err(Error::Limit { limit: bytes, what: "bytes" });
        }
        Ok(())
    }

    fn root(&mut self, member: &Member) -> Result<Option<Place>, Error> {
        if member.kind != Type::Folder {
            return Err(refused(&member.path, "is the root and no folder"));
        }
        let entry = entry(member, Kind::Folder);
        self.index.entries.insert(Vec::new(), entry);
        Ok(Some(Place { path: Vec::new(), replaces: false, same_as: None }))
    }

    fn put(&mut self, path: Vec<u8>, member: &Member) -> Result<Place, Error> {
        let mut same_as = None;
        let new = match member.kind {
            Type::File => entry(member, Kind::File { size: member.size }),
            Type::Folder => entry(member, Kind::Folder),
            Type::Fifo => entry(member, Kind::Fifo),
            Type::Char => {
                let (major, minor) = member.device;
                entry(member, Kind::Char { major, minor })
            }
            Type::Block => {
                let (major, minor) = member.device;
                entry(member, Kind::Block { major, minor })
            }
            Type::Link => {
                if member.link.is_empty()
                    || member.link.len() > PATH_MAX
                    || member.link.contains(&0)
                {
                    return Err(refused(&path, "is a link to nothing"));
                }
                Entry { mode: 0o777, ..entry(member, Kind::Link { target: member.link.clone() }) }
            }
            Type::Hard => {
                let (target, entry) = self.target(&path, &member.link)?;
                same_as = Some(target);
                entry
            }
        };
        let old = self.index.entries.get(&path);
        let stays = old.is_none() || (new.is_folder() && old.is_some_and(Entry::is_folder));
        if !stays {
            self.clear(&path)?;
        }
        self.index.entries.insert(path.clone(), new);
        Ok(Place { path, replaces: !stays, same_as })
    }

    /// The member of this layer that a hard link names, and what the link is.
    fn target(&mut self, path: &[u8], link: &[u8]) -> Result<(Vec<u8>, Entry), Error> {
        let target = cleaned(link)?;
        let folder = parent(&target).unwrap_or_default();
        let target = join(&self.folder(folder, path)?, super::super::entry::name(&target));
        let Some(found) = self.index.entries.get(&target).filter(|_| target != path) else {
            let text = String::from_utf8_lossy(&target).into_owned();
            return Err(refused(
                path,
                format!("is another name of `{text}`, which the layer does not have before it"),
            ));
        };
        match &found.kind {
            Kind::Folder => Err(refused(path, "is another name of a folder")),
            Kind::Hard { target: first } => {
                let (first, entry) = (first.clone(), found.clone());
                Ok((first, entry))
            }
            Kind::File { .. } => {
                let entry = Entry { kind: Kind::Hard { target: target.clone() }, ..found.clone() };
                self.linked.insert(target.clone());
                Ok((target, entry))
            }
            // Links and the like have no content that two names could share.
            _ => Ok((target.clone(), found.clone())),
        }
    }

    /// Takes away what an earlier member put at a path, and all beneath.
    fn clear(&mut self, path: &[u8]) -> Result<(), Error> {
        let (from, to) = ([path, b"/"].concat(), [path, b"0"].concat());
        let range = (Bound::Excluded(from.as_slice()), Bound::Excluded(to.as_slice()));
        let beneath = self.index.entries.range::<[u8], _>(range).map(|(path, _)| path.clone());
        let all: Vec<Vec<u8>> = beneath.chain([path.to_vec()]).collect();
        if let Some(linked) = all.iter().find(|path| self.linked.contains(*path)) {
            return Err(refused(linked, "is replaced after another name was given to it"));
        }
        for path in all {
            self.index.entries.remove(&path);
        }
        // A folder that went may have been on the way to the last one.
        self.last = (Vec::new(), Vec::new());
        Ok(())
    }

    /// The folder as it is, links of this layer followed.
    fn folder(&mut self, written: &[u8], path: &[u8]) -> Result<Vec<u8>, Error> {
        if self.last.0 == written {
            return Ok(self.last.1.clone());
        }
        let mut rest: VecDeque<Vec<u8>> = parts(written).map(<[u8]>::to_vec).collect();
        let (mut at, mut links) = (Vec::new(), 0);
        while let Some(part) = rest.pop_front() {
            if part == b".." {
                at = parent(&at).unwrap_or_default().to_vec();
                continue;
            }
            let next = join(&at, &part);
            match self.index.entries.get(&next).map(|entry| &entry.kind) {
                None | Some(Kind::Folder) => at = next,
                Some(Kind::Link { target }) => {
                    links += 1;
                    if links > LINKS_MAX {
                        return Err(refused(path, "lies behind too many links"));
                    }
                    if target.starts_with(b"/") {
                        at.clear();
                    }
                    for part in parts(target).rev() {
                        rest.push_front(part.to_vec());
                    }
                }
                Some(_) => return Err(refused(path, "lies in what is no folder")),
            }
            if at.len() > PATH_MAX {
                return Err(refused(path, "is too long"));
            }
        }
        self.last = (written.to_vec(), at.clone());
        Ok(at)
    }
}

fn entry(member: &Member, kind: Kind) -> Entry {
    let xattrs = (!member.xattrs.is_empty()).then(|| Box::new(member.xattrs.clone()));
    let &Member { mode, uid, gid, mtime, .. } = member;
    Entry { kind, mode, uid, gid, mtime, xattrs }
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b"."))
}

/// A member's path without `.`, doubled and outer slashes.
fn cleaned(path: &[u8]) -> Result<Vec<u8>, Error> {
    let mut clean = Vec::with_capacity(path.len());
    for part in parts(path) {
        if part == b".." {
            return Err(refused(path, "leads out of the root"));
        }
        if part.len() > NAME_MAX || part.contains(&0) {
            return Err(refused(path, "has a name that no file can have"));
        }
        if !clean.is_empty() {
            clean.push(b'/');
        }
        clean.extend_from_slice(part);
    }
    if clean.len() > PATH_MAX {
        return Err(refused(&path[..NAME_MAX], "is too long"));
    }
    Ok(clean)
}
