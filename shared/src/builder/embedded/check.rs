//! What this builder does not carry out, found before anything runs.

use super::build::Build;
use super::error::Error;
use crate::dockerfile::instruction::{Body, Instruction, Transfer};

impl Build<'_> {
    /// Refuses the first instruction, of the stages that are built, that cannot be
    /// carried out.
    pub(super) fn check(&self) -> Result<(), Error> {
        for &stage in &self.needed {
            for instruction in self.instructions(stage) {
                self.check_instruction(instruction)?;
            }
        }
        Ok(())
    }

    /// The same for one instruction.
    pub(super) fn check_instruction(&self, instruction: &Instruction) -> Result<(), Error> {
        self.file.check_instruction(instruction)?;
        let refuse = |what: &str| Err(Error::unsupported(what).at(&self.file.place(instruction)));
        match &instruction.body {
            Body::Add(Transfer { sources, .. }) if sources.iter().any(|s| is_git(s)) => refuse(GIT),
            Body::Copy(Transfer { sources, .. })
                if sources.iter().any(|source| is_remote(source) || is_git(source)) =>
            {
                refuse("COPY takes no URL; ADD does")
            }
            Body::Run(_) if instruction.flag("security") == Some("insecure") => {
                refuse("`RUN --security=insecure` is not carried out by the embedded builder")
            }
            Body::Run(_) if instruction.flag("device").is_some() => {
                refuse("`RUN --device` is not carried out by the embedded builder")
            }
            Body::Run(_) => self.check_run(instruction),
            _ => Ok(()),
        }
    }
}

pub const GIT: &str =
    "git repositories are not fetched by the embedded builder; clone it, and copy the clone";

pub fn is_remote(source: &str) -> bool {
    (source.starts_with("http://") || source.starts_with("https://")) && !is_git(source)
}

/// What BuildKit fetches by git (`dfgitutil.ParseGitRef`).
pub fn is_git(source: &str) -> bool {
    let repository = source.split('#').next().unwrap_or(source);
    let web = source.starts_with("http://") || source.starts_with("https://");
    source.starts_with("git://")
        || source.starts_with("ssh://")
        || source.starts_with("git@")
        || (web || source.starts_with("github.com/")) && repository.ends_with(".git")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_and_how() {
        for git in [
            "git@github.com:a/b.git",
            "https://github.com/a/b.git#main:sub",
            "git://x/y",
            "ssh://git@x/y",
            "github.com/a/b.git",
        ] {
            assert!(is_git(git) && !is_remote(git), "{git}");
        }
        assert!(is_remote("https://example.com/a.git.tar.gz"));
        for local in ["a.git", "github.com/a", "http/x", "git"] {
            assert!(!is_git(local) && !is_remote(local), "{local}");
        }
    }
}
