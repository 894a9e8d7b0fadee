//! What `ds init` has to know: from flags, from what lies in the folder, and from
//! questions where somebody is there to answer.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use shared::dockerfile;
use shared::reference::{HUB, Reference, Repository, Tag};
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

use super::ask::Ask;
use crate::args::Init;

/// Largest Dockerfile that is looked into, in bytes.
const DOCKERFILE_LIMIT: u64 = 1 << 20;

/// What there is to suggest from.
pub struct Surroundings {
    /// The project's folder, absolute.
    pub root: PathBuf,
    /// Registries with credentials on this machine, and the user where it is known.
    pub users: BTreeMap<String, Option<String>>,
}

/// Everything that the config is written from.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// Deployment and release.
    pub name: String,
    pub repository: Repository,
    pub tag: Option<Tag>,
    /// As it is written; `None` is the default `./Dockerfile`.
    pub dockerfile: Option<String>,
    /// As it is written; `None` is the default `./`.
    pub context: Option<String>,
    /// Whether the Dockerfile is there.
    pub has_dockerfile: bool,
    pub port: Option<u16>,
    pub namespace: Option<String>,
    pub pull_secret: bool,
}

/// Settles every answer; without somebody to ask, flags and suggestions have to do.
pub fn collect(
    args: &Init,
    surroundings: &Surroundings,
    mut person: Option<&mut dyn Ask>,
) -> Result<Answers, Failure> {
    let name = release_name(&surroundings.root);
    let (repository, tag) = image(args, &name, surroundings, &mut person)?;
    let context = args.context.as_deref().map(|path| written(path, surroundings)).transpose()?;
    let context = context.filter(|path| path != ".");
    if let Some(path) = &context
        && !surroundings.root.join(path).is_dir()
    {
        return Err(Failure::new(Exit::Data, format!("the context `{path}` is not a folder")));
    }
    let dockerfile = dockerfile(args, context.as_deref(), surroundings, &mut person)?;
    let file = surroundings.root.join(dockerfile.as_deref().unwrap_or("Dockerfile"));
    let has_dockerfile = file.is_file();
    let port = match args.port {
        Some(port) => Some(port),
        None => port(&file, &mut person)?,
    };
    let namespace = args.namespace.clone();
    if let Some(namespace) = &namespace {
        check_namespace(namespace)?;
    }
    Ok(Answers {
        name,
        repository,
        tag,
        dockerfile,
        context,
        has_dockerfile,
        port,
        namespace,
        pull_secret: args.pull_secret,
    })
}

impl Answers {
    /// Lines on what is still missing before a build and a push can work.
    pub fn advice(&self, surroundings: &Surroundings) -> String {
        let mut text = String::new();
        if !self.has_dockerfile {
            text.push_str("there is no Dockerfile yet: write ./Dockerfile before you build\n");
        }
        let registry = self.repository.registry();
        if registry == HUB && self.repository.path().starts_with("library/") {
            text.push_str(&format!(
                "`{}` on Docker Hub belongs to Docker itself; to push there, name it \
                 `<your user>/{}`\n",
                self.repository,
                self.repository.familiar()
            ));
        } else if !surroundings.users.contains_key(registry) {
            let host = if registry == HUB { String::new() } else { format!(" {registry}") };
            text.push_str(&format!("to push, log in once: docker login{host}\n"));
        }
        text
    }
}

fn image(
    args: &Init,
    name: &str,
    surroundings: &Surroundings,
    person: &mut Option<&mut dyn Ask>,
) -> Result<(Repository, Option<Tag>), Failure> {
    if let Some(image) = &args.image {
        return parse_image(image)
            .map_err(|why| Failure::new(Exit::Usage, format!("`--image`: {why}")));
    }
    let Some(person) = person.as_deref_mut() else {
        let user = surroundings.users.get(HUB).cloned().flatten().filter(|_| args.yes);
        return match user {
            Some(user) => {
                parse_image(&format!("{user}/{name}")).map_err(|why| Failure::new(Exit::Usage, why))
            }
            None => Err(Failure::new(Exit::Usage, "which image shall be built is not known")
                .hint(format!("name it: `ds init --image registry.example.com/team/{name}`"))),
        };
    };
    let known: Vec<&str> = surroundings.users.keys().map(String::as_str).collect();
    let note = match known.as_slice() {
        [] => String::new(),
        known => format!(" (logged in to {})", known.join(", ")),
    };
    let registry = person.ask(&format!("Registry{note}"), Some(HUB), &parse_registry)?;
    let user = surroundings.users.get(&registry).cloned().flatten();
    let host = if registry == HUB { String::new() } else { format!("{registry}/") };
    let suggestion = match (user, host.is_empty()) {
        (Some(user), _) => Some(format!("{host}{user}/{name}")),
        (None, false) => Some(format!("{host}{name}")),
        (None, true) => None,
    };
    let text = person.ask("Image name", suggestion.as_deref(), &|text| {
        let text = match suggestion.is_none() || text.contains('/') {
            true => text.to_owned(),
            false => format!("{host}{text}"),
        };
        parse_image(&text).map(|_| text)
    })?;
    parse_image(&text).map_err(|why| Failure::new(Exit::Usage, why))
}

/// A repository with a tag or without; `host:port/name` has none.
fn parse_image(text: &str) -> Result<(Repository, Option<Tag>), String> {
    let reference = Reference::parse(text).map_err(|error| error.to_string())?;
    match reference.digest {
        Some(digest) => Err(format!("`{digest}` names one build; an image to be built has none")),
        None => Ok((reference.repository, reference.tag)),
    }
}

fn parse_registry(text: &str) -> Result<String, String> {
    let host = text.trim_start_matches("https://").trim_end_matches('/');
    if matches!(host, "hub.docker.com" | "index.docker.io" | "hub" | "Docker Hub") {
        return Ok(HUB.to_owned());
    }
    match Repository::parse(&format!("{host}/x")) {
        Ok(repository) if repository.registry() == host => Ok(host.to_owned()),
        _ => Err(format!(
            "`{host}` is not a registry's host; one is like `registry.example.com:5000`"
        )),
    }
}

/// The Dockerfile as it is written. One beside the context is found where the
/// project's folder has none.
fn dockerfile(
    args: &Init,
    context: Option<&str>,
    surroundings: &Surroundings,
    person: &mut Option<&mut dyn Ask>,
) -> Result<Option<String>, Failure> {
    let root = &surroundings.root;
    let missing = |path: &str| format!("there is no Dockerfile `{path}`");
    if let Some(path) = &args.dockerfile {
        let path = written(path, surroundings)?;
        if !root.join(&path).is_file() {
            return Err(Failure::new(Exit::Data, missing(&path)));
        }
        return Ok(Some(path).filter(|path| path != "Dockerfile"));
    }
    if root.join("Dockerfile").is_file() {
        return Ok(None);
    }
    let beside = context.map(|context| format!("{context}/Dockerfile"));
    if let Some(beside) = beside.filter(|path| root.join(path).is_file()) {
        return Ok(Some(beside));
    }
    let Some(person) = person.as_deref_mut() else { return Ok(None) };
    let answer = person.ask(
        "Dockerfile (there is no ./Dockerfile; Enter: it will be there)",
        Some("./Dockerfile"),
        &|text| {
            let path = written(Path::new(text), surroundings).map_err(|failure| failure.error)?;
            match path == "Dockerfile" || root.join(&path).is_file() {
                true => Ok(path),
                false => Err(missing(&path)),
            }
        },
    )?;
    Ok(Some(answer).filter(|path| path != "Dockerfile"))
}

fn port(dockerfile: &Path, person: &mut Option<&mut dyn Ask>) -> Result<Option<u16>, Failure> {
    let exposed = match std::fs::metadata(dockerfile) {
        Ok(file) if file.len() <= DOCKERFILE_LIMIT => {
            std::fs::read(dockerfile).map(|bytes| exposed(&bytes)).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let (person, question) = match (person.as_deref_mut(), exposed.as_slice()) {
        (_, [port]) => return Ok(Some(*port)),
        (None, ports) => return Ok(ports.first().copied()),
        (Some(person), []) => (person, "Port that the program listens on (0: none)".to_owned()),
        (Some(person), ports) => {
            let list: Vec<String> = ports.iter().map(ToString::to_string).collect();
            (person, format!("Port to reach it by (exposed: {})", list.join(", ")))
        }
    };
    let suggestion = exposed.first().map_or("0".to_owned(), ToString::to_string);
    let answer = person.ask(&question, Some(&suggestion), &|text| match text.parse::<u16>() {
        Ok(port) => Ok(port.to_string()),
        Err(_) => Err(format!("`{text}` is not a port: a number up to 65535")),
    })?;
    Ok(answer.parse().ok().filter(|port| *port != 0))
}

/// What a Dockerfile exposes; one that is wrong exposes nothing, and its faults are
/// for the build to tell.
fn exposed(bytes: &[u8]) -> Vec<u16> {
    dockerfile::parse(bytes, "Dockerfile")
        .map(|file| dockerfile::exposed_ports(&file))
        .unwrap_or_default()
}

/// A path as the config has it: relative to the project where it lies in it, with `/`.
fn written(path: &Path, surroundings: &Surroundings) -> Result<String, Failure> {
    let relative = path.strip_prefix(&surroundings.root).unwrap_or(path);
    let mut parts: Vec<&str> = Vec::new();
    for component in relative.components() {
        match component {
            Component::CurDir | Component::Prefix(_) => {}
            Component::RootDir => parts.push(""),
            Component::ParentDir => parts.push(".."),
            Component::Normal(part) => match part.to_str() {
                Some(part) => parts.push(part),
                None => {
                    let text = format!("`{}` is not UTF-8, which a config is", path.display());
                    return Err(Failure::new(Exit::Usage, text));
                }
            },
        }
    }
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// The folder's name as a Helm release and a Kubernetes name may be: lower case,
/// digits and inner `-`, at most 53 (Helm's limit); `devspace` where nothing is left.
fn release_name(root: &Path) -> String {
    let folder = root.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let mut name = String::new();
    for c in folder.unwrap_or_default().chars() {
        match c {
            'a'..='z' | '0'..='9' => name.push(c),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.truncate(53);
    let name = name.trim_matches('-');
    if name.is_empty() { "devspace".to_owned() } else { name.to_owned() }
}

/// A DNS label (RFC 1123), as Kubernetes wants it.
fn check_namespace(name: &str) -> Result<(), Failure> {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=63).contains(&name.len())
        && name.bytes().all(good)
        && !name.starts_with('-')
        && !name.ends_with('-')
    {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, format!("`{name}` is not a namespace"))
        .hint("up to 63 lower-case letters, digits and inner `-`"))
}

#[cfg(test)]
mod tests;
