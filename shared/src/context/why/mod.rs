//! Why an image is built again: what differs between two lists of inputs.
//!
//! ```text
//! record   the last build's list, kept and read again
//! diff     two lists compared
//! cause    files that only count, or count no more, told from those that came and went
//! ```
//!
//! A list has no value of a build argument in it, only digests, and neither has a
//! [`Change`]: arguments are told by name.

mod cause;
mod diff;
mod record;

use std::fmt;

pub use self::cause::{Before, explain};
pub use self::diff::diff;
pub use self::record::{Recorded, load, parse, store};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The Dockerfile's bytes as they are built.
    Dockerfile,
    /// A line of the list before the context: platform, `build-arg NAME`…
    Fact { name: String, how: How },
    /// The key now covers the whole context and why, or no longer does.
    Scope { whole: Option<String> },
    /// A file, folder or link, by its path's bytes relative to the context.
    Entry { path: Vec<u8>, became: Became },
}

/// How a fact differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    Added,
    Removed,
    /// The values where they may be told.
    Changed {
        values: Option<(String, String)>,
    },
}

/// What became of an entry of the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    Added,
    Removed,
    Renamed {
        from: Vec<u8>,
    },
    Content,
    Mode {
        old: u32,
        new: u32,
    },
    /// A link leads elsewhere.
    Link {
        old: Vec<u8>,
        new: Vec<u8>,
    },
    /// A file became a folder or link, or the like.
    Kind,
    Capability,
    /// It is still there; an ignore file leaves it out now.
    Ignored,
    /// An ignore file left it out before.
    NotIgnored,
    /// It was not copied before.
    Copied,
    /// It is still there, and is copied no more.
    NotCopied,
}

impl Became {
    /// One word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed { .. } => "renamed",
            Self::Content => "content",
            Self::Mode { .. } => "mode",
            Self::Link { .. } => "link",
            Self::Kind => "kind",
            Self::Capability => "capability",
            Self::Ignored => "ignored",
            Self::NotIgnored => "not-ignored",
            Self::Copied => "copied",
            Self::NotCopied => "not-copied",
        }
    }
}

/// A path as people read it; control characters are escaped.
pub fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).escape_debug().to_string().replace("\\'", "'")
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dockerfile => write!(f, "the Dockerfile changed"),
            Self::Fact { name, how } => write!(f, "{} {how}", fact_name(name)),
            Self::Scope { whole: Some(why) } => write!(f, "the whole context counts now: {why}"),
            Self::Scope { whole: None } => write!(f, "only what is copied counts now"),
            Self::Entry { path, became } => {
                let path = shown(path);
                match became {
                    Became::Link { .. } => write!(f, "the link `{path}` {became}"),
                    Became::Renamed { from } => {
                        write!(f, "`{}` was renamed to `{path}`", shown(from))
                    }
                    became => write!(f, "`{path}` {became}"),
                }
            }
        }
    }
}

impl fmt::Display for Became {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => write!(f, "was added"),
            Self::Removed => write!(f, "was removed"),
            Self::Renamed { from } => write!(f, "was `{}` before", shown(from)),
            Self::Content => write!(f, "changed"),
            Self::Mode { old, new } => {
                write!(f, "changed its mode from {old:04o} to {new:04o}")
            }
            Self::Link { old, new } => {
                write!(f, "led to `{}`, now to `{}`", shown(old), shown(new))
            }
            Self::Kind => write!(f, "became another kind of file"),
            Self::Capability => write!(f, "changed its capability"),
            Self::Ignored => write!(f, "is ignored now"),
            Self::NotIgnored => write!(f, "is ignored no more"),
            Self::Copied => write!(f, "is copied now"),
            Self::NotCopied => write!(f, "is copied no more"),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => write!(f, "was added"),
            Self::Removed => write!(f, "was removed"),
            Self::Changed { values: Some((old, new)) } => {
                write!(f, "changed from `{}` to `{}`", value(old), value(new))
            }
            Self::Changed { values: None } => write!(f, "changed"),
        }
    }
}

/// A value as people read it; of a digest the first digits.
fn value(text: &str) -> String {
    match text.strip_prefix("sha256:") {
        Some(hex) => hex.chars().take(12).collect(),
        None => text.escape_debug().to_string(),
    }
}

/// A fact's name as people say it.
fn fact_name(name: &str) -> String {
    let (kind, of) = name.split_once(' ').unwrap_or((name, ""));
    match kind {
        "build-arg" => format!("build argument `{of}`"),
        "argument" => format!("argument {of} of the command"),
        "command" => "the build command".to_owned(),
        "secret" => format!("build secret `{of}`"),
        "option" => format!("option `{of}`"),
        "base" => format!("base image `{of}`"),
        "named-context" => format!("named context `{of}`"),
        "image" => format!("image `{of}`, which it is built from,"),
        "format" => "the key's format".to_owned(),
        "platform" | "target" | "network" => format!("the {kind}"),
        _ => format!("`{name}`"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
