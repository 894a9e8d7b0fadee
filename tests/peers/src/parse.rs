//! Whole Dockerfiles: what we parse and what BuildKit parses, instruction by instruction.

use serde_json::{Value, json};
use shared::dockerfile::instruction::{Command, Healthcheck, Pair, Transfer};
use shared::dockerfile::{Body, Dockerfile, Error, Heredoc, Instruction};

use crate::oracle::{Oracle, fault};

/// Parses as strictly as a builder of a plain Dockerfile does.
pub fn ours(bytes: &[u8]) -> Result<Dockerfile, Error> {
    let file = shared::dockerfile::parse(bytes, "Dockerfile")?;
    file.check_known()?;
    Ok(file)
}

/// What differs between us and BuildKit on this file; `None`: nothing.
pub fn compare(oracle: &mut Oracle, text: &[u8]) -> Option<String> {
    if is_unfair(text) {
        return None;
    }
    let theirs = oracle.about("parse", text);
    let ours = ours(text);
    match (&ours, fault(&theirs)) {
        (Err(_), Some(_)) => None,
        (Ok(file), Some(why)) => {
            foreign(file).is_none().then(|| format!("only BuildKit refuses it: {why}"))
        }
        (Err(error), None) => Some(format!("only we refuse it: {error}")),
        (Ok(file), None) => {
            if foreign(file).is_some() {
                return None;
            }
            let mut mine = dump(file);
            same_lines(&mut mine, &theirs["instructions"]);
            let syntax = file.syntax().unwrap_or("");
            if theirs["syntax"] != syntax {
                return Some(format!("syntax: ds {syntax:?}, BuildKit {}", theirs["syntax"]));
            }
            (mine != theirs["instructions"]).then(|| difference(&mine, &theirs["instructions"]))
        }
    }
}

/// BuildKit reads flags byte by byte before it reads characters. Of bytes that are no
/// characters we keep only that there were some.
fn is_unfair(text: &[u8]) -> bool {
    let broken = |chunk: std::str::Utf8Chunk<'_>| !chunk.invalid().is_empty();
    let blank = |chunk: std::str::Utf8Chunk<'_>| {
        chunk.invalid().iter().any(|byte| matches!(byte, 0x85 | 0xa0))
    };
    let flags = text.windows(2).any(|pair| pair == b"--");
    text.utf8_chunks().any(blank) || flags && text.utf8_chunks().any(broken)
}

/// A foreign syntax is not ours to read.
fn foreign(file: &Dockerfile) -> Option<&str> {
    file.foreign()
}

fn difference(mine: &Value, theirs: &Value) -> String {
    let empty = Vec::new();
    let lists = [mine, theirs].map(|list| list.as_array().unwrap_or(&empty));
    for at in 0..lists[0].len().max(lists[1].len()) {
        let [mine, theirs] = [lists[0].get(at), lists[1].get(at)];
        if mine != theirs {
            let show = |one: Option<&Value>| one.map_or("nothing".to_owned(), Value::to_string);
            return format!(
                "instruction {at}:\n  ds       {}\n  BuildKit {}",
                show(mine),
                show(theirs)
            );
        }
    }
    String::new()
}

/// BuildKit counts an instruction from a lone escape character before it, we from its keyword.
fn same_lines(mine: &mut Value, theirs: &Value) {
    for (mine, theirs) in
        mine.as_array_mut().into_iter().flatten().zip(theirs.as_array().into_iter().flatten())
    {
        let [line, first, last] =
            [&mine["first"], &theirs["first"], &theirs["last"]].map(Value::as_u64);
        if first <= line && line <= last {
            mine["first"] = theirs["first"].clone();
        }
    }
}

fn dump(file: &Dockerfile) -> Value {
    file.instructions.iter().map(instruction).collect()
}

fn instruction(one: &Instruction) -> Value {
    let flags: Vec<String> = one
        .flags
        .iter()
        .map(|flag| match &flag.value {
            Some(value) => format!("--{}={value}", flag.name),
            None => format!("--{}", flag.name),
        })
        .collect();
    json!({
        "name": one.keyword.to_lowercase(),
        "first": one.line,
        "last": one.end_line,
        "flags": flags,
        "heredocs": one.heredocs.iter().map(heredoc).collect::<Vec<_>>(),
        "body": body(one),
    })
}

fn heredoc(doc: &Heredoc) -> Value {
    json!({
        "name": doc.name,
        "number": doc.descriptor,
        "expand": doc.expand,
        "chomp": doc.chomp,
        "content": doc.content,
    })
}

fn body(one: &Instruction) -> Value {
    match &one.body {
        Body::From(from) => {
            json!({ "base": from.base, "name": from.name.as_deref().unwrap_or("") })
        }
        Body::Arg(arguments) => {
            let args: Vec<Value> = arguments.iter().map(|a| json!([a.name, a.value])).collect();
            json!({ "args": args })
        }
        Body::Env(list) | Body::Label(list) => json!({ "pairs": pairs(list) }),
        Body::Copy(transfer) | Body::Add(transfer) => moved(transfer),
        Body::Run(c) | Body::Cmd(c) | Body::Entrypoint(c) => command(c),
        Body::Shell(words) | Body::Volume(words) => json!({ "words": words }),
        Body::Expose(words) => {
            let mut words = words.clone();
            words.sort();
            json!({ "words": words })
        }
        Body::User(text)
        | Body::Workdir(text)
        | Body::Stopsignal(text)
        | Body::Maintainer(text)
        | Body::Unknown(text) => json!({ "text": text }),
        Body::Onbuild(inner) => json!({ "text": expression(one, inner) }),
        Body::Healthcheck(check) => json!({ "words": test(check) }),
    }
}

/// The trigger as it is written into the image, with its heredocs behind it.
fn expression(one: &Instruction, inner: &Instruction) -> String {
    let docs = one.heredocs.iter().map(|doc| format!("\n{}{}", doc.content, doc.name));
    let text: String = std::iter::once(inner.text.clone()).chain(docs).collect();
    text.trim().to_owned()
}

fn pairs(list: &[Pair]) -> Vec<Value> {
    list.iter().map(|pair| json!([pair.name, pair.value])).collect()
}

fn moved(transfer: &Transfer) -> Value {
    json!({
        "sources": transfer.sources,
        "documents": transfer.documents,
        "destination": transfer.destination,
    })
}

fn command(command: &Command) -> Value {
    match command {
        Command::Exec(words) => json!({ "words": words, "shell": false }),
        Command::Shell(text) if text.is_empty() => json!({ "words": [], "shell": true }),
        Command::Shell(text) => json!({ "words": [text], "shell": true }),
    }
}

fn test(check: &Healthcheck) -> Vec<String> {
    let mut words = match check {
        Healthcheck::None => vec!["NONE".to_owned()],
        Healthcheck::Command(Command::Shell(_)) => vec!["CMD-SHELL".to_owned()],
        Healthcheck::Command(Command::Exec(_)) => vec!["CMD".to_owned()],
    };
    match check {
        Healthcheck::None => {}
        Healthcheck::Command(Command::Shell(text)) => words.push(text.clone()),
        Healthcheck::Command(Command::Exec(list)) => words.extend(list.iter().cloned()),
    }
    words
}
