//! The tree that a RUN sees: its layers on each other, and on top a folder for changes.
//!
//! Folders go to the kernel as numbers of open files, so that neither their length nor a
//! colon in a path matters. Where no overlay can be had, layers are copied.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, mount, mount_bind, mount_remount};

use super::super::session::{RunJob, Way};
use super::super::wire::{Fault, FaultKind};
use super::copy;

/// Folders of a RUN in its place.
pub(super) fn upper(place: &Path) -> PathBuf {
    place.join("layer/fs")
}

pub(super) fn tree(place: &Path) -> PathBuf {
    place.join("root")
}

/// Makes the folders.
pub(super) fn prepare(job: &RunJob) -> Result<(), Fault> {
    for folder in ["layer/fs", "work", "root", "empty", "base"] {
        let path = job.place.join(folder);
        std::fs::create_dir_all(&path).map_err(Fault::io("make a folder in the store"))?;
    }
    // Whoever the RUN runs as enters its root.
    open_to_all(&upper(&job.place)).map_err(Fault::io("open a folder of the store"))?;
    same_root(job).map_err(Fault::io("copy the root folder's mode"))?;
    if !job.way.overlay {
        let tree = tree(&job.place);
        copy::merge(&job.run.lowers, &tree).map_err(Fault::io("copy the layers together"))?;
        // Only what is a mount can become the root.
        let mounted = || -> io::Result<()> {
            mount_bind(&tree, &tree)?;
            let flags = kept_flags(&tree)? | MountFlags::NODEV | MountFlags::BIND;
            Ok(mount_remount(&tree, flags, "")?)
        };
        mounted().map_err(Fault::machine("mount the copied layers"))?;
    }
    Ok(())
}

fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

/// The root folder of the changes hides that of the layers: it gets the same face.
fn same_root(job: &RunJob) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let Some(top) = job.run.lowers.first() else { return Ok(()) };
    let like = std::fs::metadata(top)?;
    let upper = upper(&job.place);
    if like.uid() != 0 || like.gid() != 0 {
        chown(&upper, Some(like.uid()), Some(like.gid()))?;
    }
    std::fs::set_permissions(&upper, std::fs::Permissions::from_mode(like.mode() & 0o7777))
}

/// Lays the layers on each other at `tree(place)`, with the folder for changes on top.
pub(super) fn mount_tree(job: &RunJob) -> Result<(), Fault> {
    let place = &job.place;
    if !job.way.overlay {
        return Ok(());
    }
    let changes = (upper(place), place.join("work"));
    let lowers = with_bottom(&job.run.lowers, place);
    overlay(&lowers, Some((&changes.0, &changes.1)), &tree(place), job.way)
        .map_err(Fault::of(FaultKind::Overlay, "lay the layers on each other (overlay)"))
}

/// An overlay has at least one layer below.
pub(super) fn with_bottom(lowers: &[PathBuf], place: &Path) -> Vec<PathBuf> {
    if lowers.is_empty() { vec![place.join("empty")] } else { lowers.to_vec() }
}

/// Mounts an overlay; without `changes` it is for reading, and needs two layers or more.
pub(super) fn overlay(
    lowers: &[PathBuf],
    changes: Option<(&Path, &Path)>,
    at: &Path,
    way: Way,
) -> io::Result<()> {
    let open = |path: &Path| -> io::Result<OwnedFd> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::open(path, flags, Mode::empty())?)
    };
    let layers: Vec<OwnedFd> = lowers.iter().map(|path| open(path)).collect::<Result<_, _>>()?;
    let numbers: Vec<String> = layers.iter().map(|layer| layer.as_raw_fd().to_string()).collect();
    let mut options = format!("lowerdir={}", numbers.join(":"));
    let upper = changes.map(|(upper, work)| Ok::<_, io::Error>((open(upper)?, open(work)?)));
    let upper = upper.transpose()?;
    if let Some((upper, work)) = &upper {
        let (upper, work) = (upper.as_raw_fd(), work.as_raw_fd());
        options += &format!(",upperdir={upper},workdir={work}");
    }
    // What these would leave in the changes no layer can say.
    options += if way.user_namespace { ",userxattr" } else { ",redirect_dir=off,metacopy=off" };
    let mount_with = |options: &str| -> io::Result<()> {
        let flags = MountFlags::NODEV;
        let options = std::ffi::CString::new(options).map_err(io::Error::other)?;
        Ok(mount("overlay", at, "overlay", flags, Some(options.as_c_str()))?)
    };
    // Numbers are names in this folder.
    let back = open(Path::new("."))?;
    rustix::process::chdir("/proc/self/fd")?;
    // A RUN's fsync need not reach the disk: its layer is synced as a blob.
    let mounted = match upper {
        Some(_) => mount_with(&format!("{options},volatile")).or_else(|error| {
            let unknown = error.raw_os_error() == Some(Errno::INVAL.raw_os_error());
            if unknown { mount_with(&options) } else { Err(error) }
        }),
        None => mount_with(&options),
    };
    rustix::process::fchdir(&back)?;
    mounted
}

/// The flags that a mount has; a change of it has to keep them in a user namespace.
pub(super) fn kept_flags(path: &Path) -> io::Result<MountFlags> {
    let said = rustix::fs::statvfs(path)?.f_flag.bits();
    // The numbers of statvfs are those of mount, but for this one.
    const ST_RELATIME: u64 = 4096;
    let same = MountFlags::NOSUID
        | MountFlags::NODEV
        | MountFlags::NOEXEC
        | MountFlags::NOATIME
        | MountFlags::NODIRATIME
        | MountFlags::RDONLY;
    let mut flags = MountFlags::from_bits_truncate(said as u32) & same;
    if said & ST_RELATIME != 0 {
        flags |= MountFlags::RELATIME;
    }
    Ok(flags)
}
