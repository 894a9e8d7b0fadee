//! A blob's bytes as the body of an upload, made anew for each try.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use reqwest::{Body, Method};
use sha2::{Digest as _, Sha256};

use super::Source;
use crate::reference::{Digest, Repository};
use crate::registry::auth::Scope;
use crate::registry::blobs;
use crate::registry::client::{asker, blob_path};
use crate::registry::credentials::Credential;
use crate::registry::descriptor::Descriptor;
use crate::registry::http::{self, Request};
use crate::registry::{Client, Error};

/// Bytes read at once, and so held for each upload.
const CHUNK: usize = 256 << 10;

/// What an upload tells while it goes, and why its body broke, if it did.
#[derive(Clone, Default)]
pub(super) struct Watch {
    sent: Arc<AtomicU64>,
    fault: Arc<Mutex<Option<Error>>>,
}

impl Watch {
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn fault(&self) -> Option<Error> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn blame(&self, error: Error) -> io::Error {
        let text = error.to_string();
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        io::Error::other(text)
    }
}

type Chunks = BoxStream<'static, Result<Bytes, Error>>;

/// The blob from the beginning.
pub(super) fn body(client: &Client, source: Source<'_>, blob: &Descriptor, watch: &Watch) -> Body {
    watch.sent.store(0, Ordering::Relaxed);
    let chunks: Chunks = match source {
        Source::Layout(layout) => match layout.open_blob(&blob.digest) {
            Ok(file) => from_file(file, layout.blob_path(&blob.digest)),
            Err(error) => stream::once(async move { Err(Error::from(error)) }).boxed(),
        },
        Source::Registry { repository, credential } => {
            let digest = blob.digest.clone();
            from_registry(client.clone(), repository.clone(), digest, credential.cloned())
        }
    };
    let watch = watch.clone();
    let counted = checked(chunks, blob.digest.clone(), blob.size).map(move |chunk| match chunk {
        Ok(chunk) => {
            watch.sent.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            Ok(chunk)
        }
        Err(error) => Err(watch.blame(error)),
    });
    Body::wrap_stream(counted)
}

fn from_file(file: File, path: std::path::PathBuf) -> Chunks {
    let read = move |mut file: File| {
        let path = path.clone();
        async move {
            let work = tokio::task::spawn_blocking(move || {
                let mut bytes = Vec::with_capacity(CHUNK);
                let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut bytes);
                read.map(|_| (Bytes::from(bytes), file))
            });
            let read = work.await.unwrap_or_else(|ended| Err(ended.into()));
            let (bytes, file) = crate::util::fs::PathContext::at(read, "read", &path)
                .map_err(|error| Error::Layout(error.into()))?;
            Ok((!bytes.is_empty()).then_some((bytes, file)))
        }
    };
    stream::try_unfold(file, read).boxed()
}

fn from_registry(
    client: Client,
    repository: Repository,
    digest: Digest,
    credential: Option<Credential>,
) -> Chunks {
    let name = repository.registry().to_owned();
    let answer = async move {
        let scope = Scope::pull(repository.path());
        let asker = asker(&repository, &scope, credential.as_ref());
        let request = Request::new(Method::GET);
        let path = blob_path(&repository, &digest);
        let found = client.ask(asker, &path, &request).await?;
        found.ok_or_else(|| Error::Missing { image: repository.at(&digest).to_string() })
    };
    let chunks = stream::once(answer).flat_map(move |answer| match answer {
        Err(error) => stream::once(async move { Err(error) }).boxed(),
        Ok(answer) => {
            let name = name.clone();
            stream::try_unfold(answer, move |mut answer| {
                let name = name.clone();
                async move { Ok(http::next(&name, &mut answer).await?.map(|chunk| (chunk, answer))) }
            })
            .boxed()
        }
    });
    chunks.boxed()
}

/// Checks what passes. Content that is not what its name says is never sent to its end.
fn checked(chunks: Chunks, digest: Digest, size: u64) -> Chunks {
    let begin = Check { chunks, digest, size, hash: Sha256::new(), seen: 0, held: None };
    stream::try_unfold(begin, async |mut check: Check| {
        let next = check.next().await?;
        Ok(next.map(|chunk| (chunk, check)))
    })
    .boxed()
}

struct Check {
    chunks: Chunks,
    digest: Digest,
    size: u64,
    hash: Sha256,
    seen: u64,
    /// One chunk is held back until what follows it is known.
    held: Option<Bytes>,
}

impl Check {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let Some(chunk) = self.chunks.next().await.transpose()? else {
                self.end()?;
                return Ok(self.held.take());
            };
            self.hash.update(&chunk);
            self.seen += chunk.len() as u64;
            if self.seen > self.size {
                return Err(self.wrong_size());
            }
            if let Some(ready) = self.held.replace(chunk) {
                return Ok(Some(ready));
            }
        }
    }

    fn wrong_size(&self) -> Error {
        let (digest, expected) = (self.digest.clone(), self.size);
        blobs::Error::Size { digest, expected, found: self.seen }.into()
    }

    fn end(&self) -> Result<(), Error> {
        if self.held.is_none() && self.size > 0 && self.seen == self.size {
            return Ok(());
        }
        if self.seen != self.size {
            return Err(self.wrong_size());
        }
        let found = Digest::sha256(&self.hash.clone().finalize().into());
        if found != self.digest && blobs::is_sha256(&self.digest) {
            let expected = self.digest.clone();
            return Err(blobs::Error::Mismatch { expected, found }.into());
        }
        Ok(())
    }
}
