//! JSON (RFC 8259), one value or several one after another, as the same events
//! that YAML gives.
//!
//! YAML cannot take every JSON: tabs, long keys, values without a separator
//! (JSON lines). Refuses everything the RFC refuses. Depth is limited; nothing
//! recurses.

use std::borrow::Cow;

use granit_parser::{Event, ScalarStyle, StructureStyle};

use super::document::{DEPTH_MAX, Item, VALUE_MAX};
use super::error::{Fault, Kind};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Before a value of the stream.
    Document,
    /// After a value of the stream.
    End,
    Value,
    /// After `[`: a value or `]`.
    FirstItem,
    /// After `{`: a key or `}`.
    FirstKey,
    Key,
    Colon,
    /// After an item or a member: `,` or the end of what holds it.
    Comma,
    Stop,
}

/// Reads JSON event by event; after the first fault it ends.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// `true` for an object, `false` for an array.
    open: Vec<bool>,
    next: Next,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, at, open: Vec::new(), next: Next::Document }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fault<T>(&self, message: &str) -> Result<T, Fault> {
        Err(Fault { offset: self.at, kind: Kind::Json(message.to_owned()) })
    }

    /// Takes what carries no event: blanks, `:` and `,`.
    fn advance(&mut self) -> Result<(), Fault> {
        self.skip_blanks();
        match (self.next, self.peek()) {
            (Next::Colon, Some(b':')) => self.next = Next::Value,
            (Next::Colon, _) => return self.fault("a `:` is missing after the key"),
            (Next::Comma, Some(b',')) => {
                let object = self.open.last() == Some(&true);
                self.next = if object { Next::Key } else { Next::Value };
            }
            _ => return Ok(()),
        }
        self.at += 1;
        self.advance()
    }

    fn step(&mut self) -> Result<Option<Item<'a>>, Fault> {
        self.advance()?;
        let here = self.at..self.at;
        match (self.next, self.peek()) {
            (Next::Stop, _) => Ok(None),
            (Next::Document, None) => {
                self.next = Next::Stop;
                Ok(None)
            }
            (Next::Document, Some(_)) => {
                self.next = Next::Value;
                Ok(Some((Event::DocumentStart(false, None), here)))
            }
            (Next::End, _) => {
                self.next = Next::Document;
                Ok(Some((Event::DocumentEnd, here)))
            }
            (_, None) => self.fault("the text ends within a value"),
            (Next::FirstItem, Some(b']')) | (Next::FirstKey, Some(b'}')) => Ok(Some(self.close())),
            (Next::Comma, Some(b']')) if self.open.last() == Some(&false) => Ok(Some(self.close())),
            (Next::Comma, Some(b'}')) if self.open.last() == Some(&true) => Ok(Some(self.close())),
            (Next::Comma | Next::Colon, Some(_)) => self.fault("a `,` is missing"),
            (Next::Key | Next::FirstKey, Some(b'"')) => {
                let item = self.string()?;
                self.next = Next::Colon;
                Ok(Some(item))
            }
            (Next::Key | Next::FirstKey, Some(_)) => {
                self.fault("a key in double quotes is missing")
            }
            (Next::Value | Next::FirstItem, Some(byte)) => self.value(byte).map(Some),
        }
    }

    fn value(&mut self, byte: u8) -> Result<Item<'a>, Fault> {
        let here = self.at..self.at + 1;
        let item = match byte {
            b'{' | b'[' if self.open.len() >= DEPTH_MAX => {
                return Err(Fault { offset: self.at, kind: Kind::TooDeep(DEPTH_MAX) });
            }
            b'{' => {
                self.enter(true, Next::FirstKey);
                return Ok((Event::MappingStart(StructureStyle::Flow, 0, None), here));
            }
            b'[' => {
                self.enter(false, Next::FirstItem);
                return Ok((Event::SequenceStart(StructureStyle::Flow, 0, None), here));
            }
            b'"' => self.string()?,
            _ => self.word()?,
        };
        self.next = self.after_value();
        Ok(item)
    }

    fn enter(&mut self, object: bool, next: Next) {
        self.open.push(object);
        self.next = next;
        self.at += 1;
    }

    fn close(&mut self) -> Item<'a> {
        let range = self.at..self.at + 1;
        self.at += 1;
        let object = self.open.pop() == Some(true);
        self.next = self.after_value();
        (if object { Event::MappingEnd } else { Event::SequenceEnd }, range)
    }

    fn after_value(&self) -> Next {
        if self.open.is_empty() { Next::End } else { Next::Comma }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Item<'a>, Fault> {
        let rest = &self.text[self.at..];
        let length =
            rest.bytes().take_while(|&b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)).count();
        let word = &rest[..length];
        if !(matches!(word, "true" | "false" | "null") || is_number(word)) {
            return self.fault("a value is missing or misspelt");
        }
        let range = self.at..self.at + length;
        self.at += length;
        Ok((Event::Scalar(Cow::Borrowed(word), ScalarStyle::Plain, 0, None), range))
    }

    fn string(&mut self) -> Result<Item<'a>, Fault> {
        let begin = self.at;
        let bytes = self.text.as_bytes();
        let mut end = begin + 1;
        let mut escaped = false;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(0..=0x1f) | None => {
                    self.at = end.min(bytes.len());
                    return self.fault("a string is not closed, or has a line break or tab in it");
                }
                Some(_) => end += 1,
            }
        }
        let range = begin..end + 1;
        if range.len() > VALUE_MAX {
            let kind = Kind::TooLong { length: range.len(), limit: VALUE_MAX };
            return Err(Fault { offset: begin, kind });
        }
        let value = if escaped {
            match serde_json::from_str::<String>(&self.text[range.clone()]) {
                Ok(value) => Cow::Owned(value),
                Err(_) => return self.fault("a string has an escape that JSON does not know"),
            }
        } else {
            Cow::Borrowed(&self.text[begin + 1..end])
        };
        self.at = end + 1;
        Ok((Event::Scalar(value, ScalarStyle::DoubleQuoted, 0, None), range))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Item<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.step().transpose();
        if matches!(item, Some(Err(_))) {
            self.next = Next::Stop;
            self.at = self.text.len();
        }
        item
    }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
pub(super) fn is_number(word: &str) -> bool {
    let rest = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
