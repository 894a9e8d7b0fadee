//! What Go builds for the bed, once a machine: into the user's cache, in a folder named
//! after the sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bed::{Bed, Skip};
use crate::child::{Output, run_bounded};

/// From nothing, on two busy cores, Kubernetes takes ten minutes.
const LIMIT: Duration = Duration::from_secs(3000);

/// A module of ours under `tests/` and what it is built with.
pub(crate) struct Go {
    go: PathBuf,
    sources: PathBuf,
}

impl Go {
    pub(crate) fn module(bed: &Bed, folder: &str) -> Result<Self, Skip> {
        Ok(Self { go: bed.program("go")?, sources: bed.workspace().join("tests").join(folder) })
    }

    /// The folder with these programs, which `packages` build into.
    pub(crate) fn build(
        &self,
        kind: &str,
        flags: &str,
        packages: &[&str],
        programs: &[&str],
    ) -> Result<PathBuf, Skip> {
        let cache = cache()?;
        let folder = cache.join(format!("{kind}-{:016x}", fingerprint(&self.sources)));
        if programs.iter().all(|name| folder.join(name).is_file()) {
            return Ok(folder);
        }
        made_whole(&cache, &folder, |new| {
            let out = format!("{}/", new.display());
            let mut args = vec!["build", "-trimpath", "-ldflags", flags, "-o", &out];
            args.extend(packages);
            let built = self.go(&args);
            let failed = || format!("`go build` in {}: {}", self.sources.display(), last(&built));
            if built.code == 0 { Ok(()) } else { Err(Skip(failed())) }
        })?;
        Ok(folder)
    }

    pub(crate) fn go(&self, args: &[&str]) -> Output {
        let mut command = Command::new(&self.go);
        command.args(args).current_dir(&self.sources).env("CGO_ENABLED", "0");
        run_bounded(&mut command, b"", LIMIT)
    }
}

/// Makes a folder of the cache: beside it first, then renamed, so that what is there is whole.
pub(crate) fn made_whole(
    cache: &Path,
    folder: &Path,
    make: impl FnOnce(&Path) -> Result<(), Skip>,
) -> Result<(), Skip> {
    fs::create_dir_all(cache).unwrap();
    // Who makes the same at this moment is waited for: it may take minutes of two processors.
    let name = folder.file_name().unwrap_or_default().display().to_string();
    let lock = fs::File::create(cache.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    if folder.is_dir() {
        return Ok(());
    }
    let new = tempfile::Builder::new().prefix("building-").tempdir_in(cache).unwrap();
    make(new.path())?;
    fs::rename(new.path(), folder).map_err(|error| Skip(format!("{}: {error}", folder.display())))
}

pub(crate) fn last(out: &Output) -> String {
    out.err().lines().last().unwrap_or("it says nothing").to_owned()
}

/// The user's cache folder for tests.
pub(crate) fn cache() -> Result<PathBuf, Skip> {
    let from_env = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = from_env("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(from_env("HOME")?).join(".cache")));
    let cache = cache.ok_or_else(|| Skip("there is no HOME for what is built once".into()))?;
    Ok(cache.join("ds-tests"))
}

/// Over the names and bytes of what Go reads in a folder (FNV-1a).
fn fingerprint(folder: &Path) -> u64 {
    let counts = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name == "go.mod" || name == "go.sum")
            || path.extension().is_some_and(|extension| extension == "go")
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).filter(counts).collect();
    files.sort();
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let name = file.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        for byte in name.iter().chain(&fs::read(&file).unwrap()) {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    sum
}
