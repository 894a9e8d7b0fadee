//! What makes the classic builder see that a link leads elsewhere.
//!
//! Its cache compares what COPY takes by the headers of the tar, but of a link by those
//! of what it leads to, and by nothing where that was not sent (moby, remotecontext
//! `archiveContext.Hash` and `walkSource`): a link that changed would stay the old one
//! in the image. COPY gives everything to its own owner, whoever owns it in the tar,
//! and the cache counts owners: so a digest of the links in a folder stands there.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::context::{Entries, Kind};

/// Owners above this may be out of the range that an engine maps.
const OWNER_MAX: u32 = 60_000;

/// Owners (user and group) for the headers of entries, 0:0 but for those named here.
#[derive(Default)]
pub struct Marks(HashMap<Vec<u8>, [u32; 2]>);

impl Marks {
    /// Those that tell of all links: in the header of the link's folder; of links in the
    /// context's root, which has none, in that of its first other entry.
    pub fn of(entries: &Entries) -> Self {
        let mut hashers: HashMap<&[u8], Sha256> = HashMap::new();
        for entry in entries.iter() {
            if let Kind::Link { target } = entry.kind {
                let folder = memchr::memrchr(b'/', entry.path).map_or(0, |at| at);
                let hasher = hashers.entry(&entry.path[..folder]).or_default();
                for part in [entry.path, target] {
                    hasher.update((part.len() as u64).to_le_bytes());
                    hasher.update(part);
                }
            }
        }
        if let Some(root) = hashers.remove(&b""[..]) {
            let mut top = entries.iter().filter(|entry| !entry.path.contains(&b'/'));
            if let Some(first) = top.find(|entry| !matches!(entry.kind, Kind::Link { .. })) {
                hashers.entry(first.path).or_default().update(root.finalize());
            }
        }
        let owner = |hasher: Sha256| {
            let digest = hasher.finalize();
            let number = |at: usize| {
                u32::from_le_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]])
            };
            [1 + number(0) % OWNER_MAX, 1 + number(4) % OWNER_MAX]
        };
        Self(hashers.into_iter().map(|(path, hasher)| (path.to_vec(), owner(hasher))).collect())
    }

    pub fn owner(&self, path: &[u8]) -> [u32; 2] {
        if self.0.is_empty() { [0, 0] } else { self.0.get(path).copied().unwrap_or_default() }
    }
}
