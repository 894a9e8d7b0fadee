//! What stands under an image's `ds-key-…` in a registry: an index of one image that
//! says in its annotations from which key it was built.
//!
//! The name has 16 digits of the key, which a tag given by hand, or a search of some
//! billions of contexts, can hit; the annotation has all 64. The image itself is as it
//! would be without: nothing of this is in its configuration or layers. `REUSE.md` has
//! the rules.

use std::collections::BTreeMap;

use crate::reference::Digest;
use crate::registry::Manifest;
use crate::registry::manifest::{Content, Entry};
use crate::registry::platform;
use crate::state::Build;

const KEY: &str = "ds.key";
const ID: &str = "ds.id";
const BUILDER: &str = "ds.builder";
const BUILT_AT: &str = "ds.built-at";
const BASE: &str = "ds.base/";

/// What a proof says of the image that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Of the image's own manifest.
    pub digest: Digest,
    pub platform: String,
    /// The id by which the image was known where it was built.
    pub id: Option<Digest>,
    pub builder: Option<String>,
    pub built_at: Option<u64>,
    /// The base images that it was built on.
    pub bases: BTreeMap<String, Digest>,
}

/// Why what is there is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it does not say from which key it was built")]
    NotOurs,
    #[error("it was built from another key")]
    OtherKey,
    #[error("it has no image for {wanted} (but for {found})")]
    OtherPlatform { wanted: String, found: String },
}

/// The index for a build whose image is `image`, a manifest in the same repository.
pub fn write(build: &Build, image: Entry) -> Manifest {
    let mut annotations = vec![
        (KEY.to_owned(), build.key.to_string()),
        (ID.to_owned(), build.image_id().to_string()),
        (BUILDER.to_owned(), build.builder.clone()),
    ];
    annotations.extend(build.built_at.map(|at| (BUILT_AT.to_owned(), at.to_string())));
    let bases = build.bases.iter();
    annotations.extend(bases.map(|(name, id)| (format!("{BASE}{name}"), id.to_string())));
    Manifest::index(&[image], &annotations)
}

/// What the manifest under a key's name proves, for an image of this key and platform.
pub fn read(found: &Manifest, key: &Digest, platform: &str) -> Result<Proven, Refusal> {
    let Content::Index { entries, annotations } = found.content() else {
        return Err(Refusal::NotOurs);
    };
    let said = |name: &str| {
        let pair = annotations.iter().find(|(annotation, _)| annotation == name);
        pair.map(|(_, text)| text.as_str())
    };
    match said(KEY) {
        None => return Err(Refusal::NotOurs),
        Some(said) if said != key.as_str() => return Err(Refusal::OtherKey),
        Some(_) => {}
    }
    let of = |entry: &Entry| entry.platform.clone().unwrap_or_default();
    let Some(entry) = entries.iter().find(|entry| platform::same(&of(entry), platform)) else {
        let found: Vec<String> = entries.iter().map(of).collect();
        let (wanted, found) = (platform.to_owned(), found.join(", "));
        return Err(Refusal::OtherPlatform { wanted, found });
    };
    let bases = annotations.iter().filter_map(|(name, id)| {
        Some((name.strip_prefix(BASE)?.to_owned(), Digest::parse(id).ok()?))
    });
    Ok(Proven {
        digest: entry.digest.clone(),
        platform: of(entry),
        id: said(ID).and_then(|id| Digest::parse(id).ok()),
        builder: said(BUILDER).map(str::to_owned),
        built_at: said(BUILT_AT).and_then(|at| at.parse().ok()),
        bases: bases.collect(),
    })
}

/// The key that a manifest says it was built from, and when; for whatever platform.
pub fn key_of(found: &Manifest) -> Option<(Digest, Option<u64>)> {
    let Content::Index { annotations, .. } = found.content() else { return None };
    let said = |name: &str| annotations.iter().find(|(n, _)| n == name).map(|(_, text)| text);
    let key = Digest::parse(said(KEY)?).ok()?;
    Some((key, said(BUILT_AT).and_then(|at| at.parse().ok())))
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::reference::Reference;
    use crate::state::Artifact;

    fn digest(n: u8) -> Digest {
        Digest::sha256(&[n; 32])
    }

    fn build() -> Build {
        Build {
            key: digest(1),
            recipe: None,
            scope: None,
            artifact: Artifact::Engine {
                engine: "e".into(),
                id: digest(2),
                name: Reference::parse("r.io/app:ds-key-0101010101010101").unwrap(),
            },
            image_id: None,
            builder: "docker".into(),
            platform: Some("linux/amd64".into()),
            built_at: Some(1_700_000_000),
            bases: BTreeMap::from([("debian:12".to_owned(), digest(3))]),
            extra: Map::new(),
        }
    }

    fn proof() -> Manifest {
        let image = Manifest::of(br#"{"config":{}}"#.to_vec());
        write(&build(), image.entry(Some("linux/amd64".into())))
    }

    #[test]
    fn what_is_written_proves_itself() {
        let proven = read(&proof(), &digest(1), "linux/amd64").unwrap();
        assert_eq!(proven.digest, Manifest::of(br#"{"config":{}}"#.to_vec()).digest);
        assert_eq!((proven.id, proven.built_at), (Some(digest(2)), Some(1_700_000_000)));
        assert_eq!(proven.builder.as_deref(), Some("docker"));
        assert_eq!(proven.bases, build().bases);
    }

    #[test]
    fn anything_else_is_refused() {
        let other = read(&proof(), &digest(9), "linux/amd64");
        assert_eq!(other, Err(Refusal::OtherKey));
        let arm = read(&proof(), &digest(1), "linux/arm64").unwrap_err();
        assert_eq!(arm.to_string(), "it has no image for linux/arm64 (but for linux/amd64)");
        let image = format!(r#"{{"config":{{"digest":"{}"}}}}"#, digest(4));
        for foreign in [image.as_str(), r#"{"manifests":[]}"#, "", "{}", "\u{0}"] {
            let found = Manifest::of(foreign.into());
            assert_eq!(read(&found, &digest(1), "linux/amd64"), Err(Refusal::NotOurs), "{foreign}");
        }
        // Annotations alone are no image.
        let empty = Manifest::index(&[], &[(KEY.to_owned(), digest(1).to_string())]);
        assert!(matches!(
            read(&empty, &digest(1), "linux/amd64"),
            Err(Refusal::OtherPlatform { .. })
        ));
    }
}
