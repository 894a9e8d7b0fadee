//! What every RUN sees beside its layers: `/proc`, `/dev`, `/sys`, the name servers and
//! hosts; and what of it must not be seen or changed.
//!
//! Source for the lists: the OCI runtime specification's default file systems and devices,
//! and the paths that containerd and Docker mask.

use std::ffi::CStr;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::fs::Mode;
use rustix::mount::{MountFlags, mount, mount_bind, mount_bind_recursive, mount_remount};

use super::super::session::RunJob;
use super::super::spec::Network;
use super::super::wire::{Fault, FaultKind};
use super::stage::Stage;
use super::targets::Targets;
use super::user_mounts::bind;
use super::{by_number, root};

const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
const LINKS: [(&str, &str); 6] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("core", "/proc/kcore"),
    ("ptmx", "pts/ptmx"),
];
const MASKED: [&str; 11] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
];
const ALSO_MASKED: [&str; 1] = ["/sys/devices/virtual/powercap"];
const READ_ONLY: [&str; 5] =
    ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

const QUIET: MountFlags = MountFlags::NOSUID.union(MountFlags::NOEXEC).union(MountFlags::NODEV);

/// Mounts them into the tree.
pub(super) fn mount_system(
    job: &RunJob,
    stage: &Stage,
    targets: &mut Targets,
) -> Result<(), Fault> {
    proc(targets)?;
    dev(job, targets).map_err(Fault::machine("set up /dev inside"))?;
    sys(job, targets).map_err(Fault::machine("set up /sys inside"))?;
    let flags = QUIET | MountFlags::RDONLY;
    bind(&stage.resolv(), "/etc/resolv.conf", flags, targets)
        .and_then(|()| bind(&stage.hosts(), "/etc/hosts", flags, targets))
        .map_err(Fault::io("put /etc/resolv.conf and /etc/hosts into the tree"))
}

fn fresh(
    kind: &str,
    target: &str,
    flags: MountFlags,
    options: &CStr,
    targets: &mut Targets,
) -> io::Result<()> {
    let at = targets.make(target, true)?;
    Ok(mount(kind, by_number(&at), kind, flags, Some(options))?)
}

fn proc(targets: &mut Targets) -> Result<(), Fault> {
    fresh("proc", "/proc", QUIET, c"", targets)
        // In a container whose own /proc is masked the kernel gives no other.
        .map_err(Fault::of(FaultKind::Machine, "mount /proc for a new pid namespace"))
}

/// A folder in memory in which no device can be made; those of the machine that harm
/// nobody are shown in it.
fn dev(job: &RunJob, targets: &mut Targets) -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::STRICTATIME;
    fresh("tmpfs", "/dev", flags, c"mode=755,size=65536k", targets)?;
    let dev = targets.find("/dev")?;
    for name in DEVICES {
        let mode = Mode::from_raw_mode(0o666);
        let kind = rustix::fs::FileType::RegularFile;
        rustix::fs::mknodat(&dev, name, kind, mode, 0)?;
        mount_bind(Path::new("/dev").join(name), Path::new(&by_number(&dev)).join(name))?;
    }
    for (name, to) in LINKS {
        symlink(to, Path::new(&by_number(&dev)).join(name))?;
    }
    let quiet = MountFlags::NOSUID | MountFlags::NOEXEC;
    // Group 5 is `tty`, where there is more than one group.
    let options = if job.way.many_ids {
        c"newinstance,ptmxmode=0666,mode=0620,gid=5"
    } else {
        c"newinstance,ptmxmode=0666,mode=0620"
    };
    fresh("devpts", "/dev/pts", quiet, options, targets)?;
    fresh("tmpfs", "/dev/shm", QUIET, c"mode=1777,size=65536k", targets)?;
    fresh("mqueue", "/dev/mqueue", QUIET, c"", targets)
}

/// The machine's own, for reading. A namespace that does not own the network gets no fresh
/// one: then it is shown as it is mounted outside.
fn sys(job: &RunJob, targets: &mut Targets) -> io::Result<()> {
    let owns_network = !job.way.user_namespace || job.run.network == Network::None;
    if owns_network {
        return fresh("sysfs", "/sys", QUIET | MountFlags::RDONLY, c"", targets);
    }
    let at = targets.make("/sys", true)?;
    let at = std::fs::read_link(by_number(&at))?;
    mount_bind_recursive("/sys", &at)?;
    for mounted in mounts_at(&at)? {
        let flags = root::kept_flags(&mounted)? | MountFlags::RDONLY | MountFlags::BIND;
        mount_remount(&mounted, flags, "")?;
    }
    Ok(())
}

/// Mount points at and beneath a path, outer ones first.
fn mounts_at(path: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    use std::os::unix::ffi::OsStrExt;
    let all = std::fs::read("/proc/self/mountinfo")?;
    let fields =
        all.split(|&byte| byte == b'\n').filter_map(|line| line.split(|&b| b == b' ').nth(4));
    let paths = fields.map(|field| Path::new(std::ffi::OsStr::from_bytes(field)).to_owned());
    // A blank in a path stands as an octal number: no file system of the kernel has one.
    Ok(paths.filter(|mounted| mounted.starts_with(path)).collect())
}

/// Hides and locks paths of the root that we are in.
pub(super) fn hide() -> io::Result<()> {
    for path in MASKED.iter().chain(&ALSO_MASKED) {
        let Ok(meta) = std::fs::symlink_metadata(path) else { continue };
        if meta.is_dir() {
            mount("tmpfs", *path, "tmpfs", QUIET | MountFlags::RDONLY, Some(c"size=0k"))?;
        } else {
            mount_bind("/dev/null", *path)?;
        }
    }
    for path in READ_ONLY {
        if Path::new(path).exists() {
            mount_bind_recursive(path, path)?;
            let flags = root::kept_flags(Path::new(path))? | MountFlags::RDONLY | MountFlags::BIND;
            mount_remount(path, flags, "")?;
        }
    }
    Ok(())
}
