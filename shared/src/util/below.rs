//! A folder that files are written below, and never outside of: no link on the way is
//! followed, whatever somebody put there, or puts there meanwhile.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::fs::{PathContext, PathError};

/// The folder, open.
#[derive(Debug)]
pub struct Below {
    folder: OwnedFd,
    path: PathBuf,
}

const OPEN: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW);

impl Below {
    /// Opens the folder, which is made with its parents where it is missing. Itself it
    /// may be a link: whoever named it meant what it stands for.
    pub fn make(path: &Path) -> Result<Self, PathError> {
        std::fs::create_dir_all(path).at("make the folder", path)?;
        let folder = rustix::fs::open(path, OPEN.difference(OFlags::NOFOLLOW), Mode::empty());
        let folder = folder.map_err(io::Error::from).at("open the folder", path)?;
        Ok(Self { folder, path: path.to_owned() })
    }

    /// Whether a file is there and has this content.
    pub fn has(&self, file: &Path, bytes: &[u8]) -> bool {
        let has = || -> io::Result<bool> {
            let (folder, name) = self.walk(file, false)?;
            is_same(&folder, &name, bytes)
        };
        has().unwrap_or(false)
    }

    /// Writes a file below the folder, whole or not at all, with folders on the way made.
    /// One that has this content already is left alone. `mode` is that of a new file, less
    /// the umask. A link where the file shall be is replaced. Returns whether something
    /// was written.
    pub fn write(&self, file: &Path, bytes: &[u8], mode: u32) -> Result<bool, PathError> {
        let written = || -> io::Result<bool> {
            let (folder, name) = self.walk(file, true)?;
            if is_same(&folder, &name, bytes)? {
                return Ok(false);
            }
            replace(&folder, &name, bytes, Mode::from_raw_mode(mode))?;
            Ok(true)
        };
        written().at("write", &self.path.join(file))
    }

    /// The folder that a file is in, open, and the file's name in it.
    fn walk(&self, file: &Path, make: bool) -> io::Result<(OwnedFd, PathBuf)> {
        let wrong = || io::Error::other("the path leads out of the folder");
        let mut names = Vec::new();
        for component in file.components() {
            match component {
                Component::Normal(name) => names.push(name),
                _ => return Err(wrong()),
            }
        }
        let last = names.pop().ok_or_else(wrong)?;
        let mut folder = rustix::io::dup(&self.folder)?;
        for name in names {
            if make {
                match rustix::fs::mkdirat(&folder, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            folder =
                rustix::fs::openat(&folder, name, OPEN, Mode::empty()).map_err(
                    |error| match error {
                        Errno::LOOP | Errno::NOTDIR => io::Error::other(format!(
                            "`{}` on the way is no folder, and links are not followed",
                            name.to_string_lossy()
                        )),
                        error => error.into(),
                    },
                )?;
        }
        Ok((folder, PathBuf::from(last)))
    }
}

fn is_same(folder: &OwnedFd, name: &Path, bytes: &[u8]) -> io::Result<bool> {
    let there = match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(there) => there,
        Err(Errno::NOENT) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    match FileType::from_raw_mode(there.st_mode) {
        FileType::RegularFile if u64::try_from(there.st_size) == Ok(bytes.len() as u64) => {}
        FileType::Directory => return Err(io::Error::other("there is a folder of this name")),
        _ => return Ok(false),
    }
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let Ok(file) = rustix::fs::openat(folder, name, flags, Mode::empty()) else { return Ok(false) };
    let mut old = Vec::with_capacity(bytes.len() + 1);
    File::from(file).take(bytes.len() as u64 + 1).read_to_end(&mut old)?;
    Ok(old == bytes)
}

fn replace(folder: &OwnedFd, name: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let (file, new) = loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let new = format!(".ds-{}-{count}", std::process::id());
        match rustix::fs::openat(folder, &new, flags, mode) {
            Ok(file) => break (File::from(file), new),
            // Left over from a process of the same number that was killed.
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    };
    let mut file = file;
    let done =
        file.write_all(bytes).and_then(|()| Ok(rustix::fs::renameat(folder, &new, folder, name)?));
    if done.is_err() {
        let _ = rustix::fs::unlinkat(folder, &new, AtFlags::empty());
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn files_are_made_with_their_folders_and_left_alone_when_they_are_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let below = Below::make(&dir.path().join("a/b")).unwrap();
        let file = Path::new("c/d.yaml");
        assert!(!below.has(file, b"x"));
        assert!(below.write(file, b"x", 0o644).unwrap());
        assert!(below.has(file, b"x") && !below.has(file, b"y"));
        assert!(!below.write(file, b"x", 0o644).unwrap());
        assert!(below.write(file, b"yy", 0o644).unwrap());
        assert_eq!(fs::read(dir.path().join("a/b/c/d.yaml")).unwrap(), b"yy");
        assert_eq!(fs::read_dir(dir.path().join("a/b/c")).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_written_outside() {
        let dir = tempfile::tempdir().unwrap();
        let (root, out) = (dir.path().join("root"), dir.path().join("out"));
        fs::create_dir(&out).unwrap();
        fs::write(out.join("f"), "o").unwrap();
        let below = Below::make(&root).unwrap();
        symlink(&out, root.join("link")).unwrap();
        symlink(out.join("f"), root.join("f")).unwrap();
        fs::create_dir(root.join("folder")).unwrap();
        for path in ["link/f", "../out/f", "/out/f", "a/../../out/f", ".", "", "folder"] {
            assert!(below.write(Path::new(path), b"x", 0o644).is_err(), "{path}");
        }
        // The link is replaced, not what it stands for.
        assert!(below.write(Path::new("f"), b"x", 0o644).unwrap());
        assert_eq!(fs::read(out.join("f")).unwrap(), b"o");
        assert_eq!(fs::read(root.join("f")).unwrap(), b"x");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    }
}
