//! Questions on a terminal: to stderr, answered on stdin.

use std::io::{BufRead, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

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
    let hidden = question.password.then(Hidden::begin);
    let read = std::io::stdin().lock().read_line(&mut line);
    if hidden.is_some() {
        let _ = writeln!(err);
    }
    match read {
        Ok(0) | Err(_) => None,
        Ok(_) => match line.trim_end_matches(['\n', '\r']) {
            "" => question.default.clone(),
            answer => Some(answer.to_owned()),
        },
    }
}

/// While it lives, the terminal shows nothing of what is typed.
struct Hidden(Option<Termios>);

impl Hidden {
    fn begin() -> Self {
        let stdin = std::io::stdin();
        let before = tcgetattr(&stdin).ok();
        if let Some(mut quiet) = before.clone() {
            quiet.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(&stdin, OptionalActions::Flush, &quiet);
        }
        Self(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, before);
        }
    }
}
