//! Debian's docker-registry, on loopback or where pods reach it: plain, with basic authentication, with TLS.

use std::fs;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bed::{Bed, Skip};
use crate::child::{Output, run_bounded};
use crate::engine::free_port;

/// The private registry's user.
pub const USER: &str = "planted-user";
/// Its password, made to be found by a grep wherever it leaks.
pub const PASSWORD: &str = "PLANTED-s3cret-registry-password";

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Plain,
    Basic,
    Tls,
}

/// See the module.
pub struct Registry {
    address: String,
    port: u16,
    kind: Kind,
    data: PathBuf,
}

impl Registry {
    pub(crate) fn start(bed: &Bed, kind: Kind) -> Result<Self, Skip> {
        Self::start_at(bed, kind, "127.0.0.1", free_port())
    }

    pub(crate) fn start_at(bed: &Bed, kind: Kind, address: &str, port: u16) -> Result<Self, Skip> {
        let program = bed.program("docker-registry")?;
        let folder = bed.folder("reg");
        let data = folder.join("data");
        let registry = Self { address: address.to_owned(), port, kind, data };
        let mut config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\n  delete: {{enabled: true}}\nhttp:\n  addr: {}\n",
            registry.data.display(),
            registry.host()
        );
        match kind {
            Kind::Plain => {}
            Kind::Tls => {
                let certs = bed.certs()?.display();
                config += &format!(
                    "  tls: {{certificate: {certs}/server-cert.pem, key: {certs}/server-key.pem}}\n"
                );
            }
            Kind::Basic => {
                let file = htpasswd(bed, &folder)?;
                config +=
                    &format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", file.display());
            }
        }
        fs::write(folder.join("r.yml"), config).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let child = Command::new(program)
            .arg("serve")
            .arg(folder.join("r.yml"))
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|error| Skip(format!("docker-registry does not start: {error}")))?;
        bed.journal.process(&child);
        registry.wait()?;
        Ok(registry)
    }

    fn wait(&self) -> Result<(), Skip> {
        let limit = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect((self.address.as_str(), self.port)).is_err() {
            if Instant::now() > limit {
                return Err(Skip("docker-registry does not answer".into()));
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// `127.0.0.1:PORT`, as image names begin.
    pub fn host(&self) -> String {
        format!("{}:{}", self.address, self.port)
    }

    /// The digest that the registry has under this tag, asked by curl.
    #[track_caller]
    pub fn digest(&self, name: &str, tag: &str) -> Option<String> {
        let out = self.curl(&["-I"], &format!("/v2/{name}/manifests/{tag}")).out();
        let line =
            out.lines().find(|l| l.to_ascii_lowercase().starts_with("docker-content-digest:"));
        let digest = line.and_then(|line| line.split_once(": "))?.1.trim().to_owned();
        out.lines().next()?.contains("200").then_some(digest)
    }

    /// Takes away the layers and configurations that a repository links to, and leaves
    /// its manifests: only who pulls finds out.
    pub fn lose_layers(&self, name: &str) {
        let links = self.data.join("docker/registry/v2/repositories").join(name).join("_layers");
        fs::remove_dir_all(links).unwrap();
    }

    fn curl(&self, args: &[&str], path: &str) -> Output {
        let scheme = if self.kind == Kind::Tls { "https" } else { "http" };
        let mut command = Command::new("curl");
        command.args(["-sk", "--noproxy", "*", "-u", &format!("{USER}:{PASSWORD}")]).args(args);
        command.args(["-H", "Accept: application/vnd.docker.distribution.manifest.v2+json"]);
        command.args(["-H", "Accept: application/vnd.oci.image.manifest.v1+json"]);
        command.arg(format!("{scheme}://{}{path}", self.host()));
        run_bounded(&mut command, b"", Duration::from_secs(30))
    }
}

fn htpasswd(bed: &Bed, folder: &std::path::Path) -> Result<PathBuf, Skip> {
    let mut command = Command::new(bed.program("htpasswd")?);
    command.args(["-Bbn", USER, PASSWORD]);
    let line = run_bounded(&mut command, b"", Duration::from_secs(10)).ok();
    let file = folder.join("htpasswd");
    fs::write(&file, line.stdout).unwrap();
    Ok(file)
}
