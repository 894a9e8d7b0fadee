//! The content key: SHA-256 over the canonical list of all that a build is made of.
//!
//! The list, one line each, fields parted by a tab, every byte below 0x20, 0x7f and
//! `\` written as `\x` and two hex digits (so no name can look like another line):
//!
//! ```text
//! format  ds-inputs 2
//! folder  0755  -              <capability|->  <path>
//! file    0644  <sha256, hex>  <capability|->  <path>
//! link    0777  <target>       -               <path>
//! context whole|narrow
//! <fact>  <value>                          platform, dockerfile, target, …
//! ```
//!
//! The entries come first so that images which share them hash them once.
//! `KEY.md` has it in full; `tests/recompute_key.py` recomputes it without this code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::gather::{Ask, Common, gather};
use super::stat_cache::StatCaches;
use super::{Entries, Entry, Error, Inputs, Kind};
use crate::dockerfile::Reach;
use crate::reference::Digest;
use crate::ui::event::Reporter;
use crate::util::hex;

/// First line of the list; the number changes whenever the list's rules do.
const FORMAT: &str = "ds-inputs 2";

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

/// The list's lines that are no entries, in their order; the first stands before them.
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
    let Request { context, dockerfile, reach, facts, never, cache, threads } = request;
    let asks = [Ask { context, dockerfile, reach }];
    let counted = gather(&asks, Common { never, cache, threads }, reporter);
    let counted = counted.into_iter().next().expect("one answer to one question")?;
    Ok(Inputs::of_counted(facts, counted))
}

/// The canonical list: exactly the bytes that are hashed.
pub fn list(inputs: &Inputs) -> Vec<u8> {
    let mut out = Vec::new();
    let (before, after) = around(&inputs.facts);
    write_facts(&mut out, before);
    for entry in inputs.entries.iter() {
        write_entry(&mut out, entry);
    }
    write_scope(&mut out, inputs.whole.is_some());
    write_facts(&mut out, after);
    out
}

/// The key over facts and entries.
pub(super) fn digest(facts: &[(String, String)], whole: bool, entries: &Entries) -> Digest {
    let (before, after) = around(facts);
    let mut head = Vec::new();
    write_facts(&mut head, before);
    let mut hasher = entries.hashed(&head);
    let mut end = Vec::new();
    write_scope(&mut end, whole);
    write_facts(&mut end, after);
    hasher.update(&end);
    Digest::sha256(&hasher.finalize().into())
}

/// Names and values.
type Facts = [(String, String)];

/// The facts before the entries and those behind them.
fn around(facts: &Facts) -> (&Facts, &Facts) {
    facts.split_at(facts.iter().take_while(|(name, _)| name == "format").count())
}

fn write_facts(out: &mut Vec<u8>, facts: &[(String, String)]) {
    for (name, value) in facts {
        write_escaped(out, name.as_bytes());
        out.push(b'\t');
        write_escaped(out, value.as_bytes());
        out.push(b'\n');
    }
}

fn write_scope(out: &mut Vec<u8>, whole: bool) {
    out.extend_from_slice(if whole { b"context\twhole\n" } else { b"context\tnarrow\n" });
}

/// An entry's line.
pub(super) fn write_entry(out: &mut Vec<u8>, entry: Entry<'_>) {
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
