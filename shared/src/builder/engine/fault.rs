//! Engine faults, sorted by what can be done about them.
//!
//! An engine tells the reason of a refused pull or push in words only; the words known
//! here are those of moby and of the registries' clients within it.

use bollard::errors::Error as Bollard;

use super::connect::Fault;
use super::{Engine, Error};

/// What an engine's words mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Auth,
    Unreachable,
    Later,
    Other,
}

const LATER: &[&str] = &["toomanyrequests", "too many requests", "rate limit"];
const AUTH: &[&str] = &[
    "unauthorized",
    "authentication required",
    "no basic auth credentials",
    "denied",
    "401 unauthorized",
    "403 forbidden",
    "authorization failed",
    "authorization status: 401",
    "incorrect username or password",
];
const UNREACHABLE: &[&str] = &[
    "connection refused",
    "no such host",
    "i/o timeout",
    "network is unreachable",
    "no route to host",
    "tls handshake timeout",
    "temporary failure in name resolution",
    "client.timeout exceeded",
    "server misbehaving",
    "connection reset by peer",
    "x509:",
];

/// Sorts an engine's message about a registry.
pub fn meaning(text: &str) -> Meaning {
    // A file that may not be read is no registry's refusal.
    let text = text.to_lowercase().replace("permission denied", "");
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if any(LATER) {
        Meaning::Later
    } else if any(UNREACHABLE) || text.ends_with(": eof") {
        // First, since a mirror's refusal may stand beside the name that was not found.
        Meaning::Unreachable
    } else if any(AUTH) {
        Meaning::Auth
    } else {
        Meaning::Other
    }
}

/// Whether a build's error tells that an instruction ran and failed, whatever its words.
pub fn is_instruction(text: &str) -> bool {
    let signs = ["returned a non-zero code", "exit code", "did not complete successfully"];
    signs.iter().any(|sign| text.contains(sign))
}

/// The engine's words without the layers of BuildKit that they came through.
pub fn innermost(mut text: &str) -> &str {
    let layers = [
        "failed to solve with frontend dockerfile.v0: ",
        "failed to solve: ",
        "failed to create LLB definition: ",
        "rpc error: code = Unknown desc = ",
    ];
    while let Some(rest) = layers.iter().find_map(|layer| text.strip_prefix(layer)) {
        text = rest;
    }
    text
}

/// A failed build's error: an instruction, or a base image that could not be had.
pub fn of_build(error: &str, message: String, tail: Vec<String>) -> Error {
    if is_instruction(error) {
        return Error::Build { message, tail };
    }
    match meaning(error) {
        Meaning::Auth => Error::Auth { message },
        Meaning::Unreachable => Error::Unreachable { message, hint: None },
        Meaning::Later => Error::Later { message },
        Meaning::Other => Error::Build { message, tail },
    }
}

impl Engine {
    pub(super) fn unreachable(&self, why: &str) -> Error {
        Error::Unreachable {
            message: format!("the engine at {} does not answer: {why}", self.endpoint),
            hint: Some(self.endpoint.hint()),
        }
    }

    pub(super) fn absent(&self, fault: &Fault) -> Error {
        self.unreachable(&fault.to_string())
    }

    pub(super) fn strange(&self, why: &str) -> Error {
        Error::Engine { message: format!("the engine at {} answers: {why}", self.endpoint) }
    }

    /// Bollard's error as ours: our own connection's fault comes out of it again.
    pub(super) fn fault(&self, error: Bollard) -> Error {
        match error {
            Bollard::IOError { err } => match err.get_ref().and_then(|e| e.downcast_ref::<Fault>())
            {
                Some(fault) => self.absent(fault),
                None => self.unreachable(&err.to_string()),
            },
            Bollard::HyperResponseError { err } => {
                self.unreachable(&format!("the connection broke: {err}"))
            }
            Bollard::RequestTimeoutError => self.unreachable("no answer in time"),
            Bollard::DockerResponseServerError { message, .. } => self.strange(&message),
            error => self.strange(&error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_engines() {
        let table = [
            ("unauthorized: authentication required", Meaning::Auth),
            ("no basic auth credentials", Meaning::Auth),
            ("denied: requested access to the resource is denied", Meaning::Auth),
            (
                "pull access denied for x, repository does not exist or may require 'docker login'",
                Meaning::Auth,
            ),
            (
                "Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
                Meaning::Unreachable,
            ),
            (
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                Meaning::Unreachable,
            ),
            ("toomanyrequests: You have reached your pull rate limit", Meaning::Later),
            (
                "failed to do request: Head \"https://r.x/v2/a/blobs/sha256:0\": EOF",
                Meaning::Unreachable,
            ),
            ("blob upload unknown", Meaning::Other),
            ("COPY failed: open /x: permission denied", Meaning::Other),
        ];
        for (text, expected) in table {
            assert_eq!(meaning(text), expected, "{text}");
        }
    }

    #[test]
    fn a_run_that_prints_unauthorized_is_a_failed_build() {
        let error = "The command '/bin/sh -c curl unauthorized' returned a non-zero code: 22";
        assert!(matches!(of_build(error, String::new(), vec![]), Error::Build { .. }));
        let error = "executor failed running [/bin/sh -c echo denied]: exit code: 3";
        assert!(matches!(of_build(error, String::new(), vec![]), Error::Build { .. }));
    }
}
