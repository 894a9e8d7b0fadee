//! RUN: a command in the stage's tree, whose changes become a layer.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::build::Build;
use super::error::{Error, Kind, say};
use super::layer::{Layer, Sink};
use super::run::{self, End, Network, Outcome, Run};
use super::steps::{Made, Step};
use super::{store, unpack};
use crate::dockerfile::instruction::{Command, Instruction};
use crate::reference::Digest;
use crate::util::hex;

/// Proxies that a build is given are there for every RUN, and in no image.
const PROXIES: [&str; 5] = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];

impl From<run::Error> for Error {
    fn from(error: run::Error) -> Self {
        let text = crate::util::chain::chain(&error);
        match error {
            run::Error::Impossible { hint, .. } => Self::new(Kind::Failed, text).hint(hint),
            run::Error::Request(_) => Self::new(Kind::Failed, text),
            _ => Self::new(Kind::Failed, format!("RUN: {text}")),
        }
    }
}

impl Build<'_> {
    /// Whether it can be carried out here, and as it is written.
    pub(super) fn check_run(&self, instruction: &Instruction) -> Result<(), Error> {
        let place = self.file.place(instruction);
        self.tools.executor.ready().map_err(|error| Error::from(error).at(&place))?;
        self.check_mounts(instruction).map_err(|error| error.at(&place))
    }

    pub(super) fn command(
        &self,
        step: Step<'_>,
        instruction: &Instruction,
        command: &Command,
    ) -> Result<(), Error> {
        let stage = &step.stage;
        let (argv, script) = run::command(command, &instruction.heredocs, &stage.shell());
        let network = match instruction.flag("network").or(self.job.options.network.as_deref()) {
            Some("none") => Network::None,
            _ => Network::Host,
        };
        let mounts = self.mounts(stage, instruction)?;
        let (cwd, user) = (stage.workdir().to_owned(), stage.image.config.user.clone());
        let env = stage.variables.list().to_vec();
        let given = |name: &String| {
            let value = stage.variables.get(name).unwrap_or_default();
            format!("{name}={value} ")
        };
        let arguments: String = stage.arguments.iter().map(given).collect();
        let count = stage.arguments.len();
        let before = if count > 0 { format!("|{count} {arguments}") } else { String::new() };
        let created_by = format!("RUN {before}{}", argv.join(" "));
        let what = json!({
            "argv": &argv,
            "script": script.as_ref().map(|script| (&script.name, &script.content)),
            "env": &env,
            "cwd": &cwd,
            "user": &user,
            "network": network == Network::None,
            "mounts": mounts.described(),
        });
        let run =
            Run { argv, script, env, cwd, user, network, epoch: stage.time, ..Run::default() };
        let shown = step.shown.clone();
        let reads = mounts.reads()?;
        let step = Step { what: format!("RUN {what}"), reads, created_by, ..step };
        self.step(step, |stage| {
            let mut run = run;
            run.lowers = self.unpacked(&stage.layers)?;
            run.mounts = self.real(&mounts)?;
            run.env.extend(self.proxies(&run.env));
            self.execute(&run, &shown)
        })
    }

    fn execute(&self, run: &Run, shown: &str) -> Result<Made, Error> {
        let (store, style) = (&self.tools.store, self.tools.style);
        let mut made: Made = None;
        let mut take = |tar: &mut dyn Read| -> io::Result<Digest> {
            let mut sink = Sink::new(&store.blobs, style).map_err(io::Error::other)?;
            let mut tee = Tee { input: tar, out: &mut sink };
            let index = unpack::index(&mut tee, unpack::Limits::default());
            let index = index.map_err(io::Error::other)?;
            io::copy(&mut tee, &mut io::sink())?;
            let layer = sink.finish().map_err(io::Error::other)?;
            let diff_id = layer.diff_id.clone();
            let root_alone = index.entries.keys().all(Vec::is_empty);
            let nothing = root_alone && index.gone.is_empty() && index.opaque.is_empty();
            made = (!nothing).then_some((layer, index));
            Ok(diff_id)
        };
        let line = |line: String| say(self.reporter, &self.job.image, line);
        let Outcome { end, tail, .. } =
            self.tools.executor.run(run, &self.cancel, &line, &mut take)?;
        match end {
            End::Exit(0) => Ok(made),
            End::Cancelled => Err(Error::cancelled()),
            end => {
                let text = shown.split_once("] ").map_or(shown, |(_, text)| text);
                let failed = Error::new(Kind::Failed, format!("`{text}` failed: {end}"));
                Err(Error { tail, ..failed })
            }
        }
    }

    /// The trees of layers, the topmost first, unpacked where they are not.
    pub(super) fn unpacked(&self, layers: &[Layer]) -> Result<Vec<PathBuf>, Error> {
        // One thread unpacks; another that wants the same finds it done.
        let _alone = self.unpacking.lock().unwrap_or_else(PoisonError::into_inner);
        let executor = &self.tools.executor;
        let mut trees = Vec::with_capacity(layers.len());
        for layer in layers.iter().rev() {
            if self.cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            if let Some(tree) = executor.layer(&layer.diff_id) {
                trees.push(tree);
                continue;
            }
            let hash = Arc::new(Mutex::new(Sha256::new()));
            let mut tar = Hashed { inner: self.tools.store.plain(layer)?, hash: Arc::clone(&hash) };
            let mut checked = || {
                let hash = hash.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let found = format!("sha256:{}", hex::encode(&hash.finalize()));
                if found == layer.diff_id.as_str() {
                    return Ok(());
                }
                let digest = layer.descriptor.digest.clone();
                let wanted = layer.diff_id.clone();
                let found = Digest::parse(&found).map_err(io::Error::other)?;
                Err(io::Error::other(store::Error::OtherContent { digest, wanted, found }))
            };
            trees.push(executor.unpack(&layer.diff_id, &mut tar, &mut checked)?);
        }
        Ok(trees)
    }

    /// Proxies of the build arguments, in both cases, where the stage sets none itself.
    fn proxies(&self, env: &[(String, String)]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (name, value) in &self.given.args {
            let lower = name.to_ascii_lowercase();
            if PROXIES.contains(&lower.as_str()) {
                for name in [name.to_ascii_uppercase(), lower] {
                    if !env.iter().chain(&found).any(|(known, _)| *known == name) {
                        found.push((name, value.clone()));
                    }
                }
            }
        }
        found
    }
}

/// Hands on what is read, and writes it elsewhere, too.
struct Tee<'a> {
    input: &'a mut dyn Read,
    out: &'a mut Sink,
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.out.write_all(&buffer[..count])?;
        Ok(count)
    }
}

struct Hashed<R> {
    inner: R,
    hash: Arc<Mutex<Sha256>>,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..count]);
        Ok(count)
    }
}
