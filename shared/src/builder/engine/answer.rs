//! What both of the engine's builders share: the request's options, the context as a
//! stream, credentials in bollard's form, and a bounded tail of lines.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};
use std::sync::Arc;

use bollard::auth::DockerCredentials;
use bollard::query_parameters::BuildImageOptions;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use tokio::sync::{mpsc, oneshot};

use super::{Archive, Credential, Job};
use crate::registry::key_of;

const CHUNK: usize = 128 * 1024;
const CHUNKS: usize = 8;
const TAIL_MAX: usize = 20;
const LINE_MAX: usize = 16 * 1024;

pub fn options(job: &Job, dockerfile: String) -> BuildImageOptions {
    let build = &job.options;
    let arguments =
        build.build_args.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
    BuildImageOptions {
        dockerfile,
        t: Some(job.name.to_string()),
        nocache: job.no_cache,
        pull: job.pull.then(|| "1".to_owned()),
        rm: true,
        forcerm: true,
        buildargs: Some(arguments.collect()),
        labels: Some(build.labels.clone().into_iter().collect()),
        networkmode: build.network.clone(),
        platform: job.platform.clone().unwrap_or_default(),
        target: build.target.clone().unwrap_or_default(),
        ..BuildImageOptions::default()
    }
}

/// Credentials under the keys that engines know, those of `registries` only.
pub fn credentials(
    job: &Job,
    all: &[(String, Credential)],
) -> Option<HashMap<String, DockerCredentials>> {
    let chosen: HashMap<_, _> = all
        .iter()
        .filter(|(registry, _)| job.registries.contains(registry))
        .map(|(registry, credential)| {
            (key_of(registry).to_owned(), docker_credentials(registry, credential))
        })
        .collect();
    Some(chosen).filter(|chosen| !chosen.is_empty())
}

pub fn docker_credentials(registry: &str, credential: &Credential) -> DockerCredentials {
    let mut out = DockerCredentials {
        serveraddress: Some(key_of(registry).to_owned()),
        ..DockerCredentials::default()
    };
    match credential {
        Credential::Password { username, password } => {
            out.username = Some(username.clone());
            out.password = Some(password.expose().to_owned());
        }
        Credential::IdentityToken(token) => out.identitytoken = Some(token.expose().to_owned()),
        Credential::RegistryToken(token) => out.registrytoken = Some(token.expose().to_owned()),
    }
    out
}

/// The context's tar as chunks, made on a thread of its own as fast as the engine takes
/// them. The second value tells why making it failed, if it did.
pub fn context(
    job: &Job,
    dockerfile: String,
    archive: Arc<dyn Archive>,
) -> (impl Stream<Item = io::Result<Bytes>> + Send + 'static, oneshot::Receiver<io::Error>) {
    let (chunks, received) = mpsc::channel(CHUNKS);
    let (tell, fault) = oneshot::channel();
    let job = job.clone();
    tokio::task::spawn_blocking(move || {
        let mut out = Chunks { chunks, buffer: Vec::with_capacity(CHUNK) };
        let made = archive.write(&job, &dockerfile, &mut out).and_then(|()| out.flush());
        let Err(error) = made else { return };
        // The engine must not take a torn tar for a whole one: the request breaks off.
        let torn = io::Error::other("the context could not be read");
        let _ = tell.send(error);
        let _ = out.chunks.blocking_send(Err(torn));
    });
    let stream = stream::unfold(received, |mut received| async move {
        received.recv().await.map(|chunk| (chunk, received))
    });
    (stream, fault)
}

struct Chunks {
    chunks: mpsc::Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.chunks.blocking_send(Ok(chunk.into())).map_err(gone)
    }
}

/// The last lines of a step, and the parts of a line that is not complete yet.
#[derive(Debug, Default)]
pub struct Tail {
    lines: VecDeque<String>,
    open: String,
}

impl Tail {
    /// Takes text as it came; calls `line` for each line that is complete now. What a
    /// carriage return overwrites is left out, as a terminal would have it.
    pub fn feed(&mut self, text: &str, mut line: impl FnMut(&str)) {
        for piece in text.split_inclusive('\n') {
            let room = LINE_MAX.saturating_sub(self.open.len());
            let fits = piece.char_indices().map(|(at, c)| at + c.len_utf8());
            let end = fits.take_while(|end| *end <= room).last().unwrap_or(0);
            self.open.push_str(&piece[..end]);
            if piece.ends_with('\n') {
                self.close(&mut line);
            }
        }
    }

    /// Ends an open line.
    pub fn close(&mut self, mut line: impl FnMut(&str)) {
        let text = std::mem::take(&mut self.open);
        let text = text.trim_end_matches(['\n', '\r']);
        let text = text.rsplit('\r').next().unwrap_or(text);
        if text.is_empty() {
            return;
        }
        line(text);
        if self.lines.len() == TAIL_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(text.to_owned());
    }

    pub fn clear(&mut self) {
        self.lines.clear();
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_pieces() {
        let mut tail = Tail::default();
        let mut seen = Vec::new();
        for text in ["a", "b\nc\r\n\n1%\r2%\r", "3%\n", "open"] {
            tail.feed(text, |line| seen.push(line.to_owned()));
        }
        tail.close(|line| seen.push(line.to_owned()));
        assert_eq!(seen, ["ab", "c", "3%", "open"]);
        assert_eq!(tail.lines(), seen);
    }

    #[test]
    fn a_tail_is_bounded() {
        let mut tail = Tail::default();
        for n in 0..100 {
            tail.feed(&format!("{n}\n"), |_| {});
        }
        tail.feed(&"é".repeat(1 << 20), |_| {});
        tail.feed("\n", |_| {});
        let lines = tail.lines();
        assert_eq!((lines.len(), lines[0].as_str()), (20, "81"));
        assert_eq!(lines[19].len(), LINE_MAX);
    }
}
