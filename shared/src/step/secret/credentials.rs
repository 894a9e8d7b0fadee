//! Whose password goes into a pull secret: the one given on stdin, else what docker's
//! configuration has for the registry.

use std::collections::BTreeMap;

use super::{Request, now, say, usage};
use crate::cluster::pull_secret::Content;
use crate::registry::expiry::{self, Expiry};
use crate::registry::{Credential, Store};
use crate::step::docker;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::secret::Secret;
use crate::util::time;

/// By registry.
pub struct Credentials {
    pub contents: BTreeMap<String, Content>,
    pub failures: Vec<Failure>,
}

/// The content for each of these registries.
pub fn find<'r>(
    run: &Run,
    request: &Request,
    registries: impl Iterator<Item = &'r str>,
) -> Result<Credentials, Failure> {
    let mut registries: Vec<&str> = registries.collect();
    registries.sort_unstable();
    registries.dedup();
    let mut found = Credentials { contents: BTreeMap::new(), failures: Vec::new() };
    if registries.is_empty() {
        return Ok(found);
    }
    let given = request.username.as_ref().zip(request.password.as_ref());
    if given.is_some() && registries.len() > 1 {
        return Err(usage(format!(
            "`--username` is for one registry, and these are {}: {}",
            registries.len(),
            registries.join(", ")
        ))
        .hint("choose with `--registry`"));
    }
    let store = docker::credentials()?;
    for registry in registries {
        let content = match given {
            Some((username, password)) => Ok(content(registry, username, password)),
            None => of_docker(&store, registry),
        };
        match content.and_then(|content| usable(run, content)) {
            Ok(content) => drop(found.contents.insert(registry.to_owned(), content)),
            Err(failure) if request.as_configured && failure.exit == Exit::Auth => {
                let hint = failure.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
                say(run, format!("no pull secret for `{registry}`: {}{hint}", failure.error));
            }
            Err(failure) => found.failures.push(failure),
        }
    }
    Ok(found)
}

fn content(registry: &str, username: &str, password: &Secret) -> Content {
    Content {
        registry: registry.to_owned(),
        username: username.to_owned(),
        password: password.clone(),
        expires: expiry::of(username, password).at(),
    }
}

fn of_docker(store: &Store, registry: &str) -> Result<Content, Failure> {
    match store.lookup(registry)? {
        Some(Credential::Password { username, password }) => {
            Ok(content(registry, &username, &password))
        }
        Some(_) => Err(Failure::new(
            Exit::Auth,
            format!("the login at `{registry}` is a token, which no kubelet can use"),
        )
        .hint(format!("log in with a password or access token: `docker login {registry}`"))),
        None => Err(Failure::new(
            Exit::Auth,
            format!("no credentials for `{registry}` in {}", store.source(registry)),
        )
        .hint(format!("`docker login {registry}`"))),
    }
}

/// Refuses what has ended, and warns of what will soon.
fn usable(run: &Run, content: Content) -> Result<Content, Failure> {
    let registry = &content.registry;
    match expiry::of(&content.username, &content.password) {
        Expiry::At(end) if end <= now() => Err(Failure::new(
            Exit::Auth,
            format!("the credentials for `{registry}` ended at {}", time::utc(end)),
        )
        .hint(format!("log in again: `docker login {registry}`"))),
        Expiry::Soon => {
            let text = format!(
                "the password for `{registry}` is a token that ends soon, and pods cannot pull with it then: use a lasting one, or run this again regularly"
            );
            run.reporter.note(Level::Warning, text);
            Ok(content)
        }
        _ => Ok(content),
    }
}
