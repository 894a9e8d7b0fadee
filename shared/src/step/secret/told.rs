//! What came of each secret, in words.

use super::targets::Target;
use super::{now, row};
use crate::cluster::Error;
use crate::step::report::Report;
use crate::step::run::Run;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::time;

/// What was done about a secret, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    Nothing,
    /// Only those that are there were to be renewed, and it isn't.
    Absent,
    Made,
    /// Over what was there, because of this.
    Written(String),
    /// It fits, but its password ends then and nothing newer is at hand.
    Ending(u64),
}

/// What came of one target.
#[derive(Debug)]
pub struct Outcome {
    pub target: Target,
    pub done: Done,
    /// Accounts that name it now and did not before.
    pub added: Vec<String>,
    /// Accounts that are not there.
    pub missing: Vec<String>,
    pub failure: Option<Failure>,
}

impl Outcome {
    pub fn new(target: Target) -> Self {
        let (added, missing) = (Vec::new(), Vec::new());
        Self { target, done: Done::Nothing, added, missing, failure: None }
    }

    /// Whether the cluster has the secret now.
    pub fn is_held(&self) -> bool {
        self.failure.is_none() && self.done != Done::Absent
    }

    fn changed(&self) -> bool {
        let written = matches!(self.done, Done::Made | Done::Written(_));
        written || !self.added.is_empty()
    }

    fn text(&self) -> String {
        let what = match &self.done {
            Done::Nothing | Done::Ending(_) => format!("for `{}`", self.target.registry),
            Done::Absent => "is not there, and nothing is made with `--renew`".to_owned(),
            Done::Made => format!("made for `{}`", self.target.registry),
            Done::Written(why) => format!("written for `{}`: {why}", self.target.registry),
        };
        match self.added.as_slice() {
            [] => what,
            [one] => format!("{what}; added to service account `{one}`"),
            several => format!("{what}; added to service accounts `{}`", several.join("`, `")),
        }
    }
}

/// Rows and failures; what is to be watched is noted.
pub fn report(run: &Run, outcomes: Vec<Outcome>) -> Report {
    let mut report = Report::default();
    for outcome in outcomes {
        note(run, &outcome);
        let Target { namespace, secret, .. } = &outcome.target;
        match &outcome.failure {
            Some(failure) => report.failures.push(failure.clone()),
            None => {
                let ending = matches!(outcome.done, Done::Ending(_));
                // A check is to find passwords that end, even where this run cannot help.
                let changed = outcome.changed() || (ending && !run.acts());
                report.rows.push(row(run, namespace, secret, &outcome.text(), changed));
            }
        }
    }
    report
}

fn note(run: &Run, outcome: &Outcome) {
    let Target { namespace, registry, .. } = &outcome.target;
    for account in &outcome.missing {
        let text = format!(
            "there is no service account `{account}` in namespace `{namespace}`: run this again once it is made"
        );
        run.reporter.note(Level::Warning, text);
    }
    if let Done::Ending(end) = outcome.done {
        let left = end.saturating_sub(now());
        let text = format!(
            "in namespace `{namespace}` the password for `{registry}` ends at {} (in {}), and docker's configuration has no newer one: `docker login {registry}`",
            time::utc(end),
            time::span(left)
        );
        run.reporter.note(Level::Warning, text);
    }
}

/// The failure of a secret that is somebody else's.
pub fn foreign(target: &Target, why: &str) -> Failure {
    let Target { namespace, secret, registry, .. } = target;
    Failure::new(
        Exit::Failed,
        format!("secret `{secret}` in namespace `{namespace}` is not ours: {why}"),
    )
    .hint(format!(
        "`--force` replaces it by the credentials for `{registry}`; or delete it: `kubectl delete secret {secret} -n {namespace}`"
    ))
}

/// Why a secret could not be written, with the way out where we know one.
pub fn not_written(target: &Target, error: Error) -> Failure {
    let namespace = &target.namespace;
    let gone = error.is_not_found();
    let failure = Failure::from(error);
    let said = failure.error.clone();
    let hint = match () {
        () if gone => format!("make the namespace: `kubectl create namespace {namespace}`"),
        () if said.contains("being terminated") => {
            format!("namespace `{namespace}` is being deleted: wait until it is gone, then make it")
        }
        () if said.contains("exceeded quota") => {
            format!("`kubectl describe quota -n {namespace}` shows what it allows")
        }
        () if said.contains("immutable") => format!(
            "delete it, then run this again: `kubectl delete secret {} -n {namespace}`",
            target.secret
        ),
        () => return failure,
    };
    failure.hint(hint)
}
