//! Rules of the user: which further places hold images, which don't, and which of two
//! images with one repository a place holds.
//!
//! A rule says of which objects it is by `kind`, `apiVersion` and `name` (all with `*` and `?`;
//! absent: any), and where in them by a path ([`super::path::Pattern`]). A rule with an
//! image counts where that image stands; with a part, that part of it alone stands there.
//! A rule that is about one place, without wildcards, expects its image there; one that says
//! `known=true` expects nothing but known images at all of its places.

use std::sync::Arc;

use super::path::{self, Pattern};
use super::site::Part;

/// Why a text is not a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("`{0}` is not of the form `KEY=VALUE`")]
    NotAssigned(String),
    #[error(
        "`{0}` is not a key of a rule; these are `kind`, `apiVersion`, `name`, `path`, `image`, `part`, \
         `known`"
    )]
    UnknownKey(String),
    #[error("`{0}` is there twice")]
    Twice(String),
    #[error("it has no `path`")]
    NoPath,
    #[error("the path `{path}` cannot be read: {why}")]
    Path { path: String, why: &'static str },
    #[error(
        "`{0}` is not a part; these are `reference`, `registry`, `repository`, `tag`, `digest`"
    )]
    Part(String),
    #[error("a part (`{0}`) without an image: nothing there says which it is; add `image=NAME`")]
    PartOfNothing(String),
    #[error("`known` is `true` or `false`, not `{0}`")]
    Known(String),
    #[error("`{0}` says nothing in what is excluded")]
    NotExcluded(&'static str),
}

/// A rule as it is written, key by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    pub kind: Option<String>,
    pub api_version: Option<String>,
    pub name: Option<String>,
    pub path: Option<String>,
    pub image: Option<String>,
    pub part: Option<String>,
    /// `true` or `false`.
    pub known: Option<String>,
}

impl Fields {
    /// Reads `kind=Deployment,path=spec.x`; commas within brackets belong to the path.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut fields = Self::default();
        for field in split(text) {
            let (key, value) =
                field.split_once('=').ok_or_else(|| RuleError::NotAssigned(field.to_owned()))?;
            let slot = match key.trim() {
                "kind" => &mut fields.kind,
                "apiVersion" => &mut fields.api_version,
                "name" => &mut fields.name,
                "path" => &mut fields.path,
                "image" => &mut fields.image,
                "part" => &mut fields.part,
                "known" => &mut fields.known,
                other => return Err(RuleError::UnknownKey(other.to_owned())),
            };
            if slot.replace(value.trim().to_owned()).is_some() {
                return Err(RuleError::Twice(key.trim().to_owned()));
            }
        }
        Ok(fields)
    }
}

fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut begin) = (0usize, None, 0);
    let mut fields = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            c if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() && depth > 0 => quote = Some(c),
            '[' if quote.is_none() => depth += 1,
            ']' if quote.is_none() => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                fields.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    fields.push(&text[begin..]);
    fields
}

/// A rule, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    kind: Option<String>,
    api_version: Option<String>,
    name: Option<String>,
    pub(super) path: Pattern,
    pub(super) image: Option<Arc<str>>,
    pub(super) part: Option<Part>,
    known: bool,
}

impl Rule {
    /// A rule that adds a place.
    pub fn add(fields: Fields) -> Result<Self, RuleError> {
        if fields.path.is_none() {
            return Err(RuleError::NoPath);
        }
        let part = match fields.part.as_deref() {
            None => None,
            Some("reference") => Some(Part::Reference),
            Some("registry") => Some(Part::Registry),
            Some("repository") => Some(Part::Repository),
            Some("tag") => Some(Part::Tag),
            Some("digest") => Some(Part::Digest),
            Some(other) => return Err(RuleError::Part(other.to_owned())),
        };
        match (&fields.image, part, &fields.part) {
            (None, Some(part), Some(text)) if part != Part::Reference => {
                Err(RuleError::PartOfNothing(text.clone()))
            }
            _ => Self::new(fields, part),
        }
    }

    /// A rule that takes a place away: the path and all below it; without one, all of
    /// the objects.
    pub fn exclude(fields: Fields) -> Result<Self, RuleError> {
        let Fields { image, part, known, .. } = &fields;
        let said = [("image", image), ("part", part), ("known", known)];
        match said.iter().find(|(_, value)| value.is_some()) {
            Some((key, _)) => Err(RuleError::NotExcluded(key)),
            None => Self::new(fields, None),
        }
    }

    fn new(fields: Fields, part: Option<Part>) -> Result<Self, RuleError> {
        let known = match fields.known.as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => return Err(RuleError::Known(other.to_owned())),
        };
        let path = fields.path.unwrap_or_else(|| "**".to_owned());
        let pattern = Pattern::parse(&path).map_err(|why| RuleError::Path { path, why })?;
        Ok(Self {
            kind: fields.kind,
            api_version: fields.api_version,
            name: fields.name,
            path: pattern,
            image: fields.image.map(Into::into),
            part,
            known,
        })
    }

    /// Whether the rule is about this object.
    pub(super) fn is_about(&self, api_version: &str, kind: &str, name: Option<&str>) -> bool {
        let takes = |pattern: &Option<String>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| path::glob(pattern, text))
        };
        takes(&self.kind, kind)
            && takes(&self.api_version, api_version)
            && takes(&self.name, name.unwrap_or_default())
    }

    /// Whether it is about some objects only.
    pub(super) fn is_selective(&self) -> bool {
        self.kind.is_some() || self.api_version.is_some() || self.name.is_some()
    }

    /// Whether an image at its places that is not known, or not the one it names, is amiss.
    pub(super) fn expects(&self) -> bool {
        self.known || self.expects_image()
    }

    /// Whether it says of one place that its image stands there.
    pub(super) fn expects_image(&self) -> bool {
        let whole = self.part.is_none_or(|part| part == Part::Reference);
        whole && self.image.is_some() && self.path.is_exact()
    }

    /// The image that the rule is for.
    pub fn image(&self) -> Option<&str> {
        self.image.as_deref()
    }
}

/// All rules, in their order: the first that is about a place counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    pub add: Vec<Rule>,
    pub exclude: Vec<Rule>,
}

impl Rules {
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.exclude.is_empty()
    }

    /// Whether some rule is about values that name no image of the config: it writes a part
    /// of one where no name stands, or expects another there than what is.
    pub(super) fn look_at_all(&self) -> bool {
        let of_part = |rule: &Rule| rule.part.is_some_and(|part| part != Part::Reference);
        self.add.iter().any(|rule| of_part(rule) || rule.expects())
    }

    /// Whether some rule expects an image that is known.
    pub(super) fn expect(&self) -> bool {
        self.add.iter().any(Rule::expects)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Rule, RuleError};

    fn add(text: &str) -> Result<Rule, RuleError> {
        Rule::add(Fields::parse(text)?)
    }

    #[test]
    fn a_rule_is_read_key_by_key() {
        let rule =
            add("kind=Deploy*, apiVersion=apps/*,name=web-?,path=a[name=x].b[\"c,d\"],image=app");
        let rule = rule.unwrap();
        assert_eq!(rule.image(), Some("app"));
        assert!(rule.is_about("apps/v1", "Deployment", Some("web-1")));
        assert!(!rule.is_about("apps/v1", "Deployment", None));
        assert!(!rule.is_about("v1", "Deployment", Some("web-1")));
        assert!(!rule.is_about("apps/v1", "Job", Some("web-1")));
    }

    #[test]
    fn a_broken_rule_is_an_error() {
        for (text, why) in [
            ("", "``"),
            ("kind", "KEY=VALUE"),
            ("kind=Pod", "no `path`"),
            ("path=a,path=b", "twice"),
            ("Kind=Pod,path=a", "`Kind` is not a key"),
            ("path=a..b", "cannot be read"),
            ("path=a,part=name", "not a part"),
            ("path=a,part=tag", "without an image"),
            ("path=a,known=yes", "`true` or `false`"),
        ] {
            let error = add(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(add("path=a,part=reference").is_ok() && add("path=a,part=tag,image=x").is_ok());
        let exclude = |text| Rule::exclude(Fields::parse(text).unwrap());
        assert!(exclude("kind=Pod").is_ok() && exclude("path=a,image=x").is_err());
        assert!(exclude("path=a,known=true").is_err());
    }

    #[test]
    fn a_rule_about_one_place_expects_its_image_there() {
        for (text, expects) in [
            ("path=spec.template.spec.containers[0].image,image=x", true),
            ("path=a.env[name=B].value,image=x", true),
            ("path=a[\"*\"],image=x", true),
            ("path=a,image=x,part=reference", true),
            ("path=a,image=x,part=tag", false),
            ("path=a", false),
            ("path=a[*].image,image=x", false),
            ("path=**.image,image=x", false),
            ("path=a.env[name=B*].value,image=x", false),
            ("path=**.image,known=true", true),
            ("path=a,known=false", false),
        ] {
            assert_eq!(add(text).unwrap().expects(), expects, "{text}");
        }
    }
}
