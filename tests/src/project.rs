//! A project on disk and the executables run in it, shut off from the machine's
//! own home, docker config, kube config and environment.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::bed::Bed;
use crate::child::{Output, run_bounded};
use crate::engine::Engine;
use crate::helper::executable;

/// No command of ours takes that long.
const LIMIT: Duration = Duration::from_secs(180);

/// See the module.
pub struct Project<'a> {
    bed: &'a Bed,
    /// Holds `p` (the root), `home`, `tools`, `tmp`.
    folder: PathBuf,
    env: RefCell<BTreeMap<OsString, OsString>>,
}

impl<'a> Project<'a> {
    /// An empty project folder.
    pub fn new(bed: &'a Bed) -> Self {
        let folder = bed.folder("p");
        ["p", "home/.docker", "tools", "tmp"]
            .iter()
            .for_each(|d| fs::create_dir_all(folder.join(d)).unwrap());
        let project = Self { bed, folder, env: RefCell::default() };
        let path = format!(
            "{}:{}:/usr/sbin:/usr/bin:/sbin:/bin",
            project.tools().display(),
            bed.bin().display()
        );
        let at = |dir: &str| project.folder.join(dir).display().to_string();
        project.set("PATH", &path);
        project.set("HOME", &at("home"));
        project.set("TMPDIR", &at("tmp"));
        project.set("DOCKER_CONFIG", &at("home/.docker"));
        project.set("KUBECONFIG", &at("home/kubeconfig"));
        // No engine unless a story asks for one.
        project.set("DOCKER_HOST", &format!("unix://{}", at("tmp/no-engine.sock")));
        project.set("LC_ALL", "C.UTF-8");
        project.set("CI", "true");
        project
    }

    /// A copy of `tests/projects/NAME`, prepared, with `registry.example.com` replaced.
    pub fn example(bed: &'a Bed, name: &str, registry: &str) -> Self {
        let project = Self::new(bed);
        let from = bed.workspace().join("tests/projects").join(name);
        let mut copy = Command::new("cp");
        copy.args(["-R", "--no-preserve=ownership"]).arg(from.join(".")).arg(project.root());
        let _ = run_bounded(&mut copy, b"", LIMIT).ok();
        // A state that the demonstration left in the repository's own folder.
        let _ = fs::remove_dir_all(project.root().join(".devspace"));
        for path in project.files() {
            if let Ok(text) = fs::read_to_string(&path)
                && text.contains("registry.example.com")
            {
                fs::write(path, text.replace("registry.example.com", registry)).unwrap();
            }
        }
        if project.root().join("prepare").exists() {
            let _ = project.sh("./prepare").ok();
        }
        project
    }

    /// One image `app` from scratch with one file, a manifest that uses it, and an engine.
    pub fn small(bed: &'a Bed, engine: &Engine, repository: &str) -> Self {
        let project = Self::new(bed);
        project.engine(engine);
        project.file(
            "devspace.yaml",
            format!("version: v1beta2\nimages:\n  app:\n    image: {repository}\n"),
        );
        project.file("Dockerfile", "FROM scratch\nCOPY a.txt /\nCMD [\"/x\"]\n");
        project.file("a.txt", format!("content {}\n", bed.unique()));
        project.file("k8s/pod.yaml", pod(repository));
        project
    }

    /// The folder of devspace.yaml.
    pub fn root(&self) -> PathBuf {
        self.folder.join("p")
    }

    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// A folder in front of PATH.
    pub fn tools(&self) -> PathBuf {
        self.folder.join("tools")
    }

    /// TMPDIR: a place outside the project.
    pub fn tmp(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// Sets a variable for all later commands.
    pub fn set(&self, name: &str, value: &str) {
        self.env.borrow_mut().insert(name.into(), value.into());
    }

    pub fn unset(&self, name: &str) {
        self.env.borrow_mut().remove(OsStr::new(name));
    }

    /// Points DOCKER_HOST at an engine.
    pub fn engine(&self, engine: &Engine) {
        self.set("DOCKER_HOST", &engine.host());
    }

    /// Writes a file below the root, with its folders.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes a program below the root.
    pub fn program(&self, path: &str, text: &str) {
        executable(&self.root().join(path), text);
    }

    /// Replaces text in a file that must hold it.
    #[track_caller]
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} lacks `{old}`");
        self.file(path, text.replace(old, new));
    }

    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Docker's config.json.
    pub fn docker_config(&self, value: &Value) {
        fs::write(self.home().join(".docker/config.json"), value.to_string()).unwrap();
    }

    /// The state file.
    #[track_caller]
    pub fn state(&self) -> Value {
        let text = self.read(".devspace/state.json");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("state.json: {error}: {text}"))
    }

    /// A value of the card of an image's plain variant, by JSON pointer.
    #[track_caller]
    pub fn card(&self, image: &str, pointer: &str) -> String {
        let state = self.state();
        let value = state["images"][image]["variants"]["plain"].pointer(pointer).cloned();
        let text = value.as_ref().and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no {pointer} on the card of {image}: {state:#}")).to_owned()
    }

    /// Runs an executable of the suite.
    #[track_caller]
    pub fn ds(&self, name: &str, args: &[&str]) -> Output {
        self.run(name).args(args).end()
    }

    /// Runs a line of bash in which a failing part of a pipeline counts.
    #[track_caller]
    pub fn sh(&self, line: &str) -> Output {
        self.run("bash").args(&["-o", "pipefail", "-c", line]).end()
    }

    /// A command, to be completed.
    pub fn run(&self, program: &str) -> Run {
        let own = self.bed.bin().join(program);
        let mut command =
            Command::new(if own.is_file() { own.into_os_string() } else { program.into() });
        command.env_clear().envs(self.env.borrow().iter()).current_dir(self.root());
        Run { command, stdin: Vec::new() }
    }

    /// Every regular file below root and home.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.root(), self.home()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type().unwrap() {
                    kind if kind.is_dir() => folders.push(entry.path()),
                    kind if kind.is_file() => found.push(entry.path()),
                    _ => {}
                }
            }
        }
        found
    }
}

/// A manifest with a comment, odd spaces and the image's old reference.
fn pod(repository: &str) -> String {
    format!(
        "# keep\napiVersion: v1\nkind: Pod\nmetadata: {{name: p}}   # and this\nspec:\n  containers:\n  - name: app\n    image:   \"{repository}:old\" # c\n  - name: other\n    image: other/thing:1\n"
    )
}

/// A command of a project before it runs.
pub struct Run {
    command: Command,
    stdin: Vec<u8>,
}

impl Run {
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: &[A]) -> Self {
        self.command.args(args);
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs to the end.
    #[track_caller]
    pub fn end(mut self) -> Output {
        run_bounded(&mut self.command, &self.stdin, LIMIT)
    }

    /// The command itself, for stories that kill it.
    pub fn command(self) -> Command {
        self.command
    }
}
