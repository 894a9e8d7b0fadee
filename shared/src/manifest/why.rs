//! Why an image stays as it is that should not: nothing here is guessed.

/// The reason, as it stands behind the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("image `{0}` has no tag to write")]
    NoTag(String),
    #[error("image `{0}` has no digest to write")]
    NoDigest(String),
    #[error("the new reference has no tag to write")]
    NoTagInReference,
    #[error("the new reference has no digest to write")]
    NoDigestInReference,
    #[error("there is no `{key}` beside this name to write to")]
    NoPlace { key: &'static str },
    #[error("the tag or digest has a YAML tag that says it is no string")]
    Tagged,
    #[error("another image takes the same value, by an alias, and both want their own there")]
    Shared,
    #[error("an empty digest would be joined to the name, since `useDigest` is on")]
    DigestWanted,
    #[error("the image comes from another registry now, but `{path}` is put in front of it")]
    OtherRegistry { path: String },
    #[error("is not image `{image}`, which a rule expects here{}", meant(.near))]
    NotTheImage { image: String, near: Option<String> },
    #[error("is not known, and a rule expects known images here{}", meant(.near))]
    NotKnown { near: Option<String> },
    #[error("images {} have this repository, and no rule says which of them it is", list(.0))]
    Ambiguous(Vec<String>),
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" and ")
}

fn meant(near: &Option<String>) -> String {
    near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

impl Why {
    /// Whether it is said of the reference, and stands behind it.
    pub(super) fn is_of_reference(&self) -> bool {
        matches!(self, Self::NotTheImage { .. } | Self::NotKnown { .. })
    }

    /// The way out.
    pub fn hint(&self) -> String {
        match self {
            Self::NoTag(_) => "run `ds-build` and `ds-tag` first, or see `--unresolved`".to_owned(),
            Self::NoDigest(_) => "run `ds-push` first, or take `--form tag`".to_owned(),
            Self::NoTagInReference => {
                "give the reference a tag, as in `NAME=REPOSITORY:TAG`".to_owned()
            }
            Self::NoDigestInReference => {
                "give the reference a digest, or run `ds-push` first".to_owned()
            }
            Self::NoPlace { key: "newName" } => {
                "add `newName: \"\"` to the entry: `name` says which images it is about".to_owned()
            }
            Self::NoPlace { key } => format!(
                "add `{key}: \"\"` beside it; if the whole reference belongs into this string, say \
                 so by a rule: `--rule path=…,part=reference`; `--exclude path=…` leaves it alone"
            ),
            Self::Tagged => "take the YAML tag (`!…`) away".to_owned(),
            Self::Shared => "give each of them a value of its own".to_owned(),
            Self::DigestWanted => "take `--digest`, or set `useDigest: false`".to_owned(),
            Self::OtherRegistry { path } => {
                format!("empty `{path}`, or write the image's registry there")
            }
            Self::NotTheImage { image, .. } => format!(
                "put the image's repository there, or mend the rule for `{image}`; `--unresolved \
                 warn` leaves it as it is"
            ),
            Self::NotKnown { .. } => {
                "`--set REPOSITORY=REF` says what to write; `--exclude` leaves \
                                      the place alone, `--unresolved warn` all such places"
                    .to_owned()
            }
            Self::Ambiguous(names) => {
                let name = names.first().map_or("NAME", String::as_str);
                format!("add a rule, as `--rule 'kind=…,name=…,path=…,image={name}'`")
            }
        }
    }
}
