//! Progress for programs: every event as one JSON object a line.

use std::io::{self, Write};
use std::sync::Mutex;

use super::event::{Event, Reporter};

pub struct Json {
    out: Mutex<Box<dyn Write + Send>>,
}

impl Json {
    pub fn stderr() -> Self {
        Self::new(Box::new(io::stderr()))
    }

    fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out: Mutex::new(out) }
    }
}

impl Reporter for Json {
    fn event(&self, event: Event) {
        let Ok(mut line) = serde_json::to_vec(&event) else { return };
        line.push(b'\n');
        // A poisoned lock only means that another thread panicked between two lines.
        let mut out = self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = out.write_all(&line);
    }
}
