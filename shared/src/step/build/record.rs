//! What the last build of an image was made of, kept to tell later what changed.
//!
//! Two files in `.devspace/cache`, which may be deleted at any time: the list of
//! inputs, and what stands behind its digests. Both say of which key they are; one of
//! another build is as good as none.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::prepare::{Prepared, Recipe};
use crate::context::why::{self, Recorded};
use crate::context::{self, Inputs};
use crate::reference::Digest;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::util::fs::{PathContext, write_atomically};
use crate::util::hex;

/// Larger recipes are not read: ours cannot be.
const RECIPE_MAX: u64 = 64 << 20;

/// What the last build was made of.
pub struct Record {
    pub list: Recorded,
    pub recipe: Option<Texts>,
}

/// The texts behind the list's digests, as people wrote them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Texts {
    key: Digest,
    /// Its path from the project root, and its text without overrides.
    pub dockerfile: Option<Text>,
    /// Overrides of the config.
    pub entrypoint: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    /// The ignore file that counted.
    pub ignore: Option<Text>,
}

/// A file by its name in messages. Bytes that are not UTF-8 become U+FFFD.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    pub name: String,
    pub text: String,
}

impl Texts {
    /// Those of the build that `inputs` are of.
    pub fn of(run: &Run, prepared: &Prepared, inputs: &Inputs) -> Self {
        let image = &prepared.image;
        let text = |name: String, bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            Text { name, text }
        };
        let (mut dockerfile, mut ignore) = (None, None);
        if let Recipe::Dockerfile(source) = &prepared.recipe {
            dockerfile = Some(text(prepared.dockerfile_name(), source.written()));
            let context = run.project.path(&image.context);
            let mut files = context::ignore_files(&context, &source.path).into_iter();
            let found = files.find(|file| file.exists());
            ignore = found.and_then(|file| {
                let name = file.strip_prefix(&context).unwrap_or(&file).display().to_string();
                Some(text(name, &std::fs::read(&file).ok()?))
            });
        }
        let (entrypoint, cmd) = (image.entrypoint.clone(), image.cmd.clone());
        Self { key: inputs.key.clone(), dockerfile, entrypoint, cmd, ignore }
    }
}

impl Run {
    /// What the build with this key was made of, if that is still there.
    pub(super) fn recall(&self, image: &str, key: &Digest) -> Option<Record> {
        let list = why::load(&self.kept("inputs", image), key)?;
        Some(Record { list, recipe: read(&self.kept("recipe", image), key) })
    }

    /// Keeps what a build was made of. Losing it costs explanations only.
    pub(super) fn remember(&self, prepared: &Prepared, inputs: &Inputs) {
        let image = &prepared.image.name;
        let recipe = self.kept("recipe", image);
        let texts = serde_json::to_vec(&Texts::of(self, prepared, inputs)).unwrap_or_default();
        let keep = || {
            let folder = recipe.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder).at("make", folder)?;
            why::store(&self.kept("inputs", image), inputs)?;
            write_atomically(&recipe, &texts, 0o600)
        };
        if let Err(error) = keep() {
            let text = format!("the inputs are not kept for `ds why`: {error}");
            self.reporter.image_note(image, Level::Verbose, text);
        }
    }

    /// A file of the cache that is about one image's variant.
    pub(super) fn kept(&self, what: &str, image: &str) -> PathBuf {
        // An image's name may hold any character; a file's may not.
        let name = sha2::Sha256::digest(format!("{image}\n{}", self.variant));
        let name = hex::encode(&name[..8]);
        self.project.root.join(".devspace/cache").join(format!("{what}-{name}"))
    }
}

fn read(file: &Path, key: &Digest) -> Option<Texts> {
    let size = std::fs::metadata(file).ok()?.len();
    let bytes = (size <= RECIPE_MAX).then(|| std::fs::read(file).ok()).flatten()?;
    serde_json::from_slice(&bytes).ok().filter(|texts: &Texts| texts.key == *key)
}
