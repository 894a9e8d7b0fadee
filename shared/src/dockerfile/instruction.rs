//! What a parsed Dockerfile is made of: instructions with their arguments.
//!
//! Types only. Words are as written: variables and quotes are still in them.

use std::ops::Range;

use super::heredoc::Heredoc;
use super::lex::Directive;

/// A parsed Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// The file as messages name it.
    pub file: String,
    /// A backslash or a backtick.
    pub escape: char,
    pub directives: Vec<Directive>,
    pub instructions: Vec<Instruction>,
    /// Where an escape character continues the last line into the end of the file.
    pub(crate) dangling: Option<usize>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// As written: `COPY`, `copy`.
    pub keyword: String,
    pub flags: Vec<Flag>,
    pub body: Body,
    pub heredocs: Vec<Heredoc>,
    /// The line, continuations joined, without heredocs.
    pub text: String,
    /// Bytes in the file, heredocs included.
    pub span: Range<usize>,
    /// First and last line, and the column of the keyword, from 1.
    pub line: usize,
    pub end_line: usize,
    pub column: usize,
}

/// `--name` or `--name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    pub name: String,
    pub value: Option<String>,
}

impl Instruction {
    /// The value of a flag; `Some("")` for one without a value.
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|flag| flag.name == name).map(|f| f.value.as_deref().unwrap_or(""))
    }

    /// The values of a flag that may be repeated.
    pub fn flags<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.flags.iter().filter(move |flag| flag.name == name);
        named.map(|flag| flag.value.as_deref().unwrap_or(""))
    }

    /// Whether a flag like `--link` is on: given, and not `=false`.
    pub fn is_on(&self, name: &str) -> bool {
        self.flag(name).is_some_and(|value| !value.eq_ignore_ascii_case("false"))
    }
}

/// Shell form or exec form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Shell(String),
    Exec(Vec<String>),
}

/// `name=value`, or `name` alone (ARG).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    pub name: String,
    pub value: Option<String>,
}

/// `name=value` or the old `name value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

/// COPY and ADD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Without heredocs.
    pub sources: Vec<String>,
    /// Names of the heredocs among the sources.
    pub documents: Vec<String>,
    pub destination: String,
}

/// FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    pub base: String,
    /// Lower case, as BuildKit keeps it.
    pub name: Option<String>,
}

/// HEALTHCHECK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Healthcheck {
    None,
    Command(Command),
}

/// An instruction's arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Add(Transfer),
    Arg(Vec<Argument>),
    Cmd(Command),
    Copy(Transfer),
    Entrypoint(Command),
    Env(Vec<Pair>),
    Expose(Vec<String>),
    From(From),
    Healthcheck(Healthcheck),
    Label(Vec<Pair>),
    Maintainer(String),
    Onbuild(Box<Instruction>),
    Run(Command),
    Shell(Vec<String>),
    Stopsignal(String),
    User(String),
    Volume(Vec<String>),
    Workdir(String),
    /// An instruction that we don't know, or that a foreign syntax means otherwise.
    Unknown(String),
}

/// Every instruction there is, with its flags.
pub const INSTRUCTIONS: [(&str, &[&str]); 18] = [
    ("ADD", &["chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"]),
    ("ARG", &[]),
    ("CMD", &[]),
    ("COPY", &["from", "chown", "chmod", "link", "parents", "exclude"]),
    ("ENTRYPOINT", &[]),
    ("ENV", &[]),
    ("EXPOSE", &[]),
    ("FROM", &["platform"]),
    ("HEALTHCHECK", &["interval", "timeout", "start-period", "start-interval", "retries"]),
    ("LABEL", &[]),
    ("MAINTAINER", &[]),
    ("ONBUILD", &[]),
    ("RUN", &["mount", "network", "security", "device"]),
    ("SHELL", &[]),
    ("STOPSIGNAL", &[]),
    ("USER", &[]),
    ("VOLUME", &[]),
    ("WORKDIR", &[]),
];

/// The flags of an instruction, in any case; `None` if there is no such instruction.
pub(crate) fn flags_of(keyword: &str) -> Option<&'static [&'static str]> {
    let known = INSTRUCTIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(keyword));
    known.map(|(_, flags)| *flags)
}
