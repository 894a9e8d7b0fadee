//! All input, rewritten.

use super::input::read;
use super::{Request, Show, Unresolved};
use crate::manifest::input::{self, Source};
use crate::manifest::{self, Edit, Replacements, Site, Untagged};
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// All input, rewritten.
#[derive(Default)]
pub(super) struct Done {
    pub stream: Vec<u8>,
    pub edits: Vec<Edit>,
    sites: Vec<Site>,
    untagged: Vec<Untagged>,
}

impl Done {
    pub fn collect(
        sources: &[Source],
        request: &Request,
        replacements: &Replacements,
    ) -> Result<Self, Failure> {
        let options = manifest::Options { everywhere: request.everywhere };
        let mut done = Self::default();
        let mut failures = Vec::new();
        for source in sources {
            let (name, bytes) = read(source)?;
            if request.show == Show::Images {
                match manifest::list(&bytes, &name, replacements, &options) {
                    Ok(sites) => done.sites.extend(sites),
                    Err(errors) => failures.push(Failure::from(errors)),
                }
                continue;
            }
            match manifest::rewrite(&bytes, &name, replacements, &options) {
                Ok(rewritten) => {
                    match done.stream.is_empty() {
                        true => done.stream = rewritten.bytes,
                        false => input::join(&mut done.stream, &rewritten.bytes),
                    }
                    done.edits.extend(rewritten.edits);
                    done.untagged.extend(rewritten.untagged);
                }
                Err(errors) => failures.push(Failure::from(errors)),
            }
        }
        match Failure::joined(failures) {
            Some(failure) => Err(failure),
            None => Ok(done),
        }
    }

    /// Tells the sites that name an image of the config which has no tag.
    pub fn tell_untagged(&self, how: Unresolved, reporter: &dyn Reporter) -> Result<(), Failure> {
        let line = |site: &Untagged| {
            format!(
                "{}: image `{}` has no tag to write for `{}`",
                site.place, site.image, site.reference
            )
        };
        match (how, self.untagged.first()) {
            (Unresolved::Error, Some(first)) => {
                let more: Vec<String> = self.untagged.iter().skip(1).map(line).collect();
                let failure = Failure::new(Exit::Data, line(first))
                    .hint("run `ds-build` and `ds-tag` first, or see `--unresolved`");
                Err(failure.snippet((!more.is_empty()).then(|| more.join("\n"))))
            }
            (Unresolved::Warn, Some(_)) => {
                self.untagged.iter().for_each(|site| reporter.note(Level::Warning, line(site)));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A line a site.
    pub fn list(&self) -> Vec<u8> {
        let known = |site: &Site| if site.known { " (known)" } else { "" };
        let line = |site: &Site| format!("{}: {}{}\n", site.place, site.reference, known(site));
        self.sites.iter().map(line).collect::<String>().into_bytes()
    }
}
