//! Where, in the bytes of a text, an image of the config could stand.
//!
//! The last component of a repository has no character that YAML or JSON would have to
//! escape or could break a line in, so it stands in the bytes as it is wherever a value
//! holds it, also in a text within a text; but an escape by number, and a line that is
//! joined to the next by a `\`, can hide it: these count too, and `{{`, with which a
//! value may be a template's.

use aho_corasick::{AhoCorasick, MatchKind};

use super::super::Replacements;

/// What may hide a name, or be a fault where an image is wanted.
const OTHERS: [&str; 6] = ["\\x", "\\u", "\\U", "\\\n", "\\\r", "{{"];

pub(in crate::manifest) struct Needles {
    automaton: AhoCorasick,
}

impl Needles {
    /// `None` where no names tell what may be an image: with rules of the user that look at
    /// other values, too, or with too many names for one automaton.
    pub fn new(replacements: &Replacements) -> Option<Self> {
        if replacements.rules().look_at_all() {
            return None;
        }
        let names = replacements.names();
        let patterns = OTHERS.iter().copied().chain(names);
        let mut builder = AhoCorasick::builder();
        let built = builder.match_kind(MatchKind::LeftmostLongest).build(patterns);
        built.ok().map(|automaton| Self { automaton })
    }

    /// The offsets at which an image may stand, rising.
    pub fn find(&self, text: &[u8]) -> Vec<usize> {
        let found = self.automaton.find_iter(text);
        let other = |pattern: usize| pattern < OTHERS.len();
        let stands = found.filter(|m| other(m.pattern().as_usize()) || is_whole(text, m.range()));
        stands.map(|m| m.start()).collect()
    }
}

/// Whether a name is not just a part of another: what stands before and behind it cannot
/// belong to it. A letter behind a `\` does not.
fn is_whole(text: &[u8], range: std::ops::Range<usize>) -> bool {
    let joins = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let before = match text[..range.start] {
        [.., b'\\', _] => false,
        [.., last] => joins(last),
        [] => false,
    };
    let after = text.get(range.end).is_some_and(|&b| joins(b) || b == b'/');
    !before && !after
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::replacements;
    use super::Needles;

    #[test]
    fn names_count_where_they_are_whole() {
        let needles = Needles::new(&replacements()).unwrap();
        for (text, found) in [
            ("image: me/app", vec![10]),
            ("app", vec![0]),
            ("app:1", vec![0]),
            ("'app'", vec![1]),
            ("\"\\napp\\n\"", vec![3]),
            ("a/app@sha256:0 b/redis", vec![2, 17]),
            ("app.kubernetes.io/name: myapp, app-x, app/x, x.app, application", vec![]),
            ("{{ x }}", vec![0]),
            ("\"\\u0061pp\" \"a\\\npp\" '\\x61'", vec![1, 13, 20]),
        ] {
            assert_eq!(needles.find(text.as_bytes()), found, "{text}");
        }
    }
}
