//! Images that are written in parts: `registry`, `repository`, `tag` and `digest`
//! beside each other, in the ways public charts name and join them.
//!
//! A mapping's keys are read as parts of images ([`role`]); keys with the same begin
//! belong together (`sidecarImage` and `sidecarImageTag`). What the parts mean
//! is a [`readings`] list, the likeliest first: which of them names a configured image is
//! decided by who asks. The ways, and charts that have them:
//!
//! - `registry` / `repository` : `tag` @ `digest`: bitnami, cilium, traefik, jetstack;
//!   with `sha` in place of `digest`: grafana, kube-prometheus-stack
//! - `registry` / `image` : `tag` @ `digest`: ingress-nginx; `hub` / `image` : `tag`: Istio
//! - `repository` : `tag`, `repository` : `release`: most; Gatekeeper
//! - `image` : `tag`, `image` : `imageTag`: Jenkins of old; elastic
//! - `imageRegistry` / `imageRepository` : `imageTag`, also with a begin in front: Strimzi, Airflow
//! - `image: {name, tag}`, `image: {name, version}`: `JupyterHub`, Datadog; Linkerd
//! - `registry` / `repository` / `name` : `tag`: k8ssandra, Strimzi
//! - `repository` / `image` : `version`: NVIDIA's operators
//! - `defaultRegistry` where `registry` is empty: Kyverno
//! - `name` → `newName` : `newTag` @ `digest`: Kustomize
//! - `baseImage` : `tag` @ `sha`: Prometheus operator

use std::borrow::Cow;

use super::document::Type;
use super::site::{Leaf, Prefix, Split};
use crate::reference::Reference;

/// What a key says its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Registry,
    Repository,
    Image,
    BaseImage,
    Name,
    NewName,
    Tag,
    NewTag,
    Version,
    Digest,
    /// A digest without `sha256:`.
    Sha,
    PullPolicy,
    UseDigest,
}

impl Role {
    /// Whether an image stands in parts where such a key is.
    pub fn splits(self) -> bool {
        !matches!(self, Self::Image | Self::Name) && !self.is_setting()
    }

    /// Whether it says how an image is used, and not which it is.
    pub fn is_setting(self) -> bool {
        matches!(self, Self::PullPolicy | Self::UseDigest)
    }

    /// Whether an image's name may stand under such a key.
    pub fn names(self) -> bool {
        matches!(
            self,
            Self::Repository | Self::Image | Self::BaseImage | Self::Name | Self::NewName
        )
    }
}

/// Keys that mean a role as they are, small letters, without `-` and `_`.
const WORDS: &[(&str, Role)] = &[
    ("hub", Role::Registry),
    ("repo", Role::Repository),
    ("baseimage", Role::BaseImage),
    ("name", Role::Name),
    ("newname", Role::NewName),
    ("newtag", Role::NewTag),
    ("release", Role::Version),
    ("sha", Role::Sha),
    ("sha256", Role::Sha),
    ("imagesha", Role::Sha),
];

/// Ends of keys that mean a role; what is in front of it tells images apart.
const ENDS: &[(&str, Role)] = &[
    ("registry", Role::Registry),
    ("repository", Role::Repository),
    ("imagerepo", Role::Repository),
    ("imagename", Role::Image),
    ("image", Role::Image),
    ("tag", Role::Tag),
    ("version", Role::Version),
    ("digest", Role::Digest),
    ("pullpolicy", Role::PullPolicy),
];

/// A scalar under a key that may be a part of an image.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece<'a> {
    pub key: Cow<'a, str>,
    pub role: Role,
    /// What stands in front of the role in the key, small letters: `sidecar`.
    pub begin: Cow<'static, str>,
    pub leaf: Leaf<'a>,
}

/// The role of a key and what stands in front of it.
pub(super) fn role(key: &str) -> Option<(Cow<'static, str>, Role)> {
    const LONGEST: usize = 64;
    match key {
        "name" => return Some((Cow::Borrowed(""), Role::Name)),
        "image" => return Some((Cow::Borrowed(""), Role::Image)),
        "apiVersion" => return None,
        _ => {}
    }
    let last = key.bytes().last()?.to_ascii_lowercase();
    if key.len() > LONGEST || !b"boyegntra6".contains(&last) {
        return None;
    }
    let word: String =
        key.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
    if word == "usedigest" {
        return Some((Cow::Borrowed(""), Role::UseDigest));
    }
    if let Some((_, role)) = WORDS.iter().find(|(name, _)| *name == word) {
        return Some((Cow::Borrowed(""), *role));
    }
    let (begin, role) =
        ENDS.iter().find_map(|(end, role)| word.strip_suffix(end).map(|begin| (begin, *role)))?;
    let begin = match role {
        Role::Image => begin,
        _ => begin.strip_suffix("image").unwrap_or(begin),
    };
    Some((Cow::Owned(begin.to_owned()), role))
}

/// Whether a key says that its mapping is an image.
pub(super) fn names_image(key: &str) -> bool {
    let end = key.len().saturating_sub("image".len());
    key.get(end..).is_some_and(|end| end.eq_ignore_ascii_case("image"))
}

/// What is known of the place of a mapping.
#[derive(Debug, Clone, Default)]
pub(super) struct Context<'c> {
    /// It stands under a key that names images, so `name` is one and `version` its tag.
    pub in_image: bool,
    pub ways: Ways,
    /// A registry for all images of the document, and the way to it.
    pub global: Option<(&'c str, &'c str)>,
}

/// Which ways of writing count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Ways {
    #[default]
    All,
    /// `version` is the tag, by a row of the table.
    Version,
    /// The same, but only of keys with something in front of `image` and `version`.
    Versions,
    /// `baseImage` only.
    Base,
    /// It is an item of Kustomize's `images`.
    Kustomize,
}

/// What the parts may mean, the likeliest first.
pub(super) fn readings<'a>(pieces: &[Piece<'a>], context: &Context<'_>) -> Vec<Split<'a>> {
    let mut out = Vec::new();
    let mut begins: Vec<&str> = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.role.names()) {
        if !begins.contains(&piece.begin.as_ref()) {
            begins.push(&piece.begin);
        }
    }
    for begin in begins {
        let group = Group { pieces, begin };
        match context.ways {
            Ways::Kustomize if begin.is_empty() => out.extend(group.kustomize()),
            Ways::Versions if begin.is_empty() => {}
            _ => group.read(context, &mut out),
        }
    }
    out
}

/// The pieces whose keys have the same begin.
struct Group<'p, 'a> {
    pieces: &'p [Piece<'a>],
    begin: &'p str,
}

impl<'a> Group<'_, 'a> {
    fn get(&self, role: Role) -> Option<&Leaf<'a>> {
        self.of(self.begin, role)
    }

    fn of(&self, begin: &str, role: Role) -> Option<&Leaf<'a>> {
        let found = self.pieces.iter().find(|piece| piece.role == role && piece.begin == begin);
        found.map(|piece| &piece.leaf)
    }

    /// A text that is there, as names are.
    fn text(&self, role: Role) -> Option<&Leaf<'a>> {
        self.get(role).filter(|leaf| leaf.kind == Type::Text && !leaf.text().is_empty())
    }

    /// `name` is only looked for; `newName`, `newTag` and `digest` take its place.
    fn kustomize(&self) -> Option<Split<'a>> {
        let name = self.text(Role::Name)?;
        let new_name = self.text(Role::NewName);
        Some(Split {
            repository: Some(new_name.unwrap_or(name).clone()),
            fixed: new_name.is_none(),
            tag: self.get(Role::NewTag).cloned(),
            digest: self.get(Role::Digest).cloned(),
            tag_key: "newTag",
            ..Split::default()
        })
    }

    fn read(&self, context: &Context<'_>, out: &mut Vec<Split<'a>>) {
        let in_image = context.in_image && self.begin.is_empty();
        let by_row = matches!(context.ways, Ways::Version | Ways::Versions);
        let version = in_image || by_row;
        let tag = self.get(Role::Tag).or_else(|| self.get(Role::Version).filter(|_| version));
        let (digest, hex) = match (self.get(Role::Digest), self.get(Role::Sha)) {
            (Some(digest), _) => (Some(digest), false),
            (None, sha) => (sha, true),
        };
        let registry = self.get(Role::Registry);
        let has_registry = registry.is_some_and(|leaf| !leaf.text().is_empty());
        let beside = tag.is_some() || digest.is_some() || has_registry;
        let surely = in_image || self.get(Role::PullPolicy).is_some();
        let base = Split {
            registry: registry.cloned(),
            tag: tag.cloned(),
            digest: digest.cloned(),
            hex,
            wants_digest: self.get(Role::UseDigest).is_some_and(|leaf| leaf.text() == "true"),
            tag_key: if by_row { "version" } else { "tag" },
            ..Split::default()
        };
        let named = |repository: &Leaf<'a>, name: Option<&Leaf<'a>>| Split {
            repository: Some(repository.clone()),
            name: name.cloned(),
            ..base.clone()
        };
        let mut names = Vec::new();
        let (repository, image) = (self.text(Role::Repository), self.text(Role::Image));
        let name = self.text(Role::Name).filter(|_| in_image);
        match (repository, self.text(Role::BaseImage)) {
            (Some(repository), _) if beside || surely => {
                let last = if by_row { image } else { name };
                names.extend(last.map(|last| named(repository, Some(last))));
                names.push(named(repository, None));
            }
            (Some(_), _) => {}
            (None, Some(base_image)) if tag.is_some() || digest.is_some() => {
                names.push(named(base_image, None));
            }
            _ => {}
        }
        if let (Some(repository), Some(image)) = (repository, image)
            && !by_row
            && is_bare(image.text())
        {
            let tag = tag.or_else(|| self.get(Role::Version));
            let joined = named(repository, Some(image));
            let tag_key = if self.get(Role::Tag).is_some() { "tag" } else { "version" };
            names.extend(tag.map(|tag| Split { tag: Some(tag.clone()), tag_key, ..joined }));
        }
        if repository.is_none() && context.ways != Ways::Base {
            let bare = |leaf: &&Leaf<'a>| is_bare(leaf.text());
            names.extend(image.filter(|_| beside).filter(bare).map(|leaf| named(leaf, None)));
            names.extend(name.map(|leaf| named(leaf, None)));
        }
        for split in names {
            self.with_prefixes(context, split, out);
        }
    }

    /// A registry for all images goes before the one beside; one that stands in for an
    /// empty one comes after it.
    fn with_prefixes(&self, context: &Context<'_>, split: Split<'a>, out: &mut Vec<Split<'a>>) {
        if let Some((registry, path)) = context.global {
            let prefix =
                Prefix { registry: Cow::Owned(registry.to_owned()), path: path.to_owned() };
            out.push(Split { prefix: Some(prefix), ..split.clone() });
        }
        let empty = split.registry.as_ref().is_none_or(|leaf| leaf.text().is_empty());
        let default = self.of("default", Role::Registry).filter(|leaf| !leaf.text().is_empty());
        if let Some(default) = default.filter(|_| empty && self.begin.is_empty()) {
            let registry = Cow::Owned(default.text().to_owned());
            let prefix = Prefix { registry, path: "defaultRegistry".to_owned() };
            out.push(Split { prefix: Some(prefix), ..split });
        } else {
            out.push(split);
        }
    }
}

/// A reference without tag and digest.
pub(super) fn is_bare(text: &str) -> bool {
    Reference::parse(text).is_ok_and(|r| r.tag.is_none() && r.digest.is_none())
}

#[cfg(test)]
mod tests {
    use super::{Role, names_image, role};

    #[test]
    fn keys_have_a_role_and_a_begin() {
        for (key, begin, wanted) in [
            ("registry", "", Role::Registry),
            ("imageRegistry", "", Role::Registry),
            ("image_registry", "", Role::Registry),
            ("hub", "", Role::Registry),
            ("repository", "", Role::Repository),
            ("imageRepo", "", Role::Repository),
            ("defaultAirflowRepository", "defaultairflow", Role::Repository),
            ("image", "", Role::Image),
            ("sidecarImage", "sidecar", Role::Image),
            ("sidecar-image-tag", "sidecar", Role::Tag),
            ("sidecarTag", "sidecar", Role::Tag),
            ("imageTag", "", Role::Tag),
            ("tag", "", Role::Tag),
            ("IMAGE_TAG", "", Role::Tag),
            ("digest", "", Role::Digest),
            ("imageDigest", "", Role::Digest),
            ("sha", "", Role::Sha),
            ("baseImage", "", Role::BaseImage),
            ("newTag", "", Role::NewTag),
            ("imageName", "", Role::Image),
            ("name", "", Role::Name),
            ("imagePullPolicy", "", Role::PullPolicy),
            ("useDigest", "", Role::UseDigest),
            ("release", "", Role::Version),
        ] {
            assert_eq!(role(key), Some((begin.into(), wanted)), "{key}");
        }
        for key in
            ["", "images", "containers", "nameOverride", "shard", "tags", "hubs", "repos", "é"]
        {
            assert_eq!(role(key), None, "{key}");
        }
        for key in ["image", "testImage", "TEST_IMAGE", "test-image", "baseImage"] {
            assert!(names_image(key), "{key}");
        }
        for key in ["imageTag", "images", "imageName", "", "é", "mage"] {
            assert!(!names_image(key), "{key}");
        }
    }
}
