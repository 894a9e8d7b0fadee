//! Credentials of a project: docker's config.json, and docker-credential-* programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

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

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32, at: u32| char::from(LETTERS[(bits >> at & 63) as usize]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        text.push(letter(bits, 18));
        text.push(letter(bits, 12));
        text.push(if chunk.len() > 1 { letter(bits, 6) } else { '=' });
        text.push(if chunk.len() > 2 { letter(bits, 0) } else { '=' });
    }
    text
}
