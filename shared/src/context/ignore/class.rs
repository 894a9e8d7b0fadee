//! Character classes of Go's regular expressions, as far as a translated
//! `.dockerignore` pattern can hold them: ranges, `\d \s \w`, `[:alpha:]`.

use crate::context::glob::BadPattern;

/// A set of runes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    negated: bool,
    ranges: Vec<(char, char)>,
}

impl Set {
    pub(super) fn of(rune: char) -> Self {
        Self { negated: false, ranges: vec![(rune, rune)] }
    }

    pub(super) fn holds(&self, rune: char) -> bool {
        self.ranges.iter().any(|&(low, high)| (low..=high).contains(&rune)) != self.negated
    }

    fn add(&mut self, ranges: &[(char, char)], negated: bool) {
        if !negated {
            self.ranges.extend_from_slice(ranges);
            return;
        }
        let mut low = '\0';
        for &(first, last) in ranges {
            if first > low {
                self.ranges.push((low, before(first)));
            }
            low = after(last);
        }
        self.ranges.push((low, char::MAX));
    }
}

/// Neighbours; only asked for ASCII.
fn before(rune: char) -> char {
    char::from_u32(u32::from(rune).saturating_sub(1)).unwrap_or(rune)
}

fn after(rune: char) -> char {
    char::from_u32(u32::from(rune) + 1).unwrap_or(rune)
}

const DIGIT: &[(char, char)] = &[('0', '9')];
const SPACE: &[(char, char)] = &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `\d`, `\S`…: a class of Perl's, if the letter names one.
pub(super) fn perl(letter: char) -> Option<Set> {
    let ranges = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        's' => SPACE,
        'w' => WORD,
        _ => return None,
    };
    Some(Set { negated: letter.is_ascii_uppercase(), ranges: ranges.to_vec() })
}

/// What `\` and this rune stand for, in `text` up to `at`, which is moved behind digits
/// that belong to it. Go knows more of them (`\pL`, `\Q`); nobody means those in an
/// ignore file, so they are refused rather than guessed.
pub(super) fn escaped_rune(rune: char, text: &[char], at: &mut usize) -> Result<char, BadPattern> {
    match rune {
        'a' => Ok('\x07'),
        'f' => Ok('\x0c'),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        'v' => Ok('\x0b'),
        'x' => hex(text, at),
        '0'..='7' => octal(rune, text, at),
        rune if rune.is_ascii() && !rune.is_ascii_alphanumeric() => Ok(rune),
        _ => Err(BadPattern::UnknownEscape),
    }
}

/// `\x41`, `\x{1F600}`
fn hex(text: &[char], at: &mut usize) -> Result<char, BadPattern> {
    let rest = text.get(*at..).unwrap_or_default();
    let (digits, length) = match rest {
        ['{', inside @ ..] => {
            let end = inside.iter().position(|rune| *rune == '}');
            let end = end.ok_or(BadPattern::UnknownEscape)?;
            (&inside[..end], end + 2)
        }
        [high, low, ..] => (&[*high, *low][..], 2),
        _ => return Err(BadPattern::UnknownEscape),
    };
    let value = digits
        .iter()
        .try_fold(0u32, |value, digit| value.checked_mul(16)?.checked_add(digit.to_digit(16)?));
    let found = value.filter(|_| !digits.is_empty()).and_then(char::from_u32);
    *at += length;
    found.ok_or(BadPattern::UnknownEscape)
}

/// `\012`; a single digit but 0 would be a group, and is refused.
fn octal(first: char, text: &[char], at: &mut usize) -> Result<char, BadPattern> {
    let digit = |at: usize| text.get(at).and_then(|rune| rune.to_digit(8));
    if first != '0' && digit(*at).is_none() {
        return Err(BadPattern::UnknownEscape);
    }
    let mut value = first.to_digit(8).unwrap_or(0);
    for _ in 1..3 {
        let Some(next) = digit(*at) else { break };
        value = value * 8 + next;
        *at += 1;
    }
    char::from_u32(value).ok_or(BadPattern::UnknownEscape)
}

/// The names between `[:` and `:]` (Go: `posixGroup`).
const POSIX: &[(&str, &[(char, char)])] = &[
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", DIGIT),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// The class behind a `[`; `at` is moved behind its `]`.
pub(super) fn parse(text: &[char], at: &mut usize) -> Result<Set, BadPattern> {
    let negated = text.get(*at) == Some(&'^');
    *at += usize::from(negated);
    let mut set = Set { negated, ranges: Vec::new() };
    let mut first = true;
    loop {
        let rest = text.get(*at..).unwrap_or_default();
        match rest {
            [] => return Err(BadPattern::OpenClass),
            [']', ..] if !first => {
                *at += 1;
                return Ok(set);
            }
            ['[', ':', ..] if posix(rest, at, &mut set)? => {}
            ['\\', letter, ..] if perl(*letter).is_some() => {
                let perl = perl(*letter).unwrap_or_else(|| Set::of(*letter));
                set.add(&perl.ranges, perl.negated);
                *at += 2;
            }
            _ => range(text, at, &mut set)?,
        }
        first = false;
    }
}

/// Adds `[:name:]` if it stands here; false if the `[` is only a bracket.
fn posix(rest: &[char], at: &mut usize, set: &mut Set) -> Result<bool, BadPattern> {
    let Some(end) = rest.windows(2).skip(2).position(|pair| pair == [':', ']']) else {
        return Ok(false);
    };
    let inside: String = rest[2..2 + end].iter().collect();
    let name = inside.strip_prefix('^').unwrap_or(&inside);
    let (_, ranges) =
        POSIX.iter().find(|(known, _)| *known == name).ok_or(BadPattern::UnknownClass)?;
    set.add(ranges, inside.len() != name.len());
    *at += end + 4;
    Ok(true)
}

fn range(text: &[char], at: &mut usize, set: &mut Set) -> Result<(), BadPattern> {
    let low = single(text, at)?;
    let mut high = low;
    if text.get(*at) == Some(&'-') && text.get(*at + 1).is_some_and(|&rune| rune != ']') {
        *at += 1;
        high = single(text, at)?;
    }
    if high < low {
        return Err(BadPattern::BackwardRange);
    }
    set.ranges.push((low, high));
    Ok(())
}

fn single(text: &[char], at: &mut usize) -> Result<char, BadPattern> {
    let &rune = text.get(*at).ok_or(BadPattern::OpenClass)?;
    *at += 1;
    if rune != '\\' {
        return Ok(rune);
    }
    let &escaped = text.get(*at).ok_or(BadPattern::OpenClass)?;
    *at += 1;
    escaped_rune(escaped, text, at)
}
