//! What a step did, and how its process ends: results on stdout, failures on
//! stderr, one exit code for all.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};
use serde_json::{Map, Value, json};

use super::options::{Common, Options, Output};
use super::run::Run;
use crate::state::Fresh;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs::PathContext;

/// The result of a step on its images, in the config's order.
#[derive(Debug, Default)]
pub struct Report {
    pub rows: Vec<Row>,
    /// In the config's order: the first decides the exit code.
    pub failures: Vec<Failure>,
    pub stamp: StampTime,
}

/// What a stamp's time depends on, beside whether something was done.
#[derive(Debug, Default, Clone, Copy)]
pub struct StampTime {
    /// When what the step made was made last, by whatever run: a stamp that is older has
    /// not told of it yet. Whole seconds.
    pub made: Option<SystemTime>,
    /// Inputs changed while the step worked: the stamp gets this time from before, so that
    /// they are newer than it.
    pub before: Option<SystemTime>,
}

/// The result on one image.
#[derive(Debug, Clone)]
pub struct Row {
    pub image: String,
    /// Whether something was done, or would be with `--check` and `--dry-run`.
    pub changed: bool,
    /// The line for stdout, after the image's name.
    pub text: String,
    /// What a program wants to know.
    pub facts: Map<String, Value>,
}

impl Report {
    pub fn changed(&self) -> bool {
        self.rows.iter().any(|row| row.changed)
    }

    /// Prints the rows. A reader who has gone away is no failure.
    fn print(&self, output: Output) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match output {
            Output::Text => {
                for row in &self.rows {
                    writeln!(out, "{} {}", row.image, row.text)?;
                }
            }
            Output::Json => {
                let images: Map<String, Value> = self
                    .rows
                    .iter()
                    .map(|row| {
                        let mut facts = row.facts.clone();
                        facts.insert("changed".into(), row.changed.into());
                        (row.image.clone(), facts.into())
                    })
                    .collect();
                writeln!(out, "{:#}", json!({ "changed": self.changed(), "images": images }))?;
            }
        }
        out.flush()
    }
}

/// A step from its options to its exit code. `output` says how the result is
/// printed; with `--state -` stdout carries the state instead.
pub fn main(
    options: Options,
    fresh: Fresh,
    output: Output,
    work: impl FnOnce(&Run) -> Result<Report, Failure>,
) -> ExitCode {
    let common = options.common.clone();
    let streams = options.streams();
    if streams && output == Output::Json {
        let failure = Failure::new(Exit::Usage, "with `--state -` stdout carries the state")
            .hint("leave `--output json` away: the state is JSON");
        return end(Err(failure), &common, None);
    }
    let result = Run::open(options, fresh).and_then(|run| {
        let report = work(&run)?;
        if report.failures.is_empty() {
            run.finish()?;
        }
        Ok(report)
    });
    end(result, &common, (!streams).then_some(output))
}

/// A step whose result is manifests: stdout carries them whole, or nothing.
pub fn main_of_manifests(
    options: Options,
    work: impl FnOnce(&Run) -> Result<Vec<u8>, Failure>,
) -> ExitCode {
    let common = options.common.clone();
    let result = Run::open(options, Fresh::Refused).and_then(|run| work(&run));
    let result = result.and_then(|text| write_out(&text));
    end(result.map(|()| Report::default()), &common, None)
}

/// A look that changes nothing: prints, and ends as it says.
pub fn main_of_look(
    options: Options,
    look: impl FnOnce(&Run) -> Result<(Vec<u8>, Exit), Failure>,
) -> ExitCode {
    let common = options.common.clone();
    let shown = Run::open(options, Fresh::Allowed).and_then(|run| look(&run));
    match shown.and_then(|(text, exit)| write_out(&text).map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(failure) => end(Err(failure), &common, None),
    }
}

/// A command that needs no project: prints its text.
pub fn main_of_text(options: &Options, work: impl FnOnce() -> Result<String, Failure>) -> ExitCode {
    match work().and_then(write_out) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => end(Err(failure), &options.common, None),
    }
}

/// Writes to stdout. A reader who has gone away is no failure.
pub fn write_out(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Ends a step: prints its report, touches the stamp, tells failures.
///
/// `output` is `None` where stdout already carries the state or manifests.
pub fn end(result: Result<Report, Failure>, common: &Common, output: Option<Output>) -> ExitCode {
    let report =
        result.unwrap_or_else(|failure| Report { failures: vec![failure], ..Report::default() });
    let mut failures = report.failures.clone();
    if let Some(output) = output
        && (!report.rows.is_empty() || failures.is_empty())
        && let Err(error) = report.print(output)
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        failures.push(Failure::new(Exit::Failed, format!("cannot write to stdout: {error}")));
    }
    if failures.is_empty()
        && !common.check
        && !common.dry_run
        && let Some(stamp) = &common.stamp
        && let Err(failure) = touch(stamp, report.changed(), report.stamp)
    {
        failures.push(failure);
    }
    for failure in &failures {
        failure.print(common.progress);
    }
    let exit = match failures.first() {
        Some(failure) => failure.exit,
        None if common.check && report.changed() => Exit::CheckFound,
        None if common.exit_unchanged && !report.changed() => Exit::Unchanged,
        None => Exit::Done,
    };
    exit.into()
}

/// Makes the stamp when it is missing, and renews its time when something was done.
///
/// The time is the kernel's: its clock for files ticks a few milliseconds behind ours,
/// and a file written after the stamp would look older than it.
fn touch(stamp: &Path, changed: bool, time: StampTime) -> Result<(), Failure> {
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let there = std::fs::metadata(stamp).and_then(|there| there.modified()).ok();
    let told = |there| time.made.is_none_or(|made| seconds(made) <= seconds(there));
    if there.is_some_and(told) && !changed {
        return Ok(());
    }
    let touched = || -> io::Result<()> {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(stamp)?;
        if let Some(before) = time.before {
            return file.set_modified(before);
        }
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        futimens(&file, &Timestamps { last_access: now, last_modification: now })?;
        Ok(())
    };
    touched()
        .at("touch the stamp", stamp)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_renewed_only_by_work() {
        let dir = tempfile::tempdir().unwrap();
        let stamp = dir.path().join("s");
        let time = || std::fs::metadata(&stamp).unwrap().modified().unwrap();
        touch(&stamp, false, StampTime::default()).unwrap();
        let old = UNIX_EPOCH;
        std::fs::File::open(&stamp).unwrap().set_modified(old).unwrap();
        touch(&stamp, false, StampTime::default()).unwrap();
        assert_eq!(time(), old);
        touch(&stamp, true, StampTime::default()).unwrap();
        assert!(time() > old);
        let hour = |n: u64| Some(UNIX_EPOCH + std::time::Duration::from_secs(3600 * n));
        std::fs::File::open(&stamp).unwrap().set_modified(hour(5).unwrap()).unwrap();
        for made in [None, hour(4), hour(5)] {
            touch(&stamp, false, StampTime { made, before: None }).unwrap();
            assert_eq!(Some(time()), hour(5), "it tells of {made:?} already");
        }
        touch(&stamp, false, StampTime { made: hour(6), before: None }).unwrap();
        assert!(Some(time()) > hour(6), "made by a run without a stamp");
        touch(&stamp, true, StampTime { made: hour(6), before: hour(5) }).unwrap();
        assert_eq!(Some(time()), hour(5));
        // As make compares it: what is written after the stamp is not older.
        for _ in 0..200 {
            touch(&stamp, true, StampTime::default()).unwrap();
            let after = dir.path().join("after");
            std::fs::write(&after, "").unwrap();
            assert!(std::fs::metadata(&after).unwrap().modified().unwrap() >= time());
        }
    }
}
