//! Questions on a terminal: to stderr, answered on stdin.

use std::io::{BufRead, Write};

use crate::config::Question;

/// Asks for a variable's value. An empty line takes the default; end of input is no answer.
pub fn ask(question: &Question) -> Option<String> {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{}", question.text);
    if !question.options.is_empty() {
        let _ = write!(err, " ({})", question.options.join(", "));
    }
    if let Some(default) = &question.default {
        let _ = write!(err, " [{default}]");
    }
    let _ = write!(err, ": ");
    let _ = err.flush();
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => match line.trim_end_matches(['\n', '\r']) {
            "" => question.default.clone(),
            answer => Some(answer.to_owned()),
        },
    }
}
