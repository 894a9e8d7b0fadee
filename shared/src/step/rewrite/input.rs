//! The bytes of a source, whole and within a limit: the one place that reads.

use std::io::Read;

use crate::manifest::input::Source;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Input that is larger is refused: a manifest stream is held in memory whole.
const INPUT_MAX: u64 = 2 << 30;

/// The source's name in messages, and its bytes.
pub(super) fn read(source: &Source) -> Result<(String, Vec<u8>), Failure> {
    let (name, size, reader): (String, u64, Box<dyn Read>) = match source {
        Source::Stdin => ("<stdin>".to_owned(), 0, Box::new(std::io::stdin().lock())),
        Source::File { path, name } => {
            let open = std::fs::File::open(path);
            let file = open.map_err(|error| unreadable(name, &error))?;
            let size = file.metadata().map_or(0, |file| file.len().min(INPUT_MAX));
            (name.clone(), size, Box::new(file))
        }
    };
    // One byte more, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    reader
        .take(INPUT_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&name, &error))?;
    if bytes.len() as u64 > INPUT_MAX {
        return Err(Failure::new(Exit::Data, format!("`{name}` is larger than 2 GiB")));
    }
    Ok((name, bytes))
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Data, format!("cannot read `{name}`: {error}"))
}
