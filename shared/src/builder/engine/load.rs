//! Takes an image that was built elsewhere into the engine, as `docker load` does.

use std::io::{self, Write};

use bollard::body_try_stream;
use bytes::Bytes;
use futures_util::stream;
use hyper::{Method, Request};
use tokio::sync::mpsc;

use super::push::Lines;
use super::{Engine, Error};

/// Bytes handed over at once.
const CHUNK: usize = 256 << 10;

impl Engine {
    /// Streams an archive into the engine. `write` is run on a thread of its own; it fails
    /// when the engine hangs up.
    pub async fn load<W>(&self, write: W) -> Result<(), Error>
    where
        W: FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
    {
        let (tx, rx) = mpsc::channel(4);
        let writer = tokio::task::spawn_blocking(move || {
            let mut out = io::BufWriter::with_capacity(CHUNK, Pipe(tx.clone()));
            let written = write(&mut out).and_then(|()| out.flush());
            let text = written.as_ref().err().map(ToString::to_string);
            if let Some(text) = &text {
                // A body that breaks off is no end of it.
                let _ = tx.blocking_send(Err(io::Error::other(text.clone())));
            }
            text
        });
        let body = stream::unfold(rx, async |mut rx: mpsc::Receiver<_>| {
            rx.recv().await.map(|chunk| (chunk, rx))
        });
        let request = Request::builder()
            .method(Method::POST)
            .uri("/images/load?quiet=1")
            .header("Content-Type", "application/x-tar")
            .body(body_try_stream(Box::pin(body)))
            .map_err(|error| Error::Engine { message: error.to_string() })?;
        let line = self.line()?;
        let answer = line.request(request).await;
        let failed =
            |why: &str| Error::Engine { message: format!("the engine takes no image: {why}") };
        let answer = match answer {
            Ok(answer) => answer,
            Err(fault) => {
                return Err(match writer.await.ok().flatten() {
                    Some(why) => failed(&why),
                    None => self.absent(&fault),
                });
            }
        };
        let status = answer.status();
        let mut lines = Lines::new(answer.into_body());
        while let Some(line) = lines.next().await.map_err(|why| self.unreachable(&why))? {
            let value: serde_json::Value = serde_json::from_slice(&line).unwrap_or_default();
            let why = value["errorDetail"]["message"].as_str().or(value["error"].as_str());
            let refusal = value["message"].as_str().filter(|_| !status.is_success());
            if let Some(why) = why.or(refusal) {
                return Err(failed(why));
            }
        }
        if !status.is_success() {
            return Err(failed(status.as_str()));
        }
        match writer.await {
            Ok(None) => Ok(()),
            Ok(Some(why)) => Err(failed(&why)),
            Err(error) => Err(failed(&error.to_string())),
        }
    }
}

/// A pipe into a body.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
