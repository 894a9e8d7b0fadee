//! Layers as builders write them, and as an attacker would.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::process::{Command, Stdio};

use super::*;
use crate::builder::embedded::entry::{Entry, Kind};

/// A tar put together by hand, so that it may hold what no tool writes.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn add(mut self, kind: u8, path: &str, link: &str, content: &[u8]) -> Self {
        let mut header = [0u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000751");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[136..147].copy_from_slice(b"00000001750");
        header[156] = kind;
        header[157..157 + link.len()].copy_from_slice(link.as_bytes());
        header[257..265].copy_from_slice(b"ustar\x0000");
        self.seal(header);
        self.content(content)
    }

    fn seal(&mut self, mut header: [u8; 512]) {
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend_from_slice(&header);
    }

    fn content(mut self, content: &[u8]) -> Self {
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, path: &str) -> Self {
        self.add(b'0', path, "", b"content")
    }

    fn folder(self, path: &str) -> Self {
        self.add(b'5', path, "", b"")
    }

    fn device(self, path: &str, major: u32, minor: u32) -> Self {
        let mut this = self.add(b'3', path, "", b"");
        let at = this.0.len() - 512;
        let mut header: [u8; 512] = this.0.split_off(at).try_into().unwrap();
        header[329..336].copy_from_slice(format!("{major:07o}").as_bytes());
        header[337..344].copy_from_slice(format!("{minor:07o}").as_bytes());
        this.seal(header);
        this
    }

    fn pax(self, records: &[(&str, &[u8])]) -> Self {
        let mut bytes = Vec::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let length =
                (1..).map(|digits| rest + digits).find(|sum| sum.to_string().len() + rest == *sum);
            bytes.extend_from_slice(format!("{} {key}=", length.unwrap()).as_bytes());
            bytes.extend_from_slice(value);
            bytes.push(b'\n');
        }
        self.add(b'x', "pax", "", &bytes)
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        self.0
    }

    fn index(self) -> Result<Index, Error> {
        index(&mut Cursor::new(self.end()), Limits::default())
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn form() -> Form {
    Form {
        owners: is_root(),
        devices: is_root(),
        marks: if is_root() { Marks::Trusted } else { Marks::User },
    }
}

/// Unpacked, and what both passes say, which is the same.
fn unpacked(tar: &[u8]) -> (tempfile::TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("fs");
    fs::create_dir(&folder).unwrap();
    let said = unpack(&mut &tar[..], &folder, form(), Limits::default()).unwrap();
    assert_eq!(said, index(&mut &tar[..], Limits::default()).unwrap());
    (dir, said)
}

fn paths(index: &Index) -> Vec<String> {
    index.entries.keys().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
}

#[test]
fn every_kind_of_member() {
    let capability =
        b"\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let long = format!("d/{}", "n".repeat(200));
    let tar = Tar::default()
        .folder("./")
        .folder("./d/")
        .file("d/f")
        .add(b'1', "d/hard", "d/f", b"")
        .add(b'2', "d/link", "/etc/passwd", b"")
        .add(b'6', "d/pipe", "", b"")
        .device("d/null", 1, 3)
        .pax(&[("path", long.as_bytes()), ("uid", b"3000000"), ("mtime", b"-1.5")])
        .file("short")
        .pax(&[("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.user.a", b"\n=")])
        .file("d/xattr")
        .add(b'L', "././@LongLink", "", long.replace('n', "g").as_bytes())
        .file("cut")
        .end();
    let (dir, index) = unpacked(&tar);
    let root = dir.path().join("fs");
    let entry = |path: &str| &index.entries[path.as_bytes()];
    assert_eq!(entry("").kind, Kind::Folder);
    assert_eq!(entry("d/hard").kind, Kind::Hard { target: b"d/f".to_vec() });
    assert_eq!(entry("d/link").kind, Kind::Link { target: b"/etc/passwd".to_vec() });
    assert_eq!(entry("d/null").kind, Kind::Char { major: 1, minor: 3 });
    assert_eq!((entry(&long).uid, entry(&long).mtime), (3_000_000, -2));
    assert_eq!(entry("d/xattr").xattr(b"user.a"), Some(&b"\n="[..]));
    assert!(index.entries.contains_key(long.replace('n', "g").as_bytes()));
    let meta = |path: &str| fs::symlink_metadata(root.join(path)).unwrap();
    assert_eq!(meta("d/f").mode() & 0o7777, 0o751);
    assert_eq!(
        (meta("d/f").mtime(), meta("d").mtime(), meta("d/link").mtime()),
        (1000, 1000, 1000)
    );
    assert_eq!((meta("d/f").ino(), meta("d/f").nlink()), (meta("d/hard").ino(), 2));
    assert_eq!(fs::read_link(root.join("d/link")).unwrap().to_str(), Some("/etc/passwd"));
    assert!(meta("d/pipe").file_type().is_fifo());
    if is_root() {
        assert_eq!(meta(&long).uid(), 3_000_000);
        assert_eq!(meta("d/null").rdev(), rustix::fs::makedev(1, 3));
        let mut value = Vec::with_capacity(64);
        let name = "security.capability";
        rustix::fs::lgetxattr(
            root.join("d/xattr"),
            name,
            rustix::buffer::spare_capacity(&mut value),
        )
        .unwrap();
        assert_eq!(value, capability);
    }
}

#[test]
fn whiteouts_become_those_of_an_overlay() {
    let tar = Tar::default()
        .folder("a")
        .file("a/.wh.gone")
        .folder("b")
        .file("b/.wh..wh..opq")
        .file("b/new")
        .file(".wh.again")
        .folder("again")
        .file("lone/.wh.x")
        .file("a/.wh..wh.plnk")
        .device("a/dev", 0, 0)
        .end();
    let dir = tempfile::tempdir().unwrap();
    let said = index(&mut &tar[..], Limits::default()).unwrap();
    assert_eq!(paths(&said), ["a", "again", "b", "b/new"]);
    let gone: Vec<_> = said.gone.iter().map(|path| String::from_utf8_lossy(path)).collect();
    assert_eq!(gone, ["a/dev", "a/gone", "again", "lone/x"]);
    assert_eq!(said.opaque.iter().collect::<Vec<_>>(), [b"b"]);
    if !is_root() {
        return;
    }
    unpack(&mut &tar[..], dir.path(), form(), Limits::default()).unwrap();
    for path in ["a/gone", "a/dev", "lone/x"] {
        let meta = fs::symlink_metadata(dir.path().join(path)).unwrap();
        assert!(meta.file_type().is_char_device() && meta.rdev() == 0, "{path}");
    }
    for path in ["b", "again"] {
        let mut value = Vec::with_capacity(8);
        let spare = rustix::buffer::spare_capacity(&mut value);
        rustix::fs::lgetxattr(dir.path().join(path), "trusted.overlay.opaque", spare).unwrap();
        assert_eq!(value, b"y", "{path}");
    }
    assert!(!dir.path().join("a/.wh..wh.plnk").exists());
}

#[test]
fn nothing_leads_out_of_the_root() {
    let outside = tempfile::tempdir().unwrap();
    let out = outside.path().to_str().unwrap();
    let refused: Vec<(&str, Tar)> = vec![
        ("..", Tar::default().file("../x")),
        ("inner ..", Tar::default().folder("a").file("a/../../x")),
        ("hard link out", Tar::default().add(b'1', "x", "../../etc/passwd", b"")),
        ("hard link to what is not there", Tar::default().add(b'1', "x", "/etc/passwd", b"")),
        ("hard link to itself", Tar::default().file("x").add(b'1', "x", "x", b"")),
        ("hard link to a folder", Tar::default().folder("a").add(b'1', "x", "a", b"")),
        ("whiteout of ..", Tar::default().file("a/.wh...")),
        ("whiteout of nothing", Tar::default().file("a/.wh.")),
        ("beneath a file", Tar::default().file("a").file("a/b")),
        ("beneath a pipe", Tar::default().add(b'6', "a", "", b"").file("a/b")),
        (
            "links in a circle",
            Tar::default().add(b'2', "a", "b", b"").add(b'2', "b", "a", b"").file("a/x"),
        ),
        ("a root that is a file", Tar::default().file("./")),
        (
            "replaced under another name",
            Tar::default().file("a").add(b'1', "b", "a", b"").file("a"),
        ),
        ("NUL", Tar::default().pax(&[("path", b"a\0b")]).file("x")),
        ("name too long", Tar::default().pax(&[("path", "n".repeat(256).as_bytes())]).file("x")),
    ];
    for (what, tar) in refused {
        let tar = tar.end();
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("fs");
        fs::create_dir(&folder).unwrap();
        let error = unpack(&mut &tar[..], &folder, form(), Limits::default());
        assert!(matches!(error, Err(Error::Refused { .. } | Error::Wrong(_))), "{what}: {error:?}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{what}");
    }
    // Links are followed within the root, wherever they point.
    let tar = Tar::default()
        .add(b'2', "abs", out, b"")
        .file("abs/x")
        .add(b'2', "up", "../../../../..", b"")
        .file(&format!("up{out}/y"))
        .file("/rooted")
        .add(b'2', "over", "/etc/passwd", b"")
        .file("over")
        .end();
    let (dir, index) = unpacked(&tar);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    let out = out.trim_start_matches('/');
    for path in [format!("{out}/x"), format!("{out}/y"), "rooted".into(), "over".into()] {
        assert_eq!(fs::read(dir.path().join("fs").join(&path)).unwrap(), b"content", "{path}");
        assert!(matches!(index.entries[path.as_bytes()].kind, Kind::File { .. }), "{path}");
    }
}

#[test]
fn links_put_there_by_others_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    symlink(outside.path(), dir.path().join("a")).unwrap();
    let tar = Tar::default().file("a/x").end();
    unpack(&mut &tar[..], dir.path(), form(), Limits::default()).unwrap_err();
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn what_is_cut_or_damaged_is_an_error() {
    let whole = Tar::default().folder("d").file("d/f").pax(&[("path", b"d/long")]).file("x").end();
    for at in 1..whole.len() - 1024 {
        let cut = index(&mut &whole[..at], Limits::default());
        // Some tools leave out the two empty blocks at the end.
        assert_eq!(cut.is_ok(), [512, 1536].contains(&at), "{at}: {cut:?}");
    }
    // Behind the NUL of the sum stands a blank that nobody reads.
    for at in (0..512).filter(|at| *at != 155) {
        let mut bad = whole.clone();
        bad[at] ^= 0x55;
        assert!(index(&mut &bad[..], Limits::default()).is_err(), "{at}");
    }
}

#[test]
fn sizes_are_bounded() {
    let mut bomb = Tar::default();
    let mut header = [0u8; 512];
    header[0] = b'x';
    header[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]);
    header[156] = b'L';
    bomb.seal(header);
    assert!(matches!(bomb.index(), Err(Error::Wrong(_))), "a long name of 4 EiB");
    let many = Tar::default().file("a").file("b").file("c").end();
    let limits = Limits { members: 2, ..Limits::default() };
    assert!(matches!(index(&mut &many[..], limits), Err(Error::Limit { limit: 2, .. })));
    let limits = Limits { bytes: 20, ..Limits::default() };
    assert!(matches!(index(&mut &many[..], limits), Err(Error::Limit { limit: 20, .. })));
    let holes = Tar::default()
        .pax(&[("GNU.sparse.map", b"0,7"), ("GNU.sparse.size", b"9000000000000000000")])
        .file("a");
    assert!(matches!(holes.index(), Err(Error::Limit { .. })));
}

#[test]
fn a_million_entries() {
    let mut tar = Vec::new();
    for folder in 0..1000 {
        tar = Tar(tar).folder(&format!("d{folder}")).0;
    }
    // Only the name and the sum change from one to the next.
    let mut header: [u8; 512] = Tar::default().file("").0[..512].try_into().unwrap();
    header[124..135].fill(b'0');
    header[148..156].fill(b' ');
    let base: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    for number in 0..999_000u32 {
        let name = format!("d{}/{number}", number % 1000);
        let sum = base + name.bytes().map(u32::from).sum::<u32>();
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        header[..name.len()].fill(0);
    }
    let index = index(&mut &tar[..], Limits::default()).unwrap();
    assert_eq!(index.entries.len(), 1_000_000);
}

/// GNU tar's own four ways to write a file with holes.
#[test]
fn sparse_files_come_out_whole() {
    use std::os::unix::fs::FileExt;
    let dir = tempfile::tempdir().unwrap();
    let file = fs::File::create(dir.path().join("holes")).unwrap();
    for piece in 0..30u64 {
        file.write_all_at(b"piece", piece * 1_000_000).unwrap();
    }
    file.set_len(40_000_000).unwrap();
    let forms: &[&[&str]] = &[
        &["--format=gnu"],
        &["--format=posix", "--sparse-version=0.0"],
        &["--format=posix", "--sparse-version=0.1"],
        &["--format=posix", "--sparse-version=1.0"],
    ];
    for args in forms {
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(dir.path()).args(["--sparse", "-cf", "-"]).args(*args).arg("holes");
        let out = tar.stdin(Stdio::null()).output().unwrap();
        assert!(out.status.success() && out.stdout.len() < 4_000_000, "{args:?}");
        let (to, index) = unpacked(&out.stdout);
        assert_eq!(index.entries[&b"holes"[..]].kind, Kind::File { size: 40_000_000 }, "{args:?}");
        let path = to.path().join("fs/holes");
        let whole = fs::read(dir.path().join("holes")).unwrap();
        assert!(fs::read(&path).unwrap() == whole, "{args:?}");
        let mut given = Vec::new();
        each(&mut &out.stdout[..], Limits::default(), &mut |_, _, content| {
            io::copy(content, &mut given).map(drop)
        })
        .unwrap();
        assert!(given == whole, "{args:?}");
        assert!(
            fs::metadata(path).unwrap().blocks() * 512 < 10_000_000,
            "{args:?}: holes are filled"
        );
    }
}

#[test]
fn overlay_marks_of_a_layer_are_not_taken() {
    let tar = Tar::default()
        .pax(&[
            ("SCHILY.xattr.trusted.overlay.redirect", b"/etc"),
            ("SCHILY.xattr.user.overlay.opaque", b"y"),
            ("SCHILY.xattr.user.kept", b"1"),
        ])
        .folder("a");
    let index = tar.index().unwrap();
    let kept = BTreeMap::from([(b"user.kept".to_vec(), b"1".to_vec())]);
    assert_eq!(index.entries[&b"a"[..]].xattrs.as_deref(), Some(&kept));
}

#[test]
fn later_members_replace_earlier_ones() {
    let tar = Tar::default()
        .folder("a")
        .file("a/b")
        .add(b'2', "a", "elsewhere", b"")
        .file("f")
        .folder("f")
        .file("f/g")
        .folder("mode")
        .file("mode/kept")
        .folder("mode")
        .end();
    let (dir, index) = unpacked(&tar);
    assert_eq!(paths(&index), ["a", "f", "f/g", "mode", "mode/kept"]);
    assert!(fs::symlink_metadata(dir.path().join("fs/a")).unwrap().is_symlink());
    assert!(dir.path().join("fs/mode/kept").exists());
}

#[test]
fn folders_that_no_member_names_are_made() {
    let (dir, index) = unpacked(&Tar::default().file("x/y/z").end());
    assert_eq!(paths(&index), ["x/y/z"]);
    let meta = fs::metadata(dir.path().join("fs/x/y")).unwrap();
    assert_eq!(meta.permissions().mode() & 0o7777, 0o755);
    assert_eq!(meta.mtime(), crate::context::archive::TIME.cast_signed());
    assert_eq!(disk::implied(&index).len(), 2);
    let folder = Entry::folder(0);
    assert!(folder.is_folder());
}
