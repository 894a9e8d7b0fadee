//! `--list`: every image of the input, with its place and whether it is known.

use serde_json::json;

use crate::manifest::input::Source;
use crate::manifest::{self, Site};
use crate::step::options::Output;
use crate::step::report::{Report, write_out};
use crate::step::rewrite::input::read;
use crate::step::rewrite::references::Knowledge;
use crate::step::rewrite::{Request, row};
use crate::ui::failure::Failure;

pub(in crate::step::rewrite) fn run(
    sources: &[Source],
    request: &Request,
    knowledge: &Knowledge,
    output: Output,
) -> Result<Report, Failure> {
    let options = request.manifest_options();
    let (mut sites, mut failures) = (Vec::new(), Vec::new());
    for source in sources {
        let listed = read(source).and_then(|input| {
            Ok(manifest::list(&input.bytes, &input.name, &knowledge.replacements, &options)?)
        });
        match listed {
            Ok(found) => sites.extend(found),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() || request.keep_going {
        write_out(match output {
            Output::Text => sites.iter().map(line).collect(),
            Output::Json => format!("{:#}\n", json!(sites)),
        })?;
    }
    let differs = |site: &Site| site.new.as_ref().is_some_and(|new| *new != site.reference);
    Ok(Report { rows: vec![row(sites.iter().any(differs))], failures, ..Report::default() })
}

fn line(site: &Site) -> String {
    let known = if site.known { " (known)" } else { "" };
    format!("{}: {}{known}\n", site.place, site.reference)
}
