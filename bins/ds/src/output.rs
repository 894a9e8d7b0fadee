//! What goes to stdout. A reader who has seen enough is no failure.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::fs::PathError;

use crate::failures;

/// Prints a text as it is; colours only where stdout takes them.
pub fn print(text: &str) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    settle(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints bytes as they are.
pub fn print_bytes(bytes: &[u8]) -> Result<Exit, Failure> {
    let mut out = std::io::stdout().lock();
    settle(out.write_all(bytes).and_then(|()| out.flush()))
}

fn settle(result: std::io::Result<()>) -> Result<Exit, Failure> {
    match result {
        Err(source) if source.kind() != ErrorKind::BrokenPipe => {
            let path = PathBuf::from("<stdout>");
            Err(failures::of_path(&PathError { action: "write", path, source }))
        }
        _ => Ok(Exit::Done),
    }
}
