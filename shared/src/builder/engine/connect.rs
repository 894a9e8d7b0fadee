//! One connection to an engine for each request: unix socket, TCP, TLS, or through ssh.
//!
//! All four are one stream to HTTP. A [`Line`] owns the connections of one operation;
//! dropping it closes them, which is how a build or push is called off in the engine.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper::body::Incoming;
use hyper::{Response, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::endpoint::Address;
use super::{ssh, tls};

/// For the engine's first line of an answer; builds and pushes may think for long.
const ANSWER_LIMIT: u64 = 24 * 3600;
const CAUSE_LIMIT: Duration = Duration::from_millis(500);
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Why an engine did not answer at all.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{}", plain(.0))]
    Connect(#[source] io::Error),
    #[error("no connection within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error(transparent)]
    Tls(#[from] tls::Error),
    #[error("{0}")]
    Ssh(String),
    #[error("the connection broke: {}", innermost(.0))]
    Http(#[from] hyper::Error),
}

/// The cause that all others come from.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The connections of one operation, closed when this is dropped.
pub struct Line {
    pub docker: Docker,
    dialer: Dialer,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.dialer.tasks().abort_all();
    }
}

impl Line {
    pub fn new(address: &Arc<Address>) -> Result<Self, bollard::errors::Error> {
        let dialer = Dialer { address: Arc::clone(address), tasks: Arc::default() };
        let through = dialer.clone();
        let docker = Docker::connect_with_custom_transport(
            move |request: BollardRequest| {
                let dialer = through.clone();
                async move {
                    let answer = dialer.request(request).await;
                    answer.map_err(|fault| io::Error::other(fault).into())
                }
            },
            Some("http://docker"),
            ANSWER_LIMIT,
            API_DEFAULT_VERSION,
        )?;
        Ok(Self { docker, dialer })
    }

    /// Runs tasks that end with this line.
    pub fn tasks(&self) -> Tasks {
        Tasks(Arc::clone(&self.dialer.tasks))
    }

    /// Sends a request of our own making: for answers of which bollard keeps too little.
    pub async fn request(&self, request: BollardRequest) -> Result<Response<Incoming>, Fault> {
        self.dialer.request(request).await
    }
}

/// The tasks of a line, for HTTP to add to.
#[derive(Clone)]
pub struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl<F: Future<Output: Send> + Send + 'static> hyper::rt::Executor<F> for Tasks {
    fn execute(&self, task: F) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that are over would be kept until somebody asks.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async { drop(task.await) });
    }
}

#[derive(Clone)]
struct Dialer {
    address: Arc<Address>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

impl Dialer {
    fn tasks(&self) -> std::sync::MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn request(&self, mut request: BollardRequest) -> Result<Response<Incoming>, Fault> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        if let Ok(uri) = path.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
        let host = match &*self.address {
            Address::Tcp { host, port, .. } => format!("{host}:{port}"),
            _ => "docker".to_owned(),
        };
        if let Ok(host) = host.parse() {
            request.headers_mut().insert(header::HOST, host);
        }
        let dialed = tokio::time::timeout(CONNECT_LIMIT, dial(&self.address));
        let (stream, words) = dialed.await.map_err(|_| Fault::Timeout(CONNECT_LIMIT))??;
        let answer = self.send(stream, request).await;
        match (answer, words) {
            // What ssh has to say explains more than "connection closed".
            (Err(fault), Some(words)) => Err(words.collect().await.map_or(fault, Fault::Ssh)),
            (answer, _) => answer,
        }
    }

    async fn send(
        &self,
        stream: Box<dyn Stream>,
        request: BollardRequest,
    ) -> Result<Response<Incoming>, Fault> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let (tell, cause) = oneshot::channel();
        self.tasks().spawn(async move {
            if let Err(error) = connection.with_upgrades().await {
                let _ = tell.send(error);
            }
        });
        match sender.send_request(request).await {
            Ok(answer) => Ok(answer),
            // The request only hears that it is over; the connection knows why.
            Err(error) => match tokio::time::timeout(CAUSE_LIMIT, cause).await {
                Ok(Ok(cause)) => Err(Fault::Http(cause)),
                _ => Err(Fault::Http(error)),
            },
        }
    }
}

async fn dial(address: &Address) -> Result<(Box<dyn Stream>, Option<ssh::Words>), Fault> {
    Ok(match address {
        Address::Unix(path) => {
            (Box::new(UnixStream::connect(path).await.map_err(Fault::Connect)?), None)
        }
        Address::Tcp { host, port, tls } => {
            let stream =
                TcpStream::connect((host.as_str(), *port)).await.map_err(Fault::Connect)?;
            let _ = stream.set_nodelay(true);
            match tls {
                None => (Box::new(stream), None),
                Some(files) => (Box::new(tls::secure(stream, host, files).await?), None),
            }
        }
        Address::Ssh { user, host, port, socket } => {
            let (stream, words) = ssh::dial(user.as_deref(), host, *port, socket.as_deref())
                .map_err(|error| Fault::Ssh(format!("cannot start `ssh`: {}", plain(&error))))?;
            (Box::new(stream), Some(words))
        }
    })
}
