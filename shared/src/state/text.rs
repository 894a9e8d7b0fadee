//! The state's bytes: JSON in, JSON out, with limits and a reason for every refusal.
//!
//! The same state always gives the same bytes, so that an unchanged state leaves
//! its file untouched.

use serde::Deserialize;
use serde_json::Value;

use super::card::State;
use super::error::Error;
use crate::util::place::Place;

/// The format that this version reads and writes.
pub const SCHEMA: &str = "ds.state/1";
const FAMILY: &str = "ds.state/";
const VERSION: u64 = 1;
/// Largest state, in bytes. A card is about a kilobyte.
pub const LIMIT: u64 = 64 << 20;
/// Deepest nesting; below the 128 at which the JSON parser gives up without a place.
pub const DEPTH: usize = 100;

/// Reads a state. `file` is how messages name it.
pub fn parse(file: &str, bytes: &[u8]) -> Result<State, Error> {
    let file = || file.to_owned();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Empty { file: file() });
    }
    check_depth(&file(), bytes)?;
    check_schema(&file(), bytes)?;
    serde_json::from_slice(bytes).map_err(|error| Error::Malformed {
        file: file(),
        line: error.line(),
        column: error.column(),
        why: bare(&error),
    })
}

/// The bytes of a state: two spaces a level, a line end at the end.
pub fn print(state: &State) -> Vec<u8> {
    // Every key is a string and every value a plain one: nothing here can fail.
    let mut bytes = serde_json::to_vec_pretty(state).expect("a state is always JSON");
    bytes.push(b'\n');
    bytes
}

/// Tells torn, foreign and newer files apart before their content counts.
fn check_schema(file: &str, bytes: &[u8]) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<Value>,
    }
    let foreign = |why: String| Error::Foreign { file: file.to_owned(), why };
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(foreign("it is not a JSON object".into()));
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|error| {
        // A file that ends with a line end ends before column 1.
        let (line, column) = (error.line(), error.column().max(1));
        if error.is_eof() {
            return Error::Torn { file: file.to_owned(), line, column };
        }
        foreign(format!("line {line}, column {column}: {}", bare(&error)))
    })?;
    let Some(Value::String(schema)) = head.schema else {
        return Err(foreign("it has no `schema`".into()));
    };
    match schema.strip_prefix(FAMILY).map(str::parse::<u64>) {
        Some(Ok(VERSION)) => Ok(()),
        Some(Ok(version)) if version > VERSION => {
            Err(Error::Newer { file: file.to_owned(), schema })
        }
        _ => Err(foreign(format!("its schema is `{}`", schema.escape_debug()))),
    }
}

/// Refuses deep nesting without recursion of its own.
fn check_depth(file: &str, bytes: &[u8]) -> Result<(), Error> {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at += string_end(&bytes[at..]),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            let text = String::from_utf8_lossy(&bytes[..at - 1]);
            let Place { file, line, column } = Place::of_offset(file, &text, text.len());
            return Err(Error::TooDeep { file, line, column, limit: DEPTH });
        }
    }
    Ok(())
}

/// Behind the quote that ends a string of which `rest` is what follows the first one.
fn string_end(rest: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &rest[at..]) {
        at += found + 1;
        if rest[at - 1] == b'"' {
            return at;
        }
        at = (at + 1).min(rest.len());
    }
    rest.len()
}

/// The parser's message without its place, which is said in front.
fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
