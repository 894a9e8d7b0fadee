//! New contents of files, written beside them and not yet in their place: what can go
//! wrong goes wrong before any of several files is replaced.

use std::fs::{File, Metadata, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::fs::{PathContext, PathError};

/// A file that is whole and on disk, but not in its place; removed when dropped.
#[derive(Debug)]
pub struct Staged {
    file: TempPath,
    target: PathBuf,
}

impl Staged {
    /// Writes what shall stand at `target`, which is no link, with the permissions of
    /// `like`, and its owner and group as far as we may give them.
    pub fn write(target: &Path, bytes: &[u8], like: &Metadata) -> Result<Self, PathError> {
        let folder = folder_of(target);
        let mut file = new_file(folder, 0o600)?;
        file.write_all(bytes).at("write", target)?;
        let (uid, gid) = (like.uid(), like.gid());
        let is = file.as_file().metadata().at("write", target)?;
        // Only root may give files away; whoever may not keeps what can be kept.
        if is.gid() != gid {
            let _ = std::os::unix::fs::fchown(file.as_file(), None, Some(gid));
        }
        if is.uid() != uid {
            let _ = std::os::unix::fs::fchown(file.as_file(), Some(uid), None);
        }
        let mode = Permissions::from_mode(like.mode() & 0o7777);
        file.as_file().set_permissions(mode).at("write", target)?;
        file.as_file().sync_all().at("write", target)?;
        Ok(Self { file: file.into_temp_path(), target: target.to_owned() })
    }

    /// Puts it in its place: a reader sees the old content or the new one, whole.
    pub fn commit(self) -> Result<(), PathError> {
        let folder = folder_of(&self.target).to_owned();
        self.file.persist(&self.target).map_err(|error| error.error).at("replace", &self.target)?;
        sync_folder(&folder);
        Ok(())
    }
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A new file in a folder, with a name that no other has.
pub(super) fn new_file(folder: &Path, mode: u32) -> Result<NamedTempFile, PathError> {
    tempfile::Builder::new()
        .prefix(".ds-")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)
        .at("write in", folder)
}

/// A rename is on disk only once the folder is; some file systems refuse this, harmlessly.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_changes_before_the_commit_and_the_mode_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let like = std::fs::metadata(&path).unwrap();
        let stage = || Staged::write(&path, b"new", &like).unwrap();
        drop(stage());
        let staged = stage();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        staged.commit().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let now = std::fs::metadata(&path).unwrap();
        assert_eq!((now.mode() & 0o7777, now.uid()), (0o640, like.uid()));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "something is left over");
    }
}
