//! Another ENTRYPOINT and CMD for the stage that is built, put into its text.
//!
//! Bytes in, bytes out: nothing before the insertion changes but an escape
//! character that would continue the last line into it; lines keep their
//! numbers. Reads and writes no file.

use super::error::{Error, Kind};
use super::lex::{LINE_MAX, place};
use super::parse::parse;
use super::scope::BuildArgs;
use super::stages::{ReachOptions, Stages};

/// The Dockerfile with `ENTRYPOINT` and `CMD` in exec form at the end of the stage
/// that is built. An entrypoint without a command resets it: `CMD []`, since the
/// image's own arguments are not for the new program. With neither, the bytes as they are.
pub fn with_entrypoint(
    bytes: &[u8],
    file: &str,
    target: Option<&str>,
    build_args: &BuildArgs,
    entrypoint: Option<&[String]>,
    cmd: Option<&[String]>,
) -> Result<Vec<u8>, Error> {
    let parsed = parse(bytes, file)?;
    let options = ReachOptions { target, build_args, platform: None };
    let stages = Stages::resolve(&parsed, &options)?;
    let stage = &stages.list[stages.target];
    let last = stage.body.clone().next_back().unwrap_or(stage.from);
    let at = parsed.instructions[last].span.end;

    let cmd = cmd.or(entrypoint.map(|_| &[][..]));
    let lines = [("ENTRYPOINT", entrypoint), ("CMD", cmd)]
        .into_iter()
        .filter_map(|(keyword, words)| Some(exec_form(keyword, words?)))
        .collect::<Vec<String>>();
    if lines.is_empty() {
        return Ok(bytes.to_vec());
    }
    for line in &lines {
        if line.len() + 2 > LINE_MAX {
            let (size, limit) = (line.len(), LINE_MAX);
            let kind = Kind::TooLong { what: "entrypoint or command", size, limit };
            return Err(Error::new(place(bytes, file, at), kind));
        }
    }
    let mut bytes = bytes.to_vec();
    let (mut at, mut dangling) = (at, parsed.dangling.filter(|dangling| *dangling < at));
    // Behind an escape character that is taken away another one may come to light.
    while let Some(escape) = dangling {
        bytes.remove(escape);
        at -= 1;
        dangling = parse(&bytes, file)?.dangling.filter(|next| *next < escape);
    }
    Ok(insert(&bytes, at, &lines))
}

fn exec_form(keyword: &str, words: &[String]) -> String {
    format!("{keyword} {}", serde_json::Value::from(words))
}

/// Puts lines in at an offset where a line ends, in the file's own kind of lines.
fn insert(bytes: &[u8], at: usize, lines: &[String]) -> Vec<u8> {
    let end = if bytes[..at].ends_with(b"\r\n") || is_crlf(bytes) { "\r\n" } else { "\n" };
    let mut out =
        Vec::with_capacity(bytes.len() + lines.iter().map(String::len).sum::<usize>() + 8);
    out.extend_from_slice(&bytes[..at]);
    if !out.ends_with(b"\n") {
        out.extend_from_slice(end.as_bytes());
    }
    for line in lines {
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(end.as_bytes());
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

fn is_crlf(bytes: &[u8]) -> bool {
    let first = memchr::memchr(b'\n', bytes);
    first.is_some_and(|at| bytes[..at].ends_with(b"\r"))
}
