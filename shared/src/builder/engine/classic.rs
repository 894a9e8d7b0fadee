//! The engine's classic builder: one request, a tar in, lines of JSON out.
//!
//! The image id is taken from the structured answer, never from printed text.
//! Credentials go along for the job's registries only.

use std::sync::Arc;

use bollard::body_try_stream;
use bollard::models::BuildInfoAux;
use futures_util::StreamExt;

use super::answer::{self, Tail};
use super::{Archive, Credential, Engine, Error, Job, fault};
use crate::ui::event::{Event, Level, Reporter};

/// How often a build that others' removal of an image broke is begun again.
const AGAIN: u32 = 5;

/// Builds and returns the image's id.
pub async fn build(
    engine: &Engine,
    job: &Job,
    archive: Arc<dyn Archive>,
    credentials: &[(String, Credential)],
    reporter: &dyn Reporter,
) -> Result<String, Error> {
    for _ in 0..AGAIN {
        match once(engine, job, archive.clone(), credentials, reporter).await {
            Err(error) if was_overtaken(&error) => {
                let text = "another image was removed meanwhile: begun again".to_owned();
                reporter.image_note(&job.image, Level::Info, text);
            }
            ended => return ended,
        }
    }
    once(engine, job, archive, credentials, reporter).await
}

/// Looking for a cached step, the builder goes through all images that there are, and
/// fails when one of them goes away under it (moby, image/cache: "unable to find image").
fn was_overtaken(error: &Error) -> bool {
    matches!(error, Error::Build { message, .. } if message.contains("failed: unable to find image \"sha256:"))
}

async fn once(
    engine: &Engine,
    job: &Job,
    archive: Arc<dyn Archive>,
    credentials: &[(String, Credential)],
    reporter: &dyn Reporter,
) -> Result<String, Error> {
    let line = engine.line()?;
    let dockerfile = archive.dockerfile(job);
    let options = answer::options(job, dockerfile.clone());
    let credentials = answer::credentials(job, credentials);
    let (context, mut torn) = answer::context(job, dockerfile, archive);
    let mut answers = line.docker.build_image(options, credentials, Some(body_try_stream(context)));
    let mut steps =
        Steps { image: &job.image, reporter, step: String::new(), tail: Tail::default() };
    let mut id = None;
    while let Some(answer) = answers.next().await {
        let info = match answer {
            Ok(info) => info,
            Err(error) => {
                if let Ok(torn) = torn.try_recv() {
                    return Err(Error::Context(torn));
                }
                return Err(steps.fail(engine, error));
            }
        };
        if let Some(text) = &info.stream {
            steps.feed(text);
        }
        // Of a base image's download, only what it is about; not each byte count.
        if let (Some(status), None) = (&info.status, &info.progress_detail) {
            let about = info.id.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
            steps.feed(&format!("{about}{status}\n"));
        }
        if let Some(BuildInfoAux::Default(image)) = info.aux {
            id = image.id.or(id);
        }
    }
    id.ok_or_else(|| engine.strange("the build ended without an image id"))
}

struct Steps<'a> {
    image: &'a str,
    reporter: &'a dyn Reporter,
    /// `Step 2/3 : RUN make`
    step: String,
    tail: Tail,
}

impl Steps<'_> {
    fn feed(&mut self, text: &str) {
        let (image, reporter) = (self.image, self.reporter);
        let mut begun = None;
        // The classic builder paints what an instruction says on its stderr.
        let text = text.replace("\u{1b}[91m", "").replace("\u{1b}[0m", "");
        self.tail.feed(&text, |line| {
            if line.starts_with("Step ") && line.contains(" : ") {
                begun = Some(line.to_owned());
            }
            reporter.event(Event::Output { image: image.to_owned(), line: line.to_owned() });
        });
        if let Some(step) = begun {
            self.step = step;
            self.tail.clear();
        }
    }

    fn fail(mut self, engine: &Engine, error: bollard::errors::Error) -> Error {
        let text = match error {
            bollard::errors::Error::DockerStreamError { error } => error,
            bollard::errors::Error::DockerResponseServerError { message, .. } => message,
            error => return engine.fault(error),
        };
        self.feed("\n");
        let message = match self.step.strip_prefix("Step ").and_then(|step| step.split_once(" : "))
        {
            Some((number, instruction)) => {
                format!("step {number} `{instruction}` failed: {text}")
            }
            None => format!("the build failed: {text}"),
        };
        let mut tail = self.tail.lines();
        tail.retain(|line| !is_bookkeeping(line));
        fault::of_build(&text, message, tail)
    }
}

/// The builder's own lines between those of an instruction.
fn is_bookkeeping(line: &str) -> bool {
    line.starts_with(" ---> ") || line.starts_with("Removing intermediate container")
}
