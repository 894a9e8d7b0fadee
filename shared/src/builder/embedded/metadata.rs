//! Instructions that change the image's configuration alone.
//!
//! As BuildKit carries them out (`dockerfile2llb`, `dispatch…`). What is wrong with a
//! value is told in words; the caller knows the place.

use serde_json::json;

use super::image::Healthcheck;
use super::ports::ports;
use super::signals::is_signal;
use super::stage::Stage;
use super::variables::{Failed, Given};
use crate::dockerfile::instruction::{Body, Command, Healthcheck as Check, Instruction};
use crate::dockerfile::nanoseconds;

/// Why an instruction cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{}`: {}", .0.word, .0.why)]
    Expansion(Failed),
    #[error("{0}")]
    Value(String),
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        Self::Expansion(failed)
    }
}

impl Stage {
    /// Carries out an instruction of this kind; `false` if it is of another.
    pub(super) fn set(&mut self, instruction: &Instruction, given: &Given) -> Result<bool, Error> {
        let what = match &instruction.body {
            Body::Env(pairs) => {
                let set = self.pairs(pairs.iter().map(|pair| (&pair.name, &pair.value)))?;
                for (name, value) in &set {
                    self.variables.set(name, value.clone());
                    self.image.config.set_env(name, value);
                }
                told("ENV", &set)
            }
            Body::Arg(arguments) => {
                let mut told = "ARG".to_owned();
                for argument in arguments {
                    let value = self.variables.arg(argument, given)?;
                    let text = value.map(|value| format!("={value}")).unwrap_or_default();
                    told.push_str(&format!(" {}{text}", argument.name));
                    self.arguments.retain(|name| *name != argument.name);
                    self.arguments.push(argument.name.clone());
                }
                told
            }
            Body::Label(pairs) => {
                let set = self.pairs(pairs.iter().map(|pair| (&pair.name, &pair.value)))?;
                self.image.config.labels.extend(set.iter().cloned());
                told("LABEL", &set)
            }
            Body::Cmd(command) => {
                let argv = self.argv(command);
                self.cmd_set = true;
                self.image.config.extra.insert("ArgsEscaped".into(), true.into());
                self.image.config.cmd.clone_from(&argv);
                format!("CMD {}", json!(argv))
            }
            Body::Entrypoint(command) => {
                let argv = self.argv(command);
                self.image.config.entrypoint.clone_from(&argv);
                if !self.cmd_set {
                    self.image.config.cmd.clear();
                }
                format!("ENTRYPOINT {}", json!(argv))
            }
            Body::Expose(words) => {
                let mut exposed = Vec::new();
                for word in words {
                    for text in self.variables.words(word)? {
                        exposed.extend(ports(&text).map_err(Error::Value)?);
                    }
                }
                let told = format!("EXPOSE {}", exposed.join(" "));
                let all = exposed.into_iter().map(|port| (port, json!({})));
                self.image.config.exposed_ports.extend(all);
                told
            }
            Body::Healthcheck(check) => {
                let check = health(check, instruction);
                let told = format!("HEALTHCHECK {}", json!(check));
                self.image.config.healthcheck = Some(check);
                told
            }
            Body::Maintainer(name) => {
                self.image.author = Some(name.clone());
                format!("MAINTAINER {name}")
            }
            Body::Onbuild(inner) => {
                self.image.config.on_build.push(trigger(inner));
                return Ok(true);
            }
            Body::Shell(words) => {
                self.image.config.shell.clone_from(words);
                format!("SHELL {}", json!(words))
            }
            Body::Stopsignal(signal) => {
                let signal = self.variables.expand(signal)?;
                if !is_signal(&signal) {
                    return Err(Error::Value(format!("`{signal}` is not a signal")));
                }
                self.image.config.stop_signal = Some(signal.clone());
                format!("STOPSIGNAL {signal}")
            }
            Body::User(user) => {
                let user = self.variables.expand(user)?;
                self.image.config.user.clone_from(&user);
                format!("USER {user}")
            }
            Body::Volume(volumes) => {
                let volumes: Vec<String> =
                    volumes.iter().map(|v| self.variables.expand(v)).collect::<Result<_, _>>()?;
                if volumes.iter().any(String::is_empty) {
                    return Err(Error::Value("a volume's path is empty".to_owned()));
                }
                let told = format!("VOLUME {}", volumes.join(" "));
                let all = volumes.into_iter().map(|volume| (volume, json!({})));
                self.image.config.volumes.extend(all);
                told
            }
            _ => return Ok(false),
        };
        self.note(what, false);
        Ok(true)
    }

    fn pairs<'a>(
        &self,
        pairs: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> Result<Vec<(String, String)>, Failed> {
        pairs.map(|(n, v)| Ok((self.variables.expand(n)?, self.variables.expand(v)?))).collect()
    }

    /// A command as it is started: in shell form, behind the shell.
    pub(super) fn argv(&self, command: &Command) -> Vec<String> {
        match command {
            Command::Exec(words) => words.clone(),
            Command::Shell(text) => {
                let mut argv = self.shell();
                argv.push(text.clone());
                argv
            }
        }
    }

    pub(super) fn shell(&self) -> Vec<String> {
        match self.image.config.shell.as_slice() {
            [] => vec!["/bin/sh".to_owned(), "-c".to_owned()],
            shell => shell.to_vec(),
        }
    }
}

fn told(keyword: &str, pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!(" {name}={value}"));
    std::iter::once(keyword.to_owned()).chain(pairs).collect()
}

fn health(check: &Check, instruction: &Instruction) -> Healthcheck {
    let word = |first: &str, rest: &[String]| {
        std::iter::once(first.to_owned()).chain(rest.iter().cloned()).collect()
    };
    let test = match check {
        Check::None => word("NONE", &[]),
        Check::Command(Command::Shell(text)) => word("CMD-SHELL", std::slice::from_ref(text)),
        Check::Command(Command::Exec(words)) => word("CMD", words),
    };
    // The parser has looked at the values.
    let time = |flag| instruction.flag(flag).and_then(nanoseconds).unwrap_or(0);
    Healthcheck {
        test,
        interval: time("interval"),
        timeout: time("timeout"),
        start_period: time("start-period"),
        start_interval: time("start-interval"),
        retries: instruction.flag("retries").and_then(|n| n.parse().ok()).unwrap_or(0),
        ..Healthcheck::default()
    }
}

/// An instruction after ONBUILD as images keep it, its heredocs with it.
fn trigger(inner: &Instruction) -> String {
    let mut text = inner.text.clone();
    for document in &inner.heredocs {
        text.push_str(&format!("\n{}{}", document.content, document.name));
    }
    text
}
