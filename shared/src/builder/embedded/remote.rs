//! ADD of a URL: fetched over HTTP, checked where `--checksum` says what it must be.
//!
//! Redirections are followed, but never from HTTPS to HTTP. The file is called like the
//! last part of the URL's path and has mode 0600, as BuildKit has it.

use std::io::Write;
use std::time::Duration;

use reqwest::{Url, redirect};
use sha2::{Digest as _, Sha256};

use super::build::Build;
use super::copy::Source;
use super::entry::{Entry, Kind};
use super::error::{Error, Kind as Failure, say};
use crate::reference::Digest;
use crate::util::chain::chain;

const CONNECT_LIMIT: Duration = Duration::from_secs(30);
const READ_LIMIT: Duration = Duration::from_secs(60);
const REDIRECTS_MAX: usize = 10;
/// Largest file that is fetched, in bytes.
const SIZE_MAX: u64 = 64 << 30;

impl Build<'_> {
    /// The file at a URL, as a source of its own, and its name there.
    pub(super) fn fetch(
        &self,
        text: &str,
        checksum: Option<&str>,
    ) -> Result<(Source, Vec<u8>), Error> {
        let wrong = |why: &dyn std::fmt::Display| {
            Error::unsupported(format!("`{}`: {why}", without_secrets(text)))
        };
        let wanted = checksum.map(Digest::parse).transpose().map_err(|error| wrong(&error))?;
        let url = Url::parse(text).map_err(|error| wrong(&error))?;
        let name = file_name(&url);
        let digest = match wanted.filter(|wanted| self.tools.store.blobs.has(wanted)) {
            Some(there) => there,
            None => {
                let line = format!("fetching {}", without_secrets(text));
                say(self.reporter, &self.job.image, line);
                self.tools.bases.runtime.block_on(self.download(&url, checksum))?
            }
        };
        let store = &self.tools.store;
        let size = store.blobs.path(&digest).metadata().map(|meta| meta.len()).unwrap_or(0);
        let entry =
            Entry { kind: Kind::File { size }, mode: 0o600, ..Entry::folder(self.tools.time) };
        let source = Source::of_blob(&name, entry, digest);
        Ok((source, name))
    }

    async fn download(&self, url: &Url, checksum: Option<&str>) -> Result<Digest, Error> {
        let shown = without_secrets(url.as_str());
        let failed =
            |kind, why: &dyn std::fmt::Display| Error::new(kind, format!("`{shown}`: {why}"));
        crate::registry::tls::install();
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::custom(|attempt| {
                let begun = attempt.previous().first().map(Url::scheme) == Some("https");
                if attempt.previous().len() > REDIRECTS_MAX {
                    attempt.error("too many redirections")
                } else if begun && attempt.url().scheme() != "https" {
                    attempt.error("it is redirected from HTTPS to HTTP")
                } else {
                    attempt.follow()
                }
            }))
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(READ_LIMIT)
            .build()
            .map_err(|error| failed(Failure::Failed, &error))?;
        let reach =
            |error: reqwest::Error| failed(Failure::Unreachable, &chain(&error.without_url()));
        let mut answer = client.get(url.clone()).send().await.map_err(reach)?;
        if !answer.status().is_success() {
            return Err(failed(Failure::Failed, &format!("it answers {}", answer.status())));
        }
        let stored = |error| Error::from(super::store::Error::from(error));
        let mut ingest = self.tools.store.blobs.ingest().map_err(stored)?;
        let mut hash = Sha256::new();
        let mut size = 0;
        while let Some(bytes) = answer.chunk().await.map_err(reach)? {
            if self.cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            size += bytes.len() as u64;
            if size > SIZE_MAX {
                return Err(failed(Failure::Failed, &"it is too large"));
            }
            hash.update(&bytes);
            ingest.write_all(&bytes).map_err(|error| failed(Failure::Failed, &error))?;
        }
        let found = Digest::sha256(&hash.finalize().into());
        if let Some(wanted) = checksum.filter(|wanted| *wanted != found.as_str()) {
            let why = format!("its checksum is `{found}`, not `{wanted}`");
            return Err(failed(Failure::Failed, &why));
        }
        ingest.commit(Some(&found)).map_err(stored)?;
        Ok(found)
    }
}

/// The last part of the URL's path.
fn file_name(url: &Url) -> Vec<u8> {
    let last = url.path().rsplit('/').find(|part| !part.is_empty());
    let name = last.map(percent_decoded).filter(|name| !matches!(name.as_slice(), b"." | b".."));
    name.filter(|name| !name.contains(&b'/') && !name.contains(&0))
        .unwrap_or_else(|| b"__unnamed__".to_vec())
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = &after[2..];
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

/// A URL without its user, password and query, which may be secrets.
fn without_secrets(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) => {
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.set_query(None);
            url.to_string()
        }
        Err(_) => text.split('?').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_and_urls_without_secrets() {
        for (text, name, shown) in [
            ("https://x.org/a/b.tgz?token=1", "b.tgz", "https://x.org/a/b.tgz"),
            ("https://u:p@x.org/a%20b/", "a b", "https://x.org/a%20b/"),
            ("https://x.org", "__unnamed__", "https://x.org/"),
            ("https://x.org/%2fetc", "__unnamed__", "https://x.org/%2fetc"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(String::from_utf8(file_name(&url)).unwrap(), name, "{text}");
            assert_eq!(without_secrets(text), shown);
        }
    }
}
