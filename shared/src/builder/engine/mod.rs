//! A Docker engine: is it there, which one is it, what does it have, name and push.
//!
//! Building is in [`classic`] and [`buildkit`], sending in [`push`], fetching in `pull`,
//! taking in what was built elsewhere in `load`. No answer is
//! trusted to have a field; what lacks counts as not said. Reads no environment.

mod answer;
mod buildkit;
mod classic;
pub mod connect;
pub mod endpoint;
mod fault;
mod filesync;
mod load;
mod pull;
pub mod push;
mod session;
mod ssh;
mod times;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use bollard::{BollardRequest, body_full};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use self::connect::Line;
use self::endpoint::{Address, Endpoint};
use super::{Archive, BoxFuture, Builder, Built, Error, Job};
use crate::reference::{Digest, Reference};
use crate::registry::{Credential, Store};
use crate::state::Artifact;
use crate::ui::event::Reporter;
use crate::util::hex;

/// An engine that is there answers at once; one behind ssh has to be logged in to.
const PING_LIMIT: Duration = Duration::from_secs(5);
const PING_LIMIT_SSH: Duration = Duration::from_secs(30);
const JSON_MAX: usize = 16 << 20;

/// Which of the engine's two builders is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// BuildKit where the engine offers it.
    #[default]
    Auto,
    Classic,
    BuildKit,
}

impl Mode {
    /// The meaning of DOCKER_BUILDKIT; an unset or empty value leaves it to the engine.
    pub fn of_variable(value: Option<&str>) -> Self {
        match value {
            None | Some("") => Self::Auto,
            Some("0" | "f" | "F" | "false" | "False" | "FALSE") => Self::Classic,
            Some(_) => Self::BuildKit,
        }
    }
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// `1.41`
    pub api_version: String,
    pub os: String,
    /// As images name it: `amd64`, `arm64`…
    pub arch: String,
    /// Whether it prefers BuildKit (`Builder-Version: 2`).
    pub buildkit: bool,
}

/// An image in the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageInfo {
    pub id: Digest,
    pub os: String,
    pub arch: String,
    pub variant: Option<String>,
    /// Instructions that this image adds to a build from it.
    pub onbuild: Vec<String>,
    pub repo_tags: Vec<String>,
    /// The manifest or index that a push sends as it is: an engine that keeps its images
    /// in containerd has it, one that keeps layers makes a manifest for each push.
    pub manifest: Option<Digest>,
}

/// An image in the engine's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: Digest,
    /// `repository:tag`
    pub names: Vec<String>,
}

impl ImageInfo {
    /// `os/arch[/variant]`; `None` for an image that doesn't say.
    pub fn platform(&self) -> Option<String> {
        if self.os.is_empty() || self.arch.is_empty() {
            return None;
        }
        let variant = self.variant.as_ref().map(|variant| format!("/{variant}"));
        Some(format!("{}/{}{}", self.os, self.arch, variant.unwrap_or_default()))
    }
}

/// One engine. Cheap to make; nothing is connected before the first question.
#[derive(Debug, Clone)]
pub struct Engine {
    endpoint: Endpoint,
    address: Arc<Address>,
}

impl Engine {
    pub fn new(endpoint: Endpoint) -> Self {
        crate::registry::tls::install();
        let address = Arc::new(endpoint.address.clone());
        Self { endpoint, address }
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether the engine is there, and what it is. Takes at most 5 s, through ssh 30 s.
    pub async fn ping(&self) -> Result<Ping, Error> {
        let limit = match self.endpoint.address {
            Address::Ssh { .. } => PING_LIMIT_SSH,
            _ => PING_LIMIT,
        };
        let ask = async {
            let line = self.line()?;
            let request = request(Method::GET, "/_ping", &[])?;
            let answer = line.request(request).await.map_err(|fault| self.absent(&fault))?;
            let header = |name: &str| {
                let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            if !answer.status().is_success() {
                return Err(self.unreachable(&self.refusal(answer.status())));
            }
            let version = self.json("/version").await?.unwrap_or_default();
            let text = |name: &str| version[name].as_str().unwrap_or_default().to_owned();
            let (api_version, buildkit) = (header("api-version"), header("builder-version") == "2");
            Ok(Ping { api_version, os: text("Os"), arch: text("Arch"), buildkit })
        };
        let late = |_| self.unreachable(&format!("no answer within {} s", limit.as_secs()));
        tokio::time::timeout(limit, ask).await.map_err(late)?
    }

    /// A short hash of the engine's own id: tells engines apart without naming one.
    pub async fn identity(&self) -> Result<String, Error> {
        let info = self.json("/info").await?.unwrap_or_default();
        // Newer engines may have none before they belong to a swarm; the name and root serve as well.
        let id = match info["ID"].as_str().filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => format!("{}{}", info["Name"], info["DockerRootDir"]),
        };
        Ok(hex::encode(&Sha256::digest(id.as_bytes()))[..12].to_owned())
    }

    /// What the engine has under a reference or an image id; `None` where it has nothing.
    pub async fn image(&self, name: &str) -> Result<Option<ImageInfo>, Error> {
        let Some(image) = self.json(&format!("/images/{}/json", escape(name))).await? else {
            return Ok(None);
        };
        let text = |name: &str| image[name].as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| -> Vec<String> {
            let items = value.as_array().into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let id = Digest::parse(&text("Id"))
            .map_err(|error| self.strange(&format!("an image id: {error}")))?;
        Ok(Some(ImageInfo {
            id,
            os: text("Os"),
            arch: text("Architecture"),
            variant: Some(text("Variant")).filter(|variant| !variant.is_empty()),
            onbuild: list(&image["Config"]["OnBuild"]),
            repo_tags: list(&image["RepoTags"]),
            manifest: manifest_of(&image),
        }))
    }

    /// How many images the engine has.
    pub async fn image_count(&self) -> Result<usize, Error> {
        let info = self.json("/info").await?.unwrap_or_default();
        let count = info["Images"].as_u64().and_then(|count| usize::try_from(count).ok());
        count.ok_or_else(|| self.strange("no number of images"))
    }

    /// The engine's images, but for those that only others are made of.
    pub async fn images(&self) -> Result<Vec<Listed>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Image {
            id: String,
            repo_tags: Option<Vec<String>>,
        }
        let body = self.body("/images/json").await?.unwrap_or_default();
        let images: Vec<Image> = serde_json::from_slice(&body)
            .map_err(|error| self.strange(&format!("a list of images: {error}")))?;
        let listed = images.into_iter().filter_map(|image| {
            let id = Digest::parse(&image.id).ok()?;
            Some(Listed { id, names: image.repo_tags.unwrap_or_default() })
        });
        Ok(listed.collect())
    }

    /// Gives an image another name.
    pub async fn tag(&self, id: &Digest, name: &Reference) -> Result<(), Error> {
        let options = bollard::query_parameters::TagImageOptions {
            repo: Some(name.repository.to_string()),
            tag: name.tag.as_ref().map(ToString::to_string),
        };
        let line = self.line()?;
        match line.docker.tag_image(id.as_str(), Some(options)).await {
            Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => {
                Err(Error::NoImage {
                    message: format!("the image `{id}` is not in the engine any more"),
                })
            }
            answer => answer.map_err(|error| self.fault(error)),
        }
    }

    /// Builds, names the result `job.name`, and looks it up.
    ///
    /// Dropping the future closes the connection, on which the engine ends the build.
    pub async fn build(
        &self,
        job: &Job,
        mode: Mode,
        archive: Arc<dyn Archive>,
        credentials: &[(String, Credential)],
        reporter: &dyn Reporter,
    ) -> Result<Built, Error> {
        let buildkit = match mode {
            Mode::Classic => false,
            Mode::BuildKit => true,
            Mode::Auto => self.ping().await?.buildkit,
        };
        let id = if buildkit {
            buildkit::build(self, job, credentials, reporter).await?
        } else {
            classic::build(self, job, archive, credentials, reporter).await?
        };
        let lost = || Error::NoImage {
            message: format!("the engine reports a good build, but has no image `{id}`"),
        };
        let info = self.image(&id).await?.ok_or_else(lost)?;
        // The answer's id is what was built; the name might be another build's by now.
        self.tag(&info.id, &job.name).await?;
        let platform = info.platform();
        let engine = self.identity().await?;
        let artifact = Artifact::Engine { engine, id: info.id, name: job.name.clone() };
        Ok(Built { artifact, platform })
    }

    /// What a ping's bad status tells; an engine behind TLS says 400 to plain HTTP.
    fn refusal(&self, status: StatusCode) -> String {
        match &*self.address {
            Address::Tcp { tls: None, .. } if status == StatusCode::BAD_REQUEST => {
                "it seems to want TLS (DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH)".to_owned()
            }
            _ => format!("it answers {status}"),
        }
    }

    fn line(&self) -> Result<Line, Error> {
        Line::new(&self.address).map_err(|error| Error::Engine { message: error.to_string() })
    }

    /// A JSON answer; `None`: 404.
    async fn json(&self, path: &str) -> Result<Option<Value>, Error> {
        let Some(body) = self.body(path).await? else { return Ok(None) };
        serde_json::from_slice(&body)
            .map(Some)
            .map_err(|_| self.strange("an answer that is no JSON"))
    }

    /// The body of a good answer; `None`: 404.
    async fn body(&self, path: &str) -> Result<Option<Bytes>, Error> {
        let line = self.line()?;
        let request = request(Method::GET, path, &[])?;
        let answer = line.request(request).await.map_err(|fault| self.absent(&fault))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), JSON_MAX).collect().await;
        let body = body.map_err(|error| self.strange(&error.to_string()))?.to_bytes();
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if status.is_success() {
            return Ok(Some(body));
        }
        let value: Result<Value, _> = serde_json::from_slice(&body);
        Err(match value {
            Ok(value) => self.strange(value["message"].as_str().unwrap_or(status.as_str())),
            Err(_) => self.strange(&format!("status {status}, and no JSON")),
        })
    }
}

fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Result<BollardRequest, Error> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder
        .body(body_full(Bytes::new()))
        .map_err(|error| Error::Engine { message: error.to_string() })
}

/// A name in a URL's path: everything but what references and ids consist of is escaped.
fn escape(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/:@._-".contains(&b);
    name.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// The engine as one of the builders.
pub struct DockerBuilder {
    pub engine: Engine,
    pub mode: Mode,
    pub archive: Arc<dyn Archive>,
    pub credentials: Arc<Store>,
}

impl Builder for DockerBuilder {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn build<'a>(
        &'a self,
        job: &'a Job,
        reporter: &'a dyn Reporter,
    ) -> BoxFuture<'a, Result<Built, Error>> {
        Box::pin(async move {
            let credentials = lookup(&self.credentials, &job.registries).await?;
            let archive = Arc::clone(&self.archive);
            self.engine.build(job, self.mode, archive, &credentials, reporter).await
        })
    }
}

/// `Descriptor` (API 1.48), before that a repository digest that is the image's own id.
fn manifest_of(image: &Value) -> Option<Digest> {
    let said = image["Descriptor"]["digest"].as_str();
    let id = image["Id"].as_str()?;
    let names = || image["RepoDigests"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let own = || names().any(|name| name.split_once('@').is_some_and(|(_, digest)| digest == id));
    said.or_else(|| own().then_some(id)).and_then(|digest| Digest::parse(digest).ok())
}

/// The credentials for just these registries.
async fn lookup(
    store: &Arc<Store>,
    registries: &[String],
) -> Result<Vec<(String, Credential)>, Error> {
    let (store, registries) = (Arc::clone(store), registries.to_vec());
    let work = tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        for registry in registries {
            if let Some(credential) = store.lookup(&registry)? {
                found.push((registry, credential));
            }
        }
        Ok(found)
    });
    work.await.map_err(|error| Error::Engine { message: error.to_string() })?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_push_sends() {
        let digest = |hex: char| format!("sha256:{}", hex.to_string().repeat(64));
        let (a, b) = (digest('a'), digest('b'));
        let image = |descriptor: Value, name: &str| {
            let names = [format!("x/y@{name}")];
            serde_json::json!({"Id": a, "Descriptor": descriptor, "RepoDigests": names})
        };
        for (image, wanted) in [
            (image(serde_json::json!({"digest": a}), &a), Some(&a)),
            (image(Value::Null, &a), Some(&a)),
            (image(Value::Null, &b), None),
            (serde_json::json!({"Id": a}), None),
        ] {
            let manifest = manifest_of(&image);
            assert_eq!(manifest.as_ref().map(Digest::as_str), wanted.map(|w| &**w), "{image}");
        }
    }

    #[test]
    fn buildkit_variable() {
        for (value, mode) in [
            (None, Mode::Auto),
            (Some(""), Mode::Auto),
            (Some("0"), Mode::Classic),
            (Some("false"), Mode::Classic),
            (Some("1"), Mode::BuildKit),
        ] {
            assert_eq!(Mode::of_variable(value), mode, "{value:?}");
        }
    }

    #[test]
    fn names_in_paths() {
        assert_eq!(escape("r.x:5000/a/b:t@sha256:ff"), "r.x:5000/a/b:t@sha256:ff");
        assert_eq!(escape("a?b c/\u{e9}"), "a%3Fb%20c/%C3%A9");
    }
}
