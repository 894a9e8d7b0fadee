//! Keys of steps, and why one is done again.
//!
//! A step's key is made of what lies below it (the layers' diffIDs), of what it does and
//! of what it reads. What the last build of a stage was made of is kept beside the
//! project, so that a miss can be explained.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::layer::Layer;
use crate::reference::Digest;
use crate::util::hex;

/// The number changes whenever the same step would come to another layer.
const FORMAT: &str = "ds-step 1";
/// Largest record that is read, in bytes.
const RECORD_MAX: u64 = 16 << 20;

/// The parts of a step's key, each as a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// What lies below it.
    below: String,
    /// The instruction and what it is carried out with.
    what: String,
    /// What it reads.
    reads: String,
}

/// A key in the making.
pub struct Key {
    pub parts: Parts,
    style: String,
}

fn digest(text: &[u8]) -> String {
    hex::encode(&Sha256::digest(text))
}

impl Key {
    /// `below`: the layers that count; `style`: time and compression, which are in every layer.
    pub fn new(below: &[Layer], what: &str, reads: &str, style: String) -> Self {
        let ids: Vec<&str> = below.iter().map(|layer| layer.diff_id.as_str()).collect();
        let below = digest(ids.join("\n").as_bytes());
        let parts = Parts { below, what: digest(what.as_bytes()), reads: reads.to_owned() };
        Self { parts, style }
    }

    pub fn digest(&self) -> Digest {
        let Parts { below, what, reads } = &self.parts;
        let text = format!("{FORMAT}\n{}\n{below}\n{what}\n{reads}\n", self.style);
        Digest::sha256(&Sha256::digest(text.as_bytes()).into())
    }
}

/// Steps of the last build, by stage and number in it.
#[derive(Debug, Default)]
pub struct Record {
    file: Option<PathBuf>,
    last: BTreeMap<String, Parts>,
    now: Mutex<BTreeMap<String, Parts>>,
}

impl Record {
    /// What is known of the last build; nothing, where the file is not there or damaged.
    pub fn read(file: Option<&Path>) -> Self {
        let read = |file: &Path| {
            let size = std::fs::metadata(file).ok()?.len();
            let bytes = (size <= RECORD_MAX).then(|| std::fs::read(file).ok()).flatten()?;
            serde_json::from_slice(&bytes).ok()
        };
        let last = file.and_then(read).unwrap_or_default();
        Self { file: file.map(Path::to_owned), last, now: Mutex::default() }
    }

    /// Notes a step, and says why it differs from the last time.
    pub fn note(&self, step: &str, parts: &Parts) -> &'static str {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.insert(step.to_owned(), parts.clone());
        match self.last.get(step) {
            None => "not done before",
            Some(last) if last.what != parts.what => "the instruction changed",
            Some(last) if last.reads != parts.reads => "what it reads changed",
            Some(last) if last.below != parts.below => "what lies below it changed",
            Some(_) => "its layer is not in the cache any more",
        }
    }

    /// Keeps what was noted. Losing it costs explanations only.
    pub fn save(&self) {
        let Some(file) = &self.file else { return };
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == self.last {
            return;
        }
        if let Some(folder) = file.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let bytes = serde_json::to_vec(&*now).unwrap_or_default();
        let _ = crate::util::fs::write_atomically(file, &bytes, 0o600);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_is_explained_by_what_changed_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/steps");
        let parts = |below: &str, what: &str, reads: &str| Parts {
            below: below.into(),
            what: what.into(),
            reads: reads.into(),
        };
        let record = Record::read(Some(&file));
        assert_eq!(record.note("0 1", &parts("b", "w", "r")), "not done before");
        record.save();
        let record = Record::read(Some(&file));
        for (now, why) in [
            (parts("b", "w2", "r2"), "the instruction changed"),
            (parts("b2", "w", "r2"), "what it reads changed"),
            (parts("b2", "w", "r"), "what lies below it changed"),
            (parts("b", "w", "r"), "its layer is not in the cache any more"),
        ] {
            assert_eq!(record.note("0 1", &now), why);
        }
        assert_eq!(record.note("0 2", &parts("b", "w", "r")), "not done before");
    }

    #[test]
    fn every_part_of_a_key_counts() {
        let layer = |n: u8| {
            let digest = Digest::sha256(&[n; 32]);
            let descriptor = crate::registry::descriptor::Descriptor::new("t", digest.clone(), 1);
            Layer { descriptor, diff_id: digest }
        };
        let (one, two) = ([layer(1)], [layer(1), layer(2)]);
        let key = |layers: &[Layer], what: &str, reads: &str, style: &str| {
            Key::new(layers, what, reads, style.to_owned()).digest()
        };
        let all = [
            key(&one, "w", "r", "s"),
            key(&two, "w", "r", "s"),
            key(&one, "x", "r", "s"),
            key(&one, "w", "x", "s"),
            key(&one, "w", "r", "x"),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
