//! Progress on a terminal: one live line an image, finished ones above it.
//! A builder's lines are shown one at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

use super::event::{Event, Level, Reporter, Work};
use super::style;

pub struct Bars {
    all: MultiProgress,
    lines: Mutex<HashMap<String, Line>>,
}

struct Line {
    bar: ProgressBar,
    /// Why an image is built: told again at its end, when the live line is gone.
    why: Option<String>,
    /// Bytes sent and to be sent, by layer.
    transfers: BTreeMap<String, (u64, Option<u64>)>,
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

impl Bars {
    pub fn new() -> Self {
        Self { all: MultiProgress::new(), lines: Mutex::new(HashMap::new()) }
    }

    fn start(&self, image: &str, text: &str, work: Work) {
        let bar = self.all.add(ProgressBar::new_spinner());
        let style =
            ProgressStyle::with_template("{spinner} {prefix:.blue.bold} {wide_msg} {elapsed:.dim}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_prefix(image.to_owned());
        bar.set_message(one_line(text));
        bar.enable_steady_tick(Duration::from_millis(120));
        let why = text.strip_prefix("building: ").unwrap_or(text);
        let why = (work == Work::Build && !why.is_empty()).then(|| one_line(why));
        let line = Line { bar, why, transfers: BTreeMap::new() };
        self.lock().insert(image.to_owned(), line);
    }

    /// Takes the live line away; why the image was built.
    fn end(&self, image: &str) -> Option<String> {
        let line = self.lock().remove(image)?;
        line.bar.finish_and_clear();
        line.why
    }

    fn say(&self, text: &str) {
        let _ = self.all.println(colored(text));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Bars {
    fn event(&self, event: Event) {
        let (image_style, done) = (style::IMAGE, style::DONE);
        match event {
            Event::Started { image, text, work } => self.start(&image, &text, work),
            Event::Output { image, line } => {
                if let Some(shown) = self.lock().get(&image) {
                    shown.bar.set_message(one_line(&line));
                }
            }
            Event::Transfer { image, id, current, total, .. } => {
                if let Some(line) = self.lock().get_mut(&image) {
                    line.transfers.insert(id, (current, total));
                    line.bar.set_message(sum(&line.transfers));
                }
            }
            Event::Finished { image, text, changed, .. } => {
                let why = self.end(&image).map_or_else(String::new, |why| format!(": {why}"));
                let mark = if changed { "✔" } else { "·" };
                self.say(&format!(
                    "{done}{mark}{done:#} {image_style}{image}{image_style:#} {text}{why}"
                ));
            }
            // What went wrong stands at the very end, whole.
            Event::Failed { image, work, .. } => {
                self.end(&image);
                let error = style::ERROR;
                let work = work.verb();
                self.say(&format!(
                    "{error}✘{error:#} {image_style}{image}{image_style:#} {work} failed"
                ));
            }
            Event::Note { image, level: level @ (Level::Warning | Level::Info), text } => {
                let warning = style::WARNING;
                let label = match level {
                    Level::Warning => format!("{warning}warning{warning:#}: "),
                    _ => String::new(),
                };
                let image = image.map_or_else(String::new, |image| format!("{image}: "));
                self.say(&format!("{label}{image}{text}"));
            }
            Event::Note { .. } => {}
        }
    }
}

/// Keeps escape codes only where this process shows colours.
fn colored(text: &str) -> String {
    match anstream::AutoStream::choice(&std::io::stderr()) {
        anstream::ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
        _ => text.to_owned(),
    }
}

/// A builder's line without control characters, which would break the live line.
fn one_line(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string().replace(char::is_control, " ")
}

fn sum(transfers: &BTreeMap<String, (u64, Option<u64>)>) -> String {
    let sent: u64 = transfers.values().map(|(current, _)| current).sum();
    let total: u64 = transfers.values().map(|(current, total)| total.unwrap_or(*current)).sum();
    format!("{} of {}", HumanBytes(sent), HumanBytes(total))
}
