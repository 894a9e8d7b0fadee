//! The times that files are sent with, so that BuildKit asks only for what changed.
//!
//! The engine keeps what a session sent under the session's shared key; in the next
//! session with that key it asks for the files whose size, mode or time is another.
//! Our files have no times of their own (a clone's would differ), so: a file keeps its
//! time as long as its content, and new content gets a time that the file never had.
//! Times differ in their nanoseconds alone, which layers do not hold.
//!
//! What was sent is noted in a file before it is sent, and locked while it is: no time
//! is given twice. Who cannot have the note gets a key of their own, under which the
//! engine has nothing.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use crate::util::fs::write_atomically;

/// The first line of a note; the key follows.
const HEAD: &str = "ds.sent/1 ";
/// Nanoseconds of one second.
const SECOND: u32 = 1_000_000_000;
/// Largest note that is read.
const NOTE_MAX: u64 = 256 << 20;

/// A file that will be sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Unique among all that are sent.
    pub name: Vec<u8>,
    /// Another one whenever the file is another in anything but size, mode and kind.
    pub mark: [u8; 32],
}

/// The times of one session.
#[derive(Debug)]
pub struct Times {
    /// Under this the engine keeps what it gets.
    pub key: String,
    nanos: HashMap<Vec<u8>, u32>,
    _lock: Option<File>,
}

impl Times {
    /// For these files; `note` is where the last session's are noted, if anywhere.
    pub fn of(note: Option<&Path>, files: impl Iterator<Item = Sent>) -> Self {
        match note.and_then(|note| Some((note, lock(note)?))) {
            Some((note, lock)) => Self::noted(note, lock, files),
            None => Self::fresh(files),
        }
    }

    /// Nanoseconds behind the second that all files have.
    pub fn nanos(&self, name: &[u8]) -> u32 {
        self.nanos.get(name).copied().unwrap_or(0)
    }

    fn fresh(files: impl Iterator<Item = Sent>) -> Self {
        let nanos = files.map(|file| (file.name, 0)).collect();
        Self { key: new_key(), nanos, _lock: None }
    }

    fn noted(note: &Path, lock: File, files: impl Iterator<Item = Sent>) -> Self {
        let old = std::fs::metadata(note)
            .ok()
            .filter(|meta| meta.is_file() && meta.len() <= NOTE_MAX)
            .and_then(|_| std::fs::read(note).ok());
        let (key, old) = match old.as_deref().and_then(parse) {
            Some((key, files)) => (key, Some(files)),
            None => (new_key(), None),
        };
        // Also where a note was brought back from an older copy: most surely a new time.
        let now = old.as_ref().map_or(0, |_| random());
        let mut text = format!("{HEAD}{key}\n").into_bytes();
        let mut nanos = HashMap::new();
        for Sent { name, mark } in files {
            let nano = match old.as_ref().and_then(|old| old.get(name.as_slice())) {
                Some(&(last, was)) if was == mark => last,
                Some(&(last, _)) if last == now => now % (SECOND - 1) + 1,
                _ => now,
            };
            text.extend_from_slice(&nano.to_le_bytes());
            text.extend_from_slice(&mark);
            text.extend_from_slice(&(name.len() as u32).to_le_bytes());
            text.extend_from_slice(&name);
            nanos.insert(name, nano);
        }
        match write_atomically(note, &text, 0o600) {
            Ok(()) => Self { key, nanos, _lock: Some(lock) },
            // What is not noted must not be remembered by the engine either.
            Err(_) => Self { key: new_key(), nanos, _lock: None },
        }
    }
}

/// By name: time and mark.
type Noted<'a> = HashMap<&'a [u8], (u32, [u8; 32])>;

/// A note's key, and the time and mark of each of its files.
fn parse(note: &[u8]) -> Option<(String, Noted<'_>)> {
    let rest = note.strip_prefix(HEAD.as_bytes())?;
    let end = memchr::memchr(b'\n', rest)?;
    let key = std::str::from_utf8(&rest[..end]).ok().filter(|key| key.len() == 32)?;
    let mut rest = &rest[end + 1..];
    let mut files = HashMap::new();
    while !rest.is_empty() {
        let (nano, after) = rest.split_first_chunk::<4>()?;
        let (mark, after) = after.split_first_chunk::<32>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (name, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        files.insert(name, (u32::from_le_bytes(*nano), *mark));
        rest = after;
    }
    Some((key.to_owned(), files))
}

/// Held as long as the file is open; `None` while another session has it.
fn lock(note: &Path) -> Option<File> {
    let mut path = note.as_os_str().to_owned();
    path.push(".lock");
    std::fs::create_dir_all(note.parent()?).ok()?;
    let file = File::options().write(true).create(true).truncate(false).open(path).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

fn new_key() -> String {
    let part = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", part(), part())
}

/// Between 1 and [`SECOND`], and hardly ever the same twice.
fn random() -> u32 {
    let hash = RandomState::new().hash_one(std::process::id());
    (hash % u64::from(SECOND - 1)) as u32 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, u8)]) -> Vec<Sent> {
        let sent = |&(name, mark): &(&str, u8)| Sent { name: name.into(), mark: [mark; 32] };
        list.iter().map(sent).collect()
    }

    fn of(note: &Path, list: &[(&str, u8)]) -> Times {
        Times::of(Some(note), files(list).into_iter())
    }

    #[test]
    fn a_time_lasts_as_long_as_the_content() {
        let dir = tempfile::tempdir().unwrap();
        let note = dir.path().join("cache/sent");
        let (key, first) = {
            let times = of(&note, &[("a", 1), ("b", 1), ("c", 1)]);
            assert_eq!(["a", "b", "c"].map(|name| times.nanos(name.as_bytes())), [0; 3]);
            (times.key.clone(), times.nanos(b"b"))
        };
        let mut seen = vec![first];
        for mark in 2..20 {
            let times = of(&note, &[("a", 1), ("b", mark), ("new", mark)]);
            assert_eq!((&times.key, times.nanos(b"a")), (&key, 0));
            let now = times.nanos(b"b");
            assert!(!seen.contains(&now) && now < SECOND, "{now} {seen:?}");
            assert_eq!(times.nanos(b"new"), now);
            seen.push(now);
        }
        // Back to what was once sent is new content, too; so is what was away for a while.
        let times = of(&note, &[("a", 1), ("b", 1), ("c", 1)]);
        assert!(!seen.contains(&times.nanos(b"b")) && times.nanos(b"c") != 0);
    }

    #[test]
    fn without_the_note_the_key_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let note = dir.path().join("sent");
        let key = of(&note, &[("a", 1)]).key.clone();
        assert_eq!(of(&note, &[("a", 1)]).key, key);
        let held = of(&note, &[("a", 1)]);
        let beside = of(&note, &[("a", 2)]);
        assert_ne!(beside.key, key);
        drop((held, beside));
        let times = of(&note, &[("a", 1)]);
        assert_eq!((&times.key, times.nanos(b"a")), (&key, 0), "who had no lock noted something");
        drop(times);
        let whole = std::fs::read(&note).unwrap();
        for torn in [&whole[..whole.len() - 1], &whole[1..], b"", &whole[..HEAD.len() + 10]] {
            std::fs::write(&note, torn).unwrap();
            assert_ne!(of(&note, &[("a", 1)]).key, key, "{torn:?}");
        }
        assert_ne!(Times::of(None, files(&[("a", 1)]).into_iter()).key, key);
        let nowhere = dir.path().join("sent/below/a/file");
        assert_ne!(of(&nowhere, &[("a", 1)]).key, key);
    }
}
