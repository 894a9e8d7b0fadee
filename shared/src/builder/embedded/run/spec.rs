//! A RUN, decided in all its parts, and how it ended.
//!
//! It goes to the child through an inherited socket, never by arguments or environment:
//! secrets are in it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// One RUN.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Run {
    /// Unpacked layers that it sees, the topmost first.
    pub lowers: Vec<PathBuf>,
    /// Program and arguments; a program without `/` is looked for in `PATH` of `env`.
    pub argv: Vec<String>,
    pub env: Vec<(String, String)>,
    /// Absolute; made where it is missing.
    pub cwd: String,
    /// `user[:group]`, names or numbers; empty: root. Looked up in the tree.
    pub user: String,
    pub mounts: Vec<Mount>,
    pub network: Network,
    /// A heredoc that begins with `#!`: a program of its own.
    pub script: Option<Script>,
    /// Seconds since 1970: what was changed by this RUN gets this time.
    pub epoch: i64,
    pub time_limit: Option<Duration>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// This machine's own.
    #[default]
    Host,
    /// Only `lo`, and nobody else there.
    None,
}

/// A file that is seen as `/dev/pipes/<name>` while a RUN lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    pub name: String,
    pub content: String,
}

/// Layers seen together, and a path in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Folders, the topmost first.
    pub stack: Vec<PathBuf>,
    /// Links are followed within the stack.
    pub path: String,
}

/// Something that is in the tree only while a RUN lasts. Targets are absolute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Mount {
    /// What is written into a writable one is lost.
    Bind {
        target: String,
        source: Source,
        writable: bool,
    },
    Cache(Cache),
    /// `size` in bytes.
    Tmpfs {
        target: String,
        size: Option<u64>,
    },
    /// Seen as a file, as a variable, or both.
    Secret {
        target: Option<String>,
        env: Option<String>,
        content: Hidden,
        uid: u32,
        gid: u32,
        mode: u32,
    },
    /// `socket`: that of the agent on this machine.
    Ssh {
        target: String,
        socket: PathBuf,
        uid: u32,
        gid: u32,
        mode: u32,
    },
}

/// A folder that is kept from RUN to RUN and from build to build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cache {
    pub target: String,
    pub id: String,
    pub sharing: Sharing,
    pub writable: bool,
    /// Of the folder itself, when it is made.
    pub uid: u32,
    pub gid: u32,
    pub mode: u32,
    /// What it holds at first.
    pub from: Option<Source>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sharing {
    /// Several RUNs write into it at once.
    #[default]
    Shared,
    /// A second RUN gets one of its own.
    Private,
    /// A second RUN waits.
    Locked,
}

/// Bytes that must not be printed; wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(Zeroizing<Vec<u8>>);

/// Only for the socket to the child.
impl Serialize for Hidden {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::new)
    }
}

impl Hidden {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. Call it only where the secret leaves for its destination.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// How a RUN ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    Exit(i32),
    Signal(i32),
    TimeLimit,
    Cancelled,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exit code {code}"),
            Self::Signal(9) => f.write_str("it was killed (signal 9): is memory too small?"),
            Self::Signal(signal) => write!(f, "it was ended by signal {signal}"),
            Self::TimeLimit => f.write_str("it took longer than its time limit and was ended"),
            Self::Cancelled => f.write_str("it was ended with the build"),
        }
    }
}

/// What came of a RUN.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub end: End,
    /// The last lines that it printed.
    pub tail: Vec<String>,
    /// The layer it made, unpacked already; only where it ended well.
    pub layer: Option<crate::reference::Digest>,
}
