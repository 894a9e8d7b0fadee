//! RUN can't be done here: what is missing, and how to get it.

use super::Error;
use super::ids::{Ids, find};

/// The error for a machine on which every way failed; `failed` has each with its reason.
pub(super) fn impossible(failed: &[(Ids, String)]) -> Error {
    let mut reasons: Vec<String> =
        failed.iter().map(|(ids, why)| format!("{}: {why}", name(ids))).collect();
    reasons.dedup();
    Error::Impossible { reasons, hint: hint() }
}

fn name(ids: &Ids) -> &'static str {
    match ids {
        Ids::Same => "as root",
        Ids::Nested { .. } => "as root of a user namespace",
        Ids::Subordinate { .. } => "in a user namespace with the ids of /etc/subuid",
        Ids::Single => "in a user namespace with one id",
    }
}

/// The first thing that is known to be in the way, with the command that changes it.
fn hint() -> String {
    let setting = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let sysctl = |name: &str, value: &str| {
        format!("as root: `sysctl -w {name}={value}` (and in /etc/sysctl.d/ for good)")
    };
    if setting("/proc/sys/user/max_user_namespaces") == "0" {
        return sysctl("user.max_user_namespaces", "15000");
    }
    if setting("/proc/sys/kernel/unprivileged_userns_clone") == "0" {
        return sysctl("kernel.unprivileged_userns_clone", "1");
    }
    if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" {
        return format!(
            "Ubuntu keeps ordinary programs from user namespaces: {}, or an AppArmor profile with `userns,` for ds-build",
            sysctl("kernel.apparmor_restrict_unprivileged_userns", "0")
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let filtered = status.lines().any(|line| line.starts_with("Seccomp:") && !line.ends_with('0'));
    if filtered {
        return "in a container: `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined` for docker run, `procMount: Unmasked` and `hostUsers: false` in Kubernetes; or a builder elsewhere, `--builder docker`".to_owned();
    }
    "builds without RUN work here; for RUN name another builder, such as `--builder docker`"
        .to_owned()
}

/// What a missing id means, for a machine where only one can be had.
pub(super) fn one_id(what: &str) -> String {
    let missing =
        if find("newuidmap").is_none() { "install the package `uidmap`, and " } else { "" };
    format!(
        "{what} cannot be had: this user has one id for containers; {missing}as root: `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER`"
    )
}
