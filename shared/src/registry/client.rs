//! What a registry has under a name, and another name for what it has already.
//! Layers go and come elsewhere (`push`, `pull`).

use std::sync::Arc;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, LINK};
use reqwest::{Method, Response};

use super::Error;
use super::auth::Scope;
use super::credentials::Credential;
use super::hosts::Hosts;
use super::http::{self, Asker, Http, Request, Target};
use super::manifest::{self, Manifest};
use super::retry::{self, Again};
use crate::reference::{Digest, Reference, Repository};

/// Largest manifest that is taken, in bytes (distribution takes no larger one either).
const MANIFEST_MAX: usize = 4 << 20;
/// More tags than anybody looks through.
const TAGS_MAX: usize = 100_000;
const DIGEST: &str = "docker-content-digest";
/// What a registry's schema 1 is called; nothing since 2017 makes any.
const SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1";

/// A client for any registry. Clones share connections and tokens.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: Arc<Http>,
    /// Whether a fault that may pass is tried again.
    patient: bool,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// One that knows nothing of single registries.
    pub fn new() -> Self {
        Self::with(Hosts::default())
    }

    pub fn with(hosts: Hosts) -> Self {
        Self { http: Arc::new(Http::new(hosts)), patient: true }
    }

    /// One that asks once: for questions that work goes on without.
    #[must_use]
    pub fn impatient(self) -> Self {
        Self { patient: false, ..self }
    }

    /// Where the images of a repository are looked for, in order.
    pub(super) fn places(&self, repository: &Repository) -> Vec<Repository> {
        self.http.hosts.places(repository)
    }

    /// The digest of the manifest under a tag or digest; `None` where there is none.
    pub async fn digest_of(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
    ) -> Result<Option<Digest>, Error> {
        let request = accepting(Method::HEAD);
        let Some(answer) = self.at_manifest(reference, credential, &request).await? else {
            return Ok(None);
        };
        let Some(said) = answer.headers().get(DIGEST) else {
            // The header is not a must.
            let found = self.manifest(reference, credential).await?;
            return Ok(found.map(|manifest| manifest.digest));
        };
        let said = said.to_str().ok().and_then(|text| Digest::parse(text).ok());
        let registry = reference.repository.registry();
        said.map(Some).ok_or_else(|| Error::other(registry, "no valid digest"))
    }

    /// The manifest under a tag or digest; `None` where there is none.
    pub async fn manifest(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
    ) -> Result<Option<Manifest>, Error> {
        let registry = reference.repository.registry();
        let request = accepting(Method::GET);
        let Some(answer) = self.at_manifest(reference, credential, &request).await? else {
            return Ok(None);
        };
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with(SCHEMA1)) {
            let why = "a manifest of schema 1, which nothing reads any more: push the image again";
            return Err(Error::other(registry, why));
        }
        let bytes = http::body(registry, answer, MANIFEST_MAX).await?;
        let manifest = Manifest::of(bytes);
        let wanted = reference.digest.as_ref();
        if wanted.is_some_and(|digest| *digest != manifest.digest) {
            return Err(Error::wrong(registry, "a manifest of another digest"));
        }
        Ok(Some(manifest))
    }

    async fn at_manifest(
        &self,
        reference: &Reference,
        credential: Option<&Credential>,
        request: &Request<'_>,
    ) -> Result<Option<Response>, Error> {
        let scope = Scope::pull(reference.repository.path());
        let asker = asker(&reference.repository, &scope, credential);
        self.ask(asker, &manifest_path(reference), request).await
    }

    /// Puts a manifest under a tag or its digest. What it names must be in the repository
    /// already.
    pub async fn put_manifest(
        &self,
        reference: &Reference,
        manifest: &Manifest,
        credential: Option<&Credential>,
    ) -> Result<(), Error> {
        let registry = reference.repository.registry();
        let kind = HeaderValue::from_str(&manifest.media_type);
        let kind = kind.map_err(|_| Error::other(registry, "a media type that is none"))?;
        let mut request = Request::new(Method::PUT);
        request.headers.insert(CONTENT_TYPE, kind);
        let body = || {
            let bytes = manifest.bytes.clone();
            let length = bytes.len() as u64;
            (bytes.into(), length)
        };
        request.body = Some(&body);
        let scope = Scope::push(reference.repository.path());
        let asker = asker(&reference.repository, &scope, credential);
        let put = self.ask(asker, &manifest_path(reference), &request).await?;
        let put =
            put.ok_or_else(|| Error::other(registry, "what the manifest names is not there"))?;
        let said = put.headers().get(DIGEST).and_then(|value| value.to_str().ok());
        if said.is_some_and(|said| said != manifest.digest.as_str()) {
            return Err(Error::wrong(registry, "it keeps the manifest under another digest"));
        }
        Ok(())
    }

    /// A blob of the reference's repository, at most `limit` bytes of it, checked.
    pub async fn blob(
        &self,
        reference: &Reference,
        digest: &Digest,
        limit: usize,
        credential: Option<&Credential>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let registry = reference.repository.registry();
        let scope = Scope::pull(reference.repository.path());
        let asker = asker(&reference.repository, &scope, credential);
        let request = Request::new(Method::GET);
        let path = blob_path(&reference.repository, digest);
        let Some(answer) = self.ask(asker, &path, &request).await? else { return Ok(None) };
        let bytes = http::body(registry, answer, limit).await?;
        if digest.as_str().starts_with("sha256:") && Manifest::of(bytes.clone()).digest != *digest {
            return Err(Error::wrong(registry, "a blob of another digest"));
        }
        Ok(Some(bytes))
    }

    /// All tags of a repository; `None` where there is no such repository.
    pub async fn tags(
        &self,
        repository: &Repository,
        credential: Option<&Credential>,
    ) -> Result<Option<Vec<String>>, Error> {
        let registry = repository.registry();
        let scope = Scope::pull(repository.path());
        let asker = asker(repository, &scope, credential);
        let request = Request::new(Method::GET);
        let mut tags: Vec<String> = Vec::new();
        let mut path = format!("{}/tags/list?n=1000", repository.path());
        loop {
            let Some(answer) = self.ask(asker, &path, &request).await? else {
                return Ok((!tags.is_empty()).then_some(tags));
            };
            let next = answer.headers().get(LINK).and_then(|value| value.to_str().ok());
            let next = next.and_then(next_page).map(str::to_owned);
            let body = http::body(registry, answer, MANIFEST_MAX).await?;
            let list: TagList = serde_json::from_slice(&body)
                .map_err(|_| Error::other(registry, "a list of tags that is none"))?;
            let found = list.tags.unwrap_or_default();
            let more = !found.is_empty() && tags.len() < TAGS_MAX;
            tags.extend(found);
            match next.filter(|_| more) {
                Some(next) => path = next,
                None => return Ok(Some(tags)),
            }
        }
    }

    /// Deletes the manifest of this digest, with all tags that it has. `false`: it was not
    /// there.
    pub async fn delete(
        &self,
        repository: &Repository,
        digest: &Digest,
        credential: Option<&Credential>,
    ) -> Result<bool, Error> {
        let scope = Scope::delete(repository.path());
        let asker = asker(repository, &scope, credential);
        let path = manifest_path(&repository.at(digest));
        Ok(self.ask(asker, &path, &Request::new(Method::DELETE)).await?.is_some())
    }

    /// Asks, and asks again where that may help.
    pub(super) async fn ask(
        &self,
        asker: Asker<'_>,
        path: &str,
        request: &Request<'_>,
    ) -> Result<Option<Response>, Error> {
        let once = || self.http.ask(asker, Target::Path(path), request);
        retry::retry(once, |error| if self.patient { error.again() } else { Again::Never }).await
    }
}

#[derive(serde::Deserialize)]
struct TagList {
    tags: Option<Vec<String>>,
}

/// The next page of a list, below `/v2/`, as its `Link` header says (RFC 5988).
fn next_page(link: &str) -> Option<&str> {
    let (url, rest) = link.strip_prefix('<')?.split_once('>')?;
    if !rest.replace('"', "").contains("rel=next") {
        return None;
    }
    url.split_once("/v2/").map(|(_, path)| path)
}

pub(super) fn asker<'a>(
    repository: &'a Repository,
    scope: &'a Scope,
    credential: Option<&'a Credential>,
) -> Asker<'a> {
    Asker { registry: repository.registry(), scope, credential }
}

fn accepting(method: Method) -> Request<'static> {
    let mut headers = HeaderMap::new();
    for kind in manifest::MEDIA_TYPES {
        headers.append(ACCEPT, HeaderValue::from_static(kind));
    }
    Request { headers, ..Request::new(method) }
}

fn manifest_path(reference: &Reference) -> String {
    let name = match (&reference.digest, &reference.tag) {
        (Some(digest), _) => digest.as_str(),
        (None, Some(tag)) => tag.as_str(),
        (None, None) => "latest",
    };
    format!("{}/manifests/{name}", reference.repository.path())
}

pub(super) fn blob_path(repository: &Repository, digest: &Digest) -> String {
    format!("{}/blobs/{digest}", repository.path())
}
