//! Files: errors that name their path, and writes that are whole or not at all.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::staged::{folder_of, new_file, sync_folder};

/// An I/O error with what was attempted and on which path.
#[derive(Debug)]
pub struct PathError {
    /// What could not be done: `read`, `write`, `list`…
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.action, self.path.display(), plain(&self.source))
    }
}

impl std::error::Error for PathError {}

/// The system's words for an error, without Rust's `(os error N)`.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Adds action and path to an [`io::Error`].
pub trait PathContext<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, PathError>;
}

impl<T> PathContext<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, PathError> {
        self.map_err(|source| PathError { action, path: path.to_owned(), source })
    }
}

/// A path without `.` and `..`, by its text alone.
pub fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

/// Reads a whole file. What is no file is refused: a pipe would be waited for, and a
/// device need not end.
pub fn read(path: &Path) -> Result<Vec<u8>, PathError> {
    let meta = std::fs::metadata(path).at("read", path)?;
    if !meta.is_file() && !meta.is_dir() {
        return Err(io::Error::other("it is not a file")).at("read", path);
    }
    std::fs::read(path).at("read", path)
}

/// Replaces `path` by `bytes`: a reader sees the old content or the new one, whole.
///
/// The new file gets the old one's permissions, `mode` where there is none.
/// Both the file and its folder are synced before this returns. What is there and no
/// regular file (`/dev/stdout`, a pipe) is written to, not replaced.
pub fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> Result<(), PathError> {
    use std::os::unix::fs::PermissionsExt;
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let mut there = File::options().write(true).open(path).at("write", path)?;
        return there.write_all(bytes).at("write", path);
    }
    let folder = folder_of(path);
    let mode = std::fs::metadata(path).map_or(mode, |old| old.permissions().mode() & 0o7777);
    let mut file = new_file(folder, mode)?;
    file.write_all(bytes).at("write", path)?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).at("write", path)?;
    file.as_file().sync_all().at("write", path)?;
    file.persist(path).map_err(|error| error.error).at("write", path)?;
    sync_folder(folder);
    Ok(())
}

/// As [`write_atomically`], but a file that already has this content is left alone.
/// Returns whether something was written.
pub fn write_if_changed(path: &Path, bytes: &[u8], mode: u32) -> Result<bool, PathError> {
    // A device would be read for ever.
    let same_size = std::fs::metadata(path)
        .is_ok_and(|there| there.is_file() && there.len() == bytes.len() as u64);
    if same_size && std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    write_atomically(path, bytes, mode)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_path() {
        let error = read(Path::new("/nowhere/at/all")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read `/nowhere/at/all`: no such file or directory");
    }

    #[test]
    fn devices_are_written_to_and_never_replaced() {
        use std::os::unix::fs::FileTypeExt;
        let full = Path::new("/dev/full");
        let error = write_if_changed(full, b"x", 0o644).unwrap_err();
        assert!(error.to_string().contains("no space"), "{error}");
        write_if_changed(Path::new("/dev/null"), b"x", 0o644).unwrap();
        for device in [full, Path::new("/dev/null")] {
            assert!(std::fs::metadata(device).unwrap().file_type().is_char_device());
        }
    }

    #[test]
    fn unchanged_content_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        assert!(write_if_changed(&path, b"a", 0o600).unwrap());
        assert!(!write_if_changed(&path, b"a", 0o600).unwrap());
        assert!(write_if_changed(&path, b"b", 0o644).unwrap());
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
