use serde_json::json;

use super::*;
use crate::registry::descriptor::{CONFIG, LAYER_TAR};

struct Bench {
    dir: tempfile::TempDir,
    store: Blobs,
    layout: Layout,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let store = Blobs::open(&dir.path().join("cache")).unwrap();
    let layout = Layout::open(&dir.path().join("images")).unwrap();
    Bench { dir, store, layout }
}

fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

impl Bench {
    fn image(&self, layers: &[&str]) -> Manifest {
        let blob = |kind: &str, bytes: &[u8]| {
            Descriptor::new(kind, self.store.put(bytes).unwrap(), bytes.len() as u64)
        };
        let config = format!("{{\"layers\":{layers:?}}}");
        let layers = layers.iter().map(|text| blob(LAYER_TAR, text.as_bytes())).collect();
        let image = ImageManifest::new(blob(CONFIG, config.as_bytes()), layers);
        Manifest::of(serde_json::to_vec(&image).unwrap())
    }

    fn add(&self, layers: &[&str], names: &[&str]) -> Digest {
        let manifest = self.image(layers);
        let names: Vec<Reference> = names.iter().map(|text| name(text)).collect();
        self.layout.add(&self.store, &manifest, Some("linux/arm64/v8"), &names).unwrap();
        manifest.digest
    }

    fn blobs(&self) -> usize {
        std::fs::read_dir(self.layout.folder.join("blobs/sha256")).unwrap().count()
    }
}

#[test]
fn an_image_is_found_by_its_names_and_is_whole() {
    let bench = bench();
    let digest = bench.add(&["base", "a"], &["r.io/app:1", "redis:7"]);
    for known in ["r.io/app:1", "docker.io/library/redis:7"] {
        assert_eq!(bench.layout.named(known).unwrap().as_ref(), Some(&digest));
    }
    bench.layout.verify(&digest).unwrap();
    let index: Value =
        serde_json::from_slice(&std::fs::read(bench.layout.index_path()).unwrap()).unwrap();
    assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
    let platform = json!({ "architecture": "arm64", "os": "linux", "variant": "v8" });
    assert_eq!(index["manifests"][0]["platform"], platform);
    assert_eq!(bench.layout.images().unwrap().len(), 1);
    // The second image shares what it can.
    let before = bench.blobs();
    bench.add(&["base", "b"], &["r.io/other:1"]);
    assert_eq!(bench.blobs(), before + 3);
    // Blobs are the store's own.
    use std::os::unix::fs::MetadataExt;
    let layer = bench.store.put(b"base").unwrap();
    assert!(bench.layout.blob_path(&layer).metadata().unwrap().nlink() > 1);
}

#[test]
fn a_name_moves_to_the_new_image() {
    let bench = bench();
    let old = bench.add(&["a"], &["r.io/app:1", "r.io/app:old"]);
    let new = bench.add(&["b"], &["r.io/app:1"]);
    assert_eq!(bench.layout.named("r.io/app:1").unwrap(), Some(new.clone()));
    assert_eq!(bench.layout.named("r.io/app:old").unwrap(), Some(old));
    bench.layout.name(&new, &[name("r.io/app:2")]).unwrap();
    assert_eq!(bench.layout.named("r.io/app:2").unwrap(), Some(new));
    let missing = Digest::sha256(&[0; 32]);
    let error = bench.layout.name(&missing, &[name("r.io/app:3")]).unwrap_err();
    assert!(matches!(error, Error::NoImage { .. }), "{error}");
}

#[test]
fn the_order_of_adding_is_not_seen() {
    let bytes = |order: [usize; 3]| {
        let bench = bench();
        let images: [(&[&str], &[&str]); 3] =
            [(&["a"], &["r.io/a:1"]), (&["b"], &["r.io/b:1", "r.io/a:2"]), (&["c"], &[])];
        for i in order {
            bench.add(images[i].0, images[i].1);
        }
        std::fs::read(bench.layout.index_path()).unwrap()
    };
    assert_eq!(bytes([0, 1, 2]), bytes([2, 1, 0]));
}

#[test]
fn what_no_card_names_goes_with_its_blobs() {
    let bench = bench();
    let kept = bench.add(&["base", "a"], &["r.io/app:1"]);
    let gone = bench.add(&["base", "b"], &["r.io/app:2"]);
    let before = bench.blobs();
    let named = BTreeSet::from([kept.clone()]);
    // Just added: another step may be about to send it.
    let hour = Duration::from_secs(3600);
    assert_eq!(bench.layout.keep(&named, hour).unwrap(), (0, 0));
    // Somebody reads it.
    let reader = Layout::read(&bench.layout.folder).unwrap().unwrap();
    assert_eq!(bench.layout.keep(&named, Duration::ZERO).unwrap(), (0, 0));
    drop(reader);
    let (images, bytes) = bench.layout.keep(&named, Duration::ZERO).unwrap();
    assert!(images == 1 && bytes > 0);
    assert_eq!(bench.blobs(), before - 3);
    bench.layout.verify(&kept).unwrap();
    assert!(matches!(bench.layout.verify(&gone), Err(Error::NoImage { .. })));
    assert_eq!(bench.layout.named("r.io/app:2").unwrap(), None);
}

#[test]
fn what_others_wrote_is_kept() {
    let bench = bench();
    let digest = Digest::sha256(&[7; 32]);
    let foreign = json!({
        "schemaVersion": 2,
        "annotations": { "a": "b" },
        "manifests": [{ "digest": digest, "size": 3, "mediaType": "x/y", "artifactType": "z",
            "annotations": { "org.opencontainers.image.ref.name": "latest" } }],
    });
    std::fs::write(bench.layout.index_path(), foreign.to_string()).unwrap();
    bench.add(&["a"], &["r.io/app:1"]);
    let text = std::fs::read_to_string(bench.layout.index_path()).unwrap();
    assert!(text.contains("artifactType") && text.contains(r#""a":"b""#), "{text}");
    assert_eq!(bench.layout.named("latest").unwrap(), Some(digest));
}

#[test]
fn damage_is_told() {
    let bench = bench();
    let digest = bench.add(&["a"], &["r.io/app:1"]);
    let layer = bench.layout.blob_path(&bench.store.put(b"a").unwrap());
    std::fs::remove_file(&layer).unwrap();
    std::fs::write(&layer, "b").unwrap();
    assert!(matches!(
        bench.layout.verify(&digest),
        Err(Error::Store(blobs::Error::Mismatch { .. }))
    ));
    std::fs::write(&layer, "longer").unwrap();
    assert!(matches!(bench.layout.verify(&digest), Err(Error::Store(blobs::Error::Size { .. }))));
    for text in ["", "[]", "{}", "{\"manifests\":{}}", "{\"manifests\":"] {
        std::fs::write(bench.layout.index_path(), text).unwrap();
        let error = bench.layout.images().unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{text}: {error}");
    }
    std::fs::write(bench.layout.folder.join(MARKER), r#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
    assert!(matches!(Layout::open(&bench.layout.folder), Err(Error::Foreign { .. })));
    assert!(Layout::read(&bench.dir.path().join("nowhere")).unwrap().is_none());
}
