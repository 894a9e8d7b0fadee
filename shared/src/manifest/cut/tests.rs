use super::super::stream::Parts;
use super::documents;

/// Reads a few bytes at a time, as pipes may.
struct Few<'a>(&'a [u8], usize);

impl std::io::Read for Few<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.min(out.len()).min(self.0.len());
        out[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

/// The parts of a text, and whether they can only be JSON; `size` 0: as soon as they can be.
fn parts(text: &str, size: usize, few: usize) -> Vec<(String, bool)> {
    let input = Few(text.as_bytes(), few);
    let mut parts = if size == 0 { Parts::new(input, true) } else { Parts::of_size(size, input) };
    let mut out = Vec::new();
    while let Some(part) = parts.next() {
        let part = part.unwrap();
        if part.last && part.bytes.is_empty() {
            break;
        }
        out.push((String::from_utf8(part.bytes).unwrap(), part.json));
    }
    out
}

#[test]
fn a_text_is_cut_where_documents_end() {
    for (text, wanted) in [
        ("", vec![]),
        ("a: 1\n", vec!["a: 1\n"]),
        ("a: 1\n---\nb: 2\n", vec!["a: 1\n", "---\nb: 2\n"]),
        ("---\na\n---\nb\n---\n", vec!["---\na\n", "---\nb\n", "---\n"]),
        ("a\n--- # c\nb\n---x\nc\n", vec!["a\n", "--- # c\nb\n---x\nc\n"]),
        ("a\r\n---\r\nb\r\n", vec!["a\r\n", "---\r\nb\r\n"]),
        ("a\n...\nb\n...\n", vec!["a\n...\n", "b\n...\n"]),
        ("%YAML 1.2\n---\na\n", vec!["%YAML 1.2\n---\na\n"]),
        (
            "# c\n%YAML 1.2\n# d\n\n---\na\n...\n%TAG ! x\n---\nb",
            vec!["# c\n%YAML 1.2\n# d\n\n---\na\n...\n", "%TAG ! x\n---\nb"],
        ),
        ("# c\n---\na\n", vec!["# c\n", "---\na\n"]),
        ("a: |\n  ---\n  b\n---\nc\n", vec!["a: |\n  ---\n  b\n", "---\nc\n"]),
        ("{\"a\":1}\n{\"b\":\"}{\"}", vec!["{\"a\":1}\n{\"b\":\"}{\"}"]),
    ] {
        let found: Vec<_> = documents(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, wanted, "{text:?}");
    }
}

#[test]
fn a_stream_is_cut_between_documents_and_between_values_of_json() {
    let yaml = "a: |\n  x\n---\nb: '---'\n--- # c\nc: 1\n...\nd: 2\n";
    assert_eq!(
        parts(yaml, 0, 1),
        [
            ("a: |\n  x\n", false),
            ("---\nb: '---'\n", false),
            ("--- # c\nc: 1\n...\n", false),
            ("d: 2\n", false)
        ]
        .map(|(text, json)| (text.to_owned(), json))
    );
    for (text, wanted) in [
        (
            "{\"a\": [1, \"}\\\"{\"]} \n[{}]{\"b\":2}\n",
            vec![("{\"a\": [1, \"}\\\"{\"]}", true), (" \n[{}]", true), ("{\"b\":2}\n", true)],
        ),
        (
            "{\"a\":1}\n---\n{\"b\":2}\n{\"c\":3}",
            vec![("{\"a\":1}\n", false), ("---\n{\"b\":2}\n{\"c\":3}", false)],
        ),
        (
            "{\"a\":1}{\"b\":2}\n---\na: 1\n",
            vec![("{\"a\":1}", true), ("{\"b\":2}\n", true), ("---\na: 1\n", false)],
        ),
        ("{a: '}{'}\n---\nb\n", vec![("{a: '}{'}\n", false), ("---\nb\n", false)]),
        ("{\"a\":1}\n# c\n", vec![("{\"a\":1}\n# c\n", false)]),
        ("{\"a\":1}: x\n", vec![("{\"a\":1}: x\n", false)]),
        ("\u{feff}[1]\n[2]", vec![("\u{feff}[1]", true), ("\n[2]", true)]),
        ("{e\"}{\"}", vec![("{e\"}{\"}", false)]),
        (
            "{\"a\":1}{\"b\":2}{c: 3}\n",
            vec![("{\"a\":1}", true), ("{\"b\":2}", true), ("{c: 3}\n", true)],
        ),
    ] {
        let wanted: Vec<_> =
            wanted.into_iter().map(|(text, json)| (text.to_owned(), json)).collect();
        assert_eq!(parts(text, 0, 1), wanted, "{text:?}");
    }
}

#[test]
fn however_it_comes_all_bytes_are_there_once() {
    let yaml = "---\na: 1\n".repeat(50) + "%X\n---\n\n...\n" + &"b: \"x\n y\"\n---\n".repeat(20);
    let json = "{\"a\": \"\\\\\\\"{\", \"b\": [{}, []]}\n".repeat(40) + "---\nx\n";
    for text in [yaml, json] {
        for size in [0, 1, 7, 100, 1_000, 100_000] {
            for few in [1, 3, 64, 100_000] {
                let parts = parts(&text, size, few);
                let whole: String = parts.iter().map(|(text, _)| text.as_str()).collect();
                assert_eq!(whole, text);
                assert!(size > 0 || few > 3 || parts.len() > 30, "{} parts", parts.len());
            }
        }
    }
}
