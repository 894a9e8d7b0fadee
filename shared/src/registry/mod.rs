//! Registries: whose password goes where, and what a registry has under a name.
//!
//! Credentials come from docker's own configuration and are asked for one registry
//! at a time; nothing here stores or prints one. Knows no engine and no cluster.

#[cfg(feature = "embedded")]
pub mod archive;
#[cfg(feature = "registry")]
mod auth;
#[cfg(feature = "registry")]
pub mod blobs;
#[cfg(feature = "registry")]
pub mod client;
#[cfg(feature = "registry")]
pub mod credentials;
pub mod descriptor;
#[cfg(feature = "registry")]
pub mod expiry;
#[cfg(feature = "registry")]
mod fault;
#[cfg(feature = "registry")]
mod helper;
#[cfg(feature = "registry")]
pub mod hosts;
#[cfg(feature = "registry")]
mod http;
#[cfg(feature = "registry")]
pub mod layout;
pub mod manifest;
pub mod platform;
#[cfg(feature = "registry")]
mod protocol;
#[cfg(feature = "registry")]
pub mod pull;
#[cfg(feature = "registry")]
pub mod push;
#[cfg(feature = "registry")]
pub mod retry;
#[cfg(feature = "registry")]
pub mod tls;

#[cfg(feature = "registry")]
pub use client::Client;
#[cfg(feature = "registry")]
pub use credentials::{Credential, Store};
#[cfg(feature = "registry")]
pub use fault::Error;
pub use manifest::Manifest;

use crate::reference::HUB;

/// The key under which docker keeps Docker Hub's credentials.
pub const HUB_KEY: &str = "https://index.docker.io/v1/";

/// What docker calls a registry in its configuration and asks its helpers for.
pub fn key_of(registry: &str) -> &str {
    if registry == HUB { HUB_KEY } else { registry }
}

/// A configuration key as a registry's host, as docker compares them: without scheme
/// and path, and with Docker Hub's several names made one (docker/cli, `ConvertToHostname`).
pub fn host_of(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let host = rest.split('/').next().unwrap_or(rest);
    match host {
        "index.docker.io" | "registry-1.docker.io" => HUB,
        host => host,
    }
}

/// Whether docker takes this registry for one that may speak plain HTTP: `localhost`
/// and loopback addresses, with or without a port (moby, `registry.isInsecure`).
pub fn is_loopback(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => registry.split(':').next().unwrap_or(registry),
    };
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hosts_whatever_their_spelling() {
        let table = [
            ("https://index.docker.io/v1/", "docker.io"),
            ("index.docker.io", "docker.io"),
            ("docker.io", "docker.io"),
            ("https://registry-1.docker.io/v2/", "docker.io"),
            ("reg.example.com", "reg.example.com"),
            ("http://reg.example.com:5000/v2/", "reg.example.com:5000"),
            ("https://reg.example.com", "reg.example.com"),
            ("", ""),
        ];
        for (key, host) in table {
            assert_eq!(host_of(key), host, "{key}");
        }
        assert_eq!(key_of("docker.io"), HUB_KEY);
        assert_eq!(key_of("a.b:1"), "a.b:1");
    }

    #[test]
    fn loopback_registries() {
        for yes in ["localhost", "localhost:5000", "127.0.0.1:5500", "127.8.9.1", "[::1]:5000"] {
            assert!(is_loopback(yes), "{yes}");
        }
        for no in ["docker.io", "10.0.0.1:5000", "localhost.example.com", "[2001:db8::1]:5000"] {
            assert!(!is_loopback(no), "{no}");
        }
    }
}
