//! ds-rewrite as helm's post-renderer: an executable for helm 3, a plugin in a folder of
//! its own for helm 4, in front of the user's plugins. Both lie in a private folder and
//! go with it; nothing is put into anybody's home.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Generation;
use crate::util::fs::{PathContext, PathError};

/// The plugin's name, by which helm 4 takes it.
pub const PLUGIN: &str = "ds-rewrite";

/// What `--post-renderer` names, and the folder for `HELM_PLUGINS`.
pub struct Post {
    pub name: PathBuf,
    pub plugins: Option<PathBuf>,
}

/// Writes the post-renderer into `folder`: it runs `program` with `args` in `root`.
pub fn write(
    folder: &Path,
    generation: Generation,
    program: &Path,
    args: &[OsString],
    root: &Path,
) -> Result<Post, PathError> {
    let script = script(program, args, root);
    match generation {
        Generation::Three => {
            let file = folder.join(PLUGIN);
            private(&file, &script, 0o700)?;
            Ok(Post { name: file, plugins: None })
        }
        Generation::Four => {
            let plugins = folder.join("plugins");
            let own = plugins.join(PLUGIN);
            std::fs::create_dir_all(&own).at("make", &own)?;
            let file = own.join("run");
            private(&file, &script, 0o700)?;
            let manifest = format!(
                "apiVersion: v1\ntype: postrenderer/v1\nname: {PLUGIN}\nversion: 0.1.0\n\
                 runtime: subprocess\nruntimeConfig:\n  platformCommand:\n  - command: {}\n",
                serde_json::Value::from(file.to_string_lossy())
            );
            private(&own.join("plugin.yaml"), manifest.as_bytes(), 0o600)?;
            Ok(Post { name: PathBuf::from(PLUGIN), plugins: Some(plugins) })
        }
    }
}

/// A file that nobody else may read.
pub fn private(path: &Path, bytes: &[u8], mode: u32) -> Result<(), PathError> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .at("write", path)?;
    file.write_all(bytes).at("write", path)?;
    file.set_permissions(std::fs::Permissions::from_mode(mode)).at("write", path)
}

fn script(program: &Path, args: &[OsString], root: &Path) -> Vec<u8> {
    let mut text = b"#!/bin/sh\ncd ".to_vec();
    text.extend(quoted(root.as_os_str()));
    text.extend(b" && exec ");
    text.extend(quoted(program.as_os_str()));
    for arg in args {
        text.push(b' ');
        text.extend(quoted(arg));
    }
    text.push(b'\n');
    text
}

/// As sh reads it back.
fn quoted(word: &OsStr) -> Vec<u8> {
    let mut text = vec![b'\''];
    for &byte in word.as_encoded_bytes() {
        match byte {
            b'\'' => text.extend(b"'\\''"),
            byte => text.push(byte),
        }
    }
    text.push(b'\'');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_hands_arguments_on_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let args = ["-c", "cat; printf %s \"$1\"", "sh", "it's $HOME"].map(OsString::from);
        let post = write(dir.path(), Generation::Three, Path::new("/bin/sh"), &args, dir.path());
        let output = std::process::Command::new(post.unwrap().name)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"it's $HOME");
        let post = write(dir.path(), Generation::Four, Path::new("/bin/sh"), &args, dir.path());
        let plugins = post.unwrap().plugins.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&plugins.join("ds-rewrite/plugin.yaml")), 0o600);
        assert_eq!(mode(&plugins.join("ds-rewrite/run")), 0o700);
    }
}
