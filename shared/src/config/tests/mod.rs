//! The room as a whole: files in a folder, in; a project or messages, out.
#![allow(clippy::unwrap_used)]

mod bad;
mod examples;
mod good;
mod hostile;
mod named;
mod published;
mod variables;

use std::collections::HashMap;
use std::path::Path;

use super::{Error, LoadOptions, Project, load};

/// A project's folder.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn options(&self) -> LoadOptions {
        LoadOptions::new(self.path())
    }

    fn load(&self) -> Result<Project, Error> {
        load(&mut self.options())
    }
}

fn load_text(text: &str) -> Result<Project, Error> {
    Folder::new(&[("devspace.yaml", text)]).load()
}

fn good(text: &str) -> Project {
    load_text(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn bad(text: &str) -> String {
    match load_text(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(error) => error.to_string(),
    }
}

fn environment(values: &[(&str, &str)]) -> super::Lookup {
    let values: HashMap<String, String> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Box::new(move |name| values.get(name).cloned())
}
