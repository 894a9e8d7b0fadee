//! Questions to a person: to stderr, answered by a line on stdin.

use std::io::{BufRead, Read, Write};

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::ui::style;

/// Longest answer, in bytes.
const LONGEST: u64 = 4096;

/// Checks an answer and returns it as it counts, or says what is wrong with it.
pub type Check<'a> = &'a dyn Fn(&str) -> Result<String, String>;

pub trait Ask {
    /// Asks until the answer is good; an empty line takes the suggestion.
    fn ask(
        &mut self,
        question: &str,
        suggestion: Option<&str>,
        check: Check<'_>,
    ) -> Result<String, Failure>;
}

/// The terminal of this process.
pub struct Terminal;

impl Ask for Terminal {
    fn ask(
        &mut self,
        question: &str,
        suggestion: Option<&str>,
        check: Check<'_>,
    ) -> Result<String, Failure> {
        loop {
            let mut err = anstream::stderr().lock();
            let _ = write!(err, "{}{question}{:#}", style::HINT, style::HINT);
            if let Some(suggestion) = suggestion {
                let _ = write!(err, " [{suggestion}]");
            }
            let _ = write!(err, ": ");
            let _ = err.flush();
            let Some(answer) = read_line() else {
                let _ = writeln!(err);
                return Err(Failure::new(Exit::Usage, "no answer; nothing was written")
                    .hint("`ds init --help` lists the options that answer without a question"));
            };
            let text = match (answer.trim(), suggestion) {
                ("", None) => continue,
                ("", Some(suggestion)) => suggestion,
                (text, _) => text,
            };
            match check(text) {
                Ok(answer) => return Ok(answer),
                Err(why) => {
                    let _ = writeln!(err, "{why}");
                }
            }
        }
    }
}

/// One line; `None` at the end of the input.
fn read_line() -> Option<String> {
    let mut line = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST).read_until(b'\n', &mut line);
    match read {
        Ok(n) if n > 0 => Some(String::from_utf8_lossy(&line).into_owned()),
        _ => None,
    }
}
