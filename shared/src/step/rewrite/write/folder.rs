//! `--output-dir DIR`: the input's tree, rewritten, below a folder.
//!
//! - A file in or below the working folder keeps its path from there.
//! - A file elsewhere goes where `cp -r ARGUMENT DIR` would put it: below the last name of
//!   the argument that it was found by.
//! - Stdin becomes `stdin.yaml`.
//!
//! Two inputs for one path, and a path that is an input itself, are errors before anything
//! is written. Nothing is written outside of DIR: links in it are not followed. Each file
//! is whole or not there; one that has its content already is left alone, and files that
//! came from nowhere are never deleted. DIR is not read as input, wherever it lies.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::manifest::input::Source;
use crate::step::rewrite::input::Input;
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::below::Below;
use crate::util::fs::{PathError, cleaned};

const STDIN: &str = "stdin.yaml";

/// What the tree will be.
pub(super) struct Folder {
    path: PathBuf,
    working: PathBuf,
    files: BTreeMap<PathBuf, File>,
    /// Device and inode of each input, with its name.
    inputs: HashMap<(u64, u64), String>,
}

struct File {
    name: String,
    bytes: Vec<u8>,
    /// Permissions of a new file.
    mode: u32,
}

impl Folder {
    pub fn new(path: &Path) -> Result<Self, Failure> {
        if fs::metadata(path).is_ok_and(|there| !there.is_dir()) {
            let text = format!("`--output-dir {}` is no folder", path.display());
            return Err(Failure::new(Exit::Usage, text));
        }
        let working = std::env::current_dir().map_err(|error| {
            Failure::new(Exit::Failed, format!("the working folder cannot be read: {error}"))
        })?;
        let (files, inputs) = (BTreeMap::new(), HashMap::new());
        Ok(Self { path: path.to_owned(), working, files, inputs })
    }

    pub fn add(&mut self, source: &Source, input: &Input, bytes: Vec<u8>) -> Result<(), Failure> {
        let target = match source {
            Source::Stdin => PathBuf::from(STDIN),
            Source::File { path, top, .. } => place(&self.working, path, top),
        };
        let name = input.name.clone();
        if let Some(read) = &input.file {
            self.inputs.insert((read.dev(), read.ino()), name.clone());
        }
        let mode = input.file.as_ref().filter(|file| file.is_file());
        let mode = mode.map_or(0o666, |file| file.mode() & 0o777);
        // The same path, one below it, or one above it.
        let below = self.files.range(target.clone()..).next();
        let below = below.filter(|(path, _)| path.starts_with(&target)).map(|(_, file)| file);
        let clash = below.or_else(|| target.ancestors().find_map(|path| self.files.get(path)));
        if let Some(other) = clash {
            let text = format!(
                "`{}` and `{name}` would both be `{}`",
                other.name,
                self.path.join(&target).display()
            );
            return Err(Failure::new(Exit::Usage, text).hint(
                "run it in a folder above them, and name them from there: their paths are kept",
            ));
        }
        self.files.insert(target, File { name, bytes, mode });
        Ok(())
    }

    /// Returns whether a file was written, or would be.
    pub fn write(self, acts: bool, reporter: &dyn Reporter) -> Result<bool, Failure> {
        self.check_inputs()?;
        let failed = |error: PathError| Failure::new(Exit::Failed, error.to_string());
        let count = self.files.len();
        let dir = self.path.display();
        if !acts {
            let there = self.path.is_dir().then(|| Below::make(&self.path)).transpose();
            let there = there.map_err(failed)?;
            let has = |path: &Path, file: &File| {
                there.as_ref().is_some_and(|there| there.has(path, &file.bytes))
            };
            let new = self.files.iter().filter(|(path, file)| !has(path, file)).count();
            reporter.note(Level::Info, format!("`{dir}`: {new} of {count} files would be written"));
            return Ok(new > 0);
        }
        let below = Below::make(&self.path).map_err(failed)?;
        let mut new = 0;
        for (path, file) in &self.files {
            new += usize::from(below.write(path, &file.bytes, file.mode).map_err(failed)?);
        }
        reporter.note(Level::Info, format!("`{dir}`: {new} of {count} files written"));
        Ok(new > 0)
    }

    /// No input may be written over.
    fn check_inputs(&self) -> Result<(), Failure> {
        for path in self.files.keys() {
            let target = self.path.join(path);
            let Ok(there) = fs::symlink_metadata(&target) else { continue };
            if let Some(name) = self.inputs.get(&(there.dev(), there.ino())) {
                let text = format!("`{}` would write over the input `{name}`", target.display());
                return Err(Failure::new(Exit::Usage, text)
                    .hint("`--in-place` rewrites files where they are"));
            }
        }
        Ok(())
    }
}

/// Where a file goes, from the output folder.
fn place(working: &Path, path: &Path, top: &Path) -> PathBuf {
    let (path, top) = (cleaned(&working.join(path)), cleaned(&working.join(top)));
    if let Ok(below) = path.strip_prefix(working) {
        return below.to_owned();
    }
    let below = path.strip_prefix(&top).unwrap_or(&path);
    let name = PathBuf::from(top.file_name().unwrap_or_default());
    if below == Path::new("") { name } else { name.join(below) }
}

/// The sources that do not lie in the output folder. One that was named itself does not
/// vanish silently.
pub(in crate::step::rewrite) fn without_output(
    sources: Vec<Source>,
    folder: &Path,
) -> Result<Vec<Source>, Failure> {
    let Ok(folder) = fs::canonicalize(folder) else { return Ok(sources) };
    let mut kept = Vec::with_capacity(sources.len());
    for source in sources {
        let Source::File { path, name, top } = &source else {
            kept.push(source);
            continue;
        };
        // Where the file lies counts, not what it may link to.
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let real = fs::canonicalize(parent.unwrap_or(Path::new(".")));
        if !real.is_ok_and(|parent| parent.starts_with(&folder)) {
            kept.push(source);
        } else if path == top || !fs::canonicalize(top).is_ok_and(|top| !top.starts_with(&folder)) {
            let text = format!("`{name}` lies in the folder that `--output-dir` writes to");
            return Err(Failure::new(Exit::Usage, text));
        }
    }
    if kept.is_empty() {
        return Err(Failure::new(Exit::Data, "all manifests lie in the folder that is written to"));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_kept_or_are_as_cp_would_have_them() {
        for (path, top, wanted) in [
            ("k8s/a.yaml", "k8s", "k8s/a.yaml"),
            ("./k8s/../b/a.yaml", "b", "b/a.yaml"),
            ("/w/k8s/a.yaml", "/w/k8s", "k8s/a.yaml"),
            ("/etc/k8s/x/a.yaml", "/etc/k8s", "k8s/x/a.yaml"),
            ("/etc/a.yaml", "/etc/a.yaml", "a.yaml"),
            ("../k8s/a.yaml", "../k8s", "k8s/a.yaml"),
            ("../../x/a.yaml", "../..", "x/a.yaml"),
            ("../a.yaml", "../", "a.yaml"),
            ("../w/a.yaml", "../w", "a.yaml"),
        ] {
            let found = place(Path::new("/w"), Path::new(path), Path::new(top));
            assert_eq!(found, Path::new(wanted), "{path} of {top}");
        }
    }
}
