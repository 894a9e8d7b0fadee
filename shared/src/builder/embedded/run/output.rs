//! What a RUN prints, line by line, secrets blotted out, and its last lines.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Mutex, PoisonError};

use aho_corasick::AhoCorasick;

use super::spec::Mount;

/// A longer line is shown in parts.
const LINE_MAX: u64 = 16 * 1024;
const TAIL_MAX: usize = 20;
/// A secret's line that is shorter is no secret: everything would be blotted out.
const SECRET_MIN: usize = 6;
const BLOT: &str = "***";

/// Takes the lines of both streams.
pub(super) struct Output<'a> {
    line: &'a (dyn Fn(String) + Sync),
    secrets: Option<AhoCorasick>,
    tail: Mutex<VecDeque<String>>,
}

impl<'a> Output<'a> {
    pub(super) fn new(mounts: &[Mount], line: &'a (dyn Fn(String) + Sync)) -> Self {
        let contents = mounts.iter().filter_map(|mount| match mount {
            Mount::Secret { content, .. } => Some(content.expose()),
            _ => None,
        });
        let lines = contents.flat_map(|content| content.split(|&byte| byte == b'\n'));
        let lines: Vec<&[u8]> =
            lines.map(<[u8]>::trim_ascii).filter(|line| line.len() >= SECRET_MIN).collect();
        let secrets = (!lines.is_empty()).then(|| {
            let kind = aho_corasick::MatchKind::LeftmostLongest;
            AhoCorasick::builder().match_kind(kind).build(lines).ok()
        });
        Self { line, secrets: secrets.flatten(), tail: Mutex::default() }
    }

    /// Reads a stream to its end.
    pub(super) fn follow(&self, stream: impl Read) {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            match stream.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes) {
                Ok(0) | Err(_) => return,
                Ok(_) => self.take(&bytes),
            }
        }
    }

    fn take(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes.strip_suffix(b"\n").unwrap_or(bytes));
        let text = text.strip_suffix('\r').unwrap_or(&text);
        let text = match &self.secrets {
            Some(secrets) => {
                let count = secrets.patterns_len();
                secrets.replace_all(text, &vec![BLOT; count])
            }
            None => text.to_owned(),
        };
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.len() == TAIL_MAX {
            tail.pop_front();
        }
        tail.push_back(text.clone());
        drop(tail);
        (self.line)(text);
    }

    pub(super) fn tail(&self) -> Vec<String> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::embedded::run::spec::Hidden;

    #[test]
    fn lines_are_cut_and_secrets_blotted_out() {
        let secret = |text: &str| Mount::Secret {
            target: None,
            env: None,
            content: Hidden::new(text.as_bytes().to_vec()),
            uid: 0,
            gid: 0,
            mode: 0o400,
        };
        let lines = Mutex::new(Vec::new());
        let line = |text: String| lines.lock().unwrap().push(text);
        let mounts = [secret("hunter2-long\n"), secret("line one\n\nline two\n"), secret("a")];
        let output = Output::new(&mounts, &line);
        output.follow(&b"a b\r\nhas hunter2-long, line two\n\xff\nlast"[..]);
        output.follow(&[b"x".repeat(20_000), b"\n".to_vec()].concat()[..]);
        let lines = lines.lock().unwrap();
        assert_eq!(lines[..4], ["a b", "has ***, ***", "\u{fffd}", "last"]);
        assert_eq!((lines[4].len(), lines[5].len()), (16_384, 3_616));
        assert_eq!(output.tail().len(), 6);
    }
}
