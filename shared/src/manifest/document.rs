//! A manifest as a stream of events, each with its exact byte range.
//!
//! Refuses what is not UTF-8 or UTF-16, NUL, nesting over [`DEPTH_MAX`], values over
//! [`VALUE_MAX`] bytes, and templates that are not rendered. Aliases are not
//! expanded, so there is no bomb to go off. Knows nothing of images.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, StrInput};

use super::encoding::Order;
use super::error::{Error, Fault, Kind, floor};
use super::json;

/// Deepest nesting of mappings and lists.
pub(super) const DEPTH_MAX: usize = 1_000;
/// Longest single value, in bytes.
pub(super) const VALUE_MAX: usize = 64 << 20;
const BOM: char = '\u{feff}';

/// An event and the bytes it stands on. For quoted scalars these include the
/// quotes; for block scalars they begin at the first character of the content.
pub(super) type Item<'a> = (Event<'a>, Range<usize>);

/// A file's text, and how it is written if not in UTF-8.
pub(super) struct Text<'a> {
    pub text: Cow<'a, str>,
    pub order: Option<Order>,
}

/// The text of a file.
pub(super) fn decode<'a>(input: &'a [u8], file: &str) -> Result<Text<'a>, Error> {
    let fault = |text: &str, offset, kind| Error::at(file, text, Fault { offset, kind });
    if input.starts_with(&[0xff, 0xfe, 0, 0]) || input.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(fault("", 0, Kind::Utf32));
    }
    if let Some(order) = Order::of(input) {
        let text = Cow::Owned(order.decode(input, file)?);
        return Ok(Text { text, order: Some(order) });
    }
    match std::str::from_utf8(input) {
        Ok(text) => match memchr::memchr(0, input) {
            Some(offset) => Err(fault(text, offset, Kind::Nul)),
            None => Ok(Text { text: Cow::Borrowed(text), order: None }),
        },
        Err(error) => {
            let offset = error.valid_up_to();
            let text = String::from_utf8_lossy(input);
            Err(fault(&text, offset, Kind::NotUtf8))
        }
    }
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Yaml,
    Json,
}

impl Syntax {
    /// JSON where the whole text is JSON (one value or several), else YAML.
    pub fn of(text: &str) -> Self {
        let begin = text.trim_start_matches(BOM).trim_start();
        let json =
            begin.starts_with(['{', '[']) && json::Reader::new(text).all(|item| item.is_ok());
        if json { Self::Json } else { Self::Yaml }
    }
}

/// Reads a text event by event; after the first fault it ends.
pub(super) enum Reader<'a> {
    Yaml { text: &'a str, parser: Box<Parser<'a, StrInput<'a>>>, braces: Option<usize>, done: bool },
    Json(json::Reader<'a>),
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, syntax: Syntax) -> Self {
        if syntax == Syntax::Json {
            return Self::Json(json::Reader::new(text));
        }
        let options = granit_parser::options! {
            emit_comments: false,
            flow_nesting_limit: DEPTH_MAX,
            block_nesting_limit: DEPTH_MAX,
        };
        let parser = Box::new(Parser::new_from_str_with_options(text, options));
        Self::Yaml { text, parser, braces: None, done: false }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Item<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (text, parser, braces, done) = match self {
            Self::Json(reader) => return reader.next(),
            Self::Yaml { text, parser, braces, done } => (text, parser, braces, done),
        };
        if *done {
            return None;
        }
        let item = match parser.next_event()? {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                check(text, &event, &range, braces).map(|()| (event, range))
            }
            Err(error) => {
                let offset = error.marker().byte_offset().unwrap_or_default();
                Err(Fault { offset, kind: syntax_kind(text, offset, error.kind(), error.info()) })
            }
        };
        *done = item.is_err();
        Some(item)
    }
}

/// Limits, and the one template that is YAML by accident: `{{ x }}` is a mapping
/// whose key is a mapping, which no manifest has.
fn check(
    text: &str,
    event: &Event<'_>,
    range: &Range<usize>,
    braces: &mut Option<usize>,
) -> Result<(), Fault> {
    let brace = match event {
        Event::Scalar(value, ..) if value.len() > VALUE_MAX => {
            let kind = Kind::TooLong { length: value.len(), limit: VALUE_MAX };
            return Err(Fault { offset: range.start, kind });
        }
        Event::MappingStart(..) if text[range.start..].starts_with('{') => Some(range.start),
        _ => None,
    };
    match (*braces, brace) {
        (Some(outer), Some(inner)) if inner == outer + 1 => {
            Err(Fault { offset: outer, kind: Kind::Template })
        }
        _ => {
            *braces = brace;
            Ok(())
        }
    }
}

/// What a parser's error means. Where braces that are no part of a string stand in the
/// document up to the end of the line, the text is a template.
fn syntax_kind(text: &str, offset: usize, kind: &ErrorKind, info: String) -> Kind {
    if matches!(kind, ErrorKind::RecursionLimitExceeded) {
        return Kind::TooDeep(DEPTH_MAX);
    }
    let begin = floor(text, offset);
    let end = text[begin..].find('\n').map_or(text.len(), |n| begin + n);
    let document = text[..begin].rfind("\n---").unwrap_or(0);
    let braces = memchr::memmem::find_iter(&text.as_bytes()[document..end], b"{{");
    let braces: Vec<usize> = braces.map(|at| document + at).collect();
    if braces.is_empty() {
        return Kind::Yaml(info);
    }
    let strings = strings(text);
    let in_string = |at: usize| {
        let index = strings.partition_point(|range| range.end <= at);
        strings.get(index).is_some_and(|range| range.contains(&at))
    };
    match braces.into_iter().any(|at| !in_string(at) && !in_comment(text, at)) {
        true => Kind::Template,
        false => Kind::Yaml(info),
    }
}

/// Where quoted and block scalars stand, up to the first error.
fn strings(text: &str) -> Vec<Range<usize>> {
    let events = Parser::new_from_str(text).map_while(Result::ok);
    let range = |(event, span): (Event<'_>, granit_parser::Span)| match event {
        Event::Scalar(_, style, ..) if style != granit_parser::ScalarStyle::Plain => {
            span.byte_range()
        }
        _ => None,
    };
    events.filter_map(range).collect()
}

/// Whether a `#` begins a comment before this place on its line.
fn in_comment(text: &str, at: usize) -> bool {
    let line = &text[text[..at].rfind('\n').map_or(0, |n| n + 1)..at];
    let begins = |at: usize| at == 0 || line[..at].ends_with([' ', '\t']);
    let outside =
        |at: usize| ['"', '\''].iter().all(|quote| line[..at].matches(*quote).count() % 2 == 0);
    line.match_indices('#').any(|(at, _)| begins(at) && outside(at))
}

/// The value of a scalar event as a core schema would read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Null,
    /// A number, a boolean, or a tag of somebody else.
    Other,
}

impl Type {
    pub fn of(event: &Event<'_>) -> Self {
        let Event::Scalar(value, style, _, tag) = event else { return Self::Other };
        if let Some(tag) = tag {
            let text = tag.is_yaml_core_schema_tag("str") || tag.original() == "!";
            return if text { Self::Text } else { Self::Other };
        }
        if *style != granit_parser::ScalarStyle::Plain {
            return Self::Text;
        }
        Self::of_plain(value)
    }

    /// The type of a plain scalar without a tag.
    pub fn of_plain(value: &str) -> Self {
        match value {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Self::Other,
            number if number.parse::<f64>().is_ok() => Self::Other,
            _ => Self::Text,
        }
    }
}
