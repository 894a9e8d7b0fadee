//! Where something stands in a file, and how to show it.

use std::fmt;

/// A place in a file; line and column count from 1, the column in characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file as the user knows it: relative to the project root, or `-`.
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl Place {
    pub fn new(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line, column }
    }

    /// The place of a byte offset in `text`. An offset inside a character counts as its begin.
    pub fn of_offset(file: impl Into<String>, text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        Self {
            file: file.into(),
            line: before.bytes().filter(|&b| b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The line with a caret below the column, as it is shown under an error.
    /// `None` where `text` has no such line.
    pub fn snippet(&self, text: &str) -> Option<String> {
        let line = text.lines().nth(self.line.checked_sub(1)?)?;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        // Tabs before the caret are repeated, so that it stands where the text does.
        let indent: String = line
            .chars()
            .take(self.column.saturating_sub(1))
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        Some(format!("{number} | {}\n{margin} | {indent}^", line.trim_end()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn counts_characters_not_bytes() {
        let text = "a: é\nb: 日本 x\n";
        let place = Place::of_offset("f", text, text.find('x').unwrap());
        assert_eq!(place.to_string(), "f:2:7");
        assert_eq!(place.snippet(text).unwrap(), "2 | b: 日本 x\n  |       ^");
    }
}
