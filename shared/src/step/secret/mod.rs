//! `ds-secret`: the pull secrets that pods need, in the namespaces where they run and
//! on the service accounts that they use; or as manifests, without a cluster.
//!
//! Whose password may go where is decided here: only for registries that were asked for
//! (`targets`), only as found by docker's own rules (`credentials`).

use std::io::Read;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use self::credentials::Credentials;
use super::asynchronous::block_on;
use super::cluster::Where;
use super::report::{Report, Row};
use super::run::Run;
use crate::cluster::Cluster;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::secret::Secret;

mod credentials;
mod ensure;
mod print;
mod remove;
mod targets;
mod told;

pub use print::{json, secrets, yaml};

/// Which secrets, where, and what is to be done about them.
#[derive(Debug, Default)]
pub struct Request {
    pub place: Where,
    /// Manifests whose pods need them; `-` is stdin. Without any: the config's deployments.
    pub manifests: Vec<PathBuf>,
    /// Only these registries, in the config or not.
    pub registries: Vec<String>,
    /// Only for images with `createPullSecret` and entries of `pullSecrets`, and without
    /// credentials there is nothing to do.
    pub as_configured: bool,
    /// Seconds. A password that ends before they are over counts as ended.
    pub within: u64,
    /// Only secrets that are there, and nothing but their content.
    pub renew: bool,
    /// Somebody else's secrets, too.
    pub force: bool,
    /// Then delete those of ours that nothing needs any more.
    pub prune: bool,
    /// Delete all of ours, and make none.
    pub delete: bool,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

/// The longest token that is one, in bytes.
const PASSWORD_MAX: u64 = 1 << 20;

/// Unix time in seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Puts the secrets into the cluster; with `--check` and `--dry-run` says what it would do.
pub fn put(run: &Run, request: &Request) -> Result<Report, Failure> {
    // A state that is broken must not be found out about at the end.
    run.store.load()?;
    if request.delete {
        return block_on(async {
            let cluster = request.place.connect(&run.project).await?;
            let names = remove::all(run, &cluster).await?;
            remove::remove(run, &cluster, names).await
        });
    }
    let namespace = request.place.wanted(&run.project).effective_namespace()?;
    let targets = targets::find(run, request, &namespace)?;
    let Credentials { contents, failures } =
        credentials::find(run, request, targets.iter().map(|target| target.registry.as_str()))?;
    let wanted = ensure::wanted(targets, &contents);
    if wanted.is_empty() && !request.prune {
        return Ok(Report { failures, ..Report::default() });
    }
    let report = block_on(async {
        let cluster = request.place.connect(&run.project).await?;
        let mut report = ensure::ensure(run, request, &cluster, wanted.clone()).await?;
        if request.prune && report.failures.is_empty() && failures.is_empty() {
            let names = remove::unneeded(run, &cluster, &wanted).await?;
            let removed = remove::remove(run, &cluster, names).await?;
            report.rows.extend(removed.rows);
            report.failures.extend(removed.failures);
        }
        Ok(report)
    })?;
    Ok(Report { failures: failures.into_iter().chain(report.failures).collect(), ..report })
}

/// The password that stdin holds, without the line break behind it, if it was announced.
pub fn password_of_stdin(
    announced: bool,
    manifests: &[PathBuf],
) -> Result<Option<Secret>, Failure> {
    if !announced {
        return Ok(None);
    }
    if manifests.iter().any(|path| path.as_os_str() == "-") {
        return Err(usage("stdin cannot be both the password and the manifests"));
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(PASSWORD_MAX).read_to_string(&mut text);
    read.map_err(|error| usage(format!("the password cannot be read from stdin: {error}")))?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    match password.is_empty() {
        true => Err(usage("stdin held no password")),
        false => Ok(Some(Secret::new(password))),
    }
}

/// A row of the result: `namespace/name text`.
fn row(run: &Run, namespace: &str, name: &str, text: &str, changed: bool) -> Row {
    Row {
        image: format!("{namespace}/{name}"),
        changed,
        text: run.row_text(text, changed),
        facts: serde_json::Map::new(),
    }
}

/// Remembers which secrets of ours this cluster has.
async fn remember(
    run: &Run,
    cluster: &Cluster,
    change: impl FnOnce(&mut crate::state::State, &str),
) -> Result<(), Failure> {
    if !run.acts() {
        return Ok(());
    }
    let identity = cluster.identity().await?;
    run.store.update(|state| {
        change(state, &identity);
        Ok::<(), Failure>(())
    })?;
    Ok(())
}

/// A line that is always shown.
fn say(run: &Run, text: String) {
    run.reporter.note(Level::Info, text);
}

fn usage(text: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, text)
}
