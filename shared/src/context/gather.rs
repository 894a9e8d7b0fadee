//! What of the contexts counts, for all images of a run at once.
//!
//! Images whose context and ignore file are the same share one walk and one list: each
//! has the part of it that it reaches. So the work grows with the files, not with
//! images times files. What goes wrong stops only the images that it concerns.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::look::{Context, Look};
use super::narrow::Plan;
use super::part::part;
use super::read::{self, Reading};
use super::stat_cache::StatCaches;
use super::{Entries, Error};
use crate::dockerfile::{CopySource, Reach};
use crate::ui::event::Reporter;
use crate::util::parallel;

/// One image's question.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// Absolute.
    pub context: &'a Path,
    /// Absolute; may lie outside the context. `<it>.dockerignore` beats `.dockerignore`.
    /// `None`: no ignore file counts.
    pub dockerfile: Option<&'a Path>,
    pub reach: Reach,
}

/// What is the same for all images.
#[derive(Clone, Copy)]
pub struct Common<'a> {
    /// Absolute paths that never count, beside `.devspace` in the context's root:
    /// the project's own state where the context lies around the project.
    pub never: &'a [PathBuf],
    pub cache: Option<&'a StatCaches>,
    /// At least 1 is used.
    pub threads: usize,
}

/// What of a context counts.
#[derive(Debug, Clone)]
pub struct Counted {
    /// `Some(why)` when the whole context does.
    pub whole: Option<String>,
    pub entries: Entries,
    /// See [`super::Inputs::open_root`].
    pub open_root: bool,
}

/// Answers in the order of the questions.
pub fn gather(
    asks: &[Ask<'_>],
    common: Common<'_>,
    reporter: &dyn Reporter,
) -> Vec<Result<Counted, Error>> {
    let now = read::now();
    let contexts = contexts(asks, common);
    let looks = parallel::run(asks.iter().collect(), common.threads, |ask: &Ask<'_>| {
        match &contexts[ask.context] {
            Some(context) => Look::of(ask, context),
            // To be told to each that asks.
            None => Look::of(ask, &Context::open(ask.context, common.never)?),
        }
    });
    let mut answers: Vec<Option<Result<Counted, Error>>> = Vec::new();
    let mut good = Vec::new();
    for (ask, look) in looks.into_iter().enumerate() {
        let failed = match look {
            Ok(look) => {
                good.push((ask, look));
                None
            }
            Err(error) => Some(Err(error)),
        };
        answers.push(failed);
    }
    let mut groups = groups(asks, &good);
    while !groups.is_empty() {
        let readings = groups.iter().map(|group| Reading {
            context: contexts[group.context].as_ref().expect("a look has a context"),
            look: &good[group.looks[0]].1,
            plan: &group.plan,
            alone: group.looks.len() == 1,
        });
        let lists = read::read_all(&readings.collect::<Vec<_>>(), common, now, reporter);
        let mut again = Vec::new();
        for (group, list) in groups.into_iter().zip(lists) {
            match (list, &group.looks[..]) {
                (Ok(list), _) => group.answer(&list, &good, &mut answers),
                (Err(error), [look]) => answers[good[*look].0] = Some(Err(error)),
                // Only some of them may need what failed.
                (Err(_), _) => again.extend(group.apart(&good)),
            }
        }
        groups = again;
    }
    answers.into_iter().map(|answer| answer.expect("each look is in a group")).collect()
}

/// The contexts that can be opened.
fn contexts<'a>(asks: &[Ask<'a>], common: Common<'_>) -> HashMap<&'a Path, Option<Context<'a>>> {
    let mut paths: Vec<&Path> = asks.iter().map(|ask| ask.context).collect();
    paths.sort_unstable();
    paths.dedup();
    let open = |path: &'a Path| (path, Context::open(path, common.never).ok());
    paths.into_iter().map(open).collect()
}

/// Looks that share a walk.
struct Group<'a> {
    context: &'a Path,
    /// All that one of them reaches.
    plan: Plan,
    /// By index; never empty.
    looks: Vec<usize>,
}

/// Those with one context and one ignore file together. What `--exclude` or `--parents`
/// leaves out is no part of another's list: these are together only if they copy the same.
fn groups<'a>(asks: &[Ask<'a>], looks: &[(usize, Look)]) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<_, Group<'a>> = BTreeMap::new();
    for (index, (ask, look)) in looks.iter().enumerate() {
        let ask = &asks[*ask];
        let excluding = look.plan.excludes().then(|| match &ask.reach {
            Reach::Narrow(sources) => {
                // All of a source counts but where it stands.
                sources.iter().map(|source| CopySource { line: 0, ..source.clone() }).collect()
            }
            Reach::Whole { .. } => Vec::new(),
        });
        let group = groups.entry((ask.context, &look.ignore.bytes, excluding));
        let group = group.or_insert_with(|| Group {
            context: ask.context,
            plan: Plan::default(),
            looks: Vec::new(),
        });
        group.looks.push(index);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    for group in &mut groups {
        group.join_plans(looks);
    }
    groups
}

impl<'a> Group<'a> {
    fn join_plans(&mut self, looks: &[(usize, Look)]) {
        self.plan = looks[self.looks[0]].1.plan.clone();
        if !self.plan.excludes() {
            self.looks[1..].iter().for_each(|&look| self.plan.add(&looks[look].1.plan));
        }
    }

    /// Each by itself.
    fn apart(&self, looks: &[(usize, Look)]) -> Vec<Self> {
        let single = |&look: &usize| {
            let plan = looks[look].1.plan.clone();
            Self { context: self.context, plan, looks: vec![look] }
        };
        self.looks.iter().map(single).collect()
    }

    /// Gives each the part of the list that it reaches.
    fn answer(
        &self,
        read: &read::List,
        looks: &[(usize, Look)],
        answers: &mut [Option<Result<Counted, Error>>],
    ) {
        let same = self.looks.len() == 1 || self.plan.excludes();
        let mut parts: HashMap<Vec<Range<u32>>, Entries> = HashMap::new();
        for &index in &self.looks {
            let (ask, look) = &looks[index];
            let all = 0..read.list.len() as u32;
            let ranges = if same { vec![all.clone()] } else { part(&read.list, &look.plan) };
            answers[*ask] = Some(match read.failure_in(&ranges) {
                Some(error) => Err(error),
                None => {
                    let whole = ranges[..] == [all];
                    let entries = parts.entry(ranges).or_insert_with_key(|ranges| match whole {
                        true => Entries::of(Arc::clone(&read.list)),
                        false => Entries::part(&read.list, ranges.clone()),
                    });
                    let (whole, open_root) = (look.whole.clone(), look.open_root);
                    Ok(Counted { whole, entries: entries.clone(), open_root })
                }
            });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
