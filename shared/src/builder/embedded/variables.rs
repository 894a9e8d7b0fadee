//! The variables of a stage while it is carried out: all of them known.
//!
//! As BuildKit has them (`dockerfile2llb`): one list that the base image, ENV and ARG
//! write into, the last one winning; only what ENV set goes into the image.

use std::collections::BTreeMap;

use crate::dockerfile::Platform;
use crate::dockerfile::expand::{Expander, Kind, Style};
use crate::dockerfile::instruction::Argument;

/// Where commands are looked for unless an image says otherwise (moby, `DefaultPathEnvUnix`).
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Names and values, in the order in which they were first set.
#[derive(Debug, Clone)]
pub struct Variables {
    list: Vec<(String, String)>,
    escape: char,
}

/// What a build was given, and what stands before its first FROM.
#[derive(Debug, Clone)]
pub struct Given {
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// Platforms, TARGETSTAGE, and the ARGs before the first FROM.
    pub global: Variables,
}

impl Given {
    /// `stage` is the target's name; `target` and `own` are the platforms of the image
    /// and of this machine.
    pub fn new(
        args: BTreeMap<String, String>,
        stage: Option<&str>,
        target: &Platform,
        own: &Platform,
        escape: char,
    ) -> Self {
        let mut global = Variables::new(escape);
        for (prefix, platform) in [("BUILD", own), ("TARGET", target)] {
            for part in ["PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT"] {
                global.set(&format!("{prefix}{part}"), platform.part(part));
            }
        }
        global.set("TARGETSTAGE", stage.unwrap_or("default").to_owned());
        for (name, value) in &mut global.list {
            if let Some(given) = args.get(name) {
                value.clone_from(given);
            }
        }
        Self { args, global }
    }

    /// An ARG before the first FROM.
    pub fn global_arg(&mut self, arguments: &[Argument]) -> Result<(), Failed> {
        for argument in arguments {
            let value = match (self.args.get(&argument.name), &argument.value) {
                (Some(given), _) => Some(given.clone()),
                (None, Some(default)) => Some(self.global.expand(default)?),
                (None, None) => None,
            };
            if let Some(value) = value {
                self.global.set(&argument.name, value);
            }
        }
        Ok(())
    }
}

/// A word that cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub word: String,
    pub why: Kind,
}

impl Variables {
    pub fn new(escape: char) -> Self {
        Self { list: Vec::new(), escape }
    }

    /// As an image's configuration has them: `NAME=value`.
    pub fn of_image(env: &[String], escape: char) -> Self {
        let mut variables = Self::new(escape);
        for one in env {
            let (name, value) = one.split_once('=').unwrap_or((one, ""));
            variables.set(name, value.to_owned());
        }
        variables
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.list.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn set(&mut self, name: &str, value: String) {
        match self.list.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.list.push((name.to_owned(), value)),
        }
    }

    pub fn list(&self) -> &[(String, String)] {
        &self.list
    }

    /// A word with its variables, without its quotes and escapes.
    pub fn expand(&self, word: &str) -> Result<String, Failed> {
        let expander = Expander::new(self.escape);
        let lookup = |name: &str| self.get(name).map(str::to_owned);
        expander.word(word, &lookup).map_err(|why| Failed { word: word.to_owned(), why })
    }

    /// The same, split at white space that stands outside of quotes.
    pub fn words(&self, word: &str) -> Result<Vec<String>, Failed> {
        let expander = Expander::new(self.escape);
        let lookup = |name: &str| self.get(name).map(str::to_owned);
        expander.words(word, &lookup).map_err(|why| Failed { word: word.to_owned(), why })
    }

    /// A heredoc's content: quotes stay, and the escape character is always a backslash.
    pub fn document(&self, text: &str) -> Result<String, Failed> {
        let style = Style { plain_quotes: true, ..Style::default() };
        let lookup = |name: &str| self.get(name).map(str::to_owned);
        let expanded = Expander::new('\\').style(style).word(text, &lookup);
        let first = || text.lines().next().unwrap_or_default().to_owned();
        expanded.map_err(|why| Failed { word: first(), why })
    }

    /// An ARG of a stage; returns the value that it has now, if any.
    pub fn arg(&mut self, argument: &Argument, given: &Given) -> Result<Option<String>, Failed> {
        let value = match (given.args.get(&argument.name), &argument.value) {
            (Some(given), _) => Some(given.clone()),
            (None, Some(default)) => Some(self.expand(default)?),
            (None, None) => given.global.get(&argument.name).map(str::to_owned),
        };
        if let Some(value) = &value {
            self.set(&argument.name, value.clone());
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(name: &str, value: Option<&str>) -> Argument {
        Argument { name: name.to_owned(), value: value.map(str::to_owned) }
    }

    #[test]
    fn arguments_come_from_outside_then_from_their_default_then_from_before_the_first_from() {
        let amd64 = Platform::parse("linux/amd64").unwrap();
        let arm = Platform::parse("linux/arm/v7").unwrap();
        let args = BTreeMap::from([("A".to_owned(), "given".to_owned())]);
        let mut given = Given::new(args, None, &arm, &amd64, '\\');
        given.global_arg(&[argument("A", Some("a")), argument("G", Some("$A-g"))]).unwrap();
        let mut stage = Variables::of_image(&["PATH=/bin".to_owned()], '\\');
        for (name, default, wanted) in [
            ("A", Some("own"), Some("given")),
            ("G", None, Some("given-g")),
            ("G", Some("own"), Some("own")),
            ("NEW", Some("${PATH}x"), Some("/binx")),
            ("NONE", None, None),
            ("TARGETPLATFORM", None, Some("linux/arm/v7")),
            ("BUILDARCH", None, Some("amd64")),
            ("TARGETVARIANT", None, Some("v7")),
            ("TARGETSTAGE", None, Some("default")),
        ] {
            let value = stage.arg(&argument(name, default), &given).unwrap();
            assert_eq!(value.as_deref(), wanted, "{name}");
        }
        assert_eq!(stage.expand("'$A' \"$A\" \\$A").unwrap(), "$A given $A");
        assert_eq!(stage.document("'$A' \\$A").unwrap(), "'given' $A");
    }
}
