use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::samples::{any_state, pushed};
use super::*;

#[test]
fn refusals_say_what_is_wrong_and_where() {
    let deep = format!("{{\"schema\":\"ds.state/1\",\"x\":{}", "[".repeat(20_000));
    let whole = String::from_utf8(print(&pushed("app", 1))).unwrap();
    let torn = &whole[..whole.len() / 2];
    let cases: &[(&[u8], &str)] = &[
        (b"", "the state `s` is empty"),
        (b" \n", "the state `s` is empty"),
        (b"images: {}\n", "`s` is not a state of ds: it is not a JSON object"),
        (b"\0\0\0\0", "`s` is not a state of ds: it is not a JSON object"),
        (b"[\"ds.state/1\"]", "`s` is not a state of ds: it is not a JSON object"),
        (b"{}", "`s` is not a state of ds: it has no `schema`"),
        (b"{\"schema\":1}", "`s` is not a state of ds: it has no `schema`"),
        (b"{\"schema\":\"npm/1\"}", "`s` is not a state of ds: its schema is `npm/1`"),
        (b"{\"schema\":\"ds.state/0\"}", "`s` is not a state of ds: its schema is `ds.state/0`"),
        (
            b"{\"schema\":\"ds.state/2\",\"images\":[]}",
            "the state `s` has the format `ds.state/2`; this version knows `ds.state/1`",
        ),
        (
            b"{\"schema\":\"ds.state/1\"}{",
            "`s` is not a state of ds: line 1, column 24: trailing characters",
        ),
        (b"{\"schema\":\"ds.state/1\"", "s:1:22: the state ends in the middle"),
        (b"{\n", "s:2:1: the state ends in the middle"),
        (torn.as_bytes(), "the state ends in the middle"),
        (deep.as_bytes(), "s:1:127: the state is nested more than 100 deep"),
        (
            b"{\"schema\":\"ds.state/1\",\n\"images\":{\"a\":{}}}",
            "s:2:16: the state is malformed: missing field `repository`",
        ),
        (
            b"{\"schema\":\"ds.state/1\",\"images\":{\"a\":{\"repository\":\"A\"}}}",
            "the state is malformed: `A` has capital letters in its repository",
        ),
        (
            b"{\"schema\":\"ds.state/1\",\"images\":{\"a\":{\"repository\":\"x\"},\"a\":{\"repository\":\"y\"}}}",
            "the state is malformed: `a` stands here twice",
        ),
        (
            b"{\"schema\":\"ds.state/1\",\"images\":{\"a\":{\"repository\":\"x\",\"variants\":{\"plain\":{\"build\":{\"key\":1}}}}}}",
            "the state is malformed: invalid type: integer `1`, expected a string",
        ),
        (b"{\"schema\":\"ds.state/1\",\"x\":\"\xff\"}", "s:1:29: the state is malformed: invalid unicode"),
    ];
    for (bytes, wanted) in cases {
        let error = parse("s", bytes).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(wanted), "{text}\n  wanted: {wanted}");
        assert!(error.hint().is_some(), "{text}");
    }
}

#[test]
fn brackets_inside_strings_are_no_nesting() {
    let text = json!({ "schema": SCHEMA, "x": "[\"{\\".repeat(500) }).to_string();
    assert!(parse("s", text.as_bytes()).is_ok());
}

#[test]
fn unknown_fields_of_every_level_survive() {
    let mut value: Value = serde_json::from_slice(&print(&pushed("app", 1))).unwrap();
    value["images"]["app"]["variants"]["plain"]["tags"]["drawn"] =
        json!({ "random": "ab", "timestamp": 7 });
    value["secrets"] = json!([{ "namespace": "n", "name": "s" }]);
    plant(&mut value);
    assert_eq!(value.to_string().matches("\"later\":").count(), 11);
    // The levels whose keys are names take no unknown field.
    let app = value["images"]["app"].take();
    value["images"] = json!({ "app": app });
    let card = &mut value["images"]["app"];
    card["variants"].as_object_mut().unwrap().shift_remove("later");

    let state = parse("s", value.to_string().as_bytes()).unwrap();
    let again: Value = serde_json::from_slice(&print(&state)).unwrap();
    assert_eq!(again, value);
}

/// Puts an unknown field into every object.
fn plant(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(plant);
            object.insert("later".into(), json!({ "v": [1, 2] }));
        }
        Value::Array(array) => array.iter_mut().for_each(plant),
        _ => {}
    }
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(state in any_state()) {
        let bytes = print(&state);
        let again = parse("s", &bytes).unwrap();
        prop_assert_eq!(&again, &state);
        prop_assert_eq!(print(&again), bytes);
    }

    #[test]
    fn any_bytes_are_an_error_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse("s", &bytes).is_err());
    }

    #[test]
    fn a_damaged_state_never_panics(state in any_state(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = print(&state);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = parse("s", &bytes);
        // Cut before its last brace, it is no state in any case.
        bytes.truncate(at.min(bytes.len() - 3));
        prop_assert!(parse("s", &bytes).is_err());
    }
}
