//! The git checkout that the project lies in, and the revision to compare with.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::git;
use crate::util::process::{RunError, run_bounded};

/// A cold checkout of a million files takes minutes.
const LIMIT: Duration = Duration::from_secs(900);
const MAX_OUTPUT: u64 = 4 << 30;

/// A checkout.
#[derive(Debug)]
pub struct Repo {
    /// Its top folder, without links.
    pub top: PathBuf,
}

/// What the working tree is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The tree, in hex; `None`: there was nothing before.
    pub tree: Option<String>,
    /// The commit of that tree, if it is one's.
    pub commit: Option<String>,
}

impl Repo {
    /// The checkout that holds this folder.
    pub fn of(folder: &Path) -> Result<Self, Failure> {
        let output = run(folder, &["rev-parse", "--show-toplevel"], b"")?;
        let top = output.stdout.strip_suffix(b"\n").unwrap_or_default();
        if !output.status.success() || top.is_empty() {
            return Err(no_checkout(folder, &String::from_utf8_lossy(&output.stderr)));
        }
        use std::os::unix::ffi::OsStrExt;
        let top = PathBuf::from(std::ffi::OsStr::from_bytes(top));
        Ok(Self { top: std::fs::canonicalize(&top).unwrap_or(top) })
    }

    /// Runs git at the top; a failure of git is ours.
    pub fn ask(&self, args: &[&str], input: &[u8]) -> Result<Vec<u8>, Failure> {
        let output = run(&self.top, args, input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let command = args.iter().find(|arg| !arg.starts_with('-') && !arg.contains('='));
        let said = String::from_utf8_lossy(&output.stderr);
        let text = format!("`git {}` failed: {}", command.unwrap_or(&""), last_line(&said));
        Err(Failure::new(Exit::Failed, text))
    }

    /// The one line that git prints, or `None` if it ends with another code than 0.
    fn line(&self, args: &[&str]) -> Result<Option<String>, Failure> {
        let output = run(&self.top, args, b"")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().next().map(str::to_owned);
        Ok(line.filter(|line| output.status.success() && !line.is_empty()))
    }

    /// What a revision stands for: with `direct` itself, else where HEAD left it.
    pub fn base(&self, revision: &str, direct: bool) -> Result<Base, Failure> {
        if revision.is_empty() || revision.starts_with('-') {
            let text = format!("`--base {revision}` names no revision");
            return Err(Failure::new(Exit::Usage, text));
        }
        // What CI systems give for a branch's first push.
        if revision.len() >= 40 && revision.bytes().all(|byte| byte == b'0') {
            return Ok(Base { tree: None, commit: None });
        }
        let verify = |what: &str| {
            let name = format!("{revision}^{{{what}}}");
            self.line(&["rev-parse", "--verify", "--quiet", &name])
        };
        let Some(commit) = verify("commit")? else {
            return match verify("tree")? {
                Some(tree) => Ok(Base { tree: Some(tree), commit: None }),
                None => Err(self.absent(revision)?),
            };
        };
        let head = self.line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
        let commit = match head.filter(|_| !direct) {
            None => commit,
            Some(head) => match self.line(&["merge-base", &commit, &head])? {
                Some(fork) => fork,
                None => return Err(self.unrelated(revision)?),
            },
        };
        let tree =
            self.line(&["rev-parse", "--verify", "--quiet", &format!("{commit}^{{tree}}")])?;
        let Some(tree) = tree else { return Err(self.absent(revision)?) };
        Ok(Base { tree: Some(tree), commit: Some(commit) })
    }

    fn is_shallow(&self) -> Result<bool, Failure> {
        Ok(self.line(&["rev-parse", "--is-shallow-repository"])?.as_deref() == Some("true"))
    }

    fn absent(&self, revision: &str) -> Result<Failure, Failure> {
        let text = format!("git has no revision `{revision}` in this clone");
        let failure = Failure::new(Exit::Data, text);
        Ok(if self.is_shallow()? {
            failure.hint(SHALLOW)
        } else {
            let name = revision.rsplit_once('/').map_or(revision, |(_, name)| name);
            failure.hint(format!("fetch it first: `git fetch origin {name}`"))
        })
    }

    fn unrelated(&self, revision: &str) -> Result<Failure, Failure> {
        let text = format!("HEAD and `{revision}` have no common commit in this clone");
        let failure = Failure::new(Exit::Data, text);
        Ok(if self.is_shallow()? {
            failure.hint(format!("{SHALLOW}; `--direct` compares with `{revision}` itself"))
        } else {
            failure.hint(format!("`--direct` compares with `{revision}` itself"))
        })
    }
}

const SHALLOW: &str = "this clone is shallow: fetch the history, by `fetch-depth: 0` of \
                       actions/checkout, `GIT_DEPTH: 0` of GitLab, or `git fetch --unshallow`";

fn run(folder: &Path, args: &[&str], input: &[u8]) -> Result<Output, Failure> {
    let mut command = git::command(folder);
    run_bounded(command.args(args), input, LIMIT, MAX_OUTPUT).map_err(|error| {
        let hint = matches!(error, RunError::Start { .. }).then(|| "install git".to_owned());
        Failure { hint, ..Failure::new(Exit::Failed, error.to_string()) }
    })
}

fn no_checkout(folder: &Path, said: &str) -> Failure {
    if said.contains("dubious ownership") {
        let text = format!("git refuses `{}`, which another user owns", folder.display());
        let hint = format!("`git config --global --add safe.directory {}`", folder.display());
        return Failure::new(Exit::Data, text).hint(hint);
    }
    let text = format!("`{}` is in no git checkout: {}", folder.display(), last_line(said));
    Failure::new(Exit::Data, text)
}

fn last_line(said: &str) -> &str {
    let line =
        said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason told");
    line.trim_start_matches("fatal: ")
}
