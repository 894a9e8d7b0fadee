//! Texts of tags: reserved names replaced, the result held against the grammar.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::reference::{Digest, Error, Tag};
use crate::state::{Build, Drawn};

use crate::step::git::Git;

/// Length of `${RANDOM}`, as upstream's random tags.
const RANDOM_LENGTH: usize = 7;

/// Why no tags could be computed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum TagError {
    #[error("the tag `{text}` becomes `{tag}`: {source}")]
    Grammar { text: String, tag: String, source: Error, suggestion: Option<Tag> },
    #[error("the tag `{text}` names `${{{name}}}`, but {why}")]
    NoFact { text: String, name: String, why: &'static str },
}

/// Where a tag's reserved names get their values.
pub struct Facts<'a> {
    pub build: &'a Build,
    pub git: &'a Git,
    pub drawn: &'a Drawn,
}

/// `auto`: `ds-` and 12 hex digits of the image's id: the same for all copies of an image.
pub fn auto(digest: &Digest) -> Tag {
    let text = format!("ds-{}", &digest.hex()[..12]);
    Tag::parse(&text).expect("`ds-` and hex digits are a tag")
}

/// The tags of these texts, without doubles; the automatic one when there are none.
pub fn compute(texts: &[String], facts: &Facts<'_>) -> Result<Vec<Tag>, TagError> {
    if texts.is_empty() {
        return Ok(vec![auto(facts.build.image_id())]);
    }
    let mut tags = Vec::new();
    for text in texts {
        let tag = match text.as_str() {
            "auto" => auto(facts.build.image_id()),
            _ => parse(text, &fill(text, facts)?)?,
        };
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

/// Whether this text draws by lot or clock, so that the draw must be remembered.
pub fn draws(text: &str) -> bool {
    text.contains("${RANDOM}") || text.contains("${TIMESTAMP}") || text.contains('#')
}

/// Draws what a new artifact's tags may need.
pub fn draw() -> Drawn {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Drawn { random: random_letters(64), timestamp: clock.as_secs() }
}

/// Letters and digits from the system's own randomness.
fn random_letters(count: usize) -> String {
    use std::hash::{BuildHasher, Hasher};
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut out = String::with_capacity(count);
    while out.len() < count {
        // RandomState is keyed by the system for each process; a tag's draw needs no more.
        let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
        hasher.write_usize(out.len());
        let mut value = hasher.finish();
        for _ in 0..12 {
            out.push(char::from(LETTERS[(value % 36) as usize]));
            value /= 36;
        }
    }
    out.truncate(count);
    out
}

fn parse(text: &str, tag: &str) -> Result<Tag, TagError> {
    Tag::parse(tag).map_err(|source| TagError::Grammar {
        text: text.to_owned(),
        tag: tag.to_owned(),
        source,
        suggestion: Tag::suggest(tag),
    })
}

/// Replaces the reserved names, then each `#` by a drawn letter.
fn fill(text: &str, facts: &Facts<'_>) -> Result<String, TagError> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        let name = &rest[start + 2..start + length];
        rest = &rest[start + length + 1..];
        let value = value(name, facts).map_err(|why| TagError::NoFact {
            text: text.to_owned(),
            name: name.to_owned(),
            why,
        })?;
        if value.is_empty() {
            // `${GIT_COMMIT}-${GIT_DIRTY}` in a clean checkout is the commit alone.
            out.truncate(out.trim_end_matches(['-', '_', '.']).len());
        }
        out.push_str(&value);
    }
    out.push_str(rest);
    // `${RANDOM}` has taken the first letters of the draw.
    let mut letters = facts.drawn.random.chars().skip(RANDOM_LENGTH).cycle();
    Ok(out.chars().map(|c| if c == '#' { letters.next().unwrap_or('x') } else { c }).collect())
}

fn value(name: &str, facts: &Facts<'_>) -> Result<String, &'static str> {
    const NO_GIT: &str = "this is no git checkout with a commit";
    Ok(match name {
        "KEY" => facts.build.key.hex()[..16].to_owned(),
        "ID" => facts.build.image_id().hex()[..12].to_owned(),
        "RANDOM" => facts.drawn.random.chars().take(RANDOM_LENGTH).collect(),
        "TIMESTAMP" => facts.drawn.timestamp.to_string(),
        "GIT_COMMIT" => facts.git.commit().ok_or(NO_GIT)?,
        "GIT_BRANCH" => {
            let branch = facts.git.branch().ok_or("HEAD is on no branch")?;
            let tag = Tag::suggest(&branch).ok_or("the branch's name has no letter for a tag")?;
            tag.as_str().to_owned()
        }
        "GIT_DIRTY" => facts.git.dirty().ok_or(NO_GIT)?,
        _ => return Err("that is no name a tag knows"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::reference::Reference;
    use crate::state::Artifact;

    fn build() -> Build {
        let digest = |c: &str| Digest::parse(&format!("sha256:{}", c.repeat(64))).unwrap();
        Build {
            key: digest("b"),
            recipe: None,
            scope: None,
            artifact: Artifact::Engine {
                engine: "e".into(),
                id: digest("a"),
                name: Reference::parse("me/app:ds-key-bbbbbbbbbbbbbbbb").unwrap(),
            },
            image_id: None,
            builder: "docker".into(),
            platform: None,
            built_at: None,
            bases: std::collections::BTreeMap::new(),
            extra: Map::new(),
        }
    }

    fn tags(texts: &[&str]) -> Result<Vec<String>, TagError> {
        let drawn = Drawn { random: "abcdefghijklmnop".into(), timestamp: 1_700_000_000 };
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        let dir = tempfile::tempdir().unwrap();
        let git = Git::at(dir.path());
        let facts = Facts { build: &build(), git: &git, drawn: &drawn };
        Ok(compute(&texts, &facts)?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn texts_become_tags() {
        let cases: &[(&[&str], &[&str])] = &[
            (&[], &["ds-aaaaaaaaaaaa"]),
            (&["auto", "v1"], &["ds-aaaaaaaaaaaa", "v1"]),
            (&["v1", "v1"], &["v1"]),
            (&["${KEY}"], &["bbbbbbbbbbbbbbbb"]),
            (&["v-${ID}-${RANDOM}"], &["v-aaaaaaaaaaaa-abcdefg"]),
            (&["${TIMESTAMP}"], &["1700000000"]),
            (&["dev-###"], &["dev-hij"]),
        ];
        for (texts, wanted) in cases {
            assert_eq!(tags(texts).unwrap(), *wanted, "{texts:?}");
        }
    }

    #[test]
    fn what_is_no_tag_is_refused_with_a_suggestion() {
        let error = tags(&["feature/x"]).unwrap_err();
        let TagError::Grammar { suggestion, .. } = &error else { panic!("{error}") };
        assert_eq!(suggestion.as_ref().unwrap().as_str(), "feature-x");
        let error = tags(&["v${GIT_COMMIT}"]).unwrap_err();
        assert!(
            error.to_string().contains("`${GIT_COMMIT}`, but this is no git checkout"),
            "{error}"
        );
        assert!(tags(&["${NOPE}"]).is_err());
    }

    #[test]
    fn draws_differ() {
        assert_ne!(draw().random, draw().random);
    }
}
