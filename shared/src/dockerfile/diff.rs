//! What differs between two texts of a Dockerfile, instruction by instruction.
//!
//! For people: texts are shortened, and values of ARG and ENV are left out, since
//! some are secrets. Comments, blank lines and the case of keywords are no difference.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use super::instruction::{Argument, Body, Dockerfile, Instruction, Pair};
use super::parse::parse;

/// Longest text of an instruction that is shown, in characters.
const SHOWN_MAX: usize = 60;
/// From this length on, a beginning that both texts share is left out.
const SHARED_MIN: usize = 24;
/// Most pairs of instructions that are compared; beyond, all of them count as replaced.
const PAIRS_MAX: usize = 4_000_000;

/// One instruction that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// In the new text; of an instruction that is gone, in the old one. From 1.
    pub line: usize,
    /// Upper case; of a directive `# syntax` and the like.
    pub keyword: String,
    /// The instruction, shortened; `None` where it was not there.
    pub old: Option<String>,
    /// `None` where it is not there any more.
    pub new: Option<String>,
    /// What differs where `old` and `new` are the same text.
    pub within: Option<&'static str>,
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new, self.within) {
            (Some(text), Some(_), Some(within)) => write!(f, "{within} of `{text}` changed"),
            (Some(old), Some(new), None) if self.keyword == "FROM" => {
                write!(f, "another base image: `{old}` became `{new}`")
            }
            (Some(old), Some(new), None) => write!(f, "`{old}` became `{new}`"),
            (None, Some(new), _) => write!(f, "`{new}` was added"),
            (Some(old), None, _) => write!(f, "`{old}` was removed"),
            (None, None, _) => Ok(()),
        }
    }
}

/// The differences in the order of the new text. `None` where one of the texts
/// cannot be read; nothing where only comments, blanks and the like differ.
pub fn diff(old: &[u8], new: &[u8]) -> Option<Vec<Edit>> {
    let (old, new) = (parse(old, "").ok()?, parse(new, "").ok()?);
    let (old, new) = (parts(&old), parts(&new));
    Some(moves(hunks(&old, &new).into_iter().flat_map(|(old, new)| edits(old, new)).collect()))
}

/// What is compared.
struct Part<'a> {
    line: usize,
    keyword: String,
    what: What<'a>,
}

enum What<'a> {
    Directive(&'a str),
    Instruction(&'a Instruction),
}

fn parts(file: &Dockerfile) -> Vec<Part<'_>> {
    let directives = file.directives.iter().map(|directive| Part {
        line: directive.line,
        keyword: format!("# {}", directive.name),
        what: What::Directive(&directive.value),
    });
    let instructions = file.instructions.iter().map(|instruction| Part {
        line: instruction.line,
        keyword: instruction.keyword.to_ascii_uppercase(),
        what: What::Instruction(instruction),
    });
    directives.chain(instructions).collect()
}

impl Part<'_> {
    fn same(&self, other: &Part<'_>) -> bool {
        match (&self.what, &other.what) {
            (What::Directive(a), What::Directive(b)) => self.keyword == other.keyword && a == b,
            (What::Instruction(a), What::Instruction(b)) => same(a, b),
            _ => false,
        }
    }

    fn text(&self) -> String {
        match &self.what {
            What::Directive(value) => format!("{}={value}", self.keyword),
            What::Instruction(instruction) => text(instruction),
        }
    }
}

fn same(a: &Instruction, b: &Instruction) -> bool {
    let body = match (&a.body, &b.body) {
        (Body::Onbuild(a), Body::Onbuild(b)) => return same(a, b),
        // What we don't know has its arguments in its text alone.
        (Body::Unknown(_), Body::Unknown(_)) => a.text == b.text,
        (a, b) => a == b,
    };
    body && a.keyword.eq_ignore_ascii_case(&b.keyword)
        && a.flags == b.flags
        && a.heredocs == b.heredocs
}

/// The instruction on one line, without values of ARG and ENV.
fn text(instruction: &Instruction) -> String {
    let keyword = instruction.keyword.to_ascii_uppercase();
    let names: Vec<&str> = match &instruction.body {
        Body::Onbuild(inner) => return format!("{keyword} {}", text(inner)),
        Body::Arg(arguments) => arguments.iter().map(|argument| argument.name.as_str()).collect(),
        Body::Env(pairs) => pairs.iter().map(|pair| pair.name.as_str()).collect(),
        _ => instruction.text.split_whitespace().skip(1).collect(),
    };
    format!("{keyword} {}", names.join(" "))
}

/// Runs of old parts and the new ones in their place, by a longest common subsequence.
fn hunks<'p>(old: &'p [Part<'p>], new: &'p [Part<'p>]) -> Vec<(&'p [Part<'p>], &'p [Part<'p>])> {
    let same = |(a, b): &(&Part<'_>, &Part<'_>)| a.same(b);
    let head = old.iter().zip(new).take_while(same).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    if old.len().saturating_mul(new.len()) > PAIRS_MAX {
        return vec![(old, new)];
    }
    // `common[i][j]`: how many parts of old[i..] and new[j..] are the same.
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i].same(&new[j]) {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let mut hunks = Vec::new();
    let (mut i, mut j, mut from) = (0, 0, (0, 0));
    while i < old.len() && j < new.len() {
        if old[i].same(&new[j]) {
            hunks.push((&old[from.0..i], &new[from.1..j]));
            (i, j) = (i + 1, j + 1);
            from = (i, j);
        } else if common[(i + 1) * width + j] >= common[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    hunks.push((&old[from.0..], &new[from.1..]));
    hunks
}

/// What became of a run: parts of one keyword are taken for each other.
fn edits(old: &[Part<'_>], new: &[Part<'_>]) -> Vec<Edit> {
    let mut left: HashMap<&str, VecDeque<&Part<'_>>> = HashMap::new();
    for part in old {
        left.entry(&part.keyword).or_default().push_back(part);
    }
    let one = |part: &Part<'_>, old: Option<String>, new: Option<String>| Edit {
        line: part.line,
        keyword: part.keyword.clone(),
        old,
        new,
        within: None,
    };
    let mut edits: Vec<Edit> = new
        .iter()
        .map(|part| match left.get_mut(part.keyword.as_str()).and_then(VecDeque::pop_front) {
            Some(before) => changed(before, part),
            None => one(part, None, Some(cut(&part.text(), 0))),
        })
        .collect();
    let mut gone: Vec<&Part<'_>> = left.into_values().flatten().collect();
    gone.sort_by_key(|part| part.line);
    edits.extend(gone.into_iter().map(|part| one(part, Some(cut(&part.text(), 0)), None)));
    edits
}

/// What was added here and removed there has moved.
fn moves(edits: Vec<Edit>) -> Vec<Edit> {
    let mut gone: HashMap<String, usize> = HashMap::new();
    for edit in edits.iter().filter(|edit| edit.new.is_none()) {
        *gone.entry(edit.old.clone().unwrap_or_default()).or_default() += 1;
    }
    let mut moved: HashMap<String, usize> = HashMap::new();
    let take = |from: &mut HashMap<String, usize>, text: &Option<String>| {
        let count = text.as_ref().and_then(|text| from.get_mut(text)).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    };
    let mut out = Vec::with_capacity(edits.len());
    for mut edit in edits {
        if edit.old.is_none() && take(&mut gone, &edit.new) {
            edit.old.clone_from(&edit.new);
            edit.within = Some("the place");
            *moved.entry(edit.new.clone().unwrap_or_default()).or_default() += 1;
        }
        out.push(edit);
    }
    out.retain(|edit| edit.new.is_some() || !take(&mut moved, &edit.old));
    out
}

fn changed(old: &Part<'_>, new: &Part<'_>) -> Edit {
    let (line, keyword) = (new.line, new.keyword.clone());
    let (before, after) = (old.text(), new.text());
    if before != after {
        let (before, after) = shorten(&before, &after);
        return Edit { line, keyword, old: Some(before), new: Some(after), within: None };
    }
    let (text, within) = match (&old.what, &new.what) {
        (What::Instruction(old), What::Instruction(new)) => inner(old, new, after),
        _ => (after, "the value"),
    };
    let text = Some(cut(&text, 0));
    Edit { line, keyword, old: text.clone(), new: text, within: Some(within) }
}

/// What differs between instructions whose texts look alike.
fn inner(old: &Instruction, new: &Instruction, shown: String) -> (String, &'static str) {
    match (&old.body, &new.body) {
        (Body::Onbuild(old), Body::Onbuild(new)) => inner(old, new, shown),
        (Body::Arg(old), Body::Arg(new)) => (format!("ARG {}", differing(old, new)), "the default"),
        (Body::Env(old), Body::Env(new)) => (format!("ENV {}", differing(old, new)), "the value"),
        _ if old.heredocs != new.heredocs => (shown, "the heredoc"),
        _ => (shown, "the spacing"),
    }
}

trait Named: PartialEq {
    fn name(&self) -> &str;
}

impl Named for Argument {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for Pair {
    fn name(&self) -> &str {
        &self.name
    }
}

/// The names whose values differ.
fn differing<T: Named>(old: &[T], new: &[T]) -> String {
    let differ = old.iter().zip(new).filter(|(old, new)| old != new);
    differ.map(|(_, new)| new.name()).collect::<Vec<_>>().join(" ")
}

/// Both texts, cut so that what differs shows.
fn shorten(old: &str, new: &str) -> (String, String) {
    let long = |text: &str| text.chars().count() > SHOWN_MAX;
    let shared = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
    let shared: usize = shared.map(|(c, _)| c.len_utf8()).sum();
    // From the begin of the word in which they part.
    let shared = old[..shared].rfind(' ').map_or(0, |at| at + 1);
    let from = if (long(old) || long(new)) && shared >= SHARED_MIN { shared } else { 0 };
    (cut(old, from), cut(new, from))
}

/// At most [`SHOWN_MAX`] characters from an offset on, the keyword always among them.
fn cut(text: &str, from: usize) -> String {
    let keyword = text.split(' ').next().unwrap_or_default();
    let mut out = if from == 0 { String::new() } else { format!("{keyword} … ") };
    let room = SHOWN_MAX - out.chars().count().min(SHOWN_MAX / 2);
    let rest = &text[from..];
    match rest.char_indices().nth(room) {
        Some((end, _)) => {
            out.push_str(rest[..end].trim_end());
            out.push('…');
        }
        None => out.push_str(rest),
    }
    out.trim_end().to_owned()
}
