use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use super::partial::Partial;
use super::prune::{BLOBS, Limits};
use super::*;

fn store() -> (tempfile::TempDir, Blobs) {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&dir.path().join("ds")).unwrap();
    (dir, blobs)
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::sha256(&Sha256::digest(bytes).into())
}

fn names(blobs: &Blobs, folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(blobs.root().join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_is_put_is_there_under_its_digest_and_read_only() {
    let (_dir, blobs) = store();
    let mut ingest = blobs.ingest().unwrap();
    ingest.write_all(b"he").unwrap();
    ingest.write_all(b"llo").unwrap();
    let (digest, size) = ingest.commit(Some(&digest_of(b"hello"))).unwrap();
    assert_eq!((size, &digest), (5, &digest_of(b"hello")));
    assert_eq!(blobs.put(b"hello").unwrap(), digest);
    assert_eq!(blobs.read(&digest, 5).unwrap().unwrap(), b"hello");
    assert!(matches!(blobs.read(&digest, 4), Err(Error::TooLarge { .. })));
    assert!(blobs.has(&digest) && !blobs.has(&digest_of(b"other")));
    assert!(blobs.open_blob(&digest_of(b"other")).unwrap().is_none());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&blobs.path(&digest)), 0o444);
    assert_eq!(mode(blobs.root()), 0o700);
    assert!(names(&blobs, "ingest").is_empty());
}

#[test]
fn another_content_leaves_nothing() {
    let (_dir, blobs) = store();
    let mut ingest = blobs.ingest().unwrap();
    ingest.write_all(b"bad").unwrap();
    let error = ingest.commit(Some(&digest_of(b"good"))).unwrap_err();
    assert!(matches!(error, Error::Mismatch { .. }), "{error}");
    drop(blobs.ingest().unwrap());
    assert!(names(&blobs, "ingest").is_empty() && names(&blobs, "blobs/sha256").is_empty());
}

#[test]
fn a_blob_damaged_from_outside_is_made_again() {
    let (_dir, blobs) = store();
    let digest = blobs.put(b"hello").unwrap();
    std::fs::remove_file(blobs.path(&digest)).unwrap();
    std::fs::write(blobs.path(&digest), "jello").unwrap();
    assert_eq!(blobs.read(&digest, 100).unwrap(), None);
    std::fs::write(blobs.path(&digest), "hell").unwrap();
    assert_eq!(blobs.put(b"hello").unwrap(), digest);
    assert_eq!(blobs.read(&digest, 100).unwrap().unwrap(), b"hello");
}

#[test]
fn a_download_goes_on_where_it_stopped() {
    let (_dir, blobs) = store();
    let digest = digest_of(b"hello");
    let begin = |length: u64| {
        let partial: Partial = blobs.partial(&digest).unwrap().unwrap();
        assert_eq!(partial.length(), length);
        partial
    };
    let mut partial = begin(0);
    partial.write(b"hel").unwrap();
    // Somebody else waits meanwhile.
    assert!(blobs.partial(&digest).unwrap().is_none());
    drop(partial);
    let mut partial = begin(3);
    partial.write(b"lo").unwrap();
    partial.commit().unwrap();
    assert_eq!(blobs.read(&digest, 5).unwrap().unwrap(), b"hello");
    assert!(names(&blobs, "partial").is_empty());
    // Wrong content is forgotten, and begun anew.
    let digest = digest_of(b"other");
    let mut partial = blobs.partial(&digest).unwrap().unwrap();
    partial.write(b"bad").unwrap();
    assert!(matches!(partial.commit(), Err(Error::Mismatch { .. })));
    let mut partial = blobs.partial(&digest).unwrap().unwrap();
    partial.write(b"xx").unwrap();
    partial.restart().unwrap();
    partial.write(b"other").unwrap();
    partial.commit().unwrap();
    assert!(blobs.has(&digest));
}

#[test]
fn the_dead_are_swept_only_when_nobody_works() {
    let (dir, blobs) = store();
    let root = dir.path().join("ds");
    std::fs::write(root.join("ingest/left"), "x").unwrap();
    let ingest = blobs.ingest().unwrap();
    let other = Blobs::open(&root).unwrap();
    assert_eq!(names(&other, "ingest").len(), 2);
    drop(ingest);
    drop(other);
    drop(blobs);
    let blobs = Blobs::open(&root).unwrap();
    assert!(names(&blobs, "ingest").is_empty());
}

#[test]
fn removal_waits_for_those_who_read() {
    let (dir, blobs) = store();
    let digest = blobs.put(b"hello").unwrap();
    let other = Blobs::open(&dir.path().join("ds")).unwrap();
    let all = Limits { size: Some(0), age: None };
    let error = blobs.prune(&BLOBS, all, Duration::ZERO, false).unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    let dry = blobs.prune(&BLOBS, all, Duration::ZERO, true).unwrap();
    assert_eq!(dry.items, 1);
    assert!(blobs.has(&digest));
    drop(other);
    assert_eq!(blobs.prune(&BLOBS, all, Duration::ZERO, false).unwrap(), dry);
    assert!(!blobs.has(&digest));
    // The share is back: it can be opened by others.
    drop(Blobs::open(&dir.path().join("ds")).unwrap());
    let usage: Vec<u64> = blobs.usage(&BLOBS).iter().map(|(_, part)| part.items).collect();
    assert_eq!(usage, [0, 0]);
}

#[test]
fn only_digests_that_can_be_checked() {
    let (_dir, blobs) = store();
    let other = Digest::parse(&format!("sha512:{}", "0".repeat(128))).unwrap();
    assert!(!blobs.has(&other) && blobs.open_blob(&other).unwrap().is_none());
    assert!(matches!(blobs.partial(&other), Err(Error::Algorithm(_))));
}
