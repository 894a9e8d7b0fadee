//! Anchors and the aliases that stand for them.
//!
//! An anchored value is edited once, where it stands; whoever uses it by an alias gets
//! the new value too, and is told of. Holds a bounded number of aliases, so that a
//! text made of nothing else costs no more memory than others.

use std::collections::HashMap;

use super::path::Step;
use super::site::{Alias, Leaf, Shape, Site};
use super::sites;

/// So many aliases of a document are known by place.
const ALIASES_MAX: usize = 10_000;
/// So many are told of one edit.
const TOLD_MAX: usize = 100;

/// The anchors and aliases of a document.
#[derive(Default)]
pub(super) struct Marks<'a> {
    /// Anchor, and the first and last event of what it marks.
    anchors: Vec<(usize, usize, usize)>,
    aliases: Vec<(usize, usize, Vec<Step<'a>>)>,
}

impl<'a> Marks<'a> {
    pub fn anchor(&mut self, id: usize, first: usize, last: usize) {
        self.anchors.push((id, first, last));
    }

    pub fn has_room(&self) -> bool {
        self.aliases.len() < ALIASES_MAX
    }

    pub fn alias(&mut self, id: usize, offset: usize, path: Vec<Step<'a>>) {
        self.aliases.push((id, offset, path));
    }

    /// What is known of the document that ends; the next one begins.
    pub fn take(&mut self) -> Aliases<'a> {
        let Self { mut anchors, aliases } = std::mem::take(self);
        let mut uses: HashMap<usize, Vec<(usize, Vec<Step<'a>>)>> = HashMap::new();
        for (id, offset, path) in aliases {
            uses.entry(id).or_default().push((offset, path));
        }
        anchors.retain(|(id, ..)| uses.contains_key(id));
        Aliases { anchors, uses }
    }
}

/// The anchors of a document that aliases stand for.
pub(super) struct Aliases<'a> {
    anchors: Vec<(usize, usize, usize)>,
    uses: HashMap<usize, Vec<(usize, Vec<Step<'a>>)>>,
}

impl Aliases<'_> {
    /// The aliases by which a site's value counts elsewhere too.
    pub fn of(&self, site: &Site<'_>) -> Vec<Alias> {
        let mut out = Vec::new();
        if self.anchors.is_empty() {
            return out;
        }
        let events = events(&site.shape);
        let holds = |(_, first, last): &&(usize, usize, usize)| {
            events.iter().any(|event| (first..=last).contains(&event))
        };
        for (id, ..) in self.anchors.iter().filter(holds).take(TOLD_MAX) {
            let uses = self.uses.get(id).into_iter().flatten();
            out.extend(uses.take(TOLD_MAX).map(|(offset, path)| sites::alias(*offset, path)));
        }
        out.sort_by_key(|alias| alias.offset);
        out.dedup();
        out.truncate(TOLD_MAX);
        out
    }
}

/// The events of the scalars that a site is made of, aliases aside: these are replaced
/// where they stand.
fn events(shape: &Shape<'_>) -> Vec<usize> {
    let own = |leaf: &Leaf<'_>| leaf.alias_of.is_none().then_some(leaf.event);
    match shape {
        Shape::Whole(leaf) | Shape::Within(leaf, _) | Shape::Part(leaf, _) => {
            own(leaf).into_iter().collect()
        }
        Shape::Split(split) => {
            let leaves = [&split.registry, &split.repository, &split.name, &split.tag, &split.digest];
            leaves.into_iter().flatten().filter_map(own).collect()
        }
    }
}
