//! Logical lines to instructions.
//!
//! Follows BuildKit's `parser` and `instructions` packages: what they refuse is
//! an error with its place. Unknown instructions and flags are kept, so that a
//! caller decides; [`Dockerfile::check_known`] refuses them. Expands nothing.

use super::arguments;
use super::error::{Error, Kind};
use super::instruction::{
    Body, Dockerfile, Flag, Healthcheck, INSTRUCTIONS, Instruction, flags_of,
};
use super::lex::{Lexed, Logical, lex, place};
use super::scope::BuildArgs;
use super::words::{self, Piece};
use crate::util::nearest::nearest;
use crate::util::place::Place;

/// Flags that need no value.
const SWITCHES: [&str; 4] = ["link", "keep-git-dir", "parents", "unpack"];
/// Flags that may be repeated.
const REPEATED: [&str; 3] = ["mount", "exclude", "device"];

/// Parses a Dockerfile; `file` is its name in messages.
///
/// With a foreign `# syntax=` nothing is an error: what cannot be read is
/// [`Body::Unknown`]. An unknown instruction is reported before any fault in
/// a line behind it, since it is often the cause.
pub fn parse(bytes: &[u8], file: &str) -> Result<Dockerfile, Error> {
    let mut lexed = lex(bytes, file);
    let source = Source { bytes, file, escape: lexed.escape };
    let mut parsed = Dockerfile {
        file: file.to_owned(),
        escape: lexed.escape,
        directives: std::mem::take(&mut lexed.directives),
        instructions: Vec::new(),
        dangling: lexed.lines.last().and_then(|line| line.dangling),
    };
    let foreign = parsed.foreign_syntax(bytes).is_some();
    let outcome = source.instructions(&lexed, foreign, &mut parsed.instructions);
    match outcome.and(lexed.fault.map_or(Ok(()), Err)).and_then(|()| source.order(&parsed)) {
        Err(error) if !foreign => Err(parsed.check_known().err().unwrap_or(error)),
        _ => Ok(parsed),
    }
}

impl Dockerfile {
    /// Refuses unknown instructions and flags: the first one is the error.
    pub fn check_known(&self) -> Result<(), Error> {
        self.instructions.iter().try_for_each(|instruction| self.check_instruction(instruction))
    }

    /// Refuses an instruction that no builder of a plain Dockerfile knows. Flags are
    /// left to the builder, which may be newer, and so is a file with a `# syntax=`.
    pub fn check_instructions(&self) -> Result<(), Error> {
        if self.syntax().is_some() {
            return Ok(());
        }
        let unknown = |i: &&Instruction| matches!(i.body, Body::Unknown(_));
        self.instructions.iter().find(unknown).map_or(Ok(()), |i| self.check_instruction(i))
    }

    /// An ONBUILD is not looked into: builders do so when it fires.
    pub(crate) fn check_instruction(&self, instruction: &Instruction) -> Result<(), Error> {
        let place = self.place(instruction);
        if let Body::Unknown(word) = &instruction.body {
            let known = INSTRUCTIONS.iter().map(|(name, _)| *name);
            let error = Error::new(place, Kind::UnknownInstruction(word.clone()));
            return Err(match nearest(word, known) {
                Some(name) => error.hint(format!("did you mean `{name}`?")),
                None => error,
            });
        }
        if takes_any_flag(&instruction.body) {
            return Ok(());
        }
        let known = flags_of(&instruction.keyword).unwrap_or_default();
        let Some(flag) = instruction.flags.iter().find(|f| !known.contains(&f.name.as_str()))
        else {
            return Ok(());
        };
        let keyword = instruction.keyword.to_ascii_uppercase();
        let kind = Kind::UnknownFlag { instruction: keyword.clone(), flag: flag.name.clone() };
        let error = Error::new(place, kind);
        Err(match nearest(&flag.name, known.iter().copied()) {
            Some(name) => error.hint(format!("did you mean `--{name}`?")),
            None if known.is_empty() => error.hint(format!("`{keyword}` takes no flags")),
            None => error.hint(format!("it takes `--{}`", known.join("`, `--"))),
        })
    }

    /// Where an instruction stands.
    pub fn place(&self, instruction: &Instruction) -> Place {
        Place::new(&self.file, instruction.line, instruction.column)
    }

    /// The frontend's image where it is not Docker's own, which we know.
    pub fn foreign(&self) -> Option<&str> {
        self.syntax().filter(|name| !is_official(name))
    }

    /// As [`Self::foreign`], where the build argument `BUILDKIT_SYNTAX` may name another.
    pub fn foreign_frontend<'a>(&'a self, build_args: &'a BuildArgs) -> Option<&'a str> {
        match build_args.get("BUILDKIT_SYNTAX") {
            Some(Some(name)) => Some(name.as_str()).filter(|name| !is_official(name)),
            Some(None) => Some("BUILDKIT_SYNTAX"),
            None => self.foreign(),
        }
    }

    /// The image named by `# syntax=`, without what may follow it.
    pub fn syntax(&self) -> Option<&str> {
        let at_margin = self.directives.iter().take_while(|directive| !directive.indented);
        let directive = at_margin.into_iter().find(|directive| directive.name == "syntax")?;
        directive.value.split(' ').next()
    }

    /// As [`Self::foreign`]; BuildKit also reads `//syntax=` and JSON, which are never Docker's syntax.
    fn foreign_syntax(&mut self, bytes: &[u8]) -> Option<String> {
        if self.syntax().is_none() {
            self.directives.extend(arguments::odd_syntax(bytes));
        }
        self.foreign().map(str::to_owned)
    }
}

/// `docker/dockerfile` on Docker Hub, in any version.
fn is_official(name: &str) -> bool {
    let name = ["docker.io/", "index.docker.io/"]
        .iter()
        .find_map(|host| name.strip_prefix(host))
        .unwrap_or(name);
    let path = name.split(['@', ':']).next().unwrap_or(name);
    path == "docker/dockerfile"
}

/// The text that errors point into.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    file: &'a str,
    pub escape: char,
}

/// One line while it is parsed.
pub(crate) struct Line<'a> {
    source: &'a Source<'a>,
    logical: &'a Logical,
    /// Where the instruction's own text begins: behind `ONBUILD`, not 0.
    base: usize,
    /// Upper case.
    pub keyword: String,
    pub escape: char,
}

impl Line<'_> {
    /// An error at an offset of the instruction's text.
    pub fn error(&self, offset: usize, kind: Kind) -> Error {
        let at = self.logical.source_offset(self.base + offset);
        Error::new(place(self.source.bytes, self.source.file, at), kind)
    }

    /// "`COPY` needs …"
    pub fn arguments(&self, why: &'static str) -> Error {
        self.error(0, Kind::Arguments { instruction: self.keyword.clone(), why })
    }
}

impl Source<'_> {
    fn instructions(
        &self,
        lexed: &Lexed,
        foreign: bool,
        into: &mut Vec<Instruction>,
    ) -> Result<(), Error> {
        for logical in &lexed.lines {
            match self.instruction(logical, 0, false) {
                Ok(instruction) => into.push(instruction),
                Err(_) if foreign => into.push(self.unknown(logical, 0)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The instruction that begins at `base` of a line's text.
    fn instruction(
        &self,
        logical: &Logical,
        base: usize,
        triggered: bool,
    ) -> Result<Instruction, Error> {
        let text = &logical.text[base..];
        let command = words::split_command(text, self.escape);
        let keyword = command.keyword.to_owned();
        let line = Line {
            source: self,
            logical,
            base,
            keyword: keyword.to_ascii_uppercase(),
            escape: self.escape,
        };
        let known = flags_of(&keyword);
        let is_none = || {
            let word = command.rest.text.split(char::is_whitespace).next();
            line.keyword == "HEALTHCHECK" && word.is_some_and(|w| w.eq_ignore_ascii_case("none"))
        };
        let flags = match known {
            Some(_) if is_none() => flags(&line, &[], &command.flags)?,
            Some(known) => flags(&line, known, &command.flags)?,
            None => Vec::new(),
        };
        let body = match line.keyword.as_str() {
            _ if known.is_none() => Body::Unknown(keyword.clone()),
            "ONBUILD" => self.onbuild(&line, command.rest, triggered)?,
            _ => arguments::body(&line, command.rest, &flags)?,
        };
        Ok(Instruction { keyword, flags, body, ..self.frame(logical, base) })
    }

    /// `ONBUILD` and the instruction behind it.
    fn onbuild(&self, line: &Line<'_>, rest: Piece<'_>, triggered: bool) -> Result<Body, Error> {
        if rest.text.is_empty() {
            return Err(line.arguments("needs an instruction"));
        }
        let keyword = words::split_command(rest.text, self.escape).keyword.to_ascii_uppercase();
        if triggered || matches!(keyword.as_str(), "ONBUILD" | "FROM" | "MAINTAINER") {
            return Err(line.error(rest.offset, Kind::Onbuild(keyword)));
        }
        let base = line.base + rest.offset;
        let inner = match self.instruction(line.logical, base, true) {
            // What counts and flags say is looked at when the trigger fires, if ever.
            Err(error) if !error.kind.is_of_form() => self.unknown(line.logical, base),
            inner => inner?,
        };
        Ok(Body::Onbuild(Box::new(inner)))
    }

    fn unknown(&self, logical: &Logical, base: usize) -> Instruction {
        let keyword = words::split_command(&logical.text[base..], self.escape).keyword.to_owned();
        Instruction {
            keyword: keyword.clone(),
            body: Body::Unknown(keyword),
            ..self.frame(logical, base)
        }
    }

    /// An instruction's place, with nothing in it yet.
    fn frame(&self, logical: &Logical, base: usize) -> Instruction {
        let offset = logical.source_offset(base);
        let line_start = self.bytes[..offset.min(self.bytes.len())]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let column = place(&self.bytes[line_start..], "", offset - line_start).column;
        let newlines = memchr::memchr_iter(b'\n', &self.bytes[logical.span.start..offset]).count();
        Instruction {
            keyword: String::new(),
            flags: Vec::new(),
            body: Body::Unknown(String::new()),
            heredocs: logical.heredocs.clone(),
            text: logical.text[base..].to_owned(),
            span: logical.span.clone(),
            line: logical.line + newlines,
            end_line: logical.end_line,
            column,
        }
    }

    /// Only ARG may stand before the first FROM, and there must be one.
    fn order(&self, parsed: &Dockerfile) -> Result<(), Error> {
        let first = parsed.instructions.iter().find(|i| !matches!(i.body, Body::Arg(_)));
        let Some(first) = first else {
            let kind = if parsed.instructions.is_empty() { Kind::Empty } else { Kind::NoStage };
            return Err(Error::new(Place::new(self.file, 1, 1), kind)
                .hint("a Dockerfile begins with `FROM <image>`"));
        };
        if matches!(first.body, Body::From(_)) {
            return Ok(());
        }
        let kind = Kind::BeforeFrom { instruction: first.keyword.to_ascii_uppercase() };
        Err(Error::new(parsed.place(first), kind).hint("begin with `FROM <image>`"))
    }
}

/// Instructions whose flags BuildKit never looks at.
fn takes_any_flag(body: &Body) -> bool {
    matches!(body, Body::Arg(_) | Body::Stopsignal(_) | Body::Healthcheck(Healthcheck::None))
}

/// Reads flags as BuildKit's `bflag.go`; unknown ones are kept.
fn flags(line: &Line<'_>, known: &[&str], written: &[(String, usize)]) -> Result<Vec<Flag>, Error> {
    let mut flags: Vec<Flag> = Vec::new();
    for (word, offset) in written {
        let text = word.strip_prefix("--").unwrap_or(word);
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let bad = |why| line.error(*offset, Kind::BadFlag { flag: name.to_owned(), why });
        if known.contains(&name) {
            let switch = SWITCHES.contains(&name);
            match value.map(str::to_ascii_lowercase).as_deref() {
                None if !switch => return Err(bad("it needs a value: `--flag=value`")),
                Some(v) if switch && !matches!(v, "true" | "false") => {
                    return Err(bad("it is either `true` or `false`"));
                }
                _ => {}
            }
            if !REPEATED.contains(&name) && flags.iter().any(|flag| flag.name == name) {
                return Err(bad("it stands twice"));
            }
        }
        flags.push(Flag { name: name.to_owned(), value: value.map(str::to_owned) });
    }
    Ok(flags)
}
