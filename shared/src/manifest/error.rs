//! What can be wrong with a manifest, with its place and the line shown.
//!
//! One [`Errors`] holds all that is known of one file. Values of scalars never
//! enter a message: only the shown line may hold them, as the user's own file does.

use std::fmt;

use crate::util::place::Place;

/// Longest line that is shown under an error, in bytes.
const SNIPPET_MAX: usize = 300;

/// Why a manifest cannot be rewritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    #[error("the text is not UTF-8 here")]
    NotUtf8,
    #[error("half a character of UTF-16")]
    NotUtf16,
    #[error("the text is UTF-32, and manifests are read as UTF-8 or UTF-16")]
    Utf32,
    #[error("a NUL character, which YAML and JSON forbid")]
    Nul,
    #[error("this is not YAML: {0}")]
    Yaml(String),
    #[error("this is not JSON: {0}")]
    Json(String),
    #[error("this is a template, not YAML yet")]
    Template,
    #[error("nested over {0} levels deep")]
    TooDeep(usize),
    #[error("a value of {length} bytes, more than {limit}")]
    TooLong { length: usize, limit: usize },
    #[error("the document that begins here is longer than {} MiB", limit >> 20)]
    DocumentTooLong { limit: usize },
    /// A defect of ours: the proof found that the splice changed more than the image.
    #[error(
        "internal error: rewriting would have changed more than `{path}`, so nothing was written"
    )]
    Proof { path: String },
}

/// One problem of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub place: Place,
    pub kind: Kind,
    /// The way out, where there is one.
    pub hint: Option<String>,
    /// The line with a caret below the column.
    pub snippet: Option<String>,
}

/// A problem at a byte offset, before the file's name is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub offset: usize,
    pub kind: Kind,
}

impl Error {
    /// The error with its place and line looked up in the text.
    pub(super) fn at(file: &str, text: &str, fault: Fault) -> Self {
        let place = Place::of_offset(file, text, fault.offset);
        let begin = text[..floor(text, fault.offset)].rfind('\n').map_or(0, |n| n + 1);
        let line = text[begin..].lines().next().unwrap_or_default();
        let snippet = if line.len() <= SNIPPET_MAX { place.snippet(text) } else { None };
        let hint = hint(&fault.kind, line).map(str::to_owned);
        Self { place, kind: fault.kind, hint, snippet }
    }
}

impl Error {
    /// An error that no line can be shown for.
    pub(super) fn new(place: Place, kind: Kind) -> Self {
        let hint = hint(&kind, "").map(str::to_owned);
        Self { place, kind, hint, snippet: None }
    }

    /// The same in a text in front of which stand so many lines more.
    pub(super) fn moved(self, lines: usize) -> Self {
        if lines == 0 {
            return self;
        }
        let line = self.place.line + lines;
        let renumbered = |snippet: String| {
            let (shown, caret) = snippet.split_once('\n')?;
            let (shown, caret) = (shown.split_once(" | ")?.1, caret.split_once(" | ")?.1);
            let margin = " ".repeat(line.to_string().len());
            Some(format!("{line} | {shown}\n{margin} | {caret}"))
        };
        let snippet = self.snippet.and_then(renumbered);
        Self { place: Place { line, ..self.place }, snippet, ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

impl std::error::Error for Error {}

/// All problems of one file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors(pub Vec<Error>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

/// The last character boundary at or before an offset.
pub(super) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn hint(kind: &Kind, line: &str) -> Option<&'static str> {
    let said = |words: &str| matches!(kind, Kind::Yaml(info) if info.contains(words));
    let indent = &line[..line.len() - line.trim_start().len()];
    Some(match kind {
        Kind::Template => "render it first: `helm template CHART | ds-rewrite -`",
        Kind::Utf32 => "convert it: `iconv -f UTF-32 -t UTF-8 FILE`",
        Kind::NotUtf16 => "the byte order mark says UTF-16; save the file again, best as UTF-8",
        Kind::Nul => "if this is UTF-16, save it with a byte order mark, or as UTF-8",
        Kind::DocumentTooLong { .. } => "a document is held in memory whole; split it",
        Kind::NotUtf8 => "save the file as UTF-8",
        Kind::Proof { .. } => "please report it with the manifest",
        Kind::Yaml(_) if indent.contains('\t') => "a tab indents this line; YAML takes spaces only",
        _ if said("mapping values") => {
            "look at the line above too: keys of one mapping need the same indentation"
        }
        _ if said("expected key") || said("expected '-'") => {
            "keys of one mapping need the same indentation"
        }
        _ if said("unclosed quote") => "the text begins with a quote that nothing closes",
        _ if said("unknown anchor") => "`*name` stands for what `&name` marks above it",
        _ => return None,
    })
}
