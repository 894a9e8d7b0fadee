use proptest::prelude::*;
use serde_json::json;

use super::super::samples::{any_state, build, deployed, digest, push, pushed, repository, tags};
use super::super::text;
use super::*;

const PLAIN: VariantName = VariantName::Plain;

fn conflicts(a: &State, b: &State) -> Vec<String> {
    let error = merge(a.clone(), b.clone(), None).unwrap_err();
    error.conflicts.iter().map(ToString::to_string).collect()
}

#[test]
fn images_of_both_sides_come_together() {
    let merged = merge(pushed("a", 1), pushed("b", 2), None).unwrap();
    assert_eq!(merged.images.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert!(merged.images.values().all(|card| card.push_current(PLAIN).is_some()));
}

#[test]
fn different_builds_of_one_image_need_a_choice() {
    let (a, b) = (pushed("app", 1), pushed("app", 2));
    let error = merge(a.clone(), b.clone(), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the two states contradict each other: image `app` (plain) has different builds"
    );
    assert_eq!(merge(a.clone(), b.clone(), Some(Side::A)).unwrap(), a);
    assert_eq!(merge(a, b.clone(), Some(Side::B)).unwrap(), b);
}

#[test]
fn a_later_step_of_the_same_build_wins_over_none() {
    let mut built = State::new();
    built.set_build("app", &repository("r.io/app"), PLAIN, build(1));
    assert_eq!(merge(built, pushed("app", 1), None).unwrap(), pushed("app", 1));
}

#[test]
fn tags_of_a_build_that_did_not_make_it_are_left_behind() {
    let mut a = pushed("app", 1);
    let mut b = pushed("app", 1);
    let stale = a.images.get_mut("app").unwrap().variants.get_mut(&PLAIN).unwrap();
    (stale.tags, stale.push) = (Some(tags(9, "old")), None);
    b.images.get_mut("app").unwrap().variants.get_mut(&PLAIN).unwrap().push = None;
    let merged = merge(a, b, None).unwrap();
    assert_eq!(merged.images["app"].tags_current(PLAIN), Some(&tags(1, "v1")));
}

#[test]
fn contradictions_are_all_named() {
    let mut a = pushed("app", 1);
    let mut b = pushed("app", 1);
    b.set_tags("app", PLAIN, tags(1, "v2")).unwrap();
    a.images.insert("web".into(), pushed("web", 1).images.remove("web").unwrap());
    let mut web = pushed("web", 1).images.remove("web").unwrap();
    web.repository = repository("other.io/web");
    web.variants.get_mut(&PLAIN).unwrap().push = Some(push(1, "v1", Some(50)));
    b.images.insert("web".into(), web);
    a.extra.insert("later".into(), json!({ "one": { "at": 1 }, "two": 2 }));
    b.extra.insert("later".into(), json!({ "one": { "at": 2 }, "three": 3 }));
    assert_eq!(
        conflicts(&a, &b),
        [
            "image `app` (plain) has different tags",
            "image `web` (plain) has different pushes",
            "image `web` has different repositories",
            "the field `later.one.at` has different values",
        ]
    );
    let merged = merge(a, b, Some(Side::B)).unwrap();
    assert_eq!(merged.extra["later"], json!({ "one": { "at": 2 }, "two": 2, "three": 3 }));
    assert_eq!(merged.images["web"].push_current(PLAIN).unwrap().digest, Some(digest(50)));
}

#[test]
fn an_upload_says_more_than_names_alone() {
    let named = |manifest| {
        let mut state = pushed("app", 1);
        state.set_push("app", PLAIN, push(1, "v1", manifest)).unwrap();
        state
    };
    assert_eq!(merge(named(None), named(Some(3)), None).unwrap(), named(Some(3)));
    assert_eq!(merge(named(Some(3)), named(None), None).unwrap(), named(Some(3)));
}

#[test]
fn the_later_deploy_to_a_place_counts() {
    let with = |entry: Deployed| {
        let mut state = State::new();
        state.set_deployed(entry);
        state
    };
    let merged = |a: Deployed, b: Deployed| merge(with(a), with(b), None).map(|m| m.deployed);
    let (old, new) = (deployed("n", "v1", Some(1)), deployed("n", "v2", Some(2)));
    assert_eq!(merged(old, new.clone()).unwrap(), std::slice::from_ref(&new));
    let undated = deployed("n", "v1", None);
    assert_eq!(merged(new.clone(), undated).unwrap(), std::slice::from_ref(&new));
    let elsewhere = deployed("m", "v1", Some(1));
    assert_eq!(merged(new.clone(), elsewhere.clone()).unwrap(), [elsewhere, new.clone()]);
    let same_time = deployed("n", "v1", Some(2));
    assert_eq!(
        conflicts(&with(new), &with(same_time)),
        ["deployment `d` in `n` has different references"]
    );
}

#[test]
fn when_it_was_built_is_no_contradiction() {
    let mut later = pushed("app", 1);
    let variant = later.images.get_mut("app").unwrap().variants.get_mut(&PLAIN).unwrap();
    variant.build.as_mut().unwrap().built_at = Some(1_800_000_000);
    assert_eq!(merge(pushed("app", 1), later.clone(), None).unwrap(), later);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_order_of_the_two_does_not_matter(a in any_state(), b in any_state()) {
        let there = merge(a.clone(), b.clone(), None);
        let back = merge(b.clone(), a.clone(), None);
        prop_assert_eq!(
            there.as_ref().map(text::print),
            back.as_ref().map(text::print)
        );
        let there = merge(a.clone(), b.clone(), Some(Side::A)).unwrap();
        let back = merge(b, a, Some(Side::B)).unwrap();
        prop_assert_eq!(text::print(&there), text::print(&back));
    }

    #[test]
    fn a_choice_settles_everything_and_loses_no_image(a in any_state(), b in any_state()) {
        let merged = merge(a.clone(), b.clone(), Some(Side::A)).unwrap();
        for (name, card) in a.images.iter().chain(&b.images) {
            for (variant, known) in &card.variants {
                let now = merged.variant(name, *variant);
                prop_assert!(now.is_some());
                prop_assert!(known.build.is_none() || now.unwrap().build.is_some());
            }
        }
        for (name, card) in &a.images {
            for (variant, known) in card.variants.iter().filter(|(_, v)| v.build.is_some()) {
                let now = merged.variant(name, *variant).unwrap().build.as_ref().unwrap();
                prop_assert!(same_build(now, known.build.as_ref().unwrap()));
            }
        }
    }

    #[test]
    fn a_state_merged_with_itself_is_itself(mut a in any_state()) {
        a.secrets.sort_by(|x, y| x.place().cmp(&y.place()));
        a.secrets.dedup_by(|x, y| x.place() == y.place());
        prop_assert_eq!(merge(a.clone(), a.clone(), None), Ok(a.clone()));
        prop_assert_eq!(merge(a.clone(), State::new(), None), Ok(a));
    }
}
