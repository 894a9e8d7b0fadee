//! Tests of the room, by theme. Tables named after BuildKit restate its public
//! test tables as input and outcome.

#![allow(clippy::unwrap_used, clippy::type_complexity)]

mod diff;
mod entrypoint;
mod expand;
mod images;
mod lex;
mod parse;
mod property;
mod reach;
mod reach_whole;
mod stages;
mod words;

use super::scope::BuildArgs;
use super::stages::ReachOptions;
use super::{Dockerfile, Error};

fn parsed(text: &str) -> Dockerfile {
    match super::parse(text.as_bytes(), "Dockerfile") {
        Ok(file) => file,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// The message and the hint.
fn fault(text: &str) -> (String, Option<String>) {
    match strict(text.as_bytes()) {
        Err(error) => (error.to_string(), error.hint),
        Ok(_) => panic!("no error in {text:?}"),
    }
}

fn strict(bytes: &[u8]) -> Result<Dockerfile, Error> {
    let file = super::parse(bytes, "Dockerfile")?;
    file.check_known()?;
    Ok(file)
}

fn args(pairs: &[(&str, &str)]) -> BuildArgs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
}

fn options<'a>(
    target: Option<&'a str>,
    build_args: &'a BuildArgs,
    platform: Option<&'a str>,
) -> ReachOptions<'a> {
    ReachOptions { target, build_args, platform }
}
