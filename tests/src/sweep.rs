//! What a run leaves on the machine, and its removal: processes, mounts, a bridge
//! and one folder.
//!
//! Every part is written into a journal before it is made. A second process of our
//! own waits for the run's end (the pipe to it closes, however the run ended) and
//! takes everything away. It ends only what the journal names.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The argument with which the test binary becomes the sweeper of a folder.
pub(crate) const ARGUMENT: &str = "--sweep";

/// The list of what was made, one line a part, in the bed's folder.
#[derive(Clone)]
pub(crate) struct Journal {
    file: PathBuf,
}

impl Journal {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { file: folder.join("journal") }
    }

    pub(crate) fn process(&self, child: &Child) {
        let pid = child.id();
        self.line(&format!("process {pid} {}", start_time(pid).unwrap_or_default()));
    }

    /// A process that writes its own pid file, such as a daemon that starts another.
    pub(crate) fn mount(&self, path: &Path) {
        self.line(&format!("mount {}", path.display()));
    }

    pub(crate) fn bridge(&self, name: &str) {
        self.line(&format!("bridge {name}"));
    }

    fn line(&self, line: &str) {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}

/// The process that cleans up when we are gone.
pub(crate) struct Sweeper {
    child: Child,
}

impl Sweeper {
    /// Its own process group: Ctrl-C at the terminal ends the run, not the sweeper.
    pub(crate) fn start(folder: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .arg(ARGUMENT)
            .arg(folder)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the test binary starts itself");
        Self { child }
    }

    pub(crate) fn finish(mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The sweeper's main: waits for the end of stdin, then removes what `folder` lists.
pub(crate) fn run(folder: &Path) {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    let journal = fs::read_to_string(folder.join("journal")).unwrap_or_default();
    let parts: Vec<(&str, &str)> = journal.lines().filter_map(|l| l.split_once(' ')).collect();
    let of = |kind: &str| -> Vec<&str> {
        parts.iter().filter(|(k, _)| *k == kind).map(|(_, rest)| *rest).collect()
    };
    end(&of("process").into_iter().filter_map(Known::parse).collect::<Vec<_>>());
    end(&children_of_engines(folder));
    for path in mounts_below(folder).iter().map(String::as_str).chain(of("mount")).rev() {
        let _ = quiet("umount", &["-l", path]);
    }
    for bridge in of("bridge") {
        let _ = quiet("ip", &["link", "del", bridge]);
    }
    let _ = fs::remove_dir_all(folder);
}

/// A process that cannot be mistaken for a later one with the same number.
struct Known {
    pid: u32,
    start: String,
}

impl Known {
    fn parse(text: &str) -> Option<Self> {
        let (pid, start) = text.split_once(' ')?;
        Some(Self { pid: pid.parse().ok()?, start: start.to_owned() })
    }

    fn lives(&self) -> bool {
        start_time(self.pid).is_some_and(|start| start == self.start)
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
            && self.lives()
        {
            let _ = kill_process(pid, signal);
        }
    }
}

/// TERM first, so that daemons take their children along; KILL after ten seconds.
fn end(known: &[Known]) {
    known.iter().for_each(|one| one.signal(Signal::TERM));
    let limit = Instant::now() + Duration::from_secs(10);
    while Instant::now() < limit && known.iter().any(Known::lives) {
        sleep(Duration::from_millis(20));
    }
    known.iter().for_each(|one| one.signal(Signal::KILL));
}

/// containerd and its shims name our folder in their arguments and can outlive a killed engine.
fn children_of_engines(folder: &Path) -> Vec<Known> {
    let needle = format!("{}/", folder.display());
    let ours = |pid: u32| {
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.contains("containerd") && line.contains(&needle)
    };
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| ours(*pid))
        .filter_map(|pid| Some(Known { pid, start: start_time(pid)? }))
        .collect()
}

/// Field 22 of `/proc/PID/stat`: clock ticks since boot. `None`: no such process, or a zombie.
fn start_time(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut after_name = stat[stat.rfind(')')? + 2..].split(' ');
    if after_name.next()? == "Z" {
        return None;
    }
    after_name.nth(18).map(str::to_owned)
}

fn mounts_below(folder: &Path) -> Vec<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let prefix = folder.display().to_string();
    mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .filter(|path| path.starts_with(&prefix))
        .map(str::to_owned)
        .collect()
}

fn quiet(program: &str, args: &[&str]) -> std::io::Result<std::process::ExitStatus> {
    Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status()
}
