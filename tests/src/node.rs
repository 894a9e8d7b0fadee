//! A real Kubernetes node: API server, controller manager, scheduler, kubelet and
//! containerd, started once a run. Its pods are on a bridge of the run's own.
//!
//! It pulls images in the machine's own network: from the bed's registries on loopback.
//! What pods reach by themselves is on the bridge: [`Node::registry`].

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bed::{Bed, Part, Skip, need_root, part};
use crate::child::{Output, run_bounded};
use crate::engine::{BASE, free_port};
use crate::go::{Go, last};
use crate::kube_tools::Generation;
use crate::registry::{Kind, Registry};

/// The image that pods can use without a registry: busybox.
pub const POD_IMAGE: &str = "localhost/base:1";

/// As `tests/node/up` wants it.
const PAUSE_IMAGE: &str = "localhost/pause:1";

/// From nothing to ready it takes six seconds on a machine that does nothing else.
const START: Duration = Duration::from_secs(300);
/// For what a controller, the scheduler or the kubelet does by and by.
const PATIENCE: Duration = Duration::from_secs(90);
/// 1.34: the last version whose kubelet works with the first version of cgroups.
const FLAGS: &str = "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.4 \
    -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34";

/// See the module.
pub struct Node {
    folder: PathBuf,
    kubectl: PathBuf,
    address: String,
    port: u16,
    plain: Part<Registry>,
    basic: Part<Registry>,
}

/// One request that the API server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `get`, `list`, `create`, `patch`, …
    pub verb: String,
    /// With a subresource behind a `/`.
    pub resource: String,
    pub namespace: String,
    pub name: String,
    pub code: u16,
}

impl Node {
    pub(crate) fn start(bed: &Bed) -> Result<Self, Skip> {
        need_root("a Kubernetes node")?;
        for program in ["etcd", "containerd", "ctr", "runc", "ip", "curl", "openssl"] {
            bed.program(program)?;
        }
        if !Path::new("/usr/lib/cni/bridge").is_file() {
            return Err(Skip("no CNI plugins (Debian: containernetworking-plugins)".into()));
        }
        let parts = Go::module(bed, "node")?.build("node", FLAGS, &["."], &["node"])?;
        let kubectl = bed.kube_tools(Generation::Helm4)?.kubectl();
        let images = images(bed)?;
        let folder = bed.folder("kn");
        let (bridge, address) = network(bed)?;
        let port = free_ports();
        bed.journal.node(&folder, &bridge);
        let mut up = Command::new(bed.workspace().join("tests/node/up"));
        up.arg(&folder).arg(parts.join("node")).args([&bridge, &address, &port.to_string()]);
        up.arg(&images);
        let out = run_bounded(&mut up, b"", START);
        if out.code != 0 {
            return Err(Skip(format!("the node does not start: {}", last(&out))));
        }
        let (plain, basic) = (Part::new(), Part::new());
        Ok(Self { folder, kubectl, address, port, plain, basic })
    }

    /// The way in as an administrator; its only context is `test`.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("admin.kubeconfig")
    }

    /// `https://127.0.0.1:PORT`
    pub fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The certificate that the API server's is signed with.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.crt")
    }

    /// A registry that pods reach, too.
    pub fn registry(&self, bed: &Bed) -> Result<&Registry, Skip> {
        part(&self.plain, || Registry::start_at(bed, Kind::Plain, &self.address, 5500))
    }

    /// The same with a password: [`crate::USER`], [`crate::PASSWORD`].
    pub fn private_registry(&self, bed: &Bed) -> Result<&Registry, Skip> {
        part(&self.basic, || Registry::start_at(bed, Kind::Basic, &self.address, 5501))
    }

    /// kubectl as administrator.
    pub fn kubectl(&self, args: &[&str]) -> Output {
        self.kubectl_with(args, b"")
    }

    /// The same, with a standard input.
    pub fn kubectl_with(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut command = Command::new(&self.kubectl);
        command.env_clear().env("HOME", &self.folder).env("KUBECONFIG", self.kubeconfig());
        command.args(args);
        run_bounded(&mut command, stdin, PATIENCE)
    }

    /// Applies a manifest as administrator.
    #[track_caller]
    pub fn apply(&self, manifest: &str) {
        let _ = self.kubectl_with(&["apply", "-f", "-"], manifest.as_bytes()).ok();
    }

    /// An object, if it is there: `get("serviceaccount", "shop", "default")`. Of an object
    /// without a namespace that is empty.
    pub fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        let mut args = vec!["get", kind, name, "-o", "json", "--ignore-not-found"];
        if !namespace.is_empty() {
            args.extend(["-n", namespace]);
        }
        let out = self.kubectl(&args).ok();
        (!out.stdout.is_empty()).then(|| out.json())
    }

    /// A new namespace with its default service account.
    pub fn namespace(&self, bed: &Bed) -> String {
        let name = format!("story-{}", bed.unique());
        let _ = self.kubectl(&["create", "namespace", &name]).ok();
        self.wait("the default service account", || self.get("serviceaccount", &name, "default"));
        name
    }

    /// Asks again until there is an answer.
    #[track_caller]
    pub fn wait<T>(&self, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            assert!(Instant::now() < limit, "{what}: not within {PATIENCE:?}");
            sleep(Duration::from_millis(200));
        }
    }

    /// Why a pod's first container does not run (`ErrImagePull`), or `Running`, once there
    /// is something to say.
    #[track_caller]
    pub fn pod_says(&self, namespace: &str, pod: &str) -> String {
        self.wait(&format!("a word about pod {pod}"), || {
            let pod = self.get("pod", namespace, pod)?;
            let state = pod.pointer("/status/containerStatuses/0/state")?;
            let reason = |kind| state.pointer(kind).and_then(Value::as_str).map(str::to_owned);
            let waiting = reason("/waiting/reason").filter(|r| r != "ContainerCreating");
            let running = state.get("running").map(|_| "Running".to_owned());
            waiting.or(running).or_else(|| reason("/terminated/reason"))
        })
    }

    /// What this user asked the API server, in order, from its own log.
    pub fn calls(&self, user: &str) -> Vec<Call> {
        let text = fs::read_to_string(self.folder.join("audit.log")).unwrap_or_default();
        text.lines()
            .filter(|line| line.contains(user))
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|event| event["user"]["username"] == user)
            .map(|event| Call::of(&event))
            .collect()
    }
}

impl Call {
    fn of(event: &Value) -> Self {
        let of =
            |at: &str| event.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        let resource = [of("/objectRef/resource"), of("/objectRef/subresource")];
        let code = event.pointer("/responseStatus/code").and_then(Value::as_u64).unwrap_or(0);
        Self {
            verb: of("/verb"),
            resource: resource.join("/").trim_matches('/').to_owned(),
            namespace: of("/objectRef/namespace"),
            name: of("/objectRef/name"),
            code: u16::try_from(code).unwrap_or(0),
        }
    }
}

/// An archive with [`POD_IMAGE`], and the image of the process that holds a pod's namespaces.
fn images(bed: &Bed) -> Result<PathBuf, Skip> {
    let engine = bed.engine()?;
    let _ = engine.docker(&["tag", BASE, POD_IMAGE]).ok();
    let sleep = "CMD [\"/bin/sleep\", \"2147483647\"]";
    let rootfs = bed.rootfs()?.to_str().unwrap();
    let _ = engine.docker(&["import", "-c", sleep, rootfs, PAUSE_IMAGE]).ok();
    let path = bed.folder("kni").join("images.tar");
    let _ = engine.docker(&["save", "-o", path.to_str().unwrap(), POD_IMAGE, PAUSE_IMAGE]).ok();
    Ok(path)
}

/// A bridge that was not there, and the node's address on it.
fn network(bed: &Bed) -> Result<(String, String), Skip> {
    let ip = |args: &str| {
        let mut command = Command::new("ip");
        command.args(args.split(' '));
        run_bounded(&mut command, b"", Duration::from_secs(10))
    };
    for number in 0..16 {
        let (name, address) = (format!("dsnode{number}"), format!("10.213.{number}.1"));
        let made = ip(&format!("link add {name} type bridge"));
        if made.code == 0 {
            bed.journal.bridge(&name);
            let _ = ip(&format!("addr add {address}/24 dev {name}")).ok();
            let _ = ip(&format!("link set {name} up")).ok();
            return Ok((name, address));
        }
        if !made.err().contains("exists") {
            return Err(Skip(format!("cannot make a bridge: {}", made.err().trim())));
        }
    }
    Err(Skip("dsnode0 to dsnode15 are all taken".into()))
}

/// The first of three ports of loopback in a row that nobody listens on at this moment.
fn free_ports() -> u16 {
    loop {
        let first = free_port();
        let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if first < u16::MAX - 2 && free(first + 1) && free(first + 2) {
            return first;
        }
    }
}
