//! What an image's recipe says of its key: the list's lines before the context, and
//! which part of the context counts. Reads no file.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::prepare::{Prepared, Recipe, Source};
use crate::config::Custom;
use crate::context::{self, KeyFacts};
use crate::dockerfile::{self, CopySource, Reach, ReachOptions};
use crate::reference::Digest;
use crate::ui::failure::Failure;

/// The lines before the context; `images` are those of the config that this one is built
/// from, and their keys.
pub fn facts(
    prepared: &Prepared,
    platform: &str,
    images: BTreeMap<String, String>,
) -> Vec<(String, String)> {
    match &prepared.recipe {
        Recipe::Dockerfile(source) => of_dockerfile(prepared, source, platform, images),
        Recipe::Custom(custom) => of_custom(custom),
    }
}

/// Which part of the context counts, as far as the recipe's text tells.
pub fn reach(prepared: &Prepared, platform: &str) -> Result<Reach, Failure> {
    match &prepared.recipe {
        Recipe::Dockerfile(_) if prepared.triggered.is_some() => {
            Ok(Reach::Whole { why: prepared.triggered.clone().unwrap_or_default() })
        }
        Recipe::Dockerfile(source) => {
            let options = ReachOptions {
                target: prepared.image.options.target.as_deref(),
                build_args: &prepared.build_args,
                platform: Some(platform),
            };
            dockerfile::reach(&source.parsed, &options)
                .map_err(|error| Failure::of_dockerfile(error, &source.bytes))
        }
        Recipe::Custom(custom) => {
            let pattern = |glob: &String| CopySource {
                pattern: glob.trim_start_matches("./").as_bytes().to_vec(),
                only: None,
                excludes: Vec::new(),
                wildcard: true,
                line: prepared.image.place.line,
            };
            // No ignore file speaks about these.
            Ok(Reach::Narrow(custom.on_change.iter().map(pattern).collect()))
        }
    }
}

fn of_dockerfile(
    prepared: &Prepared,
    source: &Source,
    platform: &str,
    images: BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let options = &prepared.image.options;
    let label = |(name, value): (&String, &String)| (format!("label {name}"), value.clone());
    let given = |(name, value): (&String, &Option<String>)| Some((name.clone(), value.clone()?));
    context::facts(&KeyFacts {
        platform,
        dockerfile: &source.bytes,
        target: options.target.as_deref(),
        build_args: prepared.build_args.iter().filter_map(given).collect(),
        secrets: prepared.secrets.clone(),
        network: options.network.as_deref(),
        options: options.labels.iter().map(label).collect(),
        bases: prepared
            .pins
            .values()
            .map(|pin| (pin.base.clone(), pin.digest.to_string()))
            .collect(),
        images,
        ..KeyFacts::default()
    })
}

/// A custom builder's: its command and its arguments.
fn of_custom(custom: &Custom) -> Vec<(String, String)> {
    let mut facts = context::facts(&KeyFacts::default());
    facts.truncate(1);
    facts.push(("command".into(), custom.command.clone()));
    let words = custom.image_flag.iter().chain(&custom.args);
    let argument = |(n, word): (usize, &String)| {
        let digest = Digest::sha256(&Sha256::digest(word.as_bytes()).into());
        (format!("argument {n}"), digest.to_string())
    };
    facts.extend(words.enumerate().map(argument));
    facts
}
