//! One blob into a repository: is it there, can it be mounted, else it is sent whole.
//!
//! By the POST and PUT of the distribution spec ("Pushing a blob monolithically"), which
//! every registry takes; a broken upload begins anew.

use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Method, Response, StatusCode, Url};

use super::source::{self, Watch};
use super::{Push, Sent};
use crate::reference::Repository;
use crate::registry::auth::Scope;
use crate::registry::client::{asker, blob_path};
use crate::registry::descriptor::Descriptor;
use crate::registry::http::{self, Asker, READ_LIMIT, Request, Target};
use crate::registry::{Error, fault, retry};
use crate::ui::event::Event;

const TRIES: u32 = 4;
const TELL: Duration = Duration::from_millis(100);
/// A registry that has all of a blob may take long to put it away.
const FINISH_LIMIT: Duration = Duration::from_secs(900);

/// What a POST came to.
enum Begun {
    Mounted,
    At(Url),
}

impl Push<'_> {
    /// Brings a blob into the repository.
    pub(super) async fn blob(&self, blob: &Descriptor) -> Result<Sent, Error> {
        let mut tried = 0;
        loop {
            let error = match self.try_blob(blob).await {
                Ok(sent) => return Ok(sent),
                Err(error) => error,
            };
            tried += 1;
            match retry::pause(tried - 1, error.again()) {
                Some(pause) if tried < TRIES => tokio::time::sleep(pause).await,
                _ => return Err(error),
            }
        }
    }

    async fn try_blob(&self, blob: &Descriptor) -> Result<Sent, Error> {
        let repository = self.goal.repository;
        let scope = Scope::push(repository.path());
        let asker = asker(repository, &scope, self.goal.credential);
        let head = Request::new(Method::HEAD);
        let path = blob_path(repository, &blob.digest);
        if self.client.http.ask(asker, Target::Path(&path), &head).await?.is_some() {
            self.tell(blob, "there already", blob.size);
            return Ok(Sent::default());
        }
        let mut place = None;
        for from in self.goal.mount_from {
            match self.begin(asker, blob, Some(from)).await {
                Ok(Begun::Mounted) => {
                    self.tell(blob, "mounted", blob.size);
                    return Ok(Sent { mounted: 1, ..Sent::default() });
                }
                Ok(Begun::At(url)) => place = Some(url),
                // We may not read there: no reason not to send it.
                Err(Error::Unauthorized { .. } | Error::Forbidden { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let place = match place {
            Some(place) => place,
            None => match self.begin(asker, blob, None).await? {
                Begun::At(url) => url,
                Begun::Mounted => return Ok(Sent::default()),
            },
        };
        self.put(asker, blob, place).await?;
        Ok(Sent { blobs: 1, bytes: blob.size, ..Sent::default() })
    }

    /// Opens an upload, or has the blob mounted.
    async fn begin(
        &self,
        asker: Asker<'_>,
        blob: &Descriptor,
        from: Option<&Repository>,
    ) -> Result<Begun, Error> {
        let registry = asker.registry;
        let own = self.goal.repository.path();
        let mut path = format!("{own}/blobs/uploads/");
        let mut scope = asker.scope.clone();
        if let Some(from) = from {
            let digest = blob.digest.as_str();
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("mount", digest).append_pair("from", from.path());
            path = format!("{path}?{}", query.finish());
            scope = scope.and_pull(from.path());
        }
        let asker = Asker { scope: &scope, ..asker };
        let empty = || (reqwest::Body::default(), 0);
        let request = Request { body: Some(&empty), ..Request::new(Method::POST) };
        let answer = self.client.http.ask(asker, Target::Path(&path), &request).await?;
        let answer = answer.ok_or_else(|| {
            Error::other(registry, format!("the repository `{own}` is not there (404)"))
        })?;
        match answer.status() {
            StatusCode::CREATED if from.is_some() => Ok(Begun::Mounted),
            StatusCode::ACCEPTED => Ok(Begun::At(location(registry, &answer)?)),
            status => {
                let why = format!("HTTP status {} to a new upload", status.as_u16());
                Err(Error::other(registry, why))
            }
        }
    }

    /// Sends all of the blob and ends the upload.
    async fn put(&self, asker: Asker<'_>, blob: &Descriptor, mut url: Url) -> Result<(), Error> {
        let registry = asker.registry;
        url.query_pairs_mut().append_pair("digest", blob.digest.as_str());
        let watch = Watch::default();
        let body = || (source::body(self.client, self.source, blob, &watch), blob.size);
        let mut request = Request::new(Method::PUT);
        let kind = HeaderValue::from_static("application/octet-stream");
        request.headers.insert(CONTENT_TYPE, kind);
        request.body = Some(&body);
        // What moves is watched instead.
        request.limit = Duration::from_secs(24 * 3600);
        let send = self.client.http.send(asker, Target::Url(url), &request);
        tokio::pin!(send);
        let (mut last, mut since) = (0, Instant::now());
        let answer = loop {
            tokio::select! {
                answer = &mut send => break answer,
                () = tokio::time::sleep(TELL) => {}
            }
            let sent = watch.sent();
            if sent != last {
                (last, since) = (sent, Instant::now());
                self.tell(blob, "pushing", sent.min(blob.size));
            }
            let limit = if sent >= blob.size { FINISH_LIMIT } else { READ_LIMIT };
            if since.elapsed() > limit {
                break Err(Error::silent(registry, limit));
            }
        };
        // The body's own fault is the cause of what the line then says.
        if let Some(fault) = watch.fault() {
            return Err(fault);
        }
        let answer = fault::check(registry, answer?).await?;
        let lost = || Error::Broken {
            registry: registry.to_owned(),
            why: "it knows nothing of the upload any more".to_owned(),
        };
        let answer = answer.ok_or_else(lost)?;
        if answer.status() != StatusCode::CREATED {
            let why = format!("HTTP status {} to a whole upload", answer.status().as_u16());
            return Err(Error::other(registry, why));
        }
        self.tell(blob, "pushed", blob.size);
        Ok(())
    }

    fn tell(&self, blob: &Descriptor, status: &str, current: u64) {
        self.reporter.event(Event::Transfer {
            image: self.image.to_owned(),
            id: blob.digest.hex()[..12].to_owned(),
            status: status.to_owned(),
            current,
            total: Some(blob.size),
        });
    }
}

/// Where the registry wants an upload.
fn location(registry: &str, answer: &Response) -> Result<Url, Error> {
    let location = answer.headers().get(LOCATION);
    let location = location.ok_or_else(|| Error::other(registry, "an upload without a place"))?;
    http::follow(registry, answer.url(), location)
}
