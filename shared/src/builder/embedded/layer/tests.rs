use std::io::Read;

use super::*;
use crate::builder::embedded::entry::{Entry, Kind};

/// Every file holds its own path.
struct Paths;

impl Contents for Paths {
    fn write(&mut self, path: &[u8], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(path)
    }
}

fn entry(kind: Kind) -> Entry {
    Entry { kind, mode: 0o4751, uid: 3_000_000, gid: 7, ..Entry::folder(315_619_200) }
}

fn file(path: &str) -> (Vec<u8>, Entry) {
    (path.as_bytes().to_vec(), entry(Kind::File { size: path.len() as u64 }))
}

fn index() -> Index {
    let long = format!("a/{}", "n".repeat(300));
    let mut index = Index::default();
    index.entries.extend([
        (b"a".to_vec(), entry(Kind::Folder)),
        file("a.x"),
        file("a/b"),
        file(&long),
        (b"a/hard".to_vec(), entry(Kind::Hard { target: b"a/b".to_vec() })),
        (b"a/link".to_vec(), entry(Kind::Link { target: b"../x".to_vec() })),
        (b"null".to_vec(), entry(Kind::Char { major: 1, minor: 3 })),
        (b"pipe".to_vec(), entry(Kind::Fifo)),
    ]);
    let xattrs = [(b"security.capability".to_vec(), b"\x01\0\x02".to_vec())].into_iter().collect();
    index.entries.get_mut(&b"a/b"[..]).unwrap().xattrs = Some(Box::new(xattrs));
    index.opaque.insert(b"a".to_vec());
    index.gone.insert(b"a/-gone".to_vec());
    index.gone.insert(b"top".to_vec());
    index
}

fn written(threads: usize) -> (Layer, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    let style = Style { compression: Compression::Gzip, threads };
    let layer = write(&index(), &mut Paths, &blobs, style).unwrap();
    let bytes = std::fs::read(blobs.path(&layer.descriptor.digest)).unwrap();
    (layer, bytes)
}

#[test]
fn another_reader_finds_what_was_written() {
    let (layer, bytes) = written(2);
    assert_eq!(layer.descriptor.size, bytes.len() as u64);
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(layer.diff_id, Digest::sha256(&Sha256::digest(&plain).into()));
    let mut found = Vec::new();
    for one in ::tar::Archive::new(&plain[..]).entries().unwrap() {
        let mut one = one.unwrap();
        let path = String::from_utf8(one.path_bytes().into_owned()).unwrap();
        let header = one.header().clone();
        let mut content = Vec::new();
        let mut attributes = Vec::new();
        for pax in one.pax_extensions().unwrap().into_iter().flatten().flatten() {
            if pax.key().unwrap().starts_with("SCHILY.") {
                attributes.push(pax.value_bytes().to_vec());
            }
        }
        one.read_to_end(&mut content).unwrap();
        if header.entry_type().is_file() && !path.contains(".wh.") {
            assert_eq!(content, path.as_bytes());
            assert_eq!((header.mode().unwrap(), header.mtime().unwrap()), (0o4751, 315_619_200));
        }
        if path == "a/b" {
            assert_eq!(attributes, [b"\x01\0\x02".to_vec()]);
        }
        if path == "null" {
            let device = (header.device_major().unwrap(), header.device_minor().unwrap());
            assert_eq!(device, (Some(1), Some(3)));
        }
        found.push(path);
    }
    let long = format!("a/{}", "n".repeat(300));
    let wanted = [
        ".wh.top",
        "a/",
        "a.x",
        "a/.wh..wh..opq",
        "a/.wh.-gone",
        "a/b",
        "a/hard",
        "a/link",
        &long,
        "null",
        "pipe",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn threads_change_no_byte() {
    assert_eq!(written(1), written(8));
}

#[test]
fn content_of_another_length_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    let mut index = Index::default();
    index.entries.insert(b"f".to_vec(), entry(Kind::File { size: 5 }));
    let style = Style { compression: Compression::Gzip, threads: 1 };
    let error = write(&index, &mut Paths, &blobs, style).unwrap_err();
    assert_eq!(error.to_string(), "`/f` has 1 bytes by now, not 5");
}
