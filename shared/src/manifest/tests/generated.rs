//! Generated texts: nearly YAML, damaged YAML, and anything.

use proptest::prelude::*;

use super::super::{Error, Kind, Options, rewrite};
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
        "apiVersion: v1",
        "kind: ConfigMap",
        "kind: KnativeServing",
        "data:",
        "annotations:",
        "metadata: {name: x}",
        "a.yaml: |",
        "a.json: '{\"image\": \"me/app\", \"b\": \"it''s\"}'",
        "b.json: \"{\\\"image\\\": \\\"me/app\\\"}\"",
        "c.yaml: \"repository: me/app\\ntag: 1\\n\"",
        "d.yaml: >-",
        "registry: docker.io",
        "repository: me/app",
        "tag: v1",
        "tag: 1.10",
        "digest: 'sha256:1'",
        "sha: ~",
        "images:",
        "- name: me/app",
        "name: me/app",
        "newName: redis",
        "newTag: v1",
        "version: 1",
        "global: {imageRegistry: docker.io}",
        "image: {repository: me/app, tag: x}",
        "sidecarImage: redis",
        "sidecarImageTag: 1",
        "text: \"apiVersion: v1\\nkind: Pod\\nimage: me/app\\n\"",
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
fn check(text: &str, everywhere: bool) -> usize {
    let options = Options { everywhere };
    let first = match rewrite(text.as_bytes(), "f", &replacements(), &options) {
        Ok(first) => first,
        Err(errors) => {
            let proof = |error: &Error| matches!(error.kind, Kind::Proof { .. });
            assert!(!errors.0.iter().any(proof), "{errors}\n{text:?}");
            return 0;
        }
    };
    let mut by_hand = text.to_owned();
    for edit in first.edits.iter().rev() {
        assert_eq!(&text[edit.range.clone()], edit.old);
        by_hand.replace_range(edit.range.clone(), &edit.new);
    }
    assert_eq!(by_hand.as_bytes(), first.bytes, "{text}");
    let second = rewrite(&first.bytes, "f", &replacements(), &options).unwrap();
    assert_eq!(second.edits, [], "{text}");
    first.edits.len()
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

/// A text under a key, in one of the ways in which a string can be written.
fn held(text: &str, style: usize) -> String {
    let lines = |indent: &str| {
        let line = |line: &str| {
            if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") }
        };
        text.split('\n').map(line).collect::<String>()
    };
    match style {
        0 => format!("  a.yaml: |2\n{}", lines("    ")),
        1 => format!("  a.yaml: |\n    # c\n{}", lines("    ")),
        2 => format!("  a.yaml: >2-\n{}", lines("    ").replace('\n', "\n\n")),
        3 => format!("  a.yaml: {}\n", serde_json::to_string(text).unwrap()),
        4 => format!("  a.yaml:\n    '{}'\n", text.replace('\'', "''").replace('\n', "\n\n    ")),
        _ => {
            let json = serde_json::to_string(text).unwrap();
            // Wrapped, as generators do.
            format!("  a.yaml: {}\n", json.replace(": ", ":\\\n      \\ "))
        }
    }
}

#[test]
fn each_way_of_holding_a_document_holds_one() {
    for style in 0..6 {
        let body = "a: 'b'\nimage: \"me/app\"\nx: {repository: redis, tag: ~}\n";
        let text = held(body, style);
        assert_eq!(check(&format!("data:\n{text}"), false), 0, "{text}");
        let map = |text: &str| format!("apiVersion: v1\nkind: ConfigMap\ndata:\n{text}");
        assert_eq!(check(&map(&text), false), 2, "{text}");
        // Single quotes lose the indentation of lines.
        for outer in [0, 1, 2, 3, 5] {
            let text = map(&held(&map(&text), outer));
            assert_eq!(check(&text, false), 2, "{text}");
        }
    }
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

    /// Documents in strings, made of the same lines.
    #[test]
    fn strings_that_hold_documents_change_within_only(
        body in document(), style in 0usize..6, twice in any::<bool>(), head in any::<bool>(),
    ) {
        let mut text = held(&body, style);
        if twice {
            text = held(&format!("apiVersion: v1\nkind: ConfigMap\ndata:\n{text}"), (style + 1) % 6);
        }
        let head = if head { "apiVersion: v1\nkind: ConfigMap\n" } else { "" };
        check(&format!("{head}data:\n{text}b: 1\n"), false);
    }

    /// Odd characters at odd places of strings that hold documents.
    #[test]
    fn odd_strings_are_proven_or_left(
        style in 0usize..6,
        odd in prop::collection::vec(
            (0usize..80, "[\t\r\n \u{85}\u{a0}\u{2028}\u{feff}\"'\\\\#:|>%&*!-]{1,2}"), 0..4,
        ),
        inside in any::<bool>(),
    ) {
        let insert = |mut text: String| {
            for (at, odd) in &odd {
                let mut at = at % (text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                text.insert_str(at, odd);
            }
            text
        };
        let body = "a: 'b'\nimage: \"me/app\"\nx: {repository: redis, tag: ~}\n".to_owned();
        let head = "apiVersion: v1\nkind: ConfigMap\ndata:\n";
        let text = match inside {
            true => held(&insert(body), style),
            false => insert(held(&body, style)),
        };
        check(&format!("{head}{text}b: 1\n"), false);
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
