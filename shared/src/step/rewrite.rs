//! `ds-rewrite`: the references of the cards, put into manifests.
//!
//! Nothing is printed before all of the input has been rewritten and proved, so
//! that a broken stream is never applied by half.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::options::Options;
use super::report::{Report, Row, end, write_out};
use super::run::{Run, assignment, find_project, load_project};
use crate::config::Image;
use crate::manifest::input::{self, Source};
use crate::manifest::{self, Edit, Replacements, Site, Target, Untagged};
use crate::reference::{Reference, Repository};
use crate::state::{Fresh, Variant};
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Input that is larger is refused: a manifest stream is held in memory whole.
const INPUT_MAX: u64 = 2 << 30;

/// What the command line asks of a rewrite.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files, folders, globs, `-`; none: stdin.
    pub manifests: Vec<PathBuf>,
    /// `NAME=REF`
    pub sets: Vec<String>,
    pub everywhere: bool,
    pub unresolved: Unresolved,
    /// Write `repository:tag@digest` where the digest is known.
    pub digest: bool,
    pub show: Show,
}

/// What a site without a tag to write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    Error,
    Warn,
    Ignore,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    Manifests,
    /// Each image in the input, with its place.
    Images,
    /// The edits as JSON.
    Edits,
}

/// From options to exit code.
pub fn main(options: Options, request: &Request) -> ExitCode {
    let common = options.common.clone();
    end(rewrite(options, request), &common, None)
}

fn rewrite(options: Options, request: &Request) -> Result<Report, Failure> {
    let reporter = options.reporter();
    let streams = options.streams();
    let check = options.common.check;
    let reads_stdin = request.manifests.is_empty()
        || request.manifests.iter().any(|path| path.as_os_str() == "-");
    if streams && reads_stdin {
        return Err(Failure::new(Exit::Usage, "stdin carries the state, not manifests")
            .hint("name files or folders of manifests as arguments"));
    }
    let replacements = knowledge(options, request)?;
    let sources = match request.manifests.is_empty() {
        true => vec![Source::Stdin],
        false => input::expand(&request.manifests, Path::new(""))
            .map_err(|error| Failure::new(Exit::Data, error.to_string()))?,
    };
    let done = Done::collect(&sources, request, &replacements)?;
    done.tell_untagged(request.unresolved, &*reporter)?;
    if !check {
        write_out(match request.show {
            Show::Manifests => Cow::Borrowed(done.stream.as_slice()),
            Show::Edits => Cow::Owned(format!("{:#}\n", json!(done.edits)).into_bytes()),
            Show::Images => Cow::Owned(done.list()),
        })?;
    }
    let row = Row {
        image: String::new(),
        changed: done.edits.iter().any(|edit| edit.old != edit.new),
        text: String::new(),
        facts: serde_json::Map::new(),
    };
    Ok(Report { rows: vec![row], failures: Vec::new() })
}

/// What is known of images: from the cards, and over them from `--set`.
fn knowledge(options: Options, request: &Request) -> Result<Replacements, Failure> {
    let project = match request.sets.is_empty() {
        true => Some(load_project(&options)?),
        false => find_project(&options)?,
    };
    let mut targets: BTreeMap<Repository, (String, Target)> = BTreeMap::new();
    let mut names = BTreeMap::new();
    if let Some(project) = project {
        let run = Run::of_project(options, project, Fresh::Refused)?;
        let state = run.store.load()?;
        for image in run.images.iter().filter(|image| !image.disabled) {
            let variant = state.variant(&image.name, run.variant);
            let target = target(image, variant, request.digest);
            names.insert(image.name.clone(), image.repository.clone());
            let known = targets.insert(image.repository.clone(), (image.name.clone(), target));
            if let Some((other, _)) = known {
                return Err(ambiguous(image, &other));
            }
        }
    }
    for text in &request.sets {
        let (name, reference) = set(text, &names)?;
        targets.insert(name, (String::new(), Target::Reference(reference)));
    }
    let mut replacements = Replacements::new();
    for (repository, (_, target)) in targets {
        replacements.add(repository, target);
    }
    Ok(replacements)
}

fn target(image: &Image, variant: Option<&Variant>, digest: bool) -> Target {
    let tags = variant.and_then(Variant::tags_current);
    let Some(tag) = tags.and_then(|tags| tags.tags.first()) else {
        return Target::Untagged { image: image.name.clone() };
    };
    let mut reference = image.repository.tagged(tag);
    if digest {
        reference.digest =
            variant.and_then(Variant::push_current).and_then(|push| push.digest.clone());
    }
    Target::Reference(reference)
}

fn ambiguous(image: &Image, other: &str) -> Failure {
    let (place, name, repository) = (&image.place, &image.name, &image.repository);
    Failure::new(
        Exit::Config,
        format!("{place}: images `{other}` and `{name}` are both `{repository}`"),
    )
    .hint(format!("`--image {name}` says which of them is meant"))
}

/// `NAME=REF`, where NAME is an image of the config or a repository.
fn set(
    text: &str,
    names: &BTreeMap<String, Repository>,
) -> Result<(Repository, Reference), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("`--set {text}`: {error}"))
    };
    let (name, reference) = assignment("--set", text)?;
    let reference = Reference::parse(&reference).map_err(|error| wrong(&error))?;
    if reference.tag.is_none() && reference.digest.is_none() {
        return Err(wrong(&"the reference has neither a tag nor a digest"));
    }
    match names.get(&name) {
        Some(repository) => Ok((repository.clone(), reference)),
        None => Ok((Repository::parse(&name).map_err(|error| wrong(&error))?, reference)),
    }
}

/// All input, rewritten.
#[derive(Default)]
struct Done {
    stream: Vec<u8>,
    edits: Vec<Edit>,
    sites: Vec<Site>,
    untagged: Vec<Untagged>,
}

impl Done {
    fn collect(
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
    fn tell_untagged(&self, how: Unresolved, reporter: &dyn Reporter) -> Result<(), Failure> {
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
    fn list(&self) -> Vec<u8> {
        let known = |site: &Site| if site.known { " (known)" } else { "" };
        let line = |site: &Site| format!("{}: {}{}\n", site.place, site.reference, known(site));
        self.sites.iter().map(line).collect::<String>().into_bytes()
    }
}

fn read(source: &Source) -> Result<(String, Vec<u8>), Failure> {
    let (name, size, reader): (String, u64, Box<dyn Read>) = match source {
        Source::Stdin => ("<stdin>".to_owned(), 0, Box::new(std::io::stdin().lock())),
        Source::File { path, name } => {
            let open = std::fs::File::open(path);
            let file = open.map_err(|error| unreadable(name, &error))?;
            let size = file.metadata().map_or(0, |file| file.len().min(INPUT_MAX));
            (name.clone(), size, Box::new(file))
        }
    };
    // One byte more, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    reader
        .take(INPUT_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&name, &error))?;
    if bytes.len() as u64 > INPUT_MAX {
        return Err(Failure::new(Exit::Data, format!("`{name}` is larger than 2 GiB")));
    }
    Ok((name, bytes))
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Data, format!("cannot read `{name}`: {error}"))
}
