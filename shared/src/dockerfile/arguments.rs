//! The arguments of each instruction: how many, in which form.
//!
//! Follows BuildKit's `line_parsers.go` and `instructions/parse.go`. Words stay
//! as written. Knows no other instruction than the one it is given.

use super::duration::nanoseconds;
use super::error::{Error, Kind, NO_VALUE, NOT_STRINGS};
use super::heredoc;
use super::instruction::{Argument, Body, Command, Flag, From, Healthcheck, Pair, Transfer};
use super::lex::Directive;
use super::mount;
use super::parse::Line;
use super::words::{self, Json, Piece, json_strings, split_blanks, split_words};

/// The body of an instruction that we know, ONBUILD excepted.
pub(crate) fn body(line: &Line<'_>, rest: Piece<'_>, flags: &[Flag]) -> Result<Body, Error> {
    Ok(match line.keyword.as_str() {
        "ADD" => Body::Add(transfer(line, rest)?),
        "COPY" => Body::Copy(transfer(line, rest)?),
        "ARG" => Body::Arg(arguments(line, rest)?),
        "ENV" => Body::Env(pairs(line, rest)?),
        "LABEL" => Body::Label(pairs(line, rest)?),
        "CMD" => Body::Cmd(command(line, rest)?),
        "ENTRYPOINT" => Body::Entrypoint(command(line, rest)?),
        "RUN" => {
            check_run_flags(line, flags)?;
            Body::Run(command(line, rest)?)
        }
        "SHELL" => Body::Shell(shell(line, rest)?),
        "EXPOSE" => Body::Expose(at_least_one(line, texts(split_blanks(rest)))?),
        "VOLUME" => Body::Volume(volumes(line, rest)?),
        "FROM" => Body::From(from(line, rest)?),
        "HEALTHCHECK" => Body::Healthcheck(healthcheck(line, rest, flags)?),
        "MAINTAINER" => Body::Maintainer(one(line, rest)?),
        "STOPSIGNAL" => Body::Stopsignal(one(line, rest)?),
        "USER" => Body::User(one(line, rest)?),
        "WORKDIR" => Body::Workdir(one(line, rest)?),
        other => Body::Unknown(other.to_owned()),
    })
}

fn texts(words: Vec<(String, usize)>) -> Vec<String> {
    words.into_iter().map(|(word, _)| word).collect()
}

fn at_least_one(line: &Line<'_>, words: Vec<String>) -> Result<Vec<String>, Error> {
    if words.is_empty() {
        return Err(line.arguments("needs at least one argument"));
    }
    Ok(words)
}

fn one(line: &Line<'_>, rest: Piece<'_>) -> Result<String, Error> {
    if rest.text.is_empty() {
        return Err(line.arguments("needs an argument"));
    }
    Ok(rest.text.to_owned())
}

/// The exec form, `None` for the shell form.
fn exec(line: &Line<'_>, rest: Piece<'_>) -> Result<Option<Vec<String>>, Error> {
    match json_strings(rest.text) {
        Json::Strings(strings) => Ok(Some(strings)),
        Json::No => Ok(None),
        Json::Mixed => {
            let kind = Kind::Arguments { instruction: line.keyword.clone(), why: NOT_STRINGS };
            Err(line.error(rest.offset, kind).hint("write each element in double quotes"))
        }
    }
}

fn command(line: &Line<'_>, rest: Piece<'_>) -> Result<Command, Error> {
    let exec = exec(line, rest)?;
    Ok(exec.map_or_else(|| Command::Shell(rest.text.to_owned()), Command::Exec))
}

fn list(line: &Line<'_>, rest: Piece<'_>) -> Result<Vec<String>, Error> {
    Ok(exec(line, rest)?.unwrap_or_else(|| texts(split_blanks(rest))))
}

fn transfer(line: &Line<'_>, rest: Piece<'_>) -> Result<Transfer, Error> {
    let mut words = list(line, rest)?;
    let destination = words.pop().filter(|_| !words.is_empty());
    let Some(destination) = destination else {
        return Err(line.arguments("needs at least one source and a destination"));
    };
    let is_heredoc = |word: &str| heredoc::of_word(word).ok().flatten();
    if is_heredoc(&destination).is_some() {
        return Err(line.arguments("has a heredoc as its destination"));
    }
    let mut transfer = Transfer { sources: Vec::new(), documents: Vec::new(), destination };
    for word in words {
        match is_heredoc(&word) {
            Some(doc) => transfer.documents.push(doc.name),
            None => transfer.sources.push(word),
        }
    }
    Ok(transfer)
}

fn arguments(line: &Line<'_>, rest: Piece<'_>) -> Result<Vec<Argument>, Error> {
    let words = split_words(rest, line.escape);
    if words.is_empty() {
        return Err(line.arguments("needs at least one argument"));
    }
    let argument = |(word, offset): (String, usize)| match word.split_once('=') {
        Some(("", _)) => Err(blank_name(line, offset)),
        Some((name, value)) => {
            Ok(Argument { name: name.to_owned(), value: Some(value.to_owned()) })
        }
        None => Ok(Argument { name: word, value: None }),
    };
    words.into_iter().map(argument).collect()
}

fn blank_name(line: &Line<'_>, offset: usize) -> Error {
    let why = "needs a name before `=`";
    line.error(offset, Kind::Arguments { instruction: line.keyword.clone(), why })
}

/// `name=value …`, or the old `name value with blanks`: the first word decides.
fn pairs(line: &Line<'_>, rest: Piece<'_>) -> Result<Vec<Pair>, Error> {
    let words = split_words(rest, line.escape);
    let Some((first, _)) = words.first() else {
        return Err(line.arguments("needs at least one argument"));
    };
    if !first.contains('=') {
        let (name, value) = rest.split_blank();
        let value = value.ok_or_else(|| line.arguments(NO_VALUE))?;
        return Ok(vec![Pair { name: name.text.to_owned(), value: value.text.to_owned() }]);
    }
    let pair = |(word, offset): (String, usize)| match word.split_once('=') {
        Some(("", _)) => Err(blank_name(line, offset)),
        Some((name, value)) => Ok(Pair { name: name.to_owned(), value: value.to_owned() }),
        None => {
            let instruction = line.keyword.clone();
            Err(line
                .error(offset, Kind::NoEquals { instruction, word })
                .hint("a value with blanks needs quotes"))
        }
    };
    words.into_iter().map(pair).collect()
}

fn shell(line: &Line<'_>, rest: Piece<'_>) -> Result<Vec<String>, Error> {
    let why = "takes a JSON array of strings, the program first";
    exec(line, rest)?.filter(|words| !words.is_empty()).ok_or_else(|| line.arguments(why))
}

fn volumes(line: &Line<'_>, rest: Piece<'_>) -> Result<Vec<String>, Error> {
    let volumes: Vec<String> =
        list(line, rest)?.into_iter().map(|volume| volume.trim().to_owned()).collect();
    if volumes.iter().any(String::is_empty) {
        return Err(line.arguments("has an empty path"));
    }
    at_least_one(line, volumes)
}

fn from(line: &Line<'_>, rest: Piece<'_>) -> Result<From, Error> {
    let words = split_blanks(rest);
    match words.as_slice() {
        [(base, _)] => Ok(From { base: base.clone(), name: None }),
        [(base, _), (keyword, _), (name, offset)] if keyword.eq_ignore_ascii_case("as") => {
            let lower = name.to_lowercase();
            if !is_stage_name(&lower) {
                return Err(line.error(*offset, Kind::StageName(name.clone())).hint(
                    "a stage's name begins with a letter; letters, digits, `-`, `_`, `.` follow",
                ));
            }
            Ok(From { base: base.clone(), name: Some(lower) })
        }
        _ => Err(line.arguments("is written `FROM <image>` or `FROM <image> AS <name>`")),
    }
}

/// BuildKit: `^[a-z][a-z0-9-_.]*$`
fn is_stage_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
}

fn healthcheck(line: &Line<'_>, rest: Piece<'_>, flags: &[Flag]) -> Result<Healthcheck, Error> {
    let (kind, after) = words::split_kind(rest);
    let kind = kind.to_ascii_uppercase();
    match kind.as_str() {
        "" => Err(line.arguments("needs `CMD` and a command, or `NONE`")),
        "NONE" if after.text.is_empty() => Ok(Healthcheck::None),
        "NONE" => Err(line.arguments("takes nothing behind `NONE`")),
        "CMD" => {
            let command = command(line, after)?;
            if matches!(&command, Command::Shell(s) if s.is_empty())
                || matches!(&command, Command::Exec(words) if words.is_empty())
            {
                return Err(line.arguments("needs a command behind `CMD`"));
            }
            check_health_flags(line, flags)?;
            Ok(Healthcheck::Command(command))
        }
        _ => Err(line.arguments("takes `CMD` and a command, or `NONE`")),
    }
}

fn check_health_flags(line: &Line<'_>, flags: &[Flag]) -> Result<(), Error> {
    for flag in flags {
        let value = flag.value.as_deref().unwrap_or("");
        let why = match flag.name.as_str() {
            "retries" if !value.is_empty() && value.parse::<u32>().is_err() => {
                "it is a number, 0 or more"
            }
            "interval" | "timeout" | "start-period" | "start-interval" if !is_interval(value) => {
                "it is a duration of 1ms or more, like `30s` or `1m30s`"
            }
            _ => continue,
        };
        return Err(line.error(0, Kind::BadFlag { flag: flag.name.clone(), why }));
    }
    Ok(())
}

/// At least a millisecond, or nothing.
fn is_interval(value: &str) -> bool {
    value.is_empty() || matches!(nanoseconds(value), Some(0 | 1_000_000..))
}

/// What of RUN's flags is wrong whatever its variables hold.
fn check_run_flags(line: &Line<'_>, flags: &[Flag]) -> Result<(), Error> {
    for flag in flags {
        let value = flag.value.as_deref().unwrap_or("");
        let why = match flag.name.as_str() {
            "mount" => {
                mount::check(value).map_err(|why| {
                    line.error(0, Kind::Mount { mount: value.to_owned(), why: why.to_owned() })
                })?;
                continue;
            }
            "network" if !matches!(value, "default" | "none" | "host") => {
                "it is `default`, `none` or `host`"
            }
            "security" if !matches!(value, "sandbox" | "insecure") => {
                "it is `sandbox` or `insecure`"
            }
            _ => continue,
        };
        return Err(line.error(0, Kind::BadFlag { flag: flag.name.clone(), why }));
    }
    Ok(())
}

/// BuildKit looks for a frontend in `//syntax=…` and `{"syntax": "…"}` too.
pub(crate) fn odd_syntax(bytes: &[u8]) -> Option<Directive> {
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}');
    let found = |value: &str| {
        let value = value.to_owned();
        Some(Directive { name: "syntax".to_owned(), value, line: 1, indented: false })
    };
    if text.starts_with('{') {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        return found(json.get("syntax")?.as_str()?);
    }
    let mut lines = text.lines().skip_while(|line| line.starts_with("#!"));
    let (name, value) = lines.next()?.strip_prefix("//")?.split_once('=')?;
    name.trim().eq_ignore_ascii_case("syntax").then(|| found(value.trim())).flatten()
}
