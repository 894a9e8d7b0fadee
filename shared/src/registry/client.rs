//! What a registry has under a name, and another name for what it has already.
//! Uploads no layer.
//!
//! A loopback registry may speak plain HTTP or show any certificate, as docker has it;
//! every other one is asked over checked TLS. Faults are told apart by what the caller
//! can do about them.

use futures_util::StreamExt;
use oci_distribution::client::{ClientConfig, ClientProtocol};
use oci_distribution::errors::{OciDistributionError as Fault, OciErrorCode};
use oci_distribution::manifest::OciDescriptor;
use oci_distribution::secrets::RegistryAuth;

use super::credentials::Credential;
use super::manifest::{self, Manifest};
use super::retry::{self, Again};
use super::{is_loopback, tls};
use crate::reference::{Digest, HUB, Reference};

const CONNECT_LIMIT: std::time::Duration = std::time::Duration::from_secs(10);
const READ_LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

/// Why a registry gave no answer that is of use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the registry `{registry}` cannot be reached: {why}")]
    Unreachable { registry: String, why: String },
    #[error("the registry `{registry}` asks for credentials, or refuses those it got (401)")]
    Unauthorized { registry: String },
    #[error("the registry `{registry}` does not allow this (403)")]
    Forbidden { registry: String },
    #[error("the registry `{registry}` answers no more for now: too many requests (429)")]
    RateLimited { registry: String },
    #[error("the registry `{registry}` has a fault: {why}")]
    Server { registry: String, why: String },
    #[error("the registry `{registry}` gave an answer that can't be used: {why}")]
    Other { registry: String, why: String },
}

/// A client for any registry.
#[derive(Debug, Clone)]
pub struct Client {
    /// Whether a fault that may pass is tried again.
    patient: bool,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    pub fn new() -> Self {
        tls::install();
        Self { patient: true }
    }

    /// One that asks once: for questions that work goes on without.
    pub fn impatient() -> Self {
        tls::install();
        Self { patient: false }
    }

    /// The digest of the manifest under a tag or digest; `None` where there is none.
    pub async fn digest_of(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
    ) -> Result<Option<Digest>, Error> {
        let found = self
            .ask(reference, credential, async |line: Line| {
                line.client.fetch_manifest_digest(&line.name, &line.auth).await
            })
            .await?;
        let invalid = |_| Error::other(reference, "no valid digest");
        found.map(|digest| Digest::parse(&digest).map_err(invalid)).transpose()
    }

    /// The manifest under a tag or digest; `None` where there is none.
    pub async fn manifest(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
    ) -> Result<Option<Manifest>, Error> {
        let found = self
            .ask(reference, credential, async |line: Line| {
                let types = &manifest::MEDIA_TYPES;
                line.client.pull_manifest_raw(&line.name, &line.auth, types).await
            })
            .await?;
        let Some((bytes, _)) = found else { return Ok(None) };
        let manifest = Manifest::of(bytes.to_vec());
        let wanted = reference.digest.as_ref();
        if wanted.is_some_and(|digest| *digest != manifest.digest) {
            return Err(Error::other(reference, "a manifest of another digest"));
        }
        Ok(Some(manifest))
    }

    /// Puts a manifest under a tag. What it names must be in the repository already.
    pub async fn put_manifest(
        &self,
        reference: &Reference,
        manifest: &Manifest,
        credential: Option<&Credential>,
    ) -> Result<(), Error> {
        let put = self.ask(reference, credential, async |line: Line| {
            line.client.store_auth_if_needed(line.name.resolve_registry(), &line.auth).await;
            let bytes = manifest.bytes.clone();
            let kind = manifest.media_type.parse();
            let kind = kind.map_err(|_| Fault::UnsupportedMediaTypeError(String::new()))?;
            line.client.push_manifest_raw(&line.name, bytes, kind).await
        });
        match put.await? {
            Some(_) => Ok(()),
            None => Err(Error::other(reference, "what the manifest names is not there")),
        }
    }

    /// A blob of the reference's repository, at most `limit` bytes of it.
    pub async fn blob(
        &self,
        reference: &Reference,
        digest: &Digest,
        limit: usize,
        credential: Option<&Credential>,
    ) -> Result<Option<Vec<u8>>, Error> {
        self.ask(reference, credential, async |line: Line| {
            line.client.store_auth_if_needed(line.name.resolve_registry(), &line.auth).await;
            let layer = OciDescriptor { digest: digest.to_string(), ..OciDescriptor::default() };
            let mut blob = line.client.pull_blob_stream(&line.name, &layer).await?.stream;
            let mut bytes = Vec::new();
            while let Some(chunk) = blob.next().await {
                bytes.extend_from_slice(&chunk?);
                if bytes.len() > limit {
                    return Err(Fault::GenericError(Some("a blob that is too large".to_owned())));
                }
            }
            Ok(bytes)
        })
        .await
    }

    /// Asks by each protocol that may serve; `None`: it is not there.
    async fn ask<T>(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
        question: impl AsyncFn(Line) -> Result<T, Fault>,
    ) -> Result<Option<T>, Error> {
        let registry = reference.repository.registry();
        let protocols: &[_] = if is_loopback(registry) {
            &[ClientProtocol::Https, ClientProtocol::Http]
        } else {
            &[ClientProtocol::Https]
        };
        let mut last = None;
        for protocol in protocols {
            let question = &question;
            let once = || async move {
                let line = Line::new(reference, credential, protocol.clone())?;
                match question(line).await {
                    Ok(answer) => Ok(Some(answer)),
                    Err(fault) => classify(registry, &fault).map(|()| None),
                }
            };
            let again = |error: &Error| match self.patient {
                true => again(error, registry),
                false => Again::Never,
            };
            match retry::retry(once, again).await {
                Err(error @ Error::Unreachable { .. }) => last = Some(error),
                answer => return answer,
            }
        }
        Err(last.unwrap_or_else(|| Error::Unreachable {
            registry: registry.to_owned(),
            why: "no protocol to ask with".to_owned(),
        }))
    }
}

impl Error {
    fn other(reference: &Reference, why: &str) -> Self {
        let registry = reference.repository.registry().to_owned();
        Self::Other { registry, why: why.to_owned() }
    }
}

fn again(error: &Error, registry: &str) -> Again {
    match error {
        Error::RateLimited { .. } | Error::Server { .. } => Again::Soon,
        // On loopback the other protocol is the better second try.
        Error::Unreachable { .. } if !is_loopback(registry) => Again::Soon,
        _ => Again::Never,
    }
}

/// A client for one protocol, with what it is asked about in its own terms.
struct Line {
    client: oci_distribution::Client,
    name: oci_distribution::Reference,
    auth: RegistryAuth,
}

impl Line {
    fn new(
        reference: &Reference,
        credential: Option<&Credential>,
        protocol: ClientProtocol,
    ) -> Result<Self, Error> {
        let registry = reference.repository.registry();
        let auth = match credential {
            None => RegistryAuth::Anonymous,
            Some(Credential::Password { username, password }) => {
                RegistryAuth::Basic(username.clone(), password.expose().to_owned())
            }
            Some(Credential::RegistryToken(token)) => {
                RegistryAuth::Bearer(token.expose().to_owned())
            }
            Some(Credential::IdentityToken(_)) => {
                let why = "it is opened by an identity token, which only an engine can use";
                return Err(Error::other(reference, why));
            }
        };
        let client = oci_distribution::Client::new(ClientConfig {
            protocol,
            accept_invalid_certificates: is_loopback(registry),
            connect_timeout: Some(CONNECT_LIMIT),
            read_timeout: Some(READ_LIMIT),
            ..ClientConfig::default()
        });
        let host = if registry == HUB { "docker.io" } else { registry }.to_owned();
        let path = reference.repository.path().to_owned();
        let name = match (&reference.digest, &reference.tag) {
            (Some(digest), _) => {
                oci_distribution::Reference::with_digest(host, path, digest.to_string())
            }
            (None, tag) => {
                let tag = tag.as_ref().map_or("latest", |tag| tag.as_str());
                oci_distribution::Reference::with_tag(host, path, tag.to_owned())
            }
        };
        Ok(Self { client, name, auth })
    }
}

/// Sorts the client's faults once, here; `Ok`: what was asked for is not there.
/// None of them holds a credential.
fn classify(registry: &str, fault: &Fault) -> Result<(), Error> {
    let registry = registry.to_owned();
    Err(match fault {
        Fault::ImageManifestNotFoundError(_) => return Ok(()),
        Fault::UnauthorizedError { .. } | Fault::AuthenticationFailure(_) => {
            Error::Unauthorized { registry }
        }
        Fault::ServerError { code, .. } => match code {
            401 => Error::Unauthorized { registry },
            403 => Error::Forbidden { registry },
            404 => return Ok(()),
            429 => Error::RateLimited { registry },
            code => Error::Server { registry, why: format!("HTTP status {code}") },
        },
        Fault::RegistryError { envelope, .. } => {
            let has = |code: OciErrorCode| envelope.errors.iter().any(|error| error.code == code);
            if has(OciErrorCode::ManifestUnknown)
                || has(OciErrorCode::NameUnknown)
                || has(OciErrorCode::NotFound)
            {
                return Ok(());
            } else if has(OciErrorCode::Unauthorized) {
                Error::Unauthorized { registry }
            } else if has(OciErrorCode::Denied) {
                Error::Forbidden { registry }
            } else if has(OciErrorCode::Toomanyrequests) {
                Error::RateLimited { registry }
            } else {
                Error::Other { registry, why: envelope.to_string() }
            }
        }
        Fault::RequestError(error) => Error::Unreachable { registry, why: root_cause(error) },
        Fault::IoError(error) => Error::Unreachable { registry, why: error.to_string() },
        fault => Error::Other { registry, why: fault.to_string() },
    })
}

/// The innermost cause, without the URL that stands in the outer ones.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = inner.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
