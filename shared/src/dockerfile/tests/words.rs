use crate::dockerfile::words::{Json, Piece, json_strings, split_command, split_words};

/// BuildKit `parser_test.go`: TestParseWords, and rows for its escapes.
#[test]
fn words_keep_their_quotes() {
    let rows: &[(&str, &[&str])] = &[
        ("foo", &["foo"]),
        ("foo bar", &["foo", "bar"]),
        ("foo\\ bar", &["foo\\ bar"]),
        ("foo=bar", &["foo=bar"]),
        ("foo bar 'abc xyz'", &["foo", "bar", "'abc xyz'"]),
        ("foo bar \"abc xyz\"", &["foo", "bar", "\"abc xyz\""]),
        ("àöû", &["àöû"]),
        ("föo bàr \"âbc xÿz\"", &["föo", "bàr", "\"âbc xÿz\""]),
        ("a=\"b \\\" c\" d", &["a=\"b \\\" c\"", "d"]),
        ("a='b \\' c", &["a='b \\'", "c"]),
        ("a \"\" b", &["a", "\"\"", "b"]),
        ("a\\", &["a"]),
        ("  ", &[]),
    ];
    for (text, expected) in rows {
        let words = split_words(Piece { text, offset: 0 }, '\\');
        let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(&words, expected, "{text}");
    }
}

/// BuildKit `json_test.go`: TestJSONArraysOfStrings.
#[test]
fn json_arrays_of_strings_are_the_exec_form() {
    let valid: &[(&str, &[&str])] = &[
        ("[]", &[]),
        ("[\"\"]", &[""]),
        ("[\"a\"]", &["a"]),
        ("[\"a\",\"b\"]", &["a", "b"]),
        ("[ \"a\", \"b\" ]", &["a", "b"]),
        ("[\t\"a\",\t\"b\"\t]", &["a", "b"]),
        ("\t[\t\"a\",\t\"b\"\t]\t", &["a", "b"]),
        (
            "[\"abc 123\", \"♥\", \"☃\", \"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000\"]",
            &["abc 123", "♥", "☃", "\" \\ / \u{8} \u{c} \n \r \t \0"],
        ),
    ];
    for (text, expected) in valid {
        let expected = expected.iter().map(|s| (*s).to_owned()).collect();
        assert_eq!(json_strings(text), Json::Strings(expected), "{text}");
    }
    let mixed = ["[true]", "[42]", "[\"a\", 42]", "[123.456]", "[{}]", "[[]]", "[null]"];
    for text in mixed {
        assert_eq!(json_strings(text), Json::Mixed, "{text}");
    }
    let not = ["", "42", "\"s\"", "{}", "['a']", "[\"a\"", "\"a\"]", "[\"\\q\"]", "[\"a\"] b"];
    for text in not {
        assert_eq!(json_strings(text), Json::No, "{text}");
    }
}

#[test]
fn flags_are_taken_off_the_front() {
    let rows: &[(&str, &[&str], &str)] = &[
        ("COPY a b", &[], "a b"),
        ("COPY --from=x a b", &["--from=x"], "a b"),
        ("COPY\t --from=x\t --link  a --b", &["--from=x", "--link"], "a --b"),
        ("COPY --chown='a b' c", &["--chown=a b"], "c"),
        ("COPY --chown=\"a\\\"b\" c", &["--chown=a\"b"], "c"),
        ("COPY --x=a\\ b c", &["--x=a b"], "c"),
        ("RUN -- --from=x", &[], "--from=x"),
        ("RUN --x", &["--x"], ""),
        ("RUN - x", &[], "- x"),
        ("RUN", &[], ""),
    ];
    for (line, flags, rest) in rows {
        let command = split_command(line, '\\');
        let found: Vec<&str> = command.flags.iter().map(|(flag, _)| flag.as_str()).collect();
        assert_eq!((&found.as_slice(), &command.rest.text), (flags, rest), "{line}");
    }
}
