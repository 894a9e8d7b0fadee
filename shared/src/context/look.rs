//! An opened context, and what one image's question means in it.

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::Error;
use super::gather::Ask;
use super::ignore::Matcher;
use super::narrow::{Narrow, Plan, reached};
use super::tree::Disk;
use crate::util::fs::PathContext;

/// Largest ignore file that is read.
const IGNORE_MAX: u64 = 16 << 20;

/// The ignore files that there may be for a Dockerfile; the first that is there counts alone.
pub fn ignore_files(context: &Path, dockerfile: &Path) -> [PathBuf; 2] {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    [PathBuf::from(own), context.join(".dockerignore")]
}

/// A context's folder.
pub(super) struct Context<'a> {
    pub(super) path: &'a Path,
    pub(super) root: File,
    /// Paths that never count, whatever an ignore file says.
    pub(super) never: Vec<Vec<u8>>,
    /// Its `.dockerignore`, once somebody needs it; `None` if it cannot be read.
    ignore: OnceLock<Option<Arc<Ignore>>>,
}

/// An ignore file.
#[derive(Default)]
pub(super) struct Ignore {
    pub(super) bytes: Vec<u8>,
    pub(super) matcher: Matcher,
}

/// A question, understood.
pub(super) struct Look {
    pub(super) ignore: Arc<Ignore>,
    pub(super) plan: Plan,
    pub(super) whole: Option<String>,
    pub(super) open_root: bool,
}

impl<'a> Context<'a> {
    pub(super) fn open(path: &'a Path, never: &[PathBuf]) -> Result<Self, Error> {
        let root = File::open(path).at("read", path)?;
        if !root.metadata().at("read", path)?.is_dir() {
            return Err(Error::NotFolder(path.to_owned()));
        }
        let relative = never.iter().filter_map(|never| never.strip_prefix(path).ok());
        let mut never = vec![b".devspace".to_vec()];
        never.extend(relative.map(|path| path.as_os_str().as_bytes().to_vec()));
        Ok(Self { path, root, never, ignore: OnceLock::new() })
    }

    /// The ignore file that counts for a Dockerfile.
    pub(super) fn ignore_for(&self, dockerfile: &Path) -> Result<Arc<Ignore>, Error> {
        let [own, shared] = ignore_files(self.path, dockerfile);
        if let Some(ignore) = self.read_ignore(&own)? {
            return Ok(Arc::new(ignore));
        }
        let read = || self.read_ignore(&shared);
        let shared =
            self.ignore.get_or_init(|| read().ok().map(|i| Arc::new(i.unwrap_or_default())));
        match shared {
            Some(ignore) => Ok(Arc::clone(ignore)),
            None => Ok(Arc::new(read()?.unwrap_or_default())),
        }
    }

    fn read_ignore(&self, file: &Path) -> Result<Option<Ignore>, Error> {
        let meta = match std::fs::metadata(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            meta => meta.at("read", file)?,
        };
        let fault = match (meta.is_file(), meta.len()) {
            (false, _) => Some(std::io::Error::other("it is not a file")),
            (true, IGNORE_MAX..) => Some(std::io::ErrorKind::FileTooLarge.into()),
            _ => None,
        };
        let bytes = fault.map_or_else(|| std::fs::read(file), Err).at("read", file)?;
        let shown = file.strip_prefix(self.path).unwrap_or(file).display().to_string();
        let matcher = Matcher::parse(&shown, &bytes)?;
        Ok(Some(Ignore { bytes, matcher }))
    }
}

impl Look {
    pub(super) fn of(ask: &Ask<'_>, context: &Context<'_>) -> Result<Self, Error> {
        let ignore = match ask.dockerfile {
            Some(dockerfile) => context.ignore_for(dockerfile)?,
            None => Arc::default(),
        };
        let disk = Disk(&context.root);
        let Narrow { plan, whole, open_root } =
            reached(context.path, &disk, &ignore.matcher, &ask.reach)?;
        Ok(Self { ignore, plan, whole, open_root })
    }
}
