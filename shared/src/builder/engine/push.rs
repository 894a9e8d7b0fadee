//! Sends an image from the engine to its registry.
//!
//! The digest is the one of the engine's structured answer, and counts only if the name
//! still means our image afterwards: another process may have given it away meanwhile.
//! An engine that keeps its images in containerd tells no digest, since it sends the
//! image's manifest as it is; or it says which one of an index it sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bytes::BytesMut;
use http_body_util::BodyExt;
use hyper::Method;
use serde::Deserialize;

use super::fault::{Meaning, meaning};
use super::{Credential, Engine, Error, answer, escape, request};
use crate::reference::{Digest, Reference, Tag};
use crate::ui::event::{Event, Reporter};

/// Longest line of the engine's answer to a pull or push, in bytes.
const LINE_MAX: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("the registry `{registry}` refuses the push of `{reference}`: {why}")]
    Auth { registry: String, reference: String, why: String },
    #[error("the registry `{registry}` cannot be reached for the push of `{reference}`: {why}")]
    Unreachable { registry: String, reference: String, why: String },
    #[error("the registry `{registry}` takes nothing more for now: {why}")]
    Later { registry: String, why: String },
    #[error("`{reference}` was given to another image while it was pushed")]
    Overtaken { reference: String },
    #[error("the push of `{reference}` failed: {why}")]
    Failed { reference: String, why: String },
    /// The engine itself.
    #[error(transparent)]
    Engine(#[from] Error),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    id: Option<String>,
    status: Option<String>,
    #[serde(rename = "progressDetail")]
    progress: Option<Progress>,
    #[serde(rename = "errorDetail")]
    detail: Option<Detail>,
    error: Option<String>,
    aux: Option<Aux>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Progress {
    current: Option<u64>,
    total: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    message: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Aux {
    #[serde(rename = "Tag")]
    tag: String,
    #[serde(rename = "Digest")]
    digest: String,
    /// Of an index, just this platform's manifest was sent.
    #[serde(rename = "selectedManifest")]
    selected: Option<Selected>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Selected {
    digest: String,
}

impl Engine {
    /// Names the image `id` so, sends it, and returns the manifest's digest.
    ///
    /// `reference` must have a tag. `image` is the name in the config, for events.
    pub async fn push(
        &self,
        id: &Digest,
        reference: &Reference,
        credential: Option<&Credential>,
        image: &str,
        reporter: &dyn Reporter,
    ) -> Result<Digest, PushError> {
        self.tag(id, reference).await?;
        let digest = self.send(reference, credential, image, reporter).await?;
        let now = self.image(&reference.to_string()).await?;
        let Some(now) = now.filter(|now| now.id == *id) else {
            return Err(PushError::Overtaken { reference: reference.to_string() });
        };
        let silent = || refused(reference, "the engine ended without saying the digest");
        digest.or(now.manifest).ok_or_else(silent)
    }

    async fn send(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
        image: &str,
        reporter: &dyn Reporter,
    ) -> Result<Option<Digest>, PushError> {
        let registry = reference.repository.registry();
        let failed = |why: &str| refused(reference, why);
        let tag = reference.tag.as_ref().map_or("latest", Tag::as_str);
        let path = format!("/images/{}/push?tag={tag}", escape(&reference.repository.to_string()));
        let line = self.line()?;
        let auth = header(registry, credential);
        let request = request(Method::POST, &path, &[("X-Registry-Auth", &auth)])?;
        let answer = line.request(request).await.map_err(|fault| self.absent(&fault))?;
        let status = answer.status();
        let mut lines = Lines::new(answer.into_body());
        if !status.is_success() {
            let text = lines.next().await.ok().flatten().unwrap_or_default();
            let text: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
            return Err(failed(text["message"].as_str().unwrap_or(status.as_str())));
        }
        let mut digest = None;
        while let Some(line) = lines.next().await.map_err(|why| self.unreachable(&why))? {
            let Ok(answer) = serde_json::from_slice::<Answer>(&line) else { continue };
            if let Some(why) = answer.detail.map(|detail| detail.message).or(answer.error) {
                return Err(failed(&why));
            }
            if let Some(aux) = answer.aux {
                let sent = aux.selected.map(|manifest| manifest.digest);
                let said = sent.or_else(|| (aux.tag == tag).then_some(aux.digest));
                digest = said.and_then(|text| Digest::parse(&text).ok()).or(digest);
            }
            if let (Some(id), Some(status)) = (answer.id, answer.status) {
                let progress = answer.progress.unwrap_or_default();
                reporter.event(Event::Transfer {
                    image: image.to_owned(),
                    id,
                    status,
                    current: progress.current.unwrap_or(0),
                    total: progress.total,
                });
            }
        }
        Ok(digest)
    }
}

/// The engine's words about a registry, sorted.
fn refused(reference: &Reference, why: &str) -> PushError {
    let registry = reference.repository.registry().to_owned();
    let (reference, why) = (reference.to_string(), why.to_owned());
    match meaning(&why) {
        Meaning::Auth => PushError::Auth { registry, reference, why },
        Meaning::Unreachable => PushError::Unreachable { registry, reference, why },
        Meaning::Later => PushError::Later { registry, why },
        Meaning::Other => PushError::Failed { reference, why },
    }
}

/// `X-Registry-Auth`: an object even without credentials, since older engines insist on one.
pub(super) fn header(registry: &str, credential: Option<&Credential>) -> String {
    let credentials = credential.map(|credential| answer::docker_credentials(registry, credential));
    let text = credentials.and_then(|credentials| serde_json::to_vec(&credentials).ok());
    URL_SAFE.encode(zeroize::Zeroizing::new(text.unwrap_or_else(|| b"{}".to_vec())))
}

/// An answer's body by lines.
pub(super) struct Lines {
    body: hyper::body::Incoming,
    buffer: BytesMut,
    longest: usize,
}

impl Lines {
    pub(super) fn new(body: hyper::body::Incoming) -> Self {
        Self { body, buffer: BytesMut::new(), longest: LINE_MAX }
    }

    /// With another limit on a line's length, in bytes.
    pub(super) fn up_to(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    pub(super) async fn next(&mut self) -> Result<Option<BytesMut>, String> {
        let mut searched = 0;
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer[searched..]) {
                return Ok(Some(self.buffer.split_to(searched + end + 1)));
            }
            searched = self.buffer.len();
            if searched > self.longest {
                let mebibytes = self.longest >> 20;
                return Err(format!("a line of its answer is longer than {mebibytes} MiB"));
            }
            match self.body.frame().await {
                None if self.buffer.is_empty() => return Ok(None),
                None => return Ok(Some(self.buffer.split())),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => return Err(format!("the connection broke: {error}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::secret::Secret;

    #[test]
    fn headers_that_engines_understand() {
        let decode = |text: &str| String::from_utf8(URL_SAFE.decode(text).unwrap()).unwrap();
        assert_eq!(decode(&header("r.x", None)), "{}");
        let token = Credential::IdentityToken(Secret::new("t"));
        let text = decode(&header("docker.io", Some(&token)));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["identitytoken"], "t");
        assert_eq!(value["serveraddress"], "https://index.docker.io/v1/");
    }
}
