//! Helm deployments: values rewritten into a private folder, ds-rewrite as post-renderer,
//! and what helm keeps from a post-renderer looked at beforehand.
//!
//! The folder is this process' own (0700), its files are 0600, and it goes when the work
//! ends, however it ends. Passwords go to helm by stdin.

use std::ffi::OsString;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::child::{self, Ended, Keep};
use super::row::{Input, Row, Stepped, cannot_run};
use crate::cluster::Object;
use crate::config::{Deployment, Project};
use crate::deploy::helm::{Call, Generation, Release, post, rendered};
use crate::reference::Digest;
use crate::step::options::Common;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs;

/// How the repository that has a login is called in our own list.
const REPOSITORY: &str = "ds";

/// A release that is ready to be installed.
#[derive(Debug)]
pub struct Helm {
    pub release: Release,
    /// Whether images are written into it.
    pub rewrite: bool,
    /// Holds the values, and what helm writes about repositories.
    folder: TempDir,
    values: Vec<PathBuf>,
    pub digest: Digest,
}

/// Whether the work goes on.
pub enum Step<T> {
    Done(T),
    Ended(Exit),
}

/// Rewrites the values, and says by a digest what the release is to be.
pub async fn prepare(
    project: &Project,
    row: &Row,
    deployment: &Deployment,
    settings: &Value,
    rewrite: bool,
    namespace: &str,
    sets: &[(String, String)],
) -> Result<Step<Helm>, Failure> {
    let release = Release::read(&deployment.name, settings);
    let folder = private_folder()
        .map_err(|error| Failure::new(Exit::Failed, format!("no temporary folder: {error}")))?;
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(b"helm");
    part(namespace.as_bytes());
    part(&release.chart.digest(&project.root).map_err(|error| data(&error))?);
    part(
        format!("{} {} {} {:?}", release.wait, release.rollback, release.force, release.timeout)
            .as_bytes(),
    );
    let mut values = Vec::new();
    for text in texts(project, &release, rewrite)? {
        let given = text.bytes.clone();
        let bytes = match rewrite {
            true => match row.rewrite(Input::Text(text.bytes), sets).await? {
                Stepped::Done(bytes) => bytes,
                Stepped::Ended(exit) => return Ok(Step::Ended(exit)),
            },
            false => text.bytes,
        };
        // The chart's own values are in it already, unless an image was written into them.
        if text.of_chart && bytes == given {
            continue;
        }
        part(&bytes);
        let file = folder.path().join(format!("values-{}.yaml", values.len()));
        post::private(&file, &bytes, 0o600).map_err(|error| failed(&error))?;
        values.push(file);
    }
    let digest = Digest::sha256(&hash.finalize().into());
    Ok(Step::Done(Helm { release, rewrite, folder, values, digest }))
}

/// A temporary folder that nobody else may look into.
fn private_folder() -> std::io::Result<TempDir> {
    let ours = Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix("ds-helm-").permissions(ours).tempdir()
}

struct Text {
    bytes: Vec<u8>,
    of_chart: bool,
}

/// Values in the order in which they win: the chart's, the files', the config's.
fn texts(project: &Project, release: &Release, rewrite: bool) -> Result<Vec<Text>, Failure> {
    let mut texts = Vec::new();
    let own = release.chart.local(&project.root).map(|chart| chart.join("values.yaml"));
    if let Some(file) = own.filter(|file| rewrite && file.is_file()) {
        texts.push(Text { bytes: fs::read(&file).map_err(|error| data(&error))?, of_chart: true });
    }
    for file in &release.values_files {
        let bytes = fs::read(&project.path(file)).map_err(|error| data(&error))?;
        texts.push(Text { bytes, of_chart: false });
    }
    if !release.values.is_empty() {
        let text = format!("{:#}\n", Value::Object(release.values.clone()));
        texts.push(Text { bytes: text.into_bytes(), of_chart: false });
    }
    Ok(texts)
}

impl Helm {
    fn call<'h>(&'h self, namespace: &'h str, context: Option<&'h str>) -> Call<'h> {
        let chart = &self.release.chart;
        let name = match &chart.login {
            Some(_) if chart.repo.is_some() => format!("{REPOSITORY}/{}", chart.name),
            _ => chart.name.clone(),
        };
        let (release, values) = (&self.release, self.values.as_slice());
        Call { release, chart: name.into(), namespace, context, values }
    }

    /// A helm that uses our own list of repositories where the config has a login.
    fn command(&self, project: &Project) -> Command {
        let mut command = program(project);
        if self.release.chart.login.is_some() {
            let folder = self.folder.path();
            command.env("HELM_REPOSITORY_CONFIG", folder.join("repositories.yaml"));
            command.env("HELM_REPOSITORY_CACHE", folder.join("repositories"));
            command.env("HELM_REGISTRY_CONFIG", folder.join("registry.json"));
        }
        command
    }

    /// Logs in to the chart's repository or registry, its password on stdin.
    pub async fn log_in(&self, project: &Project) -> Result<(), Failure> {
        let chart = &self.release.chart;
        let Some(login) = &chart.login else { return Ok(()) };
        let mut command = self.command(project);
        match (&chart.repo, chart.name.strip_prefix("oci://")) {
            (Some(repo), _) => command.args(["repo", "add", REPOSITORY, repo]),
            (None, Some(rest)) => {
                command.args(["registry", "login", rest.split('/').next().unwrap_or(rest)])
            }
            (None, None) => return Ok(()),
        };
        command.args(["--username", &login.username, "--password-stdin"]);
        let password = login.password.expose().as_bytes().to_vec();
        self.run(command, Some(password), "log in to the chart's repository").await.map(drop)
    }

    /// What helm would install: all parts, with the references where they belong.
    pub async fn render(
        &self,
        project: &Project,
        row: &Row,
        namespace: &str,
        kube_version: Option<&str>,
        sets: &[(String, String)],
    ) -> Result<Step<Rendered>, Failure> {
        let mut command = self.command(project);
        command.args(self.call(namespace, None).template(kube_version));
        let output = self.run(command, None, "render the chart").await?.stdout;
        let name = &self.release.name;
        let before = String::from_utf8_lossy(&output).into_owned();
        let text = match self.rewrite {
            true => match row.rewrite(Input::Text(output), sets).await? {
                Stepped::Done(text) => text,
                Stepped::Ended(exit) => return Ok(Step::Ended(exit)),
            },
            false => output,
        };
        let after = String::from_utf8_lossy(&text).into_owned();
        Ok(Step::Done(Rendered {
            before: rendered::parts(&before, name)?,
            parts: rendered::parts(&after, name)?,
            text,
        }))
    }

    /// Installs or upgrades the release.
    pub async fn upgrade(
        &self,
        project: &Project,
        row: &Row,
        namespace: &str,
        context: Option<&str>,
        force_conflicts: bool,
        sets: &[(String, String)],
    ) -> Result<(), Failure> {
        let generation = self.generation(project).await?;
        let mut command = self.command(project);
        let mut name = None;
        if self.rewrite {
            let post = self.post_renderer(project, row, generation, sets)?;
            if let Some(plugins) = post.plugins {
                let theirs = self.plugins(project).await;
                let paths = [plugins].into_iter().chain(std::env::split_paths(&theirs));
                let joined = std::env::join_paths(paths).unwrap_or_default();
                command.env("HELM_PLUGINS", joined);
            }
            name = Some(post.name);
        }
        let call = self.call(namespace, context);
        command.args(call.upgrade(generation, name.as_deref(), force_conflicts));
        self.run(command, None, "install the release").await.map(drop)
    }

    /// The manifest of the release as it is in the cluster, hooks not included.
    pub async fn installed(
        &self,
        project: &Project,
        namespace: &str,
        context: Option<&str>,
    ) -> Result<Vec<Object>, Failure> {
        let mut command = self.command(project);
        command.args(["get", "manifest", &self.release.name, "--namespace", namespace]);
        if let Some(context) = context {
            command.args(["--kube-context", context]);
        }
        let output = self.run(command, None, "read the release").await?.stdout;
        let parts = rendered::parts(&String::from_utf8_lossy(&output), &self.release.name)?;
        Ok(parts.into_iter().flat_map(|part| part.objects).collect())
    }

    async fn generation(&self, project: &Project) -> Result<Generation, Failure> {
        let mut command = self.command(project);
        command.args(["version", "--template", "{{.Version}}"]);
        let output = self.run(command, None, "tell its version").await?.stdout;
        let version = String::from_utf8_lossy(&output).trim().to_owned();
        Generation::of(&version).ok_or_else(|| {
            let text = format!("`helm` is {version}; versions 3 and 4 are used");
            Failure::new(Exit::Failed, text).hint("put another one first on PATH")
        })
    }

    fn post_renderer(
        &self,
        project: &Project,
        row: &Row,
        generation: Generation,
        sets: &[(String, String)],
    ) -> Result<post::Post, Failure> {
        let common = Common { quiet: true, verbose: 0, ..row.common().clone() };
        let mut args: Vec<OsString> = common.to_args();
        args.push("--digest".into());
        for (name, reference) in sets {
            args.extend(["--set".into(), format!("{name}={reference}").into()]);
        }
        let program = row.path("ds-rewrite")?;
        post::write(self.folder.path(), generation, &program, &args, &project.root)
            .map_err(|error| failed(&error))
    }

    /// Where the user's plugins are.
    async fn plugins(&self, project: &Project) -> OsString {
        let mut command = self.command(project);
        command.args(["env", "HELM_PLUGINS"]);
        match self.run(command, None, "tell its folders").await {
            Ok(ended) => String::from_utf8_lossy(&ended.stdout).trim().into(),
            Err(_) => OsString::new(),
        }
    }

    async fn run(
        &self,
        command: Command,
        input: Option<Vec<u8>>,
        what: &str,
    ) -> Result<Ended, Failure> {
        run(&self.release, command, input, what).await
    }
}

/// A release of this name that is not in our state must be of this chart: somebody else's
/// is left alone.
pub async fn expect_same_chart(
    project: &Project,
    release: &Release,
    namespace: &str,
    context: Option<&str>,
) -> Result<(), Failure> {
    let name = &release.name;
    let mut command = program(project);
    command.args(["list", "--deployed", "--failed", "--pending"]);
    command.args(["--output", "json", "--namespace", namespace]);
    command.args(["--filter", &format!("^{name}$")]);
    if let Some(context) = context {
        command.args(["--kube-context", context]);
    }
    let output = run(release, command, None, "list releases").await?.stdout;
    let listed: Value = serde_json::from_slice(&output).unwrap_or_default();
    let Some(chart) = listed[0]["chart"].as_str() else { return Ok(()) };
    let ours = release.chart.own_name(&project.root);
    match chart.strip_prefix(&ours).is_some_and(|rest| rest.starts_with('-')) {
        true => Ok(()),
        false => {
            let text = format!(
                "release `{name}` in `{namespace}` is one of chart `{chart}`, not of `{ours}`: \
                 it is somebody else's"
            );
            Err(Failure::new(Exit::Failed, text)
                .hint("give the deployment another name or namespace"))
        }
    }
}

/// Removes a release.
pub async fn uninstall(
    project: &Project,
    release: &Release,
    namespace: &str,
    context: Option<&str>,
) -> Result<(), Failure> {
    let mut command = program(project);
    command.args(["uninstall", &release.name, "--namespace", namespace]);
    if let Some(context) = context {
        command.args(["--kube-context", context]);
    }
    run(release, command, None, "uninstall the release").await.map(drop)
}

/// helm, in the project's root.
fn program(project: &Project) -> Command {
    let mut command = Command::new("helm");
    command.current_dir(&project.root);
    command
}

async fn run(
    release: &Release,
    command: Command,
    input: Option<Vec<u8>>,
    what: &str,
) -> Result<Ended, Failure> {
    let ended = child::run(command, input, Keep::Both).await.map_err(|error| {
        let failure = cannot_run("helm", &error);
        failure.hint("charts are installed by helm, version 3 or 4, from PATH")
    })?;
    if ended.status.success() {
        return Ok(ended);
    }
    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    let text = format!("helm cannot {what}: {}", plain(&ended.last_words()));
    let failure = Failure::new(Exit::Failed, text).snippet(Some(said.clone()));
    Err(match said.contains("another operation") {
        true => failure.hint(format!(
            "a helm that died left it so: `helm rollback {}` frees it",
            release.name
        )),
        false => failure,
    })
}

/// What a chart renders to.
pub struct Rendered {
    before: Vec<rendered::Part>,
    pub parts: Vec<rendered::Part>,
    pub text: Vec<u8>,
}

impl Rendered {
    /// The objects that stay, hooks left out.
    pub fn objects(&self) -> Vec<Object> {
        let stay = self.parts.iter().filter(|part| !part.is_hook());
        stay.flat_map(|part| part.objects.clone()).collect()
    }

    /// All objects, hooks included.
    pub fn everything(&self) -> Vec<Object> {
        self.parts.iter().flat_map(|part| part.objects.clone()).collect()
    }

    /// Hooks and definitions that no values reach, and helm 3 shows to no post-renderer:
    /// an image in them would be the old one.
    pub fn out_of_reach(&self) -> Option<Failure> {
        let pairs = self.before.iter().zip(&self.parts);
        let wrong = pairs.filter(|(before, _)| before.is_apart()).find_map(|(before, after)| {
            let mut changed = before.text.lines().zip(after.text.lines());
            let (old, new) = changed.find(|(old, new)| old != new)?;
            Some((&before.source, old.trim().to_owned(), new.trim().to_owned()))
        });
        wrong.map(|(source, old, new)| {
            let text = format!(
                "{source}: a hook names an image that its values do not set: `{old}`, and helm 3 \
                 gives hooks to no post-renderer"
            );
            Failure::new(Exit::Config, text)
                .snippet(Some(format!("it would have to be `{new}`")))
                .hint("write the image from a value, `{{ .Values.image }}`, or use helm 4")
        })
    }
}

/// Whether the helm of a project gives hooks to no post-renderer.
pub async fn keeps_hooks(helm: &Helm, project: &Project) -> Result<bool, Failure> {
    Ok(helm.generation(project).await? == Generation::Three)
}

/// Helm begins its errors with `Error: `.
fn plain(text: &str) -> &str {
    text.strip_prefix("Error: ").unwrap_or(text)
}

fn data(error: &fs::PathError) -> Failure {
    Failure::new(Exit::Data, error.to_string())
}

fn failed(error: &fs::PathError) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_folders_are_ours_alone() {
        let folder = private_folder().unwrap();
        let mode = std::fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
