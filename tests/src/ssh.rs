//! An ssh server on loopback whose logins reach our engine: for `ssh://` endpoints.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bed::{Bed, Skip};
use crate::child::run_bounded;
use crate::engine::free_port;
use crate::helper::executable;
use crate::project::Project;

/// See the module.
pub struct Ssh {
    port: u16,
    folder: PathBuf,
}

impl Ssh {
    pub(crate) fn start(bed: &Bed) -> Result<Self, Skip> {
        let sshd = bed.program("sshd")?;
        let engine = bed.engine()?;
        let folder = bed.folder("ssh");
        let ssh = Self { port: free_port(), folder };
        ssh.key("host");
        ssh.key("user");
        // sshd insists on this folder being there.
        let _ = fs::create_dir_all("/run/sshd");
        fs::copy(ssh.path("user.pub"), ssh.path("authorized_keys")).unwrap();
        let f = ssh.folder.display();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {}\nHostKey {f}/host\nAuthorizedKeysFile {f}/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nSetEnv DOCKER_HOST={} PATH=/usr/bin:/bin\n",
            ssh.port,
            engine.host(),
        );
        fs::write(ssh.path("sshd_config"), config).unwrap();
        let child = Command::new(sshd)
            .args(["-D", "-E"])
            .arg(ssh.path("log"))
            .arg("-f")
            .arg(ssh.path("sshd_config"))
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| Skip(format!("sshd does not start: {error}")))?;
        bed.journal.process(&child);
        ssh.wait()?;
        Ok(ssh)
    }

    fn key(&self, name: &str) {
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(self.path(name));
        let _ = run_bounded(&mut command, b"", Duration::from_secs(10)).ok();
    }

    fn wait(&self) -> Result<(), Skip> {
        let limit = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if Instant::now() > limit {
                return Err(Skip("sshd does not answer".into()));
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes the project's `ssh` the real one with this server's keys: ssh takes the
    /// home folder from the password file and would not see the project's.
    pub fn trust(&self, project: &Project) {
        let ssh = ["/usr/bin/ssh", "/bin/ssh"].into_iter().find(|p| Path::new(p).is_file());
        let script = format!(
            "#!/bin/sh\nexec {} -F /dev/null -i {} -o StrictHostKeyChecking=no -o UserKnownHostsFile={} -o LogLevel=ERROR \"$@\"\n",
            ssh.unwrap_or("ssh"),
            self.path("user").display(),
            self.path("known").display(),
        );
        executable(&project.tools().join("ssh"), &script);
    }

    /// As DOCKER_HOST wants it.
    pub fn host(&self) -> String {
        format!("ssh://root@127.0.0.1:{}", self.port)
    }
}
