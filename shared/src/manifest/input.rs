//! Which files the arguments mean, and how several files become one stream.
//!
//! Files are taken as given, FIFOs too; folders recursively (`*.yaml`, `*.yml`,
//! `*.json`, by path), patterns with `*`, `?`, `[…]` and `**`. Refuses an argument
//! that matches nothing. A link loop ends a branch, not the walk. Opens no file.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

mod glob;
mod join;

use glob::Pattern;
pub use join::{Joiner, join};

/// Deepest folder below an argument.
const DEPTH_MAX: usize = 128;
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Why arguments cannot be expanded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{0}` does not exist")]
    Missing(String),
    #[error("no file matches `{0}`")]
    NothingMatches(String),
    #[error("the folder `{0}` has no manifest in it (`*.yaml`, `*.yml`, `*.json`)")]
    EmptyFolder(String),
    #[error("standard input (`-`) is named twice")]
    StdinTwice,
    #[error("`{pattern}` is not a pattern: {why}")]
    Pattern { pattern: String, why: &'static str },
    #[error("`{path}`: {source}")]
    Io { path: String, source: io::Error },
}

/// Something to read manifests from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Stdin,
    /// `name` is the path as the user knows it: as typed, or below what was typed.
    /// `top` is the file or folder that was typed, of a pattern the folder in front of it.
    File {
        path: PathBuf,
        name: String,
        top: PathBuf,
    },
}

impl Source {
    /// The name in messages and edits.
    pub fn name(&self) -> &str {
        match self {
            Self::Stdin => "<stdin>",
            Self::File { name, .. } => name,
        }
    }
}

/// The sources that the arguments mean, in their order; relative ones are below
/// `root`. A file that several arguments mean is taken once, at its first place.
pub fn expand(arguments: &[PathBuf], root: &Path) -> Result<Vec<Source>, Error> {
    let mut sources: Vec<Source> = Vec::new();
    let mut seen = HashSet::new();
    for argument in arguments {
        if argument == Path::new("-") {
            if sources.contains(&Source::Stdin) {
                return Err(Error::StdinTwice);
            }
            sources.push(Source::Stdin);
            continue;
        }
        let (top, names) = expand_one(argument, root)?;
        for name in names {
            let path = root.join(&name);
            if seen.insert(path.clone()) {
                sources.push(Source::File { path, name: show(&name), top: root.join(&top) });
            }
        }
    }
    Ok(sources)
}

fn show(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What was named, and the files of it. What exists is no pattern, whatever is in its name.
fn expand_one(argument: &Path, root: &Path) -> Result<(PathBuf, Vec<PathBuf>), Error> {
    let path = root.join(argument);
    match fs::metadata(&path) {
        Ok(found) if found.is_dir() => {
            let mut walk = Walk::new(root);
            walk.folder(argument, &|path| is_manifest(path))?;
            if walk.found.is_empty() {
                return Err(Error::EmptyFolder(show(argument)));
            }
            Ok((argument.to_owned(), walk.sorted()))
        }
        Ok(_) => Ok((argument.to_owned(), vec![argument.to_owned()])),
        Err(_) if glob::is_pattern(&show(argument)) => expand_pattern(argument, root),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Error::Missing(show(argument)))
        }
        Err(source) => Err(Error::Io { path: show(argument), source }),
    }
}

/// The files that a pattern takes. A folder that it takes as a whole counts with
/// all its manifests, as if it had been named.
fn expand_pattern(argument: &Path, root: &Path) -> Result<(PathBuf, Vec<PathBuf>), Error> {
    let text = show(argument);
    let (base, rest) = split_base(argument);
    let pattern =
        Pattern::parse(&rest).map_err(|why| Error::Pattern { pattern: text.clone(), why })?;
    let mut walk = Walk::new(root);
    let base_given = base.clone();
    let taken = |path: &Path| {
        let below = path.strip_prefix(&base_given).unwrap_or(path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let whole = pattern.matches(&parts);
        let inside = || {
            is_manifest(path)
                && (1..parts.len()).any(|length| pattern.matches_last(&parts[..length]))
        };
        whole || inside()
    };
    walk.hidden = pattern.names_hidden();
    if fs::metadata(root.join(&base)).is_ok_and(|found| found.is_dir()) {
        walk.folder(&base, &taken)?;
    }
    if walk.found.is_empty() {
        return Err(Error::NothingMatches(text));
    }
    Ok((base, walk.sorted()))
}

/// The folders in front of the first component with a special character.
fn split_base(argument: &Path) -> (PathBuf, String) {
    let mut base = PathBuf::new();
    let mut rest: Vec<String> = Vec::new();
    for component in argument.components() {
        let text = component.as_os_str().to_string_lossy();
        let plain = !matches!(component, Component::Normal(_)) || !glob::is_pattern(&text);
        if rest.is_empty() && plain {
            base.push(component);
        } else {
            rest.push(text.into_owned());
        }
    }
    (base, rest.join("/"))
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// A walk through folders. Links are followed, but each real folder is entered
/// once, by a path without links where there is one: a loop ends, and many links
/// cost no more than one.
struct Walk<'a> {
    root: &'a Path,
    /// Hidden folders are entered.
    hidden: bool,
    found: Vec<PathBuf>,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path) -> Self {
        Self { root, hidden: false, found: Vec::new() }
    }

    /// Sorted by path, component by component.
    fn sorted(mut self) -> Vec<PathBuf> {
        self.found.sort();
        self.found
    }

    fn folder(&mut self, top: &Path, taken: &dyn Fn(&Path) -> bool) -> Result<(), Error> {
        let mut entered = HashSet::new();
        let mut open = VecDeque::from([(top.to_owned(), 0)]);
        while let Some((folder, depth)) = open.pop_front() {
            let path = self.root.join(&folder);
            let failed = |source| Error::Io { path: show(&folder), source };
            if depth > DEPTH_MAX || !entered.insert(fs::canonicalize(&path).map_err(failed)?) {
                continue;
            }
            for Entry { name, kind } in read_folder(&path).map_err(failed)? {
                let below = folder.join(&name);
                let shown = self.hidden || !name.starts_with('.');
                match kind {
                    Found::File if taken(&below) => self.found.push(below),
                    Found::Folder if shown => open.push_front((below, depth + 1)),
                    Found::LinkedFolder if shown => open.push_back((below, depth + 1)),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

struct Entry {
    name: String,
    kind: Found,
}

enum Found {
    File,
    Folder,
    LinkedFolder,
}

/// The entries that are files or folders, links followed; dangling links, pipes
/// and names that are not UTF-8 are passed over.
fn read_folder(path: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let link = entry.file_type()?.is_symlink();
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(found) = fs::metadata(entry.path()) else { continue };
        let kind = match () {
            () if found.is_file() => Found::File,
            () if found.is_dir() && link => Found::LinkedFolder,
            () if found.is_dir() => Found::Folder,
            () => continue,
        };
        entries.push(Entry { name, kind });
    }
    // Which of two links to one folder is taken must not depend on the disk.
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

#[cfg(test)]
mod tests;
