//! One request to the API server: its time limit, its retries, and its error in our
//! words. JSON in, JSON out.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Method;
use kube::core::Status;
use serde_json::Value;

use super::connect::Cluster;
use super::error::{Error, What};

/// No answer takes longer; server-side apply with slow webhooks takes up to 30 s.
const LIMIT: Duration = Duration::from_secs(35);
/// How often a busy server is asked again.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A request before it is sent.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Vec<u8>,
    content: &'static str,
    accept: &'static str,
    pub what: What,
}

/// A merge patch, a strategic merge patch, a JSON patch, server-side apply.
pub const MERGE: &str = "application/merge-patch+json";
pub const JSON_PATCH: &str = "application/json-patch+json";
pub const STRATEGIC: &str = "application/strategic-merge-patch+json";
/// The server reads it as YAML, of which JSON is a part.
pub const APPLY: &str = "application/apply-patch+yaml";
/// Only the metadata of objects.
pub const METADATA_LIST: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

impl Call {
    pub fn get(path: impl Into<String>, what: What) -> Self {
        Self::new(Method::GET, path, what)
    }

    pub fn post(path: impl Into<String>, what: What, body: &Value) -> Self {
        Self { body: bytes(body), ..Self::new(Method::POST, path, what) }
    }

    pub fn patch(path: impl Into<String>, what: What, kind: &'static str, body: &Value) -> Self {
        Self { body: bytes(body), content: kind, ..Self::new(Method::PATCH, path, what) }
    }

    pub fn delete(path: impl Into<String>, what: What, body: &Value) -> Self {
        Self { body: bytes(body), ..Self::new(Method::DELETE, path, what) }
    }

    fn new(method: Method, path: impl Into<String>, what: What) -> Self {
        let (path, query, body) = (path.into(), Vec::new(), Vec::new());
        let json = "application/json";
        Self { method, path, query, body, content: json, accept: json, what }
    }

    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut uri = self.path.clone();
        if !self.query.is_empty() {
            let pairs = self.query.iter().map(|(name, value)| (*name, value.as_str()));
            let query =
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            uri = format!("{uri}?{query}");
        }
        http::Request::builder()
            .method(self.method.clone())
            .uri(uri)
            .header(http::header::ACCEPT, self.accept)
            .header(http::header::CONTENT_TYPE, self.content)
            .body(self.body.clone())
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

impl Cluster {
    /// Sends a request and reads its JSON. A busy server is asked again for a while.
    pub async fn call(&self, call: &Call) -> Result<Value, Error> {
        let text = self.text(call).await?;
        serde_json::from_str(&text).map_err(|error| self.not_understood(&call.what, &error))
    }

    /// The same, for an answer that is no JSON.
    pub async fn text(&self, call: &Call) -> Result<String, Error> {
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let error = match self.once(call).await {
                Ok(text) => return Ok(text),
                Err(error) => error,
            };
            let asked = match &error {
                kube::Error::Api(status) => busy(status),
                // What is read or applied may be sent twice; what is created may not.
                _ if call.method == Method::POST => None,
                other => dropped(other).then_some(wait),
            };
            let Some(asked) = asked.filter(|_| attempt < TRIES) else {
                return Err(self.explain(error, &call.what));
            };
            tokio::time::sleep(asked.max(wait).min(LONGEST_WAIT)).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        unreachable!("the last attempt returns")
    }

    /// What a server sends as long as it has something: logs that are followed.
    pub async fn stream(
        &self,
        call: &Call,
    ) -> Result<impl futures_util::io::AsyncBufRead + use<>, Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let request = call.request().map_err(|error| self.not_understood(&call.what, &error))?;
        self.client().request_stream(request).await.map_err(|error| self.explain(error, &call.what))
    }

    /// How many requests were sent.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    async fn once(&self, call: &Call) -> Result<String, kube::Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let request = call.request().map_err(kube::Error::HttpError)?;
        match tokio::time::timeout(LIMIT, self.client().request_text(request)).await {
            Ok(result) => result,
            Err(elapsed) => Err(kube::Error::Service(Box::new(elapsed))),
        }
    }

    fn not_understood(&self, what: &What, error: &dyn std::error::Error) -> Error {
        Error::Answer { about: self.about().clone(), what: what.clone(), why: error.to_string() }
    }

    /// An error of kube's client in our words.
    pub fn explain(&self, error: kube::Error, what: &What) -> Error {
        let (about, what) = (self.about().clone(), what.clone());
        match error {
            kube::Error::Api(status) => of_status(about, what, *status),
            kube::Error::Service(error) if error.is::<tokio::time::error::Elapsed>() => {
                Error::Slow { about, what, seconds: LIMIT.as_secs() }
            }
            kube::Error::Auth(error) => Error::Credentials { about, why: error.to_string() },
            kube::Error::SerdeError(error) => Error::Answer { about, what, why: error.to_string() },
            other => {
                let why = innermost(&other);
                match why.contains("certificate") || why.contains("UnknownIssuer") {
                    true => Error::Untrusted { about, why },
                    false => Error::Unreachable { about, why },
                }
            }
        }
    }
}

fn of_status(about: super::error::About, what: What, status: Status) -> Error {
    let said = status.message.clone();
    match (status.code, status.reason.as_str()) {
        (401, _) => Error::Unauthorized { about, said },
        // Admission and quota answer 403, too; RBAC names the user.
        (403, _) if said.contains("cannot ") && said.contains("User ") => {
            Error::Forbidden { about, what, said }
        }
        (409, "Conflict") if is_of_fields(&status) => conflict(what, &status),
        (429 | 503 | 504, _) => Error::Busy { about, what, said },
        (code, _) => Error::Refused { about, what, code, reason: status.reason, said },
    }
}

fn is_of_fields(status: &Status) -> bool {
    causes(status).any(|cause| cause.reason == "FieldManagerConflict")
}

fn causes(status: &Status) -> impl Iterator<Item = &kube::core::response::StatusCause> {
    status.details.iter().flat_map(|details| &details.causes)
}

/// A cause's message is `conflict with "MANAGER" using apps/v1`.
fn conflict(what: What, status: &Status) -> Error {
    let (mut managers, mut fields): (Vec<String>, _) = (Vec::new(), Vec::new());
    for cause in causes(status).filter(|cause| cause.reason == "FieldManagerConflict") {
        let manager = cause.message.split('"').nth(1).unwrap_or("another manager").to_owned();
        fields.push(format!("{} (`{manager}`)", cause.field));
        if !managers.contains(&manager) {
            managers.push(manager);
        }
    }
    Error::Conflict { what, managers, fields }
}

/// How long a busy server wants us to wait.
fn busy(status: &Status) -> Option<Duration> {
    let seconds = status.details.as_ref().map_or(0, |details| details.retry_after_seconds);
    matches!(status.code, 429 | 503 | 504).then(|| Duration::from_secs(seconds.into()))
}

/// Whether a connection broke: the server may have been restarted meanwhile.
fn dropped(error: &kube::Error) -> bool {
    let why = innermost(error);
    ["connection reset", "connection closed", "broken pipe", "IncompleteMessage"]
        .iter()
        .any(|words| why.contains(words))
}

/// The last cause is the one that says something: `Connection refused`.
fn innermost(error: &kube::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests;
