//! The walk over one word: quotes, escapes, `$name` and `${name…}`.
//!
//! One pass, no look behind; recursion only into `${…}`, counted. Where versions of
//! BuildKit differ (escapes in a quoted pattern), it is 0.34's way.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::LazyLock;

use regex::Regex;

use super::{DEPTH_MAX, Expander, Expansion, Kind, Lookup, RESULT_MAX, pattern};

pub(super) struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    expander: Expander,
    raw_escapes: bool,
    /// Within a pattern, in which what quotes protect must stay protected.
    in_pattern: bool,
    values: &'a Lookup<'a>,
    depth: usize,
    words: Words,
    found: Expansion,
}

impl<'a> Lexer<'a> {
    pub fn new(expander: &Expander, word: &'a str, values: &'a Lookup<'a>) -> Self {
        Self {
            // Go's scanner passes over a BOM.
            chars: word.strip_prefix('\u{feff}').unwrap_or(word).chars().peekable(),
            expander: *expander,
            raw_escapes: expander.style.raw_escapes,
            in_pattern: false,
            values,
            depth: 0,
            words: Words::default(),
            found: Expansion::default(),
        }
    }

    pub fn run(mut self) -> Result<Expansion, Kind> {
        let text = self.until(None)?;
        Ok(Expansion { text, words: self.words.finish(), ..self.found })
    }

    /// Text up to `stop`, which is taken too, or to the end where there is no `stop`.
    fn until(&mut self, stop: Option<char>) -> Result<String, Kind> {
        let mut text = String::new();
        // Only the outermost text is split into words.
        let splits = stop.is_none();
        while let Some(&c) = self.chars.peek() {
            if stop == Some(c) {
                self.chars.next();
                return Ok(text);
            }
            let piece = match c {
                '$' => self.dollar()?,
                '<' => self.arrows(),
                '\'' if !self.expander.style.plain_quotes => self.single_quotes()?,
                '"' if !self.expander.style.plain_quotes => self.double_quotes()?,
                _ => match self.plain(&mut text, splits) {
                    true => continue,
                    false => break,
                },
            };
            text.push_str(&piece);
            if text.len() > RESULT_MAX {
                return Err(Kind::TooLong);
            }
            match splits {
                true if c == '$' => self.words.add(&piece),
                true => self.words.add_whole(&piece),
                false => {}
            }
        }
        if stop.is_some() { Err(Kind::Brace) } else { Ok(text) }
    }

    /// A character that is neither quote nor dollar; false where an escape character ends the word.
    fn plain(&mut self, text: &mut String, splits: bool) -> bool {
        let mut scrap = Words::default();
        let words = if splits { &mut self.words } else { &mut scrap };
        let Some(mut c) = self.chars.next() else { return false };
        if c == self.expander.escape {
            if self.raw_escapes {
                words.add_char_whole(c);
                text.push(c);
            }
            match self.chars.next() {
                Some(next) => c = next,
                None => return false,
            }
            words.add_char_whole(c);
        } else {
            words.add_char(c);
        }
        text.push(c);
        true
    }

    /// `<`, or `<<` with the blanks that may stand between it and a heredoc's name.
    fn arrows(&mut self) -> String {
        let mut text = String::new();
        text.extend(self.chars.next());
        if let Some(second) = self.chars.next_if_eq(&'<') {
            text.push(second);
            while let Some(blank) = self.chars.next_if(|c| matches!(c, ' ' | '\t' | '\r')) {
                text.push(blank);
            }
        }
        text
    }

    /// `'…'`: everything as it is; nothing escapes the end.
    fn single_quotes(&mut self) -> Result<String, Kind> {
        let mut text = String::new();
        self.quote_mark(&mut text);
        loop {
            match self.chars.peek() {
                None => return Err(Kind::Quote("single")),
                Some('\'') => {
                    self.quote_mark(&mut text);
                    return Ok(text);
                }
                Some(c) => {
                    if self.in_pattern && *c == self.expander.escape {
                        text.push(self.expander.escape);
                    }
                    text.extend(self.chars.next());
                }
            }
        }
    }

    /// `"…"`: variables count, and the escape character before `"`, `$` and itself.
    fn double_quotes(&mut self) -> Result<String, Kind> {
        let mut text = String::new();
        self.quote_mark(&mut text);
        loop {
            match self.chars.peek() {
                None => return Err(Kind::Quote("double")),
                Some('"') => {
                    self.quote_mark(&mut text);
                    return Ok(text);
                }
                Some('$') => text.push_str(&self.dollar()?),
                Some(_) => self.quoted_char(&mut text),
            }
            if text.len() > RESULT_MAX {
                return Err(Kind::TooLong);
            }
        }
    }

    fn quoted_char(&mut self, text: &mut String) {
        let escape = self.expander.escape;
        let Some(c) = self.chars.next() else { return };
        if c != escape {
            text.push(c);
            return;
        }
        let raw = self.raw_escapes;
        match self.chars.peek() {
            None => {}
            Some(&next) if matches!(next, '"' | '$') || next == escape => {
                text.extend(raw.then_some(c));
                text.extend(self.chars.next());
            }
            Some(_) => {
                let doubled = raw && (!self.expander.style.raw_quotes || self.in_pattern);
                text.extend(doubled.then_some(c));
                text.push(c);
            }
        }
    }

    fn quote_mark(&mut self, text: &mut String) {
        let mark = self.chars.next();
        if self.expander.style.raw_quotes {
            text.extend(mark);
        }
    }

    fn dollar(&mut self) -> Result<String, Kind> {
        self.chars.next();
        if self.chars.peek() != Some(&'{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            let value = self.value(&name);
            return Ok(self.or_kept(value, || format!("${name}")));
        }
        self.chars.next();
        if self.depth == DEPTH_MAX {
            return Err(Kind::Depth);
        }
        self.depth += 1;
        let text = self.braces();
        self.depth -= 1;
        text
    }

    /// What stands between `${` and `}`.
    fn braces(&mut self) -> Result<String, Kind> {
        match self.chars.peek() {
            None => return Err(Kind::Brace),
            Some('{' | '}' | ':') => return Err(Kind::BadSubstitution),
            Some(_) => {}
        }
        let name = self.name();
        match self.chars.next() {
            None => Err(Kind::Brace),
            Some('}') => {
                let value = self.value(&name);
                Ok(self.or_kept(value, || format!("${{{name}}}")))
            }
            Some(':') => {
                let modifier = self.chars.next();
                self.modified(&name, modifier, true)
            }
            Some('/') => self.replaced(&name),
            Some(c @ ('+' | '-' | '?' | '#' | '%')) => self.modified(&name, Some(c), false),
            Some(c) => Err(Kind::Modifier(c.to_string())),
        }
    }

    /// `-`, `+`, `?` with or without `:` (an empty value counts as none), `#` and `%`.
    fn modified(
        &mut self,
        name: &str,
        modifier: Option<char>,
        colon: bool,
    ) -> Result<String, Kind> {
        let Some(modifier) = modifier else { return Err(Kind::Brace) };
        let shown = if colon { format!(":{modifier}") } else { modifier.to_string() };
        let is_pattern = matches!(modifier, '#' | '%');
        if colon && is_pattern {
            return Err(Kind::Modifier(shown));
        }
        let word = self.operand('}', is_pattern, is_pattern)?;
        let value = self.value(name);
        if value.is_none() && self.expander.style.keep_unset {
            return Ok(format!("${{{name}{shown}{word}}}"));
        }
        let filled = value.as_ref().is_some_and(|value| !(colon && value.is_empty()));
        match modifier {
            '-' if filled => Ok(value.unwrap_or_default()),
            '-' => Ok(word),
            '+' if filled => Ok(word),
            '+' => Ok(String::new()),
            '?' if filled => Ok(value.unwrap_or_default()),
            '?' => {
                let fault = if value.is_none() { "unset" } else { "empty" };
                let said = format!("is not allowed to be {fault}");
                let message = if word.is_empty() { said } else { word };
                Err(Kind::Required { name: name.to_owned(), message })
            }
            '#' | '%' => {
                let (greedy, pattern) = match word.strip_prefix(modifier) {
                    Some(rest) => (true, rest),
                    None => (false, word.as_str()),
                };
                let cut = if modifier == '#' { pattern::cut_front } else { pattern::cut_back };
                cut(pattern, &value.unwrap_or_default(), greedy)
            }
            _ => Err(Kind::Modifier(shown)),
        }
    }

    /// `${name/pattern/replacement}` and `${name//pattern/replacement}`.
    fn replaced(&mut self, name: &str) -> Result<String, Kind> {
        let all = self.chars.next_if_eq(&'/').is_some();
        let pattern = self.operand('/', true, true).map_err(|kind| match kind {
            Kind::Brace => Kind::Slash,
            other => other,
        })?;
        let replacement = self.operand('}', true, false)?;
        match self.value(name) {
            None if self.expander.style.keep_unset => {
                Ok(format!("${{{name}/{pattern}/{replacement}}}"))
            }
            value => pattern::replace(&pattern, &value.unwrap_or_default(), &replacement, all),
        }
    }

    fn operand(&mut self, stop: char, raw_escapes: bool, in_pattern: bool) -> Result<String, Kind> {
        let before = (self.raw_escapes, self.in_pattern);
        (self.raw_escapes, self.in_pattern) = (raw_escapes, in_pattern);
        // BuildKit has one buffer for words, and an operand empties it.
        self.words.word.clear();
        let text = self.until(Some(stop));
        self.words.word.clear();
        (self.raw_escapes, self.in_pattern) = before;
        text
    }

    /// A name: letters, digits and `_`; or digits alone; or one special parameter.
    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.chars.peek() {
            Some(c) if is_digit(*c) => {
                while let Some(digit) = self.chars.next_if(|c| is_digit(*c)) {
                    name.push(digit);
                }
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => name.extend(self.chars.next()),
            _ => {
                let is_name = |c: &char| *c == '_' || is_digit(*c) || is_letter(*c);
                while let Some(c) = self.chars.next_if(is_name) {
                    name.push(c);
                }
            }
        }
        name
    }

    fn value(&mut self, name: &str) -> Option<String> {
        let value = (self.values)(name);
        let names = if value.is_some() { &mut self.found.used } else { &mut self.found.unset };
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
        value
    }

    fn or_kept(&self, value: Option<String>, written: impl FnOnce() -> String) -> String {
        match value {
            Some(value) => value,
            None if self.expander.style.keep_unset => written(),
            None => String::new(),
        }
    }
}

/// Go's `unicode.IsDigit`.
fn is_digit(c: char) -> bool {
    static DIGIT: LazyLock<Regex> = LazyLock::new(|| class(r"^\p{Nd}$"));
    if c.is_ascii() { c.is_ascii_digit() } else { DIGIT.is_match(c.encode_utf8(&mut [0; 4])) }
}

/// Go's `unicode.IsLetter`, which is narrower than Rust's `is_alphabetic`.
fn is_letter(c: char) -> bool {
    static LETTER: LazyLock<Regex> = LazyLock::new(|| class(r"^\p{L}$"));
    if c.is_ascii() { c.is_ascii_alphabetic() } else { LETTER.is_match(c.encode_utf8(&mut [0; 4])) }
}

fn class(text: &str) -> Regex {
    Regex::new(text).expect("the classes are well-formed")
}

/// Splits at white space that no quote protects.
#[derive(Default)]
struct Words {
    words: Vec<String>,
    word: String,
}

impl Words {
    fn add_char(&mut self, c: char) {
        if !c.is_whitespace() {
            self.word.push(c);
        } else if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn add_char_whole(&mut self, c: char) {
        self.word.push(c);
    }

    fn add(&mut self, text: &str) {
        text.chars().for_each(|c| self.add_char(c));
    }

    fn add_whole(&mut self, text: &str) {
        self.word.push_str(text);
    }

    fn finish(mut self) -> Vec<String> {
        if !self.word.is_empty() {
            self.words.push(self.word);
        }
        self.words
    }
}
