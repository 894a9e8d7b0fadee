//! Which users and groups a RUN can have on this machine, and how it gets them.
//!
//! Source: newuidmap(1), subuid(5), user_namespaces(7).

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::util::process::run_bounded;

/// How ids inside come to be ids of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ids {
    /// The machine's own: we are root with the rights to mount.
    Same,
    /// A user namespace with the ids we have already: root without these rights, as in
    /// many containers.
    Nested { uids: String, gids: String },
    /// A user namespace with the ids that /etc/subuid and /etc/subgid give us.
    Subordinate { uids: Vec<Range>, gids: Vec<Range> },
    /// A user namespace with one id: root inside is us, and nobody else is there.
    Single,
}

/// `count` ids from `inside` on are those from `outside` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Range {
    pub(super) inside: u32,
    pub(super) outside: u32,
    pub(super) count: u32,
}

impl Ids {
    /// Folders of layers end on this: the same layer has other owners on disk.
    pub(super) fn suffix(&self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Nested { .. } => ".n",
            Self::Subordinate { .. } => ".u",
            Self::Single => ".s",
        }
    }

    pub(super) fn is_namespace(&self) -> bool {
        *self != Self::Same
    }

    /// All that may work here, the best first.
    pub(super) fn candidates() -> Vec<Self> {
        let uid = rustix::process::getuid().as_raw();
        if rustix::process::geteuid().is_root() {
            return std::iter::once(Self::Same).chain(nested()).collect();
        }
        let subordinate = subordinate(uid, rustix::process::getgid().as_raw());
        subordinate.into_iter().chain([Self::Single]).collect()
    }

    /// Gives a process, which waits in its new user namespace, its ids.
    pub(super) fn map(&self, pid: u32) -> io::Result<()> {
        let write = |file: &str, text: &str| std::fs::write(format!("/proc/{pid}/{file}"), text);
        match self {
            Self::Same => Ok(()),
            Self::Nested { uids, gids } => {
                write("uid_map", uids)?;
                write("gid_map", gids)
            }
            Self::Single => {
                let uid = rustix::process::geteuid().as_raw();
                let gid = rustix::process::getegid().as_raw();
                write("setgroups", "deny")?;
                write("uid_map", &format!("0 {uid} 1"))?;
                write("gid_map", &format!("0 {gid} 1"))
            }
            Self::Subordinate { uids, gids } => {
                helper("newuidmap", pid, uids)?;
                helper("newgidmap", pid, gids)
            }
        }
    }
}

/// The ids of the namespace that we are in, one to one.
fn nested() -> Option<Ids> {
    let same = |file: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let lines = text.lines().filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (inside, _, count) = (fields.next()?, fields.next()?, fields.next()?);
            Some(format!("{inside} {inside} {count}\n"))
        });
        Some(lines.collect::<String>())
    };
    Some(Ids::Nested { uids: same("/proc/self/uid_map")?, gids: same("/proc/self/gid_map")? })
}

fn subordinate(uid: u32, gid: u32) -> Option<Ids> {
    find("newuidmap")?;
    find("newgidmap")?;
    let passwd = std::fs::read("/etc/passwd").unwrap_or_default();
    let passwd = String::from_utf8_lossy(&passwd);
    let number = uid.to_string();
    let name = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    });
    let names = [name.unwrap_or_default(), number];
    let ranges = |file: &str, own: u32| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let ranges = ranges(&text, &names, own);
        (ranges.len() > 1).then_some(ranges)
    };
    Some(Ids::Subordinate { uids: ranges("/etc/subuid", uid)?, gids: ranges("/etc/subgid", gid)? })
}

/// Root inside is us; from 1 on come the ranges of the file.
fn ranges(text: &str, names: &[String], own: u32) -> Vec<Range> {
    let mut ranges = vec![Range { inside: 0, outside: own, count: 1 }];
    let mut inside = 1;
    for line in text.lines() {
        let fields: Vec<&str> = line.trim().split(':').collect();
        let [name, outside, count] = fields.as_slice() else { continue };
        let mine = !name.is_empty() && names.iter().any(|mine| mine == name);
        let (Ok(outside), Ok(count)) = (outside.parse::<u32>(), count.parse::<u32>()) else {
            continue;
        };
        if mine && count > 0 && outside.checked_add(count).is_some() && count < u32::MAX - inside {
            ranges.push(Range { inside, outside, count });
            inside += count;
        }
    }
    ranges
}

fn helper(program: &str, pid: u32, ranges: &[Range]) -> io::Result<()> {
    let path =
        find(program).ok_or_else(|| io::Error::other(format!("`{program}` is not there")))?;
    let mut command = Command::new(path);
    command.arg(pid.to_string());
    for range in ranges {
        command.args([range.inside, range.outside, range.count].map(|number| number.to_string()));
    }
    let out = run_bounded(&mut command, b"", Duration::from_secs(10), 4096);
    let out = out.map_err(io::Error::other)?;
    if out.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&out.stderr);
    Err(io::Error::other(said.trim().to_owned()))
}

/// Where distributions have the two helpers; they are setuid, and never come from PATH.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"];
    folders.iter().map(|folder| Path::new(folder).join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_a_user() {
        let names = ["me".to_owned(), "1000".to_owned()];
        let text = "# x\nyou:100000:65536\nme:165536:65536\n1000:300000:10\nme:x:1\nme:4294967295:9\n:1:1\n";
        let found = ranges(text, &names, 1000);
        let found: Vec<_> = found.iter().map(|r| (r.inside, r.outside, r.count)).collect();
        assert_eq!(found, [(0, 1000, 1), (1, 165_536, 65_536), (65_537, 300_000, 10)]);
        assert_eq!(ranges("", &names, 7).len(), 1);
    }
}
