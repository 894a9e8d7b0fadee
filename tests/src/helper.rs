//! Credentials of a project: docker's config.json, and docker-credential-* programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

use crate::encode::base64;
use crate::project::Project;

/// Writes `auths` for a registry, as `docker login` without a helper would.
pub fn docker_login(project: &Project, host: &str, user: &str, password: &str) {
    let auth = base64(format!("{user}:{password}").as_bytes());
    project.docker_config(&json!({ "auths": { host: { "auth": auth } } }));
}

/// Puts a program `docker-credential-NAME` in front of the project's PATH. It notes
/// the registries it is asked for in a file, whose path is returned, then runs `body`
/// (shell; `$host` is what it was asked for).
pub fn helper(project: &Project, name: &str, body: &str) -> std::path::PathBuf {
    let log = project.home().join(format!("{name}.log"));
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = get ] || exit 1\nread -r host || true\necho \"$host\" >>{}\n{body}\n",
        log.display()
    );
    executable(&project.tools().join(format!("docker-credential-{name}")), &script);
    log
}

/// Writes a program.
pub(crate) fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
