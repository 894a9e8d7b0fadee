//! COPY and ADD: files from the context, stages, images, archives and the network.
//!
//! What a layer will hold is worked out in memory, from what the tree below has and what
//! the sources have; only then content is read, once, straight into the layer's tar. No
//! folder is unpacked and no right is needed. The rules are BuildKit's.
//!
//! ```text
//! source    where files come from, and wildcards
//! request   an instruction, its words expanded
//! draft     what the layer will hold
//! contents  what is in the files
//! archive   ADD of a tar
//! owner mode    --chown and --chmod
//! ```

mod archive;
mod contents;
mod draft;
mod mode;
mod owner;
mod request;
mod source;

use std::collections::HashMap;

use self::contents::Placement;
pub use self::contents::Spool;
use self::draft::{Draft, Options};
pub use self::owner::Owner;
pub use self::request::{Path, Request, Words};
pub use self::source::{Content, Source};
use super::entry::{Entry, Index, Kind};
use super::layer::{self, Layer, Style};
use super::store::{self, Store};
use super::tree::{Lost, Tree};
use super::unpack;
use crate::util::fs::PathError;

/// Why files cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{0}` is not there")]
    NotFound(String),
    #[error("`{0}` is no folder")]
    NotFolder(String),
    #[error("`{0}` is a folder, and a file cannot take its place")]
    IsFolder(String),
    #[error(transparent)]
    Lost(#[from] Lost),
    #[error("`{pattern}` is not a pattern: {why}")]
    Pattern { pattern: String, why: String },
    #[error("{0}")]
    Value(String),
    #[error("the archive `{path}`: {why}")]
    Archive { path: String, why: String },
    #[error("the archive `{path}`: {source}")]
    Unpack { path: String, source: unpack::Error },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Layer(#[from] layer::Error),
    #[error(transparent)]
    File(#[from] PathError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A path as people write it.
pub(super) fn shown(path: &[u8]) -> String {
    format!("/{}", String::from_utf8_lossy(path))
}

/// What a copy came to: the layer, and what it holds; `None` if nothing was copied.
pub type Copied = Option<(Layer, Index)>;

/// Carries a request out on top of a tree.
pub fn copy(
    request: &Request,
    base: &Tree,
    owner: Option<(u32, u32)>,
    time: i64,
    store: &Store,
    style: Style,
) -> Result<Copied, Error> {
    let empty = Tree::default();
    let mut draft = Draft::new(if request.linked() { &empty } else { base }, time);
    let mut spool = Spool::new(store)?;
    for (number, path) in request.paths() {
        let options = Options {
            mode: request.mode.clone(),
            owner,
            include: path.include()?,
            exclude: request.exclude()?,
        };
        let source = &request.sources[number];
        path.check(source)?;
        for found in source.matches(&path.pattern)? {
            if path.unpack
                && archive::unpack(
                    (number, source),
                    &found,
                    request,
                    owner,
                    &mut draft,
                    &mut spool,
                )?
            {
                continue;
            }
            draft.copy((number, source), &found, &request.to, &options)?;
        }
    }
    written(draft, &request.sources, spool, store, style)
}

/// All of a source as a layer of its own.
pub fn whole(
    source: &Source,
    time: i64,
    store: &Store,
    style: Style,
) -> Result<(Layer, Index), Error> {
    let base = Tree::default();
    let mut draft = Draft::new(&base, time);
    // Something must be there even of an empty source.
    draft.set(Vec::new(), Entry::folder(time));
    draft.copy((0, source), b"", b"", &Options::default())?;
    let sources = std::slice::from_ref(source);
    let made = written(draft, sources, Spool::new(store)?, store, style)?;
    made.ok_or_else(|| Error::NotFound("/".to_owned()))
}

/// Makes one folder, and those that it lies in, where they are missing.
pub fn make_folder(
    path: &[u8],
    (new, owned): (&Entry, bool),
    base: &Tree,
    time: i64,
    store: &Store,
    style: Style,
) -> Result<Copied, Error> {
    let mut draft = Draft::new(base, time);
    let path = draft.resolve(path, true)?;
    draft.make_folders(&path, new, owned)?;
    written(draft, &[], Spool::new(store)?, store, style)
}

fn written(
    draft: Draft<'_>,
    sources: &[Source],
    spool: Spool,
    store: &Store,
    style: Style,
) -> Result<Copied, Error> {
    let (index, placed) = draft.finish();
    if index.is_empty() {
        return Ok(None);
    }
    let size = |(path, entry): (&Vec<u8>, &Entry)| match entry.kind {
        Kind::File { size } => Some((path.clone(), size)),
        _ => None,
    };
    let sizes: HashMap<Vec<u8>, u64> = index.entries.iter().filter_map(size).collect();
    let mut contents = Placement::new(placed, sizes, sources, spool, store)?;
    let layer = layer::write(&index, &mut contents, &store.blobs, style)?;
    Ok(Some((layer, index)))
}

#[cfg(test)]
mod tests;
