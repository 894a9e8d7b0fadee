//! Generated texts: nearly YAML, damaged YAML, and anything.

use proptest::prelude::*;

use super::super::{Options, rewrite};
use super::replacements;

/// Pieces from which lines are made: nearly YAML, so that many are taken.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "image: me/app",
        "image: 'me/app:1'",
        "image: \"redis\"",
        "image:",
        "image: me/worker # c",
        "a:",
        "b: 1",
        "c: \"x: y\"",
        "d: [a, 'b', {c: d}]",
        "e: {image: me/app}",
        "- a",
        "- b: 1",
        "- image: me/app",
        "-",
        "- - x",
        "f: |",
        "g: >-",
        "- |+",
        "# c",
        "",
        "  ",
        "text",
        "h: 'x",
        "k: *a",
        "l: &a b",
        "kind: Pod",
        "reference: me/app",
        "volumes:",
        "\"q\": x",
        "'r': x # c",
        "m: x #c",
        "n: http://a:1/#b",
        "---",
        "--- # c",
        "...",
        "o: -",
        "p: - x",
        "\tq: 1",
        "r:\t1",
        "s: x\t",
        "t : 1",
        "? x",
        ": y",
        "u: {a: b",
        "}",
        "v: ~",
        "image: ~",
        "w: é",
        "x: a  ",
        "y: x:",
        "z: \"a\\n\"",
        "{}",
        "- {}",
    ])
}

pub(in crate::manifest) fn document() -> impl Strategy<Value = String> {
    let line = (prop::sample::select(vec![0usize, 0, 0, 2, 2, 2, 4, 4, 1, 6]), piece());
    prop::collection::vec(line, 0..14).prop_map(|lines| {
        let line = |(indent, piece): (usize, &str)| format!("{}{piece}\n", " ".repeat(indent));
        lines.into_iter().map(line).collect()
    })
}

/// A long run is asked for by proptest's own `PROPTEST_CASES`.
pub(in crate::manifest) fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(1_000), failure_persistence: None, ..config }
}

/// What is taken comes out with nothing changed but the ranges that are told, and
/// a second time with nothing changed at all.
fn check(text: &str, everywhere: bool) {
    let options = Options { everywhere };
    let Ok(first) = rewrite(text.as_bytes(), "f", &replacements(), &options) else { return };
    let mut by_hand = text.to_owned();
    for edit in first.edits.iter().rev() {
        assert_eq!(&text[edit.range.clone()], edit.old);
        by_hand.replace_range(edit.range.clone(), &edit.new);
    }
    assert_eq!(by_hand.as_bytes(), first.bytes, "{text}");
    let second = rewrite(&first.bytes, "f", &replacements(), &options).unwrap();
    assert_eq!(second.edits, [], "{text}");
}

/// A string under `image` in a random style and place.
fn styled() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "me/app",
        "me/app:1",
        " me/app ",
        "redis",
        "docker.io/library/redis:6",
        "pinned",
        "other",
        "",
    ]);
    let style = prop::sample::select(vec![
        "image: V\n",
        "image: 'V'\n",
        "image: \"V\"  # c\n",
        "image: |\n  V\n",
        "image: |-\n  V\n\n",
        "image: >+\n\n  V\n\n",
        "image: >2-\n    V\n",
        "image: &a V\nx: *a\n",
        "x: &a 'V'\nimage: *a\n",
        "image:\n  V\n",
        "{image: 'V', x: {image: V}}\n",
        "- image: \"V\"\n- {x: [image, {image: 'V'}]}\n",
        "image: !!str V\n",
        "repository: V\ntag: x\n",
        "image: {repository: 'V', tag: ''}\n",
        "image: \"V\\n\"\n",
        "? image\n: V\n",
        "image: 'V\n  '\n",
        "\"image\": \"V\"\r\nb: 1\r\n",
        "é: V\nimage: V #é\n",
    ]);
    (name, style).prop_map(|(name, style)| style.replace('V', name))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn only_the_told_ranges_change_and_twice_is_once(text in document(), everywhere in any::<bool>()) {
        check(&text, everywhere);
    }

    #[test]
    fn every_style_in_every_order(parts in prop::collection::vec(styled(), 1..5), everywhere in any::<bool>()) {
        let text = parts.join("---\n");
        check(&text, everywhere);
        prop_assert!(rewrite(text.as_bytes(), "f", &replacements(), &Options { everywhere }).is_ok(), "{}", text);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), name in "f\\.(json|yaml)") {
        match rewrite(&bytes, &name, &replacements(), &Options { everywhere: true }) {
            Ok(out) => prop_assert_eq!(out.bytes, bytes),
            Err(errors) => prop_assert!(errors.0.iter().all(|error| error.place.line > 0)),
        }
    }

    #[test]
    fn random_text_of_signs_never_panics(text in "[-{}\\[\\]:,&*!|>'\"%@`# \\n\\ta?~.é\u{feff}\u{2028}]{0,40}") {
        check(&text, true);
        check(&format!("apiVersion: v1\nkind: Pod\n{text}"), false);
    }
}
