//! The engine's BuildKit: a session beside the request hands out credentials when asked.
//!
//! Only the job's registries have credentials in the session. Progress comes as a graph
//! of vertices; it is shown as numbered steps, each line with its step's number.

use std::collections::HashMap;
use std::sync::Arc;

use bollard::body_try_stream;
use bollard::moby::buildkit::v1::{StatusResponse, Vertex};
use bollard::models::BuildInfoAux;
use bollard::query_parameters::BuilderVersion;
use futures_util::StreamExt;

use super::answer::{self, Tail};
use super::{Archive, Credential, Engine, Error, Job, fault};
use crate::ui::event::{Event, Reporter};

const IMAGE_ID: &str = "moby.image.id";

/// Builds and returns the image's id.
pub async fn build(
    engine: &Engine,
    job: &Job,
    archive: Arc<dyn Archive>,
    credentials: &[(String, Credential)],
    reporter: &dyn Reporter,
) -> Result<String, Error> {
    let line = engine.line()?;
    let dockerfile = archive.dockerfile(job);
    let mut options = answer::options(job, dockerfile.clone());
    options.version = BuilderVersion::BuilderBuildKit;
    options.session = Some(session_id());
    // Always a map: without one, bollard's session would still be there, but say "none".
    let credentials = answer::credentials(job, credentials, false).or_else(|| Some(HashMap::new()));
    let (context, mut torn) = answer::context(job, dockerfile, archive);
    let mut answers = line.docker.build_image(options, credentials, Some(body_try_stream(context)));
    let mut graph = Graph::new(&job.image, reporter);
    let mut id = None;
    while let Some(answer) = answers.next().await {
        let info = match answer {
            Ok(info) => info,
            Err(error) => {
                if let Ok(torn) = torn.try_recv() {
                    return Err(Error::Context(torn));
                }
                return Err(graph.fail(engine, error));
            }
        };
        match info.aux {
            Some(BuildInfoAux::BuildKit(status)) => graph.update(status),
            Some(BuildInfoAux::Default(image)) if info.id.as_deref() == Some(IMAGE_ID) => {
                id = image.id.or(id);
            }
            _ => {}
        }
    }
    id.ok_or_else(|| engine.strange("the build ended without an image id"))
}

/// A name that no other session of this engine has.
fn session_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    let part = || RandomState::new().hash_one(std::process::id());
    format!("ds{:016x}{:016x}", part(), part())
}

#[derive(Default)]
struct Step {
    /// From 1, in the order in which steps begin.
    number: usize,
    name: String,
    tail: Tail,
    over: bool,
}

/// The build's vertices as far as they were heard of.
struct Graph<'a> {
    image: &'a str,
    reporter: &'a dyn Reporter,
    steps: HashMap<String, Step>,
    begun: usize,
    failed: Option<String>,
}

impl<'a> Graph<'a> {
    fn new(image: &'a str, reporter: &'a dyn Reporter) -> Self {
        Self { image, reporter, steps: HashMap::new(), begun: 0, failed: None }
    }

    fn update(&mut self, status: StatusResponse) {
        for vertex in status.vertexes {
            self.vertex(&vertex);
        }
        for log in status.logs {
            let Some(step) = self.steps.get_mut(&log.vertex) else { continue };
            let (image, reporter, number) = (self.image, self.reporter, step.number);
            step.tail.feed(&String::from_utf8_lossy(&log.msg), |line| {
                say(reporter, image, format!("#{number} {line}"));
            });
        }
        for warning in status.warnings {
            let text = String::from_utf8_lossy(&warning.short).into_owned();
            self.reporter.image_note(self.image, crate::ui::event::Level::Warning, text);
        }
    }

    fn vertex(&mut self, vertex: &Vertex) {
        let (image, reporter) = (self.image, self.reporter);
        let step = self.steps.entry(vertex.digest.clone()).or_default();
        if vertex.started.is_none() && !vertex.cached {
            return;
        }
        if step.number == 0 {
            self.begun += 1;
            step.number = self.begun;
            step.name.clone_from(&vertex.name);
            say(reporter, image, format!("#{} {}", step.number, step.name));
        }
        let number = step.number;
        let Some(completed) = &vertex.completed else { return };
        if std::mem::replace(&mut step.over, true) {
            return;
        }
        step.tail.close(|line| say(reporter, image, format!("#{number} {line}")));
        if !vertex.error.is_empty() {
            say(reporter, image, format!("#{number} ERROR: {}", vertex.error));
            self.failed.get_or_insert_with(|| vertex.digest.clone());
        } else if vertex.cached {
            say(reporter, image, format!("#{number} CACHED"));
        } else {
            let seconds = vertex.started.as_ref().map_or(0.0, |started| {
                let whole = completed.seconds.saturating_sub(started.seconds);
                whole as f64 + f64::from(completed.nanos.saturating_sub(started.nanos)) / 1e9
            });
            say(reporter, image, format!("#{number} DONE {seconds:.1}s"));
        }
    }

    fn fail(mut self, engine: &Engine, error: bollard::errors::Error) -> Error {
        let text = match error {
            bollard::errors::Error::DockerStreamError { error } => error,
            bollard::errors::Error::DockerResponseServerError { message, .. } => message,
            error => return engine.fault(error),
        };
        let text = fault::innermost(&text);
        let step = self.failed.and_then(|digest| self.steps.remove(&digest));
        let (message, tail) = match step {
            Some(step) => (format!("step `{}` failed: {text}", step.name), step.tail.lines()),
            None => (format!("the build failed: {text}"), Vec::new()),
        };
        fault::of_build(text, message, tail)
    }
}

fn say(reporter: &dyn Reporter, image: &str, line: String) {
    reporter.event(Event::Output { image: image.to_owned(), line });
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::moby::buildkit::v1::VertexLog;

    #[derive(Default)]
    struct Heard(std::sync::Mutex<Vec<String>>);

    impl Reporter for Heard {
        fn event(&self, event: Event) {
            if let Event::Output { line, .. } = event {
                self.0.lock().unwrap().push(line);
            }
        }
    }

    #[test]
    fn steps_are_numbered_as_they_begin_and_the_failing_one_keeps_its_lines() {
        let vertex = |digest: &str, started: bool, over: bool, error: &str| Vertex {
            digest: digest.to_owned(),
            name: format!("RUN {digest}"),
            started: started.then(Default::default),
            completed: over.then(Default::default),
            error: error.to_owned(),
            ..Vertex::default()
        };
        let status = |vertexes| StatusResponse { vertexes, ..StatusResponse::default() };
        let log = |digest: &str, text: &str| StatusResponse {
            logs: vec![VertexLog {
                vertex: digest.to_owned(),
                msg: text.into(),
                ..VertexLog::default()
            }],
            ..StatusResponse::default()
        };
        let heard = Heard::default();
        let mut graph = Graph::new("app", &heard);
        graph.update(status(vec![vertex("a", false, false, ""), vertex("b", true, false, "")]));
        graph.update(log("b", "one\ntw"));
        graph.update(status(vec![vertex("a", true, true, "")]));
        graph.update(log("b", "o"));
        graph.update(log("never heard of", "x\n"));
        graph.update(status(vec![vertex("b", true, true, "exit code: 1")]));
        let lines = heard.0.lock().unwrap().clone();
        let expected =
            ["#1 RUN b", "#1 one", "#2 RUN a", "#2 DONE 0.0s", "#1 two", "#1 ERROR: exit code: 1"];
        assert_eq!(lines, expected);
        let failed = graph.failed.clone().unwrap();
        assert_eq!(graph.steps[&failed].tail.lines(), ["one", "two"]);
    }
}
