//! Why an image is built again: what differs between two lists of inputs.
//!
//! The last build's list is kept as it was hashed, so a torn one shows by its form.
//! It has no value of a build argument in it, only digests, and neither has a
//! [`Change`]: arguments are told by name.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;

use super::{Entries, Entry, Inputs, Kind, key};
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

/// The inputs kept in `file`; `None` if there are none that can be read.
pub fn load(file: &Path) -> Option<Recorded> {
    parse(&std::fs::read(file).ok()?)
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

/// One difference. Paths are bytes, relative to the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The Dockerfile's bytes as they are built.
    Dockerfile,
    /// A line of the list before the context: platform, `build-arg NAME`…
    Fact {
        name: String,
        how: How,
    },
    /// The key now covers the whole context, or no longer does.
    Scope {
        whole: bool,
    },
    Added {
        path: Vec<u8>,
    },
    Removed {
        path: Vec<u8>,
    },
    Renamed {
        from: Vec<u8>,
        to: Vec<u8>,
    },
    Content {
        path: Vec<u8>,
    },
    Mode {
        path: Vec<u8>,
        old: u32,
        new: u32,
    },
    /// A link leads elsewhere.
    Link {
        path: Vec<u8>,
        old: Vec<u8>,
        new: Vec<u8>,
    },
    /// A file became a folder or link, or the like.
    Kind {
        path: Vec<u8>,
    },
    Capability {
        path: Vec<u8>,
    },
}

/// How a fact differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    Added,
    Removed,
    /// The values where they may be told.
    Changed {
        values: Option<(String, String)>,
    },
}

/// What differs, the Dockerfile and options first, then the files by path.
pub fn diff(old: &Recorded, new: &Inputs) -> Vec<Change> {
    let mut changes = diff_facts(&old.facts, &new.facts);
    let whole = new.whole.is_some();
    if old.whole != whole {
        changes.push(Change::Scope { whole });
    }
    changes.extend(join_renames(&diff_entries(&old.entries, &new.entries)));
    changes
}

fn diff_facts(old: &[(String, String)], new: &[(String, String)]) -> Vec<Change> {
    let before: HashMap<_, _> = old.iter().map(|(name, value)| (name, value)).collect();
    let after: HashMap<_, _> = new.iter().map(|(name, value)| (name, value)).collect();
    let mut changes = Vec::new();
    for (name, value) in new {
        let how = match before.get(name) {
            None => How::Added,
            Some(old) if *old == value => continue,
            Some(_) if name == "dockerfile" => {
                changes.push(Change::Dockerfile);
                continue;
            }
            Some(old) => {
                let told = matches!(name.as_str(), "platform" | "target" | "network" | "format");
                How::Changed { values: told.then(|| ((*old).clone(), value.clone())) }
            }
        };
        changes.push(Change::Fact { name: name.clone(), how });
    }
    let gone = old.iter().filter(|(name, _)| !after.contains_key(name));
    changes.extend(gone.map(|(name, _)| Change::Fact { name: name.clone(), how: How::Removed }));
    changes
}

/// A change, and the content by which a file that moved is known again.
type Found = (Change, Option<[u8; 32]>);

fn diff_entries(old: &Entries, new: &Entries) -> Vec<Found> {
    let content = |entry: &Entry<'_>| match entry.kind {
        Kind::File { digest, .. } => Some(*digest),
        _ => None,
    };
    let removed =
        |entry: Entry<'_>| (Change::Removed { path: entry.path.to_vec() }, content(&entry));
    let added = |entry: Entry<'_>| (Change::Added { path: entry.path.to_vec() }, content(&entry));
    let mut changes = Vec::new();
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    loop {
        match (olds.peek(), news.peek()) {
            (None, None) => return changes,
            (Some(a), Some(b)) if a.path == b.path => {
                changes.extend(diff_entry(a, b).map(|change| (change, None)));
                olds.next();
                news.next();
            }
            (Some(a), b) if b.is_none_or(|b| a.path < b.path) => {
                changes.extend(olds.next().map(removed));
            }
            _ => changes.extend(news.next().map(added)),
        }
    }
}

/// The first thing that differs between two entries of one path.
fn diff_entry(old: &Entry<'_>, new: &Entry<'_>) -> Option<Change> {
    let path = || new.path.to_vec();
    match (old.kind, new.kind) {
        (Kind::File { digest: a, .. }, Kind::File { digest: b, .. }) => {
            if a != b {
                return Some(Change::Content { path: path() });
            }
        }
        (Kind::Link { target: a }, Kind::Link { target: b }) => {
            if a != b {
                return Some(Change::Link { path: path(), old: a.to_vec(), new: b.to_vec() });
            }
        }
        (Kind::Folder, Kind::Folder) => {}
        _ => return Some(Change::Kind { path: path() }),
    }
    if old.mode != new.mode {
        return Some(Change::Mode { path: path(), old: old.mode, new: new.mode });
    }
    (old.capability != new.capability).then(|| Change::Capability { path: path() })
}

/// SHA-256 of nothing: empty files are alike without being one file that moved.
const EMPTY: [u8; 4] = [0xe3, 0xb0, 0xc4, 0x42];

/// Makes one change of a file removed here and added there with the same content.
fn join_renames(found: &[Found]) -> Vec<Change> {
    let mut gone: BTreeMap<[u8; 32], Vec<usize>> = BTreeMap::new();
    for (index, (change, digest)) in found.iter().enumerate().rev() {
        if let (Change::Removed { .. }, Some(digest)) = (change, digest)
            && digest[..4] != EMPTY
        {
            gone.entry(*digest).or_default().push(index);
        }
    }
    let mut joined = HashMap::new();
    for (index, (change, digest)) in found.iter().enumerate() {
        if let (Change::Added { .. }, Some(digest)) = (change, digest)
            && let Some(from) = gone.get_mut(digest).and_then(Vec::pop)
        {
            joined.insert(index, from);
        }
    }
    let taken: std::collections::HashSet<_> = joined.values().copied().collect();
    let path_of = |index: usize| match &found[index].0 {
        Change::Removed { path } => path.clone(),
        _ => Vec::new(),
    };
    let mut changes = Vec::with_capacity(found.len());
    for (index, (change, _)) in found.iter().enumerate() {
        match (joined.get(&index), change) {
            (Some(&from), Change::Added { path }) => {
                changes.push(Change::Renamed { from: path_of(from), to: path.clone() });
            }
            _ if taken.contains(&index) => {}
            _ => changes.push(change.clone()),
        }
    }
    changes
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |path: &Vec<u8>| {
            String::from_utf8_lossy(path).escape_debug().to_string().replace("\\'", "'")
        };
        match self {
            Self::Dockerfile => write!(f, "the Dockerfile changed"),
            Self::Fact { name, how } => write!(f, "{} {how}", fact_name(name)),
            Self::Scope { whole: true } => write!(f, "the whole context counts now"),
            Self::Scope { whole: false } => write!(f, "only what is copied counts now"),
            Self::Added { path } => write!(f, "`{}` was added", name(path)),
            Self::Removed { path } => write!(f, "`{}` was removed", name(path)),
            Self::Renamed { from, to } => {
                write!(f, "`{}` was renamed to `{}`", name(from), name(to))
            }
            Self::Content { path } => write!(f, "`{}` changed", name(path)),
            Self::Mode { path, old, new } => {
                write!(f, "`{}` changed its mode from {old:04o} to {new:04o}", name(path))
            }
            Self::Link { path, old, new } => {
                write!(
                    f,
                    "the link `{}` led to `{}`, now to `{}`",
                    name(path),
                    name(old),
                    name(new)
                )
            }
            Self::Kind { path } => write!(f, "`{}` became another kind of file", name(path)),
            Self::Capability { path } => write!(f, "`{}` changed its capability", name(path)),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => write!(f, "was added"),
            Self::Removed => write!(f, "was removed"),
            Self::Changed { values: Some((old, new)) } => {
                write!(f, "changed from `{}` to `{}`", old.escape_debug(), new.escape_debug())
            }
            Self::Changed { values: None } => write!(f, "changed"),
        }
    }
}

/// A fact's name as people say it.
fn fact_name(name: &str) -> String {
    let (kind, of) = name.split_once(' ').unwrap_or((name, ""));
    match kind {
        "build-arg" => format!("build argument `{of}`"),
        "secret" => format!("build secret `{of}`"),
        "option" => format!("option `{of}`"),
        "base" => format!("base image `{of}`"),
        "named-context" => format!("named context `{of}`"),
        "image" => format!("image `{of}`, which it is built from,"),
        "format" => "the key's format".to_owned(),
        "platform" | "target" | "network" => format!("the {kind}"),
        _ => format!("`{name}`"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
