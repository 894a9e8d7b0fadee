//! Fetches a base image into the engine, with the credentials of its registry alone.

use hyper::Method;

use super::push::{Lines, header};
use super::{Credential, Engine, Error, escape, fault, request};
use crate::reference::{Reference, Tag};
use crate::ui::event::{Event, Reporter};

impl Engine {
    /// Pulls a reference, `latest` where it has neither tag nor digest. `platform` is
    /// `os/arch[/variant]`; `image` is the image's name in the config that needs it.
    pub async fn pull(
        &self,
        reference: &Reference,
        platform: Option<&str>,
        credential: Option<&Credential>,
        image: &str,
        reporter: &dyn Reporter,
    ) -> Result<(), Error> {
        let registry = reference.repository.registry();
        let tag = match (&reference.digest, &reference.tag) {
            (Some(digest), _) => digest.as_str(),
            (None, tag) => tag.as_ref().map_or("latest", Tag::as_str),
        };
        let name = query(&reference.repository.to_string());
        let mut path = format!("/images/create?fromImage={name}&tag={}", query(tag));
        if let Some(platform) = platform {
            path.push_str(&format!("&platform={}", query(platform)));
        }
        let failed = |why: &str| {
            fault::of_build(why, format!("base image `{reference}`: {why}"), Vec::new())
        };
        let line = self.line()?;
        let auth = header(registry, credential);
        let request = request(Method::POST, &path, &[("X-Registry-Auth", &auth)])?;
        let answer = line.request(request).await.map_err(|fault| self.absent(&fault))?;
        let status = answer.status();
        let mut lines = Lines::new(answer.into_body());
        while let Some(line) = lines.next().await.map_err(|why| self.unreachable(&why))? {
            let said: serde_json::Value = serde_json::from_slice(&line).unwrap_or_default();
            let text = |name: &str| said[name].as_str();
            if !status.is_success() {
                return Err(failed(text("message").unwrap_or(status.as_str())));
            }
            if let Some(why) = text("error") {
                return Err(failed(why));
            }
            let detail = &said["progressDetail"];
            match (text("id"), text("status")) {
                (Some(id), Some(status)) if detail["total"].is_u64() => {
                    reporter.event(Event::Transfer {
                        image: image.to_owned(),
                        id: id.to_owned(),
                        status: status.to_owned(),
                        current: detail["current"].as_u64().unwrap_or(0),
                        total: detail["total"].as_u64(),
                    });
                }
                (None, Some(status)) => {
                    let (image, line) = (image.to_owned(), status.to_owned());
                    reporter.event(Event::Output { image, line });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A value in a URL's query.
fn query(value: &str) -> String {
    escape(value).replace('/', "%2F").replace(':', "%3A")
}
