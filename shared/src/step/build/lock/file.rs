//! The lock file: read strictly, written in one form only.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::reference::{Digest, Reference};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs::PathError;
use crate::util::place::Place;

/// The file's name, beside the config.
pub const NAME: &str = "devspace.lock";
const SCHEMA: &str = "ds.lock/1";
const SIZE_MAX: usize = 4 << 20;

/// The digests of base images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LockFile {
    /// `ds.lock/1`
    schema: String,
    /// Base images by their full name with its tag (`docker.io/library/debian:12`), and
    /// the digest that each is pinned to: that of the index where there are several platforms.
    pub bases: BTreeMap<String, Digest>,
}

impl Default for LockFile {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), bases: BTreeMap::new() }
    }
}

/// What a base image is pinned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its name in the lock file.
    pub base: String,
    pub digest: Digest,
    /// `repository@digest`, as it is sent to a builder.
    pub pinned: String,
}

/// The JSON Schema, as it is published in `shared/schemas/lock.schema.json`.
pub fn schema() -> Value {
    schemars::schema_for!(LockFile).to_value()
}

impl LockFile {
    /// The lock file of a project; `None` where it has none.
    pub fn of_project(root: &Path) -> Result<Option<Self>, Failure> {
        let path = Self::path(root);
        match std::fs::read(&path) {
            Ok(bytes) => Self::parse(&bytes).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => {
                let error = PathError { action: "read", path, source };
                Err(Failure::new(Exit::Data, error.to_string()))
            }
        }
    }

    pub fn path(root: &Path) -> PathBuf {
        root.join(NAME)
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        if bytes.len() > SIZE_MAX {
            return Err(Failure::new(Exit::Data, format!("`{NAME}` is larger than 4 MiB")));
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|error| fault(bytes, &error))?;
        match head.schema.as_deref() {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("ds.lock/") => {
                let text =
                    format!("`{NAME}` has the form `{other}`, which this version can't read");
                return Err(
                    Failure::new(Exit::Data, text).hint("use the ds that wrote it, or a newer one")
                );
            }
            _ => {
                let text =
                    format!("{NAME}:1:1: no lock file of ds: it has no `\"schema\": \"{SCHEMA}\"`");
                return Err(Failure::new(Exit::Data, text).hint(HINT));
            }
        }
        let written: Written =
            serde_json::from_slice(bytes).map_err(|error| fault(bytes, &error))?;
        let text = String::from_utf8_lossy(bytes);
        Ok(Self { bases: written.bases(&text)?, ..Self::default() })
    }

    /// The file's content: one base a line, sorted.
    pub fn print(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("texts are always JSON");
        text.push(b'\n');
        text
    }

    /// What an image's name in a Dockerfile is pinned to.
    pub fn pin(&self, text: &str) -> Option<Pin> {
        let (base, reference) = lockable(text)?;
        let digest = self.bases.get(&base)?.clone();
        let pinned = reference.repository.at(&digest).to_string();
        Some(Pin { base, digest, pinned })
    }
}

/// The name of a base image in the lock file, if it can be locked: no digest is in it yet.
pub fn lockable(text: &str) -> Option<(String, Reference)> {
    let reference = Reference::parse(text).ok()?;
    if reference.digest.is_some() {
        return None;
    }
    let tag = reference.tag.as_ref().map_or("latest", |tag| tag.as_str());
    Some((format!("{}:{tag}", reference.repository.full()), reference))
}

const HINT: &str = "mend it, or remove it and run `ds lock`";

/// Enough to see which form the file has.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

fn fault(bytes: &[u8], error: &serde_json::Error) -> Failure {
    let text = String::from_utf8_lossy(bytes);
    let conflict = text.lines().position(|line| line.starts_with("<<<<<<< "));
    if let Some(line) = conflict {
        let place = Place::new(NAME, line + 1, 1);
        return Failure::new(Exit::Data, format!("{place}: a merge left its conflict here"))
            .hint("keep the lines of either side, then run `ds lock`");
    }
    let place = Place::new(NAME, error.line().max(1), error.column().max(1));
    let whole = error.to_string();
    let why = whole.split(" at line ").next().unwrap_or(&whole);
    Failure::new(Exit::Data, format!("{place}: {why}")).snippet(place.snippet(&text)).hint(HINT)
}

/// The file as it is written, its bases in their order and not looked at yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "schema")]
    _schema: String,
    bases: Pairs,
}

struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, String)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base images and their digests")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        from.deserialize_map(InOrder).map(Self)
    }
}

impl Written {
    /// The bases by their full names, none twice. `text` is what they were read from.
    fn bases(self, text: &str) -> Result<BTreeMap<String, Digest>, Failure> {
        let mut bases = BTreeMap::new();
        for (name, value) in self.bases.0 {
            let wrong = |part: &str, why: String| {
                // The last one, where a name stands twice.
                let at = text.rfind(&format!("\"{part}\"")).unwrap_or(0);
                let place = Place::of_offset(NAME, text, at);
                let failure = Failure::new(Exit::Data, format!("{place}: {why}"));
                failure.snippet(place.snippet(text)).hint(HINT)
            };
            let Some((full, _)) = lockable(&name) else {
                return Err(wrong(&name, format!("`{name}` is no image name without a digest")));
            };
            let digest = Digest::parse(&value).map_err(|error| wrong(&value, error.to_string()))?;
            if bases.insert(full, digest).is_some() {
                return Err(wrong(&name, format!("`{name}` stands twice")));
            }
        }
        Ok(bases)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn file(bases: &str) -> String {
        format!("{{\n  \"schema\": \"ds.lock/1\",\n  \"bases\": {{\n{bases}\n  }}\n}}\n")
    }

    #[test]
    fn what_is_written_is_read_again_alike() {
        let text = file(&format!(
            "    \"docker.io/library/debian:12\": \"{DIGEST}\",\n    \"reg:5000/a/b:1\": \"{DIGEST}\""
        ));
        let lock = LockFile::parse(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(lock.print()).unwrap(), text);
        assert_eq!(LockFile::parse(&LockFile::default().print()).unwrap(), LockFile::default());
    }

    #[test]
    fn any_spelling_of_a_base_is_pinned() {
        let text = file(&format!("\"debian\": \"{DIGEST}\", \"reg:5000/a/b:1\": \"{DIGEST}\""));
        let lock = LockFile::parse(text.as_bytes()).unwrap();
        for (text, pinned) in [
            ("debian", Some("debian")),
            ("debian:latest", Some("debian")),
            ("index.docker.io/library/debian", Some("debian")),
            ("debian:12", None),
            ("reg:5000/a/b:1", Some("reg:5000/a/b")),
            ("reg:5000/a/b:2", None),
            ("not a name", None),
        ] {
            let found = lock.pin(text).map(|pin| pin.pinned);
            assert_eq!(found, pinned.map(|name| format!("{name}@{DIGEST}")), "{text}");
        }
        assert_eq!(lock.pin(&format!("debian@{DIGEST}")), None, "it is pinned already");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, wanted) in [
            (file("    \"debian\": \"sha256:12\""), "devspace.lock:4:15: "),
            (file(&format!("\"a b\": \"{DIGEST}\"")), "devspace.lock:4:"),
            (file(&format!("\"a@{DIGEST}\": \"{DIGEST}\"")), "devspace.lock:4:1: "),
            (file("\"a\": 12"), "devspace.lock:4:"),
            (
                file(&format!("\"a\": \"{DIGEST}\",\n\"a:latest\": \"{DIGEST}\"")),
                "devspace.lock:5:",
            ),
            (file(&format!("\"a\": \"{DIGEST}\",")), "devspace.lock:5:"),
            (file("<<<<<<< HEAD\n=======\n>>>>>>> x"), "devspace.lock:4:1: a merge"),
            (String::new(), "devspace.lock:1:"),
            ("[]".to_owned(), "devspace.lock:1:"),
            ("{}".to_owned(), "no `\"schema\""),
            ("{\"schema\": \"ds.lock/2\", \"news\": []}".to_owned(), "`ds.lock/2`"),
            ("{\"schema\": \"ds.lock/1\"}".to_owned(), "missing field `bases`"),
            (
                "{\"schema\": \"ds.lock/1\", \"bases\": {}, \"x\": 1}".to_owned(),
                "unknown field `x`",
            ),
            ("{\"schema\": \"ds.lock/1\", \"bases\": {}} x".to_owned(), "trailing"),
        ] {
            let failure = LockFile::parse(text.as_bytes()).unwrap_err();
            assert_eq!(failure.exit, Exit::Data, "{text}");
            assert!(failure.error.contains(wanted), "{text}: {}", failure.error);
        }
        let deep = "[".repeat(100_000);
        assert!(LockFile::parse(deep.as_bytes()).is_err());
    }

    #[test]
    fn the_published_schema_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/lock.schema.json");
        let text = format!("{:#}\n", schema());
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(published == text, "run the tests with UPDATE_SCHEMAS=1 and commit {path}");
    }
}
