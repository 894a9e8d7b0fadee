//! Requests to registries: over which protocol, with which header of authorisation, and
//! where an answer's redirection may lead.
//!
//! A loopback registry may speak plain HTTP or show any certificate, as docker has it, and
//! so may one that the machine's owner says so of; every other one is asked over checked TLS. Redirections are followed here and not by
//! the HTTP client, because no credential may go to another origin, nor an answer be asked
//! for over a weaker line than the question.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, WWW_AUTHENTICATE};
use reqwest::{Client, Method, Response, StatusCode, Url};

use super::auth::{Challenge, Scope, Tokens};
use super::credentials::Credential;
use super::hosts::{Hosts, Rule};
use super::{Error, fault, is_loopback, tls};
use crate::reference::HUB;

pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The longest silence of a registry that is waited through.
pub(super) const READ_LIMIT: Duration = Duration::from_secs(60);
const REDIRECTS_MAX: u8 = 5;

/// The registry that a request is for, and who asks.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    /// As names have it, `host[:port]`.
    pub(super) registry: &'a str,
    pub(super) scope: &'a Scope,
    pub(super) credential: Option<&'a Credential>,
}

/// A request that can be made again: after a challenge, or where a redirection leads.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    /// Makes the body, and says its length.
    pub(super) body: Option<&'a (dyn Fn() -> (reqwest::Body, u64) + Send + Sync)>,
    /// For the head of the answer. An upload has its own watch.
    pub(super) limit: Duration,
}

impl Request<'_> {
    pub(super) fn new(method: Method) -> Self {
        Self { method, headers: HeaderMap::new(), body: None, limit: READ_LIMIT }
    }
}

/// Where a request goes.
pub(super) enum Target<'a> {
    /// Below `/v2/` of the registry.
    Path(&'a str),
    /// Where the registry said.
    Url(Url),
}

/// The connections of this process to registries.
pub(super) struct Http {
    pub(super) hosts: Hosts,
    strict: Client,
    /// For loopback and what is said to be insecure: any certificate does.
    lax: Client,
    /// For registries with certificates of their own.
    own: Mutex<HashMap<String, Client>>,
    tokens: Tokens,
    /// Which protocol a loopback registry speaks.
    schemes: Mutex<HashMap<String, &'static str>>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http")
    }
}

impl Http {
    pub(super) fn new(hosts: Hosts) -> Self {
        tls::install();
        let plain = "a provider of TLS is installed, and nothing else can be missing";
        Self {
            hosts,
            strict: builder().build().expect(plain),
            lax: builder().tls_danger_accept_invalid_certs(true).build().expect(plain),
            own: Mutex::default(),
            tokens: Tokens::default(),
            schemes: Mutex::default(),
        }
    }

    /// The connections to this registry.
    fn client(&self, registry: &str) -> Result<Client, Error> {
        let rule = self.hosts.rule(registry);
        let Some(rule) = rule.filter(|r| !r.authorities.is_empty() || r.client.is_some()) else {
            return Ok(if self.is_lax(registry) { &self.lax } else { &self.strict }.clone());
        };
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = own.get(registry) {
            return Ok(client.clone());
        }
        let client = with_certificates(registry, rule)?;
        own.insert(registry.to_owned(), client.clone());
        Ok(client)
    }

    fn is_lax(&self, registry: &str) -> bool {
        is_loopback(registry) || self.hosts.rule(registry).is_some_and(|rule| rule.insecure)
    }

    fn schemes(&self, registry: &str) -> Vec<&'static str> {
        if !self.is_lax(registry) {
            return vec!["https"];
        }
        let known = self.schemes.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(registry).map_or_else(|| vec!["https", "http"], |scheme| vec![scheme])
    }

    /// Sends a request and gives the head of the final answer, whatever its status.
    pub(super) async fn send(
        &self,
        asker: Asker<'_>,
        target: Target<'_>,
        request: &Request<'_>,
    ) -> Result<Response, Error> {
        let registry = asker.registry;
        let path = match target {
            Target::Url(url) => return self.at(asker, url, request).await,
            Target::Path(path) => path,
        };
        let mut last = None;
        for scheme in self.schemes(registry) {
            let host = if registry == HUB { "registry-1.docker.io" } else { registry };
            let url = Url::parse(&format!("{scheme}://{host}/v2/{path}"));
            let url = url.map_err(|_| Error::other(registry, "its name is no address"))?;
            match self.at(asker, url, request).await {
                // Plain HTTP answers a TLS greeting with something that is none.
                Err(error @ Error::Unreachable { .. }) => last = Some(error),
                answer => {
                    let mut known = self.schemes.lock().unwrap_or_else(PoisonError::into_inner);
                    known.insert(registry.to_owned(), scheme);
                    return answer;
                }
            }
        }
        Err(last.unwrap_or_else(|| Error::other(registry, "no protocol to ask with")))
    }

    async fn at(
        &self,
        asker: Asker<'_>,
        mut url: Url,
        request: &Request<'_>,
    ) -> Result<Response, Error> {
        let Asker { registry, scope, credential } = asker;
        let mut header = self.tokens.known(registry, scope, credential);
        let mut answered = false;
        let mut redirects = 0;
        loop {
            let own = self.is_registry(registry, &url);
            let sent = header.as_ref().filter(|_| own);
            let answer = self.once(registry, &url, request, sent).await?;
            let status = answer.status();
            // Nobody but the registry itself is told who we are.
            if status == StatusCode::UNAUTHORIZED && own && !answered {
                let challenges = answer.headers().get_all(WWW_AUTHENTICATE);
                if let Some(challenge) = Challenge::read(challenges.iter()) {
                    answered = true;
                    let (http, tokens) = (self.client(registry)?, &self.tokens);
                    header = tokens.answer(&http, registry, challenge, scope, credential).await?;
                    if header.is_some() {
                        continue;
                    }
                }
            }
            let location = answer.headers().get(LOCATION).filter(|_| status.is_redirection());
            let Some(location) = location else { return Ok(answer) };
            redirects += 1;
            if redirects > REDIRECTS_MAX {
                return Err(Error::other(registry, "it redirects without an end"));
            }
            url = follow(registry, &url, location)?;
        }
    }

    /// Whether an address that the registry gave is its own.
    fn is_registry(&self, registry: &str, url: &Url) -> bool {
        let host = if registry == HUB { "registry-1.docker.io" } else { registry };
        self.schemes(registry).iter().any(|scheme| {
            Url::parse(&format!("{scheme}://{host}/"))
                .is_ok_and(|home| home.origin() == url.origin())
        })
    }

    async fn once(
        &self,
        registry: &str,
        url: &Url,
        request: &Request<'_>,
        header: Option<&HeaderValue>,
    ) -> Result<Response, Error> {
        let mut ready = self.client(registry)?.request(request.method.clone(), url.clone());
        ready = ready.headers(request.headers.clone());
        if let Some(header) = header {
            ready = ready.header(AUTHORIZATION, header);
        }
        if let Some(body) = request.body {
            let (body, length) = body();
            ready = ready.header(reqwest::header::CONTENT_LENGTH, length).body(body);
        }
        let answer = tokio::time::timeout(request.limit, ready.send()).await;
        let answer = answer.map_err(|_| Error::silent(registry, request.limit))?;
        answer.map_err(|error| Error::of_request(registry, &error))
    }

    /// As [`Http::send`], with failures sorted; `None`: it is not there.
    pub(super) async fn ask(
        &self,
        asker: Asker<'_>,
        target: Target<'_>,
        request: &Request<'_>,
    ) -> Result<Option<Response>, Error> {
        let answer = self.send(asker, target, request).await?;
        fault::check(asker.registry, answer).await
    }
}

fn builder() -> reqwest::ClientBuilder {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .user_agent(concat!("ds/", env!("CARGO_PKG_VERSION")))
}

/// Connections to a registry whose authorities are given, and which may want to see our
/// own certificate. Also on loopback, it is then checked.
fn with_certificates(registry: &str, rule: &Rule) -> Result<Client, Error> {
    let read = |path: &std::path::Path| {
        std::fs::read(path)
            .map_err(|error| Error::other(registry, format!("`{}`: {error}", path.display())))
    };
    let bad = |path: &std::path::Path| {
        Error::other(registry, format!("`{}` holds no certificate", path.display()))
    };
    let mut builder = builder().tls_danger_accept_invalid_certs(rule.insecure);
    let mut roots = Vec::new();
    for path in &rule.authorities {
        let found = reqwest::Certificate::from_pem_bundle(&read(path)?).map_err(|_| bad(path))?;
        roots.extend(found);
    }
    builder = builder.tls_certs_merge(roots);
    if let Some((certificate, key)) = &rule.client {
        let mut pem = zeroize::Zeroizing::new(read(certificate)?);
        pem.extend_from_slice(&zeroize::Zeroizing::new(read(key)?));
        let identity = reqwest::Identity::from_pem(&pem).map_err(|_| bad(certificate))?;
        builder = builder.identity(identity);
    }
    builder.build().map_err(|error| Error::other(registry, error.to_string()))
}

/// Where a redirection leads, if we may go there.
pub(super) fn follow(registry: &str, from: &Url, to: &HeaderValue) -> Result<Url, Error> {
    let to = to.to_str().ok().and_then(|text| from.join(text).ok());
    let mut to = to.ok_or_else(|| Error::other(registry, "it redirects to what is no address"))?;
    // A registry behind a proxy that ends TLS often doesn't know of it.
    if to.host() == from.host() && to.port() == from.port() && to.scheme() == "http" {
        let _ = to.set_scheme(from.scheme());
    }
    let weaker = from.scheme() == "https" && to.scheme() != "https";
    if !matches!(to.scheme(), "http" | "https") || weaker {
        return Err(Error::other(registry, "it redirects to an address without TLS"));
    }
    Ok(to)
}

/// A body of at most `limit` bytes; a longer one is an error.
pub(super) async fn body(
    registry: &str,
    mut answer: Response,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = next(registry, &mut answer).await? {
        if bytes.len() + chunk.len() > limit {
            let why = format!("it is longer than {limit} bytes");
            return Err(Error::other(registry, why));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The next piece of an answer.
pub(super) async fn next(
    registry: &str,
    answer: &mut Response,
) -> Result<Option<bytes::Bytes>, Error> {
    let chunk = tokio::time::timeout(READ_LIMIT, answer.chunk()).await;
    let chunk = chunk.map_err(|_| Error::silent(registry, READ_LIMIT))?;
    chunk.map_err(|error| Error::of_request(registry, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirections_lead_over_no_weaker_line() {
        let from = Url::parse("https://r.io/v2/a/blobs/x").unwrap();
        let table = [
            ("/b?c=d", Some("https://r.io/b?c=d")),
            ("https://cdn.io/x", Some("https://cdn.io/x")),
            ("http://r.io/y", Some("https://r.io/y")),
            ("http://r.io:80/y", Some("https://r.io/y")),
            ("http://cdn.io/x", None),
            ("file:///etc/passwd", None),
            ("http://", None),
        ];
        for (to, end) in table {
            let found = follow("r.io", &from, &HeaderValue::from_str(to).unwrap()).ok();
            assert_eq!(found.as_ref().map(Url::as_str), end, "{to}");
        }
        let plain = Url::parse("http://127.0.0.1:5000/v2/").unwrap();
        let to = HeaderValue::from_static("http://127.0.0.1:6000/x");
        assert!(follow("127.0.0.1:5000", &plain, &to).is_ok());
    }
}
