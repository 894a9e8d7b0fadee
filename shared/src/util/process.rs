//! Child processes that end when they should.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How a bounded run went wrong.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("cannot start `{program}`: {source}")]
    Start { program: String, source: io::Error },
    #[error("`{program}` gave no answer within {seconds} s and was ended")]
    Timeout { program: String, seconds: u64 },
    #[error("`{program}` broke off: {source}")]
    Io { program: String, source: io::Error },
}

/// Runs a command with `input` on its stdin and waits at most `limit`.
///
/// A child that does not end in time is killed together with its process group.
/// Answers longer than `max_output` bytes are cut there.
pub fn run_bounded(
    command: &mut Command,
    input: &[u8],
    limit: Duration,
    max_output: u64,
) -> Result<Output, RunError> {
    use std::os::unix::process::CommandExt;
    let program = command.get_program().to_string_lossy().into_owned();
    let fault = |source| RunError::Io { program: program.clone(), source };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|source| RunError::Start { program: program.clone(), source })?;
    let mut stdin = child.stdin.take();
    let input = zeroize::Zeroizing::new(input.to_vec());
    // A child may end without reading its stdin: a broken pipe is no fault of ours.
    std::thread::spawn(move || stdin.take().map(|mut pipe| pipe.write_all(&input)));
    let stdout = drain(child.stdout.take(), max_output);
    let stderr = drain(child.stderr.take(), max_output);
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(fault)? {
            break status;
        }
        if Instant::now() >= end {
            kill_group(&mut child);
            return Err(RunError::Timeout { program, seconds: limit.as_secs() });
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    // A grandchild may hold the pipes open for ever: what came by now is the answer.
    let collect = |rx: std::sync::mpsc::Receiver<Vec<u8>>| {
        rx.recv_timeout(Duration::from_secs(1)).unwrap_or_default()
    };
    Ok(Output { status, stdout: collect(stdout), stderr: collect(stderr) })
}

fn drain(pipe: Option<impl Read + Send + 'static>, max: u64) -> std::sync::mpsc::Receiver<Vec<u8>> {
    let (tx, rx) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.by_ref().take(max).read_to_end(&mut bytes);
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
        let _ = tx.send(bytes);
    });
    rx
}

/// Kills the child and all of its process group, then reaps it.
pub fn kill_group(child: &mut Child) {
    if let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_limits() {
        let limit = Duration::from_secs(10);
        let output = run_bounded(Command::new("cat").arg("-"), b"hi", limit, 100).unwrap();
        assert_eq!(output.stdout, b"hi");
        let slow = Duration::from_millis(50);
        let error = run_bounded(Command::new("sleep").arg("60"), b"", slow, 100).unwrap_err();
        assert!(matches!(error, RunError::Timeout { .. }), "{error}");
        let error = run_bounded(&mut Command::new("/no/such"), b"", slow, 100).unwrap_err();
        assert!(matches!(error, RunError::Start { .. }), "{error}");
    }
}
