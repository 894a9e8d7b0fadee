//! Output that is kept until all is well: in memory, and from a limit on in a file that
//! has no name, so that nothing stays behind however the process ends.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// So many bytes are kept in memory.
const MEMORY_MAX: u64 = 24 << 20;

/// Bytes in the order they came.
#[derive(Debug)]
pub struct Spool {
    held: Vec<Vec<u8>>,
    length: u64,
    limit: u64,
    file: Option<File>,
}

impl Default for Spool {
    fn default() -> Self {
        Self { held: Vec::new(), length: 0, limit: MEMORY_MAX, file: None }
    }
}

impl Spool {
    /// Adds bytes. Fails where the folder for temporary files has no room.
    pub fn push(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(&bytes);
        }
        self.held.push(bytes);
        if self.length <= self.limit {
            return Ok(());
        }
        let mut file = tempfile::tempfile()?;
        for bytes in std::mem::take(&mut self.held) {
            file.write_all(&bytes)?;
        }
        self.file = Some(file);
        Ok(())
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Drops all bytes behind the first `length`, which must be the end of a push.
    pub fn truncate(&mut self, length: u64) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.set_len(length)?;
            file.seek(SeekFrom::Start(length))?;
        }
        while self.file.is_none() && self.length > length {
            let last = self.held.pop().unwrap_or_default();
            self.length -= last.len() as u64;
        }
        self.length = length;
        Ok(())
    }

    /// Writes all of it.
    pub fn write_to(self, out: &mut impl Write) -> io::Result<()> {
        for bytes in self.held {
            out.write_all(&bytes)?;
        }
        if let Some(mut file) = self.file {
            file.rewind()?;
            io::copy(&mut file, out)?;
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Spool;

    #[test]
    fn what_was_put_in_comes_out_from_memory_and_from_a_file() {
        for limit in [0, 5, 1_000] {
            let mut spool = Spool { limit, ..Spool::default() };
            for part in ["one", "", "two", "three"] {
                spool.push(part.into()).unwrap();
            }
            assert_eq!(spool.file.is_some(), limit < 11);
            let length = spool.len();
            spool.push("gone".into()).unwrap();
            spool.push("too".into()).unwrap();
            spool.truncate(length).unwrap();
            spool.push("!".into()).unwrap();
            let mut out = Vec::new();
            spool.write_to(&mut out).unwrap();
            assert_eq!(out, b"onetwothree!");
        }
    }
}
