//! Why a registry gave no answer that is of use, told apart by what can be done about it.
//! No fault holds a credential or an address with a signature in it.

use std::time::Duration;

use oci_distribution::errors::{OciEnvelope, OciErrorCode};
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use super::retry::{self, Again};
use super::{blobs, is_loopback, layout};

/// Largest error body that is read, in bytes.
const BODY_MAX: usize = 64 << 10;
/// Characters of a registry's own words in a message.
const WORDS_MAX: usize = 200;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the registry `{registry}` cannot be reached: {why}")]
    Unreachable { registry: String, why: String },
    /// It answered, and then no more.
    #[error("the connection to the registry `{registry}` broke: {why}")]
    Broken { registry: String, why: String },
    #[error("the registry `{registry}` asks for credentials, or refuses those it got (401)")]
    Unauthorized { registry: String },
    #[error("the registry `{registry}` does not allow this (403)")]
    Forbidden { registry: String },
    #[error(
        "the registry `{registry}` answers no more for now: too many requests (429){}",
        wait(.after)
    )]
    RateLimited { registry: String, after: Option<Duration> },
    #[error("the registry `{registry}` has a fault: {why}{}", wait(.after))]
    Server { registry: String, why: String, after: Option<Duration> },
    #[error("the registry `{registry}` gave an answer that can't be used: {why}")]
    Other { registry: String, why: String },
    /// The content is not what was asked for: never taken, and not asked for again.
    #[error("the registry `{registry}` sent something else than was asked for: {why}")]
    Wrong { registry: String, why: String },
    #[error("`{image}` has no image for {wanted}; it has {}", list(.found))]
    Platform { image: String, wanted: String, found: Vec<String> },
    #[error("`{image}` is not in its registry")]
    Missing { image: String },
    #[error(transparent)]
    Store(#[from] blobs::Error),
    #[error(transparent)]
    Layout(#[from] layout::Error),
    #[error(transparent)]
    Credentials(#[from] super::credentials::Error),
}

fn wait(after: &Option<Duration>) -> String {
    after.map_or_else(String::new, |after| format!("; it asks to wait {} s", after.as_secs()))
}

fn list(found: &[String]) -> String {
    if found.is_empty() { "none at all".to_owned() } else { found.join(", ") }
}

impl Error {
    pub(super) fn other(registry: &str, why: impl Into<String>) -> Self {
        Self::Other { registry: registry.to_owned(), why: why.into() }
    }

    pub(super) fn wrong(registry: &str, why: impl Into<String>) -> Self {
        Self::Wrong { registry: registry.to_owned(), why: why.into() }
    }

    /// A request that got no answer, or an answer that ended before its time.
    pub(super) fn of_request(registry: &str, error: &reqwest::Error) -> Self {
        let (registry, why) = (registry.to_owned(), root_cause(error));
        match error.is_connect() {
            true => Self::Unreachable { registry, why },
            false => Self::Broken { registry, why },
        }
    }

    pub(super) fn silent(registry: &str, limit: Duration) -> Self {
        let why = format!("nothing came for {} s", limit.as_secs());
        Self::Broken { registry: registry.to_owned(), why }
    }

    /// Whether another try may help.
    pub fn again(&self) -> Again {
        match self {
            Self::RateLimited { after, .. } | Self::Server { after, .. } => {
                after.map_or(Again::Soon, Again::After)
            }
            Self::Broken { .. } => Again::Soon,
            // On loopback nothing is on its way up.
            Self::Unreachable { registry, .. } if !is_loopback(registry) => Again::Soon,
            _ => Again::Never,
        }
    }
}

/// An answer that went well; `None`: what was asked for is not there.
pub(super) async fn check(registry: &str, answer: Response) -> Result<Option<Response>, Error> {
    let status = answer.status();
    if status.is_success() {
        return Ok(Some(answer));
    }
    let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = after.and_then(retry::parse_retry_after);
    let body = read_up_to(answer, BODY_MAX).await.unwrap_or_default();
    let envelope: Option<OciEnvelope> = serde_json::from_slice(&body).ok();
    let errors = envelope.map(|envelope| envelope.errors).unwrap_or_default();
    let has = |code: &OciErrorCode| errors.iter().any(|error| error.code == *code);
    let registry = registry.to_owned();
    Err(match status {
        StatusCode::TOO_MANY_REQUESTS => Error::RateLimited { registry, after },
        _ if has(&OciErrorCode::Toomanyrequests) => Error::RateLimited { registry, after },
        StatusCode::UNAUTHORIZED => Error::Unauthorized { registry },
        StatusCode::FORBIDDEN => Error::Forbidden { registry },
        StatusCode::NOT_FOUND => return Ok(None),
        _ if has(&OciErrorCode::Unauthorized) => Error::Unauthorized { registry },
        _ if has(&OciErrorCode::Denied) => Error::Forbidden { registry },
        status => {
            let words = errors.iter().map(|error| error.message.as_str());
            let words = plain(&words.collect::<Vec<_>>().join("; "));
            let sep = if words.is_empty() { "" } else { ": " };
            let why = format!("HTTP status {}{sep}{words}", status.as_u16());
            let passing = status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT;
            match passing {
                true => Error::Server { registry, why, after },
                false => Error::Other { registry, why },
            }
        }
    })
}

/// At most so much of a body; what is longer is cut.
async fn read_up_to(mut answer: Response, limit: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(&chunk[..chunk.len().min(limit - bytes.len())]);
        if bytes.len() == limit {
            break;
        }
    }
    Ok(bytes)
}

/// A stranger's words on one short line.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect()
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
