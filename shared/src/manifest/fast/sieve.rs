//! Which of the tokens a document's finder gets to see.
//!
//! An image of the config can only stand where the last component of its repository
//! does, as bytes, or where an escape could hide it. A collection in which neither occurs
//! is told as an empty one: it holds no site, and what a rule looks at beside or above a
//! site is not in it. What stands directly in a collection that holds an occurrence is
//! told whole, and so is the root, and what stands under [`CONTEXT`]: a rule that looks at
//! more than that must name it there.

use granit_parser::Event;

use super::super::document::Item;
use super::super::sites::Finder;
use super::token::Token;

/// Keys of collections that rules look at from elsewhere: an object's name, a registry
/// for all images.
const CONTEXT: [&[u8]; 3] = [b"metadata", b"global", b"image"];

/// Takes what a document holds, event by event.
pub(super) trait Take<'a> {
    /// Whether anything is to be told at all.
    const LISTENS: bool = true;

    fn take(&mut self, item: Item<'a>);
}

/// For documents that are read only to know that they are valid.
impl Take<'_> for () {
    const LISTENS: bool = false;

    fn take(&mut self, _: Item<'_>) {}
}

impl<'a> Take<'a> for Finder<'a, '_> {
    fn take(&mut self, item: Item<'a>) {
        Finder::take(self, item);
    }
}

/// The tokens of one document on their way to whoever takes them.
pub(super) struct Sieve<'a, T> {
    text: &'a str,
    take: T,
    /// Where something occurs that a site could be; `None`: everything is told.
    hits: Option<Hits<'a>>,
    /// Collections that are open, and how many of them, from the root on, are told whole.
    depth: usize,
    told: usize,
    /// What stands in the others, and where each of them begins.
    held: Vec<Token>,
    begins: Vec<usize>,
    /// The last scalar is one of [`CONTEXT`].
    context: bool,
}

/// Offsets of a document, rising, relative to `base`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hits<'a> {
    pub offsets: &'a [usize],
    pub base: usize,
}

impl Hits<'_> {
    /// Whether a token holds one. Tokens must come in the order of the text.
    fn in_token(&mut self, token: &Token) -> bool {
        let (begin, end) = (self.base + token.begin as usize, self.base + token.end as usize);
        let passed = self.offsets.iter().take_while(|&&at| at < begin).count();
        self.offsets = &self.offsets[passed..];
        self.offsets.first().is_some_and(|&at| at < end)
    }
}

impl<'a, T: Take<'a>> Sieve<'a, T> {
    pub fn new(text: &'a str, take: T, hits: Option<Hits<'a>>) -> Self {
        Self {
            text,
            take,
            hits,
            depth: 0,
            told: 0,
            held: Vec::new(),
            begins: Vec::new(),
            context: false,
        }
    }

    /// Whoever took the tokens.
    pub fn finish(self) -> T {
        self.take
    }

    /// Whether nothing is dropped.
    pub fn keeps_all(&self) -> bool {
        self.hits.is_none()
    }

    pub fn scalar(&mut self, token: Token) {
        if !T::LISTENS {
            return;
        }
        let Some(hits) = &mut self.hits else { return self.tell(token) };
        let hit = hits.in_token(&token);
        self.context = is_context(&self.text.as_bytes()[token.range()]);
        if self.told == self.depth {
            return self.tell(token);
        }
        self.held.push(token);
        if hit {
            self.tell_held();
        }
    }

    pub fn open(&mut self, token: Token) {
        if !T::LISTENS {
            return;
        }
        self.depth += 1;
        if self.hits.is_none() || self.depth == 1 {
            self.told = self.depth;
            return self.tell(token);
        }
        self.begins.push(self.held.len());
        self.held.push(token);
        if self.context {
            self.tell_held();
        }
    }

    pub fn close(&mut self, token: Token) {
        if !T::LISTENS {
            return;
        }
        self.context = false;
        self.depth -= 1;
        if self.told > self.depth {
            self.told = self.depth;
            return self.tell(token);
        }
        let begin = self.begins.pop().unwrap_or_default();
        self.held.truncate(begin + 1);
        self.held.push(token);
        if self.told == self.depth {
            self.tell_held();
        }
    }

    /// A text of YAML begins. The events around documents are told so that each event has
    /// the number that it has for the full parser.
    pub fn begin_stream(&mut self) {
        self.mark(Event::StreamStart);
    }

    pub fn begin_document(&mut self) {
        self.mark(Event::DocumentStart(false, None));
    }

    pub fn end_document(&mut self) {
        self.mark(Event::DocumentEnd);
    }

    fn mark(&mut self, event: Event<'a>) {
        if T::LISTENS {
            self.take.take((event, 0..0));
        }
    }

    fn tell(&mut self, token: Token) {
        self.take.take(token.item(self.text));
    }

    /// The collections that are open hold something: they are told from now on.
    fn tell_held(&mut self) {
        for token in &self.held {
            self.take.take(token.item(self.text));
        }
        self.held.clear();
        self.begins.clear();
        self.told = self.depth;
    }
}

fn is_context(text: &[u8]) -> bool {
    CONTEXT.contains(&unquoted(text))
}

fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [b'"' | b'\'', inner @ .., b'"' | b'\''] => inner,
        _ => text,
    }
}
