//! What COPY comes to, case by case, as BuildKit's fsutil has it.

use super::mode::Change;
use super::*;
use crate::context::ignore::Matcher;

/// A tree of rows: `d/` a folder, `l -> t` a link, else a file, whose mode stands behind a `:`.
fn tree(rows: &str) -> Tree {
    let mut index = Index::default();
    for row in rows.split_whitespace().map(|row| row.replace("->", " ")) {
        let (path, target) =
            row.split_once(' ').map_or((row.as_str(), None), |(p, t)| (p, Some(t)));
        let (path, mode) = path.split_once(':').unwrap_or((path, ""));
        let mode = u32::from_str_radix(mode, 8).ok();
        let (name, kind, usual) = match (path.strip_suffix('/'), target) {
            (Some(name), _) => (name, Kind::Folder, 0o755),
            (None, Some(target)) => (path, Kind::Link { target: target.into() }, 0o777),
            (None, None) => (path, Kind::File { size: 1 }, 0o644),
        };
        let entry = Entry { kind, mode: mode.unwrap_or(usual), uid: 5, gid: 6, ..Entry::folder(9) };
        index.entries.insert(name.as_bytes().to_vec(), entry);
    }
    let mut tree = Tree::default();
    tree.put(&index);
    tree
}

fn source(rows: &str) -> Source {
    let mut source = Source::of_file(b"x", Entry::folder(0), Content::Spool(0));
    source.tree = std::sync::Arc::new(tree(rows));
    source
}

/// What a layer holds: `path:mode:uid` for what was copied or made, alone.
fn shown(index: &Index) -> String {
    let row = |(path, entry): (&Vec<u8>, &Entry)| {
        let end = if entry.is_folder() { "/" } else { "" };
        format!("{}{end}:{:o}:{}", String::from_utf8_lossy(path), entry.mode, entry.uid)
    };
    index.entries.iter().map(row).collect::<Vec<_>>().join(" ")
}

/// Copies `from` of the source to `to` above a base.
fn copied(base: &str, from: (&str, &str), to: &str, options: &Options) -> Result<String, Error> {
    let (base, source) = (tree(base), source(from.0));
    let path = Path::new(0, from.1, false, false);
    let mut draft = Draft::new(&base, 7);
    for found in source.matches(&path.pattern)? {
        draft.copy((0, &source), &found, to.as_bytes(), options)?;
    }
    let (index, _) = draft.finish();
    assert!(index.entries.values().all(|entry| entry.mtime == 7));
    Ok(shown(&index))
}

#[test]
fn destinations() {
    let files = "f:600 d/:700 d/g d/e/:711 d/e/h l->f m->d";
    let none = Options::default();
    for (base, from, to, wanted) in [
        // A file to a name, into a folder, into one that is made.
        ("", "f", "x", "x:600:5"),
        ("x/", "f", "x", "x/:755:5 x/f:600:5"),
        ("", "f", "x/", "x/:755:0 x/f:600:5"),
        ("", "f", "x/.", "x/:755:0 x/f:600:5"),
        ("", "f", "a/b/x", "a/:755:0 a/b/:755:0 a/b/x:600:5"),
        ("t/:1777", "f", "t/", "t/:1777:5 t/f:600:5"),
        // The setgid bit is inherited, and the group with it.
        ("s/:2755", "f", "s/new/f", "s/:2755:5 s/new/:2755:0 s/new/f:600:5"),
        // A link is followed, and gives its name.
        ("", "l", "x/", "x/:755:0 x/l:600:5"),
        ("", "l", "x", "x:600:5"),
        // What lies in a folder, never the folder; it gives its attributes to none.
        ("", "d", "x", "x/:755:0 x/e/:711:5 x/e/h:644:5 x/g:644:5"),
        ("x/:700", "d", "x", "x/:700:5 x/e/:711:5 x/e/h:644:5 x/g:644:5"),
        ("x/ x/e/:777", "d", "x/", "x/:755:5 x/e/:711:5 x/e/h:644:5 x/g:644:5"),
        ("", "m", "x", "x/:755:0 x/e/:711:5 x/e/h:644:5 x/g:644:5"),
        ("", "d", "", "e/:711:5 e/h:644:5 g:644:5"),
        // Links at the destination are followed on the way and at its end.
        ("usr/ usr/bin/ bin->usr/bin", "f", "bin/", "usr/:755:5 usr/bin/:755:5 usr/bin/f:600:5"),
        ("usr/ bin->usr", "d", "bin", "usr/:755:5 usr/e/:711:5 usr/e/h:644:5 usr/g:644:5"),
        ("a->b", "f", "a", "b:600:5"),
        // Inside of a folder they are replaced by files.
        ("x/ x/g->nowhere", "d", "x", "x/:755:5 x/e/:711:5 x/e/h:644:5 x/g:644:5"),
        // Wildcards: a match that is a folder gives what lies in it.
        ("", "*", "x/", "x/:755:0 x/e/:711:5 x/e/h:644:5 x/f:600:5 x/g:644:5 x/l:600:5"),
        ("", "d/?", "x/", "x/:755:0 x/g:644:5 x/h:644:5"),
        ("", "none*", "x/", ""),
    ] {
        let found = copied(base, (files, from), to, &none).unwrap();
        assert_eq!(found, wanted, "{base:?} {from} {to:?}");
    }
}

#[test]
fn owners_and_modes() {
    let files = "f:600 d/:700 d/g:755 d/l->g";
    let owner = Options { owner: Some((1, 2)), ..Options::default() };
    assert_eq!(copied("", (files, "d"), "x", &owner).unwrap(), "x/:755:1 x/g:755:1 x/l:777:1");
    let octal = Options { mode: Some(Change::parse("4644").unwrap()), ..Options::default() };
    // Folders on the way get the bits, too, and so do those that are copied.
    assert_eq!(copied("", (files, "f"), "a/x", &octal).unwrap(), "a/:644:0 a/x:4644:5");
    assert_eq!(
        copied("", ("d/ d/e/ d/e/f", "d"), "x", &octal).unwrap(),
        "x/:644:0 x/e/:4644:5 x/e/f:4644:5"
    );
    let symbols = Options { mode: Some(Change::parse("go=u-w").unwrap()), ..Options::default() };
    assert_eq!(copied("", (files, "f"), "a/x", &symbols).unwrap(), "a/:755:0 a/x:644:5");
}

#[test]
fn what_cannot_be() {
    let none = Options::default();
    for (base, from, to, wanted) in [
        ("", "nope", "x", "`/nope` is not there"),
        ("x/ x/f/", "f", "x/", "`/x/f` is a folder, and a file cannot take its place"),
        ("x", "d", "x", "`/x` is no folder"),
        ("x", "f", "x/y", "`/x` is no folder"),
        ("x", "f", "x/", "`/x` is no folder"),
        ("x/ x/e", "d", "x", "`/x/e` is no folder"),
        ("x->x", "f", "x/", "too many links"),
        ("", "[", "x", "`[` is not a pattern: its `[` has no end"),
    ] {
        let error = copied(base, ("f d/ d/e/", from), to, &none).unwrap_err();
        assert_eq!(error.to_string(), wanted, "{base:?} {from} {to:?}");
    }
}

#[test]
fn excludes_and_parents() {
    let files = "a/:700 a/b/:711 a/b/c a/b/d.md a/e.md a/x/ a/x/y.md f";
    let matcher = |patterns: &[&str]| {
        let patterns: Vec<Vec<u8>> = patterns.iter().map(|p| p.as_bytes().to_vec()).collect();
        Some(Matcher::of_patterns("", 0, &patterns).unwrap())
    };
    let out = |patterns: &[&str]| Options { exclude: matcher(patterns), ..Options::default() };
    for (options, wanted) in [
        (
            out(&["*.md"]),
            "x/:755:0 x/b/:711:5 x/b/c:644:5 x/b/d.md:644:5 x/x/:755:5 x/x/y.md:644:5",
        ),
        (out(&["**/*.md"]), "x/:755:0 x/b/:711:5 x/b/c:644:5 x/x/:755:5"),
        (out(&["b"]), "x/:755:0 x/e.md:644:5 x/x/:755:5 x/x/y.md:644:5"),
        // What is left in a folder that is left out brings the folder along.
        (out(&["*", "!b/c"]), "x/:755:0 x/b/:711:5 x/b/c:644:5"),
    ] {
        assert_eq!(copied("", (files, "a"), "x", &options).unwrap(), wanted);
    }
    // `--parents a/b/c`: from the root, with the folders on the way.
    let only = Options { include: matcher(&["a/b/c"]), ..Options::default() };
    assert_eq!(
        copied("", (files, ""), "x/", &only).unwrap(),
        "x/:755:0 x/a/:700:5 x/a/b/:711:5 x/a/b/c:644:5"
    );
    let both = Options {
        include: matcher(&["a/*/*"]),
        exclude: matcher(&["**/*.md"]),
        ..Options::default()
    };
    assert_eq!(
        copied("", (files, ""), "x/", &both).unwrap(),
        "x/:755:0 x/a/:700:5 x/a/b/:711:5 x/a/b/c:644:5"
    );
}

#[test]
fn a_folder_that_makes_way_hides_what_was_in_it() {
    let base = tree("a/ a/b/ a/b/c");
    let mut draft = Draft::new(&base, 7);
    draft.set(b"a/b".to_vec(), Entry { kind: Kind::Fifo, ..Entry::folder(7) });
    assert!(draft.get(b"a/b/c").is_none());
    draft.set(b"a/b".to_vec(), Entry::folder(7));
    assert!(draft.get(b"a/b/c").is_none());
    let (index, _) = draft.finish();
    assert!(index.opaque.contains(&b"a/b"[..]));
    assert_eq!(shown(&index), "a/:755:5 a/b/:755:0");
}
