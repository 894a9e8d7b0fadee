use super::super::samples::{build, deployed, digest, push, pushed, repository, tags};
use std::collections::BTreeSet;

use super::*;

const PLAIN: VariantName = VariantName::Plain;
const DEV: VariantName = VariantName::Dev;

#[test]
fn a_new_artifact_takes_tags_and_push_with_it() {
    let mut state = pushed("app", 1);
    assert!(state.images["app"].push_current(PLAIN).is_some());
    state.set_build("app", &repository("r.io/app"), PLAIN, build(2));
    let variant = state.variant("app", PLAIN).unwrap();
    assert_eq!((variant.tags.as_ref(), variant.push.as_ref()), (None, None));
}

#[test]
fn the_same_artifact_keeps_them() {
    let mut state = pushed("app", 1);
    let before = state.clone();
    state.set_build("app", &repository("r.io/app"), PLAIN, build(1));
    assert_eq!(state, before);
}

#[test]
fn new_tags_take_the_push_with_them() {
    let mut state = pushed("app", 1);
    state.set_tags("app", PLAIN, tags(1, "v2")).unwrap();
    let card = &state.images["app"];
    assert_eq!(card.tags_current(PLAIN).unwrap().tags[0].as_str(), "v2");
    assert_eq!(card.variants[&PLAIN].push, None);
}

#[test]
fn parts_that_do_not_fit_count_as_absent() {
    let mut state = pushed("app", 1);
    let variant = state.images.get_mut("app").unwrap().variants.get_mut(&PLAIN).unwrap();
    variant.tags.as_mut().unwrap().tags = tags(1, "other").tags;
    assert!(variant.tags_current().is_some());
    assert!(variant.push_current().is_none());
    variant.tags.as_mut().unwrap().of = digest(9);
    assert!(variant.tags_current().is_none());
    variant.build = None;
    assert!(variant.tags_current().is_none() && variant.push_current().is_none());
}

#[test]
fn variants_do_not_touch_each_other() {
    let mut state = pushed("app", 1);
    let plain = state.variant("app", PLAIN).cloned();
    state.set_build("app", &repository("r.io/app"), DEV, build(2));
    state.set_tags("app", DEV, tags(2, "dev")).unwrap();
    assert_eq!(state.variant("app", PLAIN).cloned(), plain);
}

#[test]
fn another_repository_makes_old_names_void_in_every_variant() {
    let mut state = pushed("app", 1);
    state.set_build("app", &repository("other.io/app"), DEV, build(2));
    let plain = state.variant("app", PLAIN).unwrap();
    assert!(plain.build.is_some());
    assert_eq!((plain.tags.as_ref(), plain.push.as_ref()), (None, None));
    assert_eq!(state.images["app"].repository, repository("other.io/app"));
}

#[test]
fn a_push_of_a_replaced_build_is_dropped() {
    let mut state = pushed("app", 1);
    state.set_build("app", &repository("r.io/app"), PLAIN, build(2));
    state.set_tags("app", PLAIN, tags(2, "v1")).unwrap();
    let before = state.clone();
    let overtaken = state.set_push("app", PLAIN, push(1, "v1", Some(7))).unwrap_err();
    assert_eq!(
        overtaken.to_string(),
        "image `app` (plain) was rebuilt by another run meanwhile (now 020202020202); \
         this result is dropped"
    );
    assert_eq!(state, before);
}

#[test]
fn a_push_of_other_tags_is_dropped() {
    let mut state = pushed("app", 1);
    state.set_tags("app", PLAIN, tags(1, "v2")).unwrap();
    let overtaken = state.set_push("app", PLAIN, push(1, "v1", Some(7))).unwrap_err();
    assert_eq!(overtaken.change, Change::Retagged);
}

#[test]
fn a_result_for_an_image_that_is_gone_is_dropped() {
    let overtaken = State::new().set_tags("app", DEV, tags(1, "v1")).unwrap_err();
    assert_eq!((overtaken.change, overtaken.variant), (Change::Gone, DEV));
}

#[test]
fn a_build_is_expected_to_find_what_it_was_planned_on() {
    let state = pushed("app", 1);
    assert!(state.expect_build("app", PLAIN, Some(&digest(1))).is_ok());
    assert!(state.expect_build("app", DEV, None).is_ok());
    assert!(state.expect_build("other", PLAIN, None).is_ok());
    assert!(state.expect_build("app", PLAIN, None).is_err());
    assert!(state.expect_build("app", PLAIN, Some(&digest(2))).is_err());
    assert!(state.expect_artifact("app", DEV, &digest(1)).is_err());
}

#[test]
fn a_secret_is_remembered_once() {
    let mut state = State::new();
    for (cluster, namespace, account) in
        [("c", "n", "a"), ("c", "n", "b"), ("c", "m", "a"), ("d", "m", "a")]
    {
        state.add_secret(cluster, namespace, "s", BTreeSet::from([account.to_owned()]));
    }
    assert_eq!(
        state.secrets.iter().map(|secret| secret.accounts.len()).collect::<Vec<_>>(),
        [1, 2, 1]
    );
    state.remove_secret("d", "m", "s");
    assert_eq!(state.secrets.len(), 2);
}

#[test]
fn a_deploy_takes_the_place_of_the_last_one_there() {
    let mut state = State::new();
    for (namespace, tag) in [("n", "v1"), ("m", "v1"), ("n", "v2")] {
        state.set_deployed(deployed(namespace, tag, Some(1)));
    }
    let tags: Vec<_> = state.deployed.iter().map(|d| d.images["app"].to_string()).collect();
    assert_eq!(tags, ["r.io/app:v1", "r.io/app:v2"]);
}
