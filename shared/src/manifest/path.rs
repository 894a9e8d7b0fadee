//! The way to a value: `spec.containers[0].image`, and patterns for it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

impl Step<'_> {
    pub fn key(&self) -> Option<&str> {
        match self {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        }
    }
}

/// The path as people write it; keys of other characters stand in `["…"]`.
pub(super) fn show(steps: &[Step<'_>]) -> String {
    let mut out = String::with_capacity(16 * steps.len());
    for step in steps {
        match step {
            Step::Index(index) => {
                let _ = write!(out, "[{index}]");
            }
            Step::Key(key) if is_simple(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Key(key) => {
                let _ = write!(out, "[{key:?}]");
            }
        }
    }
    out
}

fn is_simple(key: &str) -> bool {
    let simple = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    !key.is_empty() && key.bytes().all(simple)
}

/// Whether a pattern takes exactly this path. Between dots stands a key, or `*`
/// for any; `[*]` after it is any one item of a list.
pub(super) fn matches(pattern: &str, steps: &[Step<'_>]) -> bool {
    let mut steps = steps.iter();
    for part in pattern.split('.') {
        let (key, lists) = match part.split_once('[') {
            Some((key, _)) => (key, part.matches("[*]").count()),
            None => (part, 0),
        };
        let Some(Step::Key(found)) = steps.next() else { return false };
        if key != "*" && key != found {
            return false;
        }
        for _ in 0..lists {
            let Some(Step::Index(_)) = steps.next() else { return false };
        }
    }
    steps.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{Step, matches, show};

    fn steps(text: &str) -> Vec<Step<'_>> {
        let step = |part: &'static str| match part.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Key(part.into()),
        };
        text.to_owned().leak().split(' ').map(step).collect()
    }

    #[test]
    fn a_path_is_shown_as_people_write_it() {
        for (text, shown) in [
            ("spec containers 0 image", "spec.containers[0].image"),
            ("0 a 1 2 b", "[0].a[1][2].b"),
            ("data a.b/c x", "data[\"a.b/c\"].x"),
        ] {
            assert_eq!(show(&steps(text)), shown);
        }
    }

    #[test]
    fn a_pattern_takes_whole_paths_only() {
        for (pattern, text, taken) in [
            ("spec.image", "spec image", true),
            ("spec.image", "spec image x", false),
            ("spec.image", "spec", false),
            ("spec.images[*]", "spec images 3", true),
            ("spec.images[*]", "spec images", false),
            ("spec.images.*", "spec images web", true),
            ("spec.images.*", "spec images 0", false),
            ("a[*].b", "a 0 b", true),
        ] {
            assert_eq!(matches(pattern, &steps(text)), taken, "{pattern} {text}");
        }
    }
}
