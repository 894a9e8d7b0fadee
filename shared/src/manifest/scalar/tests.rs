//! Every way in which a value can be written, and what it is read from.

use granit_parser::Event;
use proptest::prelude::*;

use super::super::document::{Reader, Type};
use super::super::tests::generated::{config, document};
use super::*;

/// The scalars of a text that have one of their own.
fn leaves(text: &str, syntax: Syntax) -> Vec<Leaf<'_>> {
    let mut leaves = Vec::new();
    for (index, item) in Reader::new(text, syntax).enumerate() {
        let Ok((event, range)) = item else { break };
        let kind = Type::of(&event);
        let Event::Scalar(value, style, ..) = event else { continue };
        leaves.push(Leaf {
            event: index,
            value,
            style,
            kind,
            range,
            key_end: 0,
            alias_of: None,
            marked: false,
            foreign: false,
        });
    }
    leaves
}

/// Every scalar has a map, and each byte that is its own can be found.
#[track_caller]
fn check(text: &str, syntax: Syntax) {
    for leaf in leaves(text, syntax) {
        // What has no bytes of its own holds nothing to be changed.
        if leaf.kind == Type::Null || leaf.value.trim().is_empty() {
            continue;
        }
        let map = Map::of(text, &leaf, syntax);
        let map = map.unwrap_or_else(|| panic!("no map of {:?} in:\n{text}", leaf.value));
        for (at, c) in leaf.value.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
            let end = at + c.len_utf8();
            let Some(range) = map.source(&(at..end)) else { panic!("{at} of {:?}", leaf.value) };
            let source = &text[range];
            assert!(source == c.to_string() || source.starts_with('\\'), "{source:?} for {c:?}");
        }
    }
}

#[test]
fn each_style_is_read_as_the_parser_reads_it() {
    for text in [
        "a: plain text\n",
        "a: plain\n  over\n\n\n  lines  # c\nb: 1\n",
        "a: 'it''s\n\n  folded \t \n  here'\n",
        "a: 'x\n  '\n",
        "a: \"x\\\"y\\\\z\\u00e9\\U0001F600\\x41\\n\\t\\e\"\n",
        "a: \"one \\\n   two\\\n\n   three\n   four \n\n   five\"\n",
        "a: \"\\\n  \\  x\\ \\\n  y\"\n",
        "a: |\n  one\n   two\n\n  three\n\n",
        "a: |-\n  one\n  two\nb: 1\n",
        "a: |+\n  one\n\n\nb: 1\n",
        "a: |2\n    one\n   two\n",
        "a: |\n\n\n  one\n",
        "a: |\n  one",
        "a: |  # c\r\n  one\r\n  two\r\n\r\n  three\r\nb: 1\r\n",
        "- |\n one\n  two\n- >\n one\n two\n",
        "a: >\n  one\n  two\n\n  three\n    spaced\n    more\n\n    last\n  end\n",
        "a: >-\n\n  one\n\n\n  two\n",
        "a: >+\n  one\n  two\n\n\nb: 1\n",
        "a: >\n  one\n  \ttab\n  two\n",
        "a: &x !!str |-\n  one\n  two\n",
        "a:\n- b: |\n    one\n    two\n  c: 1\n",
        "{a: 'x\n\n y', \"b\": \"z\n  w\"}\n",
        "a: |\n  é 日本\n  x\n",
        "--- |\n one\n two\n--- >\n three\n",
        "--- |\none\ntwo\n",
    ] {
        check(text, Syntax::Yaml);
    }
    for text in
        [r#"{"a": "x\"y\\z\u00e9\ud83d\ude00\/\n", "b": ["", "\t", "plain"]}"#, "[\"é\\u0041\"]"]
    {
        check(text, Syntax::Json);
    }
}

/// A value that a generator may write in any style.
fn value() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "a",
            "bc",
            "image: me/app",
            " ",
            "  ",
            "\n",
            "\n\n",
            "\n  ",
            "'",
            "\"",
            "\\",
            ": ",
            "#",
            " #",
            "é",
            "日",
            "\t",
            "- x",
            "{",
            "}",
        ]),
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

fn literal_text(value: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let line =
        |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{pad}{line}\n") };
    let lines: String = value.split('\n').map(line).collect();
    format!("k: |{indent}-\n{lines}z: 1\n")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_in_any_quotes_is_found(value in value()) {
        let json = serde_json::to_string(&value).unwrap();
        check(&format!("{{\"k\": {json}}}"), Syntax::Json);
        check(&format!("k: {json}\n"), Syntax::Yaml);
        let single = value.replace('\'', "''").replace('\t', " ");
        check(&format!("k:\n  '{}'\n", single.replace('\n', "\n  ")), Syntax::Yaml);
        check(&format!("k: \"{}\"\n", value.replace(['\\', '"'], "").replace('\n', "\n  ")), Syntax::Yaml);
    }

    #[test]
    fn a_value_in_a_block_is_found(value in value(), indent in 1usize..5) {
        let literal = literal_text(&value, indent);
        check(&literal, Syntax::Yaml);
        check(&literal.replace("k: |", "k: >"), Syntax::Yaml);
        check(&literal.replace("k: |", "k: >").replace("-\n", "+\n"), Syntax::Yaml);
        check(&literal.replace('\n', "\r\n"), Syntax::Yaml);
    }

    #[test]
    fn all_scalars_of_nearly_yaml_are_found(text in document()) {
        check(&text, Syntax::of(&text));
    }
}
