//! One layer on its way: taken up where it stopped, given up only after several tries
//! that brought nothing, checked before it gets its name.

use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_RANGE, HeaderValue, RANGE};
use reqwest::{Method, Response, StatusCode};

use super::{Place, Pull};
use crate::reference::Digest;
use crate::registry::auth::Scope;
use crate::registry::blobs::partial::Partial;
use crate::registry::blobs::{self, Blobs};
use crate::registry::client::{asker, blob_path};
use crate::registry::descriptor::Descriptor;
use crate::registry::http::{self, Request, Target};
use crate::registry::{Error, fault, retry};
use crate::ui::event::Event;
use crate::util::fs::PathError;

/// Tries in a row that bring no byte.
const TRIES: u32 = 4;
/// Progress is told this often.
const TELL: Duration = Duration::from_millis(100);
/// How long another process may bring nothing of a layer that it fetches.
const OTHER_LIMIT: Duration = Duration::from_secs(90);

impl Pull<'_> {
    /// Brings a layer into the store.
    pub(super) async fn layer(&self, place: &Place, layer: &Descriptor) -> Result<(), Error> {
        let Some(mut partial) = begin(self.blobs, layer).await? else {
            self.blobs.touch(&layer.digest);
            return Ok(());
        };
        let mut tried = 0;
        // What a machine that lost power left of an earlier try may be wrong: once.
        let mut doubtful = partial.length() > 0;
        loop {
            let before = partial.length();
            let error = match self.go_on(place, layer, &mut partial).await {
                Ok(()) => match finish(partial).await {
                    Err(blobs::Error::Mismatch { .. }) if doubtful => {
                        doubtful = false;
                        let Some(again) = begin(self.blobs, layer).await? else { return Ok(()) };
                        partial = again;
                        continue;
                    }
                    Err(blobs::Error::Mismatch { expected, found }) => {
                        let why = format!("the layer `{expected}` has the digest `{found}`");
                        return Err(Error::wrong(place.repository.registry(), why));
                    }
                    result => return Ok(result?),
                },
                Err(error) => error,
            };
            tried = if partial.length() > before { 0 } else { tried + 1 };
            match retry::pause(tried, error.again()) {
                Some(pause) if tried < TRIES => tokio::time::sleep(pause).await,
                _ => return Err(error),
            }
        }
    }

    /// Asks for what is missing, and takes what comes.
    async fn go_on(
        &self,
        place: &Place,
        layer: &Descriptor,
        partial: &mut Partial,
    ) -> Result<(), Error> {
        if partial.length() > layer.size {
            partial.restart()?;
        }
        if partial.length() == layer.size && layer.size > 0 {
            return Ok(());
        }
        let registry = place.repository.registry();
        let mut answer = self.ask(place, layer, partial).await?;
        let mut told = Instant::now();
        while let Some(chunk) = http::next(registry, &mut answer).await? {
            if partial.length() + chunk.len() as u64 > layer.size {
                partial.restart()?;
                let why = format!("the layer `{}` is longer than its manifest says", layer.digest);
                return Err(Error::wrong(registry, why));
            }
            partial.write(&chunk)?;
            if told.elapsed() >= TELL {
                told = Instant::now();
                self.tell(layer, partial.length());
            }
        }
        if partial.length() < layer.size {
            let why = format!("it ended after {} of {} bytes", partial.length(), layer.size);
            return Err(Error::Broken { registry: registry.to_owned(), why });
        }
        self.tell(layer, layer.size);
        Ok(())
    }

    fn tell(&self, layer: &Descriptor, current: u64) {
        self.reporter.event(Event::Transfer {
            image: self.image.to_owned(),
            id: layer.digest.hex()[..12].to_owned(),
            status: "pulling".to_owned(),
            current,
            total: Some(layer.size),
        });
    }

    /// The answer that goes on after what is there; starts over where that can't be had.
    async fn ask(
        &self,
        place: &Place,
        layer: &Descriptor,
        partial: &mut Partial,
    ) -> Result<Response, Error> {
        let (repository, credential) = (&place.repository, place.credential.as_ref());
        let scope = Scope::pull(repository.path());
        let path = blob_path(repository, &layer.digest);
        let mut request = Request::new(Method::GET);
        let from = partial.length();
        if from > 0 {
            let range = HeaderValue::from_str(&format!("bytes={from}-"));
            request.headers.extend(range.ok().map(|range| (RANGE, range)));
        }
        let http = &self.client.http;
        let asker = asker(repository, &scope, credential);
        let answer = http.send(asker, Target::Path(&path), &request).await?;
        let registry = repository.registry();
        match answer.status() {
            StatusCode::PARTIAL_CONTENT if from > 0 && begins_at(&answer, from) => Ok(answer),
            StatusCode::OK => {
                if from > 0 {
                    partial.restart()?;
                }
                Ok(answer)
            }
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => {
                partial.restart()?;
                let why = "it does not send the rest of a layer".to_owned();
                Err(Error::Broken { registry: registry.to_owned(), why })
            }
            _ => match fault::check(registry, answer).await? {
                Some(_) => Err(Error::other(registry, "an answer that is no blob")),
                None => self.elsewhere(place, layer).await,
            },
        }
    }

    /// A layer that the registry does not have: where its manifest says, if it says so.
    async fn elsewhere(&self, place: &Place, layer: &Descriptor) -> Result<Response, Error> {
        let registry = place.repository.registry();
        let urls = layer.extra.get("urls").and_then(|urls| urls.as_array());
        let urls = urls.into_iter().flatten().filter_map(|url| url.as_str());
        for url in urls.filter_map(|url| reqwest::Url::parse(url).ok()) {
            let Some(host) = url.host_str().filter(|_| url.scheme() == "https") else { continue };
            let host = match url.port() {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            };
            // Nobody's password is for there.
            let (scope, request) = (Scope::default(), Request::new(Method::GET));
            let asker = http::Asker { registry: &host, scope: &scope, credential: None };
            if let Some(answer) = self.client.http.ask(asker, Target::Url(url), &request).await? {
                return Ok(answer);
            }
        }
        Err(Error::wrong(registry, format!("an image without its layer `{}`", layer.digest)))
    }
}

/// Whether an answer is the part that was asked for.
fn begins_at(answer: &Response, from: u64) -> bool {
    let range = answer.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let begin = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next());
    begin.and_then(|begin| begin.trim().parse().ok()) == Some(from)
}

/// What is here of a layer; `None` where it is whole. Waits for whoever fetches it now.
async fn begin(blobs: &Blobs, layer: &Descriptor) -> Result<Option<Partial>, Error> {
    let mut length = None;
    let mut since = Instant::now();
    loop {
        if blobs.has_whole(&layer.digest, layer.size) {
            return Ok(None);
        }
        let (store, digest) = (blobs.clone(), layer.digest.clone());
        let found = blocking(move || store.partial(&digest)).await?;
        if found.is_some() {
            return Ok(found);
        }
        let now = length_of(blobs, &layer.digest);
        if now != length {
            (length, since) = (now, Instant::now());
        }
        if since.elapsed() > OTHER_LIMIT {
            return Err(blobs::Error::InUse { path: blobs.root().to_owned() }.into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn length_of(blobs: &Blobs, digest: &Digest) -> Option<u64> {
    blobs.root().join("partial").join(digest.hex()).metadata().ok().map(|meta| meta.len())
}

async fn finish(partial: Partial) -> Result<(), blobs::Error> {
    blocking(move || partial.commit()).await
}

/// Work on the disk that takes its time.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, blobs::Error> + Send + 'static,
) -> Result<T, blobs::Error> {
    let ended = |error: tokio::task::JoinError| {
        let path = std::path::PathBuf::from("blob");
        blobs::Error::File(PathError { action: "finish", path, source: error.into() })
    };
    tokio::task::spawn_blocking(work).await.map_err(ended)?
}
