//! devspace.yaml → a typed [`Project`], or an error at file:line:column.
//!
//! Strict: an unknown or doubled key is an error with the nearest valid one.
//! Knows nothing of engines, contexts' contents or the state.
//!
//! In this order: find the file, parse it into a tree that knows its places, lay
//! overrides and profiles over it, check it against the tables of keys, replace
//! variables, check again, read.

mod check;
mod configs;
mod error;
mod files;
mod find;
mod foreign;
mod keys;
mod merge;
mod model;
mod profile;
mod read;
mod scalar;
mod schema;
mod source;
mod tree;
mod variable;
mod version;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

pub use error::{Error, Problem, Problems};
pub use files::{Disk, Files};
pub use find::{beside as config_beside, files_beside};
pub use foreign::Foreign;
pub use model::*;
pub use schema::schema;
pub use tree::{Entry, Node};

use self::check::Check;
use self::find::Found;
use self::keys::{Kind, PROJECT};
use self::source::Report;
use self::variable::{Answers, Resolver};
use self::version::Version;

/// Looks a name of the environment up.
pub type Lookup = Box<dyn Fn(&str) -> Option<String>>;
/// Answers a question; `None` where there is no answer.
pub type Ask = Box<dyn FnMut(&Question) -> Option<String>>;

/// What [`load`] is told.
pub struct LoadOptions {
    /// The working directory; the config is looked for from here upward.
    pub start: PathBuf,
    /// The config file, relative to `start`; its folder is then the project root.
    pub file: Option<PathBuf>,
    /// The home folder, which is no project even if it holds a config.
    pub home: Option<PathBuf>,
    /// Which config of devspace-configs.yaml.
    pub use_config: Option<String>,
    /// Profiles, in the order in which they are applied.
    pub profiles: Vec<String>,
    /// Values of variables from the command line; the last of a name wins.
    pub vars: Vec<(String, String)>,
    pub env: Lookup,
    /// `None`: never ask.
    pub ask: Option<Ask>,
    /// Where the files are read from.
    pub files: Rc<dyn Files>,
    /// Values for variables that would have others at each load, as random ones; see
    /// [`Project::predefined`].
    pub predefined: BTreeMap<String, String>,
}

impl LoadOptions {
    /// Looks upward from `start`, with an empty environment, and never asks.
    pub fn new(start: impl Into<PathBuf>) -> Self {
        Self {
            start: start.into(),
            file: None,
            home: None,
            use_config: None,
            profiles: Vec::new(),
            vars: Vec::new(),
            env: Box::new(|_| None),
            ask: None,
            files: Rc::new(Disk),
            predefined: BTreeMap::new(),
        }
    }
}

/// A question for a variable's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The variable.
    pub name: String,
    pub text: String,
    /// What an empty answer means.
    pub default: Option<String>,
    /// If there are any, the answer is one of them.
    pub options: Vec<String>,
    /// A regular expression that the answer must match, and what to say if it does not.
    pub pattern: Option<String>,
    pub message: Option<String>,
    /// The answer is not shown while it is typed.
    pub password: bool,
}

/// Loads the config.
///
/// New answers to questions are stored in `.devspace/vars.json`, also when the
/// config turns out to be wrong: nobody is asked twice.
///
/// # Errors
/// See [`Error`]; all but [`Error::Answers`] mean that the config cannot be used.
pub fn load(options: &mut LoadOptions) -> Result<Project, Error> {
    let found = find::find(&options.start, options.file.as_deref(), options.home.as_deref())?;
    let mut report = Report::new(Rc::clone(&options.files));
    let mut answers = Answers::load(&found.root, &mut report)?;
    let raw = raw(&found, options, &mut answers, &mut report)?;
    let (mut node, version) = arrange(raw.config, &options.profiles, &mut report)?;
    let definitions = definitions(&mut node, raw.variables, version, &mut report)?;
    let mut resolver = Resolver {
        root: &found.root,
        profile: options.profiles.last().map(String::as_str),
        given: &options.vars,
        environment: &options.env,
        ask: options.ask.as_mut(),
        definitions: definitions.into_iter().map(|d| (d.name.clone(), d)).collect(),
        answers,
        predefined: options.predefined.clone(),
        known: BTreeMap::new(),
        busy: Vec::new(),
    };
    resolver.replace(&mut node, &Kind::Section(&PROJECT), version, &mut report);
    let predefined = std::mem::take(&mut resolver.predefined);
    resolver.answers.save()?;
    report.settle()?;
    Check { report: &mut report, version }.node(&mut node, &Kind::Section(&PROJECT), "");
    report.settle()?;
    let file = found.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut project = read::project(&node, version, found.root, file, &mut report);
    report.settle()?;
    project.files = report.files_read();
    project.predefined = predefined;
    Ok(project)
}

/// The trees before anything is done to them.
struct Raw {
    config: Node,
    /// Definitions of variables that stand outside the config.
    variables: Option<Node>,
}

fn raw(
    found: &Found,
    options: &LoadOptions,
    answers: &mut Answers,
    report: &mut Report,
) -> Result<Raw, Error> {
    let wanted = options.use_config.as_deref();
    if found.is_configs() {
        let active = answers.active_config().map(str::to_owned);
        let chosen = configs::choose(&found.file, &found.root, wanted, active.as_deref(), report)?;
        answers.set_config(&chosen.name);
        return Ok(Raw { config: chosen.config, variables: chosen.variables });
    }
    let name = found.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(wanted) = wanted.filter(|wanted| *wanted != "default") {
        let message = format!("there is no config `{wanted}`: `{name}` holds one config only");
        let hint = format!("named configs stand in `{}`", find::CONFIGS);
        return Err(Problem::general(message, Some(hint)).into());
    }
    let index = report.read(&found.file, &name)?;
    let config = tree::parse(report, index)?;
    if config.value == tree::Value::Null {
        let hint = "`ds init` writes one, or begin with `version: v1beta2`".to_owned();
        return Err(report.at(config.at, "the config is empty", Some(hint)).into());
    }
    let variables = match beside(&found.root, find::VARIABLES, report) {
        Some(file) => {
            let index = report.read(&file, find::VARIABLES)?;
            Some(tree::parse(report, index)?)
        }
        None => None,
    };
    Ok(Raw { config, variables })
}

fn beside(root: &Path, name: &str, report: &Report) -> Option<PathBuf> {
    Some(root.join(name)).filter(|path| report.is_file(path))
}

/// Checks the tree as it is written, and applies profiles.
fn arrange(
    mut node: Node,
    profiles: &[String],
    report: &mut Report,
) -> Result<(Node, Version), Error> {
    let version = Version::of(&node, report);
    report.settle()?;
    let mut checked = node.clone();
    Check { report, version }.node(&mut checked, &Kind::Section(&PROJECT), "");
    report.settle()?;
    if profiles.is_empty() {
        profile::apply(&mut checked, profiles, report)?;
        return Ok((checked, version));
    }
    // Patches may name what the check takes out; what they leave is checked anew.
    profile::apply(&mut node, profiles, report)?;
    report.notes.clear();
    Check { report, version }.node(&mut node, &Kind::Section(&PROJECT), "");
    report.settle()?;
    Ok((node, version))
}

/// The definitions of variables, of the config and beside it.
fn definitions(
    node: &mut Node,
    beside: Option<Node>,
    version: Version,
    report: &mut Report,
) -> Result<Vec<variable::Definition>, Error> {
    let mut definitions = Vec::new();
    if let Some(mut node) = beside {
        // `vars:` above the list is what people try, and later versions write.
        if let Some(inner) = node.take("vars") {
            node = inner.value;
        }
        Check { report, version }.node(&mut node, &keys::VARIABLES, "vars");
        definitions.extend(variable::read_definitions(&node, report));
    }
    if let Some(entry) = node.take("vars") {
        definitions.extend(variable::read_definitions(&entry.value, report));
    }
    report.settle()?;
    Ok(definitions)
}

#[cfg(test)]
mod tests;
