//! What is written where, for an image to be the new one.
//!
//! In one string the whole reference; in parts, the tag alone into `tag`, a digest only
//! into a `digest` that is there, and the name where it changed. Whatever can't be
//! said in the keys that are there is not guessed: it is a [`Why`].

use std::sync::Arc;

use super::replacements::Known;
use super::site::{Leaf, Part, Shape, Split};
use super::why::Why;
use super::wishes::Wish;
use crate::reference::{Digest, HUB, Reference};

/// What the scalars of a site have to be for it to name the image.
pub(super) fn wishes<'s, 'a>(
    shape: &'s Shape<'a>,
    known: &'s Known,
) -> Result<Vec<Wish<'s, 'a>>, Why> {
    let target = known.target()?;
    let all = |leaf, value: Arc<str>| Wish { leaf, value, within: None };
    Ok(match shape {
        Shape::Whole(leaf) => vec![all(leaf, known.text.clone())],
        Shape::Within(leaf, range) => {
            let (before, after) = (&leaf.value[..range.start], &leaf.value[range.end..]);
            let value = [before, &known.text, after].concat().into();
            vec![Wish { leaf, value, within: Some((range.clone(), &known.text)) }]
        }
        Shape::Part(leaf, part) => vec![all(leaf, part_of(target, *part, leaf)?.into())],
        Shape::Split(split) => {
            let changes = split_changes(split, target, &known.text)?;
            changes.into_iter().map(|(leaf, new)| all(leaf, new.into())).collect()
        }
    })
}

/// The part of the image that stands alone in a scalar.
fn part_of(target: &Reference, part: Part, leaf: &Leaf<'_>) -> Result<String, Why> {
    Ok(match part {
        Part::Registry => target.repository.registry().to_owned(),
        Part::Repository => target.repository.to_string(),
        Part::Reference => target.to_string(),
        Part::Tag => tag_text(target, Some(leaf)).ok_or(Why::NoTagInReference)?,
        Part::Digest => {
            let digest = target.digest.as_ref().ok_or(Why::NoDigestInReference)?;
            let bare = !leaf.text().is_empty() && !leaf.text().contains(':');
            if bare { digest.hex().to_owned() } else { digest.to_string() }
        }
    })
}

/// The new tag; with the digest where the old one had one too: a `tag` is the only place
/// for it in many charts.
fn tag_text(target: &Reference, old: Option<&Leaf<'_>>) -> Option<String> {
    let tag = target.tag.as_ref()?.as_str();
    let pinned = old.is_some_and(|leaf| leaf.text().contains('@'));
    match target.digest.as_ref().filter(|_| pinned) {
        Some(digest) => Some(format!("{tag}@{digest}")),
        None => Some(tag.to_owned()),
    }
}

type Changes<'s, 'a> = Vec<(&'s Leaf<'a>, String)>;

fn split_changes<'s, 'a>(
    split: &'s Split<'a>,
    target: &Reference,
    whole: &str,
) -> Result<Changes<'s, 'a>, Why> {
    let mut changes = Vec::new();
    let own = Reference::parse(&split.repository_text()).ok();
    let tagged = own.as_ref().is_some_and(|r| r.tag.is_some() || r.digest.is_some());
    match (&split.tag, tag_text(target, split.tag.as_ref())) {
        (Some(leaf), Some(tag)) => changes.push((leaf, tag)),
        (_, _) if split.digest.is_some() && target.digest.is_some() => {}
        // The name holds all of it: nothing is joined to it then.
        (None, _) if tagged && split.digest.is_none() => {
            return whole_name(split, target, whole);
        }
        (None, _) => return Err(Why::NoPlace { key: split.tag_key }),
        (Some(_), None) => return Err(Why::NoTagInReference),
    }
    if let Some(leaf) = &split.digest {
        changes.extend(digest_change(split, leaf, target)?);
    }
    let same = own.is_some_and(|r| r.repository == target.repository);
    if !same || tagged {
        changes.extend(name_changes(split, target)?);
    }
    Ok(changes)
}

/// A digest goes where one is expected; where the target has none, an old one is
/// emptied, since it would pin the old image.
fn digest_change<'s, 'a>(
    split: &Split<'a>,
    leaf: &'s Leaf<'a>,
    target: &Reference,
) -> Result<Option<(&'s Leaf<'a>, String)>, Why> {
    let text = |digest: &Digest| match split.hex && !leaf.text().contains(':') {
        true => digest.hex().to_owned(),
        false => digest.to_string(),
    };
    match &target.digest {
        Some(digest) => Ok(Some((leaf, text(digest)))),
        None if leaf.text().is_empty() => Ok(None),
        None if split.wants_digest => Err(Why::DigestWanted),
        None => Ok(Some((leaf, String::new()))),
    }
}

/// A name that carries tag or digest by itself.
fn whole_name<'s, 'a>(
    split: &'s Split<'a>,
    target: &Reference,
    whole: &str,
) -> Result<Changes<'s, 'a>, Why> {
    let mut changes = name_changes(split, target)?;
    let Some((_, last)) = changes.last_mut() else { return Ok(changes) };
    let name = target.repository.to_string();
    last.push_str(whole.strip_prefix(&name).unwrap_or_default());
    Ok(changes)
}

/// The parts of the name, each with what it has to be; the last is the one that ends it.
fn name_changes<'s, 'a>(split: &'s Split<'a>, target: &Reference) -> Result<Changes<'s, 'a>, Why> {
    if split.fixed {
        return Err(Why::NoPlace { key: "newName" });
    }
    let host = target.repository.registry();
    let path = match host {
        HUB => target.repository.familiar(),
        _ => target.repository.path(),
    };
    let mut changes = Vec::new();
    let registry = split.registry.as_ref();
    let name = match (&split.prefix, registry.filter(|leaf| !leaf.text().is_empty())) {
        (Some(prefix), _) if is_host(&prefix.registry, host) => path.to_owned(),
        (Some(prefix), _) => return Err(Why::OtherRegistry { path: prefix.path.clone() }),
        (None, Some(leaf)) => in_front(leaf, host, path, &mut changes),
        (None, None) => target.repository.to_string(),
    };
    match (&split.repository, &split.name) {
        (Some(repository), None) => changes.push((repository, name)),
        (Some(repository), Some(last)) => {
            let (front, end) = name.rsplit_once('/').ok_or(Why::NoPlace { key: "name" })?;
            changes.push((repository, front.to_owned()));
            changes.push((last, end.to_owned()));
        }
        _ => {}
    }
    Ok(changes)
}

/// A registry's own key: it keeps the components behind its host where the new name
/// begins with them too (`registry: ghcr.io/team`); gives the rest of the name.
fn in_front<'s, 'a>(
    leaf: &'s Leaf<'a>,
    host: &str,
    path: &str,
    changes: &mut Changes<'s, 'a>,
) -> String {
    let (old_host, old_path) = match leaf.text().trim_end_matches('/').split_once('/') {
        Some((host, path)) => (host, Some(path)),
        None => (leaf.text(), None),
    };
    let rest = old_path.and_then(|old| path.strip_prefix(old)?.strip_prefix('/'));
    if let Some(rest) = rest {
        if !is_host(old_host, host) {
            changes.push((leaf, format!("{host}/{}", old_path.unwrap_or_default())));
        }
        return rest.to_owned();
    }
    if old_path.is_some() || !is_host(leaf.text(), host) {
        changes.push((leaf, host.to_owned()));
    }
    path.to_owned()
}

/// Whether a text is this registry, in one of its spellings.
fn is_host(text: &str, host: &str) -> bool {
    let text = text.trim_end_matches('/');
    text == host || (host == HUB && matches!(text, "index.docker.io" | "registry-1.docker.io"))
}
