//! Folders that a layer needs and does not describe: some tools write `tmp/x` without
//! `tmp`. An overlay shows a folder as the topmost layer has it, so that one which had to
//! be made for such a layer would hide the true mode and owner below.
//!
//! A layer of folders alone, on top of all others, shows them as they are meant.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::super::session::RunJob;
use super::copy::dress;
use crate::builder::embedded::unpack::IMPLIED;

/// Makes that layer, if one is needed.
pub(super) fn make(job: &RunJob) -> io::Result<Option<PathBuf>> {
    let layers: Vec<Layer> = job.run.lowers.iter().map(|tree| Layer::read(tree)).collect();
    let all: BTreeSet<&PathBuf> = layers.iter().flat_map(|layer| &layer.implied).collect();
    if all.is_empty() {
        return Ok(None);
    }
    let faces = job.place.join("faces");
    fs::create_dir(&faces)?;
    for path in all {
        // From the outermost folder inwards: each on the way has its own face.
        let mut way: Vec<&Path> = path.ancestors().filter(|path| *path != Path::new("")).collect();
        way.reverse();
        for folder in way {
            let face = faces.join(folder);
            let Some((like, meta)) = look(&layers, folder) else { break };
            if !face.exists() {
                fs::create_dir(&face)?;
                dress(&like, &face, &meta)?;
            }
        }
    }
    if let Some(top) = job.run.lowers.first() {
        dress(top, &faces, &fs::symlink_metadata(top)?)?;
    }
    Ok(Some(faces))
}

struct Layer {
    tree: PathBuf,
    implied: BTreeSet<PathBuf>,
}

impl Layer {
    fn read(tree: &Path) -> Self {
        let file = tree.parent().map(|beside| beside.join(IMPLIED));
        let bytes = file.and_then(|file| fs::read(file).ok()).unwrap_or_default();
        let paths = bytes.split(|&byte| byte == 0).filter(|path| !path.is_empty());
        let implied = paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect();
        Self { tree: tree.to_owned(), implied }
    }
}

/// The folder that a path looks like: the topmost one that its layer describes, down to
/// where something else hides what is below.
fn look(layers: &[Layer], path: &Path) -> Option<(PathBuf, Metadata)> {
    let mut made = None;
    for layer in layers {
        let there = layer.tree.join(path);
        let Ok(meta) = fs::symlink_metadata(&there) else { continue };
        if !meta.is_dir() {
            break;
        }
        if !layer.implied.contains(path) {
            return Some((there, meta));
        }
        made.get_or_insert((there, meta));
    }
    made
}
