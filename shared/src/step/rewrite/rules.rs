//! The rules for places: those of the command line, and after them those of the config.

use super::Request;
use crate::config::{Project, RewriteRule};
use crate::manifest::rule::{Fields, Rule, RuleError, Rules};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::nearest::nearest;

type Read = fn(Fields) -> Result<Rule, RuleError>;

/// All rules; the first that is about a place counts.
pub(super) fn gather(project: Option<&Project>, request: &Request) -> Result<Rules, Failure> {
    let written = project.map(|project| &project.rewrite);
    let of_config = |pick: fn(&crate::config::Rewrite) -> &Vec<RewriteRule>| {
        written.map_or(&[][..], |written| pick(written).as_slice())
    };
    let add = flags("--rule", &request.rules, Rule::add)?;
    let exclude = flags("--exclude", &request.exclude, Rule::exclude)?;
    check_images(&add, project)?;
    Ok(Rules {
        add: with(add, of_config(|written| &written.rules), Rule::add)?,
        exclude: with(exclude, of_config(|written| &written.exclude), Rule::exclude)?,
    })
}

fn flags(flag: &str, texts: &[String], read: Read) -> Result<Vec<Rule>, Failure> {
    let one = |text: &String| {
        Fields::parse(text)
            .and_then(read)
            .map_err(|error| Failure::new(Exit::Usage, format!("`{flag} {text}`: {error}")))
    };
    texts.iter().map(one).collect()
}

fn with(mut rules: Vec<Rule>, written: &[RewriteRule], read: Read) -> Result<Vec<Rule>, Failure> {
    for rule in written {
        let RewriteRule { kind, api_version, name, path, image, part, known, place } = rule.clone();
        let fields = Fields { kind, api_version, name, path, image, part, known };
        let wrong = |error| Failure::new(Exit::Config, format!("{place}: {error}"));
        rules.push(read(fields).map_err(wrong)?);
    }
    Ok(rules)
}

/// A rule of the command line names images of the config, as one in the config does.
fn check_images(rules: &[Rule], project: Option<&Project>) -> Result<(), Failure> {
    let names: Vec<&str> = project
        .map_or(&[][..], |project| project.images.as_slice())
        .iter()
        .map(|image| image.name.as_str())
        .collect();
    let unknown = |name: &&str| !names.contains(name);
    let Some(name) = rules.iter().filter_map(Rule::image).find(unknown) else { return Ok(()) };
    let failure =
        Failure::new(Exit::Usage, format!("`--rule …image={name}`: no such image in the config"));
    Err(match nearest(name, names.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    })
}
