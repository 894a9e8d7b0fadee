//! Variables that have a value by themselves: `DEVSPACE_…`, in any case of letters.
//!
//! Asks `git` only when a variable needs it, and only about the project's folder.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::util::git::command;
use crate::util::process::run_bounded;

/// What a name is.
pub(in crate::config) enum Predefined {
    /// Not predefined.
    No,
    Value(String),
    /// Predefined, but the value cannot be had: why, and what to do.
    Fault(String, Option<String>),
    /// Of upstream's cloud, which is gone: the environment may have it.
    Cloud,
}

/// The predefined value of a name.
pub(in crate::config) fn value(name: &str, root: &Path, profile: Option<&str>) -> Predefined {
    match name.to_ascii_uppercase().as_str() {
        "DEVSPACE_RANDOM" => Predefined::Value(random()),
        "DEVSPACE_TIMESTAMP" => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Predefined::Value(now.as_secs().to_string())
        }
        "DEVSPACE_GIT_COMMIT" => match git(root, &["rev-parse", "HEAD"]) {
            Ok(commit) => Predefined::Value(commit.chars().take(8).collect()),
            Err((why, hint)) => Predefined::Fault(why, hint),
        },
        "DEVSPACE_GIT_BRANCH" => match git(root, &["symbolic-ref", "--short", "HEAD"]) {
            Ok(branch) => Predefined::Value(branch),
            Err((why, hint)) => Predefined::Fault(why, hint),
        },
        "DEVSPACE_PROFILE" => Predefined::Value(profile.unwrap_or_default().to_owned()),
        "DEVSPACE_USERNAME" | "DEVSPACE_SPACE" | "DEVSPACE_SPACE_NAMESPACE" => Predefined::Cloud,
        upper if upper.starts_with("DEVSPACE_SPACE_DOMAIN") => Predefined::Cloud,
        _ => Predefined::No,
    }
}

/// Six letters and digits.
fn random() -> String {
    const ALPHABET: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    // The keys of a `RandomState` come from the system's randomness.
    let mut number = RandomState::new().hash_one(now);
    let mut next = || {
        let letter = ALPHABET[(number % 62) as usize];
        number /= 62;
        char::from(letter)
    };
    (0..6).map(|_| next()).collect()
}

/// One answer of git, or why there is none and what to do.
fn git(root: &Path, arguments: &[&str]) -> Result<String, (String, Option<String>)> {
    let mut command = command(root);
    let output = run_bounded(command.args(arguments), b"", Duration::from_secs(20), 1 << 16)
        .map_err(|error| (error.to_string(), Some("install git".to_owned())))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !text.is_empty() && text != "HEAD" {
        return Ok(text);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("not a git repository") {
        let hint = "run `git init` and commit, or give the variable another value";
        return Err(("the project is in no git repository".to_owned(), Some(hint.to_owned())));
    }
    if said.contains("dubious ownership") {
        let hint = "run the `git config --global --add safe.directory …` that git names";
        return Err(("git refuses a folder of another owner".to_owned(), Some(hint.to_owned())));
    }
    Err((
        "the git repository has no commit or branch yet".to_owned(),
        Some("commit first".to_owned()),
    ))
}
