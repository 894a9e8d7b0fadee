//! What each scalar has to be, and where the sites of a text agree on it.
//!
//! By anchors and merge keys one scalar may be a part of several images. It gets a value
//! only if all of them want that: else the later one is told ([`Why::Shared`]), and so is
//! one whose change would reach an image that nothing is known of. An alias whose anchor
//! becomes what it should be needs no edit; one whose anchor becomes something else gets a
//! text of its own.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::document::Syntax;
use super::edit::{self, Splice};
use super::site::{Leaf, Site};
use super::why::Why;

/// A scalar, and the value that it shall have.
#[derive(Debug, Clone)]
pub(super) struct Wish<'s, 'a> {
    pub leaf: &'s Leaf<'a>,
    pub value: Arc<str>,
    /// The bytes of the old value that change, and what comes there, if it is not all of it.
    pub within: Option<(Range<usize>, &'s str)>,
}

/// The wishes of all sites of a text.
pub(super) struct Wishes<'s, 'a> {
    wanted: HashMap<usize, Arc<str>>,
    wishes: Vec<(&'s Site<'a>, Wish<'s, 'a>)>,
    /// Scalars that are parts of other images, too.
    others: &'s HashSet<usize>,
}

impl<'s, 'a> Wishes<'s, 'a> {
    pub fn new(others: &'s HashSet<usize>) -> Self {
        Self { wanted: HashMap::new(), wishes: Vec::new(), others }
    }

    /// Adds all wishes of a site, or none.
    pub fn add(&mut self, site: &'s Site<'a>, wishes: Vec<Wish<'s, 'a>>) -> Result<(), Why> {
        for Wish { leaf, value, .. } in &wishes {
            let differs = *leaf.value != **value;
            if leaf.foreign && differs {
                return Err(Why::Tagged);
            }
            let wanted = self.wanted.get(&leaf.event);
            if wanted.is_some_and(|other| other != value) {
                return Err(Why::Shared);
            }
            if differs && self.others.contains(&leaf.event) {
                return Err(Why::Shared);
            }
        }
        for wish in wishes.into_iter().filter(|wish| !wish.leaf.foreign) {
            if self.wanted.insert(wish.leaf.event, wish.value.clone()).is_none() {
                self.wishes.push((site, wish));
            }
        }
        Ok(())
    }

    /// The splices that make them true, each with its site. `Err` has a site for which the
    /// bytes to change cannot be found.
    pub fn splices(
        &self,
        text: &str,
        syntax: Syntax,
    ) -> Result<Vec<(&'s Site<'a>, Splice)>, &'s Site<'a>> {
        let mut out = Vec::new();
        for (site, wish) in &self.wishes {
            let anchored = wish.leaf.alias_of.and_then(|anchor| self.wanted.get(&anchor));
            let made = match anchored {
                Some(value) if *value == wish.value => continue,
                Some(_) => Some(vec![edit::instead(wish.leaf, wish.value.clone())]),
                None => edit::change(text, syntax, wish),
            };
            out.extend(made.ok_or(*site)?.into_iter().map(|splice| (*site, splice)));
        }
        Ok(out)
    }
}
