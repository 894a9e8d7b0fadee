//! Facts about the git checkout that a tag may name, asked of the `git` command.
//! Without git, or outside a checkout, there are none.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::util::process::run_bounded;
use crate::util::{git, hex};

const LIMIT: Duration = Duration::from_secs(30);
/// A diff longer than this is cut for the digest of the edits.
const MAX_OUTPUT: u64 = 256 << 20;

/// A checkout, asked only for what is needed, and each thing once: all images of a
/// step get the same facts.
pub struct Git {
    root: PathBuf,
    commit: OnceCell<Option<String>>,
    branch: OnceCell<Option<String>>,
    dirty: OnceCell<Option<String>>,
}

impl Git {
    pub fn at(root: &Path) -> Self {
        let root = root.to_owned();
        Self { root, commit: OnceCell::new(), branch: OnceCell::new(), dirty: OnceCell::new() }
    }

    /// The first 8 hex digits of HEAD.
    pub fn commit(&self) -> Option<String> {
        self.commit.get_or_init(|| self.ask_commit()).clone()
    }

    /// The branch's name; `None` when HEAD is detached.
    pub fn branch(&self) -> Option<String> {
        self.branch.get_or_init(|| self.ask_branch()).clone()
    }

    /// 8 hex digits over all that differs from HEAD, untracked files included;
    /// empty when nothing does.
    pub fn dirty(&self) -> Option<String> {
        self.dirty.get_or_init(|| self.ask_dirty()).clone()
    }

    fn ask_commit(&self) -> Option<String> {
        let head = self.ask(&["rev-parse", "--verify", "--quiet", "HEAD"])?;
        let head = String::from_utf8(head).ok()?;
        Some(head.trim().get(..8)?.to_owned())
    }

    fn ask_branch(&self) -> Option<String> {
        let branch = self.ask(&["symbolic-ref", "--short", "--quiet", "HEAD"])?;
        Some(String::from_utf8(branch).ok()?.trim().to_owned())
    }

    fn ask_dirty(&self) -> Option<String> {
        let edits = self.ask(&["diff", "--binary", "--no-ext-diff", "--no-textconv", "HEAD"])?;
        let untracked =
            self.ask(&["ls-files", "--others", "--exclude-standard", "-z", "--full-name", ":/"])?;
        if edits.is_empty() && untracked.is_empty() {
            return Some(String::new());
        }
        let top = String::from_utf8(self.ask(&["rev-parse", "--show-toplevel"])?).ok()?;
        let mut hash = Sha256::new();
        hash.update(&edits);
        for name in untracked.split(|&b| b == 0).filter(|name| !name.is_empty()) {
            use std::os::unix::ffi::OsStrExt;
            hash.update(name);
            hash.update([0]);
            let path = Path::new(top.trim_end()).join(std::ffi::OsStr::from_bytes(name));
            if let Ok(bytes) = std::fs::read(path) {
                hash.update(Sha256::digest(&bytes));
            }
        }
        Some(hex::encode(&hash.finalize()[..4]))
    }

    /// The command's output; `None` if there is no git, no checkout, or no such thing.
    fn ask(&self, args: &[&str]) -> Option<Vec<u8>> {
        let mut git = git::command(&self.root);
        let output = run_bounded(git.args(args), b"", LIMIT, MAX_OUTPUT).ok()?;
        output.status.success().then_some(output.stdout)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(dir: &Path, args: &[&str]) {
        let status = Command::new("git").arg("-C").arg(dir).args(args).output().unwrap().status;
        assert!(status.success(), "git {args:?}");
    }

    #[test]
    fn tells_commit_branch_and_edits() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Git::at(dir.path()).commit(), None, "no checkout");
        git(dir.path(), &["init", "-q", "-b", "feature/x"]);
        std::fs::write(dir.path().join("a"), "1").unwrap();
        git(dir.path(), &["add", "a"]);
        let who = ["-c", "user.name=a", "-c", "user.email=a@b"];
        git(dir.path(), &[&who[..], &["commit", "-qm", "a"]].concat());
        let repo = Git::at(dir.path());
        assert_eq!(repo.commit().unwrap().len(), 8);
        assert_eq!(repo.branch().unwrap(), "feature/x");
        assert_eq!(repo.dirty().unwrap(), "");
        std::fs::write(dir.path().join("a"), "2").unwrap();
        assert_eq!(repo.dirty().unwrap(), "", "one step tells all images the same");
        let edited = Git::at(dir.path()).dirty().unwrap();
        assert_eq!(edited.len(), 8);
        std::fs::write(dir.path().join("b"), "new").unwrap();
        assert_ne!(Git::at(dir.path()).dirty().unwrap(), edited);
    }
}
