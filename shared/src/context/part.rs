//! The part of a list that a plan reaches, where the list holds what several plans do.

use std::ops::Range;

use super::cover::Cover;
use super::entries::List;
use super::narrow::Plan;

/// The indices that count for `plan`: ascending, none empty, no two adjacent. The list is
/// that of a walk whose plan holds this one, and this one has no excludes.
pub(super) fn part(list: &List, plan: &Plan) -> Vec<Range<u32>> {
    let mut found = Vec::new();
    let mut next = vec![(Vec::new(), plan)];
    while let Some((path, plan)) = next.pop() {
        let at = list.find(&path);
        if at.is_none() && !path.is_empty() {
            // Not there, or ignored with all that lies in it.
            continue;
        }
        let counts = at.filter(|&at| plan.exact && list.is_own_folder(at).unwrap_or(true));
        let beneath = match plan.cover {
            Cover::Nothing => 0..0,
            // What is copied and not ignored counts in the list, and so for this plan.
            _ => list.beneath(&path),
        };
        if counts.is_some() || !beneath.is_empty() {
            take_with_folders(list, &path, &mut found);
        }
        if matches!(plan.cover, Cover::Nothing) {
            next.extend(plan.children.iter().map(|(name, child)| (join(&path, name), child)));
        } else if !beneath.is_empty() {
            found.push(beneath);
        }
    }
    merge(found)
}

fn join(path: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if path.is_empty() { b"" } else { b"/" };
    [path, slash, name].concat()
}

/// Something that counts takes the folders on the way to it along.
fn take_with_folders(list: &List, path: &[u8], found: &mut Vec<Range<u32>>) {
    let ends = memchr::memchr_iter(b'/', path).chain(std::iter::once(path.len()));
    for end in ends {
        if let Some(at) = list.find(&path[..end]) {
            found.push(at as u32..at as u32 + 1);
        }
    }
}

fn merge(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
