use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;
use std::sync::Barrier;
use std::time::Instant;

use super::super::samples::{build, digest, pushed, repository};
use super::super::*;
use super::*;
use crate::state::VariantName::Plain;

fn store(path: &Path) -> Store {
    Store::open(Place::File(path.to_owned()), Fresh::Refused, None).unwrap()
}

/// Puts down build `n` of an image.
fn put(store: &Store, image: &str, n: u8) -> Result<Saved, Error> {
    store.update(|state| {
        state.set_build(image, &repository("r.io/app"), Plain, build(n));
        Ok(())
    })
}

fn temporary() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.json");
    (dir, path)
}

#[test]
fn the_folder_is_made_on_demand_and_keeps_out_of_git() {
    let dir = tempfile::tempdir().unwrap();
    let path = default_path(dir.path());
    assert_eq!(*store(&path).load().unwrap(), State::new());
    assert!(!dir.path().join(".devspace").exists(), "reading makes no folder");
    assert!(put(&store(&path), "app", 1).unwrap().changed);
    assert_eq!(fs::read_to_string(dir.path().join(".devspace/.gitignore")).unwrap(), "*\n");
    assert_eq!(store(&path).load().unwrap().images["app"].build(Plain), Some(&build(1)));
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("{\n  \"schema\": \"ds.state/1\",\n  \"images\": {\n")
            && text.ends_with("}\n")
    );
}

#[test]
fn no_other_folder_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let error = put(&store(&dir.path().join("out/s.json")), "app", 1).unwrap_err();
    assert!(matches!(error, Error::NoFolder(_)), "{error}");
    assert!(error.hint().unwrap().starts_with("make it: `mkdir -p "));
}

#[test]
fn an_unchanged_state_leaves_its_file_untouched() {
    let (_dir, path) = temporary();
    put(&store(&path), "app", 1).unwrap();
    let before = fs::metadata(&path).unwrap();
    assert!(!put(&store(&path), "app", 1).unwrap().changed);
    let after = fs::metadata(&path).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn what_is_held_is_never_older_than_the_file() {
    let (_dir, path) = temporary();
    let (mine, other) = (store(&path), store(&path));
    let n = |store: &Store| store.load().unwrap().images["app"].build(Plain).cloned();
    put(&mine, "app", 1).unwrap();
    assert!(Arc::ptr_eq(&mine.load().unwrap(), &mine.load().unwrap()), "nothing is parsed twice");
    for round in 2..30 {
        put(&other, "app", round).unwrap();
        assert_eq!(n(&mine), Some(build(round)));
        put(&mine, "two", round).unwrap();
        let seen = other.load().unwrap();
        assert_eq!(seen.images["two"].build(Plain), Some(&build(round)), "round {round}");
        assert_eq!(n(&other), Some(build(round)), "nothing is lost");
    }
    // By hand, in place: the same inode and size.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("ds-key-29", "ds-key-77")).unwrap();
    assert!(format!("{:?}", mine.load().unwrap()).contains("ds-key-77"));
    fs::write(&path, "{").unwrap();
    assert!(mine.load().is_err());
    fs::remove_file(&path).unwrap();
    assert_eq!(*mine.load().unwrap(), State::new());
}

#[test]
fn a_refusing_change_writes_nothing() {
    #[derive(Debug)]
    enum Own {
        State(#[allow(dead_code)] Error),
        No,
    }
    impl From<Error> for Own {
        fn from(error: Error) -> Self {
            Self::State(error)
        }
    }
    let (_dir, path) = temporary();
    let refused = store(&path).update(|state| {
        state.set_build("app", &repository("r.io/app"), Plain, build(1));
        Err(Own::No)
    });
    assert!(matches!(refused, Err(Own::No)));
    assert!(!path.exists());
}

#[test]
fn an_overtaken_result_is_dropped_under_the_lock() {
    let (_dir, path) = temporary();
    put(&store(&path), "app", 1).unwrap();
    let error = store(&path)
        .update(|state| Ok::<_, Error>(state.expect_artifact("app", Plain, &digest(2))?))
        .unwrap_err();
    assert!(matches!(error, Error::Overtaken(_)), "{error}");
}

#[test]
fn what_is_not_understood_is_never_overwritten() {
    for content in [
        "",
        "{",
        "not ours\n",
        "{\"schema\":\"ds.state/2\"}",
        "{\"schema\":\"ds.state/1\",\"images\":1}",
    ] {
        let (_dir, path) = temporary();
        fs::write(&path, content).unwrap();
        assert!(store(&path).load().is_err(), "{content}");
        let error = put(&store(&path), "app", 1).unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_large_file_is_refused() {
    let (_dir, path) = temporary();
    File::create(&path).unwrap().set_len(LIMIT + 1).unwrap();
    assert!(matches!(store(&path).load().unwrap_err(), Error::TooLarge { .. }));
}

#[test]
fn folders_and_pipes_are_no_state_and_do_not_hang() {
    let (dir, path) = temporary();
    assert!(matches!(store(dir.path()).load().unwrap_err(), Error::NotAFile(_)));
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(matches!(put(&store(&path), "app", 1).unwrap_err(), Error::NotAFile(_)));
}

#[test]
fn a_link_to_the_state_stays_a_link() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("real")).unwrap();
    let (real, link) = (dir.path().join("real/s.json"), dir.path().join("s.json"));
    put(&store(&real), "app", 1).unwrap();
    symlink(&real, &link).unwrap();
    put(&store(&link), "app", 2).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(store(&real).load().unwrap().images["app"].build(Plain), Some(&build(2)));
}

#[test]
fn a_held_lock_is_waited_for_and_then_named() {
    let (_dir, path) = temporary();
    let held = Lock::take(&lock::path_for(&path), Duration::ZERO).unwrap();
    let begin = Instant::now();
    let impatient = store(&path).with_patience(Duration::from_millis(120));
    let error = put(&impatient, "app", 1).unwrap_err();
    assert!(
        matches!(&error, Error::Locked { waited, .. } if *waited >= Duration::from_millis(120))
    );
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert!(error.to_string().contains("s.json.lock"), "{error}");
    drop(held);
    assert!(put(&impatient, "app", 1).unwrap().changed);
    assert!(lock::path_for(&path).exists(), "the lock file stays");
}

#[test]
fn what_killed_writers_left_is_swept_away_once_it_is_old() {
    let dir = tempfile::tempdir().unwrap();
    let path = default_path(dir.path());
    put(&store(&path), "app", 1).unwrap();
    let folder = dir.path().join(FOLDER);
    let (old, young, other) =
        (folder.join(".ds-old"), folder.join(".ds-young"), folder.join("vars.json"));
    let past = std::time::SystemTime::now() - Duration::from_secs(7200);
    for file in [&old, &young, &other] {
        File::create(file).unwrap();
    }
    for file in [&old, &other] {
        File::options().write(true).open(file).unwrap().set_modified(past).unwrap();
    }
    put(&store(&path), "app", 2).unwrap();
    assert_eq!([&old, &young, &other].map(|file| file.exists()), [false, true, true]);
}

/// Run as a process without root's rights by the test below.
#[test]
fn work_in_a_read_only_folder() {
    let Some(path) = std::env::var_os("DS_TEST_READ_ONLY") else { return };
    let store = store(Path::new(&path));
    assert!(store.load().is_ok());
    assert!(!put(&store, "app", 1).unwrap().changed);
    let error = put(&store, "app", 2).unwrap_err();
    assert!(matches!(error, Error::Write(_)), "{error}");
    assert_eq!(error.hint().unwrap(), "name a file in a writable folder with `--state`");
}

#[test]
fn a_read_only_folder_serves_readers_and_steps_that_change_nothing() {
    use std::os::unix::process::CommandExt;
    let (dir, path) = temporary();
    put(&store(&path), "app", 1).unwrap();
    fs::remove_file(lock::path_for(&path)).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "state::file::tests::work_in_a_read_only_folder"]);
    if rustix::process::geteuid().is_root() {
        child.uid(65534).gid(65534);
    }
    let output = child.env("DS_TEST_READ_ONLY", &path).output().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// Run as a process of its own by the test below.
#[test]
fn write_many_updates() {
    let Some(path) = std::env::var_os("DS_TEST_STATE") else { return };
    let path = PathBuf::from(path);
    let who = std::env::var("DS_TEST_WHO").unwrap();
    let barrier = Barrier::new(2);
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (path, who, barrier) = (&path, &who, &barrier);
            scope.spawn(move || {
                let store = store(path);
                barrier.wait();
                for n in 0..200 {
                    put(&store, &format!("{who}-{thread}"), n).unwrap();
                }
            });
        }
    });
}

#[test]
fn two_processes_of_two_threads_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = default_path(dir.path());
    let children: Vec<_> = ["one", "two"]
        .map(|who| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "state::file::tests::write_many_updates"])
                .env("DS_TEST_STATE", &path)
                .env("DS_TEST_WHO", who)
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .into();
    for mut child in children {
        // Whoever looks in between sees a whole state.
        while child.try_wait().unwrap().is_none() {
            store(&path).load().unwrap();
        }
        assert!(child.wait().unwrap().success());
    }
    let state = store(&path).load().unwrap();
    assert_eq!(state.images.keys().collect::<Vec<_>>(), ["one-0", "one-1", "two-0", "two-1"]);
    assert!(state.images.values().all(|card| card.build(Plain) == Some(&build(199))));
    let left: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".ds-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_pipeline_hands_the_state_on_only_at_its_end() {
    let open = |input: &mut &[u8], fresh| Store::open(Place::Stream, fresh, Some(input));
    let first = open(&mut &b""[..], Fresh::Allowed).unwrap();
    assert!(put(&first, "app", 1).unwrap().changed);
    assert!(!put(&first, "app", 1).unwrap().changed);
    let mut out = Vec::new();
    first.finish(&mut out).unwrap();
    let second = open(&mut out.as_slice(), Fresh::Refused).unwrap();
    assert_eq!(second.load().unwrap().images["app"].build(Plain), Some(&build(1)));
}

#[test]
fn no_state_arrived() {
    for input in [None, Some(&b""[..]), Some(&b"\n"[..])] {
        let mut input = input;
        let input = input.as_mut().map(|bytes| bytes as &mut dyn Read);
        let error = Store::open(Place::Stream, Fresh::Refused, input).unwrap_err();
        assert_eq!(error.to_string(), "no state arrived on standard input");
        assert_eq!(error.hint().unwrap(), "did the step before fail?");
    }
}

#[test]
fn a_torn_stream_is_no_fresh_state() {
    let whole = print(&pushed("app", 1));
    let mut torn = &whole[..whole.len() - 5];
    let error = Store::open(Place::Stream, Fresh::Allowed, Some(&mut torn)).unwrap_err();
    assert!(matches!(error, Error::Torn { .. }), "{error}");
}

#[test]
fn a_stream_without_end_is_cut_off() {
    let mut endless = io::repeat(b' ');
    let error = Store::open(Place::Stream, Fresh::Allowed, Some(&mut endless)).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}
