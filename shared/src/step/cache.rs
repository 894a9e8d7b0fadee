//! `ds-build cache`: how much the store of base images and build steps holds, and less of it.
//!
//! The store belongs to the user, not to a project. Everything in it can be fetched or
//! made again.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::options::Output;
use crate::builder::embedded::run;
use crate::registry::blobs::prune::{BLOBS, Item, Limits, Part, part_of_files};
use crate::registry::blobs::{self, Blobs};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::env;

/// How large the store grows before what was used least recently goes.
pub const SIZE: u64 = 20 << 30;
/// How long a user of the store is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything in the store: blobs, and what the embedded builder keeps beside them. Layers
/// are folders with a `size` beside the tree.
fn parts<'a>(remove: &'a dyn Fn(&Path) -> io::Result<()>) -> Vec<Part<'a>> {
    let others = [
        Part { name: "layers", list: layers, remove },
        Part { name: "mounts", list: mounts, remove },
        part_of_files("indexes"),
        part_of_files("steps"),
        part_of_files("tags"),
    ];
    BLOBS.into_iter().chain(others).collect()
}

fn layers(folder: &Path) -> Vec<Item> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let item = |entry: std::fs::DirEntry| {
        let size = entry.path().join("size");
        let used = size.metadata().and_then(|meta| meta.modified());
        let bytes = std::fs::read_to_string(&size).ok()?.trim().parse().ok()?;
        Some(Item { path: entry.path(), size: bytes, used: used.ok()? })
    };
    entries.filter_map(item).collect()
}

/// Cache mounts: what is in them is counted file by file.
fn mounts(folder: &Path) -> Vec<Item> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let item = |entry: std::fs::DirEntry| {
        let used = entry.path().join("used");
        let used = used.metadata().or_else(|_| entry.metadata());
        let used = used.and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        Item { size: size_below(&entry.path()), path: entry.path(), used }
    };
    entries.map(item).collect()
}

fn size_below(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(meta) = path.symlink_metadata() else { return 0 };
    let below = if meta.is_dir() { std::fs::read_dir(path).ok() } else { None };
    let below = below.into_iter().flatten().flatten();
    meta.blocks() * 512 + below.map(|entry| size_below(&entry.path())).sum::<u64>()
}

/// The user's store, open.
pub fn open() -> Result<Blobs, Failure> {
    let folder = env::cache_folder().ok_or_else(|| {
        let text = "there is no folder for caches: neither HOME nor XDG_CACHE_HOME is set";
        Failure::new(Exit::Failed, text).hint("name one: `DS_CACHE=FOLDER`")
    })?;
    Ok(Blobs::open(&folder)?)
}

/// Removes what is over the limit, if nobody else has the store open: the next to build
/// does it then. Call it when something was added.
pub fn trim(store: &Blobs) -> Result<(), Failure> {
    trim_parts(store, &parts(&remover(store)))
}

/// The same for blobs alone, for executables that carry out no RUN and so can't remove
/// what one left.
pub fn trim_blobs(store: &Blobs) -> Result<(), Failure> {
    trim_parts(store, &BLOBS)
}

fn trim_parts(store: &Blobs, parts: &[Part<'_>]) -> Result<(), Failure> {
    let limits = Limits { size: Some(limit()?), age: None };
    match store.prune(parts, limits, Duration::ZERO, false) {
        Ok(_) | Err(blobs::Error::InUse { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes folders that a RUN filled: where they belong to subordinate ids of this user,
/// in a namespace that has these.
fn remover(store: &Blobs) -> impl Fn(&Path) -> io::Result<()> + use<> {
    let root = store.root().to_owned();
    move |path: &Path| {
        if std::fs::remove_dir_all(path).is_ok() {
            return Ok(());
        }
        let program = run::this_program().map_err(io::Error::other)?;
        let executor = run::Executor::new(&root, &program);
        executor.remove(&[path.to_owned()]).map_err(io::Error::other)
    }
}

fn limit() -> Result<u64, Failure> {
    match env::text(env::DS_CACHE_SIZE) {
        None => Ok(SIZE),
        Some(text) => bytes(&text).map_err(|why| {
            Failure::new(Exit::Usage, format!("`{}={text}`: {why}", env::DS_CACHE_SIZE))
        }),
    }
}

/// What is in the store, as text or JSON.
pub fn info(output: Output) -> Result<String, Failure> {
    let store = open()?;
    let usage = store.usage(&parts(&remover(&store)));
    let total: u64 = usage.iter().map(|(_, part)| part.bytes).sum();
    let limit = limit()?;
    if output == Output::Json {
        let parts: Map<String, Value> = usage
            .iter()
            .map(|(name, part)| {
                ((*name).to_owned(), json!({ "items": part.items, "bytes": part.bytes }))
            })
            .collect();
        let folder = store.root().display().to_string();
        let all = json!({ "folder": folder, "bytes": total, "limit": limit, "parts": parts });
        return Ok(format!("{all:#}\n"));
    }
    let mut text = format!("{}\n", store.root().display());
    for (name, part) in usage.iter().filter(|(_, part)| part.items > 0) {
        let _ = writeln!(text, "{:>10} {:>6} {name}", human(part.bytes), part.items);
    }
    let _ = writeln!(text, "{:>10} of {} ({})", human(total), human(limit), env::DS_CACHE_SIZE);
    Ok(text)
}

/// Removes what these limits don't allow; without any, what is over the usual one.
pub fn prune(limits: Limits, dry: bool) -> Result<String, Failure> {
    let store = open()?;
    let usual = limits.size.is_none() && limits.age.is_none();
    let limits = if usual { Limits { size: Some(limit()?), age: None } } else { limits };
    let gone = store.prune(&parts(&remover(&store)), limits, PATIENCE, dry).map_err(|error| {
        let busy = matches!(error, blobs::Error::InUse { .. });
        let failure = Failure::from(error);
        if busy {
            failure.hint("a build is using it: try again when it has ended")
        } else {
            failure
        }
    })?;
    let word = if dry { "would remove" } else { "removed" };
    Ok(format!("{word} {} ({} items)\n", human(gone.bytes), gone.items))
}

/// `500M`, `20G`, `1048576`: powers of 1024.
pub fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[number.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err("a size ends in K, M, G or T".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a size is a number, as `20G`".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "that is too large".to_owned())
}

/// `30d`, `12h`, `45m`, `90s`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wrong = || "a time is a number with d, h, m or s, as `30d`".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        'd' => 86_400,
        'h' => 3600,
        'm' => 60,
        's' => 1,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

fn human(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times() {
        for (text, value) in [
            ("0", Some(0)),
            ("12", Some(12)),
            ("2k", Some(2048)),
            ("20G", Some(20 << 30)),
            (" 1MiB ", Some(1 << 20)),
            ("1.5G", None),
            ("G", None),
            ("-1", None),
            ("1X", None),
            ("99999999999T", None),
            ("é", None),
        ] {
            assert_eq!(bytes(text).ok(), value, "{text}");
        }
        for (text, value) in [
            ("30d", Some(2_592_000)),
            ("1h", Some(3600)),
            ("0s", Some(0)),
            ("d", None),
            ("3", None),
        ] {
            assert_eq!(duration(text).ok().map(|time| time.as_secs()), value, "{text}");
        }
        assert!(duration("3é").is_err() && duration("").is_err());
    }
}
