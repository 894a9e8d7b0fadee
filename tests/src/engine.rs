//! A private Docker engine: its own data, its own bridge, a Unix socket, and TCP
//! with TLS. Touches nothing of another engine on the machine.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bed::{Bed, Skip, find, need_root};
use crate::child::{Output, run_bounded};
use crate::tar::{Member, members};

/// The base image that every engine of ours holds.
pub const BASE: &str = "base/busybox:1";

/// See the module.
pub struct Engine {
    docker: PathBuf,
    socket: PathBuf,
    tls_port: u16,
    certs: PathBuf,
}

impl Engine {
    pub(crate) fn start(bed: &Bed) -> Result<Self, Skip> {
        need_root("a private Docker engine")?;
        let dockerd = bed.program("dockerd")?;
        bed.program("ip")?;
        let certs = bed.certs()?.to_owned();
        let folder = bed.folder("dk");
        let bridge = bridge(bed)?;
        let engine =
            Self { docker: client()?, socket: folder.join("s"), tls_port: free_port(), certs };
        let log = folder.join("log");
        let child = engine
            .daemon(&dockerd, &folder, &bridge)
            .stdin(Stdio::null())
            .stdout(fs::File::create(&log).unwrap())
            .stderr(fs::File::options().append(true).open(&log).unwrap())
            .process_group(0)
            .spawn()
            .map_err(|error| Skip(format!("dockerd does not start: {error}")))?;
        bed.journal.process(&child);
        engine.wait(child, &log)?;
        engine.import(bed.rootfs()?);
        Ok(engine)
    }

    fn daemon(&self, dockerd: &Path, folder: &Path, bridge: &str) -> Command {
        let mut command = Command::new(dockerd);
        for (flag, name) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")]
        {
            command.arg(flag).arg(folder.join(name));
        }
        command.args(["-H", &self.host(), "-H", &self.tls_host(), "--tlsverify"]);
        for (flag, name) in
            [("--tlscacert", "ca"), ("--tlscert", "server-cert"), ("--tlskey", "server-key")]
        {
            command.arg(flag).arg(self.certs.join(format!("{name}.pem")));
        }
        command.args([&format!("--bridge={bridge}"), "--iptables=false", "--ip-forward=false"]);
        command.args(["--ip-masq=false", "--userland-proxy=false", "--log-level=warn"]);
        command
    }

    fn wait(&self, mut child: std::process::Child, log: &Path) -> Result<(), Skip> {
        let limit = Instant::now() + Duration::from_secs(60);
        while self.docker(&["version"]).code != 0 {
            if Instant::now() > limit || child.try_wait().unwrap().is_some() {
                let log = fs::read_to_string(log).unwrap_or_default();
                let last = log.lines().last().unwrap_or("").to_owned();
                return Err(Skip(format!("dockerd does not answer: {last}")));
            }
            sleep(Duration::from_millis(100));
        }
        // It lives as long as the run: the sweeper ends it.
        std::mem::forget(child);
        Ok(())
    }

    /// Gives a root file system's tar the name [`BASE`].
    fn import(&self, tar: &Path) {
        let _ =
            self.docker(&["import", "-c", "CMD [\"/bin/sh\"]", tar.to_str().unwrap(), BASE]).ok();
    }

    /// Its Unix socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// As DOCKER_HOST wants it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// The TLS endpoint, as DOCKER_HOST wants it.
    pub fn tls_host(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.tls_port)
    }

    /// The folder for DOCKER_CERT_PATH.
    pub fn cert_path(&self) -> &Path {
        &self.certs
    }

    /// Docker's client on this engine, without any configuration.
    pub fn docker(&self, args: &[&str]) -> Output {
        self.docker_with(args, b"")
    }

    /// The same, with a standard input.
    pub fn docker_with(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut command = Command::new(&self.docker);
        command.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/bin:/bin");
        command.args(["-H", &self.host()]).args(args);
        run_bounded(&mut command, stdin, Duration::from_secs(300))
    }

    /// The id of an image by name, if the engine has it.
    pub fn id(&self, name: &str) -> Option<String> {
        let out = self.docker(&["image", "inspect", "-f", "{{.Id}}", name]);
        (out.code == 0).then(|| out.out().trim().to_owned())
    }

    /// What a file in an image holds.
    #[track_caller]
    pub fn file(&self, image: &str, path: &str) -> Vec<u8> {
        let id = self.docker(&["create", image, "x"]).ok().out();
        let tar = self.docker(&["cp", &format!("{}:{path}", id.trim()), "-"]).ok().stdout;
        let _ = self.docker(&["rm", id.trim()]);
        let file = members(&tar).into_iter().find(|member| member.kind == b'0');
        file.map(|file| file.content.to_vec()).unwrap_or_else(|| panic!("no file at {path}"))
    }

    /// Paths in an image, of all its layers.
    #[track_caller]
    pub fn paths(&self, image: &str) -> Vec<String> {
        let tar = self.docker(&["save", image]).ok().stdout;
        let saved = members(&tar);
        let manifest = saved.iter().find(|member| member.name == "manifest.json").unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(manifest.content).unwrap();
        let layers: Vec<&str> =
            manifest[0]["Layers"].as_array().unwrap().iter().filter_map(|l| l.as_str()).collect();
        // A layer that is there twice is a link the second time.
        let is_layer =
            |member: &&Member<'_>| member.kind == b'0' && layers.contains(&member.name.as_str());
        let layers = saved.iter().filter(is_layer);
        let names = layers.flat_map(|layer| members(layer.content)).map(|member| member.name);
        names.map(|name| name.strip_prefix("./").unwrap_or(&name).to_owned()).collect()
    }
}

/// Debian's client if it is there: another one in front of it may lack plugins.
fn client() -> Result<PathBuf, Skip> {
    let debian = PathBuf::from("/usr/bin/docker");
    if debian.is_file() { Some(debian) } else { find("docker") }
        .ok_or_else(|| Skip("no docker client on this machine".into()))
}

/// A bridge of our own: one that a daemon without a bridge would delete is the others'.
fn bridge(bed: &Bed) -> Result<String, Skip> {
    let ip = |args: &str| {
        let mut command = Command::new("ip");
        command.args(args.split(' '));
        run_bounded(&mut command, b"", Duration::from_secs(10))
    };
    for number in 0..8 {
        let name = format!("dsbr{number}");
        let made = ip(&format!("link add {name} type bridge"));
        if made.code == 0 {
            bed.journal.bridge(&name);
            let _ = ip(&format!("addr add 172.29.{}.1/24 dev {name}", 8 + 10 * number)).ok();
            let _ = ip(&format!("link set {name} up")).ok();
            return Ok(name);
        }
        if !made.err().contains("exists") {
            return Err(Skip(format!("cannot make a bridge: {}", made.err().trim())));
        }
    }
    Err(Skip("dsbr0 to dsbr7 are all taken".into()))
}

/// A port of loopback that nobody listens on at this moment: none of those that the kernel
/// gives to outgoing connections, and from another beginning in each run of the tests, so
/// that nobody takes it until it is used.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id().wrapping_mul(61);
        let number = number.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + number % 20_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
