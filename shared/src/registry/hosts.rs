//! What this machine's owner says of single registries: mirrors to pull from, which may
//! go without TLS, whose certificates count.
//!
//! Read where the tools of the field keep it, so that it need not be said again:
//! - `certs.d/HOST/hosts.toml` of containerd and nerdctl (also of k3s and BuildKit's
//!   users), in `~/.config/containerd` and `/etc/containerd`; `_default` is for all others;
//! - docker's `daemon.json` (`registry-mirrors`, which are for Docker Hub alone, and
//!   `insecure-registries`), in `~/.config/docker` and `/etc/docker`;
//! - `certs.d/HOST/*.crt` and `*.cert` with `*.key`, as docker, podman and skopeo take them.
//!
//! Podman's `registries.conf` is not read. What is written wrongly is told and left out:
//! these files belong to others.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml_edit::{DocumentMut, Item};

use super::host_of;
use crate::reference::{HUB, Reference, Repository};

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    mirrors: HashMap<String, Vec<Mirror>>,
    rules: HashMap<String, Rule>,
    /// What could not be understood.
    pub warnings: Vec<String>,
}

/// A registry that has what another has.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mirror {
    host: String,
    /// Below `/v2/`, before the repository's own path; empty for most.
    prefix: String,
}

/// How a registry is spoken to, where it is not the usual way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Plain HTTP and any certificate will do.
    pub insecure: bool,
    /// Certificates of authorities, beside the system's.
    pub authorities: Vec<PathBuf>,
    /// Our own certificate and its key.
    pub client: Option<(PathBuf, PathBuf)>,
}

impl Hosts {
    /// Reads what the user and the machine have; `etc` is `/etc` but in tests.
    pub fn load(home: Option<&Path>, etc: &Path) -> Self {
        let mut hosts = Self::default();
        let config = home.map(|home| home.join(".config"));
        // The user's own word comes first.
        let folders: Vec<&Path> = config.as_deref().into_iter().chain([etc]).collect();
        for folder in &folders {
            hosts.containerd(&folder.join("containerd/certs.d"));
        }
        for folder in &folders {
            hosts.docker(&folder.join("docker/daemon.json"));
            for tool in ["docker", "containers"] {
                hosts.certificates(&folder.join(tool).join("certs.d"));
            }
        }
        hosts
    }

    /// The rule for a registry, if there is one.
    pub fn rule(&self, registry: &str) -> Option<&Rule> {
        self.rules.get(registry)
    }

    /// Where a repository's images are looked for: its mirrors, then itself.
    pub fn places(&self, repository: &Repository) -> Vec<Repository> {
        let registry = repository.registry();
        let own = self.mirrors.get(registry).or_else(|| self.mirrors.get("_default"));
        let mirrors = own.into_iter().flatten().filter(|mirror| mirror.host != registry);
        let place = |mirror: &Mirror| {
            let path = match mirror.prefix.as_str() {
                "" => repository.path().to_owned(),
                prefix => format!("{prefix}/{}", repository.path()),
            };
            Reference::parse(&format!("{}/{path}", mirror.host)).ok().map(|place| place.repository)
        };
        mirrors.filter_map(place).chain([repository.clone()]).collect()
    }

    fn containerd(&mut self, folder: &Path) {
        for (host, folder) in folders(folder) {
            let path = folder.join("hosts.toml");
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            match text.parse::<DocumentMut>() {
                Ok(document) => self.hosts_toml(&host, &folder, &document),
                Err(_) => self.warnings.push(format!("`{}` is no TOML", path.display())),
            }
        }
    }

    fn hosts_toml(&mut self, host: &str, folder: &Path, document: &DocumentMut) {
        let tables = document.get("host").and_then(Item::as_table_like);
        let mut mirrors = Vec::new();
        for (url, table) in tables.into_iter().flat_map(toml_edit::TableLike::iter) {
            let Some(table) = table.as_table_like() else { continue };
            let may = |what: &str| {
                let list = table.get("capabilities").and_then(Item::as_array);
                list.is_none_or(|list| list.iter().any(|item| item.as_str() == Some(what)))
            };
            let Some(mirror) = mirror_of(url).filter(|_| may("pull") && may("resolve")) else {
                continue;
            };
            let skip = table.get("skip_verify").and_then(Item::as_bool).unwrap_or(false);
            let authorities = table.get("ca").map(texts).unwrap_or_default();
            let authorities: Vec<PathBuf> =
                authorities.into_iter().map(|path| folder.join(path)).collect();
            if skip || url.starts_with("http://") || !authorities.is_empty() {
                let rule = self.rules.entry(mirror.host.clone()).or_default();
                rule.insecure |= skip || url.starts_with("http://");
                rule.authorities.extend(authorities);
            }
            mirrors.push(mirror);
        }
        if !mirrors.is_empty() {
            self.mirrors.entry(host.to_owned()).or_insert(mirrors);
        }
    }

    fn docker(&mut self, path: &Path) {
        let Ok(bytes) = std::fs::read(path) else { return };
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
            self.warnings.push(format!("`{}` is no JSON", path.display()));
            return;
        };
        let list = |name: &str| -> Vec<String> {
            let items = value[name].as_array().into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        for host in list("insecure-registries") {
            // Ranges of addresses are for engines that look names up.
            self.rules.entry(host_of(&host).to_owned()).or_default().insecure = true;
        }
        let mut mirrors = Vec::new();
        for url in list("registry-mirrors") {
            let Some(mirror) = mirror_of(&url) else { continue };
            if url.starts_with("http://") {
                self.rules.entry(mirror.host.clone()).or_default().insecure = true;
            }
            mirrors.push(mirror);
        }
        if !mirrors.is_empty() {
            self.mirrors.entry(HUB.to_owned()).or_insert(mirrors);
        }
    }

    fn certificates(&mut self, folder: &Path) {
        for (host, folder) in folders(folder) {
            let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .collect();
            files.sort();
            let ends = |path: &&PathBuf, end: &str| path.extension().is_some_and(|e| e == end);
            let authorities: Vec<PathBuf> =
                files.iter().filter(|path| ends(path, "crt")).cloned().collect();
            let client = files.iter().find(|path| ends(path, "cert")).and_then(|cert| {
                let key = cert.with_extension("key");
                key.is_file().then(|| (cert.clone(), key))
            });
            if !authorities.is_empty() || client.is_some() {
                let rule = self.rules.entry(host).or_default();
                rule.authorities.extend(authorities);
                rule.client = rule.client.take().or(client);
            }
        }
    }
}

/// The hosts that a `certs.d` has folders for. A `:` may be written as `_PORT_`.
fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let host = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let port = name.strip_suffix('_').and_then(|name| name.rsplit_once('_'));
        let host = match port {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                format!("{host}:{port}")
            }
            _ => host_of(&name).to_owned(),
        };
        Some((host, entry.path()))
    };
    entries.filter_map(host).collect()
}

/// `https://HOST[:PORT][/v2][/PREFIX]`
fn mirror_of(url: &str) -> Option<Mirror> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_matches('/');
    let prefix = path.strip_prefix("v2/").unwrap_or(if path == "v2" { "" } else { path });
    let (host, prefix) = (host.to_owned(), prefix.to_owned());
    (!host.is_empty()).then_some(Mirror { host, prefix })
}

fn texts(item: &Item) -> Vec<String> {
    match (item.as_str(), item.as_array()) {
        (Some(text), _) => vec![text.to_owned()],
        (None, Some(list)) => {
            list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        (None, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn mirrors_are_asked_before_the_registry_itself() {
        let dir = tempfile::tempdir().unwrap();
        let (home, etc) = (dir.path().join("home"), dir.path().join("etc"));
        write(
            &etc,
            "docker/daemon.json",
            r#"{"registry-mirrors":["https://m.corp/","http://plain.corp:5000"],"insecure-registries":["old.corp:5000"]}"#,
        );
        write(
            &home,
            ".config/containerd/certs.d/r.io/hosts.toml",
            "server = 'https://r.io'\n[host.'https://one.corp/v2/proxy']\ncapabilities = ['pull','resolve']\nca = 'ca.crt'\n[host.'https://push.corp']\ncapabilities = ['push']\n[host.'http://two.corp:80']\n",
        );
        write(&etc, "containerd/certs.d/r.io/hosts.toml", "[host.'https://other.corp']\n");
        write(&etc, "containerd/certs.d/bad.io/hosts.toml", "[[[");
        write(&etc, "docker/certs.d/tls.io_5000_/a.crt", "x");
        write(&etc, "docker/certs.d/tls.io_5000_/me.cert", "x");
        write(&etc, "docker/certs.d/tls.io_5000_/me.key", "x");
        let hosts = Hosts::load(Some(&home), &etc);
        let places = |name: &str| -> Vec<String> {
            let repository = Reference::parse(name).unwrap().repository;
            hosts.places(&repository).iter().map(Repository::full).collect()
        };
        let hub =
            ["m.corp/library/redis", "plain.corp:5000/library/redis", "docker.io/library/redis"];
        assert_eq!(places("redis"), hub);
        assert_eq!(places("r.io/a/b"), ["one.corp/proxy/a/b", "two.corp:80/a/b", "r.io/a/b"]);
        assert_eq!(places("else.io/a"), ["else.io/a"]);
        let insecure = |host: &str| hosts.rule(host).is_some_and(|rule| rule.insecure);
        assert!(
            insecure("plain.corp:5000") && insecure("two.corp:80") && insecure("old.corp:5000")
        );
        assert!(!insecure("m.corp") && !insecure("one.corp") && !insecure("docker.io"));
        let ca = home.join(".config/containerd/certs.d/r.io/ca.crt");
        assert_eq!(hosts.rule("one.corp").unwrap().authorities, [ca]);
        let tls = hosts.rule("tls.io:5000").unwrap();
        assert!(tls.authorities.len() == 1 && tls.client.is_some());
        assert_eq!(hosts.warnings.len(), 1);
        let nothing = Hosts::load(None, &dir.path().join("nowhere"));
        assert_eq!(nothing, Hosts::default());
    }
}
