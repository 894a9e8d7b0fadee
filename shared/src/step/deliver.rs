//! Built images on their way out of the layout: into an engine, into containerd, into a
//! file (`ds-build --load`, `--save`).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::sync::Arc;

use super::copy::Place;
use super::run::Run;
use super::{asynchronous, docker};
use crate::registry::archive::{self, Image};
use crate::registry::layout::{self, Layout};
use crate::state::Artifact;
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::fs::PathContext;

/// `--load WHERE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    Engine,
    /// By `ctr`, into this namespace; `None`: the one that `ctr` takes.
    Containerd(Option<String>),
}

impl FromStr for Home {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "engine" => Ok(Self::Engine),
            None if text == "containerd" => Ok(Self::Containerd(None)),
            Some(("containerd", name)) if !name.is_empty() => {
                Ok(Self::Containerd(Some(name.to_owned())))
            }
            _ => Err("one of `engine`, `containerd`, `containerd:NAMESPACE`".to_owned()),
        }
    }
}

/// What is asked, beside the build.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub load: Option<Home>,
    pub save: Option<Place>,
}

/// Delivers the selected images, as their cards have them now.
pub fn deliver(run: &Run, request: &Request) -> Result<(), Failure> {
    if request.load.is_none() && request.save.is_none() || !run.acts() {
        return Ok(());
    }
    let state = run.store.load()?;
    let mut images = Vec::new();
    for image in run.images.iter().filter(|image| !image.disabled) {
        let variant = state.variant(&image.name, run.variant);
        let build = variant.and_then(|variant| variant.build.as_ref());
        let build = build.ok_or_else(|| run.not_built(&image.name))?;
        let mut names = vec![build.artifact.name().clone()];
        let tags = variant.and_then(crate::state::Variant::tags_current);
        names.extend(tags.iter().flat_map(|t| &t.tags).map(|tag| image.repository.tagged(tag)));
        match &build.artifact {
            Artifact::Layout { digest, .. } => {
                let (digest, platform) = (digest.clone(), build.platform.clone());
                images.push(Image { digest, names, platform });
            }
            Artifact::Engine { .. }
                if request.save.is_none() && request.load == Some(Home::Engine) =>
            {
                let text = "it was built in an engine and is there already".to_owned();
                run.reporter.image_note(&image.name, Level::Info, text);
            }
            Artifact::Engine { .. } | Artifact::Registry { .. } => {
                let text = format!(
                    "image `{}` does not lie in `{}`: only the embedded builder's images can be \
                     loaded or saved",
                    image.name,
                    layout::FOLDER
                );
                return Err(
                    Failure::new(Exit::Config, text).hint("build it with `--builder embedded`")
                );
            }
        }
    }
    if images.is_empty() {
        return Ok(());
    }
    let folder = run.project.root.join(layout::FOLDER);
    let gone = || Failure::new(Exit::Failed, format!("`{}` is gone", layout::FOLDER));
    let layout = Layout::read(&folder)?.ok_or_else(gone)?;
    if let Some(place) = &request.save {
        save(&layout, &images, place)?;
    }
    match &request.load {
        None => {}
        Some(Home::Engine) => engine(layout, images)?,
        Some(Home::Containerd(namespace)) => containerd(&layout, &images, namespace.as_deref())?,
    }
    Ok(())
}

/// Writes an archive, whole or not at all.
pub fn save(layout: &Layout, images: &[Image], place: &Place) -> Result<(), Failure> {
    let (path, docker) = match place {
        Place::DockerArchive(path) => (path, true),
        Place::OciArchive(path) => (path, false),
        Place::Registry(_) | Place::Layout(..) => {
            let text = "images are saved as `docker-archive:FILE` or `oci-archive:FILE`";
            return Err(Failure::new(Exit::Usage, text));
        }
    };
    let write = |out: &mut dyn Write| match docker {
        true => archive::docker(layout, images, out),
        false => archive::oci(layout, images, out),
    };
    let failed = |error: crate::util::fs::PathError| Failure::new(Exit::Failed, error.to_string());
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        // A pipe, or /dev/stdout.
        let file = File::options().write(true).open(path).at("write", path).map_err(failed)?;
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        return out.flush().at("write", path).map_err(failed);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("."), PathBuf::from);
    let file = tempfile::Builder::new()
        .prefix(".ds-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(&folder)
        .at("write in", &folder)
        .map_err(failed)?;
    let mut out = BufWriter::with_capacity(256 << 10, file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error);
    let file = file.at("write", path).map_err(failed)?;
    file.persist(path).map_err(|error| error.error).at("write", path).map_err(failed)?;
    Ok(())
}

fn engine(layout: Layout, images: Vec<Image>) -> Result<(), Failure> {
    asynchronous::block_on(async {
        let credentials = Arc::new(docker::credentials()?);
        let engine = docker::engine(&credentials)?;
        engine.ping().await?;
        let write = move |out: &mut dyn Write| {
            archive::docker(&layout, &images, out).map_err(io::Error::other)
        };
        Ok(engine.load(write).await?)
    })
}

/// Into containerd by its own tool, which knows the socket (`CONTAINERD_ADDRESS`).
fn containerd(layout: &Layout, images: &[Image], namespace: Option<&str>) -> Result<(), Failure> {
    let mut command = Command::new("ctr");
    if let Some(namespace) = namespace {
        command.args(["--namespace", namespace]);
    }
    command.args(["images", "import", "-"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| {
        let failure = Failure::new(Exit::Unreachable, format!("`ctr` cannot be run: {error}"));
        failure.hint("it belongs to containerd; or `--save oci-archive:FILE`, and import that")
    })?;
    let mut stdin = child.stdin.take();
    let written = match &mut stdin {
        Some(pipe) => archive::oci(layout, images, &mut BufWriter::with_capacity(256 << 10, pipe)),
        None => Ok(()),
    };
    drop(stdin);
    let output = child.wait_with_output();
    let output = output.map_err(|error| {
        Failure::new(Exit::Failed, format!("`ctr` cannot be waited for: {error}"))
    })?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let words: String = last.chars().filter(|c| !c.is_control()).take(300).collect();
        let exit = if words.contains("connection") { Exit::Unreachable } else { Exit::Failed };
        return Err(Failure::new(exit, format!("`ctr images import` failed: {words}")));
    }
    Ok(written?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes() {
        assert_eq!("engine".parse(), Ok(Home::Engine));
        assert_eq!("containerd".parse(), Ok(Home::Containerd(None)));
        assert_eq!("containerd:k8s.io".parse(), Ok(Home::Containerd(Some("k8s.io".into()))));
        for bad in ["", "docker", "containerd:", "engine:x"] {
            assert!(bad.parse::<Home>().is_err(), "{bad}");
        }
    }
}
