//! Image references in manifests: found, replaced, everything else kept.
//!
//! Bytes in, bytes out. A manifest is read as events with byte ranges
//! (`document`), what may be an image is noted (`sites`) and chosen (`choose`), spliced
//! in its own style (`write`, `wishes`, `edit`), also within strings that hold documents
//! (`nested`), and the result is read again and compared (`proof`): a wrong splice
//! is an error, never output. Streams are cut into documents and worked on part by part
//! (`rewrite`, `stream`, `cut`), most of them by a fast reader of the common styles (`fast`).
//! Refuses what is not valid YAML or JSON, with the place. Knows of no card, no
//! cluster, and prints nothing; only [`input`] looks at the file system.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::util::place::Place;

mod aliases;
mod choose;
mod crds;
mod cut;
mod document;
mod edit;
mod encoding;
mod error;
mod fast;
pub mod input;
mod json;
mod local;
pub mod needs;
mod nested;
pub mod object;
mod output;
mod path;
mod place;
mod plan;
mod proof;
mod replacements;
mod rewrite;
pub mod rule;
mod scalar;
mod site;
mod sites;
mod split;
mod stream;
mod why;
mod wishes;
mod write;

pub use error::{Error, Errors, Kind};
pub use replacements::{Replacements, Target, nearest_name};
pub use rewrite::{Flow, Input, InputError, Piece, Told, list_all, rewrite_all};
pub use stream::DOCUMENT_MAX;
pub use why::Why;

#[cfg(test)]
mod tests;

/// How far rewriting goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Any string that is wholly a reference to a configured repository.
    pub everywhere: bool,
}

/// A manifest with its images replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rewritten {
    pub bytes: Vec<u8>,
    /// In the order of the input; applied to it they give `bytes`.
    pub edits: Vec<Edit>,
    /// Sites of known images that are not changed.
    pub unresolved: Vec<Unresolved>,
}

/// One replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub file: String,
    /// Bytes of the input.
    pub range: Range<usize>,
    /// Counted from 1; the place of the first byte replaced.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The bytes replaced, as they stand in the input.
    pub old: String,
    pub new: String,
    /// The way to the value: `spec.containers[0].image`.
    pub path: String,
    /// What made the value a site: `image`, `image-volume`, `image-key`, `split`,
    /// `kustomize`, `everywhere`, `rule` of the user, or the documents that say so of a
    /// custom resource.
    pub rule: &'static str,
    /// Where aliases stand for what was edited, or for something around it: they
    /// change with it, though not a byte of theirs does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Use>,
}

/// A line and a column of a file, counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Use {
    pub line: usize,
    pub column: usize,
}

/// A site of a known image that is not changed, or of another where a rule expects one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    pub place: Place,
    /// The image's name in the config, or the repository.
    pub image: String,
    /// The reference in the manifest.
    pub reference: String,
    pub why: Why,
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, reference, why, .. } = self;
        match why.is_of_reference() {
            true => write!(f, "{place}: `{reference}` {why}"),
            false => write!(f, "{place}: {why} for `{reference}`"),
        }
    }
}

/// A place that holds an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub place: Place,
    pub reference: String,
    pub path: String,
    /// As in [`Edit`].
    pub rule: &'static str,
    /// Whether it is a configured image.
    pub known: bool,
    /// What would be written, where that is known.
    pub new: Option<String>,
}

impl Serialize for Site {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Site", 8)?;
        out.serialize_field("file", &self.place.file)?;
        out.serialize_field("line", &self.place.line)?;
        out.serialize_field("column", &self.place.column)?;
        out.serialize_field("reference", &self.reference)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("rule", self.rule)?;
        out.serialize_field("known", &self.known)?;
        match &self.new {
            Some(new) => out.serialize_field("new", new)?,
            None => out.skip_field("new")?,
        }
        out.end()
    }
}

/// Rewrites one file. `file` is its name in errors and edits.
///
/// Rewriting the result again changes nothing. An input without sites comes back
/// as it is.
pub fn rewrite(
    input: &[u8],
    file: &str,
    replacements: &Replacements,
    options: &Options,
) -> Result<Rewritten, Errors> {
    let mut out = Rewritten::default();
    let flow = Flow { edits: true, ..Flow::default() };
    let mut failed = Ok(());
    rewrite_all(in_memory(input, file), replacements, options, flow, |told| {
        match told {
            Told::Piece(_, piece) => {
                match out.bytes.is_empty() {
                    true => out.bytes = piece.bytes,
                    false => out.bytes.extend_from_slice(&piece.bytes),
                }
                out.edits.extend(piece.edits);
                out.unresolved.extend(piece.unresolved);
            }
            Told::Failed(_, error) => failed = data_errors(error),
            Told::End(_) => {}
        }
        true
    });
    failed.map(|()| out)
}

/// All images of one file, configured or not, in the order of the text.
pub fn list(
    input: &[u8],
    file: &str,
    replacements: &Replacements,
    options: &Options,
) -> Result<Vec<Site>, Errors> {
    let mut out = Vec::new();
    let mut failed = Ok(());
    list_all(in_memory(input, file), replacements, options, |told| {
        match told {
            Told::Piece(_, sites) => out.extend(sites),
            Told::Failed(_, error) => failed = data_errors(error),
            Told::End(_) => {}
        }
        true
    });
    failed.map(|()| out)
}

fn in_memory<'i>(input: &'i [u8], file: &str) -> impl Iterator<Item = Input<'i>> + Send {
    std::iter::once(Input { name: file.to_owned(), reader: Ok(Box::new(input)) })
}

/// The errors of an input in memory, which can always be read.
fn data_errors(error: InputError) -> Result<(), Errors> {
    match error {
        InputError::Data(errors) => Err(errors),
        InputError::Read(_) => Ok(()),
    }
}
