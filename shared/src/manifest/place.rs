//! Line and column of offsets that come in rising order, in one pass over the text.
//!
//! Knows `\n` as the only line break. Looking each offset up from the begin would
//! take quadratic time on a large file, or on one long line of JSON.

/// Walks through a text; each [`Cursor::at`] costs the distance from the last one.
pub(super) struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    column: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1, column: 1 }
    }

    /// Line and column, counted from 1; the column in characters. An offset
    /// before the last one gets the last one's place.
    pub fn at(&mut self, offset: usize) -> (usize, usize) {
        let offset = super::error::floor(self.text, offset);
        if offset > self.offset {
            let passed = &self.text.as_bytes()[self.offset..offset];
            let lines = memchr::memchr_iter(b'\n', passed).count();
            let rest = match memchr::memrchr(b'\n', passed) {
                Some(newline) => {
                    self.column = 1;
                    &passed[newline + 1..]
                }
                None => passed,
            };
            self.line += lines;
            self.column += rest.iter().filter(|&&b| b & 0xc0 != 0x80).count();
            self.offset = offset;
        }
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn counts_lines_and_characters() {
        let text = "é: 1\n日本 x\n";
        let mut cursor = Cursor::new(text);
        assert_eq!(cursor.at(0), (1, 1));
        assert_eq!(cursor.at(text.find(':').unwrap()), (1, 2));
        assert_eq!(cursor.at(text.find('x').unwrap()), (2, 4));
        assert_eq!(cursor.at(text.len()), (3, 1));
    }
}
