//! A child program of a deploy: the other executables of the row, kubectl, helm, hooks.
//!
//! It ends when we do: dropped before its end, it gets SIGTERM, some time to put things
//! in order, and then SIGKILL. Secrets go to it by stdin or in private files, never as
//! arguments.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// helm puts down that a release failed when it is asked to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a child printed, and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Ended {
    /// The last line that says something, for a message.
    pub fn last_words(&self) -> String {
        let said = String::from_utf8_lossy(&self.stderr);
        let last = said.lines().rfind(|line| !line.trim().is_empty());
        last.unwrap_or("it said nothing").trim().to_owned()
    }
}

/// Which of its outputs is kept; the rest is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Nothing,
    Stdout,
    Both,
}

/// Runs a command with `input` on its stdin to its end.
pub async fn run(
    command: std::process::Command,
    input: Option<Vec<u8>>,
    keep: Keep,
) -> io::Result<Ended> {
    let mut command = Command::from(command);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    if keep != Keep::Nothing {
        command.stdout(Stdio::piped());
    }
    if keep == Keep::Both {
        command.stderr(Stdio::piped());
    }
    let mut running = Running(command.spawn()?);
    let child = &mut running.0;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let (Some(mut pipe), Some(input)) = (stdin, input) {
            // A child that ends without reading says why itself.
            let _ = pipe.write_all(&input).await;
        }
    };
    let ((), stdout, stderr) = tokio::join!(feed, drain(stdout), drain(stderr));
    let status = running.0.wait().await?;
    Ok(Ended { status, stdout: stdout?, stderr: stderr? })
}

async fn drain(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// See the module.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        let pid = self.0.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
        }
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.start_kill();
    }
}
