//! From a layer's tar to what it says, and to a folder that an overlay takes as a layer.
//!
//! A layer is hostile until read: [`plan`] decides in memory where each member goes, links
//! of the layer followed within its root, and refuses what leads out; [`disk`] then does
//! each step beneath an open root, where no link is followed. Both passes, with a folder
//! and without, follow the same plan, so what is seen in memory is what lies on disk.
//!
//! ```text
//! tar pax sparse   members of a tar, sizes bounded
//! plan             where a member goes
//! disk             doing it
//! ```

mod disk;
pub(crate) mod pax;
mod plan;
mod sparse;
mod tar;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::path::Path;

use self::plan::Place;
use self::sparse::Map;
use self::tar::Reader;
use super::entry::{Entry, Index, Kind};
use crate::util::fs::PathError;

pub use disk::{Form, Marks};

/// What one layer may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Members of the tar.
    pub members: u64,
    /// Bytes of all files, holes included.
    pub bytes: u64,
}

impl Default for Limits {
    /// More than any layer in use; less than what would fill memory.
    fn default() -> Self {
        Self { members: 4_000_000, bytes: 256 << 30 }
    }
}

/// Why a layer is not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the layer breaks off: it is not whole")]
    Truncated,
    #[error("the layer cannot be read: {0}")]
    Read(#[source] io::Error),
    /// It is no tar, or one that no builder writes.
    #[error("the layer is damaged: {0}")]
    Wrong(String),
    /// A member that would reach out of the root, or makes no sense where it is.
    #[error("the layer is refused: `{path}` {reason}")]
    Refused { path: String, reason: String },
    #[error("the layer is refused: it has more than {limit} {what}")]
    Limit { limit: u64, what: &'static str },
    #[error(transparent)]
    Write(#[from] PathError),
}

fn wrong(reason: impl Into<String>) -> Error {
    Error::Wrong(reason.into())
}

fn refused(path: &[u8], reason: impl Into<String>) -> Error {
    Error::Refused { path: String::from_utf8_lossy(path).into_owned(), reason: reason.into() }
}

/// Reads a plain tar to its very end and tells what the layer says.
pub fn index(tar: &mut dyn Read, limits: Limits) -> Result<Index, Error> {
    pass(tar, limits, &mut |_, _, _, _| Ok(()))
}

/// Takes a file: its path, what it is, and its content.
pub type Each<'a> = dyn FnMut(&[u8], &Entry, &mut dyn Read) -> io::Result<()> + 'a;

/// As [`index`], and gives each file's content, holes filled with zeros, as it comes by. A
/// path that comes twice is what it was last.
pub fn each(tar: &mut dyn Read, limits: Limits, file: &mut Each<'_>) -> Result<Index, Error> {
    pass(tar, limits, &mut |place, entry, reader, map| {
        let Kind::File { size } = entry.kind else { return Ok(()) };
        let mut content = sparse::Content::new(reader, map, size);
        let taken = file(&place.path, entry, &mut content);
        taken.map_err(|error| content.fault.take().unwrap_or(Error::Read(error)))
    })
}

/// As [`index`], and makes the tree in `folder`, which is there and empty.
///
/// Whiteouts and opaque folders become those of an overlay. Nothing is synced: the folder
/// is a cache of the tar.
pub fn unpack(
    tar: &mut dyn Read,
    folder: &Path,
    form: Form,
    limits: Limits,
) -> Result<Index, Error> {
    let mut disk = disk::Disk::open(folder, form)?;
    let index =
        pass(tar, limits, &mut |place, entry, reader, map| disk.put(place, entry, reader, map))?;
    disk.finish(&index)?;
    Ok(index)
}

type Tar<'a> = Reader<&'a mut dyn Read>;

/// What is done with each member that has a place.
type Act<'a> = dyn FnMut(&Place, &Entry, &mut Tar<'_>, Option<&Map>) -> Result<(), Error> + 'a;

fn pass(tar: &mut dyn Read, limits: Limits, act: &mut Act<'_>) -> Result<Index, Error> {
    let mut reader = Reader::new(tar);
    let mut plan = plan::Plan::new(limits);
    while let Some(member) = reader.next()? {
        if let Some(place) = plan.place(&member)? {
            let entry = &plan.index.entries[&place.path];
            act(&place, entry, &mut reader, member.sparse.as_ref())?;
        }
    }
    Ok(plan.index)
}
