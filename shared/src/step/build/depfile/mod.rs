//! `--depfile`: what the keys were made of, as prerequisites for make.
//!
//! Files by their names; for names that come and go, and links that lead elsewhere, the
//! folders that were looked into; for files that are not there and would count, such as
//! an ignore file, the question whether they are there now.

mod rule;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use self::rule::{Rule, is_plain};
use super::keys::Keys;
use super::lock::LockFile;
use super::prepare::{Line, Prepared, Recipe};
use crate::config::{self, RebuildStrategy};
use crate::context::{self, Kind};
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs::write_if_changed;

/// Writes the inputs of all images as one rule to `file`, unless it stands there already.
pub fn write(run: &Run, file: &Path, line: &Line, keys: &Keys<'_>) -> Result<(), Failure> {
    let mut gathered = Gathered::new(run, file)?;
    gathered.config(run);
    for (name, prepared) in &line.images {
        if keys.get(name).is_some() {
            gathered.image(run, name, prepared, keys)?;
        }
    }
    gathered.tell(run);
    let text = gathered.rule.print().ok_or_else(|| {
        let target = gathered.rule.target.display();
        Failure::new(Exit::Usage, format!("make has no way to write the target `{target}`"))
            .hint("give `--stamp` another name")
    })?;
    write_if_changed(file, &text, 0o644)
        .map(drop)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

struct Gathered {
    rule: Rule,
    /// The working folder, which make's names begin in.
    here: PathBuf,
    /// The stamp and the depfile: our own output, though an image may take them.
    own: Vec<PathBuf>,
    /// Images that take our own output.
    takers: BTreeSet<String>,
}

impl Gathered {
    fn new(run: &Run, file: &Path) -> Result<Self, Failure> {
        let common = &run.options.common;
        if common.stamp.is_none() && run.options.streams() {
            let text = "with `--state -` a depfile has no target";
            return Err(Failure::new(Exit::Usage, text).hint("name one by `--stamp FILE`"));
        }
        let here = std::env::current_dir().unwrap_or_default();
        let target = common.stamp.clone().or_else(|| common.state.clone());
        let target = target.unwrap_or_else(|| crate::state::default_path(&run.project.root));
        let own = [&target, file].map(|path| here.join(path)).to_vec();
        let target = shown(&here, &target);
        let rule = Rule { target, ..Rule::default() };
        Ok(Self { rule, here, own, takers: BTreeSet::new() })
    }

    /// The config and all that it is read with.
    fn config(&mut self, run: &Run) {
        let first = run.project.files.iter().map(|path| shown(&self.here, path));
        self.rule.first = first.collect();
        let root = &run.project.root;
        let beside = config::files_beside(root);
        let lock = LockFile::path(root);
        for path in beside.into_iter().chain([lock]) {
            // Where `--config` names a file, no other one in its folder is looked for.
            self.file_or_absence(&path);
        }
    }

    fn file(&mut self, path: &Path) -> bool {
        let is_own = self.own.iter().any(|own| own == path);
        if !is_own {
            self.rule.files.insert(shown(&self.here, path));
        }
        is_own
    }

    fn folder(&mut self, path: &Path) {
        self.rule.folders.insert(shown(&self.here, path));
    }

    /// A file that counts if it is there.
    fn file_or_absence(&mut self, path: &Path) {
        if path.exists() {
            self.file(path);
            return;
        }
        let name = shown(&self.here, path);
        if is_plain(&name) {
            self.rule.absent.insert(name);
        } else if let Some(folder) = path.ancestors().skip(1).find(|folder| folder.is_dir()) {
            self.folder(folder);
        }
    }

    fn image(
        &mut self,
        run: &Run,
        name: &str,
        prepared: &Prepared,
        keys: &Keys<'_>,
    ) -> Result<(), Failure> {
        let root = prepared.root(&run.project);
        match &prepared.recipe {
            Recipe::Dockerfile(source) => {
                self.file(&source.path);
                for file in context::ignore_files(&root, &source.path) {
                    self.file_or_absence(&file);
                    if file.exists() {
                        break;
                    }
                }
            }
            Recipe::Custom(custom) => self.rule.always |= custom.on_change.is_empty(),
        }
        self.rule.always |= prepared.image.rebuild == RebuildStrategy::Always;
        let inside =
            |path: &[u8]| -> PathBuf { root.join(OsStr::from_bytes(path)).components().collect() };
        let entries = keys.get(name).map(|keyed| keyed.inputs.entries.iter());
        for entry in entries.into_iter().flatten() {
            if matches!(entry.kind, Kind::File { .. }) && self.file(&inside(entry.path)) {
                self.takers.insert(name.to_owned());
            }
        }
        for folder in keys.watched(name)? {
            self.folder(&inside(&folder));
        }
        Ok(())
    }

    fn tell(&self, run: &Run) {
        for image in &self.takers {
            let text = "the image takes the stamp or the depfile, which every build changes: \
                        name them in .dockerignore";
            run.reporter.image_note(image, Level::Warning, text.to_owned());
        }
        let files = self.rule.first.iter().chain(&self.rule.files);
        if let Some(odd) = files.into_iter().find(|path| Rule::is_unspeakable(path)) {
            let name = odd.to_string_lossy().escape_debug().to_string();
            let text = format!("make cannot be told of `{name}`: it will always run ds-build");
            run.reporter.note(Level::Info, text);
        }
    }
}

/// A path as it is written for make: relative to the working folder where it lies in it,
/// except where make would read the name as something else.
fn shown(here: &Path, path: &Path) -> PathBuf {
    let whole: PathBuf = here.join(path).components().collect();
    match whole.strip_prefix(here) {
        Ok(inside) if inside == Path::new("") => PathBuf::from("."),
        // `~` is somebody's home, and make knows rules for names like `.c.o`.
        Ok(inside) if inside.as_os_str().as_bytes().starts_with(b"~") => whole,
        Ok(inside) if is_suffix_rule(inside) => whole,
        Ok(inside) => inside.to_owned(),
        Err(_) => whole,
    }
}

fn is_suffix_rule(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    bytes.first() == Some(&b'.')
        && !bytes.contains(&b'/')
        && bytes.iter().filter(|&&byte| byte == b'.').count() == 2
}
