//! The bytes of a source, whole and within a limit: the one place that reads.

use std::fs::{File, Metadata};
use std::io::Read;

use crate::manifest::input::Source;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Input that is larger is refused: a manifest stream is held in memory whole.
const INPUT_MAX: u64 = 2 << 30;

/// What was read of a source.
#[derive(Debug)]
pub(super) struct Input {
    /// The source's name in messages and edits.
    pub name: String,
    pub bytes: Vec<u8>,
    /// What the file was when it was opened; `None` of stdin.
    pub file: Option<Metadata>,
}

pub(super) fn read(source: &Source) -> Result<Input, Failure> {
    let (name, file, reader): (String, Option<Metadata>, Box<dyn Read>) = match source {
        Source::Stdin => ("<stdin>".to_owned(), None, Box::new(std::io::stdin().lock())),
        Source::File { path, name, .. } => {
            let open = || {
                let file = File::open(path)?;
                Ok((file.metadata()?, file))
            };
            let (metadata, file) = open().map_err(|error| unreadable(name, &error))?;
            (name.clone(), Some(metadata), Box::new(file))
        }
    };
    let size = file.as_ref().map_or(0, |file| file.len().min(INPUT_MAX));
    // One byte more, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    reader
        .take(INPUT_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&name, &error))?;
    if bytes.len() as u64 > INPUT_MAX {
        return Err(Failure::new(Exit::Data, format!("`{name}` is larger than 2 GiB")));
    }
    Ok(Input { name, bytes, file })
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Data, format!("cannot read `{name}`: {error}"))
}
