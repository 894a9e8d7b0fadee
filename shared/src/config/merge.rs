//! One tree laid over another: mappings deep, everything else replaced whole, as
//! upstream merges its overrides. Each node keeps the place it came from.

use std::collections::HashMap;

use super::tree::{Node, Value};

/// What a null in the upper tree does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    /// Nothing: the lower value stays, as in overrides.
    Keeps,
    /// Takes the key away, as in JSON merge patches (RFC 7396).
    Removes,
}

/// Lays `upper` over `lower`.
pub(super) fn merge(lower: &mut Node, upper: Node, null: Null) {
    let at = upper.at;
    match (&mut lower.value, upper.value) {
        (Value::Map(entries), Value::Map(new)) => {
            let mut index: HashMap<String, usize> = HashMap::with_capacity(entries.len());
            index.extend(entries.iter().enumerate().map(|(i, entry)| (entry.key.clone(), i)));
            for mut entry in new {
                match index.get(&entry.key) {
                    Some(&i) if entry.value.value == Value::Null => match null {
                        Null::Keeps => {}
                        Null::Removes => entries[i].value = entry.value,
                    },
                    Some(&i) => {
                        entries[i].at = entry.at;
                        merge(&mut entries[i].value, entry.value, null);
                    }
                    None => {
                        if null == Null::Removes {
                            strip(&mut entry.value);
                        }
                        index.insert(entry.key.clone(), entries.len());
                        entries.push(entry);
                    }
                }
            }
            if null == Null::Removes {
                entries.retain(|entry| entry.value.value != Value::Null);
            }
        }
        (_, Value::Null) if null == Null::Keeps => {}
        (lower_value, value) => {
            *lower_value = value;
            lower.at = at;
        }
    }
}

/// Takes nulls out of mappings that are new.
fn strip(node: &mut Node) {
    if let Value::Map(entries) = &mut node.value {
        entries.retain_mut(|entry| {
            strip(&mut entry.value);
            entry.value.value != Value::Null
        });
    }
}
