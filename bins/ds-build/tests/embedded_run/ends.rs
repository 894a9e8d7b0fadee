//! Killed, at once, without room: what a RUN leaves behind.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use shared::builder::embedded::entry::{Entry, Index, Kind};
use shared::builder::embedded::layer::tar;
use shared::builder::embedded::run::{Cache, Cancel, End, Executor, Mount, Run, Sharing};

use super::bench::*;

/// What a process that is killed was doing.
#[test]
fn killed_process() {
    // Started by the test below, and by nobody else.
    let Some(store) = std::env::var_os("DS_RUN_STORE").map(PathBuf::from) else { return };
    let executor = Executor::new(&store, Path::new(env!("CARGO_BIN_EXE_ds-build")));
    let base = executor.layer(&digest(b"base")).unwrap();
    let run = Run {
        lowers: vec![base],
        argv: [
            "/bin/sh",
            "-c",
            "cp -r /bin /copy; sleep 0.1; rm -r /copy; (sleep 1000 &) ; echo > /x",
        ]
        .map(str::to_owned)
        .to_vec(),
        env: vec![("PATH".into(), "/bin".into())],
        cwd: "/".into(),
        ..Run::default()
    };
    loop {
        let take = &mut |tar: &mut dyn Read| {
            let mut bytes = Vec::new();
            tar.read_to_end(&mut bytes)?;
            Ok(digest(&bytes))
        };
        executor.run(&run, &Cancel::default(), &|_| {}, take).unwrap();
    }
}

fn kill_at_random(times: u32) {
    let bench = Bench::new();
    let store = bench.store.path().to_str().unwrap().to_owned();
    let mut wait = u64::from(std::process::id());
    for number in 0..times {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ends::killed_process"])
            .env("DS_RUN_STORE", &store)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        wait = wait.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros((wait >> 33) % 400_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let limit = Instant::now() + Duration::from_secs(60);
        while let Some(left) = inside(&store) {
            assert!(Instant::now() < limit, "kill {number}: left behind: {left}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    // Whoever comes next takes away what lies about, and works.
    let next = Executor::new(bench.store.path(), Path::new(env!("CARGO_BIN_EXE_ds-build")));
    next.ready().unwrap();
    let left: Vec<_> = fs::read_dir(bench.store.path().join("run")).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
    bench.ok("cat /old/one");
}

/// A process that sees a mount of the store, or is a part of it.
fn inside(store: &str) -> Option<String> {
    let pids = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    pids.filter(|path| path.join("mountinfo").exists()).find_map(|path| {
        let mounts = fs::read_to_string(path.join("mountinfo")).unwrap_or_default();
        let line = fs::read(path.join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        (mounts.contains(store) || line.contains(store))
            .then(|| format!("{}: {line}", path.display()))
    })
}

/// Two hundred times with `DS_LONG`, which takes minutes.
#[test]
fn killed_at_any_instant_it_leaves_nothing() {
    kill_at_random(if std::env::var_os("DS_LONG").is_some() { 200 } else { 20 });
}

#[test]
fn two_processes_share_the_store_and_a_cache() {
    let bench = Bench::new();
    let mut run = bench.sh(
        "for i in 1 2 3 4 5; do n=$(cat /c/n 2>/dev/null || echo 0); echo $((n + 1)) > /c/n; done",
    );
    run.mounts = vec![Mount::Cache(Cache {
        target: "/c".into(),
        id: "shared".into(),
        sharing: Sharing::Locked,
        writable: true,
        uid: 0,
        gid: 0,
        mode: 0o755,
        from: None,
    })];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let other =
                Executor::new(bench.store.path(), Path::new(env!("CARGO_BIN_EXE_ds-build")));
            let run = &run;
            scope.spawn(move || {
                let take = &mut |tar: &mut dyn Read| {
                    std::io::copy(tar, &mut std::io::sink())?;
                    Ok(digest(b"same"))
                };
                let outcome = other.run(run, &Cancel::default(), &|_| {}, take).unwrap();
                assert_eq!(outcome.end, End::Exit(0));
            });
        }
    });
    let mut look = bench.sh("cat /c/n");
    look.mounts = run.mounts;
    assert_eq!(bench.ok_run(&look).lines, ["20"]);
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    if is_again() {
        let bench = Bench::new();
        let ran = bench.run(&bench.sh("dd if=/dev/zero of=/x bs=1M count=100 2>&1"));
        assert!(matches!(ran.outcome.end, End::Exit(code) if code != 0), "{:?}", ran.outcome);
        assert!(ran.lines.iter().any(|line| line.contains("No space left")), "{:?}", ran.lines);
        let mut index = Index::default();
        let kind = Kind::File { size: 100 << 20 };
        index.entries.insert(b"big".to_vec(), Entry { kind, mode: 0o644, ..Entry::folder(0) });
        let (mut reader, mut writer) = std::io::pipe().unwrap();
        std::thread::spawn(move || {
            let zeros = |_: &[u8]| -> std::io::Result<fs::File> {
                let file = tempfile::tempfile_in("/dev/shm")?;
                file.set_len(100 << 20)?;
                Ok(file)
            };
            let _ = tar::write(&index, &mut tar::Files(zeros), &mut writer);
        });
        let error = bench.executor.unpack(&digest(b"big"), &mut reader, &mut || Ok(()));
        let text = error.unwrap_err().to_string();
        assert!(text.to_lowercase().contains("no space left"), "{text}");
        assert_eq!(bench.executor.layer(&digest(b"big")), None);
        let left = fs::read_dir(bench.store.path().join("run")).unwrap().count();
        assert_eq!(left, 0);
        assert_eq!(bench.ok("cat /old/one").lines, ["one"]);
        return;
    }
    if is_root() {
        let script = "set -e; d=$(mktemp -d); mount -t tmpfs -o size=24m x $d; export TMPDIR=$d; exec \"$@\"";
        let name = "ends::a_full_disk_is_an_error_and_leaves_nothing";
        again(name, &["unshare", "-m", "sh", "-c", script, "sh"]);
    }
}

/// Prints how long a RUN of `true` takes on the tree that `DS_RUN_TAR` names, unpacked before.
#[test]
fn how_long_a_run_takes() {
    let Ok(tar) = std::env::var("DS_RUN_TAR") else { return };
    let bench = Bench::new();
    let began = Instant::now();
    let mut file = fs::File::open(&tar).unwrap();
    let layer = bench.executor.unpack(&digest(b"tree"), &mut file, &mut || Ok(())).unwrap();
    println!("unpack {:?}", began.elapsed());
    let mut run = bench.sh("true");
    run.lowers = vec![layer];
    run.argv = vec!["/bin/true".into()];
    run.env = vec![("PATH".into(), "/usr/bin:/bin".into())];
    let mut times: Vec<Duration> = (0..20)
        .map(|_| {
            let began = Instant::now();
            bench.ok_run(&run);
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("run: best {:?}, median {:?}", times[0], times[10]);
}
