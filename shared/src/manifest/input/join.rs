//! Several files as one stream of documents.
//!
//! Between two files stand a line break and a `---` line where they are missing; the
//! bytes of the files stay, but for a byte order mark, which may only begin a stream,
//! and UTF-16, which cannot stand beside UTF-8.

use super::super::encoding;

/// Adds a file to a stream.
pub fn join(stream: &mut Vec<u8>, part: &[u8]) {
    if stream.is_empty() {
        stream.extend_from_slice(part);
        return;
    }
    if let Some(first) = encoding::to_utf8(stream) {
        *stream = first.into_bytes();
    }
    let mut joiner = Joiner::new(true);
    joiner.passed(stream);
    joiner.begin_file();
    stream.extend(joiner.take(part.to_vec()));
}

/// Puts files together piece by piece.
#[derive(Debug, Clone, Copy)]
pub struct Joiner {
    /// There are several files, so they are all put into UTF-8.
    several: bool,
    /// Something has come before.
    begun: bool,
    /// It ended with a line break.
    broken: bool,
    /// Its last line was `...`.
    ended: bool,
    /// Another file begins.
    fresh: bool,
}

impl Joiner {
    pub fn new(several: bool) -> Self {
        Self { several, begun: false, broken: false, ended: false, fresh: false }
    }

    pub fn begin_file(&mut self) {
        self.fresh = self.begun;
    }

    /// What is to be added for a piece of a file. The first piece must hold the first line
    /// of the file's first document.
    pub fn take(&mut self, piece: Vec<u8>) -> Vec<u8> {
        let decoded = if self.several { encoding::to_utf8(&piece) } else { None };
        let mut piece = decoded.map_or(piece, String::into_bytes);
        if self.fresh {
            if piece.starts_with(b"\xef\xbb\xbf") {
                piece.drain(..3);
            }
            if !piece.is_empty() {
                let line_break: &[u8] = if self.broken { b"" } else { b"\n" };
                let between = separator(self.ended, &piece);
                if !(line_break.is_empty() && between.is_empty()) {
                    piece = [line_break, between, &piece].concat();
                }
                self.fresh = false;
            }
        }
        self.passed(&piece);
        piece
    }

    /// Notes how what has come so far ends.
    fn passed(&mut self, piece: &[u8]) {
        if piece.is_empty() {
            return;
        }
        self.begun = true;
        self.broken = piece.ends_with(b"\n");
        let text = piece.trim_ascii_end();
        if !text.is_empty() {
            self.ended = text.rsplit(|&b| b == b'\n').next() == Some(b"...");
        }
    }
}

/// What must stand in front of a part for it to begin a document of its own.
fn separator(ended: bool, part: &[u8]) -> &'static [u8] {
    let begins = part
        .split(|&b| b == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .find(|line| !line.is_empty() && !line.starts_with(b"#"));
    match begins {
        Some(line) if line.starts_with(b"---") => b"",
        // Directives must follow the end of a document.
        Some(line) if line.starts_with(b"%") && !ended => b"...\n",
        Some(line) if line.starts_with(b"%") => b"",
        Some(_) => b"---\n",
        None => b"",
    }
}
