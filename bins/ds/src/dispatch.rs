//! `ds NAME …` becomes `ds-NAME …`: the same process, arguments untouched, so
//! that exit code and signals need no handing through.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::fs::PathError;
use shared::util::nearest::nearest;

use crate::failures;
use crate::find::{Places, is_name};
use crate::table;

/// Runs a command that is not ds's own; comes back only with a failure.
pub fn run(words: &[OsString]) -> Result<Exit, Failure> {
    let (name, rest) = words
        .split_first()
        .map_or((None, words), |(name, rest)| (name.to_str().filter(|name| is_name(name)), rest));
    let Some(name) = name else {
        let shown = words.first().map(|word| word.to_string_lossy().into_owned());
        return Err(unknown(&shown.unwrap_or_default(), &Places::here()));
    };
    let (executable, first) = target(name);
    let places = Places::here();
    match places.find(&executable) {
        Some(program) => Err(replace(&program, first, rest)),
        None if table::step(name).is_some() || first.is_some() => Err(missing(&executable)),
        None => Err(unknown(name, &places)),
    }
}

/// The executable behind a name, and the argument that a relative puts first.
pub fn target(name: &str) -> (String, Option<&str>) {
    match table::relative(name) {
        Some(relative) => (relative.executable.to_owned(), Some(name)),
        None => (format!("ds-{name}"), None),
    }
}

/// Puts the program in this process' place.
pub fn replace(program: &Path, first: Option<&str>, rest: &[OsString]) -> Failure {
    let source = std::process::Command::new(program).args(first).args(rest).exec();
    failures::of_path(&PathError { action: "run", path: program.to_owned(), source })
}

/// A part of the suite is not installed.
pub fn missing(executable: &str) -> Failure {
    Failure::new(Exit::Failed, format!("`{executable}` is neither beside `ds` nor on PATH"))
        .hint("install the suite whole: its executables belong into one folder")
}

/// Nobody has this command.
pub fn unknown(name: &str, places: &Places) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("`{name}` is not a command of ds"));
    let mut known = table::own();
    known.extend(table::STEPS.iter().map(|step| step.name.to_owned()));
    known.extend(table::RELATIVES.iter().map(|relative| relative.name.to_owned()));
    known.extend(places.all().into_keys());
    let all = "`ds --list` shows all";
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `ds {near}`? {all}")),
        None if is_name(name) => {
            failure.hint(format!("a plugin would be `ds-{name}` on PATH; {all}"))
        }
        None => failure.hint(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_executables() {
        assert_eq!(target("build"), ("ds-build".into(), None));
        assert_eq!(target("why"), ("ds-build".into(), Some("why")));
        assert_eq!(target("gc"), ("ds-push".into(), Some("gc")));
        assert_eq!(target("mine"), ("ds-mine".into(), None));
    }

    #[test]
    fn a_slip_gets_the_nearest_name() {
        let nowhere = Places::new(None, None);
        for (slip, near) in
            [("biuld", "build"), ("stat", "state"), ("wyh", "why"), ("intt", "init")]
        {
            let failure = unknown(slip, &nowhere);
            assert_eq!(failure.exit, Exit::Usage);
            let hint = failure.hint.unwrap();
            assert!(hint.starts_with(&format!("did you mean `ds {near}`?")), "{slip}: {hint}");
        }
    }
}
