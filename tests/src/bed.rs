//! The parts that stories share, each started at most once and only when asked for.
//!
//! Everything lives in one folder with a short path (a Unix socket's path has some
//! 107 bytes), on a tmpfs where the machine has memory for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::buildkit::BuildKit;
use crate::child::run_bounded;
use crate::engine::Engine;
use crate::kit::Kit;
use crate::kube_tools::{Generation, KubeTools};
use crate::node::Node;
use crate::registry::{Kind, Registry};
use crate::ssh::Ssh;
use crate::sweep::{Journal, Sweeper};
use crate::{base, certs};

/// A part could not be had; the text says which and why.
#[derive(Debug, Clone)]
pub struct Skip(pub String);

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) type Part<T> = OnceLock<Result<T, Skip>>;

/// See the module.
pub struct Bed {
    folder: PathBuf,
    /// The executables under test.
    bin: PathBuf,
    /// Whether the long tier runs.
    pub long: bool,
    pub(crate) journal: Journal,
    sweeper: Sweeper,
    number: AtomicU32,
    engine: Part<Engine>,
    plain: Part<Registry>,
    basic: Part<Registry>,
    tls: Part<Registry>,
    token: Part<Registry>,
    certs: Part<PathBuf>,
    rootfs: Part<PathBuf>,
    ssh: Part<Ssh>,
    kit: Part<Kit>,
    buildkit: Part<BuildKit>,
    helm3: Part<KubeTools>,
    helm4: Part<KubeTools>,
    node: Part<Node>,
}

impl Bed {
    pub(crate) fn new(long: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("ds-").tempdir_in("/tmp").unwrap().keep();
        let sweeper = Sweeper::start(&folder);
        if is_root() && memory_for_tmpfs() {
            let mut mount = Command::new("mount");
            mount.args(["-t", "tmpfs", "-o", "size=60%,mode=755", "ds-bed"]).arg(&folder);
            run_bounded(&mut mount, b"", Duration::from_secs(10));
        }
        Self {
            bin: executables(),
            long,
            journal: Journal::new(&folder),
            sweeper,
            folder,
            number: AtomicU32::new(0),
            engine: OnceLock::new(),
            plain: OnceLock::new(),
            basic: OnceLock::new(),
            tls: OnceLock::new(),
            token: OnceLock::new(),
            certs: OnceLock::new(),
            rootfs: OnceLock::new(),
            ssh: OnceLock::new(),
            kit: OnceLock::new(),
            buildkit: OnceLock::new(),
            helm3: OnceLock::new(),
            helm4: OnceLock::new(),
            node: OnceLock::new(),
        }
    }

    pub(crate) fn end(self) {
        self.sweeper.finish();
        // The daemons were our children: leave no zombies to a lazy init.
        while let Ok(Some(_)) = rustix::process::wait(rustix::process::WaitOptions::NOHANG) {}
    }

    /// The folder with `ds`, `ds-build` and the others.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// The workspace's root.
    pub fn workspace(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
    }

    /// A number that no other call in this run gets: for names that must not clash.
    pub fn unique(&self) -> u32 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// A new empty folder.
    pub fn folder(&self, kind: &str) -> PathBuf {
        let path = self.folder.join(format!("{kind}{}", self.unique()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// The Docker engine, on a Unix socket and on TCP with TLS.
    pub fn engine(&self) -> Result<&Engine, Skip> {
        part(&self.engine, || Engine::start(self))
    }

    /// A registry without authentication.
    pub fn registry(&self) -> Result<&Registry, Skip> {
        part(&self.plain, || Registry::start(self, Kind::Plain))
    }

    /// A registry with basic authentication: [`crate::USER`], [`crate::PASSWORD`].
    pub fn private_registry(&self) -> Result<&Registry, Skip> {
        part(&self.basic, || Registry::start(self, Kind::Basic))
    }

    /// A registry with a self-signed certificate.
    pub fn tls_registry(&self) -> Result<&Registry, Skip> {
        part(&self.tls, || Registry::start(self, Kind::Tls))
    }

    /// A registry that is opened by the tokens of a server of ours: [`crate::USER`] and
    /// others of [`crate::Tokens`], all with [`crate::PASSWORD`].
    pub fn token_registry(&self) -> Result<&Registry, Skip> {
        part(&self.token, || Registry::start(self, Kind::Token))
    }

    /// An ssh server through which the engine can be reached.
    pub fn ssh(&self) -> Result<&Ssh, Skip> {
        part(&self.ssh, || Ssh::start(self))
    }

    /// What the Go tool builds: the oracle, and BuildKit's newest programs.
    pub fn kit(&self) -> Result<&Kit, Skip> {
        part(&self.kit, || Kit::make(self))
    }

    /// BuildKit's newest daemon.
    pub fn buildkit(&self) -> Result<&BuildKit, Skip> {
        part(&self.buildkit, || BuildKit::start(self))
    }

    /// kubectl and helm.
    pub fn kube_tools(&self, generation: Generation) -> Result<&KubeTools, Skip> {
        let cell = match generation {
            Generation::Helm3 => &self.helm3,
            Generation::Helm4 => &self.helm4,
        };
        part(cell, || KubeTools::fetch(self, generation))
    }

    /// A Kubernetes node.
    pub fn node(&self) -> Result<&Node, Skip> {
        part(&self.node, || Node::start(self))
    }

    /// A folder with `ca.pem cert.pem key.pem server-cert.pem server-key.pem`.
    pub(crate) fn certs(&self) -> Result<&Path, Skip> {
        part(&self.certs, || certs::make(self)).map(PathBuf::as_path)
    }

    /// A tar of a root file system with busybox.
    pub(crate) fn rootfs(&self) -> Result<&Path, Skip> {
        part(&self.rootfs, || base::make(self)).map(PathBuf::as_path)
    }

    /// A file system of this size (`2m`) that is empty.
    pub fn small_disk(&self, size: &str) -> Result<PathBuf, Skip> {
        need_root("a small file system")?;
        let path = self.folder("disk");
        self.journal.mount(&path);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o"]).arg(format!("size={size}")).arg("ds-disk").arg(&path);
        let out = run_bounded(&mut mount, b"", Duration::from_secs(10));
        if out.code == 0 { Ok(path) } else { Err(Skip(format!("cannot mount: {}", out.err()))) }
    }

    /// The path of a program that the machine has.
    pub fn program(&self, name: &str) -> Result<PathBuf, Skip> {
        find(name).ok_or_else(|| Skip(format!("no `{name}` on this machine")))
    }

    /// kubectl, for work without a cluster.
    pub fn kubectl(&self) -> Result<PathBuf, Skip> {
        match std::env::var_os("DS_KUBECTL") {
            Some(path) => Ok(path.into()),
            None => self.program("kubectl"),
        }
    }
}

pub(crate) fn part<T>(cell: &Part<T>, make: impl FnOnce() -> Result<T, Skip>) -> Result<&T, Skip> {
    cell.get_or_init(make).as_ref().map_err(Clone::clone)
}

/// A skip unless we are root.
pub(crate) fn need_root(what: &str) -> Result<(), Skip> {
    if is_root() { Ok(()) } else { Err(Skip(format!("{what} needs root"))) }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(system).map(|dir| dir.join(name)).find(|p| p.is_file())
}

/// Six gibibytes free: an engine's data and the builds of a run take about two.
fn memory_for_tmpfs() -> bool {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|l| l.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0);
    kib > 6 << 20
}

/// `$DS_BIN`, else what cargo builds into the profile's folder we stand in.
fn executables() -> PathBuf {
    if let Some(folder) = std::env::var_os("DS_BIN") {
        let folder = PathBuf::from(folder);
        assert!(folder.join("ds").is_file(), "no `ds` in DS_BIN, {}", folder.display());
        return folder;
    }
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).expect("…/target/PROFILE/deps/stories-…");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--quiet", "--workspace", "--bins"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        build.arg("--release");
    }
    let out = run_bounded(&mut build, b"", Duration::from_secs(3600));
    assert!(out.code == 0, "the executables do not build: {out}");
    folder.to_owned()
}
