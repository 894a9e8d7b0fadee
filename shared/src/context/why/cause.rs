//! Files that came and went, told from those that were there all along and only
//! count now, or count no more: by the ignore file, by COPY.
//!
//! For words alone; where it cannot be told, "added" and "removed" stand.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Became, Change};
use crate::context::glob::Glob;
use crate::context::ignore::{Matcher, State};
use crate::dockerfile::CopySource;

/// What the earlier build knew, as far as it is still known.
#[derive(Default)]
pub struct Before {
    pub ignore: Option<Matcher>,
    /// What it copied.
    pub sources: Option<Vec<CopySource>>,
}

/// Tells each file that was added or removed why it is, if that is no doing of its own.
/// `ignore` is today's.
pub fn explain(changes: &mut [Change], context: &Path, ignore: &Matcher, before: &Before) {
    for change in changes {
        let Change::Entry { path, became } = change else { continue };
        let cause = match became {
            Became::Added => came(path, before),
            Became::Removed => went(path, context, ignore),
            _ => None,
        };
        if let Some(cause) = cause {
            *became = cause;
        }
    }
}

fn came(path: &[u8], before: &Before) -> Option<Became> {
    if before.ignore.as_ref().is_some_and(|ignore| is_ignored(ignore, path)) {
        return Some(Became::NotIgnored);
    }
    let sources = before.sources.as_ref()?;
    (!sources.iter().any(|source| may_take(source, path))).then_some(Became::Copied)
}

fn went(path: &[u8], context: &Path, ignore: &Matcher) -> Option<Became> {
    let file = context.join(std::ffi::OsStr::from_bytes(path));
    file.symlink_metadata().ok()?;
    Some(if is_ignored(ignore, path) { Became::Ignored } else { Became::NotCopied })
}

/// Whether the ignore file leaves this path out.
fn is_ignored(ignore: &Matcher, path: &[u8]) -> bool {
    let mut state = State::default();
    for end in memchr::memchr_iter(b'/', path) {
        (_, state) = ignore.ignores_folder(&path[..end], &state);
    }
    ignore.ignores(path, &state)
}

/// Whether a source could have read this path. What lies behind a link is not seen.
fn may_take(source: &CopySource, path: &[u8]) -> bool {
    let mut names = path.split(|&byte| byte == b'/');
    let parts = source.pattern.split(|&byte| byte == b'/');
    for part in parts.filter(|part| !part.is_empty() && *part != b".") {
        if part == b"**" {
            return true;
        }
        // A folder above the source counts as well.
        let Some(name) = names.next() else { return true };
        let matches = match source.wildcard {
            true => Glob::parse(part).is_ok_and(|glob| glob.matches(name)),
            false => part == name,
        };
        if !matches {
            return false;
        }
    }
    true
}
