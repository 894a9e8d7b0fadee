//! A command of the project's own that builds the image.
//!
//! It gets `[imageFlag] reference args…` and runs in the project root as a process group
//! of its own, which ends with us. Where its image lies is found afterwards by name: its
//! digest file, else the engine, else the registry. Pushing is the command's business.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Command;

use super::{BoxFuture, Builder, Built, Error, Job};
use crate::reference::{Digest, Reference};
use crate::registry;
use crate::state::Artifact;
use crate::ui::event::{Event, Reporter};

/// How long the command may tidy up after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);
/// A longer line is shown in parts.
const LINE_MAX: u64 = 16 * 1024;
const TAIL_MAX: usize = 20;
const DIGEST_FILE_MAX: u64 = 4096;

/// What the config says of the command, and where it runs.
#[derive(Debug, Clone)]
pub struct Custom {
    pub command: String,
    pub args: Vec<String>,
    /// Stands before the reference.
    pub image_flag: Option<String>,
    /// The project root, absolute.
    pub root: PathBuf,
    /// `PATH`, where a command without `/` is looked for.
    pub search: Option<OsString>,
    /// Where the command writes the image's digest, relative to the root.
    pub digest_file: Option<PathBuf>,
}

/// Looks where an image lies that someone else put under a name.
pub trait Locate: Send + Sync {
    fn locate<'a>(&'a self, name: &'a Reference) -> BoxFuture<'a, Result<Option<Built>, Error>>;
}

/// The command as one of the builders; `places` are asked in their order.
pub struct CustomBuilder {
    pub custom: Custom,
    pub places: Vec<Box<dyn Locate>>,
}

impl Builder for CustomBuilder {
    fn name(&self) -> &'static str {
        "custom"
    }

    fn build<'a>(
        &'a self,
        job: &'a Job,
        reporter: &'a dyn Reporter,
    ) -> BoxFuture<'a, Result<Built, Error>> {
        Box::pin(async move {
            self.forget_digest();
            run(&self.custom, job, reporter).await?;
            self.find(&job.name).await
        })
    }
}

impl CustomBuilder {
    /// A digest file of an earlier run must not speak for this one.
    fn forget_digest(&self) {
        if let Some(file) = &self.custom.digest_file {
            let _ = std::fs::remove_file(self.custom.root.join(file));
        }
    }

    async fn find(&self, name: &Reference) -> Result<Built, Error> {
        if let Some(digest) = self.read_digest()? {
            let artifact = Artifact::Registry { digest, name: name.clone() };
            return Ok(Built { artifact, platform: None });
        }
        for place in &self.places {
            if let Some(built) = place.locate(name).await? {
                return Ok(built);
            }
        }
        let message = format!(
            "`{}` ended well, but neither the engine nor the registry has an image `{name}`",
            self.custom.command
        );
        Err(Error::NoImage { message })
    }

    fn read_digest(&self) -> Result<Option<Digest>, Error> {
        use std::io::Read;
        let Some(file) = &self.custom.digest_file else { return Ok(None) };
        let Ok(file) = std::fs::File::open(self.custom.root.join(file)) else { return Ok(None) };
        let mut text = String::new();
        file.take(DIGEST_FILE_MAX).read_to_string(&mut text).map_err(Error::Context)?;
        let digest = Digest::parse(text.trim()).map_err(|error| Error::NoImage {
            message: format!("the digest file of `{}` is of no use: {error}", self.custom.command),
        })?;
        Ok(Some(digest))
    }
}

#[cfg(feature = "engine")]
impl Locate for super::engine::Engine {
    fn locate<'a>(&'a self, name: &'a Reference) -> BoxFuture<'a, Result<Option<Built>, Error>> {
        Box::pin(async move {
            let info = match self.image(&name.to_string()).await {
                // A command may well do without an engine.
                Err(Error::Unreachable { .. }) => None,
                info => info?,
            };
            let Some(info) = info else { return Ok(None) };
            let platform = info.platform();
            let engine = self.identity().await?;
            let artifact = Artifact::Engine { engine, id: info.id, name: name.clone() };
            Ok(Some(Built { artifact, platform }))
        })
    }
}

/// A registry with what opens it.
pub struct InRegistry {
    pub client: registry::Client,
    pub credentials: std::sync::Arc<registry::Store>,
}

impl Locate for InRegistry {
    fn locate<'a>(&'a self, name: &'a Reference) -> BoxFuture<'a, Result<Option<Built>, Error>> {
        Box::pin(async move {
            let store = std::sync::Arc::clone(&self.credentials);
            let host = name.repository.registry().to_owned();
            let found = tokio::task::spawn_blocking(move || store.lookup(&host)).await;
            let credential =
                found.map_err(|error| Error::Engine { message: error.to_string() })??;
            let digest = match self.client.digest_of(name, credential.as_ref()).await {
                Ok(digest) => digest,
                Err(error) => return Err(of_registry(&error)),
            };
            Ok(digest.map(|digest| {
                let artifact = Artifact::Registry { digest, name: name.clone() };
                Built { artifact, platform: None }
            }))
        })
    }
}

fn of_registry(error: &registry::Error) -> Error {
    use registry::Error as Fault;
    let message = format!("cannot ask for the image that the command built: {error}");
    match error {
        Fault::Unreachable { .. } | Fault::Broken { .. } => {
            Error::Unreachable { message, hint: None }
        }
        Fault::Unauthorized { .. } | Fault::Forbidden { .. } => Error::Auth { message },
        Fault::RateLimited { .. } => Error::Later { message },
        _ => Error::NoImage { message },
    }
}

/// `[imageFlag] reference args…`
fn arguments(custom: &Custom, job: &Job) -> Vec<String> {
    let mut out: Vec<String> =
        custom.image_flag.iter().filter(|flag| !flag.is_empty()).cloned().collect();
    out.push(job.name.to_string());
    out.extend(custom.args.iter().cloned());
    out
}

/// Runs the command to its end. Dropping the future ends the whole process group.
async fn run(custom: &Custom, job: &Job, reporter: &dyn Reporter) -> Result<(), Error> {
    let named = || custom.command.clone();
    let program = find(&custom.command, &custom.root, custom.search.as_deref())
        .ok_or_else(|| Error::NotFound { command: named() })?;
    let tag = job.name.tag.as_ref().map_or("latest", |tag| tag.as_str());
    let start = |source| Error::Start { command: named(), source };
    // One pipe for both, so that their lines come in the order in which they were said.
    // The command below holds the writing end, and gives it up at the end of the statement.
    let (reader, writer) = std::io::pipe().map_err(start)?;
    let mut child = Command::new(program)
        .args(arguments(custom, job))
        .current_dir(&custom.root)
        .env("DS_IMAGE", job.name.repository.to_string())
        .env("DS_TAG", tag)
        .env("DS_CONTEXT", &job.context)
        .stdin(Stdio::null())
        .stdout(writer.try_clone().map_err(start)?)
        .stderr(writer)
        .process_group(0)
        .spawn()
        .map_err(start)?;
    let mut group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
    let tail = std::sync::Mutex::new(std::collections::VecDeque::new());
    let say = |line: String| {
        reporter.event(Event::Output { image: job.image.clone(), line: line.clone() });
        let mut tail = tail.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if tail.len() == TAIL_MAX {
            tail.pop_front();
        }
        tail.push_back(line);
    };
    let reader = tokio::net::unix::pipe::Receiver::from_owned_fd(reader.into()).map_err(start)?;
    let reading = read_lines(reader, &say);
    tokio::pin!(reading);
    let status = tokio::select! {
        () = &mut reading => child.wait().await,
        status = child.wait() => {
            // A grandchild may keep the pipes open; what the command said is there by now.
            let _ = tokio::time::timeout(Duration::from_secs(1), &mut reading).await;
            status
        }
    };
    let status = status.map_err(|source| Error::Start { command: named(), source })?;
    if status.success() {
        group.0 = None;
        return Ok(());
    }
    let how = match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    };
    let tail = tail.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let message = format!("the build command `{}` failed: {how}", custom.command);
    Err(Error::Build { message, tail: tail.iter().cloned().collect() })
}

/// A process group that is asked to end, and then made to, unless it is let go.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        let Some(pid) = self.0 else { return };
        if kill_process_group(pid, Signal::TERM).is_err() {
            return;
        }
        // A thread, since the runtime may be ending too. It lives as long as there is
        // anyone to wait for, and five seconds at most.
        let wait = move || {
            let end = std::time::Instant::now() + GRACE;
            while std::time::Instant::now() < end {
                if rustix::process::test_kill_process_group(pid).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = kill_process_group(pid, Signal::KILL);
        };
        std::thread::spawn(wait);
    }
}

async fn read_lines(pipe: impl AsyncRead + Unpin, say: &impl Fn(String)) {
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LINE_MAX).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                say(text.trim_end_matches(['\n', '\r']).to_owned());
            }
        }
    }
}

/// The command's file: relative to the root where one is there, else on the PATH.
fn find(command: &str, root: &Path, search: Option<&OsStr>) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let runs = |path: &PathBuf| {
        path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    // An absolute command stays what it is when it is joined.
    let own = root.join(command);
    if command.contains('/') {
        // One that is no program is found all the same: starting it tells why it is none.
        return own.is_file().then_some(own);
    }
    let on_path = std::env::split_paths(search?).map(|folder| folder.join(command));
    std::iter::once(own).chain(on_path).find(runs)
}

#[cfg(test)]
mod tests;
