//! One source, read, rewritten and proved.

use super::input::{Input, read};
use super::references::Knowledge;
use super::{Request, Severity};
use crate::manifest::input::Source;
use crate::manifest::{self, Rewritten, Unresolved, Why};
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// A source with what it becomes.
pub(super) struct Done {
    pub source: Source,
    pub input: Input,
    pub rewritten: Rewritten,
    /// Whether a byte is not what it was.
    pub changed: bool,
}

/// Rewrites a source. A site of an image that has no tag is told as the request has it.
pub(super) fn one(
    source: Source,
    request: &Request,
    knowledge: &Knowledge,
    reporter: &dyn Reporter,
) -> Result<Done, Failure> {
    let input = read(&source)?;
    let options = request.manifest_options();
    let rewritten =
        manifest::rewrite(&input.bytes, &input.name, &knowledge.replacements, &options)?;
    unresolved(&rewritten.unresolved, request, reporter)?;
    let changed = rewritten.edits.iter().any(|edit| edit.old != edit.new);
    Ok(Done { source, input, rewritten, changed })
}

/// Tells sites that are not changed as the request has it.
pub(super) fn unresolved(
    sites: &[Unresolved],
    request: &Request,
    reporter: &dyn Reporter,
) -> Result<(), Failure> {
    let deployed = |site: &Unresolved| request.to.is_none() || !matches!(site.why, Why::NoTag(_));
    let line = |site: &Unresolved| match deployed(site) {
        true => site.to_string(),
        false => format!("{}: image `{}` was not in the last deploy", site.place, site.image),
    };
    match (request.unresolved, sites.split_first()) {
        (Severity::Error, Some((first, others))) => {
            let more: Vec<String> = others.iter().map(line).collect();
            let hint = match deployed(first) {
                true => first.why.hint(),
                false => "`--set NAME=REF` says what to write; or see `--unresolved`".to_owned(),
            };
            let failure = Failure::new(Exit::Data, line(first)).hint(hint);
            Err(failure.snippet((!more.is_empty()).then(|| more.join("\n"))))
        }
        (Severity::Warn, Some(_)) => {
            sites.iter().for_each(|site| reporter.note(Level::Warning, line(site)));
            Ok(())
        }
        _ => Ok(()),
    }
}
