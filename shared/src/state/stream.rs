//! The state in a pipe: `--state -` reads standard input whole and writes
//! standard output once, at the very end of a step that succeeded.
//!
//! A terminal counts as empty: nobody types a state.

use std::io::{self, IsTerminal, Read, Write};

use super::Fresh;
use super::card::State;
use super::error::Error;
use super::text;

/// How messages name the stream.
const NAME: &str = "<stdin>";

/// Standard input, or `None` where that is a terminal.
pub fn standard_input() -> Option<io::Stdin> {
    let stdin = io::stdin();
    (!stdin.is_terminal()).then_some(stdin)
}

/// Reads the state that the step before wrote.
pub fn receive(input: Option<&mut dyn Read>, fresh: Fresh) -> Result<State, Error> {
    let mut bytes = Vec::new();
    if let Some(input) = input {
        let read = input.take(text::LIMIT + 1).read_to_end(&mut bytes);
        read.map_err(|source| {
            let path = std::path::PathBuf::from(NAME);
            Error::Unreadable(crate::util::fs::PathError { action: "read", path, source })
        })?;
    }
    if bytes.len() as u64 > text::LIMIT {
        return Err(Error::TooLarge { file: NAME.into(), limit: text::LIMIT });
    }
    match text::parse(NAME, &bytes) {
        Err(Error::Empty { .. }) => match fresh {
            Fresh::Allowed => Ok(State::new()),
            Fresh::Refused => Err(Error::NoState),
        },
        other => other,
    }
}

/// Hands the state to the next step.
pub fn send(state: &State, output: &mut dyn Write) -> Result<(), Error> {
    output.write_all(&text::print(state)).and_then(|()| output.flush()).map_err(Error::Output)
}
