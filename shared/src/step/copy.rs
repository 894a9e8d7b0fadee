//! `ds-push copy`: an image from one place to another, with all its platforms.
//!
//! Between registries a blob is mounted where both are one, else it streams through, and
//! no disk is touched. Layouts get blobs by way of the user's store, so that a download
//! that broke off goes on.

use std::path::PathBuf;
use std::sync::Arc;

use super::options::Options;
use super::push::told;
use super::{asynchronous, cache, docker};
use crate::reference::{Digest, Reference};
use crate::registry::archive;
use crate::registry::layout::Layout;
use crate::registry::manifest::Content;
use crate::registry::push::{self, Goal, Source};
use crate::registry::{Client, Credential, Error, Manifest, Store, platform, pull};
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Where an image is, or shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Registry(Reference),
    /// An OCI image layout, and the image's name in it.
    Layout(PathBuf, Option<Reference>),
    /// A tar that `docker load` takes; only to write.
    DockerArchive(PathBuf),
    /// A tar of an OCI image layout; only to write.
    OciArchive(PathBuf),
}

impl std::str::FromStr for Place {
    type Err = String;

    /// As skopeo writes them: `docker://REF` or `REF`, `oci:FOLDER[:NAME]`,
    /// `docker-archive:FILE`, `oci-archive:FILE`.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(file) = text.strip_prefix("docker-archive:") {
            return Ok(Self::DockerArchive(file.into()));
        }
        if let Some(file) = text.strip_prefix("oci-archive:") {
            return Ok(Self::OciArchive(file.into()));
        }
        if let Some(rest) = text.strip_prefix("oci:") {
            let (folder, name) = match rest.split_once(':') {
                Some((folder, name)) => (folder, Some(name)),
                None => (rest, None),
            };
            let name = name.map(Reference::parse).transpose().map_err(|error| error.to_string())?;
            return Ok(Self::Layout(folder.into(), name));
        }
        let text = text.strip_prefix("docker://").unwrap_or(text);
        Ok(Self::Registry(Reference::parse(text).map_err(|error| error.to_string())?))
    }
}

/// What is asked of a copy.
#[derive(Debug, Clone)]
pub struct Request {
    pub from: Place,
    pub to: Place,
    /// Only the image of this platform, not the whole index.
    pub platform: Option<String>,
}

/// Copies; returns the line for stdout.
pub fn copy(options: &Options, request: &Request) -> Result<String, Failure> {
    let reporter = options.reporter();
    asynchronous::block_on(async {
        let copy = Copy {
            request,
            credentials: Arc::new(docker::credentials()?),
            client: docker::client(),
            reporter: &*reporter,
        };
        copy.run().await
    })
}

struct Copy<'a> {
    request: &'a Request,
    credentials: Arc<Store>,
    client: Client,
    reporter: &'a dyn Reporter,
}

impl Copy<'_> {
    async fn run(&self) -> Result<String, Failure> {
        match (&self.request.from, &self.request.to) {
            (Place::Registry(from), Place::Registry(to)) => self.between(from, to).await,
            (Place::Layout(folder, name), Place::Registry(to)) => {
                self.upload(folder, name.as_ref(), to).await
            }
            (Place::Registry(from), to) => self.download(from, to).await,
            (Place::Layout(folder, name), to) => self.pack(folder, name.as_ref(), to),
            _ => {
                let text = "an archive can be written, not read";
                Err(Failure::new(Exit::Usage, text).hint("`skopeo copy` unpacks it into a layout"))
            }
        }
    }

    fn credential(&self, reference: &Reference) -> Result<Option<Credential>, Failure> {
        Ok(self.credentials.lookup(reference.repository.registry())?)
    }

    fn explain(&self, error: Error, reference: &Reference, had: bool) -> Failure {
        docker::explain(&self.credentials, error, reference.repository.registry(), had)
    }

    async fn between(&self, from: &Reference, to: &Reference) -> Result<String, Failure> {
        let (theirs, ours) = (self.credential(from)?, self.credential(to)?);
        let found = self.client.manifest(from, theirs.as_ref()).await;
        let found = found.map_err(|error| self.explain(error, from, theirs.is_some()))?;
        let mut manifest = found.ok_or_else(|| missing(from))?;
        if let Some(child) = self.chosen(&manifest, &from.to_string())? {
            let exact = from.repository.at(&child);
            let found = self.client.manifest(&exact, theirs.as_ref()).await;
            let found = found.map_err(|error| self.explain(error, from, theirs.is_some()))?;
            manifest = found.ok_or_else(|| missing(&exact))?;
        }
        let repository = &from.repository;
        let same =
            repository.registry() == to.repository.registry() && *repository != to.repository;
        let mounts = if same { vec![repository.clone()] } else { Vec::new() };
        let source = Source::Registry { repository, credential: theirs.as_ref() };
        self.push(source, &manifest, to, ours.as_ref(), &mounts).await
    }

    async fn push(
        &self,
        source: Source<'_>,
        manifest: &Manifest,
        to: &Reference,
        credential: Option<&Credential>,
        mount_from: &[crate::reference::Repository],
    ) -> Result<String, Failure> {
        let tags: Vec<_> = to.tag.iter().cloned().collect();
        if to.digest.as_ref().is_some_and(|digest| *digest != manifest.digest) {
            let text = format!("`{to}` can't be had: the image is `{}`", manifest.digest);
            return Err(Failure::new(Exit::Usage, text));
        }
        let goal = Goal { repository: &to.repository, tags: &tags, credential, mount_from };
        let name = to.to_string();
        let sent = push::push(&self.client, source, manifest, goal, &name, self.reporter).await;
        let sent = sent.map_err(|error| self.explain(error, to, credential.is_some()))?;
        self.reporter.image_note(&name, Level::Verbose, told(sent));
        let plain = Reference { digest: None, ..to.clone() };
        Ok(format!("{plain}@{}\n", manifest.digest))
    }

    async fn upload(
        &self,
        folder: &std::path::Path,
        name: Option<&Reference>,
        to: &Reference,
    ) -> Result<String, Failure> {
        let (layout, manifest) = self.find(folder, name)?;
        let credential = self.credential(to)?;
        self.push(Source::Layout(&layout), &manifest, to, credential.as_ref(), &[]).await
    }

    /// The image of a layout by its name, or the only one.
    fn find(
        &self,
        folder: &std::path::Path,
        name: Option<&Reference>,
    ) -> Result<(Layout, Manifest), Failure> {
        let none = || Failure::new(Exit::Data, format!("`{}` is no OCI layout", folder.display()));
        let layout = Layout::read(folder)?.ok_or_else(none)?;
        let images = layout.images()?;
        let full = name.map(crate::registry::layout::full);
        let found = match &full {
            Some(full) => images.iter().find(|image| image.names.contains(full)),
            None => images.first().filter(|_| images.len() == 1),
        };
        let Some(found) = found else {
            let names: Vec<&str> =
                images.iter().flat_map(|image| &image.names).map(String::as_str).collect();
            let text = format!("`{}` has no such image, or several", folder.display());
            return Err(Failure::new(Exit::Data, text)
                .hint(format!("name one, `oci:FOLDER:NAME`: {}", names.join(", "))));
        };
        let digest = found.entry.digest.clone();
        let lost = || crate::registry::layout::Error::NoImage {
            digest: digest.clone(),
            path: folder.to_owned(),
        };
        let mut manifest = layout.manifest(&digest)?.ok_or_else(lost)?;
        if let Some(child) = self.chosen(&manifest, &folder.display().to_string())? {
            manifest = layout.manifest(&child)?.ok_or_else(lost)?;
        }
        Ok((layout, manifest))
    }

    /// The image of the wanted platform in an index, if one is wanted.
    fn chosen(&self, manifest: &Manifest, image: &str) -> Result<Option<Digest>, Failure> {
        let Some(wanted) = &self.request.platform else { return Ok(None) };
        let Content::Index { entries, .. } = manifest.content() else { return Ok(None) };
        let platforms = entries.iter().map(|entry| entry.platform.as_deref());
        if let Some(i) = platform::best(wanted, platforms) {
            return Ok(Some(entries[i].digest.clone()));
        }
        let found = entries.into_iter().filter_map(|entry| entry.platform).collect();
        let (image, wanted) = (image.to_owned(), wanted.clone());
        Err(Error::Platform { image, wanted, found }.into())
    }

    /// From a registry to the disk, by way of the user's store.
    async fn download(&self, from: &Reference, to: &Place) -> Result<String, Failure> {
        let store = cache::open()?;
        let name = from.to_string();
        let explain = |error| self.explain(error, from, self.has(from));
        let (client, credentials) = (&self.client, &self.credentials);
        let manifest = match &self.request.platform {
            Some(platform) => {
                let wanted = pull::Wanted { reference: from, platform, fresh: true };
                let pulled =
                    pull::pull(client, &store, credentials, wanted, &name, self.reporter).await;
                pulled.map_err(explain)?.manifest
            }
            None => pull::whole(client, &store, credentials, from, &name, self.reporter)
                .await
                .map_err(explain)?,
        };
        let plain = Reference { digest: None, ..from.clone() };
        let names = if plain.tag.is_some() { vec![plain.clone()] } else { Vec::new() };
        if let Place::Layout(folder, name) = to {
            let layout = Layout::open(folder)?;
            let names = name.as_ref().map_or(names, |name| vec![name.clone()]);
            layout.add_all(&store, &manifest, &names)?;
        } else {
            let folder = tempfile::Builder::new().prefix("copy-").tempdir_in(store.root());
            let folder = crate::util::fs::PathContext::at(folder, "write in", store.root())
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            let layout = Layout::open(folder.path())?;
            layout.add_all(&store, &manifest, &names)?;
            archived(&layout, &manifest, names, to)?;
        }
        cache::trim_blobs(&store)?;
        Ok(format!("{plain}@{}\n", manifest.digest))
    }

    fn has(&self, reference: &Reference) -> bool {
        self.credential(reference).is_ok_and(|found| found.is_some())
    }

    /// From a layout to an archive.
    fn pack(
        &self,
        folder: &std::path::Path,
        name: Option<&Reference>,
        to: &Place,
    ) -> Result<String, Failure> {
        if matches!(to, Place::Layout(..)) {
            let text = "a layout is copied into a registry or an archive, not into another";
            return Err(Failure::new(Exit::Usage, text));
        }
        let (layout, manifest) = self.find(folder, name)?;
        archived(&layout, &manifest, name.into_iter().cloned().collect(), to)?;
        Ok(format!("{}\n", manifest.digest))
    }
}

fn archived(
    layout: &Layout,
    manifest: &Manifest,
    names: Vec<Reference>,
    to: &Place,
) -> Result<(), Failure> {
    if matches!(manifest.content(), Content::Index { .. }) {
        let text = "an archive holds the image of one platform";
        return Err(Failure::new(Exit::Usage, text).hint("choose: `--platform linux/amd64`"));
    }
    let image = archive::Image { digest: manifest.digest.clone(), names, platform: None };
    super::deliver::save(layout, &[image], to)
}

fn missing(reference: &Reference) -> Failure {
    Error::Missing { image: reference.to_string() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_skopeo_has_them() {
        let name = |text: &str| Reference::parse(text).unwrap();
        let table = [
            ("redis:7", Some(Place::Registry(name("redis:7")))),
            ("docker://r.io/a:1", Some(Place::Registry(name("r.io/a:1")))),
            ("oci:dir", Some(Place::Layout("dir".into(), None))),
            (
                "oci:a/b:r.io:5000/c:1",
                Some(Place::Layout("a/b".into(), Some(name("r.io:5000/c:1")))),
            ),
            ("docker-archive:x.tar", Some(Place::DockerArchive("x.tar".into()))),
            ("oci-archive:/x.tar", Some(Place::OciArchive("/x.tar".into()))),
            ("Bad Name", None),
            ("oci:dir:UPPER/CASE", None),
        ];
        for (text, place) in table {
            assert_eq!(text.parse::<Place>().ok(), place, "{text}");
        }
    }
}
