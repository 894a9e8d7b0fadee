//! What keys and values say by themselves, in whatever object.

use super::super::path::Step;
use super::super::split;
use crate::reference::Reference;

/// Whether a value has an action of a Helm template. Argo and others fill in `{{name}}`
/// at run time: theirs is a manifest as it should be.
pub(in crate::manifest) fn is_helm(value: &str) -> bool {
    const BEGINS: [&str; 10] = [
        ".",
        "$",
        "(",
        "include ",
        "template ",
        "tpl ",
        "default ",
        "printf ",
        "quote ",
        "required ",
    ];
    value.split("{{").skip(1).any(|action| {
        let action = action.trim_start_matches('-').trim_start();
        BEGINS.iter().any(|begin| action.starts_with(begin))
    })
}

/// Keys of devspace.yaml under which images are not what runs, but what is built.
pub(in crate::manifest) const PROJECT_KEYS: [&str; 4] = ["images", "deployments", "dev", "hooks"];

/// Whether the `version` of a document without a kind is that of a devspace.yaml.
pub(in crate::manifest) fn is_project(version: Option<&str>) -> bool {
    let number = version.and_then(|version| version.strip_prefix('v'));
    number.is_some_and(|number| {
        let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
        let stage = rest.strip_prefix("alpha").or_else(|| rest.strip_prefix("beta"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        rest.len() < number.len() && stage.is_some_and(digits)
    })
}

/// `volumes[*].image.reference` (Kubernetes 1.31: `ImageVolumeSource`).
pub(super) fn is_image_volume(path: &[Step<'_>]) -> bool {
    let [.., Step::Key(volumes), item, Step::Key(image), Step::Key(reference)] = path else {
        return false;
    };
    let item = matches!(item, Step::Index(_) | Step::Named(..));
    item && volumes == "volumes" && image == "image" && reference == "reference"
}

/// Keys of values that name images in other words, if the value has a tag or digest:
/// `imageK8S` (Consul), `actionsRunnerRepositoryAndTag` (actions-runner-controller).
pub(super) fn names_reference(key: &str, value: &str) -> bool {
    let capital = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase());
    let named = key.strip_prefix("image").is_some_and(capital) || key.ends_with("RepositoryAndTag");
    named && is_versioned(value)
}

/// Where values have whole references under keys of their own: `images: {web: REF}`,
/// `images: [REF]`, `image: {uri: REF}`; with a tag or digest, since a bare name may be one
/// to look for.
pub(super) fn is_listed(path: &[Step<'_>], value: &str) -> bool {
    const WHOLE: [&str; 6] = ["uri", "url", "ref", "reference", "full", "fullName"];
    let [.., Step::Key(above), last] = path else { return false };
    let listed = match last {
        Step::Key(key) if split::names_image(above) => WHOLE.contains(&key.as_ref()),
        _ => above.strip_suffix(['s', 'S']).is_some_and(split::names_image),
    };
    listed && is_versioned(value)
}

/// A reference with a tag or digest.
fn is_versioned(value: &str) -> bool {
    Reference::parse(value.trim()).is_ok_and(|r| r.tag.is_some() || r.digest.is_some())
}

/// Names of one component are common words: they count with a tag or digest only.
pub(super) fn is_long(text: &str) -> bool {
    let text = text.trim();
    text.contains(['/', ':', '@'])
}
