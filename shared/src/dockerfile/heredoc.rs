//! Heredocs: which words of a line announce one, and what the word means.
//!
//! Follows BuildKit's `parser.go`: a word `[n]<<[-]NAME` that is not quoted as a
//! whole, blanks allowed before the name; quotes within the name switch expansion of
//! the content off.

use super::error::Kind;
use super::expand::{Expander, Style};
use super::words;

/// One heredoc of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// Without quotes; for COPY and ADD also the file's name.
    pub name: String,
    /// The number before `<<`; 0 where there is none.
    pub descriptor: u64,
    /// Whether variables in the content are expanded (COPY and ADD).
    pub expand: bool,
    /// `<<-`: tabs at the begin of lines don't count.
    pub chomp: bool,
    /// As it stands in the file, tabs included.
    pub content: String,
}

impl Heredoc {
    /// The content as it is used: without leading tabs where `<<-` says so.
    pub fn chomped(&self) -> String {
        if !self.chomp {
            return self.content.clone();
        }
        self.content.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
    }
}

/// Whether an instruction can have heredocs: RUN, COPY, ADD, each in shell form, also after ONBUILD.
pub(crate) fn may_stand(line: &str, escape: char) -> bool {
    if !line.contains("<<") {
        return false;
    }
    let mut command = words::split_command(line, escape);
    if command.keyword.eq_ignore_ascii_case("onbuild") {
        command = words::split_command(command.rest.text, escape);
    }
    let kind = command.keyword.to_ascii_lowercase();
    matches!(kind.as_str(), "run" | "copy" | "add")
        && !matches!(words::json_strings(command.rest.text), words::Json::Strings(_))
}

/// The heredocs a line announces, in order, their content still empty.
pub(crate) fn announced(line: &str) -> Result<Vec<Heredoc>, Kind> {
    let style = Style { raw_quotes: true, raw_escapes: true, keep_unset: true, ..Style::default() };
    // A line that cannot be split announces nothing: its quotes are the shell's matter.
    let Ok(words) = Expander::new('\\').style(style).words(line, &|_| None) else {
        return Ok(Vec::new());
    };
    words.iter().filter_map(|word| of_word(word).transpose()).collect()
}

/// The heredoc that a word announces, if it does.
pub(crate) fn of_word(word: &str) -> Result<Option<Heredoc>, Kind> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = word.split_at(digits);
    let Some(rest) = rest.strip_prefix("<<") else { return Ok(None) };
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let style = Style { keep_unset: true, ..Style::default() };
    let split = |style: Style| {
        Expander::new('\\')
            .style(style)
            .words(rest, &|_| None)
            .map_err(|why| Kind::HeredocWord { word: word.to_owned(), why })
    };
    let (plain, raw) = (split(style)?, split(Style { raw_quotes: true, ..style })?);
    let ([name], [raw]) = (plain.as_slice(), raw.as_slice()) else { return Ok(None) };
    let quotes = |text: &str| text.matches(['\'', '"']).count();
    Ok(Some(Heredoc {
        name: name.clone(),
        descriptor: if number.is_empty() { 0 } else { number.parse().unwrap_or(u64::MAX) },
        expand: quotes(name) == quotes(raw),
        chomp,
        content: String::new(),
    }))
}
