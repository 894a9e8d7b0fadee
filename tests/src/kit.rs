//! What the Go tool builds for stories: the oracle, and BuildKit's newest daemon and
//! client, from the one module in `tests/oracle`.
//!
//! Built once a machine, into the user's cache, in a folder named after the sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bed::{Bed, Skip};
use crate::child::{Output, run_bounded};

/// From nothing it takes three minutes on two busy cores.
const LIMIT: Duration = Duration::from_secs(1500);
const PROGRAMS: [&str; 3] = ["oracle", "buildkitd", "buildctl"];

/// See the module.
pub struct Kit {
    folder: PathBuf,
    sources: PathBuf,
    go: PathBuf,
}

impl Kit {
    pub(crate) fn make(bed: &Bed) -> Result<Self, Skip> {
        let sources = bed.workspace().join("tests/oracle");
        let go = bed.program("go")?;
        let cache = cache().ok_or_else(|| Skip("there is no HOME for what Go builds".into()))?;
        let folder = cache.join(format!("kit-{:016x}", fingerprint(&sources)));
        let kit = Self { folder, sources, go };
        if !PROGRAMS.iter().all(|name| kit.folder.join(name).is_file()) {
            kit.build(&cache)?;
        }
        Ok(kit)
    }

    /// Builds beside the folder and renames, so that what is there is whole.
    fn build(&self, cache: &Path) -> Result<(), Skip> {
        fs::create_dir_all(cache).unwrap();
        let folder = tempfile::Builder::new().prefix("building-").tempdir_in(cache).unwrap();
        let tools = ["buildkitd", "buildctl"].map(|t| format!("github.com/moby/buildkit/cmd/{t}"));
        let out = format!("{}/", folder.path().display());
        let mut args = vec!["build", "-trimpath", "-ldflags", "-s -w", "-o", &out, "."];
        args.extend(tools.iter().map(String::as_str));
        let built = self.go(&args);
        if built.code != 0 {
            return Err(Skip(format!("`go build` in tests/oracle: {}", last_line(&built))));
        }
        match fs::rename(folder.path(), &self.folder) {
            // Another run was as quick.
            Err(_) if self.folder.is_dir() => Ok(()),
            renamed => renamed.map_err(|error| Skip(format!("{}: {error}", self.folder.display()))),
        }
    }

    fn go(&self, args: &[&str]) -> Output {
        let mut command = Command::new(&self.go);
        command.args(args).current_dir(&self.sources).env("CGO_ENABLED", "0");
        run_bounded(&mut command, b"", LIMIT)
    }

    /// The oracle, `buildkitd` or `buildctl`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder with a module's sources, tests and tables included.
    pub fn module(&self, path: &str) -> Result<PathBuf, Skip> {
        let got = self.go(&["mod", "download", path]);
        let listed = self.go(&["list", "-m", "-f", "{{.Dir}}", path]);
        match listed.out().trim() {
            "" => Err(Skip(format!("no sources of {path}: {}", last_line(&got)))),
            folder => Ok(PathBuf::from(folder)),
        }
    }
}

fn last_line(out: &Output) -> String {
    out.err().lines().last().unwrap_or("it says nothing").to_owned()
}

/// The user's cache folder for tests.
fn cache() -> Option<PathBuf> {
    let from_env = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = from_env("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(from_env("HOME")?).join(".cache")))?;
    Some(cache.join("ds-tests"))
}

/// Over the names and bytes of the sources (FNV-1a).
fn fingerprint(folder: &Path) -> u64 {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
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
