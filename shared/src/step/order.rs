//! Which image must be built before which.

use std::collections::BTreeMap;

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
    let mut done: Vec<String> = Vec::new();
    for name in names {
        visit(name, names, needs, &mut Vec::new(), &mut done)?;
    }
    Ok(done)
}

fn visit(
    name: &String,
    names: &[String],
    needs: &BTreeMap<String, Vec<String>>,
    path: &mut Vec<String>,
    done: &mut Vec<String>,
) -> Result<(), Circle> {
    if done.contains(name) || !names.contains(name) {
        return Ok(());
    }
    if let Some(start) = path.iter().position(|on_way| on_way == name) {
        let mut circle = path[start..].to_vec();
        circle.push(name.clone());
        return Err(Circle { path: circle });
    }
    path.push(name.clone());
    for need in needs.get(name).into_iter().flatten() {
        visit(need, names, needs, path, done)?;
    }
    path.pop();
    done.push(name.clone());
    Ok(())
}

/// `names` and all that they need, directly or not, in the order of `all`.
pub fn with_needs(
    names: &[String],
    all: &[String],
    needs: &BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let mut wanted: Vec<String> = names.to_vec();
    let mut next = 0;
    while let Some(name) = wanted.get(next).cloned() {
        for need in needs.get(&name).into_iter().flatten() {
            if !wanted.contains(need) {
                wanted.push(need.clone());
            }
        }
        next += 1;
    }
    all.iter().filter(|name| wanted.contains(name)).cloned().collect()
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
