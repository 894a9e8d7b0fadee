//! One child process to its end: all of its output, its exit code, a time limit.

use std::fmt;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use regex::Regex;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// What a process printed and how it ended.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command line, for messages.
    pub line: String,
    /// The exit code; 128 + the number for a signal, as shells say it.
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Processor time, its children's included: what bounds on slowness are put on, since
    /// the machine may have other work.
    pub used: Duration,
}

impl Output {
    /// stdout as text.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// stderr as text.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// The same, if the exit code is 0.
    #[track_caller]
    #[must_use]
    pub fn ok(self) -> Self {
        self.ends(0)
    }

    /// The same, if the exit code is this one.
    #[track_caller]
    #[must_use]
    pub fn ends(self, code: i32) -> Self {
        assert!(self.code == code, "exit code is not {code}: {self}");
        self
    }

    /// The same, if it failed with this code and said something that matches on stderr.
    #[track_caller]
    #[must_use]
    pub fn fails(self, code: i32, message: &str) -> Self {
        self.check(&[code], message).unwrap_or_else(|wrong| panic!("{wrong}"));
        self
    }

    /// What is wrong, unless it failed with one of these codes, said something that
    /// matches on stderr, did not panic and put nothing on stdout. For tables, of which
    /// all wrong rows are to be told.
    pub fn check(&self, codes: &[i32], message: &str) -> Result<(), String> {
        let said = Regex::new(message).unwrap().is_match(&self.err());
        let wrong = if !codes.contains(&self.code) {
            format!("exit code is not {codes:?}")
        } else if !said {
            format!("stderr does not match `{message}`")
        } else if self.err().contains("panicked at") {
            "panicked".to_owned()
        } else if !self.stdout.is_empty() {
            "something on stdout".to_owned()
        } else {
            return Ok(());
        };
        Err(format!("{wrong}: {self}"))
    }

    /// The same, if stderr (or stdout) matches.
    #[track_caller]
    #[must_use]
    pub fn says(self, message: &str) -> Self {
        let pattern = Regex::new(message).unwrap();
        let said = pattern.is_match(&self.err()) || pattern.is_match(&self.out());
        assert!(said, "nothing matches `{message}`: {self}");
        self
    }

    /// stdout as one JSON value.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not JSON ({error}): {self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = |text: String| -> String {
            let mut lines: Vec<&str> = text.lines().collect();
            let skipped = lines.len().saturating_sub(30);
            lines.drain(..skipped);
            lines
                .iter()
                .map(|line| format!("\n    | {}", line.get(..400).unwrap_or(line)))
                .collect()
        };
        write!(f, "`{}` ended with {}", self.line, self.code)?;
        write!(f, "\n  stdout:{}\n  stderr:{}", cut(self.out()), cut(self.err()))
    }
}

/// Runs to the end; a child that takes longer than `limit` is killed and fails the story.
#[track_caller]
pub fn run_bounded(command: &mut Command, stdin: &[u8], limit: Duration) -> Output {
    let line = describe(command);
    let begun = Instant::now();
    command.process_group(0);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("cannot start `{line}`: {error}"));
    let (mut input, output, error) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (stdout, stderr, (status, used)) = thread::scope(|scope| {
        scope.spawn(move || {
            // A child that does not read its input closes the pipe: its right.
            let _ = input.take().map(|mut pipe| pipe.write_all(stdin));
        });
        let stdout = scope.spawn(|| read(output));
        let stderr = scope.spawn(|| read(error));
        let status = wait(&mut child, begun + limit);
        (stdout.join().unwrap(), stderr.join().unwrap(), status)
    });
    let code = status.unwrap_or(-1);
    let output = Output { line, code, stdout, stderr, used };
    assert!(status.is_some(), "still running after {limit:?}, killed: {output}");
    output
}

fn read(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
    bytes
}

/// The exit code, or `None` after killing at the limit; and the processor time.
fn wait(child: &mut Child, limit: Instant) -> (Option<i32>, Duration) {
    use std::os::unix::process::ExitStatusExt;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a child's id");
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let mut pause = Duration::from_micros(200);
    loop {
        if waitid(WaitId::Pid(pid), ended).unwrap().is_some() {
            // Its times are there until it is waited for.
            let used = processor_time(child.id());
            let status = child.wait().unwrap();
            let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
            return (Some(code), used);
        }
        if Instant::now() > limit {
            // With all that it started: each command is a process group of its own.
            let _ = kill_process_group(pid, Signal::KILL);
            let _ = child.wait();
            return (None, Duration::ZERO);
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Of a process and the children it has waited for, from `/proc/PID/stat` (proc(5): fields
/// 14 to 17, in hundredths of a second).
fn processor_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let times = behind_name.split(' ').skip(11).take(4);
    let ticks: u64 = times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut line = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}
