//! `RUN --mount`: what is in the tree only while a command runs.
//!
//! As BuildKit's `convert_runmount.go`. What a bind mount shows is part of the step's
//! key; of a cache its id is, and of a secret its id, never its content.

use super::build::Build;
use super::copy::{self, Source};
use super::error::{Error, Kind};
use super::layer::Layer;
use super::run::{self, Hidden, Mount, Sharing};
use super::stage::{Stage, clean};
use super::variables::Failed;
use crate::dockerfile::instruction::Instruction;
use crate::dockerfile::{self, Origin};

/// The mounts of one RUN, understood.
pub struct Mounts {
    list: Vec<One>,
}

struct One {
    /// Fields as written, variables expanded.
    mount: dockerfile::Mount,
    /// Absolute.
    target: String,
    /// Where files come from.
    from: Option<(Source, Vec<u8>)>,
}

impl Mounts {
    /// All that decides, but for what bind mounts show.
    pub fn described(&self) -> String {
        let list: Vec<_> = self.list.iter().map(|one| (&one.mount, &one.target)).collect();
        format!("{list:?}")
    }

    /// A digest of what bind mounts show.
    pub fn reads(&self) -> Result<String, Error> {
        let mut text = Vec::new();
        for one in &self.list {
            if let Some((source, path)) = &one.from {
                let path = source.tree.resolve(path, true).map_err(copy::Error::from)?;
                source.describe(&path, &mut text);
            }
            text.push(b'\n');
        }
        Ok(super::store::sha256_hex(&text))
    }
}

impl Build<'_> {
    /// What of the mounts cannot be carried out, before anything runs.
    pub(super) fn check_mounts(&self, instruction: &Instruction) -> Result<(), Error> {
        for text in instruction.flags("mount") {
            let mount = dockerfile::Mount::read(text, |value| Ok::<_, String>(value.to_owned()));
            let mount =
                mount.map_err(|why| Error::unsupported(format!("`--mount={text}`: {why}")))?;
            if matches!(mount.kind.as_str(), "secret" | "ssh") && mount.required {
                self.secret_or_agent(&mount, text)?;
            }
        }
        Ok(())
    }

    pub(super) fn mounts(&self, stage: &Stage, instruction: &Instruction) -> Result<Mounts, Error> {
        let mut list = Vec::new();
        for text in instruction.flags("mount") {
            let bad = |why: &dyn std::fmt::Display| {
                Error::unsupported(format!("`--mount={text}`: {why}"))
            };
            let expand = |value: &str| {
                stage
                    .variables
                    .expand(value)
                    .map_err(|Failed { word, why }| format!("`{word}`: {why}"))
            };
            let mount = dockerfile::Mount::read(text, expand).map_err(|why| bad(&why))?;
            let written = mount.target.clone().unwrap_or_default();
            let target = match written.starts_with('/') {
                true => format!("/{}", clean(&written)),
                false => format!("/{}", clean(&format!("{}/{written}", stage.workdir()))),
            };
            let wants_target = matches!(mount.kind.as_str(), "bind" | "cache" | "tmpfs");
            if wants_target && (written.is_empty() || target == "/") {
                return Err(bad(&"it needs a `target` that is not `/`"));
            }
            let path = clean(mount.source.as_deref().unwrap_or_default()).into_bytes();
            let from = match (mount.kind.as_str(), mount.from.as_deref()) {
                ("bind", None | Some("")) => Some(self.context.clone()),
                ("bind" | "cache", Some(name)) if !name.is_empty() => self.mount_source(name)?,
                _ => None,
            };
            if let Some(source) = &from {
                let found = source.tree.resolve(&path, true).map_err(copy::Error::from)?;
                if !found.is_empty() && source.tree.get(&found).is_none() {
                    let path = String::from_utf8_lossy(&path).into_owned();
                    return Err(Error::new(
                        Kind::Failed,
                        format!("`--mount={text}`: `{path}` is not there"),
                    ));
                }
            }
            list.push(One { mount, target, from: from.map(|source| (source, path)) });
        }
        Ok(Mounts { list })
    }

    fn mount_source(&self, name: &str) -> Result<Option<Source>, Error> {
        match self.stages.origin(name) {
            None => Ok(None),
            Some(Origin::Stage(number)) => Ok(self.source(number)?),
            Some(Origin::Image(name)) => self.image_source(&name).map(Some),
            Some(Origin::Unknown(name)) => Err(Error::unsupported(format!(
                "`from={name}` has a variable, which is not expanded there"
            ))),
        }
    }

    /// The mounts as the executor takes them, their folders unpacked.
    pub(super) fn real(&self, mounts: &Mounts) -> Result<Vec<Mount>, Error> {
        let mut real = Vec::new();
        for one in &mounts.list {
            let mount = &one.mount;
            let target = one.target.clone();
            let source = match &one.from {
                Some((source, path)) => Some(self.stack(source, path)?),
                None => None,
            };
            let number = |text: &Option<String>, radix| {
                text.as_deref().and_then(|text| u32::from_str_radix(text, radix).ok())
            };
            let (uid, gid) =
                (number(&mount.uid, 10).unwrap_or(0), number(&mount.gid, 10).unwrap_or(0));
            let mode = |usual| number(&mount.mode, 8).unwrap_or(usual);
            match mount.kind.as_str() {
                "bind" => {
                    let writable = mount.read_only == Some(false);
                    let empty = || run::Source { stack: Vec::new(), path: "/".to_owned() };
                    let source = source.unwrap_or_else(empty);
                    real.push(Mount::Bind { target, source, writable });
                }
                "cache" => real.push(Mount::Cache(run::Cache {
                    id: mount.id.clone().unwrap_or_else(|| target.clone()),
                    target,
                    sharing: match mount.sharing.as_deref() {
                        Some("private") => Sharing::Private,
                        Some("locked") => Sharing::Locked,
                        _ => Sharing::Shared,
                    },
                    writable: mount.read_only != Some(true),
                    uid,
                    gid,
                    mode: mode(0o755),
                    from: source,
                })),
                "tmpfs" => {
                    let size = mount.size.as_deref().map(size).transpose()?;
                    real.push(Mount::Tmpfs { target, size });
                }
                "secret" => real.extend(self.secret(one, uid, gid, mode(0o400))?),
                "ssh" => real.extend(self.agent(one, uid, gid, mode(0o600))?),
                _ => {}
            }
        }
        Ok(real)
    }

    fn secret_or_agent(&self, mount: &dockerfile::Mount, text: &str) -> Result<(), Error> {
        let (id, kind) = (id(mount), mount.kind.as_str());
        let given = match kind {
            "secret" => self.job.secrets.contains_key(&id),
            _ => self.job.ssh.contains_key(&id),
        };
        if given {
            return Ok(());
        }
        Err(Error::unsupported(format!("`--mount={text}`: {kind} `{id}` is not given"))
            .hint(format!("`--{kind}` gives it")))
    }

    fn secret(&self, one: &One, uid: u32, gid: u32, mode: u32) -> Result<Option<Mount>, Error> {
        let id = id(&one.mount);
        let Some(content) = self.job.secrets.get(&id) else {
            return if one.mount.required {
                self.secret_or_agent(&one.mount, &id).map(|()| None)
            } else {
                Ok(None)
            };
        };
        let written = one.mount.target.as_ref().map(|_| one.target.clone());
        let usual = || format!("/run/secrets/{}", id.rsplit('/').next().unwrap_or(&id));
        let target = match (&one.mount.env, written) {
            (_, Some(target)) => Some(target),
            (None, None) => Some(usual()),
            (Some(_), None) => None,
        };
        let (env, content) =
            (one.mount.env.clone(), Hidden::new(content.expose().as_bytes().to_vec()));
        Ok(Some(Mount::Secret { target, env, content, uid, gid, mode }))
    }

    fn agent(&self, one: &One, uid: u32, gid: u32, mode: u32) -> Result<Option<Mount>, Error> {
        let id = id(&one.mount);
        let Some(socket) = self.job.ssh.get(&id) else {
            return if one.mount.required {
                self.secret_or_agent(&one.mount, &id).map(|()| None)
            } else {
                Ok(None)
            };
        };
        let written = one.mount.target.as_ref().map(|_| one.target.clone());
        let target = written.unwrap_or_else(|| "/run/buildkit/ssh_agent.0".to_owned());
        Ok(Some(Mount::Ssh { target, socket: socket.clone(), uid, gid, mode }))
    }

    /// A source as folders laid on each other.
    fn stack(&self, source: &Source, path: &[u8]) -> Result<run::Source, Error> {
        let layers: Vec<Layer> = match source.layers() {
            Some(layers) => layers.to_vec(),
            None => vec![self.context_layer(source)?],
        };
        let stack = self.unpacked(&layers)?;
        Ok(run::Source { stack, path: format!("/{}", String::from_utf8_lossy(path)) })
    }

    /// The context as a layer: files in it have the times and modes that COPY gives them.
    fn context_layer(&self, source: &Source) -> Result<Layer, Error> {
        let mut text = b"context ".to_vec();
        source.describe(b"", &mut text);
        let reads = super::store::sha256_hex(&text);
        let key = super::cache::Key::new(&[], "context", &reads, self.tools.style_key());
        let (store, digest) = (&self.tools.store, key.digest());
        if let Some(Some(layer)) = store.step(&digest) {
            return Ok(layer);
        }
        let whole = copy::whole(source, self.tools.time, store, self.tools.style)?;
        let (layer, index) = whole;
        store.keep_index(&layer.diff_id, &index);
        store.keep_step(&digest, Some(&layer));
        Ok(layer)
    }
}

/// The id of a secret or an agent: as written, else by the target's name, else `default`.
fn id(mount: &dockerfile::Mount) -> String {
    let of_target = || mount.target.as_ref()?.rsplit('/').next().map(str::to_owned);
    let id = mount.source.clone().or_else(|| mount.id.clone());
    match mount.kind.as_str() {
        "secret" => id.or_else(of_target).unwrap_or_default(),
        _ => id.unwrap_or_else(|| "default".to_owned()),
    }
}

/// Bytes of `64m`, `1g`, `512` (docker/go-units, `RAMInBytes`).
fn size(text: &str) -> Result<u64, Error> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.find(|c: char| !c.is_ascii_digit()).unwrap_or(lower.len());
    let (number, unit) = lower.split_at(digits);
    let shift = match unit.trim().trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => 64,
    };
    let bytes = number.parse::<u64>().ok().and_then(|n| n.checked_mul(1_u64.checked_shl(shift)?));
    bytes.ok_or_else(|| Error::unsupported(format!("`size={text}` is not a size")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ids() {
        for (text, bytes) in [("512", 512), ("64m", 64 << 20), ("1GiB", 1 << 30), ("2kb", 2048)] {
            assert_eq!(size(text).unwrap(), bytes, "{text}");
        }
        assert!(size("m").is_err() && size("1x").is_err());
        let of = |text: &str| {
            let mount = dockerfile::Mount::read(text, |value| Ok::<_, String>(value.to_owned()));
            id(&mount.unwrap())
        };
        assert_eq!(of("type=secret,target=/a/b"), "b");
        assert_eq!(of("type=secret,id=x,target=/a/b"), "x");
        assert_eq!(of("type=ssh"), "default");
    }
}
