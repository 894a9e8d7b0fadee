//! Patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?`, a backslash.
//!
//! Made into regular expressions as BuildKit does, so that matching is linear;
//! no bracket expressions. A backslash before `}` and `/` only protects them.

use regex::{Regex, RegexBuilder};

use super::Kind;

/// The value without the shortest (or longest) match at its begin.
pub(super) fn cut_front(pattern: &str, value: &str, greedy: bool) -> Result<String, Kind> {
    let found = compile(pattern, greedy, true)?.find(value).map_or(0, |found| found.end());
    Ok(value[found..].to_owned())
}

/// The value without the shortest (or longest) match at its end: both are turned
/// round, since a regular expression finds the leftmost match.
pub(super) fn cut_back(pattern: &str, value: &str, greedy: bool) -> Result<String, Kind> {
    let value: String = value.chars().rev().collect();
    let rest = cut_front(&reverse(pattern), &value, greedy)?;
    Ok(rest.chars().rev().collect())
}

/// The value with the first match, or all, replaced.
pub(super) fn replace(
    pattern: &str,
    value: &str,
    replacement: &str,
    all: bool,
) -> Result<String, Kind> {
    let regex = compile(pattern, true, false)?;
    if all {
        // `$1` in the replacement is a group, as with Go's ReplaceAllString.
        return Ok(regex.replace_all(value, replacement).into_owned());
    }
    Ok(match regex.find(value) {
        Some(found) => [&value[..found.start()], replacement, &value[found.end()..]].concat(),
        None => value.to_owned(),
    })
}

fn compile(pattern: &str, greedy: bool, anchored: bool) -> Result<Regex, Kind> {
    let bad = || Kind::Pattern(pattern.to_owned());
    let mut out = String::from(if anchored { "^" } else { "" });
    // Go's scanner passes over a BOM.
    let pattern = pattern.strip_prefix('\u{feff}').unwrap_or(pattern);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(if greedy { ".*" } else { ".*?" }),
            '?' => out.push('.'),
            '\\' if matches!(chars.peek(), Some('}' | '/')) => {}
            '\\' => {
                let escaped = chars.next().filter(|c| matches!(c, '*' | '?' | '\\'));
                out.push('\\');
                out.push(escaped.ok_or_else(bad)?);
            }
            _ => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    RegexBuilder::new(&out).build().map_err(|_| bad())
}

/// The pattern from back to front, each escape staying before its character.
fn reverse(pattern: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let mut part = String::from(c);
        if c == '\\' {
            part.extend(chars.next());
        }
        parts.push(part);
    }
    parts.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{compile, reverse};

    /// BuildKit `lex_test.go`: TestConvertShellPatternToRegex, TestReversePattern.
    #[test]
    fn patterns_become_regular_expressions() {
        let rows = [
            ("*", "^.*"),
            ("?", "^."),
            ("\\*", "^\\*"),
            ("(()[]{\\}^$.\\*\\?|\\\\", "^\\(\\(\\)\\[\\]\\{\\}\\^\\$\\.\\*\\?\\|\\\\"),
        ];
        for (pattern, expected) in rows {
            assert_eq!(compile(pattern, true, true).unwrap().as_str(), expected);
        }
        for pattern in ["\\", "\\x", "\\\\\\"] {
            assert!(compile(pattern, true, true).is_err(), "{pattern}");
        }
        let reversed = [
            ("a\\*c", "c\\*a"),
            ("\\\\\\ab", "b\\a\\\\"),
            ("👽\\🚀🖖", "🖖\\🚀👽"),
            ("ab\\", "\\ba"),
            ("\\\\b", "b\\\\"),
        ];
        for (pattern, expected) in reversed {
            assert_eq!(reverse(pattern), expected);
        }
    }
}
