//! `--in-place`: files replaced where they are, all of them or none as far as that can be.
//!
//! Every new content is on disk beside its file before the first is put in its place. The
//! mode stays, the owner where we may. A link stays a link, and what it means is
//! rewritten, once; but a link that was found in a folder and leads out of it is refused,
//! since nobody named that file. A file that changed since it was read is left alone. Files
//! without edits are not touched.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::manifest::input::Source;
use crate::step::rewrite::input::Input;
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::staged::Staged;

/// The files that change.
#[derive(Default)]
pub(super) struct InPlace {
    files: Vec<File>,
}

struct File {
    /// Without a link in it.
    path: PathBuf,
    name: String,
    read: Metadata,
    bytes: Vec<u8>,
}

impl InPlace {
    pub fn add(&mut self, source: &Source, input: &Input, bytes: Vec<u8>) -> Result<(), Failure> {
        let name = &input.name;
        let (Source::File { path, top, .. }, Some(read)) = (source, &input.file) else {
            return Err(Failure::new(Exit::Usage, "stdin has no place to be rewritten in"));
        };
        if !read.is_file() {
            let text = format!("`{name}` is no regular file, and cannot be rewritten in its place");
            return Err(Failure::new(Exit::Data, text));
        }
        let real = real(path, top, name)?;
        // Two links to one file were both read before it changed.
        if self.files.iter().all(|file| file.path != real) {
            let (name, read) = (name.clone(), read.clone());
            self.files.push(File { path: real, name, read, bytes });
        }
        Ok(())
    }

    pub fn write(self, acts: bool, reporter: &dyn Reporter) -> Result<(), Failure> {
        if !acts {
            for File { name, .. } in &self.files {
                reporter.note(Level::Info, format!("`{name}` would be rewritten"));
            }
            return Ok(());
        }
        let staged: Vec<(String, Staged)> =
            self.files.into_iter().map(|file| stage(file, reporter)).collect::<Result<_, _>>()?;
        let mut done: Vec<String> = Vec::new();
        for (name, file) in staged {
            if let Err(error) = file.commit() {
                let failure = Failure::new(Exit::Failed, error.to_string());
                return Err(match done.is_empty() {
                    true => failure.hint("no file was changed"),
                    false => failure.hint(format!("rewritten already: {}", done.join(", "))),
                });
            }
            reporter.note(Level::Info, format!("`{name}` rewritten"));
            done.push(format!("`{name}`"));
        }
        Ok(())
    }
}

/// The file that a path means. See the module's head for links.
fn real(path: &Path, top: &Path, name: &str) -> Result<PathBuf, Failure> {
    let resolve = |path: &Path| {
        let path = if path == Path::new("") { Path::new(".") } else { path };
        fs::canonicalize(path)
            .map_err(|error| Failure::new(Exit::Data, format!("`{name}`: {error}")))
    };
    let real = resolve(path)?;
    if path != top && !real.starts_with(resolve(top)?) {
        let (top, real) = (top.display(), real.display());
        let text = format!("`{name}` is a link that leads out of `{top}`, to `{real}`");
        return Err(Failure::new(Exit::Data, text).hint("name the file itself to rewrite it"));
    }
    Ok(real)
}

fn stage(file: File, reporter: &dyn Reporter) -> Result<(String, Staged), Failure> {
    let File { path, name, read, bytes } = file;
    let now = fs::symlink_metadata(&path);
    let id = |m: &Metadata| (m.dev(), m.ino(), m.len(), m.mtime(), m.mtime_nsec());
    if !now.is_ok_and(|now| id(&now) == id(&read)) {
        let text = format!("`{name}` was changed by somebody else meanwhile; no file was changed");
        return Err(Failure::new(Exit::Later, text).hint("run it again"));
    }
    if read.nlink() > 1 {
        let text = format!("`{name}` has hard links: its other names keep what it was");
        reporter.note(Level::Warning, text);
    }
    let staged = Staged::write(&path, &bytes, &read).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string()).hint("no file was changed")
    })?;
    Ok((name, staged))
}
