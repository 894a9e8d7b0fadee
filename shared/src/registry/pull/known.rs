//! What tags stood for when they were pulled last, kept in the store.
//!
//! Losing it costs a question; it is never believed without the blobs being there.

use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::reference::{Digest, Reference};
use crate::registry::blobs::Blobs;
use crate::util::{fs, hex};

/// The folder below the store's root.
pub const FOLDER: &str = "tags";

/// The digest that an image of this platform had.
pub fn digest(blobs: &Blobs, reference: &Reference, platform: &str) -> Option<Digest> {
    let bytes = std::fs::read(path(blobs, reference, platform)).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    let same = value["reference"] == reference.to_string() && value["platform"] == platform;
    Digest::parse(value["digest"].as_str().filter(|_| same)?).ok()
}

/// Remembers it; a store that can't be written to is no failure here.
pub fn remember(blobs: &Blobs, reference: &Reference, platform: &str, digest: &Digest) {
    let path = path(blobs, reference, platform);
    let text = json!({
        "reference": reference.to_string(),
        "platform": platform,
        "digest": digest,
    });
    if let Some(folder) = path.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = fs::write_if_changed(&path, text.to_string().as_bytes(), 0o600);
}

fn path(blobs: &Blobs, reference: &Reference, platform: &str) -> PathBuf {
    let name = Sha256::digest(format!("{reference}\n{platform}"));
    blobs.root().join(FOLDER).join(hex::encode(&name))
}
