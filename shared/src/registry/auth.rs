//! How a registry is opened: the challenges of its 401, and the tokens that answer them.
//!
//! Rules: distribution's `spec/auth/token.md` and `oauth.md`, RFC 7235. A credential goes
//! to the registry that it is for and to the token server which that registry names, never
//! over plain HTTP except on loopback, and to nobody that a redirection leads to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use reqwest::header::HeaderValue;
use serde::Deserialize;

use super::credentials::Credential;
use super::{Error, is_loopback};
use crate::util::secret::Secret;

/// A token that doesn't say how long it serves does for a minute (`token.md`).
const TOKEN_LIFE: u64 = 60;
/// A token is not used in its last seconds.
const MARGIN: Duration = Duration::from_secs(5);
const CLIENT: &str = "ds";

/// What a request is about to do, as token servers are asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Scope(Vec<String>);

impl Scope {
    pub(super) fn pull(path: &str) -> Self {
        Self(vec![format!("repository:{path}:pull")])
    }

    pub(super) fn push(path: &str) -> Self {
        Self(vec![format!("repository:{path}:pull,push")])
    }

    pub(super) fn delete(path: &str) -> Self {
        Self(vec![format!("repository:{path}:pull,delete")])
    }

    /// With reading from another repository, for mounts.
    pub(super) fn and_pull(mut self, path: &str) -> Self {
        self.0.push(format!("repository:{path}:pull"));
        self
    }
}

/// What a registry wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    Bearer { realm: Url, service: Option<String> },
}

impl Challenge {
    /// The first that we can answer, of all `WWW-Authenticate` headers.
    pub(super) fn read<'a>(headers: impl Iterator<Item = &'a HeaderValue>) -> Option<Self> {
        let texts: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
        let mut basic = false;
        for text in texts {
            for challenge in http_auth::parse_challenges(text).unwrap_or_default() {
                let param = |name: &str| {
                    let found = challenge.params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
                    found.map(|(_, value)| value.to_unescaped())
                };
                if challenge.scheme.eq_ignore_ascii_case("bearer")
                    && let Some(realm) = param("realm").and_then(|realm| Url::parse(&realm).ok())
                {
                    return Some(Self::Bearer { realm, service: param("service") });
                }
                basic |= challenge.scheme.eq_ignore_ascii_case("basic");
            }
        }
        basic.then_some(Self::Basic)
    }
}

/// Challenges and tokens that are known, by registry.
#[derive(Default)]
pub(super) struct Tokens {
    challenges: Mutex<HashMap<String, Challenge>>,
    tokens: Mutex<HashMap<Key, (Secret, Instant)>>,
}

/// Registry, scope, and whether it is for somebody.
type Key = (String, Scope, bool);

impl Tokens {
    /// The header to send along, as far as it is known without asking anybody.
    pub(super) fn known(
        &self,
        registry: &str,
        scope: &Scope,
        credential: Option<&Credential>,
    ) -> Option<HeaderValue> {
        if let Some(Credential::RegistryToken(token)) = credential {
            return bearer(token);
        }
        let challenge = lock(&self.challenges).get(registry).cloned()?;
        match challenge {
            Challenge::Basic => basic(credential?),
            Challenge::Bearer { .. } => {
                let key = (registry.to_owned(), scope.clone(), credential.is_some());
                let tokens = lock(&self.tokens);
                let (token, until) = tokens.get(&key)?;
                if Instant::now() < *until { bearer(token) } else { None }
            }
        }
    }

    /// The answer to a challenge; `None` where there is none to give.
    pub(super) async fn answer(
        &self,
        http: &reqwest::Client,
        registry: &str,
        challenge: Challenge,
        scope: &Scope,
        credential: Option<&Credential>,
    ) -> Result<Option<HeaderValue>, Error> {
        lock(&self.challenges).insert(registry.to_owned(), challenge.clone());
        let Challenge::Bearer { realm, service } = challenge else {
            return Ok(credential.and_then(basic));
        };
        if matches!(credential, Some(Credential::RegistryToken(_))) {
            return Ok(None);
        }
        let answer = request(http, registry, &realm, service.as_deref(), scope, credential).await?;
        let life = answer.expires_in.unwrap_or(TOKEN_LIFE).clamp(1, 24 * 3600);
        let until = Instant::now() + Duration::from_secs(life).saturating_sub(MARGIN);
        let token = [answer.token, answer.access_token].into_iter().flatten();
        let Some(token) = token.into_iter().find(|token| !token.is_empty()).map(Secret::new) else {
            return Err(Error::other(registry, "its token server sent no token"));
        };
        let header = bearer(&token);
        let key = (registry.to_owned(), scope.clone(), credential.is_some());
        lock(&self.tokens).insert(key, (token, until));
        Ok(header)
    }
}

#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

/// Asks the token server: by GET, or by POST with an identity token in place of a password.
async fn request(
    http: &reqwest::Client,
    registry: &str,
    realm: &Url,
    service: Option<&str>,
    scope: &Scope,
    credential: Option<&Credential>,
) -> Result<Answer, Error> {
    check_realm(registry, realm, credential.is_some())?;
    let service = service.iter().map(|service| ("service", *service));
    let request = match credential {
        Some(Credential::IdentityToken(token)) => {
            let scopes = scope.0.join(" ");
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(service)
                .append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", token.expose())
                .append_pair("client_id", CLIENT)
                .append_pair("scope", &scopes);
            let form = form.finish();
            let kind = "application/x-www-form-urlencoded";
            http.post(realm.clone()).header(reqwest::header::CONTENT_TYPE, kind).body(form)
        }
        credential => {
            let mut url = realm.clone();
            url.query_pairs_mut()
                .extend_pairs(service)
                .extend_pairs(scope.0.iter().map(|scope| ("scope", scope)));
            match credential.and_then(basic) {
                Some(header) => http.get(url).header(reqwest::header::AUTHORIZATION, header),
                None => http.get(url),
            }
        }
    };
    let limit = super::http::READ_LIMIT;
    let work = async {
        let answer = request.send().await.map_err(|error| token_server(registry, &error))?;
        // A 400 is how some say that the refresh token is no good (RFC 6749, 5.2).
        if answer.status() == reqwest::StatusCode::BAD_REQUEST {
            return Err(Error::Unauthorized { registry: registry.to_owned() });
        }
        let missing = || Error::other(registry, "its token server is not there (404)");
        let answer = super::fault::check(registry, answer).await?.ok_or_else(missing)?;
        let bytes = super::http::body(registry, answer, 1 << 20).await?;
        let bytes = zeroize::Zeroizing::new(bytes);
        serde_json::from_slice(&bytes)
            .map_err(|_| Error::other(registry, "its token server sent no token"))
    };
    tokio::time::timeout(limit, work).await.map_err(|_| Error::silent(registry, limit))?
}

/// Who may be sent a credential is a matter of the way, too.
fn check_realm(registry: &str, realm: &Url, secret: bool) -> Result<(), Error> {
    let host = realm.host_str().unwrap_or_default();
    let local = is_loopback(registry) && is_loopback(host);
    match realm.scheme() {
        "https" => Ok(()),
        "http" if local || !secret => Ok(()),
        _ => {
            let why = format!("it wants a credential sent to `{host}` without TLS");
            Err(Error::other(registry, why))
        }
    }
}

fn token_server(registry: &str, error: &reqwest::Error) -> Error {
    match Error::of_request(registry, error) {
        Error::Unreachable { registry, why } => {
            Error::Unreachable { registry, why: format!("its token server: {why}") }
        }
        error => error,
    }
}

fn basic(credential: &Credential) -> Option<HeaderValue> {
    let Credential::Password { username, password } = credential else { return None };
    let pair = zeroize::Zeroizing::new(format!("{username}:{}", password.expose()));
    sensitive(&format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

fn bearer(token: &Secret) -> Option<HeaderValue> {
    sensitive(&format!("Bearer {}", token.expose()))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Option<Challenge> {
        let values: Vec<HeaderValue> =
            texts.iter().map(|text| HeaderValue::from_str(text).unwrap()).collect();
        Challenge::read(values.iter())
    }

    #[test]
    fn challenges() {
        let bearer = |service: Option<&str>| {
            let realm = Url::parse("https://a.io/t?x=1").unwrap();
            Some(Challenge::Bearer { realm, service: service.map(str::to_owned) })
        };
        let full = r#"Bearer realm="https://a.io/t?x=1",service="a \"b\"",scope="x""#;
        assert_eq!(read(&[full]), bearer(Some("a \"b\"")));
        assert_eq!(read(&[r#"bearer realm="https://a.io/t?x=1""#]), bearer(None));
        assert_eq!(read(&[r#"Basic realm="x""#]), Some(Challenge::Basic));
        let both = [r#"Basic realm="x""#, r#"Bearer realm="https://a.io/t?x=1""#];
        assert_eq!(read(&both), bearer(None));
        for nothing in ["", "Bearer", "Negotiate", "Bearer realm=\"nowhere\"", "\"", "Bearer ,,,"] {
            assert_eq!(read(&[nothing]), None, "{nothing}");
        }
    }

    #[test]
    fn passwords_go_over_no_open_line() {
        let table = [
            ("r.io", "https://a.io/t", true, true),
            ("r.io", "http://a.io/t", true, false),
            ("r.io", "http://127.0.0.1/t", true, false),
            ("127.0.0.1:5000", "http://evil.io/t", true, false),
            ("127.0.0.1:5000", "http://localhost:1/t", true, true),
            ("r.io", "http://a.io/t", false, true),
            ("r.io", "ftp://a.io/t", false, false),
            ("r.io", "file:///etc/passwd", false, false),
        ];
        for (registry, realm, secret, good) in table {
            let result = check_realm(registry, &Url::parse(realm).unwrap(), secret);
            assert_eq!(result.is_ok(), good, "{registry} {realm} {secret}");
        }
    }
}
