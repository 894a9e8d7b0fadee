use super::super::tests::{Ears, Tree};
use super::super::{Error, Inputs, Request, inputs};
use super::*;
use crate::dockerfile::Reach;
use crate::ui::event::Silent;

fn hashed(byte: u8, changed: i64) -> Hashed {
    let stat = Stat { size: 1, modified: 5, changed, inode: 7, device: 8, mode: 0o100_644 };
    Hashed { stat, digest: [byte; 32], capability: (byte == 2).then(|| vec![1, 2, 3]) }
}

fn find(table: &Table, cursor: &mut usize, path: &str, stat: &Stat) -> Option<[u8; 32]> {
    let (prefix, name) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    let found = table.find(cursor, prefix.as_bytes(), name.as_bytes(), stat);
    found.map(|hashed| hashed.digest)
}

#[test]
fn what_was_learned_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let context = Path::new("/context");
    let caches = StatCaches::new(folder.path().join("cache"));
    let cache = caches.of(context, &Silent);
    for (byte, path) in [(3, "b/x"), (1, "a"), (2, "b.c"), (4, "z")] {
        cache.learn(path.as_bytes(), &hashed(byte, 6), 10_000_000_000);
    }
    // Changed a second before the run began: racy.
    cache.learn(b"racy", &hashed(9, 9_000_000_000), 10_000_000_000);
    caches.save(&Silent);

    let caches = StatCaches::new(folder.path().join("cache"));
    let cache = caches.of(context, &Silent);
    let (table, stat) = (cache.table(), hashed(1, 6).stat);
    let mut at = 0;
    assert_eq!(find(table, &mut at, "a", &stat), Some([1; 32]));
    assert_eq!(find(table, &mut at, "aa", &stat), None);
    assert_eq!(find(table, &mut at, "b.c", &stat), Some([2; 32]));
    assert_eq!(find(table, &mut at, "b/x", &stat), Some([3; 32]));
    assert_eq!(find(table, &mut at, "racy", &stat), None);
    assert_eq!(find(table, &mut at, "z", &stat), Some([4; 32]));
    assert_eq!(find(table, &mut at, "zz", &stat), None);
    assert_eq!(table.find(&mut 0, b"", b"b.c", &stat).unwrap().capability, Some(vec![1, 2, 3]));
    for other in [
        Stat { size: 2, ..stat },
        Stat { modified: 6, ..stat },
        Stat { changed: 7, ..stat },
        Stat { inode: 8, ..stat },
        Stat { device: 9, ..stat },
        Stat { mode: 0o100_755, ..stat },
    ] {
        assert_eq!(find(table, &mut 0, "a", &other), None, "{other:?}");
    }
    // A change replaces one entry and leaves the others.
    cache.learn(b"b.c", &hashed(6, 6), 10_000_000_000);
    cache.learn(b"b.c", &hashed(5, 6), 10_000_000_000);
    caches.save(&Silent);
    // A second save of one run loses nothing of the first.
    cache.learn(b"zz", &hashed(7, 6), 10_000_000_000);
    caches.save(&Silent);
    let caches = StatCaches::new(folder.path().join("cache"));
    let cache = caches.of(context, &Silent);
    assert_eq!(cache.table().count, 5);
    assert_eq!(find(cache.table(), &mut 0, "b.c", &stat), Some([5; 32]));
    assert_eq!(find(cache.table(), &mut 0, "zz", &stat), Some([7; 32]));
}

#[test]
fn entries_that_no_run_meets_are_forgotten_at_last() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..=u64::from(UNSEEN_MAX) + 1 {
        let caches = StatCaches::new(folder.path().to_owned());
        let cache = caches.of(Path::new("/c"), &Silent);
        if round == 0 {
            cache.learn(b"gone", &hashed(1, 6), 10_000_000_000);
            cache.learn(b"kept", &hashed(1, 6), 10_000_000_000);
        }
        find(cache.table(), &mut 0, "kept", &hashed(1, 6).stat);
        cache.learn(b"news", &hashed(1, 6), 10_000_000_000);
        caches.save(&Silent);
    }
    let caches = StatCaches::new(folder.path().to_owned());
    let cache = caches.of(Path::new("/c"), &Silent);
    let stat = hashed(1, 6).stat;
    assert_eq!(find(cache.table(), &mut 0, "gone", &stat), None);
    assert_eq!(find(cache.table(), &mut 0, "kept", &stat), Some([1; 32]));
}

fn ask(tree: &Tree, caches: &StatCaches) -> Result<Inputs, Error> {
    let dockerfile = tree.path("Dockerfile");
    let request = Request {
        context: tree.root(),
        dockerfile: Some(&dockerfile),
        reach: Reach::Whole { why: String::new() },
        facts: Vec::new(),
        never: &[],
        cache: Some(caches),
        threads: 2,
    };
    inputs(request, &Silent)
}

fn age(tree: &Tree, files: &[&str]) {
    // Waiting is the only way: nobody can set a file's ctime.
    std::thread::sleep(std::time::Duration::from_nanos(SETTLED.cast_unsigned() + 50_000_000));
    for file in files {
        assert!(tree.path(file).exists());
    }
}

#[test]
fn an_unchanged_tree_writes_nothing_and_a_changed_file_is_seen() {
    let tree = Tree::new(&["a", "b/c"]);
    let folder = tempfile::tempdir().unwrap();
    let fresh = StatCaches::new(folder.path().to_owned());
    let first = ask(&tree, &fresh).unwrap();
    fresh.save(&Silent);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "racy files are not kept");
    age(&tree, &["a", "b/c"]);
    let settled = StatCaches::new(folder.path().to_owned());
    assert_eq!(ask(&tree, &settled).unwrap().key, first.key);
    settled.save(&Silent);
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&file).unwrap();
    // The digests come from the file now: forged ones show in the key.
    let mut forged = bytes.clone();
    forged[HEADER] ^= 1;
    let sum = checksum(&forged[HEADER..]).to_le_bytes();
    forged[24..32].copy_from_slice(&sum);
    std::fs::write(&file, &forged).unwrap();
    let caches = StatCaches::new(folder.path().to_owned());
    assert_ne!(ask(&tree, &caches).unwrap().key, first.key);
    caches.save(&Silent);
    assert_eq!(std::fs::read(&file).unwrap(), forged, "nothing learned, nothing written");
    // Same size, same mtime: the ctime tells.
    let modified = std::fs::metadata(tree.path("a")).unwrap().modified().unwrap();
    tree.write("a", "A");
    std::fs::File::open(tree.path("a")).unwrap().set_modified(modified).unwrap();
    std::fs::write(&file, &bytes).unwrap();
    assert_ne!(ask(&tree, &StatCaches::new(folder.path().to_owned())).unwrap().key, first.key);
}

#[test]
fn torn_and_foreign_caches_are_dropped_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let caches = StatCaches::new(folder.path().to_owned());
    let cache = caches.of(Path::new("/c"), &Silent);
    for name in ["a", "b", "c"] {
        cache.learn(name.as_bytes(), &hashed(2, 6), 10_000_000_000);
    }
    caches.save(&Silent);
    let file = cache.file.clone();
    let whole = std::fs::read(&file).unwrap();
    let mut torn: Vec<Vec<u8>> =
        (0..whole.len()).step_by(7).map(|cut| whole[..cut].to_vec()).collect();
    torn.extend((0..whole.len()).step_by(5).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        bytes
    }));
    torn.push(b"PK\x03\x04 something else entirely, and longer than a header".to_vec());
    for bytes in torn {
        std::fs::write(&file, &bytes).unwrap();
        let ears = Ears::default();
        let caches = StatCaches::new(folder.path().to_owned());
        let cache = caches.of(Path::new("/c"), &ears);
        assert_eq!(cache.table().count, 0);
        let told = ears.0.into_inner().unwrap();
        assert!(told.len() == 1 && told[0].ends_with("it is made anew"), "{told:?}");
    }
}

#[test]
fn the_checksum_is_no_proof_against_nonsense_inside() {
    let records = [vec![0; HEADER], vec![0xff; RECORD]].concat();
    let mut bytes = Writer { records, names: b"abc".to_vec() }.finish();
    assert!(Table::check(bytes.clone()).is_none());
    bytes[8] = 0xff;
    assert!(Table::check(bytes).is_none());
}

/// What is learned now of the file `a` of a tree, after all its times have settled.
fn keys(tree: &Tree, folder: &Path) -> (Inputs, usize) {
    let caches = StatCaches::new(folder.to_owned());
    let inputs = ask(tree, &caches).unwrap();
    let learned = caches.of(tree.root(), &Silent).lock().fresh;
    caches.save(&Silent);
    (inputs, learned)
}

#[test]
fn times_that_lie_ahead_are_never_trusted() {
    let tree = Tree::new(&["a", "b"]);
    let ahead = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    std::fs::File::open(tree.path("a")).unwrap().set_modified(ahead).unwrap();
    age(&tree, &["a", "b"]);
    let folder = tempfile::tempdir().unwrap();
    let (first, learned) = keys(&tree, folder.path());
    assert_eq!(learned, 1, "`b` alone");
    // Written once more, at the same time by the clock: seen, for it is read every time.
    tree.write("a", "A");
    std::fs::File::open(tree.path("a")).unwrap().set_modified(ahead).unwrap();
    let (second, learned) = keys(&tree, folder.path());
    assert_ne!(second.key, first.key);
    assert_eq!(learned, 0);
    // A clock that was set back: everything on disk is newer than now.
    let caches = StatCaches::new(folder.path().join("other"));
    let cache = caches.of(Path::new("/c"), &Silent);
    cache.learn(b"x", &hashed(1, 20_000_000_000), 10_000_000_000);
    assert!(!caches.has_news());
}

#[test]
fn a_file_put_in_place_of_another_is_seen() {
    let tree = Tree::new(&["a", "spare"]);
    let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for (file, text) in [("a", "one"), ("spare", "two")] {
        tree.write(file, text);
        std::fs::File::open(tree.path(file)).unwrap().set_modified(then).unwrap();
    }
    age(&tree, &["a", "spare"]);
    let folder = tempfile::tempdir().unwrap();
    let (first, learned) = keys(&tree, folder.path());
    assert_eq!(learned, 2);
    // The same size and mtime to the nanosecond.
    std::fs::rename(tree.path("spare"), tree.path("a")).unwrap();
    let (second, _) = keys(&tree, folder.path());
    let digest = |inputs: &Inputs, path: &[u8]| match inputs.entries.get(path).unwrap().kind {
        super::super::Kind::File { digest, .. } => *digest,
        _ => panic!(),
    };
    assert_eq!(digest(&second, b"a"), digest(&first, b"spare"));
    // Even if its ctime were the same: the inode is another.
    let stat = hashed(1, 6).stat;
    let caches = StatCaches::new(folder.path().join("other"));
    let cache = caches.of(Path::new("/c"), &Silent);
    cache.learn(b"a", &hashed(1, 6), 10_000_000_000);
    caches.save(&Silent);
    let caches = StatCaches::new(folder.path().join("other"));
    let cache = caches.of(Path::new("/c"), &Silent);
    assert!(find(cache.table(), &mut 0, "a", &Stat { inode: 99, ..stat }).is_none());
}

#[test]
fn a_cache_of_another_version_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let caches = StatCaches::new(folder.path().to_owned());
    let cache = caches.of(Path::new("/c"), &Silent);
    cache.learn(b"a", &hashed(1, 6), 10_000_000_000);
    caches.save(&Silent);
    let file = cache.file.clone();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[7] += 1;
    std::fs::write(&file, &bytes).unwrap();
    let ears = Ears::default();
    let caches = StatCaches::new(folder.path().to_owned());
    let cache = caches.of(Path::new("/c"), &ears);
    assert_eq!(cache.table().count, 0);
    assert!(ears.0.into_inner().unwrap()[0].contains("of another version"));
    cache.learn(b"a", &hashed(1, 6), 10_000_000_000);
    caches.save(&Silent);
    assert_eq!(std::fs::read(&file).unwrap()[..8], *MAGIC);
}

#[test]
fn a_cache_that_cannot_be_written_is_a_note_and_no_failure() {
    let tree = Tree::new(&["a"]);
    age(&tree, &["a"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let caches = StatCaches::new(file.join("cache"));
    let key = ask(&tree, &caches).unwrap().key;
    let ears = Ears::default();
    caches.save(&ears);
    let told = ears.0.into_inner().unwrap();
    assert!(told.len() == 1 && told[0].starts_with("cannot write the stat cache"), "{told:?}");
    // Taken away between reading and saving.
    let caches = StatCaches::new(folder.path().join("cache"));
    keys(&tree, &folder.path().join("cache"));
    assert_eq!(ask(&tree, &caches).unwrap().key, key);
    std::fs::remove_dir_all(folder.path().join("cache")).unwrap();
    caches.of(tree.root(), &Silent).learn(b"x", &hashed(1, 6), 10_000_000_000);
    caches.save(&Silent);
    assert_eq!(ask(&tree, &StatCaches::new(folder.path().join("cache"))).unwrap().key, key);
}

#[test]
fn two_runs_at_once_always_leave_a_whole_cache() {
    let names: Vec<String> = (0..40).map(|n| format!("d/{n}")).collect();
    let tree = Tree::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    age(&tree, &["d/1"]);
    let folder = tempfile::tempdir().unwrap();
    let key = keys(&tree, &folder.path().join("alone")).0.key;
    let cache = folder.path().join("cache");
    std::thread::scope(|scope| {
        for run in 0..3 {
            let (tree, cache, key) = (&tree, &cache, &key);
            scope.spawn(move || {
                for round in 0..60u64 {
                    let (ears, caches) = (Ears::default(), StatCaches::new(cache.clone()));
                    let dockerfile = tree.path("Dockerfile");
                    let request = Request {
                        context: tree.root(),
                        dockerfile: Some(&dockerfile),
                        reach: Reach::Whole { why: String::new() },
                        facts: Vec::new(),
                        never: &[],
                        cache: Some(&caches),
                        threads: 1,
                    };
                    assert_eq!(inputs(request, &ears).unwrap().key, *key);
                    // So that each round writes something of its own.
                    let name = format!("own/{run}/{round}");
                    let own = caches.of(tree.root(), &ears);
                    own.learn(name.as_bytes(), &hashed(1, 6), 10_000_000_000);
                    caches.save(&ears);
                    let told = ears.0.into_inner().unwrap();
                    assert!(told.is_empty(), "{told:?}");
                }
            });
        }
    });
    let left = std::fs::read_dir(&cache).unwrap().count();
    assert_eq!(left, 1, "one cache, nothing beside it");
}
