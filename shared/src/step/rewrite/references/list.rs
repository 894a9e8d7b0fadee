//! A reference a line: `ko --image-refs`, kaniko's `--image-name-with-digest-file`,
//! `crane push --image-refs`.
//!
//! A reference stands for all of its repository. Of several of one repository the first
//! counts: ko puts the index in front of the images of its platforms
//! (ko-build/ko `pkg/publish/recorder.go`, sigstore/cosign `pkg/oci/walk`).

use std::collections::HashSet;

use super::file::{Entry, Key};
use crate::reference::Reference;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::place::Place;

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Whether the first line is a reference that says what to write.
pub(super) fn is_list(text: &str) -> bool {
    let first = lines(text).next().and_then(|(_, line)| Reference::parse(line).ok());
    first.is_some_and(|reference| reference.tag.is_some() || reference.digest.is_some())
}

pub(super) fn read(name: &str, text: &str) -> Result<Vec<Entry>, Failure> {
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for (number, line) in lines(text) {
        let place = Place::new(name, number, 1);
        let wrong = |why: String| {
            Failure::new(Exit::Data, format!("{place}: {why}")).snippet(place.snippet(text))
        };
        let reference = Reference::parse(line).map_err(|error| wrong(error.to_string()))?;
        if reference.tag.is_none() && reference.digest.is_none() {
            return Err(wrong(format!("`{reference}` has neither a tag nor a digest")));
        }
        let key = Key::Any(reference.repository.clone());
        if seen.insert(key.clone()) {
            entries.push(Entry { key, target: Ok(reference) });
        }
    }
    Ok(entries)
}
