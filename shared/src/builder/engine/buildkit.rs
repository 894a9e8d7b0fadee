//! The engine's BuildKit: the request has no body; what it needs is fetched in a session.
//!
//! As docker's own client does it (`remote=client-session`), so that COPY sees the
//! context's entries and nothing else. Progress comes as a graph of vertices; it is
//! shown as numbered steps, each line with its step's number.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::moby::buildkit::v1::{StatusResponse, Vertex};
use bollard::query_parameters::{BuildImageOptions, BuilderVersion};
use hyper::Method;
use prost::Message;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{self, Tail};
use super::filesync::DOCKERFILE;
use super::push::Lines;
use super::session::Session;
use super::{Credential, Engine, Error, Job, fault, request};
use crate::ui::event::{Event, Reporter};

/// Longest line of the answer: BuildKit's messages have at most 16 MiB, here in base64.
const LINE_MAX: usize = 32 << 20;

/// A line of the answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    id: String,
    aux: Value,
    error: Option<String>,
    /// Of a request that is refused as a whole.
    message: Option<String>,
}

/// Builds and returns the image's id.
pub async fn build(
    engine: &Engine,
    job: &Job,
    credentials: &[(String, Credential)],
    reporter: &dyn Reporter,
) -> Result<String, Error> {
    let line = engine.line()?;
    let session = Session::open(engine, &line, job, credentials).await?;
    let mut options = answer::options(job, DOCKERFILE.to_owned());
    options.version = BuilderVersion::BuilderBuildKit;
    options.remote = Some("client-session".to_owned());
    options.session = Some(session.id);
    let path = format!("/build?{}", query(&options));
    let request = request(Method::POST, &path, &[("Content-Type", "application/x-tar")])?;
    let answer = line.request(request).await.map_err(|fault| engine.absent(&fault))?;
    let mut graph = Graph::new(&job.image, reporter);
    let refused = (!answer.status().is_success()).then(|| answer.status().to_string());
    let fail = |graph: Graph<'_>, text: &str| match session.offer.fault() {
        Some(fault) => Error::Context(std::io::Error::other(fault)),
        None => odd_name(job, text).unwrap_or_else(|| graph.fail(text)),
    };
    let mut lines = Lines::new(answer.into_body()).up_to(LINE_MAX);
    let mut id = None;
    while let Some(line) = lines.next().await.map_err(|why| engine.unreachable(&why))? {
        let said: Said = serde_json::from_slice(&line).unwrap_or_default();
        let failed = said.error.or(refused.as_ref().and(said.message));
        if let Some(text) = failed {
            return Err(fail(graph, &text));
        }
        match said.id.as_str() {
            "moby.buildkit.trace" => graph.update(trace(&said.aux)),
            "moby.image.id" => id = said.aux["ID"].as_str().map(str::to_owned).or(id),
            _ => {}
        }
    }
    if let Some(status) = refused {
        return Err(fail(graph, &status));
    }
    id.ok_or_else(|| engine.strange("the build ended without an image id"))
}

/// Since its protocol's strings are checked, BuildKit takes no name that is not UTF-8,
/// and does not say which one it was.
fn odd_name(job: &Job, error: &str) -> Option<Error> {
    let mut names = job.inputs.entries.iter().map(|entry| entry.path);
    let name = names.find(|name| std::str::from_utf8(name).is_err())?;
    error.contains("invalid UTF-8").then(|| {
        let name = name.escape_ascii();
        let why = format!("this BuildKit takes no file name that is not UTF-8: `{name}`");
        Error::Context(std::io::Error::other(why))
    })
}

/// The options as a query; what is not set is left out.
fn query(options: &BuildImageOptions) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let options = serde_json::to_value(options).unwrap_or_default();
    for (name, value) in options.as_object().into_iter().flatten() {
        match value {
            Value::Null => continue,
            Value::String(text) => query.append_pair(name, text),
            value => query.append_pair(name, &value.to_string()),
        };
    }
    query.finish()
}

/// A piece of the graph; one that cannot be read tells nothing.
fn trace(aux: &Value) -> StatusResponse {
    let bytes = aux.as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
    StatusResponse::decode(&*bytes).unwrap_or_default()
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

    fn fail(mut self, text: &str) -> Error {
        let text = fault::innermost(text);
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
    fn options_in_a_query() {
        let options = BuildImageOptions {
            t: Some("r.x/a:b".to_owned()),
            buildargs: Some([("A".to_owned(), "b c&d".to_owned())].into()),
            version: BuilderVersion::BuilderBuildKit,
            ..BuildImageOptions::default()
        };
        let query = query(&options);
        let pairs: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).collect();
        for (name, value) in [("t", "r.x/a:b"), ("buildargs", r#"{"A":"b c&d"}"#), ("version", "2")]
        {
            assert_eq!(pairs.get(name).map(|value| &**value), Some(value), "{name} in {query}");
        }
        assert!(!pairs.contains_key("remote"), "{query}");
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
