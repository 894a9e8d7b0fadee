//! Runs one `docker-credential-*` program for one registry, within limits.
//!
//! The program is looked for on the given `PATH` only. What it prints stays in here:
//! neither its stdout nor its stderr reaches a message, since both may hold a secret.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::credentials::{Credential, Error};
use super::protocol;
use crate::util::process::{self, RunError};

/// A helper may ask its user, but not for ever.
pub const LIMIT: Duration = Duration::from_secs(20);
const ANSWER_MAX: u64 = 1 << 20;

/// Asks `docker-credential-<name>` for the registry that docker knows as `key`.
pub fn ask(
    name: &str,
    key: &str,
    path: Option<&OsStr>,
    limit: Duration,
) -> Result<Option<Credential>, Error> {
    let helper = format!("docker-credential-{name}");
    let registry = key.to_owned();
    let Some(program) = find(name, &helper, path) else {
        return Err(Error::HelperMissing { helper, registry });
    };
    let answer =
        process::run_bounded(Command::new(program).arg("get"), key.as_bytes(), limit, ANSWER_MAX);
    let output = match answer {
        Ok(output) => output,
        Err(RunError::Timeout { seconds, .. }) => {
            return Err(Error::HelperSlow { helper, registry, seconds });
        }
        Err(RunError::Start { source, .. } | RunError::Io { source, .. }) => {
            return Err(Error::HelperStart { helper, registry, source });
        }
    };
    let stdout = zeroize::Zeroizing::new(output.stdout);
    protocol::decode(output.status.success(), &stdout).map_err(|fault| Error::HelperBroken {
        helper,
        registry,
        status: output.status.to_string(),
        fault,
    })
}

/// The first executable file of that name on `path`. A name with a `/` in it is no name.
fn find(name: &str, helper: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    if name.is_empty() || name.contains('/') {
        return None;
    }
    std::env::split_paths(path?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(helper))
        .find(|file| {
            use std::os::unix::fs::PermissionsExt;
            file.metadata()
                .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}
