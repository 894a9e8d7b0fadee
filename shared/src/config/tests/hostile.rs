//! Files that nobody writes by hand: limits hold, and nothing panics.

use proptest::prelude::*;

use super::{Folder, bad, load_text};
use crate::util::spent::spent;

#[test]
fn ten_thousand_levels_are_an_error() {
    let block: String =
        (0..10_000).map(|i| format!("{}a:\n", " ".repeat(i % 2000 + i / 2000))).collect();
    assert!(!bad(&block).is_empty());
    for text in [
        format!("images: {}", "[".repeat(10_000)),
        format!("images: {}", "{a: ".repeat(10_000)),
        format!("{}x", "- ".repeat(10_000)),
        format!("images: {}{}", "[".repeat(150), "]".repeat(150)),
    ] {
        let message = bad(&text);
        assert!(
            message.contains("nested over 100 levels deep"),
            "{}",
            &message[..message.len().min(300)]
        );
    }
}

#[test]
fn an_alias_bomb_is_an_error() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{aliases}]\n"));
    }
    assert!(bad(&text).contains("more than 100000 values"), "{}", bad(&text));
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for i in 1..200 {
        deep.push_str(&format!("a{i}: &a{i} [*a{}]\n", i - 1));
    }
    assert!(bad(&deep).contains("nested over 100 levels deep"));
    assert!(bad("images: &a [*a]\n").contains("alias"));
}

#[test]
fn a_file_must_be_text_of_a_sane_size() {
    let folder = Folder::new(&[]);
    folder.write("devspace.yaml", b"images:\n  a: {image: x\xff}\n");
    let message = folder.load().unwrap_err().to_string();
    assert_eq!(
        message,
        "devspace.yaml:2:15: byte 0xff at offset 22 is not UTF-8\nhint: save the file as UTF-8"
    );
    folder.write("devspace.yaml", &vec![b'#'; (4 << 20) + 1]);
    let message = folder.load().unwrap_err().to_string();
    assert!(message.contains("a config has at most 4 MiB"), "{message}");
    for empty in ["", "\n\n", "# nothing\n", "---\n", "~\n"] {
        assert!(bad(empty).contains("the config is empty"), "{empty:?}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_lines_are_fine() {
    let project = super::good("\u{feff}images:\r\n  a:\r\n    image: x\r\n");
    assert_eq!(project.images.len(), 1);
}

#[test]
fn large_configs_are_read_in_no_time() {
    let many = |line: &dyn Fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    let images = format!("images:\n{}", many(&|i| format!("  i{i}: {{image: x/i{i}}}\n")));
    let overrides = many(&|i| format!("  - {{name: o{i}}}\n"));
    let hooks = many(&|i| format!("- {{command: c, when: {{before: {{deployments: d{i}}}}}}}\n"));
    let cases = [
        (images.clone(), true),
        (format!("images:\n{}", many(&|i| format!("  i{i}: {{image: x, tag: a b}}\n"))), false),
        (
            format!("images:\n{}", many(&|i| format!("  i{i}: {{image: x, tag: '${{V{i}}}'}}\n"))),
            false,
        ),
        (format!("{images}dev:\n  overrideImages:\n{overrides}"), false),
        (format!("{images}hooks:\n{hooks}"), true),
        (many(&|i| format!("k{i}: 1\n")), false),
        (format!("images: {{a: {{image: x, target: '{}'}}}}", "${".repeat(1 << 19)), true),
    ];
    for (text, good) in cases {
        let start = spent();
        assert_eq!(load_text(&text).is_ok(), good, "{}", &text[..200]);
        let took = spent() - start;
        assert!(took.as_secs() < 20, "{took:?}: {}", &text[..200]);
    }
}

const SEED: &str = include_str!("full.yaml");

fn mutated() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "",
        " ",
        "\n",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "<<: ",
        "${",
        "}",
        "$${A}",
        "\"",
        "'",
        "|\n",
        ">-\n",
        "!!str ",
        "\t",
        "#",
        "---\n",
        "~",
        "é",
        "0x",
        "%",
        "@",
        "`",
        "\u{0}",
        "images:\n",
    ]);
    let edits = prop::collection::vec((0..SEED.len(), 0..6_usize, piece), 1..6);
    edits.prop_map(|edits| {
        let mut text = SEED.to_owned();
        for (at, cut, piece) in edits {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + cut).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(at..end, piece);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_config_makes_it_panic(text in mutated()) {
        let folder = Folder::new(&[("devspace.yaml", &text)]);
        let mut options = folder.options();
        options.vars = vec![("DEVSPACE_GIT_COMMIT".to_owned(), "a".to_owned())];
        if let Err(error) = crate::config::load(&mut options) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
