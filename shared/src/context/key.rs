//! The content key: SHA-256 over the canonical list of all that a build is made of.
//!
//! The list, one line each, fields parted by a tab, every byte below 0x20, 0x7f and
//! `\` written as `\x` and two hex digits (so no name can look like another line):
//!
//! ```text
//! format  ds-inputs 1
//! <fact>  <value>                          platform, dockerfile, target, …
//! context whole|narrow
//! folder  0755  -              <capability|->  <path>
//! file    0644  <sha256, hex>  <capability|->  <path>
//! link    0777  <target>       -               <path>
//! ```
//!
//! `KEY.md` has it in full; `tests/recompute_key.py` recomputes it without this code.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::folder::Stat;
use super::hash::hash_all;
use super::ignore::Matcher;
use super::narrow::{Narrowed, Plan, narrow, takes_any_root};
use super::stat_cache::{StatCache, StatCaches, Table};
use super::walk::{Found, Item, Tree, Walk, walk};
use super::{Entries, Entry, Error, Inputs, Kind};
use crate::dockerfile::Reach;
use crate::reference::Digest;
use crate::ui::event::{Level, Reporter};
use crate::util::fs::PathContext;
use crate::util::hex;

/// First line of the list; the number changes whenever the list's rules do.
const FORMAT: &str = "ds-inputs 1";
/// Largest ignore file that is read.
const IGNORE_MAX: u64 = 16 << 20;
/// Keeps the memory for results small when a cache is lost.
const HASHED_AT_ONCE: usize = 16_384;
/// Names told in a note.
const TOLD: usize = 5;

/// What the inputs of an image are asked of.
pub struct Request<'a> {
    /// Absolute.
    pub context: &'a Path,
    /// Absolute; may lie outside the context. `<it>.dockerignore` beats `.dockerignore`.
    /// `None`: no ignore file counts.
    pub dockerfile: Option<&'a Path>,
    pub reach: Reach,
    /// In the list's order; see [`facts`].
    pub facts: Vec<(String, String)>,
    /// Absolute paths that never count, beside `.devspace` in the context's root:
    /// the project's own state where the context lies around the project.
    pub never: &'a [PathBuf],
    pub cache: Option<&'a StatCaches>,
    /// At least 1 is used.
    pub threads: usize,
}

/// What goes into the key besides the context.
#[derive(Debug, Clone, Default)]
pub struct KeyFacts<'a> {
    /// `os/arch[/variant]`
    pub platform: &'a str,
    /// The Dockerfile's bytes as they are built.
    pub dockerfile: &'a [u8],
    pub target: Option<&'a str>,
    /// With their values; only a digest of these enters the list. Proxies are left out here.
    pub build_args: BTreeMap<String, String>,
    /// Ids of build secrets.
    pub secrets: Vec<String>,
    pub network: Option<&'a str>,
    /// Labels and whatever else changes the result: name and value.
    pub options: BTreeMap<String, String>,
    /// Base images that a lock file pins: reference and digest.
    pub bases: BTreeMap<String, String>,
    /// Named contexts: name and what it is.
    pub contexts: BTreeMap<String, String>,
    /// Images of the config that this one is built from: name and key.
    pub images: BTreeMap<String, String>,
}

/// Arguments that docker predefines for proxies; they change no image.
const PROXIES: [&str; 5] = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];

/// The list's lines before the context, in their order.
pub fn facts(given: &KeyFacts<'_>) -> Vec<(String, String)> {
    let mut out = vec![
        ("format".to_owned(), FORMAT.to_owned()),
        ("platform".to_owned(), given.platform.to_owned()),
        ("dockerfile".to_owned(), digest_text(given.dockerfile)),
    ];
    let mut one = |name: &str, value: Option<&str>| {
        out.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    };
    one("target", given.target);
    one("network", given.network);
    let proxy = |name: &str| PROXIES.contains(&name.to_ascii_lowercase().as_str());
    for (name, value) in given.build_args.iter().filter(|(name, _)| !proxy(name)) {
        out.push((format!("build-arg {name}"), digest_text(value.as_bytes())));
    }
    let mut secrets = given.secrets.clone();
    secrets.sort();
    out.extend(secrets.into_iter().map(|id| (format!("secret {id}"), "-".to_owned())));
    for (kind, map) in [
        ("option", &given.options),
        ("base", &given.bases),
        ("named-context", &given.contexts),
        ("image", &given.images),
    ] {
        out.extend(map.iter().map(|(name, value)| (format!("{kind} {name}"), value.clone())));
    }
    out
}

fn digest_text(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(&Sha256::digest(bytes)))
}

/// Finds all that a build is made of.
pub fn inputs(request: Request<'_>, reporter: &dyn Reporter) -> Result<Inputs, Error> {
    let context = request.context;
    let now = now();
    let root = std::fs::File::open(context).at("read", context)?;
    if !root.metadata().at("read", context)?.is_dir() {
        return Err(Error::NotFolder(context.to_owned()));
    }
    let ignore = match request.dockerfile {
        Some(dockerfile) => read_ignore(context, dockerfile)?,
        None => Matcher::default(),
    };
    let never = never(context, request.never);
    let (plan, whole, open_root) = match &request.reach {
        Reach::Whole { why } => (Plan::whole(), Some(why.clone()), true),
        Reach::Narrow(sources) => match narrow(context, root.as_fd(), &ignore, sources)? {
            Narrowed::Plan(plan) => (plan, None, takes_any_root(sources)),
            Narrowed::Whole(why) => (Plan::whole(), Some(why), true),
        },
    };
    let tree = walk(&Walk {
        context,
        root: root.as_fd(),
        ignore: &ignore,
        never: &never,
        plan: &plan,
        threads: request.threads,
    })?;
    drop(plan);
    tell_passed_over(&tree.passed_over, reporter);
    let cache = request.cache.map(|caches| caches.of(context, reporter));
    let (mut entries, misses) = assemble(&tree, cache.as_deref())?;
    drop(tree);
    hash_misses(&request, root.as_fd(), &mut entries, &misses, cache.as_deref(), now)?;
    Ok(Inputs { open_root, ..Inputs::of(request.facts, whole, entries) })
}

/// Nanoseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

fn read_ignore(context: &Path, dockerfile: &Path) -> Result<Matcher, Error> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    for file in [PathBuf::from(own), context.join(".dockerignore")] {
        let meta = match std::fs::metadata(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            meta => meta.at("read", &file)?,
        };
        let fault = match (meta.is_file(), meta.len()) {
            (false, _) => Some(std::io::Error::other("it is not a file")),
            (true, IGNORE_MAX..) => Some(std::io::ErrorKind::FileTooLarge.into()),
            _ => None,
        };
        let bytes = fault.map_or_else(|| std::fs::read(&file), Err).at("read", &file)?;
        let shown = file.strip_prefix(context).unwrap_or(&file).display().to_string();
        return Ok(Matcher::parse(&shown, &bytes)?);
    }
    Ok(Matcher::default())
}

fn never(context: &Path, more: &[PathBuf]) -> Vec<Vec<u8>> {
    let relative = more.iter().filter_map(|path| path.strip_prefix(context).ok());
    let mut never = vec![b".devspace".to_vec()];
    never.extend(relative.map(|path| path.as_os_str().as_bytes().to_vec()));
    never
}

fn tell_passed_over(paths: &[Vec<u8>], reporter: &dyn Reporter) {
    if paths.is_empty() {
        return;
    }
    let shown = |path: &Vec<u8>| format!("`{}`", String::from_utf8_lossy(path));
    let mut names: Vec<_> = paths.iter().take(TOLD).map(shown).collect();
    if paths.len() > TOLD {
        names.push(format!("{} more", paths.len() - TOLD));
    }
    let text =
        format!("sockets, pipes and devices are no part of the context: {}", names.join(", "));
    reporter.note(Level::Verbose, text);
}

/// A listing half gone through.
struct Open<'t> {
    items: std::slice::Iter<'t, Item>,
    listing: usize,
    prefix: usize,
}

/// Puts the listings into one list in order, taking digests from the cache; returns
/// the files (by index) that it does not know.
fn assemble(tree: &Tree, cache: Option<&StatCache>) -> Result<(Entries, Vec<usize>), Error> {
    let empty = Table::default();
    let table = cache.map_or(&empty, StatCache::table);
    let (mut entries, mut misses) = (Entries::default(), Vec::new());
    let (mut prefix, mut cursor) = (Vec::new(), 0);
    let open = |listing: usize, prefix: usize| Open {
        items: tree.listings[listing].items.iter(),
        listing,
        prefix,
    };
    let mut stack = vec![open(0, 0)];
    while let Some(level) = stack.last_mut() {
        prefix.truncate(level.prefix);
        let Some(item) = level.items.next() else {
            stack.pop();
            continue;
        };
        if !tree.counts(item) {
            continue;
        }
        let listing = &tree.listings[level.listing];
        let name = listing.name(item);
        match item.found {
            Found::Content { listing: inner } => {
                prefix.extend_from_slice(name);
                prefix.push(b'/');
                stack.push(open(inner as usize, prefix.len()));
            }
            Found::Folder { .. } => {
                entries.push_parts(&prefix, name, Kind::Folder, item.stat.mode)?;
            }
            Found::Link => {
                let target = listing.target(item);
                entries.push_parts(&prefix, name, Kind::Link { target }, 0)?;
            }
            Found::File => {
                let known = table.find(&mut cursor, &prefix, name, &item.stat);
                push_file(&mut entries, &mut misses, (&prefix, name), &item.stat, known)?;
            }
        }
    }
    Ok((entries, misses))
}

fn push_file(
    entries: &mut Entries,
    misses: &mut Vec<usize>,
    (prefix, name): (&[u8], &[u8]),
    stat: &Stat,
    known: Option<super::hash::Hashed>,
) -> Result<(), Error> {
    let index = entries.len();
    let digest = known.as_ref().map_or([0; 32], |known| known.digest);
    entries.push_parts(prefix, name, Kind::File { size: stat.size, digest: &digest }, stat.mode)?;
    match known {
        None => misses.push(index),
        Some(known) => {
            if let Some(capability) = known.capability {
                entries.set_capability(index, capability);
            }
        }
    }
    Ok(())
}

fn hash_misses(
    request: &Request<'_>,
    root: std::os::fd::BorrowedFd<'_>,
    entries: &mut Entries,
    misses: &[usize],
    cache: Option<&StatCache>,
    now: i64,
) -> Result<(), Error> {
    for misses in misses.chunks(HASHED_AT_ONCE) {
        let hashed = {
            let entries = &*entries;
            let path = |at: usize| entries.at(misses[at]).path;
            hash_all(request.context, root, &path, misses.len(), request.threads)?
        };
        for (&index, hashed) in misses.iter().zip(hashed) {
            entries.set_file(index, hashed.stat.size, hashed.digest, hashed.stat.mode);
            if let Some(cache) = cache {
                cache.learn(entries.at(index).path, &hashed, now);
            }
            if let Some(capability) = hashed.capability {
                entries.set_capability(index, capability);
            }
        }
    }
    Ok(())
}

/// The canonical list: exactly the bytes that are hashed.
pub fn list(inputs: &Inputs) -> Vec<u8> {
    let mut out = Vec::new();
    write_head(&mut out, &inputs.facts, inputs.whole.is_some());
    for entry in inputs.entries.iter() {
        write_entry(&mut out, entry);
    }
    out
}

/// The key over facts and entries.
pub(super) fn digest(facts: &[(String, String)], whole: bool, entries: &Entries) -> Digest {
    const PIECE: usize = 64 * 1024;
    let mut hasher = Sha256::new();
    let mut piece = Vec::with_capacity(PIECE + 8192);
    write_head(&mut piece, facts, whole);
    for entry in entries.iter() {
        write_entry(&mut piece, entry);
        if piece.len() >= PIECE {
            hasher.update(&piece);
            piece.clear();
        }
    }
    hasher.update(&piece);
    Digest::sha256(&hasher.finalize().into())
}

fn write_head(out: &mut Vec<u8>, facts: &[(String, String)], whole: bool) {
    for (name, value) in facts {
        write_escaped(out, name.as_bytes());
        out.push(b'\t');
        write_escaped(out, value.as_bytes());
        out.push(b'\n');
    }
    out.extend_from_slice(if whole { b"context\twhole\n" } else { b"context\tnarrow\n" });
}

fn write_entry(out: &mut Vec<u8>, entry: Entry<'_>) {
    let kind: &[u8] = match entry.kind {
        Kind::File { .. } => b"file\t",
        Kind::Folder => b"folder\t",
        Kind::Link { .. } => b"link\t",
    };
    out.extend_from_slice(kind);
    out.extend([9, 6, 3, 0].map(|shift| b'0' + (entry.mode >> shift & 7) as u8));
    out.push(b'\t');
    match entry.kind {
        Kind::File { digest, .. } => write_hex(out, digest),
        Kind::Folder => out.push(b'-'),
        Kind::Link { target } => write_escaped(out, target),
    }
    out.push(b'\t');
    match entry.capability {
        Some(capability) => write_hex(out, capability),
        None => out.push(b'-'),
    }
    out.push(b'\t');
    write_escaped(out, entry.path);
    out.push(b'\n');
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn write_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(
        bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]),
    );
}

fn write_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let plain = |&byte: &u8| byte >= 0x20 && byte != 0x7f && byte != b'\\';
    if text.iter().all(plain) {
        out.extend_from_slice(text);
        return;
    }
    for byte in text {
        if plain(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(b"\\x");
            write_hex(out, &[*byte]);
        }
    }
}
