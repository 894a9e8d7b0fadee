//! Small files that a RUN sees and no layer has: name servers, hosts, secrets, a script,
//! the agent's sockets. They lie in memory, on a mount that ends with the RUN.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, mount};
use serde::{Deserialize, Serialize};

use super::super::session::RunJob;
use super::super::spec::Mount;
use super::super::wire::Fault;

/// As BuildKit has it.
const HOSTS: &str = "127.0.0.1\tlocalhost buildkitsandbox\n\
    ::1\tlocalhost ip6-localhost ip6-loopback buildkitsandbox\n";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stage {
    folder: PathBuf,
}

impl Stage {
    pub(super) fn make(job: &RunJob) -> Result<Self, Fault> {
        let stage = Self { folder: job.place.join("stage") };
        stage.fill(job).map_err(Fault::machine("prepare files for the RUN"))?;
        Ok(stage)
    }

    pub(super) fn hosts(&self) -> PathBuf {
        self.folder.join("hosts")
    }

    pub(super) fn resolv(&self) -> PathBuf {
        self.folder.join("resolv.conf")
    }

    pub(super) fn script(&self) -> PathBuf {
        self.folder.join("script")
    }

    /// The file of the mount with this number: a secret or a socket.
    pub(super) fn of_mount(&self, number: usize) -> PathBuf {
        self.folder.join(format!("mount-{number}"))
    }

    fn fill(&self, job: &RunJob) -> io::Result<()> {
        std::fs::create_dir(&self.folder)?;
        let flags = MountFlags::NODEV | MountFlags::NOSUID;
        mount("tmpfs", &self.folder, "tmpfs", flags, Some(c"mode=0711"))?;
        write(&self.hosts(), HOSTS.as_bytes(), 0o644)?;
        write(&self.resolv(), &job.resolv, 0o644)?;
        if let Some(script) = &job.run.script {
            write(&self.script(), script.content.as_bytes(), 0o755)?;
        }
        for (number, one) in job.run.mounts.iter().enumerate() {
            if let Mount::Secret { target: Some(_), content, uid, gid, mode, .. } = one {
                let path = self.of_mount(number);
                write(&path, content.expose(), *mode)?;
                chown(&path, Some(*uid), Some(*gid))?;
            }
        }
        Ok(())
    }
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    std::fs::write(path, bytes)?;
    std::fs::set_permissions(path, Permissions::from_mode(mode))
}
