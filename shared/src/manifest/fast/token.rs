//! What a fast reader reads: small tokens, made into the events of the full parser
//! only where somebody wants to see them.
//!
//! A token says where its bytes stand and what they are; [`Token::item`] gives the
//! event that the full parser would give for them.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle, StructureStyle};

use super::super::document::Item;
use super::value;

/// The text needs the full parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsure;

/// A node, or the begin or end of one, at some bytes of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    /// Quotes included; for block scalars the content alone.
    pub begin: u32,
    pub end: u32,
    /// The anchor's number, of an alias the one that it means; 0 for none.
    pub anchor: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mapping(StructureStyle),
    List(StructureStyle),
    MappingEnd,
    ListEnd,
    /// Nothing stands where a value could.
    Null,
    Plain,
    /// A plain scalar on several lines.
    PlainLines,
    Single,
    Double,
    /// Quoted, with escapes or line breaks in it.
    SingleEscaped,
    DoubleEscaped,
    /// A string of JSON with escapes.
    Json,
    Block(Header),
    Alias,
}

/// What the line with `|` or `>` says, and the indentation of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub folded: bool,
    pub chomp: Chomp,
    pub indent: u16,
}

/// What becomes of the line breaks at the end of a block scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chomp {
    Strip,
    Clip,
    Keep,
}

impl Token {
    /// A token without an anchor.
    pub fn new(kind: Kind, range: Range<usize>) -> Self {
        Self { kind, begin: position(range.start), end: position(range.end), anchor: 0 }
    }

    pub fn range(&self) -> Range<usize> {
        self.begin as usize..self.end as usize
    }

    /// The event of the full parser, but that collections stand at their first byte.
    pub fn item<'a>(&self, text: &'a str) -> Item<'a> {
        let range = self.range();
        let anchor = self.anchor as usize;
        let event = match self.kind {
            Kind::Mapping(style) => Event::MappingStart(style, anchor, None),
            Kind::List(style) => Event::SequenceStart(style, anchor, None),
            Kind::MappingEnd => Event::MappingEnd,
            Kind::ListEnd => Event::SequenceEnd,
            Kind::Alias => Event::Alias(anchor),
            _ => Event::Scalar(self.value(text), self.style(), anchor, None),
        };
        (event, range)
    }

    fn value<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let whole = &text[self.range()];
        let inner = || &whole[1..whole.len() - 1];
        match self.kind {
            Kind::Null => Cow::Borrowed("~"),
            Kind::Single | Kind::Double => Cow::Borrowed(inner()),
            Kind::SingleEscaped => value::single_quoted(inner()).into(),
            Kind::DoubleEscaped => value::double_quoted(inner()).into(),
            Kind::Json => serde_json::from_str::<String>(whole).unwrap_or_default().into(),
            Kind::PlainLines => value::plain(whole).into(),
            Kind::Block(header) => value::block(text, self.range(), header).into(),
            _ => Cow::Borrowed(whole),
        }
    }

    fn style(&self) -> ScalarStyle {
        match self.kind {
            Kind::Single | Kind::SingleEscaped => ScalarStyle::SingleQuoted,
            Kind::Double | Kind::DoubleEscaped | Kind::Json => ScalarStyle::DoubleQuoted,
            Kind::Block(Header { folded: true, .. }) => ScalarStyle::Folded,
            Kind::Block(_) => ScalarStyle::Literal,
            _ => ScalarStyle::Plain,
        }
    }
}

/// Longest document that is read here, in bytes: positions are 32 bits wide.
pub(super) const LENGTH_MAX: usize = 1 << 31;

fn position(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

pub(super) const BLOCK: StructureStyle = StructureStyle::Block;
pub(super) const FLOW: StructureStyle = StructureStyle::Flow;
