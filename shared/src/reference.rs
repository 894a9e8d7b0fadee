//! The grammar of image references, as the distribution project defines it
//! (`reference.go`, "Grammar"), with Docker Hub's names normalised as Docker does.
//!
//! Parsing never guesses: what is not a reference is an [`Error`] that names the
//! offending part. Two spellings of one repository compare equal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The registry that names without a host belong to.
pub const HUB: &str = "docker.io";
const HUB_OTHER_NAME: &str = "index.docker.io";
const HUB_OFFICIAL: &str = "library/";
/// Longest repository path, without the registry (distribution: `RepositoryNameTotalLengthMax`).
const PATH_MAX: usize = 255;
const TAG_MAX: usize = 128;

/// Why a text is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("an image reference is empty")]
    Empty,
    #[error("`{0}` has white space in it, which no image reference may have")]
    Blank(String),
    #[error("`{host}` in `{text}` is not a registry host: {why}")]
    Host { text: String, host: String, why: &'static str },
    #[error("`{port}` in `{text}` is not a port number")]
    Port { text: String, port: String },
    #[error("`{text}` has capital letters in its repository `{path}`; repositories are lower case")]
    UpperCase { text: String, path: String },
    #[error("`{component}` in `{text}` is not a repository component: {why}")]
    Component { text: String, component: String, why: &'static str },
    #[error("the repository of `{text}` has {length} characters, more than 255")]
    TooLong { text: String, length: usize },
    #[error("`{tag}` is not a tag: {why}")]
    Tag { tag: String, why: &'static str },
    #[error("`{digest}` is not a digest: {why}")]
    Digest { digest: String, why: &'static str },
    #[error("`{0}` is 64 hex digits, which Docker takes for an image id, not a repository")]
    ImageId(String),
    #[error("`{text}` has a {what} (`{part}`) where only a repository may stand")]
    NotBare { text: String, what: &'static str, part: String },
}

/// A registry and a path in it: `registry.example.com:5000/team/app`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Repository {
    registry: String,
    path: String,
}

impl Repository {
    /// Parses a repository; a tag or digest on it is [`Error::NotBare`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let reference = Reference::parse(text)?;
        let not_bare = |what, part| Err(Error::NotBare { text: text.to_owned(), what, part });
        if let Some(digest) = reference.digest {
            return not_bare("digest", digest.to_string());
        }
        if let Some(tag) = reference.tag {
            return not_bare("tag", tag.to_string());
        }
        Ok(reference.repository)
    }

    /// The registry's host and port; Docker Hub is always [`HUB`].
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The path within the registry; Hub's official images have `library/` in front.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The full name, registry included: `docker.io/library/redis`.
    pub fn full(&self) -> String {
        format!("{}/{}", self.registry, self.path)
    }

    /// The name as people write it: `redis` for `docker.io/library/redis`.
    pub fn familiar(&self) -> &str {
        self.path
            .strip_prefix(HUB_OFFICIAL)
            .filter(|rest| !rest.contains('/'))
            .unwrap_or(&self.path)
    }

    /// This repository under a tag.
    pub fn tagged(&self, tag: &Tag) -> Reference {
        Reference { repository: self.clone(), tag: Some(tag.clone()), digest: None }
    }

    /// This repository at a digest.
    pub fn at(&self, digest: &Digest) -> Reference {
        Reference { repository: self.clone(), tag: None, digest: Some(digest.clone()) }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.registry == HUB {
            f.write_str(self.familiar())
        } else {
            write!(f, "{}/{}", self.registry, self.path)
        }
    }
}

/// A tag: up to 128 of `[A-Za-z0-9_.-]`, not beginning with `.` or `-`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

impl Tag {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |why| Err(Error::Tag { tag: text.to_owned(), why });
        let Some(first) = text.bytes().next() else { return bad("it is empty") };
        if !(first.is_ascii_alphanumeric() || first == b'_') {
            return bad("it must begin with a letter, a digit or `_`");
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
            return bad("only letters, digits, `_`, `.` and `-` may stand in it");
        }
        if text.len() > TAG_MAX {
            return bad("it has more than 128 characters");
        }
        Ok(Self(text.to_owned()))
    }

    /// The nearest valid tag to a free text: each run of other characters becomes one `-`.
    pub fn suggest(text: &str) -> Option<Self> {
        let mut out = String::new();
        for c in text.chars() {
            if c.is_ascii_alphanumeric() || "_.-".contains(c) {
                out.push(c);
            } else if !out.ends_with('-') {
                out.push('-');
            }
        }
        let out = out.trim_start_matches(['.', '-']).trim_end_matches('-');
        Self::parse(&out[..out.len().min(TAG_MAX)]).ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A digest, `algorithm:hex` (OCI image spec, "Digests").
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |why| Err(Error::Digest { digest: text.to_owned(), why });
        let Some((algorithm, hex)) = text.split_once(':') else {
            return bad("it is not of the form `algorithm:hex`");
        };
        let component = |c: &str| {
            c.starts_with(|c: char| c.is_ascii_alphabetic())
                && c.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !algorithm.split(['+', '.', '-', '_']).all(component) {
            return bad("its algorithm is not letters and digits");
        }
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return bad("hex digits only may follow the `:`");
        }
        let wanted = match algorithm {
            "sha256" => Some(64),
            "sha384" => Some(96),
            "sha512" => Some(128),
            _ => None,
        };
        if wanted.is_some_and(|n| n != hex.len()) || hex.len() < 32 {
            return bad("it has a wrong number of hex digits");
        }
        if wanted.is_some() && hex.bytes().any(|b| b.is_ascii_uppercase()) {
            return bad("its hex digits must be lower case");
        }
        Ok(Self(text.to_owned()))
    }

    /// The SHA-256 digest with these 32 bytes.
    pub fn sha256(bytes: &[u8; 32]) -> Self {
        Self(format!("sha256:{}", crate::util::hex::encode(bytes)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after `algorithm:`.
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }
}

/// A repository with a tag, a digest, both or neither.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    pub repository: Repository,
    pub tag: Option<Tag>,
    pub digest: Option<Digest>,
}

impl Reference {
    /// Parses and normalises: `redis` becomes `docker.io/library/redis`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(Error::Empty);
        }
        if text.contains(char::is_whitespace) {
            return Err(Error::Blank(text.to_owned()));
        }
        if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(Error::ImageId(text.to_owned()));
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(Digest::parse(digest)?)),
            None => (text, None),
        };
        // A `:` after the last `/` begins a tag; one before it belongs to the host.
        let name_start = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match rest[name_start..].find(':') {
            Some(colon) => {
                let colon = name_start + colon;
                (&rest[..colon], Some(Tag::parse(&rest[colon + 1..])?))
            }
            None => (rest, None),
        };
        let (registry, path) = split_host(name);
        if let Some(host) = registry {
            check_host(text, host)?;
        }
        check_path(text, path)?;
        let registry = match registry {
            None | Some(HUB_OTHER_NAME) => HUB,
            Some(host) => host,
        };
        let path = if registry == HUB && !path.contains('/') {
            format!("{HUB_OFFICIAL}{path}")
        } else {
            path.to_owned()
        };
        if path.len() > PATH_MAX {
            return Err(Error::TooLong { text: text.to_owned(), length: path.len() });
        }
        Ok(Self { repository: Repository { registry: registry.to_owned(), path }, tag, digest })
    }
}

/// Docker's rule: what stands before the first `/` is a host if it has a `.` or
/// `:`, is `localhost`, or has a capital letter (which no path may have).
fn split_host(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((host, path))
            if host.contains(['.', ':'])
                || host == "localhost"
                || host.contains(|c: char| c.is_ascii_uppercase()) =>
        {
            (Some(host), path)
        }
        _ => (None, name),
    }
}

fn check_host(text: &str, host: &str) -> Result<(), Error> {
    let bad = |why| Err(Error::Host { text: text.to_owned(), host: host.to_owned(), why });
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let Some((address, after)) = rest.split_once(']') else {
            return bad("its `[` is never closed");
        };
        if address.parse::<std::net::Ipv6Addr>().is_err() {
            return bad("an IPv6 address belongs between the brackets");
        }
        match after.strip_prefix(':') {
            None if after.is_empty() => return Ok(()),
            None => return bad("only `:port` may follow the `]`"),
            Some(port) => (None, Some(port)),
        }
    } else {
        match host.split_once(':') {
            Some((name, port)) => (Some(name), Some(port)),
            None => (Some(host), None),
        }
    };
    if let Some(port) = port
        && (port.is_empty() || port.len() > 5 || port.parse::<u16>().is_err())
    {
        return Err(Error::Port { text: text.to_owned(), port: port.to_owned() });
    }
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match name {
        Some(name) if !name.split('.').all(label) => {
            bad("its parts between dots are letters, digits and inner `-`")
        }
        _ => Ok(()),
    }
}

fn check_path(text: &str, path: &str) -> Result<(), Error> {
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(Error::UpperCase { text: text.to_owned(), path: path.to_owned() });
    }
    for component in path.split('/') {
        if let Some(why) = component_fault(component) {
            return Err(Error::Component {
                text: text.to_owned(),
                component: component.to_owned(),
                why,
            });
        }
    }
    Ok(())
}

/// `[a-z0-9]+ ((. | _ | __ | -+) [a-z0-9]+)*`
fn component_fault(component: &str) -> Option<&'static str> {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = component.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return Some("it is empty");
    };
    if !bytes.iter().all(|&b| alphanumeric(b) || b"._-".contains(&b)) {
        return Some("only lower-case letters, digits, `.`, `_` and `-` may stand in it");
    }
    if !alphanumeric(first) || !alphanumeric(last) {
        return Some("it must begin and end with a letter or digit");
    }
    let separators = component.split(|c: char| c.is_ascii_alphanumeric()).filter(|s| !s.is_empty());
    for separator in separators {
        if !matches!(separator, "." | "_" | "__") && !separator.bytes().all(|b| b == b'-') {
            return Some("one `.`, one or two `_`, or any number of `-` may stand between letters");
        }
    }
    None
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Text in and out, for types that are one string.
macro_rules! textual {
    ($($name:ident),*) => {$(
        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                Self::parse(text)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                String::json_schema(generator)
            }
        }
    )*};
}
textual!(Repository, Reference, Tag, Digest);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
