//! States for tests: a few by hand, and any number by chance.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::reference::{Digest, Reference, Repository, Tag};

pub fn digest(n: u8) -> Digest {
    Digest::sha256(&[n; 32])
}

pub fn repository(name: &str) -> Repository {
    Repository::parse(name).unwrap()
}

/// A build of artifact `n` from key `n`.
pub fn build(n: u8) -> Build {
    Build {
        key: digest(n),
        recipe: None,
        scope: None,
        artifact: Artifact::Engine {
            engine: "e1".into(),
            id: digest(n),
            name: Reference::parse(&format!("r.io/app:ds-key-{n}")).unwrap(),
        },
        image_id: None,
        builder: "docker".into(),
        platform: Some("linux/amd64".into()),
        built_at: Some(1_700_000_000),
        bases: std::collections::BTreeMap::new(),
        extra: Map::new(),
    }
}

pub fn tags(of: u8, tag: &str) -> Tags {
    Tags { of: digest(of), tags: vec![Tag::parse(tag).unwrap()], drawn: None, extra: Map::new() }
}

pub fn push(of: u8, tag: &str, manifest: Option<u8>) -> Push {
    Push {
        of: digest(of),
        tags: vec![Tag::parse(tag).unwrap()],
        digest: manifest.map(digest),
        proof: None,
        references: vec![repository("r.io/app").tagged(&Tag::parse(tag).unwrap())],
        extra: Map::new(),
    }
}

/// A state with one image that went all the way.
pub fn pushed(image: &str, n: u8) -> State {
    let mut state = State::new();
    let plain = VariantName::Plain;
    state.set_build(image, &repository("r.io/app"), plain, build(n));
    state.set_tags(image, plain, tags(n, "v1")).unwrap();
    state.set_push(image, plain, push(n, "v1", Some(n + 100))).unwrap();
    state
}

fn extra() -> impl Strategy<Value = Map<String, Value>> {
    let leaf =
        prop_oneof![Just(json!(1)), Just(json!("x")), Just(json!(null)), Just(json!([1, {}]))];
    let value = leaf.prop_recursive(3, 8, 3, |inner| {
        btree_map("[a-c]", inner, 0..3).prop_map(|map| json!(map))
    });
    btree_map("x-[a-c]", value, 0..3).prop_map(|map| map.into_iter().collect())
}

fn any_build() -> impl Strategy<Value = Build> {
    let parts = (0..3u8, option::of(0..2u8), option::of(0..3u64), extra(), extra());
    parts.prop_map(|(n, image_id, built_at, extra, artifact)| {
        let image_id = image_id.map(digest);
        let mut build = Build { image_id, built_at, extra, ..build(n) };
        if !artifact.is_empty() {
            build.extra.insert("artifact".into(), Value::Object(artifact));
        }
        build
    })
}

fn any_tags() -> impl Strategy<Value = Tags> {
    (0..3u8, "v[12]", option::of(extra())).prop_map(|(of, tag, draw)| {
        let mut tags = tags(of, &tag);
        if let Some(unknown) = draw {
            tags.drawn = Some(Drawn { random: "abc".into(), timestamp: 5 });
            if !unknown.is_empty() {
                tags.extra.insert("drawn".into(), Value::Object(unknown));
            }
        }
        tags
    })
}

fn any_push() -> impl Strategy<Value = Push> {
    (0..3u8, "v[12]", option::of(0..2u8), option::of(0..2u8), extra()).prop_map(
        |(of, tag, manifest, proof, extra)| {
            let proof = proof.map(digest);
            Push { proof, extra, ..push(of, &tag, manifest) }
        },
    )
}

fn any_card() -> impl Strategy<Value = Card> {
    let variant =
        (option::of(any_build()), option::of(any_tags()), option::of(any_push()), extra())
            .prop_map(|(build, tags, push, extra)| Variant { build, tags, push, extra });
    let name = prop_oneof![Just(VariantName::Plain), Just(VariantName::Dev)];
    (prop_oneof![9 => Just("r.io/app"), 1 => Just("app")], btree_map(name, variant, 0..3), extra())
        .prop_map(|(repository, variants, extra)| Card {
            repository: self::repository(repository),
            variants,
            extra,
        })
}

/// A deploy of `app` under a tag.
pub fn deployed(namespace: &str, tag: &str, at: Option<u64>) -> Deployed {
    let reference = repository("r.io/app").tagged(&Tag::parse(tag).unwrap());
    Deployed {
        cluster: "c1".into(),
        namespace: namespace.into(),
        deployment: "d".into(),
        deployed_at: at,
        images: [("app".to_owned(), reference)].into(),
        ..Deployed::default()
    }
}

fn any_deployed() -> impl Strategy<Value = Deployed> {
    ("n[12]", "v[12]", option::of(0..3u64), extra()).prop_map(|(namespace, tag, at, extra)| {
        Deployed { extra, ..deployed(&namespace, &tag, at) }
    })
}

/// States that often know of the same images, and often not alike.
pub fn any_state() -> impl Strategy<Value = State> {
    let place = ("c[12]", "n[12]", "s[12]", btree_set("a[12]", 0..2));
    let secret = place.prop_map(|(cluster, namespace, name, accounts)| Secrets {
        cluster,
        namespace,
        name,
        accounts,
        extra: Map::new(),
    });
    let parts = (
        btree_map("[ab]", any_card(), 0..3),
        vec(secret, 0..3),
        vec(any_deployed(), 0..3),
        extra(),
    );
    parts.prop_map(|(images, secrets, deployed, extra)| {
        let mut state = State { images, secrets, extra, ..State::new() };
        deployed.into_iter().for_each(|deployed| state.set_deployed(deployed));
        state
    })
}
