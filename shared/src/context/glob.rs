//! Go's `filepath.Match` for one component of a path: `*`, `?`, `[a-z]`, `\`.
//!
//! COPY and ADD use it for their sources, and moby uses it to check the syntax
//! of each line of `.dockerignore`. Works on bytes; an invalid byte counts as one
//! U+FFFD, as in Go. Takes time linear in pattern × name, whatever the pattern.

/// Why a pattern is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    #[error("its `[` has no end")]
    OpenClass,
    #[error("in `[…]` a `-` or `]` that stands for itself needs a `\\` in front")]
    BareInClass,
    #[error("its last `\\` escapes nothing")]
    TrailingEscape,
    #[error("a byte between `[` and `]` is not UTF-8")]
    ClassNotUtf8,
    #[error("a range between `[` and `]` runs backwards")]
    BackwardRange,
    #[error("`\\` before a letter or digit has no meaning here")]
    UnknownEscape,
    #[error("the class `[:…:]` is not known")]
    UnknownClass,
    #[error("beside a wildcard `{{2}}` repeats what stands before it, here nothing that can be")]
    BadRepetition,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Star,
    Any,
    Byte(u8),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

/// A component of a COPY source, ready to match names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Token>);

impl Glob {
    pub fn parse(pattern: &[u8]) -> Result<Self, BadPattern> {
        let mut tokens = Vec::new();
        let mut rest = pattern;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            tokens.push(match byte {
                b'*' => Token::Star,
                b'?' => Token::Any,
                b'[' => class(&mut rest)?,
                b'\\' => {
                    let (&escaped, after) = rest.split_first().ok_or(BadPattern::TrailingEscape)?;
                    rest = after;
                    Token::Byte(escaped)
                }
                byte => Token::Byte(byte),
            });
        }
        Ok(Self(tokens))
    }

    /// The name that this component can match alone, if there are no wildcards in it.
    pub fn literal(&self) -> Option<Vec<u8>> {
        let byte = |token: &Token| match token {
            Token::Byte(byte) => Some(*byte),
            _ => None,
        };
        self.0.iter().map(byte).collect()
    }

    /// Whether a class in it takes a `/`: Go lets such a pattern run across folders.
    pub fn crosses_folders(&self) -> bool {
        self.0.iter().any(|token| match token {
            Token::Class { negated, ranges } => holds(*negated, ranges, '/'),
            _ => false,
        })
    }

    /// Whether the whole name matches.
    pub fn matches(&self, name: &[u8]) -> bool {
        let (mut token, mut at) = (0, 0);
        // Where to go on when a guess fails: behind the last star, one byte further.
        let mut retry = None;
        loop {
            match self.0.get(token) {
                Some(Token::Star) => {
                    retry = Some((token + 1, at));
                    token += 1;
                    continue;
                }
                Some(one) => {
                    if let Some(length) = step(one, &name[at..]) {
                        token += 1;
                        at += length;
                        continue;
                    }
                }
                None if at == name.len() => return true,
                None => {}
            }
            let Some((after, from)) = retry.filter(|&(_, from)| from < name.len()) else {
                return false;
            };
            retry = Some((after, from + 1));
            (token, at) = (after, from + 1);
        }
    }
}

/// How many bytes of `rest` a token takes, if it matches there.
fn step(token: &Token, rest: &[u8]) -> Option<usize> {
    let &first = rest.first()?;
    match token {
        Token::Byte(byte) => (*byte == first).then_some(1),
        Token::Any => (first != b'/').then(|| decode(rest).1),
        Token::Class { negated, ranges } => {
            let (rune, length) = decode(rest);
            holds(*negated, ranges, rune).then_some(length)
        }
        Token::Star => None,
    }
}

fn holds(negated: bool, ranges: &[(char, char)], rune: char) -> bool {
    ranges.iter().any(|&(low, high)| (low..=high).contains(&rune)) != negated
}

/// The rest of `[…]`, behind the bracket (Go: `matchChunk`).
fn class(rest: &mut &[u8]) -> Result<Token, BadPattern> {
    let negated = rest.first() == Some(&b'^');
    if negated {
        *rest = &rest[1..];
    }
    let mut ranges = Vec::new();
    loop {
        if rest.first() == Some(&b']') && !ranges.is_empty() {
            *rest = &rest[1..];
            return Ok(Token::Class { negated, ranges });
        }
        let low = class_rune(rest)?;
        let mut high = low;
        if rest.first() == Some(&b'-') {
            *rest = &rest[1..];
            high = class_rune(rest)?;
        }
        ranges.push((low, high));
    }
}

/// One rune of a class, perhaps escaped (Go: `getEsc`).
fn class_rune(rest: &mut &[u8]) -> Result<char, BadPattern> {
    match rest.first() {
        None => return Err(BadPattern::OpenClass),
        Some(b'-' | b']') => return Err(BadPattern::BareInClass),
        Some(b'\\') => *rest = &rest[1..],
        Some(_) => {}
    }
    if rest.is_empty() {
        return Err(BadPattern::OpenClass);
    }
    let (rune, length) = decode(rest);
    if rune == char::REPLACEMENT_CHARACTER && length == 1 {
        return Err(BadPattern::ClassNotUtf8);
    }
    *rest = &rest[length..];
    if rest.is_empty() { Err(BadPattern::OpenClass) } else { Ok(rune) }
}

/// The first rune and its length in bytes; an invalid byte is U+FFFD of length 1
/// (Go: `utf8.DecodeRune`). `text` is not empty.
pub fn decode(text: &[u8]) -> (char, usize) {
    let Some(&first) = text.first() else { return (char::REPLACEMENT_CHARACTER, 0) };
    if first < 0x80 {
        return (char::from(first), 1);
    }
    let head = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or(""),
    };
    valid.chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, c.len_utf8()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// After the table `matchTests` of Go's path/filepath, the rows of one component.
    #[test]
    fn go_rows() {
        let rows: &[(&str, &str, bool)] = &[
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "a", true),
            ("a*b*c*d*e*", "axbxcxdxe", true),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("a*b?c*x", "abxbbxdbxebxczzy", false),
            ("ab[c]", "abc", true),
            ("ab[b-d]", "abc", true),
            ("ab[e-g]", "abc", false),
            ("ab[^c]", "abc", false),
            ("ab[^e-g]", "abc", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "ab", false),
            ("a?b", "a☺b", true),
            ("a[^a]b", "a☺b", true),
            ("a???b", "a☺b", false),
            ("[a-ζ]*", "α", true),
            ("*[a-ζ]", "A", false),
            ("[\\]a]", "]", true),
            ("[x\\-]", "-", true),
            ("[x\\-]", "z", false),
            ("*x", "xxx", true),
            ("[b-a]", "a", false),
            ("**", "abc", true),
        ];
        for (pattern, name, expected) in rows {
            let glob = Glob::parse(pattern.as_bytes()).unwrap();
            assert_eq!(glob.matches(name.as_bytes()), *expected, "{pattern} {name}");
        }
    }

    #[test]
    fn bad_patterns() {
        for pattern in
            ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a[", "[a\\", "[a-"]
        {
            assert!(Glob::parse(pattern.as_bytes()).is_err(), "{pattern}");
        }
        assert!(Glob::parse(b"[\xff]").is_err());
        assert!(Glob::parse(b"\xff*").unwrap().matches(b"\xff\xfe"));
    }

    #[test]
    fn many_stars_end_soon() {
        let glob = Glob::parse(&[b"*a".repeat(200), b"b".to_vec()].concat()).unwrap();
        assert!(!glob.matches(&b"a".repeat(20_000)));
    }
}
