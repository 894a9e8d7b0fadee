//! The rooms' errors as failures: which exit code, which hint.

use super::order::Circle;
use super::tag::TagError;
use crate::builder;
use crate::config;
use crate::context;
use crate::dockerfile;
use crate::manifest;
use crate::state;
use crate::ui::exit::Exit;
use crate::ui::failure::{Failure, chain};
use crate::util::place::Place;

/// Characters of an instruction in a message that also tells its line.
const INSTRUCTION_MAX: usize = 80;

impl Failure {
    /// Puts the image's name in front.
    #[must_use]
    pub fn about(mut self, image: &str) -> Self {
        self.error = format!("image `{image}`: {}", self.error);
        self
    }
}

impl From<state::Error> for Failure {
    fn from(error: state::Error) -> Self {
        use state::Error as E;
        let exit = match &error {
            E::NoFolder(_) | E::Write(_) | E::Output(_) => Exit::Failed,
            E::Locked { .. } | E::Overtaken(_) => Exit::Later,
            _ => Exit::Data,
        };
        let hint = error.hint();
        Self { hint, ..Self::new(exit, error.to_string()) }
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        use config::Error as E;
        match error {
            E::Invalid(problems) => Self::of_problems(problems.0),
            E::Answers(_) => Self::new(Exit::Failed, error.to_string()),
            E::NotFound { .. } => Self::new(Exit::Config, error.to_string())
                .hint("`ds init` writes one; `--config FILE` names another"),
            E::Read(_) => Self::new(Exit::Config, error.to_string()),
        }
    }
}

impl Failure {
    /// The first problem as the failure's line; the others follow below it.
    fn of_problems(problems: Vec<config::Problem>) -> Self {
        let failures = problems.into_iter().map(|problem| {
            let error = match &problem.place {
                Some(place) => format!("{place}: {}", problem.message),
                None => problem.message,
            };
            Self { hint: problem.hint, ..Self::new(Exit::Config, error) }.snippet(problem.snippet)
        });
        Self::joined(failures.collect())
            .unwrap_or_else(|| Self::new(Exit::Config, "the config is wrong"))
    }

    /// A builder's own complaint about a line of the Dockerfile, as ours: at `file:line`.
    pub(super) fn at_dockerfile_line(self, file: &str, bytes: &[u8]) -> Self {
        let Some((_, rest)) = self.error.split_once("parse error ") else { return self };
        let Some(rest) = rest.trim_start_matches("on ").strip_prefix("line ") else { return self };
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (Ok(line), why) =
            (rest[..digits].parse(), rest[digits..].trim_start_matches([':', ' ']))
        else {
            return self;
        };
        let place = Place::new(file, line, 1);
        let snippet = place.snippet(&String::from_utf8_lossy(bytes));
        Self { hint: self.hint, ..Self::new(Exit::Data, format!("{file}:{line}: {why}")) }
            .snippet(snippet)
    }

    /// An instruction that failed, at its `file:line`: the one with the text that the
    /// builder's message has, where there is just one.
    pub(super) fn at_instruction(mut self, file: &str, bytes: &[u8]) -> Self {
        let place = || {
            let (step, why) = self.error.strip_prefix("step ")?.split_once("` failed: ")?;
            let (number, text) = step.split_once('`')?;
            // BuildKit: `[stage 2/3] RUN make`
            let text = text
                .strip_prefix('[')
                .and_then(|text| text.split_once("] "))
                .map_or(text, |(_, text)| text);
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = words(text);
            let parsed = dockerfile::parse(bytes, file).ok()?;
            let mut same = parsed.instructions.iter().filter(|other| words(&other.text) == text);
            let line = same.next().filter(|_| same.next().is_none())?.line;
            let mut shown: String = text.chars().take(INSTRUCTION_MAX).collect();
            if shown.len() < text.len() {
                shown.push('…');
            }
            Some(format!("{file}:{line}: step {number}`{shown}` failed: {why}"))
        };
        if let Some(error) = place() {
            self.error = error;
        }
        self
    }

    /// A fault in a Dockerfile, with the line that it names.
    pub(super) fn of_dockerfile(error: dockerfile::Error, bytes: &[u8]) -> Self {
        let snippet = error.place.snippet(&String::from_utf8_lossy(bytes));
        let text = error.to_string();
        Self { hint: error.hint, ..Self::new(Exit::Data, text) }.snippet(snippet)
    }
}

impl From<manifest::Errors> for Failure {
    fn from(errors: manifest::Errors) -> Self {
        let failures = errors.0.into_iter().map(|error| {
            let failure = Self::new(Exit::Data, error.to_string());
            Self { hint: error.hint, ..failure }.snippet(error.snippet)
        });
        Self::joined(failures.collect())
            .unwrap_or_else(|| Self::new(Exit::Data, "the manifests cannot be rewritten"))
    }
}

impl Failure {
    /// Several failures as one: the first decides, the others stand below it.
    pub(super) fn joined(failures: Vec<Failure>) -> Option<Failure> {
        let mut failures = failures.into_iter();
        let mut first = failures.next()?;
        let mut below: Vec<String> = first.snippet.take().into_iter().collect();
        for other in failures {
            below.extend(first.hint.take().map(|hint| format!("hint: {hint}")));
            below.push(other.error);
            below.extend(other.snippet);
            below.extend(other.hint.map(|hint| format!("hint: {hint}")));
        }
        Some(first.snippet((!below.is_empty()).then(|| below.join("\n"))))
    }
}

impl From<context::Error> for Failure {
    fn from(error: context::Error) -> Self {
        let exit = match &error {
            context::Error::Changed(_) | context::Error::Vanished(_) => Exit::Later,
            _ => Exit::Data,
        };
        let hint = error.hint().map(str::to_owned);
        Self { hint, ..Self::new(exit, chain(&error)) }
    }
}

#[cfg(feature = "registry")]
impl From<crate::registry::credentials::Error> for Failure {
    fn from(error: crate::registry::credentials::Error) -> Self {
        Self::new(Exit::Auth, chain(&error))
    }
}

#[cfg(feature = "registry")]
impl From<crate::registry::Error> for Failure {
    fn from(error: crate::registry::Error) -> Self {
        use crate::registry::Error as E;
        let exit = match &error {
            E::Unreachable { .. } | E::Broken { .. } => Exit::Unreachable,
            E::Unauthorized { .. } | E::Forbidden { .. } | E::Credentials(_) => Exit::Auth,
            E::RateLimited { .. } => Exit::Later,
            E::Store(error) => exit_of_store(error),
            E::Layout(error) => exit_of_layout(error),
            _ => Exit::Failed,
        };
        Self::new(exit, chain(&error))
    }
}

#[cfg(feature = "registry")]
fn exit_of_store(error: &crate::registry::blobs::Error) -> Exit {
    use crate::registry::blobs::Error as E;
    match error {
        E::Busy { .. } | E::InUse { .. } => Exit::Later,
        _ => Exit::Failed,
    }
}

#[cfg(feature = "registry")]
fn exit_of_layout(error: &crate::registry::layout::Error) -> Exit {
    use crate::registry::layout::Error as E;
    match error {
        E::Foreign { .. } | E::Damaged { .. } => Exit::Data,
        E::Store(error) => exit_of_store(error),
        _ => Exit::Failed,
    }
}

#[cfg(feature = "registry")]
impl From<crate::registry::blobs::Error> for Failure {
    fn from(error: crate::registry::blobs::Error) -> Self {
        Self::new(exit_of_store(&error), chain(&error))
    }
}

#[cfg(feature = "registry")]
impl From<crate::registry::layout::Error> for Failure {
    fn from(error: crate::registry::layout::Error) -> Self {
        Self::new(exit_of_layout(&error), chain(&error))
    }
}

impl From<builder::Error> for Failure {
    fn from(error: builder::Error) -> Self {
        use builder::Error as E;
        let exit = match &error {
            E::Unreachable { .. } => Exit::Unreachable,
            E::Auth { .. } => Exit::Auth,
            #[cfg(feature = "registry")]
            E::Credentials(_) => Exit::Auth,
            E::Later { .. } => Exit::Later,
            E::Context(source) if overtaken(source).is_some() => Exit::Later,
            E::Context(_) => Exit::Data,
            E::NotFound { .. } => Exit::Config,
            E::Instruction { data: true, .. } => Exit::Data,
            _ => Exit::Failed,
        };
        let text = chain(&error);
        match error {
            E::Instruction { snippet, hint, tail, .. } => {
                let below: Vec<String> = snippet.into_iter().chain(tail).collect();
                let below = (!below.is_empty()).then(|| below.join("\n"));
                Self { hint, ..Self::new(exit, text) }.snippet(below)
            }
            E::Build { tail, .. } => {
                let tail = (!tail.is_empty()).then(|| tail.join("\n"));
                Self::new(exit, text).snippet(tail)
            }
            E::Unreachable { hint, .. } => Self { hint, ..Self::new(exit, text) },
            E::Context(source) => {
                let hint = overtaken(&source).and_then(context::Error::hint).map(str::to_owned);
                Self { hint, ..Self::new(exit, text) }
            }
            _ => Self::new(exit, text),
        }
    }
}

/// What became of the context while it was sent, where that is why it was not.
fn overtaken(source: &std::io::Error) -> Option<&context::Error> {
    let error = source.get_ref()?.downcast_ref::<context::Error>()?;
    matches!(error, context::Error::Changed(_) | context::Error::Vanished(_)).then_some(error)
}

#[cfg(feature = "engine")]
impl From<builder::engine::push::PushError> for Failure {
    fn from(error: builder::engine::push::PushError) -> Self {
        use builder::engine::push::PushError as E;
        let text = chain(&error);
        match error {
            E::Auth { .. } => Self::new(Exit::Auth, text),
            E::Unreachable { .. } => Self::new(Exit::Unreachable, text),
            E::Later { .. } | E::Overtaken { .. } => Self::new(Exit::Later, text),
            E::Failed { .. } => Self::new(Exit::Failed, text),
            E::Engine(error) => error.into(),
        }
    }
}

#[cfg(feature = "engine")]
impl From<builder::engine::endpoint::Error> for Failure {
    fn from(error: builder::engine::endpoint::Error) -> Self {
        Self::new(Exit::Unreachable, chain(&error))
    }
}

impl From<TagError> for Failure {
    fn from(error: TagError) -> Self {
        let hint = match &error {
            TagError::Grammar { suggestion: Some(tag), .. } => Some(format!("`{tag}` would do")),
            _ => None,
        };
        Self { hint, ..Self::new(Exit::Config, error.to_string()) }
    }
}

impl From<Circle> for Failure {
    fn from(error: Circle) -> Self {
        Self::new(Exit::Config, error.to_string())
            .hint("break the circle: one of these images must not be built from the other")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_gets_its_line() {
        let long = format!("RUN {}", "x".repeat(90));
        let file = format!("FROM a AS b\nRUN one \\\n  && two\nRUN same\nRUN same\n{long}\n");
        let shown = format!("RUN {}…", "x".repeat(76));
        for (text, wanted) in [
            ("step 2/3 `RUN one   && two` failed: it", "D:2: step 2/3 `RUN one && two` failed: it"),
            ("step `[b 1/2] RUN one && two` failed: it", "D:2: step `RUN one && two` failed: it"),
            ("step 3/3 `RUN same` failed: it", "step 3/3 `RUN same` failed: it"),
            ("step 3/3 `RUN other` failed: it", "step 3/3 `RUN other` failed: it"),
            ("the build failed: it", "the build failed: it"),
            (&format!("step 5 `{long}` failed: it"), &format!("D:6: step 5 `{shown}` failed: it")),
        ] {
            let failure = Failure::new(Exit::Failed, text).at_instruction("D", file.as_bytes());
            assert_eq!(failure.error, wanted);
        }
    }

    #[test]
    fn a_builders_complaint_gets_its_place() {
        for (text, wanted) in [
            (
                "the build failed: dockerfile parse error line 2: Unknown flag: fro",
                "api/Dockerfile:2: Unknown flag: fro",
            ),
            (
                "dockerfile parse error on line 2: unknown flag: fro",
                "api/Dockerfile:2: unknown flag: fro",
            ),
            ("step 2 failed: no such line", "step 2 failed: no such line"),
        ] {
            let failure = Failure::new(Exit::Failed, text);
            let failure = failure.at_dockerfile_line("api/Dockerfile", b"FROM x\nCOPY --fro=y\n");
            assert_eq!(failure.error, wanted);
            assert_eq!(failure.exit == Exit::Data, failure.snippet.is_some());
        }
    }
}
