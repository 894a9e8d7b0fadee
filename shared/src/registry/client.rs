//! What a registry has under a name. Asks, and never uploads.
//!
//! A loopback registry may speak plain HTTP or show any certificate, as docker has it;
//! every other one is asked over checked TLS. Faults are told apart by what the caller
//! can do about them.

use oci_distribution::client::{ClientConfig, ClientProtocol};
use oci_distribution::errors::{OciDistributionError as Fault, OciErrorCode};
use oci_distribution::secrets::RegistryAuth;

use super::credentials::Credential;
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
#[derive(Debug, Clone, Default)]
pub struct Client(());

impl Client {
    pub fn new() -> Self {
        tls::install();
        Self(())
    }

    /// The digest of the manifest under a tag or digest; `None` where there is none.
    pub async fn digest_of(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
    ) -> Result<Option<Digest>, Error> {
        let registry = reference.repository.registry();
        let protocols: &[_] = if is_loopback(registry) {
            &[ClientProtocol::Https, ClientProtocol::Http]
        } else {
            &[ClientProtocol::Https]
        };
        let mut last = None;
        for protocol in protocols {
            let ask = || ask(reference, credential, protocol.clone());
            match retry::retry(ask, |error| again(error, registry)).await {
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

fn again(error: &Error, registry: &str) -> Again {
    match error {
        Error::RateLimited { .. } | Error::Server { .. } => Again::Soon,
        // On loopback the other protocol is the better second try.
        Error::Unreachable { .. } if !is_loopback(registry) => Again::Soon,
        _ => Again::Never,
    }
}

async fn ask(
    reference: &Reference,
    credential: Option<&Credential>,
    protocol: ClientProtocol,
) -> Result<Option<Digest>, Error> {
    let registry = reference.repository.registry();
    let other = |why: &str| Error::Other { registry: registry.to_owned(), why: why.to_owned() };
    let auth = match credential {
        None => RegistryAuth::Anonymous,
        Some(Credential::Password { username, password }) => {
            RegistryAuth::Basic(username.clone(), password.expose().to_owned())
        }
        Some(Credential::RegistryToken(token)) => RegistryAuth::Bearer(token.expose().to_owned()),
        Some(Credential::IdentityToken(_)) => {
            return Err(other("it is opened by an identity token, which only an engine can use"));
        }
    };
    let client = oci_distribution::Client::new(ClientConfig {
        protocol,
        accept_invalid_certificates: is_loopback(registry),
        connect_timeout: Some(CONNECT_LIMIT),
        read_timeout: Some(READ_LIMIT),
        ..ClientConfig::default()
    });
    let repository = &reference.repository;
    let host = if registry == HUB { "docker.io" } else { registry }.to_owned();
    let path = repository.path().to_owned();
    let name = match (&reference.digest, &reference.tag) {
        (Some(digest), _) => {
            oci_distribution::Reference::with_digest(host, path, digest.to_string())
        }
        (None, tag) => {
            let tag = tag.as_ref().map_or("latest", |tag| tag.as_str());
            oci_distribution::Reference::with_tag(host, path, tag.to_owned())
        }
    };
    match client.fetch_manifest_digest(&name, &auth).await {
        Ok(digest) => Digest::parse(&digest).map(Some).map_err(|_| other("no valid digest")),
        Err(fault) => classify(registry, &fault),
    }
}

/// Sorts the client's faults once, here. None of them holds a credential.
fn classify(registry: &str, fault: &Fault) -> Result<Option<Digest>, Error> {
    let registry = registry.to_owned();
    Err(match fault {
        Fault::ImageManifestNotFoundError(_) => return Ok(None),
        Fault::UnauthorizedError { .. } | Fault::AuthenticationFailure(_) => {
            Error::Unauthorized { registry }
        }
        Fault::ServerError { code, .. } => match code {
            401 => Error::Unauthorized { registry },
            403 => Error::Forbidden { registry },
            404 => return Ok(None),
            429 => Error::RateLimited { registry },
            code => Error::Server { registry, why: format!("HTTP status {code}") },
        },
        Fault::RegistryError { envelope, .. } => {
            let has = |code: OciErrorCode| envelope.errors.iter().any(|error| error.code == code);
            if has(OciErrorCode::ManifestUnknown)
                || has(OciErrorCode::NameUnknown)
                || has(OciErrorCode::NotFound)
            {
                return Ok(None);
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
