//! The fast way against the full parser.

use super::super::tests::replacements;
use granit_parser::Event;

use super::super::Replacements;
use super::super::document::{Item, Reader as FullReader, Syntax};
use super::*;

fn scope(replacements: &Replacements) -> Scope<'_> {
    Scope { replacements, everywhere: false, listing: false, level: 0 }
}

/// Everything but the event numbers, which only the full proof needs.
fn plain(found: Result<Found, Fault>) -> Result<Found, Fault> {
    found.map(|mut found| {
        found.changes.iter_mut().for_each(|change| change.splice.event = 0);
        found
    })
}

/// What the fast way finds, or the first fault.
fn find(text: &str, scope: Scope<'_>) -> Result<Found, Fault> {
    let needles = Needles::new(scope.replacements);
    let outcome = super::find(text, false, "f", scope, needles.as_ref());
    match outcome.faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(outcome.found),
    }
}

/// The events of the fast reader, if it takes the document.
fn taken(text: &str) -> Option<Vec<Item<'_>>> {
    let mut sieve = Sieve::new(text, Vec::new(), None);
    read_into(text, &mut sieve).ok()?;
    Some(sieve.finish())
}

fn is_taken(text: &str) -> bool {
    taken(text).is_some()
}

/// An event for comparing: where collections and what is not there stand does not count,
/// nor how a document begins, nor the end of all.
fn comparable((event, range): Item<'_>) -> Option<Item<'_>> {
    match event {
        Event::StreamEnd => None,
        Event::DocumentStart(..) => Some((Event::DocumentStart(false, None), 0..0)),
        Event::Scalar(..) | Event::Alias(_) if !range.is_empty() => Some((event, range)),
        _ => Some((event, 0..0)),
    }
}

/// What the fast reader takes, the full parser takes, and both tell the same.
#[track_caller]
fn same_events(text: &str) {
    let Some(fast) = taken(text) else { return };
    let full: Result<Vec<_>, _> = FullReader::new(text, Syntax::of(text)).collect();
    let full = full.unwrap_or_else(|fault| panic!("taken, but not YAML: {fault:?}\n{text}"));
    let full: Vec<_> = full.into_iter().filter_map(comparable).collect();
    let fast: Vec<_> = fast.into_iter().filter_map(comparable).collect();
    for (fast, full) in fast.iter().zip(&full) {
        assert_eq!(fast, full, "{text}");
    }
    assert_eq!(fast.len(), full.len(), "{text}");
}

/// Whether one of several documents looks like JSON.
fn has_json_document(text: &str) -> bool {
    let documents = documents(text, false);
    documents.len() > 1 && documents.into_iter().any(|range| json::begins(&text[range]))
}

/// Both ways give the same, and the full proof holds for what the fast way does.
#[track_caller]
fn agree(text: &str) {
    let replacements = replacements();
    same_events(text);
    for everywhere in [false, true] {
        let scope = Scope { everywhere, ..scope(&replacements) };
        let slow = plan::find(text, "f", scope, false);
        let fast = find(text, scope);
        // What the local proof says, reading both texts again says, too.
        if let Ok(found) = &slow {
            assert_eq!(found.prove(text, Syntax::of(text)), Ok(()), "{text}");
        }
        // Each document has its own fault: only that there is one must be the same.
        match (plain(fast), plain(slow)) {
            (Err(_), Err(_)) => {}
            // Values of JSON without marks between them, and YAML behind them: more than YAML.
            (Ok(_), Err(_)) if has_json_document(text) => {}
            (fast, slow) => assert_eq!(fast, slow, "{text}"),
        }
    }
}

const HEAD: &str = "apiVersion: v1\nkind: Pod\n";

#[test]
fn common_manifests_go_by_lines_and_come_out_the_same() {
    for body in [
        "metadata: {name: x, labels: {a: \"b\", c: d}}\nspec:\n  containers:\n  - name: a\n    image: me/app:1 # c\n  - image: 'me/app'\n    args: [\"-x\", --y=1, 3]\n    command:\n    - sh\n    - -c\n    - |\n      image: me/app\n\n       x\n    env:\n      - name: A\n        value: \"a: b # c\"\n  - image: \"me/app:2\"\n",
        "spec:\n  a:\n  b:\n  - c:\n    - d: 1\n      image: redis\n    e: 2\n  # deep\n      # deeper\n  f: x\n",
        "data:\n  a: |-\n    {{ x }}\n    - b\n  b: >+\n\n    text\n\n\nimage: me/worker\n",
        "spec:\n  image: me/app\n  x: {}\n  y: []\n  z: [{a: b, c: [d, e]}, {}]\n",
        "spec:\n    - image: redis:6\n      \"quoted\": 'it''s'\n      'k': \"a\\nb\\\"\"\nlast: http://x:80/y#z\n",
        "spec:\n  é: 1\n",
        "x: größe 日本 “quoted”\n# Grüße\nimage: me/app\n",
    ] {
        for text in [format!("{HEAD}{body}"), format!("---\n{HEAD}{body}---  # c\n{body}{HEAD}")] {
            agree(&text);
        }
        let text = format!("{HEAD}{body}");
        assert!(is_taken(&text), "{text}");
    }
}

#[test]
fn what_is_rare_or_wrong_comes_out_the_same() {
    for body in [
        "a: b\n  c\nimage: me/app\n",
        "a: \"b\n  c\"\nimage: me/app\n",
        "a: &x b\nimage: me/app\n",
        "image: *x\n",
        "image: !!str me/app\n",
        "image: |-\n  me/app\n",
        "? image\n: me/app\n",
        "a: [b,\n image: me/app]\n",
        "a: {image: me/app}\n",
        "a: |2\n   x\n",
        "a: | # c\n  x\n",
        "a: |\n    x\n  y\n",
        "a: |\n   \n  x\n",
        "a:\tb\n",
        "a: b\r\n",
        "- a\n",
        "a:\n  - b\n - c\n",
        "a: b: c\n",
        "a: b:\n",
        "a: @b\n",
        "a: `b\n",
        "a: %b\n",
        "a: ,b\n",
        "a: ]b\n",
        "a: - b\n",
        "a: 'b' c\n",
        "a: \"b\"#c\n",
        "a:\n-\n",
        "a: 1\n b: 2\n",
        "a:\n b: 2\n  c: 3\n",
        "...\n",
        "image: 'me/app''s'\n",
        "image: \"me\\/app\"\n",
        "a: \"\\q\"\n",
        "volumes:\n- image:\n    reference: me/app\n",
        "volumes:\n- image: {reference: me/app}\n",
        "\u{feff}a: b\n",
        "a: b\u{2028}c\n",
        "a: b\u{85}c\n",
        "a: {b c: d}\n",
        "a: {b: }\n",
        "a: [b: c]\n",
        "a: {b, c}\n",
        "a: [,]\n",
        "a: [b\n",
        "a: {b: c]\n",
        "kind: Pod\n",
        "a: [-]\n",
        "a: [- b]\n",
        "a: {{ b }}\n",
        "%a\n",
        "a b: c\n",
        "a: 'b\n",
        "key\n",
    ] {
        for text in [
            format!("{HEAD}{body}"),
            format!("{body}{HEAD}"),
            format!("{HEAD}spec:\n- x: 1\n---\n{body}"),
        ] {
            agree(&text);
        }
    }
    for text in [
        "apiVersion: v1\nkind: List\nitems:\n- imageName: me/app\n",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec:\n  imageName: me/app\n",
        "sidecarImage: me/app\n",
        "apiVersion: v1\nimage: me/app\nsidecarImage: me/app\n",
        "%YAML 1.2\n---\napiVersion: v1\nkind: Pod\n...\n%YAML 1.2\n---\nimage: me/app\n",
        "--- |\n---\nimage: me/app\n",
        "a: '\n---\n'\n",
        "--- me/app\n---\nimage: me/app\n",
    ] {
        agree(text);
    }
}

#[test]
fn long_lines_and_keys_are_read_alike() {
    for length in [100, 255, 256, 257, 1_020, 1_030, 100_000] {
        let x = "x".repeat(length);
        for body in [
            format!("{x}: 1\nimage: me/app\n"),
            format!("a: {x}\nimage: me/app\n"),
            format!("a:\n- {x}\nimage: me/app\n"),
            format!("a:\n- '{x}'\nimage: me/app\n"),
            format!("a: ['{x}', {x}]\nimage: me/app\n"),
            format!("a: {{b: '{x}', c: {x}}}\nimage: me/app\n"),
            format!("'{x}': 1\nimage: me/app\n"),
            format!("a: {{{x}: 1}}\nimage: me/app\n"),
        ] {
            agree(&format!("{HEAD}{body}"));
        }
    }
}

#[test]
fn many_documents_on_several_threads_keep_their_order() {
    let mut text = String::new();
    for n in 0..6_000 {
        let style = ["", "'", "\"", "&a "][n % 4];
        let end = if n % 4 < 3 { style } else { "" };
        text += &format!(
            "---\n{HEAD}metadata:\n  name: n{n}\nspec:\n  image: {style}me/app:{n}{end}\n  pad: {}\n",
            "y".repeat(90)
        );
    }
    agree(&text);
    let replacements = replacements();
    let found = find(&text, scope(&replacements)).unwrap();
    assert_eq!(found.changes.len(), 6_000);
    text += "---\na: b: c\n";
    let fault = find(&text, scope(&replacements)).unwrap_err();
    assert_eq!(fault.offset, text.len() - 4);
}

mod mutated;

mod random {
    use proptest::prelude::*;

    use super::super::super::tests::generated::{config, document};
    use super::*;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn both_ways_agree_on_nearly_yaml(body in document(), head in any::<bool>()) {
            let head = if head { HEAD } else { "" };
            agree(&format!("{head}{body}"));
        }

        #[test]
        fn both_ways_agree_on_damaged_manifests(at in 0usize..400, with in ".{0,3}", cut in 0usize..6) {
            let base = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n  - name: a\n    image: me/app:1\n    args: [\"x\", y]\n    command:\n    - |\n      image: me/app\n      x\n  - image: 'me/app'\n---\napiVersion: v1\nkind: X\nimage: \"redis\"\nz: {a: b}\n";
            let begin = at.min(base.len());
            let end = (begin + cut).min(base.len());
            let text = format!("{}{with}{}", &base[..begin], &base[end..]);
            agree(&text);
        }
    }
}
