//! Debian's docker-registry, on loopback or where pods reach it: plain, with basic
//! authentication, with tokens, with TLS.

use std::fs;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bed::{Bed, Skip};
use crate::child::{Output, run_bounded};
use crate::encode::base64;
use crate::engine::free_port;
use crate::tokens::{ISSUER, SERVICE, Tokens};

/// The private registry's user.
pub const USER: &str = "planted-user";
/// Its password, made to be found by a grep wherever it leaks.
pub const PASSWORD: &str = "PLANTED-s3cret-registry-password";

/// Both of them, for curl.
const LOGIN: &str = "planted-user:PLANTED-s3cret-registry-password";

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Plain,
    Basic,
    Tls,
    Token,
}

/// See the module.
pub struct Registry {
    address: String,
    port: u16,
    kind: Kind,
    data: PathBuf,
    tokens: Option<Tokens>,
}

impl Registry {
    pub(crate) fn start(bed: &Bed, kind: Kind) -> Result<Self, Skip> {
        Self::start_at(bed, kind, "127.0.0.1", free_port())
    }

    pub(crate) fn start_at(bed: &Bed, kind: Kind, address: &str, port: u16) -> Result<Self, Skip> {
        let program = bed.program("docker-registry")?;
        let folder = bed.folder("reg");
        let data = folder.join("data");
        let address = address.to_owned();
        let mut registry = Self { address, port, kind, data, tokens: None };
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
            Kind::Token => {
                let certs = bed.certs()?;
                let tokens = Tokens::start(certs);
                config += &format!(
                    "auth: {{token: {{realm: \"{}\", service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {}/ca.pem}}}}\n",
                    tokens.realm(),
                    certs.display()
                );
                registry.tokens = Some(tokens);
            }
            Kind::Basic => {
                let file = htpasswd(bed, &folder)?;
                config +=
                    &format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", file.display());
            }
        }
        fs::write(folder.join("r.yml"), config).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let mut child = Command::new(program)
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
        registry.wait(&mut child)?;
        Ok(registry)
    }

    fn wait(&self, child: &mut Child) -> Result<(), Skip> {
        let limit = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect((self.address.as_str(), self.port)).is_err() {
            if Instant::now() > limit || child.try_wait().unwrap().is_some() {
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

    /// The token server, of a registry that has one.
    pub fn tokens(&self) -> &Tokens {
        self.tokens.as_ref().expect("the registry of `token_registry`")
    }

    /// A folder for docker's `--config`, with this registry's password.
    pub fn docker_config(&self, bed: &Bed) -> PathBuf {
        let folder = bed.folder("dc");
        let auth = base64(format!("{USER}:{PASSWORD}").as_bytes());
        let config = serde_json::json!({ "auths": { self.host(): { "auth": auth } } });
        fs::write(folder.join("config.json"), config.to_string()).unwrap();
        folder
    }

    /// The digest that the registry has under this tag, asked by curl.
    #[track_caller]
    pub fn digest(&self, name: &str, tag: &str) -> Option<String> {
        let bearer = self.tokens.as_ref().map(|tokens| {
            let token = tokens.token(&format!("repository:{name}:pull"), 600);
            format!("Authorization: Bearer {token}")
        });
        let args = match &bearer {
            Some(header) => vec!["-I", "-H", header],
            None => vec!["-I", "-u", LOGIN],
        };
        let out = self.curl(&args, &format!("/v2/{name}/manifests/{tag}")).out();
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

    /// Makes it fail (500) whenever a manifest of this repository is put: a file lies where
    /// it keeps them.
    pub fn refuse_manifests(&self, name: &str) {
        let folder = self.data.join("docker/registry/v2/repositories").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("_manifests"), "").unwrap();
    }

    fn curl(&self, args: &[&str], path: &str) -> Output {
        let scheme = if self.kind == Kind::Tls { "https" } else { "http" };
        let mut command = Command::new("curl");
        command.args(["-sk", "--noproxy", "*"]).args(args);
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
