//! Progress as plain lines, for logs and for `-v`.
//!
//! Several images may work at once, yet their lines never mix: the image that
//! began first is shown live, the others' lines wait until it is done.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use super::Verbosity;
use super::event::{Event, Level, Reporter};
use super::style;

pub struct Plain {
    verbosity: Verbosity,
    stage: Mutex<Stage>,
}

struct Stage {
    out: Box<dyn Write + Send>,
    /// Images at work or done but not yet shown, in order of their start; the first is live.
    waiting: VecDeque<Group>,
}

struct Group {
    image: String,
    lines: Vec<String>,
    done: bool,
}

impl Plain {
    pub fn stderr(verbosity: Verbosity) -> Self {
        Self::new(verbosity, Box::new(anstream::AutoStream::auto(io::stderr())))
    }

    fn new(verbosity: Verbosity, out: Box<dyn Write + Send>) -> Self {
        Self { verbosity, stage: Mutex::new(Stage { out, waiting: VecDeque::new() }) }
    }
}

impl Reporter for Plain {
    fn event(&self, event: Event) {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = render(&event, self.verbosity);
        match &event {
            Event::Started { image, .. } => stage.open(image),
            Event::Note { image: None, .. } => {
                for line in shown {
                    stage.write(&line);
                }
                return;
            }
            _ => {}
        }
        let image = image_of(&event);
        stage.show(image, shown);
        if matches!(event, Event::Finished { .. } | Event::Failed { .. }) {
            stage.close(image);
        }
    }
}

fn image_of(event: &Event) -> &str {
    match event {
        Event::Started { image, .. }
        | Event::Output { image, .. }
        | Event::Transfer { image, .. }
        | Event::Finished { image, .. }
        | Event::Failed { image, .. } => image,
        Event::Note { image, .. } => image.as_deref().unwrap_or_default(),
    }
}

/// The lines of an event at this verbosity.
fn render(event: &Event, verbosity: Verbosity) -> Vec<String> {
    let normal = verbosity >= Verbosity::Normal;
    let head = |image: &str| format!("{}{image}{:#} | ", style::IMAGE, style::IMAGE);
    match event {
        Event::Started { image, text, .. } if normal && !text.is_empty() => {
            vec![format!("{}{text}", head(image))]
        }
        Event::Output { image, line } if normal => vec![format!("{}{line}", head(image))],
        Event::Finished { image, text, .. } if normal => vec![format!("{}{text}", head(image))],
        Event::Transfer { image, id, status, current, total } if verbosity >= Verbosity::Debug => {
            let total = total.map_or_else(String::new, |total| format!("/{total}"));
            vec![format!("{}{id}: {status} {current}{total}", head(image))]
        }
        Event::Failed { image, text, .. } => {
            let error = style::ERROR;
            vec![format!("{}{error}failed{error:#}: {text}", head(image))]
        }
        Event::Note { image, level, text } if verbosity.tells(*level) => {
            let head = image.as_deref().map_or_else(String::new, head);
            vec![format!("{head}{}{text}", label(*level))]
        }
        _ => Vec::new(),
    }
}

fn label(level: Level) -> String {
    match level {
        Level::Warning => format!("{}warning{:#}: ", style::WARNING, style::WARNING),
        Level::Info | Level::Verbose | Level::Debug => String::new(),
    }
}

impl Stage {
    fn open(&mut self, image: &str) {
        if !self.waiting.iter().any(|group| group.image == image) {
            self.waiting.push_back(Group {
                image: image.to_owned(),
                lines: Vec::new(),
                done: false,
            });
        }
    }

    fn show(&mut self, image: &str, lines: Vec<String>) {
        match self.waiting.iter().position(|group| group.image == image) {
            Some(0) | None => {
                for line in lines {
                    self.write(&line);
                }
            }
            Some(place) => self.waiting[place].lines.extend(lines),
        }
    }

    fn close(&mut self, image: &str) {
        if let Some(group) = self.waiting.iter_mut().find(|group| group.image == image) {
            group.done = true;
        }
        // The live one is done: what waited behind it is shown, up to the next one at work.
        while self.waiting.front().is_some_and(|group| group.done) {
            self.waiting.pop_front();
            let lines = self.waiting.front_mut().map(|next| std::mem::take(&mut next.lines));
            for line in lines.unwrap_or_default() {
                self.write(&line);
            }
        }
    }

    fn write(&mut self, line: &str) {
        let _ = writeln!(self.out, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::ui::event::Work;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_of_images_at_once_are_grouped() {
        let sink = Sink::default();
        let plain = Plain::new(Verbosity::Normal, Box::new(sink.clone()));
        let start = |image: &str| Event::Started {
            image: image.into(),
            work: Work::Build,
            text: "starts".into(),
        };
        let line =
            |image: &str, line: &str| Event::Output { image: image.into(), line: line.into() };
        let end = |image: &str| Event::Finished {
            image: image.into(),
            work: Work::Build,
            changed: true,
            text: "done".into(),
        };
        for event in [
            start("a"),
            start("b"),
            line("b", "b1"),
            line("a", "a1"),
            end("b"),
            start("c"),
            line("c", "c1"),
            end("a"),
            line("c", "c2"),
            end("c"),
        ] {
            plain.event(event);
        }
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let wanted = "a | starts\na | a1\na | done\nb | starts\nb | b1\nb | done\nc | starts\nc | c1\nc | c2\nc | done\n";
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), wanted);
    }
}
