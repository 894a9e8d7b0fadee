use serde_json::Map;

use super::*;
use crate::reference::Reference;
use crate::state::Artifact;

fn digest(c: char) -> Digest {
    Digest::parse(&format!("sha256:{}", String::from(c).repeat(64))).unwrap()
}

fn build() -> Build {
    Build {
        key: digest('a'),
        recipe: Some(digest('b')),
        scope: None,
        artifact: Artifact::Engine {
            engine: "e".into(),
            id: digest('c'),
            name: Reference::parse("me/app:ds-key-aaaaaaaaaaaaaaaa").unwrap(),
        },
        image_id: None,
        builder: "docker".into(),
        platform: None,
        built_at: None,
        bases: BTreeMap::from([("debian:12".to_owned(), digest('d'))]),
        extra: Map::new(),
    }
}

/// A state in which nothing is to do, for tests to change.
struct Scene {
    repository: Repository,
    build: Option<Build>,
    key: Digest,
    recipe: Digest,
    bases: BTreeMap<String, Digest>,
    changes: Vec<Told>,
    forced: Option<&'static str>,
    strategy: RebuildStrategy,
    custom: Option<OnChange>,
    there: Result<&'static str, Gone>,
}

fn planned(change: impl FnOnce(&mut Scene)) -> String {
    let mut scene = Scene {
        repository: Repository::parse("me/app").unwrap(),
        build: Some(build()),
        key: digest('a'),
        recipe: digest('b'),
        bases: BTreeMap::from([("debian:12".to_owned(), digest('d'))]),
        changes: Vec::new(),
        forced: None,
        strategy: RebuildStrategy::Default,
        custom: None,
        there: Ok("in the engine"),
    };
    change(&mut scene);
    let changes = |_: &Build| scene.changes.clone();
    let known = Known {
        build: scene.build.as_ref(),
        repository: &scene.repository,
        key: &scene.key,
        recipe: &scene.recipe,
        changes: &changes,
        forced: scene.forced,
        strategy: scene.strategy,
        custom: scene.custom,
        there: scene.there,
        bases: &scene.bases,
    };
    match plan(known) {
        Plan::Build(reason) | Plan::Reuse(reason, _) => reason.line(),
        Plan::Skip(_) => "skip".to_owned(),
    }
}

#[test]
fn every_reason_is_told() {
    assert_eq!(planned(|_| ()), "skip");
    assert_eq!(planned(|k| k.forced = Some("--pull")), "forced (`--pull`)");
    assert_eq!(planned(|k| k.build = None), "not built before");
    assert_eq!(planned(|k| k.there = Err(Gone::FromEngine)), "the image is gone from the engine");
    assert!(planned(|k| k.there = Err(Gone::OtherEngine)).contains("another engine"));
    assert!(planned(|k| k.strategy = RebuildStrategy::Always).starts_with("always built"));
    assert!(planned(|k| k.custom = Some(OnChange::Missing)).contains("onChange"));
    assert_eq!(planned(|k| k.key = digest('f')), "its inputs changed");
    let other = || Repository::parse("you/app").unwrap();
    let text = planned(|k| k.repository = other());
    assert_eq!(text, "its repository is `you/app` now; it was `me/app`");
    assert_eq!(
        planned(|k| k.bases.values_mut().for_each(|id| *id = digest('f'))),
        "the base image `debian:12` is another one now: ffffffffffff, it was dddddddddddd"
    );
}

#[test]
fn what_changed_is_told() {
    let text = planned(|k| {
        k.key = digest('f');
        k.changes = vec![Told::new("file", "`a` changed"), Told::new("file", "`b` changed")];
    });
    assert_eq!(text, "`a` changed; `b` changed");
}

#[test]
fn context_changes_can_be_ignored() {
    let ignoring = RebuildStrategy::IgnoreContextChanges;
    assert_eq!(planned(|k| (k.key, k.strategy) = (digest('f'), ignoring)), "skip");
    assert_ne!(planned(|k| (k.recipe, k.strategy) = (digest('f'), ignoring)), "skip");
    // Of a custom builder, `onChange` says what counts.
    let custom = planned(|k| {
        (k.key, k.strategy, k.custom) = (digest('f'), ignoring, Some(OnChange::Given));
    });
    assert_eq!(custom, "its inputs changed");
}

#[test]
fn only_inputs_make_another_machines_image_do() {
    let reasons = [
        (Reason::NeverBuilt, true),
        (Reason::Changed(Vec::new()), true),
        (Reason::Gone(Gone::FromEngine), true),
        (Reason::Forced("--force"), false),
        (Reason::Always("x"), false),
    ];
    for (reason, allows) in reasons {
        assert_eq!(reason.allows_reuse(), allows, "{reason:?}");
    }
    let moved = moved_base(
        &BTreeMap::from([("b".to_owned(), digest('a'))]),
        &BTreeMap::from([("b".to_owned(), digest('b'))]),
    );
    assert!(!Reason::Base(moved.unwrap()).allows_reuse());
}
