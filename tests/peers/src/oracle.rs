//! The oracle as a child process: one line of JSON there, one back.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// See the module. Questions are answered in their order.
pub struct Oracle {
    child: Child,
    input: Option<BufWriter<ChildStdin>>,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts the executable that `tests/oracle` builds.
    pub fn start(path: &Path) -> std::io::Result<Self> {
        let mut child = Command::new(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let missing = || std::io::Error::other("the oracle has no pipes");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        Ok(Self { child, input: Some(BufWriter::new(input)), output: BufReader::new(output) })
    }

    /// Asks one question; a fault of the real code is an answer with `error` in it.
    pub fn ask(&mut self, question: &Value) -> Value {
        self.try_ask(question).expect("the oracle answers")
    }

    fn try_ask(&mut self, question: &Value) -> std::io::Result<Value> {
        if let Some(input) = &mut self.input {
            writeln!(input, "{question}")?;
            input.flush()?;
        }
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// A question about a text.
    pub fn about(&mut self, kind: &str, text: &[u8]) -> Value {
        self.ask(&json!({ "kind": kind, "text": bytes(text) }))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Bytes as Go's JSON has them.
pub fn bytes(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

/// Bytes out of an answer.
pub fn unpack(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap_or("")).unwrap_or_default()
}

/// The error in an answer.
pub fn fault(answer: &Value) -> Option<&str> {
    answer.get("error").and_then(Value::as_str)
}
