//! Streams and encodings: whatever a YAML or JSON file may look like.

use super::super::{Options, list, rewrite};
use super::{after, replacements};

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let order = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    text.encode_utf16().flat_map(order).collect()
}

#[test]
fn utf16_comes_back_in_its_own_bytes() {
    for text in [
        "\u{feff}image: me/app:1 # é 日本 😀\r\nb: \"image: x\"\r\n",
        "\u{feff}{\"é\": \"😀\", \"image\": \"me/app:1\"}",
        "\u{feff}a: 😀\n---\nimage: 'me/app:1'\n---\n- {image: redis, é: |\n",
        "\u{feff}kind: ConfigMap\napiVersion: v1\ndata:\n  é: |\n    # 😀\n    image: me/app:1\n",
        "\u{feff}",
    ] {
        let text = text.replace(", é: |", "}");
        for big in [false, true] {
            let input = utf16(&text, big);
            let out = rewrite(&input, "f", &replacements(), &Options::default()).unwrap();
            let wanted = text.replace("app:1", "app:new").replace("redis", "redis:7.2");
            assert_eq!(out.bytes, utf16(&wanted, big), "{text}");
            // The edits, made by hand in the file's own encoding.
            let mut by_hand = input.clone();
            for edit in out.edits.iter().rev() {
                assert_eq!(input[edit.range.clone()], utf16(&edit.old, big));
                by_hand.splice(edit.range.clone(), utf16(&edit.new, big));
            }
            assert_eq!(by_hand, out.bytes);
            let again = rewrite(&out.bytes, "f", &replacements(), &Options::default()).unwrap();
            assert_eq!((again.edits, again.bytes), (Vec::new(), out.bytes));
            let sites = list(&input, "f", &replacements(), &Options::default()).unwrap();
            assert_eq!(sites.iter().filter(|site| site.known).count(), out.edits.len());
        }
    }
}

#[test]
fn streams_of_every_kind_keep_their_bytes() {
    for text in [
        // JSON: one, several, lines, with and without what may stand between them.
        "{\"image\":\"OLD\"}",
        "\n\n {\"image\":\"OLD\"}\n\n",
        "{\"image\":\"OLD\"}{\"image\":\"OLD\"}",
        "{\"image\":\"OLD\"}\r\n{\"image\":\"OLD\"}\r\n",
        "[{\"image\":\"OLD\"}]\n[]\n\"x\"\n1\n{\"image\":\"OLD\"}",
        "\u{feff}{\"image\":\"OLD\"}\n{\"a\":\"\\u00e9\"}",
        "{\n\t\"a\": [\n\t\t{\"image\": \"OLD\"}\n\t]\n}\n",
        // YAML: marks, directives, comments, nothing at the end.
        "image: OLD",
        "--- {image: OLD}\n--- {image: OLD}",
        "--- # c\nimage: OLD\n... # d\n# e\n---\nimage: OLD\n...\n",
        "%YAML 1.1\n---\nimage: OLD\n...\n%YAML 1.2\n%TAG ! tag:x,2000:\n---\nimage: OLD\n",
        "# c\n\n---\n\n# d\n---\nimage: OLD\n---\n",
        "---\n---\nimage: OLD\n---\n---\n",
        "...\n---\nimage: OLD\n",
        "---\r\nimage: OLD\r\n---\r\n\r\nb: 1\r\nimage: OLD",
        "--- !!map\nimage: OLD\n--- &a\nimage: OLD\n",
        "--- |\n image: OLDX\n--- >\n image: OLDX\n---\nimage: OLD\n",
        "--- text\n--- 'image: OLDX'\n---\nimage: OLD\n",
        // Keys and values of every style.
        "? image\n: OLD\n? [a, b]\n: c\n? {image: OLDX}\n: d\n",
        "? |\n  image\n: OLDX\n'image': OLD\n\"ima\\x67e\": OLD\n",
        "a:\n  - image: OLD\n    b:\n    - - image: OLD\n    - ? image\n      : OLD\n",
        "{a: [image: OLD, {\"image\":OLD}], ? image : OLD, \"image\" :OLD}\n",
        "{image: OLD,\n # c\n b: [ # d\n  {image: OLD}\n ] # e\n}\n",
        "image:\n\n  # c\n  OLD\nb: 1\n",
        "image: # c\n  OLD # d\n",
        "image:\tOLD\t# c\nb:\t1\n",
        "-\timage: OLD\n",
        "{\timage:\tOLD\t,\tb: 1 }\n",
        "a: |\n\timage: OLDX\n".trim_end_matches('X'),
        "x: &x OLDX\nimage: OLD\ny: *x\n<<: &m {image: OLD}\nz: {<<: [*m]}\n",
        "!!map {!!str image: !!str OLD}\n",
        "!<tag:yaml.org,2002:map> {image: !<tag:yaml.org,2002:str> 'OLD'}\n",
        "image: !custom OLDX\nb: {image: !!binary OLDX}\n",
        "yes: no\non: 0o7\n12:30: 1\nimage: OLD\n2001-01-01: ~\n=: x\n",
        "a: 1\u{2028}b\nimage: OLD\nc: \u{85}d\n",
        "a: \u{a0}\nimage: OLD\n",
        "'': 1\n\"\": 2\n: 3\nimage: OLD\n",
        "a: \"x\\\n  y\"\nimage: OLD\nb: 'x\n\n  y'\nc: x\n  y\n\n  z\nd: 1\n",
    ] {
        // `OLDX` stands where no image is meant.
        let text = text.replace("OLDX", "\u{1}");
        for old in ["me/app:1", "me/app"] {
            let fill = |new: &str| text.replace("OLD", new).replace('\u{1}', "me/app:1");
            let input = fill(old);
            let Ok(_) = super::rewrite(&input) else {
                assert!(input.contains("|\n\t") || input.contains("-\timage"), "{input:?}");
                continue;
            };
            assert_eq!(after(&input), fill("me/app:new"), "{input:?}");
        }
    }
}
