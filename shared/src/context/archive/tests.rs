use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::super::tests::Tree;
use super::*;

fn tar_of(tree: &Tree, inputs: &Inputs, extra: Option<Extra<'_>>) -> Vec<u8> {
    let mut tar = Vec::new();
    let sent = write(inputs, tree.root(), extra, Owners::Root, &mut tar).unwrap();
    assert_eq!(sent.bytes, tar.len() as u64);
    assert_eq!(tar.len() % BLOCK, 0);
    tar
}

/// Unpacks with the system's tar into a folder of its own.
fn unpack(tar: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("tar")
        .args(["-xpf", "-", "--no-same-owner", "-C"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .expect("tar is part of every system");
    child.stdin.take().unwrap().write_all(tar).unwrap();
    assert!(child.wait().unwrap().success());
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn what_is_unpacked_has_the_key_that_was_sent() {
    let long = "long_name_".repeat(20);
    let deep = ["deep_name"; 40].join("/");
    let link = format!("link -> {long}/x");
    let tree =
        Tree::new(&["a", "b/x", "b/l -> x", &link, &long, &deep, "empty/", "new\nline", "é"]);
    tree.mode("a", 0o4755);
    tree.mode("b", 0o750);
    tree.write("big", &"x".repeat(300_000));
    let inputs = tree.whole();
    let tar = tar_of(&tree, &inputs, None);
    assert_eq!(tar, tar_of(&tree, &inputs, None), "deterministic");
    let (_folder, path) = unpack(&tar);
    let copy = Tree::at(&path);
    assert_eq!(copy.whole().key, inputs.key);
    // What is narrowed arrives with the folders it lies in.
    let narrow = tree.narrow(&["b/x", &deep]);
    let (_folder, path) = unpack(&tar_of(&tree, &narrow, None));
    assert_eq!(Tree::at(&path).narrow(&["b/x", &deep]).key, narrow.key);
    assert!(path.join(&deep).is_file() && !path.join("a").exists());
}

/// The `tar` crate reads the same entries: names, kinds, modes, links, owners, times.
#[test]
fn another_reader_sees_the_same_entries() {
    let long = "long_name_".repeat(20);
    let tree = Tree::new(&["a", "b/x", "b/l -> x", &long, "empty/", "new\nline"]);
    tree.mode("a", 0o4755);
    let inputs = tree.whole();
    let tar = tar_of(&tree, &inputs, None);
    let mut entries = inputs.entries.iter();
    for read in tar::Archive::new(tar.as_slice()).entries().unwrap() {
        let read = read.unwrap();
        let entry = entries.next().unwrap();
        let header = read.header();
        assert_eq!(read.path_bytes().strip_suffix(b"/").unwrap_or(&read.path_bytes()), entry.path);
        assert_eq!(header.mode().unwrap() & 0o7777, entry.mode, "{:?}", read.path());
        let owner = (header.uid().unwrap(), header.gid().unwrap());
        assert_eq!((owner, header.mtime().unwrap()), ((0, 0), TIME));
        match entry.kind {
            Kind::File { size, .. } => assert_eq!(read.size(), size),
            Kind::Folder => assert!(header.entry_type().is_dir()),
            Kind::Link { target } => assert_eq!(read.link_name_bytes().unwrap(), target),
        }
    }
    assert!(entries.next().is_none());
}

#[test]
fn a_file_that_changed_meanwhile_is_not_sent() {
    for (content, what) in [("B", "same length"), ("longer", "grown"), ("", "shrunk")] {
        let tree = Tree::new(&["f", "g"]);
        let inputs = tree.whole();
        tree.write("f", content);
        let error =
            write(&inputs, tree.root(), None, Owners::Root, &mut std::io::sink()).unwrap_err();
        assert!(matches!(error, Error::Changed(_)), "{what}: {error}");
        assert!(error.to_string().ends_with("/f` changed while it was read"), "{error}");
    }
    let tree = Tree::new(&["f"]);
    let inputs = tree.whole();
    std::fs::remove_file(tree.path("f")).unwrap();
    let error = write(&inputs, tree.root(), None, Owners::Root, &mut std::io::sink()).unwrap_err();
    assert!(matches!(error, Error::Vanished(_)), "{error}");
    // A link in its place must not be followed.
    std::os::unix::fs::symlink("/etc/passwd", tree.path("f")).unwrap();
    let error = write(&inputs, tree.root(), None, Owners::Root, &mut std::io::sink()).unwrap_err();
    assert!(matches!(error, Error::Changed(_)), "{error}");
}

#[test]
fn a_reader_that_goes_away_is_an_error() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let tree = Tree::new(&["f"]);
    let error = write(&tree.whole(), tree.root(), None, Owners::Root, &mut Gone).unwrap_err();
    assert!(matches!(error, Error::Send(_)), "{error}");
}

#[test]
fn the_dockerfile_goes_along_hidden() {
    let name = ".ds-dockerfile-";
    // Ignore file; whether COPY sees it; what is sent of it.
    let rows: &[(Option<&str>, &str)] = &[
        (None, ".dockerignore\nNAME\n"),
        (Some(".dockerignore\n*.log\n"), ".dockerignore\nNAME\n"),
        (Some("*.log"), "*.log\nNAME\n"),
        (Some(".ds-*\n"), ".ds-*\n"),
    ];
    for (ignore, expected) in rows {
        let tree = Tree::new(&["a"]);
        if let Some(ignore) = ignore {
            tree.write(".dockerignore", ignore);
        }
        let inputs = tree.whole();
        let bytes = b"FROM scratch\nCOPY . /\n";
        let chosen = dockerfile_name(&inputs, bytes);
        assert!(chosen.starts_with(name) && chosen.len() == name.len() + 16);
        let tar = tar_of(&tree, &inputs, Some(Extra { name: &chosen, bytes }));
        let (_folder, path) = unpack(&tar);
        assert_eq!(std::fs::read(path.join(&chosen)).unwrap(), bytes);
        let sent = std::fs::read_to_string(path.join(".dockerignore")).unwrap();
        assert_eq!(sent, expected.replace("NAME", &chosen), "{ignore:?}");
    }
    // A COPY that names the ignore file gets it as it is.
    let tree = Tree::new(&["a"]);
    tree.write(".dockerignore", "x");
    let inputs = tree.narrow(&[".dockerignore"]);
    let tar = tar_of(&tree, &inputs, Some(Extra { name: "D", bytes: b"" }));
    let (_folder, path) = unpack(&tar);
    assert_eq!(std::fs::read_to_string(path.join(".dockerignore")).unwrap(), "x");
}

#[test]
fn the_hidden_name_is_never_one_of_the_context() {
    let tree = Tree::new(&["a"]);
    let taken = dockerfile_name(&tree.whole(), b"x");
    tree.write(&taken, "mine");
    let other = dockerfile_name(&tree.whole(), b"x");
    assert_eq!(other, format!("{taken}-1"));
}

#[test]
fn a_capability_is_sent() {
    let mut tar = Vec::new();
    let mut writer = Writer { out: &mut tar, sent: 0, buffer: Vec::new() };
    let capability = Some(&b"\x01\x00\x00\x02"[..]);
    let header = Header { name: b"f", kind: b'0', mode: 0o755, ..Header::default() };
    writer.header(header, capability).unwrap();
    let record = b"41 SCHILY.xattr.security.capability=\x01\x00\x00\x02\n";
    assert_eq!(record.len(), 41);
    assert_eq!(&tar[BLOCK..BLOCK + record.len()], record);
    assert_eq!(tar[156], b'x');
}

/// The classic builder's cache compares headers, and not those of links.
#[test]
fn links_show_in_the_headers_of_their_folders() {
    let headers = |links: [&str; 2]| {
        let tree = Tree::new(&["a", "d/x", "e/y", &format!("d/l -> {}", links[0])]);
        std::os::unix::fs::symlink(links[1], tree.path("l")).unwrap();
        let inputs = tree.whole();
        let mut tar = Vec::new();
        write(&inputs, tree.root(), None, Owners::TellLinks, &mut tar).unwrap();
        let mut found = std::collections::BTreeMap::new();
        for entry in tar::Archive::new(tar.as_slice()).entries().unwrap() {
            let entry = entry.unwrap();
            let header = entry.header();
            let owner = (header.uid().unwrap(), header.gid().unwrap());
            found.insert(entry.path().unwrap().display().to_string(), owner);
        }
        found
    };
    let first = headers(["x", "a"]);
    let (inner, outer) = (headers(["y", "a"]), headers(["x", "b"]));
    let differ = |other: &std::collections::BTreeMap<String, (u64, u64)>| {
        let owners = first.iter().filter(|(path, owner)| other[*path] != **owner);
        owners.map(|(path, _)| path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(differ(&inner), ["d/"], "a link in a folder");
    assert_eq!(differ(&outer), ["a"], "a link in the root, which has no header");
    assert_eq!(first["e/"], (0, 0));
    assert_ne!(first["d/"], (0, 0));
    assert_eq!(headers(["x", "a"]), first);
}
