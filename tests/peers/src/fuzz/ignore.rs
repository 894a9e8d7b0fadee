//! Ignore files: what a walk leaves out for a folder's sake is left out by the patterns.

use shared::context::ignore::{Error, Matcher, State};

use super::Target;
use crate::numbers::Numbers;
use crate::texts;

pub struct Ignore;

/// Names and paths to ask about, beside those that the patterns spell.
const PATHS: &[&str] = &[
    "a",
    "a/b",
    "a/b/c",
    "a/b/c/d",
    "b",
    "dir",
    "dir/x.txt",
    "dir/.hid",
    "x.txt",
    "é/a",
    "a b/c",
    "[ab]/a",
    "a*/b",
    "!x/a",
    "#y",
    "a\\/b",
    "^/$",
    "dir/dir/dir",
    ".hid/ab/1",
];

impl Target for Ignore {
    fn fresh(&self, numbers: &mut Numbers) -> Vec<u8> {
        texts::ignore_file(numbers)
    }

    fn judge(&mut self, input: &[u8]) -> Result<String, String> {
        let matcher = match Matcher::parse("f", input) {
            Ok(matcher) => matcher,
            Err(error) => return Ok(answer_to(&error)),
        };
        let mut paths: Vec<Vec<u8>> = PATHS.iter().map(|path| path.as_bytes().to_vec()).collect();
        paths.extend(spelled(input));
        let mut answer = String::new();
        for path in &paths {
            answer.push(if judge(&matcher, path)? { '1' } else { '0' });
        }
        Ok(answer)
    }
}

fn answer_to(error: &Error) -> String {
    match error {
        Error::Pattern { why, .. } => format!("{why:?}"),
        error => super::kind_of(error),
    }
}

/// The patterns as if they were paths: with a letter for each wildcard.
fn spelled(input: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let lines = input.split(|byte| *byte == b'\n').take(8);
    lines.filter_map(|line| {
        let line = line.strip_prefix(b"!").unwrap_or(line);
        let plain = line.iter().map(|byte| if b"*?".contains(byte) { b'a' } else { *byte });
        let plain: Vec<u8> = plain.filter(|byte| !b"\0\r\\".contains(byte)).take(200).collect();
        let names = plain.split(|byte| *byte == b'/');
        let names: Vec<&[u8]> = names.filter(|name| !matches!(*name, b"" | b"." | b"..")).collect();
        (!names.is_empty()).then(|| names.join(&b'/'))
    })
}

/// Walks down to a path and says whether it is ignored.
fn judge(matcher: &Matcher, path: &[u8]) -> Result<bool, String> {
    let shown = || String::from_utf8_lossy(path).into_owned();
    let mut state = State::default();
    // Folders on the way that a walk does not enter, or enters by some names only.
    let mut closed: Option<&[u8]> = None;
    let mut open = matcher.spelled_out(b"");
    let mut start = 0;
    for end in path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at) {
        let (folder, name) = (&path[..end], &path[start..end]);
        let passed_by = open.as_ref().is_some_and(|names| !names.contains(name));
        let (ignored, inner) = matcher.ignores_folder(folder, &state);
        if matcher.ignores(folder, &state) != ignored {
            return Err(format!("{:?}: a folder, asked as a file, is another", shown()));
        }
        if passed_by && (!ignored || matcher.may_except_below(folder)) {
            return Err(format!("{:?} is passed by, and counts", String::from_utf8_lossy(folder)));
        }
        open = ignored.then(|| matcher.spelled_out(folder)).flatten();
        if ignored && !matcher.may_except_below(folder) {
            closed.get_or_insert(folder);
        }
        (state, start) = (inner, end + 1);
    }
    let ignored = matcher.ignores(path, &state);
    if let Some(folder) = closed.filter(|_| !ignored) {
        let folder = String::from_utf8_lossy(folder).into_owned();
        return Err(format!("{:?} counts, and `{folder}` is not entered", shown()));
    }
    if !ignored && open.is_some_and(|names| !names.contains(&path[start..])) {
        return Err(format!("{:?} counts, and is passed by", shown()));
    }
    Ok(ignored)
}
