//! Answers to the questions of variables: our own file, mode 0600, and what the
//! reference stored in `.devspace/generated.yaml`, which is only read.
//!
//! Knows nothing of which variables there are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::error::{Error, Problem};
use crate::config::source::Report;
use crate::util::fs::{self, PathContext};

const FILE: &str = ".devspace/vars.json";
const GENERATED: &str = ".devspace/generated.yaml";
const SIZE_MAX: u64 = 4 << 20;

/// What is stored for a project: by config (`default` where there is one only), then by name.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    configs: BTreeMap<String, BTreeMap<String, String>>,
    /// Fields of other versions of ds.
    #[serde(flatten)]
    extra: serde_json::Map<String, serde_json::Value>,
}

/// The part of upstream's state that holds answers.
#[derive(Debug, Default, Deserialize)]
struct Generated {
    #[serde(default, rename = "activeConfig")]
    active: Option<String>,
    #[serde(default)]
    configs: Option<BTreeMap<String, Option<GeneratedConfig>>>,
}

#[derive(Debug, Default, Deserialize)]
struct GeneratedConfig {
    #[serde(default)]
    vars: Option<BTreeMap<String, serde_json::Value>>,
}

/// The answers of one project.
pub(in crate::config) struct Answers {
    path: PathBuf,
    config: String,
    stored: Stored,
    generated: Generated,
    new: BTreeMap<String, String>,
}

impl Answers {
    /// Reads both files; a broken one of ours is an error, a broken one of upstream a warning.
    pub fn load(root: &Path, report: &mut Report) -> Result<Self, Error> {
        let path = root.join(FILE);
        let stored = match bounded(&path)? {
            None => Stored::default(),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let place =
                    crate::util::place::Place::new(FILE, error.line(), error.column().max(1));
                Problem {
                    message: "the stored answers to variables are damaged".to_owned(),
                    place: Some(place),
                    snippet: None,
                    hint: Some(format!("remove `{FILE}`; the questions are then asked again")),
                }
            })?,
        };
        let generated = match bounded(&root.join(GENERATED))? {
            None => Generated::default(),
            Some(bytes) => serde_yaml::from_slice(&bytes).unwrap_or_else(|_| {
                report
                    .warnings
                    .push(format!("{GENERATED}: not readable, its answers are not used"));
                Generated::default()
            }),
        };
        let config = "default".to_owned();
        Ok(Self { path, config, stored, generated, new: BTreeMap::new() })
    }

    /// The config that upstream was told to use.
    pub fn active_config(&self) -> Option<&str> {
        self.generated.active.as_deref()
    }

    /// Answers are kept apart by config.
    pub fn set_config(&mut self, name: &str) {
        name.clone_into(&mut self.config);
    }

    /// A stored answer.
    pub fn get(&self, name: &str) -> Option<String> {
        if let Some(answer) = self.stored.configs.get(&self.config).and_then(|vars| vars.get(name))
        {
            return Some(answer.clone());
        }
        let config = self.generated.configs.as_ref()?.get(&self.config)?.as_ref()?;
        match config.vars.as_ref()?.get(name)? {
            serde_json::Value::String(text) => Some(text.clone()),
            value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => {
                Some(value.to_string())
            }
            _ => None,
        }
    }

    pub fn add(&mut self, name: &str, answer: &str) {
        self.new.insert(name.to_owned(), answer.to_owned());
    }

    /// Writes new answers; without any, nothing is touched.
    pub fn save(mut self) -> Result<(), Error> {
        if self.new.is_empty() {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).at("create", folder).map_err(Error::Answers)?;
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            fs::write_atomically(&ignore, b"*\n", 0o644).map_err(Error::Answers)?;
        }
        self.stored.configs.entry(self.config).or_default().append(&mut self.new);
        let mut text =
            serde_json::to_vec_pretty(&self.stored).expect("a map of texts is always JSON");
        text.push(b'\n');
        fs::write_atomically(&self.path, &text, 0o600).map_err(Error::Answers)
    }
}

/// A file that may be missing, and is small.
fn bounded(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(data) if data.len() > SIZE_MAX => {
            let message = format!("`{}` is larger than 4 MiB", path.display());
            return Err(Problem::general(message, None).into());
        }
        _ => {}
    }
    fs::read(path).map(Some).map_err(Error::Read)
}
