//! After a RUN: its changes as a layer's tar, to the parent.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::session::RunJob;
use super::super::wire::{Fault, Outgoing, Wire};
use super::{copy, root};
use crate::builder::embedded::diff::{Trees, diff};
use crate::builder::embedded::layer::tar;

/// Seconds since 1970. Times of files may lag a little behind.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    now.cast_signed() - 1
}

/// Finds what the RUN changed since `began` and sends it. The folder of changes is then
/// what unpacking the tar would give.
pub(super) fn send(
    job: &RunJob,
    stubs: &[Vec<u8>],
    began: i64,
    wire: &mut Wire,
) -> Result<(), Fault> {
    let upper = root::upper(&job.place);
    let changed = if job.way.overlay { upper.clone() } else { root::tree(&job.place) };
    remove_stubs(&changed, stubs).map_err(Fault::io("take mount points out of the layer"))?;
    let base = base(job).map_err(Fault::machine("see the layers below"))?;
    let trees = Trees {
        upper: &changed,
        base: &base,
        user_marks: job.way.user_namespace,
        began,
        epoch: job.run.epoch,
    };
    let index = if job.way.overlay { diff(trees) } else { copy::diff(trees) };
    let index = index.map_err(Fault::io("find what the RUN changed"))?;
    let mut contents = tar::Files(|path: &[u8]| File::open(changed.join(OsStr::from_bytes(path))));
    let mut out = Outgoing::new(wire);
    tar::write(&index, &mut contents, &mut out)
        .map_err(|error| Fault::io("write the layer")(io::Error::other(error.to_string())))?;
    out.end().map_err(Fault::io("hand over the layer"))
}

/// The layers below, seen together.
fn base(job: &RunJob) -> io::Result<PathBuf> {
    match job.run.lowers.as_slice() {
        [] => Ok(job.place.join("empty")),
        [only] if job.way.overlay => Ok(only.clone()),
        several => {
            let base = job.place.join("base");
            if job.way.overlay {
                root::overlay(several, None, &base, job.way)?;
            } else {
                copy::merge(several, &base)?;
            }
            Ok(base)
        }
    }
}

/// What was made to mount something on goes, unless something was put there; the folder
/// that it was in looks as before.
fn remove_stubs(upper: &Path, stubs: &[Vec<u8>]) -> io::Result<()> {
    for stub in stubs.iter().rev() {
        let path = upper.join(OsStr::from_bytes(stub));
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        let removed = if meta.is_dir() {
            std::fs::remove_dir(&path)
        } else if meta.len() == 0 {
            std::fs::remove_file(&path)
        } else {
            Ok(())
        };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            removed => removed?,
        }
    }
    Ok(())
}
