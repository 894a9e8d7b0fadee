//! Two lists of inputs compared, line by line.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::record::Recorded;
use super::{Became, Change, How};
use crate::context::{Entries, Entry, Inputs, Kind};

/// Facts whose values may be told: none of them can hold a secret.
const TOLD: [&str; 6] = ["platform", "target", "network", "format", "base", "named-context"];

/// What differs, the Dockerfile and options first, then the files by path.
///
/// Where the key now covers more or less of the context, files that are there or
/// not for this reason alone are not listed.
pub fn diff(old: &Recorded, new: &Inputs) -> Vec<Change> {
    let mut changes = diff_facts(&old.facts, &new.facts);
    let mut entries = diff_entries(&old.entries, &new.entries);
    if old.whole != new.whole.is_some() {
        changes.push(Change::Scope { whole: new.whole.clone() });
        entries.retain(|found| !matches!(found.became, Became::Added | Became::Removed));
    }
    changes.extend(join_renames(&without_folders(entries)));
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
                let told = TOLD.contains(&name.split(' ').next().unwrap_or_default());
                How::Changed { values: told.then(|| ((*old).clone(), value.clone())) }
            }
        };
        changes.push(Change::Fact { name: name.clone(), how });
    }
    let gone = old.iter().filter(|(name, _)| !after.contains_key(name));
    changes.extend(gone.map(|(name, _)| Change::Fact { name: name.clone(), how: How::Removed }));
    changes
}

/// A change of an entry.
struct Found {
    path: Vec<u8>,
    became: Became,
    folder: bool,
    /// The content by which a file that moved is known again.
    content: Option<[u8; 32]>,
}

fn diff_entries(old: &Entries, new: &Entries) -> Vec<Found> {
    let found = |entry: &Entry<'_>, became: Became| Found {
        path: entry.path.to_vec(),
        folder: matches!(entry.kind, Kind::Folder),
        content: match entry.kind {
            Kind::File { digest, .. } => Some(*digest),
            _ => None,
        },
        became,
    };
    let mut changes = Vec::new();
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    loop {
        match (olds.peek(), news.peek()) {
            (None, None) => return changes,
            (Some(a), Some(b)) if a.path == b.path => {
                changes.extend(diff_entry(a, b).map(|became| found(b, became)));
                olds.next();
                news.next();
            }
            (Some(a), b) if b.is_none_or(|b| a.path < b.path) => {
                changes.push(found(a, Became::Removed));
                olds.next();
            }
            (_, Some(b)) => {
                changes.push(found(b, Became::Added));
                news.next();
            }
            _ => return changes,
        }
    }
}

/// The first thing that differs between two entries of one path.
fn diff_entry(old: &Entry<'_>, new: &Entry<'_>) -> Option<Became> {
    match (old.kind, new.kind) {
        (Kind::File { digest: a, .. }, Kind::File { digest: b, .. }) => {
            if a != b {
                return Some(Became::Content);
            }
        }
        (Kind::Link { target: a }, Kind::Link { target: b }) => {
            if a != b {
                return Some(Became::Link { old: a.to_vec(), new: b.to_vec() });
            }
        }
        (Kind::Folder, Kind::Folder) => {}
        _ => return Some(Became::Kind),
    }
    if old.mode != new.mode {
        return Some(Became::Mode { old: old.mode, new: new.mode });
    }
    (old.capability != new.capability).then_some(Became::Capability)
}

/// Leaves out folders that came or went together with something in them.
fn without_folders(found: Vec<Found>) -> Vec<Found> {
    let mut full: HashSet<Vec<u8>> = HashSet::new();
    for change in &found {
        let mut path = change.path.as_slice();
        while let Some(end) = memchr::memrchr(b'/', path) {
            path = &path[..end];
            if !full.insert(path.to_vec()) {
                break;
            }
        }
    }
    let told = |change: &Found| {
        let came = matches!(change.became, Became::Added | Became::Removed);
        !(came && change.folder && full.contains(&change.path))
    };
    found.into_iter().filter(told).collect()
}

/// SHA-256 of nothing: empty files are alike without being one file that moved.
const EMPTY: [u8; 4] = [0xe3, 0xb0, 0xc4, 0x42];

/// Makes one change of a file removed here and added there with the same content.
fn join_renames(found: &[Found]) -> Vec<Change> {
    let mut gone: BTreeMap<[u8; 32], Vec<usize>> = BTreeMap::new();
    for (index, change) in found.iter().enumerate().rev() {
        if let (Became::Removed, Some(digest)) = (&change.became, change.content)
            && digest[..4] != EMPTY
        {
            gone.entry(digest).or_default().push(index);
        }
    }
    let mut from: HashMap<usize, usize> = HashMap::new();
    for (index, change) in found.iter().enumerate() {
        if let (Became::Added, Some(digest)) = (&change.became, change.content)
            && let Some(old) = gone.get_mut(&digest).and_then(Vec::pop)
        {
            from.insert(index, old);
        }
    }
    let taken: HashSet<usize> = from.values().copied().collect();
    let renamed = |index: &usize| from.get(index).map(|&old| found[old].path.clone());
    let mut changes = Vec::with_capacity(found.len());
    for (index, change) in found.iter().enumerate() {
        if taken.contains(&index) {
            continue;
        }
        let became = match renamed(&index) {
            Some(from) => Became::Renamed { from },
            None => change.became.clone(),
        };
        changes.push(Change::Entry { path: change.path.clone(), became });
    }
    changes
}
