//! Variables: what ARG, ENV and the platform say, and what the text cannot tell.
//!
//! A value is known, or unknown with a reason; a name that nothing sets is unset
//! for sure only where no base image can have set it. Knows no stage and no file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::Kind;
use super::expand::{self, Expander};
use super::instruction::{Argument, Pair};

/// Build arguments by name; `None`: the value comes from elsewhere and is not known here.
pub type BuildArgs = BTreeMap<String, Option<String>>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Known(String),
    Unknown,
}

/// A text after expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    Known(String),
    /// The text does not tell: `variable` decides. `guess` takes it as unset.
    Unknown {
        guess: String,
        variable: String,
    },
}

impl Text {
    /// The text, or what it is if unknown variables are unset.
    pub fn guess(&self) -> &str {
        match self {
            Self::Known(text) | Self::Unknown { guess: text, .. } => text,
        }
    }

    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Unknown { .. } => None,
        }
    }
}

/// The variables at one point of a Dockerfile.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What was set in the stage that this one is made from.
    parent: Option<Arc<Scope>>,
    values: BTreeMap<String, Value>,
    /// Whether a base image may have set what nothing here sets.
    open: bool,
    /// A variable whose unknown value is some variable's name: from here on nothing is sure.
    lost: Option<String>,
    escape: char,
}

impl Scope {
    /// The scope before the first FROM: platform arguments, nothing from an image.
    /// `target` is the value of TARGETSTAGE, where that is known.
    pub fn global(
        escape: char,
        platform: Option<&Platform>,
        target: Option<&str>,
        build_args: &BuildArgs,
    ) -> Self {
        let mut scope = Self::new(escape, false);
        for name in ["PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT"] {
            scope.values.insert(format!("BUILD{name}"), Value::Unknown);
            let value = platform.map_or(Value::Unknown, |p| Value::Known(p.part(name)));
            scope.values.insert(format!("TARGET{name}"), value);
        }
        let stage = target.map_or(Value::Unknown, |target| Value::Known(target.to_owned()));
        scope.values.insert("TARGETSTAGE".to_owned(), stage);
        for (name, value) in &mut scope.values {
            if let Some(given) = build_args.get(name) {
                *value = given.clone().map_or(Value::Unknown, Value::Known);
            }
        }
        scope
    }

    /// A stage's scope; `open` unless it is made from `scratch`.
    pub fn new(escape: char, open: bool) -> Self {
        Self { parent: None, values: BTreeMap::new(), open, lost: None, escape }
    }

    /// The scope of a stage made from the stage that ended with `parent`.
    pub fn child(parent: Arc<Self>) -> Self {
        Self { open: parent.open, lost: parent.lost.clone(), ..Self::new(parent.escape, true) }
            .with_parent(parent)
    }

    fn with_parent(self, parent: Arc<Self>) -> Self {
        Self { parent: Some(parent), ..self }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.values.get(name) {
                return Some(value);
            }
            scope = scope.parent.as_deref()?;
        }
    }

    /// Expands a word with what is set here.
    pub fn expand(&self, word: &str) -> Result<Text, Kind> {
        if !word.contains(['$', '\'', '"', self.escape, '\u{feff}']) {
            return Ok(Text::Known(word.to_owned()));
        }
        let lookup = |name: &str| match self.get(name) {
            Some(Value::Known(value)) => Some(value.clone()),
            _ => None,
        };
        let bad = |why| Kind::Expansion { word: word.to_owned(), why };
        let (guess, doubtful) = match Expander::new(self.escape).expand(word, &lookup) {
            Ok(done) => (done.text, done.unset.into_iter().find(|name| self.doubts(name))),
            Err(expand::Kind::Required { name, .. }) if self.doubts(&name) => {
                (String::new(), Some(name))
            }
            Err(why) => return Err(bad(why)),
        };
        let lost = self.lost.as_ref().filter(|_| word.contains('$')).cloned();
        let disputed = self.is_disputed(word).then(|| word.to_owned());
        Ok(match doubtful.or(lost).or(disputed) {
            None => Text::Known(guess),
            Some(variable) => Text::Unknown { guess, variable },
        })
    }

    /// Versions of BuildKit read an escape character in a quoted pattern (`${x#"a\b"}`)
    /// each in its own way.
    fn is_disputed(&self, word: &str) -> bool {
        word.contains("${")
            && word.contains(self.escape)
            && word.contains(['\'', '"'])
            && word.contains(['#', '%', '/'])
    }

    /// Whether a name without a known value may have one after all.
    fn doubts(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Unknown) => true,
            Some(Value::Known(_)) => false,
            None if matches!(name, "" | "@" | "*" | "#" | "?" | "-" | "$" | "!") => false,
            // BuildKit gives even a stage from scratch a PATH.
            None => self.open || (name == "PATH" && self.is_stage()),
        }
    }

    fn is_stage(&self) -> bool {
        self.get("TARGETSTAGE").is_none()
    }

    /// Carries out an ENV: each value with what was set before the line.
    pub fn env(&mut self, pairs: &[Pair]) -> Result<(), Kind> {
        let mut set = Vec::new();
        for pair in pairs {
            set.push((self.expand(&pair.name)?, self.expand(&pair.value)?));
        }
        for (name, value) in set {
            self.set(name, value.into());
        }
        Ok(())
    }

    /// Carries out an ARG in a stage, where a global argument gives its value by name.
    pub fn arg(
        &mut self,
        arguments: &[Argument],
        global: &Scope,
        build_args: &BuildArgs,
    ) -> Result<(), Kind> {
        let before = (arguments.len() > 1).then(|| self.clone());
        for argument in arguments {
            let value = match (build_args.get(&argument.name), &argument.value) {
                (Some(given), _) => Some(given.clone().map_or(Value::Unknown, Value::Known)),
                (None, Some(default)) => {
                    let value = self.expand(default)?;
                    // Older builders expand the whole line with what was set before it.
                    let old = before.as_ref().map(|scope| scope.expand(default)).transpose()?;
                    let clash = old.is_some_and(|old| old != value);
                    Some(if clash { Value::Unknown } else { value.into() })
                }
                (None, None) => global.get(&argument.name).cloned(),
            };
            if let Some(value) = value {
                self.set_arg(argument, value);
            }
        }
        Ok(())
    }

    fn set_arg(&mut self, argument: &Argument, value: Value) {
        let name = match self.expand(&argument.name) {
            Ok(Text::Known(name)) if name == argument.name => Text::Known(name),
            // Older builders expand the name, newer ones take it as it is written.
            _ => Text::Unknown { guess: String::new(), variable: argument.name.clone() },
        };
        // Builders disagree whether the first or the last counts, and whether an
        // ARG behind an ENV does: then the text does not tell.
        let before = self.get(&argument.name);
        let clash = before.is_some_and(|before| *before != value);
        self.set(name, if clash { Value::Unknown } else { value });
    }

    /// Carries out an ARG before the first FROM: one after the other.
    pub fn global_arg(
        &mut self,
        arguments: &[Argument],
        build_args: &BuildArgs,
    ) -> Result<(), Kind> {
        for argument in arguments {
            let value = match (build_args.get(&argument.name), &argument.value) {
                (Some(given), _) => given.clone().map_or(Value::Unknown, Value::Known),
                (None, Some(default)) => self.expand(default)?.into(),
                (None, None) => continue,
            };
            self.set(Text::Known(argument.name.clone()), value);
        }
        Ok(())
    }

    fn set(&mut self, name: Text, value: Value) {
        match name {
            Text::Known(name) => {
                self.values.insert(name, value);
            }
            Text::Unknown { variable, .. } => self.lost = Some(variable),
        }
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        match text {
            Text::Known(text) => Self::Known(text),
            Text::Unknown { .. } => Self::Unknown,
        }
    }
}

/// `os/arch[/variant]`, in containerd's normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    os: String,
    arch: String,
    variant: String,
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.arch)?;
        match self.variant.as_str() {
            "" => Ok(()),
            variant => write!(f, "/{variant}"),
        }
    }
}

impl Platform {
    /// Parses `linux/arm64`, `linux/arm/v7`, and machine names like `linux/x86_64`.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('/').collect();
        let (os, arch, variant) = match parts.as_slice() {
            [os, arch] => (*os, *arch, ""),
            [os, arch, variant] => (*os, *arch, *variant),
            _ => return None,
        };
        if os.is_empty() || arch.is_empty() {
            return None;
        }
        let (arch, variant) = match (arch, variant) {
            ("i386", _) => ("386", ""),
            ("x86_64" | "x86-64", "v1" | "") | ("amd64", "v1") => ("amd64", ""),
            ("x86_64" | "x86-64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "8" | "v8" | "") => ("arm64", ""),
            ("aarch64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            other => other,
        };
        let own = str::to_owned;
        Some(Self { os: own(os), arch: own(arch), variant: own(variant) })
    }

    /// What the platform arguments are, without `BUILD` and `TARGET`: `OS`, `ARCH`,
    /// `VARIANT`, `PLATFORM`; anything else is empty.
    pub fn part(&self, name: &str) -> String {
        match name {
            "OS" => self.os.clone(),
            "ARCH" => self.arch.clone(),
            "VARIANT" => self.variant.clone(),
            "PLATFORM" if self.variant.is_empty() => format!("{}/{}", self.os, self.arch),
            "PLATFORM" => format!("{}/{}/{}", self.os, self.arch, self.variant),
            _ => String::new(),
        }
    }
}
