//! One scalar is one site.

use std::collections::HashSet;

use super::super::site::{Leaf, Shape, Site, Split};
use super::super::sites::is_reference;

#[derive(Default)]
pub(super) struct Claims {
    /// Scalars that are parts of images, and so no images of their own.
    parts: HashSet<usize>,
    /// Parts of images that are left as they are.
    others: HashSet<usize>,
}

impl Claims {
    pub fn parts(&mut self, split: &Split<'_>) {
        let names = [&split.registry, &split.repository, &split.name];
        self.parts.extend(names.into_iter().flatten().map(|leaf| leaf.event));
    }

    /// A name with a registry beside it means nothing by itself.
    pub fn registries(&mut self, readings: &[Split<'_>]) {
        for split in readings {
            let registry = split.registry.as_ref().is_some_and(|leaf| !leaf.text().is_empty());
            if registry && split.tag.is_some() {
                self.parts(split);
            }
        }
    }

    /// An image that is left as it is: no other may change what it is made of.
    pub fn keep<'s, 'a: 's>(&mut self, readings: impl IntoIterator<Item = &'s Split<'a>>) {
        let images = readings.into_iter().filter(|s| is_reference(&s.repository_text()));
        let event = |leaf: &Leaf<'_>| leaf.alias_of.unwrap_or(leaf.event);
        self.others.extend(images.flat_map(Split::parts).map(event));
    }

    pub fn into_others(self) -> HashSet<usize> {
        self.others
    }

    /// One scalar is one site: parts of a split image are no sites of their own, and
    /// an alias follows its anchor where that is a site itself.
    pub fn settle(&self, sites: &mut Vec<Site<'_>>) {
        let single = |site: &Site<'_>| match &site.shape {
            Shape::Whole(leaf) | Shape::Within(leaf, _) | Shape::Part(leaf, _) => Some(leaf.event),
            Shape::Split(_) => None,
        };
        let wholes: HashSet<usize> = sites.iter().filter_map(single).collect();
        let complete = |site: &Site<'_>| match &site.shape {
            Shape::Split(split) if split.tag.is_some() || split.digest.is_some() => {
                split.last_name().map(|leaf| leaf.event)
            }
            _ => None,
        };
        let named: HashSet<usize> = sites.iter().filter_map(complete).collect();
        sites.retain(|site| match &site.shape {
            // A base that others are made of, each with a tag of its own.
            Shape::Split(split) if split.tag.is_none() && split.digest.is_none() => {
                split.last_name().is_none_or(|leaf| !named.contains(&leaf.event))
            }
            Shape::Split(_) | Shape::Part(..) => true,
            Shape::Whole(leaf) | Shape::Within(leaf, _) => {
                let follows = leaf.alias_of.is_some_and(|event| wholes.contains(&event));
                !self.parts.contains(&leaf.event) && !follows
            }
        });
        sites.sort_by_key(|site| site.shape.name().map_or(0, |leaf| leaf.range.start));
    }
}
