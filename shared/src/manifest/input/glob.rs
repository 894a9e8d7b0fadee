//! Patterns of paths: `*`, `?`, `[a-z]`, `[!a]`, `\x`, and `**` for any folders.
//!
//! A name that begins with `.` is taken only by a pattern that writes the dot, as
//! in a shell. Matching takes at most the product of both lengths.

/// Whether a text has a character that means something in patterns.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    Any,
    Star,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `**`: any number of folders.
    Folders,
    Name(Vec<Token>),
}

/// A path pattern, part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let parse = |part: &str| match part {
            "**" => Ok(Part::Folders),
            name => parse_name(name).map(Part::Name),
        };
        text.split('/')
            .filter(|part| !part.is_empty())
            .map(parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether the path is taken as a whole. A `**` at the end takes files in all
    /// folders below.
    pub fn matches(&self, path: &[impl AsRef<str>]) -> bool {
        let mut reached = vec![false; path.len() + 1];
        reached[0] = true;
        for part in &self.0 {
            let mut next = vec![false; path.len() + 1];
            for at in 0..=path.len() {
                let from_left = |set: &[bool]| at > 0 && set[at - 1];
                next[at] = match part {
                    Part::Folders => {
                        let deeper = from_left(&next) && !path[at - 1].as_ref().starts_with('.');
                        reached[at] || deeper
                    }
                    Part::Name(tokens) => {
                        from_left(&reached) && matches_name(tokens, path[at - 1].as_ref())
                    }
                };
            }
            reached = next;
        }
        reached[path.len()]
    }

    /// The same for a folder, whose files are meant when its name is: `**` at
    /// the end means no folder by name.
    pub fn matches_last(&self, path: &[impl AsRef<str>]) -> bool {
        !matches!(self.0.last(), Some(Part::Folders)) && self.matches(path)
    }

    /// Whether some part begins with a written dot.
    pub fn names_hidden(&self) -> bool {
        self.0.iter().any(
            |part| matches!(part, Part::Name(tokens) if tokens.first() == Some(&Token::Char('.'))),
        )
    }
}

fn parse_name(text: &str) -> Result<Vec<Token>, &'static str> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => {
                while chars.next_if_eq(&'*').is_some() {}
                Token::Star
            }
            '?' => Token::Any,
            '\\' => Token::Char(chars.next().ok_or("it ends with `\\`")?),
            '[' => parse_class(&mut chars)?,
            c => Token::Char(c),
        });
    }
    Ok(tokens)
}

fn parse_class(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
) -> Result<Token, &'static str> {
    const OPEN: &str = "a `[` is never closed";
    let negated = chars.next_if(|&c| c == '!' || c == '^').is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match chars.next().ok_or(OPEN)? {
            // In front of all others a `]` is a character like them.
            ']' if !ranges.is_empty() => return Ok(Token::Class { negated, ranges }),
            '\\' => chars.next().ok_or(OPEN)?,
            c => c,
        };
        let mut ahead = chars.clone();
        let last = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if last != ']' => {
                *chars = ahead;
                last
            }
            _ => first,
        };
        ranges.push((first, last));
    }
}

/// `*` takes as few characters as it can, and one more whenever the rest fails.
fn matches_name(tokens: &[Token], name: &str) -> bool {
    if name.starts_with('.') && tokens.first() != Some(&Token::Char('.')) {
        return false;
    }
    let name: Vec<char> = name.chars().collect();
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match tokens.get(token) {
            Some(Token::Star) => {
                star = Some((token, at));
                token += 1;
            }
            Some(one) if takes(one, name[at]) => {
                token += 1;
                at += 1;
            }
            _ => {
                let Some((begin, from)) = star else { return false };
                star = Some((begin, from + 1));
                token = begin + 1;
                at = from + 1;
            }
        }
    }
    tokens[token..].iter().all(|token| *token == Token::Star)
}

fn takes(token: &Token, c: char) -> bool {
    match token {
        Token::Char(wanted) => *wanted == c,
        Token::Any => true,
        Token::Star => false,
        Token::Class { negated, ranges } => {
            ranges.iter().any(|&(first, last)| (first..=last).contains(&c)) != *negated
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_takes_what_a_shell_would() {
        for (pattern, path, taken) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a/b.yaml", false),
            ("*.yaml", ".a.yaml", false),
            (".*", ".a", true),
            ("a?.yaml", "ab.yaml", true),
            ("a?.yaml", "a.yaml", false),
            ("[a-c]*", "bx", true),
            ("[!a-c]*", "bx", false),
            ("[]]x", "]x", true),
            ("[a-]x", "-x", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("**/x.yaml", "x.yaml", true),
            ("**/x.yaml", "a/b/x.yaml", true),
            ("a/**/x", "a/x", true),
            ("a/**", "a/b/c", true),
            ("a/**", "b/c", false),
            ("**", ".git/x", false),
            ("a**b", "aXXb", true),
            ("*a*b*c", "xxaxxbxxbc", true),
            ("é?", "éé", true),
        ] {
            let parts: Vec<_> = path.split('/').collect();
            assert_eq!(Pattern::parse(pattern).unwrap().matches(&parts), taken, "{pattern} {path}");
        }
    }

    #[test]
    fn a_broken_pattern_is_an_error() {
        for pattern in ["[a", "[", "a\\"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn many_stars_take_no_longer() {
        let pattern = Pattern::parse(&("*a".repeat(100) + "b")).unwrap();
        assert!(!pattern.matches(&["a".repeat(5_000)]));
        let deep = Pattern::parse(&("**/".repeat(100) + "x")).unwrap();
        assert!(!deep.matches(&vec!["a"; 1_000]));
    }
}
