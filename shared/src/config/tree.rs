//! One YAML document as a tree of nodes that know where they stand.
//!
//! Refuses doubled keys, several documents, depth over 100, alias bombs, tags of
//! other programs. Anchors, aliases and merge keys (`<<`) are resolved, as the
//! reference's YAML library does. Knows nothing of which keys are valid.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::error::Problem;
use super::source::{At, Report};

/// Deepest nesting, aliases replaced.
const DEPTH_MAX: usize = 100;
/// So many nodes may come from anchors and aliases.
const COPIES_MAX: usize = 100_000;
const TEMPLATE: &str = "a template is not YAML: render it first";

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub(super) at: At,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub(super) at: At,
    pub value: Node,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scalar {
    pub text: String,
    /// Not in quotes, not a block: it may be a number or boolean.
    pub plain: bool,
    /// A variable's value is in it: the text may be a secret.
    pub replaced: bool,
}

impl Node {
    pub(super) fn null(at: At) -> Self {
        Self { at, value: Value::Null }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value under a key; a null counts as absent, as upstream has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
            .filter(|node| node.value != Value::Null)
    }

    /// The node under keys, one in the other.
    pub fn dig(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Takes an entry out.
    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        let Value::Map(entries) = &mut self.value else { return None };
        let index = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(index))
    }

    pub(super) fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar, as it is written.
    pub fn text(&self) -> Option<&str> {
        self.scalar().map(|scalar| scalar.text.as_str())
    }

    /// What it is, for messages.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Null => "empty",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// How many nodes, and how deep.
    fn measure(&self) -> (usize, usize) {
        let add = |(size, depth): (usize, usize), node: &Node| {
            let (s, d) = node.measure();
            (size + s, depth.max(d))
        };
        let (size, depth) = match &self.value {
            Value::List(items) => items.iter().fold((0, 0), add),
            Value::Map(entries) => entries.iter().map(|entry| &entry.value).fold((0, 0), add),
            _ => (0, 0),
        };
        (size + 1, depth + 1)
    }
}

/// Parses a file of the report. An empty one is a null node.
pub(super) fn parse(report: &Report, file: usize) -> Result<Node, Problem> {
    let mut builder = Builder::new(report, file);
    let text = report.text(file);
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| builder.syntax(&error))?;
        builder.take(event, &span)?;
    }
    let start = At { file, line: 1, column: 1 };
    Ok(builder.root.unwrap_or(Node::null(start)))
}

/// What people most often mean by a line that the parser refuses.
fn syntax_hint(line: &str, info: &str) -> Option<&'static str> {
    let said = |words: &str| info.contains(words);
    Some(match () {
        () if line.contains("{{") => TEMPLATE,
        () if line.contains("${") && said("flow") => {
            "between `{` and `}` a variable needs quotes: `\"${NAME}\"`"
        }
        () if said("mapping values") => {
            "look at the line above too: a `:` needs a space after it, and keys of one mapping the same indentation"
        }
        () if said("expected key") || said("expected '-'") => {
            "keys of one mapping need the same indentation"
        }
        () if said("expected ':'") => "a `:` is missing after the key",
        () if said("unclosed quote") => "the text begins with a quote that nothing closes",
        () if said("unknown escape") => "write `\\\\`, or use single quotes",
        () if said("unexpected character") => "quote the value",
        () if said("unknown anchor") => {
            "`*name` stands for what `&name` marks above it; quote a literal `*`"
        }
        () => return None,
    })
}

/// A collection that is not closed yet.
struct Frame {
    at: At,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        seen: HashMap<String, At>,
        key: Option<(String, At)>,
        merges: Vec<Node>,
    },
}

struct Builder<'a> {
    report: &'a Report,
    file: usize,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    copies: usize,
    documents: usize,
    root: Option<Node>,
}

impl<'a> Builder<'a> {
    fn new(report: &'a Report, file: usize) -> Self {
        let (stack, anchors) = (Vec::new(), HashMap::new());
        Self { report, file, stack, anchors, copies: 0, documents: 0, root: None }
    }

    fn at(&self, span: &Span) -> At {
        At { file: self.file, line: span.start.line().max(1), column: span.start.col() + 1 }
    }

    fn wrong(&self, at: At, message: impl Into<String>, hint: Option<&str>) -> Problem {
        self.report.at(at, message, hint.map(str::to_owned))
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let marker = error.marker();
        let at = At { file: self.file, line: marker.line().max(1), column: marker.col() + 1 };
        let info = error.info();
        let line = self.report.text(self.file).lines().nth(at.line - 1).unwrap_or_default();
        if info.contains("nesting") || info.contains("recursion") {
            return self.wrong(at, format!("nested over {DEPTH_MAX} levels deep"), None);
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        if indent.contains('\t') {
            return self.wrong(at, "a tab indents this line", Some("YAML takes spaces only"));
        }
        let hint = syntax_hint(line, &info);
        self.wrong(at, format!("this is not YAML: {info}"), hint)
    }

    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Problem> {
        let at = self.at(span);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let hint = "put each config into a file of its own";
                    return Err(self.wrong(at, "a second document begins here", Some(hint)));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.scalar(at, &text, style, tag.as_deref())?;
                self.put(Node { at, value }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(at, tag.as_deref(), &["seq"])?;
                self.open(at, anchor, Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(at, tag.as_deref(), &["map"])?;
                let (entries, seen) = (Vec::new(), HashMap::new());
                self.open(at, anchor, Content::Map { entries, seen, key: None, merges: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(id) => self.alias(at, id),
            _ => Ok(()),
        }
    }

    fn check_tag(&self, at: At, tag: Option<&Tag>, known: &[&str]) -> Result<(), Problem> {
        match tag {
            Some(tag) if !known.iter().any(|name| tag.is_yaml_core_schema_tag(name)) => Err(
                self.wrong(at, format!("the tag `{}` means nothing here", tag.original()), None)
            ),
            _ => Ok(()),
        }
    }

    fn scalar(
        &self,
        at: At,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
    ) -> Result<Value, Problem> {
        self.check_tag(at, tag, &["str", "int", "float", "bool", "null"])?;
        let text_tag = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
        let plain = style == ScalarStyle::Plain && !text_tag;
        if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            return Ok(Value::Null);
        }
        Ok(Value::Scalar(Scalar { text: text.to_owned(), plain, replaced: false }))
    }

    fn open(&mut self, at: At, anchor: usize, content: Content) -> Result<(), Problem> {
        if self.stack.len() >= DEPTH_MAX {
            return Err(self.wrong(at, format!("nested over {DEPTH_MAX} levels deep"), None));
        }
        if let Some(Frame { content: Content::Map { key: None, .. }, .. }) = self.stack.last() {
            let line = self.report.text(self.file).lines().nth(at.line - 1).unwrap_or_default();
            let hint = if line.contains("{{") { TEMPLATE } else { "quote it" };
            return Err(self.wrong(at, "a key must be a single word", Some(hint)));
        }
        self.stack.push(Frame { at, anchor, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Problem> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let value = match frame.content {
            Content::List(items) => Value::List(items),
            Content::Map { mut entries, mut seen, merges, .. } => {
                for merge in merges {
                    self.merge(&mut entries, &mut seen, merge)?;
                }
                Value::Map(entries)
            }
        };
        self.put(Node { at: frame.at, value }, frame.anchor)
    }

    /// `<<`: entries of other mappings, where the mapping has none of its own.
    fn merge(
        &self,
        entries: &mut Vec<Entry>,
        seen: &mut HashMap<String, At>,
        from: Node,
    ) -> Result<(), Problem> {
        let maps = match from.value {
            Value::List(items) => items,
            _ => vec![from],
        };
        for map in maps {
            let Value::Map(new) = map.value else {
                let message = "`<<` takes a mapping or a list of mappings";
                return Err(self.wrong(map.at, message, None));
            };
            for entry in new {
                if seen.insert(entry.key.clone(), entry.at).is_none() {
                    entries.push(entry);
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, at: At, id: usize) -> Result<(), Problem> {
        let Some(target) = self.anchors.get(&id) else {
            return Err(self.wrong(at, "this alias stands within what it names", None));
        };
        let (size, depth) = target.measure();
        self.copies += size;
        if self.copies > COPIES_MAX {
            let message = format!("aliases stand for more than {COPIES_MAX} values");
            return Err(self.wrong(at, message, None));
        }
        if depth + self.stack.len() > DEPTH_MAX {
            return Err(self.wrong(at, format!("nested over {DEPTH_MAX} levels deep"), None));
        }
        let node = target.clone();
        self.put(node, 0)
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            self.copies += node.measure().0;
            if self.copies > COPIES_MAX {
                let message = format!("anchors hold more than {COPIES_MAX} values");
                return Err(self.wrong(node.at, message, None));
            }
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, merges, key, .. } if key.is_some() => {
                if let Some((key, at)) = key.take() {
                    if key == "<<" {
                        merges.push(node);
                    } else {
                        entries.push(Entry { key, at, value: node });
                    }
                }
            }
            Content::Map { .. } => return self.key(node),
        }
        Ok(())
    }

    fn key(&mut self, node: Node) -> Result<(), Problem> {
        let at = node.at;
        let Value::Scalar(Scalar { text, .. }) = node.value else {
            return Err(self.wrong(at, "a key is missing before the `:`", None));
        };
        let Some(Frame { content: Content::Map { seen, key, .. }, .. }) = self.stack.last_mut()
        else {
            return Ok(());
        };
        let first = if text == "<<" { None } else { seen.insert(text.clone(), at) };
        *key = Some((text.clone(), at));
        match first {
            Some(first) => {
                let first = self.report.place(first);
                let hint = format!("the first one is at {first}; keep one of them");
                Err(self.wrong(at, format!("the key `{text}` is given twice"), Some(&hint)))
            }
            None => Ok(()),
        }
    }
}
