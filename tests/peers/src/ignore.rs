//! Ignore files: which paths count, by our matcher and by moby's; and what of a real
//! folder is sent, by our walk and by BuildKit's.

use std::path::Path;

use serde_json::{Value, json};
use shared::context::ignore::{self, Matcher, State};
use shared::context::{Error, Inputs, Request, inputs};
use shared::dockerfile::Reach;
use shared::ui::event::Silent;

use crate::numbers::Numbers;
use crate::oracle::{Oracle, bytes, fault, unpack};
use crate::texts;

/// What differs on this ignore file for these paths.
pub fn compare(oracle: &mut Oracle, text: &[u8], paths: &[String]) -> Option<String> {
    let packed: Vec<Value> = paths.iter().map(|path| bytes(path.as_bytes())).collect();
    let theirs = oracle.ask(&json!({ "kind": "ignore", "text": bytes(text), "paths": packed }));
    let matcher = match (Matcher::parse("f", text), fault(&theirs)) {
        // A broken pattern is refused at once; moby looks at it when a path comes to be
        // compared with it, and may take a `\` at its end for nothing.
        (Err(ignore::Error::Pattern { .. }), None) | (Err(_), Some(_)) => return None,
        (Err(why), None) => {
            return Some(format!("only we refuse it: {why}; moby: {}", theirs["patterns"]));
        }
        (Ok(_), Some(why)) => return Some(format!("only moby refuses it: {why}")),
        (Ok(matcher), None) => matcher,
    };
    for (path, answer) in paths.iter().zip(theirs["ignored"].as_array()?) {
        let mine = ignored(&matcher, path.as_bytes());
        if Some(mine) != answer.as_bool() {
            return Some(format!("{path:?}: ds {mine}, moby {answer}; {}", theirs["patterns"]));
        }
    }
    None
}

/// Walks down to the path as a walk would.
fn ignored(matcher: &Matcher, path: &[u8]) -> bool {
    let mut state = State::default();
    for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        (_, state) = matcher.ignores_folder(&path[..at], &state);
    }
    matcher.ignores(path, &state)
}

/// Makes files with odd names below a folder.
pub fn plant(folder: &Path, numbers: &mut Numbers) {
    for _ in 0..120 {
        let path = folder.join(texts::path(numbers));
        if path.parent().is_some_and(|parent| std::fs::create_dir_all(parent).is_ok()) {
            // What is a folder already stays one.
            let _ = std::fs::write(path, "x");
        }
    }
}

/// What differs between our list of a folder with a `.dockerignore`, and BuildKit's.
pub fn compare_walk(oracle: &mut Oracle, folder: &Path, text: &[u8]) -> Option<String> {
    std::fs::write(folder.join(".dockerignore"), text).ok()?;
    let theirs = oracle.ask(&json!({ "kind": "walk", "text": bytes(text), "folder": folder }));
    let mine = match (list(folder), fault(&theirs)) {
        (Err(Error::Ignore(ignore::Error::Pattern { .. })), None) | (Err(_), Some(_)) => {
            return None;
        }
        (Err(why), None) => return Some(format!("only we refuse it: {why}")),
        (Ok(_), Some(why)) => return Some(format!("only BuildKit refuses it: {why}")),
        (Ok(found), None) => found,
    };
    let mine: Vec<Vec<u8>> = mine.entries.iter().map(|entry| entry.path.to_vec()).collect();
    let theirs: Vec<Vec<u8>> =
        theirs["paths"].as_array()?.iter().map(unpack).filter(|path| path != b".").collect();
    let only = |these: &[Vec<u8>], those: &[Vec<u8>]| -> Vec<String> {
        let missing = these.iter().filter(|path| !those.contains(path));
        missing.map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    };
    (mine != theirs).then(|| {
        format!("only ds: {:?}; only BuildKit: {:?}", only(&mine, &theirs), only(&theirs, &mine))
    })
}

fn list(folder: &Path) -> Result<Inputs, Error> {
    let request = Request {
        context: folder,
        dockerfile: Some(&folder.join("Dockerfile")),
        reach: Reach::Whole { why: String::new() },
        facts: Vec::new(),
        never: &[],
        cache: None,
        threads: 1,
    };
    inputs(request, &Silent)
}
