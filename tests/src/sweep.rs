//! What a run leaves on the machine, and its removal: processes, mounts, bridges, pods
//! with their cgroup and network, and one folder.
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

    pub(crate) fn mount(&self, path: &Path) {
        self.line(&format!("mount {}", path.display()));
    }

    pub(crate) fn bridge(&self, name: &str) {
        self.line(&format!("bridge {name}"));
    }

    /// A Kubernetes node whose parts are named in `*.pid` of a folder; what it makes
    /// elsewhere bears the bridge's name.
    pub(crate) fn node(&self, folder: &Path, bridge: &str) {
        self.line(&format!("node {}", folder.display()));
        self.line(&format!("pods {bridge}"));
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
    of("node").into_iter().for_each(end_node);
    of("pods").into_iter().for_each(end_pods);
    end(&of("process").into_iter().filter_map(Known::parse).collect::<Vec<_>>());
    end(&children_of_engines(folder));
    for path in mounts_below(folder).iter().map(String::as_str).chain(of("mount")).rev() {
        let _ = quiet("umount", &["-l", path]);
    }
    of("pods").into_iter().for_each(forget_pods);
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

/// At once and the starter first, so that it starts nothing more; nobody wants their data.
fn end_node(folder: &str) {
    let known = |name: &str| Known::parse(fs::read_to_string(name).ok()?.trim());
    let starter = known(&format!("{folder}/up.pid"));
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = files.map(|file| file.path().display().to_string());
    let parts = paths.filter(|path| path.ends_with(".pid")).filter_map(|path| known(&path));
    starter.into_iter().chain(parts).for_each(|one| one.signal(Signal::KILL));
}

/// The node's cgroup in each hierarchy, innermost groups first.
fn cgroups(name: &str) -> Vec<PathBuf> {
    let mut tops = vec![Path::new("/sys/fs/cgroup").join(name)];
    let hierarchies = fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten();
    tops.extend(hierarchies.map(|hierarchy| hierarchy.path().join(name)));
    let mut found = Vec::new();
    while let Some(group) = tops.pop() {
        let inner = fs::read_dir(&group).into_iter().flatten().flatten();
        tops.extend(inner.map(|entry| entry.path()).filter(|path| path.is_dir()));
        found.push(group);
    }
    found.retain(|group| group.is_dir());
    found.reverse();
    found
}

/// Kills what runs in pods.
fn end_pods(name: &str) {
    for group in cgroups(name) {
        let members = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
        let pids = members.lines().filter_map(|line| line.parse().ok());
        let known = pids.filter_map(|pid| Some(Known { pid, start: start_time(pid)? }));
        known.for_each(|one| one.signal(Signal::KILL));
    }
}

/// What pods leave when nobody ends them properly: cgroups, and notes of their networks.
fn forget_pods(name: &str) {
    for group in cgroups(name) {
        let limit = Instant::now() + Duration::from_secs(2);
        while fs::remove_dir(&group).is_err() && Instant::now() < limit {
            sleep(Duration::from_millis(20));
        }
    }
    let notes = fs::read_dir("/var/lib/cni/results").into_iter().flatten().flatten();
    for note in notes {
        if note.file_name().to_string_lossy().starts_with(&format!("{name}-")) {
            let _ = fs::remove_file(note.path());
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
