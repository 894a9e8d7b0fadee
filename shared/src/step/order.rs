//! Which image must be built before which.

use std::collections::{BTreeMap, HashSet};

/// Images that need each other in a circle: `a → b → a`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("images are built from each other in a circle: {}", path.join(" → "))]
pub struct Circle {
    pub path: Vec<String>,
}

/// The names in an order in which each comes after those it needs; else as given.
/// Names that `needs` has but `names` lacks are left out.
pub fn order(
    names: &[String],
    needs: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<String>, Circle> {
    let mut visit = Visit {
        names: names.iter().map(String::as_str).collect(),
        needs,
        seen: HashSet::new(),
        done: Vec::with_capacity(names.len()),
    };
    for name in names {
        visit.go(name)?;
    }
    Ok(visit.done)
}

struct Visit<'a> {
    names: HashSet<&'a str>,
    needs: &'a BTreeMap<String, Vec<String>>,
    /// Done, or on the way.
    seen: HashSet<&'a str>,
    done: Vec<String>,
}

impl<'a> Visit<'a> {
    /// Puts the name behind all that it needs; a chain may be as long as the config.
    fn go(&mut self, name: &'a str) -> Result<(), Circle> {
        if !self.seen.insert(name) {
            return Ok(());
        }
        let mut way = vec![(name, self.needs_of(name))];
        while let Some((name, rest)) = way.last_mut() {
            let Some(need) = rest.next().map(String::as_str) else {
                self.done.push((*name).to_owned());
                way.pop();
                continue;
            };
            if !self.names.contains(need) {
                continue;
            }
            if self.seen.insert(need) {
                let rest = self.needs_of(need);
                way.push((need, rest));
            } else if let Some(start) = way.iter().position(|(on_way, _)| *on_way == need) {
                let mut path: Vec<String> =
                    way[start..].iter().map(|(name, _)| (*name).to_owned()).collect();
                path.push(need.to_owned());
                return Err(Circle { path });
            }
        }
        Ok(())
    }

    fn needs_of(&self, name: &str) -> std::slice::Iter<'a, String> {
        self.needs.get(name).map_or(&[][..], Vec::as_slice).iter()
    }
}

/// `names` and all that they need, directly or not, in the order of `all`.
pub fn with_needs(
    names: &[String],
    all: &[String],
    needs: &BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let mut wanted: HashSet<&str> = names.iter().map(String::as_str).collect();
    let mut next: Vec<&str> = wanted.iter().copied().collect();
    while let Some(name) = next.pop() {
        for need in needs.get(name).into_iter().flatten() {
            if wanted.insert(need) {
                next.push(need);
            }
        }
    }
    all.iter().filter(|name| wanted.contains(name.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn needs(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
        pairs.iter().map(|(name, needs)| ((*name).to_owned(), names(needs))).collect()
    }

    #[test]
    fn what_is_needed_comes_first_and_the_rest_stays() {
        let graph = needs(&[("app", "base lib"), ("lib", "base")]);
        assert_eq!(order(&names("web app lib base"), &graph).unwrap(), names("web base lib app"));
        assert_eq!(order(&names("a b"), &BTreeMap::new()).unwrap(), names("a b"));
    }

    #[test]
    fn a_circle_is_told_with_its_path() {
        let graph = needs(&[("a", "b"), ("b", "c"), ("c", "b")]);
        let error = order(&names("a b c"), &graph).unwrap_err();
        assert_eq!(error.to_string(), "images are built from each other in a circle: b → c → b");
        let own = needs(&[("a", "a")]);
        assert!(order(&names("a"), &own).is_err());
    }

    #[test]
    fn a_selection_takes_its_needs_along() {
        let graph = needs(&[("app", "lib"), ("lib", "base")]);
        let all = names("web base lib app");
        assert_eq!(with_needs(&names("app"), &all, &graph), names("base lib app"));
    }
}
