//! BuildKit's newest daemon, by itself: builds whose result is a folder.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bed::{Bed, Skip, need_root};
use crate::child::{Output, run_bounded};

/// See the module.
pub struct BuildKit {
    client: PathBuf,
    address: String,
}

impl BuildKit {
    pub(crate) fn start(bed: &Bed) -> Result<Self, Skip> {
        need_root("a BuildKit daemon")?;
        let kit = bed.kit()?;
        let folder = bed.folder("bk");
        let runc = bed.program("runc")?;
        let config = format!(
            "root = \"{}\"\n[worker.oci]\nenabled = true\nbinary = \"{}\"\n[worker.containerd]\nenabled = false\n",
            folder.join("root").display(),
            runc.display()
        );
        fs::write(folder.join("config.toml"), config).unwrap();
        let address = format!("unix://{}", folder.join("s").display());
        let log = folder.join("log");
        let child = Command::new(kit.program("buildkitd"))
            .arg("--config")
            .arg(folder.join("config.toml"))
            .args(["--addr", &address])
            .stdin(Stdio::null())
            .stdout(fs::File::create(&log).unwrap())
            .stderr(fs::File::options().append(true).open(&log).unwrap())
            .process_group(0)
            .spawn()
            .map_err(|error| Skip(format!("buildkitd does not start: {error}")))?;
        bed.journal.process(&child);
        let kit = Self { client: kit.program("buildctl"), address };
        kit.wait(child, &log)?;
        Ok(kit)
    }

    fn wait(&self, mut child: std::process::Child, log: &Path) -> Result<(), Skip> {
        let limit = Instant::now() + Duration::from_secs(60);
        while self.client(&["debug", "workers"]).code != 0 {
            if Instant::now() > limit || child.try_wait().unwrap().is_some() {
                let log = fs::read_to_string(log).unwrap_or_default();
                let last = log.lines().last().unwrap_or("").to_owned();
                return Err(Skip(format!("buildkitd does not answer: {last}")));
            }
            sleep(Duration::from_millis(50));
        }
        // It lives as long as the run: the sweeper ends it.
        std::mem::forget(child);
        Ok(())
    }

    fn client(&self, args: &[&str]) -> Output {
        let mut command = Command::new(&self.client);
        command.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/bin:/bin");
        command.args(["--addr", &self.address]).args(args);
        run_bounded(&mut command, b"", Duration::from_secs(300))
    }

    /// Builds the Dockerfile in `context`; what the image holds comes into `into`.
    /// `options` are the frontend's: `target=x`, `build-arg:A=1`.
    pub fn build(&self, context: &Path, into: &Path, options: &[&str]) -> Output {
        let output = format!("type=local,dest={}", into.display());
        let mut all = vec!["no-cache="];
        all.extend(options);
        self.output(context, &context.join("Dockerfile"), &output, &all)
    }

    /// Builds a Dockerfile with a context; `output` is what buildctl's `--output` takes.
    pub fn output(
        &self,
        context: &Path,
        dockerfile: &Path,
        output: &str,
        options: &[&str],
    ) -> Output {
        let (folder, name) = (dockerfile.parent().unwrap(), dockerfile.file_name().unwrap());
        let main = format!("context={}", context.display());
        let folder = format!("dockerfile={}", folder.display());
        let name = format!("filename={}", name.to_string_lossy());
        let mut args = vec!["build", "--frontend", "dockerfile.v0", "--progress", "plain"];
        args.extend(["--local", &main, "--local", &folder, "--output", output, "--opt", &name]);
        args.extend(options.iter().flat_map(|option| ["--opt", option]));
        self.client(&args)
    }
}
