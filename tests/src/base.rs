//! A base image without a network: Debian's static busybox with its applets.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bed::{Bed, Skip};
use crate::child::run_bounded;

/// Applets that stories use in RUN, CMD and `docker run`.
const APPLETS: &[&str] = &[
    "cat", "cp", "echo", "env", "false", "find", "ls", "mkdir", "sh", "sleep", "test", "true", "wc",
];

/// A tar of the root file system, for `docker import`.
pub(crate) fn make(bed: &Bed) -> Result<PathBuf, Skip> {
    let busybox = Path::new("/bin/busybox");
    if !is_static(busybox) {
        return Err(Skip("no static /bin/busybox (Debian: busybox-static)".into()));
    }
    let root = bed.folder("bb");
    ["bin", "tmp", "etc"].iter().for_each(|dir| fs::create_dir(root.join(dir)).unwrap());
    fs::copy(busybox, root.join("bin/busybox")).unwrap();
    APPLETS.iter().for_each(|name| symlink("busybox", root.join("bin").join(name)).unwrap());
    fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n").unwrap();
    let tar = bed.folder("bbtar").join("bb.tar");
    let mut command = Command::new("tar");
    command.arg("-C").arg(&root).args(["--owner=0", "--group=0", "-cf"]).arg(&tar).arg(".");
    let _ = run_bounded(&mut command, b"", Duration::from_secs(30)).ok();
    Ok(tar)
}

/// Whether an ELF file names no interpreter.
fn is_static(program: &Path) -> bool {
    let bytes = fs::read(program).unwrap_or_default();
    let loader = b"/lib64/ld-linux";
    bytes.starts_with(b"\x7fELF") && !bytes.windows(loader.len()).any(|window| window == loader)
}
