//! Profiles: changes of the config that `--profile` chooses. `replace`, then
//! `merge`, then `patches`, a profile's parent before the profile itself.
//!
//! Works on the tree before variables are replaced, so that what a profile takes
//! away is never asked for.

use super::error::Error;
use super::merge::{Null, merge};
use super::source::Report;
use super::tree::{Entry, Node, Value};

/// Applies the chosen profiles, in this order, and takes `profiles` out of the config.
pub(super) fn apply(root: &mut Node, chosen: &[String], report: &mut Report) -> Result<(), Error> {
    let Some(section) = root.take("profiles") else {
        return match chosen.first() {
            None => Ok(()),
            Some(name) => {
                let message = format!("there is no profile `{name}`: the config has no `profiles`");
                Err(report.at(root.at, message, None).into())
            }
        };
    };
    for name in chosen {
        for profile in chain(&section, name, report)? {
            one(root, profile, report)?;
        }
    }
    Ok(())
}

/// A profile and those it builds on, the farthest first.
fn chain<'a>(section: &'a Entry, name: &str, report: &Report) -> Result<Vec<&'a Node>, Error> {
    let profiles = section.value.items();
    let named = |name: &str| {
        profiles.iter().find(|profile| profile.get("name").and_then(Node::text) == Some(name))
    };
    let mut chain = Vec::new();
    let (mut next, mut at) = (Some(name), section.at);
    while let Some(name) = next {
        let Some(profile) = named(name) else {
            let names = profiles.iter().filter_map(|profile| profile.get("name")?.text());
            let hint = match report.near(name, names.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the profiles are `{}`", names.collect::<Vec<_>>().join("`, `")),
            };
            return Err(report.at(at, format!("there is no profile `{name}`"), Some(hint)).into());
        };
        if chain.len() > profiles.len() {
            let message = format!("the profile `{name}` is its own parent");
            return Err(report.at(profile.at, message, None).into());
        }
        chain.push(profile);
        let parent = profile.get("parent");
        at = parent.map_or(at, |parent| parent.at);
        next = parent.and_then(Node::text);
    }
    chain.reverse();
    Ok(chain)
}

fn one(root: &mut Node, profile: &Node, report: &Report) -> Result<(), Error> {
    for entry in profile.get("replace").map_or(&[] as &[Entry], Node::entries) {
        root.take(&entry.key);
        if let Value::Map(entries) = &mut root.value {
            entries.push(entry.clone());
        }
    }
    if let Some(upper) = profile.get("merge") {
        merge(root, upper.clone(), Null::Removes);
    }
    for patch in profile.get("patches").map_or(&[] as &[Node], Node::items) {
        apply_patch(root, patch, report)?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

fn apply_patch(root: &mut Node, patch: &Node, report: &Report) -> Result<(), Error> {
    let wrong = |at, message: &str, hint: Option<&str>| -> Result<(), Error> {
        Err(report.at(at, message, hint.map(str::to_owned)).into())
    };
    let (Some(op), Some(path)) = (patch.get("op"), patch.get("path")) else {
        return wrong(patch.at, "a patch needs `op` and `path`", None);
    };
    let op = match op.text() {
        Some("add") => Op::Add,
        Some("replace") => Op::Replace,
        _ => Op::Remove,
    };
    let value = patch.entries().iter().find(|entry| entry.key == "value").map(|entry| &entry.value);
    if value.is_none() && op != Op::Remove {
        return wrong(patch.at, "this patch needs a `value`", None);
    }
    let segments = segments(path.text().unwrap_or_default());
    if segments.is_empty() {
        return wrong(path.at, "the path of a patch is empty", None);
    }
    if change(root, &segments, op, value.unwrap_or(patch)) == 0 {
        let hint = (op == Op::Replace).then_some("use `op: add` for what is not there yet");
        return wrong(path.at, "nothing in the config is at this path", hint);
    }
    Ok(())
}

/// `a.b[0].name=c` and `/a/b/0` alike, as keys, indexes and `key=value`.
fn segments(path: &str) -> Vec<String> {
    if let Some(pointer) = path.strip_prefix('/') {
        let plain = |part: &str| part.replace("~1", "/").replace("~0", "~");
        return pointer.split('/').filter(|part| !part.is_empty()).map(plain).collect();
    }
    let (mut segments, mut current, mut brackets) = (Vec::new(), String::new(), false);
    for c in path.chars() {
        match c {
            '.' | '[' | ']' if !brackets || c == ']' => {
                segments.push(std::mem::take(&mut current));
                brackets = c == '[';
            }
            '\'' | '"' if brackets => {}
            _ => current.push(c),
        }
    }
    segments.push(current);
    segments.retain(|segment| !segment.is_empty() && segment != "$");
    segments
}

/// Carries a patch out wherever the path leads; answers at how many places.
fn change(node: &mut Node, path: &[String], op: Op, value: &Node) -> usize {
    let Some((first, rest)) = path.split_first() else { return 0 };
    if !rest.is_empty() {
        let found = positions(node, first);
        return found
            .into_iter()
            .map(|i| child(node, i).map_or(0, |n| change(n, rest, op, value)))
            .sum();
    }
    let found = positions(node, first);
    let to_list = found.first().is_some_and(|position| is_list(node, *position));
    match (op, &mut node.value) {
        (Op::Add, Value::List(items)) => add(items, first, value),
        (Op::Add, _) if to_list => {
            // Adding to a list that is there means one more of its items.
            found.iter().filter_map(|i| push(child(node, *i)?, value)).count()
        }
        (Op::Add, Value::Null) => {
            node.value = Value::Map(vec![entry(first, value)]);
            1
        }
        (Op::Add, Value::Map(entries)) if found.is_empty() && first != "*" => {
            entries.push(entry(first, value));
            1
        }
        (Op::Add | Op::Replace, _) => {
            let set = |i: &usize| child(node, *i).map(|child| *child = value.clone());
            found.iter().filter_map(set).count()
        }
        (Op::Remove, Value::List(items)) => retain_others(items, &found),
        (Op::Remove, Value::Map(entries)) => retain_others(entries, &found),
        (Op::Remove, _) => 0,
    }
}

fn entry(key: &str, value: &Node) -> Entry {
    Entry { key: key.to_owned(), at: value.at, value: value.clone() }
}

fn is_list(node: &Node, position: usize) -> bool {
    node.entries().get(position).is_some_and(|entry| matches!(entry.value.value, Value::List(_)))
}

fn push(node: &mut Node, value: &Node) -> Option<()> {
    let Value::List(items) = &mut node.value else { return None };
    items.push(value.clone());
    Some(())
}

fn add(items: &mut Vec<Node>, at: &str, value: &Node) -> usize {
    match at.parse::<usize>() {
        Ok(index) if index <= items.len() => items.insert(index, value.clone()),
        _ if at == "-" => items.push(value.clone()),
        _ => return 0,
    }
    1
}

fn retain_others<T>(items: &mut Vec<T>, found: &[usize]) -> usize {
    let mut index = 0;
    items.retain(|_| {
        index += 1;
        found.binary_search(&(index - 1)).is_err()
    });
    found.len()
}

fn child(node: &mut Node, position: usize) -> Option<&mut Node> {
    match &mut node.value {
        Value::List(items) => items.get_mut(position),
        Value::Map(entries) => entries.get_mut(position).map(|entry| &mut entry.value),
        _ => None,
    }
}

/// Which children a segment names, ascending.
fn positions(node: &Node, segment: &str) -> Vec<usize> {
    let items = node.items();
    let entries = node.entries();
    if segment == "*" {
        return (0..items.len().max(entries.len())).collect();
    }
    if let Some(position) = entries.iter().position(|entry| entry.key == segment) {
        return vec![position];
    }
    if let Some((key, value)) = segment.split_once('=') {
        let fits = |item: &Node| item.get(key).and_then(Node::text) == Some(value);
        return (0..items.len()).filter(|i| fits(&items[*i])).collect();
    }
    segment.parse().ok().filter(|index| *index < items.len()).into_iter().collect()
}
