//! For which registries, in which namespaces and for which service accounts: from
//! manifests, else from the config's deployments.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Request, usage};
use crate::cluster::pull_secret;
use crate::config::{Deployment, Method};
use crate::manifest::input::{self, Source};
use crate::manifest::needs::{DEFAULT_ACCOUNT, Needs, Own};
use crate::manifest::{DOCUMENT_MAX, object};
use crate::reference::HUB;
use crate::registry::host_of;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Names under which later versions of the config know Docker Hub.
const HUB_NAMES: [&str; 2] = ["", "hub.docker.com"];

/// A registry that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    pub host: String,
    /// The secret's name.
    pub secret: String,
    /// For accounts of an entry of `pullSecrets`, in every namespace that is used.
    pub everywhere: Option<Vec<String>>,
}

/// A secret that a namespace needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub namespace: String,
    pub registry: String,
    pub secret: String,
    /// The accounts that shall use it, and for those that the manifests bring, how.
    pub accounts: BTreeMap<String, Option<Value>>,
}

/// All targets, by namespace and name.
pub fn find(run: &Run, request: &Request, namespace: &str) -> Result<Vec<Target>, Failure> {
    let registries = registries(run, request);
    let mut found = Found::default();
    if registries.is_empty() {
        return Ok(Vec::new());
    }
    if request.manifests.is_empty() {
        found.of_deployments(run, &registries, namespace)?;
    } else {
        let root = std::env::current_dir().unwrap_or_default();
        let needs = read(&request.manifests, &root, run, namespace)?;
        found.of_needs(run, &registries, &needs);
    }
    Ok(found.0.into_values().collect())
}

/// The registries that were asked for, each once.
pub fn registries(run: &Run, request: &Request) -> Vec<Registry> {
    let mut all: Vec<Registry> = Vec::new();
    let mut add = |host: &str, secret: Option<&str>, everywhere: Option<Vec<String>>| {
        let wanted = request.registries.iter().map(|name| registry_of(name));
        if !request.registries.is_empty() && !wanted.into_iter().any(|name| name == host) {
            return;
        }
        match all.iter_mut().find(|known| known.host == host) {
            Some(known) => {
                known.secret = secret.map_or_else(|| known.secret.clone(), str::to_owned);
                known.everywhere = known.everywhere.take().or(everywhere);
            }
            None => all.push(Registry {
                host: host.to_owned(),
                secret: secret.map_or_else(|| pull_secret::name(host), str::to_owned),
                everywhere,
            }),
        }
    };
    for image in &run.images {
        if image.create_pull_secret || !request.as_configured {
            add(image.repository.registry(), None, None);
        }
    }
    // `--image` is about images.
    for entry in run.project.pull_secrets.iter().filter(|_| run.options.common.images.is_empty()) {
        let accounts = match entry.service_accounts.is_empty() {
            true => vec![DEFAULT_ACCOUNT.to_owned()],
            false => entry.service_accounts.clone(),
        };
        add(registry_of(&entry.registry), entry.secret.as_deref(), Some(accounts));
    }
    for name in &request.registries {
        add(registry_of(name), None, None);
    }
    all
}

fn registry_of(name: &str) -> &str {
    if HUB_NAMES.contains(&name) { HUB } else { host_of(name) }
}

/// What the manifests need.
fn read(arguments: &[PathBuf], root: &Path, run: &Run, namespace: &str) -> Result<Needs, Failure> {
    let sources = input::expand(arguments, root)
        .map_err(|error| Failure::new(Exit::Data, error.to_string()))?;
    let mut documents = Vec::new();
    for source in sources {
        if source == Source::Stdin && run.options.streams() {
            return Err(usage("stdin cannot be both the state and the manifests"));
        }
        let bytes = bytes_of(&source)
            .map_err(|error| Failure::new(Exit::Data, format!("`{}`: {error}", source.name())))?;
        documents.extend(object::documents(&bytes, source.name())?);
    }
    Ok(Needs::of(&documents, namespace))
}

fn bytes_of(source: &Source) -> std::io::Result<Vec<u8>> {
    let limit = DOCUMENT_MAX as u64;
    let mut bytes = Vec::new();
    let read = match source {
        Source::Stdin => std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes)?,
        Source::File { path, .. } => {
            std::fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?
        }
    };
    match read as u64 > limit {
        true => Err(std::io::Error::other(format!("more than {} MiB", limit >> 20))),
        false => Ok(bytes),
    }
}

#[derive(Default)]
struct Found(BTreeMap<(String, String), Target>);

impl Found {
    fn target(&mut self, namespace: &str, registry: &Registry) -> &mut Target {
        let key = (namespace.to_owned(), registry.secret.clone());
        self.0.entry(key).or_insert_with(|| Target {
            namespace: namespace.to_owned(),
            registry: registry.host.clone(),
            secret: registry.secret.clone(),
            accounts: BTreeMap::new(),
        })
    }

    /// Plain manifests tell which accounts are used; of the others the namespace is known.
    fn of_deployments(
        &mut self,
        run: &Run,
        registries: &[Registry],
        namespace: &str,
    ) -> Result<(), Failure> {
        for deployment in &run.project.deployments {
            let namespace = deployment.namespace.as_deref().unwrap_or(namespace);
            match plain_manifests(deployment) {
                Some(manifests) => {
                    let needs = read(&manifests, &run.project.root, run, namespace)?;
                    self.of_needs(run, registries, &needs);
                }
                None => self.of_namespace(registries, namespace),
            }
        }
        if run.project.deployments.is_empty() {
            self.of_namespace(registries, namespace);
        }
        Ok(())
    }

    fn of_namespace(&mut self, registries: &[Registry], namespace: &str) {
        for registry in registries {
            let default = || vec![DEFAULT_ACCOUNT.to_owned()];
            let accounts = registry.everywhere.clone().unwrap_or_else(default);
            let target = self.target(namespace, registry);
            for account in accounts {
                target.accounts.entry(account).or_default();
            }
        }
    }

    fn of_needs(&mut self, run: &Run, registries: &[Registry], needs: &Needs) {
        for registry in registries {
            for ((namespace, account), pulls) in &needs.accounts {
                if pulls.registries.contains_key(&registry.host) {
                    let accounts = &mut self.target(namespace, registry).accounts;
                    accounts.insert(account.clone(), pulls.document.clone());
                }
            }
            for own in needs.own.iter().filter(|own| own.registries.contains(&registry.host)) {
                self.target(&own.namespace, registry);
                warn_of(run, own, registry);
            }
            for account in registry.everywhere.iter().flatten() {
                for namespace in &needs.namespaces {
                    let document = needs.accounts.get(&(namespace.clone(), account.clone()));
                    let document = document.and_then(|account| account.document.clone());
                    let accounts = &mut self.target(namespace, registry).accounts;
                    accounts.entry(account.clone()).or_insert(document);
                }
            }
        }
        let known: BTreeSet<&str> = registries.iter().map(|r| r.host.as_str()).collect();
        for other in needs.registries().difference(&known) {
            let text = format!(
                "images of `{other}` are used, too; `--registry {other}` makes a pull secret for it"
            );
            run.reporter.note(Level::Verbose, text);
        }
    }
}

/// A pod takes its account's secrets only if it names none itself.
fn warn_of(run: &Run, own: &Own, registry: &Registry) {
    if own.secrets.contains(&registry.secret) {
        return;
    }
    let Own { place, owner, path, .. } = own;
    let text = format!(
        "{place}: {owner} names pull secrets, and so gets none from its service account; for images of `{}` add to `{path}`:\n  - name: {}",
        registry.host, registry.secret
    );
    run.reporter.note(Level::Warning, text);
}

fn plain_manifests(deployment: &Deployment) -> Option<Vec<PathBuf>> {
    match &deployment.method {
        Method::Kubectl { manifests, kustomize: false, .. } => {
            Some(manifests.iter().map(PathBuf::from).collect())
        }
        _ => None,
    }
}
