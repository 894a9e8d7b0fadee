//! The exit codes of all executables, in one place.

use std::process::ExitCode;

/// How an executable ended. The numbers are a promise; 65 to 78 are those of `sysexits.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done; also "nothing to do".
    Done = 0,
    /// The step failed: a build or push that does not work, disk full, read-only state.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// `--check` found something to do.
    CheckFound = 3,
    /// Nothing changed; only with `--exit-unchanged`.
    Unchanged = 4,
    /// Input that is missing, unreadable or malformed: Dockerfile, manifest, state.
    Data = 65,
    /// An engine, registry or cluster cannot be reached.
    Unreachable = 69,
    /// Try again later: a lock, a step overtaken by another, a rate limit.
    Later = 75,
    /// Not authorised.
    Auth = 77,
    /// `devspace.yaml` is wrong or cannot be carried out.
    Config = 78,
    /// Ended by Ctrl-C.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// All codes with one line each, for help and README.
    pub const TABLE: &[(Exit, &str)] = &[
        (Exit::Done, "done, also when there was nothing to do"),
        (Exit::Failed, "the step failed (also: disk full, read-only state)"),
        (Exit::Usage, "bad usage"),
        (Exit::CheckFound, "`--check` found something to do"),
        (Exit::Unchanged, "nothing changed (only with `--exit-unchanged`)"),
        (Exit::Data, "bad input data: a manifest, Dockerfile or state, missing or malformed"),
        (Exit::Unreachable, "an engine, registry or cluster cannot be reached"),
        (Exit::Later, "try again later (lock, overtaken by another run, rate limit)"),
        (Exit::Auth, "not authorised"),
        (Exit::Config, "devspace.yaml is wrong or cannot be carried out"),
        (Exit::Interrupted, "interrupted by Ctrl-C"),
        (Exit::Terminated, "ended by SIGTERM"),
    ];
}

impl Exit {
    /// How a child of ours ended, by its exit code; one that is not ours is a failure.
    pub fn of_child(status: std::process::ExitStatus) -> Self {
        let known = |code: i32| Self::TABLE.iter().find(|(exit, _)| *exit as i32 == code);
        status.code().and_then(known).map_or(Self::Failed, |(exit, _)| *exit)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
