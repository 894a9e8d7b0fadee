//! Which builder an image gets: see design.md, "Builders".

use std::sync::atomic::Ordering;

use super::home::Home;
use crate::builder::engine::Mode;
use crate::config::{BuilderChoice, Image};
use crate::step::docker;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// A builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Engine(Mode),
    Embedded,
    Custom,
}

impl Home<'_> {
    /// Whom the command line names, else the config, else the engine if it answers.
    pub(super) async fn choice(&self, image: &Image) -> Result<Choice, Failure> {
        let missing = |what: &str| {
            Failure::new(Exit::Config, format!("the {what} builder is not part of this version"))
                .hint("`--builder docker` builds on a Docker engine")
        };
        if let BuilderChoice::Custom(_) = image.builder {
            return Ok(Choice::Custom);
        }
        match self.request.builder.as_deref() {
            Some("docker") => return Ok(Choice::Engine(docker::mode())),
            Some("classic") => return Ok(Choice::Engine(Mode::Classic)),
            Some("buildkit") => return Ok(Choice::Engine(Mode::BuildKit)),
            Some("embedded") => return Ok(Choice::Embedded),
            Some("kaniko") => return Err(missing("kaniko")),
            Some(name) => {
                let text = format!("`{name}` is no builder: docker, classic, buildkit or embedded");
                return Err(Failure::new(Exit::Usage, text));
            }
            None => {}
        }
        match &image.builder {
            BuilderChoice::BuildKit { .. } => Ok(Choice::Engine(Mode::BuildKit)),
            BuilderChoice::Kaniko { .. } => Err(missing("kaniko")),
            BuilderChoice::Embedded => Ok(Choice::Embedded),
            BuilderChoice::Custom(_) => Ok(Choice::Custom),
            BuilderChoice::Docker { disable_fallback, .. } => {
                let pointed_at = *disable_fallback || docker::is_pointed_at();
                if pointed_at || self.answering().await.is_ok() {
                    return Ok(Choice::Engine(docker::mode()));
                }
                self.say_fallback();
                Ok(Choice::Embedded)
            }
        }
    }

    /// Said once in a run.
    fn say_fallback(&self) {
        if !self.told_fallback.swap(true, Ordering::Relaxed) {
            let text = "no Docker engine answers: images are built by the embedded builder";
            self.run.reporter.note(Level::Info, text.to_owned());
        }
    }

    /// Whether the embedded builder builds this image.
    pub async fn is_embedded(&self, image: &Image) -> bool {
        matches!(self.choice(image).await, Ok(Choice::Embedded))
    }
}
