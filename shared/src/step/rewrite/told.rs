//! What is told beside the result: aliases that change with an edit, images that no
//! manifest has, and what these have instead.

use std::collections::BTreeMap;

use super::Request;
use super::input::Input;
use super::references::{Knowledge, Named};
use crate::manifest::{self, Edit, nearest_name};
use crate::reference::{Reference, Repository};
use crate::ui::event::{Level, Reporter};

/// So much input is kept, in bytes, to look up what it has in place of an image.
const KEPT_MAX: usize = 8 << 20;
/// So many are told before the rest is a number.
const TOLD_MAX: usize = 5;

/// Tells where aliases stand for an image that was edited.
pub(super) fn aliases(edits: &[Edit], reporter: &dyn Reporter) {
    for edit in edits.iter().filter(|edit| !edit.also.is_empty()) {
        let spots = edit.also.iter().map(|spot| format!("{}:{}", spot.line, spot.column));
        let text = format!(
            "{}:{}:{}: aliases change with `{}`: {}",
            edit.file,
            edit.line,
            edit.column,
            edit.path,
            some(spots.collect())
        );
        reporter.note(Level::Info, text);
    }
}

/// The first of them, and how many more.
fn some(mut texts: Vec<String>) -> String {
    let more = texts.len().saturating_sub(TOLD_MAX);
    texts.truncate(TOLD_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    texts.join(", ") + &more
}

/// Input that may still be looked at, as far as it is not too much.
#[derive(Default)]
pub(super) struct Seen {
    inputs: Vec<Input>,
    size: usize,
}

impl Seen {
    /// Whether so many bytes more may be kept.
    pub fn has_room(&self, size: usize) -> bool {
        self.size + size <= KEPT_MAX
    }

    pub fn keep(&mut self, input: Input) {
        if self.has_room(input.bytes.len()) {
            self.size += input.bytes.len();
            self.inputs.push(input);
        }
    }

    /// Images that nothing is known of, each with its first place.
    fn images(&self, knowledge: &Knowledge, request: &Request) -> BTreeMap<String, String> {
        let mut images = BTreeMap::new();
        for Input { name, bytes, .. } in &self.inputs {
            let options = request.manifest_options();
            let sites = manifest::list(bytes, name, &knowledge.replacements, &options);
            for site in sites.unwrap_or_default().into_iter().filter(|site| !site.known) {
                images.entry(site.reference).or_insert_with(|| site.place.to_string());
            }
        }
        images
    }
}

/// Tells the images that no manifest has.
pub(super) fn unmatched(
    knowledge: &Knowledge,
    seen: &Seen,
    request: &Request,
    verbose: bool,
    reporter: &dyn Reporter,
) {
    let tells = |named: &Named| verbose || named.level <= Level::Info;
    let missing: Vec<(&Repository, &Named)> = knowledge
        .named
        .iter()
        .filter(|(repository, named)| tells(named) && !knowledge.replacements.matched(repository))
        .collect();
    if missing.is_empty() {
        return;
    }
    let images = seen.images(knowledge, request);
    for (repository, named) in missing {
        let Named { who, level } = named;
        let text = format!("{who}: no manifest has `{repository}`{}", instead(repository, &images));
        reporter.note(*level, text);
    }
}

/// What may have been meant, or else what there is.
fn instead(repository: &Repository, images: &BTreeMap<String, String>) -> String {
    if images.is_empty() {
        return String::new();
    }
    let bare = |text: &str| Reference::parse(text).ok().map(|r| r.repository.to_string());
    let bares: BTreeMap<String, &String> =
        images.keys().filter_map(|image| Some((bare(image)?, image))).collect();
    let near = nearest_name(&repository.to_string(), bares.keys().map(String::as_str));
    match near.and_then(|near| images.get_key_value(bares[near])) {
        Some((image, place)) => format!("; is `{image}` ({place}) meant?"),
        None => {
            let all = images.keys().map(|image| format!("`{image}`")).collect();
            format!("; seen: {}", some(all))
        }
    }
}
