//! The executor on a store of its own, with a tree that has busybox.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use shared::builder::embedded::entry::{Entry, Index, Kind};
use shared::builder::embedded::layer::tar;
use shared::builder::embedded::run::{Cancel, End, Executor, Outcome, Run};
use shared::builder::embedded::unpack::{self, Limits};
use shared::reference::Digest;

pub const EPOCH: i64 = 315_619_200;
pub const USER: &str = "ds-run-test";

/// What came of a RUN, and all it printed.
pub struct Ran {
    pub outcome: Outcome,
    pub lines: Vec<String>,
    pub index: Index,
    pub tar: Vec<u8>,
}

pub struct Bench {
    pub executor: Executor,
    pub store: tempfile::TempDir,
    pub base: PathBuf,
}

impl Bench {
    pub fn new() -> Self {
        let store = tempfile::Builder::new().prefix("ds-run").tempdir().unwrap();
        let program = std::env::var("DS_RUN_PROGRAM");
        let program = program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_ds-build").to_owned());
        let executor = Executor::new(store.path(), Path::new(&program));
        executor.ready().unwrap();
        let (index, files) = busybox();
        let mut bytes = Vec::new();
        let open = |path: &[u8]| fs::File::open(&files[path]);
        tar::write(&index, &mut tar::Files(open), &mut bytes).unwrap();
        let base = executor.unpack(&digest(b"base"), &mut &bytes[..], &mut || Ok(())).unwrap();
        Self { executor, store, base }
    }

    pub fn run(&self, run: &Run) -> Ran {
        self.try_run(run, &Cancel::default()).unwrap()
    }

    pub fn try_run(
        &self,
        run: &Run,
        cancel: &Cancel,
    ) -> Result<Ran, shared::builder::embedded::run::Error> {
        let lines = Mutex::new(Vec::new());
        let mut bytes = Vec::new();
        let outcome = self.executor.run(
            run,
            cancel,
            &|line| lines.lock().unwrap().push(line),
            &mut |tar| {
                tar.read_to_end(&mut bytes)?;
                Ok(digest(&bytes))
            },
        )?;
        let index = unpack::index(&mut &bytes[..], Limits::default()).unwrap();
        Ok(Ran { outcome, lines: lines.into_inner().unwrap(), index, tar: bytes })
    }

    pub fn sh(&self, script: &str) -> Run {
        Run {
            lowers: vec![self.base.clone()],
            argv: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            env: vec![("PATH".into(), "/bin".into())],
            cwd: "/".into(),
            epoch: EPOCH,
            ..Run::default()
        }
    }

    /// Runs a script that has to end well.
    pub fn ok(&self, script: &str) -> Ran {
        self.ok_run(&self.sh(script))
    }

    pub fn ok_run(&self, run: &Run) -> Ran {
        let ran = self.run(run);
        assert_eq!(ran.outcome.end, End::Exit(0), "{:?}: {:?}", run.argv, ran.lines);
        ran
    }

    /// On top of what another RUN made.
    pub fn on(&self, ran: &Ran, script: &str) -> Run {
        let mut run = self.sh(script);
        let layer = self.executor.layer(ran.outcome.layer.as_ref().unwrap());
        let layer = layer.unwrap_or_else(|| {
            let diff_id = ran.outcome.layer.clone().unwrap();
            self.executor.unpack(&diff_id, &mut &ran.tar[..], &mut || Ok(())).unwrap()
        });
        run.lowers.insert(0, layer);
        run
    }
}

pub fn digest(bytes: &[u8]) -> Digest {
    use sha2::Digest as _;
    Digest::sha256(&sha2::Sha256::digest(bytes).into())
}

/// A tree with Debian's static busybox, a user and a few groups.
pub fn busybox() -> (Index, BTreeMap<Vec<u8>, PathBuf>) {
    let folder = std::env::temp_dir().join(format!("ds-run-files-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut index = Index::default();
    let mut files = BTreeMap::new();
    let mut add = |path: &str, kind: Kind, mode: u32| {
        let entry = Entry { kind, mode, ..Entry::folder(EPOCH) };
        index.entries.insert(path.as_bytes().to_vec(), entry);
    };
    for path in ["bin", "etc", "home", "tmp", "old", "old/sub"] {
        add(path, Kind::Folder, if path == "tmp" { 0o1777 } else { 0o755 });
    }
    let program = ["/bin/busybox", "/usr/bin/busybox"].map(PathBuf::from);
    let program =
        program.into_iter().find(|path| path.exists()).expect("busybox-static is installed");
    let texts = [
        ("etc/passwd", "root::0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"),
        ("etc/group", "root:x:0:\napp:x:1000:\nextra:x:2000:app\n"),
        ("old/one", "one"),
        ("old/two", "two"),
        ("old/sub/three", "three"),
    ];
    for (path, text) in texts {
        let file = folder.join(path.replace('/', "_"));
        fs::write(&file, text).unwrap();
        files.insert(path.as_bytes().to_vec(), file);
        add(path, Kind::File { size: text.len() as u64 }, 0o644);
    }
    let size = fs::metadata(&program).unwrap().len();
    let stub = b"../run/resolve/stub.conf".to_vec();
    add("etc/resolv.conf", Kind::Link { target: stub }, 0o777);
    add("bin/busybox", Kind::File { size }, 0o755);
    files.insert(b"bin/busybox".to_vec(), program.clone());
    // A copy that is setuid: `su` and `id` of it become root.
    add("bin/busybox-su", Kind::File { size }, 0o4755);
    files.insert(b"bin/busybox-su".to_vec(), program.clone());
    let applets = Command::new(&program).arg("--list").output().unwrap();
    for applet in
        String::from_utf8(applets.stdout).unwrap().lines().filter(|name| *name != "busybox")
    {
        add(&format!("bin/{applet}"), Kind::Link { target: b"busybox".to_vec() }, 0o777);
    }
    (index, files)
}

/// As root, and not run once more in some other way.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root() && !is_again()
}

/// Runs this test once more as an ordinary user with subordinate ids.
pub fn again_as_user(name: &str) {
    if is_root() {
        make_user(USER, &["-m"]);
        again(name, &["runuser", "-u", USER, "--"]);
    }
}

pub fn make_user(name: &str, how: &[&str]) {
    let known = || Command::new("id").arg(name).output().is_ok_and(|out| out.status.success());
    // Tests run at once: another may have been faster.
    assert!(
        known()
            || Command::new("useradd").args(how).arg(name).status().unwrap().success()
            || known()
    );
}

/// Runs this test once more, in a process that `wrapper` starts.
pub fn again(name: &str, wrapper: &[&str]) {
    // The build's own folder may be closed to others.
    let folder = tempfile::Builder::new().prefix("ds-run-again").tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let test = folder.path().join("test");
    let program = folder.path().join("ds-build");
    fs::copy(std::env::current_exe().unwrap(), &test).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_ds-build"), &program).unwrap();
    let out = Command::new(wrapper[0])
        .args(&wrapper[1..])
        .arg("env")
        .arg(format!("DS_RUN_PROGRAM={}", program.display()))
        .arg("DS_RUN_AGAIN=1")
        .arg(&test)
        .args(["--exact", name, "--nocapture", "--include-ignored"])
        .current_dir("/")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    assert!(out.status.success() && text.contains("1 passed"), "{wrapper:?}: {text}");
}

pub fn is_again() -> bool {
    std::env::var_os("DS_RUN_AGAIN").is_some()
}

pub fn names(index: &Index) -> Vec<String> {
    index.entries.keys().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
}
