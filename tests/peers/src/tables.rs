//! The tables of the real projects' own tests, read where the Go tool put them: every
//! row is asked of our code, and every row that does not hold is told.
//!
//! Nothing of them is kept here. Our own tables, in the unit tests, name the same facts.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use shared::context::ignore::{Matcher, State};
use shared::dockerfile::expand::Expander;
use shared::dockerfile::instruction::Command;
use shared::dockerfile::{Body, Instruction};

use crate::oracle::{Oracle, fault};

/// One table's count.
pub struct Table {
    pub name: &'static str,
    pub rows: usize,
    pub holds: usize,
    /// Rows that can't hold or mean nothing to us, and why.
    pub named: Vec<String>,
    pub wrong: Vec<String>,
}

impl Table {
    fn new(name: &'static str) -> Self {
        Self { name, rows: 0, holds: 0, named: Vec::new(), wrong: Vec::new() }
    }

    fn row(&mut self, what: impl FnOnce() -> String, holds: bool) {
        self.rows += 1;
        if holds { self.holds += 1 } else { self.wrong.push(what()) }
    }

    fn named(&mut self, why: String) {
        self.rows += 1;
        self.named.push(why);
    }
}

/// Prints the counts; 1 if a row does not hold.
pub fn tell(tables: &[Table]) -> ExitCode {
    let mut wrong = 0;
    for table in tables {
        let (rows, holds, named) = (table.rows, table.holds, table.named.len());
        println!("{}: {holds} of {rows} rows hold, {named} are named", table.name);
        table.named.iter().for_each(|why| println!("  named: {why}"));
        table.wrong.iter().for_each(|what| println!("  WRONG: {what}"));
        wrong += table.wrong.len();
    }
    ExitCode::from(u8::from(wrong > 0))
}

/// `buildkit` and `matcher`: the folders of the two modules.
pub fn all(oracle: &mut Oracle, buildkit: &Path, matcher: &Path) -> std::io::Result<Vec<Table>> {
    let dockerfile = buildkit.join("frontend/dockerfile");
    Ok(vec![
        files(oracle, &dockerfile.join("parser/testfiles"))?,
        refused(&dockerfile.join("parser/testfiles-negative"))?,
        words(&fs::read_to_string(dockerfile.join("shell/envVarTest"))?),
        split(&fs::read_to_string(dockerfile.join("shell/wordsTest"))?),
        matches(&fs::read_to_string(matcher.join("patternmatcher_test.go"))?),
    ])
}

/// Each instruction of each file, against the line of its `result`.
fn files(oracle: &mut Oracle, folder: &Path) -> std::io::Result<Table> {
    let mut table = Table::new("BuildKit parser/testfiles (instructions)");
    let mut folders: Vec<_> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders {
        let text = fs::read_to_string(folder.join("Dockerfile"))?;
        let result = fs::read_to_string(folder.join("result"))?;
        let parsed = oracle.about("dump", text.as_bytes());
        let escape = parsed["escape"].as_str().unwrap_or("\\").to_owned();
        let places: Vec<usize> = numbers(&parsed["lines"]);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for (place, expected) in places.chunks(2).zip(result.lines()) {
            let own = lines[place[0] - 1..place[1].min(lines.len())].concat();
            let name = || format!("{}:{}", folder.display(), place[0]);
            match dumped(&own, &escape) {
                Ok(found) => {
                    table.row(|| format!("{}: {found} {expected}", name()), found == expected);
                }
                Err(why) if refuses(oracle, &own) => {
                    table.named(format!(
                        "{}: BuildKit refuses it one step later, we at once: {why}",
                        name()
                    ));
                }
                Err(why) => table.row(|| format!("{}: {why}", name()), false),
            }
        }
    }
    Ok(table)
}

fn numbers(list: &Value) -> Vec<usize> {
    let numbers = list.as_array().into_iter().flatten().filter_map(Value::as_u64);
    numbers.filter_map(|number| usize::try_from(number).ok()).collect()
}

fn framed(own: &str, escape: &str) -> String {
    let from = own.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("from"));
    let from = if from { "" } else { "FROM x\n" };
    let head = if escape == "`" { "# escape=`\n" } else { "" };
    format!("{head}{from}{own}")
}

fn refuses(oracle: &mut Oracle, own: &str) -> bool {
    fault(&oracle.about("parse", framed(own, "\\").as_bytes())).is_some()
}

/// The last instruction of a text as the table writes it.
fn dumped(own: &str, escape: &str) -> Result<String, String> {
    let file = shared::dockerfile::parse(framed(own, escape).as_bytes(), "Dockerfile");
    let file = file.map_err(|error| error.to_string())?;
    Ok(file.instructions.last().map(|one| format!("({})", expression(one))).unwrap_or_default())
}

fn expression(one: &Instruction) -> String {
    let mut out = one.keyword.to_lowercase();
    if !one.flags.is_empty() {
        let shown = one.flags.iter().map(|flag| match &flag.value {
            Some(value) => format!("{:?}", format!("--{}={value}", flag.name)),
            None => format!("{:?}", format!("--{}", flag.name)),
        });
        out += &format!(" [{}]", shown.collect::<Vec<_>>().join(" "));
    }
    if let Body::Onbuild(inner) = &one.body {
        return format!("{out} ({})", expression(inner));
    }
    for word in arguments(one) {
        out += &format!(" {}", quoted(&word));
    }
    out
}

/// As Go's `strconv.Quote`.
fn quoted(word: &str) -> String {
    let rust = [
        ("\\u{7}", "\\a"),
        ("\\u{8}", "\\b"),
        ("\\u{b}", "\\v"),
        ("\\u{c}", "\\f"),
        ("\\0", "\\x00"),
    ];
    rust.iter().fold(format!("{word:?}"), |text, (ours, gos)| text.replace(ours, gos))
}

fn arguments(one: &Instruction) -> Vec<String> {
    let command = |command: &Command| match command {
        Command::Shell(text) if text.is_empty() => Vec::new(),
        Command::Shell(text) => vec![text.clone()],
        Command::Exec(words) => words.clone(),
    };
    match &one.body {
        Body::From(from) => vec![from.base.clone()],
        Body::Arg(list) => {
            let word =
                |value: &Option<String>| value.as_ref().map_or(String::new(), |v| format!("={v}"));
            list.iter().map(|arg| format!("{}{}", arg.name, word(&arg.value))).collect()
        }
        Body::Env(list) | Body::Label(list) => {
            let rest = one.text.trim().split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
            let old = !rest.split_whitespace().next().unwrap_or("").contains('=');
            let sign = if old { "" } else { "=" };
            list.iter().flat_map(|p| [p.name.clone(), p.value.clone(), sign.to_owned()]).collect()
        }
        Body::Copy(moved) | Body::Add(moved) => {
            moved.sources.iter().chain([&moved.destination]).cloned().collect()
        }
        Body::Run(c) | Body::Cmd(c) | Body::Entrypoint(c) => command(c),
        Body::Shell(words) | Body::Volume(words) | Body::Expose(words) => words.clone(),
        Body::User(text)
        | Body::Workdir(text)
        | Body::Stopsignal(text)
        | Body::Maintainer(text) => {
            vec![text.clone()]
        }
        Body::Healthcheck(shared::dockerfile::instruction::Healthcheck::None) => {
            vec!["NONE".into()]
        }
        Body::Healthcheck(shared::dockerfile::instruction::Healthcheck::Command(c)) => {
            std::iter::once("CMD".to_owned()).chain(command(c)).collect()
        }
        Body::Onbuild(_) | Body::Unknown(_) => Vec::new(),
    }
}

fn refused(folder: &Path) -> std::io::Result<Table> {
    let mut table = Table::new("BuildKit parser/testfiles-negative");
    for entry in fs::read_dir(folder)?.flatten() {
        let text = fs::read(entry.path().join("Dockerfile"))?;
        let error = crate::parse::ours(&text).err();
        table.row(|| format!("{} is taken", entry.path().display()), error.is_some());
    }
    Ok(table)
}

/// `platform|word|result`: A everywhere, U on Unix, W on Windows.
fn words(text: &str) -> Table {
    let mut table = Table::new("BuildKit shell/envVarTest");
    let values = [("PWD", "/home"), ("SHELL", "bash"), ("KOREAN", "한국어"), ("NULL", "")];
    let lookup = |name: &str| {
        values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [platform, word, expected] = parts.as_slice() else {
            table.row(|| format!("cannot read {line:?}"), false);
            continue;
        };
        if platform.eq_ignore_ascii_case("W") {
            table.named(format!("{line}: for Windows, where names have no case"));
            continue;
        }
        let found = Expander::new('\\').word(word, &lookup);
        let found = found.unwrap_or_else(|_| "error".to_owned());
        table.row(|| format!("{line}: {found:?}"), found == *expected);
    }
    table
}

/// `ENV name=value` lines, and `word | result,result`.
fn split(text: &str) -> Table {
    let mut table = Table::new("BuildKit shell/wordsTest");
    let mut values: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(pair) = line.strip_prefix("ENV ") {
            let (name, value) = pair.trim_start().split_once('=').unwrap_or((pair, ""));
            values.push((name.to_owned(), value.to_owned()));
            continue;
        }
        let Some((word, expected)) = line.split_once('|') else { continue };
        let lookup = |name: &str| {
            let found = values.iter().rev().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        let found = Expander::new('\\').words(word.trim(), &lookup);
        let found = found.unwrap_or_else(|_| vec!["error".to_owned()]);
        let expected: Vec<&str> = expected.trim_start_matches(' ').split(',').collect();
        table.row(|| format!("{line}: {found:?}"), found == expected);
    }
    table
}

/// Rows like `{"pattern", "path", true}`, with several patterns, or with an error.
fn matches(text: &str) -> Table {
    let mut table = Table::new("moby patternmatcher_test.go");
    for line in text.lines().map(str::trim).filter(|line| line.starts_with('{')) {
        let inside = line.trim_start_matches('{').split("},").next().unwrap_or("");
        let strings = strings(line);
        let expected = [", true", ", false"]
            .map(|word| inside.contains(word) || line.contains(&format!("{word}}}")));
        let ([.., path], [yes, no]) = (strings.as_slice(), expected) else { continue };
        if yes == no || strings.len() < 2 {
            continue;
        }
        let patterns: Vec<Vec<u8>> = strings[..strings.len() - 1]
            .iter()
            .map(|pattern| pattern.clone().into_bytes())
            .collect();
        let matcher = Matcher::of_patterns("table", 1, &patterns);
        if line.contains("ErrBadPattern") {
            table.row(|| format!("{line} is taken"), matcher.is_err());
        } else if path.ends_with('/') {
            table.named(format!("{line}: a path with a `/` at its end, which no walk yields"));
        } else {
            let found = matcher.map(|matcher| hit(&matcher, path.as_bytes()));
            table.row(|| format!("{line}: {found:?}"), found == Ok(yes));
        }
    }
    table
}

fn hit(matcher: &Matcher, path: &[u8]) -> bool {
    let mut state = State::default();
    for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        (_, state) = matcher.ignores_folder(&path[..at], &state);
    }
    matcher.ignores(path, &state)
}

/// The string literals of a line of Go, which JSON's rules read here.
fn strings(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find('"') {
        let mut stream = serde_json::Deserializer::from_str(&rest[start..]).into_iter::<String>();
        let Some(Ok(text)) = stream.next() else { break };
        let end = start + stream.byte_offset();
        found.push(text);
        rest = &rest[end..];
    }
    found
}
