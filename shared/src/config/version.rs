//! The versions of devspace.yaml, oldest first.
//!
//! Refuses v1alpha1, whose images name registries of a section of their own.

use super::source::Report;
use super::tree::Node;

/// A version that is read. Keys differ; what a key means does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// The oldest that is read.
    V1Alpha2,
    V1Alpha3,
    V1Alpha4,
    V1Beta1,
    /// What a file without `version` is.
    V1Beta2,
    V1Beta3,
    V1Beta4,
    V1Beta5,
    V1Beta6,
    V1Beta7,
    V1Beta8,
    V1Beta9,
    V1Beta10,
    V1Beta11,
    V2Beta1,
}

/// All names, oldest first.
pub(super) const NAMES: [(&str, Version); 15] = [
    ("v1alpha2", Version::V1Alpha2),
    ("v1alpha3", Version::V1Alpha3),
    ("v1alpha4", Version::V1Alpha4),
    ("v1beta1", Version::V1Beta1),
    ("v1beta2", Version::V1Beta2),
    ("v1beta3", Version::V1Beta3),
    ("v1beta4", Version::V1Beta4),
    ("v1beta5", Version::V1Beta5),
    ("v1beta6", Version::V1Beta6),
    ("v1beta7", Version::V1Beta7),
    ("v1beta8", Version::V1Beta8),
    ("v1beta9", Version::V1Beta9),
    ("v1beta10", Version::V1Beta10),
    ("v1beta11", Version::V1Beta11),
    ("v2beta1", Version::V2Beta1),
];

impl Version {
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, version)| *version == self).map_or("", |(name, _)| name)
    }

    /// The version that a config says it has.
    pub fn of(root: &Node, report: &mut Report) -> Self {
        let Some(node) = root.get("version") else { return Self::V1Beta2 };
        let Some(scalar) = node.scalar() else {
            report
                .problem(node.at, format!("`version` must be a text, but this is {}", node.what()));
            return Self::V1Beta2;
        };
        let text = scalar.text.as_str();
        if scalar.plain && text.parse::<f64>().is_ok() {
            // Upstream takes whatever is no text for the current version.
            report.warn(node.at, "`version` is a number, which counts as `v1beta2`");
            return Self::V1Beta2;
        }
        if let Some((_, version)) = NAMES.iter().find(|(name, _)| *name == text) {
            return *version;
        }
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        let (message, hint) = match (text, report.near(text, names)) {
            ("v1alpha1", _) => (
                "version `v1alpha1` is too old to be read".to_owned(),
                "convert it with `devspace update config` of DevSpace 3, or write it anew"
                    .to_owned(),
            ),
            (_, Some(near)) => {
                (format!("version `{text}` is not known"), format!("did you mean `{near}`?"))
            }
            (_, None) => (
                format!("version `{text}` is not known"),
                "the newest version that is read is `v2beta1`".to_owned(),
            ),
        };
        report.problem_hint(node.at, message, hint);
        Self::V1Beta2
    }
}
