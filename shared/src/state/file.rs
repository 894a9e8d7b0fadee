//! The state in a file: read without a lock, changed under one, replaced whole.
//!
//! A reader never waits and never sees half a state, since saving is a rename.
//! The folder `.devspace` is made on demand and keeps itself out of git; any
//! other folder has to be there.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::card::State;
use super::error::Error;
use super::held::Held;
use super::lock::{self, Lock};
use super::text;
use crate::util::fs::{PathContext, write_atomically, write_if_changed};

/// No write takes as long: a temporary file of this age has no writer any more.
const LEFT_BEHIND: Duration = Duration::from_secs(600);

/// Our own folder in a project.
pub const FOLDER: &str = ".devspace";

/// The state file of a project whose config lies in `root`.
pub fn default_path(root: &Path) -> PathBuf {
    root.join(FOLDER).join("state.json")
}

/// Makes the folder `.devspace` in `root` with a `.gitignore` that leaves all of it
/// out, unless they are there. Returns the folder.
pub fn make_folder(root: &Path) -> Result<PathBuf, Error> {
    let folder = root.join(FOLDER);
    match std::fs::create_dir(&folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).at("make", &folder).map_err(Error::Write),
    }
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        write_atomically(&ignore, b"*\n", 0o644).map_err(Error::Write)?;
    }
    Ok(folder)
}

/// The state as it is in the file now; a file that is not there is a fresh state.
/// `held` spares parsing what has not changed.
pub fn load(path: &Path, held: &Held) -> Result<Arc<State>, Error> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::default()),
        Err(error) => return Err(error).at("read", path).map_err(Error::Unreadable),
    };
    // Opening a pipe would wait for ever.
    if !meta.is_file() {
        return Err(Error::NotAFile(path.to_owned()));
    }
    if let Some(state) = held.get(&meta) {
        return Ok(state);
    }
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::default()),
        file => file.at("read", path).map_err(Error::Unreadable)?,
    };
    let meta = file.metadata().at("read", path).map_err(Error::Unreadable)?;
    let bytes = read(&file, path)?;
    let state = Arc::new(text::parse(&path.display().to_string(), &bytes)?);
    held.put(file, &meta, &state);
    Ok(state)
}

/// Changes the state under the lock; returns whether the file was written.
///
/// What `change` refuses is not saved. Where nothing may be written, a change
/// that changes nothing succeeds all the same.
pub fn update<E: From<Error>>(
    path: &Path,
    patience: Duration,
    held: &Held,
    change: impl FnOnce(&mut State) -> Result<(), E>,
) -> Result<bool, E> {
    let target = resolve(path);
    let lock = prepare(&target).and_then(|()| Lock::take(&lock::path_for(&target), patience));
    let lock = match lock {
        Err(Error::Write(error)) if is_read_only(&error.source) => Err(Error::Write(error)),
        lock => Ok(lock?),
    };
    let before = load(&target, held)?;
    let mut state = State::clone(&before);
    change(&mut state)?;
    if state == *before {
        return Ok(false);
    }
    let _lock = lock?;
    sweep(&target);
    let written = write_if_changed(&target, &text::print(&state), 0o644).map_err(Error::Write)?;
    // Under the lock nobody else replaces it.
    if let Ok(file) = File::open(&target)
        && let Ok(meta) = file.metadata()
        && meta.is_file()
    {
        held.put(file, &meta, &Arc::new(state));
    }
    Ok(written)
}

/// A link stays a link: its target is locked and replaced.
fn resolve(path: &Path) -> PathBuf {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|file| file.is_symlink());
    let target = is_link.then(|| std::fs::canonicalize(path).ok()).flatten();
    target.unwrap_or_else(|| path.to_owned())
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
}

/// Makes sure that there is a folder for the state.
fn prepare(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if folder.file_name().is_some_and(|name| name == FOLDER) {
        return make_folder(folder.parent().unwrap_or(Path::new(""))).map(drop);
    }
    if folder.is_dir() { Ok(()) } else { Err(Error::NoFolder(folder.to_owned())) }
}

/// Removes what writers that were killed left in `.devspace`. Young files may
/// belong to one that still writes.
fn sweep(state: &Path) {
    let Some(folder) = state.parent().filter(|folder| folder.ends_with(FOLDER)) else { return };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_left = entry.file_name().as_encoded_bytes().starts_with(b".ds-")
            && entry.metadata().is_ok_and(|file| file.is_file() && is_old(&file));
        if is_left {
            // Another step may have swept it away already.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_old(file: &Metadata) -> bool {
    let age = file.modified().ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > LEFT_BEHIND)
}

/// The file's bytes, if they are not too many.
fn read(file: &File, path: &Path) -> Result<Vec<u8>, Error> {
    let size = file.metadata().map_or(0, |meta| meta.len().min(text::LIMIT));
    // One byte more, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.take(text::LIMIT + 1)
        .read_to_end(&mut bytes)
        .at("read", path)
        .map_err(Error::Unreadable)?;
    if bytes.len() as u64 > text::LIMIT {
        return Err(Error::TooLarge { file: path.display().to_string(), limit: text::LIMIT });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
